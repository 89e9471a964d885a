//! Selection of columns does not leak: on a y that is pure noise, columns chosen inside the folds predict nothing, while the same
//! choice made once on all rows looks like a calibration.

use adit_engine::plan::PlannedRoute;
use adit_engine::{Axis, Fold, Matrix, Plan, Plugins, Recipe, Route, cross_validate, unit};
use adit_host::Host;

const N: usize = 40;
const P: usize = 200;
const COUNT: usize = 3;

/// Numbers in -1..1 from a written seed (xorshift64*).
fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        bits as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn axis(p: usize) -> Axis {
    let values = (0..p).map(|k| 250.0 + k as f64).collect();
    Axis::Positions { unit: unit::ADIT_UNIT_NM, values }
}

fn recipe(step: &str) -> Recipe {
    let step = if step.is_empty() { String::new() } else { format!("[[step]]\n{step}\n") };
    Recipe::parse(&format!("{step}[regressor]\nplugin = \"adit.pls\"\n")).unwrap()
}

/// RMSECV at `COUNT` components over the standard deviation of y, 10 folds.
fn error(host: &Host, step: &str, x: &Matrix, y: &[f64]) -> f64 {
    let axis = axis(x.cols());
    let plan = Plan::new(&recipe(step), &axis, host).unwrap();
    assert_eq!(plan.hoisted, 0, "a step that needs y stays in the folds");
    if !step.is_empty() {
        assert_eq!(plan.route, PlannedRoute::Slow);
        assert!(plan.why.contains("learns from the training rows"), "{}", plan.why);
    }
    let folds: Vec<Fold> =
        (0..10).map(|f| Fold { test: (f..N).step_by(10).collect(), gap: vec![] }).collect();
    let targets = Matrix::new(y.to_vec(), N, 1).unwrap();
    let route = Route::Planned;
    let out =
        cross_validate(&plan, host, &axis, x, &targets, 0, None, &folds, COUNT, route).unwrap();
    let rows = folds.iter().flat_map(|f| f.test.iter());
    let squares = rows.enumerate().map(|(k, i)| (out.at(k, COUNT, 0) - y[*i]).powi(2));
    let mean = y.iter().sum::<f64>() / N as f64;
    let spread: f64 = y.iter().map(|v| (v - mean).powi(2)).sum();
    (squares.sum::<f64>() / spread).sqrt()
}

/// The columns that a selection keeps when it sees all rows.
fn kept_of_all(host: &Host, step: &str, x: &Matrix, y: &[f64]) -> Matrix {
    let step = recipe(step).steps.remove(0);
    let mut made = host.transform(&step.plugin, &step.settings).unwrap();
    made.fit(&axis(x.cols()), x, Some(y), None).unwrap();
    made.apply(x).unwrap().x
}

const METHODS: [&str; 4] = [
    "plugin = \"adit.pls.vip\"\nkeep = 10\ncomponents = 2",
    "plugin = \"adit.pls.selectivity-ratio\"\nlevel = 0.0\nkeep = 10\ncomponents = 2",
    "plugin = \"adit.pls.interval\"\nintervals = 40\ncombine = 4\nmax_components = 4",
    "plugin = \"adit.pls.cars\"\nruns = 20\nmax_components = 4",
];

#[test]
fn noise_predicts_nothing_when_columns_are_chosen_inside_the_folds() {
    let host = adit_host::testing::host();
    for step in METHODS {
        let (mut inside, mut outside) = (0.0, 0.0);
        for seed in [1, 2, 3] {
            let x = Matrix::new(noise(seed, N * P), N, P).unwrap();
            let y = noise(seed + 100, N);
            inside += error(&host, step, &x, &y) / 3.0;
            outside += error(&host, "", &kept_of_all(&host, step, &x, &y), &y) / 3.0;
        }
        println!("{step}: {inside:.3} inside the folds, {outside:.3} outside");
        // The mean alone has 1.03: an honest error is about that or more, and an error of 0.8 would be an r2 of 0.36.
        assert!(inside > 0.97, "{step}: {inside} inside the folds");
        assert!(outside < 0.9 && outside < 0.85 * inside, "{step}: {outside} outside the folds");
    }
}

#[test]
fn the_folds_come_out_alike_on_one_thread_and_on_two() {
    let host = adit_host::testing::host();
    let (x, y) = (Matrix::new(noise(5, N * P), N, P).unwrap(), noise(6, N));
    for step in METHODS {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| error(&host, step, &x, &y).to_bits())
        };
        assert_eq!(on(1), on(2), "{step}");
    }
}

#[test]
fn a_selection_without_y_is_refused() {
    let host = adit_host::testing::host();
    let x = Matrix::new(noise(7, N * P), N, P).unwrap();
    for step in METHODS {
        let step = recipe(step).steps.remove(0);
        let mut made = host.transform(&step.plugin, &step.settings).unwrap();
        assert!(made.flags().needs_y() && made.flags().selects_columns(), "{}", step.plugin);
        assert!(!made.flags().row_local(), "{}", step.plugin);
        let e = made.fit(&axis(P), &x, None, None).unwrap_err().to_string();
        assert!(e.contains("needs y"), "{e}");
    }
}
