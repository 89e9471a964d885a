//! The one order of addition: four partial sums, value i into sum i mod 4, then (s0 + s1) + (s2 + s3).
//!
//! Emitted C adds in the same order, so both give the same bits; four sums also lose less than one.

/// Sum of `f(x)` over the row.
pub(crate) fn lanes(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut s = [0.0f32; 4];
    let (blocks, tail) = x.as_chunks::<4>();
    for b in blocks {
        for (s, &v) in s.iter_mut().zip(b) {
            *s += f(v);
        }
    }
    for (s, &v) in s.iter_mut().zip(tail) {
        *s += f(v);
    }
    (s[0] + s[1]) + (s[2] + s[3])
}

/// Dot product of stored weights with the row less `shift`; a shift of 0 changes no bit.
pub(crate) fn dot(weights: &[[u8; 4]], x: &[f32], shift: f32) -> f32 {
    let mut s = [0.0f32; 4];
    let (wb, wt) = weights.as_chunks::<4>();
    let (xb, xt) = x.as_chunks::<4>();
    for (w, x) in wb.iter().zip(xb) {
        for ((s, w), &v) in s.iter_mut().zip(w).zip(x) {
            *s += f32::from_le_bytes(*w) * (v - shift);
        }
    }
    for ((s, w), &v) in s.iter_mut().zip(wt).zip(xt) {
        *s += f32::from_le_bytes(*w) * (v - shift);
    }
    (s[0] + s[1]) + (s[2] + s[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_documented_one() {
        let x = [1.0e8, 1.0, -1.0e8, 2.0, 3.0, 4.0f32];
        let want = ((1.0e8f32 + 3.0) + (1.0 + 4.0)) + (-1.0e8 + 2.0);
        assert_eq!(lanes(&x, |v| v).to_bits(), want.to_bits());
        let ones = [1.0f32.to_le_bytes(); 6];
        assert_eq!(dot(&ones, &x, 0.0).to_bits(), want.to_bits());
    }
}
