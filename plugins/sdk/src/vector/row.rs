//! Loops over one row: whether it is finite, its sums, and the row moved and stretched.

use pulp::{Arch, Simd, WithSimd};

/// Whether every value is finite.
///
/// ```
/// use adit_plugin::vector::all_finite;
/// assert!(all_finite(&[1.0, f64::MAX]) && !all_finite(&[1.0, f64::NAN]));
/// ```
pub fn all_finite(x: &[f64]) -> bool {
    // 0 times a value is 0 where it is finite, and NaN where it is not.
    Arch::new().dispatch(Sum { x, shift: 0.0, factor: 0.0 }) == 0.0
}

/// `sum (x_k - shift)`.
///
/// ```
/// assert_eq!(adit_plugin::vector::shifted_sum(&[5.0, 6.0, 9.0], 5.0), 5.0);
/// ```
pub fn shifted_sum(x: &[f64], shift: f64) -> f64 {
    Arch::new().dispatch(Sum { x, shift, factor: 1.0 })
}

/// `y_k = (x_k - shift) - mean` over the shorter of the two; gives `sum y_k^2`.
///
/// ```
/// let mut y = [0.0; 3];
/// assert_eq!(adit_plugin::vector::centre_into(&[5.0, 6.0, 10.0], 5.0, 2.0, &mut y), 14.0);
/// assert_eq!(y, [-2.0, -1.0, 3.0]);
/// ```
pub fn centre_into(x: &[f64], shift: f64, mean: f64, y: &mut [f64]) -> f64 {
    Arch::new().dispatch(Centre { x, shift, mean, y })
}

/// `y_k = (x_k - shift) factor + offset` over the shorter of the two.
///
/// ```
/// let mut y = [0.0; 3];
/// adit_plugin::vector::stretch_into(&[5.0, 6.0, 7.0], 5.0, 2.0, 1.0, &mut y);
/// assert_eq!(y, [1.0, 3.0, 5.0]);
/// ```
pub fn stretch_into(x: &[f64], shift: f64, factor: f64, offset: f64, y: &mut [f64]) {
    Arch::new().dispatch(Stretch { x, shift, factor, offset, y });
}

/// `x_k *= factor`.
pub fn scale(x: &mut [f64], factor: f64) {
    Arch::new().dispatch(Scale { x, factor });
}

struct Sum<'a> {
    x: &'a [f64],
    shift: f64,
    factor: f64,
}

impl WithSimd for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (x, tail) = S::as_simd_f64s(self.x);
        let (shift, factor) = (simd.splat_f64s(self.shift), simd.splat_f64s(self.factor));
        let mut sums = [simd.splat_f64s(0.0); 8]; // eight chains hide the latency of the addition
        let (x8, rest) = x.as_chunks::<8>();
        for x in x8 {
            for k in 0..8 {
                sums[k] = simd.mul_add_e_f64s(simd.sub_f64s(x[k], shift), factor, sums[k]);
            }
        }
        for (k, x) in rest.iter().enumerate() {
            sums[k] = simd.mul_add_e_f64s(simd.sub_f64s(*x, shift), factor, sums[k]);
        }
        for half in [4, 2, 1] {
            for k in 0..half {
                sums[k] = simd.add_f64s(sums[k], sums[k + half]);
            }
        }
        let tail: f64 = tail.iter().map(|x| (x - self.shift) * self.factor).sum();
        simd.reduce_sum_f64s(sums[0]) + tail
    }
}

struct Centre<'a> {
    x: &'a [f64],
    shift: f64,
    mean: f64,
    y: &'a mut [f64],
}

