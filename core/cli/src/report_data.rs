//! From a model to what its report shows.

use adit_calibration::SamplePrediction;
use adit_calibration::Verdict;
use adit_calibration::model::{AnalyteModel, CalibrationFigures, Cell, Model};
use adit_calibration::search::record::Search;
use adit_calibration::{Loaded, set::Reference};
use adit_engine::recipe::TargetTransform;
use adit_engine::{Axis, Chain, Op, unit};

use crate::report::data;

/// What a report shows of a model; `level` is that of its intervals, `file` the name and bytes of the model file.
pub(crate) fn of(
    model: &Loaded,
    file: (&str, &[u8]),
    level: f64,
    notes: Vec<String>,
) -> data::ReportData {
    let m = model.model();
    let p = &m.provenance;
    data::ReportData {
        mine: m.mine.clone(),
        kind: match m.kind.as_str() {
            "table" => data::Kind::Table,
            "series" => data::Kind::Series,
            _ => data::Kind::Spectra,
        },
        adit_version: p.adit.clone(),
        model: data::FileRef {
            name: file.0.to_owned(),
            sha256: adit_engine::saved::sha256_hex(file.1),
        },
        recipe: m.recipe.clone(),
        plan: plan(m),
        plugins: p
            .plugins
            .iter()
            .map(|u| data::PluginRef {
                id: u.id.clone(),
                version: u.version.clone(),
                sha256: u.sha256.clone(),
                trust: u.trust.clone(),
            })
            .collect(),
        inputs: p
            .inputs
            .iter()
            .map(|i| data::FileRef { name: i.name.clone(), sha256: i.sha256.clone() })
            .collect(),
        seed: p.seed,
        cv: p.cv.clone(),
        route: p.route.clone(),
        level,
        defaulted: p.defaulted.clone(),
        notes,
        axis: axis(&m.axis),
        rows: m.table.as_ref().map_or_else(Vec::new, |t| {
            let row =
                |(id, x): (&String, &Vec<f64>)| data::Row { id: id.clone(), values: x.clone() };
            t.ids.iter().zip(&t.x).map(row).collect()
        }),
        analytes: model.analytes().map(|(a, chain)| analyte(m, a, chain, level)).collect(),
        new_samples: Vec::new(),
        search: m.search.as_ref().map(|s| search(m, s)),
    }
}

/// The best recipes that the report shows.
const BEST: usize = 10;

fn search(model: &Model, s: &Search) -> data::SearchData {
    let unit = |name: &str| model.analyte(name).map_or_else(String::new, |a| a.unit.clone());
    let mut picks: Vec<(String, usize)> = Vec::new();
    for p in &s.nested.picks {
        match picks.iter_mut().find(|(recipe, _)| *recipe == p.recipe) {
            Some((_, n)) => *n += 1,
            None => picks.push((p.recipe.clone(), 1)),
        }
    }
    picks.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let skipped = s.recipes.saturating_sub(s.tried_in_all);
    data::SearchData {
        recipes: s.recipes,
        tried: s.tried_in_all,
        skipped,
        how: s.nested.how.clone(),
        expected: s
            .nested
            .analytes
            .iter()
            .map(|a| data::ExpectedError {
                name: a.name.clone(),
                unit: unit(&a.name),
                rmse: a.rmse,
                standard_error: a.standard_error,
                rmsecv: a.rmsecv,
            })
            .collect(),
        p_values: s
            .scrambling
            .iter()
            .flat_map(|s| &s.analytes)
            .map(|a| (a.name.clone(), a.p))
            .collect(),
        scrambles: s.scrambling.as_ref().map_or(0, |s| s.permutations),
        picks,
        blocks: s.nested.picks.len(),
        best: s
            .tried
            .iter()
            .take(BEST)
            .map(|t| data::FoundRecipe {
                score: t.score,
                recipe: t.recipe.clone(),
                analytes: t
                    .analytes
                    .iter()
                    .map(|a| (a.name.clone(), a.components, a.rmsecv))
                    .collect(),
            })
            .collect(),
    }
}

