//! What a report is made from: plain values, no types of other crates.
//!
//! Numbers that do not exist are `None`; a NaN is treated the same way. Free text from the engine stays in the engine's language
//! and is marked as such on the page; everything else the page says in the language asked for.

/// All that a report shows.
#[derive(Clone, Debug)]
pub(crate) struct ReportData {
    /// The mine, where the set names one.
    pub(crate) mine: Option<String>,
    /// What a row is.
    pub(crate) kind: Kind,
    /// Version of adit that made the model.
    pub(crate) adit_version: String,
    /// The model file.
    pub(crate) model: FileRef,
    /// The recipe in effect, TOML text.
    pub(crate) recipe: String,
    /// What the recipe came down to, one line a step.
    pub(crate) plan: Vec<String>,
    /// Plugins that the model uses.
    pub(crate) plugins: Vec<PluginRef>,
    /// Input files of the calibration.
    pub(crate) inputs: Vec<FileRef>,
    /// Seed of shuffled folds.
    pub(crate) seed: u64,
    /// Cross-validation scheme as it is written: `loo`, `venetian=10`.
    pub(crate) cv: String,
    /// How the folds were run, and why.
    pub(crate) route: String,
    /// Level of the intervals shown, such as 0.95.
    pub(crate) level: f64,
    /// What was defaulted, one sentence each.
    pub(crate) defaulted: Vec<String>,
    /// Other notes on the set, such as rows left out, one sentence each.
    pub(crate) notes: Vec<String>,
    /// Columns of `rows`.
    pub(crate) axis: Axis,
    /// The raw calibration rows; empty for a stripped model.
    pub(crate) rows: Vec<Row>,
    /// One per analyte, in the order of the set.
    pub(crate) analytes: Vec<Analyte>,
    /// Estimates of samples that the model has not seen, where there are any.
    pub(crate) new_samples: Vec<NewSample>,
    /// The search that chose the recipe, if one did.
    pub(crate) search: Option<SearchData>,
}

/// The search that chose the recipe.
#[derive(Clone, Debug)]
pub(crate) struct SearchData {
    /// Recipes in the space.
    pub(crate) recipes: usize,
    /// Recipes that were tried.
    pub(crate) tried: usize,
    /// Recipes that could not be.
    pub(crate) skipped: usize,
    /// How the expected errors were found, in the engine's words.
    pub(crate) how: String,
    /// One per analyte; empty where it could not be done.
    pub(crate) expected: Vec<ExpectedError>,
    /// Analyte and p-value of the y-scrambling; empty where nobody asked.
    pub(crate) p_values: Vec<(String, f64)>,
    /// Scrambles.
    pub(crate) scrambles: usize,
    /// Recipes that the parts of the data chose, and how many parts did; the most frequent first.
    pub(crate) picks: Vec<(String, usize)>,
    /// Parts of the data.
    pub(crate) blocks: usize,
    /// The best recipes, the best first.
    pub(crate) best: Vec<FoundRecipe>,
}

/// What the search is expected to be wrong by.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedError {
    /// The analyte.
    pub(crate) name: String,
    /// Its unit.
    pub(crate) unit: String,
    /// Root mean square error of the nested cross-validation.
    pub(crate) rmse: Option<f64>,
    /// Its standard error.
    pub(crate) standard_error: Option<f64>,
    /// RMSECV of the best recipe.
    pub(crate) rmsecv: Option<f64>,
}

/// One recipe of a search.
#[derive(Clone, Debug)]
pub(crate) struct FoundRecipe {
    /// What recipes are ordered by.
    pub(crate) score: f64,
    /// The recipe in one line.
    pub(crate) recipe: String,
    /// Analyte, components, RMSECV.
    pub(crate) analytes: Vec<(String, usize, Option<f64>)>,
}

/// What a row of the set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Absorbance over wavelength.
    Spectra,
    /// Grab samples with EC, pH ...
    Table,
    /// A logger's time series.
    Series,
}

/// A file by name and content.
#[derive(Clone, Debug)]
pub(crate) struct FileRef {
    /// Name or path within the set.
    pub(crate) name: String,
    /// SHA-256, hex.
    pub(crate) sha256: String,
}

