//! Libraries that break the contract, one rule each: every one is caught and named, and the host goes on.
#![allow(missing_docs)]

mod common;

use std::path::Path;

use adit_engine::{Axis, ErrorKind, Plugins, Result, RowStatus, Transform, row_local};
use adit_host::{Host, HostOptions, testing};
use common::{rows, settings};

const ID: &str = "test.bad.step";

/// The fixture with these macros, trusted.
fn trusted(dir: &Path, flags: &[&str]) -> Result<Host> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bad.c");
    let flags: Vec<&str> = flags.iter().copied().chain(["-Wno-unused-function"]).collect();
    let file = testing::build_c(&source, "bad", &flags, dir);
    let options = HostOptions {
        plugins_dir: Some(dir.to_path_buf()),
        builtin_dir: Some(testing::builtin_plugins()),
    };
    let mut host = Host::open(options)?;
    host.trust(&file, "tester", "2026-01-01T00:00:00Z")?;
    Ok(host)
}

fn axis() -> Axis {
    Axis::wavelengths_nm((0..6).map(|j| 400.0 + f64::from(j)).collect())
}

fn fitted(host: &Host) -> Result<Box<dyn Transform>> {
    let mut t = host.transform(ID, &toml::Table::new())?;
    t.fit(&axis(), &rows(&axis(), 5, 1), None, None)?;
    Ok(t)
}

#[test]
fn the_fixture_is_right_when_nothing_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let host = trusted(dir.path(), &[]).unwrap();
    let t = fitted(&host).unwrap();
    let x = rows(&axis(), 5, 2);
    assert_eq!(t.apply(&x).unwrap().x, x);
    let bytes = t.save().unwrap();
    let mut back = host.transform(ID, &settings("floor = 2")).unwrap();
    back.load(&bytes, 1).unwrap();
    assert_eq!((back.output().unwrap(), back.save().unwrap()), (axis(), bytes));
}

#[test]
fn a_library_of_another_contract_is_refused_with_both_sides_printed() {
    let cases: [(&str, &[&str]); 5] = [
        ("-DMAGIC=0x12345678u", &["0x12345678", "0x54494441"]),
        ("-DSIZE=24", &["struct_size 24", "at least 48"]),
        ("-DEXTRA=\"f32-be-ptr16\"", &["f32-be-ptr16", "f64-le-ptr64"]),
        ("-DNULL_BUNDLE", &["returned null"]),
        ("-DNO_ENTRY", &["adit_plugin_entry_v1"]),
    ];
    for (define, words) in cases {
        let dir = tempfile::tempdir().unwrap();
        let e = trusted(dir.path(), &[define]).map(drop).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{define}");
        for word in words.iter().chain(&["bad."]) {
            assert!(e.to_string().contains(word), "{define}: {e}");
        }
        assert!(!dir.path().join("plugins.lock").exists(), "{define}");
    }
}

