//! What the benches share: spectra of mine water from a written seed, folds, recipes and the plugins of this build.
//!
//! `cargo bench -p adit-benches` times adit alone; `peers/run` times it beside its peers; `data/` holds the public yardstick. See
//! README.md.
#![forbid(unsafe_code)]

mod mine_water;
mod plugins;
mod short;

pub use mine_water::mine_water;
pub use plugins::{host, plan, venetian};
pub use short::short;
