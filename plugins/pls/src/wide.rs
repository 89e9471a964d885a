//! The fit on the Gram matrix `K = XX'`, for far fewer rows than columns: Rannar, Lindgren, Geladi and Wold 1994, J. Chemometrics 8,
//! 111-125, doi:10.1002/cem.1180080204.
//!
//! Components are sought in the space of the n rows, with E the residual of Y and G = K E:
//!
//! ```text
//! v = dominant eigenvector of E'G,   a = E v / |X'E v|,   t = G v / |X'E v|
//! t at right angles to the earlier scores,   q = E't / t't,   E <- E - t q',   G <- G - K t q'
//! ```
//!
//! and X is read a second time at the end: the weights are X' times the a. K has the squared condition number of X: where components
//! come near rounding the fit is done on X instead, see [`crate::rounding::Rounding`].

use adit_plugin::{Call, Error, Matrix};
use nalgebra::{DMatrix, DVector};

use crate::kernel;
use crate::model::Model;
use crate::prepare::Settings;
use crate::products::{outer, times};
use crate::small_eigen;
use crate::treated_fit::{Components, Treated};

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
    let k = outer(data.xt.as_slice(), n, p, &Call::alone());
    let mut g = DMatrix::zeros(n, data.e.ncols());
    times(&k, n, data.e.as_slice(), g.as_mut_slice());
    let mut path = Path { k, g, a: vec![], scores: vec![], found: Components::default(), data };
    while path.a.len() < path.data.bound {
        path.step()?;
    }
    path.finish(settings)
}

struct Path {
    data: Treated,
    /// XX'.
    k: Vec<f64>,
    /// K E.
    g: DMatrix<f64>,
    /// What X' makes the weights of.
    a: Vec<DVector<f64>>,
    /// t and t't.
    scores: Vec<(DVector<f64>, f64)>,
    found: Components,
}

impl Path {
    /// Adds one component; `None` when it is too close to rounding.
    fn step(&mut self) -> Option<()> {
        let (e, rounding) = (&mut self.data.e, &mut self.data.rounding);
        let mut gram = e.tr_mul(&self.g);
        // The lower triangle counts, and rounding makes it differ from the upper one: the mean of both is nearer.
        gram = (&gram + gram.transpose()) * 0.5;
        let top = small_eigen::dominant(gram.as_mut_slice(), e.ncols())?;
        let error = self.data.x_square * self.data.y_norm * rounding.residual();
        rounding.direction(error, top.largest, top.second).then_some(())?;
        let v = DVector::from_vec(top.vector) / top.largest.sqrt();
        let (a, mut t) = (&*e * &v, &self.g * &v);
        let mut pw = vec![0.0; self.scores.len()];
        for _ in 0..2 {
            for (pw, (earlier, square)) in pw.iter_mut().zip(&self.scores) {
                let part = earlier.dot(&t) / square;
                t.axpy(-part, earlier, 1.0);
                *pw += part;
            }
        }
        pw.push(1.0);
        let square = t.norm_squared();
        rounding.score(square).then_some(())?;
        let q = e.tr_mul(&t) / square;
        let mut z = DVector::zeros(t.len());
        times(&self.k, t.len(), t.as_slice(), z.as_mut_slice());
        e.ger(-1.0, &t, &q, 1.0);
        self.g.ger(-1.0, &z, &q, 1.0);
        rounding.explained(square * q.norm_squared());
        self.a.push(a);
        self.scores.push((t, square));
        self.found.y_loadings.push(q);
        self.found.pw.push(pw);
        Some(())
    }

    /// Weights of length 1 and rotations; the signs are those of [`crate::direction`].
    fn finish(mut self, settings: Settings) -> Option<Model> {
        if self.a.is_empty() {
            return Some(self.found.model(self.data, settings));
        }
        let weights = &self.data.xt * DMatrix::from_columns(&self.a);
        let (many, mut signs) = (self.data.e.ncols() > 1, vec![]);
        for (k, w) in weights.column_iter().enumerate() {
            let sign = if many && w[w.icamax()] < 0.0 { -1.0 } else { 1.0 };
            signs.push(sign);
            let w = w * (sign / w.norm());
            let pw = &mut self.found.pw[k];
            pw.iter_mut().zip(&signs).for_each(|(part, earlier)| *part *= sign * earlier);
            let mut r = w.clone();
            for (part, earlier) in pw.iter().zip(&self.found.rotations) {
                r.axpy(-part, earlier, 1.0);
            }
            self.found.y_loadings[k] *= sign;
            self.found.weights.push(w);
            self.found.rotations.push(r);
        }
        Some(self.found.model(self.data, settings))
    }
}
