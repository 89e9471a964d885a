//! SIMPLS: de Jong 1993, Chemometrics and Intelligent Laboratory Systems 18, 251-263, doi:10.1016/0169-7439(93)85002-X.
//!
//! Each component is the direction of largest covariance with Y whose score is at right angles to the scores before it. With V an
//! orthonormal basis of the X loadings so far:
//!
//! ```text
//! r = dominant left singular vector of (I - V V') X'Y,   t = X r
//! p = X't / t't,   q = Y't / t't,   v = p made orthogonal to V and unit
//! ```
//!
//! For one target this is PLS1 to the last component. For several it is not PLS2, whose directions are taken from X'E, with E the
//! residual of Y, without the projection.
//!
//! A model keeps the span of r_1 .. r_a as orthonormal weights W, and its rotations scaled so that P'W has a unit diagonal: one
//! form of fitted model for every algorithm of the family. X'E stands in for X'Y above: they differ by a part in the span of V alone,
//! and X'E does not lose digits as the components explain Y.

use adit_plugin::{Call, CrossValidation, Error, Flags, Info, Matrix, Params, Targets};
use nalgebra::{DMatrix, DVector};

use crate::algorithm::Algorithm;
use crate::limits::{Limits, REFRESH, count_bound};
use crate::model::Model;
use crate::prepare::{CONSTANT, Settings, row_weights, stats, treated};
use crate::{direction, fast_cv, fold_fits};

/// [`fit`] as the regressor plugin `adit.simpls`.
#[derive(Debug)]
pub struct Simpls;

impl Algorithm for Simpls {
    const INFO: Info = Info {
        id: "adit.simpls",
        name: "SIMPLS",
        summary: "partial least squares regression by SIMPLS; for one target the same model as adit.pls",
        reference: "doi:10.1016/0169-7439(93)85002-X",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };

    fn create(_params: &Params) -> Result<Self, Error> {
        Ok(Simpls)
    }

    fn fit(
        &self,
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        settings: Settings,
        max_components: usize,
        _call: &Call<'_>,
    ) -> Result<Model, Error> {
        fit(x, y, weights, settings, max_components)
    }

    /// All folds at once where SIMPLS is PLS1, one fit a fold for several joint targets.
    fn cross_validate(&self, job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error> {
        if is_pls1(job) { fast_cv::run(job, call) } else { fold_fits::run(job, fit, call) }
    }

    fn fold_coefficients(
        &self,
        job: &CrossValidation<'_>,
        variant: usize,
        fold: usize,
        components: usize,
    ) -> Result<(DMatrix<f64>, Vec<f64>), Error> {
        if is_pls1(job) {
            fast_cv::coefficients(job, variant, fold, components)
        } else {
            fold_fits::coefficients(job, variant, fold, components, fit)
        }
    }
}

fn is_pls1(job: &CrossValidation<'_>) -> bool {
    job.targets == Targets::Separate || job.y.cols() == 1
}

/// Fits every component count up to `max_components` to `x` (n x p) and `y` (n x m); fewer where the rank of the data ends, by the
/// same limits as [`crate::kernel::fit`].
///
/// `weights`: one number a row, 0 or more; a row of weight 0 is left out. A constant y, a dead X or a single row give a model of
/// 0 components.
///
/// # Errors
/// Shapes that do not fit, no row of positive weight, a value that is not finite, or numbers so large that products overflow.
///
/// ```
/// use adit_pls::{Settings, simpls};
/// use adit_plugin::Matrix;
///
/// let x = [1.0, 0.0, 2.0, 1.0, 3.0, 5.0, 4.0, 2.0];
/// let y = [3.0, 1.0, 6.0, 0.0, 13.0, 2.0, 12.0, 5.0];
/// let settings = Settings { centre: true, scale: false };
/// let model = simpls::fit(Matrix::new(&x, 4, 2)?, Matrix::new(&y, 4, 2)?, None, settings, 5)?;
/// assert_eq!(model.reached(), 2);
/// let mut out = [0.0; 2];
/// model.predict_row(&[2.5, 2.0], 2, 2, &mut out); // the mean of x
/// assert!((out[0] - 8.5).abs() < 1e-12 && (out[1] - 2.0).abs() < 1e-12);
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
    let (p, m, a) = (x.cols(), y.cols(), path.weights.len());
    let columns = |rows: usize, v: &[DVector<f64>]| match v {
        [] => DMatrix::zeros(rows, 0),
        v => DMatrix::from_columns(v),
    };
    let pw = DMatrix::from_fn(a, a, |j, k| path.pw[k].get(j).copied().unwrap_or(0.0));
    let (w, r) = (columns(p, &path.weights), columns(p, &path.rotations));
    Ok(Model::new(settings, x_stats, y_stats, w, r, columns(m, &path.y_loadings), pw))
}

