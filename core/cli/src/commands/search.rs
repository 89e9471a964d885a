//! `adit calibrate --search`: which space, the search with its bar, and what is printed of it.

use std::path::Path;

use adit_calibration::search::record::{Nested, Search};
use adit_calibration::search::{DEFAULT_PERMUTATIONS, SearchOptions, SpaceText, space_of};
use adit_calibration::set::CalibrationSet;
use adit_calibration::{Model, Options};
use adit_host::Host;

use crate::args::Calibrate;
use crate::failure::Failure;
use crate::{print, progress};

/// How many recipes are shown.
const SHOWN: usize = 10;
/// How many reasons for skipped recipes are shown.
const REASONS: usize = 5;

/// The space to search: the file that was named, else the set's own, else the default.
pub(crate) fn space(args: &Calibrate, set: &CalibrationSet) -> Result<SpaceText, Failure> {
    let Some(file) = &args.space else { return Ok(space_of(set)) };
    let name = file.display().to_string();
    let text = read(file)?;
    Ok(SpaceText { text, said: format!("space = {name}"), file: Some(name) })
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|e| Failure::input(format!("{}: cannot be read: {e}", file.display())))
}

/// Searches; a bar on a terminal says how far it is.
pub(crate) fn run(
    args: &Calibrate,
    set: &CalibrationSet,
    space: &SpaceText,
    host: &Host,
    options: &Options,
) -> Result<Model, Failure> {
    let permutations = args.permutations.map_or(DEFAULT_PERMUTATIONS, |n| n as usize);
    let asked = SearchOptions { permutations };
    progress::with_share(|tell| {
        let mut told = |p: adit_calibration::search::Progress| tell(p.doing, p.done / p.total);
        Ok(adit_calibration::search::search(set, space, host, options, &asked, &mut told)?)
    })
}

/// The best recipes, and how good the search is.
pub(crate) fn print(found: &Search) {
    let (all, tried) = (found.recipes, found.tried_in_all);
    outln!("{all} recipes: {tried} tried, {} skipped", all.saturating_sub(tried));
    skipped(found);
    let names: Vec<String> = found.tried.first().map_or_else(Vec::new, |t| {
        let heads =
            t.analytes.iter().flat_map(|a| [format!("{} LVs", a.name), "RMSECV".to_owned()]);
        heads.collect()
    });
    let head = ["", "score"].into_iter().chain(names.iter().map(String::as_str)).chain(["recipe"]);
    let mut table = print::Table::new(&head.collect::<Vec<_>>());
    for (k, t) in found.tried.iter().take(SHOWN).enumerate() {
        let figures =
            t.analytes.iter().flat_map(|a| [a.components.to_string(), print::number(a.rmsecv)]);
        let front = [(k + 1).to_string(), print::number(Some(t.score))];
        table.row(front.into_iter().chain(figures).chain([t.recipe.clone()]));
    }
    out!("\n{table}");
    outln!("score: {}", found.criterion);
    nested(&found.nested);
    if let Some(s) = &found.scrambling {
        for a in &s.analytes {
            outln!(
                "{}: p = {:.3} by {} scrambles of the references, the count chosen anew on each",
                a.name,
                a.p,
                s.permutations
            );
        }
        if tried > 1 {
            outln!(
                "p is that of this recipe alone: that it is the best of {tried} is not counted, so p is too small; the \
                 nested error counts it"
            );
        }
    }
    outln!();
}

/// Reasons, each once with how many recipes it holds for.
fn skipped(found: &Search) {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for s in &found.skipped {
        match reasons.iter_mut().find(|(why, _)| *why == s.reason) {
            Some((_, n)) => *n += 1,
            None => reasons.push((&s.reason, 1)),
        }
    }
    for (why, n) in reasons.iter().take(REASONS) {
        outln!("{n} skipped: {why}");
    }
    if reasons.len() > REASONS {
        outln!("{} further reasons stand in the model", reasons.len() - REASONS);
    }
}

fn nested(nested: &Nested) {
    outln!("nested: {}", nested.how);
    for a in &nested.analytes {
        let Some(rmse) = a.rmse else { continue };
        outln!(
            "{}: expect an error of {} (standard error {}); RMSECV of the best, {}, was picked by its smallness",
            a.name,
            print::number(Some(rmse)),
            print::number(a.standard_error),
            print::number(a.rmsecv)
        );
    }
    let mut picks: Vec<(&str, usize)> = Vec::new();
    for p in &nested.picks {
        match picks.iter_mut().find(|(recipe, _)| *recipe == p.recipe) {
            Some((_, n)) => *n += 1,
            None => picks.push((&p.recipe, 1)),
        }
    }
    // The most frequent first; of equal ones the one that came first.
    picks.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let all = nested.picks.len();
    for (recipe, n) in picks.iter().take(3) {
        outln!("{n} of {all} chose {recipe}");
    }
    if picks.len() > 3 {
        outln!("the others chose {} further recipes", picks.len() - 3);
    }
}
