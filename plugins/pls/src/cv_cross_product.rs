//! Cross-validation of all folds on the cross product `X'X` of all rows, for many more rows than columns.
//!
//! Improved kernel PLS #2 (see [`crate::kernel_2`]) needs X only through `X_f'X_f r`. With S = X'X of all rows, V the rows that a
//! fold leaves out, W their weights, N the total weight, mu the mean and D the scales of its training rows,
//!
//! ```text
//! X_f'X_f r = D^-1 (S u - V'W V u - N mu mu'u),   u = D^-1 r
//! ```
//!
//! so that no fold has a p x p matrix of its own: S costs n p^2 once, and after that a component of all folds is one product of S
//! with their u, `2 p^2` a fold, and two readings of the rows left out, whose scores V u are the predictions. (Engstrom and Jensen,
//! 2025, J. Chemometrics, doi:10.1002/cem.70008, take V'V out of S itself, once a fold.)
//!
//! S has the squared condition number of X. A fold whose components come near rounding is not answered: see [`Rounding`].

use std::ops::Range;

use adit_plugin::{Call, Error, ErrorCode, Fold};

use crate::about_zero::targets_about_zero;
use crate::column_ops::{axpy, dot, dots, product, subtract, vectorised, weighted_dot};
use crate::limits::count_bound;
use crate::prepare::{CONSTANT, usable_sd};
use crate::products::{block_width, gather, inner, times};
use crate::rounding::{Rounding, Tolerance};
use crate::small_eigen;
use crate::whole::{Done, Job, Whole, mask};

/// Predictions must stay within 1e-10 of the largest one.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-6, of_y: 1e-10 };
/// A deviation of y below this many times what counts as constant is left to the route that looks at the values themselves.
const NEARLY_CONSTANT: f64 = 1e5;

