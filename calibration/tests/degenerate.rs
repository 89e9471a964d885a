//! Degenerate data give a result or a clear error: never NaN, never a panic. What each regressor makes of them is in
//! `degenerate_regressors`.

mod common;

use adit_calibration::set::{CalibrationSet, Reference};
use adit_calibration::{Model, Options, calibrate};
use common::survives::predictions;
use common::{Random, pls, set, waters};

/// Calibrates, writes, reads, predicts; every number that comes out is finite.
fn survives(set: &CalibrationSet, cv: Option<&str>) -> Result<Model, String> {
    let host = adit_host::testing::host();
    let options = Options { cv: cv.map(|c| c.parse().unwrap()), ..Options::default() };
    let model = calibrate(set, &pls("", ""), &host, &options).map_err(|e| e.to_string())?;
    predictions(&model, &set.table);
    Ok(model)
}

#[test]
fn three_to_nine_samples() {
    for n in 3..10 {
        let (x, y) = waters(&mut Random(50 + n as u64), n, 20);
        let model = survives(&set(&x, &y), None).unwrap();
        // Below 6 samples no component may be looked at: the mean is no model.
        assert_eq!(model.analytes[0].choice.searched, (n - 3) / 2);
        assert!(n >= 5 || model.analytes[0].unfit.is_some());
    }
    let (x, y) = waters(&mut Random(49), 2, 20);
    assert!(survives(&set(&x, &y), None).unwrap_err().contains("too few samples"));
}

#[test]
fn one_channel_dead_channels_and_constant_spectra() {
    let (x, y) = waters(&mut Random(60), 14, 20);
    let one: Vec<Vec<f64>> = x.iter().map(|r| vec![r[16]]).collect();
    let model = survives(&set(&one, &y), None).unwrap();
    assert_eq!(model.analytes[0].choice.searched, 1);
    assert!(model.analytes[0].applicability.q_limits.is_none());
    let mut dead = x.clone();
    dead.iter_mut().for_each(|r| (r[3], r[4]) = (0.0, 65535.0));
    assert!(survives(&set(&dead, &y), None).unwrap().analytes[0].unfit.is_none());
    // Duplicated columns: rank 2 at the most.
    let twice: Vec<Vec<f64>> = x.iter().map(|r| vec![r[5], r[16], r[5], r[16]]).collect();
    let model = survives(&set(&twice, &y), None).unwrap();
    assert!(model.analytes[0].choice.searched <= 2);
    if model.analytes[0].components() == 2 {
        assert!(model.analytes[0].applicability.q_limits.is_none());
    }
    let flat: Vec<Vec<f64>> = (0..14).map(|_| vec![1.0; 5]).collect();
    let error = survives(&set(&flat, &y), None).unwrap_err();
    assert!(error.contains("all 14 captures are bit-identical"), "{error}");
}

#[test]
fn an_exact_relation_and_huge_and_tiny_units() {
    let (x, _) = waters(&mut Random(61), 16, 20);
    let exact: Vec<f64> = x.iter().map(|r| 2.0 + 3.0 * r[4] - r[16]).collect();
    for scale in [1.0, 1e-9, 1e9] {
        let y: Vec<f64> = exact.iter().map(|v| v * scale).collect();
        let model = survives(&set(&x, &y), None).unwrap();
        assert!(model.analytes[0].figures.r2cv.unwrap() > 0.9);
    }
}

#[test]
fn more_than_two_hundred_units_leave_out_folds() {
    let (x, y) = waters(&mut Random(62), 215, 12);
    for cv in ["venetian=10", "repeated=5x2", "forward=4"] {
        let mut set = set(&x, &y);
        set.table.times = Some((0..215).map(f64::from).collect());
        let model = survives(&set, Some(cv)).unwrap();
        let i = model.analytes[0].interval.unwrap();
        assert_eq!(i.rows, 215, "{cv}");
        assert!(i.variances(1.0, 0.0).0 > 0.0);
    }
}

#[test]
fn replicates_of_two_samples_are_too_few_and_twins_share_a_fold() {
    let (x, y) = waters(&mut Random(63), 12, 20);
    let mut few = set(&x[..6], &y[..6]);
    few.table.ids = ["a", "a", "a", "b", "b", "b"].map(String::from).to_vec();
    assert!(survives(&few, None).unwrap_err().contains("too few samples"));
    let mut twins = x.clone();
    twins[11] = twins[2].clone();
    let mut y = y;
    y[11] = y[2];
    let model = survives(&set(&twins, &y), None).unwrap();
    let rows = model.analytes[0].rows.as_ref().unwrap();
    assert_eq!(rows.fold[11], rows.fold[2]);
    let mut none = set(&twins, &y);
    none.analytes[0].references = vec![Reference::Missing; 12];
    assert!(survives(&none, None).unwrap_err().contains("too few samples"));
}

#[test]
fn a_wish_beyond_the_rank_of_a_fold_is_refused() {
    // Eight spectra, each under two ids: a fold without one of them carries rank 6.
    let (x, y) = waters(&mut Random(70), 8, 20);
    let twice = |i: usize| i / 2;
    let x: Vec<Vec<f64>> = (0..16).map(|i| x[twice(i)].clone()).collect();
    let y: Vec<f64> = (0..16).map(|i| y[twice(i)] + 0.01 * i as f64).collect();
    let host = adit_host::testing::host();
    let with = |n: usize| {
        let options = Options {
            components: Some(adit_engine::recipe::Components::Fixed(n)),
            ..Options::default()
        };
        calibrate(&set(&x, &y), &pls("", ""), &host, &options).map_err(|e| e.to_string())
    };
    assert!(with(5).is_ok());
    let error = with(7).unwrap_err();
    assert!(error.contains("7 components") && error.contains("carry only 6"), "{error}");
}
