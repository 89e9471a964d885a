//! From a set and a space of recipes to a model.

use adit_engine::grid::{Question, cross_validate_grid};
use adit_engine::recipe::{Components, Targets};
use adit_engine::{Matrix, Plugins, Recipe, Space};

use crate::calibrate::scheme;
use crate::columns::axis_of;
use crate::folds::Layout;
use crate::model::Model;
use crate::seeded::seeded;
use crate::set::CalibrationSet;
use crate::{Error, Options, Result, calibrate};

use super::default_space::SpaceText;
use super::nested::nested;
use super::outer::{Outer, Schedule};
use super::progress::{Meter, Progress};
use super::record::{Search, Skipped, Tried, TriedAnalyte};
use super::regression::{Asked, Regression};
use super::score::Judge;
use super::scramble::Scramble;
use super::table::{Rank, Table};

/// Permutations of the y-scrambling where nobody says how many.
pub const DEFAULT_PERMUTATIONS: usize = 199;

/// What recipes are compared by.
const CRITERION: &str = "smallest mean over the analytes of MSECV at the chosen count / variance of the references; of equal ones \
                         fewer steps, then fewer components, then the first";

/// What a caller may ask of a search besides what a calibration takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchOptions {
    /// Permutations of the y-scrambling; 0 leaves it out.
    pub permutations: usize,
}

impl Default for SearchOptions {
    fn default() -> Self {
        SearchOptions { permutations: DEFAULT_PERMUTATIONS }
    }
}

/// Tries every recipe of a space and calibrates the best one.
///
/// Folds, rows and the component rule are those of [`calibrate()`]. One recipe serves all analytes: the best one has the smallest
/// mean over the analytes of the squared error at the chosen count in shares of the variance. The model's [`Search`] holds every
/// recipe, the nested error of the search itself and the y-scrambling of the winner. `tell` hears how far it is. The result is
/// the same on any number of threads.
///
/// # Errors
/// [`crate::ErrorKind::Usage`]: a space with an unknown plugin or parameter, a value of the wrong kind or out of range (names slot,
/// choice and parameter), or too many recipes. [`crate::ErrorKind::Input`]: no recipe of the space can be tried; the first reason is
/// given. Else as [`calibrate()`].
pub fn search(
    set: &CalibrationSet,
    space: &SpaceText,
    plugins: &dyn Plugins,
    options: &Options,
    search: &SearchOptions,
    tell: &mut dyn FnMut(Progress),
) -> Result<Model> {
    let mut own = set.clone();
    own.keep_analytes(&options.analytes)?;
    let parsed = space.parse()?;
    let recipes = recipes(&parsed, space, plugins, options)?;
    let common = Common::of(&own, &recipes, plugins, options)?;
    let (record, winner) = common.search(&recipes, space, plugins, options, search, tell)?;
    let mut model = calibrate(set, &winner, plugins, &Options { strip: false, ..options.clone() })?;
    model.search = Some(record);
    Ok(if options.strip { model.stripped() } else { model })
}

/// Every recipe, with what the caller asks of all of them.
fn recipes(
    space: &Space,
    text: &SpaceText,
    plugins: &dyn Plugins,
    options: &Options,
) -> Result<Vec<Recipe>> {
    let mut recipes = space.expand(plugins).map_err(|e| text.blame(e.into()))?;
    for recipe in &mut recipes {
        if let Some(components) = options.components {
            recipe.regressor.components = components;
        }
        if let (Some(rule), Components::Auto) = (options.rule, recipe.regressor.components) {
            recipe.regressor.rule = rule;
        }
        recipe.name = adit_engine::space::describe(recipe);
    }
    Ok(recipes)
}

