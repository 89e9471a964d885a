//! How a foreign library gets into `plugins.lock`.

use std::path::{Path, PathBuf};

use adit_engine::plugin::PluginInfo;
use adit_engine::{Error, Result};

use crate::library::{self, Library};
use crate::lock::{Lock, LockedLibrary, LockedPlugin, refuse_writable};

/// What was trusted.
#[derive(Clone, Debug)]
pub struct TrustReport {
    /// Absolute path of the library.
    pub file: PathBuf,
    /// Its SHA-256, hex.
    pub sha256: String,
    /// What it says of how it was built.
    pub build: String,
    /// The plugins that it gives. To learn this the library was loaded and its code run once.
    pub plugins: Vec<PluginInfo>,
    /// The SHA-256 under which the same path was trusted before, if it was and the file has changed.
    pub replaced: Option<String>,
    /// The `plugins.lock` that was written.
    pub lock: PathBuf,
}

/// The absolute path of a library and its hash, after checking that nobody else may change it.
///
/// # Errors
/// When it is not there (the hint is `if_missing`), or when others may write to it or to its folder.
pub(crate) fn examine(file: &Path, if_missing: &str) -> Result<(PathBuf, String)> {
    let path = file.canonicalize().map_err(|e| {
        Error::plugin(
            format!("the plugin library {} cannot be read: {e}", file.display()),
            if_missing,
        )
    })?;
    refuse_writable(&path)?;
    if let Some(folder) = path.parent() {
        refuse_writable(folder)?;
    }
    let sha256 = library::hash(&path)?;
    Ok((path, sha256))
}

/// Enters a library into the lock. `taken` says who gives an id already, if anyone does.
///
/// # Errors
/// When an id is taken, by the built-in plugins or by another file of the lock.
pub(crate) fn enter(
    lock: &mut Lock,
    path: &Path,
    library: &Library,
    who: &str,
    when: &str,
    builtin: &Library,
) -> Result<Option<String>> {
    for p in &library.bundle.plugins {
        let id = &p.info.id;
        let others = lock.libraries.iter().filter(|l| l.file != path);
        let other = others.into_iter().find(|l| l.plugins.iter().any(|q| q.id == *id));
        let owner = match other {
            _ if builtin.find(id).is_some() => "the built-in plugins".to_owned(),
            Some(l) => format!("the trusted library {}", l.file.display()),
            None => continue,
        };
        return Err(Error::plugin(
            format!("{} is not trusted: it gives {id}, which {owner} give already", path.display()),
            "an id belongs to one library: rename the plugin, or take the other entry out of plugins.lock",
        ));
    }
    let entry = LockedLibrary {
        file: path.to_path_buf(),
        sha256: library.sha256.clone(),
        trusted_by: who.to_owned(),
        trusted_at: when.to_owned(),
        build: library.bundle.build.clone(),
        plugins: library.bundle.plugins.iter().map(|p| LockedPlugin::of(&p.info)).collect(),
    };
    let before = lock.libraries.iter().position(|l| l.file == path);
    let replaced = before.map(|i| lock.libraries.remove(i).sha256);
    let replaced = replaced.filter(|old| *old != library.sha256);
    lock.libraries.push(entry);
    lock.libraries.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(replaced)
}
