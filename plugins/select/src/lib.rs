//! Selection of columns.
//!
//! | file | idea |
//! |---|---|
//! | `range` | `adit.select.range`: ranges of an axis of positions |
//! | `columns` | `adit.select.columns`: columns by name or position |
//!
//! What is not selected is never looked at: a missing value there does not refuse the row.

#![forbid(unsafe_code)]

mod columns;
mod range;

pub use columns::Columns;
pub use range::Range;

/// What both methods do.
const FLAGS: adit_plugin::Flags = adit_plugin::Flags::DETERMINISTIC
    .with(adit_plugin::Flags::ROW_LOCAL)
    .with(adit_plugin::Flags::SELECTS_COLUMNS)
    .with(adit_plugin::Flags::CHANGES_AXIS);

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![
        adit_plugin::Registration::transform::<Range>(),
        adit_plugin::Registration::transform::<Columns>(),
    ]
}