/// Whether a step of some recipe needs y.
fn needs_y(recipes: &[Recipe], plugins: &dyn Plugins) -> bool {
    let mut ids: Vec<&str> =
        recipes.iter().flat_map(|r| r.steps.iter().map(|s| s.plugin.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().any(|id| plugins.info(id).is_ok_and(|info| info.flags.needs_y()))
}

/// What all recipes have in common.
struct Common<'s> {
    set: &'s CalibrationSet,
    scheme: crate::Scheme,
    layout: Layout,
    regressions: Vec<Regression>,
    /// Rows of the set that some regression is about, ascending.
    used: Vec<usize>,
}

impl<'s> Common<'s> {
    fn of(
        set: &'s CalibrationSet,
        recipes: &[Recipe],
        plugins: &dyn Plugins,
        options: &Options,
    ) -> Result<Common<'s>> {
        let Some(first) = recipes.first() else {
            return Err(Error::bug("a space without a recipe"));
        };
        if set.analytes.is_empty() || set.table.rows() == 0 {
            return Err(Error::input("the set has no reference to calibrate against")
                .in_file(set.table.source.as_str())
                .hint("add a column to icp.csv, or check which rows are taken"));
        }
        let (scheme, _) = scheme(set, options)?;
        let layout = Layout::lay(&set.table, &scheme, options.seed)
            .map_err(|e| e.in_file(set.table.source.as_str()))?;
        let joint = first.regressor.targets == Targets::Joint;
        let asked = Asked {
            set,
            layout: &layout,
            target: first.target.transform,
            joint,
            needs_y: joint && needs_y(recipes, plugins),
        };
        let regressions = asked.regressions()?;
        let mut used: Vec<usize> =
            regressions.iter().flat_map(|r| r.rows.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        Ok(Common { set, scheme, layout, regressions, used })
    }

    fn search(
        &self,
        recipes: &[Recipe],
        space: &SpaceText,
        plugins: &dyn Plugins,
        options: &Options,
        search: &SearchOptions,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(Search, Recipe)> {
        let table = &self.set.table;
        let axis = axis_of(&table.columns);
        let x = Matrix::new(table.values.clone(), table.rows(), table.cols())?;
        let x = x.select_rows(&self.used);
        let outer = Outer::of(&self.layout, &self.scheme, &self.used);
        let schedules: Vec<Schedule> =
            self.regressions.iter().map(|r| Schedule::of(r, &outer)).collect();
        let judges: Vec<Judge<'_>> = self
            .regressions
            .iter()
            .zip(&schedules)
            .map(|(regression, schedule)| Judge {
                regression,
                schedule,
                seed: options.seed,
                ids: regression.rows.iter().map(|row| table.ids[*row].as_str()).collect(),
            })
            .collect();
        let places: Vec<Vec<usize>> = self
            .regressions
            .iter()
            .map(|r| r.rows.iter().filter_map(|row| self.used.binary_search(row).ok()).collect())
            .collect();
        let (questions, of) = questions(&judges, &places, recipes);
        let seeded = recipes
            .iter()
            .map(|r| seeded(r, plugins, options.seed))
            .collect::<Result<Vec<Recipe>>>()?;
        let sizes: Vec<f64> = questions.iter().map(|q| operations(q, x.cols())).collect();
        let total =
            all_operations(&sizes, &of, recipes.len(), search.permutations, self.used.len());
        let mut meter = Meter::new(total, tell);
        let mut found = Table::new(&seeded, &judges);
        let mut take = |recipe: usize, q: usize, answer: adit_engine::Result<_>| {
            let (g, inner) = of[q];
            let answer = answer.map_err(|e: adit_engine::Error| self.named(e));
            match inner {
                false => found.take_own(recipe, g, answer),
                true => found.take_inner(recipe, g, answer),
            }
            meter.add(sizes[q]);
        };
        cross_validate_grid(&seeded, plugins, &axis, x.clone(), &questions, &mut take)?;
        let ranking = found.ranking();
        let Some(best) = ranking.first() else { return Err(nothing(&found, space)) };
        let how = outer.how(&self.scheme, self.layout.repeats.first().map_or(0, Vec::len));
        let mut nested = nested(&found, &outer, how);
        let tried: Vec<Tried> = ranking.iter().map(|rank| tried(&found, recipes, rank)).collect();
        for (analyte, own) in nested.analytes.iter_mut().zip(&tried[0].analytes) {
            analyte.rmsecv = own.rmsecv;
        }
        let observed = found.rows[best.recipe].own.iter().flatten().collect();
        let scrambling = (search.permutations > 0)
            .then(|| {
                meter.begin("scrambling the references");
                let scramble = Scramble {
                    winner: &seeded[best.recipe],
                    judges: &judges,
                    observed,
                    x: &x,
                    places: &places,
                    axis: &axis,
                    layout: &self.layout,
                    permutations: search.permutations,
                    seed: options.seed,
                };
                scramble.run(plugins, &mut meter)
            })
            .transpose()?;
        meter.begin("calibrating the best recipe");
        let skipped = recipes.iter().enumerate().filter_map(|(k, recipe)| {
            let reason = found.skipped(k)?;
            Some(Skipped { number: k + 1, recipe: recipe.name.clone(), reason })
        });
        let record = Search {
            said: space.said.clone(),
            space: space.text.clone(),
            criterion: CRITERION.to_owned(),
            recipes: recipes.len(),
            tried_in_all: tried.len(),
            skipped: skipped.collect(),
            tried,
            nested,
            scrambling,
        };
        Ok((record, recipes[best.recipe].clone()))
    }

    /// An error of the engine, with the sample in place of the row number.
    fn named(&self, e: adit_engine::Error) -> Error {
        match e.row().and_then(|row| self.used.get(row)) {
            Some(row) => Error::from(e.clone()).of_sample(self.set.table.ids[*row].as_str()),
            None => e.into(),
        }
    }
}

/// What is asked, and of which regression: the cross-validation (`false`), then the nested one (`true`), if it has folds.
fn questions<'a>(
    judges: &'a [Judge<'a>],
    places: &'a [Vec<usize>],
    recipes: &[Recipe],
) -> (Vec<Question<'a>>, Vec<(usize, bool)>) {
    let of = |(g, judge): (usize, &'a Judge<'a>)| {
        let max_components = most(judge.regression, recipes);
        [(&judge.schedule.own, false), (&judge.schedule.inner, true)].map(|(folds, inner)| {
            let question = Question {
                rows: &places[g],
                y: &judge.regression.y,
                folds: &folds.folds,
                joint: judge.regression.joint,
                column: judge.regression.column,
                max_components,
            };
            (question, (g, inner))
        })
    };
    judges.iter().enumerate().flat_map(of).filter(|(q, _)| !q.folds.is_empty()).unzip()
}

