//! Means and standard deviations of training rows, and the centred, scaled copy that a fit works on.

use adit_plugin::{Error, Matrix};
use nalgebra::DMatrix;

/// How training rows are treated before the components are sought. X and y are treated alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Subtract the means. Without it the model goes through the origin, and count 0 predicts 0.
    pub centre: bool,
    /// Divide by the standard deviations (about the mean, ddof = 1).
    pub scale: bool,
}

/// What is subtracted from each column, and what it is divided by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stats {
    /// Mean of each column, or 0 without centring.
    pub(crate) mean: Vec<f64>,
    /// Standard deviation of each column; 1 without scaling and for a column that is constant.
    pub(crate) scale: Vec<f64>,
}

/// A standard deviation at or below this share of the largest magnitude is rounding of a constant column.
pub(crate) const CONSTANT: f64 = 10.0 * f64::EPSILON;

/// Mean and spread of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    /// Weighted mean.
    pub(crate) mean: f64,
    /// Weighted mean of the squared deviations.
    pub(crate) variance: f64,
    /// Standard deviation with ddof = 1, or 1 where it means nothing.
    pub(crate) sd: f64,
}

/// Mean and spread of a column over `(value, weight)` pairs, weights of zero left out. The values are the column less `shift`, and
/// so is the mean.
///
/// With weights the variance is `sum w (x - mean)^2 / sum w * n / (n - 1)`, n the number of positive weights: it does not change
/// when all weights are multiplied by one number. Sums are taken about the first value, so that a constant column has exactly
/// its value as mean and exactly zero deviation. A constant column, and a single row, get sd 1.
pub(crate) fn column(pairs: impl Iterator<Item = (f64, f64)> + Clone, shift: f64) -> Column {
    let pairs = pairs.filter(|(_, w)| *w > 0.0);
    let Some((first, _)) = pairs.clone().next() else {
        return Column { mean: 0.0, variance: 0.0, sd: 1.0 };
    };
    let (mut n, mut total, mut sum, mut largest) = (0.0, 0.0, 0.0, 0.0_f64);
    for (v, w) in pairs.clone() {
        n += 1.0;
        total += w;
        sum += w * (v - first);
        largest = largest.max((v + shift).abs());
    }
    let mean = first + sum / total;
    let variance = pairs.map(|(v, w)| w * (v - mean) * (v - mean)).sum::<f64>() / total;
    Column { mean, variance, sd: usable_sd(variance, n, largest) }
}

/// Standard deviation with ddof = 1 from the biased variance of `n` rows, or 1 where it means nothing.
pub(crate) fn usable_sd(biased: f64, n: f64, largest: f64) -> f64 {
    let sd = if n > 1.0 { (biased * n / (n - 1.0)).sqrt() } else { 0.0 };
    if sd > CONSTANT * largest && sd.is_normal() { sd } else { 1.0 }
}

/// Statistics of all columns of `x`, row weights `weights`: [`column`] of each, taken row by row.
pub(crate) fn stats(x: Matrix<'_>, weights: &[f64], settings: Settings) -> Stats {
    let p = x.cols();
    let kept: Vec<(&[f64], f64)> =
        x.iter_rows().zip(weights.iter().copied()).filter(|(_, w)| *w > 0.0).collect();
    let total: f64 = kept.iter().map(|(_, w)| w).sum();
    let (mut mean, mut scale) = (vec![0.0; p], vec![1.0; p]);
    let Some((first, _)) = kept.first() else { return Stats { mean, scale } };
    let mut largest = vec![0.0_f64; p];
    for (row, w) in &kept {
        for (k, v) in row.iter().enumerate() {
            mean[k] += w * (v - first[k]);
            largest[k] = largest[k].max(v.abs());
        }
    }
    mean.iter_mut().zip(*first).for_each(|(m, first)| *m = first + *m / total);
    if settings.scale {
        let mut square = vec![0.0; p];
        for (row, w) in &kept {
            for (k, v) in row.iter().enumerate() {
                square[k] += w * (v - mean[k]) * (v - mean[k]);
            }
        }
        for (k, to) in scale.iter_mut().enumerate() {
            *to = usable_sd(square[k] / total, kept.len() as f64, largest[k]);
        }
    }
    if !settings.centre {
        mean.fill(0.0);
    }
    Stats { mean, scale }
}

