//! Which rows of a set are used: `where = { site = "RAP" }` or `--where site=RAP`.

use super::set_toml::OneOrMore;
use crate::{Error, ErrorKind, Result};
use adit_spectra::Table;
use std::collections::{BTreeMap, BTreeSet};

/// Which rows to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RowChoice {
    /// As the set's `[rows]` says; all without one.
    #[default]
    OfSet,
    /// All rows, whatever `[rows]` says.
    All,
    /// Rows whose label has the value, whatever `[rows]` says. Values of one column are
    /// alternatives; every column must fit.
    Where(Vec<(String, String)>),
}

/// Splits `COLUMN=VALUE`.
///
/// # Errors
/// [`ErrorKind::Usage`], if there is no `=` or no column before it.
///
/// ```
/// use adit_calibration::set::parse_where;
/// assert_eq!(parse_where("site = RAP").unwrap(), ("site".into(), "RAP".into()));
/// assert!(parse_where("site").is_err());
/// ```
pub fn parse_where(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((column, value)) if !column.trim().is_empty() => {
            Ok((column.trim().to_string(), value.trim().to_string()))
        }
        _ => Err(Error::usage(format!("\"{text}\" is not COLUMN=VALUE"))
            .hint("write --where site=RAP, with the heading of a column of words")),
    }
}

/// What is asked of the labels: for each column the values that fit.
pub(super) struct Filter {
    columns: BTreeMap<String, BTreeSet<String>>,
    /// Who is at fault if nothing fits.
    kind: ErrorKind,
}

impl Filter {
    /// The filter of a choice; `of_set` is what the set's `[rows]` says.
    pub(super) fn new(choice: &RowChoice, of_set: &BTreeMap<String, OneOrMore>) -> Filter {
        let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut kind = ErrorKind::Input;
        match choice {
            RowChoice::All => {}
            RowChoice::OfSet => columns.extend(
                of_set.iter().map(|(column, v)| (column.clone(), v.words().into_iter().collect())),
            ),
            RowChoice::Where(pairs) => {
                kind = ErrorKind::Usage;
                for (column, value) in pairs {
                    columns.entry(column.clone()).or_default().insert(value.clone());
                }
            }
        }
        Filter { columns, kind }
    }

    /// Whether every row fits because nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// `site = RAP or RBP, split = train`.
    pub(super) fn describe(&self) -> String {
        let one = |(column, values): (&String, &BTreeSet<String>)| {
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            format!("{column} = {}", values.join(" or "))
        };
        self.columns.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// The indices of the rows that fit.
    ///
    /// # Errors
    /// A column that the set has not, with those that it has; no row that fits, with the values
    /// that there are.
    pub(super) fn rows(&self, table: &Table) -> Result<Vec<usize>> {
        let mut keep: Vec<usize> = (0..table.rows()).collect();
        for (column, values) in &self.columns {
            let cells = match table.label(column) {
                Some(cells) => cells,
                None if column == "sample_id" => &table.ids,
                None => return Err(self.no_column(column, table)),
            };
            keep.retain(|&row| cells.get(row).is_some_and(|cell| values.contains(cell)));
            if keep.is_empty() {
                return Err(self.no_row(cells));
            }
        }
        Ok(keep)
    }

    fn no_column(&self, column: &str, table: &Table) -> Error {
        let mut have: Vec<_> = table.labels.iter().map(|l| l.name.as_str()).collect();
        have.push("sample_id");
        Error::new(
            self.kind,
            format!("rows are chosen by \"{column}\", which is no column of words"),
        )
        .hint(format!("the set has {}", have.join(", ")))
    }

    fn no_row(&self, cells: &[String]) -> Error {
        let have: BTreeSet<&str> = cells.iter().map(String::as_str).collect();
        let mut listed: Vec<String> = have.iter().take(12).map(|v| format!("\"{v}\"")).collect();
        if have.len() > listed.len() {
            listed.push("...".into());
        }
        Error::new(self.kind, format!("no row has {}", self.describe()))
            .hint(format!("the values there are: {}", listed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adit_spectra::{Columns, Label};

    fn table() -> Table {
        let cells = |words: [&str; 3]| words.map(String::from).to_vec();
        Table {
            source: "t.csv".into(),
            ids: cells(["a", "b", "c"]),
            times: None,
            columns: Columns::Named(vec![]),
            values: vec![],
            labels: vec![
                Label { name: "site".into(), cells: cells(["N", "S", "N"]) },
                Label { name: "split".into(), cells: cells(["x", "x", "y"]) },
            ],
        }
    }

    fn rows(pairs: &[(&str, &str)]) -> Result<Vec<usize>> {
        let pairs = pairs.iter().map(|(c, v)| (c.to_string(), v.to_string())).collect();
        Filter::new(&RowChoice::Where(pairs), &BTreeMap::new()).rows(&table())
    }

    #[test]
    fn values_of_one_column_are_alternatives_and_columns_add_up() {
        assert_eq!(rows(&[("site", "N")]).unwrap(), [0, 2]);
        assert_eq!(rows(&[("site", "N"), ("site", "S")]).unwrap(), [0, 1, 2]);
        assert_eq!(rows(&[("site", "N"), ("split", "y")]).unwrap(), [2]);
        assert_eq!(rows(&[("sample_id", "b")]).unwrap(), [1]);
        assert_eq!(rows(&[]).unwrap(), [0, 1, 2]);
    }

    #[test]
    fn a_choice_replaces_that_of_the_set() {
        let of_set = BTreeMap::from([(
            "site".to_string(),
            OneOrMore::One(super::super::set_toml::Word::Text("S".into())),
        )]);
        let picked = |choice| Filter::new(&choice, &of_set).rows(&table()).unwrap();
        assert_eq!(picked(RowChoice::OfSet), [1]);
        assert_eq!(picked(RowChoice::All), [0, 1, 2]);
        assert_eq!(picked(RowChoice::Where(vec![("split".into(), "y".into())])), [2]);
    }

    #[test]
    fn what_does_not_exist_is_named_with_what_does() {
        let column = rows(&[("place", "N")]).unwrap_err();
        assert_eq!(column.kind(), ErrorKind::Usage);
        assert!(column.to_string().contains("site, split"), "{column}");
        let value = rows(&[("site", "W")]).unwrap_err();
        assert!(value.to_string().contains("\"N\", \"S\""), "{value}");
    }
}
