//! The gate of a model: rows that must come out as they did when it was made, whichever plugins are loaded now.

use std::collections::BTreeMap;

use adit_engine::{Chain, Matrix, Plugins, SavedChain};
use adit_spectra::Table;

use crate::model::{AnalyteModel, Expected, StepTrace, Verification};
use crate::prepare::{Prepared, raw_rows};
use crate::random::SplitMix64;
use crate::{Error, Result};

/// How many rows are kept at the most.
const ROWS: usize = 32;
/// How far a prediction may be off, in RMSECV.
const TOLERANCE: f64 = 1e-9;
/// Below this share of the prediction itself a difference is rounding, whatever the RMSECV.
const ROUNDING: f64 = 1e-13;
/// How far a step's output may be off, in lengths of the row.
const STEP_TOLERANCE: f64 = 1e-10;

impl Verification {
    /// From freshly fitted chains, by loading each from its saved form.
    pub(crate) fn of(
        analytes: &[AnalyteModel],
        prepared: &Prepared,
        table: &Table,
        plugins: &dyn Plugins,
    ) -> Result<Verification> {
        let used = &prepared.used;
        let count = used.len().min(ROWS);
        let rows: Vec<usize> = (0..count).map(|k| used[k * used.len() / count]).collect();
        let x = raw_rows(table, &prepared.reads, &rows)?;
        let mut expected = BTreeMap::new();
        for analyte in analytes {
            let Some(saved) = &analyte.chain else { continue };
            let chain = Chain::load(saved, plugins)?;
            let predictions = predictions(&chain, &x)?;
            if let Some(fitted) = &analyte.rows {
                reproduces(analyte, &rows, &predictions, &fitted.fitted, &fitted.predicted)?;
            }
            let steps = traces(saved, plugins, &x)?;
            expected.insert(analyte.name.clone(), Expected { predictions, steps });
        }
        Ok(Verification { rows: x.iter_rows().map(<[f64]>::to_vec).collect(), expected })
    }

    /// Compares what `chain` gives now with what it gave then.
    ///
    /// # Errors
    /// Names the step that differs.
    pub(crate) fn check(
        &self,
        analyte: &AnalyteModel,
        saved: &SavedChain,
        chain: &Chain,
        plugins: &dyn Plugins,
    ) -> Result<()> {
        let Some(expected) = self.expected.get(&analyte.name) else {
            return Err(Error::input("the model has nothing to verify it by")
                .at_column(analyte.name.as_str())
                .hint("calibrate again"));
        };
        let x = Matrix::new(self.rows.concat(), self.rows.len(), chain.input_axis().len())?;
        let now = predictions(chain, &x)?;
        let off = worst(analyte, &now, &expected.predictions);
        if off <= 1.0 {
            return Ok(());
        }
        let place = first_difference(&traces(saved, plugins, &x)?, &expected.steps)
            .unwrap_or_else(|| format!("the regressor ({})", saved.regressor.plugin));
        Err(Error::plugin(format!(
            "{place} differs from what it was when the model was made: a verification row comes out \
             {:.1e} RMSECV off, {TOLERANCE:e} is allowed",
            off * TOLERANCE
        ))
        .at_column(analyte.name.as_str())
        .hint("use the plugin version that the model names (adit inspect), or calibrate again"))
    }
}

/// Predictions on the scale of the model, NaN where a row is refused.
fn predictions(chain: &Chain, x: &Matrix) -> Result<Vec<f64>> {
    let rows = chain.predict(x)?;
    Ok(rows.into_iter().map(|r| r.map_or(f64::NAN, |e| e.z)).collect())
}

/// The largest difference in units of what is allowed.
fn worst(analyte: &AnalyteModel, now: &[f64], then: &[f64]) -> f64 {
    let rmsecv = analyte.rmsecv_of_scale().unwrap_or(0.0);
    let off = now.iter().zip(then).map(|(now, then)| {
        let allowed = (TOLERANCE * rmsecv).max(ROUNDING * then.abs()).max(f64::MIN_POSITIVE);
        let off = (now - then).abs() / allowed;
        // A row that is refused now was not then.
        if off.is_nan() { f64::INFINITY } else { off }
    });
    off.fold(0.0, f64::max)
}

/// A state that does not give back the model that it was saved from is a fault of its plugin.
fn reproduces(
    analyte: &AnalyteModel,
    rows: &[usize],
    loaded: &[f64],
    fitted: &[usize],
    predicted: &[f64],
) -> Result<()> {
    let (mut now, mut then) = (Vec::new(), Vec::new());
    for (row, z) in rows.iter().zip(loaded) {
        if let Ok(k) = fitted.binary_search(row) {
            now.push(*z);
            then.push(predicted[k]);
        }
    }
    if worst(analyte, &now, &then) <= 1.0 && loaded.iter().all(|z| z.is_finite()) {
        return Ok(());
    }
    Err(Error::plugin("a saved state does not give back the model that it was saved from")
        .at_column(analyte.name.as_str())
        .hint("run \"adit plugin check\" on the plugins of the recipe"))
}

/// Each step's output on `x` in two numbers a row.
fn traces(saved: &SavedChain, plugins: &dyn Plugins, x: &Matrix) -> Result<Vec<StepTrace>> {
    let mut x = x.clone();
    let mut all = Vec::with_capacity(saved.steps.len());
    for (i, step) in saved.steps.iter().enumerate() {
        let name = format!("step {} ({})", i + 1, step.plugin);
        let mut transform = plugins.transform(&step.plugin, &step.settings()?)?;
        transform.load(&step.unwrap_state()?, step.state_version)?;
        x = transform.apply(&x).map_err(|e| e.within(&name))?.x;
        // Weights from a written generator: any change of the output but a freak one shows.
        let weights: Vec<f64> =
            (0..x.cols()).map(|j| 2.0 * SplitMix64::new(j as u64).uniform() - 1.0).collect();
        let dot = |r: &[f64]| r.iter().zip(&weights).map(|(v, w)| v * w).sum();
        let length = |r: &[f64]| r.iter().map(|v| v * v).sum::<f64>().sqrt();
        all.push(StepTrace {
            step: name,
            projection: x.iter_rows().map(dot).collect(),
            length: x.iter_rows().map(length).collect(),
        });
    }
    Ok(all)
}

/// The first step whose output differs.
fn first_difference(now: &[StepTrace], then: &[StepTrace]) -> Option<String> {
    let differs = |a: &StepTrace, b: &StepTrace| {
        let pairs = a.projection.iter().zip(&b.projection).chain(a.length.iter().zip(&b.length));
        let same = pairs
            .zip(b.length.iter().cycle())
            .all(|((a, b), length)| (a - b).abs() <= STEP_TOLERANCE * length);
        !same || a.step != b.step
    };
    now.iter().zip(then).find(|(a, b)| differs(a, b)).map(|(a, _)| a.step.clone())
}
