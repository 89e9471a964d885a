//! Cross-validation by one fit a fold: for an algorithm that has no way of doing all folds at once.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use adit_plugin::{Call, CrossValidation, Error, ErrorCode, Fold, Matrix, Variant};
use nalgebra::DMatrix;

use crate::filter::Banded;
use crate::model::Model;
use crate::prepare::{Settings, row_weights};

/// The fit of an algorithm: [`crate::kernel::fit`] or its like.
type Fit = fn(Matrix<'_>, Matrix<'_>, Option<&[f64]>, Settings, usize) -> Result<Model, Error>;

/// Predictions `[test row][0..=A][target]` of one fold, and the count reached.
type Done = (Vec<f64>, u32);

/// Runs the whole job for joint targets, one model a fold.
///
/// # Errors
/// Shapes that do not fit, a fold without training rows, and what the fit says.
pub(crate) fn run(job: &mut CrossValidation<'_>, fit: Fit, call: &Call<'_>) -> Result<(), Error> {
    let (top, m) = (job.max_components, job.y.cols());
    let sizes: Vec<usize> = job.folds.iter().map(|f| f.test.len()).collect();
    let (tests, folds) = (sizes.iter().sum::<usize>(), job.folds.len());
    let (rows, counts) = (job.y.rows(), job.variants.len() * folds);
    let room = job.variants.len() * tests * (top + 1) * m;
    if rows != job.x.rows() || job.predictions.len() != room || job.reached.len() != counts {
        return Err(Error::shape(
            "rows, or the room for predictions or counts, do not fit the job",
        ));
    }
    for v in 0..job.variants.len() {
        let x = filtered(job.x, &job.variants[v])?;
        let done: Vec<Mutex<Result<Done, Error>>> =
            (0..folds).map(|_| Mutex::new(Ok((vec![], 0)))).collect();
        call.parallel_for(folds, |f| {
            let result = match call.cancelled() {
                true => Err(Error::new(ErrorCode::Cancelled, "cancelled")),
                false => one(job, &x, v, f, fit),
            };
            *done[f].lock().unwrap_or_else(PoisonError::into_inner) = result;
        });
        let mut at = v * tests * (top + 1) * m;
        for (f, done) in done.into_iter().enumerate() {
            let (values, reached) = done.into_inner().unwrap_or_else(PoisonError::into_inner)?;
            job.predictions[at..at + values.len()].copy_from_slice(&values);
            at += values.len();
            job.reached[v * folds + f] = reached;
        }
    }
    Ok(())
}

/// Coefficients and intercepts of one fold at one count, on the columns of `job.x`.
///
/// # Errors
/// As [`run`], and a variant, fold or count that is not there.
pub(crate) fn coefficients(
    job: &CrossValidation<'_>,
    variant: usize,
    fold: usize,
    components: usize,
    fit: Fit,
) -> Result<(DMatrix<f64>, Vec<f64>), Error> {
    let (Some(how), Some(rows)) = (job.variants.get(variant), job.folds.get(fold)) else {
        return Err(Error::arg("there is no such variant or fold"));
    };
    let x = filtered(job.x, how)?;
    let model = train(job, &x, how, rows, components, fit)?;
    let (b, mut intercepts) = model.coefficients(components.min(model.reached()))?;
    let Some(op) = &how.filter else { return Ok((b, intercepts)) };
    let filter = Banded::new(op, job.x.cols())?;
    let mut all = DMatrix::zeros(b.nrows(), job.x.cols());
    for (k, row) in b.row_iter().enumerate() {
        let row: Vec<f64> = row.iter().copied().collect();
        let (row, added) = filter.pull_back(&row, job.x.cols());
        all.row_mut(k).iter_mut().zip(row).for_each(|(to, b)| *to = b);
        intercepts[k] += added;
    }
    Ok((all, intercepts))
}

/// Rows after the filter, one after the other, and how long each is.
struct Rows {
    values: Vec<f64>,
    width: usize,
}

impl Rows {
    fn row(&self, i: usize) -> &[f64] {
        let of: Range<usize> = i * self.width..(i + 1) * self.width;
        &self.values[of]
    }
}

fn filtered(x: Matrix<'_>, variant: &Variant) -> Result<Rows, Error> {
    let Some(op) = &variant.filter else {
        let values = x.iter_rows().flatten().copied().collect();
        return Ok(Rows { values, width: x.cols() });
    };
    let filter = Banded::new(op, x.cols())?;
    if filter.outputs() == 0 {
        return Err(Error::shape("the filter leaves no column"));
    }
    let values = x.iter_rows().flat_map(|row| filter.row(row)).collect();
    Ok(Rows { values, width: filter.outputs() })
}

fn train(
    job: &CrossValidation<'_>,
    x: &Rows,
    how: &Variant,
    fold: &Fold<'_>,
    components: usize,
    fit: Fit,
) -> Result<Model, Error> {
    let n = job.x.rows();
    let mut kept = vec![true; n];
    for i in fold.test.iter().chain(fold.gap) {
        *kept.get_mut(*i).ok_or_else(|| Error::arg("a fold names a row that is not there"))? =
            false;
    }
    let kept: Vec<usize> = (0..n).filter(|i| kept[*i]).collect();
    let weights = row_weights(job.weights, n)?;
    let weights: Vec<f64> = kept.iter().map(|i| weights[*i]).collect();
    let rows: Vec<f64> = kept.iter().flat_map(|i| x.row(*i)).copied().collect();
    let y: Vec<f64> = kept.iter().flat_map(|i| job.y.row(*i)).copied().collect();
    let settings = Settings { centre: how.centre, scale: how.scale };
    let (rows, y) =
        (Matrix::new(&rows, kept.len(), x.width)?, Matrix::new(&y, kept.len(), job.y.cols())?);
    fit(rows, y, Some(&weights), settings, components)
}

/// Fits one fold and predicts its test rows.
fn one(
    job: &CrossValidation<'_>,
    x: &Rows,
    variant: usize,
    fold: usize,
    fit: Fit,
) -> Result<Done, Error> {
    let (top, m, fold) = (job.max_components, job.y.cols(), &job.folds[fold]);
    let model = train(job, x, &job.variants[variant], fold, top, fit)?;
    let reached = model.reached();
    let mut out = vec![0.0; fold.test.len() * (top + 1) * m];
    for (i, out) in fold.test.iter().zip(out.chunks_exact_mut((top + 1) * m)) {
        let (there, past) = out.split_at_mut((reached + 1) * m);
        model.predict_row(x.row(*i), 0, reached, there);
        let last = &there[reached * m..];
        past.chunks_exact_mut(m).for_each(|to| to.copy_from_slice(last));
    }
    Ok((out, reached as u32))
}
