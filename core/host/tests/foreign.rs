//! Foreign libraries: trust, use in a recipe, save and load, change after trust, and what never runs.
#![allow(missing_docs)]

mod common;

use std::path::{Path, PathBuf};

use adit_engine::{Chain, ErrorKind, Matrix, Plan, Plugins, Recipe, SavedChain};
use adit_host::{Host, HostOptions, testing};
use common::{nm, rows, same_bits, target};

const WHEN: &str = "2026-01-02T03:04:05Z";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bad.c")
}

fn open(dir: &Path) -> adit_engine::Result<Host> {
    Host::open(HostOptions {
        plugins_dir: Some(dir.to_path_buf()),
        builtin_dir: Some(testing::builtin_plugins()),
    })
}

/// Fits a chain with the step, takes it through JSON-free data into a new host, and returns both hosts' predictions.
fn through_a_model(dir: &Path, step: &str) -> (Vec<f64>, Vec<f64>) {
    let host = open(dir).unwrap();
    let recipe =
        Recipe::parse(&format!("[[step]]\n{step}\n[regressor]\nplugin = \"adit.pls\"")).unwrap();
    let axis = nm();
    let x = rows(&axis, 25, 1);
    let y = Matrix::column(&target(&x, 2));
    let plan = Plan::new(&recipe, &axis, &host).unwrap();
    let mut chain = Chain::fit(&plan, &host, "Zn", "mg/L", &x, &y, 0, None, 4).unwrap();
    chain.select(3).unwrap();
    let text = toml::to_string(&chain.save().unwrap()).unwrap();
    let new = rows(&axis, 10, 3);
    let values = |c: &Chain| -> Vec<f64> {
        c.predict(&new).unwrap().into_iter().map(|e| e.unwrap().value).collect()
    };
    let before = values(&chain);
    // Lowered or applied, the chain says the same.
    let ops: Vec<_> = chain.lower().unwrap().into_iter().map(|(_, op)| op).collect();
    for (row, v) in new.iter_rows().zip(&before) {
        let low = adit_engine::lowered::run_row(&ops, row).unwrap().unwrap()[0];
        assert!((low - v).abs() <= 1e-9 * v.abs().max(1.0), "{low} {v}");
    }
    let saved: SavedChain = toml::from_str(&text).unwrap();
    let again = Chain::load(&saved, &open(dir).unwrap()).unwrap();
    assert_eq!(again.save().unwrap(), chain.save().unwrap());
    (before, values(&again))
}

#[test]
fn the_c_example_is_trusted_used_saved_and_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let source = repository().join("plugins/example-c/centre_max.c");
    let text = std::fs::read_to_string(&source).unwrap();
    assert!(text.lines().count() <= 150, "{} lines", text.lines().count());
    let file = testing::build_c(&source, "centre_max", &[], dir.path());

    let report = open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    assert_eq!(report.plugins.len(), 1);
    assert_eq!(report.plugins[0].id, "example.c.centre-max");
    assert_eq!((report.replaced, report.lock), (None, dir.path().join("plugins.lock")));

    let listed = open(dir.path()).unwrap().info("example.c.centre-max").unwrap();
    assert_eq!(listed, report.plugins[0], "the lock tells what the library told");
    assert_eq!((listed.library.trust.as_str(), &listed.library.sha256), ("lock", &report.sha256));

    let step = "plugin = \"example.c.centre-max\"\nfloor = 1e-9";
    let (before, after) = through_a_model(dir.path(), step);
    assert!(same_bits(&before, &after));
}

#[test]
fn the_rust_example_is_trusted_used_saved_and_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = repository().join("plugins/example-rust/Cargo.toml");
    let file = testing::build_rust(&manifest, dir.path());
    open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    let (before, after) =
        through_a_model(dir.path(), "plugin = \"example.rust.ratio\"\noffset = 0.01");
    assert!(same_bits(&before, &after));
}

