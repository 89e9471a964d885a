//! Small tables for the tests of this crate.

use adit_engine::unit::ADIT_UNIT_NM;
use adit_spectra::{Columns, Table};

/// A table of spectra: wavelengths from 400 nm, one nm a column.
pub(crate) fn table(ids: &[&str], values: &[f64], cols: usize) -> Table {
    assert_eq!(values.len(), ids.len() * cols);
    Table {
        source: "test.csv".into(),
        ids: ids.iter().map(|s| (*s).to_owned()).collect(),
        times: None,
        columns: Columns::Positions {
            unit: ADIT_UNIT_NM,
            values: (0..cols).map(|j| 400.0 + j as f64).collect(),
        },
        values: values.to_vec(),
        labels: Vec::new(),
    }
}

/// `n` samples s0, s1 ... of one column whose value is the row's number.
pub(crate) fn numbered(n: usize) -> Table {
    let ids: Vec<String> = (0..n).map(|i| format!("s{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let values: Vec<f64> = (0..n).map(|i| i as f64).collect();
    table(&ids, &values, 1)
}
