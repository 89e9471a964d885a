//! Cross-validation of all folds at once.
//!
//! Variants that differ in scaling alone share one X, and are worked on together.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use adit_plugin::{Call, CrossValidation, Error, Matrix, Targets, Variant};
use nalgebra::DMatrix;

use crate::covariance::Covariance;
use crate::filter::Banded;
use crate::fold_stats::AllRows;
use crate::prepare::{Settings, row_weights};
use crate::route::{Route, Size, choose};
use crate::whole::{Done, Job, Whole, mask};
use crate::{batched, cv_cross_product, cv_gram, kernel};

/// Rows that one task filters.
const FILTERED: usize = 64;

/// Runs the whole job.
///
/// # Errors
/// Shapes that do not fit, a fold without training rows, values that are not finite, a filter that is not banded.
pub(crate) fn run(job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error> {
    run_by(job, None, call)
}

/// [`run`] by the route named; by the one of fewest operations where none is.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_by(
    job: &mut CrossValidation<'_>,
    named: Option<Route>,
    call: &Call<'_>,
) -> Result<(), Error> {
    let weights = check(job)?;
    let groups = groups(job);
    let jobs: Vec<Job<'_>> = job
        .folds
        .iter()
        .flat_map(|fold| groups.iter().map(|targets| (*fold, targets.clone())))
        .collect();
    for sharing in sharing(&job.variants) {
        let done = shared(job, &sharing, &jobs, (&weights, named), call)?;
        for (v, done) in sharing.into_iter().zip(done) {
            write(job, v, &jobs, &done);
        }
    }
    Ok(())
}

/// Variants of one filter and one way of centring, in the order of the first of each: without centring no row may be shifted.
fn sharing(variants: &[Variant]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![];
    let alike = |a: &Variant, b: &Variant| a.filter == b.filter && a.centre == b.centre;
    for (v, variant) in variants.iter().enumerate() {
        match all.iter_mut().find(|g| alike(&variants[g[0]], variant)) {
            Some(group) => group.push(v),
            None => all.push(vec![v]),
        }
    }
    all
}

