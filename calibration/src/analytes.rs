//! The analytes of a set: which can be fitted to, in which groups, and what became of each.

use std::collections::BTreeSet;

use adit_engine::recipe::TargetTransform;
use adit_engine::{Matrix, Plugins};

use crate::applicability::Applicability;
use crate::fit::{Fitted, Targets, fit};
use crate::interval::{Spread, Uncertainty};
use crate::model::{AnalyteModel, AnalyteRows, CalibrationFigures, Cell, ComponentChoice};
use crate::prepare::Prepared;
use crate::set::{Analyte, CalibrationSet};
use crate::{Error, Result};

/// An analyte that nothing can be fitted to, and why.
struct Hopeless<'a>(&'a Analyte, Error);

/// Fits every analyte; one that the numbers do not allow is unfit, unless there is no other. Besides the models, what the regressor
/// said of how the folds were run, each remark once.
pub(crate) fn fit_all(
    set: &CalibrationSet,
    prepared: &Prepared,
    plugins: &dyn Plugins,
) -> Result<(Vec<AnalyteModel>, Vec<String>)> {
    let log10 = prepared.plan.recipe.target.transform == TargetTransform::Log10;
    let (mut able, mut hopeless) = (Vec::new(), Vec::new());
    for analyte in &set.analytes {
        match check(set, analyte, log10)? {
            None => able.push(analyte),
            Some(error) => hopeless.push(Hopeless(analyte, error)),
        }
    }
    let mut fitted: Vec<(&str, Fitted)> = Vec::new();
    let groups: Vec<Vec<&Analyte>> = match prepared.plan.joint() {
        true if !able.is_empty() => vec![able.clone()],
        _ => able.iter().map(|a| vec![*a]).collect(),
    };
    for group in groups {
        let outcome =
            targets(set, &group).and_then(|targets| fit(prepared, plugins, &targets, &set.table));
        match outcome {
            Ok(list) => fitted.extend(group.iter().map(|a| a.name.as_str()).zip(list)),
            // What the numbers of one analyte do not allow is no fault of the others.
            Err(e) if of_numbers(&e) && group.len() < set.analytes.len() => {
                hopeless.push(Hopeless(group[0], e));
            }
            Err(e) => return Err(e),
        }
    }
    if fitted.is_empty() {
        let first = hopeless.into_iter().next().map(|Hopeless(_, e)| e);
        return Err(first.unwrap_or_else(|| Error::input("the set has no analyte")));
    }
    let mut remarks: Vec<String> = Vec::new();
    for remark in fitted.iter().flat_map(|(_, f)| &f.remarks) {
        if !remarks.contains(remark) {
            remarks.push(remark.clone());
        }
    }
    let mut models = Vec::with_capacity(set.analytes.len());
    for analyte in &set.analytes {
        let of = fitted.iter().position(|(name, _)| *name == analyte.name);
        let model = match of {
            Some(k) => with_chain(set, analyte, fitted.swap_remove(k).1)?,
            None => {
                let why = hopeless.iter().find(|h| h.0.name == analyte.name);
                without_chain(set, analyte, log10, why.map_or("", |h| h.1.what()))
            }
        };
        models.push(model);
    }
    Ok((models, remarks))
}

/// Whether an error says that the numbers do not allow it.
pub(crate) fn of_numbers(error: &Error) -> bool {
    matches!(error.kind(), crate::ErrorKind::Input | crate::ErrorKind::Unusable)
}

/// Why nothing can be fitted to an analyte.
///
/// # Errors
/// A reference without a logarithm.
pub(crate) fn check(set: &CalibrationSet, analyte: &Analyte, log10: bool) -> Result<Option<Error>> {
    let rows = measured(analyte);
    let without_log = rows.iter().find(|(_, v)| log10 && *v <= 0.0);
    if let Some((row, value)) = without_log {
        return Err(Error::input(format!("{value} has no logarithm, and the target is log10"))
            .at_column(analyte.name.as_str())
            .of_sample(set.table.ids[*row].as_str())
            .hint("write <LOD for a value below detection, or take target transform = \"none\""));
    }
    let mut ids: Vec<&str> = rows.iter().map(|(row, _)| set.table.ids[*row].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let counts = analyte.counts();
    if ids.len() < 3 {
        return Ok(Some(
            Error::unusable(format!(
                "too few samples: {} with a value ({} below detection, {} not measured), and 3 are the least",
                ids.len(), counts.censored, counts.missing
            ))
            .at_column(analyte.name.as_str())
            .hint("add samples"),
        ));
    }
    if rows.iter().all(|(_, v)| *v == rows[0].1) {
        return Ok(Some(
            Error::unusable(format!(
                "it is constant: all {} references are {}",
                rows.len(),
                rows[0].1
            ))
            .at_column(analyte.name.as_str())
            .hint("a constant cannot be calibrated; choose another analyte with --analyte"),
        ));
    }
    Ok(None)
}

/// Rows with a value, and the value.
fn measured(analyte: &Analyte) -> Vec<(usize, f64)> {
    let values = analyte.references.iter().enumerate();
    values.filter_map(|(row, r)| Some((row, r.measured()?))).collect()
}

/// The rows that are complete in all analytes of a group.
pub(crate) fn targets<'a>(set: &CalibrationSet, group: &[&'a Analyte]) -> Result<Targets<'a>> {
    let rows: Vec<usize> = (0..set.table.rows())
        .filter(|row| group.iter().all(|a| a.references[*row].measured().is_some()))
        .collect();
    let mut values = Vec::with_capacity(rows.len() * group.len());
    for row in &rows {
        values.extend(group.iter().filter_map(|a| a.references[*row].measured()));
    }
    if rows.len() < 3 {
        return Err(Error::input(format!(
            "only {} rows have a value of every analyte, which targets = \"joint\" needs",
            rows.len()
        ))
        .hint("take targets = \"separate\""));
    }
    Ok(Targets {
        analytes: group.to_vec(),
        values: Matrix::new(values, rows.len(), group.len())?,
        rows,
        uncertainty: group.iter().map(|a| uncertainty(set, a)).collect(),
    })
}

