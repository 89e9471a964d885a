//! One component of many folds: a single read of X, cut into chunks of rows for the threads that the host lends.
//!
//! Chunks depend on the shape of X alone, and what they add up is added in their order, so that the number of threads changes no bit.

use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use adit_plugin::{Call, vector::axpy};

use crate::pass::{self, BLOCK};

/// Values of X in one chunk at least: a megabyte, the work of some tens of microseconds.
const CHUNK: usize = 1 << 17;
/// Most chunks.
const CHUNKS: usize = 16;

/// Buffers of the chunks, kept from component to component.
pub(crate) struct Sweep<'a> {
    x: &'a [f64],
    p: usize,
    chunks: Vec<RwLock<Chunk>>,
}

#[derive(Default)]
struct Chunk {
    rows: Range<usize>,
    /// Scores, one vector after the other.
    t: Vec<f64>,
    /// Sums of the loadings of these rows.
    z: Vec<f64>,
}

/// Rows of each chunk of an n x p matrix: whole blocks.
pub(crate) fn chunk_rows(n: usize, p: usize) -> usize {
    let count = (n * p / CHUNK).clamp(1, CHUNKS);
    n.div_ceil(count).next_multiple_of(BLOCK)
}

impl<'a> Sweep<'a> {
    /// For the row-major `x` (n x p, p > 0), in chunks of `rows` rows.
    pub(crate) fn new(x: &'a [f64], p: usize, rows: usize) -> Sweep<'a> {
        let (n, rows) = (x.len() / p, rows.max(1));
        let chunk = |from: usize| Chunk { rows: from..(from + rows).min(n), ..Chunk::default() };
        let chunks = (0..n).step_by(rows).map(|from| RwLock::new(chunk(from))).collect();
        Sweep { x, p, chunks }
    }

    /// Reads X once. For `count` vectors and each block of rows: the scores along the vectors in `u` (p values each; none given,
    /// zeros) go through `settle(vector, rows, scores, masked)`, which corrects the scores in place and writes what shall multiply
    /// the rows, and the sum of these products is kept for [`Sweep::loadings`], the scores for [`Sweep::scores`].
    pub(crate) fn run(
        &self,
        u: &[f64],
        count: usize,
        call: &Call<'_>,
        settle: impl Fn(usize, Range<usize>, &mut [f64], &mut [f64]) + Sync,
    ) {
        call.parallel_for(self.chunks.len(), |i| {
            let mut chunk = self.chunks[i].write().unwrap_or_else(PoisonError::into_inner);
            chunk.read(self.x, self.p, u, count, &settle);
        });
    }

    /// Scores of all rows along vector `c` of the last run.
    pub(crate) fn scores(&self, c: usize, to: &mut [f64]) {
        for chunk in &self.chunks {
            let chunk = chunk.read().unwrap_or_else(PoisonError::into_inner);
            let rows = chunk.rows.len();
            to[chunk.rows.clone()].copy_from_slice(&chunk.t[c * rows..(c + 1) * rows]);
        }
    }

    /// X' times the masked scores of vector `c` of the last run.
    pub(crate) fn loadings(&self, c: usize, to: &mut [f64]) {
        for (i, chunk) in self.chunks.iter().enumerate() {
            let chunk = chunk.read().unwrap_or_else(PoisonError::into_inner);
            let z = &chunk.z[c * self.p..(c + 1) * self.p];
            if i == 0 { to.copy_from_slice(z) } else { axpy(1.0, z, to) }
        }
    }
}

impl Chunk {
    fn read(
        &mut self,
        x: &[f64],
        p: usize,
        u: &[f64],
        count: usize,
        settle: &impl Fn(usize, Range<usize>, &mut [f64], &mut [f64]),
    ) {
        let all = self.rows.len();
        self.t.resize(count * all, 0.0);
        self.z.clear();
        self.z.resize(count * p, 0.0);
        let (mut scores, mut masked) = (vec![0.0; count * BLOCK], vec![0.0; count * BLOCK]);
        for from in self.rows.clone().step_by(BLOCK) {
            let rows = from..(from + BLOCK).min(self.rows.end);
            let (r, at) = (rows.len(), from - self.rows.start);
            let x = &x[rows.start * p..rows.end * p];
            let (scores, masked) = (&mut scores[..count * r], &mut masked[..count * r]);
            if !u.is_empty() {
                pass::scores(x, p, u, scores);
            }
            for (c, t) in scores.chunks_exact_mut(r).enumerate() {
                settle(c, rows.clone(), t, &mut masked[c * r..(c + 1) * r]);
                self.t[c * all + at..][..r].copy_from_slice(t);
            }
            pass::add_loadings(x, p, masked, &mut self.z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_whole_blocks_that_cover_all_rows() {
        for (n, p) in [(1, 1), (17, 3), (500, 2048), (5000, 2048), (100_000, 40)] {
            let rows = chunk_rows(n, p);
            assert_eq!(rows % BLOCK, 0);
            assert!(n.div_ceil(rows) <= CHUNKS);
        }
        assert!(chunk_rows(100, 288) >= 100, "too small to share");
        assert!(chunk_rows(500, 2048) < 100, "large enough to share");
    }

    #[test]
    fn scores_are_settled_before_they_multiply_the_rows_of_any_chunk() {
        let (n, p, count) = (70, 5, 3);
        let whole = |i: usize| (i * 5 % 7) as f64 - 3.0; // small whole numbers: every sum is exact
        let x: Vec<f64> = (0..n * p).map(whole).collect();
        let u: Vec<f64> = (0..count * p).map(|i| whole(i + 2)).collect();
        for rows in [16, 32, 80] {
            let sweep = Sweep::new(&x, p, rows);
            for _ in 0..2 {
                sweep.run(&u, count, &Call::alone(), |c, rows, t, masked| {
                    for ((t, to), i) in t.iter_mut().zip(masked).zip(rows) {
                        *t += c as f64;
                        *to = if i % 4 == 0 { 0.0 } else { *t };
                    }
                });
            }
            for c in 0..count {
                let (mut t, mut z) = (vec![0.0; n], vec![0.0; p]);
                sweep.scores(c, &mut t);
                sweep.loadings(c, &mut z);
                let score = |i: usize| (0..p).map(|k| x[i * p + k] * u[c * p + k]).sum::<f64>();
                assert!((0..n).all(|i| t[i] == score(i) + c as f64));
                for k in 0..p {
                    let kept = (0..n).filter(|i| i % 4 != 0);
                    assert_eq!(z[k], kept.map(|i| t[i] * x[i * p + k]).sum::<f64>());
                }
            }
        }
    }
}
