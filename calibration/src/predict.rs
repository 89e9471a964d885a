//! Estimates of a table's rows, each with its interval and its verdict.

use adit_engine::{Chain, Estimate, Matrix};
use adit_spectra::Table;
use adit_spectra::time::format_days;
use rayon::prelude::*;
use serde::Serialize;

use crate::columns::{blank_unread, rows_on};
use crate::figures::finite;
use crate::interval::Ends;
use crate::model::AnalyteModel;
use crate::verdict::{Judgement, Verdict};
use crate::{Error, Loaded, Result};

/// The level of intervals unless told otherwise.
pub const DEFAULT_LEVEL: f64 = 0.95;

/// All estimates of one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SamplePrediction {
    /// Id of the row.
    pub id: String,
    /// Its time as ISO 8601 in UTC, where the table gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// One per analyte of the model, in its order.
    pub analytes: Vec<AnalytePrediction>,
}

/// One estimate. Whatever is refused or undefined is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnalytePrediction {
    /// Name of the analyte.
    pub name: String,
    /// Unit of the value and of the ends.
    pub unit: String,
    /// The estimate.
    pub value: Option<f64>,
    /// Level of the interval.
    pub level: f64,
    /// Lower end against a new ICP result.
    pub lower: Option<f64>,
    /// Upper end against a new ICP result.
    pub upper: Option<f64>,
    /// Lower end against the true value.
    pub lower_true: Option<f64>,
    /// Upper end against the true value.
    pub upper_true: Option<f64>,
    /// For log10 targets the same in log10 units.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub log10: Option<Log10Prediction>,
    /// Whether it may be used.
    pub verdict: Verdict,
    /// Why not.
    pub reasons: Vec<String>,
    /// Effluent limit, for information.
    pub limit: Option<f64>,
    /// Leverage of the row in the model.
    pub leverage: Option<f64>,
    /// Hotelling's T2.
    pub t2: Option<f64>,
    /// Q residual.
    pub q: Option<f64>,
    /// The estimate and its ends whatever the verdict: for figures, never for use.
    #[serde(skip)]
    pub unjudged: Unjudged,
}

/// An estimate in log10 units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Log10Prediction {
    /// log10 of the estimate.
    pub value_log10: Option<f64>,
    /// log10 of the lower end against a new ICP result.
    pub lower_log10: Option<f64>,
    /// log10 of the upper end against a new ICP result.
    pub upper_log10: Option<f64>,
    /// log10 of the lower end against the true value.
    pub lower_true_log10: Option<f64>,
    /// log10 of the upper end against the true value.
    pub upper_true_log10: Option<f64>,
}

/// What the chain gives, before any verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unjudged {
    /// The estimate on the scale of the model; `None` when it is not finite.
    pub z: Option<f64>,
    /// The estimate in the analyte's unit.
    pub value: Option<f64>,
    /// The interval; `None` without one.
    pub ends: Option<Ends>,
}

/// Estimates every row of a table with every analyte of the model.
///
/// A row with a value that is not finite in a channel that is read is refused, and names it; the others are not touched by it.
/// `level` is the two-sided level of the intervals.
///
/// # Errors
/// [`crate::ErrorKind::Usage`]: a level outside 0..1. [`crate::ErrorKind::Input`]: the table lacks a channel that the model reads.
/// [`crate::ErrorKind::Plugin`]: a plugin that fails.
pub fn predict(model: &Loaded, table: &Table, level: f64) -> Result<Vec<SamplePrediction>> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::usage(format!(
            "the level of an interval must lie between 0 and 1, not {level}"
        ))
        .hint("write --level 0.95"));
    }
    let data = model.model();
    let raw = rows_on(table, &data.axis, &data.reads)?;
    let dead = Dead::find(model, &raw)?;
    let x = blank_unread(raw, &data.reads);
    let mut samples: Vec<SamplePrediction> = (0..table.rows())
        .map(|i| SamplePrediction {
            id: table.ids[i].clone(),
            time: table.times.as_ref().and_then(|t| format_days(t[i])),
            analytes: Vec::with_capacity(data.analytes.len()),
        })
        .collect();
    for ((analyte, chain), dead) in model.analytes().zip(&dead.0) {
        let column = match chain {
            None => (0..table.rows()).map(|_| None).collect::<Vec<_>>(),
            Some(chain) => raw_estimates(chain, analyte, &x)?.into_iter().map(Some).collect(),
        };
        let level = Level { level, t: analyte.interval.map(|interval| interval.t(level)) };
        for ((sample, raw), dead) in samples.iter_mut().zip(column).zip(dead) {
            sample.analytes.push(judge(analyte, raw, dead.as_deref(), level));
        }
    }
    Ok(samples)
}

