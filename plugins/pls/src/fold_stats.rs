//! Means and standard deviations of the training rows of many folds.
//!
//! Sums over all rows are taken once; a fold's are those less the rows it leaves out, so that all folds together cost one pass over
//! X. Where that subtraction would cost accuracy (less than a thousandth of the sum of squares is left, as with an outlier or a
//! flare of a dead pixel in the rows left out), or where most rows are left out, the column is counted anew from its training rows.

use nalgebra::DMatrix;

use crate::prepare::{CONSTANT, Column, Settings, column, usable_sd};

/// Below this share of the sum of squares of all rows, a fold's is counted anew.
const RECOUNT: f64 = 1e-3;

/// X of all rows, one column per row, less `shift`; with weighted sums over all rows.
pub(crate) struct AllRows {
    /// p x n.
    pub(crate) xt: DMatrix<f64>,
    shift: Vec<f64>,
    largest: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

/// How a fold treats the shifted rows: treated = (x - mean) / scale.
pub(crate) struct FoldStats {
    /// Mean of the training rows less the shift; minus the shift without centring.
    pub(crate) mean: Vec<f64>,
    /// Standard deviations or ones.
    pub(crate) scale: Vec<f64>,
    /// Frobenius norm of the treated, weighted training rows.
    pub(crate) norm: f64,
    /// The same without subtracting the mean.
    pub(crate) raw_norm: f64,
}

impl AllRows {
    /// Takes the rows (each of p values) and shifts them by their plain mean.
    pub(crate) fn new(rows: &[Vec<f64>], weights: &[f64]) -> AllRows {
        let p = rows.first().map_or(0, Vec::len);
        let (mut shift, mut largest) = (vec![0.0; p], vec![0.0_f64; p]);
        for row in rows {
            for (k, v) in row.iter().enumerate() {
                shift[k] += v / rows.len() as f64;
                largest[k] = largest[k].max(v.abs());
            }
        }
        let xt = DMatrix::from_fn(p, rows.len(), |k, i| rows[i][k] - shift[k]);
        let (mut sums, mut squares) = (vec![0.0; p], vec![0.0; p]);
        for (row, w) in xt.column_iter().zip(weights) {
            add(&mut sums, &mut squares, row.iter(), *w);
        }
        AllRows { xt, shift, largest, sums, squares }
    }

    /// The statistics of the rows with positive `mask`, which holds the row weights, and 0 for rows that are left out; `weights`
    /// are those of all rows.
    pub(crate) fn fold(&self, mask: &[f64], weights: &[f64], settings: Settings) -> FoldStats {
        let p = self.shift.len();
        let kept = mask.iter().filter(|w| **w > 0.0).count();
        let total: f64 = mask.iter().sum();
        let out = || (0..mask.len()).filter(|i| mask[*i] != weights[*i]);
        let few = 2 * out().count() <= mask.len();
        let (mut sums, mut squares) = (self.sums.clone(), self.squares.clone());
        if few {
            out().for_each(|i| add(&mut sums, &mut squares, self.xt.column(i).iter(), -weights[i]));
        }
        let mut stats =
            FoldStats { mean: vec![0.0; p], scale: vec![1.0; p], norm: 0.0, raw_norm: 0.0 };
        for k in 0..p {
            let mean = sums[k] / total;
            let variance = squares[k] / total - mean * mean;
            let sd = usable_sd(variance.max(0.0), kept as f64, self.largest[k]);
            let exact = few
                && variance * total > RECOUNT * self.squares[k]
                && variance.sqrt() > CONSTANT * 1e5 * self.largest[k];
            let found = if exact {
                Column { mean, variance, sd }
            } else {
                column(self.xt.row(k).iter().copied().zip(mask.iter().copied()), self.shift[k])
            };
            stats.take(k, found, self.shift[k], total, settings);
        }
        stats.norm = stats.norm.sqrt();
        stats.raw_norm = stats.raw_norm.sqrt();
        stats
    }
}

impl FoldStats {
    /// Puts column `k` in, and adds its share to the squared norms.
    fn take(&mut self, k: usize, found: Column, shift: f64, total: f64, settings: Settings) {
        self.mean[k] = if settings.centre { found.mean } else { -shift };
        self.scale[k] = if settings.scale { found.sd } else { 1.0 };
        let raw_mean = found.mean + shift;
        let (spread, raw) = (total * found.variance, total * raw_mean * raw_mean);
        let square = self.scale[k] * self.scale[k];
        self.norm += (spread + if settings.centre { 0.0 } else { raw }) / square;
        self.raw_norm += (spread + raw) / square;
    }
}

fn add<'a>(sums: &mut [f64], squares: &mut [f64], row: impl Iterator<Item = &'a f64>, weight: f64) {
    for ((sum, square), v) in sums.iter_mut().zip(squares).zip(row) {
        *sum += weight * v;
        *square += weight * v * v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Noise;

    /// Rows with a column that is constant but for row 0, one that is constant, an outlier in row 1, and a large offset.
    fn rows() -> Vec<Vec<f64>> {
        let mut noise = Noise::new(9);
        (0..10)
            .map(|i| {
                let flare = if i == 0 { 1e3 } else { 0.1 };
                let outlier = if i == 1 { 1e9 } else { noise.next() };
                vec![flare, 0.3, outlier, 2e4 + noise.next(), noise.next()]
            })
            .collect()
    }

    #[test]
    fn equals_the_statistics_of_the_training_rows_alone() {
        let rows = rows();
        let weights: Vec<f64> = (0..10).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
        let all = AllRows::new(&rows, &weights);
        for out in [vec![0], vec![1], vec![0, 1], vec![4, 5], (2..9).collect::<Vec<_>>()] {
            let mut mask = weights.clone();
            out.iter().for_each(|i| mask[*i] = 0.0);
            for centre in [true, false] {
                let found = all.fold(&mask, &weights, Settings { centre, scale: true });
                for k in 0..5 {
                    let plain = column(rows.iter().map(|r| r[k]).zip(mask.iter().copied()), 0.0);
                    let wanted = if centre { plain.mean } else { 0.0 };
                    let mean = found.mean[k] + all.shift[k];
                    let size = plain.mean.abs() + all.shift[k].abs();
                    let rounding = 1e-14 * plain.sd + 1e-15 * size;
                    assert!((mean - wanted).abs() <= rounding, "{out:?} column {k}: {mean}");
                    let sd = found.scale[k];
                    // The shift costs half a unit in the last place of the values themselves.
                    let rounding = 1e-12 * plain.sd + 4e-16 * size;
                    assert!((sd - plain.sd).abs() <= rounding, "{out:?} column {k}: {sd}");
                }
            }
        }
    }
}
