//! `adit export`: a model small enough for a node, proven to give the same numbers.

use std::path::{Path, PathBuf};

use adit_calibration::Loaded;
use adit_engine::{Axis, Chain, Matrix, Op};
use adit_export::{Analyte, Compiled, ExportInput, FittedChain, compile};
use adit_spectra::write_all_atomically;
use serde_json::json;

use crate::args::{Export, Global};
use crate::failure::{Failure, NOTHING_USABLE};
use crate::{input, print, progress};

/// Largest difference between node and host that is let through, in units of RMSECV. What was measured is printed beside it.
const ALLOWED: f64 = 1e-3;

pub(crate) fn run(args: &Export, global: &Global) -> Result<u8, Failure> {
    match args.to.as_str() {
        "c" | "blob" => {}
        "rust" => return Err(Failure::later("--to rust", "take c or blob")),
        other => return Err(Failure::usage(format!("--to {other}: the forms are c and blob"))),
    }
    match args.numeric.as_str() {
        "f32" => {}
        "i16" => return Err(Failure::later("--numeric i16", "leave it out for f32")),
        other => return Err(Failure::usage(format!("--numeric {other}: there is f32"))),
    }
    if args.sign.is_some() {
        return Err(Failure::later("--sign", "leave it out"));
    }
    let host = input::host(global)?;
    let model = input::model(&args.model, &host)?;
    let (compiled, inputs) = progress::while_doing("exporting", || firmware(&model, &args.model))?;
    let files = write(&compiled, &args.to, &args.out)?;
    if global.json {
        return print::json(&document(args, &compiled, &inputs, &files, &model));
    }
    print_compiled(&compiled, &inputs);
    files.iter().for_each(|f| outln!("written {}", f.display()));
    if args.to == "c" {
        let (stem, libm) = (&compiled.stem, if compiled.needs_libm { " -lm" } else { "" });
        outln!(
            "self-test: gcc -O2 -Wall -Wextra -Werror -std=c99 -ffp-contract=off -DADIT_SELFTEST {stem}.c -o selftest{libm} && ./selftest"
        );
    }
    Ok(0)
}

/// Compiles the usable analytes of a model; the inputs are the channels that they read.
pub(crate) fn firmware(model: &Loaded, path: &Path) -> Result<(Compiled, Vec<String>), Failure> {
    let data = model.model();
    let reads: Vec<usize> = (0..data.axis.len()).filter(|&j| data.reads[j]).collect();
    let axis = select(&data.axis, &reads);
    let usable: Vec<(OnReadChannels<'_>, Option<f64>)> = model
        .analytes()
        .filter(|(a, _)| a.unfit.is_none())
        .filter_map(|(a, chain)| {
            let chain = OnReadChannels { chain: chain?, axis: &axis, reads: &reads };
            Some((chain, a.rmsecv_of_scale()))
        })
        .collect();
    let left_out: Vec<(String, String)> = data
        .analytes
        .iter()
        .filter_map(|a| Some((a.name.clone(), format!("unfit: {}", a.unfit.as_ref()?))))
        .collect();
    if usable.is_empty() {
        return Err(Failure {
            code: NOTHING_USABLE,
            text: format!(
                "{}: no analyte has a usable model, so there is nothing to export",
                path.display()
            ),
        });
    }
    let analytes: Vec<Analyte<'_>> =
        usable.iter().map(|(c, rmsecv)| Analyte { chain: c, rmsecv: *rmsecv }).collect();
    let stem = path.file_stem().map_or_else(|| "model".into(), |s| s.to_string_lossy());
    let bytes = std::fs::read(path)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", path.display())))?;
    let compiled = compile(&ExportInput {
        name: &stem,
        mine: data.mine.as_deref().unwrap_or(""),
        provenance: fingerprint(&bytes),
        analytes: &analytes,
        left_out: &left_out,
        rows: &calibration_rows(model, &reads)?,
        allowed: ALLOWED,
        seed: data.provenance.seed,
    })?;
    let inputs = (0..axis.len()).map(|j| axis.label(j)).collect();
    Ok((compiled, inputs))
}

/// The rows that the error is measured on: the calibration table, or the verification rows of a stripped model.
fn calibration_rows(model: &Loaded, reads: &[usize]) -> Result<Matrix, Failure> {
    let data = model.model();
    let rows = data.table.as_ref().map_or(&data.verification.rows, |t| &t.x);
    let values: Vec<f64> = rows
        .iter()
        .flat_map(|r| reads.iter().map(|&j| r.get(j).copied().unwrap_or(f64::NAN)))
        .collect();
    Ok(Matrix::new(values, rows.len(), reads.len())?)
}

/// First 16 bytes of the SHA-256 of the model file.
fn fingerprint(bytes: &[u8]) -> [u8; 16] {
    let hex = adit_engine::saved::sha256_hex(bytes);
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap_or(0))
}

