//! Whether a row-local step is a linear filter that a regressor can take over.

use super::Grid;
use super::tail::Leaf;
use super::tree::Node;
use crate::{Matrix, Op, RowStatus, Transform, lowered};

/// Rows that the lowered form is tried on.
const ROWS: usize = 8;
/// How far the lowered form may be off, in the largest value of the row.
const TOLERANCE: f64 = 1e-12;

/// Takes the recipes that end right after a fitted row-local step out of `next`, if the step is a filter that their regressors can
/// take over.
pub(super) fn take_over(
    grid: &Grid<'_>,
    step: &dyn Transform,
    x: &Matrix,
    next: &mut Node<'_>,
) -> Vec<Leaf> {
    let fast = |r: &usize| grid.regressors[*r].fast;
    if !next.ends.iter().any(fast) {
        return Vec::new();
    }
    let Some(op) = of(step, x) else { return Vec::new() };
    let (taken, left) = next.ends.iter().copied().partition(fast);
    next.ends = left;
    let taken: Vec<usize> = taken;
    taken.into_iter().map(|recipe| Leaf { recipe, filter: Some(op.clone()) }).collect()
}

/// The one banded affine op that a fitted step is, if it is one and gives what the step gives on some rows of `x`.
fn of(step: &dyn Transform, x: &Matrix) -> Option<Op> {
    let mut ops = step.lower().ok()?;
    let op = ops.pop().filter(|op| ops.is_empty() && matches!(op, Op::AffineBanded { .. }))?;
    let count = x.rows().min(ROWS);
    let rows: Vec<usize> = (0..count).map(|k| k * x.rows() / count).collect();
    let rows = x.select_rows(&rows);
    let applied = step.apply(&rows).ok()?;
    let ops = [op];
    let same = applied.status.iter().enumerate().all(|(i, status)| {
        let Ok(Ok(lowered)) = lowered::run_row(&ops, rows.row(i)) else { return false };
        let size = applied.x.row(i).iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * size;
        *status == RowStatus::Ok
            && lowered.len() == applied.x.cols()
            && lowered.iter().zip(applied.x.row(i)).all(near)
    });
    let [op] = ops;
    (same && count > 0).then_some(op)
}
