//! Which id lives in which library, and when that library is loaded.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adit_engine::plugin::{PluginInfo, PluginVersion};
use adit_engine::{Error, Plugins, Regressor, Result, Transform};

use crate::descriptor::Descriptor;
use crate::discovery;
use crate::library::{Library, Recorded};
use crate::lock::{self, Lock, LockedLibrary};
use crate::near::near;
use crate::regressor::HostRegressor;
use crate::transform::HostTransform;
use crate::trust::{self, TrustReport};

/// Where plugins come from.
#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Folder of `plugins.lock` in place of the user's configuration folder. It need not be there.
    pub plugins_dir: Option<PathBuf>,
    /// Folder of the built-in library in place of the two places near the executable; for tests.
    pub builtin_dir: Option<PathBuf>,
}

/// The source of plugins: the built-in library, and the foreign ones that `plugins.lock` names.
///
/// The built-in library is loaded by [`Host::open`]. A foreign one is hashed and loaded when an instance of one of its plugins is
/// asked for, not before: [`Plugins::list`] and [`Plugins::info`] tell what the lock recorded. Every error of a plugin that is
/// missing, not trusted, changed or faulty has the kind [`adit_engine::ErrorKind::Plugin`].
///
/// ```no_run
/// use adit_engine::Plugins as _;
/// use adit_host::{Host, HostOptions};
///
/// # fn main() -> adit_engine::Result<()> {
/// let host = Host::open(HostOptions::default())?;
/// for p in host.list() {
///     println!("{} {} ({})", p.id, p.version, p.library.trust);
/// }
/// let snv = host.transform("adit.scatter.snv", &"floor = 1e-9".parse().unwrap())?;
/// assert!(snv.flags().row_local());
/// # Ok(())
/// # }
/// ```
pub struct Host {
    builtin: Library,
    builtin_file: Recorded,
    /// Folder of the lock; none for a user without a configuration folder.
    folder: Option<PathBuf>,
    lock: Lock,
    /// Foreign libraries loaded so far, by path.
    loaded: Mutex<BTreeMap<PathBuf, Arc<Library>>>,
    stop: Arc<AtomicBool>,
}

impl Host {
    /// Loads the built-in library and reads `plugins.lock`. No foreign code runs.
    ///
    /// # Errors
    /// When the built-in library is missing, of another version, another user's or open to writing by everybody; when `plugins.lock` is damaged,
    /// another user's or open to writing by others.
    pub fn open(options: HostOptions) -> Result<Host> {
        let path = discovery::builtin_library(options.builtin_dir.as_deref())?;
        let builtin_file = Recorded::open(&path)?;
        let builtin = Library::open(&path, String::new(), "builtin")?;
        let folder = lock::folder(options.plugins_dir.as_deref())?;
        let lock = folder.as_deref().map_or_else(|| Ok(Lock::empty()), Lock::read)?;
        let host = Host {
            builtin,
            builtin_file,
            folder,
            lock,
            loaded: Mutex::default(),
            stop: Arc::new(AtomicBool::new(false)),
        };
        host.refuse_doubles()?;
        Ok(host)
    }

    /// The `plugins.lock` in use, whether it is there or not; none for a user without a configuration folder.
    pub fn lock_file(&self) -> Option<PathBuf> {
        self.folder.as_deref().map(lock::path)
    }

    /// The lock as a message names it.
    fn lock_name(&self) -> String {
        self.lock_file().map_or_else(|| "plugins.lock".to_owned(), |p| p.display().to_string())
    }

