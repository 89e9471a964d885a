//! What the engine asks of plugins. `adit-host` implements these traits over the C ABI.

use adit_abi as abi;
use serde::{Deserialize, Serialize};

use crate::{Axis, Error, Fold, Matrix, Op, Result};

/// Kind of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Reads instrument files.
    Reader,
    /// Turns rows into rows.
    Transform,
    /// Estimates targets from rows.
    Regressor,
}

/// What a plugin may do, or an instance does; the bits of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags(pub u32);

impl Flags {
    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
    /// Learns nothing from data and treats each row alone.
    pub fn row_local(self) -> bool {
        self.has(abi::ADIT_FLAG_ROW_LOCAL)
    }
    /// Keeps some of its input columns, unchanged.
    pub fn selects_columns(self) -> bool {
        self.has(abi::ADIT_FLAG_SELECTS_COLUMNS)
    }
    /// Needs y to fit.
    pub fn needs_y(self) -> bool {
        self.has(abi::ADIT_FLAG_NEEDS_Y)
    }
    /// The names of the set bits, for people.
    pub fn names(self) -> Vec<&'static str> {
        [
            (abi::ADIT_FLAG_DETERMINISTIC, "deterministic"),
            (abi::ADIT_FLAG_ROW_LOCAL, "row-local"),
            (abi::ADIT_FLAG_SELECTS_COLUMNS, "selects-columns"),
            (abi::ADIT_FLAG_CHANGES_AXIS, "changes-axis"),
            (abi::ADIT_FLAG_NEEDS_Y, "needs-y"),
        ]
        .into_iter()
        .filter(|(bit, _)| self.has(*bit))
        .map(|(_, name)| name)
        .collect()
    }
}

/// One parameter, for introspection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamInfo {
    /// Key in a recipe.
    pub name: String,
    /// `float`, `int`, `bool`, `choice`, `text`, `list of float` or `list of text`.
    pub kind: String,
    /// Unit of the value, or empty.
    pub unit: String,
    /// One line for people.
    pub help: String,
    /// Default as TOML text; `None`: the recipe must give it.
    pub default: Option<String>,
    /// Smallest and largest value, for numbers.
    pub range: Option<(f64, f64)>,
    /// What there is to choose from, for `choice`.
    pub choices: Vec<String>,
}

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Library {
    /// File name without its folder.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Why it was loaded: `builtin` (by place) or `lock` (an entry of plugins.lock).
    pub trust: String,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PluginInfo {
    pub id: String,
    pub name: String,
    pub version: String,
    pub kind: Kind,
    pub flags: Flags,
    pub state_version: u32,
    pub summary: String,
    pub reference: String,
    pub vendor: String,
    pub licence: String,
    /// The parameter that is the path of the fit ("components"), of a regressor.
    pub path_param: Option<String>,
    pub params: Vec<ParamInfo>,
    pub library: Library,
}

/// Which version of a plugin there is.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginVersion {
    /// Its id.
    pub id: String,
    /// Its own version.
    pub version: String,
    /// The newest version of a state that it reads, and the one that it writes.
    pub state_version: u32,
}

/// How a row came out of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStatus {
    /// Well.
    Ok,
    /// A value was not finite.
    NotFinite,
    /// A divisor was not above its floor: no spread, no slope.
    Divisor,
    /// A logarithm was asked of a value that is not above its floor.
    Log,
    /// Another reason.
    Other,
}

impl RowStatus {
    /// From the byte of the ABI.
    pub fn from_byte(b: u8) -> Self {
        match b {
            abi::ADIT_ROW_OK => RowStatus::Ok,
            abi::ADIT_ROW_NOT_FINITE => RowStatus::NotFinite,
            abi::ADIT_ROW_DIVISOR => RowStatus::Divisor,
            abi::ADIT_ROW_LOG => RowStatus::Log,
            _ => RowStatus::Other,
        }
    }
    /// The byte of the ABI; [`RowStatus::Other`] stands for all that have no name here.
    pub fn byte(self) -> u8 {
        match self {
            RowStatus::Ok => abi::ADIT_ROW_OK,
            RowStatus::NotFinite => abi::ADIT_ROW_NOT_FINITE,
            RowStatus::Divisor => abi::ADIT_ROW_DIVISOR,
            RowStatus::Log => abi::ADIT_ROW_LOG,
            RowStatus::Other => abi::ADIT_ROW_OTHER,
        }
    }
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            RowStatus::Ok => "ok",
            RowStatus::NotFinite => "a value is not finite",
            RowStatus::Divisor => "nothing to divide by (no spread in the row)",
            RowStatus::Log => "a value is too small for its logarithm",
            RowStatus::Other => "the step refused the row",
        }
    }
}

