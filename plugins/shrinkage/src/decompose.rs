//! The singular value decomposition of treated training rows, up to their numerical rank.

use adit_plugin::{Error, Matrix};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Mat, Par};

use crate::treat::{Settings, Treated, row_weights};

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
    let a = Mat::from_fn(p, n, |k, i| a[(k, i)] / unit);
    let (mut u, mut v, mut s) = (Mat::zeros(p, size), Mat::zeros(n, size), Diag::zeros(size));
    let thin = ComputeSvdVectors::Thin;
    // One thread: the folds of a cross-validation are what runs side by side.
    let need = svd_scratch::<f64>(p, n, thin, thin, Par::Seq, Default::default());
    svd(
        a.as_ref(),
        s.as_mut(),
        Some(u.as_mut()),
        Some(v.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(need)),
        Default::default(),
    )
    .map_err(|_| Error::numeric("the singular value decomposition of x did not converge"))?;
    let s: Vec<f64> = s.column_vector().iter().map(|s| s * unit).collect();
    if !s.iter().all(|s| s.is_finite()) {
        return Err(Error::numeric("numbers of x are too large to add up"));
    }
    Ok(Svd { u, s, v })
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

    /// Columns that nearly repeat each other, graded lengths and few rows: where a decomposition that takes squares loses digits.
    #[test]
    fn graded_rows_come_back_to_rounding() {
        for seed in 0..400 {
            let (n, p) = (2 + seed as usize % 23, 2 + seed as usize % 17);
            let (mut x, y) = spectra(seed, n, p, 1);
            for row in x.chunks_mut(p) {
                row[1] = 0.7 * row[0] + 1e-6 * row[1];
                let falling = |k: usize| 10f64.powi(-(k as i32) / 2);
                row.iter_mut().enumerate().for_each(|(k, v)| *v *= falling(k));
            }
            let plain = Settings { centre: false, scale: false };
            let (xm, ym) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, 1).unwrap());
            let d = Decomposition::of(xm, ym, None, plain).unwrap();
            let (rows, v) = (Mat::from_fn(n, p, |i, k| x[i * p + k]), &d.loadings);
            let lost = (&rows - &rows * v * v.transpose()).norm_l2() / rows.norm_l2();
            assert!(lost < 2e-13, "{n} x {p}, seed {seed}: {lost:e}");
            let lengths = (&rows * v).norm_l2();
            let own = d.singular_values.iter().map(|s| s * s).sum::<f64>().sqrt();
            assert!((lengths / own - 1.0).abs() < 1e-13, "{n} x {p}, seed {seed}");
        }
    }
}