/// The rows of `x` less the means, over the scales, times the root of their weights; one **column** of the answer per row of `x`.
pub(crate) fn treated(x: Matrix<'_>, weights: &[f64], stats: &Stats) -> DMatrix<f64> {
    let mut out = DMatrix::zeros(x.cols(), x.rows());
    for (i, mut to) in out.column_iter_mut().enumerate() {
        let root = weights[i].sqrt();
        for (k, (to, v)) in to.iter_mut().zip(x.row(i)).enumerate() {
            *to = root * (v - stats.mean[k]) / stats.scale[k];
        }
    }
    out
}

/// The row weights as a vector, all 1 when there are none.
///
/// # Errors
/// A weight that is negative or not finite, none above zero, or the wrong number of them.
pub(crate) fn row_weights(weights: Option<&[f64]>, rows: usize) -> Result<Vec<f64>, Error> {
    let weights = weights.map_or_else(|| vec![1.0; rows], <[f64]>::to_vec);
    if weights.len() != rows {
        return Err(Error::shape(format!("{} weights for {rows} rows", weights.len())));
    }
    if let Some(i) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        return Err(Error::arg(format!(
            "the weight of row {i} is {}: it must be 0 or more",
            weights[i]
        )));
    }
    if !weights.iter().any(|w| *w > 0.0) {
        return Err(Error::arg("there is no row to learn from"));
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_columns_have_sd_one_and_their_own_value_as_mean() {
        let constant = column([0.1; 7].map(|v| (v, 1.0)).into_iter(), 0.0);
        assert_eq!(constant, Column { mean: 0.1, variance: 0.0, sd: 1.0 });
        let almost = [(0.1 + 0.2, 1.0), (0.3, 1.0), (0.3, 1.0)];
        assert_eq!(column(almost.into_iter(), 0.0).sd, 1.0);
        let shifted = almost.map(|(v, w)| (v - 0.3, w));
        assert_eq!(column(shifted.into_iter(), 0.3).sd, 1.0);
    }

    #[test]
    fn weights_of_zero_leave_rows_out_and_a_common_factor_changes_nothing() {
        let plain = column([(1.0, 1.0), (4.0, 1.0), (5.0, 1.0)].into_iter(), 0.0);
        assert!((plain.mean - 10.0 / 3.0).abs() < 1e-15);
        assert!((plain.sd - (13.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let with_zero = column([(1.0, 4.0), (99.0, 0.0), (4.0, 4.0), (5.0, 4.0)].into_iter(), 0.0);
        assert!((with_zero.mean - plain.mean).abs() < 1e-15);
        assert!((with_zero.sd - plain.sd).abs() < 1e-15);
    }

    #[test]
    fn one_row_has_no_deviation() {
        assert_eq!(
            column([(3.0, 2.0)].into_iter(), 0.0),
            Column { mean: 3.0, variance: 0.0, sd: 1.0 }
        );
        assert_eq!(column(std::iter::empty(), 0.0).sd, 1.0);
    }

    #[test]
    fn weights_must_be_zero_or_more() {
        assert!(row_weights(Some(&[1.0, -1.0]), 2).is_err());
        assert!(row_weights(Some(&[1.0, f64::NAN]), 2).is_err());
        assert!(row_weights(Some(&[0.0, 0.0]), 2).is_err());
        assert!(row_weights(None, 0).is_err());
        assert!(row_weights(Some(&[1.0]), 2).is_err());
    }
}
