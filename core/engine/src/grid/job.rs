//! The regressor's part: recipes that differ only in a filter, centring or scaling are variants of one job.

use rayon::prelude::*;

use super::Grid;
use super::tail::{Leaf, One, Task};
use crate::cross_validate::{CrossValidated, Fold};
use crate::plan::switch;
use crate::plugin::{FastJob, FastVariant};
use crate::recipe::Recipe;
use crate::{Error, Matrix, Plugins, Result};

/// Room for the predictions of one job, in bytes: what is more is cut into several jobs.
const ROOM: usize = 64 << 20;
/// What a variant of a job says and the regressor itself need not.
const OF_VARIANT: [&str; 2] = ["centre", "scale"];

/// How a recipe uses its regressor.
pub(super) struct Use {
    /// Whether it cross-validates by itself.
    pub(super) fast: bool,
    centre: bool,
    scale: bool,
    /// Its parameters but for those of a variant.
    rest: toml::Table,
}

/// How each recipe uses its regressor.
///
/// # Errors
/// A regressor that there is not.
pub(super) fn regressors(recipes: &[Recipe], plugins: &dyn Plugins) -> Result<Vec<Use>> {
    let mut known: Vec<(&str, crate::plugin::PluginInfo)> = Vec::new();
    let mut all = Vec::with_capacity(recipes.len());
    for recipe in recipes {
        let r = &recipe.regressor;
        let place = || format!("regressor ({})", r.plugin);
        if !known.iter().any(|(id, _)| *id == r.plugin) {
            known.push((&r.plugin, plugins.info(&r.plugin).map_err(|e| e.within(place()))?));
        }
        let info = known.iter().find(|(id, _)| *id == r.plugin).map(|(_, info)| info);
        let switched =
            |name, default| info.map_or(default, |i| switch(i, &r.settings, name, default));
        // A regressor that refuses its parameters is told when it is its turn.
        let fast = plugins.regressor(&r.plugin, &r.settings).is_ok_and(|m| m.cross_validates());
        let rest = r.settings.iter().filter(|(name, _)| !OF_VARIANT.contains(&name.as_str()));
        all.push(Use {
            fast,
            centre: switched("centre", true),
            scale: switched("scale", false),
            rest: rest.map(|(name, value)| (name.clone(), value.clone())).collect(),
        });
    }
    Ok(all)
}

/// The answers of recipes whose rows are ready.
pub(super) fn run(grid: &Grid<'_>, task: &Task<'_>, leaves: &[Leaf]) -> Vec<One> {
    let mut out = Vec::with_capacity(leaves.len());
    let mut groups: Vec<Vec<&Leaf>> = Vec::new();
    for leaf in leaves {
        let (own, used) = (&grid.recipes[leaf.recipe].regressor, &grid.regressors[leaf.recipe]);
        if !used.fast {
            out.push((leaf.recipe, slow(grid, task, leaf.recipe)));
            continue;
        }
        let alike = |group: &&mut Vec<&Leaf>| {
            group.first().is_some_and(|first| {
                grid.recipes[first.recipe].regressor.plugin == own.plugin
                    && grid.regressors[first.recipe].rest == used.rest
            })
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(leaf),
            None => groups.push(vec![leaf]),
        }
    }
    let tests: usize = task.folds.iter().map(|f| f.test.len()).sum();
    let one = tests * (task.max + 1) * task.y.cols() * size_of::<f64>();
    let at_a_time = (ROOM / one.max(1)).max(1);
    for group in groups.iter().flat_map(|group| group.chunks(at_a_time)) {
        match fast(grid, task, group) {
            Ok(answers) => {
                out.extend(group.iter().map(|l| l.recipe).zip(answers.into_iter().map(Ok)))
            }
            Err(e) if group.len() == 1 => {
                out.extend(group.iter().map(|l| (l.recipe, Err(e.clone()))))
            }
            // Which of them it is shows one by one.
            Err(_) => out.extend(group.iter().map(|leaf| {
                let alone = fast(grid, task, std::slice::from_ref(leaf));
                (leaf.recipe, alone.map(|mut answers| answers.remove(0)))
            })),
        }
    }
    out
}

