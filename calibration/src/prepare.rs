//! What all analytes of a set share: the plan, the rows after the hoisted steps and the folds.

use std::borrow::Cow;

use adit_engine::{Axis, Matrix, Plan, Plugins, Recipe, RowStatus, Transform, row_local};
use adit_spectra::Table;

use crate::columns::{axis_of, blank_unread};
use crate::folds::Layout;
use crate::set::{CalibrationSet, Reference};
use crate::{Error, Result, Scheme};

/// A set made ready for its analytes.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    /// Channels that the recipe reads.
    pub(crate) reads: Vec<bool>,
    /// Rows that some analyte has a value for, ascending.
    pub(crate) used: Vec<usize>,
    /// Axis after the hoisted steps.
    pub(crate) axis: Axis,
    /// Rows of the whole set after the hoisted steps; 0 in rows that are not used.
    pub(crate) hoisted: Matrix,
    pub(crate) layout: Layout,
    /// Seed of the run.
    pub(crate) seed: u64,
}

impl Prepared {
    /// Checks the rows, proves that the hoisted steps are row-local, applies them and lays the folds.
    pub(crate) fn new(
        set: &CalibrationSet,
        recipe: &Recipe,
        plugins: &dyn Plugins,
        scheme: &Scheme,
        seed: u64,
    ) -> Result<Prepared> {
        let table = &set.table;
        let plan = Plan::new(recipe, &axis_of(&table.columns), plugins)?;
        let (steps, axis) = plan.hoist(plugins)?;
        let reads = channels_read(&plan, &steps)?;
        let used: Vec<usize> = (0..table.rows())
            .filter(|row| {
                let has = |r: Option<&Reference>| matches!(r, Some(Reference::Measured(_)));
                set.analytes.iter().any(|a| has(a.references.get(*row)))
            })
            .collect();
        require_finite(set, &plan.axis, &reads, &used)?;
        let mut x = raw_rows(table, &reads, &used)?;
        for (i, step) in steps.iter().enumerate() {
            let place = format!("step {} ({})", i + 1, plan.steps[i].id);
            row_local::prove(step.as_ref(), &x).map_err(|e| e.within(&place))?;
            let applied = step.apply(&x).map_err(|e| e.within(&place))?;
            if let Some(k) = applied.status.iter().position(|s| *s != RowStatus::Ok) {
                return Err(Error::input(format!(
                    "{place} refused it: {}",
                    applied.status[k].text()
                ))
                .in_file(table.source.as_str())
                .of_sample(table.ids[used[k]].as_str())
                .hint("leave the sample out or change the step"));
            }
            x = applied.x;
        }
        let all = used.len() == table.rows();
        let hoisted = if all { x } else { spread(&x, &used, table.rows()) };
        let layout =
            Layout::lay(table, scheme, seed).map_err(|e| e.in_file(table.source.as_str()))?;
        Ok(Prepared { plan, reads, used, axis, hoisted, layout, seed })
    }
}

/// The rows with these numbers, ascending; no copy where they are all rows.
pub(crate) fn rows_of<'a>(x: &'a Matrix, rows: &[usize]) -> Cow<'a, Matrix> {
    match rows.len() == x.rows() {
        true => Cow::Borrowed(x),
        false => Cow::Owned(x.select_rows(rows)),
    }
}

/// The raw rows of a table with these numbers, 0 in channels that are not read. They are copied where they are needed and not kept:
/// beside the rows after the hoisted steps they would be a second matrix.
pub(crate) fn raw_rows(table: &Table, reads: &[bool], rows: &[usize]) -> Result<Matrix> {
    let mut data = Vec::with_capacity(rows.len() * table.cols());
    rows.iter().for_each(|row| data.extend_from_slice(table.row(*row)));
    Ok(blank_unread(Matrix::new(data, rows.len(), table.cols())?, reads))
}

/// `n` rows: those of `x` at the places `rows`, and zeros.
fn spread(x: &Matrix, rows: &[usize], n: usize) -> Matrix {
    let mut all = Matrix::zeros(n, x.cols());
    rows.iter().zip(x.iter_rows()).for_each(|(row, v)| all.row_mut(*row).copy_from_slice(v));
    all
}

/// Which channels are read: all, unless the first steps select columns.
fn channels_read(plan: &Plan, steps: &[Box<dyn Transform>]) -> Result<Vec<bool>> {
    let mut kept = None;
    for step in steps.iter().take_while(|s| s.flags().selects_columns()) {
        kept = Some(step.output()?);
    }
    let Some(kept) = kept else { return Ok(vec![true; plan.axis.len()]) };
    let mut reads = vec![false; plan.axis.len()];
    let places = kept.find_in(&plan.axis, &vec![true; kept.len()])?;
    places.into_iter().flatten().for_each(|j| reads[j] = true);
    Ok(reads)
}

/// The first value that is not finite is an error that names the sample and the channel.
fn require_finite(set: &CalibrationSet, axis: &Axis, reads: &[bool], used: &[usize]) -> Result<()> {
    for row in used {
        let mut cells = set.table.row(*row).iter().zip(reads);
        let Some(channel) = cells.position(|(v, read)| *read && !v.is_finite()) else { continue };
        let origin = set.origins.get(*row);
        let mut error =
            Error::input("there is no finite value here, and the recipe reads this channel")
                .at_column(axis.label(channel))
                .of_sample(set.table.ids[*row].as_str())
                .hint(
                    "give the value, leave the sample out, or select other channels in the recipe",
                );
        if let Some(origin) = origin {
            error = error.in_file(origin.file.as_str()).at_row(origin.row);
        }
        return Err(error.in_file(set.table.source.as_str()));
    }
    Ok(())
}