fn select(axis: &Axis, columns: &[usize]) -> Axis {
    match axis {
        Axis::Positions { unit, values } => {
            Axis::Positions { unit: *unit, values: columns.iter().map(|&j| values[j]).collect() }
        }
        Axis::Named(channels) => {
            Axis::Named(columns.iter().map(|&j| channels[j].clone()).collect())
        }
    }
}

/// A chain whose input is only the channels that the model reads: a node need not measure the others.
struct OnReadChannels<'a> {
    chain: &'a Chain,
    axis: &'a Axis,
    reads: &'a [usize],
}

impl FittedChain for OnReadChannels<'_> {
    fn name(&self) -> &str {
        self.chain.analyte()
    }
    fn unit(&self) -> &str {
        self.chain.unit()
    }
    fn input_axis(&self) -> &Axis {
        self.axis
    }
    fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>> {
        let mut index = vec![0; self.chain.input_axis().len()];
        // Channels that are not read stand for anything; the steps that follow drop them.
        self.reads.iter().enumerate().for_each(|(k, &j)| index[j] = k);
        let place = Op::Gather { n_in: self.reads.len(), index };
        let mut ops = vec![("input".to_owned(), place)];
        ops.extend(self.chain.lower()?);
        Ok(ops)
    }
    fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>> {
        let mut columns = vec![None; self.chain.input_axis().len()];
        self.reads.iter().enumerate().for_each(|(k, &j)| columns[j] = Some(k));
        self.chain.apply(&rows.select_columns(&columns))
    }
}

/// Writes the form asked for; all files appear or none, so that no header goes with an older source.
pub(crate) fn write(compiled: &Compiled, to: &str, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let io = |e: std::io::Error| Failure::input(format!("{}: cannot be made: {e}", out.display()));
    std::fs::create_dir_all(out).map_err(io)?;
    let stem = &compiled.stem;
    let files: Vec<(PathBuf, &[u8])> = if to == "blob" {
        vec![(out.join(format!("{stem}.adn")), &compiled.blob)]
    } else {
        vec![
            (out.join(format!("{stem}.h")), compiled.c_header.as_bytes()),
            (out.join(format!("{stem}.c")), compiled.c_source.as_bytes()),
        ]
    };
    write_all_atomically(&files)?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

pub(crate) fn print_compiled(c: &Compiled, inputs: &[String]) {
    c.notes.iter().for_each(|n| outln!("{n}"));
    for b in &c.bounds {
        let unit = if b.log10 { "in log10" } else { &b.unit };
        outln!(
            "{}: largest difference from predict on the calibration rows {:.1e} {unit} = {:.1e} of RMSECV",
            b.name,
            b.error,
            b.of_rmsecv
        );
    }
    c.left_out.iter().for_each(|(name, why)| outln!("{name}: not in the firmware ({why})"));
    outln!(
        "{} inputs; blob {} bytes; C tables {} bytes; working memory {} bytes",
        inputs.len(),
        c.blob.len(),
        c.table_bytes,
        c.scratch_bytes
    );
}

fn document(
    args: &Export,
    c: &Compiled,
    inputs: &[String],
    files: &[PathBuf],
    model: &Loaded,
) -> serde_json::Value {
    let outputs: Vec<serde_json::Value> = c
        .bounds
        .iter()
        .map(|b| {
            let rmsecv = model.model().analyte(&b.name).and_then(|a| a.rmsecv_of_scale());
            json!({ "name": b.name, "unit": b.unit, "log10": b.log10, "rmsecv": rmsecv,
                    "error": b.error, "error_of_rmsecv": b.of_rmsecv })
        })
        .collect();
    let left_out: Vec<serde_json::Value> =
        c.left_out.iter().map(|(name, why)| json!({ "name": name, "reason": why })).collect();
    json!({
        "model": args.model, "to": args.to, "files": files, "inputs": inputs, "outputs": outputs,
        "left_out": left_out, "steps": c.notes, "blob_bytes": c.blob.len(),
        "table_bytes": c.table_bytes, "scratch_bytes": c.scratch_bytes, "needs_libm": c.needs_libm,
    })
}
