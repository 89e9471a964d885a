//! Figures of a model on samples with references.

use serde::Serialize;

use crate::figures::Figures;
use crate::model::AnalyteModel;
use crate::predict::{AnalytePrediction, SamplePrediction, predict};
use crate::seen::row_digest;
use crate::set::{Analyte, CalibrationSet};
use crate::verdict::Verdict;
use crate::{Error, Loaded, Result};

/// What a model does on a set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Level of the intervals.
    pub level: f64,
    /// Rows of the set.
    pub rows: usize,
    /// Ids of the rows that the model was made from: left out of the figures unless asked for.
    pub seen: Vec<String>,
    /// Whether those rows are in the figures.
    pub seen_counted: bool,
    /// One per analyte that model and set share.
    pub analytes: Vec<AnalyteEvaluation>,
    /// The estimates of every row, with whether the model has seen it.
    #[serde(skip)]
    pub samples: Vec<EvaluatedSample>,
}

/// One row's estimates beside its references.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedSample {
    /// The estimates.
    pub prediction: SamplePrediction,
    /// Whether the model was made from this row.
    pub seen: bool,
}

/// Figures of one analyte.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnalyteEvaluation {
    /// Name of the analyte.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Components of the chain.
    pub components: usize,
    /// Why the analyte has no usable model.
    pub unfit: Option<String>,
    /// Rows whose reference is below a detection limit: in no figure.
    pub censored: usize,
    /// Estimates with a measured reference that are ok, warned of and refused.
    pub verdicts: Verdicts,
    /// Figures of every finite estimate, refused ones too.
    #[serde(flatten)]
    pub all: TestFigures,
    /// Figures of the estimates that were not refused.
    pub accepted: TestFigures,
}

/// How many estimates got which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// Nothing speaks against it.
    pub ok: usize,
    /// With care.
    pub warn: usize,
    /// Not at all.
    pub refuse: usize,
}

/// Figures on new samples; what is undefined is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TestFigures {
    /// Number of estimates with a measured reference.
    pub n: usize,
    /// Root mean square error of prediction.
    pub rmsep: Option<f64>,
    /// Mean error.
    pub bias: Option<f64>,
    /// Standard deviation of errors.
    pub sep: Option<f64>,
    /// 1 - sum e^2 / sum (y - mean y)^2.
    pub r2: Option<f64>,
    /// Share of references inside the interval against a new ICP result; `None` without an interval.
    pub coverage: Option<f64>,
    /// The same in log10 units, for log10 targets.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub log10: Option<Log10Figures>,
}

/// Figures in log10 units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Log10Figures {
    /// Root mean square error of prediction.
    pub rmsep_log10: Option<f64>,
    /// Mean error.
    pub bias_log10: Option<f64>,
    /// Standard deviation of errors.
    pub sep_log10: Option<f64>,
    /// 1 - sum e^2 / sum (z - mean z)^2.
    pub r2_log10: Option<f64>,
}

/// What a caller may ask of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluateOptions {
    /// Level of the intervals.
    pub level: f64,
    /// Count rows that the model was made from.
    pub include_seen: bool,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        EvaluateOptions { level: crate::predict::DEFAULT_LEVEL, include_seen: false }
    }
}

