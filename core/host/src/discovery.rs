//! Where the built-in library lies, and why it is trusted there.
//!
//! It is part of the program: whoever can replace it can replace the executable beside it. So its place is what is checked, not a
//! hash. On Unix the file and its folder must belong to the user who runs the process or to root, and not everybody may be able to
//! write there: a copy of the executable in `/tmp` does not load what another user put beside it. The group may write, because many
//! systems make every file so and give each user a group of his own.

use std::path::{Path, PathBuf};

use adit_engine::{Error, Result};

use crate::platform::{self, Writable};

/// The built-in library in `dir`, or, if none is given, beside the executable or in `../lib/adit/plugins` from there.
///
/// # Errors
/// When it is missing (names every file looked for) or when it or its folder belongs to another user or everybody may write
/// there.
pub(crate) fn builtin_library(dir: Option<&Path>) -> Result<PathBuf> {
    let folders = match dir {
        Some(dir) => vec![dir.to_path_buf()],
        None => beside_executable()?,
    };
    let name = platform::library_name("adit_builtin");
    let candidates: Vec<PathBuf> = folders.iter().map(|f| f.join(&name)).collect();
    let Some(found) = candidates.iter().find(|c| c.is_file()) else {
        let looked: Vec<String> = candidates.iter().map(|c| c.display().to_string()).collect();
        return Err(Error::plugin(
            format!(
                "the library of built-in plugins is missing: looked for {}",
                looked.join(" and ")
            ),
            format!(
                "run adit from its source folder by `cargo run --release -- ...`, or copy {name} from target/release to one of these \
                 places"
            ),
        ));
    };
    let path = std::path::absolute(found)
        .map_err(|e| Error::plugin(format!("{}: {e}", found.display()), ""))?;
    for place in [Some(path.as_path()), path.parent()].into_iter().flatten() {
        let rights = platform::writable_by(place)
            .map_err(|e| Error::plugin(format!("{}: {e}", place.display()), ""))?;
        if let Some(why) = rights.who().filter(|_| rights != Writable::Group) {
            return Err(Error::plugin(
                format!("the built-in plugins are not loaded from {}: {why}", place.display()),
                rights.hint(place),
            ));
        }
    }
    Ok(path)
}

fn beside_executable() -> Result<Vec<PathBuf>> {
    let unknown = |why: String| {
        Error::plugin(
            format!("the library of built-in plugins cannot be looked for: {why}"),
            "start adit by its full path",
        )
    };
    let exe = std::env::current_exe().map_err(|e| unknown(e.to_string()))?;
    let exe = exe.canonicalize().unwrap_or(exe);
    let folder = exe.parent().ok_or_else(|| unknown("the executable has no folder".into()))?;
    let mut folders = vec![folder.to_path_buf()];
    folders.extend(folder.parent().map(|up| up.join("lib").join("adit").join("plugins")));
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let e = builtin_library(Some(dir.path())).unwrap_err().to_string();
        let file = dir.path().join(platform::library_name("adit_builtin"));
        assert!(e.contains(&file.display().to_string()) && e.contains("cargo run"), "{e}");
    }

    #[test]
    fn without_a_folder_two_places_near_the_executable_are_looked_at() {
        let folders = beside_executable().unwrap();
        let exe = std::env::current_exe().unwrap().canonicalize().unwrap();
        assert_eq!(folders[0], exe.parent().unwrap());
        assert!(folders[1].ends_with("lib/adit/plugins") && folders.len() == 2);
        assert!(folders.iter().all(|f| f.is_absolute()));
    }

    #[cfg(unix)]
    #[test]
    fn a_library_that_everybody_may_replace_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(platform::library_name("adit_builtin"));
        std::fs::write(&file, b"not a library").unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&file, 0o644);
        assert!(builtin_library(Some(dir.path())).is_ok());
        set(&file, 0o666);
        let e = builtin_library(Some(dir.path())).unwrap_err().to_string();
        assert!(e.contains("everybody") && e.contains("chmod"), "{e}");
        set(&file, 0o644);
        set(dir.path(), 0o777);
        assert!(builtin_library(Some(dir.path())).is_err());
        set(dir.path(), 0o1777);
        let e = builtin_library(Some(dir.path())).unwrap_err().to_string();
        assert!(e.contains("everybody may put files into it") && e.contains("of your own"), "{e}");
        set(dir.path(), 0o775);
        assert!(builtin_library(Some(dir.path())).is_ok());
        // Another user's library, where the test may make one.
        if std::os::unix::fs::chown(&file, Some(4321), None).is_ok() {
            let e = builtin_library(Some(dir.path())).unwrap_err().to_string();
            assert!(e.contains("belongs to user 4321"), "{e}");
        }
    }
}
