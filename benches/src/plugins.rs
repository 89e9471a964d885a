//! The host with the built-in plugins of this build, a plan for an axis, and folds.

use adit_engine::plan::Plan;
use adit_engine::{Axis, Fold, Recipe};
use adit_host::{Host, testing};

/// A host with the built-in plugins, freshly built in the profile of the caller.
///
/// # Panics
/// When they cannot be built.
pub fn host() -> Host {
    testing::host()
}

/// The plan of a recipe in TOML.
///
/// # Panics
/// When the recipe is none or names a plugin that is not there: a bench writes its own recipes.
pub fn plan(host: &Host, axis: &Axis, recipe: &str) -> Plan {
    let recipe = Recipe::parse(recipe).expect("a recipe");
    Plan::new(&recipe, axis, host).expect("a plan")
}

/// `k` folds of `n` rows: fold f predicts the rows f, f + k, f + 2k ...; k = n leaves one out.
///
/// ```
/// assert_eq!(adit_benches::venetian(5, 2)[1].test, [1, 3]);
/// ```
pub fn venetian(n: usize, k: usize) -> Vec<Fold> {
    (0..k).map(|f| Fold { test: (f..n).step_by(k).collect(), gap: vec![] }).collect()
}
