//! How the components are found: what differs between the regressors of this family.

use std::fmt;

use adit_plugin::{Call, CrossValidation, Error, Flags, Info, Matrix, Param, ParamKind, Params};
use nalgebra::DMatrix;

use crate::model::Model;
use crate::prepare::Settings;
use crate::route::{FitRoute, Route, choose_fit};
use crate::{fast_cv, kernel, kernel_2, wide};

/// A way of finding components; [`crate::Latent`] makes a regressor plugin of it.
pub trait Algorithm: Sized + fmt::Debug + Send + Sync + 'static {
    /// What the plugin says of itself.
    const INFO: Info;

    /// Parameters: components, centre and scale at least.
    const PARAMS: &'static [Param] = SHARED;

    /// From its parameters.
    ///
    /// # Errors
    /// A parameter that is not there.
    fn create(params: &Params) -> Result<Self, Error>;

    /// Fits every count up to `max_components`, as [`kernel::fit_on`] does.
    ///
    /// # Errors
    /// As [`kernel::fit_on`].
    fn fit(
        &self,
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        settings: Settings,
        max_components: usize,
        call: &Call<'_>,
    ) -> Result<Model, Error>;

    /// Runs the whole cross-validation.
    ///
    /// # Errors
    /// Shapes that do not fit, a fold without training rows, values that are not finite, a filter that is not banded.
    fn cross_validate(&self, job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error>;

    /// Coefficients (targets x columns) and intercepts of one fold at one count.
    ///
    /// # Errors
    /// As [`Algorithm::cross_validate`], and a variant, fold or count that is not there.
    fn fold_coefficients(
        &self,
        job: &CrossValidation<'_>,
        variant: usize,
        fold: usize,
        components: usize,
    ) -> Result<(DMatrix<f64>, Vec<f64>), Error>;
}

/// Improved kernel PLS, by the way that fewest operations lead or that the parameter `algorithm` names: [`kernel::fit_on`], on X'X
/// (`kernel_2`), or on XX' (`wide`); the model is the same.
#[derive(Debug)]
pub struct Kernel {
    /// The way that the user wants.
    named: Option<Route>,
}

/// Parameters of every regressor of this family.
pub(crate) const SHARED: &[Param] = &[COMPONENTS, CENTRE, SCALE];

const COMPONENTS: Param = Param {
    name: "components",
    unit: "",
    help: "number of latent variables; the host chooses it by cross-validation when told \"auto\"",
    kind: ParamKind::Int { default: Some(10), min: 0, max: 10_000 },
};
const CENTRE: Param = Param {
    name: "centre",
    unit: "",
    help: "subtract the means of X and y; without it the model goes through the origin",
    kind: ParamKind::Bool { default: Some(true) },
};
const SCALE: Param = Param {
    name: "scale",
    unit: "",
    help: "divide X and y by their standard deviations (ddof = 1; a constant column by 1)",
    kind: ParamKind::Bool { default: Some(false) },
};
const ALGORITHM: Param = Param {
    name: "algorithm",
    unit: "",
    help: "kernel-1: on X; kernel-2: on X'X; gram: on XX' (in cross-validation without scaling only); auto: what takes fewest \
           operations. The model is the same",
    kind: ParamKind::Choice {
        default: Some("auto"),
        choices: &["auto", "kernel-1", "kernel-2", "gram"],
    },
};

impl Algorithm for Kernel {
    const INFO: Info = Info {
        id: "adit.pls",
        name: "PLS",
        summary: "partial least squares regression by the improved kernel algorithm",
        reference: "doi:10.1002/(SICI)1099-128X(199701)11:1<73::AID-CEM435>3.0.CO;2-#",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };

    const PARAMS: &'static [Param] = &[COMPONENTS, CENTRE, SCALE, ALGORITHM];

    fn create(params: &Params) -> Result<Self, Error> {
        let named = match params.text("algorithm")? {
            "kernel-1" => Some(Route::Batched),
            "kernel-2" => Some(Route::CrossProduct),
            "gram" => Some(Route::Gram),
            _ => None,
        };
        Ok(Kernel { named })
    }

    fn fit(
        &self,
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        settings: Settings,
        max_components: usize,
        call: &Call<'_>,
    ) -> Result<Model, Error> {
        let way = match self.named {
            Some(Route::Batched) => FitRoute::Kernel,
            Some(Route::CrossProduct) => FitRoute::CrossProduct,
            Some(Route::Gram) => FitRoute::Gram,
            None => choose_fit(x.rows(), x.cols(), max_components),
        };
        match way {
            FitRoute::Kernel => kernel::fit_on(x, y, weights, settings, max_components, call),
            FitRoute::CrossProduct => kernel_2::fit(x, y, weights, settings, max_components),
            FitRoute::Gram => wide::fit(x, y, weights, settings, max_components),
        }
    }

    fn cross_validate(&self, job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error> {
        fast_cv::run_by(job, self.named, call)
    }

    fn fold_coefficients(
        &self,
        job: &CrossValidation<'_>,
        variant: usize,
        fold: usize,
        components: usize,
    ) -> Result<(DMatrix<f64>, Vec<f64>), Error> {
        fast_cv::coefficients(job, variant, fold, components)
    }
}
