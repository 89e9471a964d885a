//! What a plugin says of itself.

use adit_abi as abi;

/// What a plugin or an instance does with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// Nothing.
    pub const NONE: Flags = Flags(0);
    /// The same input gives the same bytes.
    pub const DETERMINISTIC: Flags = Flags(abi::ADIT_FLAG_DETERMINISTIC);
    /// Learns no number from data; an output row depends on its input row alone. `fit` gets zero rows.
    pub const ROW_LOCAL: Flags = Flags(abi::ADIT_FLAG_ROW_LOCAL);
    /// Keeps some of its input columns.
    pub const SELECTS_COLUMNS: Flags = Flags(abi::ADIT_FLAG_SELECTS_COLUMNS);
    /// The output axis differs from the input axis.
    pub const CHANGES_AXIS: Flags = Flags(abi::ADIT_FLAG_CHANGES_AXIS);
    /// `fit` needs y.
    pub const NEEDS_Y: Flags = Flags(abi::ADIT_FLAG_NEEDS_Y);

    /// Both.
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
    /// Whether all of `other` is set.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The fixed description of a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Unique id, lower-case, dots between parts.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Semantic version.
    pub version: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// DOI or standard of the method, or empty.
    pub reference: &'static str,
    /// Who made it.
    pub vendor: &'static str,
    /// SPDX licence expression.
    pub licence: &'static str,
    /// Version of the bytes that `save` writes.
    pub state_version: u32,
    /// What the plugin may do, over all parameter values.
    pub flags: Flags,
}

impl Info {
    /// A start for struct update syntax: vendor and licence of adit itself, all else empty.
    pub const BLANK: Info = Info {
        id: "",
        name: "",
        version: env!("CARGO_PKG_VERSION"),
        summary: "",
        reference: "",
        vendor: "adit",
        licence: "MIT OR Apache-2.0",
        state_version: 1,
        flags: Flags::NONE,
    };
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Key in a recipe.
    pub name: &'static str,
    /// Unit of the value ("nm"), or empty.
    pub unit: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// Kind, default and range.
    pub kind: ParamKind,
}

/// Kind of a parameter with its default (`None`: the recipe must give it) and range (both ends allowed).
#[derive(Clone, Copy, Debug)]
pub enum ParamKind {
    /// A finite number in `min..=max`.
    Float {
        /// Default.
        default: Option<f64>,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// An integer in `min..=max`.
    Int {
        /// Default.
        default: Option<i64>,
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A truth value.
    Bool {
        /// Default.
        default: Option<bool>,
    },
    /// One of a few texts.
    Choice {
        /// Default.
        default: Option<&'static str>,
        /// What there is to choose from.
        choices: &'static [&'static str],
    },
    /// Any text.
    Text {
        /// Default.
        default: Option<&'static str>,
    },
    /// Finite numbers, each in `min..=max`.
    Floats {
        /// Default.
        default: Option<&'static [f64]>,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// Texts.
    Texts {
        /// Default.
        default: Option<&'static [&'static str]>,
    },
}
