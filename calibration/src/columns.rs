//! From a table's columns to the engine's axis and matrix.

use adit_engine::{Axis, Channel, Matrix};
use adit_spectra::{Columns, Table};

use crate::Result;

/// The engine's axis of a table's columns.
pub fn axis_of(columns: &Columns) -> Axis {
    match columns {
        Columns::Positions { unit, values } => {
            Axis::Positions { unit: *unit, values: values.clone() }
        }
        Columns::Named(channels) => Axis::Named(
            channels.iter().map(|c| Channel { name: c.name.clone(), unit: c.unit }).collect(),
        ),
    }
}

/// The rows of a table on the channels of `axis`: rows x axis channels, NaN where the table lacks a channel that is not read.
///
/// # Errors
/// Names the first channel that is read (`reads`) and that the table lacks.
pub fn rows_on(table: &Table, axis: &Axis, reads: &[bool]) -> Result<Matrix> {
    let places = axis
        .find_in(&axis_of(&table.columns), reads)
        .map_err(|e| crate::Error::from(e).in_file(table.source.as_str()))?;
    let all = Matrix::new(table.values.clone(), table.rows(), table.cols())?;
    Ok(all.select_columns(&places))
}

/// The same rows with 0 in every channel that is not read: a value that nobody reads cannot make a row not finite.
pub(crate) fn blank_unread(mut x: Matrix, reads: &[bool]) -> Matrix {
    if reads.iter().all(|read| *read) {
        return x;
    }
    for i in 0..x.rows() {
        let row = x.row_mut(i).iter_mut().zip(reads);
        row.filter(|(_, read)| !**read).for_each(|(v, _)| *v = 0.0);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::table;

    #[test]
    fn channels_are_matched_and_a_missing_one_is_named() {
        let t = table(&["a", "b"], &[1., 2., 3., 4., 5., 6.], 3);
        let want = Axis::wavelengths_nm(vec![401.0, 402.0]);
        assert_eq!(rows_on(&t, &want, &[true; 2]).unwrap().data(), [2., 3., 5., 6.]);
        let far = Axis::wavelengths_nm(vec![401.0, 403.0]);
        let error = rows_on(&t, &far, &[true; 2]).unwrap_err().to_string();
        assert!(error.contains("403 nm") && error.contains("test.csv"), "{error}");
        let x = rows_on(&t, &far, &[true, false]).unwrap();
        assert_eq!(blank_unread(x, &[true, false]).data(), [2., 0., 5., 0.]);
    }
}
