//! Files that are whole or not there: written aside in the same folder, flushed to the disk,
//! renamed into place, and the folder flushed too.

use crate::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` as the whole content of `path`: afterwards the file holds either all of them or
/// what it held before. A path that names something other than a file (`/dev/null`) is written to
/// directly, because it cannot be replaced.
///
/// # Errors
/// If the folder is missing or cannot be written, or the disk is full; nothing is left behind.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("table.csv");
/// adit_spectra::write_atomically(&path, b"id,400\n")?;
/// assert_eq!(std::fs::read(&path)?, b"id,400\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(path, bytes).map_err(|e| Error::io("write the file", path, e));
    }
    replace_atomically(path, |aside| {
        OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(aside)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|e| Error::io("write the file", path, e))
    })
}

/// Lets `write` fill a file that lies beside `path` and then puts it in the place of `path` in one
/// step. The file exists, empty, when `write` is called. If `write` fails, it is removed and `path`
/// keeps what it held. A link is followed: the file that it points to is replaced.
///
/// # Errors
/// What `write` gives, or an [`Error`] if the folder or the disk will not have the file.
pub fn replace_atomically<E: From<Error>>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    if target.is_dir() {
        let cause = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Error::io("write the file", path, cause).into());
    }
    let aside =
        Aside::create(&folder).map_err(|e| Error::io("write a file in the folder", &folder, e))?;
    write(&aside.path)?;
    aside
        .put_in_place(&target, &folder)
        .map_err(|e| Error::io("put the written file in place", path, e))?;
    Ok(())
}

/// The file beside the target; removed when dropped, unless it was put in place.
struct Aside {
    path: PathBuf,
    placed: bool,
}

impl Aside {
    /// Makes an empty file with a name that nobody else has.
    fn create(folder: &Path) -> io::Result<Aside> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".adit-{}-{count}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(Aside { path, placed: false }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(e),
            }
        }
    }

    fn put_in_place(mut self, target: &Path, folder: &Path) -> io::Result<()> {
        if let Ok(before) = fs::metadata(target) {
            fs::set_permissions(&self.path, before.permissions())?;
        }
        OpenOptions::new().read(true).write(true).open(&self.path)?.sync_all()?;
        fs::rename(&self.path, target)?;
        self.placed = true;
        flush_folder(folder)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing more can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A rename survives a power cut only once the folder is on the disk. Elsewhere than on Unix a
/// folder cannot be opened as a file, and the rename is as durable as the system makes it.
fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn replaces_the_whole_content_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"a long first content").unwrap();
        write_atomically(&path, b"short").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"short");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_failed_writer_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"old").unwrap();
        let result: Result<(), Error> = replace_atomically(&path, |aside| {
            fs::write(aside, b"half of").unwrap();
            Err(Error::malformed("stopped"))
        });
        assert!(result.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_panicking_writer_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"old").unwrap();
        let caught = std::panic::catch_unwind(|| {
            let _: Result<(), Error> = replace_atomically(&path, |_| panic!("on purpose"));
        });
        assert!(caught.is_err());
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_missing_folder_and_a_folder_as_target_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let missing = write_atomically(&folder.path().join("no/a.csv"), b"x").unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert!(write_atomically(folder.path(), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_pointing_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, b"old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        write_atomically(Path::new("/dev/null"), b"gone").unwrap();
    }
}