/// Estimates the rows of a set and compares them with its references.
///
/// # Errors
/// As [`predict`], and a set that shares no analyte with the model, or the same analyte in another unit.
pub fn evaluate(
    model: &Loaded,
    set: &CalibrationSet,
    options: &EvaluateOptions,
) -> Result<Evaluation> {
    let data = model.model();
    let samples = predict(model, &set.table, options.level)?;
    let rows = crate::columns::rows_on(&set.table, &data.axis, &data.reads)?;
    let seen: Vec<bool> = (0..set.table.rows())
        .map(|i| data.seen.contains(&row_digest(&set.table.ids[i], rows.row(i), &data.reads)))
        .collect();
    let counted: Vec<usize> =
        (0..seen.len()).filter(|row| options.include_seen || !seen[*row]).collect();
    let mut analytes = Vec::new();
    for (k, analyte) in data.analytes.iter().enumerate() {
        let Some(references) = set.analytes.iter().find(|a| a.name == analyte.name) else {
            continue;
        };
        if references.unit != analyte.unit {
            return Err(Error::input(format!(
                "the set has {} in {}, the model in {}",
                analyte.name, references.unit, analyte.unit
            ))
            .hint("give the set's column the unit of the model"));
        }
        analytes.push(one(analyte, references, &samples, k, &counted));
    }
    if analytes.is_empty() {
        let names: Vec<&str> = data.analytes.iter().map(|a| a.name.as_str()).collect();
        return Err(Error::input("the set has none of the model's analytes")
            .in_file(set.table.source.as_str())
            .hint(format!("the model has {}", names.join(", "))));
    }
    Ok(Evaluation {
        level: options.level,
        rows: seen.len(),
        seen: set
            .table
            .ids
            .iter()
            .zip(&seen)
            .filter(|(_, s)| **s)
            .map(|(id, _)| id.clone())
            .collect(),
        seen_counted: options.include_seen,
        analytes,
        samples: samples
            .into_iter()
            .zip(seen)
            .map(|(prediction, seen)| EvaluatedSample { prediction, seen })
            .collect(),
    })
}

fn one(
    analyte: &AnalyteModel,
    references: &Analyte,
    samples: &[SamplePrediction],
    k: usize,
    counted: &[usize],
) -> AnalyteEvaluation {
    let log10 = analyte.figures_log10.is_some();
    let censored = counted
        .iter()
        .filter(|row| matches!(references.references[**row], crate::set::Reference::Below(_)))
        .count();
    let measured: Vec<(f64, &AnalytePrediction)> = counted
        .iter()
        .filter_map(|row| {
            Some((references.references[*row].measured()?, &samples[*row].analytes[k]))
        })
        .collect();
    let mut verdicts = Verdicts::default();
    for (_, p) in &measured {
        match p.verdict {
            Verdict::Ok => verdicts.ok += 1,
            Verdict::Warn => verdicts.warn += 1,
            Verdict::Refuse => verdicts.refuse += 1,
        }
    }
    let accepted: Vec<(f64, &AnalytePrediction)> =
        measured.iter().copied().filter(|(_, p)| p.verdict != Verdict::Refuse).collect();
    AnalyteEvaluation {
        name: analyte.name.clone(),
        unit: analyte.unit.clone(),
        components: analyte.components(),
        unfit: analyte.unfit.clone(),
        censored,
        verdicts,
        all: figures(&measured, log10),
        accepted: figures(&accepted, log10),
    }
}

fn figures(measured: &[(f64, &AnalytePrediction)], log10: bool) -> TestFigures {
    let (mut pairs, mut z_pairs, mut inside, mut intervals) = (Vec::new(), Vec::new(), 0u32, 0u32);
    for (y, p) in measured {
        let (Some(z), Some(value)) = (p.unjudged.z, p.unjudged.value) else { continue };
        pairs.push((*y, value));
        if *y > 0.0 {
            z_pairs.push((y.log10(), z));
        }
        if let Some(ends) = p.unjudged.ends {
            intervals += 1;
            inside += u32::from(ends.lower <= *y && *y <= ends.upper);
        }
    }
    let f = Figures::of(&pairs);
    TestFigures {
        n: f.n,
        rmsep: f.rmse,
        bias: f.bias,
        sep: f.sep,
        r2: f.r2,
        coverage: (intervals > 0).then(|| f64::from(inside) / f64::from(intervals)),
        log10: log10.then(|| {
            let f = Figures::of(&z_pairs);
            Log10Figures {
                rmsep_log10: f.rmse,
                bias_log10: f.bias,
                sep_log10: f.sep,
                r2_log10: f.r2,
            }
        }),
    }
}
