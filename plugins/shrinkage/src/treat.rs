//! Training rows less their means, over their standard deviations, times the root of their weights.

use adit_plugin::{Error, Matrix};
use faer::Mat;

/// How training rows are treated before they are decomposed. Scaling y would change nothing: the models are linear in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Subtract the means of X and y. Without it the model goes through the origin, and count 0 predicts 0.
    pub centre: bool,
    /// Divide the columns of X by their standard deviations (about the mean, ddof = 1).
    pub scale: bool,
}

/// Deviations at or below this share of a column's largest magnitude are rounding of a constant.
const CONSTANT: f64 = 10.0 * f64::EPSILON;

/// What a matrix was treated with, and what came out.
#[derive(Clone, Debug)]
pub(crate) struct Treated {
    /// Columns x rows of positive weight: a training row is a **column** here, next to itself in memory.
    pub(crate) values: Mat<f64>,
    /// Mean of each column, or 0 without centring.
    pub(crate) mean: Vec<f64>,
    /// Standard deviation of each column; 1 without scaling and for a constant column.
    pub(crate) scale: Vec<f64>,
}

impl Treated {
    /// Treats the rows of `m` whose weight is above zero; `weights` has one a row, some above zero.
    ///
    /// With weights the variance is `sum w (x - mean)^2 / sum w * n / (n - 1)`, n the number of positive weights: it does not
    /// change when all weights are multiplied by one number. A column that is constant but for rounding becomes exactly zero when
    /// it is centred; a far offset costs the deviations nothing, they are taken about the first row.
    ///
    /// # Errors
    /// A value that is not finite, or so large that a mean is not.
    pub(crate) fn new(m: Matrix<'_>, weights: &[f64], by: Settings) -> Result<Treated, Error> {
        let kept: Vec<(&[f64], f64)> =
            m.iter_rows().zip(weights.iter().copied()).filter(|(_, w)| *w > 0.0).collect();
        let Some((first, _)) = kept.first() else {
            return Err(Error::arg("there is no row to learn from"));
        };
        let spread = Spread::of(&kept, first);
        let finite = |v: &[f64]| v.iter().all(|v| v.is_finite());
        if !(finite(&spread.mean) && finite(&spread.sd)) {
            return Err(Error::numeric("a value of x or y is not finite, or too large to average"));
        }
        let scale = match by.scale {
            true => spread.sd.iter().map(|sd| if *sd > 0.0 { *sd } else { 1.0 }).collect(),
            false => vec![1.0; m.cols()],
        };
        let mut values = Mat::zeros(m.cols(), kept.len());
        for (i, (row, w)) in kept.iter().enumerate() {
            for (k, to) in values.col_as_slice_mut(i).iter_mut().enumerate() {
                let centred = (row[k] - first[k]) - spread.delta[k];
                let value = match by.centre {
                    true if spread.sd[k] == 0.0 => 0.0,
                    true => centred,
                    false => row[k],
                };
                *to = w.sqrt() * (value / scale[k]);
            }
        }
        let mean = if by.centre { spread.mean } else { vec![0.0; m.cols()] };
        Ok(Treated { values, mean, scale })
    }
}

/// Mean and standard deviation of each column.
struct Spread {
    /// Mean less the first value.
    delta: Vec<f64>,
    mean: Vec<f64>,
    /// With ddof = 1; 0 for a constant column and for a single row.
    sd: Vec<f64>,
}

impl Spread {
    fn of(rows: &[(&[f64], f64)], first: &[f64]) -> Spread {
        let p = first.len();
        let (n, total) = (rows.len() as f64, rows.iter().map(|(_, w)| w).sum::<f64>());
        let mut delta = vec![0.0; p];
        let mut largest = vec![0.0_f64; p];
        for (row, w) in rows {
            for (k, v) in row.iter().enumerate() {
                delta[k] += w / total * (v - first[k]);
                largest[k] = largest[k].max(v.abs());
            }
        }
        // Squares of deviations over the largest one: numbers of any size have a square.
        let (mut far, mut square) = (vec![0.0_f64; p], vec![0.0; p]);
        for (row, _) in rows {
            for (k, v) in row.iter().enumerate() {
                far[k] = far[k].max((v - first[k] - delta[k]).abs());
            }
        }
        for (row, w) in rows {
            for (k, v) in row.iter().enumerate().filter(|(k, _)| far[*k] > 0.0) {
                square[k] += w / total * ((v - first[k] - delta[k]) / far[k]).powi(2);
            }
        }
        let ddof = if n > 1.0 { n / (n - 1.0) } else { 0.0 };
        let sd = (0..p)
            .map(|k| {
                let sd = far[k] * (square[k] * ddof).sqrt();
                if sd <= CONSTANT * largest[k] || sd.is_subnormal() { 0.0 } else { sd }
            })
            .collect();
        let mean = first.iter().zip(&delta).map(|(f, d)| f + d).collect();
        Spread { delta, mean, sd }
    }
}

