//! Cross-validation of all folds at once.
//!
//! A component of improved kernel PLS needs `t = X_f w` and `X_f't` of every fold f. With `X_f = (X - 1 mean_f') / scale_f` neither
//! X_f nor X_f'X_f is ever formed: the folds' `w / scale_f` are the columns of one matrix U, so a component of all folds is two
//! matrix products over the one X of all rows, `X U` and `X'T`, with rank-one corrections for the means and a division by the
//! scales; rows that a fold leaves out have weight 0 in T. The scores of a fold's test rows fall out of the same product, so
//! predicting for every count costs one multiplication a row and target. With separate targets each pair of fold and target is a
//! column; with joint targets each fold is one. The idea of sharing work between folds is Engstrøm and Jensen's (2025,
//! J. Chemometrics, doi:10.1002/cem.70008); here the component loop is shared too.
//!
//! Columns are worked on in blocks of fixed width, so that results do not depend on the number of threads.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use adit_plugin::{Call, CrossValidation, Error, ErrorCode, Fold, Matrix, Targets, Variant};
use nalgebra::{DMatrix, DVector};

use crate::filter::Banded;
use crate::fold_column::{Done, FoldColumn, Whole, mask};
use crate::fold_stats::AllRows;
use crate::kernel;
use crate::prepare::{Settings, row_weights};

/// Columns of one block.
const WIDTH: usize = 32;