    /// Asks every running and coming call of every instance of this host to stop; a plugin that heeds it ends with an error.
    pub fn cancel(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Trusts a foreign library: hashes the file, then **loads it and runs its code once** to read what it says of its plugins, and
    /// records path, hash, plugins, `who` and `when` (UTC, RFC 3339) in `plugins.lock`. A former entry of the same path is replaced.
    ///
    /// # Errors
    /// When the file is missing, is no plugin library of this contract, may be written by others, or gives an id that is taken;
    /// nothing is recorded then.
    pub fn trust(&mut self, file: &Path, who: &str, when: &str) -> Result<TrustReport> {
        let folder = self.folder.clone().ok_or_else(|| {
            Error::usage(
                "there is no configuration folder for plugins.lock: neither HOME nor XDG_CONFIG_HOME is an absolute path",
                "name a folder with --plugins DIR",
            )
        })?;
        let (path, sha256) = trust::examine(file, "give the path of the library file")?;
        let library = Library::open(&path, sha256.clone(), "lock")?;
        let mut lock = Lock::read(&folder)?;
        let replaced = trust::enter(&mut lock, &path, &library, who, when, &self.builtin)?;
        lock.write(&folder)?;
        self.lock = lock;
        let report = TrustReport {
            file: path.clone(),
            sha256,
            build: library.bundle.build.clone(),
            plugins: library.bundle.plugins.iter().map(|p| p.info.clone()).collect(),
            replaced,
            lock: lock::path(&folder),
        };
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.insert(path, Arc::new(library));
        Ok(report)
    }

    /// Every id there is, without a look at any file.
    fn ids(&self) -> impl Iterator<Item = &str> {
        let builtin = self.builtin.bundle.plugins.iter().map(|p| p.info.id.as_str());
        let foreign = self.lock.libraries.iter().flat_map(|l| &l.plugins);
        builtin.chain(foreign.map(|p| p.id.as_str()))
    }

    /// What a built-in plugin says of itself, with the hash of its library.
    fn recorded(&self, info: &PluginInfo) -> PluginInfo {
        let mut info = info.clone();
        info.library.sha256 = self.builtin_file.sha256().to_owned();
        info
    }

    /// A lock edited by hand could give one id to two libraries.
    fn refuse_doubles(&self) -> Result<()> {
        let mut all: Vec<&str> = self.ids().collect();
        all.sort_unstable();
        match all.windows(2).find(|w| w[0] == w[1]) {
            None => Ok(()),
            Some(w) => Err(Error::plugin(
                format!("two libraries give the plugin {}", w[0]),
                format!("take one of them out of {}", self.lock_name()),
            )),
        }
    }

    fn locked(&self, id: &str) -> Option<&LockedLibrary> {
        self.lock.libraries.iter().find(|l| l.plugins.iter().any(|p| p.id == id))
    }

    /// The loaded library of a lock entry; hashed anew and compared before it is opened.
    fn foreign(&self, entry: &LockedLibrary) -> Result<Arc<Library>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = loaded.get(&entry.file) {
            return Ok(Arc::clone(library));
        }
        let (path, sha256) =
            trust::examine(&entry.file, "put the file back, or trust it at its new place")?;
        if path != entry.file || sha256 != entry.sha256 {
            return Err(Error::plugin(
                format!(
                    "the plugin library {} has changed since {} trusted it on {} (SHA-256 then {}, now {sha256})",
                    entry.file.display(),
                    entry.trusted_by,
                    entry.trusted_at,
                    entry.sha256
                ),
                format!(
                    "find out why; if the change is right, `adit plugin trust {}`",
                    entry.file.display()
                ),
            ));
        }
        let library = Arc::new(Library::open(&path, sha256, "lock")?);
        loaded.insert(path, Arc::clone(&library));
        Ok(library)
    }

    /// Runs `f` on the plugin with this id; loads its library if that has not been done.
    fn with<R>(&self, id: &str, f: impl FnOnce(&Descriptor) -> Result<R>) -> Result<R> {
        if let Some(descriptor) = self.builtin.find(id) {
            return f(descriptor);
        }
        let entry = self.locked(id).ok_or_else(|| self.unknown(id))?;
        let library = self.foreign(entry)?;
        let descriptor = library.find(id).ok_or_else(|| {
            Error::plugin(
                format!("{} gave {id} when it was trusted, and does not now", entry.file.display()),
                format!("trust it anew: `adit plugin trust {}`", entry.file.display()),
            )
        })?;
        f(descriptor)
    }

    fn unknown(&self, id: &str) -> Error {
        let all = self.list();
        let what =
            format!("there is no plugin {id} among the built-in ones or in {}", self.lock_name());
        let near = near(id, all.iter().map(|p| p.id.as_str()));
        let mut hints = Vec::new();
        if !near.is_empty() {
            hints.push(format!("did you mean {}?", near.join(" or ")));
        }
        let untrusted = self.untrusted();
        if untrusted.is_empty() {
            hints.push("a foreign library is trusted by `adit plugin trust FILE`".to_owned());
        }
        hints.extend(untrusted.iter().map(|f| {
            format!("{0} is not trusted; to trust it: `adit plugin trust {0}`", f.display())
        }));
        Error::plugin(what, hints.join("; "))
    }

    /// Library files beside the lock that it does not name. Only their names are read.
    fn untrusted(&self) -> Vec<PathBuf> {
        let Some(Ok(entries)) = self.folder.as_deref().map(fs::read_dir) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|e| Some(e.ok()?.path()))
            .filter(|p| p.to_string_lossy().ends_with(std::env::consts::DLL_SUFFIX))
            .filter(|p| {
                let real = p.canonicalize().unwrap_or_else(|_| p.clone());
                !self.lock.libraries.iter().any(|l| l.file == real)
            })
            .collect();
        files.sort();
        files.truncate(8);
        files
    }
}

impl Plugins for Host {
    fn list(&self) -> Vec<PluginInfo> {
        let builtin = self.builtin.bundle.plugins.iter().map(|p| self.recorded(&p.info));
        let foreign = self.lock.libraries.iter().flat_map(|l| l.plugins.iter().map(|p| p.info(l)));
        let mut all: Vec<PluginInfo> = builtin.chain(foreign).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    fn info(&self, id: &str) -> Result<PluginInfo> {
        if let Some(plugin) = self.builtin.find(id) {
            return Ok(self.recorded(&plugin.info));
        }
        self.list().into_iter().find(|p| p.id == id).ok_or_else(|| self.unknown(id))
    }

    fn version(&self, id: &str) -> Result<PluginVersion> {
        let PluginInfo { id, version, state_version, .. } = match self.builtin.find(id) {
            Some(plugin) => plugin.info.clone(),
            None => self.info(id)?,
        };
        Ok(PluginVersion { id, version, state_version })
    }

    fn transform(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Transform>> {
        self.with(id, |d| Ok(Box::new(HostTransform::create(d, settings, &self.stop)?) as _))
    }

    fn regressor(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Regressor>> {
        self.with(id, |d| Ok(Box::new(HostRegressor::create(d, settings, &self.stop)?) as _))
    }
}
