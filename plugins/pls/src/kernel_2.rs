//! Improved kernel PLS, algorithm 2: Dayal and MacGregor 1997, J. Chemometrics 11, 73-85,
//! doi:10.1002/(SICI)1099-128X(199701)11:1<73::AID-CEM435>3.0.CO;2-#, for many more rows than columns.
//!
//! X (n x p) is read twice, for X'X and S = X'Y; then each component costs one product with X'X:
//!
//! ```text
//! w = dominant left singular vector of S
//! r = w - sum_j (p_j'w) r_j,   t't = r'(X'X) r
//! p = (X'X) r / t't,   q = S'r / t't,   S <- S - (X'X) r q'
//! ```
//!
//! r is freed of the earlier loadings twice and w of the earlier weights, as in [`crate::kernel`]. X'X has the squared condition number
//! of X: where components come near rounding the fit is done on X instead, see [`crate::rounding::Rounding`].

use adit_plugin::{Call, Error, Matrix};
use nalgebra::{DMatrix, DVector};

use crate::model::Model;
use crate::prepare::Settings;
use crate::products::{inner, times};
use crate::small_eigen;
use crate::treated_fit::{Components, Treated};
use crate::{direction, kernel};

/// Fits every component count up to `max_components`; arguments and model are those of [`kernel::fit`], and so are the numbers
/// but for rounding.
///
/// # Errors
/// As [`kernel::fit`].
pub(crate) fn fit(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
    settings: Settings,
    max_components: usize,
) -> Result<Model, Error> {
    match squared(x, y, weights, settings, max_components) {
        Some(model) => Ok(model),
        None => kernel::fit(x, y, weights, settings, max_components),
    }
}

/// The model, unless rounding comes too near.
pub(crate) fn squared(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
    settings: Settings,
    max_components: usize,
) -> Option<Model> {
    let data = Treated::new(x, y, weights, settings, max_components)?;
    let (n, p) = (data.xt.ncols(), data.xt.nrows());
    let xx = inner(data.xt.as_slice(), n, p, &Call::alone());
    let mut path =
        Path { s: &data.xt * &data.e, xx, found: Components::default(), loadings: vec![], data };
    let mut s_error = path.data.x_square.sqrt() * path.data.y_norm;
    while path.found.weights.len() < path.data.bound {
        path.step(&mut s_error)?;
    }
    Some(path.found.model(path.data, settings))
}

struct Path {
    data: Treated,
    /// X'X.
    xx: Vec<f64>,
    /// X'E.
    s: DMatrix<f64>,
    found: Components,
    loadings: Vec<DVector<f64>>,
}

impl Path {
    /// Adds one component; `None` when it is too close to rounding. `s_error`: what rounding has left in S, over eps.
    fn step(&mut self, s_error: &mut f64) -> Option<()> {
        let mut gram = self.s.tr_mul(&self.s);
        let top = small_eigen::dominant(gram.as_mut_slice(), self.s.ncols())?;
        let rounding = &mut self.data.rounding;
        let error = *s_error * top.largest.sqrt();
        rounding.direction(error, top.largest, top.second).then_some(())?;
        let mut w = direction::dominant(&self.s)?;
        direction::orthogonalise(&mut w, &self.found.weights).then_some(())?;
        let (mut r, mut pw) = (w.clone(), vec![0.0; self.loadings.len()]);
        for _ in 0..2 {
            for (j, pw) in pw.iter_mut().enumerate() {
                let part = self.loadings[j].dot(&r);
                r.axpy(-part, &self.found.rotations[j], 1.0);
                *pw += part;
            }
        }
        pw.push(1.0);
        let mut z = DVector::zeros(r.len());
        times(&self.xx, r.len(), r.as_slice(), z.as_mut_slice());
        let (square, length) = (r.dot(&z), r.norm_squared());
        let lost = self.data.x_square * length / square;
        (rounding.score(square) && rounding.add(lost)).then_some(())?;
        let q = self.s.tr_mul(&r) / square;
        self.s.ger(-1.0, &z, &q, 1.0);
        rounding.explained(square * q.norm_squared());
        *s_error += self.data.x_square * length.sqrt() * q.norm();
        self.loadings.push(z / square);
        self.found.weights.push(w);
        self.found.rotations.push(r);
        self.found.y_loadings.push(q);
        self.found.pw.push(pw);
        Some(())
    }
}
