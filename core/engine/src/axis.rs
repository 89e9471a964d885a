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
    /// within a twentieth of the distance to my nearest neighbouring channel (of `have`'s, when I have one channel alone). Columns
    /// not needed are found if they are there, else `None`. Further columns of `have` are ignored. Neither axis need be in order.
    ///
    /// # Errors
    /// Names the first needed channel that is missing.
    pub fn find_in(&self, have: &Axis, needed: &[bool]) -> Result<Vec<Option<usize>>> {
        let found: Vec<Option<usize>> = match (self, have) {
            (Axis::Positions { unit: u, values }, Axis::Positions { unit: hu, values: there })
                if u == hu =>
            {
                let (mine, theirs) = (Order::of(values), Order::of(there));
                let within = |v: f64, k: usize| {
                    let gap = if values.len() > 1 { mine.gap(v) } else { theirs.gap(there[k]) };
                    // The last term is for the rounding of one and the same number.
                    (there[k] - v).abs() <= 0.05 * gap + 1e-12 * v.abs()
                };
                values.iter().map(|v| theirs.nearest(*v).filter(|&k| within(*v, k))).collect()
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

/// The positions of an axis in ascending order, each with its column.
struct Order(Vec<(f64, usize)>);

impl Order {
    fn of(values: &[f64]) -> Order {
        let mut order: Vec<(f64, usize)> =
            values.iter().copied().enumerate().map(|(k, v)| (v, k)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        Order(order)
    }
    /// Places of the neighbours of `v`: the last one before it and the first one at or after it.
    fn around(&self, v: f64) -> impl Iterator<Item = usize> {
        let at = self.0.partition_point(|(x, _)| *x < v);
        let len = self.0.len();
        [at.checked_sub(1), Some(at)].into_iter().flatten().filter(move |k| *k < len)
    }
    /// Column of the position nearest to `v`.
    fn nearest(&self, v: f64) -> Option<usize> {
        let away = |k: &usize| (self.0[*k].0 - v).abs();
        self.around(v).min_by(|a, b| away(a).total_cmp(&away(b))).map(|k| self.0[k].1)
    }
    /// Distance from the position `v` to the nearest other one; 0 when there is none.
    fn gap(&self, v: f64) -> f64 {
        let before = self.0.partition_point(|(x, _)| *x < v).checked_sub(1);
        let after = self.0.partition_point(|(x, _)| *x <= v);
        let gaps = [before, Some(after)].into_iter().flatten();
        let gap = gaps
            .filter_map(|k| self.0.get(k))
            .fold(f64::INFINITY, |m, (x, _)| m.min((x - v).abs()));
        if gap.is_finite() { gap } else { 0.0 }
    }
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
    fn a_gap_in_the_axis_does_not_widen_the_search() {
        // The mean spacing is 117 nm, a twentieth of it 5.8 nm: more than two channels wide.
        let want = Axis::wavelengths_nm(vec![250.0, 252.5, 600.0, 602.5]);
        let have = Axis::wavelengths_nm(vec![250.0, 252.5, 597.5, 602.5]);
        let e = want.find_in(&have, &[true; 4]).unwrap_err().to_string();
        assert!(e.contains("600 nm"), "{e}");
    }

    #[test]
    fn the_order_of_an_axis_does_not_matter() {
        let down = Axis::wavelengths_nm(vec![260.0, 255.0, 250.0]);
        let up = Axis::wavelengths_nm(vec![250.0, 255.0, 260.0]);
        assert_eq!(up.find_in(&down, &[true; 3]).unwrap(), vec![Some(2), Some(1), Some(0)]);
        assert_eq!(down.find_in(&up, &[true; 3]).unwrap(), vec![Some(2), Some(1), Some(0)]);
    }

    #[test]
    fn one_channel_alone_is_found_by_the_spacing_of_the_other_axis() {
        let one = Axis::wavelengths_nm(vec![252.6]);
        let have = Axis::wavelengths_nm(vec![250.0, 252.5, 255.0]);
        assert_eq!(one.find_in(&have, &[true]).unwrap(), vec![Some(1)]);
        assert!(Axis::wavelengths_nm(vec![252.7]).find_in(&have, &[true]).is_err());
        assert!(one.find_in(&one, &[true]).is_ok());
        assert!(one.find_in(&Axis::wavelengths_nm(vec![]), &[true]).is_err());
    }

    #[test]
    fn a_named_column_needs_its_unit_too() {
        let ec = |unit| Axis::Named(vec![Channel { name: "EC".into(), unit }]);
        assert!(ec(10).find_in(&ec(10), &[true]).is_ok());
        assert!(ec(10).find_in(&ec(11), &[true]).is_err());
        assert!(ec(10).find_in(&Axis::wavelengths_nm(vec![1.0]), &[true]).is_err());
    }
}
