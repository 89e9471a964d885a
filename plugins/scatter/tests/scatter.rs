//! SNV and MSC against numpy (see `golden.py`), at their edges, and as every transform must behave.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_plugin::{Axis, Call, Channel, Matrix, Norm, Op, Training, Transform, Value, unit};
use adit_scatter::{Msc, Snv};
use testing::{Rows, behaves, close, fitted, made, nm, run};

fn golden(key: &str) -> serde_json::Value {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("golden.json")).expect("golden.json");
    all[key].clone()
}

fn rows(key: &str) -> Rows {
    serde_json::from_value(golden(key)).expect("rows of numbers")
}

fn axis(n: usize) -> Axis {
    nm((0..n).map(|i| 400.0 + i as f64).collect())
}

#[test]
fn snv_equals_numpy() {
    let x = rows("x");
    let snv: Snv = fitted(&[], &axis(9), &[]).unwrap();
    let (out, status) = run(&snv, &x);
    assert!(status.iter().all(|s| *s == 0));
    out.iter().zip(rows("snv")).for_each(|(o, w)| close(o, &w, 1e-13));
    behaves(&[], &snv, &x, 1e-13);
    assert_eq!(
        snv.lower().unwrap(),
        vec![Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 1e-12 }]
    );
}

#[test]
fn msc_equals_numpy() {
    let x = rows("x");
    let msc: Msc = fitted(&[], &axis(9), &x[..4]).unwrap();
    let (out, _) = run(&msc, &x);
    out.iter().zip(rows("msc")).for_each(|(o, w)| close(o, &w, 1e-12));
    behaves(&[], &msc, &x, 1e-12);
}

#[test]
fn msc_weighs_its_reference() {
    let (x, weights) = (rows("x"), golden("weights"));
    let weights: Vec<f64> = serde_json::from_value(weights).unwrap();
    let (axis, flat) = (axis(9), x[..4].concat());
    let mut msc = made::<Msc>(&[]).unwrap();
    let data = Training {
        axis: &axis,
        x: Matrix::new(&flat, 4, 9).unwrap(),
        y: None,
        weights: Some(&weights),
    };
    msc.fit(&data, &Call::alone()).unwrap();
    run(&msc, &x).0.iter().zip(rows("msc_weighted")).for_each(|(o, w)| close(o, &w, 1e-12));
}

#[test]
fn a_flat_row_is_refused_alone() {
    let x = rows("x");
    let level = 60_000.1; // its mean over 9 values is not exact
    let spoilt: Rows = vec![x[0].clone(), vec![level; 9], x[1].clone()];
    let snv: Snv = fitted(&[], &axis(9), &[]).unwrap();
    let msc: Msc = fitted(&[], &axis(9), &x[..4]).unwrap();
    for (out, status) in [run(&snv, &spoilt), run(&msc, &spoilt)] {
        assert_eq!(status, [0, 2, 0]);
        assert!(out[1].iter().all(|v| v.is_nan()) && out[2].iter().all(|v| v.is_finite()));
    }
}

#[test]
fn the_floor_decides() {
    let row = vec![vec![0.0, 1e-3, 2e-3]]; // sd = 1e-3
    for (floor, status) in [(0.9e-3, 0), (1.1e-3, 2)] {
        let snv: Snv = fitted(&[("floor", Value::Float(floor))], &axis(3), &[]).unwrap();
        assert_eq!(run(&snv, &row).1, [status]);
        assert_eq!(testing::lowered(&snv.lower().unwrap(), &row[0]).is_some(), status == 0);
    }
    let mirrored = vec![rows("x")[0].iter().map(|v| -v).collect()];
    let msc: Msc = fitted(&[], &axis(9), &rows("x")[..4]).unwrap();
    assert_eq!(run(&msc, &mirrored).1, [2], "a negative slope");
    assert!(testing::lowered(&msc.lower().unwrap(), &mirrored[0]).is_none());
}

#[test]
fn a_row_too_large_to_square_is_refused() {
    let huge = vec![vec![1e200, -1e200, 1e200]];
    let snv: Snv = fitted(&[], &axis(3), &[]).unwrap();
    assert_eq!(run(&snv, &huge).1, [1]);
}

#[test]
fn training_that_cannot_work_is_an_error() {
    let bad = |rows: &[Vec<f64>]| fitted::<Msc>(&[], &axis(3), rows).unwrap_err().to_string();
    assert!(bad(&[]).contains("at least one"));
    assert!(bad(&[vec![0.1; 3], vec![0.1; 3]]).contains("constant"));
    assert!(bad(&[vec![1.0, 2.0, 3.0], vec![1.0, f64::NAN, 3.0]]).contains("row 1, column 1"));
    assert!(fitted::<Snv>(&[], &axis(1), &[]).is_err());
    assert!(made::<Snv>(&[("floor", Value::Float(-1.0))]).is_err());
}

#[test]
fn columns_in_different_units_have_no_common_mean() {
    let channel = |name: &str, unit| Channel { name: name.into(), unit };
    let mixed = Axis::Named(vec![
        channel("EC", unit::ADIT_UNIT_US_PER_CM),
        channel("pH", unit::ADIT_UNIT_PH),
    ]);
    let text = fitted::<Snv>(&[], &mixed, &[]).unwrap_err().to_string();
    assert!(text.contains("EC") && text.contains("pH"), "{text}");
    let leds = Axis::Named(vec![
        channel("blue", unit::ADIT_UNIT_ABSORBANCE),
        channel("red", unit::ADIT_UNIT_ABSORBANCE),
    ]);
    let snv: Snv = fitted(&[], &leds, &[]).unwrap();
    behaves(&[], &snv, &[vec![0.1, 0.4], vec![0.7, 0.2]], 1e-13);
}