/// Rows that came out of a step; a row whose status is not `Ok` is NaN.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The rows.
    pub x: Matrix,
    /// One per row.
    pub status: Vec<RowStatus>,
}

/// A transform instance. `apply` and everything with `&self` may run on several threads.
pub trait Transform: Send + Sync {
    /// What this instance does with its parameters.
    fn flags(&self) -> Flags;
    /// Learns from `x` (no rows, if row-local). `y` is the chain's own target.
    fn fit(
        &mut self,
        axis: &Axis,
        x: &Matrix,
        y: Option<&[f64]>,
        weights: Option<&[f64]>,
    ) -> Result<()>;
    /// The axis of the output of a fitted instance.
    fn output(&self) -> Result<Axis>;
    /// Each row of `x` transformed; as many rows and status as `x` has rows.
    fn apply(&self, x: &Matrix) -> Result<Applied>;
    /// [`Transform::apply`] into room that is used again: `x` holds `status.len()` rows of `columns` values each, `out` takes as many
    /// rows of the output and `status` one byte a row ([`RowStatus::byte`]). Whatever stood there is overwritten.
    fn apply_rows(
        &self,
        x: &[f64],
        columns: usize,
        out: &mut [f64],
        status: &mut [u8],
    ) -> Result<()> {
        let applied = self.apply(&Matrix::new(x.to_vec(), status.len(), columns)?)?;
        hand_over(applied.x, &applied.status, out, status)
    }
    /// The fitted state.
    fn save(&self) -> Result<Vec<u8>>;
    /// Takes a state of `save`.
    fn load(&mut self, bytes: &[u8], state_version: u32) -> Result<()>;
    /// The fitted instance in lowered ops, or an error with the reason.
    fn lower(&self) -> Result<Vec<Op>>;
}

/// Predictions for several component counts.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// Rows x (counts * targets): for each count in turn, one value per target.
    pub values: Matrix,
    /// One per row.
    pub status: Vec<RowStatus>,
}

/// One way of treating the training rows of each fold.
#[derive(Clone, Debug, PartialEq)]
pub struct FastVariant {
    /// Subtract the fold's mean.
    pub centre: bool,
    /// Divide by the fold's standard deviation (ddof = 1).
    pub scale: bool,
    /// A linear filter of the columns before all else: [`Op::AffineBanded`].
    pub filter: Option<Op>,
}

/// Copies rows that came out into the room for them; a row that did not come out well is NaN.
fn hand_over(
    rows: Matrix,
    statuses: &[RowStatus],
    out: &mut [f64],
    status: &mut [u8],
) -> Result<()> {
    if rows.data().len() != out.len() || statuses.len() != status.len() {
        let (given, got) = (status.len(), statuses.len());
        return Err(Error::plugin(
            format!("{given} rows went in and {got} of {} columns came out", rows.cols()),
            "report this to who made the plugin",
        ));
    }
    out.copy_from_slice(rows.data());
    for (i, (to, s)) in status.iter_mut().zip(statuses).enumerate() {
        *to = s.byte();
        if *s != RowStatus::Ok {
            out[i * rows.cols()..(i + 1) * rows.cols()].fill(f64::NAN);
        }
    }
    Ok(())
}

/// A whole cross-validation as one job for a regressor.
#[derive(Clone, Copy, Debug)]
pub struct FastJob<'a> {
    /// All rows, after the hoisted steps.
    pub x: &'a Matrix,
    /// One column per target.
    pub y: &'a Matrix,
    /// One weight a row.
    pub weights: Option<&'a [f64]>,
    /// The folds.
    pub folds: &'a [Fold],
    /// All targets as one model.
    pub joint: bool,
    /// The ways of treating the training rows; each is a cross-validation of its own.
    pub variants: &'a [FastVariant],
    /// Largest count A.
    pub max_components: usize,
}

