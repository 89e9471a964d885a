//! Features of electrical conductivity series and tables.
//!
//! | file | idea |
//! |---|---|
//! | `compensate` | `adit.ec.compensate`: conductivity at 25 degC |
//! | `log10` | `adit.ec.log10`: decadic logarithm of columns |
//! | `season` | `adit.ec.season`: harmonics of the year |
//! | `table` | checks on named columns |
//!
//! A row with a value that is not finite in any of its columns is refused: select the columns that the model reads
//! (`adit.select.columns`) before these steps.

#![forbid(unsafe_code)]

mod compensate;
mod log10;
mod season;
mod table;

pub use compensate::Compensate;
pub use log10::Log10;
pub use season::Season;

use adit_plugin::Registration;

/// The plugins of this family.
pub fn plugins() -> Vec<Registration> {
    vec![
        Registration::transform::<Compensate>(),
        Registration::transform::<Log10>(),
        Registration::transform::<Season>(),
    ]
}
