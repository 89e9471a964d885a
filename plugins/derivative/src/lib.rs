//! Smoothing and derivatives along a spectrum.
//!
//! | file | idea |
//! |---|---|
//! | `savitzky_golay` | `adit.derivative.savitzky-golay`: the plugin |
//! | `filter` | the fitted filter: one set of weights for each output channel |
//! | `weights` | weights of a local polynomial fit at given positions |
//! | `grid` | whether an axis is evenly spaced |
//!
//! ```
//! use adit_derivative::SavitzkyGolay;
//! use adit_plugin::{Axis, Call, Matrix, MatrixMut, Params, Training, Transform, Value, unit};
//!
//! let given = [("window", 3), ("order", 2), ("derivative", 1)].map(|(n, v)| (n.to_owned(), Value::Int(v)));
//! let mut slope = SavitzkyGolay::create(&Params::new(SavitzkyGolay::PARAMS, &given)?)?;
//! let axis = Axis::Positions { unit: unit::ADIT_UNIT_NM, values: vec![400.0, 402.0, 404.0, 406.0] };
//! let no_rows = Matrix::new(&[], 0, 4)?;
//! slope.fit(&Training { axis: &axis, x: no_rows, y: None, weights: None }, &Call::alone())?;
//!
//! let (mut out, mut status) = ([0.0; 4], [0]);
//! let absorbance = Matrix::new(&[0.0, 0.1, 0.4, 0.9], 1, 4)?; // 0.025 (nm - 400)^2
//! slope.apply(absorbance, MatrixMut::new(&mut out, 1, 4)?, &mut status, &Call::alone())?;
//! for (per_nm, want) in out.iter().zip([0.0, 0.1, 0.2, 0.3]) {
//!     assert!((per_nm - want).abs() < 1e-12);
//! }
//! # Ok::<(), adit_plugin::Error>(())
//! ```

#![forbid(unsafe_code)]

mod filter;
mod grid;
mod savitzky_golay;
mod weights;

pub use savitzky_golay::SavitzkyGolay;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![adit_plugin::Registration::transform::<SavitzkyGolay>()]
}
