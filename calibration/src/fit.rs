//! From a problem to fitted chains: the component search, the final fit and what the folds say of it.

use adit_engine::recipe::{Components, TargetTransform};
use adit_engine::{Chain, Fold, Matrix, Plan, Plugins, Recipe};
use adit_spectra::Table;

use crate::applicability::{Applicability, ScoreSpace, both, q_limit};
use crate::choose::{ALPHA, Choice, MOST, minimum, rule_of, search_limit};
use crate::figures::{Figures, calibration_errors, finite};
use crate::folds::Cut;
use crate::interval::{Interval, Uncertainty};
use crate::model::{AnalyteRows, CalibrationFigures, Cell, ComponentChoice};
use crate::prepare::{Prepared, raw_rows, rows_of};
use crate::problem::{OutOfFold, Problem};
use crate::set::Analyte;
use crate::{Error, Result};

/// One analyte's chain with everything that was learnt about it.
pub(crate) struct Fitted {
    pub(crate) chain: Chain,
    pub(crate) choice: ComponentChoice,
    pub(crate) figures: CalibrationFigures,
    pub(crate) figures_log10: Option<CalibrationFigures>,
    pub(crate) interval: Option<Interval>,
    pub(crate) applicability: Applicability,
    pub(crate) rows: AnalyteRows,
    pub(crate) samples: usize,
    /// What the regressor says of how the folds were run.
    pub(crate) remarks: Vec<String>,
    /// What a reader of the component count should know, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// An analyte, or the analytes of a joint model, on the rows that they are fitted to.
pub(crate) struct Targets<'a> {
    pub(crate) analytes: Vec<&'a Analyte>,
    /// Rows of the set, ascending.
    pub(crate) rows: Vec<usize>,
    /// Rows x analytes, in the analytes' units.
    pub(crate) values: Matrix,
    pub(crate) uncertainty: Vec<Uncertainty>,
}

impl Targets<'_> {
    fn names(&self) -> String {
        let names: Vec<&str> = self.analytes.iter().map(|a| a.name.as_str()).collect();
        names.join(", ")
    }
}

/// Fits the analytes of `targets`: one chain each.
pub(crate) fn fit(
    prepared: &Prepared,
    plugins: &dyn Plugins,
    targets: &Targets<'_>,
    table: &Table,
) -> Result<Vec<Fitted>> {
    let plan = &prepared.plan;
    let cut = prepared.layout.cut(&targets.rows).map_err(|e| e.at_column(targets.names()))?;
    let log10 = plan.recipe.target.transform == TargetTransform::Log10;
    let mut y = targets.values.clone();
    if log10 {
        y.data_mut().iter_mut().for_each(|v| *v = v.log10());
    }
    let mut problem = Problem {
        plan,
        plugins,
        axis: &prepared.axis,
        x: rows_of(&prepared.hoisted, &targets.rows),
        y,
        ids: targets.rows.iter().map(|r| table.ids[*r].clone()).collect(),
        cut,
        column: 0,
        seed: prepared.seed,
    };
    let limit = limit(&plan.recipe.regressor.components, &problem.cut, &targets.names())?;
    let raw = || raw_rows(table, &prepared.reads, &targets.rows);
    (0..targets.analytes.len())
        .map(|t| {
            problem.column = t;
            one(&problem, targets, &raw, t, limit)
                .map_err(|e| e.at_column(targets.analytes[t].name.as_str()))
        })
        .collect()
}

/// The largest count that is looked at, and whether it is the wish of the recipe.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    pub(crate) fixed: bool,
}

pub(crate) fn limit(wanted: &Components, cut: &Cut, names: &str) -> Result<Limit> {
    let (samples, training) = (cut.samples, cut.smallest_training);
    match *wanted {
        Components::Auto => Ok(Limit { most: search_limit(samples, training), fixed: false }),
        Components::Fixed(n) if n > MOST => {
            Err(Error::usage(format!("components = {n} is more than the {MOST} that adit fits"))
                .hint("take fewer components, or \"auto\""))
        }
        Components::Fixed(n) if n + 1 > training => Err(Error::input(format!(
            "{n} components were asked for, but {names} has {samples} samples: \
             a training fold of {training} carries at most {}",
            training.saturating_sub(1)
        ))
        .hint("take fewer components, \"auto\", or more samples")),
        Components::Fixed(n) => Ok(Limit { most: n, fixed: true }),
    }
}

