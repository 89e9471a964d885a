//! Optional abilities, each a struct of functions that a plugin gives by its id.

use core::ffi::c_void;

use crate::{AditCall, AditMatrix, AditMatrixMut};

/// Id of [`AditLower`], NUL-terminated.
pub const ADIT_EXT_LOWER: &[u8; 13] = b"adit.lower/1\0";
/// Id of [`AditDiagnose`], NUL-terminated.
pub const ADIT_EXT_DIAGNOSE: &[u8; 16] = b"adit.diagnose/1\0";
/// Id of [`AditCrossValidate`], NUL-terminated.
pub const ADIT_EXT_CROSS_VALIDATE: &[u8; 22] = b"adit.cross-validate/1\0";

/// `adit.lower/1`: a fitted plugin describes itself in the closed, numbered ops of [`crate::op`].
#[repr(C)]
pub struct AditLower {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Pushes the ops in order through `push_op`, or reports why not and returns `ADIT_ERR_UNSUPPORTED`. For a regressor it
    /// describes the selected component count, all targets. `[fitted, shared]`
    pub lower: Option<unsafe extern "C" fn(self_: *const c_void, call: *const AditCall) -> i32>,
}

/// `adit.diagnose/1`: scores and reconstruction of a latent variable model at the selected component count.
///
/// Leverage, Hotelling T2, Q and every limit are computed by the host from these two, the same way for every regressor.
#[repr(C)]
pub struct AditDiagnose {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Number of scores of a row at the selected count. `[fitted, shared]`
    pub score_count: Option<unsafe extern "C" fn(self_: *const c_void) -> u32>,
    /// T (rows x scores) of X (rows x columns). `[fitted, shared]`
    pub scores: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            x: *const AditMatrix,
            out: *const AditMatrixMut,
        ) -> i32,
    >,
    /// X^ (rows x columns) of T (rows x scores), in the units of the X that the regressor was given. For PLS this is the
    /// orthogonal projection on the span of the weights, T (P'W) W', plus the mean. `[fitted, shared]`
    pub reconstruct: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            t: *const AditMatrix,
            out: *const AditMatrixMut,
        ) -> i32,
    >,
}

/// Each target is a model of its own.
pub const ADIT_TARGETS_SEPARATE: u32 = 0;
/// All targets are one model (PLS2).
pub const ADIT_TARGETS_JOINT: u32 = 1;

/// One fold: rows to predict, and rows to leave out of the training besides. Training = all other rows.
#[repr(C)]
pub struct AditFold {
    /// Size of this struct as the host knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// `test_count` row numbers, ascending.
    pub test: *const usize,
    /// Number of `test`.
    pub test_count: usize,
    /// `gap_count` row numbers, ascending, none of them in `test`; may be null when there are none.
    pub gap: *const usize,
    /// Number of `gap`.
    pub gap_count: usize,
}

/// One way of treating the training rows of each fold.
#[repr(C)]
pub struct AditVariant {
    /// Size of this struct as the host knows it, in bytes.
    pub struct_size: u32,
    /// Not zero: subtract the fold's mean.
    pub centre: u32,
    /// Not zero: divide by the fold's standard deviation (ddof = 1).
    pub scale: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// A linear filter of the columns before all else, or null: an `ADIT_OP_AFFINE_BANDED` op.
    pub filter: *const crate::op::AditOp,
}

/// A whole cross-validation as one job.
#[repr(C)]
pub struct AditCrossValidation {
    /// Size of this struct as the host knows it, in bytes.
    pub struct_size: u32,
    /// `ADIT_TARGETS_...`.
    pub targets: u32,
    /// All rows, after the row-local steps.
    pub x: AditMatrix,
    /// One column per target.
    pub y: AditMatrix,
    /// One weight a row, or null.
    pub weights: *const f64,
    /// The folds.
    pub folds: *const *const AditFold,
    /// Number of `folds`.
    pub fold_count: usize,
    /// The variants.
    pub variants: *const *const AditVariant,
    /// Number of `variants`.
    pub variant_count: usize,
    /// Largest component count A.
    pub max_components: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Out: `[variant][test row][0..=A][target]`, the test rows of all folds in the order of the folds. Past the count that a
    /// fold reached, its last model is repeated.
    pub predictions: *mut f64,
    /// Out: components reached, `[variant][fold][target]` (one per fold for joint targets).
    pub reached: *mut u32,
}

/// `adit.cross-validate/1`: a regressor that cross-validates faster than one fit a fold. Same answer within 1e-10 of the largest
/// prediction; where it works on XX', which squares the condition of X, within 1e-6 of the RMSECV, and a remark says so. A variant
/// that it cannot run is refused with `ADIT_ERR_UNSUPPORTED`; a filter is never passed over.
#[repr(C)]
pub struct AditCrossValidate {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Runs the job with the parameters of `self_`, which need not be fitted. `[shared]`
    pub run: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            job: *const AditCrossValidation,
        ) -> i32,
    >,
    /// Coefficients of one fold at one count: column count x targets, row-major, then one intercept per target. The plugin fits
    /// that fold anew; meant for looking at a few. May be null. `[shared]`
    pub coefficients: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            job: *const AditCrossValidation,
            variant: usize,
            fold: usize,
            components: u32,
            out: *const AditMatrixMut,
        ) -> i32,
    >,
}
