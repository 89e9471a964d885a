//! Out-of-fold predictions for every component count.
//!
//! Two routes that give the same answer (how closely is told at `AditCrossValidate` of the contract): all folds as one job of the regressor, or the
//! obvious one, a fit per fold. The plan says which is taken and why; [`Route::Slow`] forces the obvious one.

use rayon::prelude::*;

use crate::chain::Tail;
use crate::plan::{Plan, PlannedRoute};
use crate::plugin::{FastJob, FastVariant};
use crate::{Axis, Error, Matrix, Plugins, Result};

/// One fold: rows to predict, and rows to leave out of the training besides; training = all other rows. Row numbers ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// Rows to predict.
    pub test: Vec<usize>,
    /// Rows left out of the training besides.
    pub gap: Vec<usize>,
}

impl Fold {
    /// The training rows among `n`.
    ///
    /// # Panics
    /// When the fold names a row past `n`.
    pub fn training(&self, n: usize) -> Vec<usize> {
        let mut keep = vec![true; n];
        self.test.iter().chain(&self.gap).for_each(|&i| keep[i] = false);
        (0..n).filter(|&i| keep[i]).collect()
    }
}

/// What belongs together does, every fold names rows that are there, each once and ascending, and leaves some to train on.
fn check(
    axis: &Axis,
    x: &Matrix,
    y: &Matrix,
    column: usize,
    weights: Option<&[f64]>,
    folds: &[Fold],
) -> Result<()> {
    let n = x.rows();
    let fits = axis.len() == x.cols()
        && y.rows() == n
        && column < y.cols()
        && weights.is_none_or(|w| w.len() == n);
    if !fits {
        return Err(Error::bug("rows, targets, weights and axis of the folds do not go together"));
    }
    check_folds(folds, n)
}

/// Every fold names rows of `n` that are there, each once and ascending, and leaves some to train on.
pub(crate) fn check_folds(folds: &[Fold], n: usize) -> Result<()> {
    for (f, fold) in folds.iter().enumerate() {
        let ascends = |rows: &[usize]| rows.windows(2).all(|w| w[0] < w[1]);
        let there = fold.test.iter().chain(&fold.gap).all(|i| *i < n);
        let apart = !fold.gap.iter().any(|i| fold.test.binary_search(i).is_ok());
        if !(ascends(&fold.test) && ascends(&fold.gap) && there && apart) {
            return Err(Error::bug(format!("fold {} is not made of rows of the data", f + 1)));
        }
        if fold.test.len() + fold.gap.len() >= n {
            return Err(Error::numeric(
                format!("fold {} leaves no row to train on", f + 1),
                "take more samples or another scheme of cross-validation",
            ));
        }
    }
    Ok(())
}

/// Which route to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The one of the plan.
    Planned,
    /// One fit a fold, whatever the plan says.
    Slow,
}

/// Out-of-fold predictions on the scale of the model.
#[derive(Clone, Debug)]
pub struct CrossValidated {
    /// Rows: the test rows of all folds in the order of the folds. Columns: for each count 0..=A in turn, one value per target.
    pub predictions: Matrix,
    /// Smallest count that each fold reached (over targets).
    pub reached: Vec<usize>,
    /// Number of targets.
    pub targets: usize,
    /// What the regressor says of the route it took; nothing from the slow route.
    pub remarks: Vec<String>,
}

impl CrossValidated {
    /// Prediction of the `k`-th test row at count `a` for a target.
    pub fn at(&self, k: usize, a: usize, target: usize) -> f64 {
        self.predictions.row(k)[a * self.targets + target]
    }
}

