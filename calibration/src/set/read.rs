//! A folder becomes a calibration set.

use super::captures::Captures;
use super::folder::Folder;
use super::icp::IcpTable;
use super::icp_columns::ColumnRules;
use super::limits::effluent_limit_japan;
use super::pairing::{Paired, pair};
use super::reference::Analyte;
use super::rows::{Filter, RowChoice};
use super::set_toml::SetToml;
use super::sheet::{Sheet, plain_text};
use super::types::CalibrationSet;
use super::uncertainty::fit_uncertainty;
use crate::{Error, Result};
use adit_spectra::units::parse_heading;
use std::collections::BTreeMap;
use std::path::Path;

/// What a caller may ask of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetOptions {
    /// Which rows to take.
    pub rows: RowChoice,
}

/// Reads a calibration set: the folder of a `set.toml`, or the folder of two files `spectra.csv` (or
/// `table.csv`) and `icp.csv`.
///
/// # Errors
/// [`crate::ErrorKind::Input`], naming the file and, where they are known, row, column and sample:
/// a file that is missing, damaged or not a number where one is needed; two rows with one id where
/// no replicates are declared; an ICP sample without capture; a set that contradicts itself.
/// [`crate::ErrorKind::Usage`] for rows asked for in `options` that the set has not.
pub fn read(path: &Path, options: &SetOptions) -> Result<CalibrationSet> {
    let mut folder = Folder::open(path)?;
    let two_files = !folder.has_file("set.toml");
    let set = read_set_toml(&mut folder, two_files)?;
    let kind = folder.kind(&set)?;
    let recipe_text = read_text(&mut folder, "recipe.toml")?;
    let search_text = read_text(&mut folder, "search.toml")?;
    let captures = Captures::read(&mut folder, &set, kind)?;
    let icp = read_icp(&mut folder, &set, two_files, &captures.headings)?;
    let names: Vec<String> = icp.analytes.iter().map(|a| a.name.clone()).collect();
    check_named(&folder, &set, &names)?;

    let mut notes = Vec::new();
    if set.kind.is_none() {
        notes.push(format!("kind = \"{}\", by the files of the set", kind.as_str()));
    }
    let mut paired =
        pair(captures, icp, &set.pairing, kind).map_err(|e| e.file_under(folder.root()))?;
    notes.append(&mut paired.notes);
    let analytes =
        choose_rows(&mut paired, options, &set, &mut notes).map_err(|e| match e.kind() {
            crate::ErrorKind::Input => e.in_file(folder.shown("set.toml")),
            _ => e,
        })?;
    let limits = limits(&set, &analytes, &mut notes);
    let uncertainty = uncertainties(&set, &analytes, &mut notes);
    Ok(CalibrationSet {
        mine: set.mine.clone(),
        kind,
        table: paired.table,
        origins: paired.origins,
        analytes,
        limits,
        validation: set.validation.clone(),
        timezone: set.timezone.clone(),
        recipe_text,
        search_text,
        replicates: set.pairing.replicates,
        inputs: folder.inputs,
        notes,
        uncertainty,
    })
}

fn read_set_toml(folder: &mut Folder, two_files: bool) -> Result<SetToml> {
    if two_files {
        return Ok(SetToml::default());
    }
    let bytes = folder.read("set.toml")?;
    let shown = folder.shown("set.toml");
    SetToml::parse(&shown, plain_text(&shown, &bytes)?)
}

/// A text file that a set may have: its name and content.
fn read_text(folder: &mut Folder, name: &str) -> Result<Option<(String, String)>> {
    if !folder.has_file(name) {
        return Ok(None);
    }
    let bytes = folder.read(name)?;
    let text = plain_text(&folder.shown(name), &bytes)?.to_string();
    Ok(Some((name.into(), text)))
}

fn read_icp(
    folder: &mut Folder,
    set: &SetToml,
    two_files: bool,
    capture_headings: &[String],
) -> Result<IcpTable> {
    let bytes = folder.read("icp.csv")?;
    let shown = folder.shown("icp.csv");
    let rules = ColumnRules { two_files, analytes: set.analytes.as_deref(), units: &set.units };
    let mut icp = IcpTable::parse(&shown, &bytes, rules, set.timezone.as_deref())?;
    // As those of the captures: after reading, names are relative to the set.
    icp.source = "icp.csv".into();
    if !set.units.is_empty() {
        let mut headings = Sheet::parse(&shown, &bytes)?.headings;
        headings.extend_from_slice(capture_headings);
        let known = |key: &&String| {
            headings.iter().any(|text| text == *key || parse_heading(text).name == **key)
        };
        if let Some(key) = set.units.keys().find(|key| !known(key)) {
            return Err(Error::input(format!(
                "[units] names \"{key}\", and no file has such a column"
            ))
            .in_file(folder.shown("set.toml"))
            .hint("write the heading as it stands in the file"));
        }
    }
    Ok(icp)
}

