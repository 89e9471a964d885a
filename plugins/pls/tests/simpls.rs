//! SIMPLS against `simpls.fit` of the R package pls; `golden/make_simpls.R` made the figures.

use adit_pls::{Decomposition, Settings, simpls};
use adit_plugin::Matrix;
use serde_json::Value;

/// Ten times what was seen (3e-11, of the direction of a late loading). In extended precision the figures of R differ from SIMPLS as
/// much as from ours.
const LIMIT: f64 = 3e-10;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn size(v: &Value) -> usize {
    usize::try_from(v.as_u64().unwrap()).unwrap()
}

fn relative(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / largest).fold(0.0, f64::max)
}

/// The columns of a row-major matrix, each made a unit vector with its first element positive: R scales its scores otherwise.
fn directions(row_major: &[f64], cols: usize) -> Vec<f64> {
    let column = |k: usize| {
        let v: Vec<f64> = row_major.iter().skip(k).step_by(cols).copied().collect();
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt() * v[0].signum();
        v.into_iter().map(move |v| v / norm)
    };
    (0..cols).flat_map(column).collect()
}

#[test]
fn equals_r_on_every_shape_and_count() {
    let golden: Value = serde_json::from_str(include_str!("golden/simpls.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let (n, p, m) = (size(&case["rows"]), size(&case["columns"]), size(&case["targets"]));
        let (x, y, new) = (numbers(&case["x"]), numbers(&case["y"]), numbers(&case["new"]));
        let (x, y) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, m).unwrap());
        for path in case["paths"].as_array().unwrap() {
            let settings = Settings { centre: true, scale: path["scale"].as_bool().unwrap() };
            let predictions = path["predictions"].as_array().unwrap();
            let top = predictions.len();
            let model = simpls::fit(x, y, None, settings, top).unwrap();
            assert_eq!(model.reached(), top);
            let mut worst = 0.0_f64;
            for (a, wanted) in (1..).zip(predictions) {
                let mut found = vec![0.0; 4 * m];
                for (row, out) in new.chunks(p).zip(found.chunks_mut(m)) {
                    model.predict_row(row, a, a, out);
                }
                worst = worst.max(relative(&found, &numbers(wanted)));
            }
            let (b, _) = model.coefficients(top).unwrap();
            let b = relative(b.transpose().as_slice(), &numbers(&path["coefficients"]));
            let of = Decomposition::new(&model, x, y, None).unwrap();
            let same_directions = |found: &[f64], wanted: &Value| {
                relative(&directions(found, top), &directions(&numbers(wanted), top))
            };
            let scores = same_directions(of.scores().transpose().as_slice(), &path["scores"]);
            let loadings = same_directions(of.loadings().transpose().as_slice(), &path["loadings"]);
            let ex = relative(&of.explained_x(), &numbers(&path["explained_x"]));
            let ey = relative(&of.explained_y(), &numbers(&path["explained_y"]));
            println!("{n} x {p} x {m}: {worst:e} {b:e} {scores:e} {loadings:e} {ex:e} {ey:e}");
            for off in [worst, b, scores, loadings, ex, ey] {
                assert!(off < LIMIT, "{n} x {p} x {m} {settings:?}: {off:e}");
            }
        }
    }
}