/// For each analyte and row, the first channel read whose value is not finite.
struct Dead(Vec<Vec<Option<String>>>);

impl Dead {
    fn find(model: &Loaded, raw: &Matrix) -> Result<Dead> {
        let axis = &model.model().axis;
        let first = |row: &[f64], needed: &[bool]| {
            let dead = row.iter().zip(needed).position(|(v, n)| *n && !v.is_finite());
            dead.map(|j| axis.label(j))
        };
        let of_chain = |chain: Option<&Chain>| -> Result<Vec<Option<String>>> {
            let Some(chain) = chain else { return Ok(vec![None; raw.rows()]) };
            let needed = chain.needed()?;
            Ok(raw.iter_rows().map(|row| first(row, &needed)).collect())
        };
        Ok(Dead(model.analytes().map(|(_, chain)| of_chain(chain)).collect::<Result<_>>()?))
    }
}

/// What a chain says of one row.
struct RawEstimate {
    /// The estimate, or where and why the row was refused.
    estimate: std::result::Result<Estimate, String>,
    leverage: Option<f64>,
    t2: Option<f64>,
    q: Option<f64>,
}

/// Rows that are diagnosed together: their features, scores and reconstructions stay in the cache.
const PART: usize = 256;

/// What the chain says of every row, a part of the rows at a time.
fn raw_estimates(chain: &Chain, analyte: &AnalyteModel, x: &Matrix) -> Result<Vec<RawEstimate>> {
    if x.rows() <= PART {
        return estimates_of_part(chain, analyte, x);
    }
    let starts: Vec<usize> = (0..x.rows()).step_by(PART).collect();
    let parts: Vec<Result<Vec<RawEstimate>>> = starts
        .into_par_iter()
        .map(|start| {
            let rows: Vec<usize> = (start..x.rows().min(start + PART)).collect();
            estimates_of_part(chain, analyte, &x.select_rows(&rows))
        })
        .collect();
    let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(parts.into_iter().flatten().collect())
}

fn estimates_of_part(
    chain: &Chain,
    analyte: &AnalyteModel,
    x: &Matrix,
) -> Result<Vec<RawEstimate>> {
    let (features, refused) = chain.features(x)?;
    let estimates = chain.estimate(&features)?;
    let space = analyte.applicability.space.as_ref();
    let (mut scores, mut q) = (None, None);
    if chain.components() > 0 && space.is_some() {
        scores = chain.tail().scores(&features)?;
        if analyte.applicability.q_limits.is_some() {
            q = chain.tail().q_residuals(&features)?;
        }
    }
    let rows = estimates.into_iter().zip(refused).enumerate();
    Ok(rows
        .map(|(i, (estimate, refused))| {
            let t = scores.as_ref().map(|s| s.row(i));
            let leverage = match (space, t) {
                (Some(space), Some(t)) => finite(space.leverage(t)),
                (Some(space), None) => finite(space.leverage(&[])),
                // Without scores a row counts as an average one.
                (None, _) => finite(1.0 / analyte.n as f64),
            };
            RawEstimate {
                estimate: match (estimate, refused) {
                    (_, Some(r)) => Err(format!("{} refused it: {}", r.place, r.status.text())),
                    (Some(e), None) => Ok(e),
                    (None, None) => Err("the estimate is not finite".to_owned()),
                },
                leverage,
                t2: space.zip(t).map(|(space, t)| space.t2(t)),
                q: q.as_ref().map(|q| q[i]),
            }
        })
        .collect())
}

