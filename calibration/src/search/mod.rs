//! Model search: which recipe of a space, with how many components, and how good it honestly is.
//!
//! | module | idea |
//! |---|---|
//! | `default_space` | the spaces that come along, as TOML |
//! | `regression` | rows, targets and folds of an analyte, the same for every recipe |
//! | `outer` | the blocks that are left out to judge the search, and the folds inside each |
//! | `score` | component count and error of one recipe |
//! | `table` | every recipe's answers; which one is best, and ties |
//! | `nested` | the error of what the search does, on rows that did not take part in it |
//! | `scramble` | how often a scrambled y is estimated as well |
//! | `record` | what the model keeps of a search |
//! | `run` | the way from a set and a space to a model |

mod default_space;
mod nested;
mod outer;
mod progress;
pub mod record;
mod regression;
mod run;
mod score;
mod scramble;
mod table;

pub use default_space::{SpaceText, space_of};
pub use progress::Progress;
pub use run::{DEFAULT_PERMUTATIONS, SearchOptions, search};
