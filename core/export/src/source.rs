//! What the exporter is given.

use adit_engine::{Axis, Chain, Matrix, Op};

/// One analyte's fitted chain, as the exporter needs it: its ops, and the way it predicts without them.
pub trait FittedChain {
    /// Name of the analyte.
    fn name(&self) -> &str;
    /// Unit of the analyte, as it is written.
    fn unit(&self) -> &str;
    /// The axis of a raw row.
    fn input_axis(&self) -> &Axis;
    /// The ops from the raw row to the value, each with the place it comes from (`step 2 (adit.scatter.snv)`).
    ///
    /// # Errors
    /// Names the step that has no lowered form, and why.
    fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>>;
    /// The value of each raw row in the analyte's unit, computed by the plugins themselves; `None` where a row is refused.
    ///
    /// # Errors
    /// What a step says.
    fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>>;
}

impl FittedChain for Chain {
    fn name(&self) -> &str {
        self.analyte()
    }
    fn unit(&self) -> &str {
        Chain::unit(self)
    }
    fn input_axis(&self) -> &Axis {
        Chain::input_axis(self)
    }
    fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>> {
        Chain::lower(self)
    }
    fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>> {
        Ok(self.predict(rows)?.into_iter().map(|r| r.ok().map(|e| e.value)).collect())
    }
}

/// One analyte with its figure of merit.
#[derive(Clone, Copy)]
pub struct Analyte<'a> {
    /// The fitted chain.
    pub chain: &'a dyn FittedChain,
    /// RMSECV on the scale of the model: the analyte's unit, or log10 of it for a log target. `None` if there is none.
    pub rmsecv: Option<f64>,
}

/// Everything that a node model is made of.
pub struct ExportInput<'a> {
    /// Name of the model: file names and C names are made of it.
    pub name: &'a str,
    /// The mine's id.
    pub mine: &'a str,
    /// First 16 bytes of the SHA-256 of the model file.
    pub provenance: [u8; 16],
    /// The analytes to export, all with one input axis.
    pub analytes: &'a [Analyte<'a>],
    /// Analytes without a usable model, each with the reason: listed, not exported.
    pub left_out: &'a [(String, String)],
    /// The calibration rows (raw, rows x channels): the error is measured on them, rounded to f32.
    pub rows: &'a Matrix,
    /// Largest error that is allowed, in units of RMSECV (1e-4 is usual). For a log target the error is taken on the log10 scale.
    pub allowed: f64,
    /// Seed of the random rows on which lowered ops are checked.
    pub seed: u64,
}
