//! The seam between what a file holds and the library that writes it.

use super::image::Image;
use super::pure::Pure;
use crate::error::Error;
use std::path::Path;

/// A library that writes and reads HDF5 files.
///
/// Nothing is ever changed inside a file: what is added is written with the rest into a new file
/// that takes the old one's place, so that a file is never half-written.
pub trait Backend: Sync {
    /// Name of the library.
    fn name(&self) -> &'static str;

    /// Fills the file at `path`, which exists and is empty.
    ///
    /// # Errors
    /// If the library or the disk refuses.
    fn write(&self, path: &Path, image: &Image) -> Result<(), Error>;

    /// Reads the whole file back: the root's attributes and the datasets one group below it.
    ///
    /// # Errors
    /// If the file is missing, no HDF5 file, damaged, or holds a type that an [`Image`] does not.
    /// A damaged file is an error, never a panic.
    fn read(&self, path: &Path) -> Result<Image, Error>;
}

/// Capture stores and result tables through one back end.
pub struct Store<'b> {
    pub(crate) backend: &'b dyn Backend,
}

impl Default for Store<'static> {
    /// Through [`Pure`].
    fn default() -> Self {
        Store { backend: &Pure }
    }
}

impl<'b> Store<'b> {
    /// Through the given back end.
    pub fn through(backend: &'b dyn Backend) -> Store<'b> {
        Store { backend }
    }
}
