//! One ICP result, and the column of them that is an analyte.

/// What the laboratory reported for one sample and one analyte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reference {
    /// A value, in the analyte's unit.
    Measured(f64),
    /// Below a detection limit, in the analyte's unit: `<0.003` in the file.
    Below(f64),
    /// Not measured: an empty cell.
    Missing,
}

impl Reference {
    /// The value, where there is one.
    ///
    /// ```
    /// use adit_calibration::set::Reference;
    /// assert_eq!(Reference::Measured(1.5).measured(), Some(1.5));
    /// assert_eq!(Reference::Below(0.003).measured(), None);
    /// ```
    pub fn measured(self) -> Option<f64> {
        match self {
            Reference::Measured(value) => Some(value),
            Reference::Below(_) | Reference::Missing => None,
        }
    }
}

/// How many references of each sort there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows with a value.
    pub measured: usize,
    /// Rows below the detection limit.
    pub censored: usize,
    /// Rows that were not measured.
    pub missing: usize,
}

/// One analyte: its references, one per row of the set's table.
#[derive(Clone, Debug, PartialEq)]
pub struct Analyte {
    /// Canonical name, such as `Zn (total)`.
    pub name: String,
    /// Unit as it is written (`mg/L`), or `unknown`.
    pub unit: String,
    /// One reference per row.
    pub references: Vec<Reference>,
    /// Standard uncertainty (k = 1) of each reference, in `unit`, where the file gives it.
    pub u: Vec<Option<f64>>,
}

impl Analyte {
    /// The values, NaN where there is none.
    pub fn values(&self) -> Vec<f64> {
        self.references.iter().map(|r| r.measured().unwrap_or(f64::NAN)).collect()
    }

    /// How many rows are measured, censored and missing.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for reference in &self.references {
            match reference {
                Reference::Measured(_) => counts.measured += 1,
                Reference::Below(_) => counts.censored += 1,
                Reference::Missing => counts.missing += 1,
            }
        }
        counts
    }

    /// The largest detection limit among the censored references: below it an estimate cannot be
    /// told from nothing. `None` if no reference is censored.
    pub fn detection_limit(&self) -> Option<f64> {
        let limits = self.references.iter().filter_map(|r| match r {
            Reference::Below(limit) => Some(*limit),
            _ => None,
        });
        limits.reduce(f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_values_and_limit() {
        let references = vec![
            Reference::Measured(2.0),
            Reference::Below(0.003),
            Reference::Missing,
            Reference::Below(0.01),
        ];
        let analyte =
            Analyte { name: "Zn".into(), unit: "mg/L".into(), u: vec![None; 4], references };
        assert_eq!(analyte.counts(), Counts { measured: 1, censored: 2, missing: 1 });
        assert_eq!(analyte.detection_limit(), Some(0.01));
        let values = analyte.values();
        assert_eq!(values[0], 2.0);
        assert!(values[1..].iter().all(|v| v.is_nan()));
    }
}
