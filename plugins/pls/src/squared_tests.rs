//! The routes on XX' and X'X against one fit a fold.

use std::ops::Range;

use adit_plugin::{Call, Error, Fold, Matrix};

use crate::fold_stats::AllRows;
use crate::prepare::{Settings, row_weights};
use crate::testing::{Noise, relative, spectra};
use crate::whole::{Done, Job, Whole};
use crate::{Model, cv_cross_product, cv_gram, kernel, kernel_2, wide};

type Route = fn(&Whole<'_>, &[Job<'_>], &Call<'_>) -> Result<Vec<Option<Done>>, Error>;

const CENTRED: Settings = Settings { centre: true, scale: false };

struct Case {
    x: Vec<f64>,
    y: Vec<f64>,
    weights: Option<Vec<f64>>,
    /// Test rows and gap rows.
    folds: Vec<(Vec<usize>, Vec<usize>)>,
    shape: (usize, usize, usize),
    settings: Settings,
    joint: bool,
    max: usize,
}

/// How the folds of a case came out.
struct Compared {
    /// Largest difference over the largest prediction.
    of_largest: f64,
    /// Largest difference over the root mean square of the left-out errors at that target's best count.
    of_error: f64,
    refused: usize,
    folds: usize,
}

impl Case {
    fn new(seed: u64, shape: (usize, usize, usize), parts: usize, max: usize) -> Case {
        let (n, p, m) = shape;
        let (x, y) = spectra(seed, n, p, m);
        let folds = (0..parts).map(|f| ((f..n).step_by(parts).collect(), vec![])).collect();
        Case { x, y, weights: None, folds, shape, settings: CENTRED, joint: true, max }
    }

    fn targets(&self) -> Vec<Range<usize>> {
        let m = self.shape.2;
        if self.joint {
            vec![Range { start: 0, end: m }]
        } else {
            (0..m).map(|k| k..k + 1).collect()
        }
    }

    fn run(&self, route: Route) -> Result<Vec<Option<Done>>, Error> {
        let (n, p, m) = self.shape;
        let weights = row_weights(self.weights.as_deref(), n).unwrap();
        let x = Matrix::new(&self.x, n, p).unwrap();
        let whole = Whole {
            all: &AllRows::new(x, &weights, self.settings.centre, &Call::alone()),
            y: Matrix::new(&self.y, n, m).unwrap(),
            weights: &weights,
            settings: self.settings,
            max: self.max,
        };
        let jobs: Vec<_> = self
            .folds
            .iter()
            .flat_map(|(test, gap)| {
                self.targets().into_iter().map(move |t| (Fold { test, gap }, t))
            })
            .collect();
        route(&whole, &jobs, &Call::alone())
    }

    /// One fit of the training rows of a fold.
    fn slow(&self, fold: &(Vec<usize>, Vec<usize>), targets: &Range<usize>) -> (Vec<f64>, usize) {
        let (n, p, m) = self.shape;
        let train: Vec<usize> =
            (0..n).filter(|i| !fold.0.contains(i) && !fold.1.contains(i)).collect();
        let x: Vec<f64> = train.iter().flat_map(|i| &self.x[i * p..(i + 1) * p]).copied().collect();
        let y: Vec<f64> = train
            .iter()
            .flat_map(|i| &self.y[i * m + targets.start..i * m + targets.end])
            .copied()
            .collect();
        let weights: Option<Vec<f64>> =
            self.weights.as_ref().map(|w| train.iter().map(|i| w[*i]).collect());
        let model = kernel::fit(
            Matrix::new(&x, train.len(), p).unwrap(),
            Matrix::new(&y, train.len(), targets.len()).unwrap(),
            weights.as_deref(),
            self.settings,
            self.max,
        )
        .unwrap();
        let mut out = vec![];
        for i in &fold.0 {
            for a in 0..=self.max {
                let mut to = vec![0.0; targets.len()];
                let a = a.min(model.reached());
                model.predict_row(&self.x[i * p..(i + 1) * p], a, a, &mut to);
                out.extend(to);
            }
        }
        (out, model.reached())
    }

