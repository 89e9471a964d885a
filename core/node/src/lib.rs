//! Runs an exported model inside a sensor node, straight from flash.
//!
//! `no_std`, no allocation, no panic path, f32. The bytes are described in `FORMAT.md` beside this crate; everything that can be wrong
//! with them is refused once, by [`Model::load`]. [`Model::predict`] then needs one buffer of [`Model::scratch_len`] numbers, and
//! gives one value and one [`Status`] for each output: a row that cannot be estimated is refused with the reason, never guessed.
//!
//! ```
//! use adit_node::{Model, Refusal};
//! assert_eq!(Model::load(b"not a model").err(), Some(Refusal::TooShort));
//! ```
//!
//! # What does this crate not do?
//! It makes no models (`adit-export` does), reads no sensor, and gives no interval or outlier test yet.
#![no_std]
#![deny(unsafe_code)]

mod bytes;
#[allow(unsafe_code)]
pub mod capi;
mod check;
mod crc;
pub mod format;
mod hash;
mod math;
mod model;
mod op;
mod refusal;
mod run;
mod section;
mod sum;

pub use crc::crc32;
pub use hash::{AxisHash, text_hash};
pub use model::{Model, OutputInfo};
pub use op::Norm;
pub use refusal::{Refusal, Status};