#[test]
fn the_c_example_refuses_what_it_cannot_do() {
    let dir = tempfile::tempdir().unwrap();
    let source = repository().join("plugins/example-c/centre_max.c");
    let mut host = open(dir.path()).unwrap();
    host.trust(&testing::build_c(&source, "centre_max", &[], dir.path()), "t", WHEN).unwrap();
    let make = || host.transform("example.c.centre-max", &toml::Table::new()).unwrap();
    let mut t = make();
    assert!(t.save().is_err() && t.output().is_err() && t.lower().is_err());
    let e = t.fit(&common::table(), &rows(&common::table(), 3, 1), None, None).unwrap_err();
    assert!(e.kind() == ErrorKind::Input && e.to_string().contains("named columns"), "{e}");
    let x = rows(&nm(), 6, 1);
    t.fit(&nm(), &x, None, Some(&[1.0, 2.0, 1.0, 1.0, 0.5, 1.0])).unwrap();
    let bytes = t.save().unwrap();
    for cut in 0..bytes.len() {
        assert!(make().load(&bytes[..cut], 1).is_err());
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x80;
        let mut back = make();
        if back.load(&damaged, 1).is_ok() {
            assert_eq!(back.save().unwrap(), damaged);
            let _ = back.apply(&x).unwrap();
        }
    }
    let mean: Vec<f64> = t
        .lower()
        .unwrap()
        .iter()
        .find_map(|op| match op {
            adit_engine::Op::AffineBanded { bias, .. } => Some(bias.iter().map(|b| -b).collect()),
            _ => None,
        })
        .unwrap();
    let flat = Matrix::new(mean, 1, 40).unwrap();
    assert_eq!(t.apply(&flat).unwrap().status, [adit_engine::RowStatus::Divisor]);
}

#[test]
fn a_library_that_is_not_in_the_lock_is_not_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("it-ran");
    let define = format!("-DMARK=\"{}\"", mark.display());
    let file = testing::build_c(&fixture(), "bad", &[&define], dir.path());
    let host = open(dir.path()).unwrap();
    let e = host.transform("test.bad.step", &toml::Table::new()).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    let text = e.to_string();
    assert!(text.contains("test.bad.step") && text.contains("plugins.lock"), "{text}");
    assert!(text.contains(&format!("adit plugin trust {}", file.display())), "{text}");
    assert!(!mark.exists(), "its constructor ran");
}

#[test]
fn listing_and_asking_run_no_foreign_code() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("it-ran");
    let define = format!("-DMARK=\"{}\"", mark.display());
    let file = testing::build_c(&fixture(), "bad", &[&define], dir.path());
    open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    assert!(mark.exists(), "trusting runs the file once, and says so");
    std::fs::remove_file(&mark).unwrap();

    // In this process the library is in memory already; a copy at another place is not.
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join(file.file_name().unwrap());
    std::fs::copy(&file, &copy).unwrap();
    let lock = std::fs::read_to_string(dir.path().join("plugins.lock")).unwrap();
    let moved = lock.replace(&file.display().to_string(), &copy.display().to_string());
    assert_ne!(moved, lock);
    adit_write_private(&elsewhere.path().join("plugins.lock"), &moved);

    let host = open(elsewhere.path()).unwrap();
    assert!(host.list().iter().any(|p| p.id == "test.bad.step"));
    assert_eq!(host.info("test.bad.step").unwrap().version, "1.0.0");
    assert!(!mark.exists(), "foreign code ran");
    host.transform("test.bad.step", &toml::Table::new()).unwrap();
    assert!(mark.exists(), "the constructor would have been noticed");
}

fn adit_write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    set_mode(path, 0o600);
}

fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

#[test]
fn a_library_that_changed_after_trust_is_refused_until_trusted_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = testing::build_c(&fixture(), "bad", &[], dir.path());
    let first = open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    assert!(open(dir.path()).unwrap().transform("test.bad.step", &toml::Table::new()).is_ok());

    // Put another file in its place, as a new build does.
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(0);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, bytes).unwrap();
    set_mode(&file, 0o755);
    let host = open(dir.path()).unwrap();
    assert!(host.info("test.bad.step").is_ok(), "listing goes on");
    let e = host.transform("test.bad.step", &toml::Table::new()).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    let text = e.to_string();
    for part in ["has changed", &first.sha256, "tester", WHEN, "adit plugin trust"] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let again = open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    assert_eq!(again.replaced, Some(first.sha256));
    let same = open(dir.path()).unwrap().trust(&file, "tester", WHEN).unwrap();
    assert_eq!(same.replaced, None, "the file is as it was");
    assert!(open(dir.path()).unwrap().transform("test.bad.step", &toml::Table::new()).is_ok());

    std::fs::remove_file(&file).unwrap();
    let e = open(dir.path()).unwrap().transform("test.bad.step", &toml::Table::new());
    let text = e.map(drop).unwrap_err().to_string();
    assert!(text.contains(&file.display().to_string()), "{text}");
}

#[cfg(unix)]
#[test]
fn a_library_that_others_may_change_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = testing::build_c(&fixture(), "bad", &[], dir.path());
    for mode in [0o777, 0o775] {
        set_mode(&file, mode);
        let e = open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin);
        assert!(e.to_string().contains("chmod go-w"), "{e}");
    }
    set_mode(&file, 0o755);
    open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap();
    set_mode(&file, 0o777);
    let e = open(dir.path()).unwrap().transform("test.bad.step", &toml::Table::new());
    assert!(e.map(drop).unwrap_err().to_string().contains("everybody may write"));
    set_mode(&file, 0o755);
    set_mode(&dir.path().join("plugins.lock"), 0o666);
    let e = open(dir.path()).map(drop).unwrap_err();
    assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("plugins.lock"), "{e}");
}

