//! The batched route of the cross-validation: the component loop of all folds at once.
//!
//! A component of improved kernel PLS needs `t = X_f w` and `X_f't` of every fold f. With `X_f = (X - 1 mean_f') / scale_f` neither
//! X_f nor X_f'X_f is ever formed: the folds' `w / scale_f` lie side by side, so a component of all folds is one read of the one X
//! of all rows, which gives `X U` and `X'T` together, with rank-one corrections for the means and a division by the scales; rows
//! that a fold leaves out have weight 0 in T. The scores of a fold's test rows fall out of the same product, so predicting for every
//! count costs one multiplication a row and target. With separate targets each pair of fold and target is a column; with joint
//! targets each fold is one. The idea of sharing work between folds is Engstrøm and Jensen's (2025, J. Chemometrics,
//! doi:10.1002/cem.70008); here the component loop is shared too.
//!
//! Many columns are cut into blocks, and threads take blocks; few columns stay together, and threads take rows.

use std::sync::{Mutex, PoisonError};

use adit_plugin::{Call, Error, ErrorCode};

use crate::covariance::Covariance;
use crate::fold_column::{Components, FoldColumn};
use crate::fold_stats::AllRows;
use crate::products::gather;
use crate::sweep::{Sweep, chunk_rows};
use crate::whole::{Done, Job, Whole};

/// Values of all vectors of a block that the cache of a core holds beside rows of X.
const CACHED: usize = 1 << 15;
/// From this number of columns on, threads take blocks of them.
const MANY: usize = 32;

/// Runs jobs whose variants share the rows `all`.
///
/// # Errors
/// A fold without training rows, values that are not finite.
pub(crate) fn run(
    all: &AllRows,
    covariance: &Covariance,
    jobs: &[(&Whole<'_>, &Job<'_>)],
    call: &Call<'_>,
) -> Result<Vec<Done>, Error> {
    let widest = (CACHED / all.cols()).clamp(8, 64);
    let by_block = jobs.len() >= MANY || chunk_rows(all.rows(), all.cols()) >= all.rows();
    let width = if by_block { jobs.len().div_ceil(8).clamp(5, widest) } else { widest };
    let blocks: Vec<_> = jobs.chunks(width).collect();
    let block = |jobs: &[(&Whole<'_>, &Job<'_>)], inner: &Call<'_>| {
        let mut columns =
            gather(jobs.len(), inner, |i| FoldColumn::new(jobs[i].0, covariance, jobs[i].1))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?;
        let step = if by_block { all.rows() } else { chunk_rows(all.rows(), all.cols()) };
        components(&Sweep::new(all.data(), all.cols(), step), &mut columns, inner, call)?;
        Ok(columns.into_iter().map(FoldColumn::finish).collect())
    };
    let done: Vec<Result<Vec<Done>, Error>> = if by_block {
        gather(blocks.len(), call, |i| block(blocks[i], &Call::alone()))
    } else {
        blocks.iter().map(|jobs| block(jobs, call)).collect()
    };
    Ok(done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// One fit of all rows.
///
/// # Errors
/// As [`run`].
pub(crate) fn fit(whole: &Whole<'_>, call: &Call<'_>) -> Result<Components, Error> {
    let all = whole.all;
    let covariance = Covariance::new(all, whole.y, whole.weights, call);
    let job = (adit_plugin::Fold { test: &[], gap: &[] }, 0..whole.y.cols());
    let mut columns = [FoldColumn::new(whole, &covariance, &job)?];
    let step = chunk_rows(all.rows(), all.cols());
    components(&Sweep::new(all.data(), all.cols(), step), &mut columns, call, call)?;
    let [column] = columns;
    Ok(column.into_components())
}

/// Component by component, until no column has one left. The parts of a component run on `inner`; `call` says when to stop.
fn components(
    sweep: &Sweep<'_>,
    columns: &mut [FoldColumn<'_>],
    inner: &Call<'_>,
    call: &Call<'_>,
) -> Result<(), Error> {
    let mut active: Vec<&mut FoldColumn<'_>> = columns.iter_mut().collect();
    let mut u = vec![];
    loop {
        if call.cancelled() {
            return Err(Error::new(ErrorCode::Cancelled, "cancelled"));
        }
        renew(sweep, &mut active, inner);
        each(&mut active, inner, |_, column| column.propose())
            .into_iter()
            .collect::<Result<(), _>>()?;
        active.retain(|column| column.active());
        if active.is_empty() {
            return Ok(());
        }
        u.clear();
        active.iter().for_each(|column| u.extend_from_slice(column.u()));
        sweep.run(&u, active.len(), inner, |c, rows, t, masked| active[c].correct(rows, t, masked));
        each(&mut active, inner, |c, column| column.settle(sweep, c));
    }
}

/// S from the data, where rounding has eaten too much of it.
fn renew(sweep: &Sweep<'_>, active: &mut [&mut FoldColumn<'_>], inner: &Call<'_>) {
    let mut stale: Vec<_> = active.iter_mut().filter(|column| column.stale()).collect();
    if stale.is_empty() {
        return;
    }
    each(&mut stale, inner, |_, column| column.free_residual());
    let vectors: Vec<(usize, usize)> = stale
        .iter()
        .enumerate()
        .flat_map(|(c, column)| (0..column.targets()).map(move |j| (c, j)))
        .collect();
    sweep.run(&[], vectors.len(), inner, |v, rows, _, masked| {
        let (c, j) = vectors[v];
        stale[c].masked_residual(j, rows, masked);
    });
    let first: Vec<usize> = (0..vectors.len()).filter(|v| vectors[*v].1 == 0).collect();
    each(&mut stale, inner, |c, column| column.renew(sweep, first[c]));
}

/// Runs `body` for every column, on the threads of `inner`.
fn each<T: Send, R: Send>(
    columns: &mut [T],
    inner: &Call<'_>,
    body: impl Fn(usize, &mut T) -> R + Sync,
) -> Vec<R> {
    let columns: Vec<Mutex<&mut T>> = columns.iter_mut().map(Mutex::new).collect();
    gather(columns.len(), inner, |c| {
        body(c, &mut columns[c].lock().unwrap_or_else(PoisonError::into_inner))
    })
}
