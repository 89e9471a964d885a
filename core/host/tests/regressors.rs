//! One suite over every built-in regressor, through the real contract.
#![allow(missing_docs)]

mod common;

use adit_engine::lowered::Band;
use adit_engine::plugin::{FastJob, FastVariant, Kind};
use adit_engine::{
    Fold, Matrix, Op, Plan, Plugins, Recipe, Regressor, Route, RowStatus, cross_validate, lowered,
};
use adit_host::testing;
use common::{nm, rows, same_bits, settings, target};

/// Id and settings.
const CASES: [(&str, &str); 11] = [
    ("adit.linfa.ols", ""),
    ("adit.linfa.pls", ""),
    ("adit.pls", ""),
    ("adit.pls", "scale = true"),
    ("adit.pls", "centre = false"),
    ("adit.pcr", ""),
    ("adit.pcr", "scale = true"),
    ("adit.ridge", ""),
    ("adit.ridge", "centre = false"),
    ("adit.simpls", ""),
    ("adit.simpls", "scale = true"),
];
const MAX: usize = 4;

struct Case {
    label: String,
    version: u32,
    x: Matrix,
    y: Matrix,
    make: Box<dyn Fn() -> Box<dyn Regressor>>,
}

impl Case {
    fn fitted(&self) -> (Box<dyn Regressor>, usize) {
        let mut r = (self.make)();
        let axis =
            adit_engine::Axis::wavelengths_nm((0..self.x.cols()).map(|j| j as f64).collect());
        let reached = r
            .fit(&axis, &self.x, &self.y, None, MAX)
            .unwrap_or_else(|e| panic!("{}: {e}", self.label));
        (r, reached)
    }
}

/// 30 samples, every fourth of the 40 channels: more rows than columns, so that least squares works too.
fn each_case(check: impl Fn(&Case)) {
    let host: &'static _ = Box::leak(Box::new(testing::host()));
    let x = rows(&nm(), 30, 3).select_columns(&(0..40).step_by(4).map(Some).collect::<Vec<_>>());
    let y = Matrix::column(&target(&x, 5));
    for (id, text) in CASES {
        let parameters = settings(text);
        let make = Box::new(move || {
            host.regressor(id, &parameters).unwrap_or_else(|e| panic!("{id} {parameters}: {e}"))
        });
        let version = host.info(id).unwrap().state_version;
        let label = format!("{id} {text:?}");
        check(&Case { label, version, x: x.clone(), y: y.clone(), make });
    }
}

