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
//! | `fast_cv` | cross-validation of all folds as columns of one matrix product |
//! | `fold_column` | one fold of it, between the products |
//! | `filter` | a banded filter of the columns before the cross-validation |
//! | `regressor` | the plugin `adit.pls` |
//!
//! The numbers are those of scikit-learn's `PLSRegression` with its iteration driven to convergence, for `scale` on and off.

#![forbid(unsafe_code)]

mod direction;
mod fast_cv;
mod filter;
mod fold_column;
mod fold_stats;
pub mod kernel;
#[cfg(test)]
mod kernel_tests;
mod limits;
mod model;
mod prepare;
mod regressor;
#[cfg(test)]
mod slow_cv;
mod state;
#[cfg(test)]
mod testing;

pub use model::Model;
pub use prepare::Settings;
pub use regressor::Pls;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![adit_plugin::Registration::regressor::<Pls>()]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_family_is_listed() {
        assert_eq!(super::plugins().len(), 1);
    }
}
