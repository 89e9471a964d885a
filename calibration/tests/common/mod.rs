//! What the tests of calibrations share.
#![allow(dead_code)]

pub(crate) mod slow;
pub(crate) mod survives;

use std::path::{Path, PathBuf};

use adit_calibration::set::{
    Analyte, CalibrationSet, Kind, Reference, RowChoice, SetOptions, parse_where, read,
};
use adit_engine::{Recipe, unit};
use adit_spectra::{Columns, Table};

/// A small generator of its own: the tests' data do not hang on the crate's.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut z = self.0;
        z ^= z >> 33;
        z = z.wrapping_mul(0xff51_afd7_ed55_8ccd);
        z ^= z >> 33;
        (z >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    }
}

/// Spectra of two bands, turbidity, offset and noise; the analyte is the weaker band. Returns (x, true concentrations).
pub(crate) fn waters(random: &mut Random, n: usize, p: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let w = |j: usize| 250.0 + 450.0 * j as f64 / (p - 1) as f64;
    let band = |j: usize, m: f64, s: f64| (-0.5 * ((w(j) - m) / s).powi(2)).exp();
    (0..n)
        .map(|_| {
            let common = random.normal();
            let mut level = || (0.6 * 0.5f64.sqrt() * (common + random.normal())).exp();
            let (other, own) = (level(), level());
            let (turbid, offset) = (0.05 * (0.5 * random.normal()).exp(), 0.005 * random.normal());
            let row = (0..p)
                .map(|j| {
                    other * 0.3 * band(j, 300.0, 45.0)
                        + own * 0.1 * band(j, 620.0, 38.0)
                        + turbid * (w(j) / 450.0).powf(-1.5)
                        + offset
                        + 0.002 * random.normal()
                })
                .collect();
            (row, own)
        })
        .unzip()
}

/// A set of spectra with one analyte `Zn (total)` in mg/L.
pub(crate) fn set(x: &[Vec<f64>], y: &[f64]) -> CalibrationSet {
    let ids = (0..x.len()).map(|i| format!("s{i}")).collect();
    let references = y.iter().map(|v| Reference::Measured(*v)).collect();
    set_of(ids, x, vec![("Zn (total)", references)])
}

/// A set of spectra with any analytes, in mg/L.
pub(crate) fn set_of(
    ids: Vec<String>,
    x: &[Vec<f64>],
    analytes: Vec<(&str, Vec<Reference>)>,
) -> CalibrationSet {
    let p = x[0].len();
    CalibrationSet {
        mine: Some("test-mine".into()),
        kind: Kind::Spectra,
        table: Table {
            source: "spectra.csv".into(),
            ids,
            times: None,
            columns: Columns::Positions {
                unit: unit::ADIT_UNIT_NM,
                values: (0..p).map(|j| 250.0 + 2.0 * j as f64).collect(),
            },
            values: x.concat(),
            labels: vec![],
        },
        origins: vec![],
        analytes: analytes
            .into_iter()
            .map(|(name, references)| Analyte {
                name: name.into(),
                unit: "mg/L".into(),
                u: vec![None; references.len()],
                references,
            })
            .collect(),
        limits: [("Zn (total)".to_owned(), 2.0)].into(),
        validation: None,
        timezone: None,
        recipe_text: None,
        search_text: None,
        replicates: false,
        inputs: vec![],
        notes: vec![],
        uncertainty: Default::default(),
    }
}

/// PLS alone, or after the steps given as TOML.
pub(crate) fn pls(steps: &str, rest: &str) -> Recipe {
    Recipe::parse(&format!("{steps}\n{rest}\n[regressor]\nplugin = \"adit.pls\"\n")).unwrap()
}

/// A folder of the workspace.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A set of the workspace with its rows chosen by `where` conditions.
pub(crate) fn committed(path: &str, conditions: &[&str]) -> CalibrationSet {
    let rows = match conditions {
        [] => RowChoice::default(),
        some => RowChoice::Where(some.iter().map(|c| parse_where(c).unwrap()).collect()),
    };
    read(&workspace(path), &SetOptions { rows }).unwrap()
}
