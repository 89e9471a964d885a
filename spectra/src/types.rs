//! Rows of samples and what their columns are: the one type that every reader gives.

use crate::error::{Error, ErrorKind};
use adit_abi::unit;

/// What the columns of a [`Table`] are.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// A numeric axis, strictly ascending: one position per column.
    Positions {
        /// Unit number of `adit_abi::unit`, nm for wide spectra files.
        unit: u32,
        /// The positions, strictly ascending and finite.
        values: Vec<f64>,
    },
    /// Named columns, each with its own unit.
    Named(Vec<Channel>),
}

impl Columns {
    /// Number of columns.
    pub fn len(&self) -> usize {
        match self {
            Columns::Positions { values, .. } => values.len(),
            Columns::Named(channels) => channels.len(),
        }
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of column `index`: a position in its shortest form that reads back exactly
    /// (`252.5`, `200`), or the channel's name; `None` past the last column.
    pub fn name(&self, index: usize) -> Option<String> {
        match self {
            Columns::Positions { values, .. } => values.get(index).map(f64::to_string),
            Columns::Named(channels) => channels.get(index).map(|c| c.name.clone()),
        }
    }
}

/// One named column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Canonical name: `EC`, `T`, `pH`, `level`, `time`, or the heading without its unit.
    pub name: String,
    /// Unit number of `adit_abi::unit`.
    pub unit: u32,
}

/// One column of words that go along with the samples (site, split, batch ...).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The heading.
    pub name: String,
    /// One cell per row; empty where the file has nothing.
    pub cells: Vec<String>,
}