/// A plugin that the model uses.
#[derive(Clone, Debug)]
pub(crate) struct PluginRef {
    /// Id, such as `adit.pls`.
    pub(crate) id: String,
    /// Version.
    pub(crate) version: String,
    /// SHA-256 of its library.
    pub(crate) sha256: String,
    /// Why it was trusted.
    pub(crate) trust: String,
}

/// What columns are.
#[derive(Clone, Debug)]
pub(crate) enum Axis {
    /// Positions with one unit, such as nm.
    Positions {
        /// Unit of the positions.
        unit: String,
        /// Ascending positions.
        values: Vec<f64>,
    },
    /// Columns: name, unit (empty for none).
    Named(Vec<(String, String)>),
}

/// One calibration row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Sample id.
    pub(crate) id: String,
    /// One per column of the axis; NaN where missing.
    pub(crate) values: Vec<f64>,
}

/// One analyte.
#[derive(Clone, Debug)]
pub(crate) struct Analyte {
    /// Canonical name, such as `Zn (total)`.
    pub(crate) name: String,
    /// Unit of references and estimates.
    pub(crate) unit: String,
    /// Whether the target is log10 of the concentration.
    pub(crate) log10: bool,
    /// Effluent limit, for information.
    pub(crate) limit: Option<f64>,
    /// Largest limit of the ICP that a reference of the set was below.
    pub(crate) lod: Option<f64>,
    /// Whether the model may be used.
    pub(crate) status: Status,
    /// Rows of the fit.
    pub(crate) n: usize,
    /// Samples that these rows belong to.
    pub(crate) samples: usize,
    /// Rows with a reference below a limit of the ICP: left out of the fit.
    pub(crate) censored: usize,
    /// Rows without a reference.
    pub(crate) missing: usize,
    /// Smallest and largest reference of the fit.
    pub(crate) range: Option<(f64, f64)>,
    /// How the component count came about.
    pub(crate) choice: Choice,
    /// Figures in the analyte's unit.
    pub(crate) figures: Figures,
    /// Figures in log10 units, for log10 targets.
    pub(crate) figures_log10: Option<Figures>,
    /// References and out-of-fold predictions.
    pub(crate) points: Vec<Point>,
    /// Regression coefficients, or why there are none.
    pub(crate) coefficients: Result<Coefficients, String>,
    /// Distances of the calibration rows, with limits.
    pub(crate) distances: Distances,
    /// What a reader of the figures should know, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// Below this RPD a calibration tells little more than the mean: category C of Chang et al. 2001 (doi:10.2136/sssaj2001.652480x).
pub(crate) const WEAK_RPD: f64 = 1.4;

/// Whether an analyte's model may be used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Status {
    /// It may.
    Usable,
    /// It may, but references were below the limit of the ICP: every estimate is at best a warning.
    Caution,
    /// It may, but it tells little more than the mean: RPD below [`WEAK_RPD`].
    Weak,
    /// Too few samples for an interval: every estimate is refused.
    NoInterval,
    /// Zero components were chosen: no model is better than the mean.
    MeanIsBest,
    /// R2 of cross-validation is not above 0.
    NotBetterThanMean,
    /// No model for another reason, in the engine's words.
    Other(String),
}

impl Status {
    /// From what a model says: the engine's reason where the analyte is unfit, whether a chain was fitted, its component count, R2
    /// and RPD of cross-validation on the model's scale, whether there is an interval, and the number of references below a limit.
    pub(crate) fn of(
        unfit: Option<&str>,
        fitted: bool,
        components: usize,
        (r2cv, rpd): (Option<f64>, Option<f64>),
        interval: bool,
        censored: usize,
    ) -> Status {
        match unfit {
            Some(_) if fitted && components == 0 => Status::MeanIsBest,
            Some(_) if fitted && r2cv.is_some_and(|r2| r2 <= 0.0) => Status::NotBetterThanMean,
            Some(why) => Status::Other(why.to_owned()),
            None if !interval => Status::NoInterval,
            None if rpd.is_some_and(|rpd| rpd < WEAK_RPD) => Status::Weak,
            None if censored > 0 => Status::Caution,
            None => Status::Usable,
        }
    }

    /// Whether estimates are given at all.
    pub(crate) fn gives_estimates(&self) -> bool {
        matches!(self, Status::Usable | Status::Caution | Status::Weak)
    }
}

