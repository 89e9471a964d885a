//! What the columns of a matrix are, and how one axis is found in another.

use adit_abi::unit;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// One named column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Name, such as `EC`.
    pub name: String,
    /// Unit number (see [`crate::unit`]).
    pub unit: u32,
}

/// What the columns are: positions on one axis (a spectrum), or named columns (a table or series).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Positions with one unit, such as wavelengths in nm; ascending.
    Positions {
        /// Unit number of `values`.
        unit: u32,
        /// One position per column.
        values: Vec<f64>,
    },
    /// Columns with a name and a unit each.
    Named(Vec<Channel>),
}

impl Axis {
    /// Wavelengths in nm.
    pub fn wavelengths_nm(values: Vec<f64>) -> Self {
        Axis::Positions { unit: unit::ADIT_UNIT_NM, values }
    }
    /// Number of columns.
    pub fn len(&self) -> usize {
        match self {
            Axis::Positions { values, .. } => values.len(),
            Axis::Named(channels) => channels.len(),
        }
    }
    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How column `j` is called for people: `252.5 nm`, `EC [uS/cm]`.
    pub fn label(&self, j: usize) -> String {
        match self {
            Axis::Positions { unit: u, values } => {
                values.get(j).map_or_else(String::new, |v| format!("{v} {}", unit::text(*u)))
            }
            Axis::Named(channels) => {
                channels.get(j).map_or_else(String::new, |c| match unit::text(c.unit) {
                    "" => c.name.clone(),
                    u => format!("{} [{u}]", c.name),
                })
            }
        }
    }
    /// Mean distance between neighbouring positions; 0 for named columns or fewer than two.
    pub fn spacing(&self) -> f64 {
        match self {
            Axis::Positions { values, .. } if values.len() > 1 => {
                (values[values.len() - 1] - values[0]).abs() / (values.len() - 1) as f64
            }
            _ => 0.0,
        }
    }

    /// For each of my columns with `needed[j]`, the column of `have` that is the same channel: same name and unit, or a position
    /// within 0.05 of my spacing. Columns not needed are found if they are there, else `None`. Further columns of `have` are ignored.
    ///
    /// # Errors
    /// Names the first needed channel that is missing.
    pub fn find_in(&self, have: &Axis, needed: &[bool]) -> Result<Vec<Option<usize>>> {
        let found: Vec<Option<usize>> = match (self, have) {
            (Axis::Positions { unit: u, values }, Axis::Positions { unit: hu, values: there })
                if u == hu =>
            {
                let reach = 0.05 * if values.len() > 1 { self.spacing() } else { have.spacing() };
                values
                    .iter()
                    .map(|v| nearest(there, *v).filter(|&k| (there[k] - v).abs() <= reach))
                    .collect()
            }
            (Axis::Named(want), Axis::Named(there)) => want
                .iter()
                .map(|w| there.iter().position(|t| t.name == w.name && t.unit == w.unit))
                .collect(),
            _ => vec![None; self.len()],
        };
        for (j, place) in found.iter().enumerate() {
            if place.is_none() && needed.get(j).copied().unwrap_or(true) {
                return Err(Error::input(
                    format!("the input lacks the channel {} that the model reads", self.label(j)),
                    format!("it has {}", have.summary()),
                ));
            }
        }
        Ok(found)
    }

    /// The axis in a few words: `201 channels, 250 nm to 750 nm`, or the column names.
    pub fn summary(&self) -> String {
        match self {
            Axis::Positions { values, .. } if !values.is_empty() => {
                format!(
                    "{} channels, {} to {}",
                    self.len(),
                    self.label(0),
                    self.label(self.len() - 1)
                )
            }
            Axis::Named(_) if !self.is_empty() => {
                let names: Vec<String> = (0..self.len()).map(|j| self.label(j)).collect();
                format!("the columns {}", names.join(", "))
            }
            _ => "no channels".to_owned(),
        }
    }
}

/// Index of the value nearest to `v` in an ascending list.
fn nearest(ascending: &[f64], v: f64) -> Option<usize> {
    let k = ascending.partition_point(|x| *x < v);
    [k.checked_sub(1), Some(k)]
        .into_iter()
        .flatten()
        .filter(|&i| i < ascending.len())
        .min_by(|&a, &b| (ascending[a] - v).abs().total_cmp(&(ascending[b] - v).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_found_within_a_twentieth_of_the_spacing() {
        let want = Axis::wavelengths_nm(vec![250.0, 252.5, 255.0]);
        let have = Axis::wavelengths_nm(vec![247.5, 250.1, 252.45, 255.12, 260.0]);
        assert_eq!(want.find_in(&have, &[true; 3]).unwrap(), vec![Some(1), Some(2), Some(3)]);
        let off = Axis::wavelengths_nm(vec![250.0, 252.63, 255.0]);
        let e = want.find_in(&off, &[true; 3]).unwrap_err().to_string();
        assert!(e.contains("252.5 nm"), "{e}");
        assert_eq!(want.find_in(&off, &[true, false, true]).unwrap(), vec![Some(0), None, Some(2)]);
    }

    #[test]
    fn a_named_column_needs_its_unit_too() {
        let ec = |unit| Axis::Named(vec![Channel { name: "EC".into(), unit }]);
        assert!(ec(10).find_in(&ec(10), &[true]).is_ok());
        assert!(ec(10).find_in(&ec(11), &[true]).is_err());
        assert!(ec(10).find_in(&Axis::wavelengths_nm(vec![1.0]), &[true]).is_err());
    }
}