/// Estimates of new samples for the report; `references` has one list per sample, in the order of the model's analytes.
pub(crate) fn new_samples(
    samples: &[SamplePrediction],
    references: &[Vec<Reference>],
) -> Vec<data::NewSample> {
    let estimate = |(a, r): (&adit_calibration::AnalytePrediction, &Reference)| data::Estimate {
        value: a.value,
        interval: a.lower.zip(a.upper),
        verdict: verdict(a.verdict),
        reasons: a.reasons.clone(),
        reference: match r {
            Reference::Measured(v) => data::Reference::Measured(*v),
            Reference::Below(v) => data::Reference::Below(*v),
            Reference::Missing => data::Reference::Missing,
        },
    };
    samples
        .iter()
        .zip(references)
        .map(|(s, r)| data::NewSample {
            id: s.id.clone(),
            time: s.time.clone(),
            estimates: s.analytes.iter().zip(r).map(estimate).collect(),
        })
        .collect()
}

fn verdict(v: Verdict) -> data::Verdict {
    match v {
        Verdict::Ok => data::Verdict::Ok,
        Verdict::Warn => data::Verdict::Warn,
        Verdict::Refuse => data::Verdict::Refuse,
    }
}

/// One line a step: the plugin and its parameters.
fn plan(m: &Model) -> Vec<String> {
    let Some(chain) = m.analytes.iter().find_map(|a| a.chain.as_ref()) else { return Vec::new() };
    chain
        .steps
        .iter()
        .chain([&chain.regressor])
        .map(|s| {
            format!("{} {}", s.plugin, s.settings.trim().replace('\n', ", ")).trim_end().to_owned()
        })
        .collect()
}

fn axis(axis: &Axis) -> data::Axis {
    match axis {
        Axis::Positions { unit: u, values } => {
            data::Axis::Positions { unit: unit::text(*u).to_owned(), values: values.clone() }
        }
        Axis::Named(channels) => data::Axis::Named(
            channels.iter().map(|c| (c.name.clone(), unit::text(c.unit).to_owned())).collect(),
        ),
    }
}

fn analyte(m: &Model, a: &AnalyteModel, chain: Option<&Chain>, level: f64) -> data::Analyte {
    data::Analyte {
        name: a.name.clone(),
        unit: a.unit.clone(),
        log10: a.target == TargetTransform::Log10,
        limit: a.limit,
        lod: a.lod,
        status: status(a),
        n: a.n,
        samples: a.samples,
        censored: a.censored,
        missing: a.missing,
        range: a.range,
        choice: data::Choice {
            components: a.choice.components,
            searched: a.choice.searched,
            best: a.choice.best,
            rule: a.choice.rule.clone(),
            threshold: a.choice.threshold.map(f64::sqrt),
            p_values: a.choice.p_values.clone().unwrap_or_default(),
            ratios: a.choice.ratios.clone().unwrap_or_default(),
        },
        figures: figures(&a.figures),
        figures_log10: a.figures_log10.as_ref().map(figures),
        points: points(m, a, level),
        coefficients: coefficients(chain),
        distances: distances(m, a),
        notes: a.notes.clone(),
    }
}

/// Whether an analyte's model may be used: what page and terminal say of it.
pub(crate) fn status(a: &AnalyteModel) -> data::Status {
    let of_scale = a.figures_log10.as_ref().unwrap_or(&a.figures);
    if let (Some(why), 0) = (&a.unfit, a.choice.searched) {
        return data::Status::Other(why.clone());
    }
    data::Status::of(
        a.unfit.as_deref(),
        a.chain.is_some(),
        a.components(),
        (of_scale.r2cv, of_scale.rpd),
        a.interval.is_some(),
        a.censored,
    )
}

