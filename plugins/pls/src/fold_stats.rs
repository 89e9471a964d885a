//! Means and standard deviations of the training rows of many folds.
//!
//! Sums over all rows are taken once; a fold's are those less the rows it leaves out, so that all folds together cost one pass over
//! X. Where that subtraction would cost accuracy (less than 3 % of the sum of squares is left, as with an outlier or a
//! flare of a dead pixel in the rows left out), or where most rows are left out, the column is counted anew from its training rows.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use adit_plugin::{Call, Matrix};

use crate::column_ops::vectorised;
use crate::prepare::{CONSTANT, Column, Settings, column, usable_sd};
use crate::products::gather;
use crate::sweep::chunk_rows;

/// Below this share of the sum of squares of all rows, a fold's is counted anew.
pub(crate) const RECOUNT: f64 = 0.03;

/// X of all rows less `shift`, with weighted sums over all rows.
pub(crate) struct AllRows {
    /// n x p, row by row.
    data: Vec<f64>,
    rows: usize,
    shift: Vec<f64>,
    largest: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

/// How a fold treats the shifted rows: treated = (x - mean) / scale.
pub(crate) struct FoldStats {
    /// Mean of the training rows less the shift; minus the shift without centring.
    pub(crate) mean: Vec<f64>,
    /// Mean of the training rows less the shift.
    pub(crate) average: Vec<f64>,
    /// Standard deviations or ones.
    pub(crate) scale: Vec<f64>,
    /// Frobenius norm of the treated, weighted training rows.
    pub(crate) norm: f64,
    /// The same without subtracting the mean.
    pub(crate) raw_norm: f64,
    /// Columns whose sums could not be had by taking the rows left out from those of all rows.
    pub(crate) recounted: Vec<usize>,
    /// Whether that is so of every column, for most rows are left out.
    pub(crate) counted_anew: bool,
}

/// Sums over the rows of one chunk.
struct Part {
    sums: Vec<f64>,
    /// Largest magnitudes, or sums of squares.
    seconds: Vec<f64>,
}

impl AllRows {
    /// Takes the rows and shifts them by their plain mean; without `centre` they stay as they are.
    pub(crate) fn new(x: Matrix<'_>, weights: &[f64], centre: bool, call: &Call<'_>) -> AllRows {
        let (n, p) = (x.rows(), x.cols());
        let step = chunk_rows(n, p);
        let count = n.div_ceil(step.max(1));
        let range = |c: usize| c * step..((c + 1) * step).min(n);
        let first = add_parts(p, f64::max, gather(count, call, |c| sums_and_largest(x, range(c))));
        let mut shift = first.sums;
        shift.iter_mut().for_each(|s| *s = if centre { *s / n as f64 } else { 0.0 });
        let mut data = vec![0.0; n * p];
        let rooms: Vec<_> = data.chunks_mut((step * p).max(1)).map(Mutex::new).collect();
        let parts = gather(count, call, |c| {
            let mut room = rooms[c].lock().unwrap_or_else(PoisonError::into_inner);
            shifted(x, range(c), &shift, weights, &mut room)
        });
        drop(rooms);
        let second = add_parts(p, |a, b| a + b, parts);
        let (sums, squares) = (second.sums, second.seconds);
        AllRows { data, rows: n, shift, largest: first.seconds, sums, squares }
    }

    /// Number of rows n.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns p.
    pub(crate) fn cols(&self) -> usize {
        self.shift.len()
    }

    /// Row `i`, p values, shifted.
    pub(crate) fn row(&self, i: usize) -> &[f64] {
        let p = self.cols();
        &self.data[i * p..(i + 1) * p]
    }

    /// All shifted rows, n x p, row by row.
    pub(crate) fn data(&self) -> &[f64] {
        &self.data
    }

    /// What was subtracted from each column.
    pub(crate) fn shift(&self) -> &[f64] {
        &self.shift
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
            out().for_each(|i| add(&mut sums, &mut squares, self.row(i), -weights[i]));
        }
        let mut stats = FoldStats {
            mean: vec![0.0; p],
            average: vec![0.0; p],
            scale: vec![1.0; p],
            norm: 0.0,
            raw_norm: 0.0,
            recounted: vec![],
            counted_anew: !few,
        };
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
                stats.recounted.push(k);
                let values = (0..self.rows).map(|i| (self.row(i)[k], mask[i]));
                column(values, self.shift[k])
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
        self.average[k] = found.mean;
        self.mean[k] = if settings.centre { found.mean } else { -shift };
        self.scale[k] = if settings.scale { found.sd } else { 1.0 };
        let raw_mean = found.mean + shift;
        let (spread, raw) = (total * found.variance, total * raw_mean * raw_mean);
        let square = self.scale[k] * self.scale[k];
        self.norm += (spread + if settings.centre { 0.0 } else { raw }) / square;
        self.raw_norm += (spread + raw) / square;
    }
}

fn add(sums: &mut [f64], squares: &mut [f64], row: &[f64], weight: f64) {
    vectorised(
        #[inline(always)]
        || {
            for ((sum, square), v) in sums.iter_mut().zip(squares).zip(row) {
                *sum += weight * v;
                *square += weight * v * v;
            }
        },
    );
}

/// Plain sums and largest magnitudes.
fn sums_and_largest(x: Matrix<'_>, rows: Range<usize>) -> Part {
    let mut part = Part { sums: vec![0.0; x.cols()], seconds: vec![0.0; x.cols()] };
    vectorised(
        #[inline(always)]
        || {
            for i in rows {
                let to = part.sums.iter_mut().zip(&mut part.seconds);
                for ((sum, largest), v) in to.zip(x.row(i)) {
                    *sum += v;
                    *largest = if v.abs() > *largest { v.abs() } else { *largest };
                }
            }
        },
    );
    part
}

/// Writes the shifted rows; weighted sums and sums of squares.
fn shifted(
    x: Matrix<'_>,
    rows: Range<usize>,
    shift: &[f64],
    weights: &[f64],
    to: &mut [f64],
) -> Part {
    let p = shift.len();
    let mut part = Part { sums: vec![0.0; p], seconds: vec![0.0; p] };
    for (i, to) in rows.zip(to.chunks_exact_mut(p)) {
        let row = x.row(i);
        vectorised(
            #[inline(always)]
            || to.iter_mut().zip(row).zip(shift).for_each(|((to, v), s)| *to = v - s),
        );
        add(&mut part.sums, &mut part.seconds, to, weights[i]);
    }
    part
}

fn add_parts(p: usize, second: impl Fn(f64, f64) -> f64, parts: Vec<Part>) -> Part {
    let mut all = Part { sums: vec![0.0; p], seconds: vec![0.0; p] };
    for part in parts {
        all.sums.iter_mut().zip(&part.sums).for_each(|(a, b)| *a += b);
        all.seconds.iter_mut().zip(&part.seconds).for_each(|(a, b)| *a = second(*a, *b));
    }
    all
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
        let values: Vec<f64> = rows.concat();
        let x = Matrix::new(&values, 10, 5).unwrap();
        let all = AllRows::new(x, &weights, true, &Call::alone());
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