    fn compare(&self, name: &str, route: Route) -> Compared {
        let (found, m) = (self.run(route).unwrap(), self.shape.2);
        let jobs: Vec<_> = self
            .folds
            .iter()
            .flat_map(|f| self.targets().into_iter().map(move |t| (f, t)))
            .collect();
        assert_eq!(found.len(), jobs.len(), "{name}");
        let mut off = Compared { of_largest: 0.0, of_error: 0.0, refused: 0, folds: jobs.len() };
        let mut slow = vec![];
        let mut squares = vec![(0.0, 0.0); (self.max + 1) * m];
        for (fold, targets) in &jobs {
            let (predicted, reached) = self.slow(fold, targets);
            let per_row = (self.max + 1) * targets.len();
            for (row, i) in predicted.chunks(per_row).zip(&fold.0) {
                for (at, v) in row.iter().enumerate() {
                    let (a, k) = (at / targets.len(), targets.start + at % targets.len());
                    let to = &mut squares[a * m + k];
                    *to = (to.0 + (v - self.y[i * m + k]).powi(2), to.1 + 1.0);
                }
            }
            slow.push((predicted, reached));
        }
        let rmse = |k: usize| {
            let each = (0..=self.max).map(|a| squares[a * m + k]);
            each.fold(f64::INFINITY, |least, (s, n): (f64, f64)| least.min((s / n).sqrt()))
        };
        for ((found, (slow, reached)), (fold, targets)) in found.iter().zip(&slow).zip(&jobs) {
            let Some(found) = found else {
                off.refused += 1;
                continue;
            };
            assert_eq!(found.reached as usize, *reached, "{name} {fold:?} {targets:?}");
            if slow.is_empty() {
                assert!(found.predictions.is_empty());
                continue;
            }
            off.of_largest = off.of_largest.max(relative(&found.predictions, slow));
            for (at, (f, s)) in found.predictions.iter().zip(slow).enumerate() {
                let k = targets.start + at % targets.len();
                off.of_error = off.of_error.max((f - s).abs() / rmse(k));
            }
        }
        off
    }
}

/// Cases of every kind that the routes answer.
fn cases(settings: &[Settings]) -> Vec<(String, Case)> {
    let mut all = vec![];
    for (shape, parts, max) in [
        ((12, 30, 1), 12, 5),
        ((12, 30, 4), 12, 5),
        ((40, 9, 3), 10, 7),
        ((30, 30, 2), 3, 8),
        ((50, 120, 4), 10, 10),
        ((60, 20, 2), 60, 8),
        ((9, 3, 2), 5, 3),
        ((40, 1, 1), 4, 2),
    ] {
        for (seed, settings) in (1..4).flat_map(|seed| settings.iter().map(move |s| (seed, *s))) {
            for joint in [true, false] {
                let mut case = Case::new(seed, shape, parts, max);
                (case.settings, case.joint) = (settings, joint);
                all.push((format!("{shape:?} seed {seed} {settings:?} joint {joint}"), case));
                let n = shape.0;
                let mut case = Case::new(seed, shape, parts, max);
                (case.settings, case.joint) = (settings, joint);
                case.weights = Some((0..n).map(|i| 0.25 + ((i * 7) % 4) as f64).collect());
                // Groups of unequal size with gaps behind them, one fold without test rows, and one that learns from a third.
                case.folds = (0..3)
                    .map(|g| ((g * n / 6..(g + 1) * n / 6).collect(), vec![(g + 1) * n / 6]))
                    .chain([(vec![], vec![0]), ((n / 3..n - 1).collect(), vec![n - 1])])
                    .collect();
                let name = format!("{shape:?} seed {seed} {settings:?} joint {joint} groups");
                all.push((name, case));
            }
        }
    }
    all
}

const PLAIN: [Settings; 2] = [CENTRED, Settings { centre: false, scale: false }];

const SCALED: [Settings; 2] =
    [Settings { centre: true, scale: true }, Settings { centre: false, scale: true }];

#[test]
fn the_gram_route_equals_one_fit_a_fold() {
    let (mut refused, mut folds) = (0, 0);
    for (name, case) in cases(&PLAIN) {
        let off = case.compare(&name, cv_gram::run);
        // The promise is 1e-6; the largest seen is 8e-8.
        assert!(off.of_error < 3e-7, "{name}: {:e}", off.of_error);
        (refused, folds) = (refused + off.refused, folds + off.folds);
    }
    // Those of (50, 120, 4) without centring, which seek more components than XX' can carry.
    assert!(20 * refused < folds, "{refused} of {folds} refused");
}

