//! The calibration set as it is after reading.

use super::reference::Analyte;
use super::set_toml::Kind;
use crate::{Error, Result};
use adit_spectra::Table;
use adit_spectra::units::parse_heading;
use std::collections::BTreeMap;

/// One input file and what it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputHash {
    /// Path relative to the set's folder, with `/` between its parts.
    pub name: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// Where a row of the set's table stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOrigin {
    /// The file, relative to the set's folder.
    pub file: String,
    /// Its line, counted from 1; in a capture store the number of the capture.
    pub row: u64,
}

/// Rows of one mine that have both a capture and a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationSet {
    /// The mine's name, where the set gives one.
    pub mine: Option<String>,
    /// What a row is.
    pub kind: Kind,
    /// The rows used, in file order; a missing cell is NaN.
    pub table: Table,
    /// Where each row stood.
    pub origins: Vec<RowOrigin>,
    /// What the laboratory found, in the order of the columns of `icp.csv`.
    pub analytes: Vec<Analyte>,
    /// Effluent limits by analyte, in its unit.
    pub limits: BTreeMap<String, f64>,
    /// The cross-validation that the set asks for.
    pub validation: Option<String>,
    /// Offset from UTC of times that are written without one, such as `+09:00`, where the set gives
    /// it.
    pub timezone: Option<String>,
    /// The set's recipe: file name relative to the set's folder, and text.
    pub recipe_text: Option<(String, String)>,
    /// The space of recipes that the set is searched with: file name relative to the set's folder, and text.
    pub search_text: Option<(String, String)>,
    /// Whether rows with one id are replicates of one sample.
    pub replicates: bool,
    /// Every file that was read.
    pub inputs: Vec<InputHash>,
    /// What was defaulted, converted or left out: one sentence each, to be printed.
    pub notes: Vec<String>,
    /// Standard uncertainty of the ICP by analyte, (u0, u1) of u(c) = u0 + u1 max(c, 0) in its unit.
    pub uncertainty: BTreeMap<String, (f64, f64)>,
}

impl CalibrationSet {
    /// The analyte of a name, in either way of writing it (`Zn (total)`, `zn_t_mg_l`).
    pub fn analyte(&self, name: &str) -> Option<&Analyte> {
        let canonical = parse_heading(name).name;
        self.analytes.iter().find(|a| a.name == name || a.name == canonical)
    }

    /// Keeps the named analytes, in the order of the set; all of them if no name is given.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`], if the set has no analyte of a name.
    pub fn keep_analytes(&mut self, names: &[String]) -> Result<()> {
        let mut wanted = Vec::new();
        for name in names {
            let known = self.analyte(name).map(|a| a.name.clone());
            wanted.push(known.ok_or_else(|| {
                let have: Vec<_> = self.analytes.iter().map(|a| a.name.as_str()).collect();
                Error::usage(format!("the set has no analyte \"{name}\""))
                    .hint(format!("it has {}", have.join(", ")))
            })?);
        }
        if !wanted.is_empty() {
            self.analytes.retain(|a| wanted.contains(&a.name));
        }
        Ok(())
    }

    /// The set with only these rows, in this order.
    ///
    /// # Panics
    /// If an index is not below the number of rows.
    #[must_use]
    pub fn select_rows(&self, keep: &[usize]) -> CalibrationSet {
        let mut set = self.clone();
        set.table = self.table.select_rows(keep);
        set.origins = keep.iter().map(|&i| self.origins[i].clone()).collect();
        for (analyte, all) in set.analytes.iter_mut().zip(&self.analytes) {
            analyte.references = keep.iter().map(|&i| all.references[i]).collect();
            analyte.u = keep.iter().map(|&i| all.u[i]).collect();
        }
        set
    }

    /// Checks that every row has a finite value in each of the channels (indices of columns).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Input`], naming the file, row, sample and channel of the first that has
    /// not.
    pub fn require_finite(&self, channels: &[usize]) -> Result<()> {
        for (row, values) in self.table.iter_rows().enumerate() {
            let dead = channels.iter().find(|&&c| !values.get(c).is_some_and(|v| v.is_finite()));
            if let Some(&channel) = dead {
                return Err(self.not_finite(row, channel));
            }
        }
        Ok(())
    }

    fn not_finite(&self, row: usize, channel: usize) -> Error {
        let what = match self.table.row(row).get(channel) {
            Some(v) if v.is_infinite() => "the value is infinite",
            Some(_) => "there is no value here, and the recipe reads this channel",
            None => "the set has no such channel",
        };
        let mut error = Error::input(what)
            .at_column(self.table.columns.name(channel).unwrap_or_else(|| channel.to_string()))
            .of_sample(self.table.ids[row].clone())
            .hint(
                "give the value, leave the sample out, or select other channels in the recipe \
                 (adit.select.range, adit.select.columns)",
            );
        if let Some(origin) = self.origins.get(row) {
            error = error.in_file(origin.file.clone()).at_row(origin.row);
        }
        error
    }
}
