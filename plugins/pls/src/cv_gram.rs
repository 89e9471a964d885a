//! Cross-validation of all folds on the Gram matrix `K = XX'` of all rows, for far fewer rows than columns.
//!
//! PLS needs X only through products with vectors of row space: with D the weights of a fold's training rows, E the residual of Y
//! and `K_f` the Gram matrix about the training mean,
//!
//! ```text
//! G = K_f D E,   v = dominant eigenvector of E'D G,   t = G v / |S v|       (S = X_f'D E; |S v|^2 = v'E'D G v)
//! t at right angles to the earlier scores,   q = E'D t / t'D t,   E <- E - t q',   G <- G - K_f D t q'
//! ```
//!
//! K costs n^2 p once. After that a component of all folds is one product of K with their masked scores, `2 n^2` a fold however many
//! columns X has; centring by the training mean is a rank-one correction of it. The first G comes from one `K Y` of all rows less
//! the rows a fold leaves out. Rows that are left out have weight 0 in D, and their scores fall out of the same product. (The kernel
//! for wide X is Rannar, Lindgren, Geladi and Wold's, 1994, J. Chemometrics 8, 111-125, doi:10.1002/cem.1180080204.)
//!
//! G keeps the rounding of the first one while E shrinks; where that counts it is computed from E again. K has the squared condition number of X. A fold whose components come near rounding is not answered: see [`Rounding`].

use std::ops::Range;

use adit_plugin::{Call, Error, ErrorCode, Fold};

use crate::about_zero::targets_about_zero;
use crate::column_ops::{axpy, dot, dots, product, subtract, vectorised, weighted_dot};
use crate::limits::count_bound;
use crate::products::{block_width, gather, outer, times};
use crate::rounding::{Rounding, Tolerance};
use crate::small_eigen;
use crate::whole::{Done, Job, Whole, mask};

/// Predictions must stay within 1e-6 of RMSECV.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-7, of_y: f64::INFINITY };
/// A residual that has shrunk to this share of the one that G was last computed from makes a better G.
const SHRUNK: f64 = 0.5;

/// A share of the sum of squares of X below which what varies may be rounding.
const CONSTANT_SQUARE: f64 = 1e-20;

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
    n: usize,
    p: usize,
    /// XX', n x n.
    k: Vec<f64>,
    /// Y less `y_shift`, one target after the other.
    y: Vec<f64>,
    y_shift: Vec<f64>,
    /// K W Y for the row weights W, one target after the other.
    ky: Vec<f64>,
    /// K times the row weights.
    kw: Vec<f64>,
    /// Weighted sum of squares of all rows.
    x_square: f64,
    /// Whether X is more than rounding of constant columns.
    x_varies: bool,
}

