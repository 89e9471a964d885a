//! How many components: the rules that choose a count from cross-validated errors.
//!
//! | module | idea |
//! |---|---|
//! | `limit` | the largest count that is searched |
//! | `units` | squared errors by unit, which every rule looks at |
//! | `rule` | the rules behind one function, and what they found |
//! | `one_standard_error`, `minimum`, `randomisation`, `wold_r` | one rule each |

#[cfg(test)]
mod golden;
mod limit;
mod minimum;
mod one_standard_error;
mod randomisation;
mod rule;
mod units;
mod wold_r;

pub use limit::search_limit;
pub(crate) use limit::{MOST, rule_of};
pub use minimum::minimum;
pub use one_standard_error::one_standard_error;
pub use randomisation::{ALPHA, randomisation};
pub use rule::{Choice, choose};
pub(crate) use units::unit_means;
pub use wold_r::{LIMIT, wold_r};
