//! Cross-validation of many recipes on the same rows.
//!
//! The recipes stand in a tree by their steps: what several begin with is computed once. A row-local beginning is computed once for
//! all folds, as in [`mod@crate::cross_validate`]; a step that learns is fitted once a fold for all recipes that go through it; a
//! linear row-local filter that stands last is no step at all but a variant of the regressor's job, and so are centring and
//! scaling: the regressor may apply them to its weights instead of to X. The matrix of a branch is freed when its recipes are done.
//!
//! ```text
//! raw rows -> row-local steps (once) -+-> all folds, one job a regressor: {filter, centre, scale} are its variants
//!                                     `-> fold by fold: learnt steps (once a fold) -> one job a regressor
//! ```

mod filter;
mod hoisted;
mod job;
mod tail;
mod tree;

use crate::cross_validate::{CrossValidated, Fold, check_folds};
use crate::recipe::Recipe;
use crate::{Axis, Error, Matrix, Plugins, Result};

/// One regression, or several on the same rows, that every recipe is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Rows of the whole matrix that it is about, ascending.
    pub rows: &'a [usize],
    /// One row for each of `rows`, one column per target, on the scale of the model.
    pub y: &'a Matrix,
    /// The folds; numbers are places in `rows`.
    pub folds: &'a [Fold],
    /// All targets as one model.
    pub joint: bool,
    /// Which target a step that needs y sees, in a joint model.
    pub column: usize,
    /// The largest component count.
    pub max_components: usize,
}

/// Answers of a grid: called with the number of the recipe, the number of the question and the answer, as soon as it is known, in an
/// order that hangs on the recipes alone. An error is the recipe's: it names the step, and the row of the whole matrix, if one.
pub type Answer<'a> = dyn FnMut(usize, usize, Result<CrossValidated>) + 'a;

/// Asks every recipe every question. `x` is the raw matrix (rows x axis channels); values that are not finite are an error only of
/// the recipes that read them. The answers are those of [`crate::cross_validate()`], as closely as two routes agree there, and have the
/// same bytes on any number of threads.
///
/// # Errors
/// Rows, targets and folds that do not go together; an unknown regressor. What else a recipe does wrong is its own answer.
pub fn cross_validate_grid(
    recipes: &[Recipe],
    plugins: &dyn Plugins,
    axis: &Axis,
    x: Matrix,
    questions: &[Question<'_>],
    answer: &mut Answer<'_>,
) -> Result<()> {
    for q in questions {
        let fits = axis.len() == x.cols()
            && q.y.rows() == q.rows.len()
            && q.column < q.y.cols()
            && q.rows.iter().all(|r| *r < x.rows());
        if !fits {
            return Err(Error::bug("rows, targets and axis of a grid do not go together"));
        }
        check_folds(q.folds, q.rows.len())?;
    }
    let regressors = job::regressors(recipes, plugins)?;
    let grid = Grid { recipes, plugins, questions, regressors: &regressors };
    hoisted::walk(&grid, &tree::Node::of(recipes), axis, x, answer);
    Ok(())
}

/// What stays the same throughout.
#[derive(Clone, Copy)]
struct Grid<'a> {
    recipes: &'a [Recipe],
    plugins: &'a dyn Plugins,
    questions: &'a [Question<'a>],
    /// One a recipe.
    regressors: &'a [job::Use],
}
