//! The engine: from a recipe (pure data) to a plan, a fit, predictions and lowered ops.
//!
//! | module | idea |
//! |---|---|
//! | [`axis`], [`matrix`] | what the columns are, and the numbers |
//! | [`plugin`] | what the engine asks of a transform, a regressor and a source of plugins |
//! | [`recipe`] | steps, target and regressor as TOML: data, no execution |
//! | [`space`] | alternatives for each step and parameter: many recipes as one TOML text |
//! | [`plan`] | which steps are hoisted out of the folds, and which cross-validation route is taken, with the reason |
//! | [`chain`] | one analyte's fitted steps and regressor: fit, predict, save, load, lower |
//! | [`mod@cross_validate`] | out-of-fold predictions for every component count, by the fast or the slow route |
//! | [`grid`] | the same for many recipes at once: what they share is computed once |
//! | [`blocks`] | how many rows are worked on together |
//! | [`row_local`] | the proof that a step which says it is row-local is |
//! | [`lowered`] | the closed list of ops and their f64 interpreter |
//!
//! # What does this crate not do?
//! It opens no file and loads no library; it knows no mine, no ICP and no interval (`adit-calibration`) and no byte format of the
//! node (`adit-export`).
#![forbid(unsafe_code)]

pub mod axis;
pub mod blocks;
pub mod chain;
pub mod cross_validate;
pub mod error;
pub mod grid;
pub mod lowered;
pub mod matrix;
pub mod plan;
pub mod plugin;
pub mod recipe;
pub mod row_local;
pub mod saved;
pub mod space;

pub use adit_abi::unit;
pub use axis::{Axis, Channel};
pub use chain::{Chain, Estimate};
pub use cross_validate::{CrossValidated, Fold, Route, cross_validate};
pub use error::{Error, ErrorKind, Result};
pub use grid::{Question, cross_validate_grid};
pub use lowered::Op;
pub use matrix::Matrix;
pub use plan::Plan;
pub use plugin::{Plugins, Regressor, RowStatus, Transform};
pub use recipe::Recipe;
pub use saved::{SavedChain, SavedPlugin};
pub use space::Space;