/// All jobs of each of the variants `sharing`, which have one filter and one way of centring.
fn shared(
    job: &CrossValidation<'_>,
    sharing: &[usize],
    jobs: &[Job<'_>],
    (weights, named): (&[f64], Option<Route>),
    call: &Call<'_>,
) -> Result<Vec<Vec<Done>>, Error> {
    let filtered = filtered_rows(job.x, &job.variants[sharing[0]], call)?;
    let x = match &filtered {
        Some((values, width)) => Matrix::new(values, job.x.rows(), *width)?,
        None => job.x,
    };
    let all = AllRows::new(x, weights, job.variants[sharing[0]].centre, call);
    drop(filtered);
    let wholes: Vec<Whole<'_>> = sharing
        .iter()
        .map(|v| {
            let Variant { centre, scale, .. } = job.variants[*v];
            let settings = Settings { centre, scale };
            Whole { all: &all, y: job.y, weights, settings, max: job.max_components }
        })
        .collect();
    let mut done: Vec<Vec<Option<Done>>> =
        wholes.iter().map(|whole| squared(whole, jobs, named, call)).collect::<Result<_, _>>()?;
    let left = |done: &[Vec<Option<Done>>]| -> Vec<(usize, usize)> {
        let each = done.iter().enumerate();
        each.flat_map(|(v, done)| (0..done.len()).map(move |j| (v, j)))
            .filter(|(v, j)| done[*v][*j].is_none())
            .collect()
    };
    let left = left(&done);
    if !left.is_empty() {
        let columns: Vec<_> = left.iter().map(|(v, j)| (&wholes[*v], &jobs[*j])).collect();
        let covariance = Covariance::new(&all, job.y, weights, call);
        for ((v, j), found) in left.iter().zip(batched::run(&all, &covariance, &columns, call)?) {
            done[*v][*j] = Some(found);
        }
    }
    Ok(done.into_iter().map(|done| done.into_iter().flatten().collect()).collect())
}

/// The jobs of a variant by a route that squares X, where that is chosen; `None` for each that is left to the batched route.
fn squared(
    whole: &Whole<'_>,
    jobs: &[Job<'_>],
    named: Option<Route>,
    call: &Call<'_>,
) -> Result<Vec<Option<Done>>, Error> {
    let size = Size {
        rows: whole.all.rows(),
        cols: whole.all.cols(),
        targets: whole.y.cols(),
        models: jobs.len(),
        left_out: jobs.iter().map(|(fold, _)| fold.test.len() + fold.gap.len()).sum(),
        components: whole.max,
        scale: whole.settings.scale,
    };
    let (name, done) = match named.unwrap_or_else(|| choose(&size)) {
        Route::Gram if !size.scale => ("on XX'", cv_gram::run(whole, jobs, call)?),
        Route::CrossProduct => ("on X'X", cv_cross_product::run(whole, jobs, call)?),
        Route::Batched | Route::Gram => {
            call.remark("cross-validation on X, all folds at once");
            return Ok(jobs.iter().map(|_| None).collect());
        }
    };
    let back = done.iter().filter(|done| done.is_none()).count();
    let rest = match back {
        0 => String::new(),
        _ => format!("; {back} of {} models on X, for the square would cost digits", done.len()),
    };
    call.remark(&format!("cross-validation {name}, all folds at once{rest}"));
    Ok(done)
}

/// Writes the answers of variant `v` where the host wants them.
fn write(job: &mut CrossValidation<'_>, v: usize, jobs: &[Job<'_>], done: &[Done]) {
    let (m, per_row) = (job.y.cols(), (job.max_components + 1) * job.y.cols());
    let tests: usize = job.folds.iter().map(|f| f.test.len()).sum();
    let to = &mut job.predictions[v * tests * per_row..(v + 1) * tests * per_row];
    let reached = &mut job.reached[v * jobs.len()..(v + 1) * jobs.len()];
    let mut at = 0;
    for (i, ((fold, targets), column)) in jobs.iter().zip(done).enumerate() {
        reached[i] = column.reached;
        put(&column.predictions, targets, m, &mut to[at * per_row..]);
        if targets.end == m {
            at += fold.test.len();
        }
    }
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
    let kept: Vec<usize> = (0..mask.len()).filter(|i| mask[*i] > 0.0).collect();
    let raw: Vec<f64> = kept.iter().flat_map(|i| job.x.row(*i)).copied().collect();
    let raw = Matrix::new(&raw, kept.len(), job.x.cols())?;
    let filtered = filtered_rows(raw, variant, &Call::alone())?;
    let x = match &filtered {
        Some((values, width)) => Matrix::new(values, kept.len(), *width)?,
        None => raw,
    };
    let w: Vec<f64> = kept.iter().map(|i| mask[*i]).collect();
    let settings = Settings { centre: variant.centre, scale: variant.scale };
    let mut all = DMatrix::zeros(job.y.cols(), job.x.cols());
    let mut intercepts = Vec::with_capacity(job.y.cols());
    for targets in groups(job) {
        let y: Vec<f64> =
            kept.iter().flat_map(|i| &job.y.row(*i)[targets.clone()]).copied().collect();
        let y = Matrix::new(&y, kept.len(), targets.len())?;
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

/// Which targets stand together in one model.
fn groups(job: &CrossValidation<'_>) -> Vec<Range<usize>> {
    let m = job.y.cols();
    match job.targets {
        Targets::Joint => std::iter::once(0..m).collect(),
        Targets::Separate => (0..m).map(|k| k..k + 1).collect(),
    }
}

/// The rows behind the filter of the variant, row-major, and how many values each has; `None` without a filter.
fn filtered_rows(
    x: Matrix<'_>,
    variant: &Variant,
    call: &Call<'_>,
) -> Result<Option<(Vec<f64>, usize)>, Error> {
    let Some(op) = &variant.filter else { return Ok(None) };
    let filter = Banded::new(op, x.cols())?;
    let width = filter.outputs();
    if width == 0 {
        return Err(Error::shape("the filter leaves no column"));
    }
    let mut values = vec![0.0; x.rows() * width];
    let chunks: Vec<_> = values.chunks_mut(FILTERED * width).map(Mutex::new).collect();
    call.parallel_for(chunks.len(), |c| {
        let mut rows = chunks[c].lock().unwrap_or_else(PoisonError::into_inner);
        for (i, to) in rows.chunks_exact_mut(width).enumerate() {
            filter.row_into(x.row(c * FILTERED + i), to);
        }
    });
    drop(chunks);
    Ok(Some((values, width)))
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
