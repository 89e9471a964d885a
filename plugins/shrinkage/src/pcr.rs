//! Principal component regression.

use adit_plugin::{Flags, Info, Param, ParamKind};

use crate::method::{CENTRE, Method, SCALE};

/// Principal component regression: least squares on the scores of the first principal components of X.
/// Massy 1965, J. Am. Stat. Assoc. 60, 234-256, doi:10.1080/01621459.1965.10480787.
#[derive(Debug)]
pub struct Pcr;

impl Method for Pcr {
    const INFO: Info = Info {
        id: "adit.pcr",
        name: "PCR",
        summary: "principal component regression: least squares on the first principal components of X",
        reference: "doi:10.1080/01621459.1965.10480787",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "components",
            unit: "",
            help: "number of principal components; the host chooses it by cross-validation when told \"auto\"",
            kind: ParamKind::Int { default: Some(10), min: 0, max: 10_000 },
        },
        CENTRE,
        SCALE,
    ];

    /// The first `count` whole, the others not at all.
    fn shares(singular_values: &[f64], count: usize) -> Vec<f64> {
        (0..singular_values.len()).map(|i| if i < count { 1.0 } else { 0.0 }).collect()
    }
}
