//! Effluent limits that are known without being told.

/// Uniform effluent standard of Japan in mg/L by substance; the fraction that it counts.
const JAPAN: &[(&str, &str, f64)] = &[
    ("Zn", "total", 2.0),
    ("Cd", "total", 0.03),
    ("Fe", "dissolved", 10.0),
    ("Mn", "dissolved", 10.0),
    ("Pb", "total", 0.1),
    ("As", "total", 0.1),
    ("Cu", "total", 3.0),
];

/// The limit in mg/L of the uniform effluent standard of Japan for an analyte by its canonical
/// name; `None` where the standard names no such substance or counts another fraction of it.
///
/// A name without a fraction is taken as the total. For iron and manganese the standard counts the
/// soluble part, so their totals have no limit.
///
/// ```
/// use adit_calibration::set::effluent_limit_japan;
/// assert_eq!(effluent_limit_japan("Zn (total)"), Some(2.0));
/// assert_eq!(effluent_limit_japan("Fe (dissolved)"), Some(10.0));
/// assert_eq!(effluent_limit_japan("Fe (total)"), None);
/// ```
pub fn effluent_limit_japan(name: &str) -> Option<f64> {
    let (substance, fraction) = match name.split_once(" (") {
        Some((substance, rest)) => (substance, rest.trim_end_matches(')')),
        None => (name, "total"),
    };
    let fraction = if fraction == "soluble" { "dissolved" } else { fraction };
    JAPAN.iter().find(|(s, f, _)| *s == substance && *f == fraction).map(|(_, _, limit)| *limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_counts() {
        assert_eq!(effluent_limit_japan("Cd"), Some(0.03));
        assert_eq!(effluent_limit_japan("Mn (soluble)"), Some(10.0));
        assert_eq!(effluent_limit_japan("Mn"), None);
        assert_eq!(effluent_limit_japan("Zn (dissolved)"), None);
        assert_eq!(effluent_limit_japan("fat"), None);
    }
}
