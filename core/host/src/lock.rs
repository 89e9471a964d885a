//! `plugins.lock`: the foreign libraries that the user trusts, with what each said of its plugins when it was trusted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use adit_engine::plugin::{Flags, Kind, Library, ParamInfo, PluginInfo};
use adit_engine::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::platform;

/// Version of the file that this adit writes and reads.
const VERSION: u32 = 1;
/// Name of the file.
const NAME: &str = "plugins.lock";
const HEAD: &str = "# Plugin libraries that adit may load. Written by `adit plugin trust FILE`.\n\
    # A library that is not listed here, or whose SHA-256 differs, is not loaded. To stop trusting one, delete its entry.\n\n";

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    version: u32,
    #[serde(default, rename = "library")]
    pub(crate) libraries: Vec<LockedLibrary>,
}

/// One trusted library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockedLibrary {
    /// Absolute path.
    pub(crate) file: PathBuf,
    /// SHA-256, hex.
    pub(crate) sha256: String,
    /// Who trusted it.
    pub(crate) trusted_by: String,
    /// When, UTC.
    pub(crate) trusted_at: String,
    /// What the library says of how it was built.
    pub(crate) build: String,
    /// Its plugins.
    #[serde(rename = "plugin")]
    pub(crate) plugins: Vec<LockedPlugin>,
}

/// One plugin of a trusted library, as it described itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockedPlugin {
    pub(crate) id: String,
    name: String,
    version: String,
    kind: Kind,
    flags: Flags,
    state_version: u32,
    summary: String,
    reference: String,
    vendor: String,
    licence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_param: Option<String>,
    #[serde(default, rename = "param")]
    params: Vec<ParamInfo>,
}

impl LockedPlugin {
    /// What a plugin said of itself.
    pub(crate) fn of(info: &PluginInfo) -> Self {
        let i = info.clone();
        LockedPlugin {
            id: i.id,
            name: i.name,
            version: i.version,
            kind: i.kind,
            flags: i.flags,
            state_version: i.state_version,
            summary: i.summary,
            reference: i.reference,
            vendor: i.vendor,
            licence: i.licence,
            path_param: i.path_param,
            params: i.params,
        }
    }

    /// The same, with the library that it lives in.
    pub(crate) fn info(&self, library: &LockedLibrary) -> PluginInfo {
        let p = self.clone();
        let file = library.file.file_name().map(|f| f.to_string_lossy().into_owned());
        PluginInfo {
            id: p.id,
            name: p.name,
            version: p.version,
            kind: p.kind,
            flags: p.flags,
            state_version: p.state_version,
            summary: p.summary,
            reference: p.reference,
            vendor: p.vendor,
            licence: p.licence,
            path_param: p.path_param,
            params: p.params,
            library: Library {
                file: file.unwrap_or_default(),
                sha256: library.sha256.clone(),
                trust: "lock".to_owned(),
            },
        }
    }
}

/// The folder that holds `plugins.lock`: the one given, else the user's configuration folder, else none (a service without a home).
///
/// # Errors
/// When the folder given has no absolute form.
pub(crate) fn folder(given: Option<&Path>) -> Result<Option<PathBuf>> {
    match given {
        Some(dir) => std::path::absolute(dir)
            .map(Some)
            .map_err(|e| Error::usage(format!("the plugin folder {}: {e}", dir.display()), "")),
        None => Ok(platform::config_dir()),
    }
}

/// The lock file in `folder`.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Refuses a path that others may write to, or that belongs to another user than the one who runs this process and root.
///
/// # Errors
/// Names the path and what to do.
pub(crate) fn refuse_writable(path: &Path) -> Result<()> {
    let rights = platform::writable_by(path).map_err(|e| unreadable(path, &e))?;
    match rights.who() {
        None => Ok(()),
        Some(why) => Err(Error::plugin(
            format!("{} is not trusted: {why}", path.display()),
            rights.hint(path),
        )),
    }
}

fn unreadable(path: &Path, e: &io::Error) -> Error {
    Error::plugin(
        format!("{} cannot be read: {e}", path.display()),
        "look at the rights of the file",
    )
}

impl Lock {
    /// A lock that trusts nothing.
    pub(crate) fn empty() -> Lock {
        Lock { version: VERSION, libraries: Vec::new() }
    }

