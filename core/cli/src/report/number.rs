//! Numbers as people read them.

/// What stands for a number that does not exist.
pub(crate) const NONE: &str = "–";

/// A number with `digits` significant digits: plain from 0.0001 up to a million, else as `1.23×10⁻⁷`. [`NONE`] for none or NaN.
pub(crate) fn significant(value: Option<f64>, digits: usize) -> String {
    let Some(v) = value.filter(|v| v.is_finite()) else { return NONE.to_owned() };
    if v == 0.0 {
        return "0".to_owned();
    }
    let (mantissa, exponent) = split(v, digits);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        minus(&format!("{v:.decimals$}"))
    } else {
        format!("{}×10{}", minus(&mantissa), superscript(exponent))
    }
}

/// Three significant digits.
pub(crate) fn three(value: Option<f64>) -> String {
    significant(value, 3)
}

/// Three decimals, for figures like R2 that are read by their distance from 1.
pub(crate) fn decimals3(value: Option<f64>) -> String {
    match value.filter(|v| v.is_finite()) {
        None => NONE.to_owned(),
        Some(v) if v.abs() >= 1000.0 => significant(Some(v), 3),
        // Adding 0 turns a rounded -0.000 into 0.000.
        Some(v) => minus(&format!("{:.3}", (v * 1000.0).round() / 1000.0 + 0.0)),
    }
}

/// A level such as 0.95 in per cent: `95`, `99.9`.
pub(crate) fn percent(level: f64) -> String {
    let v = (level * 1000.0).round() / 10.0;
    format!("{v}")
}

/// A tick of an axis whose neighbours are `step` away.
pub(crate) fn tick(value: f64, step: f64) -> String {
    // What is left of zero after the sums.
    let v = if value.abs() < step * 1e-6 { 0.0 } else { value };
    let size = v.abs();
    if v == 0.0 && !(1e-4..1e6).contains(&step) {
        return "0".to_owned();
    }
    if v != 0.0 && !(1e-4..1e6).contains(&size) {
        let digits = (size / step).log10().ceil().clamp(0.0, 6.0) as usize;
        let (mantissa, exponent) = split(v, digits + 1);
        let short = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            &mantissa
        };
        return format!("{}×10{}", minus(short), superscript(exponent));
    }
    let decimals = (-step.log10() - 1e-9).ceil().clamp(0.0, 8.0) as usize;
    minus(&format!("{v:.decimals$}"))
}

/// Mantissa and exponent of a finite number that is not 0, rounded to `digits`.
fn split(v: f64, digits: usize) -> (String, i32) {
    let text = format!("{:.*e}", digits.saturating_sub(1), v);
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or(0)),
        None => (text, 0),
    }
}

/// With the minus sign that is as wide as a plus.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// An exponent in superscript digits.
pub(crate) fn superscript(exponent: i32) -> String {
    let digit = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    };
    exponent.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_at_every_size() {
        for (v, text) in [
            (0.389_12, "0.389"),
            (9.996, "10.0"),
            (12.345, "12.3"),
            (1234.6, "1235"),
            (999_999.0, "1.00×10⁶"),
            (-0.001_234_56, "−0.00123"),
            (1e-9, "1.00×10⁻⁹"),
            (0.0, "0"),
            (-1.5e12, "−1.50×10¹²"),
        ] {
            assert_eq!(three(Some(v)), text, "{v}");
        }
        for none in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            assert_eq!(three(none), NONE);
            assert_eq!(decimals3(none), NONE);
        }
    }

    #[test]
    fn r2_keeps_three_decimals() {
        assert_eq!(decimals3(Some(0.999_96)), "1.000");
        assert_eq!(decimals3(Some(-0.000_01)), "0.000");
        assert_eq!(decimals3(Some(-0.25)), "−0.250");
    }

    #[test]
    fn ticks_show_what_tells_them_apart() {
        assert_eq!(tick(0.3, 0.05), "0.30");
        assert_eq!(tick(1e-17, 0.1), "0.0");
        assert_eq!(tick(250.0, 50.0), "250");
        assert_eq!(tick(2.5e7, 5e6), "2.5×10⁷");
        assert_eq!(tick(2e-6, 1e-6), "2×10⁻⁶");
        assert_eq!(tick(-0.5, 0.5), "−0.5");
        assert_eq!(tick(1e8, 2e7), "1×10⁸");
    }

    #[test]
    fn levels_in_per_cent() {
        assert_eq!((percent(0.95).as_str(), percent(0.999).as_str()), ("95", "99.9"));
    }
}
