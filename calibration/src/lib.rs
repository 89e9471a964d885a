//! Calibration of metal concentrations against ICP results: calibration sets, folds, validation,
//! intervals, figures and the model store.

#![forbid(unsafe_code)]

mod analytes;
pub mod applicability;
mod blocks;
mod calibrate;
pub mod choose;
mod columns;
mod documents;
mod error;
mod evaluate;
pub mod figures;
mod fit;
pub mod folds;
pub mod interval;
mod loaded;
pub mod model;
mod model_file;
pub mod predict;
mod prepare;
mod problem;
mod random;
mod scheme;
pub mod search;
mod seeded;
mod seen;
pub mod set;
pub mod special;
#[cfg(test)]
mod testing;
mod verdict;
mod verify;

pub use calibrate::{Options, calibrate, recipe_of};
pub use columns::{axis_of, rows_on};
pub use documents::{
    CalibrateDocument, CalibratedAnalyte, EvaluateDocument, FiguresDocument, Log10Document,
    PredictDocument, PredictedSample,
};
pub use error::{Error, ErrorKind, Result};
pub use evaluate::{
    AnalyteEvaluation, EvaluateOptions, EvaluatedSample, Evaluation, Log10Figures, TestFigures,
    Verdicts, evaluate,
};
pub use figures::Figures;
pub use loaded::Loaded;
pub use model::{AnalyteModel, Model};
pub use model_file::{MAGIC, VERSION};
pub use predict::{
    AnalytePrediction, DEFAULT_LEVEL, Log10Prediction, SamplePrediction, Unjudged, predict,
};
pub use scheme::Scheme;
pub use verdict::Verdict;