/// One analyte: `t` is its column.
fn one(
    problem: &Problem<'_>,
    targets: &Targets<'_>,
    raw: &dyn Fn() -> Result<Matrix>,
    t: usize,
    limit: Limit,
) -> Result<Fitted> {
    let analyte = targets.analytes[t];
    let (plan, plugins) = (problem.plan, problem.plugins);
    let mut chain = Chain::fit(
        plan,
        plugins,
        &analyte.name,
        &analyte.unit,
        &raw()?,
        &problem.y,
        t,
        None,
        limit.most.max(1),
    )
    .map_err(|e| problem.named(e))?;
    if limit.fixed && chain.reached() < limit.most {
        return Err(Error::input(format!(
            "{} components were asked for, but the data of {} carry only {} (their rank)",
            limit.most,
            analyte.name,
            chain.reached()
        ))
        .hint("take fewer components, or \"auto\""));
    }
    let folds: Vec<Fold> = problem.cut.repeats.iter().flatten().cloned().collect();
    let oof = problem.out_of_fold(&folds, limit.most.min(chain.reached()))?;
    if limit.fixed && oof.reached < limit.most {
        return Err(Error::input(format!(
            "{} components were asked for, but the training rows of a fold carry only {} (their rank)",
            limit.most, oof.reached
        ))
        .hint("take fewer components, or \"auto\""));
    }
    let searched =
        if limit.fixed { limit.most } else { limit.most.min(chain.reached()).min(oof.reached) };
    let errors = problem.unit_errors(&oof, searched);
    let found = if limit.fixed { minimum(&errors) } else { problem.choose(&errors) };
    let components = if limit.fixed { limit.most } else { found.components };
    chain.select(components)?;
    let choice = choice(&plan.recipe, components, searched, found);
    let notes = cut_short(&chain, plan, searched, limit).into_iter();
    let notes = notes.chain(too_few_to_test(&choice, errors.len())).collect();
    let parameters = parameters(&chain, plan.regressor.path_param.is_some());

    let units = problem.units_to_leave_out();
    let choices = match limit.fixed {
        true => vec![components; units.len()],
        false => problem.nested_choices(&units, searched, components)?,
    };
    let left_out = problem.left_out(&units, &choices, components)?;
    let values = targets.values.col(t);
    let interval = Interval::of(
        &left_out,
        &values,
        parameters,
        targets.uncertainty[t],
        analyte.counts().censored > 0,
        chain.target() == TargetTransform::Log10,
    );
    let diagnosed = diagnose(problem, &chain)?;
    let scale = Scale { chain: &chain, values: &values, oof: &oof, t, searched };
    let (figures, figures_log10) = scale.figures(&diagnosed.predicted, parameters);
    let Diagnosed { predicted, applicability, rows } = diagnosed;
    let rows = AnalyteRows { predicted, ..analyte_rows(problem, analyte, targets, &scale, rows) };
    Ok(Fitted {
        figures,
        figures_log10,
        interval,
        applicability,
        rows,
        samples: problem.cut.samples,
        choice,
        chain,
        remarks: oof.remarks,
        notes,
    })
}

/// Where the numerical rank ended the search before the samples did. A chain of few channels cannot have more: that is no loss.
fn cut_short(chain: &Chain, plan: &Plan, searched: usize, limit: Limit) -> Option<String> {
    let most = limit.most.min(chain.feature_axis().len());
    if limit.fixed || searched >= most || plan.regressor.path_param.is_none() {
        return None;
    }
    let who = match chain.reached() == searched {
        true => "the data carry",
        false => "the training rows of a fold carry",
    };
    Some(format!("{searched} components were searched, not {most}: {who} no more (numerical rank)"))
}

