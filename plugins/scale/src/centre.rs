//! Mean centring.

use adit_plugin::{Flags, Info};

use crate::Divisor;

/// Each column minus its mean over the training rows.
#[derive(Debug)]
pub struct Centre;

impl Divisor for Centre {
    const INFO: Info = Info {
        id: "adit.scale.centre",
        name: "Mean centring",
        summary: "each column minus its mean over the training rows",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const MIN_ROWS: usize = 1;

    fn of(_sd: f64) -> f64 {
        1.0
    }
}
