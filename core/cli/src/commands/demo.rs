//! `adit demo`: the whole way on the sets that come along.
//!
//! Each set is calibrated on its first two thirds in time; the last third is predicted as new samples, and the ICP results of that
//! third, which the model has not seen, are shown beside.

use std::path::{Path, PathBuf};

use adit_calibration::Loaded;
use adit_calibration::model::Model;
use adit_calibration::set::{CalibrationSet, Reference, RowChoice};
use adit_calibration::{DEFAULT_LEVEL, SamplePrediction};
use adit_calibration::{EvaluateOptions, Evaluation, evaluate};
use adit_calibration::{Options, calibrate, recipe_of};
use adit_host::Host;
use adit_spectra::write_atomically;
use serde_json::json;

use crate::args::Global;
use crate::commands::calibrate::print_model;
use crate::commands::evaluate::print_evaluation;
use crate::commands::export;
use crate::failure::{Failure, NOTHING_USABLE};
use crate::report::{Lang, render};
use crate::{input, output, print, progress, report_data};

/// Samples shown of each set; the rest stand in the file.
const SHOWN: usize = 3;

pub(crate) fn run(out: &Path, global: &Global) -> Result<u8, Failure> {
    let sets = sets()?;
    let host = input::host(global)?;
    std::fs::create_dir_all(out)
        .map_err(|e| Failure::input(format!("{}: cannot be made: {e}", out.display())))?;
    let (mut documents, mut usable) = (Vec::new(), 0);
    for folder in &sets {
        let run = progress::while_doing(&folder.display().to_string(), || one(folder, out, &host))?;
        usable += run.model.model().usable();
        if global.json {
            documents.push(run.document());
        } else {
            run.print();
        }
    }
    if global.json {
        print::json(&json!({ "out": out, "sets": documents }))?;
    } else {
        outln!(
            "An estimate is not a compliance measurement; README.md says what it must not be used for."
        );
    }
    Ok(if usable == 0 { NOTHING_USABLE } else { 0 })
}

/// Folders of sets: `calibration/mines` from the current folder upward, else `../share/adit/mines` beside the executable.
fn sets() -> Result<Vec<PathBuf>, Failure> {
    let here = std::env::current_dir().unwrap_or_default();
    let upward = here.ancestors().map(|a| a.join("calibration/mines")).find(|p| p.is_dir());
    let beside = std::env::current_exe()
        .ok()
        .and_then(|e| Some(e.parent()?.join("../share/adit/mines")))
        .unwrap_or_default();
    let place = upward.or_else(|| Some(beside.clone()).filter(|p| p.is_dir())).ok_or_else(|| {
        Failure::input(format!(
            "the demo finds its sets neither in calibration/mines from {} upward nor in {}; start it inside the repository",
            here.display(),
            beside.display()
        ))
    })?;
    let read = std::fs::read_dir(&place)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", place.display())))?;
    let mut sets: Vec<PathBuf> =
        read.flatten().map(|e| e.path()).filter(|p| p.join("set.toml").is_file()).collect();
    // Paths as a person in this folder would write them.
    for set in &mut sets {
        if let Ok(near) = set.strip_prefix(&here) {
            *set = near.to_path_buf();
        }
    }
    sets.sort();
    if sets.is_empty() {
        return Err(Failure::input(format!(
            "{}: holds no set (a folder with set.toml)",
            place.display()
        )));
    }
    Ok(sets)
}

/// What came of one set.
struct Run {
    folder: PathBuf,
    training: usize,
    model: Loaded,
    evaluation: Evaluation,
    /// References of the new samples, one list per sample in the order of the model's analytes.
    references: Vec<Vec<Reference>>,
    files: Vec<PathBuf>,
    notes: Vec<String>,
    firmware: Vec<String>,
}

fn one(folder: &Path, out: &Path, host: &Host) -> Result<Run, Failure> {
    let set = input::set(folder, &[], RowChoice::OfSet)?;
    let (first, last) = split_in_time(&set)
        .ok_or_else(|| Failure::input(format!("{}: the demo needs times", folder.display())))?;
    let (recipe, said) = recipe_of(&set)?;
    let model = calibrate(&set.select_rows(&first), &recipe, host, &Options::default())?;
    let name = folder.file_name().map_or_else(|| "set".into(), |n| n.to_string_lossy());
    let path = out.join(format!("{name}.adit"));
    model.write(&path)?;
    let model = Loaded::new(Model::read(&path)?, host)?;
    let new = set.select_rows(&last);
    let evaluation = evaluate(&model, &new, &EvaluateOptions::default())?;
    let mut files = vec![path.clone()];
    let samples = evaluation.samples.iter().map(|s| s.prediction.clone()).collect::<Vec<_>>();
    let references = references(&model, &new);
    let notes: Vec<String> = std::iter::once(said).chain(set.notes.iter().cloned()).collect();
    files.push(predictions(&samples, folder, &out.join(format!("{name}-predictions.csv")))?);
    files.extend(reports(&model, &path, &samples, &references, &notes)?);
    let (more, firmware) = firmware(&model, &path, &out.join(format!("{name}-firmware")))?;
    files.extend(more);
    Ok(Run {
        folder: folder.to_owned(),
        training: first.len(),
        model,
        evaluation,
        references,
        files,
        notes,
        firmware,
    })
}

