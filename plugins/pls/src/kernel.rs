//! Improved kernel PLS, algorithm 1: Dayal and MacGregor 1997, J. Chemometrics 11, 73-85,
//! doi:10.1002/(SICI)1099-128X(199701)11:1<73::AID-CEM435>3.0.CO;2-#.
//!
//! X (n x p) is never deflated; X'Y (p x m) is. For each component, with E the residual of Y:
//!
//! ```text
//! w = dominant left singular vector of S = X'E
//! r = w - sum_j (p_j'w) r_j,   t = X r         (p_j'w = t_j'(X w) / t_j't_j, taken in score space)
//! p = X't / t't,   q = E't / t't,   S <- S - X't q',   E <- E - t q'
//! ```
//!
//! Three things are added for accuracy, none of which changes the answer in exact arithmetic: the projection of t (and with it of r)
//! on the earlier scores is taken out twice, which keeps T orthogonal to rounding; w is freed of the earlier weights; and S is
//! computed anew from E once deflation has eaten three digits of it. Sample weights multiply the rows of X and Y by their root.

use adit_plugin::{Error, Matrix};
use nalgebra::{DMatrix, DVector};

use crate::direction;
use crate::limits::{Limits, REFRESH, count_bound};
use crate::model::Model;
use crate::prepare::{CONSTANT, Settings, row_weights, stats, treated};

/// Fits every component count up to `max_components` to `x` (n x p) and `y` (n x m); fewer where the rank of the data ends.
///
/// `weights`: one number a row, 0 or more; a row of weight 0 is left out. A constant y, a dead X or a single row give a model of
/// 0 components.
///
/// # Errors
/// Shapes that do not fit, no row of positive weight, a value that is not finite, or numbers so large that products overflow.
///
/// ```
/// use adit_pls::{Settings, kernel};
/// use adit_plugin::Matrix;
///
/// let x = [1.0, 0.0, 2.0, 1.0, 3.0, 5.0, 4.0, 2.0];
/// let y = [3.0, 6.0, 13.0, 12.0]; // 2 x0 + x1 + 1, or nearly
/// let settings = Settings { centre: true, scale: false };
/// let model = kernel::fit(Matrix::new(&x, 4, 2)?, Matrix::new(&y, 4, 1)?, None, settings, 5)?;
/// assert_eq!(model.reached(), 2);
/// let mut out = [0.0; 3];
/// model.predict_row(&[2.0, 1.0], 0, 2, &mut out);
/// assert_eq!(out[0], 8.5);
/// # Ok::<(), adit_plugin::Error>(())
/// ```
pub fn fit(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
    settings: Settings,
    max_components: usize,
) -> Result<Model, Error> {
    if x.rows() != y.rows() {
        return Err(Error::shape(format!("{} rows of x, {} rows of y", x.rows(), y.rows())));
    }
    if x.cols() == 0 || y.cols() == 0 {
        return Err(Error::shape("x and y need at least one column each"));
    }
    let weights = row_weights(weights, x.rows())?;
    let (x_stats, y_stats) = (stats(x, &weights, settings), stats(y, &weights, settings));
    let xt = treated(x, &weights, &x_stats);
    let e = treated(y, &weights, &y_stats).transpose();
    if !(xt.norm().is_finite() && e.norm().is_finite()) {
        return Err(Error::numeric("a value of x or y is not finite, or too large to square"));
    }
    let rows = weights.iter().filter(|w| **w > 0.0).count();
    let bound = max_components.min(count_bound(rows, x.cols(), settings.centre));
    let varies = xt.norm() > CONSTANT * weighted_norm(x, &weights, &x_stats.scale)
        && e.norm() > CONSTANT * weighted_norm(y, &weights, &y_stats.scale);
    let mut path = Path::new(xt, e);
    while varies && path.weights.len() < bound && path.step()? {}
    Ok(path.finish(x_stats, y_stats, settings))
}

/// Norm of the scaled, weighted, not centred data: what rounding of its mean is measured against.
fn weighted_norm(x: Matrix<'_>, weights: &[f64], scale: &[f64]) -> f64 {
    let row = |r: &[f64]| r.iter().zip(scale).map(|(v, s)| (v / s) * (v / s)).sum::<f64>();
    x.iter_rows().zip(weights).map(|(r, w)| w * row(r)).sum::<f64>().sqrt()
}

/// The components found so far, and what is left.
struct Path {
    xt: DMatrix<f64>,
    e: DMatrix<f64>,
    s: DMatrix<f64>,
    /// Norm of S when it was last computed from the data.
    s_fresh: f64,
    limits: Limits,
    weights: Vec<DVector<f64>>,
    rotations: Vec<DVector<f64>>,
    scores: Vec<DVector<f64>>,
    squares: Vec<f64>,
    y_loadings: Vec<DVector<f64>>,
    /// Column a of P'W, upper triangular.
    pw: Vec<Vec<f64>>,
}

impl Path {
    fn new(xt: DMatrix<f64>, e: DMatrix<f64>) -> Path {
        let limits = Limits::new(xt.ncols(), xt.nrows(), xt.norm(), e.norm());
        let s = &xt * &e;
        Path {
            s_fresh: s.norm(),
            xt,
            e,
            s,
            limits,
            weights: vec![],
            rotations: vec![],
            scores: vec![],
            squares: vec![],
            y_loadings: vec![],
            pw: vec![],
        }
    }

