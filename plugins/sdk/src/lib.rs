//! The safe side of the adit plugin contract: implement [`Transform`] or [`Regressor`], list it, export it.
//!
//! A method family is an ordinary library crate with one file per method and a function `plugins()` that lists them:
//!
//! ```
//! use adit_plugin::*;
//!
//! /// Subtracts the smallest value of each row.
//! struct Floor { axis: Option<Axis> }
//!
//! impl Transform for Floor {
//!     const INFO: Info = Info {
//!         id: "example.floor", name: "Floor", version: "1.0.0", summary: "subtracts the row's smallest value",
//!         reference: "", state_version: 1, flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL), ..Info::BLANK
//!     };
//!     const PARAMS: &'static [Param] = &[];
//!     fn create(_: &Params) -> Result<Self, Error> { Ok(Floor { axis: None }) }
//!     fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
//!         self.axis = Some(data.axis.clone());
//!         Ok(())
//!     }
//!     fn output(&self) -> Result<Axis, Error> { self.axis.clone().ok_or_else(Error::not_fitted) }
//!     fn apply(&self, x: Matrix<'_>, out: MatrixMut<'_>, status: &mut [u8], call: &Call<'_>) -> Result<(), Error> {
//!         each_row(x, out, status, call, |row, out| {
//!             let low = row.iter().copied().fold(f64::INFINITY, f64::min);
//!             out.iter_mut().zip(row).for_each(|(o, v)| *o = v - low);
//!             RowStatus::Ok
//!         })
//!     }
//!     fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
//!         to.axis(self.axis.as_ref().ok_or_else(Error::not_fitted)?);
//!         Ok(())
//!     }
//!     fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
//!         self.axis = Some(from.axis()?);
//!         Ok(())
//!     }
//! }
//!
//! pub fn plugins() -> Vec<Registration> { vec![Registration::transform::<Floor>()] }
//! ```
//!
//! A library of its own (a `cdylib`) then says `adit_plugin::export!(plugins());` once.
//!
//! # Contract
//! Panics are caught here, in one place, and end the instance. Plugins start no threads ([`Call::parallel_for`] lends them), keep
//! no globals and read no clock, file or environment. A regressor never sees a missing value; a transform may, and marks the row.
//! An error from `fit` or `load` must leave the value as it was.

mod axis;
mod call;
mod error;
mod glue;
mod info;
mod kept;
mod matrix;
mod ops;
mod params;
mod registration;
mod regressor;
mod rows;
mod state;
mod transform;
pub mod vector;

pub use adit_abi as abi;
pub use adit_abi::unit;
pub use axis::{Axis, Channel};
pub use call::Call;
pub use error::{Error, ErrorCode};
pub use info::{Flags, Info, Param, ParamKind};
pub use kept::Kept;
pub use matrix::{Matrix, MatrixMut};
pub use ops::{Band, Norm, Op};
pub use params::{Params, Value};
pub use registration::{Bundle, Registration};
pub use regressor::{CrossValidation, Fold, Regressor, Targets, Variant};
pub use rows::{RowStatus, check_width, check_widths, each_row};
pub use state::{StateReader, StateWriter};
pub use transform::{Training, Transform};