#[test]
fn the_cross_product_route_equals_one_fit_a_fold() {
    let (mut refused, mut folds) = (0, 0);
    for (name, case) in cases(&[PLAIN, SCALED].concat()) {
        let off = case.compare(&name, cv_cross_product::run);
        // The promise is 1e-10; the largest seen is 1e-11.
        assert!(off.of_largest < 4e-11, "{name}: {:e}", off.of_largest);
        (refused, folds) = (refused + off.refused, folds + off.folds);
    }
    assert!(20 * refused < folds, "{refused} of {folds} refused");
}

/// Spectra whose bands fade by a factor each: what is left for later components is closer and closer to rounding.
fn fading(seed: u64, shape: (usize, usize, usize), factor: f64) -> Case {
    let (n, p, m) = shape;
    let mut case = Case::new(seed, shape, 6, 10);
    let mut noise = Noise::new(seed + 77);
    let rank = 10.min(n).min(p);
    let direction: Vec<f64> = (0..rank * p).map(|_| noise.next()).collect();
    (case.x, case.y) = (vec![], vec![]);
    for _ in 0..n {
        let c: Vec<f64> = (0..rank).map(|_| noise.next()).collect();
        for k in 0..p {
            let each = (0..rank).map(|b| factor.powi(b as i32) * c[b] * direction[b * p + k]);
            case.x.push(each.sum::<f64>() + 0.3);
        }
        for j in 0..m {
            case.y.push(c.iter().skip(j).sum::<f64>() + 0.01 * noise.next());
        }
    }
    case
}

#[test]
fn ill_conditioned_folds_are_refused_and_what_is_answered_is_right() {
    for (factor, all_refused) in [(0.5, false), (0.1, true), (0.01, true), (1e-5, true)] {
        for seed in 0..6 {
            let wide = fading(seed, (30, 60, 1 + seed as usize % 3), factor);
            let off = wide.compare(&format!("wide {factor} {seed}"), cv_gram::run);
            assert!(off.of_error < 3e-7, "{factor}: {:e}", off.of_error);
            assert!(off.refused == off.folds || !all_refused, "{factor} {seed}");
            let tall = fading(seed, (60, 20, 1 + seed as usize % 3), factor);
            let off = tall.compare(&format!("tall {factor} {seed}"), cv_cross_product::run);
            assert!(off.of_largest < 4e-11, "{factor}: {:e}", off.of_largest);
            assert!(off.refused == off.folds || !all_refused, "{factor} {seed}");
        }
    }
}

/// Small whole numbers: ties, dead columns, twin rows, constant targets and every kind of lost rank come by themselves.
#[test]
fn awkward_folds_are_right_or_refused() {
    let mut answered = [0, 0];
    for seed in 0..300 {
        let mut noise = Noise::new(5000 + seed);
        let mut size = |low: usize, high: usize| {
            low + ((noise.next() + 1.0) * 0.5 * (high - low + 1) as f64) as usize
        };
        let (n, p, m) = (size(3, 14), size(1, 16), size(1, 3));
        let (levels, parts) = (size(1, 9) as f64, size(2, n));
        let mut case = Case::new(seed, (n, p, m), parts, 6);
        case.x.iter_mut().for_each(|v| *v = (levels * noise.next()).round());
        case.y.iter_mut().for_each(|v| *v = (levels * noise.next()).round());
        case.joint = seed % 2 == 0;
        if seed % 3 == 0 {
            case.weights = Some((0..n).map(|i| 1.0 + (i % 4) as f64).collect());
        }
        for settings in [PLAIN, SCALED].concat() {
            case.settings = settings;
            let name = format!("seed {seed}: {n}x{p}x{m}, {levels} levels, {settings:?}");
            if !settings.scale {
                let off = case.compare(&name, cv_gram::run);
                assert!(off.of_largest < 1e-9, "{name}: {:e}", off.of_largest);
                answered[0] += off.folds - off.refused;
            }
            let off = case.compare(&name, cv_cross_product::run);
            assert!(off.of_largest < 1e-10, "{name}: {:e}", off.of_largest);
            answered[1] += off.folds - off.refused;
        }
    }
    assert!(answered.iter().all(|a| *a > 100), "{answered:?}");
}