/// Runs the folds on rows after the hoisted steps.
///
/// `x` is n x p, `y` n x targets on the scale of the model; a step that needs y sees column `column`. With several targets of a
/// plan that is not joint, each is a model of its own.
///
/// # Errors
/// What a step or the regressor says; errors of a fold name it.
#[allow(clippy::too_many_arguments)]
pub fn cross_validate(
    plan: &Plan,
    plugins: &dyn Plugins,
    axis: &Axis,
    x: &Matrix,
    y: &Matrix,
    column: usize,
    weights: Option<&[f64]>,
    folds: &[Fold],
    max_components: usize,
    route: Route,
) -> Result<CrossValidated> {
    check(axis, x, y, column, weights, folds)?;
    if route == Route::Planned && plan.route == PlannedRoute::Fast {
        return fast(plan, plugins, x, y, weights, folds, max_components);
    }
    let per_fold: Vec<Result<(Vec<f64>, usize)>> = folds
        .par_iter()
        .enumerate()
        .map(|(f, fold)| {
            one_fold(plan, plugins, axis, x, y, column, weights, fold, max_components)
                .map_err(|e| e.within(format!("fold {}", f + 1)))
        })
        .collect();
    // The first fold that failed speaks, whichever thread was first.
    let per_fold: Vec<(Vec<f64>, usize)> = per_fold.into_iter().collect::<Result<_>>()?;
    let rows: usize = folds.iter().map(|f| f.test.len()).sum();
    let mut data = Vec::with_capacity(rows * (max_components + 1) * y.cols());
    let mut reached = Vec::new();
    for (values, r) in per_fold {
        data.extend(values);
        reached.push(r);
    }
    let predictions = Matrix::new(data, rows, (max_components + 1) * y.cols())?;
    Ok(CrossValidated { predictions, reached, targets: y.cols(), remarks: Vec::new() })
}

fn fast(
    plan: &Plan,
    plugins: &dyn Plugins,
    x: &Matrix,
    y: &Matrix,
    weights: Option<&[f64]>,
    folds: &[Fold],
    max_components: usize,
) -> Result<CrossValidated> {
    let joint = plan.joint();
    let variants = [FastVariant {
        centre: plan.regressor_switch("centre", true),
        scale: plan.regressor_switch("scale", false),
        filter: None,
    }];
    let job = FastJob { x, y, weights, folds, joint, variants: &variants, max_components };
    let answer = plan.make_regressor(plugins)?.cross_validate(&job)?;
    let rows: usize = folds.iter().map(|f| f.test.len()).sum();
    let per_fold = if joint { 1 } else { y.cols() };
    Ok(CrossValidated {
        predictions: Matrix::new(answer.predictions, rows, (max_components + 1) * y.cols())?,
        reached: answer
            .reached
            .chunks(per_fold)
            .map(|c| c.iter().copied().min().unwrap_or(0) as usize)
            .collect(),
        targets: y.cols(),
        remarks: answer.remarks,
    })
}

/// One fold the obvious way. Past the count reached, the last model's prediction is repeated.
#[allow(clippy::too_many_arguments)]
fn one_fold(
    plan: &Plan,
    plugins: &dyn Plugins,
    axis: &Axis,
    x: &Matrix,
    y: &Matrix,
    column: usize,
    weights: Option<&[f64]>,
    fold: &Fold,
    max_components: usize,
) -> Result<(Vec<f64>, usize)> {
    let train = fold.training(x.rows());
    let (tx, test) = (x.select_rows(&train), x.select_rows(&fold.test));
    let tw: Option<Vec<f64>> = weights.map(|w| train.iter().map(|&i| w[i]).collect());
    let m = y.cols();
    // Separate targets are separate models; the regressor sees one column at a time.
    let groups: Vec<Vec<usize>> =
        if plan.joint() { vec![(0..m).collect()] } else { (0..m).map(|k| vec![k]).collect() };
    let width = (max_components + 1) * m;
    let mut out = vec![0.0; fold.test.len() * width];
    let mut least = usize::MAX;
    for group in &groups {
        let cols: Vec<Option<usize>> = group.iter().map(|k| Some(*k)).collect();
        let ty = y.select_rows(&train).select_columns(&cols);
        let own = group.iter().position(|k| *k == column).unwrap_or(0);
        let tail = Tail::fit(plan, plugins, axis, &tx, &ty, own, tw.as_deref(), max_components)
            .map_err(|e| e.renumbered(|row| train.get(row).copied()))?;
        let reached = tail.reached();
        least = least.min(reached);
        let (features, _) = tail.features(&test)?;
        let p = tail.predict(&features, 0, reached)?;
        for (i, row) in p.iter_rows().enumerate() {
            for a in 0..=max_components {
                let from = a.min(reached) * group.len();
                for (g, k) in group.iter().enumerate() {
                    out[i * width + a * m + k] = row[from + g];
                }
            }
        }
    }
    Ok((out, least))
}