#[test]
fn an_id_belongs_to_one_library() {
    let dir = tempfile::tempdir().unwrap();
    let thief = testing::build_c(&fixture(), "thief", &["-DID=\"adit.pls\""], dir.path());
    let e = open(dir.path()).unwrap().trust(&thief, "t", WHEN).unwrap_err();
    assert!(e.to_string().contains("built-in"), "{e}");
    assert!(!dir.path().join("plugins.lock").exists(), "nothing is recorded");

    let one = testing::build_c(&fixture(), "one", &[], dir.path());
    let two = testing::build_c(&fixture(), "two", &["-DVERSION=\"2.0.0\""], dir.path());
    open(dir.path()).unwrap().trust(&one, "t", WHEN).unwrap();
    let e = open(dir.path()).unwrap().trust(&two, "t", WHEN).unwrap_err();
    assert!(e.to_string().contains(&one.display().to_string()), "{e}");
    // A lock made by hand does not get past that either.
    let lock = dir.path().join("plugins.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    let (head, entry) = text.split_once("[[library]]").unwrap();
    let (a, b) = (one.display().to_string(), two.display().to_string());
    let forged = format!("{head}[[library]]{entry}\n[[library]]{}", entry.replace(&a, &b));
    adit_write_private(&lock, &forged);
    let e = open(dir.path()).map(drop).unwrap_err();
    assert!(e.to_string().contains("two libraries give the plugin test.bad.step"), "{e}");
}

#[test]
fn what_is_no_library_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut host = open(dir.path()).unwrap();
    let none = dir.path().join("none.so");
    assert!(host.trust(&none, "t", WHEN).unwrap_err().to_string().contains("none.so"));
    let text = dir.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    set_mode(&text, 0o644);
    let e = host.trust(&text, "t", WHEN).unwrap_err();
    assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("text.so"), "{e}");
    assert!(!dir.path().join("plugins.lock").exists());
}

#[cfg(all(unix, not(target_vendor = "apple"), target_pointer_width = "64"))]
#[test]
fn a_library_that_was_cut_short_is_refused_and_does_not_end_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let file = testing::build_c(&fixture(), "bad", &[], dir.path());
    let whole = std::fs::read(&file).unwrap();
    for cut in [1, 64, 700, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..cut]).unwrap();
        let e = open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap_err();
        assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("is incomplete"), "{e}");
    }
    assert!(!dir.path().join("plugins.lock").exists());

    let name =
        format!("{}adit_builtin{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let whole = std::fs::read(testing::builtin_plugins().join(&name)).unwrap();
    let copy = dir.path().join(&name);
    for cut in [8000, whole.len() / 3, whole.len() - 1] {
        std::fs::write(&copy, &whole[..cut]).unwrap();
        set_mode(&copy, 0o755);
        let options =
            HostOptions { plugins_dir: None, builtin_dir: Some(dir.path().to_path_buf()) };
        let e = Host::open(options).map(drop).unwrap_err();
        assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("is incomplete"), "{e}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_reason_of_the_systems_loader_is_passed_on() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("needy.c");
    std::fs::write(&source, "int adit_nowhere(void);\nint f(void) { return adit_nowhere(); }\n")
        .unwrap();
    let file = testing::build_c(&source, "needy", &[], dir.path());
    let e = open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap_err().to_string();
    assert!(e.contains("adit_nowhere"), "{e}");
}

#[cfg(unix)]
#[test]
fn a_library_in_a_folder_open_to_everybody_is_refused() {
    let (dir, open_to_all) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = testing::build_c(&fixture(), "bad", &[], open_to_all.path());
    set_mode(open_to_all.path(), 0o1777);
    let e = open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap_err();
    assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("of your own"), "{e}");
    set_mode(open_to_all.path(), 0o755);
    open(dir.path()).unwrap().trust(&file, "t", WHEN).unwrap();
    // Another user's, where the test may give it away.
    if std::os::unix::fs::chown(&file, Some(4321), None).is_ok() {
        let t = open(dir.path()).unwrap().transform("test.bad.step", &toml::Table::new());
        let e = t.map(drop).unwrap_err().to_string();
        assert!(e.contains("belongs to user 4321"), "{e}");
    }
}

#[test]
fn a_missing_builtin_library_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let options = HostOptions { plugins_dir: None, builtin_dir: Some(dir.path().to_path_buf()) };
    let e = Host::open(options).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    let text = e.to_string();
    assert!(text.contains("adit_builtin") && text.contains("cargo run"), "{text}");
}
