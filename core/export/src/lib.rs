//! From fitted chains to a model for a sensor node: lower, verify, fuse, round, write, read back; bytes and C from the same numbers.
//!
//! | module | idea |
//! |---|---|
//! | `source` | what is handed in: chains, calibration rows, the error allowed |
//! | `lower` | takes the ops, proves that they are the chain |
//! | `affine`, `fuse` | fewer ops that are the same in f64; each pass one idea |
//! | `program` | the f32 numbers, common filter taps, buffers |
//! | `write` | the bytes of `core/node/FORMAT.md` |
//! | `read_back` | runs the bytes with the node's runtime and measures the error |
//! | `emit_c` | one C99 pair with a self-test |
//! | `compile` | all of it in order; no half result |
//!
//! ```
//! use adit_engine::{Axis, Matrix, Op};
//! use adit_export::{Analyte, ExportInput, FittedChain, compile};
//!
//! /// y = 1 + 2 x0 - x1.
//! struct Line(Axis);
//!
//! impl FittedChain for Line {
//!     fn name(&self) -> &str {
//!         "Fe (total)"
//!     }
//!     fn unit(&self) -> &str {
//!         "mg/L"
//!     }
//!     fn input_axis(&self) -> &Axis {
//!         &self.0
//!     }
//!     fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>> {
//!         let op = Op::AffineDense { n_in: 2, coefficients: vec![2.0, -1.0], bias: vec![1.0] };
//!         Ok(vec![("regressor".to_owned(), op)])
//!     }
//!     fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>> {
//!         Ok(rows.iter_rows().map(|x| Some(1.0 + 2.0 * x[0] - x[1])).collect())
//!     }
//! }
//!
//! let line = Line(Axis::wavelengths_nm(vec![400.0, 410.0]));
//! let rows = Matrix::new(vec![0.1, 0.2, 0.4, 0.3, 0.5, 0.9], 3, 2)?;
//! let made = compile(&ExportInput {
//!     name: "demo",
//!     mine: "demo",
//!     provenance: [0; 16],
//!     analytes: &[Analyte { chain: &line, rmsecv: Some(0.1) }],
//!     left_out: &[],
//!     rows: &rows,
//!     allowed: 1e-4,
//!     seed: 1,
//! })?;
//! assert!(made.bounds[0].of_rmsecv < 1e-5);
//! assert_eq!(adit_node::Model::load(&made.blob).unwrap().input_len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What does this crate not do?
//! It writes no file (the caller does, once everything is proven), makes no integer model and signs nothing.
#![forbid(unsafe_code)]

mod affine;
mod compile;
mod emit_c;
mod error;
mod fuse;
mod lower;
mod program;
mod read_back;
mod source;
mod write;

pub use compile::{Compiled, compile};
pub use error::{Error, Result};
pub use read_back::Bound;
pub use source::{Analyte, ExportInput, FittedChain};
