//! Row by row work, with one status byte a row.

use adit_abi as abi;

use crate::vector::all_finite;
use crate::{Call, Error, Matrix, MatrixMut};

/// How a row came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RowStatus {
    /// Well.
    Ok = abi::ADIT_ROW_OK,
    /// The row held a value that is not finite.
    NotFinite = abi::ADIT_ROW_NOT_FINITE,
    /// A divisor was not above its floor.
    Divisor = abi::ADIT_ROW_DIVISOR,
    /// A logarithm was asked of a value that is not above its floor.
    Log = abi::ADIT_ROW_LOG,
}

/// Rows that one parallel part works on. Fixed, so that results do not depend on the number of threads.
const BLOCK: usize = 64;

/// The status bytes, for parallel parts that each write their own.
struct Flags(*mut u8);
// SAFETY: each parallel part writes the bytes of its own rows only.
unsafe impl Sync for Flags {}

/// Checks that the rows given have the `columns` that the fit saw.
///
/// # Errors
/// [`crate::ErrorCode::Shape`] with both numbers. The rows that come out are the plugin's own choice: see [`check_widths`].
pub fn check_width(x: &Matrix<'_>, columns: usize) -> Result<(), Error> {
    if x.cols() == columns {
        return Ok(());
    }
    Err(Error::shape(format!("fitted on {columns} columns, given {}", x.cols())))
}

/// Checks that the rows given have `columns_in` columns and the room for the result `columns_out`.
///
/// ```
/// use adit_plugin::{Matrix, MatrixMut, check_widths};
///
/// let (x, mut out) = ([1.0; 6], [0.0; 4]);
/// let (x, out) = (Matrix::new(&x, 2, 3)?, MatrixMut::new(&mut out, 2, 2)?);
/// assert!(check_widths(&x, 3, &out, 2).is_ok());
/// assert!(check_widths(&x, 4, &out, 2).unwrap_err().to_string().contains("fitted on 4 columns, given 3"));
/// # Ok::<(), adit_plugin::Error>(())
/// ```
///
/// # Errors
/// [`crate::ErrorCode::Shape`] with the numbers that differ.
pub fn check_widths(
    x: &Matrix<'_>,
    columns_in: usize,
    out: &MatrixMut<'_>,
    columns_out: usize,
) -> Result<(), Error> {
    check_width(x, columns_in)?;
    if out.cols() == columns_out {
        return Ok(());
    }
    let given = out.cols();
    Err(Error::shape(format!(
        "the result has {columns_out} columns, and there is room for {given}"
    )))
}

/// Applies `f(row, out_row)` to each row: a row that holds a value that is not finite, or whose status is not `Ok`, becomes NaN.
/// A row that was finite and came out not finite is `NotFinite` too. Rows do not see each other; blocks of rows run in parallel.
///
/// # Errors
/// When the shapes do not fit.
pub fn each_row(
    x: Matrix<'_>,
    out: MatrixMut<'_>,
    status: &mut [u8],
    call: &Call<'_>,
    f: impl Fn(&[f64], &mut [f64]) -> RowStatus + Sync,
) -> Result<(), Error> {
    if out.rows() != x.rows() || status.len() != x.rows() {
        return Err(Error::shape(format!(
            "{} rows in, {} rows and {} status bytes out",
            x.rows(),
            out.rows(),
            status.len()
        )));
    }
    let rows = x.rows();
    let flags = &Flags(status.as_mut_ptr());
    call.parallel_for(rows.div_ceil(BLOCK), |block| {
        for i in block * BLOCK..rows.min((block + 1) * BLOCK) {
            // SAFETY: row i and its byte belong to this block alone, each block runs once, and `status` has a byte for every row.
            let (row_out, flag) = unsafe { (out.row_shared(i), &mut *flags.0.add(i)) };
            let row = x.row(i);
            let mut came_out = RowStatus::NotFinite;
            if all_finite(row) {
                came_out = f(row, row_out);
                if came_out == RowStatus::Ok && !all_finite(row_out) {
                    came_out = RowStatus::NotFinite;
                }
            }
            if came_out != RowStatus::Ok {
                row_out.fill(f64::NAN);
            }
            *flag = came_out as u8;
        }
    });
    Ok(())
}
