//! Partial least squares regression, one and many targets.
//!
//! | file | idea |
//! |---|---|
//! | `prepare` | means and standard deviations of training rows, centred and scaled copies |
//! | `direction` | the weight vector of a component: dominant left singular vector of X'Y |
//! | `limits` | when the data carry no further component |
//! | `kernel` | improved kernel PLS #1: every component count from one fit |
//! | `model` | the fitted model: predictions, scores, reconstruction, coefficients |
//! | `state` | the model as bytes |
//! | `fold_stats` | means and standard deviations of many folds at once |
//! | `fast_cv` | cross-validation: variants that share an X, the route of each, the answers in their places |
//! | `batched` | the component loop of all folds at once, on X; one fit is one fold |
//! | `fold_column` | one fold of it, between two reads of X |
//! | `covariance` | X'Y of a fold from that of all rows |
//! | `sweep`, `pass` | one read of X for all folds, in chunks of rows; its inner loops |
//! | `route` | which way a cross-validation or a fit goes, by operation count |
//! | `cv_gram`, `cv_cross_product` | cross-validation of all folds on XX', on X'X |
//! | `kernel_2`, `wide`, `treated_fit` | the fit on X'X, on XX', and what both start from |
//! | `rounding` | when squared space has no digits left and X itself decides |
//! | `products`, `column_ops`, `small_eigen`, `about_zero` | what these are made of |
//! | `filter` | a banded filter of the columns before the cross-validation |
//! | `fold_fits` | cross-validation by one fit a fold |
//! | `simpls` | SIMPLS: the same model for one target, another for several |
//! | `decomposition` | scores and loadings of the training rows |
//! | `explained`, `vip`, `selectivity_ratio` | figures of the fitted model, each a method of the decomposition |
//! | `algorithm`, `regressor` | the plugins `adit.pls` and `adit.simpls`: one shell, two algorithms |
//! | `selection` | the plugins that select columns by a PLS of the training rows |
//!
//! The numbers are those of scikit-learn's `PLSRegression` with its iteration driven to convergence, for `scale` on and off.

#![forbid(unsafe_code)]

mod about_zero;
mod algorithm;
mod batched;
mod column_ops;
mod covariance;
mod cv_cross_product;
mod cv_gram;
mod decomposition;
mod direction;
mod explained;
mod fast_cv;
mod filter;
mod fold_column;
mod fold_fits;
mod fold_stats;
pub mod kernel;
mod kernel_2;
#[cfg(test)]
mod kernel_tests;
mod limits;
mod model;
mod pass;
mod prepare;
mod products;
mod regressor;
mod rounding;
mod route;
mod selection;
mod selectivity_ratio;
pub mod simpls;
#[cfg(test)]
mod simpls_tests;
#[cfg(test)]
mod slow_cv;
mod small_eigen;
#[cfg(test)]
mod squared_tests;
mod state;
mod sweep;
#[cfg(test)]
mod testing;
mod treated_fit;
mod vip;
mod whole;
mod wide;

pub use algorithm::{Algorithm, Kernel};
pub use decomposition::Decomposition;
pub use model::Model;
pub use prepare::Settings;
pub use regressor::{Latent, Pls};

use adit_plugin::Registration;
use selection::{Cars, Interval, SelectivityRatio, Selector, Vip};

/// The plugins of this family.
pub fn plugins() -> Vec<Registration> {
    vec![
        Registration::regressor::<Pls>(),
        Registration::regressor::<Latent<simpls::Simpls>>(),
        Registration::transform::<Selector<Vip>>(),
        Registration::transform::<Selector<SelectivityRatio>>(),
        Registration::transform::<Selector<Interval>>(),
        Registration::transform::<Selector<Cars>>(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_family_is_listed() {
        assert_eq!(super::plugins().len(), 6);
    }
}
