//! One row against several others: dots with them, or their weighted sum.

use pulp::{Arch, Simd, WithSimd};

/// Rows that are summed at a time.
const GROUP: usize = 4;

/// `out_k = sum_j (x_j - centre_j) rows_kj`; `rows` holds one row of `x.len()` numbers for each output, row-major. Each output comes
/// out the same whatever the others are.
///
/// ```
/// let mut out = [0.0; 2];
/// adit_plugin::vector::centred_dots(&[3.0, 5.0], &[1.0, 1.0], &[1.0, 0.0, 10.0, 1.0], &mut out);
/// assert_eq!(out, [2.0, 24.0]);
/// ```
///
/// # Panics
/// When `centre` or `rows` is too short.
pub fn centred_dots(x: &[f64], centre: &[f64], rows: &[f64], out: &mut [f64]) {
    let centre = &centre[..x.len()];
    let rows = &rows[..x.len() * out.len()];
    Arch::new().dispatch(CentredDots { x, centre, rows, out });
}

/// `out = sum_k x_k rows_k`; `rows` holds one row of `out.len()` numbers for each number of `x`, row-major. Every output is summed in
/// the order of `x`.
///
/// ```
/// let mut out = [0.0; 2];
/// adit_plugin::vector::combine(&[2.0, 3.0], &[1.0, 0.0, 1.0, 10.0], &mut out);
/// assert_eq!(out, [5.0, 30.0]);
/// ```
///
/// # Panics
/// When `rows` is too short.
pub fn combine(x: &[f64], rows: &[f64], out: &mut [f64]) {
    let rows = &rows[..x.len() * out.len()];
    Arch::new().dispatch(Combine { x, rows, out });
}

struct Combine<'a> {
    x: &'a [f64],
    rows: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for Combine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Combine { x, rows, out } = self;
        let (n, lanes) = (out.len(), S::F64_LANES);
        if n == 0 {
            return;
        }
        let whole = if n < lanes { 0 } else { n };
        let mut at = 0;
        while at < whole {
            // The last vector begins early enough to be whole: the same sums once more, so the same bits.
            at = at.min(n - lanes);
            let mut sum = simd.splat_f64s(0.0);
            for (x, row) in x.iter().zip(rows.chunks_exact(n)) {
                let row = S::as_simd_f64s(&row[at..at + lanes]).0;
                sum = simd.mul_add_e_f64s(simd.splat_f64s(*x), row[0], sum);
            }
            S::as_mut_simd_f64s(&mut out[at..at + lanes]).0[0] = sum;
            at += lanes;
        }
        for (j, out) in out.iter_mut().enumerate().skip(whole) {
            *out = x.iter().zip(rows.chunks_exact(n)).map(|(x, row)| x * row[j]).sum();
        }
    }
}

struct CentredDots<'a> {
    x: &'a [f64],
    centre: &'a [f64],
    rows: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for CentredDots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let CentredDots { x, centre, rows, out } = self;
        let p = x.len();
        let (groups, rest) = out.as_chunks_mut::<GROUP>();
        let split = groups.len() * GROUP * p;
        for (g, out) in groups.iter_mut().enumerate() {
            *out = dots::<S, GROUP>(simd, x, centre, &rows[g * GROUP * p..]);
        }
        for (k, out) in rest.iter_mut().enumerate() {
            [*out] = dots::<S, 1>(simd, x, centre, &rows[split + k * p..]);
        }
    }
}

/// The dots of the first `N` rows, each in two chains of sums. Plain loops: a closure would be compiled without the wide instructions.
#[inline(always)]
fn dots<S: Simd, const N: usize>(simd: S, x: &[f64], centre: &[f64], rows: &[f64]) -> [f64; N] {
    let p = x.len();
    let ((x, x_tail), (c, c_tail)) = (S::as_simd_f64s(x), S::as_simd_f64s(centre));
    let mut split: [(&[S::f64s], &[f64]); N] = [(&[], &[]); N];
    for (k, split) in split.iter_mut().enumerate() {
        *split = S::as_simd_f64s(&rows[k * p..(k + 1) * p]);
        // As long as x, which the compiler then need not look up in the loop.
        split.0 = &split.0[..x.len()];
    }
    let c = &c[..x.len()];
    let mut sums = [[simd.splat_f64s(0.0); 2]; N];
    let even = x.len() / 2 * 2;
    for j in (0..even).step_by(2) {
        let d = [simd.sub_f64s(x[j], c[j]), simd.sub_f64s(x[j + 1], c[j + 1])];
        for k in 0..N {
            sums[k][0] = simd.mul_add_e_f64s(d[0], split[k].0[j], sums[k][0]);
            sums[k][1] = simd.mul_add_e_f64s(d[1], split[k].0[j + 1], sums[k][1]);
        }
    }
    if even < x.len() {
        let d = simd.sub_f64s(x[even], c[even]);
        for k in 0..N {
            sums[k][0] = simd.mul_add_e_f64s(d, split[k].0[even], sums[k][0]);
        }
    }
    let mut out = [0.0; N];
    for k in 0..N {
        let mut tail = 0.0;
        for j in 0..x_tail.len() {
            tail += (x_tail[j] - c_tail[j]) * split[k].1[j];
        }
        out[k] = simd.reduce_sum_f64s(simd.add_f64s(sums[k][0], sums[k][1])) + tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gives_what_plain_loops_give() {
        for p in 0..40 {
            // Small multiples of a half: every sum is exact, whatever its order.
            let x: Vec<f64> = (0..p).map(|k| f64::from(k % 7) - 3.0).collect();
            let centre: Vec<f64> = (0..p).map(|k| f64::from(k % 3) / 2.0).collect();
            for m in 0..10_i32 {
                let rows: Vec<f64> = (0..p * m).map(|k| f64::from(k % 11) - 5.0).collect();
                let mut out = vec![99.0; m as usize];
                combine(&x, &rows, &mut out);
                for (k, out) in out.iter().enumerate() {
                    let terms = x.iter().zip(rows.chunks(m as usize)).map(|(x, row)| x * row[k]);
                    assert_eq!(*out, terms.sum::<f64>(), "{p} rows, output {k} of {m}");
                }
                out.fill(99.0);
                centred_dots(&x, &centre, &rows, &mut out);
                for (k, out) in out.iter().enumerate() {
                    let row = &rows[k * x.len()..];
                    let terms = x.iter().zip(&centre).zip(row).map(|((x, c), r)| (x - c) * r);
                    assert_eq!(*out, terms.sum::<f64>(), "{p} columns, output {k} of {m}");
                }
            }
        }
    }
}
