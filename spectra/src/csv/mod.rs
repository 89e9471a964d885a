//! The three CSV formats: wide spectra, grab-sample tables, time series.
//!
//! All are UTF-8 with or without a byte order mark, lines end in LF or CRLF, cells are separated by
//! commas, decimals have a point. An empty cell or `nan` is a missing value (NaN), `inf` stays
//! infinite. Rows in messages are lines of the file, counted from 1.

pub(crate) mod clock;
mod named;
pub(crate) mod sheet;

pub mod series;
pub mod table;
pub mod wide;
