//! `adit report`: one page about a model.

use std::path::Path;

use adit_calibration::DEFAULT_LEVEL;
use adit_spectra::write_atomically;
use serde_json::json;

use crate::args::{Global, Language};
use crate::failure::Failure;
use crate::report::{Lang, render};
use crate::{input, output, print, report_data};

pub(crate) fn run(
    model: &Path,
    out: &Path,
    lang: Language,
    global: &Global,
) -> Result<u8, Failure> {
    output::not_over(out, &[model])?;
    let host = input::host(global)?;
    let loaded = input::model(model, &host)?;
    let bytes = std::fs::read(model)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", model.display())))?;
    let name = model.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let data = report_data::of(&loaded, (&name, &bytes), DEFAULT_LEVEL, Vec::new());
    write_atomically(out, render(&data, language(lang)).as_bytes())?;
    if global.json {
        return print::json(&json!({ "model": model, "report": out }));
    }
    outln!("report written to {}", out.display());
    Ok(0)
}

pub(crate) fn language(lang: Language) -> Lang {
    match lang {
        Language::Ja => Lang::Ja,
        Language::En => Lang::En,
    }
}
