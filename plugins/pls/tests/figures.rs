//! Figures of fitted models against scikit-learn and their definitions; `golden/make_figures.py` made them.

use adit_pls::{Decomposition, Settings, kernel};
use adit_plugin::Matrix;
use serde_json::Value;

/// Ten times what was seen.
const LIMIT: f64 = 1e-11;

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

#[test]
fn equal_the_definitions_on_every_shape() {
    let data: Value = serde_json::from_str(include_str!("golden/sklearn_pls.json")).unwrap();
    let golden: Value = serde_json::from_str(include_str!("golden/figures.json")).unwrap();
    let (data, golden) = (data["cases"].as_array().unwrap(), golden["cases"].as_array().unwrap());
    assert_eq!((data.len(), golden.len()), (5, 5));
    for (case, wanted) in data.iter().zip(golden) {
        let (n, p, m) = (size(&case["rows"]), size(&case["columns"]), size(&case["targets"]));
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let (x, y) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, m).unwrap());
        for wanted in wanted.as_array().unwrap() {
            let settings = Settings { centre: true, scale: wanted["scale"].as_bool().unwrap() };
            let model = kernel::fit(x, y, None, settings, 7).unwrap();
            let all = Decomposition::new(&model, x, y, None).unwrap();
            for wanted in wanted["counts"].as_array().unwrap() {
                let a = size(&wanted["components"]);
                let mut off = vec![
                    relative(&all.vip(a).unwrap(), &numbers(&wanted["vip"])),
                    relative(&all.explained_x()[..a], &numbers(&wanted["explained_x"])),
                    relative(&all.explained_y()[..a], &numbers(&wanted["explained_y"])),
                ];
                for (k, ratios) in
                    wanted["selectivity_ratio"].as_array().unwrap().iter().enumerate()
                {
                    let found = all.selectivity_ratio(a, k).unwrap();
                    off.push(relative(&found, &numbers(ratios)));
                }
                println!("{} {settings:?} {a}: {off:?}", case["name"]);
                assert!(off.iter().all(|v| *v < LIMIT), "{} {a}: {off:?}", case["name"]);
            }
        }
    }
}

#[test]
fn one_target_of_several_and_counts_that_are_not_there() {
    let x = [1.0, 0.5, 2.0, 0.25, 4.0, -1.0, 3.0, 2.0, 5.0, 0.0];
    let y = [1.0, 7.0, 2.5, 7.0, 3.5, 7.0, 3.0, 7.0, 5.5, 7.0]; // the second target is constant
    let (x, y) = (Matrix::new(&x, 5, 2).unwrap(), Matrix::new(&y, 5, 2).unwrap());
    let model = kernel::fit(x, y, None, Settings { centre: true, scale: false }, 2).unwrap();
    let of = Decomposition::new(&model, x, y, None).unwrap();
    let shares = of.explained_target(0).unwrap();
    assert!(relative(&shares, &of.explained_y()) < 1e-14);
    assert_eq!(of.explained_target(1).unwrap(), [0.0, 0.0]);
    assert!(of.explained_target(2).is_none());
    assert!(of.vip(0).is_err() && of.vip(3).is_err());
    assert!(of.selectivity_ratio(1, 2).is_err() && of.selectivity_ratio(0, 0).is_err());
    assert!(of.selectivity_ratio(1, 1).unwrap().iter().all(|v| *v == 0.0));
    assert!(Decomposition::new(&model, y, x, Some(&[1.0; 4])).is_err());
}

#[test]
fn whole_weights_are_rows_given_so_often() {
    let x = [1.0, 0.5, 0.1, 2.0, 0.25, 0.3, 4.0, -1.0, 0.2, 3.0, 2.0, -0.3, 5.0, 0.0, 0.7];
    let y = [1.0, 2.5, 3.5, 3.0, 5.5];
    let often = [1, 2, 1, 3, 1];
    let repeat = |v: &[f64], cols: usize| -> Vec<f64> {
        v.chunks(cols).zip(often).flat_map(|(row, k)| row.repeat(k)).collect()
    };
    let (x8, y8) = (repeat(&x, 3), repeat(&y, 1));
    let weights = often.map(|k| k as f64);
    let settings = Settings { centre: true, scale: false };
    let (x, y) = (Matrix::new(&x, 5, 3).unwrap(), Matrix::new(&y, 5, 1).unwrap());
    let (x8, y8) = (Matrix::new(&x8, 8, 3).unwrap(), Matrix::new(&y8, 8, 1).unwrap());
    let weighted = kernel::fit(x, y, Some(&weights), settings, 2).unwrap();
    let repeated = kernel::fit(x8, y8, None, settings, 2).unwrap();
    let weighted = Decomposition::new(&weighted, x, y, Some(&weights)).unwrap();
    let repeated = Decomposition::new(&repeated, x8, y8, None).unwrap();
    assert!(relative(&weighted.explained_x(), &repeated.explained_x()) < 1e-13);
    assert!(relative(&weighted.vip(2).unwrap(), &repeated.vip(2).unwrap()) < 1e-13);
    let ratios = |of: &Decomposition<'_>| of.selectivity_ratio(2, 0).unwrap();
    assert!(relative(&ratios(&weighted), &ratios(&repeated)) < 1e-12);
    assert!(relative(weighted.loadings().as_slice(), repeated.loadings().as_slice()) < 1e-13);
}
