//! Centring and scaling of columns by what the training rows show.
//!
//! | file | idea |
//! |---|---|
//! | `centre` | `adit.scale.centre`: minus the mean |
//! | `autoscale` | `adit.scale.autoscale`: then over the standard deviation |
//! | `pareto` | `adit.scale.pareto`: then over its square root |
//! | `scaler` | the transform behind all three |
//! | `moments` | mean and standard deviation of columns |
//!
//! A regressor of adit centres and scales by itself, inside its fit; one of these steps right before it is allowed, but costs the
//! fast cross-validation.

#![forbid(unsafe_code)]

mod autoscale;
mod centre;
mod moments;
mod pareto;
mod scaler;

pub use autoscale::Autoscale;
pub use centre::Centre;
pub use pareto::Pareto;
pub use scaler::{Divisor, Scaler};

use adit_plugin::Registration;

/// The plugins of this family.
pub fn plugins() -> Vec<Registration> {
    vec![
        Registration::transform::<Scaler<Centre>>(),
        Registration::transform::<Scaler<Autoscale>>(),
        Registration::transform::<Scaler<Pareto>>(),
    ]
}
