//! `adit calibrate`: a set and a recipe become a model.

use std::path::PathBuf;

use adit_calibration::model::{AnalyteModel, Model};
use adit_calibration::set::{CalibrationSet, RowChoice};
use adit_calibration::{Options, calibrate, recipe_of};
use adit_engine::Recipe;

use crate::args::{Calibrate, Global};
use crate::failure::{Failure, NOTHING_USABLE};
use crate::{input, print, progress};

pub(crate) fn run(args: &Calibrate, global: &Global) -> Result<u8, Failure> {
    if args.search {
        return Err(Failure::later("--search", "name a recipe with --recipe"));
    }
    let host = input::host(global)?;
    let set = input::set(&args.set, &args.rows, RowChoice::OfSet)?;
    let (recipe, said) = recipe(args, &set)?;
    let options = Options {
        analytes: args.analytes.clone(),
        cv: args.cv.as_deref().map(input::scheme).transpose()?,
        components: args
            .components
            .as_deref()
            .map(|c| c.parse().map_err(|e| Failure::usage(format!("--components: {e}"))))
            .transpose()?,
        seed: args.seed,
        strip: args.strip,
    };
    if !global.json {
        println!("{said}");
        set.notes.iter().for_each(|n| println!("{n}"));
    }
    let model = progress::while_doing("calibrating", || calibrate(&set, &recipe, &host, &options))?;
    if model.usable() == 0 {
        if !global.json {
            print_model(&model);
        }
        return Err(Failure {
            code: NOTHING_USABLE,
            text: format!("no analyte is usable ({}), so no model was written", reasons(&model)),
        });
    }
    let out = args.out.clone().unwrap_or_else(|| default_name(&model, args));
    model.write(&out)?;
    if global.json {
        return print::json(&adit_calibration::CalibrateDocument::of(
            &model,
            Some(out.display().to_string()),
        ));
    }
    print_model(&model);
    println!("\nmodel written to {}", out.display());
    Ok(0)
}

fn recipe(args: &Calibrate, set: &CalibrationSet) -> Result<(Recipe, String), Failure> {
    let Some(file) = &args.recipe else { return Ok(recipe_of(set)?) };
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", file.display())))?;
    let recipe = Recipe::parse(&text).map_err(|e| e.within(file.display()))?;
    Ok((recipe, format!("recipe = {}", file.display())))
}

/// `MINE.adit` in the current folder; the name of the set's folder where there is no mine.
fn default_name(model: &Model, args: &Calibrate) -> PathBuf {
    let folder = args.set.canonicalize().ok();
    let folder =
        folder.as_deref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
    let name = model.mine.clone().or(folder).unwrap_or_else(|| "model".to_owned());
    let clean: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect();
    PathBuf::from(format!("{clean}.adit"))
}

fn reasons(model: &Model) -> String {
    let all: Vec<String> = model
        .analytes
        .iter()
        .map(|a| format!("{}: {}", a.name, a.unfit.as_deref().unwrap_or("usable")))
        .collect();
    all.join("; ")
}

/// What was done and how good it is: one row per analyte.
pub(crate) fn print_model(model: &Model) {
    let p = &model.provenance;
    println!("cv = {}, seed {}; route {}", p.cv, p.seed, p.route);
    p.defaulted.iter().for_each(|d| println!("{d}"));
    let mut table = print::Table::new(&[
        "analyte", "unit", "n", "<LOD", "LVs", "RMSEC", "RMSECV", "bias", "RPD", "R2cv", "verdict",
    ]);
    for a in &model.analytes {
        let f = &a.figures;
        let r2cv = a.figures_log10.as_ref().unwrap_or(f).r2cv;
        table.row([
            a.name.clone(),
            a.unit.clone(),
            a.n.to_string(),
            a.censored.to_string(),
            a.components().to_string(),
            print::number(f.rmsec),
            print::number(f.rmsecv),
            print::number(f.bias),
            print::number(a.figures_log10.as_ref().unwrap_or(f).rpd),
            r2cv.map_or("-".into(), |v| format!("{v:.2}")),
            verdict(a),
        ]);
    }
    print!("\n{table}");
    if model.analytes.iter().any(|a| a.figures_log10.is_some()) {
        println!("RPD and R2cv are of log10 values.");
    }
    for a in &model.analytes {
        a.notes.iter().for_each(|n| println!("{}: {n}", a.name));
    }
}

/// Below this RPD a calibration tells little more than the mean: category C of Chang et al. 2001 (doi:10.2136/sssaj2001.652480x).
const WEAK_RPD: f64 = 1.4;

fn verdict(a: &AnalyteModel) -> String {
    let rpd = a.figures_log10.as_ref().unwrap_or(&a.figures).rpd;
    match &a.unfit {
        Some(why) => format!("unfit: {why}"),
        None if rpd.is_some_and(|r| r < WEAK_RPD) => format!("weak (RPD below {WEAK_RPD})"),
        None => "usable".to_owned(),
    }
}
