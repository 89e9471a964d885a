//! Pareto scaling.

use adit_plugin::{Flags, Info};

use crate::Divisor;

/// Each column minus its mean, divided by the square root of its standard deviation (ddof = 1) over the training rows; a
/// constant column is only centred.
#[derive(Debug)]
pub struct Pareto;

impl Divisor for Pareto {
    const INFO: Info = Info {
        id: "adit.scale.pareto",
        name: "Pareto scaling",
        summary: "each column minus its mean, over the root of its standard deviation in training",
        reference: "doi:10.1186/1471-2164-7-142",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const MIN_ROWS: usize = 2;

    fn of(sd: f64) -> f64 {
        sd.sqrt()
    }
}
