//! Row by row work, with one status byte a row.

use adit_abi as abi;

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

struct Base(*mut f64, *mut u8);
// SAFETY: each parallel part derives references to its own rows only.
unsafe impl Sync for Base {}

/// Applies `f(row, out_row)` to each row: a row that holds a value that is not finite, or whose status is not `Ok`, becomes NaN.
/// A row that was finite and came out not finite is `NotFinite` too. Rows do not see each other; blocks of rows run in parallel.
///
/// # Errors
/// When the shapes do not fit.
pub fn each_row(
    x: Matrix<'_>,
    mut out: MatrixMut<'_>,
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
    let (data, cols, stride) = out.raw_parts();
    let base = Base(data, status.as_mut_ptr());
    let base = &base;
    call.parallel_for(rows.div_ceil(BLOCK), |block| {
        for i in block * BLOCK..rows.min((block + 1) * BLOCK) {
            // SAFETY: row i belongs to this block alone, lies inside the matrix, and its status byte inside `status`.
            let (row_out, flag) = unsafe {
                (crate::matrix::slice_mut(base.0.add(i * stride), cols), &mut *base.1.add(i))
            };
            let row = x.row(i);
            let mut came_out = RowStatus::NotFinite;
            if row.iter().all(|v| v.is_finite()) {
                came_out = f(row, row_out);
                if came_out == RowStatus::Ok && !row_out.iter().all(|v| v.is_finite()) {
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