/// What a regressor answers to a [`FastJob`].
#[derive(Clone, Debug, PartialEq)]
pub struct FastAnswer {
    /// Out-of-fold predictions `[variant][test row][0..=A][target]`, the test rows of all folds in the order of the folds.
    pub predictions: Vec<f64>,
    /// Counts reached `[variant][fold][target]` (one per fold if joint).
    pub reached: Vec<u32>,
    /// What the regressor says to the user, such as the route it took.
    pub remarks: Vec<String>,
}

/// A regressor instance. Everything with `&self` may run on several threads.
pub trait Regressor: Send + Sync {
    /// What this instance does with its parameters.
    fn flags(&self) -> Flags;
    /// Fits every count up to `max_components`; returns how far the data carry. The highest count is then selected.
    fn fit(
        &mut self,
        axis: &Axis,
        x: &Matrix,
        y: &Matrix,
        weights: Option<&[f64]>,
        max_components: usize,
    ) -> Result<usize>;
    /// Predictions for the counts `from..=to`. A row of `x` that is not finite is NaN there, and no other row is touched by it.
    fn predict(&self, x: &Matrix, from: usize, to: usize, targets: usize) -> Result<Predicted>;
    /// [`Regressor::predict`] at one count into room that is used again: `x` holds `status.len()` rows of `columns` values each, `out`
    /// takes one value per target and row, `status` one byte a row. Whatever stood there is overwritten.
    fn predict_rows(
        &self,
        x: &[f64],
        columns: usize,
        components: usize,
        out: &mut [f64],
        status: &mut [u8],
    ) -> Result<()> {
        let x = Matrix::new(x.to_vec(), status.len(), columns)?;
        let targets = out.len() / status.len().max(1);
        let predicted = self.predict(&x, components, components, targets.max(1))?;
        hand_over(predicted.values, &predicted.status, out, status)
    }
    /// Keeps the model with this many components.
    fn select(&mut self, components: usize) -> Result<()>;
    /// The selected model.
    fn save(&self) -> Result<Vec<u8>>;
    /// Takes a state of `save`.
    fn load(&mut self, bytes: &[u8], state_version: u32) -> Result<()>;
    /// The selected model in lowered ops, or an error with the reason.
    fn lower(&self) -> Result<Vec<Op>>;
    /// Number of scores at the selected count, if the regressor can be diagnosed.
    fn score_count(&self) -> Option<usize>;
    /// T (rows x scores).
    fn scores(&self, x: &Matrix) -> Result<Matrix>;
    /// X^ (rows x columns) of T, in the units of the X given; `columns` is the width of that X.
    fn reconstruct(&self, t: &Matrix, columns: usize) -> Result<Matrix>;
    /// Whether `cross_validate` works.
    fn cross_validates(&self) -> bool;
    /// Out-of-fold predictions of every variant.
    fn cross_validate(&self, job: &FastJob<'_>) -> Result<FastAnswer>;
}

/// A source of plugins.
pub trait Plugins: Sync {
    /// Every plugin there is, sorted by id.
    fn list(&self) -> Vec<PluginInfo>;
    /// One plugin.
    ///
    /// # Errors
    /// When there is none with this id; the error names what is near.
    fn info(&self, id: &str) -> Result<PluginInfo>;
    /// What [`Plugins::info`] says of its versions; it need not look at the library's file.
    ///
    /// # Errors
    /// As [`Plugins::info`].
    fn version(&self, id: &str) -> Result<PluginVersion> {
        let PluginInfo { id, version, state_version, .. } = self.info(id)?;
        Ok(PluginVersion { id, version, state_version })
    }
    /// A transform with these parameter values, as they stand in the recipe.
    fn transform(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Transform>>;
    /// A regressor with these parameter values, as they stand in the recipe, without the path parameter.
    fn regressor(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Regressor>>;
}
