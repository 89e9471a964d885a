//! Regressions that keep a share of each principal component of X: principal component regression and ridge regression.
//!
//! Both are `y = sum_i f_i (u_i'y / s_i) v_i'x` on the singular value decomposition `X = U S V'` of the treated training rows, and
//! differ in the shares f alone: principal component regression keeps the first k whole, ridge keeps `s^2 / (s^2 + lambda)` of
//! each with lambda such that the shares add up to k. In both, the count k is what the model spends of the data's degrees of
//! freedom, so counts can be compared with each other and with the latent variables of PLS.
//!
//! | file | idea |
//! |---|---|
//! | `treat` | centred, scaled, weighted training rows |
//! | `decompose` | their singular value decomposition, up to the numerical rank |
//! | `method` | what a method is: the shares that a count keeps |
//! | `pcr` | the method of `adit.pcr` |
//! | `ridge` | the method of `adit.ridge`, and its penalty |
//! | `model` | the fitted counts: predictions, scores, reconstruction, coefficients |
//! | `state` | the model as bytes |
//! | `regressor` | the plugin of a method |

#![forbid(unsafe_code)]

mod decompose;
#[cfg(test)]
mod degenerate_tests;
mod method;
mod model;
mod pcr;
mod regressor;
mod ridge;
mod state;
#[cfg(test)]
mod testing;
mod treat;

pub use method::Method;
pub use model::Model;
pub use pcr::Pcr;
pub use regressor::Regression;
pub use ridge::{Ridge, penalty};
pub use treat::Settings;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![
        adit_plugin::Registration::regressor::<Regression<Pcr>>(),
        adit_plugin::Registration::regressor::<Regression<Ridge>>(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_family_is_listed() {
        assert_eq!(super::plugins().len(), 2);
    }
}
