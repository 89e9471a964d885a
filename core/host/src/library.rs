//! One library file: read, hashed, compared, opened, never closed.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::sync::OnceLock;

use adit_abi::{ADIT_ENTRY_SYMBOL, AditBundle};
use adit_engine::plugin::Library as Origin;
use adit_engine::saved::sha256_hex;
use adit_engine::{Error, Result};

use crate::bundle::Bundle;
use crate::descriptor::Descriptor;
use crate::elf;
use crate::platform;

/// The exported function.
type Entry = unsafe extern "C" fn() -> *const AditBundle;

/// SHA-256 of a file, hex. Runs nothing of it.
///
/// # Errors
/// When the file cannot be read; names it.
pub(crate) fn hash(path: &Path) -> Result<String> {
    fs::read(path).map(|bytes| sha256_hex(&bytes)).map_err(|e| {
        Error::plugin(
            format!("the plugin library {} cannot be read: {e}", path.display()),
            "put the file back, or take its entry out of plugins.lock",
        )
    })
}

/// The built-in library's file, open since before it was loaded. Its place is its trust, so its hash is a record and no check: it is
/// taken only when somebody asks, which spares every command that does not the reading of the whole file.
pub(crate) struct Recorded {
    file: fs::File,
    sha256: OnceLock<String>,
}

impl Recorded {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read; names it.
    pub(crate) fn open(path: &Path) -> Result<Recorded> {
        let file = fs::File::open(path).map_err(|e| {
            Error::plugin(
                format!("the plugin library {} cannot be read: {e}", path.display()),
                "copy or build the whole file again",
            )
        })?;
        Ok(Recorded { file, sha256: OnceLock::new() })
    }

    /// SHA-256 of the file, hex; empty when it can no longer be read.
    pub(crate) fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| {
            let (mut bytes, mut file) = (Vec::new(), &self.file);
            let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
            read.map_or_else(|_| String::new(), |_| sha256_hex(&bytes))
        })
    }
}

/// An error with all its causes: the loader's own words stand in the last one.
fn with_causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |e| e.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// A loaded library.
pub(crate) struct Library {
    pub(crate) sha256: String,
    pub(crate) bundle: Bundle,
}

impl Library {
    /// Opens a library that the caller has decided to trust with the hash `sha256`, runs its constructors and its entry function, and
    /// checks what it says. It stays in memory until the process ends: instances, tables and texts of it are used everywhere.
    ///
    /// # Errors
    /// When the path is not absolute, the file is cut short or no library, the system's loader refuses it, the entry function is missing, or what it says is wrong.
    pub(crate) fn open(path: &Path, sha256: String, trust: &str) -> Result<Library> {
        let fail = |what: String| {
            Error::plugin(
                format!("the plugin library {}: {what}", path.display()),
                "build it again for this version of adit, or ask who made it",
            )
        };
        if !path.is_absolute() {
            // A bare name would be looked for along the loader's search path.
            return Err(fail("its path is not absolute".to_owned()));
        }
        elf::check_file(path).map_err(|what| {
            Error::plugin(
                format!("the plugin library {} {what}", path.display()),
                "copy or build the whole file again",
            )
        })?;
        // SAFETY: the caller trusts the file, so its constructors may run.
        let library = unsafe { platform::open(path) }.map_err(|e| fail(with_causes(&e)))?;
        let library: &'static libloading::Library = Box::leak(Box::new(library));
        // SAFETY: the contract fixes the type of the function with this name.
        let entry = unsafe { library.get::<Entry>(ADIT_ENTRY_SYMBOL) }.map_err(|_| {
            fail("it exports no adit_plugin_entry_v1, so it is no plugin library".to_owned())
        })?;
        let file = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
        let origin = Origin { file, sha256: sha256.clone(), trust: trust.to_owned() };
        // SAFETY: the entry function takes nothing and returns the static bundle of a library that is never closed.
        let bundle = unsafe { Bundle::read(entry(), &origin) }.map_err(fail)?;
        Ok(Library { sha256, bundle })
    }

    /// The plugin with this id.
    pub(crate) fn find(&self, id: &str) -> Option<&Descriptor> {
        self.bundle.plugins.iter().find(|p| p.info.id == id)
    }
}
