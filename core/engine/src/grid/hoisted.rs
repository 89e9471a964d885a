//! The row-local beginnings: each computed once, on all rows.

use super::filter::take_over;
use super::tail::{self, Branch, Leaf};
use super::tree::Node;
use super::{Answer, Grid};
use crate::recipe::Step;
use crate::{Axis, Error, Matrix, Result, RowStatus, Transform, row_local};

/// Answers every question of every recipe of the tree.
pub(super) fn walk(
    grid: &Grid<'_>,
    tree: &Node<'_>,
    axis: &Axis,
    x: Matrix,
    answer: &mut Answer<'_>,
) {
    down(grid, tree, Rows { axis: axis.clone(), x, raw: true }, answer);
}

/// All rows after some row-local steps.
struct Rows {
    axis: Axis,
    x: Matrix,
    /// Only columns were selected so far: further values that are not finite may still be left out.
    raw: bool,
}

/// What a step after a node turned out to be.
enum Next {
    /// It learns: it belongs to the folds.
    Learnt,
    /// Row-local, and fitted on nothing.
    Local(Box<dyn Transform>),
}

fn down(grid: &Grid<'_>, node: &Node<'_>, rows: Rows, answer: &mut Answer<'_>) {
    let fail = |recipes: &[usize], e: &Error, answer: &mut Answer<'_>| {
        for r in recipes {
            (0..grid.questions.len()).for_each(|q| answer(*r, q, Err(e.clone())));
        }
    };
    let finite = require_finite(&rows);
    let mut leaves: Vec<Leaf> = Vec::new();
    let mut learnt: Vec<(&Step, &Node<'_>)> = Vec::new();
    let mut local = Vec::new();
    match &finite {
        Ok(()) => leaves.extend(node.ends.iter().map(|r| Leaf { recipe: *r, filter: None })),
        Err(e) => fail(&node.ends, e, answer),
    }
    for (step, next) in &node.next {
        let place = node.place(step);
        match make(grid, step, &rows, &finite).map_err(|e| e.within(&place)) {
            Err(e) => fail(&next.all(), &e, answer),
            Ok(Next::Learnt) => learnt.push((*step, next)),
            Ok(Next::Local(transform)) => {
                let mut rest = next.clone();
                if finite.is_ok() {
                    leaves.extend(take_over(grid, transform.as_ref(), &rows.x, &mut rest));
                }
                if !(rest.ends.is_empty() && rest.next.is_empty()) {
                    local.push((*step, rest, transform));
                }
            }
        }
    }
    if !(leaves.is_empty() && learnt.is_empty()) {
        let branch = Branch { leaves, next: learnt, depth: node.depth };
        for (q, question) in grid.questions.iter().enumerate() {
            let all = question.rows.len() == rows.x.rows();
            let own = (!all).then(|| rows.x.select_rows(question.rows));
            let x = own.as_ref().unwrap_or(&rows.x);
            for (r, result) in tail::answers(grid, question, &branch, &rows.axis, x) {
                let of_matrix = |row: usize| question.rows.get(row).copied();
                answer(r, q, result.map_err(|e| e.renumbered(of_matrix)));
            }
        }
    }
    let last = local.len();
    let mut here = Some(rows);
    for (k, (step, next, transform)) in local.into_iter().enumerate() {
        // The matrix of this node is freed before the last branch is walked.
        let applied = match &here {
            Some(rows) => apply(transform.as_ref(), rows).map_err(|e| e.within(node.place(step))),
            None => Err(Error::bug("the rows of a grid were freed too early")),
        };
        if k + 1 == last {
            here = None;
        }
        match applied {
            Ok(rows) => down(grid, &next, rows, answer),
            Err(e) => fail(&next.all(), &e, answer),
        }
    }
}

/// The first value that is not finite.
fn require_finite(rows: &Rows) -> Result<()> {
    let lost = rows
        .x
        .iter_rows()
        .enumerate()
        .find_map(|(i, row)| row.iter().position(|v| !v.is_finite()).map(|j| (i, j)));
    match lost {
        None => Ok(()),
        Some((i, j)) => Err(Error::input(
            format!("there is no finite value at {}, and the recipe reads it", rows.axis.label(j)),
            "give the value, leave the sample out, or select other channels",
        )
        .at_row(i)),
    }
}

/// Makes a step; one that is row-local is fitted and proved to be.
fn make(grid: &Grid<'_>, step: &Step, rows: &Rows, finite: &Result<()>) -> Result<Next> {
    let make = || grid.plugins.transform(&step.plugin, &step.settings);
    let mut transform = make()?;
    let flags = transform.flags();
    if !(rows.raw && flags.selects_columns() && flags.row_local()) {
        finite.clone()?;
    }
    if !flags.row_local() {
        return Ok(Next::Learnt);
    }
    if flags.needs_y() {
        return Err(Error::plugin(
            "it says that it learns nothing, and that it needs y",
            "report this to who made the plugin",
        ));
    }
    let nothing = Matrix::zeros(0, rows.axis.len());
    transform.fit(&rows.axis, &nothing, None, None)?;
    let without_gaps = finite.is_err().then(|| zeroed(&rows.x));
    let x = without_gaps.as_ref().unwrap_or(&rows.x);
    row_local::prove(transform.as_ref(), x)?;
    let mut twin = make()?;
    twin.fit(&rows.axis, &nothing, None, None)?;
    row_local::prove_twin(transform.as_ref(), twin.as_ref(), x)?;
    Ok(Next::Local(transform))
}

/// Of rows that may hold values that are not finite: what a step that selects columns makes of them, with such values where they
/// were, and only there.
fn select(transform: &dyn Transform, rows: &Rows) -> Result<Matrix> {
    let kept = transform.output()?;
    let places = kept.find_in(&rows.axis, &vec![true; kept.len()])?;
    let mut x = transform.apply(&zeroed(&rows.x))?.x;
    for i in 0..x.rows() {
        let from = rows.x.row(i);
        for (to, place) in x.row_mut(i).iter_mut().zip(&places) {
            if let Some(lost) = place.map(|j| from[j]).filter(|v| !v.is_finite()) {
                *to = lost;
            }
        }
    }
    Ok(x)
}

/// The same rows with 0 for values that are not finite.
fn zeroed(x: &Matrix) -> Matrix {
    let mut x = x.clone();
    x.data_mut().iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = 0.0);
    x
}

fn apply(transform: &dyn Transform, rows: &Rows) -> Result<Rows> {
    let axis = transform.output()?;
    if rows.raw && transform.flags().selects_columns() {
        return Ok(Rows { axis, x: select(transform, rows)?, raw: true });
    }
    let applied = transform.apply(&rows.x)?;
    if let Some(i) = applied.status.iter().position(|s| *s != RowStatus::Ok) {
        return Err(Error::input(
            format!("it refused a row: {}", applied.status[i].text()),
            "leave the sample out or change the step",
        )
        .at_row(i));
    }
    Ok(Rows { axis, x: applied.x, raw: false })
}
