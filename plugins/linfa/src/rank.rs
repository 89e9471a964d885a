//! Numerical rank.

use ndarray::{Array1, Array2, Axis};

/// Number of columns that stand out of the span of the others by more than `tol` times the Frobenius norm: orthogonalisation with
/// the largest remaining column first, each step done twice.
pub(crate) fn rank(m: &Array2<f64>, tol: f64) -> usize {
    // The shorter side, so that there are few vectors to orthogonalise.
    let side = if m.nrows() < m.ncols() { 0 } else { 1 };
    let mut left: Vec<Array1<f64>> = m.axis_iter(Axis(side)).map(|v| v.to_owned()).collect();
    let limit = tol * m.iter().map(|v| v * v).sum::<f64>().sqrt();
    let mut found = 0;
    while let Some((i, norm)) =
        left.iter().map(|v| v.dot(v).sqrt()).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    {
        if norm.is_nan() || norm <= limit {
            break;
        }
        let unit = left.swap_remove(i) / norm;
        for v in &mut left {
            for _ in 0..2 {
                let part = unit.dot(v);
                v.scaled_add(-part, &unit);
            }
        }
        found += 1;
    }
    found
}

/// Ten times max(n, p) eps: what rounding leaves, with room.
pub(crate) fn tolerance(m: &Array2<f64>) -> f64 {
    10.0 * m.nrows().max(m.ncols()) as f64 * f64::EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Noise;

    #[test]
    fn counts_the_factors_of_a_product_either_way_up() {
        let mut noise = Noise::new(6);
        let mut random = |r, c| Array2::from_shape_fn((r, c), |_| noise.next());
        let m = random(9, 3).dot(&random(3, 14));
        assert_eq!(rank(&m, tolerance(&m)), 3);
        assert_eq!(rank(&m.t().to_owned(), tolerance(&m)), 3);
        assert_eq!(rank(&Array2::zeros((4, 3)), 1e-12), 0);
        let full = random(5, 8);
        assert_eq!(rank(&full, tolerance(&full)), 5);
    }
}
