//! Whether a model may be used on a sample: leverage, Hotelling T2 and Q residual with their limits.

use adit_engine::Matrix;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::figures::{finite, mean, variance};
use crate::special::{chi_square_quantile, f_quantile};

/// The levels at which limits are kept: a warning, and a refusal.
pub const LEVELS: [f64; 2] = [0.95, 0.999];

/// Where the calibration samples lie in the space of the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreSpace {
    /// Calibration rows n.
    pub n: usize,
    /// (T'T)^-1, components x components.
    pub inverse: Vec<Vec<f64>>,
}

impl ScoreSpace {
    /// From the scores of the calibration rows (n x A). `None` when a direction has no extent.
    pub fn of(scores: &Matrix) -> Option<ScoreSpace> {
        let t = DMatrix::from_row_slice(scores.rows(), scores.cols(), scores.data());
        let lengths: Vec<f64> = t.column_iter().map(|c| c.norm()).collect();
        if lengths.iter().any(|l| l.is_nan() || *l <= 0.0) {
            return None;
        }
        // Later scores are many orders of magnitude smaller: inverted with every column at length 1.
        let unit = DMatrix::from_fn(t.nrows(), t.ncols(), |i, j| t[(i, j)] / lengths[j]);
        let inverse = unit.tr_mul(&unit).cholesky()?.inverse();
        let rows = (0..lengths.len())
            .map(|i| {
                (0..lengths.len()).map(|j| inverse[(i, j)] / lengths[i] / lengths[j]).collect()
            })
            .collect();
        Some(ScoreSpace { n: scores.rows(), inverse: rows })
    }

    /// Without components: only the mean.
    pub fn of_mean(n: usize) -> ScoreSpace {
        ScoreSpace { n, inverse: Vec::new() }
    }

    /// t'(T'T)^-1 t.
    fn distance(&self, t: &[f64]) -> f64 {
        let row = |r: &Vec<f64>| r.iter().zip(t).map(|(a, b)| a * b).sum::<f64>();
        self.inverse.iter().zip(t).map(|(r, t)| t * row(r)).sum()
    }

    /// Leverage h = 1/n + t'(T'T)^-1 t of a row with scores `t`.
    pub fn leverage(&self, t: &[f64]) -> f64 {
        1.0 / self.n as f64 + self.distance(t)
    }

    /// Hotelling's T2 = t'(T'T/(n-1))^-1 t of a row with scores `t`.
    pub fn t2(&self, t: &[f64]) -> f64 {
        (self.n as f64 - 1.0) * self.distance(t)
    }

    /// Limit of T2 for a new sample: A(n^2-1)/(n(n-A)) F(level; A, n-A). `None` without components or with n <= A.
    pub fn t2_limit(&self, level: f64) -> Option<f64> {
        let (n, a) = (self.n as f64, self.inverse.len() as f64);
        if a < 1.0 || n <= a {
            return None;
        }
        finite(a * (n * n - 1.0) / (n * (n - a)) * f_quantile(level, a, n - a))
    }
}

/// Limit of Q: g chi2(nu), g = var/(2 mean), nu = 2 mean^2/var of the **cross-validated** Q of the calibration samples (Box 1954,
/// doi:10.1214/aoms/1177728786, with the moments of Nomikos & MacGregor 1995). The fit's own residuals would refuse most good
/// samples of a small set. `None` with fewer than two samples or no spread.
///
/// ```
/// let limit = adit_calibration::applicability::q_limit(&[1.0, 2.0, 3.0], 0.95).unwrap();
/// // mean 2, var 1: g = 1/4, nu = 8; chi2(0.95; 8) = 15.5073.
/// assert!((limit - 15.507313055865453 / 4.0).abs() < 1e-9);
/// ```
pub fn q_limit(cross_validated: &[f64], level: f64) -> Option<f64> {
    if cross_validated.len() < 2 {
        return None;
    }
    let (m, var) = (mean(cross_validated), variance(cross_validated));
    if !(m > 0.0 && var > 0.0) {
        return None;
    }
    finite(var / (2.0 * m) * chi_square_quantile(level, 2.0 * m * m / var))
}

/// Limits at 95 % and 99.9 %.
pub type Limits = [f64; 2];

/// What is kept with a model to judge a new sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applicability {
    /// The space of the scores; `None` when the regressor has no scores.
    pub space: Option<ScoreSpace>,
    /// Limits of T2.
    pub t2_limits: Option<Limits>,
    /// Limits of Q.
    pub q_limits: Option<Limits>,
    /// Why a limit is missing, for people.
    pub note: Option<String>,
}

/// Both limits, if both are there.
pub(crate) fn both(limit: impl Fn(f64) -> Option<f64>) -> Option<Limits> {
    Some([limit(LEVELS[0])?, limit(LEVELS[1])?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two columns of very different size that are not orthogonal; the inverse by the 2 x 2 formula.
    #[test]
    fn leverages_are_those_of_the_formula() {
        let t = [[3.0, 1e-6], [-1.0, 2e-6], [-2.0, -3e-6]];
        let scores = Matrix::new(t.concat(), 3, 2).unwrap();
        let space = ScoreSpace::of(&scores).unwrap();
        let sum = |i: usize, j: usize| t.iter().map(|r| r[i] * r[j]).sum::<f64>();
        let (a, b, d) = (sum(0, 0), sum(0, 1), sum(1, 1));
        for row in t {
            let quadratic = (d * row[0] * row[0] - 2.0 * b * row[0] * row[1] + a * row[1] * row[1])
                / (a * d - b * b);
            assert!((space.leverage(&row) - 1.0 / 3.0 - quadratic).abs() < 1e-12);
            assert!((space.t2(&row) - 2.0 * quadratic).abs() < 1e-12);
        }
        // Leverages of all calibration rows sum to 1 + A.
        let total: f64 = t.iter().map(|r| space.leverage(r)).sum();
        assert!((total - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_flat_direction_and_too_few_rows_have_no_limit() {
        assert!(ScoreSpace::of(&Matrix::zeros(4, 2)).is_none());
        let space = ScoreSpace { n: 2, inverse: vec![vec![1.0, 0.0], vec![0.0, 1.0]] };
        assert_eq!(space.t2_limit(0.95), None);
        assert_eq!(ScoreSpace::of_mean(5).t2_limit(0.95), None);
        assert_eq!(ScoreSpace::of_mean(5).leverage(&[]), 0.2);
        assert_eq!(q_limit(&[1.0, 1.0], 0.95), None);
        assert_eq!(q_limit(&[1.0], 0.95), None);
    }

    /// A = 2, n = 12: 2 * 143 / 120 * F(0.95; 2, 10).
    #[test]
    fn the_limit_of_t2_by_hand() {
        let space = ScoreSpace { n: 12, inverse: vec![vec![1.0, 0.0], vec![0.0, 1.0]] };
        let want = 2.0 * 143.0 / 120.0 * 4.102821015130399;
        assert!((space.t2_limit(0.95).unwrap() / want - 1.0).abs() < 1e-10);
    }
}