/// The level of an analyte's intervals.
#[derive(Clone, Copy)]
struct Level {
    level: f64,
    /// Student's t of the level, where there is an interval.
    t: Option<f64>,
}

/// The verdict on one estimate.
fn judge(
    analyte: &AnalyteModel,
    raw: Option<RawEstimate>,
    dead: Option<&str>,
    level: Level,
) -> AnalytePrediction {
    let mut j = Judgement::new();
    if analyte.unfit.is_some() {
        j.add(Verdict::Refuse, "unfit");
    }
    if let Some(channel) = dead {
        j.add(Verdict::Refuse, format!("the value at {channel} is missing or not finite"));
    }
    let (mut unjudged, mut seen) = (Unjudged::default(), (None, None, None));
    if let Some(raw) = raw.filter(|_| dead.is_none()) {
        match raw.estimate {
            Err(reason) => j.add(Verdict::Refuse, reason),
            Ok(estimate) => {
                seen = (raw.leverage, raw.t2, raw.q);
                let limits = &analyte.applicability;
                j.against("T2", raw.t2, limits.t2_limits);
                j.against("Q", raw.q, limits.q_limits);
                j.of_value(estimate.value, analyte);
                let ends = analyte
                    .interval
                    .zip(raw.leverage)
                    .zip(level.t)
                    .and_then(|((interval, h), t)| interval.at_t(estimate.z, h, t));
                match ends {
                    Some(_) => {}
                    None if analyte.interval.is_none() => {
                        j.add(Verdict::Refuse, "too few samples for an interval");
                    }
                    None => j.add(Verdict::Refuse, "the interval is not finite"),
                }
                unjudged = Unjudged { z: Some(estimate.z), value: Some(estimate.value), ends };
            }
        }
    }
    if analyte.censored > 0 {
        j.add(
            Verdict::Warn,
            format!("{} references below detection are left out of the fit", analyte.censored),
        );
    }
    if analyte.applicability.space.is_none() && analyte.chain.is_some() {
        j.add(Verdict::Warn, "the regressor has no scores: neither T2 nor Q is checked");
    }
    assemble(analyte, j, unjudged, seen, level.level)
}

fn assemble(
    analyte: &AnalyteModel,
    judgement: Judgement,
    unjudged: Unjudged,
    (leverage, t2, q): (Option<f64>, Option<f64>, Option<f64>),
    level: f64,
) -> AnalytePrediction {
    let Judgement { verdict, reasons, .. } = judgement;
    let usable = verdict != Verdict::Refuse;
    let ends = unjudged.ends.filter(|_| usable);
    let log10 = analyte.figures_log10.is_some().then(|| Log10Prediction {
        value_log10: unjudged.z.filter(|_| usable),
        lower_log10: ends.and_then(|e| finite(e.lower.log10())),
        upper_log10: ends.and_then(|e| finite(e.upper.log10())),
        lower_true_log10: ends.and_then(|e| finite(e.lower_true.log10())),
        upper_true_log10: ends.and_then(|e| finite(e.upper_true.log10())),
    });
    AnalytePrediction {
        name: analyte.name.clone(),
        unit: analyte.unit.clone(),
        value: unjudged.value.filter(|_| usable),
        level,
        lower: ends.map(|e| e.lower),
        upper: ends.map(|e| e.upper),
        lower_true: ends.map(|e| e.lower_true),
        upper_true: ends.map(|e| e.upper_true),
        log10,
        verdict,
        reasons,
        limit: analyte.limit,
        leverage,
        t2,
        q,
        unjudged,
    }
}
