//! Logarithm, sine, cosine and remainder from + - * / alone, so that every machine and every compiler gives the same bits.
//!
//! Emitted C holds the same formulas; a C library's own would differ in the last bit from one to the next.

/// log10(2) in two parts; the first has so few bits that its product with an exponent is exact.
const LOG10_2_HIGH: f32 = 0.301_025_4;
const LOG10_2_LOW: f32 = 4.605_039e-6;
/// 1/ln(10).
const PER_LN10: f32 = core::f32::consts::LOG10_E;

/// Base-10 logarithm of a positive number, within 2 units in the last place (1e-8 absolute around 1).
///
/// v = m 2^e with m between sqrt(1/2) and sqrt(2); ln m = 2 atanh(s), s = (m - 1)/(m + 1), by its series up to s^11.
pub(crate) fn log10(v: f32) -> f32 {
    if !v.is_finite() {
        return v;
    }
    let subnormal = v < f32::MIN_POSITIVE;
    let bits = if subnormal { v * 16_777_216.0 } else { v }
        .to_bits()
        .wrapping_add(0x3f80_0000 - 0x3f35_04f3);
    let e = ((bits >> 23) as f32 - 127.0) - if subnormal { 24.0 } else { 0.0 };
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let p = 0.666_666_7 + z * (0.4 + z * (0.285_714_3 + z * (0.222_222_22 + z * 0.181_818_18)));
    let ln_m = 2.0 * s + s * z * p;
    (e * LOG10_2_LOW + ln_m * PER_LN10) + e * LOG10_2_HIGH
}

/// `x` less whole periods, towards zero, without rounding: every subtraction is of a number between half of `rest` and `rest`.
fn remainder(x: f32, period: f32) -> f32 {
    let mut rest = x.abs();
    let mut step = period;
    while step <= rest * 0.5 {
        step *= 2.0;
    }
    while step >= period {
        if rest >= step {
            rest -= step;
        }
        step *= 0.5;
    }
    if x < 0.0 { -rest } else { rest }
}

/// Fraction of a turn that `order` x / (period + low) is behind, between -1 and 1. `low` is what the period lost when it was rounded.
pub(crate) fn turns(x: f32, period: f32, low: f32, order: f32) -> f32 {
    if !x.is_finite() {
        return f32::NAN;
    }
    let mut rest = remainder(x, period);
    let whole = (x - rest) / period;
    if whole.abs() < 16_777_216.0 {
        rest -= whole * low;
    }
    let cycles = rest / period * order;
    cycles - (cycles as i32) as f32
}

/// Sine and cosine of a turn between -1 and 1, within 2e-7: a quarter is taken out exactly, then the series.
pub(crate) fn sine_cosine(turn: f32) -> (f32, f32) {
    if !turn.is_finite() {
        return (turn, turn);
    }
    let quarters = (turn * 4.0 + if turn < 0.0 { -0.5 } else { 0.5 }) as i32;
    let r = turn - quarters as f32 * 0.25;
    let z = r * r;
    let s =
        r * (6.283_185_5 + z * (-41.341_7 + z * (81.605_25 + z * (-76.705_86 + z * 42.058_693))));
    let c = 1.0
        + z * (-19.739_208
            + z * (64.939_39 + z * (-85.456_82 + z * (60.244_64 + z * -26.426_256))));
    match quarters & 3 {
        0 => (s, c),
        1 => (c, -s),
        2 => (-s, -c),
        _ => (-c, s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remainder_is_exact() {
        for (i, period) in [365.25f32, 365.2425, 1.0, 0.1, 7.0e-3, 3.0e38].into_iter().enumerate() {
            for k in 0..400 {
                let x = (k as f32 - 200.0) * 97.123 * (1.0 + i as f32);
                assert_eq!(remainder(x, period), x % period, "{x} by {period}");
            }
        }
    }

    #[test]
    fn logarithms_of_all_sizes() {
        for bits in (1..0x7f80_0000u32).step_by(10_007) {
            let v = f32::from_bits(bits);
            let want = libm::log10(f64::from(v));
            let error = (f64::from(log10(v)) - want).abs();
            assert!(error <= 2.4e-7 * want.abs() + 1e-14, "{v}: {} {want}", log10(v));
        }
        assert_eq!([1.0, 10.0, 100.0, 1000.0, 1e4].map(log10), [0.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_thousand_years_of_seasons() {
        for (period, order) in [(365.25, 1.0), (365.2425, 2.0), (0.517_525_05, 64.0)] {
            let low = (period - f64::from(period as f32)) as f32;
            for k in -3000..3000 {
                let x = k as f32 * 12.34;
                let angle =
                    core::f64::consts::TAU * order * libm::fmod(f64::from(x), period) / period;
                let (s, c) = sine_cosine(turns(x, period as f32, low, order as f32));
                let error = libm::fabs(f64::from(s) - libm::sin(angle))
                    + libm::fabs(f64::from(c) - libm::cos(angle));
                // Three roundings of a part of a turn (6e-8 of 2 pi), in both functions, times the order; and the series.
                assert!(error < 1.2e-6 * order + 4e-7, "{x} by {period}: {error}");
            }
        }
        for odd in [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE] {
            let _ = sine_cosine(turns(odd, 365.25, 0.0, 1.0));
        }
    }
}
