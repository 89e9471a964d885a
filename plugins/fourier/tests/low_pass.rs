//! The low-pass against scipy (see `golden.py`), at its edges, and as every transform must behave.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_fourier::LowPass;
use adit_plugin::{Axis, Channel, Op, Transform, Value, unit};
use testing::{Rows, behaves, close, fitted, made, nm, run};

fn axis(n: usize) -> Axis {
    nm((0..n).map(|i| 200.0 + 0.5 * i as f64).collect())
}

fn given(keep: f64, taper: &str, padding: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("keep", Value::Float(keep)),
        ("taper", Value::Text(taper.into())),
        ("padding", Value::Text(padding.into())),
    ]
}

#[test]
fn equals_scipy() {
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("golden.json")).expect("golden.json");
    for case in &cases {
        let rows = |key: &str| -> Rows { serde_json::from_value(case[key].clone()).expect("rows") };
        let text = |key: &str| case[key].as_str().expect("a text");
        let keep = case["keep"].as_f64().expect("a number");
        let given = given(keep, text("taper"), text("padding"));
        let x = rows("x");
        let t: LowPass = fitted(&given, &axis(x[0].len()), &[]).unwrap();
        run(&t, &x).0.iter().zip(rows("y")).for_each(|(o, w)| close(o, &w, 1e-13));
        behaves(&given, &t, &x, 1e-13);
    }
}

#[test]
fn mean_passes_and_keep_decides() {
    let row: Rows = vec![(0..16).map(|i| f64::from(i % 2) + 3.0).collect()];
    for padding in ["reflect", "none"] {
        let kept = |keep| {
            run(&fitted::<LowPass>(&given(keep, "none", padding), &axis(16), &[]).unwrap(), &row).0
        };
        close(&kept(1.0)[0], &row[0], 1e-14);
        close(&kept(0.0)[0], &[3.5; 16], 1e-14);
    }
}

#[test]
fn reflection_keeps_unlike_ends_from_ringing() {
    let ramp: Rows = vec![(0..64).map(f64::from).collect()];
    let worst = |padding| {
        let t: LowPass = fitted(&given(0.25, "cosine", padding), &axis(64), &[]).unwrap();
        run(&t, &ramp).0[0].iter().zip(&ramp[0]).map(|(o, v)| (o - v).abs()).fold(0.0, f64::max)
    };
    assert!(worst("reflect") < 2.0, "{}", worst("reflect"));
    assert!(worst("none") > 10.0, "{}", worst("none"));
}

#[test]
fn the_lowered_form_is_one_matrix_that_keeps_constants() {
    let t: LowPass = fitted(&given(0.3, "cosine", "reflect"), &axis(9), &[]).unwrap();
    let [Op::AffineDense { n_in: 9, coefficients, bias }] = &t.lower().unwrap()[..] else {
        panic!("not one dense affine");
    };
    assert_eq!(bias, &[0.0; 9]);
    for row in coefficients.chunks(9) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-14);
    }
}

#[test]
fn short_and_wrong_inputs() {
    let one: LowPass = fitted(&[], &axis(1), &[]).unwrap();
    assert_eq!(run(&one, &[vec![4.0]]).0, [[4.0]]);
    assert!(fitted::<LowPass>(&[], &nm(vec![]), &[]).is_err());
    let table = Axis::Named(vec![Channel { name: "EC".into(), unit: unit::ADIT_UNIT_US_PER_CM }]);
    let text = fitted::<LowPass>(&[], &table, &[]).unwrap_err().to_string();
    assert!(text.contains("named columns"), "{text}");
    assert!(made::<LowPass>(&[("keep", Value::Float(1.5))]).is_err());
    assert!(made::<LowPass>(&[("taper", Value::Text("box".into()))]).is_err());
}
