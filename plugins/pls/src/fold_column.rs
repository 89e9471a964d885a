//! One fold (with one target, or all of them) of the batched route, or one fit: what it keeps and does between two reads of X.
//!
//! With the score vectors t_j and z_j = X_f't_j kept, a component is
//!
//! ```text
//! w = dominant left singular vector of S = X_f'E
//! t = X_f w - sum_j t_j (z_j'w / t_j't_j),   z = X_f't       one read of X: the sum is known before it
//! t and z once more freed of d_j = t_j't / t_j't_j           rounding alone, so that T stays orthogonal
//! S <- S - z q',   E <- E - t q',   q = E't / t't
//! ```
//!
//! Scores are kept of all rows, those of the test rows too: they predict them.

use std::ops::Range;

use adit_plugin::Error;

use crate::column_ops::{axpy, dot, dots, product, subtract, vectorised, weighted_dot};
use crate::covariance::Covariance;
use crate::direction;
use crate::fold_stats::FoldStats;
use crate::limits::{Limits, REFRESH, count_bound};
use crate::prepare::{CONSTANT, Column, column};
use crate::sweep::Sweep;
use crate::whole::{Done, Job, Whole, mask};

/// One fold (and one target, or all) on its way.
pub(crate) struct FoldColumn<'a> {
    whole: &'a Whole<'a>,
    test: &'a [usize],
    /// Row weights, 0 for rows that are left out.
    mask: Vec<f64>,
    stats: FoldStats,
    y: Vec<Column>,
    /// Residual of Y, treated: one target after the other, n values each, 0 in rows left out.
    e: Vec<f64>,
    /// X_f'E: one target after the other, p values each.
    s: Vec<f64>,
    /// Norm of S when it was last computed from the data.
    s_fresh: f64,
    /// Whether S has to be computed from E before it can be used.
    stale: bool,
    limits: Limits,
    bound: usize,
    over: bool,
    /// w over the scales, and what the mean adds to every score along it.
    u: Vec<f64>,
    at_mean: f64,
    /// Weights so far and, while a component is sought, its own; likewise below.
    weights: Vec<f64>,
    loadings: Vec<f64>,
    scores: Vec<f64>,
    squares: Vec<f64>,
    y_loadings: Vec<f64>,
    /// Columns of P'W above the diagonal.
    parts: Vec<Vec<f64>>,
}

/// Components of a fit.
pub(crate) struct Components {
    /// p x a, column by column.
    pub(crate) weights: Vec<f64>,
    /// m x a, column by column.
    pub(crate) y_loadings: Vec<f64>,
    /// Column a of P'W above the diagonal.
    pub(crate) parts: Vec<Vec<f64>>,
    pub(crate) stats: FoldStats,
    pub(crate) y: Vec<Column>,
}

