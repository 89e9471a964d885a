//! The columns that a selection keeps, and how they are copied.

use crate::{Axis, Error, Matrix, MatrixMut, Op, RowStatus, StateReader, StateWriter, vector};

/// Columns of an input axis, in the order of the output: what a transform with SELECTS_COLUMNS comes down to.
#[derive(Clone, Debug)]
pub struct Kept {
    input: Axis,
    output: Axis,
    index: Vec<usize>,
}

impl Kept {
    /// The columns numbered `index` of `input`.
    ///
    /// # Errors
    /// No column, or one that `input` does not have.
    pub fn new(input: Axis, index: Vec<usize>) -> Result<Kept, Error> {
        if index.is_empty() || index.iter().any(|j| *j >= input.len()) {
            return Err(Error::state_bytes("the kept columns are not columns of the axis"));
        }
        Ok(Kept { output: input.select(&index), input, index })
    }

    /// The axis that they were chosen from.
    pub fn input(&self) -> &Axis {
        &self.input
    }

    /// The axis of what is kept.
    pub fn output(&self) -> &Axis {
        &self.output
    }

    /// Copies the kept columns of `x` to `out`, row by row, one status byte a row. Only they decide whether a row is accepted: what is
    /// not kept is never looked at, which is why [`crate::each_row`] is of no use here.
    ///
    /// # Errors
    /// Shapes that do not fit.
    pub fn apply(
        &self,
        x: Matrix<'_>,
        mut out: MatrixMut<'_>,
        status: &mut [u8],
    ) -> Result<(), Error> {
        if (x.cols(), out.cols()) != (self.input.len(), self.index.len()) {
            return Err(Error::shape(format!(
                "selects {} of {} columns, given {} in and {} out",
                self.index.len(),
                self.input.len(),
                x.cols(),
                out.cols()
            )));
        }
        if out.rows() != x.rows() || status.len() != x.rows() {
            return Err(Error::shape("input, output and status differ in their number of rows"));
        }
        for (i, flag) in status.iter_mut().enumerate() {
            let (from, to) = (x.row(i), out.row_mut(i));
            to.iter_mut().zip(&self.index).for_each(|(o, j)| *o = from[*j]);
            let finite = vector::all_finite(to);
            if !finite {
                to.fill(f64::NAN);
            }
            *flag = if finite { RowStatus::Ok } else { RowStatus::NotFinite } as u8;
        }
        Ok(())
    }

    /// The input axis and the kept columns.
    pub fn save(&self, to: &mut StateWriter) {
        to.axis(&self.input);
        to.sizes(&self.index);
    }

    /// What [`Kept::save`] wrote.
    ///
    /// # Errors
    /// Bytes that are cut, or no columns of the axis.
    pub fn load(from: &mut StateReader<'_>) -> Result<Kept, Error> {
        Kept::new(from.axis()?, from.sizes()?)
    }

    /// One `GATHER`.
    pub fn lower(&self) -> Vec<Op> {
        vec![Op::Gather { n_in: self.input.len(), index: self.index.clone() }]
    }
}
