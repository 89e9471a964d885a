//! The singular value decomposition of treated training rows, up to their numerical rank.

use adit_plugin::{Error, Matrix};
use faer::Mat;
use nalgebra::{DMatrix, SVD};

use crate::treat::{Settings, Treated, row_weights};

/// Iterations of the decomposition; a hundred a row is far more than any data need.
const ITERATIONS: usize = 100_000;

/// `X = U S V'` of the treated, weighted training rows, r components, with y in the basis of U.
#[derive(Clone, Debug)]
pub(crate) struct Decomposition {
    /// Means and scales of the columns of X.
    pub(crate) x_mean: Vec<f64>,
    pub(crate) x_scale: Vec<f64>,
    /// Means of y.
    pub(crate) y_mean: Vec<f64>,
    /// V, p x r, orthonormal columns.
    pub(crate) loadings: Mat<f64>,
    /// s, falling, each above the limit of the rank.
    pub(crate) singular_values: Vec<f64>,
    /// U'y, r x m.
    pub(crate) projections: Mat<f64>,
}

impl Decomposition {
    /// Of `x` (n x p) and `y` (n x m).
    ///
    /// The decomposition works on X itself through a QR of its long side, never on X'X or XX', whose condition is the square. The
    /// rank ends where `s <= 10 max(n, p) eps |X|`, |X| the Frobenius norm of the treated rows, and with the columns, or the rows
    /// less one for the mean: there rounding leaves singular values near `eps |X|`.
    ///
    /// # Errors
    /// Shapes that do not fit, no row of positive weight, a value that is not finite, or numbers so large that products overflow.
    pub(crate) fn of(
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        by: Settings,
    ) -> Result<Decomposition, Error> {
        if x.rows() != y.rows() {
            return Err(Error::shape(format!("{} rows of x, {} rows of y", x.rows(), y.rows())));
        }
        if x.cols() == 0 || y.cols() == 0 {
            return Err(Error::shape("x and y need at least one column each"));
        }
        let weights = row_weights(weights, x.rows())?;
        let x = Treated::new(x, &weights, by)?;
        let y = Treated::new(y, &weights, Settings { scale: false, ..by })?;
        let (p, n) = x.values.shape();
        // Training rows are columns here: what is on the right of X is on the left.
        let Svd { u: v, s, v: u } = thin_svd(&x.values)?;
        let bound = p.min(n - usize::from(by.centre));
        let rank = rank(&s, 10.0 * n.max(p) as f64 * f64::EPSILON).min(bound);
        Ok(Decomposition {
            x_mean: x.mean,
            x_scale: x.scale,
            y_mean: y.mean,
            projections: u.subcols(0, rank).transpose() * y.values.transpose(),
            loadings: v.subcols(0, rank).to_owned(),
            singular_values: s[..rank].to_vec(),
        })
    }
}

/// How many singular values are above `tol` times the root of their sum of squares.
fn rank(s: &[f64], tol: f64) -> usize {
    let largest = s.first().copied().unwrap_or(0.0);
    if largest == 0.0 {
        return 0;
    }
    let norm = s.iter().map(|v| (v / largest).powi(2)).sum::<f64>().sqrt();
    s.iter().take_while(|v| **v / largest > tol * norm).count()
}

/// `a = U S V'` with s falling, as many as the shorter side of `a`.
struct Svd {
    u: Mat<f64>,
    s: Vec<f64>,
    v: Mat<f64>,
}

