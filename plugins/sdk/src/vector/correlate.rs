//! A filter moved along a row.

use pulp::{Arch, Simd, WithSimd};

/// Vectors of one tile: enough sums at a time to hide the latency of the addition.
const TILE: usize = 8;

/// `out_j = sum_k taps_k x_{j+k}`, for as many j as `x` and `out` both carry. Every output is summed in the order of the taps.
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
        let (n, lanes) = (out.len(), S::F64_LANES);
        let mut at = 0;
        while at + TILE * lanes <= n {
            tile::<S, TILE>(simd, taps, &x[at..], &mut out[at..]);
            at += TILE * lanes;
        }
        while at + lanes <= n {
            tile::<S, 1>(simd, taps, &x[at..], &mut out[at..]);
            at += lanes;
        }
        // What is left over is done together with its neighbours once more: the same sums, so the same bits.
        if at < n && n >= lanes {
            tile::<S, 1>(simd, taps, &x[n - lanes..], &mut out[n - lanes..]);
        } else {
            for j in at..n {
                out[j] = taps.iter().zip(&x[j..]).map(|(w, v)| w * v).sum();
            }
        }
    }
}

/// The first `N` vectors of `out`.
#[inline(always)]
fn tile<S: Simd, const N: usize>(simd: S, taps: &[f64], x: &[f64], out: &mut [f64]) {
    let width = N * S::F64_LANES;
    let mut sums = [simd.splat_f64s(0.0); N];
    for (w, x) in taps.iter().zip(x.windows(width)) {
        let (w, x) = (simd.splat_f64s(*w), S::as_simd_f64s(x).0);
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum = simd.mul_add_e_f64s(w, *x, *sum);
        }
    }
    let (out, _) = S::as_mut_simd_f64s(&mut out[..width]);
    out.copy_from_slice(&sums);
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
