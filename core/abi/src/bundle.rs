//! The exported bundle, its plugins and their parameters.

use core::ffi::{c_char, c_void};

use crate::{AditAxis, AditCall, AditMatrix, AditMatrixMut};

/// Name of the one exported function, NUL-terminated.
pub const ADIT_ENTRY_SYMBOL: &[u8; 21] = b"adit_plugin_entry_v1\0";
/// First field of every bundle.
pub const ADIT_MAGIC: u32 = 0x5449_4441;
/// Minor version of this contract: raised when a field or an extension is appended.
pub const ADIT_ABI_MINOR: u32 = 0;
/// What both sides must agree on beyond the struct layouts: number format, byte order and pointer width. NUL-terminated.
#[cfg(all(target_endian = "little", target_pointer_width = "64"))]
pub const ADIT_ABI_EXTRA: &[u8; 13] = b"f64-le-ptr64\0";
/// What both sides must agree on beyond the struct layouts: number format, byte order and pointer width. NUL-terminated.
#[cfg(all(target_endian = "little", target_pointer_width = "32"))]
pub const ADIT_ABI_EXTRA: &[u8; 13] = b"f64-le-ptr32\0";

/// A plugin of this kind reads instrument files. Reserved in this minor version.
pub const ADIT_KIND_READER: u32 = 1;
/// A plugin of this kind turns rows into rows: preprocessing, features, selection.
pub const ADIT_KIND_TRANSFORM: u32 = 2;
/// A plugin of this kind estimates targets from rows.
pub const ADIT_KIND_REGRESSOR: u32 = 3;

/// The same input gives the same bytes.
pub const ADIT_FLAG_DETERMINISTIC: u32 = 1;
/// No number is learnt from data, and an output row depends on its input row alone. `fit` is then given **zero rows**.
pub const ADIT_FLAG_ROW_LOCAL: u32 = 2;
/// The transform keeps some of its input columns, unchanged.
pub const ADIT_FLAG_SELECTS_COLUMNS: u32 = 4;
/// The output axis differs from the input axis.
pub const ADIT_FLAG_CHANGES_AXIS: u32 = 8;
/// `fit` needs y.
pub const ADIT_FLAG_NEEDS_Y: u32 = 16;

/// The static description of a library's plugins.
#[repr(C)]
pub struct AditBundle {
    /// [`ADIT_MAGIC`].
    pub magic: u32,
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// [`ADIT_ABI_MINOR`] of the header that the plugin was built with.
    pub abi_minor: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// [`ADIT_ABI_EXTRA`].
    pub abi_extra: *const c_char,
    /// Who built it with what: compiler, version. Free text, static, UTF-8.
    pub build: *const c_char,
    /// Number of `plugins`.
    pub plugin_count: usize,
    /// The plugins; static.
    pub plugins: *const *const AditPlugin,
}

/// One floating point value.
pub const ADIT_PARAM_FLOAT: u32 = 1;
/// One integer.
pub const ADIT_PARAM_INT: u32 = 2;
/// One truth value.
pub const ADIT_PARAM_BOOL: u32 = 3;
/// One of the texts listed in `AditParam::choices`.
pub const ADIT_PARAM_CHOICE: u32 = 4;
/// Any text.
pub const ADIT_PARAM_TEXT: u32 = 5;
/// A list of floating point values.
pub const ADIT_PARAM_FLOATS: u32 = 6;
/// A list of texts.
pub const ADIT_PARAM_TEXTS: u32 = 7;

/// One parameter of a plugin. All texts static, NUL-terminated UTF-8.
#[repr(C)]
pub struct AditParam {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// `ADIT_PARAM_...`.
    pub kind: u32,
    /// Key in a recipe.
    pub name: *const c_char,
    /// Unit of the value as text ("nm", "1/K"), or empty.
    pub unit: *const c_char,
    /// One line for people.
    pub help: *const c_char,
    /// Default as TOML text (`11`, `"zero"`, `[250.0, 700.0]`), or null: the recipe must give it.
    pub default_toml: *const c_char,
    /// Smallest value of a float, int or list element; ignored otherwise.
    pub min: f64,
    /// Largest value; ignored where `min` is.
    pub max: f64,
    /// `choice_count` texts, or null.
    pub choices: *const *const c_char,
    /// Number of `choices`.
    pub choice_count: usize,
}

/// The value of one parameter, as the host passes it to `create`. Only the fields of its kind are read.
#[repr(C)]
pub struct AditValue {
    /// Size of this struct as the host knows it, in bytes.
    pub struct_size: u32,
    /// `ADIT_PARAM_...` of the parameter.
    pub kind: u32,
    /// Key of the parameter.
    pub name: *const c_char,
    /// FLOAT.
    pub number: f64,
    /// INT, and BOOL as 0 or 1.
    pub integer: i64,
    /// CHOICE and TEXT.
    pub text: *const c_char,
    /// FLOATS: `count` numbers.
    pub numbers: *const f64,
    /// TEXTS: `count` texts.
    pub texts: *const *const c_char,
    /// Number of `numbers` or `texts`.
    pub count: usize,
}

