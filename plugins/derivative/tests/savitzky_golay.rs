//! Savitzky-Golay against scipy and exact arithmetic (see `golden.py`), against fits made anew at each point, and at its edges.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_derivative::SavitzkyGolay;
use adit_plugin::{Axis, Band, Channel, Op, Transform, Value, unit};
use serde_json::Value as Json;
use testing::{Rows, behaves, close, fitted, made, nm, run};

fn golden() -> Json {
    serde_json::from_str(include_str!("golden.json")).expect("golden.json")
}

fn numbers(v: &Json) -> Vec<f64> {
    serde_json::from_value(v.clone()).expect("numbers")
}

fn rows(v: &Json) -> Rows {
    serde_json::from_value(v.clone()).expect("rows of numbers")
}

fn given(window: i64, order: i64, derivative: i64) -> Vec<(&'static str, Value)> {
    [("window", window), ("order", order), ("derivative", derivative)]
        .map(|(n, v)| (n, Value::Int(v)))
        .to_vec()
}

fn given_by(case: &Json) -> Vec<(&'static str, Value)> {
    let int = |key: &str| case[key].as_i64().expect("an integer");
    given(int("window"), int("order"), int("derivative"))
}

fn axis(n: usize, spacing: f64) -> Axis {
    nm((0..n).map(|i| 700.0 + spacing * i as f64).collect())
}

/// A spacing that grows from 1 to about 1.7 along the axis.
fn uneven(n: usize) -> Vec<f64> {
    (0..n).map(|i| 300.0 + i as f64 * (1.0 + 0.35 * i as f64 / n as f64)).collect()
}

fn bands(t: &SavitzkyGolay) -> Vec<Band> {
    match t.lower().expect("lower").as_slice() {
        [Op::AffineBanded { bands, bias, .. }] if bias.iter().all(|b| *b == 0.0) => bands.clone(),
        other => panic!("lowered to {other:?}"),
    }
}

#[test]
fn equals_scipy() {
    let golden = golden();
    let x = rows(&golden["x"]);
    for case in golden["scipy"].as_array().expect("cases") {
        let given = given_by(case);
        let axis = axis(21, case["spacing"].as_f64().expect("a number"));
        let t: SavitzkyGolay = fitted(&given, &axis, &[]).unwrap();
        run(&t, &x).0.iter().zip(rows(&case["y"])).for_each(|(o, w)| close(o, &w, 1e-12));
        assert_eq!(t.output().unwrap(), axis);
    }
}

#[test]
fn weights_of_long_windows_and_high_orders_are_exact() {
    for case in golden()["exact"].as_array().expect("cases") {
        let window = case["window"].as_u64().expect("a number") as usize;
        let t: SavitzkyGolay = fitted(&given_by(case), &axis(window, 1.0), &[]).unwrap();
        let bands = bands(&t);
        close(&bands[window / 2].coefficients, &numbers(&case["middle"]), 1e-12);
        close(&bands[0].coefficients, &numbers(&case["first"]), 1e-12);
    }
}

#[test]
fn behaves_as_a_transform() {
    let x = rows(&golden()["x"]);
    for (given, axis) in [
        (given(5, 2, 1), axis(21, 2.0)),
        (given(7, 3, 0), nm(uneven(21))),
        (given(21, 4, 2), axis(21, 0.5)),
    ] {
        let t: SavitzkyGolay = fitted(&given, &axis, &[]).unwrap();
        behaves(&given, &t, &x, 1e-13);
    }
}

/// The polynomial through (p, y) by the normal equations in powers of (p - at), and its derivative at `at`: slow and plain.
fn local_fit(p: &[f64], y: &[f64], order: usize, derivative: usize, at: f64) -> f64 {
    let m = order + 1;
    let mut a = vec![vec![0.0; m + 1]; m];
    for (p, y) in p.iter().zip(y) {
        for (i, row) in a.iter_mut().enumerate() {
            (0..m).for_each(|j| row[j] += (p - at).powi((i + j) as i32));
            row[m] += y * (p - at).powi(i as i32);
        }
    }
    for i in 0..m {
        let best = (i..m).max_by(|r, s| a[*r][i].abs().total_cmp(&a[*s][i].abs())).unwrap();
        a.swap(i, best);
        let pivot = a[i].clone();
        for row in a.iter_mut().skip(i + 1) {
            let f = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).for_each(|(r, p)| *r -= f * p);
        }
    }
    let mut c = vec![0.0; m];
    for i in (0..m).rev() {
        let known: f64 = (i + 1..m).map(|j| a[i][j] * c[j]).sum();
        c[i] = (a[i][m] - known) / a[i][i];
    }
    c[derivative] * (1..=derivative).product::<usize>() as f64
}

