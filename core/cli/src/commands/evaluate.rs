//! `adit evaluate`: figures on samples with references that the model has not seen.

use adit_calibration::EvaluateDocument;
use adit_calibration::set::RowChoice;
use adit_calibration::{EvaluateOptions, Evaluation, TestFigures, evaluate};

use crate::args::{Evaluate, Global};
use crate::failure::Failure;
use crate::{input, print, progress};

pub(crate) fn run(args: &Evaluate, global: &Global) -> Result<u8, Failure> {
    let level = input::level(args.level)?;
    let host = input::host(global)?;
    let model = input::model(&args.model, &host)?;
    let set = input::set(&args.set, &args.rows, RowChoice::All)?;
    // Rows that were named are counted even if the model was made from them; the print says so.
    let options = EvaluateOptions { level, include_seen: !args.rows.is_empty() };
    let evaluation = progress::while_doing("evaluating", || evaluate(&model, &set, &options))?;
    if global.json {
        let model = args.model.display().to_string();
        return print::json(&EvaluateDocument { model, evaluation: &evaluation });
    }
    print_evaluation(&evaluation);
    if options.include_seen && !evaluation.seen.is_empty() {
        outln!("The model was made from the rows that it has seen: these figures flatter it.");
    }
    Ok(0)
}

pub(crate) fn print_evaluation(e: &Evaluation) {
    let mut table = print::Table::new(&[
        "analyte",
        "estimates",
        "n",
        "unit",
        "RMSEP",
        "bias",
        "SEP",
        "R2",
        "coverage",
    ]);
    for a in &e.analytes {
        let mut row = |which: &str, f: &TestFigures| {
            table.row([
                a.name.clone(),
                which.to_owned(),
                f.n.to_string(),
                a.unit.clone(),
                print::number(f.rmsep),
                print::number(f.bias),
                print::number(f.sep),
                print::r2(f.r2),
                f.coverage.map_or("-".into(), |v| format!("{:.0} %", 100.0 * v)),
            ]);
        };
        row("all", &a.all);
        if a.accepted.n != a.all.n {
            row("accepted", &a.accepted);
        }
    }
    out!("{table}");
    outln!(
        "\n{} rows, {} of them seen in calibration{}. Coverage is of the {:.0} % interval.",
        e.rows,
        e.seen.len(),
        if e.seen_counted { "" } else { " and left out" },
        100.0 * e.level
    );
    for a in e.analytes.iter().filter(|a| a.unfit.is_none()) {
        let r2 = a.all.log10.map_or(a.all.r2, |f| f.r2_log10);
        if let Some(r2) = r2.filter(|r2| *r2 <= 0.0) {
            outln!(
                "{}: on these samples weaker than their own mean (R2 {r2:.2}{})",
                a.name,
                if a.all.log10.is_some() { " of log10" } else { "" }
            );
        }
    }
    for a in e.analytes.iter().filter(|a| a.unfit.is_some()) {
        outln!("{}: unfit: {}", a.name, a.unfit.as_deref().unwrap_or_default());
    }
}
