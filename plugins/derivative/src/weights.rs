//! Weights of a local polynomial fit.

use adit_plugin::Error;
use nalgebra::{DMatrix, DVector};

/// For each position of `at`: the weights w such that w.y is the `derivative`-th derivative there of the polynomial of degree
/// `order` through the points (`positions`, y) in the least-squares sense.
///
/// Positions are scaled to -1..1 and the polynomial is written in Legendre polynomials, so that the QR factors stay well
/// conditioned where powers of the positions would not.
///
/// # Errors
/// When the positions cannot carry the polynomial numerically.
pub(crate) fn weights(
    positions: &[f64],
    order: usize,
    derivative: usize,
    at: &[f64],
) -> Result<Vec<Vec<f64>>, Error> {
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
        return Err(Error::shape("a window without positions"));
    };
    let (centre, half) = ((first + last) / 2.0, (last - first) / 2.0);
    let basis = DMatrix::from_row_iterator(
        positions.len(),
        order + 1,
        positions.iter().flat_map(|p| legendre((p - centre) / half, order, 0)),
    );
    let qr = basis.qr();
    let (q, r_transposed) = (qr.q(), qr.r().transpose());
    let per_axis = half.powi(derivative as i32);
    at.iter()
        .map(|p| {
            let value = DVector::from_vec(legendre((p - centre) / half, order, derivative));
            let solved = r_transposed.solve_lower_triangular(&value);
            let weights: Vec<f64> =
                solved.map(|s| (&q * s).iter().map(|w| w / per_axis).collect()).unwrap_or_default();
            let usable = weights.len() == positions.len() && weights.iter().all(|w| w.is_finite());
            usable.then_some(weights).ok_or_else(|| {
                Error::numeric(format!(
                    "the positions {first} to {last} cannot carry a polynomial of degree {order}"
                ))
            })
        })
        .collect()
}

/// The `derivative`-th derivatives at `u` of the Legendre polynomials of degree 0 to `order`, by
/// (k+1) P(k+1) = (2k+1) u P(k) - k P(k-1) and P'(k+1) = P'(k-1) + (2k+1) P(k).
fn legendre(u: f64, order: usize, derivative: usize) -> Vec<f64> {
    let mut p = vec![1.0, u];
    for k in 1..order.max(1) {
        let k_f = k as f64;
        p.push(((2.0 * k_f + 1.0) * u * p[k] - k_f * p[k - 1]) / (k_f + 1.0));
    }
    for d in 0..derivative {
        let mut next = vec![0.0, if d == 0 { 1.0 } else { 0.0 }];
        for k in 1..order.max(1) {
            next.push(next[k - 1] + (2.0 * k as f64 + 1.0) * p[k]);
        }
        p = next;
    }
    p.truncate(order + 1);
    p
}

#[cfg(test)]
mod tests {
    use super::legendre;

    #[test]
    fn legendre_polynomials_and_their_derivatives() {
        let u = 0.3_f64;
        let p3 = (5.0 * u.powi(3) - 3.0 * u) / 2.0;
        let p3_first = (15.0 * u * u - 3.0) / 2.0;
        for (derivative, want) in [(0, p3), (1, p3_first), (2, 15.0 * u), (3, 15.0), (4, 0.0)] {
            let got = legendre(u, 3, derivative);
            assert_eq!(got.len(), 4);
            assert!((got[3] - want).abs() < 1e-14, "derivative {derivative}: {}", got[3]);
        }
        assert_eq!(legendre(u, 0, 0), [1.0]);
        assert_eq!(legendre(u, 1, 1), [0.0, 1.0]);
    }
}
