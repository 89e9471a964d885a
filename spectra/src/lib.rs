//! Captures, grab-sample tables and time series: their types, file formats, units and store.
//!
//! Every reader gives a [`Table`]: rows of samples with ids, optional times, numeric columns and
//! columns of words. An error ([`Error`]) names the file, row, column and sample, and what to do.

#![forbid(unsafe_code)]

mod atomic;
mod detect;
mod error;
mod options;
mod types;

pub mod csv;
pub mod store;
pub mod time;
pub mod units;

pub use atomic::{replace_atomically, write_all_atomically, write_atomically};
pub use detect::{Content, Kind, read_any, read_csv};
pub use error::{Error, ErrorKind};
pub use options::ReadOptions;
pub use types::{Channel, Columns, Label, Table};
