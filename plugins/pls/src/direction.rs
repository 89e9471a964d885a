//! The weight vector of a component.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The unit vector w that maximises |S'w| for S = X'Y (columns x targets): the dominant left singular vector.
///
/// For one target this is S itself, normalised. For m targets it is `S v` with v the dominant eigenvector of the m x m matrix S'S,
/// exactly what the NIPALS iteration converges to; its sign is chosen so that the element of largest magnitude is positive.
/// `None` when S is zero or not finite.
pub(crate) fn dominant(s: &DMatrix<f64>) -> Option<DVector<f64>> {
    let largest = s.amax();
    if !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    if s.ncols() == 1 {
        return unit(s.column(0) / largest);
    }
    let scaled = s / largest; // so that the squares below neither overflow nor vanish
    let eigen = SymmetricEigen::try_new(scaled.tr_mul(&scaled), f64::EPSILON, 10_000)?;
    let w = unit(&scaled * eigen.eigenvectors.column(eigen.eigenvalues.imax()))?;
    let top = w[w.icamax()];
    Some(if top < 0.0 { -w } else { w })
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

fn unit(w: DVector<f64>) -> Option<DVector<f64>> {
    let norm = w.norm();
    (norm > 0.0 && norm.is_finite()).then(|| w / norm)
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
