//! The fitted model: predictions for every count, scores, reconstruction, coefficients.

use adit_plugin::{Error, vector};
use nalgebra::DMatrix;

use crate::prepare::{Settings, Stats};

/// A fitted PLS model of p columns, m targets and a components.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) settings: Settings,
    pub(crate) x: Stats,
    pub(crate) y: Stats,
    /// W, p x a, orthonormal columns.
    pub(crate) weights: DMatrix<f64>,
    /// R = W (P'W)^-1, p x a: T = ((X - mean) / scale) R.
    pub(crate) rotations: DMatrix<f64>,
    /// Q, m x a.
    pub(crate) y_loadings: DMatrix<f64>,
    /// P'W, a x a, upper triangular with unit diagonal.
    pub(crate) pw: DMatrix<f64>,
    /// R with each row divided by its column's scale, so that scores come straight from x - mean.
    raw_rotations: DMatrix<f64>,
}

impl Model {
    pub(crate) fn new(
        settings: Settings,
        x: Stats,
        y: Stats,
        weights: DMatrix<f64>,
        rotations: DMatrix<f64>,
        y_loadings: DMatrix<f64>,
        pw: DMatrix<f64>,
    ) -> Model {
        let mut raw_rotations = rotations.clone();
        for mut column in raw_rotations.column_iter_mut() {
            column.iter_mut().zip(&x.scale).for_each(|(r, s)| *r /= s);
        }
        Model { settings, x, y, weights, rotations, y_loadings, pw, raw_rotations }
    }

    /// Number of components: how far the data carried.
    pub fn reached(&self) -> usize {
        self.weights.ncols()
    }
    /// Number of columns p of X.
    pub fn columns(&self) -> usize {
        self.x.mean.len()
    }
    /// Number of targets m.
    pub fn targets(&self) -> usize {
        self.y.mean.len()
    }
    /// W, p x a: orthonormal weights, in treated units.
    pub fn weights(&self) -> &DMatrix<f64> {
        &self.weights
    }
    /// R, p x a: T = ((X - mean) / scale) R.
    pub fn rotations(&self) -> &DMatrix<f64> {
        &self.rotations
    }
    /// Q, m x a: loadings of the treated targets.
    pub fn y_loadings(&self) -> &DMatrix<f64> {
        &self.y_loadings
    }

    /// The model with the first `components` components.
    ///
    /// # Errors
    /// When it has fewer.
    pub fn truncated(&self, components: usize) -> Result<Model, Error> {
        if components > self.reached() {
            return Err(Error::arg(format!(
                "{components} components asked of a model that has {}",
                self.reached()
            )));
        }
        let first = |m: &DMatrix<f64>| m.columns(0, components).into_owned();
        Ok(Model::new(
            self.settings,
            self.x.clone(),
            self.y.clone(),
            first(&self.weights),
            first(&self.rotations),
            first(&self.y_loadings),
            self.pw.view((0, 0), (components, components)).into_owned(),
        ))
    }

    /// Predictions of one row of p values for the counts `from..=to`: for each count in turn, one value per target, in the units
    /// of y. `out` holds `(to - from + 1) m` values, `to <= reached()`; what does not fit in is left out.
    pub fn predict_row(&self, row: &[f64], from: usize, to: usize, out: &mut [f64]) {
        let m = self.targets();
        let to = to.min(self.reached());
        let mut scores = vec![0.0; to];
        self.scores_row(row, &mut scores);
        let mut treated = vec![0.0; m];
        let mut chunks = out.chunks_exact_mut(m);
        for a in 0..=to {
            if a > 0 {
                let q = self.y_loadings.column(a - 1);
                treated.iter_mut().zip(&q).for_each(|(y, q)| *y += scores[a - 1] * q);
            }
            if a >= from {
                let Some(chunk) = chunks.next() else { return };
                for (k, (to, y)) in chunk.iter_mut().zip(&treated).enumerate() {
                    *to = self.y.mean[k] + self.y.scale[k] * y;
                }
            }
        }
    }

    /// Prediction of one row of p values, one per target in the units of y, by the [`Model::coefficients_by_target`] of a count: the
    /// mean of y plus the dot of the centred row, so that a large mean of X costs no digits.
    pub fn predict_row_by(&self, coefficients: &[f64], row: &[f64], out: &mut [f64]) {
        vector::centred_dots(row, &self.x.mean, coefficients, out);
        out.iter_mut().zip(&self.y.mean).for_each(|(y, mean)| *y += mean);
    }

    /// Scores of one row of p values, one per component.
    pub fn scores_row(&self, row: &[f64], out: &mut [f64]) {
        let a = out.len().min(self.reached());
        vector::centred_dots(row, &self.x.mean, self.raw_rotations.as_slice(), &mut out[..a]);
    }

    /// The row of p values that a row of scores stands for, in the units of X: mean + scale * (t (P'W) W'), the orthogonal
    /// projection of the treated row on the span of the weights. Of a row of fewer scores than components, the first ones count.
    pub fn reconstruct_row(&self, t: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for k in 0..t.len().min(self.reached()) {
            let along: f64 = t.iter().zip(self.pw.column(k).iter()).map(|(t, c)| t * c).sum();
            vector::axpy(along, self.weights.column(k).as_slice(), out);
        }
        for (o, (mean, scale)) in out.iter_mut().zip(self.x.mean.iter().zip(&self.x.scale)) {
            *o = mean + scale * *o;
        }
    }

    /// Coefficients (m x p) and intercepts (m) of the model with `components` components, in raw units: y = B x + b.
    ///
    /// # Errors
    /// When the model has fewer components.
    pub fn coefficients(&self, components: usize) -> Result<(DMatrix<f64>, Vec<f64>), Error> {
        if components > self.reached() {
            return Err(Error::arg(format!(
                "{components} components asked of a model that has {}",
                self.reached()
            )));
        }
        let r = self.raw_rotations.columns(0, components);
        let mut b = self.y_loadings.columns(0, components) * r.transpose();
        let mut intercepts = Vec::with_capacity(self.targets());
        for (k, mut row) in b.row_iter_mut().enumerate() {
            row *= self.y.scale[k];
            let at_mean: f64 = row.iter().zip(&self.x.mean).map(|(b, x)| b * x).sum();
            intercepts.push(self.y.mean[k] - at_mean);
        }
        Ok((b, intercepts))
    }

    /// Coefficients of the model with `components` components in raw units, target by target: m rows of p numbers.
    ///
    /// # Errors
    /// When the model has fewer components.
    pub fn coefficients_by_target(&self, components: usize) -> Result<Vec<f64>, Error> {
        let (b, _) = self.coefficients(components)?;
        Ok(b.transpose().as_slice().to_vec())
    }
}
