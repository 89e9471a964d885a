//! One read of X for many vectors: scores of a few rows, and what these rows add to the loadings, while the rows lie in the cache.
//!
//! X is row-major; vectors of p values lie one behind the other. Products are worked on in tiles whose sums stay in registers.
//! The order of every sum depends on the shapes and the instruction set alone.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

/// Rows of a tile of scores, and vectors of a tile of either product.
const ROWS: usize = 4;
const COLUMNS: usize = 3;
/// Values of a row that stay in the fastest cache while all vectors' loadings of them are added to.
const STRETCH: usize = 256;
/// Rows of one block at most.
pub(crate) const BLOCK: usize = 16;

/// `t[c rows + i] = x_i . u_c` for the rows `x` (of `p` values each) and the vectors `u`.
pub(crate) fn scores(x: &[f64], p: usize, u: &[f64], t: &mut [f64]) {
    Arch::new().dispatch(Scores { x, p, u, t });
}

/// `z_c += sum_i t[c rows + i] x_i` for the rows `x` (of `p` values each).
pub(crate) fn add_loadings(x: &[f64], p: usize, t: &[f64], z: &mut [f64]) {
    Arch::new().dispatch(Loadings { x, p, t, z });
}

struct Scores<'a> {
    x: &'a [f64],
    p: usize,
    u: &'a [f64],
    t: &'a mut [f64],
}

impl WithSimd for Scores<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (p, rows) = (self.p, self.x.len() / self.p);
        let columns = self.u.chunks(COLUMNS * p).zip(self.t.chunks_mut(COLUMNS * rows));
        for (u, t) in columns {
            for (i, x) in self.x.chunks(ROWS * p).enumerate() {
                let t = &mut t[i * ROWS..];
                match u.len() / p {
                    3 => scores_of_rows::<S, 3>(simd, x, p, u, rows, t),
                    2 => scores_of_rows::<S, 2>(simd, x, p, u, rows, t),
                    _ => scores_of_rows::<S, 1>(simd, x, p, u, rows, t),
                }
            }
        }
    }
}

/// Scores of one to [`ROWS`] rows along C vectors; those of one vector lie `stride` apart from those of the next.
#[inline(always)]
fn scores_of_rows<S: Simd, const C: usize>(
    simd: S,
    x: &[f64],
    p: usize,
    u: &[f64],
    stride: usize,
    t: &mut [f64],
) {
    match x.len() / p {
        4 => scores_tile::<S, 4, C>(simd, x, p, u, stride, t),
        3 => scores_tile::<S, 3, C>(simd, x, p, u, stride, t),
        2 => scores_tile::<S, 2, C>(simd, x, p, u, stride, t),
        _ => scores_tile::<S, 1, C>(simd, x, p, u, stride, t),
    }
}

#[inline(always)]
fn scores_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    x: &[f64],
    p: usize,
    u: &[f64],
    stride: usize,
    t: &mut [f64],
) {
    let lanes = p / S::F64_LANES;
    let xs: [&[S::f64s]; R] =
        std::array::from_fn(|r| &S::as_simd_f64s(&x[r * p..(r + 1) * p]).0[..lanes]);
    let us: [&[S::f64s]; C] =
        std::array::from_fn(|c| &S::as_simd_f64s(&u[c * p..(c + 1) * p]).0[..lanes]);
    let mut sums = [[simd.splat_f64s(0.0); C]; R];
    for k in 0..lanes {
        let u: [S::f64s; C] = std::array::from_fn(|c| us[c][k]);
        for r in 0..R {
            let x = xs[r][k];
            for c in 0..C {
                sums[r][c] = simd.mul_add_e_f64s(x, u[c], sums[r][c]);
            }
        }
    }
    for r in 0..R {
        for c in 0..C {
            let (x, u) = (&x[r * p..(r + 1) * p], &u[c * p..(c + 1) * p]);
            let from = lanes * S::F64_LANES;
            let tail: f64 = x[from..].iter().zip(&u[from..]).map(|(x, u)| x * u).sum();
            t[c * stride + r] = simd.reduce_sum_f64s(sums[r][c]) + tail;
        }
    }
}

struct Loadings<'a> {
    x: &'a [f64],
    p: usize,
    t: &'a [f64],
    z: &'a mut [f64],
}