/// Where no pattern of signs is rare enough for the randomisation test to tell any count from the best.
fn too_few_to_test(choice: &ComponentChoice, units: usize) -> Option<String> {
    let untold = 0.5f64.powi(i32::try_from(units).unwrap_or(i32::MAX)) > ALPHA;
    (untold && choice.p_values.is_some()).then(|| {
        format!(
            "{units} units are too few for the randomisation test to tell a count from the mean"
        )
    })
}

/// How the count came about.
fn choice(recipe: &Recipe, components: usize, searched: usize, found: Choice) -> ComponentChoice {
    let regressor = &recipe.regressor;
    let rule = rule_of(regressor.components, regressor.rule).to_owned();
    ComponentChoice {
        components,
        searched,
        rule,
        best: found.best,
        threshold: found.threshold.and_then(finite),
        p_values: found.p_values,
        ratios: found.ratios.map(|r| r.into_iter().map(finite).collect()),
    }
}

/// What a fit spends degrees of freedom on: its components, or every feature for a regressor that has no components.
fn parameters(chain: &Chain, has_components: bool) -> usize {
    match chain.components() {
        0 => 0,
        a if has_components => a,
        _ => chain.feature_axis().len(),
    }
}

struct Diagnosed {
    predicted: Vec<f64>,
    applicability: Applicability,
    rows: DiagnosedRows,
}

struct DiagnosedRows {
    leverage: Vec<Option<f64>>,
    t2: Vec<Option<f64>>,
    q: Vec<Option<f64>>,
    q_cross_validated: Vec<Option<f64>>,
}

/// Predictions, leverages, T2 and Q of the calibration rows, and the limits.
fn diagnose(problem: &Problem<'_>, chain: &Chain) -> Result<Diagnosed> {
    let (n, a) = (problem.x.rows(), chain.components());
    let (features, _) = chain.tail().features(&problem.x)?;
    let z = chain.tail().predict(&features, a, a)?;
    let predicted = z.iter_rows().map(|r| r[problem.column]).collect();
    let nothing = || vec![None; n];
    let mut rows = DiagnosedRows {
        leverage: nothing(),
        t2: nothing(),
        q: nothing(),
        q_cross_validated: nothing(),
    };
    let mut to = Applicability { space: None, t2_limits: None, q_limits: None, note: None };
    let scores = if a > 0 { chain.tail().scores(&features)? } else { None };
    let Some(scores) = scores else {
        if a == 0 {
            to.space = Some(ScoreSpace::of_mean(n));
            rows.leverage = vec![Some(1.0 / n as f64); n];
        } else {
            to.note = Some("the regressor has no scores: neither T2 nor Q is checked".into());
        }
        return Ok(Diagnosed { predicted, applicability: to, rows });
    };
    let Some(space) = ScoreSpace::of(&scores) else {
        return Err(Error::input("the scores of the model are linearly dependent")
            .hint("take fewer components"));
    };
    rows.leverage = scores.iter_rows().map(|t| Some(space.leverage(t))).collect();
    rows.t2 = scores.iter_rows().map(|t| finite(space.t2(t))).collect();
    to.t2_limits = both(|level| space.t2_limit(level));
    to.space = Some(space);
    let q = chain.tail().q_residuals(&features)?;
    let cross_validated = problem.cross_validated_q(a)?.unwrap_or_default();
    for (row, q) in &cross_validated {
        rows.q_cross_validated[*row].get_or_insert(*q);
    }
    let values: Vec<f64> = cross_validated.iter().map(|(_, q)| *q).collect();
    let own: Vec<f64> = q.clone().unwrap_or_default();
    // The fit's own Q vanishes at the rank even where twins keep the cross-validated one alive.
    let at_rank = a >= features.cols().min(n - 1) || vanishes(&own, &features);
    if at_rank || vanishes(&values, &features) {
        rows.q_cross_validated = nothing();
        to.note = Some("the components reach the rank of the data: there is no Q".into());
    } else {
        rows.q = q.map_or_else(nothing, |q| q.into_iter().map(finite).collect());
        to.q_limits = both(|level| q_limit(&values, level));
    }
    Ok(Diagnosed { predicted, applicability: to, rows })
}

