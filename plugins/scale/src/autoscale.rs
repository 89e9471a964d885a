//! Autoscaling.

use adit_plugin::{Flags, Info};

use crate::Divisor;

/// Each column minus its mean, divided by its standard deviation (ddof = 1) over the training rows; a constant column is only
/// centred.
#[derive(Debug)]
pub struct Autoscale;

impl Divisor for Autoscale {
    const INFO: Info = Info {
        id: "adit.scale.autoscale",
        name: "Autoscaling",
        summary: "each column minus its mean, over its standard deviation (ddof = 1) in training",
        reference: "doi:10.1186/1471-2164-7-142",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const MIN_ROWS: usize = 2;

    fn of(sd: f64) -> f64 {
        sd
    }
}
