//! The plugin library that is shipped with adit: every built-in family behind the one exported function of the plugin contract.
//!
//! It lies beside the executable and is loaded like any foreign library. A new family is added here and in `Cargo.toml`, and
//! nowhere else.

#![deny(unsafe_code)]

adit_plugin::export!(
    adit_scatter::plugins(),
    adit_derivative::plugins(),
    adit_scale::plugins(),
    adit_select::plugins(),
    adit_fourier::plugins(),
    adit_ec::plugins(),
    adit_pls::plugins(),
    adit_shrinkage::plugins(),
    adit_linfa::plugins(),
);
