//! What tests need: the built-in library freshly built, and foreign libraries built from source.
//!
//! `cargo test` builds no `cdylib` of other packages and never refreshes one that lies about. So every test that needs plugins asks
//! here; the nested build takes some 20 to 150 ms when nothing has changed.
//!
//! # Panics
//! Every function here panics with the output of the build when something fails: they are for tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{Host, HostOptions, platform};

/// The folder with the built-in library, built in the caller's own profile, once per process.
pub fn builtin_plugins() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let manifest = repository().join("Cargo.toml");
        let library = cargo_build(&manifest, &["--package", "adit-builtin"], None);
        library.parent().map(Path::to_path_buf).unwrap_or_default()
    });
    built.clone()
}

/// The root of the repository under test: that of the running test, as cargo says, since two clones may share one target folder.
fn repository() -> PathBuf {
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
    let running = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let up = running.iter().flat_map(|p| p.ancestors()).chain(compiled.ancestors());
    let found = up.into_iter().find(|p| p.join("plugins/builtin/Cargo.toml").is_file());
    found.map_or_else(|| compiled.join("../.."), Path::to_path_buf)
}

/// A host with the built-in plugins alone; it does not look at the user's own `plugins.lock`.
pub fn host() -> Host {
    let builtin = builtin_plugins();
    let plugins_dir = Some(builtin.join("no-such-folder"));
    match Host::open(HostOptions { plugins_dir, builtin_dir: Some(builtin) }) {
        Ok(host) => host,
        Err(e) => panic!("{e}"),
    }
}

/// Builds a `cdylib` crate outside the workspace and copies its library into `dir`; returns the copy.
pub fn build_rust(manifest: &Path, dir: &Path) -> PathBuf {
    // Beside the built-in library, so that a second run of the tests finds the crate built.
    let target = builtin_plugins().join("foreign-plugins");
    place(&cargo_build(manifest, &["--locked"], Some(&target)), dir)
}

/// Builds one C file as the documented command line does, with further `flags`, into `dir`; returns the library.
pub fn build_c(source: &Path, name: &str, flags: &[&str], dir: &Path) -> PathBuf {
    let include = repository().join("core/abi/include");
    let library = dir.join(platform::library_name(name));
    let mut cc = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    cc.args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]);
    cc.args(flags).arg("-I").arg(include).arg("-o").arg(&library).arg(source).arg("-lm");
    run(&mut cc);
    private(&library);
    library
}

fn place(library: &Path, dir: &Path) -> PathBuf {
    let copy = dir.join(library.file_name().unwrap_or_default());
    if let Err(e) = std::fs::copy(library, &copy) {
        panic!("{} cannot be copied to {}: {e}", library.display(), copy.display());
    }
    private(&copy);
    copy
}

/// Whatever the umask of who runs the tests: nobody else may write to a library.
fn private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let rights = std::fs::Permissions::from_mode(0o755);
        assert!(std::fs::set_permissions(file, rights).is_ok(), "{}", file.display());
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Builds and returns the `cdylib` that came out.
fn cargo_build(manifest: &Path, args: &[&str], target: Option<&Path>) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--message-format=json-render-diagnostics"]);
    build.arg("--manifest-path").arg(manifest).args(args);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    if let Some(target) = target {
        build.arg("--target-dir").arg(target);
    }
    let messages = run(&mut build);
    let library = messages.lines().filter_map(cdylib).next_back();
    library.unwrap_or_else(|| panic!("{build:?} made no cdylib:\n{messages}"))
}

/// The library of a `compiler-artifact` message.
fn cdylib(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let kinds = message.get("target")?.get("crate_types")?.as_array()?;
    let files = message.get("filenames")?.as_array()?;
    let is_library = kinds.iter().any(|k| k == "cdylib");
    files
        .iter()
        .filter_map(|f| f.as_str())
        .find(|f| is_library && f.ends_with(std::env::consts::DLL_SUFFIX))
        .map(PathBuf::from)
}

fn run(command: &mut Command) -> String {
    match command.output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        Ok(output) => panic!(
            "{command:?} failed ({}):\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(e) => panic!("{command:?} cannot be run: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cdylib_counts_as_a_library() {
        let suffix = std::env::consts::DLL_SUFFIX;
        let message = |kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"crate_types":["{kind}"]}},"filenames":["/t/liba{suffix}","/t/a.d"]}}"#
            )
        };
        assert_eq!(cdylib(&message("cdylib")), Some(PathBuf::from(format!("/t/liba{suffix}"))));
        assert_eq!(cdylib(&message("proc-macro")), None);
        assert_eq!(cdylib("not json"), None);
    }
}
