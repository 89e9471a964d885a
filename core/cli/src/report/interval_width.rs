//! How wide the intervals of an analyte typically are, and how many references they hold.

use super::data::{Analyte, Reference};
use super::number::three;

/// Median of the values; `None` without any.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|v| v.is_finite());
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let upper = *values.get(n / 2)?;
    let lower = *values.get(n.saturating_sub(1) / 2)?;
    Some(lower + (upper - lower) / 2.0)
}

/// `± 0.31 mg/L`, or `÷× 1.8` on the log scale: the median over the calibration rows.
pub(crate) fn typical(analyte: &Analyte) -> Option<String> {
    let intervals = analyte.points.iter().filter_map(|p| p.interval);
    if analyte.log10 {
        let factors =
            intervals.filter(|(low, _)| *low > 0.0).map(|(low, high)| (high / low).sqrt());
        median(factors.collect()).map(|f| format!("÷× {}", three(Some(f))))
    } else {
        let halves = intervals.map(|(low, high)| (high - low) / 2.0);
        median(halves.collect()).map(|h| format!("± {} {}", three(Some(h)), analyte.unit))
    }
}

/// Measured references with an interval: how many lie inside of it, and how many there are.
pub(crate) fn inside(analyte: &Analyte) -> (usize, usize) {
    let held = |p: &super::data::Point| match (p.reference, p.interval) {
        (Reference::Measured(y), Some((low, high))) if y.is_finite() => Some(low <= y && y <= high),
        _ => None,
    };
    let found: Vec<bool> = analyte.points.iter().filter_map(held).collect();
    (found.iter().filter(|f| **f).count(), found.len())
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians_skip_what_is_no_number() {
        assert_eq!(median(vec![3.0, f64::NAN, 1.0]), Some(2.0));
        assert_eq!(median(vec![5.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(vec![f64::NAN]), None);
    }
}