/// How the component count came about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// The count; 0 is the mean.
    pub(crate) components: usize,
    /// The largest count that was looked at.
    pub(crate) searched: usize,
    /// The count with the smallest RMSECV.
    pub(crate) best: usize,
    /// The rule of the recipe, such as `one-standard-error`, or `fixed`.
    pub(crate) rule: String,
    /// The error, as a root mean square on the model's scale, that the chosen count had to stay below; `None` where unknown.
    pub(crate) threshold: Option<f64>,
    /// Randomisation test: p of the counts 0, 1 ... against the best.
    pub(crate) p_values: Vec<f64>,
    /// Wold's R from 0 components on.
    pub(crate) ratios: Vec<Option<f64>>,
}

/// Figures of merit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Root mean square error of the fit.
    pub(crate) rmsec: Option<f64>,
    /// Standard error of calibration.
    pub(crate) sec: Option<f64>,
    /// R2 of the fit.
    pub(crate) r2: Option<f64>,
    /// Root mean square error of cross-validation.
    pub(crate) rmsecv: Option<f64>,
    /// RMSECV for every count from 0.
    pub(crate) rmsecv_by_component: Vec<Option<f64>>,
    /// Mean out-of-fold error.
    pub(crate) bias: Option<f64>,
    /// Standard deviation of out-of-fold errors.
    pub(crate) sep: Option<f64>,
    /// R2 of out-of-fold predictions.
    pub(crate) r2cv: Option<f64>,
    /// sd of the references / SEP.
    pub(crate) rpd: Option<f64>,
    /// Interquartile range of the references / RMSECV.
    pub(crate) rpiq: Option<f64>,
}

/// A reference value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reference {
    /// Measured.
    Measured(f64),
    /// Below this limit of the ICP.
    Below(f64),
    /// None.
    Missing,
}

/// What is said of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// May be used.
    Ok,
    /// May be used with care.
    Warn,
    /// May not be used.
    Refuse,
}

/// One calibration row of an analyte: reference, and what the folds without it said. In the analyte's unit.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Sample id.
    pub(crate) id: String,
    /// Index into [`ReportData::rows`].
    pub(crate) row: usize,
    /// The reference.
    pub(crate) reference: Reference,
    /// Out-of-fold prediction; `None` where no fold predicts the row.
    pub(crate) prediction: Option<f64>,
    /// Lower and upper end of the interval against a new ICP result.
    pub(crate) interval: Option<(f64, f64)>,
    /// Verdict on the row, as if it were a new sample.
    pub(crate) verdict: Verdict,
}

/// Regression coefficients of the columns that the regressor sees (after the steps of the recipe).
#[derive(Clone, Debug)]
pub(crate) struct Coefficients {
    /// The columns.
    pub(crate) axis: Axis,
    /// One per column.
    pub(crate) values: Vec<f64>,
}

/// Hotelling's T2 and the Q residual of calibration rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distances {
    /// One per row.
    pub(crate) points: Vec<Distance>,
    /// Limits of T2 at 95 % and 99.9 %.
    pub(crate) t2_limits: Option<[f64; 2]>,
    /// Limits of Q at 95 % and 99.9 %.
    pub(crate) q_limits: Option<[f64; 2]>,
}

/// T2 and Q of one row.
#[derive(Clone, Debug)]
pub(crate) struct Distance {
    /// Sample id.
    pub(crate) id: String,
    /// Hotelling's T2.
    pub(crate) t2: Option<f64>,
    /// Q residual: the cross-validated one, which the limits were made from.
    pub(crate) q: Option<f64>,
}

/// Estimates of one sample that the model has not seen.
#[derive(Clone, Debug)]
pub(crate) struct NewSample {
    /// Sample id.
    pub(crate) id: String,
    /// Time or date, as text.
    pub(crate) time: Option<String>,
    /// One per analyte, in the order of [`ReportData::analytes`].
    pub(crate) estimates: Vec<Estimate>,
}

/// One estimate.
#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    /// The value; `None` when refused.
    pub(crate) value: Option<f64>,
    /// Lower and upper end of the interval against a new ICP result.
    pub(crate) interval: Option<(f64, f64)>,
    /// Verdict.
    pub(crate) verdict: Verdict,
    /// Reasons of the verdict, in the engine's words.
    pub(crate) reasons: Vec<String>,
    /// What the ICP said of the sample, if it is known: for comparison only.
    pub(crate) reference: Reference,
}