/// Whether residuals are no more than rounding beside the rows themselves.
fn vanishes(q: &[f64], features: &Matrix) -> bool {
    let size: f64 = features.data().iter().map(|v| v * v).sum::<f64>() / features.rows() as f64;
    q.iter().sum::<f64>() / q.len().max(1) as f64 <= 1e-24 * size
}

/// Out-of-fold predictions of one analyte, on both scales.
struct Scale<'a> {
    chain: &'a Chain,
    /// References of the rows in the analyte's unit.
    values: &'a [f64],
    oof: &'a OutOfFold,
    t: usize,
    searched: usize,
}

impl Scale<'_> {
    fn pairs(&self, a: usize, y: &dyn Fn(f64) -> f64, p: &dyn Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let rows = self.oof.rows.iter().enumerate();
        rows.map(|(k, row)| (y(self.values[*row]), p(self.oof.at(k, a, self.t)))).collect()
    }

    fn on(
        &self,
        predicted: &[f64],
        parameters: usize,
        y: &dyn Fn(f64) -> f64,
        p: &dyn Fn(f64) -> f64,
    ) -> CalibrationFigures {
        let own: Vec<(f64, f64)> =
            self.values.iter().zip(predicted).map(|(v, z)| (y(*v), p(*z))).collect();
        let (rmsec, sec) = calibration_errors(&own, parameters);
        let of_count = |a: usize| Figures::of(&self.pairs(a, y, p));
        let cv = of_count(self.chain.components());
        CalibrationFigures {
            rmsec,
            sec,
            r2: Figures::of(&own).r2,
            rmsecv: cv.rmse,
            rmsecv_by_component: (0..=self.searched).map(|a| of_count(a).rmse).collect(),
            bias: cv.bias,
            sep: cv.sep,
            r2cv: cv.r2,
            rpd: cv.rpd,
            rpiq: cv.rpiq,
        }
    }

    /// In the analyte's unit, and in log10 units for log10 targets.
    fn figures(
        &self,
        predicted: &[f64],
        parameters: usize,
    ) -> (CalibrationFigures, Option<CalibrationFigures>) {
        let same = |v: f64| v;
        match self.chain.target() {
            TargetTransform::None => (self.on(predicted, parameters, &same, &same), None),
            TargetTransform::Log10 => (
                self.on(predicted, parameters, &same, &|z| self.chain.value(z)),
                Some(self.on(predicted, parameters, &f64::log10, &same)),
            ),
        }
    }
}

fn analyte_rows(
    problem: &Problem<'_>,
    analyte: &Analyte,
    targets: &Targets<'_>,
    scale: &Scale<'_>,
    diagnosed: DiagnosedRows,
) -> AnalyteRows {
    let n = targets.rows.len();
    let mut sums: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 0.0); n];
    for (k, row) in scale.oof.rows.iter().enumerate() {
        let (sum, count) = &mut sums[*row];
        sum.resize(scale.searched + 1, 0.0);
        sum.iter_mut().enumerate().for_each(|(a, s)| *s += scale.oof.at(k, a, scale.t));
        *count += 1.0;
    }
    let mut fold = vec![None; n];
    for (f, one) in problem.cut.repeats.iter().take(1).flatten().enumerate() {
        one.test.iter().for_each(|row| fold[*row] = Some(f));
    }
    AnalyteRows {
        references: Cell::of_analyte(analyte),
        fitted: targets.rows.clone(),
        fold,
        out_of_fold: sums
            .into_iter()
            .map(|(sum, count)| sum.into_iter().map(|s| s / count).collect())
            .collect(),
        predicted: Vec::new(),
        leverage: diagnosed.leverage,
        t2: diagnosed.t2,
        q: diagnosed.q,
        q_cross_validated: diagnosed.q_cross_validated,
    }
}