/// A name of the set in the spelling of the analytes.
fn canonical(name: &str, names: &[String]) -> Option<String> {
    let other = parse_heading(name).name;
    names.iter().find(|have| **have == name || **have == other).cloned()
}

/// An uncertainty that is given under a wrong name would be taken as 0 in silence.
fn check_named(folder: &Folder, set: &SetToml, names: &[String]) -> Result<()> {
    let lost = set.uncertainty.keys().find(|name| canonical(name, names).is_none());
    match lost {
        None => Ok(()),
        Some(name) => {
            Err(Error::input(format!("[uncertainty] names \"{name}\", which is no analyte here"))
                .in_file(folder.shown("set.toml"))
                .hint(format!("the analytes are {}", names.join(", "))))
        }
    }
}

/// Cuts the paired rows to those that are asked for, and gives the analytes on them.
fn choose_rows(
    paired: &mut Paired,
    options: &SetOptions,
    set: &SetToml,
    notes: &mut Vec<String>,
) -> Result<Vec<Analyte>> {
    let filter = Filter::new(&options.rows, &set.rows.filter);
    let all = paired.table.rows();
    let keep = filter.rows(&paired.table)?;
    if !filter.is_empty() {
        notes.push(format!("{} of {all} rows are used ({})", keep.len(), filter.describe()));
    }
    if keep.len() < all {
        paired.table = paired.table.select_rows(&keep);
        paired.origins = keep.iter().map(|&row| paired.origins[row].clone()).collect();
        paired.icp_rows = keep.iter().map(|&row| paired.icp_rows[row]).collect();
    }
    let on_rows = |analyte: &Analyte| Analyte {
        name: analyte.name.clone(),
        unit: analyte.unit.clone(),
        references: paired.icp_rows.iter().map(|&row| analyte.references[row]).collect(),
        u: paired.icp_rows.iter().map(|&row| analyte.u[row]).collect(),
    };
    Ok(paired.icp.analytes.iter().map(on_rows).collect())
}

/// The set's own limits, else those of Japan for concentrations in mg/L.
fn limits(set: &SetToml, analytes: &[Analyte], notes: &mut Vec<String>) -> BTreeMap<String, f64> {
    let names: Vec<String> = analytes.iter().map(|a| a.name.clone()).collect();
    let mut limits = BTreeMap::new();
    for (name, limit) in &set.limits {
        match canonical(name, &names) {
            Some(name) => {
                limits.insert(name, *limit);
            }
            None => notes.push(format!("the limit of {name} is not used: it is no analyte here")),
        }
    }
    let mut taken = Vec::new();
    for analyte in analytes.iter().filter(|a| a.unit == "mg/L") {
        if limits.contains_key(&analyte.name) {
            continue;
        }
        if let Some(limit) = effluent_limit_japan(&analyte.name) {
            taken.push(format!("{} {limit} mg/L", analyte.name));
            limits.insert(analyte.name.clone(), limit);
        }
    }
    if !taken.is_empty() {
        notes.push(format!(
            "effluent limits of the uniform effluent standard of Japan: {}",
            taken.join(", ")
        ));
    }
    limits
}

/// What the set says, else a fit to the given uncertainties of the rows used, else 0.
fn uncertainties(
    set: &SetToml,
    analytes: &[Analyte],
    notes: &mut Vec<String>,
) -> BTreeMap<String, (f64, f64)> {
    let names: Vec<String> = analytes.iter().map(|a| a.name.clone()).collect();
    let mut lines: BTreeMap<String, (f64, f64)> = set
        .uncertainty
        .iter()
        .filter_map(|(name, line)| Some((canonical(name, &names)?, (line.u0, line.u1))))
        .collect();
    let mut not_given = Vec::new();
    for analyte in analytes {
        if lines.contains_key(&analyte.name) {
            continue;
        }
        let pairs: Vec<(f64, f64)> = analyte
            .references
            .iter()
            .zip(&analyte.u)
            .filter_map(|(reference, u)| Some((reference.measured()?, (*u)?)))
            .collect();
        let line = fit_uncertainty(&pairs);
        match line {
            Some((u0, u1)) => notes.push(format!(
                "ICP uncertainty of {} fitted to {} values: {u0:.3e} + {u1:.3e} c",
                analyte.name,
                pairs.len()
            )),
            None => not_given.push(analyte.name.as_str()),
        }
        lines.insert(analyte.name.clone(), line.unwrap_or((0.0, 0.0)));
    }
    if !not_given.is_empty() {
        notes.push(format!("ICP uncertainty not given, taken as 0: {}", not_given.join(", ")));
    }
    lines
}
