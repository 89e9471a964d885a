//! The matrix products that the squared routes share: X'X or XX' once, then that matrix times many vectors.
//!
//! Work is cut into pieces of fixed width, so that results do not depend on the number of threads.

use std::sync::{Mutex, PoisonError};

use adit_plugin::Call;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// Columns of one panel of a symmetric product: wide enough for full speed, and narrow enough that little is computed twice.
const PANEL: usize = 64;
/// Edge of the squares in which a triangle is mirrored, so that both sides stay in the cache.
const SQUARE: usize = 32;

/// `M M'` (rows x rows, symmetric, every element filled) of the row-major `m` with `rows` rows of `cols` values.
pub(crate) fn outer(m: &[f64], rows: usize, cols: usize, call: &Call<'_>) -> Vec<f64> {
    let m = MatRef::from_row_major_slice(m, rows, cols);
    symmetric(m, call)
}

/// `M'M` (cols x cols, symmetric, every element filled) of the row-major `m` with `rows` rows of `cols` values.
pub(crate) fn inner(m: &[f64], rows: usize, cols: usize, call: &Call<'_>) -> Vec<f64> {
    let m = MatRef::from_row_major_slice(m, rows, cols);
    symmetric(m.transpose(), call)
}

/// `a a'`: the lower triangle panel by panel, the upper one by mirroring.
fn symmetric(a: MatRef<'_, f64>, call: &Call<'_>) -> Vec<f64> {
    let n = a.nrows();
    let mut out = vec![0.0; n * n];
    let panels: Vec<Mutex<&mut [f64]>> = out.chunks_mut(PANEL * n.max(1)).map(Mutex::new).collect();
    call.parallel_for(panels.len(), |i| {
        let mut panel = panels[i].lock().unwrap_or_else(PoisonError::into_inner);
        let (from, width) = (i * PANEL, panel.len() / n);
        let to = MatMut::from_column_major_slice_mut(&mut panel, n, width);
        let (below, columns) = (a.subrows(from, n - from), a.subrows(from, width).transpose());
        let to = to.subrows_mut(from, n - from);
        matmul(to, Accum::Replace, below, columns, 1.0, Par::Seq);
    });
    drop(panels);
    mirror(&mut out, n);
    out
}

/// Copies the lower triangle of the column-major n x n matrix into the upper one.
fn mirror(m: &mut [f64], n: usize) {
    for j0 in (0..n).step_by(SQUARE) {
        for i0 in (j0..n).step_by(SQUARE) {
            for j in j0..(j0 + SQUARE).min(n) {
                for i in i0.max(j + 1)..(i0 + SQUARE).min(n) {
                    m[i * n + j] = m[j * n + i];
                }
            }
        }
    }
}

/// `to = S v` for the symmetric n x n matrix `s` and vectors of n values side by side.
pub(crate) fn times(s: &[f64], n: usize, vectors: &[f64], to: &mut [f64]) {
    let count = vectors.len() / n.max(1);
    let s = MatRef::from_column_major_slice(s, n, n);
    let vectors = MatRef::from_column_major_slice(vectors, n, count);
    let to = MatMut::from_column_major_slice_mut(to, n, count);
    matmul(to, Accum::Replace, s, vectors, 1.0, Par::Seq);
}

/// What `body(i)` gives for each `i < count`, computed on the threads that the host lends.
pub(crate) fn gather<T: Send>(
    count: usize,
    call: &Call<'_>,
    body: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let found: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::new(None)).collect();
    call.parallel_for(count, |i| {
        let value = body(i);
        *found[i].lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    });
    found
        .into_iter()
        .filter_map(|f| f.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// Columns of one block of a cross-validation of `columns` fold models: half of them while there are few, so that two cores have
/// work, and never more than what keeps a block inside the cache.
pub(crate) fn block_width(columns: usize) -> usize {
    columns.div_ceil(2).min(5).max(columns.div_ceil(8)).clamp(1, 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Noise;

    #[test]
    fn symmetric_products_are_what_plain_sums_give() {
        for (rows, cols) in [(1, 1), (3, 7), (7, 3), (65, 20), (64, 64), (130, 97)] {
            let mut noise = Noise::new((rows * cols) as u64);
            let m: Vec<f64> = (0..rows * cols).map(|_| noise.next()).collect();
            let call = Call::alone();
            let (k, s) = (outer(&m, rows, cols, &call), inner(&m, rows, cols, &call));
            for i in 0..rows {
                for j in 0..rows {
                    let plain: f64 = (0..cols).map(|c| m[i * cols + c] * m[j * cols + c]).sum();
                    assert!((k[i * rows + j] - plain).abs() < 1e-13 * cols as f64);
                    assert_eq!(k[i * rows + j], k[j * rows + i]);
                }
            }
            for i in 0..cols {
                for j in 0..cols {
                    let plain: f64 = (0..rows).map(|r| m[r * cols + i] * m[r * cols + j]).sum();
                    assert!((s[i * cols + j] - plain).abs() < 1e-13 * rows as f64);
                }
            }
            let mut to = vec![0.0; 2 * rows];
            times(&k, rows, &[&k[..rows], &k[..rows]].concat(), &mut to);
            let plain: f64 = k[..rows].iter().map(|v| v * v).sum();
            assert!((to[0] - plain).abs() < 1e-13 * plain && to[0] == to[rows]);
        }
    }

    #[test]
    fn blocks_are_never_empty_nor_wide() {
        for columns in 1..2000 {
            let width = block_width(columns);
            assert!((1..=64).contains(&width));
        }
        assert_eq!((block_width(10), block_width(500)), (5, 63));
    }
}
