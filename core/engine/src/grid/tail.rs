//! What belongs to the folds: steps that learn, each fitted once a fold for all recipes that go through it.

use rayon::prelude::*;

use super::filter::take_over;
use super::tree::Node;
use super::{Grid, Question, job};
use crate::cross_validate::{CrossValidated, Fold};
use crate::recipe::Step;
use crate::{Axis, Error, Matrix, Op, Result, RowStatus, Transform, row_local};

/// Folds that are worked on at a time: each holds a matrix of its own.
const AT_A_TIME: usize = 8;

/// A recipe of which only the regressor is left, after a filter.
pub(super) struct Leaf {
    pub(super) recipe: usize,
    pub(super) filter: Option<Op>,
}

/// What is left to do after some steps.
pub(super) struct Branch<'t> {
    pub(super) leaves: Vec<Leaf>,
    /// Steps that learn, and what follows them.
    pub(super) next: Vec<(&'t Step, &'t Node<'t>)>,
    /// How a step here is called in messages.
    pub(super) depth: usize,
}

/// Rows after some steps, and what is asked of them.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) axis: &'a Axis,
    pub(super) x: &'a Matrix,
    pub(super) y: &'a Matrix,
    pub(super) folds: &'a [Fold],
    pub(super) joint: bool,
    pub(super) column: usize,
    pub(super) max: usize,
    /// Whether row-local steps are proved to be.
    prove: bool,
}

/// An answer of a recipe.
pub(super) type One = (usize, Result<CrossValidated>);

/// The answers to one question; `x` are the question's rows. Errors number these rows.
pub(super) fn answers(
    grid: &Grid<'_>,
    question: &Question<'_>,
    branch: &Branch<'_>,
    axis: &Axis,
    x: &Matrix,
) -> Vec<One> {
    let Question { y, folds, joint, column, max_components, .. } = *question;
    let task = Task { axis, x, y, folds, joint, column, max: max_components, prove: true };
    answer(grid, branch, &task)
}

fn answer(grid: &Grid<'_>, branch: &Branch<'_>, task: &Task<'_>) -> Vec<One> {
    let mut out = job::run(grid, task, &branch.leaves);
    for (step, node) in &branch.next {
        let place = format!("step {} ({})", branch.depth + 1, step.plugin);
        out.extend(by_columns(grid, step, node, &place, task));
    }
    out
}

/// A step that needs y is another one for each target that is a model of its own.
fn by_columns(
    grid: &Grid<'_>,
    step: &Step,
    node: &Node<'_>,
    place: &str,
    task: &Task<'_>,
) -> Vec<One> {
    let needs_y = match grid.plugins.transform(&step.plugin, &step.settings) {
        Ok(made) => made.flags().needs_y(),
        Err(e) => return failed(node, &e.within(place)),
    };
    let m = task.y.cols();
    if !needs_y || task.joint || m == 1 {
        return by_folds(grid, step, node, place, task);
    }
    let columns = (0..m).map(|k| {
        let y = task.y.select_columns(&[Some(k)]);
        by_folds(grid, step, node, place, &Task { y: &y, column: 0, ..*task })
    });
    gather(columns.collect(), |parts| side_by_side(&parts, task.max))
}

fn by_folds(
    grid: &Grid<'_>,
    step: &Step,
    node: &Node<'_>,
    place: &str,
    task: &Task<'_>,
) -> Vec<One> {
    let mut parts = Vec::with_capacity(task.folds.len());
    for (block, folds) in task.folds.chunks(AT_A_TIME).enumerate() {
        let some: Vec<Vec<One>> = folds
            .par_iter()
            .enumerate()
            .map(|(k, fold)| {
                let number = block * AT_A_TIME + k;
                let prove = task.prove && number == 0;
                let answers = one_fold(grid, step, node, place, task, fold, prove);
                let named = |e: Error| match task.folds.len() {
                    1 => e,
                    _ => e.within(format!("fold {}", number + 1)),
                };
                answers.into_iter().map(|(r, result)| (r, result.map_err(named))).collect()
            })
            .collect();
        parts.extend(some);
    }
    gather(parts, |parts| one_after_another(&parts))
}

/// One fold: the step fitted on its training rows, and what follows on the rows that are not in its gap.
fn one_fold(
    grid: &Grid<'_>,
    step: &Step,
    node: &Node<'_>,
    place: &str,
    task: &Task<'_>,
    fold: &Fold,
    prove: bool,
) -> Vec<One> {
    let kept: Vec<usize> = match fold.gap.is_empty() {
        true => (0..task.x.rows()).collect(),
        false => Fold { test: fold.gap.clone(), gap: Vec::new() }.training(task.x.rows()),
    };
    let learn = || -> Result<(Axis, Matrix)> {
        let train = fold.training(task.x.rows());
        let (x, y) = (task.x.select_rows(&train), task.y.select_rows(&train).col(task.column));
        let mut transform = grid.plugins.transform(&step.plugin, &step.settings)?;
        transform
            .fit(task.axis, &x, Some(&y), None)
            .map_err(|e| e.renumbered(|row| train.get(row).copied()))?;
        drop(x);
        let axis = transform.output()?;
        let applied = match fold.gap.is_empty() {
            true => transform.apply(task.x)?,
            false => transform.apply(&task.x.select_rows(&kept))?,
        };
        all_taken(&applied.status).map_err(|e| e.renumbered(|row| kept.get(row).copied()))?;
        Ok((axis, applied.x))
    };
    let (axis, x) = match learn() {
        Ok(learnt) => learnt,
        Err(e) => return failed(node, &e.within(place)),
    };
    let y = task.y.select_rows(&kept);
    let test = fold.test.iter().filter_map(|row| kept.binary_search(row).ok()).collect();
    let folds = [Fold { test, gap: Vec::new() }];
    let inner = Task { axis: &axis, x: &x, y: &y, folds: &folds, prove, ..*task };
    let renumber = |e: Error| e.renumbered(|row| kept.get(row).copied());
    follow(grid, node, &inner).into_iter().map(|(r, a)| (r, a.map_err(renumber))).collect()
}

