//! `adit inspect`: what a file or folder is.

use std::path::Path;

use adit_calibration::CalibrateDocument;
use adit_calibration::Model;
use adit_calibration::set::RowChoice;
use adit_engine::unit;
use adit_spectra::store::{Store, is_hdf5};
use adit_spectra::time::format_days;
use adit_spectra::{Columns, ReadOptions, Table, read_any};
use serde_json::json;

use crate::args::Global;
use crate::commands::calibrate::print_model;
use crate::failure::Failure;
use crate::{input, print};

pub(crate) fn run(file: &Path, global: &Global) -> Result<u8, Failure> {
    if file.is_dir() || file.file_name().is_some_and(|n| n == "set.toml") {
        return set(file, global);
    }
    let bytes = std::fs::read(file).map_err(|e| {
        Failure::input(format!("{}: cannot be read: {e}; check the path", file.display()))
    })?;
    if Model::begins(&bytes) {
        return model(file, global);
    }
    if bytes.starts_with(&adit_node::format::MAGIC) {
        return node_model(file, &bytes, global);
    }
    if is_hdf5(&bytes)
        && let Ok(results) = Store::default().read_results(file)
    {
        let columns: Vec<&str> = results.columns.iter().map(|c| c.name.as_str()).collect();
        let rows = results.columns.first().map_or(0, |c| c.cells.len());
        if global.json {
            return print::json(
                &json!({ "file": file, "kind": "results", "rows": rows, "columns": columns }),
            );
        }
        outln!("{}: estimates (HDF5), {rows} rows\ncolumns {}", file.display(), columns.join(", "));
        return Ok(0);
    }
    captures(file, global)
}

fn set(folder: &Path, global: &Global) -> Result<u8, Failure> {
    let set = input::set(folder, &[], RowChoice::OfSet)?;
    if global.json {
        let analytes: Vec<_> = set
            .analytes
            .iter()
            .map(|a| {
                let c = a.counts();
                json!({ "name": a.name, "unit": a.unit, "measured": c.measured,
                        "censored": c.censored, "missing": c.missing })
            })
            .collect();
        return print::json(&json!({
            "file": folder, "kind": "set", "mine": set.mine, "rows_are": set.kind.to_string(),
            "rows": set.table.rows(), "table": shape(&set.table), "analytes": analytes,
            "validation": set.validation, "notes": set.notes,
        }));
    }
    let mine = set.mine.as_deref().unwrap_or("(no mine named)");
    outln!("{}: calibration set of {}, {mine}", folder.display(), set.kind);
    print_table(&set.table);
    let mut table =
        print::Table::new(&["analyte", "unit", "measured", "<LOD", "not measured", "limit"]);
    for a in &set.analytes {
        let c = a.counts();
        table.row([
            a.name.clone(),
            a.unit.clone(),
            c.measured.to_string(),
            c.censored.to_string(),
            c.missing.to_string(),
            print::number(set.limits.get(&a.name).copied()),
        ]);
    }
    out!("\n{table}");
    set.notes.iter().for_each(|n| outln!("{n}"));
    Ok(0)
}

fn model(file: &Path, global: &Global) -> Result<u8, Failure> {
    let model = Model::read(file)?;
    if global.json {
        let document = CalibrateDocument::of(&model, Some(file.display().to_string()));
        return print::json(&json!({ "file": file, "kind": "model", "model": document,
            "recipe": model.recipe, "provenance": model.provenance }));
    }
    let mine = model.mine.as_deref().unwrap_or("(no mine named)");
    outln!(
        "{}: model of {mine} for {}, made by adit {}",
        file.display(),
        model.kind,
        model.provenance.adit
    );
    outln!("reads {} of {}", model.reads.iter().filter(|r| **r).count(), model.axis.summary());
    print_model(&model, "");
    outln!("\nrecipe\n{}", model.recipe.trim_end());
    for p in &model.provenance.plugins {
        outln!("plugin {} {} ({}, {})", p.id, p.version, p.library, p.trust);
    }
    let kept = if model.table.is_some() { "kept inside" } else { "left out (stripped)" };
    outln!("calibration table {kept}; {} verification rows", model.verification.rows.len());
    Ok(0)
}

