//! The public yardstick: RMSECV and RMSEP of scikit-learn with the same folds (golden/tecator.py).

mod common;

use adit_calibration::{EvaluateOptions, Loaded, Options, calibrate, evaluate};
use adit_engine::Recipe;
use serde_json::Value;

#[test]
fn fat_after_snv_is_that_of_scikit_learn() {
    let golden: Value = serde_json::from_str(include_str!("golden/tecator.json")).unwrap();
    let host = adit_host::testing::host();
    let train = common::committed("benches/data/tecator_meat", &["split=train"]);
    let name = train.analyte("fat_pct").unwrap().name.clone();
    let options = Options {
        analytes: vec![name.clone()],
        cv: Some("venetian=10".parse().unwrap()),
        ..Options::default()
    };
    let model = calibrate(&train, &Recipe::for_spectra(), &host, &options).unwrap();
    let fat = &model.analytes[0];
    let close = |got: Option<f64>, want: &Value, what: &str| {
        let off = (got.unwrap() / want.as_f64().unwrap() - 1.0).abs();
        println!("{what}: {off:.1e}");
        assert!(off < 1e-9, "{what}: {got:?} instead of {want}");
    };
    assert_eq!(fat.n as u64, golden["n"].as_u64().unwrap());
    assert_eq!(fat.components() as u64, golden["components"].as_u64().unwrap());
    assert_eq!(fat.choice.best as u64, golden["best"].as_u64().unwrap());
    let curve = golden["rmsecv_by_component"].as_array().unwrap();
    assert_eq!(fat.figures.rmsecv_by_component.len(), curve.len());
    for (a, (got, want)) in fat.figures.rmsecv_by_component.iter().zip(curve).enumerate() {
        close(*got, want, &format!("RMSECV of {a}"));
    }
    assert_eq!(fat.figures.rmsecv, fat.figures.rmsecv_by_component[fat.components()]);
    close(fat.figures.rmsec, &golden["rmsec"], "RMSEC");

    let test = common::committed("benches/data/tecator_meat", &["split=test"]);
    let loaded = Loaded::new(model, &host).unwrap();
    let result = evaluate(&loaded, &test, &EvaluateOptions::default()).unwrap();
    let fat = &result.analytes[0];
    // Twins of train rows have ids of their own: they count, as the README of the set says.
    assert_eq!((fat.all.n as u64, result.seen.len()), (golden["test_n"].as_u64().unwrap(), 0));
    close(fat.all.rmsep, &golden["rmsep"], "RMSEP");
    close(fat.all.bias, &golden["bias"], "bias");
    assert!(fat.all.coverage.unwrap() > 0.8);
}