/// Runs the whole job.
///
/// # Errors
/// Shapes that do not fit, a fold without training rows, values that are not finite, a filter that is not banded.
pub(crate) fn run(job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error> {
    let weights = check(job)?;
    let tests: usize = job.folds.iter().map(|f| f.test.len()).sum();
    let (per_row, groups) = ((job.max_components + 1) * job.y.cols(), groups(job));
    for (v, variant) in job.variants.iter().enumerate() {
        let whole = Whole {
            all: AllRows::new(&filtered_rows(job.x, variant)?, &weights),
            y: job.y,
            weights: &weights,
            settings: Settings { centre: variant.centre, scale: variant.scale },
            max: job.max_components,
        };
        let jobs: Vec<(Fold<'_>, Range<usize>)> = job
            .folds
            .iter()
            .flat_map(|fold| groups.iter().map(|targets| (*fold, targets.clone())))
            .collect();
        let done = whole.all_blocks(&jobs, call)?;
        let to = &mut job.predictions[v * tests * per_row..(v + 1) * tests * per_row];
        let reached = &mut job.reached[v * jobs.len()..(v + 1) * jobs.len()];
        let mut at = 0;
        for (i, ((fold, targets), column)) in jobs.iter().zip(&done).enumerate() {
            reached[i] = column.reached;
            put(&column.predictions, targets, job.y.cols(), &mut to[at * per_row..]);
            if targets.end == job.y.cols() {
                at += fold.test.len();
            }
        }
    }
    Ok(())
}

/// Coefficients and intercepts of one fold at one count, on the columns of `job.x`, from a fit of that fold alone.
///
/// # Errors
/// As [`run`], and a variant, fold or count that is not there.
pub(crate) fn coefficients(
    job: &CrossValidation<'_>,
    variant: usize,
    fold: usize,
    components: usize,
) -> Result<(DMatrix<f64>, Vec<f64>), Error> {
    let weights = row_weights(job.weights, job.x.rows())?;
    let (Some(variant), Some(fold)) = (job.variants.get(variant), job.folds.get(fold)) else {
        return Err(Error::arg("there is no such variant or fold"));
    };
    let mask = mask(fold, &weights)?;
    let rows = filtered_rows(job.x, variant)?;
    let width = rows.first().map_or(0, Vec::len);
    let kept: Vec<usize> = (0..rows.len()).filter(|i| mask[*i] > 0.0).collect();
    let x: Vec<f64> = kept.iter().flat_map(|i| rows[*i].iter().copied()).collect();
    let w: Vec<f64> = kept.iter().map(|i| mask[*i]).collect();
    let settings = Settings { centre: variant.centre, scale: variant.scale };
    let mut all = DMatrix::zeros(job.y.cols(), job.x.cols());
    let mut intercepts = Vec::with_capacity(job.y.cols());
    for targets in groups(job) {
        let y: Vec<f64> =
            kept.iter().flat_map(|i| &job.y.row(*i)[targets.clone()]).copied().collect();
        let (x, y) =
            (Matrix::new(&x, kept.len(), width)?, Matrix::new(&y, kept.len(), targets.len())?);
        let model = kernel::fit(x, y, Some(&w), settings, components)?;
        let (b, b0) = model.coefficients(components.min(model.reached()))?;
        for (k, (row, b0)) in b.row_iter().zip(b0).enumerate() {
            let row: Vec<f64> = row.iter().copied().collect();
            let (row, added) = match &variant.filter {
                Some(op) => Banded::new(op, job.x.cols())?.pull_back(&row, job.x.cols()),
                None => (row, 0.0),
            };
            all.row_mut(targets.start + k).copy_from_slice(&row);
            intercepts.push(b0 + added);
        }
    }
    Ok((all, intercepts))
}

impl Whole<'_> {
    fn all_blocks(
        &self,
        jobs: &[(Fold<'_>, Range<usize>)],
        call: &Call<'_>,
    ) -> Result<Vec<Done>, Error> {
        let blocks: Vec<_> = jobs.chunks(WIDTH).collect();
        let results: Vec<Mutex<Result<Vec<Done>, Error>>> =
            blocks.iter().map(|_| Mutex::new(Ok(vec![]))).collect();
        call.parallel_for(blocks.len(), |i| {
            let result = self.block(blocks[i], call);
            *results[i].lock().unwrap_or_else(PoisonError::into_inner) = result;
        });
        let mut all = Vec::with_capacity(jobs.len());
        for result in results {
            all.extend(result.into_inner().unwrap_or_else(PoisonError::into_inner)?);
        }
        Ok(all)
    }

    fn block(
        &self,
        jobs: &[(Fold<'_>, Range<usize>)],
        call: &Call<'_>,
    ) -> Result<Vec<Done>, Error> {
        let mut columns = Vec::with_capacity(jobs.len());
        for (fold, targets) in jobs {
            columns.push(FoldColumn::new(self, fold, targets.clone())?);
        }
        loop {
            if call.cancelled() {
                return Err(Error::new(ErrorCode::Cancelled, "cancelled"));
            }
            let mut active = vec![];
            for column in &mut columns {
                if column.propose()? {
                    active.push(column);
                }
            }
            if active.is_empty() {
                break;
            }
            let t = scores(&self.all.xt, &active.iter().map(|c| &c.u).collect::<Vec<_>>());
            let mut accepted = vec![];
            for (column, t) in active.into_iter().zip(t) {
                if column.accept(t) {
                    accepted.push(column);
                }
            }
            if accepted.is_empty() {
                break;
            }
            let masked: Vec<DVector<f64>> = accepted.iter().map(|c| c.masked_score()).collect();
            let z = &self.all.xt * DMatrix::from_columns(&masked);
            for ((column, z), masked) in accepted.into_iter().zip(z.column_iter()).zip(&masked) {
                column.deflate(z.into_owned(), masked, &self.all.xt);
            }
        }
        Ok(columns.into_iter().map(FoldColumn::finish).collect())
    }
}

/// X u for each u, for X given as its transpose (p x n).
fn scores(xt: &DMatrix<f64>, u: &[&DVector<f64>]) -> Vec<DVector<f64>> {
    if u.len() <= 5 {
        return u.iter().map(|u| xt.tr_mul(*u)).collect();
    }
    // U'X' instead of (X')'U: all operands are contiguous, which is what the product kernel of nalgebra is fast on (and its
    // matrix-vector product of row-strided views is wrong in 0.35).
    let t = DMatrix::from_fn(u.len(), xt.nrows(), |c, k| u[c][k]) * xt;
    t.row_iter().map(|t| t.transpose()).collect()
}

/// Which targets stand together in one model.
fn groups(job: &CrossValidation<'_>) -> Vec<Range<usize>> {
    let m = job.y.cols();
    match job.targets {
        Targets::Joint => std::iter::once(0..m).collect(),
        Targets::Separate => (0..m).map(|k| k..k + 1).collect(),
    }
}

fn filtered_rows(x: Matrix<'_>, variant: &Variant) -> Result<Vec<Vec<f64>>, Error> {
    let Some(op) = &variant.filter else { return Ok(x.iter_rows().map(<[f64]>::to_vec).collect()) };
    let filter = Banded::new(op, x.cols())?;
    if filter.outputs() == 0 {
        return Err(Error::shape("the filter leaves no column"));
    }
    Ok(x.iter_rows().map(|row| filter.row(row)).collect())
}

/// Puts `[test row][0..=A][target of the group]` into `[test row][0..=A][target]`.
fn put(from: &[f64], targets: &Range<usize>, m: usize, to: &mut [f64]) {
    for (values, to) in from.chunks_exact(targets.len()).zip(to.chunks_exact_mut(m)) {
        to[targets.clone()].copy_from_slice(values);
    }
}

/// The shapes of the job; gives the row weights.
fn check(job: &CrossValidation<'_>) -> Result<Vec<f64>, Error> {
    let (n, m) = (job.x.rows(), job.y.cols());
    if job.y.rows() != n {
        return Err(Error::shape(format!("{n} rows of x, {} rows of y", job.y.rows())));
    }
    if job.x.cols() == 0 || m == 0 {
        return Err(Error::shape("x and y need at least one column each"));
    }
    let tests: usize = job.folds.iter().map(|f| f.test.len()).sum();
    let models = job.folds.len() * if job.targets == Targets::Joint { 1 } else { m };
    let (v, counts) = (job.variants.len(), job.max_components + 1);
    if job.predictions.len() != v * tests * counts * m || job.reached.len() != v * models {
        return Err(Error::shape("the room for predictions or counts does not fit the job"));
    }
    row_weights(job.weights, n)
}
