//! Estimates as files: one row per sample and analyte, no hidden rows, no merged cells.

use std::path::Path;

use adit_calibration::{AnalytePrediction, SamplePrediction};
use adit_spectra::store::{Cells, ResultColumn, Results, Store};
use adit_spectra::write_atomically;

use crate::failure::{BUG, Failure};

/// A model is written over nothing but a former model: a slip of the hand must not cost the ICP results.
pub(crate) fn only_over_a_model(out: &Path) -> Result<(), Failure> {
    let mut begin = [0; 16];
    match std::fs::File::open(out).and_then(|mut f| std::io::Read::read(&mut f, &mut begin)) {
        Ok(n) if n > 0 && !adit_calibration::Model::begins(&begin[..n]) => {
            Err(Failure::usage(format!(
                "--out {}: there is a file already, and it is no model; choose another name",
                out.display()
            )))
        }
        _ => Ok(()),
    }
}

/// Refuses to write over a file that is read, or over a model.
pub(crate) fn not_over(out: &Path, read: &[&Path]) -> Result<(), Failure> {
    let Ok(real) = out.canonicalize() else { return Ok(()) };
    if read.iter().any(|r| r.canonicalize().is_ok_and(|r| r == real)) {
        return Err(Failure::usage(format!(
            "--out {}: this file is read by the same command; choose another name",
            out.display()
        )));
    }
    let mut begin = [0; 16];
    let n = std::fs::File::open(out).and_then(|mut f| std::io::Read::read(&mut f, &mut begin));
    match n {
        Ok(n) if adit_calibration::Model::begins(&begin[..n]) => Err(Failure::usage(format!(
            "--out {}: this is a model; choose another name",
            out.display()
        ))),
        _ => Ok(()),
    }
}

const COLUMNS: [&str; 13] = [
    "file",
    "sample_id",
    "time",
    "analyte",
    "unit",
    "value",
    "level",
    "lower",
    "upper",
    "lower_true",
    "upper_true",
    "verdict",
    "reasons",
];

/// The estimates as CSV with a heading. Numbers are written so that they read back exactly; a refused estimate is empty.
pub(crate) fn csv(samples: &[(String, SamplePrediction)]) -> Result<String, Failure> {
    let bug =
        |e: &dyn std::fmt::Display| Failure { code: BUG, text: format!("CSV cannot be made: {e}") };
    let mut to = csv::Writer::from_writer(Vec::new());
    to.write_record(COLUMNS).map_err(|e| bug(&e))?;
    for (file, s) in samples {
        for a in &s.analytes {
            let n = |v: Option<f64>| v.map_or_else(String::new, |v| v.to_string());
            to.write_record([
                file.clone(),
                s.id.clone(),
                s.time.clone().unwrap_or_default(),
                a.name.clone(),
                a.unit.clone(),
                n(a.value),
                a.level.to_string(),
                n(a.lower),
                n(a.upper),
                n(a.lower_true),
                n(a.upper_true),
                a.verdict.as_str().to_owned(),
                a.reasons.join("; "),
            ])
            .map_err(|e| bug(&e))?;
        }
    }
    let bytes = to.into_inner().map_err(|e| bug(&e))?;
    String::from_utf8(bytes).map_err(|e| bug(&e))
}

pub(crate) fn write_csv(
    path: &Path,
    samples: &[(String, SamplePrediction)],
) -> Result<(), Failure> {
    Ok(write_atomically(path, csv(samples)?.as_bytes())?)
}

/// The same columns as an HDF5 table.
pub(crate) fn write_hdf5(
    path: &Path,
    samples: &[(String, SamplePrediction)],
    model: &str,
) -> Result<(), Failure> {
    let rows: Vec<(&String, &SamplePrediction, &AnalytePrediction)> =
        samples.iter().flat_map(|(f, s)| s.analytes.iter().map(move |a| (f, s, a))).collect();
    let words = |f: &dyn Fn(&(&String, &SamplePrediction, &AnalytePrediction)) -> String| {
        Cells::Text(rows.iter().map(f).collect())
    };
    let numbers = |f: &dyn Fn(&AnalytePrediction) -> Option<f64>| {
        Cells::Numbers(rows.iter().map(|(_, _, a)| f(a).unwrap_or(f64::NAN)).collect())
    };
    let cells = [
        words(&|(f, _, _)| (*f).clone()),
        words(&|(_, s, _)| s.id.clone()),
        words(&|(_, s, _)| s.time.clone().unwrap_or_default()),
        words(&|(_, _, a)| a.name.clone()),
        words(&|(_, _, a)| a.unit.clone()),
        numbers(&|a| a.value),
        numbers(&|a| Some(a.level)),
        numbers(&|a| a.lower),
        numbers(&|a| a.upper),
        numbers(&|a| a.lower_true),
        numbers(&|a| a.upper_true),
        words(&|(_, _, a)| a.verdict.as_str().to_owned()),
        words(&|(_, _, a)| a.reasons.join("; ")),
    ];
    // The unit of a value differs by row: it stands in the column "unit".
    let columns = COLUMNS
        .iter()
        .zip(cells)
        .map(|(name, cells)| ResultColumn { name: (*name).to_owned(), unit: String::new(), cells })
        .collect();
    let about = vec![("model".to_owned(), model.to_owned())];
    Ok(Store::default().write_results(path, &Results { about, columns })?)
}
