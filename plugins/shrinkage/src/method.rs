//! What a method of this family is.

use adit_plugin::{Info, Param, ParamKind};

/// A rule that says which share of each principal component the model of a count keeps.
pub trait Method: Send + Sync + 'static {
    /// What its plugin says of itself.
    const INFO: Info;
    /// The parameters of its plugin: `components`, `centre` and `scale`.
    const PARAMS: &'static [Param];

    /// One share in 0..=1 for each of the `singular_values` (falling, above zero); they add up to `count`, which is not above
    /// their number.
    fn shares(singular_values: &[f64], count: usize) -> Vec<f64>;
}

pub(crate) const CENTRE: Param = Param {
    name: "centre",
    unit: "",
    help: "subtract the means of X and y; without it the model goes through the origin",
    kind: ParamKind::Bool { default: Some(true) },
};

pub(crate) const SCALE: Param = Param {
    name: "scale",
    unit: "",
    help: "divide the columns of X by their standard deviations (ddof = 1; a constant column by 1)",
    kind: ParamKind::Bool { default: Some(false) },
};
