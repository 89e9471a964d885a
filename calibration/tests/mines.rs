//! The committed mine sets come out as they are known to: weak where nature is weak, and said so.

mod common;

use adit_calibration::interval::Spread;
use adit_calibration::{Loaded, Model, Options, calibrate, predict, recipe_of};

fn calibrated(path: &str) -> Model {
    let set = common::committed(path, &[]);
    let (recipe, _) = recipe_of(&set).unwrap();
    let host = adit_host::testing::host();
    let model = calibrate(&set, &recipe, &host, &Options::default()).unwrap();
    for a in &model.analytes {
        let (plain, log) = (a.figures.r2cv, a.figures_log10.as_ref().and_then(|f| f.r2cv));
        println!(
            "{path} {}: n {} A {} r2cv {plain:?} log10 {log:?} unfit {:?}",
            a.name,
            a.n,
            a.components(),
            a.unfit
        );
    }
    // Every model reads back and gives estimates with intervals for its own rows.
    let bytes = model.to_bytes().unwrap();
    let loaded = Loaded::new(Model::from_bytes(&bytes).unwrap(), &host).unwrap();
    assert_eq!(loaded.model().to_bytes().unwrap(), bytes);
    let samples = predict(&loaded, &set.table, 0.95).unwrap();
    for (k, a) in model.analytes.iter().enumerate() {
        let given = samples.iter().filter(|s| s.analytes[k].value.is_some()).count();
        let with_ends = samples.iter().filter(|s| s.analytes[k].upper_true.is_some()).count();
        assert_eq!(given, with_ends, "{}", a.name);
        assert_eq!(given == 0, a.unfit.is_some(), "{}: {given}", a.name);
    }
    model
}

fn r2_log10(model: &Model, name: &str) -> f64 {
    model.analyte(name).unwrap().figures_log10.as_ref().unwrap().r2cv.unwrap()
}

#[test]
fn clear_creek_zinc_and_manganese_follow_conductivity_and_iron_does_not() {
    let model = calibrated("calibration/mines/csm_clear_creek");
    assert!((r2_log10(&model, "Zn (total)") - 0.58).abs() < 0.06);
    assert!((r2_log10(&model, "Mn (dissolved)") - 0.57).abs() < 0.06);
    assert!(r2_log10(&model, "Cd (total)") < 0.45);
    assert!(model.analyte("Fe (dissolved)").unwrap().unfit.is_some());
    assert!(model.usable() >= 2);
}

#[test]
fn falling_creek_spectra_see_iron() {
    let model = calibrated("calibration/mines/fcr_uvvis_fe_mn_2020");
    let fe = model.analyte("Fe (total)").unwrap();
    assert!(fe.unfit.is_none() && fe.figures.r2cv.unwrap() > 0.3);
}

/// Two groups: each chooses the component count for the other by leaving out its own samples. Taking the count of the whole set, which
/// has seen the group that is left out, would say a model variance of 0.06 here.
#[test]
fn two_groups_choose_for_each_other() {
    let set = common::committed("calibration/mines/fcr_uvvis_fe_mn_2020", &[]);
    let host = adit_host::testing::host();
    let options = Options { cv: Some("group=layer".parse().unwrap()), ..Options::default() };
    let (recipe, _) = recipe_of(&set).unwrap();
    let model = calibrate(&set, &recipe, &host, &options).unwrap();
    let spread = model.analytes[0].interval.unwrap().spread;
    assert!(matches!(spread, Spread::Linear { s_m2, .. } if s_m2 > 0.3), "{spread:?}");
}