fn rms(a: &[f64], b: &[f64]) -> f64 {
    (a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

#[test]
fn every_builtin_regressor_stands_in_the_table() {
    for p in testing::host().list().iter().filter(|p| p.kind == Kind::Regressor) {
        assert!(CASES.iter().any(|(id, _)| *id == p.id), "{} has no case", p.id);
    }
}

#[test]
fn a_fit_explains_its_target_and_count_zero_is_the_mean() {
    each_case(|case| {
        let (r, reached) = case.fitted();
        assert!((1..=MAX).contains(&reached), "{}: {reached}", case.label);
        let all = r.predict(&case.x, 0, reached, 1).unwrap();
        assert_eq!(all.values.cols(), reached + 1);
        let y = case.y.col(0);
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let none = if case.label.contains("centre = false") { 0.0 } else { mean };
        let first = all.values.col(0);
        assert!(first.iter().all(|v| (v - none).abs() < 1e-12 * mean.abs()), "{}", case.label);
        let (worst, best) = (rms(&first, &y), rms(&all.values.col(reached), &y));
        assert!(best < 0.1 * worst, "{}: {best} against {worst}", case.label);
    });
}

#[test]
fn states_hold_and_damaged_ones_are_refused_or_harmless() {
    each_case(|case| {
        let (mut r, reached) = case.fitted();
        let keep = reached.min(2);
        r.select(keep).unwrap();
        assert!(r.select(reached + 1).is_err(), "{}", case.label);
        let bytes = r.save().unwrap();
        let mut back = (case.make)();
        back.load(&bytes, case.version).unwrap();
        assert_eq!(back.save().unwrap(), bytes, "{}", case.label);
        let (a, b) = (r.predict(&case.x, keep, keep, 1), back.predict(&case.x, keep, keep, 1));
        assert!(same_bits(a.unwrap().values.data(), b.unwrap().values.data()), "{}", case.label);
        let calm = |e: adit_engine::Error| {
            assert!(!e.to_string().contains("panic"), "{}: {e}", case.label);
        };
        for cut in 0..bytes.len() {
            calm(back.load(&bytes[..cut], case.version).expect_err(&case.label));
        }
        for (at, flip) in (0..bytes.len()).flat_map(|at| [(at, 0x01), (at, 0x80), (at, 0xff)]) {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let mut back = (case.make)();
            let harmless = back.load(&damaged, case.version).and_then(|()| {
                back.predict(&case.x, keep, keep, 1)?;
                back.lower()?;
                if back.score_count().is_some() { back.scores(&case.x).map(drop) } else { Ok(()) }
            });
            if let Err(e) = harmless {
                calm(e);
            }
        }
    });
}

#[test]
fn lowered_ops_give_what_predict_gives() {
    each_case(|case| {
        let (mut r, reached) = case.fitted();
        r.select(reached).unwrap();
        let ops = r.lower().unwrap_or_else(|e| panic!("{}: {e}", case.label));
        let p = r.predict(&case.x, reached, reached, 1).unwrap();
        for (row, expect) in case.x.iter_rows().zip(p.values.data()) {
            let got = lowered::run_row(&ops, row).unwrap().unwrap();
            assert!((got[0] - expect).abs() <= 1e-9 * expect.abs().max(1.0), "{}", case.label);
        }
    });
}

#[test]
fn a_missing_value_never_reaches_the_regressor() {
    each_case(|case| {
        let (r, reached) = case.fitted();
        let clean = r.predict(&case.x, 0, reached, 1).unwrap();
        let mut x = case.x.clone();
        x.row_mut(4)[2] = f64::NAN;
        x.row_mut(9).fill(f64::INFINITY);
        let p = r.predict(&x, 0, reached, 1).unwrap();
        for i in 0..x.rows() {
            if i == 4 || i == 9 {
                assert_eq!(p.status[i], RowStatus::NotFinite, "{}", case.label);
                assert!(p.values.row(i).iter().all(|v| v.is_nan()));
            } else {
                assert_eq!(p.status[i], RowStatus::Ok);
                assert!(same_bits(p.values.row(i), clean.values.row(i)), "{}", case.label);
            }
        }
        if let Some(n) = r.score_count() {
            let t = r.scores(&x).unwrap();
            assert_eq!((t.rows(), t.cols()), (x.rows(), n), "{}", case.label);
            assert!(t.row(4).iter().all(|v| v.is_nan()) && t.row(5).iter().all(|v| v.is_finite()));
            let back = r.reconstruct(&t, x.cols()).unwrap();
            assert!(back.row(9).iter().all(|v| v.is_nan()));
            let q = rms(back.row(5), x.row(5));
            assert!(
                q.is_finite() && q < rms(&vec![0.0; x.cols()], x.row(5)),
                "{}: {q}",
                case.label
            );
        }
        let mut fresh = (case.make)();
        let axis = adit_engine::Axis::wavelengths_nm((0..x.cols()).map(|j| j as f64).collect());
        assert!(fresh.fit(&axis, &x, &case.y, None, 2).is_err(), "{}", case.label);
    });
}

#[test]
fn the_fast_cross_validation_is_the_slow_one() {
    let host = testing::host();
    let axis = nm();
    let x = rows(&axis, 30, 29);
    let y = Matrix::column(&target(&x, 31));
    let folds: Vec<Fold> = (0..6)
        .map(|f| Fold { test: (0..30).filter(|i| i % 6 == f).collect(), gap: vec![] })
        .collect();
    for text in ["plugin = \"adit.pls\"", "plugin = \"adit.pls\"\nscale = true"] {
        let recipe = Recipe::parse(&format!("[regressor]\n{text}")).unwrap();
        let plan = Plan::new(&recipe, &axis, &host).unwrap();
        let run =
            |route| cross_validate(&plan, &host, &axis, &x, &y, 0, None, &folds, 6, route).unwrap();
        let (fast, slow) = (run(Route::Planned), run(Route::Slow));
        assert_eq!(plan.route, adit_engine::plan::PlannedRoute::Fast);
        assert_eq!(fast.reached, slow.reached);
        let largest = slow.predictions.data().iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        for (a, b) in fast.predictions.data().iter().zip(slow.predictions.data()) {
            assert!((a - b).abs() <= 1e-10 * largest, "{text}: {a} {b}");
        }
    }
}

#[test]
fn every_variant_of_a_job_is_a_job_of_its_own() {
    let r = testing::host().regressor("adit.pls", &toml::Table::new()).unwrap();
    let x = rows(&nm(), 24, 43);
    let y = Matrix::column(&target(&x, 47));
    let folds: Vec<Fold> = (0..4)
        .map(|f| Fold { test: (0..24).filter(|i| i % 4 == f).collect(), gap: vec![] })
        .collect();
    // Differences of neighbours: 39 columns of 40.
    let bands: Vec<Band> =
        (0..39).map(|first| Band { first, coefficients: vec![-1.0, 1.0] }).collect();
    let slopes: Vec<f64> = x.iter_rows().flat_map(|r| r.windows(2).map(|w| w[1] - w[0])).collect();
    let slopes = Matrix::new(slopes, 24, 39).unwrap();
    let plain = FastVariant { centre: true, scale: false, filter: None };
    let scaled = FastVariant { scale: true, ..plain.clone() };
    let filter = Some(Op::AffineBanded { n_in: 40, bands, bias: vec![0.0; 39] });
    let filtered = FastVariant { filter, ..plain.clone() };
    let run = |x: &Matrix, variants: &[FastVariant]| {
        let (joint, max_components, weights) = (false, 3, None);
        let job = FastJob { x, y: &y, weights, folds: &folds, joint, variants, max_components };
        r.cross_validate(&job).unwrap()
    };
    let all = run(&x, &[plain.clone(), scaled.clone(), filtered]);
    let each = [run(&x, std::slice::from_ref(&plain)), run(&x, &[scaled]), run(&slopes, &[plain])];
    assert_eq!(all.reached, each.iter().flat_map(|a| a.reached.clone()).collect::<Vec<_>>());
    let apart: Vec<f64> = each.iter().flat_map(|a| a.predictions.clone()).collect();
    assert_eq!(all.predictions.len(), apart.len());
    let largest = apart.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    // The contract's tolerance of any route against the obvious one, twice.
    for (a, b) in all.predictions.iter().zip(&apart) {
        assert!((a - b).abs() <= 2e-10 * largest, "{a} {b}");
    }
}

#[test]
fn weights_that_are_not_finite_never_reach_the_fast_cross_validation() {
    let r = testing::host().regressor("adit.pls", &toml::Table::new()).unwrap();
    let x = rows(&nm(), 12, 37);
    let y = Matrix::column(&target(&x, 41));
    let folds: Vec<Fold> = (0..3)
        .map(|f| Fold { test: (0..12).filter(|i| i % 3 == f).collect(), gap: vec![] })
        .collect();
    let run = |odd: f64| {
        let mut weights = [1.0; 12];
        weights[5] = odd;
        r.cross_validate(&FastJob {
            x: &x,
            y: &y,
            weights: Some(&weights),
            folds: &folds,
            joint: false,
            variants: &[FastVariant { centre: true, scale: false, filter: None }],
            max_components: 2,
        })
    };
    run(2.0).unwrap();
    for odd in [f64::NAN, f64::INFINITY] {
        assert!(run(odd).unwrap_err().to_string().contains("not finite"));
    }
}
