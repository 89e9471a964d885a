//! Filters in the frequency domain.
//!
//! | file | idea |
//! |---|---|
//! | `low_pass` | `adit.fourier.low-pass`: the plugin |
//! | `filter` | transform, gains, back |
//! | `gains` | how much of each frequency passes |

#![forbid(unsafe_code)]

mod filter;
mod gains;
mod low_pass;

pub use low_pass::LowPass;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![adit_plugin::Registration::transform::<LowPass>()]
}