fn thin_svd(a: &Mat<f64>) -> Result<Svd, Error> {
    let (p, n) = a.shape();
    let size = p.min(n);
    // Divided by a power of two near its largest value: exact, and no square leaves the range of numbers.
    let largest = (0..n).flat_map(|i| a.col_as_slice(i)).fold(0.0_f64, |l, v| l.max(v.abs()));
    let unit = f64::from_bits(largest.to_bits() & 0x7ff0_0000_0000_0000);
    if !unit.is_normal() {
        if !largest.is_finite() {
            return Err(Error::numeric("numbers of x are too large to weight"));
        }
        return Ok(Svd { u: Mat::zeros(p, size), s: vec![0.0; size], v: Mat::zeros(n, size) });
    }
    // Of the triangular factor of the long side: square, and as well conditioned as the rows are.
    let long = match p >= n {
        true => DMatrix::from_fn(p, n, |k, i| a[(k, i)] / unit),
        false => DMatrix::from_fn(n, p, |i, k| a[(k, i)] / unit),
    };
    let (q, r) = long.qr().unpack();
    let found = SVD::try_new(r, true, true, f64::EPSILON, ITERATIONS);
    let Some(SVD { u: Some(left), v_t: Some(right), singular_values: s }) = found else {
        return Err(Error::numeric("the singular value decomposition of x did not converge"));
    };
    if !s.iter().all(|s| (s * unit).is_finite()) {
        return Err(Error::numeric("numbers of x are too large to add up"));
    }
    let left = q * left;
    let long = Mat::from_fn(left.nrows(), size, |i, a| left[(i, a)]);
    let short = Mat::from_fn(size, size, |i, a| right[(a, i)]);
    let (u, v) = if p >= n { (long, short) } else { (short, long) };
    Ok(Svd { u, s: s.iter().map(|s| s * unit).collect(), v })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::spectra;

    const CENTRED: Settings = Settings { centre: true, scale: false };

    #[test]
    fn the_parts_are_orthonormal_and_give_the_rows_back_either_way_up() {
        for (n, p) in [(9, 40), (40, 9), (12, 13), (1, 5), (5, 1), (150, 200)] {
            let (x, y) = spectra(3, n, p, 2);
            let (xm, ym) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, 2).unwrap());
            let d = Decomposition::of(xm, ym, None, CENTRED).unwrap();
            let r = d.singular_values.len();
            assert_eq!(r, p.min(n - 1), "{n} x {p}");
            let v = &d.loadings;
            let off = v.transpose() * v - Mat::<f64>::identity(r, r);
            assert!(off.norm_max() < 1e-13, "{n} x {p}: {:e}", off.norm_max());
            // Centred X less its part along V is nothing, and its squares along V are those of s.
            let centred = Mat::from_fn(n, p, |i, k| x[i * p + k] - d.x_mean[k]);
            let t = &centred * v;
            assert!((&centred - &t * v.transpose()).norm_max() < 1e-13);
            for (a, s) in d.singular_values.iter().enumerate() {
                let length = t.col(a).norm_l2();
                assert!((length - s).abs() < 1e-13 * d.singular_values[0], "{length} {s}");
                // u'y s = t'y.
                let ty: f64 = (0..n).map(|i| t[(i, a)] * (y[i * 2] - d.y_mean[0])).sum();
                assert!((ty - s * d.projections[(a, 0)]).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn small_singular_values_keep_their_digits() {
        // diag(1, 1e-5, 1e-10) in a rotated basis: X'X would lose the last one.
        let q = |i: usize, j: usize| f64::from(u8::from(i == j)) - 2.0 / 3.0;
        let s = [1.0, 1e-5, 1e-10];
        let x: Vec<f64> =
            (0..9).map(|k| (0..3).map(|a| q(k / 3, a) * s[a] * q(k % 3, a)).sum()).collect();
        let x = Matrix::new(&x, 3, 3).unwrap();
        let plain = Settings { centre: false, scale: false };
        let y = Matrix::new(&[1.0; 3], 3, 1).unwrap();
        let d = Decomposition::of(x, y, None, plain).unwrap();
        assert_eq!(d.singular_values.len(), 3);
        for (found, wanted) in d.singular_values.iter().zip(s) {
            // Entries near 1 are rounded at 1e-16.
            assert!((found - wanted).abs() < 1e-15, "{found:e} {wanted:e}");
        }
    }
}