/// The predictions of every fold (and target, or all) of `jobs`; `None` where a fold is not safe here and must be fitted on X itself.
///
/// # Errors
/// A fold that names rows that are not there or leaves none to learn from, and a host that wants to stop.
pub(crate) fn run(
    whole: &Whole<'_>,
    jobs: &[Job<'_>],
    call: &Call<'_>,
) -> Result<Vec<Option<Done>>, Error> {
    let shared = Shared::new(whole, call);
    let blocks: Vec<_> = jobs.chunks(block_width(jobs.len())).collect();
    let done = gather(blocks.len(), call, |i| shared.block(blocks[i], call));
    Ok(done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// What all folds read.
struct Shared<'a> {
    whole: &'a Whole<'a>,
    p: usize,
    /// X'WX for the row weights W, p x p.
    s: Vec<f64>,
    /// Y less `y_shift`, one target after the other.
    y: Vec<f64>,
    y_shift: Vec<f64>,
    /// X'WY, one target after the other.
    xy: Vec<f64>,
}

impl<'a> Shared<'a> {
    fn new(whole: &'a Whole<'a>, call: &Call<'_>) -> Shared<'a> {
        let (n, m, p) = (whole.y.rows(), whole.y.cols(), whole.all.cols());
        let rows = whole.all.data();
        let s = if whole.weights.iter().all(|w| *w == 1.0) {
            inner(rows, n, p, call)
        } else {
            let weighted = rows.chunks_exact(p).zip(whole.weights).flat_map(|(row, w)| {
                let root = w.sqrt();
                row.iter().map(move |v| root * v)
            });
            inner(&weighted.collect::<Vec<f64>>(), n, p, call)
        };
        let (y, y_shift) = targets_about_zero(whole);
        let mut xy = vec![0.0; p * m];
        vectorised(
            #[inline(always)]
            || {
                for (xy, y) in xy.chunks_exact_mut(p).zip(y.chunks_exact(n)) {
                    for ((row, y), w) in rows.chunks_exact(p).zip(y).zip(whole.weights) {
                        axpy(w * y, row, xy);
                    }
                }
            },
        );
        Shared { whole, p, s, y, y_shift, xy }
    }

    fn block(&self, jobs: &[Job<'_>], call: &Call<'_>) -> Result<Vec<Option<Done>>, Error> {
        let p = self.p;
        let mut columns = Vec::with_capacity(jobs.len());
        for (fold, targets) in jobs {
            columns.push(Column::new(self, fold, targets.clone())?);
        }
        let (mut u, mut z) = (vec![0.0; p * jobs.len()], vec![0.0; p * jobs.len()]);
        loop {
            if call.cancelled() {
                return Err(Error::new(ErrorCode::Cancelled, "cancelled"));
            }
            let mut asking = vec![];
            for column in &mut columns {
                let at = asking.len() * p;
                if column.propose(&mut u[at..at + p]) {
                    asking.push(column);
                }
            }
            if asking.is_empty() {
                break;
            }
            let filled = asking.len() * p;
            times(&self.s, p, &u[..filled], &mut z[..filled]);
            let products = z.chunks_exact_mut(p).zip(u.chunks_exact_mut(p));
            for (column, (z, u)) in asking.into_iter().zip(products) {
                column.accept(self, u, z);
            }
        }
        Ok(columns.into_iter().map(Column::finish).collect())
    }
}

/// One fold (and one target, or all) on its way. Vectors cover the p columns; several lie one behind the other.
struct Column {
    p: usize,
    m: usize,
    /// Rows left out, their weights, and x'u of the newest u.
    out: Vec<(usize, f64, f64)>,
    /// For each test row its place in `out`.
    test: Vec<usize>,
    total: f64,
    mean: Vec<f64>,
    /// One over the scales.
    shrink: Vec<f64>,
    /// X_f'E.
    s: Vec<f64>,
    /// The newest rotation, treated units.
    r: Vec<f64>,
    /// Rotations over |t|, so that the scores have unit length.
    rotations: Vec<f64>,
    /// X_f't over |t|^2, times |t|.
    loadings: Vec<f64>,
    q: Vec<f64>,
    y_mean: Vec<f64>,
    y_scale: Vec<f64>,
    predictions: Vec<f64>,
    fitted: Vec<f64>,
    parts: Vec<f64>,
    reached: usize,
    bound: usize,
    max: usize,
    x_square: f64,
    /// What rounding leaves in a product of X'X with a unit vector, over eps.
    lost: f64,
    /// What rounding has left in S, over eps.
    s_error: f64,
    rounding: Rounding,
    safe: bool,
}

impl Column {
    fn new(shared: &Shared<'_>, fold: &Fold<'_>, targets: Range<usize>) -> Result<Column, Error> {
        let (whole, p, m) = (shared.whole, shared.p, targets.len());
        let (settings, tests) = (whole.settings, fold.test.len());
        let mask = mask(fold, whole.weights)?;
        let stats = whole.all.fold(&mask, whole.weights, settings);
        let rows = mask.iter().filter(|w| **w > 0.0).count();
        let mut out: Vec<usize> = fold.test.iter().chain(fold.gap).copied().collect();
        out.sort_unstable();
        out.dedup();
        let test = fold.test.iter().filter_map(|i| out.binary_search(i).ok()).collect();
        let mut column = Column {
            p,
            m,
            out: out.into_iter().map(|i| (i, whole.weights[i], 0.0)).collect(),
            test,
            total: mask.iter().sum(),
            mean: stats.mean,
            shrink: stats.scale.iter().map(|s| 1.0 / s).collect(),
            s: shared.xy[targets.start * p..targets.end * p].to_vec(),
            r: vec![0.0; p],
            rotations: Vec::with_capacity(whole.max * p),
            loadings: Vec::with_capacity(whole.max * p),
            q: vec![0.0; m],
            y_mean: vec![0.0; m],
            y_scale: vec![1.0; m],
            predictions: vec![0.0; tests * (whole.max + 1) * m],
            fitted: vec![0.0; tests * m],
            parts: vec![0.0; whole.max],
            reached: 0,
            bound: whole.max.min(count_bound(rows, p, settings.centre)),
            max: whole.max,
            x_square: 0.0,
            lost: 0.0,
            s_error: 0.0,
            rounding: Rounding::default(),
            // A fold whose X is constant but for rounding is told from one that varies on the values themselves.
            safe: stats.norm > 1e-10 * stats.raw_norm,
        };
        vectorised(
            #[inline(always)]
            || column.start(shared, &mask, rows, targets),
        );
        Ok(column)
    }

    /// Means and scales of the targets, and S of no components.
    #[inline(always)]
    fn start(&mut self, shared: &Shared<'_>, mask: &[f64], rows: usize, targets: Range<usize>) {
        let (n, p, settings) = (mask.len(), self.p, shared.whole.settings);
        let (mut of_all, mut of_fold, mut raw) = (0.0, 0.0, 0.0);
        let mut e = vec![0.0; n];
        for (j, k) in targets.enumerate() {
            let y = &shared.y[k * n..(k + 1) * n];
            let mean = dot(mask, y) / self.total;
            e.iter_mut().zip(y).for_each(|(e, y)| *e = y - mean);
            let about_mean = weighted_dot(mask, &e, &e);
            let full_mean = mean + shared.y_shift[k];
            let largest = y.iter().fold(0.0_f64, |l, y| l.max((y + shared.y_shift[k]).abs()));
            if settings.scale {
                let sd = usable_sd(about_mean / self.total, rows as f64, largest);
                self.y_scale[j] = sd;
                self.safe &=
                    (about_mean / self.total).sqrt() > NEARLY_CONSTANT * CONSTANT * largest;
            }
            let square = self.y_scale[j] * self.y_scale[j];
            raw += (about_mean + self.total * full_mean * full_mean) / square;
            of_all += weighted_dot(shared.whole.weights, y, y) / square;
            let s = &mut self.s[j * p..(j + 1) * p];
            self.out.iter().for_each(|(i, w, _)| axpy(-w * y[*i], shared.whole.all.row(*i), s));
            if settings.centre {
                axpy(-self.total * mean, &self.mean, s);
                (of_fold, self.y_mean[j]) = (of_fold + about_mean / square, full_mean);
            } else {
                of_fold += weighted_dot(mask, y, y) / square;
            }
            let over = 1.0 / self.y_scale[j];
            s.iter_mut().zip(&self.shrink).for_each(|(s, d)| *s *= d * over);
        }
        for (k, d) in self.shrink.iter().enumerate() {
            self.x_square += shared.s[k * p + k] * d * d;
        }
        self.rounding = Rounding::new(of_fold, raw, TOLERANCE);
        self.safe &= self.x_square > 0.0 && self.rounding.varies();
        self.s_error = (self.x_square * of_all.max(of_fold)).sqrt();
        // Errors of single elements do not pull in one direction.
        self.lost = self.x_square / (self.p as f64).sqrt();
    }

    /// Finds the next rotation and puts it over the scales into `u`; false when there is none to find.
    fn propose(&mut self, u: &mut [f64]) -> bool {
        let going = self.safe && self.reached < self.bound;
        if going
            && !vectorised(
                #[inline(always)]
                || self.rotation(u),
            )
        {
            self.safe = false;
        }
        going && self.safe
    }

    /// One rotation; false when it is too close to rounding.
    #[inline(always)]
    fn rotation(&mut self, u: &mut [f64]) -> bool {
        let (p, m) = (self.p, self.m);
        let mut gram = vec![0.0; m * m];
        for (i, a) in self.s.chunks_exact(p).enumerate() {
            for (j, b) in self.s.chunks_exact(p).enumerate().take(i + 1) {
                gram[i * m + j] = dot(a, b);
            }
        }
        let Some(top) = small_eigen::dominant(&mut gram, m) else { return false };
        if !self.rounding.direction(self.s_error * top.largest.sqrt(), top.largest, top.second) {
            return false;
        }
        let size = 1.0 / top.largest.sqrt();
        self.r.fill(0.0);
        for (s, v) in self.s.chunks_exact(p).zip(&top.vector) {
            axpy(v * size, s, &mut self.r);
        }
        let parts = &mut self.parts[..self.reached];
        for _ in 0..2 {
            dots(&self.loadings, &self.r, parts);
            subtract(&self.rotations, parts, &mut self.r);
        }
        product(&self.r, &self.shrink, u);
        true
    }

    /// Adds the component of the newest rotation; `z` is S of all rows times `u`.
    fn accept(&mut self, shared: &Shared<'_>, u: &mut [f64], z: &mut [f64]) {
        self.safe = vectorised(
            #[inline(always)]
            || self.component(shared, u, z),
        );
    }

    /// One component; false when it is too close to rounding.
    #[inline(always)]
    fn component(&mut self, shared: &Shared<'_>, u: &[f64], z: &mut [f64]) -> bool {
        for (i, w, xu) in &mut self.out {
            let row = shared.whole.all.row(*i);
            *xu = dot(row, u);
            axpy(-*w * *xu, row, z);
        }
        let at_mean = dot(&self.mean, u);
        axpy(-self.total * at_mean, &self.mean, z);
        z.iter_mut().zip(&self.shrink).for_each(|(z, d)| *z *= d);
        let (square, length) = (dot(z, &self.r), dot(&self.r, &self.r));
        let lost = self.lost * length / square;
        if !(self.rounding.score(square) && self.rounding.add(lost)) {
            return false;
        }
        let size = 1.0 / square.sqrt();
        self.rotations.extend(self.r.iter().map(|r| r * size));
        self.loadings.extend(z.iter().map(|z| z * size));
        let r = &self.rotations[self.reached * self.p..];
        let z = &self.loadings[self.reached * self.p..];
        let mut taken = 0.0;
        for (s, q) in self.s.chunks_exact_mut(self.p).zip(&mut self.q) {
            *q = dot(s, r);
            axpy(-*q, z, s);
            taken += *q * *q;
        }
        self.rounding.explained(taken);
        self.s_error += self.lost * (length * taken).sqrt() * size;
        self.reached += 1;
        let (per_row, m, at) = ((self.max + 1) * self.m, self.m, self.reached * self.m);
        let rows = self.predictions.chunks_exact_mut(per_row).zip(self.fitted.chunks_exact_mut(m));
        for ((to, fitted), i) in rows.zip(&self.test) {
            let t = (self.out[*i].2 - at_mean) * size;
            fitted.iter_mut().zip(&self.q).for_each(|(f, q)| *f += t * q);
            to[at..at + m].copy_from_slice(fitted);
        }
        true
    }

    fn finish(mut self) -> Option<Done> {
        if !self.safe {
            return None;
        }
        for row in self.predictions.chunks_exact_mut((self.max + 1) * self.m) {
            for a in self.reached + 1..=self.max {
                row.copy_within(self.reached * self.m..(self.reached + 1) * self.m, a * self.m);
            }
            for values in row.chunks_exact_mut(self.m) {
                let treatment = self.y_mean.iter().zip(&self.y_scale);
                values.iter_mut().zip(treatment).for_each(|(v, (mean, sd))| *v = mean + sd * *v);
            }
        }
        let usable = self.predictions.iter().all(|v| v.is_finite());
        usable.then_some(Done { predictions: self.predictions, reached: self.reached as u32 })
    }
}
