//! Whether an estimate may be used: ok, warn, or refuse, each with its reasons.

use serde::{Deserialize, Serialize};

use crate::applicability::Limits;
use crate::model::AnalyteModel;

/// Whether an estimate may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing speaks against it.
    Ok,
    /// With care: the reasons say why.
    Warn,
    /// Not at all: there is no value.
    Refuse,
}

impl Verdict {
    /// `ok`, `warn` or `refuse`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Refuse => "refuse",
        }
    }
}

/// Reasons, the gravest first, equally grave ones as they are found; the verdict is the gravest of them.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<String>,
    weights: Vec<Verdict>,
}

impl Judgement {
    pub(crate) fn new() -> Self {
        Judgement { verdict: Verdict::Ok, reasons: Vec::new(), weights: Vec::new() }
    }

    pub(crate) fn add(&mut self, verdict: Verdict, reason: impl Into<String>) {
        self.verdict = self.verdict.max(verdict);
        let at = self.weights.partition_point(|w| *w >= verdict);
        self.weights.insert(at, verdict);
        self.reasons.insert(at, reason.into());
    }

    /// T2 or Q against its limits at 95 and 99.9 %.
    pub(crate) fn against(&mut self, what: &str, value: Option<f64>, limits: Option<Limits>) {
        let (Some(value), Some([warn, refuse])) = (value, limits) else { return };
        // A value that cannot be compared is not below its limit.
        if value.is_nan() || value > refuse {
            self.add(
                Verdict::Refuse,
                format!("{what} {value:.4} is above its 99.9 % limit {refuse:.4}"),
            );
        } else if value > warn {
            self.add(Verdict::Warn, format!("{what} {value:.4} is above its 95 % limit {warn:.4}"));
        }
    }

    /// The estimate itself, in the analyte's unit.
    pub(crate) fn of_value(&mut self, value: f64, analyte: &AnalyteModel) {
        let unit = &analyte.unit;
        if let Some((low, high)) = analyte.range {
            let beyond = 0.1 * (high - low);
            if value < low - beyond || value > high + beyond {
                self.add(
                    Verdict::Warn,
                    format!("outside the calibrated range {low} to {high} {unit} by more than 10 % of it"),
                );
            }
        }
        if value < 0.0 {
            self.add(Verdict::Warn, "below 0");
        }
        if let Some(lod) = analyte.lod
            && value < lod
        {
            self.add(Verdict::Warn, format!("below the detection limit of the ICP, {lod} {unit}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_reason_decides() {
        let mut j = Judgement::new();
        j.against("T2", Some(1.0), Some([2.0, 3.0]));
        assert_eq!(j.verdict, Verdict::Ok);
        j.against("T2", Some(3.5), Some([2.0, 3.0]));
        j.against("Q", Some(2.5), Some([2.0, 3.0]));
        assert_eq!(j.verdict, Verdict::Refuse);
        assert_eq!(j.reasons.len(), 2);
        j.against("Q", Some(9.0), None);
        assert_eq!(j.reasons.len(), 2);
        let mut j = Judgement::new();
        j.against("Q", Some(f64::NAN), Some([1.0, 2.0]));
        assert_eq!(j.verdict, Verdict::Refuse);
    }
}