impl<'a> FoldColumn<'a> {
    pub(crate) fn new(
        whole: &'a Whole<'a>,
        covariance: &Covariance,
        (fold, targets): &'a Job<'a>,
    ) -> Result<FoldColumn<'a>, Error> {
        let mask = mask(fold, whole.weights)?;
        let (n, p) = (mask.len(), whole.all.cols());
        let stats = whole.all.fold(&mask, whole.weights, whole.settings);
        let rows = mask.iter().filter(|w| **w > 0.0).count();
        let (y, e, raw) = residuals(whole, &mask, targets);
        let bound = whole.max.min(count_bound(rows, p, whole.settings.centre));
        let mut made = FoldColumn {
            whole,
            test: fold.test,
            s: vec![0.0; y.len() * p],
            s_fresh: 0.0,
            stale: false,
            limits: Limits::new(rows, p, stats.norm, 0.0),
            bound,
            over: false,
            u: vec![0.0; p],
            at_mean: 0.0,
            weights: Vec::with_capacity(bound * p),
            loadings: Vec::with_capacity(bound * p),
            scores: Vec::with_capacity(bound * n),
            squares: vec![],
            y_loadings: vec![],
            parts: vec![],
            mask,
            stats,
            y,
            e,
        };
        let e_norm = made.e_norm();
        if !(e_norm.is_finite() && made.stats.norm.is_finite()) {
            return Err(Error::numeric("a value of x or y is not finite, or too large to square"));
        }
        made.limits = Limits::new(rows, p, made.stats.norm, e_norm);
        made.over = bound == 0
            || e_norm <= CONSTANT * raw.sqrt()
            || made.stats.norm <= CONSTANT * made.stats.raw_norm;
        if !made.over {
            made.downdate(covariance, targets);
        }
        Ok(made)
    }

    /// S from that of all rows, where that loses no digits.
    fn downdate(&mut self, covariance: &Covariance, targets: &Range<usize>) {
        let (whole, p, n) = (self.whole, self.u.len(), self.mask.len());
        let each = self.s.chunks_exact_mut(p).zip(self.e.chunks_exact(n)).zip(targets.clone());
        for (((s, e), j), y) in each.zip(&self.y) {
            let rows = (self.mask.as_slice(), whole.weights);
            self.stale |= !covariance.fold(whole.all, &self.stats, rows, (j, y, e), whole.y, s);
        }
        self.s_fresh = vectorised(
            #[inline(always)]
            || dot(&self.s, &self.s),
        )
        .sqrt();
    }

    #[inline(always)]
    fn e_norm(&self) -> f64 {
        let n = self.mask.len();
        let squares = self.e.chunks_exact(n).map(|e| weighted_dot(&self.mask, e, e));
        squares.sum::<f64>().sqrt()
    }

    /// Number of components found.
    fn count(&self) -> usize {
        self.squares.len()
    }

    /// Whether [`FoldColumn::renew`] has to come before the next component.
    pub(crate) fn stale(&self) -> bool {
        self.stale && !self.over
    }

    /// Finds the next weight vector; the column is [`FoldColumn::active`] when there is one.
    ///
    /// # Errors
    /// Numbers that overflow.
    pub(crate) fn propose(&mut self) -> Result<(), Error> {
        if self.over || self.count() >= self.bound {
            self.over = true;
            return Ok(());
        }
        self.over = !vectorised(
            #[inline(always)]
            || self.next_weight(),
        )?;
        Ok(())
    }

    #[inline(always)]
    fn next_weight(&mut self) -> Result<bool, Error> {
        let (s_norm, e_norm) = (dot(&self.s, &self.s).sqrt(), self.e_norm());
        if !(s_norm.is_finite() && e_norm.is_finite()) {
            return Err(Error::numeric("the numbers of x and y are too large to multiply"));
        }
        if self.limits.residual_spent(e_norm) || self.limits.covariance_spent(s_norm, e_norm) {
            return Ok(false);
        }
        let (p, a) = (self.u.len(), self.count());
        self.weights.resize((a + 1) * p, 0.0);
        let (earlier, w) = self.weights.split_at_mut(a * p);
        let mut parts = vec![0.0; a];
        if !direction::dominant_into(&self.s, w) {
            return Ok(false);
        }
        dots(earlier, w, &mut parts);
        subtract(earlier, &parts, w);
        let left = dot(w, w).sqrt();
        if left.is_nan() || left <= 0.5 {
            return Ok(false); // most of it lay along the earlier weights: then it was rounding
        }
        w.iter_mut().for_each(|w| *w /= left);
        dots(&self.loadings, w, &mut parts);
        parts.iter_mut().zip(&self.squares).for_each(|(part, square)| *part /= square);
        for ((u, w), scale) in self.u.iter_mut().zip(&*w).zip(&self.stats.scale) {
            *u = w / scale;
        }
        self.at_mean = dot(&self.stats.mean, &self.u);
        self.parts.push(parts);
        Ok(true)
    }

    /// Whether a weight vector is waiting for its scores.
    pub(crate) fn active(&self) -> bool {
        !self.over
    }

    /// What the shifted rows have to be multiplied with.
    pub(crate) fn u(&self) -> &[f64] {
        &self.u
    }

    /// From products of some shifted rows with u to their scores, and those times the row weights.
    pub(crate) fn correct(&self, rows: Range<usize>, t: &mut [f64], masked: &mut [f64]) {
        let n = self.mask.len();
        vectorised(
            #[inline(always)]
            || {
                t.iter_mut().for_each(|t| *t -= self.at_mean);
                if let Some(parts) = self.parts.last() {
                    for (part, earlier) in parts.iter().zip(self.scores.chunks_exact(n)) {
                        axpy(-part, &earlier[rows.clone()], t);
                    }
                }
                product(t, &self.mask[rows], masked);
            },
        );
    }

    /// Takes the component whose scores and loadings the sweep holds as its vector `c`.
    pub(crate) fn settle(&mut self, sweep: &Sweep<'_>, c: usize) {
        let (n, p, a) = (self.mask.len(), self.u.len(), self.count());
        self.scores.resize((a + 1) * n, 0.0);
        self.loadings.resize((a + 1) * p, 0.0);
        sweep.scores(c, &mut self.scores[a * n..]);
        sweep.loadings(c, &mut self.loadings[a * p..]);
        vectorised(
            #[inline(always)]
            || self.deflate(),
        );
        if self.over {
            self.parts.pop();
        }
    }

    #[inline(always)]
    fn deflate(&mut self) {
        let (n, p, a) = (self.mask.len(), self.u.len(), self.count());
        let (earlier_t, t) = self.scores.split_at_mut(a * n);
        let (earlier_z, z) = self.loadings.split_at_mut(a * p);
        let mut masked = vec![0.0; n];
        product(t, &self.mask, &mut masked);
        let sum: f64 = masked.iter().sum();
        for ((z, mean), scale) in z.iter_mut().zip(&self.stats.mean).zip(&self.stats.scale) {
            *z = (*z - mean * sum) / scale;
        }
        let mut square = dot(t, &masked);
        let mut parts = vec![0.0; a];
        for _ in 0..3 {
            dots(earlier_t, &masked, &mut parts);
            parts.iter_mut().zip(&self.squares).for_each(|(part, square)| *part /= square);
            subtract(earlier_t, &parts, t);
            subtract(earlier_z, &parts, z);
            if let Some(all) = self.parts.last_mut() {
                all.iter_mut().zip(&parts).for_each(|(all, part)| *all += part);
            }
            product(t, &self.mask, &mut masked);
            let before = std::mem::replace(&mut square, dot(t, &masked));
            if square > 0.25 * before {
                break; // what was taken out was small beside t: nothing of it is left
            }
        }
        self.over = self.limits.score_spent(square.sqrt());
        if self.over {
            return;
        }
        for (e, s) in self.e.chunks_exact_mut(n).zip(self.s.chunks_exact_mut(p)) {
            let q = dot(e, &masked) / square;
            axpy(-q, z, s);
            axpy(-q, t, e);
            self.y_loadings.push(q);
        }
        self.squares.push(square);
        self.stale = a + 1 < self.bound && dot(&self.s, &self.s).sqrt() < REFRESH * self.s_fresh;
    }

    /// Frees E of what rounding left of the scores in it, before S is computed from it.
    pub(crate) fn free_residual(&mut self) {
        let n = self.mask.len();
        vectorised(
            #[inline(always)]
            || {
                let (mut parts, mut masked) = (vec![0.0; self.squares.len()], vec![0.0; n]);
                for e in self.e.chunks_exact_mut(n) {
                    product(e, &self.mask, &mut masked);
                    dots(&self.scores[..self.squares.len() * n], &masked, &mut parts);
                    parts.iter_mut().zip(&self.squares).for_each(|(part, square)| *part /= square);
                    subtract(&self.scores, &parts, e);
                }
            },
        );
    }

    /// Number of targets.
    pub(crate) fn targets(&self) -> usize {
        self.y.len()
    }

    /// Residuals of target `j` in some rows, times the row weights.
    pub(crate) fn masked_residual(&self, j: usize, rows: Range<usize>, to: &mut [f64]) {
        let n = self.mask.len();
        product(&self.e[j * n..][rows.clone()], &self.mask[rows], to);
    }

    /// Takes S = X_f'E from vectors `c..` of the sweep.
    pub(crate) fn renew(&mut self, sweep: &Sweep<'_>, c: usize) {
        let (n, p) = (self.mask.len(), self.u.len());
        for (j, s) in self.s.chunks_exact_mut(p).enumerate() {
            sweep.loadings(c + j, s);
            let sum = vectorised(
                #[inline(always)]
                || dot(&self.e[j * n..(j + 1) * n], &self.mask),
            );
            for ((s, mean), scale) in s.iter_mut().zip(&self.stats.mean).zip(&self.stats.scale) {
                *s = (*s - mean * sum) / scale;
            }
        }
        self.s_fresh = vectorised(
            #[inline(always)]
            || dot(&self.s, &self.s),
        )
        .sqrt();
        self.stale = false;
    }

    pub(crate) fn finish(self) -> Done {
        let (n, m) = (self.mask.len(), self.y.len());
        let mut predictions = Vec::with_capacity(self.test.len() * (self.whole.max + 1) * m);
        for i in self.test {
            let mut treated = vec![0.0; m];
            for a in 0..=self.whole.max {
                if (1..=self.count()).contains(&a) {
                    let (t, q) = (self.scores[(a - 1) * n + i], &self.y_loadings[(a - 1) * m..]);
                    treated.iter_mut().zip(q).for_each(|(y, q)| *y += t * q);
                }
                predictions.extend(treated.iter().zip(&self.y).map(|(v, y)| y.mean + y.sd * v));
            }
        }
        Done { predictions, reached: self.count() as u32 }
    }

    pub(crate) fn into_components(mut self) -> Components {
        self.weights.truncate(self.count() * self.u.len());
        self.parts.truncate(self.squares.len());
        Components {
            weights: self.weights,
            y_loadings: self.y_loadings,
            parts: self.parts,
            stats: self.stats,
            y: self.y,
        }
    }
}

/// How the training rows of each target are treated, the treated values, and their norm before the mean was taken out, squared.
fn residuals(
    whole: &Whole<'_>,
    mask: &[f64],
    targets: &Range<usize>,
) -> (Vec<Column>, Vec<f64>, f64) {
    let (mut y, mut raw) = (vec![], 0.0);
    let mut e = Vec::with_capacity(mask.len() * targets.len());
    for j in targets.clone() {
        let values = mask.iter().enumerate().map(|(i, w)| (whole.y.row(i)[j], *w));
        let mut c = column(values.clone(), 0.0);
        c.mean = if whole.settings.centre { c.mean } else { 0.0 };
        c.sd = if whole.settings.scale { c.sd } else { 1.0 };
        raw += values.clone().map(|(v, w)| w * (v / c.sd) * (v / c.sd)).sum::<f64>();
        e.extend(values.map(|(v, w)| if w > 0.0 { (v - c.mean) / c.sd } else { 0.0 }));
        y.push(c);
    }
    (y, e, raw)
}

#[cfg(test)]
#[path = "fold_column_tests.rs"]
mod tests;