fn uncertainty(set: &CalibrationSet, analyte: &Analyte) -> Uncertainty {
    let (u0, u1) = set.uncertainty.get(&analyte.name).copied().unwrap_or_default();
    Uncertainty { u0, u1 }
}

/// Samples (distinct ids) with a measured reference.
fn samples_of(set: &CalibrationSet, analyte: &Analyte) -> usize {
    let rows = measured(analyte);
    rows.iter().map(|(row, _)| set.table.ids[*row].as_str()).collect::<BTreeSet<_>>().len()
}

fn without_chain(set: &CalibrationSet, analyte: &Analyte, log10: bool, why: &str) -> AnalyteModel {
    let counts = analyte.counts();
    AnalyteModel {
        name: analyte.name.clone(),
        unit: analyte.unit.clone(),
        target: if log10 { TargetTransform::Log10 } else { TargetTransform::None },
        n: counts.measured,
        samples: samples_of(set, analyte),
        censored: counts.censored,
        missing: counts.missing,
        unfit: Some(why.to_owned()),
        choice: ComponentChoice {
            components: 0,
            searched: 0,
            rule: "none".into(),
            best: 0,
            threshold: None,
            p_values: None,
            ratios: None,
        },
        figures: CalibrationFigures::default(),
        figures_log10: log10.then(CalibrationFigures::default),
        range: None,
        lod: analyte.detection_limit(),
        limit: set.limits.get(&analyte.name).copied(),
        uncertainty: uncertainty(set, analyte),
        interval: None,
        applicability: Applicability { space: None, t2_limits: None, q_limits: None, note: None },
        chain: None,
        rows: Some(AnalyteRows { references: Cell::of_analyte(analyte), ..AnalyteRows::default() }),
        notes: Vec::new(),
    }
}

fn with_chain(set: &CalibrationSet, analyte: &Analyte, fitted: Fitted) -> Result<AnalyteModel> {
    let base = without_chain(set, analyte, fitted.figures_log10.is_some(), "");
    let values: Vec<f64> =
        fitted.rows.fitted.iter().filter_map(|r| analyte.references[*r].measured()).collect();
    let range = (
        values.iter().copied().fold(f64::INFINITY, f64::min),
        values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let of_scale = fitted.figures_log10.as_ref().unwrap_or(&fitted.figures).r2cv;
    let unfit = match (fitted.choice.components, of_scale) {
        (0, _) if fitted.chain.reached() == 0 => {
            Some("the rows do not differ after the steps, so no component can be tried".to_owned())
        }
        (0, _) if fitted.choice.searched == 0 => {
            Some("too few samples to try a component".to_owned())
        }
        (0, _) => Some("no component count is better than the mean of the references".to_owned()),
        (_, Some(r2)) if r2 <= 0.0 => Some(format!(
            "R2 of cross-validation is {r2:.3}: the predictions are no better than the mean of the references"
        )),
        (_, None) => Some("R2 of cross-validation is not defined".to_owned()),
        _ => None,
    };
    let mut notes = Vec::new();
    if base.censored > 0 {
        notes.push(format!(
            "{} references below detection are left out of the fit: every estimate is at best a warning",
            base.censored
        ));
    }
    let elsewhere = base.n.saturating_sub(values.len());
    if elsewhere > 0 {
        notes.push(format!(
            "{elsewhere} rows are left out because another analyte of the joint model has no value there"
        ));
    }
    notes.extend(fitted.notes);
    notes.extend(fitted.applicability.note.clone());
    match fitted.interval.map(|i| i.spread) {
        None => notes.push("too few samples for an interval: every estimate is refused".into()),
        Some(Spread::Linear { s_m2, mean_u2, .. }) if s_m2 == 0.0 && mean_u2 > 0.0 => notes.push(
            "the stated ICP uncertainty is larger than the errors found: the interval may be too wide".into(),
        ),
        Some(_) => {}
    }
    Ok(AnalyteModel {
        n: values.len(),
        samples: fitted.samples,
        unfit,
        choice: fitted.choice,
        figures: fitted.figures,
        figures_log10: fitted.figures_log10,
        range: Some(range),
        interval: fitted.interval,
        applicability: fitted.applicability,
        chain: Some(fitted.chain.save()?),
        rows: Some(fitted.rows),
        notes,
        ..base
    })
}
