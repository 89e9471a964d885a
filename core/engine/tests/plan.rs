//! What a plan hoists, which route it takes and why, and what it refuses.

mod common;

use adit_engine::plan::PlannedRoute;
use adit_engine::recipe::{Components, TargetTransform, Targets};
use adit_engine::{ErrorKind, Plan, Recipe};
use common::{FAKES, FAST, JOINT, PLS, axis, recipe};

fn plan(steps: &[&str], regressor: &str) -> adit_engine::Result<Plan> {
    Plan::new(&recipe(steps, regressor), &axis(6), &FAKES)
}

#[test]
fn the_leading_row_local_steps_are_hoisted() {
    for (steps, hoisted) in [
        (vec![], 0),
        (vec!["snv"], 1),
        (vec!["select columns = [0, 2, 3]", "snv"], 2),
        (vec!["snv", "centre", "snv"], 1),
        (vec!["centre", "snv"], 0),
    ] {
        let plan = plan(&steps, FAST).unwrap();
        assert_eq!(plan.hoisted, hoisted, "{steps:?}");
        let (made, axis) = plan.hoist(&FAKES).unwrap();
        let width = if steps.first().is_some_and(|s| s.starts_with("select")) { 3 } else { 6 };
        assert_eq!((made.len(), axis.len()), (hoisted, width), "{steps:?}");
    }
}

#[test]
fn the_route_comes_with_its_reason() {
    for (steps, regressor, route, why) in [
        (vec!["snv"], FAST, PlannedRoute::Fast, "every step is row-local"),
        (vec![], FAST, PlannedRoute::Fast, "every step is row-local"),
        (vec!["snv"], PLS, PlannedRoute::Slow, "fake.pls has no fast cross-validation"),
        (vec!["snv", "centre"], FAST, PlannedRoute::Slow, "step 2 (fake.centre) learns"),
        (vec!["centre", "snv"], FAST, PlannedRoute::Slow, "step 1 (fake.centre) learns"),
    ] {
        let plan = plan(&steps, regressor).unwrap();
        assert_eq!(plan.route, route, "{steps:?}");
        assert!(plan.why.contains(why), "{}", plan.why);
    }
}

#[test]
fn what_cannot_be_planned_names_the_step() {
    let other = "pls\"\nbogus = 1";
    for (steps, regressor, kind, words) in [
        (vec!["snv", "svn"], PLS, ErrorKind::Plugin, ["step 2 (fake.svn)", "no plugin"]),
        (vec!["pls"], PLS, ErrorKind::Usage, ["step 1 (fake.pls)", "regressor"]),
        (vec!["snv"], "snv\"", ErrorKind::Usage, ["regressor (fake.snv)", "transform"]),
        (vec!["snv"], "plss\"", ErrorKind::Plugin, ["regressor (fake.plss)", "no plugin"]),
        (vec!["snv windo = 3"], PLS, ErrorKind::Usage, ["step 1 (fake.snv)", "windo"]),
        (vec![], other, ErrorKind::Usage, ["regressor (fake.pls)", "bogus"]),
        (vec!["torn"], PLS, ErrorKind::Plugin, ["step 1 (fake.torn)", "needs y"]),
    ] {
        let e = plan(&steps, regressor).unwrap_err();
        assert_eq!(e.kind(), kind, "{e}");
        assert!(words.iter().all(|w| e.to_string().contains(w)), "{e}");
    }
}

#[test]
fn components_are_for_a_regressor_that_has_them() {
    let e = plan(&[], "ols\"\ncomponents = 5").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Usage);
    assert!(e.to_string().contains("regressor (fake.ols)") && e.to_string().contains("5"), "{e}");
    assert!(plan(&[], "ols\"\ncomponents = 1").is_ok());
    assert!(plan(&[], "ols\"\ncomponents = \"auto\"").is_ok());
    assert!(plan(&[], "pls\"\ncomponents = 5").is_ok());
}

#[test]
fn the_default_recipes_are_what_they_are_said_to_be() {
    let spectra = Recipe::for_spectra();
    let ids: Vec<&str> = spectra.steps.iter().map(|s| s.plugin.as_str()).collect();
    assert_eq!(ids, ["adit.scatter.snv"]);
    assert_eq!(spectra.target.transform, TargetTransform::None);
    let water = Recipe::for_conductivity();
    let ids: Vec<&str> = water.steps.iter().map(|s| s.plugin.as_str()).collect();
    assert_eq!(ids, ["adit.select.columns", "adit.ec.log10"]);
    assert_eq!(water.target.transform, TargetTransform::Log10);
    for r in [spectra, water] {
        assert_eq!(r.regressor.plugin, "adit.pls");
        assert_eq!(r.regressor.components, Components::Auto);
        assert_eq!(r.regressor.targets, Targets::Separate);
        assert!(r.regressor.settings.is_empty());
    }
    let least = Recipe::parse("[regressor]\nplugin = \"p\"").unwrap();
    assert_eq!((least.name.as_str(), least.steps.len()), ("", 0));
    assert_eq!(least.regressor.components, Components::Auto);
    assert!(plan(&[], JOINT).unwrap().joint() && !plan(&[], PLS).unwrap().joint());
}
