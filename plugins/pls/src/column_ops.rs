//! Loops over a handful of vectors of one length, for use inside [`vectorised`].
//!
//! A fold's work between two matrix products is a few hundred short loops. Looking the instruction set up once for all of them, not
//! once a loop, and taking four vectors at a time keeps that work small beside the products.

use pulp::Arch;

/// Runs `body` compiled for the widest instructions of this machine; the loops below become part of it. So that `body` does too, it
/// and what it calls must be `#[inline(always)]`.
#[inline(always)]
pub(crate) fn vectorised<R>(body: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(body)
}

/// Partial sums of one loop: two registers of eight hide the latency of the addition.
const LANES: usize = 16;

/// `sum a_k b_k`.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let ((a, a_tail), (b, b_tail)) = (a[..n].as_chunks::<LANES>(), b[..n].as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for k in 0..LANES {
            sums[k] += a[k] * b[k];
        }
    }
    let tail: f64 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
    total(&sums) + tail
}

/// `sum d_k a_k b_k`.
#[inline(always)]
pub(crate) fn weighted_dot(d: &[f64], a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len()).min(d.len());
    let ((a, a_tail), (b, b_tail)) = (a[..n].as_chunks::<LANES>(), b[..n].as_chunks::<LANES>());
    let (d, d_tail) = d[..n].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for ((a, b), d) in a.iter().zip(b).zip(d) {
        for k in 0..LANES {
            sums[k] += d[k] * a[k] * b[k];
        }
    }
    let tail: f64 = a_tail.iter().zip(b_tail).zip(d_tail).map(|((a, b), d)| d * a * b).sum();
    total(&sums) + tail
}

#[inline(always)]
fn total(sums: &[f64; LANES]) -> f64 {
    let mut half = [0.0; LANES / 2];
    for k in 0..LANES / 2 {
        half[k] = sums[k] + sums[k + LANES / 2];
    }
    ((half[0] + half[4]) + (half[1] + half[5])) + ((half[2] + half[6]) + (half[3] + half[7]))
}

/// `y_k += alpha x_k`.
#[inline(always)]
pub(crate) fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// `to_k = a_k b_k`.
#[inline(always)]
pub(crate) fn product(a: &[f64], b: &[f64], to: &mut [f64]) {
    for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
        *to = a * b;
    }
}

/// `parts_j = basis_j . v` for vectors of `v.len()` values that lie one behind the other in `basis`.
#[inline(always)]
pub(crate) fn dots(basis: &[f64], v: &[f64], parts: &mut [f64]) {
    let n = v.len();
    let (fours, rest) = parts.as_chunks_mut::<4>();
    let split = fours.len() * 4 * n;
    for (part, b) in fours.iter_mut().zip(basis[..split].chunks_exact(4 * n)) {
        *part = four_dots(b, v);
    }
    for (part, b) in rest.iter_mut().zip(basis[split..].chunks_exact(n)) {
        *part = dot(b, v);
    }
}

#[inline(always)]
fn four_dots(basis: &[f64], v: &[f64]) -> [f64; 4] {
    const WIDE: usize = 8;
    let n = v.len();
    let row = |j: usize| basis[j * n..(j + 1) * n].as_chunks::<WIDE>();
    let (rows, (v8, v_tail)) = ([row(0), row(1), row(2), row(3)], v.as_chunks::<WIDE>());
    let mut sums = [[0.0; WIDE]; 4];
    let fours = rows[0].0.iter().zip(rows[1].0).zip(rows[2].0.iter().zip(rows[3].0));
    for (((a, b), (c, d)), v) in fours.zip(v8) {
        for k in 0..WIDE {
            sums[0][k] += a[k] * v[k];
            sums[1][k] += b[k] * v[k];
            sums[2][k] += c[k] * v[k];
            sums[3][k] += d[k] * v[k];
        }
    }
    let mut out = [0.0; 4];
    for j in 0..4 {
        let s = &sums[j];
        let tail: f64 = rows[j].1.iter().zip(v_tail).map(|(a, b)| a * b).sum();
        out[j] = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])) + tail;
    }
    out
}

/// `v -= sum_j parts_j basis_j`.
#[inline(always)]
pub(crate) fn subtract(basis: &[f64], parts: &[f64], v: &mut [f64]) {
    let n = v.len();
    let (fours, rest) = parts.as_chunks::<4>();
    let split = fours.len() * 4 * n;
    for (c, b) in fours.iter().zip(basis[..split].chunks_exact(4 * n)) {
        let ((b0, b1), (b2, b3)) = (b[..2 * n].split_at(n), b[2 * n..].split_at(n));
        for ((((v, b0), b1), b2), b3) in v.iter_mut().zip(b0).zip(b1).zip(b2).zip(b3) {
            *v -= (c[0] * b0 + c[1] * b1) + (c[2] * b2 + c[3] * b3);
        }
    }
    for (c, b) in rest.iter().zip(basis[split..].chunks_exact(n)) {
        axpy(-c, b, v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_gives_what_plain_loops_give() {
        for n in 1..70 {
            let at = |i: usize| (i * 7 % 11) as f64 - 5.0; // small whole numbers: every sum is exact
            let v: Vec<f64> = (0..n).map(at).collect();
            let d: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
            for count in 0..10 {
                let basis: Vec<f64> = (0..n * count).map(|i| at(i + 3)).collect();
                let mut parts = vec![0.0; count];
                vectorised(|| dots(&basis, &v, &mut parts));
                let mut left = v.clone();
                vectorised(|| subtract(&basis, &parts, &mut left));
                for (j, part) in parts.iter().enumerate() {
                    let b = &basis[j * n..(j + 1) * n];
                    assert_eq!(*part, b.iter().zip(&v).map(|(b, v)| b * v).sum::<f64>());
                    assert_eq!(vectorised(|| dot(b, &v)), *part);
                    let plain: f64 = b.iter().zip(&v).zip(&d).map(|((b, v), d)| b * v * d).sum();
                    assert_eq!(vectorised(|| weighted_dot(&d, b, &v)), plain);
                }
                for i in 0..n {
                    let taken: f64 = (0..count).map(|j| parts[j] * basis[j * n + i]).sum();
                    assert_eq!(left[i], v[i] - taken);
                }
            }
            let mut twice = vec![0.0; n];
            vectorised(|| product(&v, &d, &mut twice));
            vectorised(|| axpy(-1.0, &v, &mut twice));
            assert!((0..n).all(|i| twice[i] == v[i] * d[i] - v[i]));
        }
    }
}
