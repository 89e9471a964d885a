//! `adit predict`: estimates with intervals and verdicts.

use std::path::{Path, PathBuf};

use adit_calibration::{PredictDocument, PredictedSample, SamplePrediction, Verdict, predict};
use adit_spectra::{ReadOptions, read_any};

use crate::args::{Global, Predict};
use crate::failure::{Failure, NOTHING_USABLE};
use crate::{input, output, print, progress};

/// Where the estimates go.
enum To {
    /// A table for people on standard output.
    Terminal,
    /// CSV on standard output.
    Standard,
    Csv(PathBuf),
    Hdf5(PathBuf),
}

pub(crate) fn run(args: &Predict, global: &Global) -> Result<u8, Failure> {
    let to = destination(args.out.as_deref())?;
    let level = input::level(args.level)?;
    if let To::Csv(path) | To::Hdf5(path) = &to {
        let read: Vec<&Path> =
            args.inputs.iter().chain([&args.model]).map(PathBuf::as_path).collect();
        output::not_over(path, &read)?;
    }
    let host = input::host(global)?;
    let model = input::model(&args.model, &host)?;
    let mut options = ReadOptions::default();
    if let Some(offset) = args.timezone.as_ref().or(model.model().timezone.as_ref()) {
        options = options.with_timezone(offset.as_str());
    }
    let mut samples: Vec<(String, SamplePrediction)> = Vec::new();
    for file in &args.inputs {
        let content = read_any(file, &options)?;
        content.notes.iter().for_each(|n| note!("adit: {}: {n}", file.display()));
        let estimates =
            progress::while_doing("predicting", || predict(&model, &content.table, level))
                .map_err(|e| e.in_file(file.display().to_string()))?;
        let name = file.display().to_string();
        samples.extend(estimates.into_iter().map(|s| (name.clone(), s)));
    }
    match &to {
        To::Csv(path) => output::write_csv(path, &samples)?,
        To::Hdf5(path) => output::write_hdf5(path, &samples, &args.model.display().to_string())?,
        To::Standard if !global.json => out!("{}", output::csv(&samples)?),
        To::Terminal if !global.json => print_samples(&samples),
        _ => {}
    }
    if global.json {
        let samples =
            samples.iter().map(|(file, sample)| PredictedSample { file, sample }).collect();
        print::json(&PredictDocument { model: args.model.display().to_string(), samples })?;
    } else if let To::Csv(path) | To::Hdf5(path) = &to {
        outln!("{} written: {}", path.display(), summary(&samples));
    }
    Ok(exit_code(&samples, args.strict))
}

fn destination(out: Option<&Path>) -> Result<To, Failure> {
    let Some(path) = out else { return Ok(To::Terminal) };
    if path == Path::new("-") {
        return Ok(To::Standard);
    }
    match path.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() {
        Some("csv") => Ok(To::Csv(path.to_owned())),
        Some("h5" | "hdf5") => Ok(To::Hdf5(path.to_owned())),
        Some("xlsx") => Err(Failure::later("writing .xlsx", "write .csv, which spreadsheets open")),
        _ => Err(Failure::usage(format!(
            "--out {}: the name must end in .csv or .h5, or be - for standard output",
            path.display()
        ))),
    }
}

/// One row per estimate; with the file where there are several.
fn print_samples(samples: &[(String, SamplePrediction)]) {
    let several = samples.windows(2).any(|w| w[0].0 != w[1].0);
    let mut table = print::Table::new(&[
        "sample", "analyte", "value", "lower", "upper", "unit", "verdict", "why",
    ]);
    for (file, s) in samples {
        for a in &s.analytes {
            table.row([
                if several { format!("{file}: {}", s.id) } else { s.id.clone() },
                a.name.clone(),
                print::number(a.value),
                print::number(a.lower),
                print::number(a.upper),
                a.unit.clone(),
                a.verdict.as_str().to_owned(),
                a.reasons.join("; "),
            ]);
        }
    }
    out!("{table}");
    let level = samples.first().and_then(|(_, s)| s.analytes.first()).map_or(0.95, |a| a.level);
    outln!(
        "\nlower and upper: {:.0} % interval for a new ICP result. {}",
        100.0 * level,
        summary(samples)
    );
}

fn count(samples: &[(String, SamplePrediction)], verdict: Verdict) -> usize {
    samples.iter().flat_map(|(_, s)| &s.analytes).filter(|a| a.verdict == verdict).count()
}

fn summary(samples: &[(String, SamplePrediction)]) -> String {
    format!(
        "{} samples; estimates: {} ok, {} with a warning, {} refused",
        samples.len(),
        count(samples, Verdict::Ok),
        count(samples, Verdict::Warn),
        count(samples, Verdict::Refuse)
    )
}

fn exit_code(samples: &[(String, SamplePrediction)], strict: bool) -> u8 {
    let usable = count(samples, Verdict::Ok) + count(samples, Verdict::Warn);
    if usable == 0 || (strict && count(samples, Verdict::Refuse) > 0) { NOTHING_USABLE } else { 0 }
}
