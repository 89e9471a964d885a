//! A model: the recipe, one fitted chain per analyte, figures, limits, the calibration table and where all of it came from. Pure
//! data; [`crate::Loaded`] makes it work.

use std::collections::BTreeMap;

use adit_engine::recipe::TargetTransform;
use adit_engine::{Axis, SavedChain};
use serde::{Deserialize, Deserializer, Serialize};

use crate::applicability::Applicability;
use crate::interval::{Interval, Uncertainty};
use crate::search::record::Search;
use crate::set::{Analyte, Reference};

/// A calibration model as it stands in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The mine, where the set names one.
    pub mine: Option<String>,
    /// What a row is: `spectra`, `table` or `series`.
    pub kind: String,
    /// Offset from UTC, such as `+09:00`, that the set's times without one were taken to have; `None` is UTC. New files of the
    /// same instruments are to be read with it too.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The recipe in effect, TOML text.
    pub recipe: String,
    /// The axis of the input.
    pub axis: Axis,
    /// Which channels of the axis some chain reads.
    pub reads: Vec<bool>,
    /// One per analyte, in the order of the set.
    pub analytes: Vec<AnalyteModel>,
    /// What the model was made from; `None` when stripped.
    pub table: Option<CalibrationTable>,
    /// Digests of (id, channels read) of every calibration row, to know a row again.
    pub seen: Vec<String>,
    /// What must come out after loading.
    pub verification: Verification,
    /// Where the model came from.
    pub provenance: Provenance,
    /// The search that chose the recipe, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
}

/// One analyte of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalyteModel {
    /// Canonical name, such as `Zn (total)`.
    pub name: String,
    /// Unit of references and estimates.
    pub unit: String,
    /// Transform of the target.
    pub target: TargetTransform,
    /// Rows that the chain was fitted to.
    pub n: usize,
    /// Samples that these rows belong to.
    pub samples: usize,
    /// Rows whose reference is below a detection limit: left out of the fit.
    pub censored: usize,
    /// Rows without a reference.
    pub missing: usize,
    /// Why the analyte has no usable model; `None` when it has one.
    pub unfit: Option<String>,
    /// How the component count came about.
    pub choice: ComponentChoice,
    /// Figures in the analyte's unit.
    pub figures: CalibrationFigures,
    /// Figures in log10 units, for log10 targets.
    pub figures_log10: Option<CalibrationFigures>,
    /// Smallest and largest reference of the fit, in the analyte's unit.
    pub range: Option<(f64, f64)>,
    /// Largest detection limit of the ICP among the references of the set.
    pub lod: Option<f64>,
    /// Effluent limit, for information.
    pub limit: Option<f64>,
    /// Standard uncertainty of the ICP.
    pub uncertainty: Uncertainty,
    /// The interval; `None` when there are too few samples for one.
    pub interval: Option<Interval>,
    /// Whether a sample may be judged.
    pub applicability: Applicability,
    /// The fitted chain; `None` when nothing could be fitted.
    pub chain: Option<SavedChain>,
    /// References and what the folds said; `None` when stripped.
    pub rows: Option<AnalyteRows>,
    /// What a reader of the figures should know, one sentence each.
    pub notes: Vec<String>,
}

impl AnalyteModel {
    /// Components of the chain.
    pub fn components(&self) -> usize {
        self.choice.components
    }

    /// RMSECV on the scale of the model: in log10 units for log10 targets.
    pub fn rmsecv_of_scale(&self) -> Option<f64> {
        self.figures_log10.as_ref().unwrap_or(&self.figures).rmsecv
    }
}

/// How the component count came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentChoice {
    /// The count; 0 is the mean.
    pub components: usize,
    /// The largest count that was looked at.
    pub searched: usize,
    /// The rule of the recipe, such as `one-standard-error`; `fixed` for a fixed count, `none` where nothing could be fitted.
    pub rule: String,
    /// The count with the smallest mean squared error.
    pub best: usize,
    /// One standard error: the mean squared error that the chosen count had to stay below, on the scale of the model.
    pub threshold: Option<f64>,
    /// Randomisation test: p of each count 0..best against the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_values: Option<Vec<f64>>,
    /// Wold's R: the error of a + 1 components by that of a, from 0 to where the search stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratios: Option<Vec<Option<f64>>>,
}

/// Figures of merit of a calibration. Whatever is undefined is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationFigures {
    /// Root mean square error of the fit itself.
    pub rmsec: Option<f64>,
    /// Standard error of calibration, n - A - 1 degrees of freedom.
    pub sec: Option<f64>,
    /// R2 of the fit itself.
    pub r2: Option<f64>,
    /// Root mean square error of cross-validation.
    pub rmsecv: Option<f64>,
    /// RMSECV for every count from 0.
    pub rmsecv_by_component: Vec<Option<f64>>,
    /// Mean out-of-fold error.
    pub bias: Option<f64>,
    /// Standard deviation of out-of-fold errors.
    pub sep: Option<f64>,
    /// R2 of out-of-fold predictions; may be negative.
    pub r2cv: Option<f64>,
    /// sd of the references / SEP.
    pub rpd: Option<f64>,
    /// Interquartile range of the references / RMSECV.
    pub rpiq: Option<f64>,
}

