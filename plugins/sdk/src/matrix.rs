//! Borrowed row-major matrices.

use adit_abi::{AditMatrix, AditMatrixMut};

use crate::Error;

/// A borrowed, row-major matrix: one row per sample.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f64],
    rows: usize,
    cols: usize,
    stride: usize,
}

impl<'a> Matrix<'a> {
    /// A matrix over `data` of length `rows * cols`.
    ///
    /// # Errors
    /// When the length does not fit.
    pub fn new(data: &'a [f64], rows: usize, cols: usize) -> Result<Self, Error> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(Error::shape(format!("{} values are not {rows} x {cols}", data.len())));
        }
        Ok(Matrix { data, rows, cols, stride: cols })
    }
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }
    /// Row `i`.
    pub fn row(&self, i: usize) -> &'a [f64] {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        let start = i * self.stride;
        &self.data[start..start + self.cols]
    }
    /// All rows in order.
    pub fn iter_rows(&self) -> impl Iterator<Item = &'a [f64]> + '_ {
        (0..self.rows).map(|i| self.row(i))
    }
    /// A packed copy, row-major.
    pub fn to_vec(&self) -> Vec<f64> {
        self.iter_rows().flatten().copied().collect()
    }

    /// # Safety
    /// `raw` must be null or describe memory valid for reads as its documentation says.
    pub(crate) unsafe fn from_raw(raw: *const AditMatrix) -> Result<Option<Matrix<'a>>, Error> {
        // SAFETY: promised by the caller.
        let Some(raw) = (unsafe { raw.as_ref() }) else { return Ok(None) };
        let len = extent(raw.rows, raw.cols, raw.row_stride)?;
        // SAFETY: the contract makes `len` elements readable.
        let data = unsafe { slice(raw.data, len) };
        if data.len() < len {
            return Err(Error::shape("the matrix has no data"));
        }
        Ok(Some(Matrix { data, rows: raw.rows, cols: raw.cols, stride: raw.row_stride }))
    }
}

/// A borrowed, row-major matrix to fill.
#[derive(Debug)]
pub struct MatrixMut<'a> {
    data: &'a mut [f64],
    rows: usize,
    cols: usize,
    stride: usize,
}

impl<'a> MatrixMut<'a> {
    /// A matrix over `data` of length `rows * cols`.
    ///
    /// # Errors
    /// When the length does not fit.
    pub fn new(data: &'a mut [f64], rows: usize, cols: usize) -> Result<Self, Error> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(Error::shape(format!("{} values are not {rows} x {cols}", data.len())));
        }
        Ok(MatrixMut { data, rows, cols, stride: cols })
    }
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }
    /// Row `i`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        let start = i * self.stride;
        &mut self.data[start..start + self.cols]
    }
    pub(crate) fn raw_parts(&mut self) -> (*mut f64, usize, usize) {
        (self.data.as_mut_ptr(), self.cols, self.stride)
    }

    /// # Safety
    /// `raw` must be null or describe memory valid for writes, not aliased, as its documentation says.
    pub(crate) unsafe fn from_raw(raw: *const AditMatrixMut) -> Result<MatrixMut<'a>, Error> {
        // SAFETY: promised by the caller.
        let Some(raw) = (unsafe { raw.as_ref() }) else {
            return Err(Error::arg("the output matrix is missing"));
        };
        let len = extent(raw.rows, raw.cols, raw.row_stride)?;
        // SAFETY: the contract makes `len` elements writable and ours alone.
        let data = unsafe { slice_mut(raw.data, len) };
        if data.len() < len {
            return Err(Error::shape("the output matrix has no data"));
        }
        Ok(MatrixMut { data, rows: raw.rows, cols: raw.cols, stride: raw.row_stride })
    }
}

/// Elements from the first to the last of a strided matrix.
fn extent(rows: usize, cols: usize, stride: usize) -> Result<usize, Error> {
    if rows == 0 || cols == 0 {
        return Ok(0);
    }
    if stride < cols {
        return Err(Error::shape(format!("row stride {stride} is below {cols} columns")));
    }
    (rows - 1)
        .checked_mul(stride)
        .and_then(|n| n.checked_add(cols))
        .ok_or_else(|| Error::shape("the matrix is larger than memory"))
}

/// An empty slice for null.
///
/// # Safety
/// `data` must be null or valid for reads of `len` elements for `'a`.
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize) -> &'a [T] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts(data, len) }
}

/// An empty slice for null.
///
/// # Safety
/// `data` must be null or valid for writes of `len` elements, not aliased, for `'a`.
pub(crate) unsafe fn slice_mut<'a, T>(data: *mut T, len: usize) -> &'a mut [T] {
    if data.is_null() || len == 0 {
        return &mut [];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts_mut(data, len) }
}
