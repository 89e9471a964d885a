//! The weight vector of a component.

use nalgebra::{DMatrix, DVector};

use crate::column_ops::{dot, vectorised};
use crate::small_eigen;

/// The unit vector w that maximises |S'w| for S = X'Y (columns x targets): the dominant left singular vector.
///
/// For one target this is S itself, normalised. For m targets it is `S v` with v the dominant eigenvector of the m x m matrix S'S,
/// exactly what the NIPALS iteration converges to; its sign is chosen so that the element of largest magnitude is positive.
/// `None` when S is zero or not finite.
pub(crate) fn dominant(s: &DMatrix<f64>) -> Option<DVector<f64>> {
    let mut w = DVector::zeros(s.nrows());
    dominant_into(s.as_slice(), w.as_mut_slice()).then_some(w)
}

/// Magnitudes between which squares of `w.len()` values neither vanish nor overflow.
const SAFE: std::ops::Range<f64> = 1e-120..1e120;

/// [`dominant`] of the columns `s`, one behind the other, written into `w`; false for its `None`.
pub(crate) fn dominant_into(s: &[f64], w: &mut [f64]) -> bool {
    vectorised(
        #[inline(always)]
        || {
            let largest = largest(s);
            if !(largest > 0.0 && largest.is_finite()) {
                return false;
            }
            if SAFE.contains(&largest) {
                return combine(s, w);
            }
            let scaled: Vec<f64> = s.iter().map(|v| v / largest).collect();
            combine(&scaled, w)
        },
    )
}

#[inline(always)]
fn largest(s: &[f64]) -> f64 {
    // Sixteen running maxima; a value that is not a number is found by the sums.
    let (chunks, tail) = s.as_chunks::<16>();
    let mut top = [0.0_f64; 16];
    let mut sum = 0.0;
    for chunk in chunks {
        for k in 0..16 {
            let v = chunk[k].abs();
            top[k] = if v > top[k] || v.is_nan() { v } else { top[k] };
        }
    }
    for v in top.iter().chain(tail) {
        sum += v * 0.0;
    }
    top.iter().chain(tail).fold(0.0_f64, |l, v| l.max(v.abs())) + sum
}

/// `w = S v / |S v|` for columns of moderate size.
#[inline(always)]
fn combine(s: &[f64], w: &mut [f64]) -> bool {
    let p = w.len();
    let m = s.len() / p;
    let column = |j: usize| &s[j * p..(j + 1) * p];
    if m == 1 {
        w.copy_from_slice(s);
    } else {
        let mut gram = vec![0.0; m * m];
        for i in 0..m {
            (0..=i).for_each(|j| gram[i * m + j] = dot(column(i), column(j)));
        }
        let Some(found) = small_eigen::dominant(&mut gram, m) else { return false };
        w.fill(0.0);
        for (j, v) in found.vector.iter().enumerate() {
            w.iter_mut().zip(column(j)).for_each(|(w, s)| *w += v * s);
        }
    }
    let norm = dot(w, w).sqrt();
    if !(norm > 0.0 && norm.is_finite()) {
        return false;
    }
    let sign = if m == 1 { 1.0 } else { sign_of_largest(w) };
    w.iter_mut().for_each(|w| *w *= sign / norm);
    true
}

/// The sign of the element of largest magnitude, the first of several.
#[inline(always)]
fn sign_of_largest(w: &[f64]) -> f64 {
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    for v in w {
        high = if *v > high { *v } else { high };
        low = if *v < low { *v } else { low };
    }
    match high.total_cmp(&-low) {
        std::cmp::Ordering::Less => -1.0,
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => w.iter().find(|v| v.abs() == high).map_or(1.0, |v| v.signum()),
    }
}

/// Takes the parts along `basis` (unit vectors, orthogonal to each other) out of the unit vector `w` and makes it a unit vector
/// again. False when most of `w` lay along the basis: then it was rounding.
pub(crate) fn orthogonalise(w: &mut DVector<f64>, basis: &[DVector<f64>]) -> bool {
    for b in basis {
        let part = b.dot(w);
        w.axpy(-part, b, 1.0);
    }
    let left = w.norm();
    *w /= left;
    left > 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Noise;

    #[test]
    fn is_what_the_power_iteration_converges_to() {
        let mut noise = Noise::new(3);
        let s = DMatrix::from_fn(12, 4, |_, _| noise.next());
        let mut w = DVector::from_fn(12, |_, _| 1.0);
        for _ in 0..2000 {
            w = (&s * s.tr_mul(&w)).normalize();
        }
        let top = w[w.icamax()];
        let found = dominant(&s).unwrap();
        assert!((w / top.signum() - &found).norm() < 1e-12);
        assert!(found[found.icamax()] > 0.0);
    }

    #[test]
    fn survives_extreme_magnitudes() {
        for factor in [1e-200, 1e200] {
            let s = DMatrix::from_row_slice(3, 2, &[3.0, 0.0, 0.0, 1.0, 0.0, 0.0]) * factor;
            let w = dominant(&s).unwrap();
            assert!((w[0] - 1.0).abs() < 1e-12);
        }
        assert!(dominant(&DMatrix::zeros(3, 2)).is_none());
        assert!(dominant(&DMatrix::from_element(3, 2, f64::INFINITY)).is_none());
    }
}
