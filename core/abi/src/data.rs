//! Borrowed views of numbers, and the axis that says what the columns are.

use core::ffi::c_char;

/// A borrowed, row-major matrix of `f64`: element (i, j) is `data[i * row_stride + j]`.
///
/// One row is one sample. `row_stride >= cols`; `data` may be null when `rows * cols == 0`. Owned by the host.
/// What lies between the rows is not part of it: it is neither read nor written.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AditMatrix {
    /// First element; borrowed until the call returns.
    pub data: *const f64,
    /// Number of samples.
    pub rows: usize,
    /// Number of columns (channels, features or targets).
    pub cols: usize,
    /// Distance between the first elements of two rows, in elements.
    pub row_stride: usize,
}

/// A borrowed matrix that the plugin fills: the layout of [`AditMatrix`], memory owned by the host.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AditMatrixMut {
    /// First element; borrowed until the call returns.
    pub data: *mut f64,
    /// Number of samples.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Distance between the first elements of two rows, in elements.
    pub row_stride: usize,
}

/// What the columns of a matrix are.
///
/// Exactly one of two forms: `values` is set, and the columns are positions on one axis with the unit `unit` (a spectrum);
/// or `names` and `units` are set, and each column has a name and a unit of its own (a table).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AditAxis {
    /// Size of this struct as its writer knows it, in bytes.
    pub struct_size: u32,
    /// Unit of `values` (see `unit`); `ADIT_UNIT_NONE` for named columns.
    pub unit: u32,
    /// Number of columns.
    pub count: usize,
    /// `count` positions, or null.
    pub values: *const f64,
    /// `count` names, NUL-terminated UTF-8, or null.
    pub names: *const *const c_char,
    /// `count` units of the named columns, or null.
    pub units: *const u32,
}

/// A row came out well.
pub const ADIT_ROW_OK: u8 = 0;
/// The row held a value that is not finite.
pub const ADIT_ROW_NOT_FINITE: u8 = 1;
/// A divisor (standard deviation, slope, ratio) of the row was not above its floor.
pub const ADIT_ROW_DIVISOR: u8 = 2;
/// The logarithm was asked of a value that is not above its floor.
pub const ADIT_ROW_LOG: u8 = 3;
/// Another reason; the text went to `report`.
pub const ADIT_ROW_OTHER: u8 = 255;
