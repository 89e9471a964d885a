//! The kept columns, and how they are copied.

use adit_plugin::{Axis, Error, Flags, Matrix, MatrixMut, Op, RowStatus, vector};

/// What both methods do.
pub(crate) const FLAGS: Flags = Flags::DETERMINISTIC
    .with(Flags::ROW_LOCAL)
    .with(Flags::SELECTS_COLUMNS)
    .with(Flags::CHANGES_AXIS);

/// Columns of an input axis, in the order of the output.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) input: Axis,
    pub(crate) output: Axis,
    index: Vec<usize>,
}

impl Kept {
    /// `index` must hold columns of `input`.
    pub(crate) fn new(input: Axis, index: Vec<usize>) -> Self {
        Kept { output: input.select(&index), input, index }
    }

    /// Copies the kept columns. Only they decide whether a row is accepted, which is why [`adit_plugin::each_row`] is of no use.
    pub(crate) fn apply(
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

    pub(crate) fn lower(&self) -> Vec<Op> {
        vec![Op::Gather { n_in: self.input.len(), index: self.index.clone() }]
    }
}
