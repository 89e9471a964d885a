//! Centring and scaling of training rows.

use adit_plugin::{Error, Matrix};
use ndarray::{Array1, Array2, Axis};

/// Deviations at or below this share of the largest magnitude are rounding of a constant column.
const CONSTANT: f64 = 10.0 * f64::EPSILON;

/// A matrix less its column means, over its column scales, times the root of its row weights.
#[derive(Clone, Debug)]
pub(crate) struct Treated {
    pub(crate) values: Array2<f64>,
    pub(crate) mean: Array1<f64>,
    pub(crate) scale: Array1<f64>,
}

/// What the scale of a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scaling {
    /// 1.
    None,
    /// The standard deviation with ddof = 1, and 1 for a constant column.
    Deviation,
}

impl Treated {
    /// Treats all rows of `m`; a column that is constant but for rounding becomes exactly zero. `weights` one a row, not negative,
    /// with a positive sum.
    pub(crate) fn new(m: Matrix<'_>, weights: &[f64], scaling: Scaling) -> Treated {
        let (n, p) = (m.rows(), m.cols());
        let mut values = Array2::from_shape_fn((n, p), |(i, k)| m.row(i)[k]);
        let (mut mean, mut scale) = (Array1::zeros(p), Array1::ones(p));
        let total: f64 = weights.iter().sum();
        let kept = weights.iter().filter(|w| **w > 0.0).count();
        for (k, mut column) in values.axis_iter_mut(Axis(1)).enumerate() {
            let shift = column.first().copied().unwrap_or(0.0);
            let weighted = |f: &dyn Fn(f64) -> f64| {
                column.iter().zip(weights).map(|(v, w)| w * f(*v)).sum::<f64>() / total
            };
            mean[k] = shift + weighted(&|v| v - shift);
            let variance = weighted(&|v| (v - mean[k]) * (v - mean[k]));
            let largest = column.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
            let sd = (variance * kept as f64 / (kept.max(2) - 1) as f64).sqrt();
            let constant = sd <= CONSTANT * largest;
            if scaling == Scaling::Deviation && !constant {
                scale[k] = sd;
            }
            for (v, w) in column.iter_mut().zip(weights) {
                *v = if constant { 0.0 } else { w.sqrt() * (*v - mean[k]) / scale[k] };
            }
        }
        Treated { values, mean, scale }
    }

    /// Frobenius norm.
    pub(crate) fn norm(&self) -> f64 {
        self.values.iter().map(|v| v * v).sum::<f64>().sqrt()
    }
}

/// Row weights, all 1 when there are none.
///
/// # Errors
/// Shapes that do not fit, a value that is not finite, a negative weight, or no row to learn from.
pub(crate) fn check(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
) -> Result<Vec<f64>, Error> {
    if x.rows() != y.rows() {
        return Err(Error::shape(format!("{} rows of x, {} rows of y", x.rows(), y.rows())));
    }
    if x.cols() == 0 || y.cols() == 0 {
        return Err(Error::shape("x and y need at least one column each"));
    }
    if !x.iter_rows().chain(y.iter_rows()).flatten().all(|v| v.is_finite()) {
        return Err(Error::numeric("a value of x or y is not finite"));
    }
    let weights = weights.map_or_else(|| vec![1.0; x.rows()], <[f64]>::to_vec);
    let sound = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
    if weights.len() != x.rows() || !sound || !weights.iter().any(|w| *w > 0.0) {
        return Err(Error::arg("there must be one weight a row, none negative, one above zero"));
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_scales_and_zeroes_constant_columns() {
        let v = [1.0, 0.3, 2.0, 0.3, 6.0, 0.1 + 0.2];
        let t = Treated::new(Matrix::new(&v, 3, 2).unwrap(), &[1.0; 3], Scaling::Deviation);
        assert_eq!(t.mean[0], 3.0);
        assert!((t.scale[0] - 7.0_f64.sqrt()).abs() < 1e-15);
        assert!((t.values[(2, 0)] - 3.0 / 7.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(t.scale[1], 1.0);
        assert!(t.values.column(1).iter().all(|v| *v == 0.0));
    }
}
