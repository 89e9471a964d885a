//! Loops over numbers that run with the widest instructions of the machine they find themselves on.
//!
//! One build serves every x86-64 and aarch64 machine: the instruction set is looked up at run time. Sums are taken in a fixed order
//! that depends on the instruction set and the length alone, never on the number of threads.

mod correlate;
mod dots;
mod row;

use pulp::{Arch, Simd, WithSimd};

pub use correlate::correlate;
pub use dots::{centred_dots, combine};
pub use row::{all_finite, centre_into, scale, shifted_sum, stretch_into};

/// `sum a_k b_k` over the shorter of the two.
///
/// ```
/// assert_eq!(adit_plugin::vector::dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 32.0);
/// ```
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    Arch::new().dispatch(Dot { a, b })
}

/// `y_k += alpha x_k` over the shorter of the two.
pub fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    Arch::new().dispatch(Axpy { alpha, x, y });
}

struct Dot<'a> {
    a: &'a [f64],
    b: &'a [f64],
}

impl WithSimd for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let n = self.a.len().min(self.b.len());
        let (a, a_tail) = S::as_simd_f64s(&self.a[..n]);
        let (b, b_tail) = S::as_simd_f64s(&self.b[..n]);
        let mut sums = [simd.splat_f64s(0.0); 4]; // four chains hide the latency of the addition
        let (a4, a_rest) = a.as_chunks::<4>();
        let (b4, b_rest) = b.as_chunks::<4>();
        for (a, b) in a4.iter().zip(b4) {
            for k in 0..4 {
                sums[k] = simd.mul_add_e_f64s(a[k], b[k], sums[k]);
            }
        }
        for (a, b) in a_rest.iter().zip(b_rest) {
            sums[0] = simd.mul_add_e_f64s(*a, *b, sums[0]);
        }
        let pairs = [simd.add_f64s(sums[0], sums[1]), simd.add_f64s(sums[2], sums[3])];
        let tail: f64 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
        simd.reduce_sum_f64s(simd.add_f64s(pairs[0], pairs[1])) + tail
    }
}

struct Axpy<'a> {
    alpha: f64,
    x: &'a [f64],
    y: &'a mut [f64],
}

impl WithSimd for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.x.len().min(self.y.len());
        let (x, x_tail) = S::as_simd_f64s(&self.x[..n]);
        let (y, y_tail) = S::as_mut_simd_f64s(&mut self.y[..n]);
        let alpha = simd.splat_f64s(self.alpha);
        for (x, y) in x.iter().zip(y) {
            *y = simd.mul_add_e_f64s(alpha, *x, *y);
        }
        for (x, y) in x_tail.iter().zip(y_tail) {
            *y += self.alpha * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_gives_what_plain_loops_give() {
        for n in 0..70 {
            let a: Vec<f64> = (0..n).map(|k| f64::from(k % 7) - 3.0).collect();
            let b: Vec<f64> = (0..n).map(|k| f64::from(k % 5) - 1.5).collect();
            // Small multiples of a half: every sum is exact, whatever its order.
            let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert_eq!(dot(&a, &b), plain, "{n}");
            let mut y = b.clone();
            axpy(2.0, &a, &mut y);
            assert!(y.iter().zip(&a).zip(&b).all(|((y, a), b)| *y == b + 2.0 * a), "{n}");
        }
    }
}
