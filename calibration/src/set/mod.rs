//! Calibration sets: captures, tables or series paired with the ICP references of one mine.
//!
//! [`read()`] turns a folder into a [`CalibrationSet`]: the rows that have both, in file order, with
//! one [`Analyte`] per column of `icp.csv`. Nothing about the set is guessed in silence: whatever
//! was defaulted, converted or left out is a sentence in [`CalibrationSet::notes`].

mod captures;
mod folder;
mod icp;
mod icp_columns;
mod limits;
mod pairing;
mod read;
mod reference;
mod replicates;
mod rows;
mod set_toml;
mod sheet;
mod types;
mod uncertainty;

pub use limits::effluent_limit_japan;
pub use read::{SetOptions, read};
pub use reference::{Analyte, Counts, Reference};
pub use rows::{RowChoice, parse_where};
pub use set_toml::Kind;
pub use types::{CalibrationSet, InputHash, RowOrigin};
pub use uncertainty::fit_uncertainty;