/// The row weights, all 1 when there are none.
///
/// # Errors
/// A weight that is negative or not finite, none above zero, or the wrong number of them.
pub(crate) fn row_weights(weights: Option<&[f64]>, rows: usize) -> Result<Vec<f64>, Error> {
    let weights = weights.map_or_else(|| vec![1.0; rows], <[f64]>::to_vec);
    if weights.len() != rows {
        return Err(Error::shape(format!("{} weights for {rows} rows", weights.len())));
    }
    if let Some(i) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        let w = weights[i];
        return Err(Error::arg(format!("the weight of row {i} is {w}: it must be 0 or more")));
    }
    if !weights.iter().any(|w| *w > 0.0) {
        return Err(Error::arg("there is no row to learn from"));
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Settings = Settings { centre: true, scale: true };

    #[test]
    fn centres_scales_and_zeroes_constant_columns() {
        let v = [1.0, 0.3, 2.0, 0.3, 6.0, 0.1 + 0.2];
        let t = Treated::new(Matrix::new(&v, 3, 2).unwrap(), &[1.0; 3], BOTH).unwrap();
        assert_eq!(t.mean[0], 3.0);
        assert!((t.scale[0] - 7.0_f64.sqrt()).abs() < 1e-15);
        assert!((t.values[(0, 2)] - 3.0 / 7.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(t.scale[1], 1.0);
        assert!((0..3).all(|i| t.values[(1, i)] == 0.0));
    }

    #[test]
    fn weights_of_zero_leave_rows_out_and_a_common_factor_changes_nothing() {
        let v = [1.0, 4.0, 5.0];
        let plain = Treated::new(Matrix::new(&v, 3, 1).unwrap(), &[1.0; 3], BOTH).unwrap();
        assert!((plain.scale[0] - (13.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let v = [1.0, 99.0, 4.0, 5.0];
        let weights = [4.0, 0.0, 4.0, 4.0];
        let weighted = Treated::new(Matrix::new(&v, 4, 1).unwrap(), &weights, BOTH).unwrap();
        assert_eq!(weighted.values.ncols(), 3);
        assert!((weighted.mean[0] - plain.mean[0]).abs() < 1e-15);
        assert!((weighted.scale[0] - plain.scale[0]).abs() < 1e-15);
        assert!((weighted.values[(0, 1)] - 2.0 * plain.values[(0, 1)]).abs() < 1e-15);
    }

    #[test]
    fn a_far_offset_and_any_magnitude_cost_nothing() {
        let near = [0.25, 1.0, 1.5, 3.25]; // exact about 2^40 too
        let deviations = |v: &[f64]| {
            let t = Treated::new(Matrix::new(v, 4, 1).unwrap(), &[1.0; 4], BOTH).unwrap();
            t.values.col_as_slice(0)[0]
        };
        let wanted = deviations(&near);
        for (factor, offset) in
            [(1.0, 2f64.powi(40)), (2f64.powi(900), 0.0), (2f64.powi(-900), 0.0)]
        {
            let moved = near.map(|v| factor * v + offset);
            assert!((deviations(&moved) - wanted).abs() < 1e-15, "{factor:e} {offset:e}");
        }
        let huge = [f64::MAX, -f64::MAX];
        assert!(Treated::new(Matrix::new(&huge, 2, 1).unwrap(), &[1.0; 2], BOTH).is_err());
        let lost = [1.0, f64::NAN];
        assert!(Treated::new(Matrix::new(&lost, 2, 1).unwrap(), &[1.0; 2], BOTH).is_err());
    }

    #[test]
    fn weights_must_be_zero_or_more() {
        for wrong in [&[1.0, -1.0][..], &[1.0, f64::NAN], &[0.0, 0.0], &[1.0]] {
            assert!(row_weights(Some(wrong), 2).is_err());
        }
        assert!(row_weights(None, 0).is_err());
    }
}
