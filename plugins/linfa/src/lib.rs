//! Regressions of the linfa crates behind guards.
//!
//! `adit.linfa.pls` is the slow cross-check of `adit.pls`: written by others, refitted from scratch for every component count.
//! `adit.linfa.ols` is ordinary least squares. Both crates answer some impossible questions with numbers; the guards here turn
//! those into a stop at the rank or an error.
//!
//! | file | idea |
//! |---|---|
//! | `treat` | centring and scaling, done here and not by linfa, so that raw-unit coefficients are known |
//! | `rank` | numerical rank by pivoted orthogonalisation |
//! | `linear` | one linear model per component count: predict, save, load |
//! | `guarded` | linfa-pls, one checked fit per component count |
//! | `pls` | the plugin `adit.linfa.pls` |
//! | `ols` | the plugin `adit.linfa.ols` |

#![forbid(unsafe_code)]

mod guarded;
mod linear;
mod ols;
mod pls;
#[cfg(test)]
mod pls_tests;
mod rank;
#[cfg(test)]
mod testing;
mod treat;

pub use ols::LinfaOls;
pub use pls::LinfaPls;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![
        adit_plugin::Registration::regressor::<LinfaPls>(),
        adit_plugin::Registration::regressor::<LinfaOls>(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_family_is_listed() {
        assert_eq!(super::plugins().len(), 2);
    }
}
