//! X'Y of a fold from that of all rows: less what the rows left out add, less the means (Engstrøm 2024,
//! doi:10.48550/arXiv.2401.13185).

use adit_plugin::{Call, Matrix};

use crate::column_ops::{axpy, vectorised};
use crate::fold_stats::{AllRows, FoldStats, RECOUNT};
use crate::prepare::Column;
use crate::sweep::{Sweep, chunk_rows};

/// X'Y of all shifted rows, and sums of the shifted Y.
pub(crate) struct Covariance {
    /// Mean of each target, subtracted before anything is summed.
    shift: Vec<f64>,
    /// m x p.
    xty: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Covariance {
    pub(crate) fn new(
        all: &AllRows,
        y: Matrix<'_>,
        weights: &[f64],
        call: &Call<'_>,
    ) -> Covariance {
        let (n, m, p) = (all.rows(), y.cols(), all.cols());
        let total: f64 = weights.iter().sum();
        let (mut shift, mut sums, mut squares) = (vec![0.0; m], vec![0.0; m], vec![0.0; m]);
        for (row, w) in y.iter_rows().zip(weights) {
            shift.iter_mut().zip(row).for_each(|(s, y)| *s += w * y / total);
        }
        for (row, w) in y.iter_rows().zip(weights) {
            for (j, y) in row.iter().enumerate() {
                let y = y - shift[j];
                sums[j] += w * y;
                squares[j] += w * y * y;
            }
        }
        let sweep = Sweep::new(all.data(), p, chunk_rows(n, p));
        sweep.run(&[], m, call, |j, rows, _, masked| {
            for (to, i) in masked.iter_mut().zip(rows) {
                *to = weights[i] * (y.row(i)[j] - shift[j]);
            }
        });
        let mut xty = vec![0.0; m * p];
        if n > 0 {
            xty.chunks_exact_mut(p).enumerate().for_each(|(j, to)| sweep.loadings(j, to));
        }
        Covariance { shift, xty, sums, squares }
    }

    /// Writes the treated X'Y of target `j` and of the training rows: those with positive `mask`. `e` are their treated values of
    /// the target, `y` how they were treated (`mean` and `sd` as used, `variance` as found). False where taking the rows out would
    /// cost accuracy: then it has to be computed from the rows that stay.
    pub(crate) fn fold(
        &self,
        all: &AllRows,
        stats: &FoldStats,
        (mask, weights): (&[f64], &[f64]),
        (j, column, e): (usize, &Column, &[f64]),
        y: Matrix<'_>,
        to: &mut [f64],
    ) -> bool {
        let total: f64 = mask.iter().sum();
        if stats.counted_anew || column.variance * total < RECOUNT * self.squares[j] {
            return false;
        }
        let p = all.cols();
        to.copy_from_slice(&self.xty[j * p..(j + 1) * p]);
        let mut sum = self.sums[j];
        for i in (0..mask.len()).filter(|i| mask[*i] != weights[*i]) {
            let part = weights[i] * (y.row(i)[j] - self.shift[j]);
            sum -= part;
            vectorised(
                #[inline(always)]
                || axpy(-part, all.row(i), to),
            );
        }
        let mean = column.mean - self.shift[j];
        let (first, second) = (sum - total * mean, total * mean);
        vectorised(
            #[inline(always)]
            || {
                // sum (x - mx)(y - my) = sum x y - mx (sum y - total my) - my sum x.
                let means = stats.mean.iter().zip(&stats.average).zip(&stats.scale);
                for (to, ((mean, average), scale)) in to.iter_mut().zip(means) {
                    *to = (*to - mean * first - second * average) / (scale * column.sd);
                }
            },
        );
        for k in &stats.recounted {
            let values = (0..mask.len()).filter(|i| mask[*i] > 0.0);
            let treated = |i: usize| (all.row(i)[*k] - stats.mean[*k]) / stats.scale[*k];
            to[*k] = values.map(|i| mask[i] * e[i] * treated(i)).sum();
        }
        true
    }
}
