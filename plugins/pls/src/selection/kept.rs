//! The kept columns, and how they are copied.

use adit_plugin::{Axis, Error, Matrix, MatrixMut, Op, RowStatus, StateReader, StateWriter};

/// Columns of an input axis, ascending.
#[derive(Debug)]
pub(crate) struct Kept {
    input: Axis,
    output: Axis,
    index: Vec<usize>,
}

impl Kept {
    /// # Errors
    /// No column, columns that do not ascend, or one that `input` does not have.
    pub(crate) fn new(input: Axis, index: Vec<usize>) -> Result<Kept, Error> {
        let ascend = index.windows(2).all(|w| w[0] < w[1]);
        if !ascend || index.last().is_none_or(|last| *last >= input.len()) {
            return Err(Error::state_bytes(
                "the kept columns are not columns of the axis in order",
            ));
        }
        Ok(Kept { output: input.select(&index), input, index })
    }

    pub(crate) fn output(&self) -> &Axis {
        &self.output
    }

    /// Copies the kept columns. Only they decide whether a row is accepted: what is not kept is never looked at.
    pub(crate) fn apply(
        &self,
        x: Matrix<'_>,
        mut out: MatrixMut<'_>,
        status: &mut [u8],
    ) -> Result<(), Error> {
        if (x.cols(), out.cols()) != (self.input.len(), self.index.len()) {
            return Err(Error::shape(format!(
                "keeps {} of {} columns, given {} in and {} out",
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
            let finite = to.iter().all(|v| v.is_finite());
            if !finite {
                to.fill(f64::NAN);
            }
            *flag = if finite { RowStatus::Ok } else { RowStatus::NotFinite } as u8;
        }
        Ok(())
    }

    /// The input axis and the kept columns.
    pub(crate) fn save(&self, to: &mut StateWriter) {
        to.axis(&self.input);
        to.sizes(&self.index);
    }

    pub(crate) fn load(from: &mut StateReader<'_>) -> Result<Kept, Error> {
        Kept::new(from.axis()?, from.sizes()?)
    }

    pub(crate) fn lower(&self) -> Vec<Op> {
        vec![Op::Gather { n_in: self.input.len(), index: self.index.clone() }]
    }
}
