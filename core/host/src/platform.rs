//! All that differs between operating systems.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// File name of a library with this stem: `libx.so`, `libx.dylib`, `x.dll`.
pub(crate) fn library_name(stem: &str) -> String {
    format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// adit's folder among the user's settings: `$XDG_CONFIG_HOME/adit`, else `~/.config/adit`; on Windows `%APPDATA%\adit`.
pub(crate) fn config_dir() -> Option<PathBuf> {
    let var = |name: &str| {
        // A relative path here would mean the working directory; the XDG rules ignore it too.
        std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute())
    };
    let base = if cfg!(windows) {
        var("APPDATA")
    } else {
        var("XDG_CONFIG_HOME").or_else(|| var("HOME").map(|home| home.join(".config")))
    };
    base.map(|b| b.join("adit"))
}

/// Who else may write to a file or folder.
#[cfg_attr(not(unix), allow(dead_code))] // Only Unix can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writable {
    /// Nobody but the user who runs this process, and root.
    Owner,
    /// Its group.
    Group,
    /// Everybody.
    World,
    /// Everybody may make files in the folder, though not replace those of others (`/tmp`).
    Shared,
    /// Its owner, who is neither the user who runs this process nor root.
    Stranger(u32),
}

impl Writable {
    /// Who it is, in words; none if nobody else may write.
    pub(crate) fn who(self) -> Option<String> {
        match self {
            Writable::Owner => None,
            Writable::Group => Some("its group may write to it".to_owned()),
            Writable::World => Some("everybody may write to it".to_owned()),
            Writable::Shared => Some("everybody may put files into it".to_owned()),
            Writable::Stranger(uid) => {
                Some(format!("it belongs to user {uid}, who is neither you nor root"))
            }
        }
    }

    /// What to do about it, as a hint.
    pub(crate) fn hint(self, path: &Path) -> String {
        let path = path.display();
        match self {
            Writable::Owner | Writable::Group | Writable::World => {
                format!("take the right to write from others: chmod go-w \"{path}\"")
            }
            Writable::Shared => {
                format!("move what you use out of \"{path}\" into a folder of your own")
            }
            Writable::Stranger(_) => format!(
                "copy what you use of it into a folder of your own, or have root take it over: chown root \"{path}\""
            ),
        }
    }
}

/// Who else may write to `path`: a file, or the one folder itself, not those above it.
///
/// A sticky folder that everybody may write to is nobody's own: others cannot replace a file in it, but can be the first to put one
/// there.
#[cfg(unix)]
pub(crate) fn writable_by(path: &Path) -> io::Result<Writable> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = fs::metadata(path)?;
    Ok(rights(meta.mode(), meta.is_dir(), meta.uid(), effective_user()))
}

/// What mode and owner mean to user `me`.
#[cfg(unix)]
fn rights(mode: u32, folder: bool, owner: u32, me: u32) -> Writable {
    const ROOT: u32 = 0;
    match (mode & 0o002 != 0, mode & 0o020 != 0) {
        _ if owner != me && owner != ROOT => Writable::Stranger(owner),
        (true, _) if folder && mode & 0o1000 != 0 => Writable::Shared,
        (true, _) => Writable::World,
        (false, true) => Writable::Group,
        (false, false) => Writable::Owner,
    }
}

/// The effective user of this process.
#[cfg(unix)]
fn effective_user() -> u32 {
    // The standard library does not show it, and links the C library that does.
    // SAFETY: POSIX: it takes nothing and cannot fail; `uid_t` is `u32`, as `MetadataExt::uid` has it.
    unsafe extern "C" {
        safe fn geteuid() -> u32;
    }
    geteuid()
}

/// Windows keeps the user's settings and installed programs to their owner by access lists that its standard library does not show.
#[cfg(not(unix))]
pub(crate) fn writable_by(path: &Path) -> io::Result<Writable> {
    fs::metadata(path).map(|_| Writable::Owner)
}

/// Makes a folder that only its owner may enter, with its parents.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a whole file or nothing: aside, fsync, rename, fsync of the folder. Only its owner may read it.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().ok_or_else(|| io::Error::other("the path has no folder"))?;
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let aside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    })();
    if written.is_err() {
        // The old file is untouched; what was written aside must not stay behind.
        let _ = fs::remove_file(&aside);
    }
    written?;
    // Windows cannot open a folder as a file; there the rename itself is what can be had.
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Opens a library by its absolute path. All its symbols must be there at once, and none of them becomes visible to others.
///
/// # Safety
/// The constructors of the library run: the caller must trust it.
pub(crate) unsafe fn open(path: &Path) -> Result<libloading::Library, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // SAFETY: passed on to the caller.
        unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
    }
    #[cfg(windows)]
    {
        use libloading::os::windows::{
            LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, LOAD_LIBRARY_SEARCH_SYSTEM32, Library,
        };
        // Libraries that it needs are looked for beside it and in the system's folder, never in the working directory.
        let flags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32;
        // SAFETY: passed on to the caller.
        unsafe { Library::load_with_flags(path, flags) }.map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugins.lock");
        publish(&path, b"old").unwrap();
        publish(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(publish(&dir.path().join("none/plugins.lock"), b"x").is_err());
        // A target that cannot be replaced leaves no debris.
        fs::create_dir_all(dir.path().join("taken/full")).unwrap();
        assert!(publish(&dir.path().join("taken"), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn rights_of_others_are_seen() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("f");
        fs::write(&file, b"").unwrap();
        for (mode, who) in
            [(0o644, Writable::Owner), (0o664, Writable::Group), (0o666, Writable::World)]
        {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(writable_by(&file).unwrap(), who);
        }
        for (mode, who) in [
            (0o700, Writable::Owner),
            (0o1700, Writable::Owner),
            (0o1770, Writable::Group),
            (0o777, Writable::World),
            (0o1777, Writable::Shared),
        ] {
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(writable_by(dir.path()).unwrap(), who);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_belongs_to_another_user_is_not_ours() {
        use std::os::unix::fs::MetadataExt as _;
        // Who makes a file owns it.
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(file.as_file().metadata().unwrap().uid(), effective_user());
        for (owner, me, who) in [
            (1000, 1000, Writable::Owner),
            (0, 1000, Writable::Owner),
            (1001, 1000, Writable::Stranger(1001)),
            (1000, 0, Writable::Stranger(1000)),
        ] {
            assert_eq!(rights(0o644, false, owner, me), who);
            assert_eq!(rights(0o755, true, owner, me), who);
        }
        // Given away for real, where the test may do that.
        if std::os::unix::fs::chown(file.path(), Some(effective_user() + 1234), None).is_ok() {
            let who = writable_by(file.path()).unwrap();
            assert_eq!(who, Writable::Stranger(effective_user() + 1234));
            assert!(who.who().unwrap().contains("neither you nor root"));
            assert!(who.hint(file.path()).contains("chown"));
        }
    }
}