#[test]
fn uneven_axes_use_the_actual_positions() {
    let x = rows(&golden()["x"]);
    for (window, order, derivative) in [(5, 2, 1), (7, 3, 2), (9, 2, 0)] {
        let p = uneven(21);
        let given = given(window as i64, order as i64, derivative as i64);
        let t: SavitzkyGolay = fitted(&given, &nm(p.clone()), &[]).unwrap();
        for (row, got) in x.iter().zip(run(&t, &x).0) {
            let slow: Vec<f64> = (0..21_usize)
                .map(|i| {
                    let from = i.saturating_sub(window / 2).min(21 - window);
                    let (p_here, y) = (&p[from..from + window], &row[from..from + window]);
                    local_fit(p_here, y, order, derivative, p[i])
                })
                .collect();
            // Normal equations square the condition of the fit; 1e-9 leaves room for that.
            close(&got, &slow, 1e-9);
        }
    }
}

#[test]
fn a_polynomial_comes_back_with_its_derivative_on_any_axis() {
    let f = |p: f64| 0.3 + 0.02 * (p - 310.0) - 0.004 * (p - 310.0).powi(2);
    let df = |p: f64| 0.02 - 0.008 * (p - 310.0);
    let falling: Vec<f64> = uneven(30).into_iter().rev().collect();
    let regular: Vec<f64> = (0..30).map(|i| 300.0 + 0.7 * f64::from(i)).collect();
    for p in [uneven(30), falling, regular] {
        let t: SavitzkyGolay = fitted(&given(7, 2, 1), &nm(p.clone()), &[]).unwrap();
        let (out, _) = run(&t, &[p.iter().map(|p| f(*p)).collect()]);
        close(&out[0], &p.iter().map(|p| df(*p)).collect::<Vec<_>>(), 1e-11);
    }
}

#[test]
fn a_rounded_axis_counts_as_even_and_spacing_can_be_said() {
    let rounded: Vec<f64> =
        (0..21).map(|i| ((850.0 + 2.0202 * f64::from(i)) * 1e3_f64).round() / 1e3).collect();
    let taps = |axis: &Axis, spacing: &str| {
        let mut given = given(5, 2, 1);
        given.push(("spacing", Value::Text(spacing.into())));
        bands(&fitted(&given, axis, &[]).unwrap())
    };
    let same = |b: &[Band]| b[2..19].iter().all(|band| band.coefficients == b[2].coefficients);
    let (even, odd) = (nm(rounded), nm(uneven(21)));
    assert!(same(&taps(&even, "auto")) && same(&taps(&odd, "mean")));
    assert!(!same(&taps(&even, "actual")) && !same(&taps(&odd, "auto")));
    let firsts: Vec<usize> = taps(&even, "auto").iter().map(|b| b.first).collect();
    assert_eq!((firsts[1], firsts[2], firsts[3], firsts[20]), (0, 0, 1, 16));
}

#[test]
fn a_constant_has_no_derivative() {
    let t: SavitzkyGolay = fitted(&given(11, 2, 1), &axis(40, 2.0), &[]).unwrap();
    let (out, status) = run(&t, &[vec![2.5; 40]]);
    assert_eq!(status, [0]);
    assert!(out[0].iter().all(|v| v.abs() < 1e-15), "{:?}", out[0]);
}

#[test]
fn parameters_and_axes_that_cannot_work_are_errors() {
    let create = |w, o, d| made::<SavitzkyGolay>(&given(w, o, d)).unwrap_err().to_string();
    assert!(create(10, 2, 0).contains("even"));
    assert!(create(5, 5, 0).contains("more than 5 channels"));
    assert!(create(5, 2, 3).contains("0 all over"));
    assert!(create(1, 0, 0).contains("outside"));
    let fit =
        |axis: &Axis| fitted::<SavitzkyGolay>(&given(11, 2, 1), axis, &[]).unwrap_err().to_string();
    assert!(fit(&axis(10, 1.0)).contains("does not fit"));
    assert!(fit(&nm(vec![1.0; 12])).contains("rise or fall"));
    let table = Axis::Named(vec![Channel { name: "EC".into(), unit: unit::ADIT_UNIT_US_PER_CM }]);
    assert!(fit(&table).contains("named columns"));
}
