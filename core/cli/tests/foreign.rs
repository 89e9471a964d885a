//! Foreign plugins through the commands: a C file and a Rust library, trusted, used in a recipe, loaded again from the model.

mod common;

use std::fs;
use std::path::Path;

use adit_host::testing::{build_c, build_rust};
use common::{TwoFiles, arg, fails, ok, repository, run, texts};

/// Trusts a library, calibrates with a step of it, predicts twice; gives the library's path.
fn used(library: &Path, step: &str, here: &Path) {
    TwoFiles::new(30).write(here);
    fs::write(
        here.join("r.toml"),
        format!("[[step]]\n{step}\n[regressor]\nplugin = \"adit.pls\"\n"),
    )
    .expect("a recipe");
    let calibrate = ["calibrate", "set", "--recipe", "r.toml", "--out", "m.adit"];
    let predict = ["predict", "--model", "m.adit", "set/spectra.csv", "--json"];
    fails(here, &calibrate, 4, &["plugin trust"]);
    assert!(!here.join("m.adit").exists());
    let said = ok(here, &["plugin", "trust", arg(library)]);
    assert!(said.contains("run once") && said.contains("SHA-256"), "{said}");
    assert!(ok(here, &["plugin", "list"]).contains("example."));
    ok(here, &calibrate);
    let first = ok(here, &predict);
    assert_eq!(first, ok(here, &predict));
    assert!(first.contains("\"verdict\": \"ok\""), "{first}");
    // Changed after it was trusted: not opened.
    let mut bytes = fs::read(library).expect("the library");
    bytes.push(0);
    fs::write(library, bytes).expect("a changed library");
    fails(here, &predict, 4, &["changed", "trust"]);
    fails(here, &calibrate, 4, &["changed"]);
    // Gone from the lock: the model names the plugin that it misses.
    let lock = here.join("config/adit/plugins.lock");
    fs::remove_file(&lock).unwrap_or_else(|e| panic!("{}: {e}", lock.display()));
    fails(here, &predict, 4, &["example."]);
}

#[test]
fn a_c_file_is_a_plugin() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = repository().join("plugins/example-c/centre_max.c");
    assert!(fs::read_to_string(&source).expect("the C file").lines().count() <= 150);
    let library = build_c(&source, "centre_max", &[], folder.path());
    used(&library, "plugin = \"example.c.centre-max\"", folder.path());
}

#[test]
fn a_rust_library_outside_the_workspace_is_a_plugin() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = build_rust(&repository().join("plugins/example-rust/Cargo.toml"), folder.path());
    let step = "plugin = \"example.rust.ratio\"\noffset = 0.01";
    used(&library, step, folder.path());
}

#[test]
fn a_file_that_is_no_plugin_is_not_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    TwoFiles::new(5).write(folder.path());
    fails(folder.path(), &["plugin", "trust", "set/icp.csv"], 4, &["icp.csv"]);
    fails(folder.path(), &["plugin", "trust", "nowhere.so"], 4, &["nowhere.so"]);
    let (code, out, _) = texts(&run(folder.path(), &["plugin", "list"]));
    assert!(code == 0 && !out.contains("icp"));
}