/// What follows after a node, in one fold.
fn follow(grid: &Grid<'_>, node: &Node<'_>, task: &Task<'_>) -> Vec<One> {
    let mut out = Vec::new();
    let leaf = |r: &usize| Leaf { recipe: *r, filter: None };
    let mut branch = Branch {
        leaves: node.ends.iter().map(leaf).collect(),
        next: Vec::new(),
        depth: node.depth,
    };
    for (step, next) in &node.next {
        let place = node.place(step);
        match local(grid, step, task).map_err(|e| e.within(&place)) {
            Err(e) => out.extend(failed(next, &e)),
            Ok(None) => branch.next.push((*step, next)),
            Ok(Some(transform)) => {
                let mut rest = next.clone();
                branch.leaves.extend(take_over(grid, transform.as_ref(), task.x, &mut rest));
                if rest.ends.is_empty() && rest.next.is_empty() {
                    continue;
                }
                let applied = || {
                    let applied = transform.apply(task.x)?;
                    all_taken(&applied.status)?;
                    Ok((transform.output()?, applied.x))
                };
                match applied().map_err(|e: Error| e.within(&place)) {
                    Ok((axis, x)) => {
                        out.extend(follow(grid, &rest, &Task { axis: &axis, x: &x, ..*task }));
                    }
                    Err(e) => out.extend(failed(&rest, &e)),
                }
            }
        }
    }
    out.extend(answer(grid, &branch, task));
    out
}

/// A row-local step, fitted and, where asked for, proved to be one; `None` if it learns.
fn local(grid: &Grid<'_>, step: &Step, task: &Task<'_>) -> Result<Option<Box<dyn Transform>>> {
    let mut transform = grid.plugins.transform(&step.plugin, &step.settings)?;
    if !transform.flags().row_local() {
        return Ok(None);
    }
    transform.fit(task.axis, &Matrix::zeros(0, task.axis.len()), None, None)?;
    if task.prove {
        row_local::prove(transform.as_ref(), task.x)?;
    }
    Ok(Some(transform))
}

fn all_taken(status: &[RowStatus]) -> Result<()> {
    match status.iter().position(|s| *s != RowStatus::Ok) {
        None => Ok(()),
        Some(row) => Err(Error::input(
            format!("it refused a row: {}", status[row].text()),
            "leave the sample out or change the step",
        )
        .at_row(row)),
    }
}

fn failed(node: &Node<'_>, e: &Error) -> Vec<One> {
    node.all().into_iter().map(|r| (r, Err(e.clone()))).collect()
}

/// The parts of each recipe put together; the first error of a recipe is its answer.
fn gather(
    parts: Vec<Vec<One>>,
    together: impl Fn(Vec<CrossValidated>) -> Result<CrossValidated>,
) -> Vec<One> {
    let mut recipes: Vec<usize> = parts.iter().flatten().map(|(r, _)| *r).collect();
    recipes.sort_unstable();
    recipes.dedup();
    let mut by_recipe: Vec<Vec<Result<CrossValidated>>> =
        recipes.iter().map(|_| Vec::with_capacity(parts.len())).collect();
    for (r, result) in parts.into_iter().flatten() {
        if let Ok(k) = recipes.binary_search(&r) {
            by_recipe[k].push(result);
        }
    }
    let joined = by_recipe
        .into_iter()
        .map(|results| results.into_iter().collect::<Result<Vec<_>>>().and_then(&together));
    recipes.iter().copied().zip(joined).collect()
}

/// Folds one after another.
fn one_after_another(parts: &[CrossValidated]) -> Result<CrossValidated> {
    let cols = parts.first().map_or(0, |p| p.predictions.cols());
    let rows = parts.iter().map(|p| p.predictions.rows()).sum();
    let data = parts.iter().flat_map(|p| p.predictions.data()).copied().collect();
    Ok(CrossValidated {
        predictions: Matrix::new(data, rows, cols)?,
        reached: parts.iter().flat_map(|p| p.reached.iter().copied()).collect(),
        targets: parts.first().map_or(0, |p| p.targets),
        remarks: remarks(parts),
    })
}

/// Targets side by side, each from a model of its own.
fn side_by_side(parts: &[CrossValidated], max: usize) -> Result<CrossValidated> {
    let (rows, m) = (parts.first().map_or(0, |p| p.predictions.rows()), parts.len());
    let mut predictions = Matrix::zeros(rows, (max + 1) * m);
    for (k, part) in parts.iter().enumerate() {
        for i in 0..rows {
            let to = predictions.row_mut(i).iter_mut().skip(k).step_by(m);
            to.zip(part.predictions.row(i)).for_each(|(to, v)| *to = *v);
        }
    }
    let folds = parts.first().map_or(0, |p| p.reached.len());
    let least = |f: usize| parts.iter().map(|p| p.reached[f]).min().unwrap_or(0);
    Ok(CrossValidated {
        predictions,
        reached: (0..folds).map(least).collect(),
        targets: m,
        remarks: remarks(parts),
    })
}

/// Every remark once.
fn remarks(parts: &[CrossValidated]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for remark in parts.iter().flat_map(|p| &p.remarks) {
        if !all.contains(remark) {
            all.push(remark.clone());
        }
    }
    all
}
