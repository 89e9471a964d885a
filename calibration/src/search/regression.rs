//! The regressions of a search: the rows, targets and folds of an analyte (or of all, in a joint model), the same for every recipe.

use std::ops::Range;

use adit_engine::recipe::{Components, TargetTransform};
use adit_engine::{CrossValidated, Matrix};

use crate::analytes::{check, of_numbers, targets};
use crate::choose::unit_means;
use crate::figures::variance;
use crate::fit::limit;
use crate::folds::{Cut, Layout};
use crate::set::{Analyte, CalibrationSet};
use crate::{Error, Result};

/// One regression.
pub(super) struct Regression {
    /// Name of each target.
    pub(super) names: Vec<String>,
    /// Targets that are reported from here.
    pub(super) reports: Vec<usize>,
    /// Which target a step that needs y sees.
    pub(super) column: usize,
    pub(super) joint: bool,
    /// Whether the targets are log10 values.
    pub(super) log10: bool,
    /// Rows of the set, ascending.
    pub(super) rows: Vec<usize>,
    /// Rows x targets, on the scale of the model.
    pub(super) y: Matrix,
    /// Rows x targets, in the analytes' units.
    pub(super) values: Matrix,
    /// The folds of the cross-validation; numbers are places in `rows`.
    pub(super) cut: Cut,
}

/// What to compare the recipes on.
pub(super) struct Asked<'s> {
    pub(super) set: &'s CalibrationSet,
    pub(super) layout: &'s Layout,
    pub(super) target: TargetTransform,
    pub(super) joint: bool,
    /// Whether a step of some recipe needs y: in a joint model it is then another one for each target.
    pub(super) needs_y: bool,
}

impl Asked<'_> {
    /// The regressions of all analytes that something can be fitted to.
    ///
    /// # Errors
    /// When there is none: what is wrong with the first analyte.
    pub(super) fn regressions(&self) -> Result<Vec<Regression>> {
        let log10 = self.target == TargetTransform::Log10;
        let (mut able, mut first_error) = (Vec::new(), None);
        for analyte in &self.set.analytes {
            match check(self.set, analyte, log10)? {
                None => able.push(analyte),
                Some(e) => first_error = first_error.or(Some(e)),
            }
        }
        let groups: Vec<Vec<&Analyte>> = match self.joint && !able.is_empty() {
            true => vec![able],
            false => able.into_iter().map(|a| vec![a]).collect(),
        };
        let mut all = Vec::new();
        for group in groups {
            match self.of_group(&group) {
                Ok(regressions) => all.extend(regressions),
                Err(e) if of_numbers(&e) && group.len() < self.set.analytes.len() => {
                    first_error = first_error.or(Some(e));
                }
                Err(e) => return Err(e),
            }
        }
        match first_error {
            Some(e) if all.is_empty() => Err(e),
            _ if all.is_empty() => Err(Error::input("the set has no analyte")),
            _ => Ok(all),
        }
    }

    fn of_group(&self, group: &[&Analyte]) -> Result<Vec<Regression>> {
        let names: Vec<String> = group.iter().map(|a| a.name.clone()).collect();
        let targets = targets(self.set, group)?;
        let cut = self.layout.cut(&targets.rows).map_err(|e| e.at_column(names.join(", ")))?;
        let log10 = self.target == TargetTransform::Log10;
        let mut y = targets.values.clone();
        if log10 {
            y.data_mut().iter_mut().for_each(|v| *v = v.log10());
        }
        let one = |column: usize, reports: Vec<usize>| Regression {
            names: names.clone(),
            reports,
            column,
            joint: self.joint,
            log10,
            rows: targets.rows.clone(),
            y: y.clone(),
            values: targets.values.clone(),
            cut: cut.clone(),
        };
        Ok(match self.needs_y {
            true => (0..group.len()).map(|t| one(t, vec![t])).collect(),
            false => vec![one(0, (0..group.len()).collect())],
        })
    }
}

impl Regression {
    /// The largest count of a recipe, and whether it is the only one.
    ///
    /// # Errors
    /// A fixed count that the samples do not carry.
    pub(super) fn limit(&self, components: &Components) -> Result<(usize, bool)> {
        let limit = limit(components, &self.cut, &self.names.join(", "))?;
        Ok((limit.most, limit.fixed))
    }

    /// Mean squared error of each unit for the counts 0..=`max`, from the predictions numbered `which`, whose rows are `rows`.
    pub(super) fn unit_errors(
        &self,
        cv: &CrossValidated,
        which: &[usize],
        rows: &[usize],
        known: &[usize],
        max: usize,
    ) -> Vec<Vec<f64>> {
        let columns = 0..self.y.cols();
        let errors = squared_errors(cv, columns, &self.y, (which, rows), known, max);
        unit_means(&errors, rows, &self.cut.units)
    }

    /// A mean squared error of [`Regression::unit_errors`] in shares of the variance over the `known` rows.
    pub(super) fn share(&self, error: f64, known: &[usize]) -> f64 {
        if self.y.cols() > 1 {
            return error;
        }
        let v = variance_of(&self.y, 0, known);
        if v > 0.0 { error / v } else { 0.0 }
    }

    /// From the scale of the model to the analyte's unit.
    pub(super) fn value(&self, z: f64) -> f64 {
        if self.log10 { 10f64.powf(z) } else { z }
    }
}

/// Squared errors of the predictions numbered `which`, whose rows are `rows`, for the counts 0..=`max`: of the one target in
/// `columns` of `cv` and `y`, or the mean over several, each divided by its variance over the `known` rows.
pub(super) fn squared_errors(
    cv: &CrossValidated,
    columns: Range<usize>,
    y: &Matrix,
    (which, rows): (&[usize], &[usize]),
    known: &[usize],
    max: usize,
) -> Vec<Vec<f64>> {
    let weights: Vec<f64> = columns
        .clone()
        .map(|t| {
            let v = if columns.len() > 1 { variance_of(y, t, known) } else { 1.0 };
            if v > 0.0 { 1.0 / (v * columns.len() as f64) } else { 0.0 }
        })
        .collect();
    let error = |k: usize, row: usize, a: usize| {
        let y = y.row(row);
        let of = |(t, w): (usize, &f64)| w * (cv.at(k, a, t) - y[t]).powi(2);
        columns.clone().zip(&weights).map(of).sum()
    };
    which.iter().zip(rows).map(|(k, row)| (0..=max).map(|a| error(*k, *row, a)).collect()).collect()
}

fn variance_of(y: &Matrix, t: usize, known: &[usize]) -> f64 {
    let y: Vec<f64> = known.iter().map(|i| y.row(*i)[t]).collect();
    variance(&y)
}