/// One answer a leaf.
fn fast(grid: &Grid<'_>, task: &Task<'_>, leaves: &[&Leaf]) -> Result<Vec<CrossValidated>> {
    let Some(first) = leaves.first() else { return Ok(Vec::new()) };
    let variants: Vec<FastVariant> = leaves
        .iter()
        .map(|leaf| {
            let Use { centre, scale, .. } = grid.regressors[leaf.recipe];
            FastVariant { centre, scale, filter: leaf.filter.clone() }
        })
        .collect();
    let r = &grid.recipes[first.recipe].regressor;
    let within = |e: Error| e.within(format!("regressor ({})", r.plugin));
    let regressor = grid.plugins.regressor(&r.plugin, &r.settings).map_err(within)?;
    let job = FastJob {
        x: task.x,
        y: task.y,
        weights: None,
        folds: task.folds,
        joint: task.joint,
        variants: &variants,
        max_components: task.max,
    };
    let answer = regressor.cross_validate(&job).map_err(within)?;
    let (m, models) = (task.y.cols(), if task.joint { 1 } else { task.y.cols() });
    let rows: usize = task.folds.iter().map(|f| f.test.len()).sum();
    let (size, counts) = (rows * (task.max + 1) * m, task.folds.len() * models);
    if answer.predictions.len() != size * leaves.len()
        || answer.reached.len() != counts * leaves.len()
    {
        return Err(within(Error::plugin(
            "its cross-validation does not answer all that was asked",
            "report this to who made the plugin",
        )));
    }
    (0..leaves.len())
        .map(|v| {
            let predictions = answer.predictions[v * size..(v + 1) * size].to_vec();
            let reached = &answer.reached[v * counts..(v + 1) * counts];
            let least = |c: &[u32]| c.iter().copied().min().unwrap_or(0) as usize;
            Ok(CrossValidated {
                predictions: Matrix::new(predictions, rows, (task.max + 1) * m)?,
                reached: reached.chunks(models.max(1)).map(least).collect(),
                targets: m,
                remarks: answer.remarks.clone(),
            })
        })
        .collect()
}

/// A regressor that does not cross-validate by itself: one fit a fold. Past the count reached, the last prediction is repeated.
fn slow(grid: &Grid<'_>, task: &Task<'_>, recipe: usize) -> Result<CrossValidated> {
    let per_fold: Vec<Result<(Vec<f64>, usize)>> = task
        .folds
        .par_iter()
        .enumerate()
        .map(|(f, fold)| {
            slow_fold(grid, task, recipe, fold).map_err(|e| match task.folds.len() {
                1 => e,
                _ => e.within(format!("fold {}", f + 1)),
            })
        })
        .collect();
    // The first fold that failed speaks, whichever thread was first.
    let per_fold: Vec<(Vec<f64>, usize)> = per_fold.into_iter().collect::<Result<_>>()?;
    let rows: usize = task.folds.iter().map(|f| f.test.len()).sum();
    let (values, reached): (Vec<Vec<f64>>, Vec<usize>) = per_fold.into_iter().unzip();
    let m = task.y.cols();
    Ok(CrossValidated {
        predictions: Matrix::new(values.concat(), rows, (task.max + 1) * m)?,
        reached,
        targets: m,
        remarks: Vec::new(),
    })
}

fn slow_fold(
    grid: &Grid<'_>,
    task: &Task<'_>,
    recipe: usize,
    fold: &Fold,
) -> Result<(Vec<f64>, usize)> {
    let (r, m) = (&grid.recipes[recipe].regressor, task.y.cols());
    let train = fold.training(task.x.rows());
    let (x, test) = (task.x.select_rows(&train), task.x.select_rows(&fold.test));
    let groups: Vec<Vec<usize>> =
        if task.joint { vec![(0..m).collect()] } else { (0..m).map(|k| vec![k]).collect() };
    let width = (task.max + 1) * m;
    let (mut out, mut least) = (vec![0.0; fold.test.len() * width], usize::MAX);
    for group in &groups {
        let columns: Vec<Option<usize>> = group.iter().map(|k| Some(*k)).collect();
        let y = task.y.select_rows(&train).select_columns(&columns);
        let fit = || {
            let mut regressor = grid.plugins.regressor(&r.plugin, &r.settings)?;
            let reached = regressor.fit(task.axis, &x, &y, None, task.max)?.min(task.max);
            Ok((regressor.predict(&test, 0, reached, group.len())?, reached))
        };
        let (predicted, reached) =
            fit().map_err(|e: Error| e.within(format!("regressor ({})", r.plugin)))?;
        least = least.min(reached);
        for (i, row) in predicted.values.iter_rows().enumerate() {
            for a in 0..=task.max {
                let from = a.min(reached) * group.len();
                for (g, k) in group.iter().enumerate() {
                    out[i * width + a * m + k] = row[from + g];
                }
            }
        }
    }
    Ok((out, least))
}
