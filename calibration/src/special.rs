//! Quantiles of the normal, Student t, F and chi-square distributions, for degrees of freedom that need not be whole.
//!
//! They rest on the regularised incomplete beta and gamma functions (continued fraction by Lentz's method, or the power series,
//! whichever converges: DLMF 8.17.22, 8.7.1 and 8.9.2) and on bisection of the logarithm of the argument, which cannot fail. The
//! smaller tail is the one that is matched, so that quantiles far out keep their digits.

/// Logarithm of the gamma function for `x > 0` (Lanczos, g = 607/128, 15 terms).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 15] = [
        0.999_999_999_999_997_1,
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        3.399_464_998_481_189e-5,
        4.652_362_892_704_858e-5,
        -9.837_447_530_487_956e-5,
        1.580_887_032_249_125e-4,
        -2.102_644_417_241_049e-4,
        2.174_396_181_152_126_5e-4,
        -1.643_181_065_367_639e-4,
        8.441_822_398_385_275e-5,
        -2.619_083_840_158_141e-5,
        3.689_918_265_953_162_5e-6,
    ];
    let t = x + 607.0 / 128.0 + 0.5;
    let series: f64 =
        TERMS.iter().enumerate().skip(1).map(|(i, c)| c / (x + i as f64)).sum::<f64>() + TERMS[0];
    (x + 0.5) * t.ln() - t + (2.506_628_274_631_000_5 * series / x).ln()
}

/// Lower and upper tail.
type Tails = (f64, f64);

/// The continued fraction of the incomplete beta function.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / guard(1.0 - (a + b) * x / (a + 1.0)));
    let mut f = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / guard(1.0 + numerator * d);
            c = guard(1.0 + numerator / c);
            f *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    f
}

/// Tails of the beta distribution at x, with `y = 1 - x` given besides so that neither loses digits near its end.
fn beta_tails(x: f64, y: f64, a: f64, b: f64) -> Tails {
    if x <= 0.0 || y <= 0.0 {
        return if x <= 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * y.ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = front * beta_fraction(x, a, b) / a;
        (lower, 1.0 - lower)
    } else {
        let upper = front * beta_fraction(y, b, a) / b;
        (1.0 - upper, upper)
    }
}

/// Tails of the gamma distribution of shape `a` and scale 1.
fn gamma_tails(x: f64, a: f64) -> Tails {
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            k += 1.0;
            term *= x / k;
            sum += term;
        }
        let lower = front * sum;
        (lower, 1.0 - lower)
    } else {
        let guard = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
        let mut b = x + 1.0 - a;
        let (mut c, mut d) = (1e300, 1.0 / guard(b));
        let mut f = d;
        for i in 1..100_000 {
            let i = f64::from(i);
            let numerator = -i * (i - a);
            b += 2.0;
            d = 1.0 / guard(numerator * d + b);
            c = guard(b + numerator / c);
            f *= c * d;
            if (c * d - 1.0).abs() < 1e-16 {
                break;
            }
        }
        let upper = front * f;
        (1.0 - upper, upper)
    }
}

/// The positive argument at which the lower tail is `p`, by bisection of its logarithm.
fn positive_quantile(p: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let upper_tail = 1.0 - p;
    let below = |x: f64| {
        let (lower, upper) = tails(x);
        if p < 0.5 { lower < p } else { upper > upper_tail }
    };
    let (mut lo, mut hi): (f64, f64) = (-700.0, 700.0);
    loop {
        let middle = 0.5 * (lo + hi);
        if middle <= lo || middle >= hi {
            return middle.exp();
        }
        if below(middle.exp()) { lo = middle } else { hi = middle }
    }
}

/// Quantile of the chi-square distribution with `dof > 0` degrees of freedom; NaN for `p` outside 0..=1 or another `dof`.
///
/// ```
/// let q = adit_calibration::special::chi_square_quantile(0.95, 3.0);
/// assert!((q - 7.814727903251178).abs() < 1e-9);
/// ```
pub fn chi_square_quantile(p: f64, dof: f64) -> f64 {
    if dof.is_nan() || dof <= 0.0 {
        return f64::NAN;
    }
    positive_quantile(p, |x| gamma_tails(0.5 * x, 0.5 * dof))
}

/// Quantile of the F distribution with `d1 > 0` and `d2 > 0` degrees of freedom; NaN otherwise.
///
/// ```
/// let q = adit_calibration::special::f_quantile(0.95, 2.0, 10.0);
/// assert!((q - 4.102821015130399).abs() < 1e-9);
/// ```
pub fn f_quantile(p: f64, d1: f64, d2: f64) -> f64 {
    if d1.is_nan() || d2.is_nan() || d1 <= 0.0 || d2 <= 0.0 {
        return f64::NAN;
    }
    // w = d1 F / d2 is a ratio x / (1 - x) of a beta variable x.
    let w =
        positive_quantile(p, |w| beta_tails(w / (1.0 + w), 1.0 / (1.0 + w), 0.5 * d1, 0.5 * d2));
    w * d2 / d1
}

/// Quantile of Student's t distribution with `dof > 0` degrees of freedom; NaN otherwise.
///
/// ```
/// let t = adit_calibration::special::t_quantile(0.975, 10.0);
/// assert!((t - 2.228138851964939).abs() < 1e-9);
/// ```
pub fn t_quantile(p: f64, dof: f64) -> f64 {
    if p < 0.5 {
        return -t_quantile(1.0 - p, dof);
    }
    f_quantile(2.0 * p - 1.0, 1.0, dof).sqrt()
}

/// Quantile of the standard normal distribution; NaN for `p` outside 0..=1.
///
/// ```
/// let z = adit_calibration::special::normal_quantile(0.975);
/// assert!((z - 1.959963984540054).abs() < 1e-9);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if p < 0.5 {
        return -normal_quantile(1.0 - p);
    }
    chi_square_quantile(2.0 * p - 1.0, 1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Figures of scipy.stats; see tests/golden/quantiles.py.
    #[test]
    fn quantiles_are_those_of_scipy() {
        let golden: Value =
            serde_json::from_str(include_str!("../tests/golden/quantiles.json")).unwrap();
        let mut worst: f64 = 0.0;
        for case in golden.as_array().unwrap() {
            let number = |key: &str| case[key].as_f64().unwrap_or(f64::NAN);
            let p = number("p");
            let got = match case["law"].as_str().unwrap() {
                "normal" => normal_quantile(p),
                "t" => t_quantile(p, number("d1")),
                "chi-square" => chi_square_quantile(p, number("d1")),
                _ => f_quantile(p, number("d1"), number("d2")),
            };
            let off = (got / number("q") - 1.0).abs();
            assert!(off < 1e-10, "{case}: {got} ({off:e})");
            worst = worst.max(off);
        }
        assert!(worst > 0.0 && golden.as_array().unwrap().len() > 150);
    }

    #[test]
    fn nonsense_gives_nan_and_the_ends_do_not_hang() {
        assert!(t_quantile(0.9, 0.0).is_nan() && t_quantile(0.9, f64::NAN).is_nan());
        assert!(f_quantile(1.5, 1.0, 1.0).is_nan() && chi_square_quantile(0.5, -1.0).is_nan());
        assert!(chi_square_quantile(0.0, 2.0) < 1e-300);
        assert_eq!(normal_quantile(0.5), 0.0_f64.max(normal_quantile(0.5)));
    }
}
