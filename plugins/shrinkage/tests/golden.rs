//! Predictions, reconstructions and penalties against scikit-learn, numpy and scipy; `golden/make_golden.py` made the figures.

use adit_plugin::Matrix;
use adit_shrinkage::{Method, Model, Pcr, Ridge, Settings, penalty};
use serde_json::Value;

/// Fifteen times what was seen (6e-14). A share, a mean or a weight that is off shows far above it.
const LIMIT: f64 = 1e-12;

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

struct Case {
    name: String,
    shape: (usize, usize, usize),
    x: Vec<f64>,
    y: Vec<f64>,
    new: Vec<f64>,
    weights: Vec<f64>,
}

impl Case {
    fn of(case: &Value) -> Case {
        Case {
            name: case["name"].as_str().unwrap().to_owned(),
            shape: (size(&case["rows"]), size(&case["columns"]), size(&case["targets"])),
            x: numbers(&case["x"]),
            y: numbers(&case["y"]),
            new: numbers(&case["new"]),
            weights: numbers(&case["weights"]),
        }
    }

    fn model<M: Method>(&self, scale: bool) -> Model {
        let (n, p, m) = self.shape;
        let (x, y) = (Matrix::new(&self.x, n, p).unwrap(), Matrix::new(&self.y, n, m).unwrap());
        let weights = self.weights.iter().any(|w| *w != 1.0).then_some(&self.weights[..]);
        Model::fit::<M>(x, y, weights, Settings { centre: true, scale }, 40).unwrap()
    }

    /// Largest difference over all counts.
    fn predictions<M: Method>(&self, path: &Value, key: &str) -> f64 {
        let model = self.model::<M>(path["scale"].as_bool().unwrap());
        let counts = path["counts"].as_array().unwrap();
        assert_eq!(model.counts(), 0..=counts.len(), "{} {key}", self.name);
        let (_, p, m) = self.shape;
        let one = |(count, wanted): (usize, &Value)| {
            let mut found = vec![0.0; self.new.len() / p * m];
            for (row, out) in self.new.chunks(p).zip(found.chunks_mut(m)) {
                model.predict_row(row, count..=count, out);
            }
            relative(&found, &numbers(&wanted[key]))
        };
        (1..).zip(counts).map(one).fold(0.0, f64::max)
    }

    fn reconstruction(&self, path: &Value) -> f64 {
        let p = self.shape.1;
        let model = self.model::<Pcr>(path["scale"].as_bool().unwrap()).truncated(3).unwrap();
        let mut found = vec![0.0; self.new.len()];
        for (row, out) in self.new.chunks(p).zip(found.chunks_mut(p)) {
            let mut t = [0.0; 3];
            model.scores_row(row, &mut t);
            model.reconstruct_row(&t, out);
        }
        relative(&found, &numbers(&path["reconstructed_3"]))
    }
}

#[test]
fn equals_scikit_learn_on_every_shape_and_count() {
    let golden: Value =
        serde_json::from_str(include_str!("golden/sklearn_shrinkage.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for json in cases {
        let case = Case::of(json);
        for path in json["paths"].as_array().unwrap() {
            let pcr = case.predictions::<Pcr>(path, "pcr");
            let ridge = case.predictions::<Ridge>(path, "ridge");
            let back = case.reconstruction(path);
            let name = format!("{} scale {}", case.name, path["scale"]);
            println!("{name}: pcr {pcr:.1e}, ridge {ridge:.1e}, reconstruction {back:.1e}");
            assert!(pcr.max(ridge).max(back) < LIMIT, "{name}: {pcr:e} {ridge:e} {back:e}");
        }
    }
}

#[test]
fn penalties_leave_the_degrees_of_freedom_that_scipy_finds() {
    let golden: Value =
        serde_json::from_str(include_str!("golden/sklearn_shrinkage.json")).unwrap();
    let mut looked_at = 0;
    for path in
        golden["cases"].as_array().unwrap().iter().flat_map(|c| c["paths"].as_array().unwrap())
    {
        let s = numbers(&path["singular_values"]);
        for (count, wanted) in (1..).zip(path["counts"].as_array().unwrap()) {
            let (found, wanted) = (penalty(&s, count), wanted["penalty"].as_f64().unwrap());
            // The root of scipy's function is known to rounding of a sum of at most 30 shares.
            assert!((found - wanted).abs() <= 1e-12 * wanted, "{count}: {found:e} {wanted:e}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 100);
}
