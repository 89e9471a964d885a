//! Rows go through a chain in blocks; no row may notice.
#![allow(missing_docs)]

mod common;

use adit_engine::{Chain, Matrix, Plan, Recipe, RowStatus, lowered};
use adit_host::testing;
use common::{nm, rows, target};

const RECIPE: &str = r#"
[[step]]
plugin = "adit.derivative.savitzky-golay"
window = 7
derivative = 1
[[step]]
plugin = "adit.scatter.snv"
[regressor]
plugin = "adit.pls"
targets = "joint"
"#;
/// More rows than several blocks hold.
const N: usize = 333;

/// A chain of two targets, loaded from its saved form.
fn chain() -> Chain {
    let (host, axis) = (testing::host(), nm());
    let plan = Plan::new(&Recipe::parse(RECIPE).unwrap(), &axis, &host).unwrap();
    let x = rows(&axis, 30, 3);
    let (a, b) = (target(&x, 5), target(&x, 7));
    let y = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).collect();
    let y = Matrix::new(y, 30, 2).unwrap();
    let mut chain = Chain::fit(&plan, &host, "Zn", "mg/L", &x, &y, 1, None, 5).unwrap();
    chain.select(4).unwrap();
    Chain::load(&chain.save().unwrap(), &host).unwrap()
}

/// Rows of which number 70 is not finite and number 200 has no shape.
fn new_rows() -> Matrix {
    let mut x = rows(&nm(), N, 11);
    x.row_mut(70)[3] = f64::NAN;
    x.row_mut(200).fill(0.25);
    x
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn a_row_among_many_alone_and_in_a_predictor_has_the_same_bits() {
    let (chain, x) = (chain(), new_rows());
    let (z, refused) = chain.predict_targets(&x).unwrap();
    let many = chain.predict(&x).unwrap();
    let mut predictor = chain.predictor();
    for i in 0..N {
        let alone = chain.predict(&x.select_rows(&[i])).unwrap().pop().unwrap();
        assert_eq!(many[i], alone, "row {i}");
        assert_eq!(predictor.predict(x.row(i)).unwrap(), alone, "row {i}");
        match predictor.targets(x.row(i)).unwrap() {
            Ok(one) => assert_eq!(bits(one), bits(z.row(i)), "row {i}"),
            Err(r) => assert_eq!(refused[i].as_ref(), Some(&r), "row {i}"),
        }
        if let Ok(e) = alone {
            assert_eq!(e.z.to_bits(), z.row(i)[1].to_bits(), "row {i}");
        }
    }
    let (dead, flat) = (refused[70].as_ref().unwrap(), refused[200].as_ref().unwrap());
    assert_eq!(dead.place, "step 1 (adit.derivative.savitzky-golay)");
    assert_eq!(dead.status, RowStatus::NotFinite);
    assert_eq!(
        (flat.place.as_str(), flat.status),
        ("step 2 (adit.scatter.snv)", RowStatus::Divisor)
    );
    assert_eq!(refused.iter().flatten().count(), 2);
    assert!(z.row(70).iter().chain(z.row(200)).all(|v| v.is_nan()));
    assert!(predictor.predict(&[1.0; 3]).is_err());
    assert!(chain.predict(&Matrix::zeros(2, 3)).is_err());
    assert!(chain.predict(&Matrix::zeros(0, 40)).unwrap().is_empty());
    let lost = Matrix::new(vec![f64::NAN; 80], 2, 40).unwrap();
    let z = chain.tail().predict(&lost, 0, 4).unwrap();
    assert!(z.cols() == 10 && z.data().iter().all(|v| v.is_nan()));
    assert!(chain.tail().scores(&lost).unwrap().unwrap().data().iter().all(|v| v.is_nan()));
}

#[test]
fn blocks_are_the_same_on_any_number_of_threads_and_give_what_the_parts_give() {
    let (chain, x) = (chain(), new_rows());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (chain.predict_targets(&x).unwrap(), chain.features(&x).unwrap()))
    };
    let ((z, _), (features, refused)) = on(1);
    let ((z2, _), (features2, refused2)) = on(2);
    assert_eq!(bits(z.data()), bits(z2.data()));
    assert_eq!((bits(features.data()), &refused), (bits(features2.data()), &refused2));
    let by_parts = chain.tail().predict(&features, 4, 4).unwrap();
    for i in (0..N).filter(|i| refused[*i].is_none()) {
        assert_eq!(bits(z.row(i)), bits(by_parts.row(i)), "row {i}");
    }
    assert!(by_parts.row(70).iter().all(|v| v.is_nan()));
}

#[test]
fn the_chain_predicts_what_its_lowered_ops_say() {
    let (chain, x) = (chain(), new_rows());
    let ops: Vec<_> = chain.lower().unwrap().into_iter().map(|(_, op)| op).collect();
    let many = chain.predict(&x).unwrap();
    for (row, estimate) in x.iter_rows().zip(many) {
        match (lowered::run_row(&ops, row).unwrap(), estimate) {
            // The order of sums differs.
            (Ok(v), Ok(e)) => assert!((v[0] - e.value).abs() <= 1e-11 * e.value.abs().max(1.0)),
            (Err(_), Err(_)) => {}
            (v, e) => panic!("{v:?} {e:?}"),
        }
    }
}
