//! What a file is, by its content and never by its name.

use crate::csv::sheet::{Sheet, read_bytes};
use crate::csv::{clock, series, table, wide};
use crate::error::Error;
use crate::options::ReadOptions;
use crate::store::{Store, is_hdf5};
use crate::types::Table;
use std::path::Path;

/// The formats that [`read_any`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Wide spectra CSV: some heading is a wavelength.
    WideCsv,
    /// Grab-sample table CSV.
    TableCsv,
    /// Time series CSV: the first heading is one of time and none is one of ids.
    SeriesCsv,
    /// HDF5 capture store.
    Store,
}

impl Kind {
    /// A few words for people.
    pub fn describe(self) -> &'static str {
        match self {
            Kind::WideCsv => "spectra (wide CSV)",
            Kind::TableCsv => "grab-sample table (CSV)",
            Kind::SeriesCsv => "time series (CSV)",
            Kind::Store => "capture store (HDF5)",
        }
    }
}

/// A file that was read: what it is, its rows, and what was changed or assumed on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The format.
    pub kind: Kind,
    /// The rows.
    pub table: Table,
    /// One sentence each: a unit that was converted, an offset that was taken as UTC.
    pub notes: Vec<String>,
}

/// Reads a file of any known format.
///
/// # Errors
/// Those of the format that the content is of; for text that is of none, what the headings lack.
pub fn read_any(path: &Path, options: &ReadOptions) -> Result<Content, Error> {
    let bytes = read_bytes(path)?;
    if is_hdf5(&bytes) {
        drop(bytes);
        let table = Store::default().read(path)?;
        return Ok(Content { kind: Kind::Store, table, notes: vec![] });
    }
    read_csv(&path.display().to_string(), &bytes, options)
}

/// Reads CSV text of any known kind; `source` is its name in messages.
///
/// # Errors
/// As [`read_any`].
pub fn read_csv(source: &str, bytes: &[u8], options: &ReadOptions) -> Result<Content, Error> {
    let sheet = Sheet::new(source, bytes)?;
    let (kind, (table, notes)) = if wide::claims(&sheet.headings) {
        (Kind::WideCsv, wide::parse_sheet(&sheet, options)?)
    } else if clock::leads(&sheet.headings) && table::id_column(&sheet.headings).is_none() {
        (Kind::SeriesCsv, series::parse_sheet(&sheet, options)?)
    } else {
        (Kind::TableCsv, table::parse_sheet(&sheet, options)?)
    };
    Ok(Content { kind, table, notes })
}
