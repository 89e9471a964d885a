//! The fitted model: predictions for every count, scores, reconstruction, coefficients.

use adit_plugin::Error;
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

    /// Score number `a` of a row of p values.
    fn score(&self, row: &[f64], a: usize) -> f64 {
        centred_dot(row, &self.x.mean, self.raw_rotations.column(a).as_slice())
    }

    /// Predictions of one row of p values for the counts `from..=to`: for each count in turn, one value per target, in the units
    /// of y. `out` holds `(to - from + 1) m` values, `to <= reached()`; what does not fit in is left out.
    pub fn predict_row(&self, row: &[f64], from: usize, to: usize, out: &mut [f64]) {
        let m = self.targets();
        let mut treated = vec![0.0; m];
        let mut chunks = out.chunks_exact_mut(m);
        for a in 0..=to.min(self.reached()) {
            if a > 0 {
                let t = self.score(row, a - 1);
                let q = self.y_loadings.column(a - 1);
                treated.iter_mut().zip(&q).for_each(|(y, q)| *y += t * q);
            }
            if a >= from {
                let Some(chunk) = chunks.next() else { return };
                for (k, (to, y)) in chunk.iter_mut().zip(&treated).enumerate() {
                    *to = self.y.mean[k] + self.y.scale[k] * y;
                }
            }
        }
    }

    /// Scores of one row of p values, one per component.
    pub fn scores_row(&self, row: &[f64], out: &mut [f64]) {
        for (a, to) in out.iter_mut().enumerate().take(self.reached()) {
            *to = self.score(row, a);
        }
    }

    /// The row of p values that a row of scores stands for, in the units of X: mean + scale * (t (P'W) W'), the orthogonal
    /// projection of the treated row on the span of the weights. Of a row of fewer scores than components, the first ones count.
    pub fn reconstruct_row(&self, t: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for k in 0..t.len().min(self.reached()) {
            let along: f64 = t.iter().zip(self.pw.column(k).iter()).map(|(t, c)| t * c).sum();
            let w = self.weights.column(k);
            out.iter_mut().zip(&w).for_each(|(o, w)| *o += along * w);
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
}

/// sum (x - mean) r, in eight partial sums that always add up in the same order.
fn centred_dot(x: &[f64], mean: &[f64], r: &[f64]) -> f64 {
    let (x8, m8, r8) = (x.chunks_exact(8), mean.chunks_exact(8), r.chunks_exact(8));
    let tail: f64 = x8
        .remainder()
        .iter()
        .zip(m8.remainder())
        .zip(r8.remainder())
        .map(|((x, m), r)| (x - m) * r)
        .sum();
    let mut part = [0.0; 8];
    for ((x, m), r) in x8.zip(m8).zip(r8) {
        for k in 0..8 {
            part[k] += (x[k] - m[k]) * r[k];
        }
    }
    part.iter().sum::<f64>() + tail
}
