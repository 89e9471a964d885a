//! The JSON documents of the commands; see `SCHEMAS.md`.

use serde::Serialize;

use crate::model::{AnalyteModel, CalibrationFigures, Provenance};
use crate::predict::SamplePrediction;
use crate::search::record::Search;
use crate::{Evaluation, Model};

/// `adit calibrate --json`.
#[derive(Clone, Debug, Serialize)]
pub struct CalibrateDocument<'a> {
    /// Path of the model; `null` when none was written.
    pub model: Option<String>,
    /// The mine.
    pub mine: Option<&'a str>,
    /// Cross-validation scheme.
    pub cv: &'a str,
    /// How the folds were run, and why.
    pub route: &'a str,
    /// Seed of shuffled folds.
    pub seed: u64,
    /// What was defaulted.
    pub defaulted: &'a [String],
    /// One per analyte.
    pub analytes: Vec<CalibratedAnalyte<'a>>,
    /// The search that chose the recipe, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<&'a Search>,
}

/// One analyte of a calibration.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // Named as in SCHEMAS.md.
pub struct CalibratedAnalyte<'a> {
    pub name: &'a str,
    pub unit: &'a str,
    pub n: usize,
    pub samples: usize,
    pub censored: usize,
    pub missing: usize,
    pub components: usize,
    pub components_searched: usize,
    pub rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_values: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratios: Option<&'a [Option<f64>]>,
    pub unfit: Option<&'a str>,
    #[serde(flatten)]
    pub figures: FiguresDocument<'a>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub log10: Option<Log10Document<'a>>,
    pub range: Option<(f64, f64)>,
    pub lod: Option<f64>,
    pub limit: Option<f64>,
    pub t2_limits: Option<[f64; 2]>,
    pub q_limits: Option<[f64; 2]>,
    pub notes: &'a [String],
}

/// Figures in the analyte's unit.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // Named as in SCHEMAS.md.
pub struct FiguresDocument<'a> {
    pub rmsec: Option<f64>,
    pub sec: Option<f64>,
    pub r2: Option<f64>,
    pub rmsecv: Option<f64>,
    pub rmsecv_by_component: &'a [Option<f64>],
    pub bias: Option<f64>,
    pub sep: Option<f64>,
    pub r2cv: Option<f64>,
    pub rpd: Option<f64>,
    pub rpiq: Option<f64>,
}

/// Figures in log10 units.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // Named as in SCHEMAS.md.
pub struct Log10Document<'a> {
    pub rmsec_log10: Option<f64>,
    pub sec_log10: Option<f64>,
    pub r2_log10: Option<f64>,
    pub rmsecv_log10: Option<f64>,
    pub rmsecv_by_component_log10: &'a [Option<f64>],
    pub bias_log10: Option<f64>,
    pub sep_log10: Option<f64>,
    pub r2cv_log10: Option<f64>,
    pub rpd_log10: Option<f64>,
    pub rpiq_log10: Option<f64>,
}

impl<'a> From<&'a CalibrationFigures> for FiguresDocument<'a> {
    fn from(f: &'a CalibrationFigures) -> Self {
        FiguresDocument {
            rmsec: f.rmsec,
            sec: f.sec,
            r2: f.r2,
            rmsecv: f.rmsecv,
            rmsecv_by_component: &f.rmsecv_by_component,
            bias: f.bias,
            sep: f.sep,
            r2cv: f.r2cv,
            rpd: f.rpd,
            rpiq: f.rpiq,
        }
    }
}

impl<'a> From<&'a CalibrationFigures> for Log10Document<'a> {
    fn from(f: &'a CalibrationFigures) -> Self {
        Log10Document {
            rmsec_log10: f.rmsec,
            sec_log10: f.sec,
            r2_log10: f.r2,
            rmsecv_log10: f.rmsecv,
            rmsecv_by_component_log10: &f.rmsecv_by_component,
            bias_log10: f.bias,
            sep_log10: f.sep,
            r2cv_log10: f.r2cv,
            rpd_log10: f.rpd,
            rpiq_log10: f.rpiq,
        }
    }
}

impl<'a> From<&'a AnalyteModel> for CalibratedAnalyte<'a> {
    fn from(a: &'a AnalyteModel) -> Self {
        CalibratedAnalyte {
            name: &a.name,
            unit: &a.unit,
            n: a.n,
            samples: a.samples,
            censored: a.censored,
            missing: a.missing,
            components: a.choice.components,
            components_searched: a.choice.searched,
            rule: &a.choice.rule,
            p_values: a.choice.p_values.as_deref(),
            ratios: a.choice.ratios.as_deref(),
            unfit: a.unfit.as_deref(),
            figures: (&a.figures).into(),
            log10: a.figures_log10.as_ref().map(Into::into),
            range: a.range,
            lod: a.lod,
            limit: a.limit,
            t2_limits: a.applicability.t2_limits,
            q_limits: a.applicability.q_limits,
            notes: &a.notes,
        }
    }
}

impl<'a> CalibrateDocument<'a> {
    /// Of a model, and where it was written.
    pub fn of(model: &'a Model, path: Option<String>) -> Self {
        let Provenance { cv, route, seed, defaulted, .. } = &model.provenance;
        CalibrateDocument {
            model: path,
            mine: model.mine.as_deref(),
            cv,
            route,
            seed: *seed,
            defaulted,
            analytes: model.analytes.iter().map(Into::into).collect(),
            search: model.search.as_ref(),
        }
    }
}

/// `adit predict --json`.
#[derive(Clone, Debug, Serialize)]
pub struct PredictDocument<'a> {
    /// Path of the model.
    pub model: String,
    /// One per row of the inputs.
    pub samples: Vec<PredictedSample<'a>>,
}

/// One row's estimates with the file that it stands in.
#[derive(Clone, Debug, Serialize)]
pub struct PredictedSample<'a> {
    /// The input file, as it was named.
    pub file: &'a str,
    /// The estimates.
    #[serde(flatten)]
    pub sample: &'a SamplePrediction,
}

/// `adit evaluate --json`.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluateDocument<'a> {
    /// Path of the model.
    pub model: String,
    /// The figures.
    #[serde(flatten)]
    pub evaluation: &'a Evaluation,
}
