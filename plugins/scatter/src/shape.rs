//! Which inputs the methods of this family take, and the division that both end with.

use adit_plugin::{Axis, Error, Matrix, MatrixMut, unit, vector};

/// Accepts an axis along which a mean makes sense: positions, or named columns that share one unit; two columns at least.
pub(crate) fn comparable(axis: &Axis, method: &str) -> Result<(), Error> {
    if axis.len() < 2 {
        return Err(Error::shape(format!("{method} needs 2 columns or more, not {}", axis.len())));
    }
    let Axis::Named(channels) = axis else { return Ok(()) };
    match channels.iter().find(|c| c.unit != channels[0].unit) {
        None => Ok(()),
        Some(other) => Err(Error::arg(format!(
            "{method} works across the columns of a row, but {} is in \"{}\" and {} in \"{}\"; \
             it is meant for spectra",
            channels[0].name,
            unit::text(channels[0].unit),
            other.name,
            unit::text(other.unit)
        ))),
    }
}

/// Checks that input and output have the `columns` that the fit saw.
pub(crate) fn fits(columns: usize, x: Matrix<'_>, out: &MatrixMut<'_>) -> Result<(), Error> {
    if x.cols() == columns && out.cols() == columns {
        return Ok(());
    }
    let (given, wanted) = (x.cols(), out.cols());
    Err(Error::shape(format!("fitted on {columns} columns, given {given} in and {wanted} out")))
}

/// Divides a row by `by`, above 0: by way of the reciprocal, which is much faster, unless that overflows.
pub(crate) fn divide(row: &mut [f64], by: f64) {
    let factor = by.recip();
    if factor.is_finite() {
        vector::scale(row, factor);
    } else {
        row.iter_mut().for_each(|v| *v /= by);
    }
}
