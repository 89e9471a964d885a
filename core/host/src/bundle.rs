//! The bundle of a library: do both sides speak the same contract?

use std::collections::BTreeSet;
use std::ffi::CStr;

use adit_abi::{self as abi, AditBundle};
use adit_engine::plugin::Library;

use crate::descriptor::Descriptor;
use crate::raw::{self, Fault};

/// What a library says of itself.
pub(crate) struct Bundle {
    /// Who built it with what.
    pub(crate) build: String,
    /// Its plugins, in its own order.
    pub(crate) plugins: Vec<Descriptor>,
}

impl Bundle {
    /// Reads and checks a bundle and everything that hangs from it.
    ///
    /// # Safety
    /// `bundle` must be what `adit_plugin_entry_v1` of a loaded library returned; the library is never closed.
    pub(crate) unsafe fn read(bundle: *const AditBundle, library: &Library) -> Result<Self, Fault> {
        // SAFETY: by the contract the bundle and all it points to are static; sizes are checked before fields are read.
        unsafe {
            let bundle = handshake(bundle)?;
            let build = raw::text(bundle.build, "build")?;
            let raw = raw::pointers(bundle.plugins, bundle.plugin_count, "plugins")?;
            if raw.is_empty() {
                return Err("it holds no plugin".to_owned());
            }
            let plugins = raw
                .into_iter()
                .map(|p| Descriptor::read(p, library))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|e| format!("{e} (built by {build:?})"))?;
            let mut ids = BTreeSet::new();
            match plugins.iter().find(|p| !ids.insert(p.info.id.as_str())) {
                Some(twice) => Err(format!("it gives the id {} twice", twice.info.id)),
                None => Ok(Bundle { build, plugins }),
            }
        }
    }
}

/// Compares magic, size and number format; a mismatch prints both sides.
///
/// # Safety
/// As for [`Bundle::read`].
unsafe fn handshake(bundle: *const AditBundle) -> Result<&'static AditBundle, Fault> {
    if bundle.is_null() || !bundle.is_aligned() {
        return Err("its entry function returned null: it cannot work here".to_owned());
    }
    // SAFETY: magic and struct_size are the first two fields of every version of the struct.
    let (magic, size) = unsafe { (*bundle.cast::<u32>(), *bundle.cast::<u32>().add(1) as usize) };
    let (our_magic, our_size) = (abi::ADIT_MAGIC, size_of::<AditBundle>());
    if magic != our_magic || size < our_size {
        return Err(format!(
            "it does not speak this contract: the plugin says magic {magic:#010x}, struct_size {size}; this adit says magic \
             {our_magic:#010x}, struct_size at least {our_size}"
        ));
    }
    // SAFETY: the struct reaches at least as far as ours.
    let known = unsafe { &*bundle };
    // SAFETY: a static text by the contract.
    let extra = unsafe { raw::text(known.abi_extra, "abi_extra") }?;
    let ours =
        CStr::from_bytes_with_nul(abi::ADIT_ABI_EXTRA).map_or("", |s| s.to_str().unwrap_or(""));
    if extra != ours {
        return Err(format!(
            "it does not speak this contract: the plugin says {extra:?}, minor {}; this adit says {ours:?}, minor {}",
            known.abi_minor,
            abi::ADIT_ABI_MINOR
        ));
    }
    Ok(known)
}
