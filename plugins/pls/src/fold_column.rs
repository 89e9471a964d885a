//! One fold (with one target, or all of them) of the fast cross-validation: what it keeps and does between the matrix products.

use std::ops::Range;

use adit_plugin::{Error, Fold, Matrix};
use nalgebra::{DMatrix, DVector, DVectorView};

use crate::direction;
use crate::fold_stats::{AllRows, FoldStats};
use crate::limits::{Limits, REFRESH, count_bound};
use crate::prepare::{CONSTANT, Column, Settings, column};

/// What all folds of one variant share.
pub(crate) struct Whole<'a> {
    pub(crate) all: AllRows,
    pub(crate) y: Matrix<'a>,
    pub(crate) weights: &'a [f64],
    pub(crate) settings: Settings,
    pub(crate) max: usize,
}

/// One fold (and one target, or all): its predictions `[test row][0..=A][target]`.
pub(crate) struct Done {
    pub(crate) predictions: Vec<f64>,
    pub(crate) reached: u32,
}

/// One fold (and one target, or all) on its way.
pub(crate) struct FoldColumn {
    mask: DVector<f64>,
    test: Vec<usize>,
    stats: FoldStats,
    y: Vec<Column>,
    e: DMatrix<f64>,
    s: DMatrix<f64>,
    s_fresh: f64,
    limits: Limits,
    bound: usize,
    w: DVector<f64>,
    /// w over the scales.
    pub(crate) u: DVector<f64>,
    weights: Vec<DVector<f64>>,
    /// Scores of all rows, test rows too.
    scores: Vec<DVector<f64>>,
    squares: Vec<f64>,
    y_loadings: Vec<DVector<f64>>,
    max: usize,
    over: bool,
}

impl FoldColumn {
    pub(crate) fn new(
        whole: &Whole<'_>,
        fold: &Fold<'_>,
        targets: Range<usize>,
    ) -> Result<FoldColumn, Error> {
        let mask = mask(fold, whole.weights)?;
        let settings = whole.settings;
        let stats = whole.all.fold(&mask, whole.weights, settings);
        let rows = mask.iter().filter(|w| **w > 0.0).count();
        let (mut y, mut raw) = (vec![], 0.0);
        for k in targets.clone() {
            let values = mask.iter().enumerate().map(|(i, w)| (whole.y.row(i)[k], *w));
            let mut c = column(values.clone(), 0.0);
            c.mean = if settings.centre { c.mean } else { 0.0 };
            c.sd = if settings.scale { c.sd } else { 1.0 };
            raw += values.map(|(v, w)| w * (v / c.sd) * (v / c.sd)).sum::<f64>();
            y.push(c);
        }
        let e = DMatrix::from_fn(mask.len(), targets.len(), |i, k| match mask[i] > 0.0 {
            true => (whole.y.row(i)[targets.start + k] - y[k].mean) / y[k].sd,
            false => 0.0,
        });
        let mut made = FoldColumn {
            mask: DVector::from_vec(mask),
            test: fold.test.to_vec(),
            y,
            e,
            s: DMatrix::zeros(0, 0),
            s_fresh: 0.0,
            limits: Limits::new(rows, stats.mean.len(), stats.norm, 0.0),
            bound: whole.max.min(count_bound(rows, stats.mean.len(), settings.centre)),
            w: DVector::zeros(0),
            u: DVector::zeros(0),
            weights: vec![],
            scores: vec![],
            squares: vec![],
            y_loadings: vec![],
            max: whole.max,
            over: false,
            stats,
        };
        let e_norm = made.e_norm();
        if !(e_norm.is_finite() && made.stats.norm.is_finite()) {
            return Err(Error::numeric("a value of x or y is not finite, or too large to square"));
        }
        made.limits = Limits::new(rows, made.stats.mean.len(), made.stats.norm, e_norm);
        made.over =
            e_norm <= CONSTANT * raw.sqrt() || made.stats.norm <= CONSTANT * made.stats.raw_norm;
        made.refresh(&whole.all.xt);
        Ok(made)
    }

    fn e_norm(&self) -> f64 {
        let square = |e: DVectorView<'_, f64>| e.component_mul(&e).dot(&self.mask);
        self.e.column_iter().map(square).sum::<f64>().sqrt()
    }

    /// Finds the next weight vector; false when the data carry no more.
    pub(crate) fn propose(&mut self) -> Result<bool, Error> {
        if self.over || self.weights.len() >= self.bound {
            return Ok(false);
        }
        let (s_norm, e_norm) = (self.s.norm(), self.e_norm());
        if !(s_norm.is_finite() && e_norm.is_finite()) {
            return Err(Error::numeric("the numbers of x and y are too large to multiply"));
        }
        let spent =
            self.limits.residual_spent(e_norm) || self.limits.covariance_spent(s_norm, e_norm);
        let w = if spent { None } else { direction::dominant(&self.s) };
        self.over = true;
        if let Some(mut w) = w {
            self.over = !direction::orthogonalise(&mut w, &self.weights);
            self.u = DVector::from_fn(w.len(), |k, _| w[k] / self.stats.scale[k]);
            self.w = w;
        }
        Ok(!self.over)
    }