/// Norm of the scaled, weighted, not centred data: what rounding of its mean is measured against.
fn weighted_norm(x: Matrix<'_>, weights: &[f64], scale: &[f64]) -> f64 {
    let row = |r: &[f64]| r.iter().zip(scale).map(|(v, s)| (v / s) * (v / s)).sum::<f64>();
    x.iter_rows().zip(weights).map(|(r, w)| w * row(r)).sum::<f64>().sqrt()
}

/// A direction of which less than this is left outside the span of the weights before it is rounding.
const SPANNED: f64 = 1e-10;

/// The components found so far, and what is left.
struct Path {
    /// Treated X, one column a row of X.
    xt: DMatrix<f64>,
    e: DMatrix<f64>,
    /// X'E, p x m.
    s: DMatrix<f64>,
    /// Norm of S when it was last computed from the data.
    s_fresh: f64,
    limits: Limits,
    weights: Vec<DVector<f64>>,
    rotations: Vec<DVector<f64>>,
    /// V: orthonormal basis of the X loadings.
    basis: Vec<DVector<f64>>,
    scores: Vec<DVector<f64>>,
    squares: Vec<f64>,
    y_loadings: Vec<DVector<f64>>,
    /// Column a of P'W, upper triangular.
    pw: Vec<Vec<f64>>,
}

impl Path {
    fn new(xt: DMatrix<f64>, e: DMatrix<f64>) -> Path {
        let s = &xt * &e;
        Path {
            limits: Limits::new(xt.ncols(), xt.nrows(), xt.norm(), e.norm()),
            s_fresh: s.norm(),
            xt,
            e,
            s,
            weights: vec![],
            rotations: vec![],
            basis: vec![],
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
        let Some(w) = self.direction() else { return Ok(false) };
        let (t, r, pw) = self.score(&w);
        if self.limits.score_spent(t.norm()) {
            return Ok(false);
        }
        let square = t.norm_squared();
        let (q, loading) = (self.e.tr_mul(&t) / square, &self.xt * &t);
        self.s.ger(-1.0, &loading, &q, 1.0);
        self.e.ger(-1.0, &t, &q, 1.0);
        if let Some(v) = outside(loading, &self.basis) {
            self.basis.push(v);
        }
        self.weights.push(w);
        self.rotations.push(r);
        self.scores.push(t);
        self.squares.push(square);
        self.y_loadings.push(q);
        self.pw.push(pw);
        if self.s.norm() < REFRESH * self.s_fresh {
            self.s = &self.xt * &self.e;
            self.s_fresh = self.s.norm();
        }
        Ok(true)
    }

    /// The part of the next rotation outside the span of the weights so far, a unit vector.
    fn direction(&self) -> Option<DVector<f64>> {
        let mut s = self.s.clone();
        for _ in 0..2 {
            for v in &self.basis {
                let part = s.tr_mul(v);
                s.ger(-1.0, v, &part, 1.0);
            }
        }
        outside(direction::dominant(&s)?, &self.weights)
    }

    /// t, r and the new column of P'W for the weight vector `w`: the score along `w` freed of the scores before it, twice, so that
    /// they stay at right angles to rounding.
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
}

/// The unit vector along the part of `v` at right angles to `basis`; `None` when nothing but rounding is left.
fn outside(v: DVector<f64>, basis: &[DVector<f64>]) -> Option<DVector<f64>> {
    let whole = v.norm();
    let mut v = v / whole;
    for _ in 0..2 {
        for b in basis {
            let part = b.dot(&v);
            v.axpy(-part, b, 1.0);
        }
    }
    let left = v.norm();
    (left > SPANNED).then(|| v / left)
}
