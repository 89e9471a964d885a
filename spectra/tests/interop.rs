//! Files of each HDF5 library read by the others: hdf5-pure, h5py, and the C library.
//!
//! A case that this machine cannot run says `skipped` and why; with ADIT_REQUIRE_ALL=1 that is a
//! failure. Python is taken from ADIT_PYTHON, else `.tools/venv`, else the path, if it has h5py.

use adit_spectra::csv::wide;
use adit_spectra::store::{Cells, Pure, ResultColumn, Results, Store};
use adit_spectra::{ReadOptions, Table};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What a case needs that is not there.
type Skipped = Option<String>;

/// A case: its name and what runs it in a folder of its own.
type Case = (&'static str, fn(&Path) -> Skipped);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn spectra() -> PathBuf {
    root().join("samples/fcr_2020_spectra.csv")
}

fn sample() -> Table {
    wide::read(&spectra(), &ReadOptions::default()).unwrap()
}

fn find_python() -> Option<PathBuf> {
    let venv = root().join("../.tools/venv/bin/python");
    let given = std::env::var_os("ADIT_PYTHON").map(PathBuf::from);
    let candidates = given.into_iter().chain([venv, PathBuf::from("python3")]);
    candidates.into_iter().find(|python| {
        let probe = Command::new(python).args(["-c", "import h5py, numpy"]).output();
        probe.is_ok_and(|output| output.status.success())
    })
}

/// Runs the other side; `Err` if there is no Python with h5py.
fn python(arguments: &[&Path], verb: &str) -> Result<String, String> {
    let Some(python) = find_python() else {
        return Err("no Python with h5py (set ADIT_PYTHON)".into());
    };
    let script = root().join("tests/interop.py");
    let output = Command::new(python).arg(script).arg(verb).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "h5py disagrees: {said}");
    Ok(String::from_utf8(output.stdout).unwrap())
}

fn assert_same(a: &Table, b: &Table) {
    assert_eq!((&a.ids, &a.columns, &a.labels), (&b.ids, &b.columns, &b.labels));
    assert_eq!((&a.values, &a.times), (&b.values, &b.times));
}

fn results() -> Results {
    let text = |cells: &[&str]| Cells::Text(cells.iter().map(|c| (*c).to_string()).collect());
    let column = |name: &str, unit: &str, cells| ResultColumn {
        name: name.into(),
        unit: unit.into(),
        cells,
    };
    Results {
        about: vec![("level".into(), "0.95".into())],
        columns: vec![
            column("sample", "", text(&["a", "鉄"])),
            column("Zn (total)", "mg/L", Cells::Numbers(vec![1.5, 0.1])),
            column("why/what", "", text(&["", "T2"])),
        ],
    }
}

fn h5py_reads_a_store_of_pure(folder: &Path) -> Skipped {
    let path = folder.join("pure.h5");
    let table = sample();
    Store::through(&Pure).append(&path, &table.select_rows(&[0, 1])).unwrap();
    Store::through(&Pure).append(&path, &table).unwrap();
    python(&[&path, &spectra()], "check").err()
}

fn pure_reads_a_store_of_h5py(folder: &Path) -> Skipped {
    let path = folder.join("h5py.h5");
    if let Err(why) = python(&[&spectra(), &path], "make") {
        return Some(why);
    }
    assert_same(&Store::through(&Pure).read(&path).unwrap(), &sample());
    assert_eq!(Store::through(&Pure).append(&path, &sample()).unwrap().present, 6);
    None
}

fn h5py_reads_results_of_pure(folder: &Path) -> Skipped {
    let path = folder.join("results.h5");
    Store::through(&Pure).write_results(&path, &results()).unwrap();
    let said = match python(&[&path], "results") {
        Ok(said) => said,
        Err(why) => return Some(why),
    };
    let expected = r#"{"level": "0.95", "columns": [{"name": "sample", "unit": "", "cells": ["a", "鉄"]}, {"name": "Zn (total)", "unit": "mg/L", "cells": [1.5, 0.1]}, {"name": "why/what", "unit": "", "cells": ["", "T2"]}]}"#;
    assert_eq!(said.trim(), expected);
    None
}

#[cfg(feature = "libhdf5")]
mod library {
    use super::*;
    use adit_spectra::store::LibHdf5;

    pub(super) fn pure_and_the_library_read_each_other(folder: &Path) -> Skipped {
        let (by_pure, by_library) = (folder.join("p.h5"), folder.join("l.h5"));
        Store::through(&Pure).append(&by_pure, &sample()).unwrap();
        Store::through(&LibHdf5).append(&by_library, &sample().select_rows(&[0])).unwrap();
        Store::through(&LibHdf5).append(&by_library, &sample()).unwrap();
        for path in [&by_pure, &by_library] {
            assert_same(&Store::through(&Pure).read(path).unwrap(), &sample());
            assert_same(&Store::through(&LibHdf5).read(path).unwrap(), &sample());
        }
        let (by_pure, by_library) = (folder.join("rp.h5"), folder.join("rl.h5"));
        Store::through(&Pure).write_results(&by_pure, &results()).unwrap();
        Store::through(&LibHdf5).write_results(&by_library, &results()).unwrap();
        for path in [&by_pure, &by_library] {
            assert_eq!(Store::through(&Pure).read_results(path).unwrap(), results());
            assert_eq!(Store::through(&LibHdf5).read_results(path).unwrap(), results());
        }
        None
    }

    pub(super) fn h5py_and_the_library_read_each_other(folder: &Path) -> Skipped {
        let (by_library, by_h5py) = (folder.join("l2.h5"), folder.join("h2.h5"));
        Store::through(&LibHdf5).append(&by_library, &sample()).unwrap();
        if let Err(why) = python(&[&by_library, &spectra()], "check") {
            return Some(why);
        }
        python(&[&spectra(), &by_h5py], "make").unwrap();
        assert_same(&Store::through(&LibHdf5).read(&by_h5py).unwrap(), &sample());
        None
    }

    pub(super) fn the_library_refuses_a_cut_file(folder: &Path) -> Skipped {
        let path = folder.join("cut.h5");
        Store::through(&Pure).append(&path, &sample()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 7, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = Store::through(&LibHdf5).read(&path).unwrap_err();
            assert!(error.to_string().contains("; "), "{error}");
        }
        None
    }
}

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let strict = std::env::var("ADIT_REQUIRE_ALL").is_ok_and(|value| value == "1");
    let cases: &[Case] = &[
        ("h5py_reads_a_store_of_pure", h5py_reads_a_store_of_pure),
        ("pure_reads_a_store_of_h5py", pure_reads_a_store_of_h5py),
        ("h5py_reads_results_of_pure", h5py_reads_results_of_pure),
        // With the cargo feature: the HDF5 library as an oracle.
        #[cfg(feature = "libhdf5")]
        ("pure_and_the_library_read_each_other", library::pure_and_the_library_read_each_other),
        #[cfg(feature = "libhdf5")]
        ("h5py_and_the_library_read_each_other", library::h5py_and_the_library_read_each_other),
        #[cfg(feature = "libhdf5")]
        ("the_library_refuses_a_cut_file", library::the_library_refuses_a_cut_file),
    ];
    let mut failed = false;
    for &(name, case) in cases {
        if !filters.is_empty() && !filters.iter().any(|filter| name.contains(filter)) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        match catch_unwind(AssertUnwindSafe(|| case(folder.path()))) {
            Ok(None) => println!("test {name} ... ok"),
            Ok(Some(why)) => {
                println!("test {name} ... skipped: {why}");
                failed |= strict;
            }
            Err(_) => {
                println!("test {name} ... FAILED");
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