impl<'a> Shared<'a> {
    fn new(whole: &'a Whole<'a>, call: &Call<'_>) -> Shared<'a> {
        let (n, m) = (whole.y.rows(), whole.y.cols());
        let p = whole.all.cols();
        let k = outer(whole.all.data(), n, p, call);
        let (y, y_shift) = targets_about_zero(whole);
        let mut weighted: Vec<f64> = y
            .chunks_exact(n)
            .flat_map(|y| y.iter().zip(whole.weights).map(|(y, w)| w * y))
            .collect();
        weighted.extend(whole.weights);
        let mut ky = vec![0.0; n * (m + 1)];
        times(&k, n, &weighted, &mut ky);
        let kw = ky.split_off(n * m);
        let x_square: f64 = (0..n).map(|i| whole.weights[i] * k[i * n + i]).sum();
        let shift: f64 = whole.all.shift().iter().map(|s| s * s).sum();
        let x_varies = x_square > CONSTANT_SQUARE * shift * whole.weights.iter().sum::<f64>();
        Shared { whole, n, p, k, y, y_shift, ky, kw, x_square, x_varies }
    }

    fn block(&self, jobs: &[Job<'_>], call: &Call<'_>) -> Result<Vec<Option<Done>>, Error> {
        let n = self.n;
        let mut columns = Vec::with_capacity(jobs.len());
        for (fold, targets) in jobs {
            columns.push(Column::new(self, fold, targets.clone())?);
        }
        let (mut vectors, mut products) = (vec![], vec![]);
        loop {
            if call.cancelled() {
                return Err(Error::new(ErrorCode::Cancelled, "cancelled"));
            }
            vectors.clear();
            let mut asking = vec![];
            for column in &mut columns {
                let from = vectors.len();
                column.component(&mut vectors);
                if vectors.len() > from {
                    asking.push((column, from..vectors.len()));
                }
            }
            if asking.is_empty() {
                break;
            }
            products.resize(vectors.len(), 0.0);
            times(&self.k, n, &vectors, &mut products);
            for (column, range) in asking {
                column.deflate(&mut products[range]);
            }
        }
        Ok(columns.into_iter().map(Column::finish).collect())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Going,
    Finished,
    /// To be fitted on X itself.
    Unsafe,
}

/// One fold (and one target, or all) on its way. All vectors cover all rows; those of several targets lie one behind the other.
struct Column {
    n: usize,
    m: usize,
    centre: bool,
    /// Row weights, 0 for rows that are left out.
    mask: Vec<f64>,
    total: f64,
    test: Vec<usize>,
    /// D E.
    e: Vec<f64>,
    /// K_f D E.
    g: Vec<f64>,
    /// Scores of unit length under D.
    scores: Vec<f64>,
    /// t'E of the newest score.
    q: Vec<f64>,
    /// Of each target over the training rows; 0 without centring.
    y_mean: Vec<f64>,
    predictions: Vec<f64>,
    fitted: Vec<f64>,
    parts: Vec<f64>,
    /// D t of the newest score.
    masked: Vec<f64>,
    /// Whether E, not t, waits for its product with K.
    refreshing: bool,
    reached: usize,
    bound: usize,
    max: usize,
    x_square: f64,
    /// |E| when G was last computed from it.
    fresh: f64,
    rounding: Rounding,
    state: State,
}

impl Column {
    fn new(shared: &Shared<'_>, fold: &Fold<'_>, targets: Range<usize>) -> Result<Column, Error> {
        let (whole, n, m) = (shared.whole, shared.n, targets.len());
        let mask = mask(fold, whole.weights)?;
        let rows = mask.iter().filter(|w| **w > 0.0).count();
        let mut column = Column {
            n,
            m,
            centre: whole.settings.centre,
            total: mask.iter().sum(),
            mask,
            test: fold.test.to_vec(),
            e: shared.y[targets.start * n..targets.end * n].to_vec(),
            g: vec![0.0; n * m],
            scores: vec![],
            q: vec![0.0; m],
            y_mean: vec![0.0; m],
            predictions: vec![0.0; fold.test.len() * (whole.max + 1) * m],
            fitted: vec![0.0; fold.test.len() * m],
            parts: vec![0.0; whole.max],
            masked: vec![0.0; n],
            refreshing: false,
            reached: 0,
            bound: whole.max.min(count_bound(rows, shared.p, whole.settings.centre)),
            max: whole.max,
            x_square: 0.0,
            fresh: 0.0,
            rounding: Rounding::default(),
            state: State::Going,
        };
        vectorised(
            #[inline(always)]
            || column.start(shared, targets),
        );
        Ok(column)
    }

    /// E and G of no components.
    #[inline(always)]
    fn start(&mut self, shared: &Shared<'_>, targets: Range<usize>) {
        let (n, weights) = (self.n, shared.whole.weights);
        let mut square = 0.0_f64;
        for (j, e) in self.e.chunks_exact_mut(n).enumerate() {
            let mean = if self.centre { dot(&self.mask, e) / self.total } else { 0.0 };
            e.iter_mut().for_each(|e| *e -= mean);
            square += weighted_dot(&self.mask, e, e);
            self.y_mean[j] = mean;
        }
        let out: Vec<usize> = (0..n).filter(|i| self.mask[*i] != weights[*i]).collect();
        let few = 2 * out.len() <= n;
        for (j, (e, g)) in self.e.chunks_exact_mut(n).zip(self.g.chunks_exact_mut(n)).enumerate() {
            if few {
                let from = (targets.start + j) * n;
                g.copy_from_slice(&shared.ky[from..from + n]);
                axpy(-self.y_mean[j], &shared.kw, g);
                out.iter()
                    .for_each(|i| axpy(-weights[*i] * e[*i], &shared.k[i * n..(i + 1) * n], g));
            } else {
                for i in (0..n).filter(|i| self.mask[*i] > 0.0) {
                    axpy(self.mask[i] * e[i], &shared.k[i * n..(i + 1) * n], g);
                }
            }
            if self.centre {
                let mean = dot(&self.mask, g) / self.total;
                g.iter_mut().for_each(|g| *g -= mean);
            }
            e.iter_mut().zip(&self.mask).for_each(|(e, d)| *e *= d);
        }
        let of_all: f64 = shared.y[targets.start * n..targets.end * n]
            .chunks_exact(n)
            .map(|y| weighted_dot(weights, y, y))
            .sum();
        self.y_mean.iter_mut().zip(&shared.y_shift[targets]).for_each(|(mean, s)| *mean += s);
        let about: f64 = self.y_mean.iter().map(|mean| self.total * mean * mean).sum();
        self.x_square = shared.x_square;
        self.fresh = of_all.max(square).sqrt();
        self.rounding = Rounding::new(square, square + about, TOLERANCE);
        if self.bound == 0 {
            self.state = State::Finished;
        }
        // What is constant but for rounding is told from what varies on the values themselves.
        if !(shared.x_varies && self.rounding.varies()) {
            self.state = State::Unsafe;
        }
    }

    /// Finds the next component and adds to `vectors` what must be multiplied with K before the one after it: the masked score, or
    /// the masked residuals for a fresh G. Nothing when the fold is finished.
    fn component(&mut self, vectors: &mut Vec<f64>) {
        if self.state != State::Going {
            return;
        }
        self.refreshing = false;
        let going = vectorised(
            #[inline(always)]
            || self.score(),
        );
        self.state = match going {
            false => State::Unsafe,
            true if self.reached == self.bound => State::Finished,
            true => State::Going,
        };
        if self.state == State::Going {
            vectors.extend_from_slice(if self.refreshing { &self.e } else { &self.masked });
        }
    }

    /// One component, or the wish for a fresh G; false when it is too close to rounding.
    #[inline(always)]
    fn score(&mut self) -> bool {
        let (n, m) = (self.n, self.m);
        let mut gram = vec![0.0; m * m];
        for (i, e) in self.e.chunks_exact(n).enumerate() {
            for (j, g) in self.g.chunks_exact(n).enumerate().take(i + 1) {
                gram[i * m + j] = dot(e, g);
            }
        }
        let Some(top) = small_eigen::dominant(&mut gram, m) else { return false };
        let residual = self.rounding.residual();
        let error = self.x_square * self.fresh * residual;
        if residual < SHRUNK * self.fresh && self.rounding.strained(error, top.largest, top.second)
        {
            self.free_residual();
            (self.refreshing, self.fresh) = (true, residual);
            return true;
        }
        if !self.rounding.direction(error, top.largest, top.second) {
            return false;
        }
        let masked = &mut self.masked;
        self.scores.resize((self.reached + 1) * n, 0.0);
        let (earlier, t) = self.scores.split_at_mut(self.reached * n);
        let size = 1.0 / top.largest.sqrt();
        for (g, v) in self.g.chunks_exact(n).zip(&top.vector) {
            axpy(v * size, g, t);
        }
        let parts = &mut self.parts[..self.reached];
        for _ in 0..2 {
            product(&self.mask, t, masked);
            dots(earlier, masked, parts);
            subtract(earlier, parts, t);
        }
        let square = weighted_dot(&self.mask, t, t);
        if !self.rounding.score(square) {
            return false;
        }
        let size = 1.0 / square.sqrt();
        t.iter_mut().for_each(|t| *t *= size);
        product(&self.mask, t, masked);
        let mut taken = 0.0;
        for (e, q) in self.e.chunks_exact_mut(n).zip(&mut self.q) {
            *q = dot(e, t);
            axpy(-*q, masked, e);
            taken += *q * *q;
        }
        self.rounding.explained(taken);
        self.reached += 1;
        self.predict();
        true
    }

    /// Takes out of E what rounding has left of the scores, and of the mean, in it.
    #[inline(always)]
    fn free_residual(&mut self) {
        let parts = &mut self.parts[..self.reached];
        for e in self.e.chunks_exact_mut(self.n) {
            dots(&self.scores[..self.reached * self.n], e, parts);
            let mean = if self.centre { e.iter().sum::<f64>() / self.total } else { 0.0 };
            self.masked.fill(-mean);
            subtract(&self.scores[..self.reached * self.n], parts, &mut self.masked);
            for ((e, d), left) in e.iter_mut().zip(&self.mask).zip(&self.masked) {
                *e += d * left;
            }
        }
    }

    /// The predictions of the newest count, treated.
    #[inline(always)]
    fn predict(&mut self) {
        let t = &self.scores[(self.reached - 1) * self.n..];
        let per_row = (self.max + 1) * self.m;
        let rows =
            self.predictions.chunks_exact_mut(per_row).zip(self.fitted.chunks_exact_mut(self.m));
        for ((to, fitted), i) in rows.zip(&self.test) {
            fitted.iter_mut().zip(&self.q).for_each(|(f, q)| *f += t[*i] * q);
            to[self.reached * self.m..(self.reached + 1) * self.m].copy_from_slice(fitted);
        }
    }

    /// Takes the newest component out of G, or makes G anew; `products` are K times what [`Column::component`] gave.
    fn deflate(&mut self, products: &mut [f64]) {
        vectorised(
            #[inline(always)]
            || {
                for z in products.chunks_exact_mut(self.n) {
                    let mean = if self.centre { dot(&self.mask, z) / self.total } else { 0.0 };
                    z.iter_mut().for_each(|z| *z -= mean);
                }
                if self.refreshing {
                    self.g.copy_from_slice(products);
                    return;
                }
                for (g, q) in self.g.chunks_exact_mut(self.n).zip(&self.q) {
                    axpy(-q, products, g);
                }
            },
        );
    }

    fn finish(mut self) -> Option<Done> {
        if self.state == State::Unsafe {
            return None;
        }
        let per_row = (self.max + 1) * self.m;
        for row in self.predictions.chunks_exact_mut(per_row) {
            for a in self.reached + 1..=self.max {
                row.copy_within(self.reached * self.m..(self.reached + 1) * self.m, a * self.m);
            }
            for values in row.chunks_exact_mut(self.m) {
                values.iter_mut().zip(&self.y_mean).for_each(|(v, mean)| *v += mean);
            }
        }
        let usable = self.predictions.iter().all(|v| v.is_finite());
        usable.then_some(Done { predictions: self.predictions, reached: self.reached as u32 })
    }
}
