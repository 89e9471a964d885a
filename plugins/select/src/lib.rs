//! Selection of columns.
//!
//! | file | idea |
//! |---|---|
//! | `range` | `adit.select.range`: ranges of an axis of positions |
//! | `columns` | `adit.select.columns`: columns by name or position |
//! | `kept` | the kept columns, and how they are copied |
//!
//! What is not selected is never looked at: a missing value there does not refuse the row.

#![forbid(unsafe_code)]

mod columns;
mod kept;
mod range;

pub use columns::Columns;
pub use range::Range;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![
        adit_plugin::Registration::transform::<Range>(),
        adit_plugin::Registration::transform::<Columns>(),
    ]
}