#[test]
fn a_wrong_description_is_refused() {
    for (define, word) in [
        ("-DCOUNT=0", "holds no plugin"),
        ("-DCOUNT=2", "test.bad.step twice"),
        ("-DCOUNT=1000000", "1000000 entries"),
        ("-DID=NULL", "id of a plugin is null"),
        ("-DID=\"Test.Bad\"", "lower-case"),
        ("-DSUMMARY=\"\\xff\"", "summary is not UTF-8"),
        ("-DVERSION=\"latest\"", "semantic version"),
        ("-DKIND=ADIT_KIND_READER", "kind is 1"),
        ("-DKIND=ADIT_KIND_REGRESSOR", "AditRegressor is null"),
        ("-DNULL_APPLY", "function apply is null"),
        ("-DSMALL_TRANSFORM", "struct_size is 8"),
        ("-DNULL_PARAM", "params: entry 0 is null"),
        ("-DPARAM_KIND=99", "kind is 99"),
        ("-DDEFAULT=\"11\"", "it must be from 0 to 10"),
        ("-DDEFAULT=\"= 1\"", "not TOML"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let e = trusted(dir.path(), &[define]).map(drop).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{define}");
        assert!(e.to_string().contains(word), "{define}: {e}");
    }
}

#[test]
fn a_broken_promise_in_a_call_is_an_error_that_names_the_plugin() {
    for (define, word) in [
        ("-DNO_INSTANCE", "made no instance"),
        ("-DMORE_FLAGS", "needs-y"),
        ("-DUNKNOWN_CODE", "unknown status 77: odd"),
        ("-DNO_AXIS", "no output axis"),
        ("-DOTHER_AXIS", "differs from its input axis"),
        ("-DHUGE_AXIS", "columns"),
        ("-DWRITES_IN_FIT", "Bytes"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let host = trusted(dir.path(), &[define]).unwrap();
        let e = fitted(&host).map(drop).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{define}");
        assert!(e.to_string().contains(word), "{define}: {e}");
        assert!(e.to_string().contains(ID), "{define}: {e}");
    }
}

#[test]
fn an_op_that_the_host_refused_cannot_be_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let t = fitted(&trusted(dir.path(), &[]).unwrap()).unwrap();
    let e = t.lower().unwrap_err();
    assert!(e.to_string().contains("malformed"), "{e}");
}

#[test]
fn a_row_that_is_forgotten_or_not_finite_is_refused_alone() {
    for (define, status) in [
        ("-DFORGETS", RowStatus::Other),
        ("-DNAN_IS_OK", RowStatus::NotFinite),
        ("-DREFUSES", RowStatus::Log),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let t = fitted(&trusted(dir.path(), &[define]).unwrap()).unwrap();
        let x = rows(&axis(), 4, 2);
        let out = t.apply(&x).unwrap();
        assert_eq!(out.status, [RowStatus::Ok, status, RowStatus::Ok, RowStatus::Ok], "{define}");
        assert!(out.x.row(1).iter().all(|v| v.is_nan()), "{define}");
        for i in [0, 2, 3] {
            assert_eq!(out.x.row(i), x.row(i), "{define}");
        }
    }
}

#[test]
fn a_transform_that_lies_about_row_local_is_caught() {
    let dir = tempfile::tempdir().unwrap();
    let liar = fitted(&trusted(dir.path(), &["-DLIAR"]).unwrap()).unwrap();
    assert!(liar.flags().row_local());
    let e = row_local::prove(&*liar, &rows(&axis(), 12, 3)).unwrap_err();
    assert!(e.to_string().contains("row-local"), "{e}");
    let honest = tempfile::tempdir().unwrap();
    let t = fitted(&trusted(honest.path(), &[]).unwrap()).unwrap();
    row_local::prove(&*t, &rows(&axis(), 12, 3)).unwrap();
}

#[test]
fn a_row_local_step_is_never_shown_a_training_row() {
    let dir = tempfile::tempdir().unwrap();
    // The fixture fails when `fit` sees a row; the caller here hands rows over all the same.
    fitted(&trusted(dir.path(), &["-DLIAR", "-DCOUNTS_ROWS"]).unwrap()).unwrap();
    let other = tempfile::tempdir().unwrap();
    assert!(fitted(&trusted(other.path(), &["-DCOUNTS_ROWS"]).unwrap()).is_err());
}

#[test]
fn a_long_call_can_be_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let host = trusted(dir.path(), &["-DWAITS"]).unwrap();
    std::thread::scope(|s| {
        let waiting = s.spawn(|| fitted(&host).map(drop));
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!waiting.is_finished());
        host.cancel();
        let e = waiting.join().unwrap().unwrap_err();
        assert!(e.to_string().contains("stopped"), "{e}");
    });
}

#[test]
fn a_panic_is_an_error_and_ends_the_instance_not_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/panics/Cargo.toml");
    let file = testing::build_rust(&manifest, dir.path());
    let options = HostOptions {
        plugins_dir: Some(dir.path().to_path_buf()),
        builtin_dir: Some(testing::builtin_plugins()),
    };
    let mut host = Host::open(options).unwrap();
    host.trust(&file, "tester", "2026-01-01T00:00:00Z").unwrap();
    let x = rows(&axis(), 200, 4);
    let all = |place: &str| -> Result<()> {
        let make =
            || host.transform("test.panics.step", &settings(&format!("place = \"{place}\"")));
        let mut t = make()?;
        let steps = (|| {
            t.fit(&axis(), &x, None, None)?;
            t.apply(&x)?;
            t.lower()?;
            let bytes = t.save()?;
            make()?.load(&bytes, 1)
        })();
        if let Err(e) = &steps
            && place != "load"
        {
            // Nothing but destroy is called after a panic.
            let later = t.apply(&x).map(drop).unwrap_err().to_string();
            assert!(later.contains("former call panicked"), "{place}: {e}: {later}");
        }
        steps
    };
    all("").unwrap();
    for place in ["create", "fit", "output", "apply", "parallel", "lower", "save", "load"] {
        let e = all(place).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{place}");
        let said = if place == "parallel" { "parallel part failed" } else { "boom in" };
        assert!(e.to_string().contains(said), "{place}: {e}");
    }
    all("drop").unwrap();
    all("").unwrap();
}