/// Rows of samples: spectra of captures, a table of grab samples, or a time series.
///
/// `values` is row-major, `ids.len()` rows of `columns.len()` numbers. A missing cell is NaN and an
/// infinite one stays infinite: whoever uses a row decides what a value that is not finite means.
/// Two rows may have one id; the caller decides whether that is allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name of the file that the rows came from, for messages.
    pub source: String,
    /// One id per row: the sample id, or the time as written for a series.
    pub ids: Vec<String>,
    /// Days since 1970-01-01 00:00 UTC, one per row (NaN = not given), where the file has times.
    pub times: Option<Vec<f64>>,
    /// What the columns are.
    pub columns: Columns,
    /// Row-major values.
    pub values: Vec<f64>,
    /// Columns of words.
    pub labels: Vec<Label>,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Number of numeric columns.
    pub fn cols(&self) -> usize {
        self.columns.len()
    }

    /// Row `index`, [`Table::cols`] numbers.
    ///
    /// # Panics
    /// If `index` is not below [`Table::rows`], as for a slice.
    pub fn row(&self, index: usize) -> &[f64] {
        let cols = self.cols();
        &self.values[index * cols..(index + 1) * cols]
    }

    /// The rows in order.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.rows()).map(|index| self.row(index))
    }

    /// Names of the numeric columns (see [`Columns::name`]).
    pub fn channel_names(&self) -> Vec<String> {
        (0..self.cols()).filter_map(|index| self.columns.name(index)).collect()
    }

    /// Unit number of column `index`; `None` past the last column.
    pub fn channel_unit(&self, index: usize) -> Option<u32> {
        match &self.columns {
            Columns::Positions { unit, values } => values.get(index).map(|_| *unit),
            Columns::Named(channels) => channels.get(index).map(|c| c.unit),
        }
    }

    /// Index of the named column, or of the position whose shortest form is `name`.
    pub fn channel_index(&self, name: &str) -> Option<usize> {
        match &self.columns {
            Columns::Named(channels) => channels.iter().position(|c| c.name == name),
            Columns::Positions { values, .. } => {
                let wanted: f64 = name.parse().ok()?;
                values.iter().position(|v| *v == wanted)
            }
        }
    }

    /// The cells of a label column.
    pub fn label(&self, name: &str) -> Option<&[String]> {
        self.labels.iter().find(|l| l.name == name).map(|l| l.cells.as_slice())
    }

    /// The first column of row `index` whose value is not finite.
    pub fn first_not_finite(&self, index: usize) -> Option<usize> {
        self.row(index).iter().position(|v| !v.is_finite())
    }

    /// The rows whose index is listed, in that order; everything else unchanged.
    ///
    /// # Panics
    /// If an index is not below [`Table::rows`].
    pub fn select_rows(&self, keep: &[usize]) -> Table {
        Table {
            source: self.source.clone(),
            ids: keep.iter().map(|&i| self.ids[i].clone()).collect(),
            times: self.times.as_ref().map(|times| keep.iter().map(|&i| times[i]).collect()),
            columns: self.columns.clone(),
            values: keep.iter().flat_map(|&i| self.row(i).iter().copied()).collect(),
            labels: self
                .labels
                .iter()
                .map(|label| Label {
                    name: label.name.clone(),
                    cells: keep.iter().map(|&i| label.cells[i].clone()).collect(),
                })
                .collect(),
        }
    }

    /// Checks that every part has the length that the others say and that positions ascend.
    ///
    /// # Errors
    /// [`ErrorKind::Contradictory`], naming the part.
    pub fn validate(&self) -> Result<(), Error> {
        let fault = |what: String| {
            Err(Error::new(ErrorKind::Contradictory, what)
                .in_file(self.source.clone())
                .hint("read the file again, or make it anew"))
        };
        let (rows, cols) = (self.rows(), self.cols());
        if rows.checked_mul(cols) != Some(self.values.len()) {
            return fault(format!(
                "{} values for {rows} rows of {cols} columns",
                self.values.len()
            ));
        }
        if let Some(times) = self.times.as_ref().filter(|times| times.len() != rows) {
            return fault(format!("{} times for {rows} rows", times.len()));
        }
        if let Some(label) = self.labels.iter().find(|label| label.cells.len() != rows) {
            let cells = label.cells.len();
            return fault(format!("label \"{}\" has {cells} cells for {rows} rows", label.name));
        }
        if let Columns::Positions { unit: number, values } = &self.columns {
            let finite = values.iter().all(|v| v.is_finite());
            if !finite || values.windows(2).any(|pair| pair[0] >= pair[1]) {
                return fault(format!("the {} axis does not ascend", unit::text(*number)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            source: "t.csv".into(),
            ids: vec!["a".into(), "b".into()],
            times: Some(vec![1.0, f64::NAN]),
            columns: Columns::Positions { unit: unit::ADIT_UNIT_NM, values: vec![200.0, 252.5] },
            values: vec![1.0, 2.0, 3.0, f64::INFINITY],
            labels: vec![Label { name: "site".into(), cells: vec!["x".into(), "y".into()] }],
        }
    }

    #[test]
    fn rows_columns_and_names() {
        let t = table();
        assert_eq!((t.rows(), t.cols()), (2, 2));
        assert_eq!(t.row(1), [3.0, f64::INFINITY]);
        assert_eq!(t.channel_names(), ["200", "252.5"]);
        assert_eq!(t.channel_index("252.5"), Some(1));
        assert_eq!(t.channel_unit(1), Some(unit::ADIT_UNIT_NM));
        assert_eq!(t.channel_unit(2), None);
        assert_eq!(t.first_not_finite(0), None);
        assert_eq!(t.first_not_finite(1), Some(1));
        assert_eq!(t.label("site"), Some(&["x".to_string(), "y".to_string()][..]));
        assert_eq!(t.iter_rows().count(), 2);
    }

    #[test]
    fn selecting_rows_keeps_the_parts_together() {
        let picked = table().select_rows(&[1]);
        assert_eq!(picked.ids, ["b"]);
        assert_eq!(picked.row(0), [3.0, f64::INFINITY]);
        assert_eq!(picked.labels[0].cells, ["y"]);
        assert!(picked.times.unwrap()[0].is_nan());
    }

    #[test]
    fn each_inconsistency_is_named() {
        assert!(table().validate().is_ok());
        let broken = |change: fn(&mut Table), word: &str| {
            let mut t = table();
            change(&mut t);
            let text = t.validate().unwrap_err().to_string();
            assert!(text.contains(word), "{text}");
        };
        broken(|t| t.values.truncate(3), "3 values for 2 rows");
        broken(|t| t.times = Some(vec![]), "0 times");
        broken(|t| t.labels[0].cells.truncate(1), "label \"site\"");
        broken(
            |t| t.columns = Columns::Positions { unit: 1, values: vec![2.0, 2.0] },
            "does not ascend",
        );
    }
}