/// All that a search is going to do, of questions of these sizes.
fn all_operations(
    sizes: &[f64],
    of: &[(usize, bool)],
    recipes: usize,
    permutations: usize,
    samples: usize,
) -> f64 {
    let trying = sizes.iter().sum::<f64>() * recipes as f64;
    let own: f64 = sizes.iter().zip(of).filter(|(_, (_, inner))| !inner).map(|(s, _)| s).sum();
    // The intervals of the winner leave out every pair of samples, as long as they are not too many.
    let calibrating = own * (samples as f64 / 2.0).min(100.0);
    trying + own * permutations as f64 + calibrating
}

/// The largest count that some recipe looks at in a regression.
fn most(regression: &Regression, recipes: &[Recipe]) -> usize {
    let limit = |r: &Recipe| regression.limit(&r.regressor.components).map_or(0, |(most, _)| most);
    recipes.iter().map(limit).max().unwrap_or(0)
}

/// Roughly what one recipe costs: rows x channels x components x models.
pub(super) fn operations(question: &Question<'_>, channels: usize) -> f64 {
    let models = if question.joint { 1 } else { question.y.cols() };
    let one = question.rows.len() * channels * (question.max_components + 1);
    one as f64 * (question.folds.len() * models) as f64
}

/// No recipe could be tried.
fn nothing(found: &Table<'_>, space: &SpaceText) -> Error {
    let why = (0..found.rows.len()).find_map(|recipe| found.skipped(recipe));
    let e = Error::input(format!(
        "none of the {} recipes of the space can be tried; the first: {}",
        found.rows.len(),
        why.unwrap_or_default()
    ))
    .hint("change the space (adit calibrate SET --search --print-space shows it)");
    space.blame(e)
}

fn tried(found: &Table<'_>, recipes: &[Recipe], rank: &Rank) -> Tried {
    let row = &found.rows[rank.recipe];
    let analytes = found.judges.iter().zip(row.own.iter().flatten()).flat_map(|(judge, own)| {
        let r = judge.regression;
        r.reports.iter().zip(&own.rmsecv).map(|(t, (in_unit, on_scale))| TriedAnalyte {
            name: r.names[*t].clone(),
            components: own.components,
            rmsecv: *in_unit,
            rmsecv_log10: on_scale.filter(|_| r.log10),
            error_by_component: own.curve.clone(),
        })
    });
    Tried {
        number: rank.recipe + 1,
        recipe: recipes[rank.recipe].name.clone(),
        steps: rank.steps,
        score: rank.score,
        analytes: analytes.collect(),
    }
}