    /// Adds one component; false when the data carry no more.
    fn step(&mut self) -> Result<bool, Error> {
        let (s_norm, e_norm) = (self.s.norm(), self.e.norm());
        if !(s_norm.is_finite() && e_norm.is_finite()) {
            return Err(Error::numeric("the numbers of x and y are too large to multiply"));
        }
        if self.limits.residual_spent(e_norm) || self.limits.covariance_spent(s_norm, e_norm) {
            return Ok(false);
        }
        let Some(mut w) = direction::dominant(&self.s) else { return Ok(false) };
        if !direction::orthogonalise(&mut w, &self.weights) {
            return Ok(false);
        }
        let (t, r, pw) = self.score(&w);
        let square = t.norm_squared();
        if self.limits.score_spent(t.norm()) {
            return Ok(false);
        }
        let q = self.e.tr_mul(&t) / square;
        self.s.ger(-1.0, &(&self.xt * &t), &q, 1.0);
        self.e.ger(-1.0, &t, &q, 1.0);
        self.weights.push(w);
        self.rotations.push(r);
        self.scores.push(t);
        self.squares.push(square);
        self.y_loadings.push(q);
        self.pw.push(pw);
        if self.s.norm() < REFRESH * self.s_fresh {
            self.refresh();
        }
        Ok(true)
    }

    /// t, r and the new column of P'W for the weight vector `w`.
    fn score(&self, w: &DVector<f64>) -> (DVector<f64>, DVector<f64>, Vec<f64>) {
        let (mut t, mut r) = (self.xt.tr_mul(w), w.clone());
        let mut pw = vec![0.0; self.scores.len()];
        for _ in 0..2 {
            for (j, pw) in pw.iter_mut().enumerate() {
                let part = self.scores[j].dot(&t) / self.squares[j];
                t.axpy(-part, &self.scores[j], 1.0);
                r.axpy(-part, &self.rotations[j], 1.0);
                *pw += part;
            }
        }
        pw.push(1.0);
        (t, r, pw)
    }

    /// S = X'E from the data, with E freed of what rounding left of the scores in it.
    fn refresh(&mut self) {
        for (t, square) in self.scores.iter().zip(&self.squares) {
            let part = self.e.tr_mul(t) / *square;
            self.e.ger(-1.0, t, &part, 1.0);
        }
        self.s = &self.xt * &self.e;
        self.s_fresh = self.s.norm();
    }

    fn finish(
        self,
        x: crate::prepare::Stats,
        y: crate::prepare::Stats,
        settings: Settings,
    ) -> Model {
        let a = self.weights.len();
        let (p, m) = (x.mean.len(), y.mean.len());
        let columns = |rows: usize, v: &[DVector<f64>]| {
            if v.is_empty() { DMatrix::zeros(rows, 0) } else { DMatrix::from_columns(v) }
        };
        let pw = DMatrix::from_fn(a, a, |j, k| self.pw[k].get(j).copied().unwrap_or(0.0));
        let (w, r, q) =
            (columns(p, &self.weights), columns(p, &self.rotations), columns(m, &self.y_loadings));
        Model::new(settings, x, y, w, r, q, pw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Noise;

    /// X with singular values 10^(-step k), and y = X b with every direction counting alike.
    fn steep(n: usize, p: usize, step: f64) -> (DMatrix<f64>, DMatrix<f64>) {
        let mut noise = Noise::new(19);
        let mut orthonormal = |rows, cols| {
            DMatrix::from_fn(rows, cols, |_, _| noise.next()).qr().q().columns(0, cols).into_owned()
        };
        let (u, v) = (orthonormal(n, p), orthonormal(p, p));
        let d = DMatrix::from_fn(
            p,
            p,
            |i, j| if i == j { 10.0_f64.powf(-step * i as f64) } else { 0.0 },
        );
        let y = &u * DMatrix::from_element(p, 1, 1.0);
        ((u * d * v.transpose()).transpose(), y)
    }

    /// Largest cosine between two of the scores.
    fn off_orthogonal(scores: &[DVector<f64>]) -> f64 {
        let pairs = (0..scores.len()).flat_map(|j| (0..j).map(move |k| (j, k)));
        pairs.fold(0.0, |worst, (j, k)| {
            let (a, b) = (&scores[j], &scores[k]);
            worst.max((a.dot(b) / (a.norm() * b.norm())).abs())
        })
    }

    #[test]
    fn scores_stay_orthogonal_and_the_fit_gets_exact_on_steep_data() {
        for (step, left) in [(0.1, 1e-13), (0.25, 1e-11), (0.5, 1e-7)] {
            let (xt, y) = steep(40, 16, step);
            let norm = y.norm();
            let mut path = Path::new(xt, y);
            while path.weights.len() < 16 && path.step().unwrap() {}
            assert_eq!(path.weights.len(), 16);
            assert!(off_orthogonal(&path.scores) < 1e-13);
            // eps times the condition of X, 10^(15 step), with room.
            assert!(path.e.norm() < left * norm, "step {step}: {:e}", path.e.norm() / norm);
        }
    }

    #[test]
    fn a_direction_that_is_almost_spent_still_gives_an_orthogonal_score() {
        let (xt, y) = steep(40, 16, 0.1);
        let mut path = Path::new(xt, y);
        while path.weights.len() < 6 {
            assert!(path.step().unwrap());
        }
        let mut noise = Noise::new(2);
        let fresh = DVector::from_fn(16, |_, _| noise.next());
        let old = path.weights.iter().sum::<DVector<f64>>();
        let (t, r, pw) = path.score(&(old + 1e-9 * fresh).normalize());
        assert!((path.xt.tr_mul(&r) - &t).norm() < 1e-5 * t.norm(), "t is no longer X r");
        assert_eq!(pw.len(), 7);
        let mut scores = path.scores.clone();
        scores.push(t);
        assert!(off_orthogonal(&scores) < 1e-13);
    }
}