impl WithSimd for Centre<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let n = self.x.len().min(self.y.len());
        let (x, x_tail) = S::as_simd_f64s(&self.x[..n]);
        let (y, y_tail) = S::as_mut_simd_f64s(&mut self.y[..n]);
        let (shift, mean) = (simd.splat_f64s(self.shift), simd.splat_f64s(self.mean));
        let mut squares = [simd.splat_f64s(0.0); 4];
        let (x4, x_rest) = x.as_chunks::<4>();
        let (y4, y_rest) = y.as_chunks_mut::<4>();
        for (x, y) in x4.iter().zip(y4) {
            for k in 0..4 {
                y[k] = simd.sub_f64s(simd.sub_f64s(x[k], shift), mean);
                squares[k] = simd.mul_add_e_f64s(y[k], y[k], squares[k]);
            }
        }
        for (x, y) in x_rest.iter().zip(y_rest) {
            *y = simd.sub_f64s(simd.sub_f64s(*x, shift), mean);
            squares[0] = simd.mul_add_e_f64s(*y, *y, squares[0]);
        }
        let mut tail = 0.0;
        for (x, y) in x_tail.iter().zip(y_tail) {
            *y = (x - self.shift) - self.mean;
            tail += *y * *y;
        }
        let pairs = [simd.add_f64s(squares[0], squares[1]), simd.add_f64s(squares[2], squares[3])];
        simd.reduce_sum_f64s(simd.add_f64s(pairs[0], pairs[1])) + tail
    }
}

struct Stretch<'a> {
    x: &'a [f64],
    shift: f64,
    factor: f64,
    offset: f64,
    y: &'a mut [f64],
}

impl WithSimd for Stretch<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.x.len().min(self.y.len());
        let (x, x_tail) = S::as_simd_f64s(&self.x[..n]);
        let (y, y_tail) = S::as_mut_simd_f64s(&mut self.y[..n]);
        let shift = simd.splat_f64s(self.shift);
        let (factor, offset) = (simd.splat_f64s(self.factor), simd.splat_f64s(self.offset));
        for (x, y) in x.iter().zip(y) {
            *y = simd.mul_add_e_f64s(simd.sub_f64s(*x, shift), factor, offset);
        }
        for (x, y) in x_tail.iter().zip(y_tail) {
            *y = (x - self.shift) * self.factor + self.offset;
        }
    }
}

struct Scale<'a> {
    x: &'a mut [f64],
    factor: f64,
}

impl WithSimd for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (x, tail) = S::as_mut_simd_f64s(self.x);
        let factor = simd.splat_f64s(self.factor);
        for x in x {
            *x = simd.mul_f64s(*x, factor);
        }
        for x in tail {
            *x *= self.factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small multiples of a half: every sum is exact, whatever its order.
    fn row(n: usize) -> Vec<f64> {
        (0..n).map(|k| (k % 9) as f64 - 2.5).collect()
    }

    #[test]
    fn every_length_gives_what_plain_loops_give() {
        for n in 0..70 {
            let x = row(n);
            assert_eq!(shifted_sum(&x, 1.5), x.iter().map(|v| v - 1.5).sum::<f64>(), "{n}");
            let (mut y, centred) = (vec![0.0; n], x.iter().map(|v| v - 2.0));
            let squares = centre_into(&x, 1.5, 0.5, &mut y);
            assert_eq!(y, centred.clone().collect::<Vec<_>>(), "{n}");
            assert_eq!(squares, centred.map(|v| v * v).sum::<f64>(), "{n}");
            stretch_into(&x, 1.0, 3.0, 0.5, &mut y);
            assert!(y.iter().zip(&x).all(|(y, v)| *y == (v - 1.0) * 3.0 + 0.5), "{n}");
            scale(&mut y, 0.25);
            assert!(y.iter().zip(&x).all(|(y, v)| *y == ((v - 1.0) * 3.0 + 0.5) / 4.0), "{n}");
        }
    }

    #[test]
    fn one_value_that_is_not_finite_is_seen_wherever_it_stands() {
        for n in 0..40 {
            let mut x = vec![f64::MAX; n];
            assert!(all_finite(&x), "{n}");
            for at in 0..n {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    x[at] = bad;
                    assert!(!all_finite(&x), "{bad} at {at} of {n}");
                }
                x[at] = -f64::MAX;
            }
            assert!(all_finite(&x), "{n}");
        }
    }
}
