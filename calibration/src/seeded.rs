//! The seed of a run reaches the plugins of its recipe.

use adit_engine::plugin::{Kind, PluginInfo};
use adit_engine::{Plugins, Recipe};

use crate::{Error, Result};

/// The parameter that takes the run's seed.
const SEED: &str = "seed";

/// The recipe with the run's seed in every step and regressor that declares an int parameter `seed` and to which the recipe gives
/// none. A plugin that is not there is left to [`adit_engine::Plan::new`] to refuse.
///
/// # Errors
/// [`crate::ErrorKind::Usage`]: a seed larger than the parameter takes.
pub(crate) fn seeded(recipe: &Recipe, plugins: &dyn Plugins, seed: u64) -> Result<Recipe> {
    let mut recipe = recipe.clone();
    let regressor = &mut recipe.regressor;
    let of_steps = recipe.steps.iter_mut().map(|s| (&s.plugin, &mut s.settings, Kind::Transform));
    let all = of_steps.chain([(&regressor.plugin, &mut regressor.settings, Kind::Regressor)]);
    for (plugin, settings, kind) in all {
        let Ok(info) = plugins.info(plugin) else { continue };
        if info.kind == kind && !settings.contains_key(SEED) && takes_seed(&info) {
            settings.insert(SEED.to_owned(), toml::Value::Integer(value(&info, seed)?));
        }
    }
    Ok(recipe)
}

fn takes_seed(info: &PluginInfo) -> bool {
    info.params.iter().any(|p| p.name == SEED && p.kind == "int")
}

fn value(info: &PluginInfo, seed: u64) -> Result<i64> {
    let largest = info.params.iter().find(|p| p.name == SEED).and_then(|p| p.range);
    let fits = largest.is_none_or(|(least, most)| (least..=most).contains(&(seed as f64)));
    i64::try_from(seed).ok().filter(|_| fits).ok_or_else(|| {
        Error::usage(format!("{} does not take {seed} as its seed", info.id))
            .hint("take a smaller --seed, or give the step a seed of its own in the recipe")
    })
}