fn node_model(file: &Path, bytes: &[u8], global: &Global) -> Result<u8, Failure> {
    let model = adit_node::Model::load(bytes).map_err(|e| {
        Failure::input(format!("{}: the node would refuse this model: {e:?}", file.display()))
    })?;
    let outputs: Vec<_> = (0..model.output_len()).filter_map(|k| model.output(k)).collect();
    let provenance: String = model.provenance().iter().map(|b| format!("{b:02x}")).collect();
    if global.json {
        let outputs: Vec<_> =
            outputs.iter().map(|o| json!({ "name": o.name, "unit": unit::text(o.unit) })).collect();
        return print::json(&json!({
            "file": file, "kind": "node model", "bytes": bytes.len(), "inputs": model.input_len(),
            "outputs": outputs, "scratch_bytes": 4 * model.scratch_len(), "provenance": provenance,
        }));
    }
    outln!("{}: node model, {} bytes, checked whole", file.display(), bytes.len());
    outln!("{} inputs, working memory {} bytes", model.input_len(), 4 * model.scratch_len());
    outputs.iter().for_each(|o| outln!("output {} [{}]", o.name, unit::text(o.unit)));
    outln!("made from the model whose SHA-256 begins {provenance}");
    Ok(0)
}

fn captures(file: &Path, global: &Global) -> Result<u8, Failure> {
    let content = read_any(file, &ReadOptions::default())?;
    if global.json {
        return print::json(&json!({ "file": file, "kind": content.kind.describe(),
            "rows": content.table.rows(), "table": shape(&content.table), "notes": content.notes }));
    }
    outln!("{}: {}", file.display(), content.kind.describe());
    print_table(&content.table);
    content.notes.iter().for_each(|n| outln!("{n}"));
    Ok(0)
}

/// Columns, times and gaps of a table.
fn shape(t: &Table) -> serde_json::Value {
    let columns: Vec<_> = (0..t.cols())
        .map(|j| json!({ "name": t.columns.name(j), "unit": t.channel_unit(j).map(unit::text) }))
        .collect();
    let (first, last) = span(t).unzip();
    json!({ "columns": columns, "first_time": first, "last_time": last, "not_finite": not_finite(t) })
}

fn not_finite(t: &Table) -> usize {
    t.values.iter().filter(|v| !v.is_finite()).count()
}

fn span(t: &Table) -> Option<(String, String)> {
    let times = t.times.as_ref()?.iter().copied().filter(|v| v.is_finite());
    let (low, high) = times.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    Some((format_days(low)?, format_days(high)?))
}

fn print_table(t: &Table) {
    let columns = match &t.columns {
        Columns::Positions { unit: u, values } => format!(
            "{} channels, {} to {} {}",
            values.len(),
            values.first().copied().unwrap_or(f64::NAN),
            values.last().copied().unwrap_or(f64::NAN),
            unit::text(*u)
        ),
        Columns::Named(channels) => channels
            .iter()
            .map(|c| match unit::text(c.unit) {
                "" => c.name.clone(),
                u => format!("{} [{u}]", c.name),
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    outln!("{} rows; {columns}", t.rows());
    if let Some((first, last)) = span(t) {
        outln!("from {first} to {last}");
    }
    let labels: Vec<&str> = t.labels.iter().map(|l| l.name.as_str()).collect();
    if !labels.is_empty() {
        outln!("labels: {}", labels.join(", "));
    }
    let finite = t.values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    if low <= high {
        outln!(
            "values {} to {}; {} missing or not finite",
            print::number(Some(low)),
            print::number(Some(high)),
            not_finite(t)
        );
    }
}