impl WithSimd for Loadings<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (p, rows) = (self.p, self.x.len() / self.p);
        for from in (0..p).step_by(STRETCH) {
            let of_row = from..(from + STRETCH).min(p);
            let columns = self.z.chunks_mut(COLUMNS * p).zip(self.t.chunks(COLUMNS * rows));
            for (z, t) in columns {
                match z.len() / p {
                    3 => loadings_of_rows::<S, 4, 3>(simd, self.x, p, of_row.clone(), t, z),
                    2 => loadings_of_rows::<S, 4, 2>(simd, self.x, p, of_row.clone(), t, z),
                    _ => loadings_of_rows::<S, 8, 1>(simd, self.x, p, of_row.clone(), t, z),
                }
            }
        }
    }
}

/// Adds to part of the loadings of C vectors, R rows at a time.
#[inline(always)]
fn loadings_of_rows<S: Simd, const R: usize, const C: usize>(
    simd: S,
    x: &[f64],
    p: usize,
    of_row: Range<usize>,
    t: &[f64],
    z: &mut [f64],
) {
    let rows = x.len() / p;
    let mut i = 0;
    while i + R <= rows {
        loadings_tile::<S, R, C>(simd, &x[i * p..], p, of_row.clone(), rows, &t[i..], z);
        i += R;
    }
    while i < rows {
        loadings_tile::<S, 1, C>(simd, &x[i * p..], p, of_row.clone(), rows, &t[i..], z);
        i += 1;
    }
}

#[inline(always)]
fn loadings_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    x: &[f64],
    p: usize,
    of_row: Range<usize>,
    stride: usize,
    t: &[f64],
    z: &mut [f64],
) {
    let (from, width) = (of_row.start, of_row.len());
    let lanes = width / S::F64_LANES;
    let xs: [&[f64]; R] = std::array::from_fn(|r| &x[r * p + from..][..width]);
    let xv: [&[S::f64s]; R] = std::array::from_fn(|r| &S::as_simd_f64s(xs[r]).0[..lanes]);
    let ts: [[S::f64s; R]; C] =
        std::array::from_fn(|c| std::array::from_fn(|r| simd.splat_f64s(t[c * stride + r])));
    let mut vectors = z.chunks_exact_mut(p);
    let mut zs: [&mut [f64]; C] =
        std::array::from_fn(|_| &mut vectors.next().unwrap_or_default()[from..][..width]);
    {
        let zv = zs.each_mut().map(|z| &mut S::as_mut_simd_f64s(z).0[..lanes]);
        for k in 0..lanes {
            let mut sums: [S::f64s; C] = std::array::from_fn(|c| zv[c][k]);
            for r in 0..R {
                let x = xv[r][k];
                for c in 0..C {
                    sums[c] = simd.mul_add_e_f64s(ts[c][r], x, sums[c]);
                }
            }
            for c in 0..C {
                zv[c][k] = sums[c];
            }
        }
    }
    for k in lanes * S::F64_LANES..width {
        for c in 0..C {
            zs[c][k] += (0..R).map(|r| t[c * stride + r] * xs[r][k]).sum::<f64>();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_gives_what_plain_loops_give() {
        let whole = |i: usize| (i * 7 % 11) as f64 - 5.0; // small whole numbers: every sum is exact
        for p in [1, 2, 3, 4, 5, 8, 17, 255, 256, 263, 515] {
            for (rows, count) in [(1, 1), (3, 2), (4, 3), (7, 4), (9, 1), (16, 8), (13, 5)] {
                let x: Vec<f64> = (0..rows * p).map(whole).collect();
                let u: Vec<f64> = (0..count * p).map(|i| whole(i + 3)).collect();
                let mut t = vec![f64::NAN; count * rows];
                scores(&x, p, &u, &mut t);
                let mut z: Vec<f64> = (0..count * p).map(|i| whole(i + 1)).collect();
                add_loadings(&x, p, &t, &mut z);
                for c in 0..count {
                    for i in 0..rows {
                        let plain: f64 = (0..p).map(|k| x[i * p + k] * u[c * p + k]).sum();
                        assert_eq!(t[c * rows + i], plain, "{rows}x{p}x{count}");
                    }
                    for k in 0..p {
                        let more: f64 = (0..rows).map(|i| t[c * rows + i] * x[i * p + k]).sum();
                        let plain = whole(c * p + k + 1) + more;
                        assert_eq!(z[c * p + k], plain, "{rows}x{p}x{count}");
                    }
                }
            }
        }
    }
}
