//! The trait of a transform.

use crate::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, Params, StateReader, StateWriter,
};

/// What `fit` learns from.
#[derive(Clone, Copy, Debug)]
pub struct Training<'a> {
    /// What the columns of `x` are.
    pub axis: &'a Axis,
    /// The training rows; none for a ROW_LOCAL transform.
    pub x: Matrix<'a>,
    /// The targets of the same rows, one column each.
    pub y: Option<Matrix<'a>>,
    /// One positive weight a row.
    pub weights: Option<&'a [f64]>,
}

/// A transform turns rows into rows: preprocessing, features, selection of columns.
pub trait Transform: Sized + Send + Sync + 'static {
    /// What the plugin says of itself.
    const INFO: Info;
    /// Its parameters.
    const PARAMS: &'static [Param];

    /// An instance with these parameter values.
    fn create(params: &Params) -> Result<Self, Error>;

    /// What this instance does with its parameters.
    fn flags(&self) -> Flags {
        Self::INFO.flags
    }

    /// Learns from the training rows. On error the value stays as it was.
    fn fit(&mut self, data: &Training<'_>, call: &Call<'_>) -> Result<(), Error>;

    /// The axis of the output of a fitted instance.
    fn output(&self) -> Result<Axis, Error>;

    /// Transforms each row of `x` into the same row of `out`; see [`crate::each_row`].
    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error>;

    /// Writes the fitted state.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error>;

    /// Takes a state that `save` of `version` wrote. On error the value stays as it was. Bytes left over are an error.
    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error>;

    /// The fitted instance in lowered ops.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Unsupported`] with the reason, where there is no such form.
    fn lower(&self) -> Result<Vec<Op>, Error> {
        Err(Error::unsupported(format!("{} has no lowered form", Self::INFO.id)))
    }
}
