//! What has to be put right before the page is written: units as people write them (files have `uS/cm` and `degC`, the page µS/cm
//! and °C), and verdicts that are no better than their analyte allows.

use super::data::{Axis, ReportData, Status, Verdict};

/// The same data, put right.
pub(crate) fn for_reading(data: &ReportData) -> ReportData {
    let mut data = data.clone();
    axis(&mut data.axis);
    for analyte in &mut data.analytes {
        unit(&mut analyte.unit);
        for point in &mut analyte.points {
            point.verdict = at_best(&analyte.status, analyte.censored, point.verdict);
        }
        if let Ok(coefficients) = &mut analyte.coefficients {
            axis(&mut coefficients.axis);
        }
    }
    data
}

/// The verdict on a row of an analyte with this status and so many references below a limit.
fn at_best(status: &Status, censored: usize, verdict: Verdict) -> Verdict {
    match verdict {
        _ if !status.gives_estimates() => Verdict::Refuse,
        Verdict::Ok if censored > 0 => Verdict::Warn,
        v => v,
    }
}

fn axis(axis: &mut Axis) {
    match axis {
        Axis::Positions { unit: u, .. } => unit(u),
        Axis::Named(columns) => columns.iter_mut().for_each(|(_, u)| unit(u)),
    }
}

fn unit(text: &mut String) {
    let micro = ["uS/", "ug/", "um"].iter().any(|u| text.starts_with(u));
    if micro {
        text.replace_range(..1, "µ");
    } else if text == "degC" {
        "°C".clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_better_than_its_analyte() {
        assert_eq!(at_best(&Status::Usable, 0, Verdict::Ok), Verdict::Ok);
        assert_eq!(at_best(&Status::Weak, 0, Verdict::Ok), Verdict::Ok);
        assert_eq!(at_best(&Status::Caution, 2, Verdict::Ok), Verdict::Warn);
        assert_eq!(at_best(&Status::Caution, 2, Verdict::Refuse), Verdict::Refuse);
        assert_eq!(at_best(&Status::MeanIsBest, 0, Verdict::Ok), Verdict::Refuse);
    }

    #[test]
    fn only_what_is_known_is_rewritten() {
        for (from, to) in [
            ("uS/cm", "µS/cm"),
            ("degC", "°C"),
            ("mg/L", "mg/L"),
            ("ug/L", "µg/L"),
            ("unknown", "unknown"),
            ("", ""),
        ] {
            let mut text = from.to_owned();
            unit(&mut text);
            assert_eq!(text, to);
        }
    }
}
