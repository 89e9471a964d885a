//! Time series of a logger: a column of times, then EC, pH, temperature, water level, each with its
//! unit in the heading as in a [table](super::table). The id of a row is its time as written.

use super::named::{self, Ids};
use super::sheet::{Sheet, read_bytes};
use crate::error::Error;
use crate::options::ReadOptions;
use crate::types::Table;
use std::path::Path;

/// Reads a time series. Times without an offset are UTC unless `options` says otherwise.
///
/// # Errors
/// As for a table, and where a row has no time or the file no column of times.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Table, Error> {
    parse(&path.display().to_string(), &read_bytes(path)?, options)
}

/// Reads the bytes of a time series; `source` is its name in messages.
///
/// # Errors
/// As [`read`].
///
/// ```
/// let options = adit_spectra::ReadOptions::default().with_timezone("+09:00");
/// let table = adit_spectra::csv::series::parse(
///     "s.csv",
///     b"datetime,EC [uS/cm]\n1970-01-02 09:00,455\n",
///     &options,
/// )?;
/// assert_eq!(table.ids, ["1970-01-02 09:00"]);
/// assert_eq!(table.channel_names(), ["time", "EC"]);
/// assert_eq!(table.row(0), [1.0, 455.0]);
/// # Ok::<(), adit_spectra::Error>(())
/// ```
pub fn parse(source: &str, bytes: &[u8], options: &ReadOptions) -> Result<Table, Error> {
    let sheet = Sheet::new(source, bytes)?;
    Ok(parse_sheet(&sheet, options)?.0)
}

pub(crate) fn parse_sheet(
    sheet: &Sheet<'_>,
    options: &ReadOptions,
) -> Result<(Table, Vec<String>), Error> {
    named::parse(sheet, Ids::Time, options)
}
