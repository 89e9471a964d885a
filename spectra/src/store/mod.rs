//! The HDF5 files of adit: the store of captures, and tables of results. The byte-level layout and
//! its versions are described in `spectra/STORE.md`.
//!
//! What a file holds is described once, as an [`Image`]; a [`Backend`] turns an image into a file and
//! back. The default back end, [`Pure`], needs no C library. With the cargo feature `libhdf5` there
//! is a second one on the HDF5 library itself, which the tests hold against the first.

mod backend;
mod captures;
mod digest;
mod image;
#[cfg(feature = "libhdf5")]
mod libhdf5;
mod pure;
mod results;

pub use backend::{Backend, Store};
pub use captures::Appended;
pub use image::{Attribute, Data, Dataset, Image};
#[cfg(feature = "libhdf5")]
pub use libhdf5::LibHdf5;
pub use pure::Pure;
pub use results::{Cells, ResultColumn, Results};

/// Whether bytes begin as an HDF5 file does.
pub fn is_hdf5(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89HDF\r\n\x1a\n")
}
