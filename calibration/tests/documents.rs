//! The JSON documents carry the names that SCHEMAS.md promises, and log10 fields for log10 targets alone.

mod common;

use adit_calibration::{
    CalibrateDocument, EvaluateDocument, EvaluateOptions, Loaded, Options, PredictDocument,
    PredictedSample, calibrate, evaluate, predict,
};
use common::{Random, pls, set, waters};
use serde_json::{Value, to_value};

fn keys(v: &Value) -> Vec<&str> {
    v.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Whether SCHEMAS.md has every key of the object in its own words.
fn documented(v: &Value) {
    let text = include_str!("../SCHEMAS.md");
    for key in keys(v) {
        let plain = key.trim_end_matches("_log10");
        assert!(text.contains(&format!("{plain}`")), "{key} is not in SCHEMAS.md");
    }
}

#[test]
fn names_are_as_documented() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(71), 30, 20);
    let (train, all) = (set(&x[..20], &y[..20]), set(&x, &y));
    for target in ["", "[target]\ntransform = \"log10\""] {
        let model = calibrate(&train, &pls("", target), &host, &Options::default()).unwrap();
        let document = to_value(CalibrateDocument::of(&model, Some("m.adit".into()))).unwrap();
        assert_eq!(document["model"], "m.adit");
        let zn = &document["analytes"][0];
        for key in ["name", "unit", "n", "components", "rmsec", "rmsecv", "bias", "r2cv"] {
            assert!(!zn[key].is_null(), "{key}");
        }
        let curve = zn["rmsecv_by_component"].as_array().unwrap();
        assert_eq!(curve[zn["components"].as_u64().unwrap() as usize], zn["rmsecv"]);
        assert_eq!(zn.get("rmsecv_log10").is_some(), !target.is_empty());
        documented(&document);
        documented(zn);

        let loaded = Loaded::new(model, &host).unwrap();
        let samples = predict(&loaded, &all.table, 0.9).unwrap();
        let document = to_value(PredictDocument {
            model: "m.adit".into(),
            samples: samples
                .iter()
                .map(|sample| PredictedSample { file: "new.csv", sample })
                .collect(),
        })
        .unwrap();
        let estimate = document["samples"].as_array().unwrap().iter().find_map(|s| {
            let a = &s["analytes"][0];
            (a["verdict"] == "ok").then_some(a)
        });
        let estimate = estimate.unwrap();
        documented(estimate);
        assert_eq!(estimate["level"], 0.9);
        let number = |key: &str| estimate[key].as_f64().unwrap();
        assert!(number("lower") < number("value") && number("value") < number("upper"));
        assert!(number("lower") <= number("lower_true"));
        assert!(number("upper_true") <= number("upper"));
        if !target.is_empty() {
            assert!((number("value_log10") - number("value").log10()).abs() < 1e-12);
        }

        let result = evaluate(&loaded, &all, &EvaluateOptions::default()).unwrap();
        let document =
            to_value(EvaluateDocument { model: "m.adit".into(), evaluation: &result }).unwrap();
        documented(&document);
        documented(&document["analytes"][0]);
        assert_eq!(document["seen"].as_array().unwrap().len(), 20);
        assert_eq!(document["analytes"][0]["n"], 10);
        assert_eq!(document["analytes"][0].get("rmsep_log10").is_some(), !target.is_empty());
        assert_eq!(
            keys(&document["analytes"][0]["accepted"]).len(),
            if target.is_empty() { 6 } else { 10 }
        );
    }
}
