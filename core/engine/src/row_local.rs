//! The proof that a step which says it is row-local is.
//!
//! A step that learnt from the rows it is given, or whose rows see each other, would leak held-out samples into a fold. Row-local
//! steps are computed once outside the folds, so their word is not taken for it. On real rows, [`prove`] asks for the same bits
//! from a row alone, beside other rows, in another order, in a crowd and after all of that again; [`prove_twin`] asks for the same
//! bits from a second instance whose first rows were others, which is what tells a step that learns from the first rows it sees.

use crate::plugin::Applied;
use crate::{Error, Matrix, Result, Transform};

/// How many rows are tried at the most.
const ROWS: usize = 24;
/// Rows of a crowd: more than any block of rows that a plugin may work on at a time.
const CROWD: usize = 257;

/// Rows that a twin sees first, at the most: of many rows they would be a matrix of their own.
const OTHERS: usize = 1024;

/// Checks a fitted row-local transform on some of the rows of `x`.
///
/// # Errors
/// Names the rows whose result depends on their neighbours or on former calls.
pub fn prove(step: &dyn Transform, x: &Matrix) -> Result<()> {
    let Some(trial) = Trial::on(x) else { return Ok(()) };
    let (rows, n) = (&trial.rows, trial.rows.rows());
    let state = step.save().ok();
    let whole = run(step, rows)?;
    let order: Vec<usize> = (0..n).rev().collect();
    trial.compare(&whole, &order, &run(step, &rows.select_rows(&order))?, "in another order")?;
    let crowd: Vec<usize> = (0..CROWD).map(|k| k % n).collect();
    trial.compare(&whole, &crowd, &run(step, &rows.select_rows(&crowd))?, "in a crowd")?;
    for i in 0..n {
        let alone = rows.select_rows(&[i]);
        trial.compare(&whole, &[i], &run(step, &alone)?, "alone")?;
        let mut pair = rows.select_rows(&[i, i]);
        distort(pair.row_mut(1));
        trial.compare(&whole, &[i], &run(step, &pair)?, "beside another row")?;
        pair.row_mut(1).fill(f64::NAN);
        trial.compare(&whole, &[i], &run(step, &pair)?, "beside a row that is not finite")?;
    }
    // The very rows that the caller is about to use, however many they are.
    let all = run(step, x)?;
    for (i, row) in trial.take.iter().enumerate() {
        trial.expect(same(&whole, i, &all, *row), i, "among all rows")?;
    }
    let every: Vec<usize> = (0..n).collect();
    trial.compare(&whole, &every, &run(step, rows)?, "after other rows")?;
    if state != step.save().ok() {
        return Err(lie("its state changed while it was applied".to_owned()));
    }
    Ok(())
}

/// Compares a fitted row-local transform with `twin`: another instance with the same parameters, fitted on the same axis and not
/// yet applied to anything. The twin sees distorted rows first; a step that learns from them then gives itself away.
///
/// # Errors
/// Names the rows whose result depends on which rows an instance saw before.
pub fn prove_twin(step: &dyn Transform, twin: &dyn Transform, x: &Matrix) -> Result<()> {
    let Some(trial) = Trial::on(x) else { return Ok(()) };
    let whole = run(step, &trial.rows)?;
    let many: Vec<usize> = (0..x.rows().min(OTHERS)).collect();
    let mut others = x.select_rows(&many);
    (0..others.rows()).for_each(|i| distort(others.row_mut(i)));
    run(twin, &others.select_rows(&[others.rows() - 1]))?;
    run(twin, &others)?;
    let every: Vec<usize> = (0..trial.rows.rows()).collect();
    trial.compare(&whole, &every, &run(twin, &trial.rows)?, "after other rows in a new instance")
}

/// Makes another row of a row, of another size and shape.
fn distort(row: &mut [f64]) {
    row.iter_mut().enumerate().for_each(|(j, v)| *v = *v * 3.0 + j as f64 + 1.0);
}

/// The rows that are tried.
struct Trial {
    /// Their numbers in the caller's matrix.
    take: Vec<usize>,
    rows: Matrix,
}

impl Trial {
    /// Some rows of `x`, evenly spread; none of no rows.
    fn on(x: &Matrix) -> Option<Trial> {
        let count = x.rows().min(ROWS);
        let take: Vec<usize> = (0..count).map(|k| k * x.rows() / count).collect();
        (count > 0).then(|| Trial { rows: x.select_rows(&take), take })
    }

    /// Row k of `came` must be row `which[k]` of `whole`, to the bit; further rows of `came` are not looked at.
    fn compare(&self, whole: &Applied, which: &[usize], came: &Applied, how: &str) -> Result<()> {
        which
            .iter()
            .enumerate()
            .try_for_each(|(k, &i)| self.expect(same(whole, i, came, k), i, how))
    }

    fn expect(&self, same: bool, i: usize, how: &str) -> Result<()> {
        if same {
            return Ok(());
        }
        Err(lie(format!("row {} came out differently {how}", self.take[i])))
    }
}

fn lie(what: String) -> Error {
    Error::plugin(
        format!("it says that it is row-local, but {what}"),
        "the plugin must not set ROW_LOCAL, or must treat each row alone",
    )
}

/// Applies a step and sees that every row has a result.
fn run(step: &dyn Transform, x: &Matrix) -> Result<Applied> {
    let applied = step.apply(x)?;
    if applied.x.rows() != x.rows() || applied.status.len() != x.rows() {
        let (given, got) = (x.rows(), applied.x.rows());
        return Err(Error::plugin(
            format!("{given} rows went in and {got} came out"),
            "report this to who made the plugin",
        ));
    }
    Ok(applied)
}

/// Row i of `a` and row k of `b`: one status, one width, the same bits (any NaN is one NaN).
fn same(a: &Applied, i: usize, b: &Applied, k: usize) -> bool {
    let (left, right) = (a.x.row(i), b.x.row(k));
    let equal = |(x, y): (&f64, &f64)| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
    a.status[i] == b.status[k] && left.len() == right.len() && left.iter().zip(right).all(equal)
}