#[test]
fn degenerate_data_are_refused_and_bad_folds_are_errors() {
    for route in [cv_gram::run as Route, cv_cross_product::run] {
        let refused = |case: &Case| case.run(route).unwrap().iter().all(Option::is_none);
        let fresh = || Case::new(4, (12, 10, 1), 4, 3);
        for value in [0.0, 4.2, 1e9 + 0.1] {
            let mut case = fresh();
            case.y.fill(value);
            assert!(refused(&case), "y of {value}");
            let mut case = fresh();
            case.x.fill(value);
            assert!(refused(&case), "x of {value}");
        }
        let mut case = fresh();
        case.x[5] = f64::NAN;
        assert!(refused(&case));
        let mut case = fresh();
        case.y[5] = f64::INFINITY;
        assert!(refused(&case));
        let mut case = fresh();
        case.x.iter_mut().for_each(|v| *v *= 1e200);
        assert!(refused(&case));
        let mut case = fresh();
        case.folds[0].0 = vec![12];
        assert!(case.run(route).is_err());
        case.folds[0].0 = (0..12).collect();
        assert!(case.run(route).is_err());
        // No components asked: the mean, or nothing to be had here.
        let mut case = fresh();
        case.max = 0;
        assert!(case.compare("no components", route).of_largest < 1e-12);
    }
}

/// How far two models are apart: predictions of every count of the training rows, weights and rotations.
fn apart(a: &Model, b: &Model, case: &Case) -> f64 {
    assert_eq!(a.reached(), b.reached());
    let width = (a.reached() + 1) * a.targets();
    let predicted = |model: &Model| -> Vec<f64> {
        let rows = case.x.chunks(case.shape.1);
        rows.flat_map(|row| {
            let mut out = vec![0.0; width];
            model.predict_row(row, 0, model.reached(), &mut out);
            out
        })
        .collect()
    };
    let off = relative(&predicted(a), &predicted(b));
    if a.reached() == 0 {
        return off;
    }
    off.max((a.weights() - b.weights()).amax())
        .max((a.rotations() - b.rotations()).amax() / b.rotations().amax())
        .max((a.y_loadings() - b.y_loadings()).amax() / b.y_loadings().amax())
        .max((&a.pw - &b.pw).amax())
}

#[test]
fn the_fits_in_squared_space_equal_the_fit_on_x() {
    let faded = (0..4).flat_map(|seed| {
        [0.5, 0.1, 1e-4].map(|f| ("faded".to_owned(), fading(seed, (30, 14, 2), f)))
    });
    for (name, case) in cases(&[PLAIN, SCALED].concat()).into_iter().chain(faded) {
        let (n, p, m) = case.shape;
        let (x, y) = (Matrix::new(&case.x, n, p).unwrap(), Matrix::new(&case.y, n, m).unwrap());
        let weights = case.weights.as_deref();
        let on_x = kernel::fit(x, y, weights, case.settings, case.max).unwrap();
        for fit in [kernel_2::fit, wide::fit] {
            let model = fit(x, y, weights, case.settings, case.max).unwrap();
            let off = apart(&model, &on_x, &case);
            assert!(off < 1e-9, "{name}: {off:e}");
        }
    }
    let x = Matrix::new(&[1.0, f64::NAN], 2, 1).unwrap();
    assert!(
        kernel_2::fit(x, x, None, CENTRED, 1).is_err()
            && wide::fit(x, x, None, CENTRED, 1).is_err()
    );
}

#[test]
fn the_fits_in_squared_space_do_not_always_fall_back() {
    for (shape, wide_one) in [((20, 80, 2), true), ((80, 12, 2), false)] {
        let case = Case::new(3, shape, 2, 4);
        let (n, p, m) = shape;
        let (x, y) = (Matrix::new(&case.x, n, p).unwrap(), Matrix::new(&case.y, n, m).unwrap());
        let squared = if wide_one { wide::squared } else { kernel_2::squared };
        assert!(squared(x, y, None, CENTRED, 4).is_some());
    }
}

#[test]
fn the_same_bits_come_back() {
    for route in [cv_gram::run as Route, cv_cross_product::run] {
        let case = Case::new(5, (40, 30, 2), 40, 5);
        let bits = |case: &Case| -> Vec<Vec<u64>> {
            let done = case.run(route).unwrap().into_iter().flatten();
            done.map(|d| d.predictions.iter().map(|v| v.to_bits()).collect()).collect()
        };
        assert_eq!(bits(&case).len(), 40);
        assert_eq!(bits(&case), bits(&case));
    }
}
