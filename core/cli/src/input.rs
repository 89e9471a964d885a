//! What several verbs need before they start: plugins, the clock, choices of rows.

use std::path::Path;

use adit_calibration::Scheme;
use adit_calibration::set::{CalibrationSet, RowChoice, SetOptions, parse_where, read};
use adit_host::{Host, HostOptions};

use crate::args::Global;
use crate::failure::Failure;

/// The plugins: built-in ones and those of plugins.lock.
pub(crate) fn host(global: &Global) -> Result<Host, Failure> {
    let options = HostOptions { plugins_dir: global.plugins.clone(), builtin_dir: None };
    Ok(Host::open(options)?)
}

/// A set with the rows that `--where` asks for, else those of `otherwise`. What was defaulted goes to standard error.
pub(crate) fn set(
    folder: &Path,
    conditions: &[String],
    otherwise: RowChoice,
) -> Result<CalibrationSet, Failure> {
    let rows = if conditions.is_empty() {
        otherwise
    } else {
        RowChoice::Where(conditions.iter().map(|c| parse_where(c)).collect::<Result<_, _>>()?)
    };
    Ok(read(folder, &SetOptions { rows })?)
}

/// A cross-validation scheme as it is typed.
pub(crate) fn scheme(text: &str) -> Result<Scheme, Failure> {
    text.parse().map_err(|e: adit_calibration::Error| Failure::usage(format!("--cv {text}: {e}")))
}

/// A level of intervals: between 0 and 1, ends excluded.
pub(crate) fn level(level: f64) -> Result<f64, Failure> {
    if level > 0.0 && level < 1.0 {
        return Ok(level);
    }
    Err(Failure::usage(format!("--level {level}: a level lies between 0 and 1, such as 0.95")))
}

/// Now, in UTC, as RFC 3339 to the second.
pub(crate) fn now_utc() -> String {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    adit_spectra::time::format_days(seconds as f64 / 86_400.0).unwrap_or_default()
}

/// A model file, ready to predict: plugins there, verification rows reproduced.
pub(crate) fn model(path: &Path, host: &Host) -> Result<adit_calibration::Loaded, Failure> {
    let model = adit_calibration::Model::read(path)?;
    adit_calibration::Loaded::new(model, host)
        .map_err(|e| e.in_file(path.display().to_string()).into())
}
