//! Centring, autoscaling and Pareto scaling against numpy (see `golden.py`), at their edges, and as every transform must behave.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_plugin::{Axis, Call, Channel, Flags, Matrix, Op, Training, Transform, unit};
use adit_scale::{Autoscale, Centre, Divisor, Pareto, Scaler};
use testing::{Rows, behaves, close, fitted, made, nm, run};

fn golden<T: serde::de::DeserializeOwned>(key: &str) -> T {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("golden.json")).expect("golden.json");
    serde_json::from_value(all[key].clone()).expect("the kind asked for")
}

fn table() -> Axis {
    let units = [
        ("EC", unit::ADIT_UNIT_US_PER_CM),
        ("pH", unit::ADIT_UNIT_PH),
        ("T", unit::ADIT_UNIT_DEG_C),
        ("level", unit::ADIT_UNIT_M),
    ];
    Axis::Named(units.map(|(name, unit)| Channel { name: name.into(), unit }).to_vec())
}

/// Columns differ by 1e5 in size, so each is compared by itself.
fn equals_by_column(got: &[Vec<f64>], want: &[Vec<f64>]) {
    for j in 0..want[0].len() {
        let column = |rows: &[Vec<f64>]| rows.iter().map(|r| r[j]).collect::<Vec<_>>();
        if j == 3 {
            // The constant column keeps no more than rounding of its mean.
            assert!(column(got).iter().all(|v| v.abs() < 1e-15));
        } else {
            // A mean of 2 over a spread of 1e-3 costs 3 of 16 digits.
            close(&column(got), &column(want), 1e-12);
        }
    }
}

fn check<D: Divisor>(key: &str) {
    let (x, want): (Rows, Rows) = (golden("x"), golden(key));
    let t: Scaler<D> = fitted(&[], &table(), &x[..5]).unwrap();
    let (out, status) = run(&t, &x);
    assert!(status.iter().all(|s| *s == 0));
    equals_by_column(&out, &want);
    behaves(&[], &t, &x, 1e-12);
    assert!(!t.flags().has(Flags::ROW_LOCAL), "learns from data");
    let [Op::AffineBanded { n_in: 4, bands, .. }] = &t.lower().unwrap()[..] else {
        panic!("not one banded affine");
    };
    assert!(bands.iter().enumerate().all(|(i, b)| b.first == i && b.coefficients.len() == 1));
}

#[test]
fn centre_equals_numpy() {
    check::<Centre>("centre");
}

#[test]
fn autoscale_equals_numpy() {
    check::<Autoscale>("autoscale");
}

#[test]
fn pareto_equals_numpy() {
    check::<Pareto>("pareto");
}

#[test]
fn weights_count_like_repeated_rows() {
    let (x, weights): (Rows, Vec<f64>) = (golden("x"), golden("weights"));
    let (axis, flat) = (table(), x[..5].concat());
    let data = Training {
        axis: &axis,
        x: Matrix::new(&flat, 5, 4).unwrap(),
        y: None,
        weights: Some(&weights),
    };
    let mut t = made::<Scaler<Autoscale>>(&[]).unwrap();
    t.fit(&data, &Call::alone()).unwrap();
    equals_by_column(&run(&t, &x).0, &golden::<Rows>("weighted_autoscale"));
}

#[test]
fn degenerate_training_rows() {
    let one = [vec![3.0, 4.0]];
    let axis = nm(vec![1.0, 2.0]);
    let centred: Scaler<Centre> = fitted(&[], &axis, &one).unwrap();
    assert_eq!(run(&centred, &one).0, [[0.0, 0.0]]);
    let text = fitted::<Scaler<Autoscale>>(&[], &axis, &one).unwrap_err().to_string();
    assert!(text.contains("2 training rows"), "{text}");
    assert!(fitted::<Scaler<Centre>>(&[], &axis, &[]).is_err());
    let nan = [vec![1.0, 2.0], vec![1.0, f64::NAN]];
    let text = fitted::<Scaler<Pareto>>(&[], &axis, &nan).unwrap_err().to_string();
    assert!(text.contains("row 1, column 1"), "{text}");
    let huge = [vec![1e300, 0.0], vec![-1e300, 0.0]];
    assert!(fitted::<Scaler<Autoscale>>(&[], &axis, &huge).is_err());
    // 0.1 three times has a mean that is not 0.1: its rounding must not be scaled up.
    let flat = vec![vec![0.1, 1.0]; 3];
    let t: Scaler<Autoscale> = fitted(&[], &axis, &flat).unwrap();
    assert!(run(&t, &flat).0.concat().iter().all(|v| v.abs() < 1e-15));
}