fn figures(f: &CalibrationFigures) -> data::Figures {
    data::Figures {
        rmsec: f.rmsec,
        sec: f.sec,
        r2: f.r2,
        rmsecv: f.rmsecv,
        rmsecv_by_component: f.rmsecv_by_component.clone(),
        bias: f.bias,
        sep: f.sep,
        r2cv: f.r2cv,
        rpd: f.rpd,
        rpiq: f.rpiq,
    }
}

/// Every row that has a reference, with what the folds without it said. The leverage of a row in a fit without it is h/(1 - h).
fn points(m: &Model, a: &AnalyteModel, level: f64) -> Vec<data::Point> {
    let (Some(table), Some(rows)) = (&m.table, &a.rows) else { return Vec::new() };
    let log10 = a.target == TargetTransform::Log10;
    let mut all = Vec::new();
    for (row, (id, cell)) in table.ids.iter().zip(&rows.references).enumerate() {
        let reference = match cell {
            Cell::Measured(v) => data::Reference::Measured(*v),
            Cell::Below { below } => data::Reference::Below(*below),
            Cell::Missing(()) => continue,
        };
        let k = rows.fitted.iter().position(|&r| r == row);
        let z = k.and_then(|k| rows.out_of_fold[k].get(a.components()).copied());
        let h = k.and_then(|k| rows.leverage[k]).filter(|h| *h < 1.0).map(|h| h / (1.0 - h));
        let ends = a.interval.as_ref().zip(z).zip(h).and_then(|((i, z), h)| i.at(z, h, level));
        all.push(data::Point {
            id: id.clone(),
            row,
            reference,
            prediction: z.map(|z| if log10 { 10f64.powf(z) } else { z }),
            interval: ends.map(|e| (e.lower, e.upper)),
            verdict: k.map_or(data::Verdict::Warn, |k| {
                distance_verdict(a, rows.t2[k], rows.q_cross_validated[k])
            }),
        });
    }
    all
}

fn distance_verdict(a: &AnalyteModel, t2: Option<f64>, q: Option<f64>) -> data::Verdict {
    if a.unfit.is_some() {
        return data::Verdict::Refuse;
    }
    let limits = &a.applicability;
    let above = |k: usize| {
        let over = |v: Option<f64>, l: Option<[f64; 2]>| v.zip(l).is_some_and(|(v, l)| v > l[k]);
        over(t2, limits.t2_limits) || over(q, limits.q_limits)
    };
    match (above(1), above(0)) {
        (true, _) => data::Verdict::Refuse,
        (false, true) => data::Verdict::Warn,
        (false, false) => data::Verdict::Ok,
    }
}

fn distances(m: &Model, a: &AnalyteModel) -> data::Distances {
    let limits = &a.applicability;
    let points = m.table.as_ref().zip(a.rows.as_ref()).map_or_else(Vec::new, |(table, rows)| {
        let point = |(k, &row): (usize, &usize)| data::Distance {
            id: table.ids[row].clone(),
            t2: rows.t2[k],
            q: rows.q_cross_validated[k],
        };
        rows.fitted.iter().enumerate().map(point).collect()
    });
    data::Distances { points, t2_limits: limits.t2_limits, q_limits: limits.q_limits }
}

/// The regressor's coefficients on the columns that it sees: its one dense affine op.
fn coefficients(chain: Option<&Chain>) -> Result<data::Coefficients, String> {
    let chain = chain.ok_or("nothing could be fitted")?;
    let ops = chain.lower().map_err(|e| e.what().to_owned())?;
    let mut of_regressor = ops.iter().filter(|(place, _)| place.starts_with("regressor"));
    let Some((_, Op::AffineDense { n_in, coefficients, .. })) = of_regressor.next() else {
        return Err("the regressor is not linear".to_owned());
    };
    let target = match of_regressor.next() {
        Some((_, Op::Gather { index, .. })) => index.first().copied().unwrap_or(0),
        _ => 0,
    };
    let values = coefficients
        .chunks_exact(*n_in)
        .nth(target)
        .ok_or("the regressor's form has no such target")?;
    Ok(data::Coefficients { axis: axis(chain.feature_axis()), values: values.to_vec() })
}
