//! Checks on named columns.

use adit_plugin::{Axis, Channel, Error, Matrix, MatrixMut, unit};

/// The columns of a table.
pub(crate) fn channels(axis: &Axis) -> Result<&[Channel], Error> {
    match axis {
        Axis::Named(channels) => Ok(channels),
        Axis::Positions { .. } => {
            Err(Error::arg("needs named columns (EC, T, ...), but the input is a spectrum"))
        }
    }
}

/// Index of the column `name`, whose unit must be one of `units`.
pub(crate) fn column(axis: &Axis, name: &str, units: &[u32]) -> Result<usize, Error> {
    let index = axis.column(name)?;
    let given = channels(axis)?.get(index).map_or(unit::ADIT_UNIT_NONE, |c| c.unit);
    if units.contains(&given) {
        return Ok(index);
    }
    let quoted = |u: &u32| format!("\"{}\"", unit::text(*u));
    Err(Error::arg(format!(
        "column {name} must be in {}, not {}",
        units.iter().map(quoted).collect::<Vec<_>>().join(" or "),
        quoted(&given)
    )))
}

/// Checks the columns of input and output.
pub(crate) fn fits(
    wanted: (usize, usize),
    x: Matrix<'_>,
    out: &MatrixMut<'_>,
) -> Result<(), Error> {
    let given = (x.cols(), out.cols());
    if given == wanted {
        return Ok(());
    }
    Err(Error::shape(format!(
        "fitted for {} columns in and {} out, given {} and {}",
        wanted.0, wanted.1, given.0, given.1
    )))
}
