//! Selection of columns by what a PLS of the training rows makes of them.
//!
//! Every method learns from the rows it is given alone, y included: it belongs inside the folds of a cross-validation, and the
//! engine runs it nowhere else.
//!
//! | file | idea |
//! |---|---|
//! | `vip` | `adit.pls.vip`: importance in projection |
//! | `selectivity_ratio` | `adit.pls.selectivity-ratio`: explained over residual variance, with its F test |
//! | `interval` | `adit.pls.interval`: the interval, or intervals, of least cross-validated error |
//! | `cars` | `adit.pls.cars`: competitive adaptive reweighted sampling |
//! | `selector` | what the four have in common as plugins |
//! | `inner` | the cross-validation inside the training rows |
//! | `ranking` | the best columns by a figure |
//! | `f_test` | distribution function of F |
//! | `random` | random numbers from a seed, the same on every machine |

mod cars;
mod f_test;
mod inner;
mod interval;
mod random;
mod ranking;
mod selectivity_ratio;
mod selector;
#[cfg(test)]
mod tests;
mod vip;

pub(crate) use cars::Cars;
pub(crate) use interval::Interval;
pub(crate) use selectivity_ratio::SelectivityRatio;
pub(crate) use selector::Selector;
pub(crate) use vip::Vip;