    /// The lock of `folder`; empty when there is none or nothing stands in it.
    ///
    /// # Errors
    /// When others may write to it, or it is damaged or of a newer version.
    pub(crate) fn read(folder: &Path) -> Result<Lock> {
        let path = path(folder);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Ok(Lock::empty());
            }
            Err(e) => return Err(unreadable(&path, &e)),
        };
        refuse_writable(&path)?;
        refuse_writable(folder)?;
        let damaged = |why: String| {
            Error::plugin(
                format!("{} cannot be read: {why}", path.display()),
                "mend it, or delete it and trust each library again with `adit plugin trust FILE`",
            )
        };
        let head: toml::Table = text.parse().map_err(|e| damaged(format!("{e}")))?;
        match head.get("version") {
            // Made by hand, or by a tool that makes sure that the file is there.
            None if head.is_empty() => return Ok(Lock::empty()),
            Some(toml::Value::Integer(v)) if *v == i64::from(VERSION) => {}
            Some(v) => {
                return Err(damaged(format!("its version is {v}, and this adit reads {VERSION}")));
            }
            None => {
                return Err(damaged(format!(
                    "it does not say its version, and this adit reads {VERSION}"
                )));
            }
        }
        let lock: Lock = toml::from_str(&text).map_err(|e| damaged(format!("{e}")))?;
        match lock.libraries.iter().find(|l| !l.file.is_absolute()) {
            Some(l) => Err(damaged(format!("{} is not an absolute path", l.file.display()))),
            None => Ok(lock),
        }
    }

    /// Writes the lock into `folder`, whole or not at all.
    ///
    /// # Errors
    /// When the folder or the file cannot be written, or others may write to the folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let path = path(folder);
        let fail =
            |why: String| Error::plugin(format!("{} cannot be written: {why}", path.display()), "");
        platform::create_private_dir(folder).map_err(|e| fail(e.to_string()))?;
        refuse_writable(folder)?;
        let text = toml::to_string(self).map_err(|e| fail(e.to_string()))?;
        platform::publish(&path, format!("{HEAD}{text}").as_bytes())
            .map_err(|e| fail(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lock {
        let range = Some((f64::NEG_INFINITY, 0.1 + 0.2));
        let param = |name: &str, range, choices| ParamInfo {
            name: name.into(),
            kind: "float".into(),
            unit: "nm".into(),
            help: "\"quoted\" \\ 幅".into(),
            default: Some("[\"a\"]".into()),
            range,
            choices,
        };
        Lock {
            version: VERSION,
            libraries: vec![LockedLibrary {
                file: std::path::absolute("somewhere/libx.so").unwrap(),
                sha256: "00".repeat(32),
                trusted_by: "tester".into(),
                trusted_at: "2026-01-01T00:00:00Z".into(),
                build: "cc".into(),
                plugins: vec![LockedPlugin {
                    id: "x.y".into(),
                    name: "Y".into(),
                    version: "1.0.0".into(),
                    kind: Kind::Regressor,
                    flags: Flags(3),
                    state_version: 2,
                    summary: "s".into(),
                    reference: String::new(),
                    vendor: "v".into(),
                    licence: "MIT".into(),
                    path_param: Some("components".into()),
                    params: vec![
                        param("a", range, vec![]),
                        param("b", None, vec!["one".into(), "two".into()]),
                    ],
                }],
            }],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new/adit");
        assert!(Lock::read(&folder).unwrap().libraries.is_empty());
        sample().write(&folder).unwrap();
        assert_eq!(Lock::read(&folder).unwrap(), sample());
        let library = &sample().libraries[0];
        assert_eq!(LockedPlugin::of(&library.plugins[0].info(library)), library.plugins[0]);
    }

    #[test]
    fn damage_and_newer_versions_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        sample().write(dir.path()).unwrap();
        let good = fs::read_to_string(path(dir.path())).unwrap();
        let relative = sample().libraries[0].file.display().to_string();
        for (from, to, word) in [
            ("version = 1", "version = 2", "this adit reads 1"),
            ("version = 1", "", "does not say its version"),
            ("sha256", "sha255", "sha255"),
            ("[[library]]", "[library", "cannot be read"),
            (relative.as_str(), "libx.so", "not an absolute path"),
        ] {
            fs::write(path(dir.path()), good.replacen(from, to, 1)).unwrap();
            let e = Lock::read(dir.path()).unwrap_err().to_string();
            assert!(e.contains(word) && e.contains(NAME), "{e}");
        }
        fs::write(path(dir.path()), [0xff, 0xfe]).unwrap();
        assert!(Lock::read(dir.path()).is_err());
    }

    #[test]
    fn an_empty_lock_trusts_nothing() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["", "\n  \n", "# nothing\n", HEAD] {
            sample().write(dir.path()).unwrap();
            fs::write(path(dir.path()), text).unwrap();
            assert_eq!(Lock::read(dir.path()).unwrap(), Lock::empty(), "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_others_may_write_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        sample().write(dir.path()).unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for (file_mode, dir_mode, who) in [
            (0o666, 0o700, "everybody"),
            (0o660, 0o700, "its group"),
            (0o600, 0o777, "everybody"),
            (0o600, 0o770, "its group"),
        ] {
            set(&path(dir.path()), file_mode);
            set(dir.path(), dir_mode);
            let e = Lock::read(dir.path()).unwrap_err().to_string();
            assert!(e.contains(who) && e.contains("chmod"), "{e}");
        }
        set(&path(dir.path()), 0o600);
        set(dir.path(), 0o1777);
        let e = Lock::read(dir.path()).unwrap_err().to_string();
        assert!(e.contains("everybody may put files into it") && e.contains("of your own"), "{e}");
        set(dir.path(), 0o777);
        assert!(sample().write(dir.path()).is_err());
    }
}
