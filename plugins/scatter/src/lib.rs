//! Corrections of light scatter, row by row.
//!
//! | file | idea |
//! |---|---|
//! | `snv` | `adit.scatter.snv`: each row minus its mean, over its standard deviation |
//! | `msc` | `adit.scatter.msc`: each row regressed on the mean training row |
//! | `shape` | which inputs both take |
//!
//! ```
//! use adit_plugin::{Axis, Call, Matrix, MatrixMut, Params, Training, Transform, unit};
//!
//! let mut snv = adit_scatter::Snv::create(&Params::new(adit_scatter::Snv::PARAMS, &[])?)?;
//! let axis = Axis::Positions { unit: unit::ADIT_UNIT_NM, values: vec![400.0, 500.0, 600.0] };
//! let no_rows = Matrix::new(&[], 0, 3)?;
//! snv.fit(&Training { axis: &axis, x: no_rows, y: None, weights: None }, &Call::alone())?;
//!
//! let (mut out, mut status) = ([0.0; 3], [0]);
//! let x = Matrix::new(&[0.1, 0.2, 0.3], 1, 3)?;
//! snv.apply(x, MatrixMut::new(&mut out, 1, 3)?, &mut status, &Call::alone())?;
//! assert!((out[0] + 1.0).abs() < 1e-12 && (out[2] - 1.0).abs() < 1e-12);
//! # Ok::<(), adit_plugin::Error>(())
//! ```

#![forbid(unsafe_code)]

mod msc;
mod shape;
mod snv;

pub use msc::Msc;
pub use snv::Snv;

/// The plugins of this family.
pub fn plugins() -> Vec<adit_plugin::Registration> {
    vec![
        adit_plugin::Registration::transform::<Snv>(),
        adit_plugin::Registration::transform::<Msc>(),
    ]
}