    /// Makes the score vector of `t`, the shifted X times u: less the mean, at right angles to the earlier ones.
    pub(crate) fn accept(&mut self, mut t: DVector<f64>) -> bool {
        let at_mean: f64 = self.stats.mean.iter().zip(&self.u).map(|(m, u)| m * u).sum();
        t.add_scalar_mut(-at_mean);
        for _ in 0..2 {
            let masked = t.component_mul(&self.mask);
            for (earlier, square) in self.scores.iter().zip(&self.squares) {
                t.axpy(-earlier.dot(&masked) / square, earlier, 1.0);
            }
        }
        let square = t.component_mul(&t).dot(&self.mask);
        self.over = self.limits.score_spent(square.sqrt());
        if !self.over {
            self.weights.push(std::mem::replace(&mut self.w, DVector::zeros(0)));
            self.scores.push(t);
            self.squares.push(square);
        }
        !self.over
    }

    /// The newest score vector times the row weights.
    pub(crate) fn masked_score(&self) -> DVector<f64> {
        self.scores.last().map_or_else(|| self.mask.clone(), |t| t.component_mul(&self.mask))
    }

    /// Takes the newest component out of S and E; `z` is the shifted X' times the masked score.
    pub(crate) fn deflate(
        &mut self,
        mut z: DVector<f64>,
        masked: &DVector<f64>,
        xt: &DMatrix<f64>,
    ) {
        self.treat(&mut z, masked.sum());
        if let (Some(t), Some(square)) = (self.scores.last(), self.squares.last()) {
            let q = self.e.tr_mul(masked) / *square;
            self.s.ger(-1.0, &z, &q, 1.0);
            self.e.ger(-1.0, t, &q, 1.0);
            self.y_loadings.push(q);
        }
        if self.weights.len() < self.bound && self.s.norm() < REFRESH * self.s_fresh {
            self.refresh(xt);
        }
    }

    /// From the shifted X' v to the treated one, for v with the given sum.
    fn treat(&self, z: &mut DVector<f64>, sum: f64) {
        for (k, z) in z.iter_mut().enumerate() {
            *z = (*z - self.stats.mean[k] * sum) / self.stats.scale[k];
        }
    }

    /// S = X'E from the data, with E freed of what rounding left of the scores in it.
    fn refresh(&mut self, xt: &DMatrix<f64>) {
        for (t, square) in self.scores.iter().zip(&self.squares) {
            let part = self.e.tr_mul(&t.component_mul(&self.mask)) / *square;
            self.e.ger(-1.0, t, &part, 1.0);
        }
        let columns: Vec<DVector<f64>> = self
            .e
            .column_iter()
            .map(|e| {
                let masked = e.component_mul(&self.mask);
                let mut z = xt * &masked;
                self.treat(&mut z, masked.sum());
                z
            })
            .collect();
        self.s = DMatrix::from_columns(&columns);
        self.s_fresh = self.s.norm();
    }

    pub(crate) fn finish(self) -> Done {
        let mut predictions = Vec::with_capacity(self.test.len() * (self.max + 1) * self.y.len());
        let components: Vec<_> = self.scores.iter().zip(&self.y_loadings).collect();
        for i in self.test {
            let mut treated = vec![0.0; self.y.len()];
            for a in 0..=self.max {
                if let Some((t, q)) = a.checked_sub(1).and_then(|a| components.get(a)) {
                    treated.iter_mut().zip(q.iter()).for_each(|(y, q)| *y += t[i] * q);
                }
                predictions.extend(treated.iter().zip(&self.y).map(|(v, y)| y.mean + y.sd * v));
            }
        }
        Done { predictions, reached: self.weights.len() as u32 }
    }
}

/// The row weights with 0 for the rows that the fold leaves out.
pub(crate) fn mask(fold: &Fold<'_>, weights: &[f64]) -> Result<Vec<f64>, Error> {
    let mut mask = weights.to_vec();
    for i in fold.test.iter().chain(fold.gap) {
        match mask.get_mut(*i) {
            Some(w) => *w = 0.0,
            None => return Err(Error::shape(format!("a fold names row {i} of {}", weights.len()))),
        }
    }
    if mask.iter().all(|w| *w <= 0.0) {
        return Err(Error::arg("a fold has no row to learn from"));
    }
    Ok(mask)
}
