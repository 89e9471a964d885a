//! Borrowed row-major matrices.
//!
//! A view keeps a pointer and makes a slice of one row at a time: what lies between the rows of a strided matrix belongs to
//! somebody else, who may be writing there meanwhile.

use std::marker::PhantomData;

use adit_abi::{AditMatrix, AditMatrixMut};

use crate::Error;

/// A borrowed, row-major matrix: one row per sample.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// Valid for reads of every row for `'a`.
    data: *const f64,
    rows: usize,
    cols: usize,
    stride: usize,
    _rows: PhantomData<&'a [f64]>,
}

// SAFETY: it is as good as a `&[f64]` of each of its rows.
unsafe impl Send for Matrix<'_> {}
// SAFETY: as above.
unsafe impl Sync for Matrix<'_> {}

impl<'a> Matrix<'a> {
    /// A matrix over `data` of length `rows * cols`.
    ///
    /// # Errors
    /// When the length does not fit.
    pub fn new(data: &'a [f64], rows: usize, cols: usize) -> Result<Self, Error> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(Error::shape(format!("{} values are not {rows} x {cols}", data.len())));
        }
        Ok(Matrix { data: data.as_ptr(), rows, cols, stride: cols, _rows: PhantomData })
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
    ///
    /// # Panics
    /// When there is no row `i`.
    pub fn row(&self, i: usize) -> &'a [f64] {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        // SAFETY: row i of a matrix that was checked when it was made, readable for 'a.
        unsafe { slice(self.data.wrapping_add(i * self.stride), self.cols) }
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
        let stride = stride(raw.data, raw.rows, raw.cols, raw.row_stride)?;
        let (data, rows, cols) = (raw.data, raw.rows, raw.cols);
        Ok(Some(Matrix { data, rows, cols, stride, _rows: PhantomData }))
    }
}

/// A borrowed, row-major matrix to fill.
#[derive(Debug)]
pub struct MatrixMut<'a> {
    /// Valid for reads and writes of every row for `'a`, and ours alone there.
    data: *mut f64,
    rows: usize,
    cols: usize,
    stride: usize,
    _rows: PhantomData<&'a mut [f64]>,
}

// SAFETY: it is as good as a `&mut [f64]` of each of its rows.
unsafe impl Send for MatrixMut<'_> {}
// SAFETY: as above.
unsafe impl Sync for MatrixMut<'_> {}

impl<'a> MatrixMut<'a> {
    /// A matrix over `data` of length `rows * cols`.
    ///
    /// # Errors
    /// When the length does not fit.
    pub fn new(data: &'a mut [f64], rows: usize, cols: usize) -> Result<Self, Error> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(Error::shape(format!("{} values are not {rows} x {cols}", data.len())));
        }
        Ok(MatrixMut { data: data.as_mut_ptr(), rows, cols, stride: cols, _rows: PhantomData })
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
    ///
    /// # Panics
    /// When there is no row `i`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        // SAFETY: `self` is borrowed as long as the row is.
        unsafe { self.row_shared(i) }
    }
    /// Row `i`, for parallel parts that each take rows of their own.
    ///
    /// # Safety
    /// No two slices of one row may be alive at a time.
    ///
    /// # Panics
    /// When there is no row `i`.
    #[allow(clippy::mut_from_ref)] // Which is the point; the caller keeps the rows apart.
    pub(crate) unsafe fn row_shared(&self, i: usize) -> &mut [f64] {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        // SAFETY: row i of a matrix that was checked when it was made, writable for 'a; apart from others by the caller's promise.
        unsafe { slice_mut(self.data.wrapping_add(i * self.stride), self.cols) }
    }

    /// # Safety
    /// `raw` must be null or describe memory valid for writes, not aliased, as its documentation says.
    pub(crate) unsafe fn from_raw(raw: *const AditMatrixMut) -> Result<MatrixMut<'a>, Error> {
        // SAFETY: promised by the caller.
        let Some(raw) = (unsafe { raw.as_ref() }) else {
            return Err(Error::arg("the output matrix is missing"));
        };
        let stride = stride(raw.data, raw.rows, raw.cols, raw.row_stride)?;
        let (data, rows, cols) = (raw.data, raw.rows, raw.cols);
        Ok(MatrixMut { data, rows, cols, stride, _rows: PhantomData })
    }
}

/// The stride of a matrix that holds together; 0 for one without elements, whose stride means nothing.
fn stride(data: *const f64, rows: usize, cols: usize, stride: usize) -> Result<usize, Error> {
    if rows == 0 || cols == 0 {
        return Ok(0);
    }
    if data.is_null() || !data.is_aligned() {
        return Err(Error::shape(format!("a matrix of {rows} x {cols} has no data")));
    }
    if stride < cols {
        return Err(Error::shape(format!("row stride {stride} is below {cols} columns")));
    }
    let elements = (rows - 1).checked_mul(stride).and_then(|n| n.checked_add(cols));
    match elements.filter(|n| *n <= isize::MAX as usize / size_of::<f64>()) {
        Some(_) => Ok(stride),
        None => Err(Error::shape("the matrix is larger than memory")),
    }
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