/// Rows of the first two thirds in time and of the last third, each in time order; `None` without times. Rows of one sample stay
/// together.
fn split_in_time(set: &CalibrationSet) -> Option<(Vec<usize>, Vec<usize>)> {
    let times = set.table.times.as_ref()?;
    let mut order: Vec<usize> = (0..set.table.rows()).filter(|&i| times[i].is_finite()).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
    let mut cut = (2 * order.len()).div_ceil(3);
    while cut < order.len() && cut > 0 && set.table.ids[order[cut]] == set.table.ids[order[cut - 1]]
    {
        cut += 1;
    }
    let last = order.split_off(cut.min(order.len()));
    Some((order, last))
}

fn references(model: &Loaded, new: &CalibrationSet) -> Vec<Vec<Reference>> {
    let of = |row: usize, name: &str| {
        new.analytes
            .iter()
            .find(|a| a.name == name)
            .map_or(Reference::Missing, |a| a.references[row])
    };
    let names: Vec<&str> = model.model().analytes.iter().map(|a| a.name.as_str()).collect();
    (0..new.table.rows()).map(|row| names.iter().map(|n| of(row, n)).collect()).collect()
}

fn predictions(samples: &[SamplePrediction], folder: &Path, to: &Path) -> Result<PathBuf, Failure> {
    let source = folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let rows: Vec<(String, SamplePrediction)> =
        samples.iter().map(|s| (source.clone(), s.clone())).collect();
    output::write_csv(to, &rows)?;
    Ok(to.to_owned())
}

fn reports(
    model: &Loaded,
    path: &Path,
    samples: &[SamplePrediction],
    references: &[Vec<Reference>],
    notes: &[String],
) -> Result<Vec<PathBuf>, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", path.display())))?;
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut data = report_data::of(model, (&name, &bytes), DEFAULT_LEVEL, notes.to_vec());
    data.new_samples = report_data::new_samples(samples, references);
    let mut files = Vec::new();
    for (lang, ending) in [(Lang::En, "html"), (Lang::Ja, "ja.html")] {
        let to = path.with_extension(ending);
        write_atomically(&to, render(&data, lang).as_bytes())?;
        files.push(to);
    }
    Ok(files)
}

/// The C pair and the blob; nothing, and the reason, where no analyte is usable.
fn firmware(
    model: &Loaded,
    path: &Path,
    to: &Path,
) -> Result<(Vec<PathBuf>, Vec<String>), Failure> {
    if model.model().usable() == 0 {
        return Ok((Vec::new(), vec!["no analyte is usable: no firmware is written".to_owned()]));
    }
    let (compiled, _) = export::firmware(model, path)?;
    let mut files = export::write(&compiled, "c", to)?;
    files.extend(export::write(&compiled, "blob", to)?);
    let bound = |b: &adit_export::Bound| {
        format!(
            "{}: on the calibration rows firmware differs from predict by at most {:.0e} of RMSECV",
            b.name, b.of_rmsecv
        )
    };
    Ok((files, compiled.bounds.iter().map(bound).collect()))
}

impl Run {
    fn print(&self) {
        let model = self.model.model();
        let mine = model.mine.as_deref().unwrap_or("set");
        outln!("== {mine} ({})", self.folder.display());
        self.notes.iter().for_each(|n| outln!("{n}"));
        outln!("calibrated on the first {} samples in time", self.training);
        print_model(model, self.notes.first().map_or("", String::as_str));
        self.print_new();
        outln!();
        print_evaluation(&self.evaluation);
        self.firmware.iter().for_each(|l| outln!("{l}"));
        self.files.iter().for_each(|f| outln!("written {}", f.display()));
        outln!();
    }

    /// The newest samples: estimate, interval, verdict, and what the ICP found.
    fn print_new(&self) {
        let samples = &self.evaluation.samples;
        let shown = SHOWN.min(samples.len());
        outln!(
            "\nthe {} samples that follow were estimated; the last {shown} of them beside the ICP result:",
            samples.len()
        );
        let interval = format!("{:.0} % interval", 100.0 * self.evaluation.level);
        let mut table = print::Table::new(&[
            "sample", "analyte", "estimate", &interval, "ICP", "unit", "verdict", "why",
        ]);
        for (s, references) in samples.iter().zip(&self.references).skip(samples.len() - shown) {
            for (a, r) in s.prediction.analytes.iter().zip(references) {
                table.row([
                    s.prediction.id.clone(),
                    a.name.clone(),
                    print::number(a.value),
                    match (a.lower, a.upper) {
                        (Some(l), Some(u)) => {
                            format!("{} to {}", print::number(Some(l)), print::number(Some(u)))
                        }
                        _ => String::new(),
                    },
                    match r {
                        Reference::Measured(v) => print::number(Some(*v)),
                        Reference::Below(v) => format!("<{v}"),
                        Reference::Missing => "-".to_owned(),
                    },
                    a.unit.clone(),
                    a.verdict.as_str().to_owned(),
                    a.reasons.first().cloned().unwrap_or_default(),
                ]);
            }
        }
        out!("{table}");
    }

    fn document(&self) -> serde_json::Value {
        let samples: Vec<&SamplePrediction> =
            self.evaluation.samples.iter().map(|s| &s.prediction).collect();
        json!({
            "set": self.folder, "training": self.training,
            "calibrate": adit_calibration::CalibrateDocument::of(self.model.model(), None),
            "evaluate": self.evaluation, "samples": samples, "files": self.files, "notes": self.notes,
        })
    }
}