/// One plugin. All texts static, NUL-terminated UTF-8. `self_` is what `create` gave.
#[repr(C)]
pub struct AditPlugin {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// `ADIT_KIND_...`.
    pub kind: u32,
    /// What the plugin **may** do: `ADIT_FLAG_...`.
    pub flags: u32,
    /// Version of the bytes that `save` writes. `load` reads this one and every older released one.
    pub state_version: u32,
    /// Unique id, lower-case, dots between parts: `adit.scatter.snv`.
    pub id: *const c_char,
    /// Name for people.
    pub name: *const c_char,
    /// Semantic version.
    pub version: *const c_char,
    /// One line for people.
    pub summary: *const c_char,
    /// DOI or standard of the method, or empty.
    pub reference: *const c_char,
    /// Who made it.
    pub vendor: *const c_char,
    /// SPDX licence expression.
    pub licence: *const c_char,
    /// The parameter that is the path of the fit ("components"), or null. Regressors only.
    pub path_param: *const c_char,
    /// Number of `params`.
    pub param_count: usize,
    /// The parameters; static.
    pub params: *const *const AditParam,
    /// Makes an instance from parameter values; parameters not given take their defaults. `[shared]`
    pub create: Option<
        unsafe extern "C" fn(
            call: *const AditCall,
            values: *const *const AditValue,
            count: usize,
            out: *mut *mut c_void,
        ) -> i32,
    >,
    /// Frees an instance, in any state. `[exclusive]`
    pub destroy: Option<unsafe extern "C" fn(self_: *mut c_void)>,
    /// What this instance does with its parameters: a subset of `flags`, but ROW_LOCAL and DETERMINISTIC may be added. `[shared]`
    pub instance_flags: Option<unsafe extern "C" fn(self_: *const c_void) -> u32>,
    /// Writes the fitted state through `write`. Saving what was loaded writes the same bytes. `[fitted, shared]`
    pub save: Option<unsafe extern "C" fn(self_: *const c_void, call: *const AditCall) -> i32>,
    /// Takes a state that `save` of version `state_version` wrote; the instance is then fitted. `[created, exclusive]`
    pub load: Option<
        unsafe extern "C" fn(
            self_: *mut c_void,
            call: *const AditCall,
            bytes: *const u8,
            len: usize,
            state_version: u32,
        ) -> i32,
    >,
    /// Asks for an optional ability by id (`adit.lower/1`); null when it is not there. The answer is static. `[shared]`
    pub extension: Option<unsafe extern "C" fn(id: *const c_char) -> *const c_void>,
    /// The functions of a transform, or null.
    pub transform: *const AditTransform,
    /// The functions of a regressor, or null.
    pub regressor: *const AditRegressor,
}

/// The functions of a transform.
#[repr(C)]
pub struct AditTransform {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Learns from the rows given (none for a ROW_LOCAL instance). `y` (one column) and `weights` (one a row) may be null.
    /// May be called again; an error leaves the former state. `[created or fitted, exclusive]`
    pub fit: Option<
        unsafe extern "C" fn(
            self_: *mut c_void,
            call: *const AditCall,
            axis: *const AditAxis,
            x: *const AditMatrix,
            y: *const AditMatrix,
            weights: *const f64,
        ) -> i32,
    >,
    /// Gives the axis of the output through `set_axis`. `[fitted, shared]`
    pub output: Option<unsafe extern "C" fn(self_: *const c_void, call: *const AditCall) -> i32>,
    /// Transforms each row of `x` into the same row of `out` and writes one `ADIT_ROW_...` byte a row into `status`.
    /// A failed row is NaN in `out`; no row's result depends on the rows beside it: the host passes rows a few at a time, on several
    /// threads. `[fitted, shared]`
    pub apply: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            x: *const AditMatrix,
            out: *const AditMatrixMut,
            status: *mut u8,
        ) -> i32,
    >,
}

/// The functions of a regressor.
#[repr(C)]
pub struct AditRegressor {
    /// Size of this struct as the plugin knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// Fits every component count up to `max_components` in one go and says in `reached` how far the data carry; 0 is the mean.
    /// No value of `x`, `y` or `weights` is missing. May be called again; an error leaves the former state.
    /// `[created or fitted, exclusive]`
    pub fit: Option<
        unsafe extern "C" fn(
            self_: *mut c_void,
            call: *const AditCall,
            axis: *const AditAxis,
            x: *const AditMatrix,
            y: *const AditMatrix,
            weights: *const f64,
            max_components: u32,
            reached: *mut u32,
        ) -> i32,
    >,
    /// Predicts for the component counts `from..=to` (`to <= reached`). Row i of `out` holds, for each count in turn, one value
    /// per target: column `(a - from) * targets + target`. Row status as for a transform. `[fitted, shared]`
    pub predict: Option<
        unsafe extern "C" fn(
            self_: *const c_void,
            call: *const AditCall,
            x: *const AditMatrix,
            from: u32,
            to: u32,
            out: *const AditMatrixMut,
            status: *mut u8,
        ) -> i32,
    >,
    /// Keeps the model with `components` components: what `save`, `lower` and the diagnosis are about. `[fitted, exclusive]`
    pub select: Option<
        unsafe extern "C" fn(self_: *mut c_void, call: *const AditCall, components: u32) -> i32,
    >,
}