/// The rows that the model was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationTable {
    /// Sample ids.
    pub ids: Vec<String>,
    /// Days since 1970-01-01 UTC, where the set has times.
    pub times: Option<Vec<Option<f64>>>,
    /// Label columns.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Raw rows on the model's axis; a missing cell is NaN (`null` in the file).
    #[serde(deserialize_with = "rows_with_null")]
    pub x: Vec<Vec<f64>>,
}

/// One reference as it is kept: a number, `{"below": limit}`, or `null` for not measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A value.
    Measured(f64),
    /// Below a detection limit.
    Below {
        /// The limit.
        below: f64,
    },
    /// Not measured.
    Missing(()),
}

impl Cell {
    /// The references of an analyte as they are kept.
    pub(crate) fn of_analyte(analyte: &Analyte) -> Vec<Cell> {
        let cell = |r: &Reference| match *r {
            Reference::Measured(v) => Cell::Measured(v),
            Reference::Below(below) => Cell::Below { below },
            Reference::Missing => Cell::Missing(()),
        };
        analyte.references.iter().map(cell).collect()
    }
}

/// References of an analyte, and what the folds said of its rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnalyteRows {
    /// One per row of the table, in the analyte's unit.
    pub references: Vec<Cell>,
    /// Which rows of the table the chain was fitted to; the lists below have one entry for each of them.
    pub fitted: Vec<usize>,
    /// Fold that predicts the row (of the first repeat).
    pub fold: Vec<Option<usize>>,
    /// Out-of-fold predictions on the scale of the model for the counts from 0, mean over repeats; empty where no fold predicts.
    pub out_of_fold: Vec<Vec<f64>>,
    /// The fit's own prediction on the scale of the model.
    pub predicted: Vec<f64>,
    /// Leverage in the fit.
    pub leverage: Vec<Option<f64>>,
    /// T2 in the fit.
    pub t2: Vec<Option<f64>>,
    /// Q in the fit.
    pub q: Vec<Option<f64>>,
    /// Q from the fold that did not see the row (first repeat): what the limit is made from.
    pub q_cross_validated: Vec<Option<f64>>,
}

/// What must come out after loading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Raw rows on the model's axis, 0 in channels that are not read.
    pub rows: Vec<Vec<f64>>,
    /// One per analyte with a chain, by the analyte's name.
    pub expected: BTreeMap<String, Expected>,
}

/// What one chain must give for the verification rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Predictions on the scale of the model.
    pub predictions: Vec<f64>,
    /// For each step, what its output rows must be like: tells the step that differs.
    pub steps: Vec<StepTrace>,
}

/// One step's output in two numbers a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTrace {
    /// The step, such as `step 2 (adit.scatter.snv)`.
    pub step: String,
    /// Sum of the output times fixed pseudo-random weights.
    pub projection: Vec<f64>,
    /// Euclidean length of the output.
    pub length: Vec<f64>,
}

/// Where a model came from. It holds no time of its making.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of adit.
    pub adit: String,
    /// Seed of shuffled folds.
    pub seed: u64,
    /// Cross-validation scheme.
    pub cv: String,
    /// How the folds were run, and why.
    pub route: String,
    /// Rule for the component count.
    pub rule: String,
    /// Input files: path within the set, SHA-256.
    pub inputs: Vec<InputFile>,
    /// Plugins that the model uses.
    pub plugins: Vec<UsedPlugin>,
    /// What was defaulted, one sentence each.
    pub defaulted: Vec<String>,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path within the set.
    pub name: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// One plugin that the model uses. Hashes are for the record; what decides are the verification rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPlugin {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// File of the library.
    pub library: String,
    /// SHA-256 of the library.
    pub sha256: String,
    /// Why it was trusted.
    pub trust: String,
}

impl Model {
    /// Analytes with a usable model.
    pub fn usable(&self) -> usize {
        self.analytes.iter().filter(|a| a.unfit.is_none()).count()
    }

    /// The analyte of this name.
    pub fn analyte(&self, name: &str) -> Option<&AnalyteModel> {
        self.analytes.iter().find(|a| a.name == name)
    }

    /// The same model without its calibration table: verification rows only.
    #[must_use]
    pub fn stripped(mut self) -> Model {
        self.table = None;
        self.analytes.iter_mut().for_each(|a| a.rows = None);
        self.search = self.search.map(Search::stripped);
        self
    }
}

/// Rows of numbers in which `null` is NaN.
fn rows_with_null<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Vec<f64>>, D::Error> {
    let rows: Vec<Vec<Option<f64>>> = Deserialize::deserialize(d)?;
    Ok(rows
        .into_iter()
        .map(|row| row.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect())
        .collect())
}
