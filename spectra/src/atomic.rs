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
    if is_device(path) {
        return write_device(path, bytes);
    }
    replace_atomically(path, |aside| fill(aside, bytes).map_err(|e| not_written(path, e)))
}

/// Writes several files, all of them or none: every content is first written aside and flushed to
/// the disk, then all are renamed into place in the order given, then their folders are flushed.
///
/// Whatever goes wrong before the first rename (a folder that is missing, a full disk) changes no
/// file and leaves nothing behind. Between the renames a power cut may fall: each file is then whole,
/// and those further on still hold what they held before. A path that names something other than a
/// file (`/dev/null`) is written to directly, before the first rename.
///
/// # Errors
/// As [`write_atomically`]; names the file.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let (model, report) = (folder.path().join("m.adit"), folder.path().join("m.html"));
/// adit_spectra::write_all_atomically(&[(model, b"model"), (report.clone(), b"<p>report</p>")])?;
/// assert_eq!(std::fs::read(&report)?, b"<p>report</p>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_all_atomically(files: &[(PathBuf, &[u8])]) -> Result<(), Error> {
    let mut all = Vec::with_capacity(files.len());
    for (path, bytes) in files.iter().filter(|(path, _)| !is_device(path)) {
        let aside = Aside::beside(path)?;
        fill(&aside.path, bytes).map_err(|e| not_written(path, e))?;
        aside.seal().map_err(|e| not_written(path, e))?;
        all.push((path, aside));
    }
    for (path, bytes) in files.iter().filter(|(path, _)| is_device(path)) {
        write_device(path, bytes)?;
    }
    for (path, aside) in &mut all {
        aside.put_in_place().map_err(|e| not_in_place(path, e))?;
    }
    let mut flushed: Vec<&Path> = Vec::new();
    for (path, aside) in &all {
        if !flushed.contains(&aside.folder.as_path()) {
            flush_folder(&aside.folder).map_err(|e| not_in_place(path, e))?;
            flushed.push(&aside.folder);
        }
    }
    Ok(())
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
    let mut aside = Aside::beside(path)?;
    write(&aside.path)?;
    aside
        .seal()
        .and_then(|()| aside.put_in_place())
        .and_then(|()| flush_folder(&aside.folder))
        .map_err(|e| not_in_place(path, e))?;
    Ok(())
}

/// Whether the path names something that can be written to but not replaced.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

fn write_device(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|e| not_written(path, e))
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).truncate(true).open(path)?.write_all(bytes)
}

fn not_written(path: &Path, cause: io::Error) -> Error {
    Error::io("write the file", path, cause)
}

fn not_in_place(path: &Path, cause: io::Error) -> Error {
    Error::io("put the written file in place", path, cause)
}

/// The file beside the target; removed when dropped, unless it was put in place.
struct Aside {
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    placed: bool,
}

impl Aside {
    /// Makes an empty file in the folder of what `path` names, links followed.
    fn beside(path: &Path) -> Result<Aside, Error> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if target.is_dir() {
            return Err(not_written(path, io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let path = Aside::create(&folder)
            .map_err(|e| Error::io("write a file in the folder", &folder, e))?;
        Ok(Aside { path, target, folder, placed: false })
    }

    /// Makes an empty file with a name that nobody else has.
    fn create(folder: &Path) -> io::Result<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".adit-{}-{count}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(path),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(e),
            }
        }
    }

    /// Gives the file the permissions of the target, and flushes it to the disk.
    fn seal(&self) -> io::Result<()> {
        if let Ok(before) = fs::metadata(&self.target) {
            fs::set_permissions(&self.path, before.permissions())?;
        }
        OpenOptions::new().read(true).write(true).open(&self.path)?.sync_all()
    }

    /// The one step; the folder is still to be flushed.
    fn put_in_place(&mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)?;
        self.placed = true;
        Ok(())
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

    #[test]
    fn several_files_are_all_replaced() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let [a, b, c] = [one.path().join("a"), one.path().join("b"), two.path().join("c")];
        fs::write(&b, "a long old content").unwrap();
        write_all_atomically(&[(a.clone(), b"1"), (b.clone(), b"2"), (c.clone(), b"3")]).unwrap();
        assert_eq!([a, b, c].map(|path| fs::read(path).unwrap()), [b"1", b"2", b"3"]);
        assert_eq!((names(one.path()).len(), names(two.path()).len()), (2, 1));
        write_all_atomically(&[]).unwrap();
    }

    #[test]
    fn a_second_file_that_cannot_be_written_leaves_the_first_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("m.adit");
        fs::write(&first, "old").unwrap();
        for second in [folder.path().join("no/m.html"), folder.path().to_path_buf()] {
            let error =
                write_all_atomically(&[(first.clone(), b"new"), (second, b"page")]).unwrap_err();
            assert!(error.what_to_do().is_some(), "{error}");
            assert_eq!(fs::read(&first).unwrap(), b"old");
            assert_eq!(names(folder.path()), ["m.adit"]);
        }
        // Nor does a first one that is not there come into being.
        let absent = folder.path().join("new.adit");
        let missing = folder.path().join("no/m.html");
        assert!(write_all_atomically(&[(absent.clone(), b"new"), (missing, b"page")]).is_err());
        assert!(!absent.exists());
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let null = PathBuf::from("/dev/null");
        write_all_atomically(&[(null.clone(), b"gone"), (file.clone(), b"kept")]).unwrap();
        assert_eq!(fs::read(file).unwrap(), b"kept");
        assert!(!fs::metadata(null).unwrap().is_file());
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
