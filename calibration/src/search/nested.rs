//! The error of what the search does: every outer block is predicted by the recipe and count that the others chose without it.
//!
//! Varma & Simon 2006, doi:10.1186/1471-2105-7-91. The standard error takes the units as independent; the models of the outer blocks
//! share most of their rows, so it is a little too small (Bates, Hastie & Tibshirani 2024, doi:10.1080/01621459.2023.2197686).

use crate::choose::unit_means;
use crate::figures::{Figures, finite};

use super::outer::Outer;
use super::record::{Nested, NestedAnalyte, Pick};
use super::score::Judge;
use super::table::Table;

/// Predictions of the outer blocks' rows by what the others chose.
pub(super) fn nested(table: &Table<'_>, outer: &Outer, how: String) -> Nested {
    let bests: Vec<_> = (0..outer.count()).map(|b| table.best_without(b)).collect();
    let mut picks = Vec::new();
    for (b, best) in bests.iter().enumerate() {
        let Some(best) = best else { continue };
        let predicted = table.judges.iter().any(|j| j.schedule.blocks[b].predicts.is_some());
        if !predicted {
            continue;
        }
        let row = &table.rows[best.recipe];
        let components = table.judges.iter().zip(&row.blocks).flat_map(|(judge, blocks)| {
            let count = blocks.get(b).and_then(Option::as_ref).map_or(0, |f| f.components);
            vec![count; judge.regression.reports.len()]
        });
        picks.push(Pick {
            block: b + 1,
            number: best.recipe + 1,
            recipe: table.recipes[best.recipe].name.clone(),
            components: components.collect(),
        });
    }
    let mut analytes = Vec::new();
    for (g, judge) in table.judges.iter().enumerate() {
        // (row, predictions of its targets)
        let mut rows: Vec<(usize, &[f64])> = Vec::new();
        for (b, best) in bests.iter().enumerate() {
            let (Some(best), Some(which)) = (best, judge.schedule.blocks[b].predicts) else {
                continue;
            };
            let Some(found) = table.rows[best.recipe].blocks[g].get(b).and_then(Option::as_ref)
            else {
                continue;
            };
            let (folds, f) = judge.schedule.folds(which);
            let m = judge.regression.y.cols();
            rows.extend(folds.folds[f].test.iter().copied().zip(found.predictions.chunks(m)));
        }
        analytes.extend(judge.regression.reports.iter().map(|t| analyte(judge, *t, &rows)));
    }
    Nested { how, analytes, picks }
}

fn analyte(judge: &Judge<'_>, t: usize, rows: &[(usize, &[f64])]) -> NestedAnalyte {
    let r = judge.regression;
    let in_unit = Errors::of(judge, rows, &|z| r.value(z[t]), &|row| r.values.row(row)[t]);
    let on_scale = Errors::of(judge, rows, &|z| z[t], &|row| r.y.row(row)[t]);
    NestedAnalyte {
        name: r.names[t].clone(),
        n: rows.len(),
        rmse: in_unit.rmse,
        standard_error: in_unit.standard_error,
        r2: on_scale.r2,
        rmse_log10: on_scale.rmse.filter(|_| r.log10),
        standard_error_log10: on_scale.standard_error.filter(|_| r.log10),
        rmsecv: None,
    }
}

struct Errors {
    rmse: Option<f64>,
    standard_error: Option<f64>,
    r2: Option<f64>,
}

impl Errors {
    fn of(
        judge: &Judge<'_>,
        rows: &[(usize, &[f64])],
        value: &dyn Fn(&[f64]) -> f64,
        y: &dyn Fn(usize) -> f64,
    ) -> Errors {
        let pairs: Vec<(f64, f64)> = rows.iter().map(|(row, z)| (y(*row), value(z))).collect();
        let figures = Figures::of(&pairs);
        let squares: Vec<Vec<f64>> = pairs.iter().map(|(y, p)| vec![(p - y).powi(2)]).collect();
        let places: Vec<usize> = rows.iter().map(|(row, _)| *row).collect();
        let units = unit_means(&squares, &places, &judge.regression.cut.units);
        let n = units.len() as f64;
        let mean = units.iter().map(|u| u[0]).sum::<f64>() / n;
        let spread = units.iter().map(|u| (u[0] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        // The root's own error, by the slope of the root.
        let standard_error =
            figures.rmse.and_then(|rmse| finite((spread / n).sqrt() / (2.0 * rmse)));
        Errors { rmse: figures.rmse, standard_error, r2: figures.r2 }
    }
}
