//! Regressors that break the contract, one rule each: every one is caught and named.
#![allow(missing_docs)]

mod common;

use std::path::Path;

use adit_engine::plugin::{FastAnswer, FastJob, FastVariant};
use adit_engine::{ErrorKind, Fold, Matrix, Plugins, Regressor, Result, RowStatus};
use adit_host::{Host, HostOptions, testing};
use common::{nm, rows, target};

fn trusted(dir: &Path, flag: &str) -> Result<Host> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bad_regressor.c");
    let file = testing::build_c(&source, "bad_regressor", &[flag], dir);
    let options = HostOptions {
        plugins_dir: Some(dir.to_path_buf()),
        builtin_dir: Some(testing::builtin_plugins()),
    };
    let mut host = Host::open(options)?;
    host.trust(&file, "tester", "2026-01-01T00:00:00Z")?;
    Ok(host)
}

fn fitted(host: &Host) -> Result<Box<dyn Regressor>> {
    let mut r = host.regressor("test.bad.regressor", &toml::Table::new())?;
    let x = rows(&nm(), 8, 1);
    assert_eq!(r.fit(&nm(), &x, &Matrix::column(&target(&x, 2)), None, 3)?, 3);
    Ok(r)
}

fn cross_validated(r: &dyn Regressor) -> Result<FastAnswer> {
    let x = rows(&nm(), 8, 1);
    let y = Matrix::column(&target(&x, 2));
    let folds: Vec<Fold> = (0..4).map(|f| Fold { test: vec![f, f + 4], gap: vec![] }).collect();
    r.cross_validate(&FastJob {
        x: &x,
        y: &y,
        weights: None,
        folds: &folds,
        joint: false,
        variants: &[FastVariant { centre: true, scale: false, filter: None }],
        max_components: 3,
    })
}

#[test]
fn the_fixture_is_right_when_nothing_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let r = fitted(&trusted(dir.path(), "-DNOTHING").unwrap()).unwrap();
    let mut x = rows(&nm(), 5, 3);
    x.row_mut(2)[7] = f64::NAN;
    let p = r.predict(&x, 1, 3, 1).unwrap();
    assert_eq!(p.status[2], RowStatus::NotFinite);
    assert!(p.values.row(2).iter().all(|v| v.is_nan()));
    assert!(p.values.row(3).iter().all(|v| v.is_finite()) && p.values.cols() == 3);
    let answer = cross_validated(&*r).unwrap();
    assert_eq!((answer.predictions, answer.reached), (vec![1.0; 32], vec![3; 4]));
    assert_eq!(answer.remarks, ["the mean of each fold"]);
}

#[test]
fn counts_and_predictions_that_are_wrong_or_left_out_are_errors() {
    for flag in ["-DREACHES_TOO_FAR", "-DREACHES_NOTHING"] {
        let dir = tempfile::tempdir().unwrap();
        let e = fitted(&trusted(dir.path(), flag).unwrap()).map(drop).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{flag}");
        assert!(e.to_string().contains("up to 3 components"), "{flag}: {e}");
    }
    for flag in ["-DLEAVES_PREDICTION", "-DLEAVES_COUNT"] {
        let dir = tempfile::tempdir().unwrap();
        let r = fitted(&trusted(dir.path(), flag).unwrap()).unwrap();
        let e = cross_validated(&*r).unwrap_err();
        assert!(e.kind() == ErrorKind::Plugin && e.to_string().contains("unset"), "{flag}: {e}");
    }
    let dir = tempfile::tempdir().unwrap();
    let r = fitted(&trusted(dir.path(), "-DNOTHING").unwrap()).unwrap();
    let e = r.scores(&rows(&nm(), 2, 1)).unwrap_err().to_string();
    assert!(e.contains("4294967295 scores"), "{e}");
}

#[test]
fn a_row_that_is_forgotten_or_not_finite_is_refused_alone() {
    for (flag, status) in [("-DFORGETS", RowStatus::Other), ("-DNAN_IS_OK", RowStatus::NotFinite)] {
        let dir = tempfile::tempdir().unwrap();
        let r = fitted(&trusted(dir.path(), flag).unwrap()).unwrap();
        let p = r.predict(&rows(&nm(), 3, 3), 0, 2, 1).unwrap();
        assert_eq!(p.status, [RowStatus::Ok, status, RowStatus::Ok], "{flag}");
        assert!(p.values.row(1).iter().all(|v| v.is_nan()), "{flag}");
        assert!(p.values.row(2).iter().all(|v| v.is_finite()), "{flag}");
    }
}

#[test]
fn a_path_must_be_a_declared_parameter() {
    let dir = tempfile::tempdir().unwrap();
    let e = trusted(dir.path(), "-DPATH_PARAM=\"components\"").map(drop).unwrap_err();
    assert!(e.to_string().contains("path_param components"), "{e}");
}
