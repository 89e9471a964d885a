//! The trait of a regressor.

use crate::{
    Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, Params, StateReader, StateWriter,
    Training,
};

/// Whether several targets are models of their own or one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// One model per target.
    Separate,
    /// One model of all targets (PLS2).
    Joint,
}

/// One fold of a cross-validation: training = all rows that are in neither list. Row numbers ascend.
#[derive(Clone, Copy, Debug)]
pub struct Fold<'a> {
    /// Rows to predict.
    pub test: &'a [usize],
    /// Rows to leave out of the training besides.
    pub gap: &'a [usize],
}

/// One way of treating the training rows of each fold.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Subtract the fold's mean.
    pub centre: bool,
    /// Divide by the fold's standard deviation (ddof = 1).
    pub scale: bool,
    /// A linear filter of the columns before all else.
    pub filter: Option<Op>,
}

/// A whole cross-validation as one job.
#[derive(Debug)]
pub struct CrossValidation<'a> {
    /// All rows, after the row-local steps.
    pub x: Matrix<'a>,
    /// One column per target.
    pub y: Matrix<'a>,
    /// One positive weight a row.
    pub weights: Option<&'a [f64]>,
    /// The folds.
    pub folds: Vec<Fold<'a>>,
    /// Joint or separate targets.
    pub targets: Targets,
    /// The variants.
    pub variants: Vec<Variant>,
    /// Largest component count A.
    pub max_components: usize,
    /// Out: `[variant][test row][0..=A][target]`, test rows in the order of the folds. Past the count that a fold reached, its
    /// last model is repeated.
    pub predictions: &'a mut [f64],
    /// Out: components reached, `[variant][fold][target]`; one per fold for joint targets.
    pub reached: &'a mut [u32],
}

/// A regressor estimates targets from rows, for every component count of one fit.
pub trait Regressor: Sized + Send + Sync + 'static {
    /// What the plugin says of itself.
    const INFO: Info;
    /// Its parameters.
    const PARAMS: &'static [Param];
    /// The parameter that is the path of the fit, such as `components`: an INT with a default. A regressor without one fits count 1
    /// only (0 = mean).
    const PATH_PARAM: Option<&'static str> = None;
    /// Whether `score_count`, `scores` and `reconstruct` work (`adit.diagnose/1`).
    const DIAGNOSES: bool = false;
    /// Whether `cross_validate` works (`adit.cross-validate/1`).
    const CROSS_VALIDATES: bool = false;

    /// An instance with these parameter values.
    fn create(params: &Params) -> Result<Self, Error>;

    /// What this instance does with its parameters.
    fn flags(&self) -> Flags {
        Self::INFO.flags
    }

    /// Fits every count up to `max_components` and says how far the data carry (0: only the mean). `y` is always there, nothing
    /// is missing. On error the value stays as it was. After a fit the highest count reached is selected.
    fn fit(
        &mut self,
        data: &Training<'_>,
        max_components: usize,
        call: &Call<'_>,
    ) -> Result<usize, Error>;

    /// Predictions for the counts `from..=to`: row i of `out` holds, for each count in turn, one value per target. After `load`
    /// only the selected count is there.
    fn predict(
        &self,
        x: Matrix<'_>,
        from: usize,
        to: usize,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error>;

    /// Keeps the model with this many components for `save`, `lower` and the diagnosis.
    fn select(&mut self, components: usize) -> Result<(), Error>;

    /// Writes the selected model.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error>;

    /// Takes a state that `save` of `version` wrote. On error the value stays as it was. Bytes left over are an error.
    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error>;

    /// The selected model in lowered ops: from the row that the regressor sees to one value per target.
    fn lower(&self) -> Result<Vec<Op>, Error> {
        Err(Error::unsupported(format!("{} has no lowered form", Self::INFO.id)))
    }

    /// Scores of a row at the selected count.
    fn score_count(&self) -> usize {
        0
    }

    /// T (rows x scores) of X.
    fn scores(&self, _x: Matrix<'_>, _out: MatrixMut<'_>, _call: &Call<'_>) -> Result<(), Error> {
        Err(Error::unsupported("no scores"))
    }

    /// X^ (rows x columns) of T, in the units of the X given.
    fn reconstruct(
        &self,
        _t: Matrix<'_>,
        _out: MatrixMut<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        Err(Error::unsupported("no reconstruction"))
    }

    /// Runs a cross-validation with the parameters of this instance, which need not be fitted.
    fn cross_validate(
        &self,
        _job: &mut CrossValidation<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        Err(Error::unsupported("no fast cross-validation"))
    }

    /// Coefficients (columns x targets, row-major, then one intercept per target in the last row) of one fold at one count. The
    /// job has no room for predictions here.
    fn fold_coefficients(
        &self,
        _job: &CrossValidation<'_>,
        _variant: usize,
        _fold: usize,
        _components: usize,
        _out: MatrixMut<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        Err(Error::unsupported("no coefficients of folds"))
    }
}
