//! What the methods of selection have in common as plugins.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Kept, Matrix, MatrixMut, Op, Param, Params, StateReader,
    StateWriter, Training, Transform,
};

use super::inner::Rows;

/// A way of choosing columns; [`Selector`] makes a transform plugin of it.
pub(crate) trait Method: Sized + Send + Sync + 'static {
    /// What the plugin says of itself; the flags are the selector's.
    const INFO: Info;
    /// Its parameters.
    const PARAMS: &'static [Param];

    /// The method with these parameter values.
    ///
    /// # Errors
    /// Values that do not go together.
    fn create(params: &Params) -> Result<Self, Error>;

    /// The columns to keep, ascending, at least one.
    ///
    /// # Errors
    /// An axis or data that the method cannot work on.
    fn choose(&self, axis: &Axis, rows: Rows<'_>, call: &Call<'_>) -> Result<Vec<usize>, Error>;
}

/// A selection of columns that `M` makes from the training rows and their y.
///
/// The kept columns are copied unchanged, in the order of the input. Where the training rows tell nothing (constant y, no column
/// that varies, fewer than three rows), all columns are kept.
#[derive(Debug)]
pub(crate) struct Selector<M> {
    method: M,
    kept: Option<Kept>,
}

impl<M> Selector<M> {
    fn kept(&self) -> Result<&Kept, Error> {
        self.kept.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl<M: Method> Transform for Selector<M> {
    const INFO: Info = Info {
        flags: Flags::NEEDS_Y
            .with(Flags::SELECTS_COLUMNS)
            .with(Flags::CHANGES_AXIS)
            .with(Flags::DETERMINISTIC),
        ..M::INFO
    };
    const PARAMS: &'static [Param] = M::PARAMS;

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Selector { method: M::create(params)?, kept: None })
    }

    fn fit(&mut self, data: &Training<'_>, call: &Call<'_>) -> Result<(), Error> {
        let rows = Rows::new(data)?;
        let index = match rows.tell_something() {
            true => self.method.choose(data.axis, rows, call)?,
            false => (0..data.x.cols()).collect(),
        };
        self.kept = Some(Kept::new(data.axis.clone(), index)?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.kept()?.output().clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        self.kept()?.apply(x, out, status)
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        self.kept()?.save(to);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error> {
        if version != Self::INFO.state_version {
            return Err(Error::state_bytes(format!("states of version {version} are not known")));
        }
        self.kept = Some(Kept::load(from)?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        Ok(self.kept()?.lower())
    }
}
