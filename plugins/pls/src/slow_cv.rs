//! The obvious cross-validation: one fit a fold, on copied rows. What the fast one is tested against.

use adit_plugin::{CrossValidation, Error, Matrix, Targets};

use crate::filter;
use crate::kernel;
use crate::prepare::Settings;

/// Fills `predictions` and `reached` of `job`, fold by fold.
pub(crate) fn run(job: &mut CrossValidation<'_>) -> Result<(), Error> {
    let (p0, m, top) = (job.x.cols(), job.y.cols(), job.max_components);
    let (mut at, mut reached) = (0, 0);
    for variant in &job.variants {
        let settings = Settings { centre: variant.centre, scale: variant.scale };
        let x: Vec<Vec<f64>> = (0..job.x.rows())
            .map(|i| match &variant.filter {
                Some(op) => filter::Banded::new(op, p0).unwrap().row(job.x.row(i)),
                None => job.x.row(i).to_vec(),
            })
            .collect();
        for fold in &job.folds {
            let train: Vec<usize> = (0..job.x.rows())
                .filter(|i| !fold.test.contains(i) && !fold.gap.contains(i))
                .collect();
            let weights: Option<Vec<f64>> =
                job.weights.map(|w| train.iter().map(|i| w[*i]).collect());
            let groups: Vec<Vec<usize>> = match job.targets {
                Targets::Joint => vec![(0..m).collect()],
                Targets::Separate => (0..m).map(|k| vec![k]).collect(),
            };
            let models: Vec<_> = groups
                .iter()
                .map(|group| {
                    let xs: Vec<f64> = train.iter().flat_map(|i| x[*i].clone()).collect();
                    let ys: Vec<f64> = train
                        .iter()
                        .flat_map(|i| group.iter().map(|k| job.y.row(*i)[*k]))
                        .collect();
                    let xs = Matrix::new(&xs, train.len(), x[0].len()).unwrap();
                    let ys = Matrix::new(&ys, train.len(), group.len()).unwrap();
                    kernel::fit(xs, ys, weights.as_deref(), settings, top)
                })
                .collect::<Result<_, _>>()?;
            for model in &models {
                job.reached[reached] = model.reached() as u32;
                reached += 1;
            }
            for i in fold.test {
                for a in 0..=top {
                    for (model, group) in models.iter().zip(&groups) {
                        let a = a.min(model.reached());
                        let to = &mut job.predictions[at..at + group.len()];
                        model.predict_row(&x[*i], a, a, to);
                        at += group.len();
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use adit_plugin::{Band, Call, Fold, Op, Variant};

    use super::*;
    use crate::fast_cv;
    use crate::route::Route;
    use crate::testing::{Noise, relative, spectra};

    /// A job over spectra-like data: folds with gaps, weights, a test row with an outlier, a column that only one row lights up.
    struct Case {
        x: Vec<f64>,
        y: Vec<f64>,
        weights: Option<Vec<f64>>,
        folds: Vec<(Vec<usize>, Vec<usize>)>,
        shape: (usize, usize, usize),
    }

    impl Case {
        fn new(shape: (usize, usize, usize), parts: usize) -> Case {
            let (n, p, m) = shape;
            let (x, y) = spectra((n * p * m) as u64, n, p, m);
            let folds = (0..parts).map(|f| ((f..n).step_by(parts).collect(), vec![])).collect();
            Case { x, y, weights: None, folds, shape }
        }

        fn job<'a>(
            &'a self,
            targets: Targets,
            variants: &[Variant],
            max: usize,
            predictions: &'a mut Vec<f64>,
            reached: &'a mut Vec<u32>,
        ) -> CrossValidation<'a> {
            let (n, p, m) = self.shape;
            let tests: usize = self.folds.iter().map(|f| f.0.len()).sum();
            predictions.resize(variants.len() * tests * (max + 1) * m, f64::NAN);
            let models = if targets == Targets::Joint { 1 } else { m };
            reached.resize(variants.len() * self.folds.len() * models, u32::MAX);
            CrossValidation {
                x: Matrix::new(&self.x, n, p).unwrap(),
                y: Matrix::new(&self.y, n, m).unwrap(),
                weights: self.weights.as_deref(),
                folds: self.folds.iter().map(|(test, gap)| Fold { test, gap }).collect(),
                targets,
                variants: variants.to_vec(),
                max_components: max,
                predictions,
                reached,
            }
        }

        fn check(&self, name: &str, variants: &[Variant], max: usize) {
            for targets in [Targets::Separate, Targets::Joint] {
                let (mut fast, mut slow) = (vec![], vec![]);
                let (mut fast_reached, mut slow_reached) = (vec![], vec![]);
                let mut job = self.job(targets, variants, max, &mut fast, &mut fast_reached);
                fast_cv::run_by(&mut job, Some(Route::Batched), &Call::alone()).unwrap();
                run(&mut self.job(targets, variants, max, &mut slow, &mut slow_reached)).unwrap();
                assert_eq!(fast_reached, slow_reached, "{name} {targets:?}");
                let off = relative(&fast, &slow);
                // Five times what was seen; the promise is 1e-10.
                assert!(off < 4e-12, "{name} {targets:?}: {off:e}");
            }
        }
    }

    fn variants() -> Vec<Variant> {
        let variant = |centre, scale| Variant { centre, scale, filter: None };
        vec![variant(true, false), variant(true, true), variant(false, false), variant(false, true)]
    }

    #[test]
    fn equals_the_slow_loop_on_every_shape() {
        for (shape, parts, max) in [
            ((12, 30, 1), 12, 6),
            ((12, 30, 4), 12, 6),
            ((40, 9, 3), 10, 9),
            ((30, 30, 2), 3, 15),
            ((50, 120, 4), 10, 15),
            ((5, 3, 2), 5, 3),
            ((40, 1, 1), 4, 2),
        ] {
            Case::new(shape, parts).check(&format!("{shape:?}"), &variants(), max);
        }
    }

    /// Few folds of large data go over X in chunks of rows; many go in blocks of folds.
    #[test]
    fn equals_the_slow_loop_where_the_work_is_shared_by_rows_or_by_folds() {
        let mut few = Case::new((300, 900, 2), 4);
        few.weights = Some((0..300).map(|i| 0.5 + f64::from(i % 3)).collect());
        few.check("shared_by_rows", &variants()[..2], 6);
        Case::new((64, 70, 2), 64).check("shared by folds", &variants()[..2], 5);
    }

    #[test]
    fn equals_the_slow_loop_with_gaps_weights_and_most_rows_left_out() {
        let mut case = Case::new((30, 25, 2), 5);
        case.weights = Some((0..30).map(|i| 0.25 + f64::from(i % 4)).collect());
        case.folds = (1..5)
            .map(|i| ((6 * i..6 * i + 6).collect(), (6 * i + 6..30).collect()))
            .chain([(vec![3], vec![2, 4]), (vec![], vec![7]), (vec![9], vec![])])
            .collect();
        case.check("forward", &variants(), 8);
    }

    #[test]
    fn equals_the_slow_loop_with_outliers_and_flares() {
        let mut case = Case::new((15, 20, 2), 15);
        let p = 20;
        (0..15).for_each(|i| case.x[i * p + 3] = 0.1); // constant but for one row
        case.x[7 * p + 3] = 50.0;
        (0..15).for_each(|i| case.x[i * p + 4] = 0.7); // constant
        (0..15).for_each(|i| case.x[i * p + 5] += 2e4); // far from zero
        case.x[2 * p + 6] = 1e4; // an outlier
        case.check("flares", &variants(), 5);
    }

    #[test]
    fn equals_the_slow_loop_where_the_rank_ends() {
        let mut case = Case::new((16, 24, 2), 8);
        let (x, _) = spectra(1, 16, 3, 1);
        case.x = x
            .chunks(3)
            .flat_map(|c| (0..24).map(move |k| c[k % 3] * f64::from(1 + k as u32 / 3)))
            .collect();
        case.check("rank 3", &variants(), 10);
        case.y = vec![4.2; 32];
        case.check("constant y", &variants()[..2], 4);
    }

    #[test]
    fn equals_the_slow_loop_under_a_filter() {
        let bands =
            (0..18).map(|i| Band { first: i, coefficients: vec![-0.5, 0.1, 0.5] }).collect();
        let filter = Op::AffineBanded {
            n_in: 20,
            bands,
            bias: (0..18).map(|i| f64::from(i) * 0.1).collect(),
        };
        let variants: Vec<_> = variants()
            .into_iter()
            .map(|v| Variant { filter: Some(filter.clone()), ..v })
            .chain(variants())
            .collect();
        let case = Case::new((14, 20, 3), 7);
        case.check("filter", &variants, 6);
        // The coefficients of a fold act on the columns before the filter and predict what the job predicts.
        let (mut predictions, mut reached) = (vec![], vec![]);
        let mut job = case.job(Targets::Separate, &variants, 6, &mut predictions, &mut reached);
        fast_cv::run(&mut job, &Call::alone()).unwrap();
        let (b, b0) = fast_cv::coefficients(&job, 1, 2, 4).unwrap();
        let row = case.x[2 * 20..3 * 20].iter();
        let direct = b0[1] + b.row(1).iter().zip(row).map(|(b, x)| b * x).sum::<f64>();
        let at = (14 + 4) * 7 * 3 + 4 * 3 + 1; // variant 1; folds 0 and 1 have two test rows each; count 4; target 1
        assert!((direct - job.predictions[at]).abs() < 1e-10 * direct.abs());
    }

    /// Small whole numbers: ties, dead columns, twin rows, constant targets and every kind of lost rank come by themselves.
    #[test]
    fn equals_the_slow_loop_on_many_small_awkward_cases() {
        for seed in 0..400 {
            let mut noise = Noise::new(1000 + seed);
            let mut size = |low: usize, high: usize| {
                low + ((noise.next() + 1.0) * 0.5 * (high - low + 1) as f64) as usize
            };
            let (n, p, m) = (size(3, 14), size(1, 16), size(1, 3));
            let (levels, parts) = (size(1, 9) as f64, size(2, n));
            let mut case = Case::new((n, p, m), parts);
            let mut whole = |v: &mut Vec<f64>| {
                v.iter_mut().for_each(|v| *v = (levels * noise.next()).round());
            };
            whole(&mut case.x);
            whole(&mut case.y);
            if seed % 3 == 0 {
                case.weights = Some((0..n).map(|i| 1.0 + (i % 4) as f64).collect());
            }
            case.check(&format!("seed {seed}: {n}x{p}x{m}, {levels} levels"), &variants(), 12);
        }
    }

    #[test]
    fn bad_jobs_are_errors() {
        let mut case = Case::new((6, 4, 1), 3);
        let (mut a, mut b) = (vec![], vec![]);
        case.folds[0].0 = vec![0, 6];
        let mut job = case.job(Targets::Separate, &variants(), 2, &mut a, &mut b);
        assert!(fast_cv::run(&mut job, &Call::alone()).is_err());
        case.folds[0].0 = (0..6).collect();
        let mut job = case.job(Targets::Separate, &variants(), 2, &mut a, &mut b);
        assert!(fast_cv::run(&mut job, &Call::alone()).is_err());
        case.folds[0].0 = vec![0];
        case.x[5] = f64::NAN;
        let mut job = case.job(Targets::Separate, &variants(), 2, &mut a, &mut b);
        assert!(fast_cv::run(&mut job, &Call::alone()).is_err());
        case.x[5] = 0.0;
        let mut short = vec![0.0; 3];
        let mut job = case.job(Targets::Separate, &variants(), 2, &mut a, &mut b);
        job.predictions = &mut short;
        assert!(fast_cv::run(&mut job, &Call::alone()).is_err());
    }
}
