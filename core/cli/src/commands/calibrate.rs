//! `adit calibrate`: a set and a recipe become a model.

use std::path::PathBuf;

use adit_calibration::model::{AnalyteModel, Model};
use adit_calibration::set::{CalibrationSet, RowChoice};
use adit_calibration::{Options, calibrate, recipe_of};
use adit_engine::Recipe;

use super::search;
use crate::args::{Calibrate, Global};
use crate::failure::{Failure, NOTHING_USABLE};
use crate::report::data::{Status, WEAK_RPD};
use crate::report_data::status;
use crate::{input, output, print, progress};

pub(crate) fn run(args: &Calibrate, global: &Global) -> Result<u8, Failure> {
    if let Some(out) = &args.out {
        output::only_over_a_model(out)?;
    }
    let host = input::host(global)?;
    let set = input::set(&args.set, &args.rows, RowChoice::OfSet)?;
    if args.search && args.print_space {
        out!("{}", search::space(args, &set)?.text);
        return Ok(0);
    }
    let options = Options {
        analytes: args.analytes.clone(),
        cv: args.cv.as_deref().map(input::scheme).transpose()?,
        components: args
            .components
            .as_deref()
            .map(|c| c.parse().map_err(|e| Failure::usage(format!("--components: {e}"))))
            .transpose()?,
        rule: args
            .rule
            .as_deref()
            .map(|r| r.parse().map_err(|e| Failure::usage(format!("--rule: {e}"))))
            .transpose()?,
        seed: args.seed,
        strip: args.strip,
    };
    let notes = |said: &str| {
        if !global.json {
            outln!("{said}");
            set.notes.iter().for_each(|n| outln!("{n}"));
        }
    };
    let (model, said) = if args.search {
        let space = search::space(args, &set)?;
        notes(&space.said);
        let model = search::run(args, &set, &space, &host, &options)?;
        (model, space.said)
    } else {
        let (recipe, said) = recipe(args, &set)?;
        notes(&said);
        let model =
            progress::while_doing("calibrating", || calibrate(&set, &recipe, &host, &options))?;
        (model, said)
    };
    if model.usable() == 0 {
        if global.json {
            print::json(&adit_calibration::CalibrateDocument::of(&model, None))?;
        } else {
            print_model(&model, &said);
        }
        return Err(Failure {
            code: NOTHING_USABLE,
            text: format!("no analyte is usable ({}), so no model was written", reasons(&model)),
        });
    }
    let out = args.out.clone().unwrap_or_else(|| default_name(&model, args));
    output::only_over_a_model(&out)?;
    model.write(&out)?;
    if global.json {
        return print::json(&adit_calibration::CalibrateDocument::of(
            &model,
            Some(out.display().to_string()),
        ));
    }
    print_model(&model, &said);
    outln!("\nmodel written to {}", out.display());
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

/// What was done and how good it is: one row per analyte. `said` is what the reader knows already.
pub(crate) fn print_model(model: &Model, said: &str) {
    if let Some(found) = &model.search {
        search::print(found);
    }
    let p = &model.provenance;
    outln!("cv = {}, seed {}; components by {}; route {}", p.cv, p.seed, p.rule, p.route);
    p.defaulted.iter().filter(|d| *d != said).for_each(|d| outln!("{d}"));
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
            print::r2(r2cv),
            verdict(a),
        ]);
    }
    out!("\n{table}");
    if model.analytes.iter().any(|a| a.figures_log10.is_some()) {
        outln!("RPD and R2cv are of log10 values.");
    }
    for a in &model.analytes {
        evidence(a).iter().chain(&a.notes).for_each(|n| outln!("{}: {n}", a.name));
    }
}

/// What the rule weighed, for the rules that the errors alone do not show.
fn evidence(a: &AnalyteModel) -> Option<String> {
    let list =
        |v: &[Option<f64>]| v.iter().map(|v| print::number(*v)).collect::<Vec<_>>().join(" ");
    if let Some(p) = a.choice.p_values.as_deref().filter(|p| !p.is_empty()) {
        let p: Vec<Option<f64>> = p.iter().copied().map(Some).collect();
        return Some(format!("p of 0, 1 ... LVs against {}: {}", a.choice.best, list(&p)));
    }
    let ratios = a.choice.ratios.as_deref().filter(|r| !r.is_empty())?;
    Some(format!("Wold's R from 0 LVs on: {}", list(ratios)))
}

fn verdict(a: &AnalyteModel) -> String {
    match (status(a), &a.unfit) {
        (_, Some(why)) => format!("unfit: {why}"),
        (Status::NoInterval, _) => "no estimate: too few samples for an interval".to_owned(),
        (Status::Weak, _) => format!("weak: RPD below {WEAK_RPD}"),
        (Status::Caution, _) => "use with care: see below".to_owned(),
        _ => "usable".to_owned(),
    }
}
