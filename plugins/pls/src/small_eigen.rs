//! The dominant eigenvector of the small symmetric matrix of a component, one row and column a target.

/// The two largest eigenvalues of a symmetric matrix, and the unit eigenvector of the largest.
pub(crate) struct Dominant {
    pub(crate) largest: f64,
    /// 0 for a 1 x 1 matrix.
    pub(crate) second: f64,
    pub(crate) vector: Vec<f64>,
}

/// Sweeps after which a matrix is given up; ten are plenty for any of finite numbers.
const SWEEPS: usize = 60;

/// Jacobi's method on the m x m matrix `a` (the lower triangle counts), which is overwritten. `None` when a value is not finite or
/// the sweeps do not end.
pub(crate) fn dominant(a: &mut [f64], m: usize) -> Option<Dominant> {
    if a.iter().any(|v| !v.is_finite()) {
        return None;
    }
    if m == 1 {
        return Some(Dominant { largest: a[0], second: 0.0, vector: vec![1.0] });
    }
    let mut v = vec![0.0; m * m];
    (0..m).for_each(|i| v[i * m + i] = 1.0);
    for i in 0..m {
        (0..i).for_each(|j| a[j * m + i] = a[i * m + j]);
    }
    let mut sweeps = 0;
    while sweep(a, &mut v, m) {
        sweeps += 1;
        if sweeps == SWEEPS {
            return None;
        }
    }
    let value = |i: usize| a[i * m + i];
    let top = (0..m).fold(0, |top, i| if value(i) > value(top) { i } else { top });
    let second = (0..m).filter(|i| *i != top).map(value).fold(f64::NEG_INFINITY, f64::max);
    let vector: Vec<f64> = (0..m).map(|i| v[i * m + top]).collect();
    vector.iter().all(|v| v.is_finite()).then_some(Dominant { largest: value(top), second, vector })
}

/// One rotation for each pair; false when nothing was left to rotate.
fn sweep(a: &mut [f64], v: &mut [f64], m: usize) -> bool {
    let mut rotated = false;
    for i in 0..m {
        for j in 0..i {
            let (off, ii, jj) = (a[i * m + j], a[i * m + i], a[j * m + j]);
            // Below this a rotation changes no digit of either eigenvalue.
            if off.abs() <= 0.25 * f64::EPSILON * (ii.abs() * jj.abs()).sqrt()
                || off.abs() < f64::MIN_POSITIVE
            {
                continue;
            }
            rotated = true;
            let theta = (jj - ii) / (2.0 * off);
            // A theta too large to square gives no angle, as it should.
            let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let c = 1.0 / (t * t + 1.0).sqrt();
            rotate(a, v, m, (i, j), (c, c * t));
        }
    }
    rotated
}

/// Turns rows and columns `i`, `j` of `a`, and columns `i`, `j` of `v`.
fn rotate(a: &mut [f64], v: &mut [f64], m: usize, (i, j): (usize, usize), (c, s): (f64, f64)) {
    for k in 0..m {
        let (x, y) = (a[i * m + k], a[j * m + k]);
        (a[i * m + k], a[j * m + k]) = (c * x - s * y, s * x + c * y);
    }
    for k in 0..m {
        let (x, y) = (a[k * m + i], a[k * m + j]);
        (a[k * m + i], a[k * m + j]) = (c * x - s * y, s * x + c * y);
        let (x, y) = (v[k * m + i], v[k * m + j]);
        (v[k * m + i], v[k * m + j]) = (c * x - s * y, s * x + c * y);
    }
    (a[i * m + j], a[j * m + i]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, SymmetricEigen};

    use super::*;
    use crate::testing::Noise;

    #[test]
    fn agrees_with_the_tridiagonal_method_on_grams_of_every_size() {
        for seed in 0..300 {
            let mut noise = Noise::new(seed);
            let m = 1 + seed as usize % 9;
            let b = DMatrix::from_fn(12, m, |_, k| noise.next() * 10.0_f64.powi(-(k as i32)));
            let gram = b.tr_mul(&b);
            let found = dominant(&mut gram.as_slice().to_vec(), m).unwrap();
            let eigen = SymmetricEigen::new(gram.clone());
            let mut values: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
            values.sort_by(|a, b| b.total_cmp(a));
            assert!((found.largest - values[0]).abs() < 1e-14 * values[0]);
            if m > 1 {
                assert!((found.second - values[1]).abs() < 1e-14 * values[0]);
            }
            let v = nalgebra::DVector::from_vec(found.vector);
            assert!((v.norm() - 1.0).abs() < 1e-14);
            assert!((&gram * &v - &v * found.largest).norm() < 1e-13 * found.largest);
        }
    }

    #[test]
    fn zero_and_diagonal_matrices_end_and_broken_ones_are_refused() {
        assert_eq!(dominant(&mut [0.0; 9], 3).unwrap().largest, 0.0);
        let found = dominant(&mut [1.0, 0.0, 0.0, 3.0], 2).unwrap();
        assert_eq!((found.largest, found.second, found.vector), (3.0, 1.0, vec![0.0, 1.0]));
        let found = dominant(&mut [2.0, 2.0, 2.0, 2.0], 2).unwrap();
        assert!((found.largest - 4.0).abs() < 1e-15 && found.second.abs() < 1e-15);
        assert!(dominant(&mut [f64::NAN, 0.0, 0.0, 1.0], 2).is_none());
        assert!(dominant(&mut [f64::INFINITY], 1).is_none());
    }
}
