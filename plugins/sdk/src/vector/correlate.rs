//! A filter moved along a row.

use pulp::{Arch, Simd, WithSimd};

/// Vectors of one tile: enough sums at a time to hide the latency of the addition.
const TILE: usize = 8;

/// `out_j = sum_k taps_k x_{j+k}`, for as many j as `x` and `out` both carry. The order of the products in a sum follows from the
/// number of taps alone; in a row shorter than a vector, from left to right.
///
/// ```
/// let mut out = [0.0; 3];
/// adit_plugin::vector::correlate(&[-1.0, 1.0], &[0.0, 1.0, 4.0, 9.0], &mut out);
/// assert_eq!(out, [1.0, 3.0, 5.0]);
/// ```
pub fn correlate(taps: &[f64], x: &[f64], out: &mut [f64]) {
    let n = (x.len() + 1).saturating_sub(taps.len()).min(out.len());
    Arch::new().dispatch(Correlate { taps, x, out: &mut out[..n] });
}

struct Correlate<'a> {
    taps: &'a [f64],
    x: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Correlate { taps, x, out } = self;
        let lanes = S::F64_LANES;
        match out.len() {
            n if n >= TILE * lanes => tiles::<S, TILE>(simd, taps, x, out),
            n if n >= lanes => tiles::<S, 1>(simd, taps, x, out),
            n => {
                for j in 0..n {
                    out[j] = taps.iter().zip(&x[j..]).map(|(w, v)| w * v).sum();
                }
            }
        }
    }
}

/// All of `out`, which is one tile of `N` vectors or longer. The last tile begins early enough to be whole: what it does once more are
/// the same sums, so the same bits.
#[inline(always)]
fn tiles<S: Simd, const N: usize>(simd: S, taps: &[f64], x: &[f64], out: &mut [f64]) {
    let (n, width) = (out.len(), N * S::F64_LANES);
    for at in (0..n).step_by(width) {
        let at = at.min(n - width);
        tile::<S, N>(simd, taps, &x[at..], &mut out[at..]);
    }
}

/// The first `N` vectors of `out`.
///
/// Taps a vector's length apart see the same vectors of `x`, each one further on: a vector is loaded once for up to four of them.
#[inline(always)]
fn tile<S: Simd, const N: usize>(simd: S, taps: &[f64], x: &[f64], out: &mut [f64]) {
    let lanes = S::F64_LANES;
    let mut sums = [simd.splat_f64s(0.0); N];
    for first in 0..lanes.min(taps.len()) {
        let mut k = first;
        while k < taps.len() {
            let (taps, x) = (&taps[k..], &x[k..]);
            match (taps.len() - 1) / lanes {
                0 => apart::<S, N, 1>(simd, taps, x, &mut sums),
                1 => apart::<S, N, 2>(simd, taps, x, &mut sums),
                2 => apart::<S, N, 3>(simd, taps, x, &mut sums),
                _ => apart::<S, N, 4>(simd, taps, x, &mut sums),
            }
            k += 4 * lanes;
        }
    }
    let (out, _) = S::as_mut_simd_f64s(&mut out[..N * lanes]);
    out.copy_from_slice(&sums);
}

/// Adds the products with the first `M` of the taps that are a vector's length apart.
#[inline(always)]
fn apart<S: Simd, const N: usize, const M: usize>(
    simd: S,
    taps: &[f64],
    x: &[f64],
    sums: &mut [S::f64s; N],
) {
    let lanes = S::F64_LANES;
    let mut w = [simd.splat_f64s(0.0); M];
    for (m, w) in w.iter_mut().enumerate() {
        *w = simd.splat_f64s(taps[m * lanes]);
    }
    let (x, _) = S::as_simd_f64s(&x[..(N + M - 1) * lanes]);
    for i in 0..N + M - 1 {
        for m in 0..M {
            if i >= m && i - m < N {
                sums[i - m] = simd.mul_add_e_f64s(w[m], x[i], sums[i - m]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_gives_what_the_double_loop_gives() {
        // Small multiples of a half: every sum is exact, whatever its order.
        let x: Vec<f64> = (0..120).map(|k| f64::from(k * k % 23) / 2.0 - 4.0).collect();
        for taps in 1..20 {
            let w: Vec<f64> = (0..taps).map(|k| f64::from(k % 7) - 2.5).collect();
            for n in 0..x.len() {
                let mut out = vec![99.0; n + 3];
                correlate(&w, &x[..n], &mut out);
                let many = (n + 1).saturating_sub(w.len());
                for (j, o) in out.iter().enumerate() {
                    let sum = || w.iter().zip(&x[j..]).map(|(w, v)| w * v).sum::<f64>();
                    let want = if j < many { sum() } else { 99.0 };
                    assert_eq!(*o, want, "{taps} taps, {n} values, output {j}");
                }
            }
        }
    }
}
