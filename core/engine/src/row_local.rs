//! The proof that a step which says it is row-local is.
//!
//! A step that learnt from the rows it is given, or whose rows see each other, would leak held-out samples into a fold. Row-local
//! steps are computed once outside the folds, so their word is not taken for it: on real rows, a row alone, the rows in another
//! order and the row beside other neighbours must give the same bits.

use crate::{Error, Matrix, Result, Transform};

/// How many rows are tried at the most.
const ROWS: usize = 24;

/// Checks a fitted row-local transform on some of the rows of `x`.
///
/// # Errors
/// Names the rows whose result depends on their neighbours.
pub fn prove(step: &dyn Transform, x: &Matrix) -> Result<()> {
    let n = x.rows();
    if n == 0 {
        return Ok(());
    }
    let take: Vec<usize> = (0..n.min(ROWS)).map(|k| k * n / n.min(ROWS)).collect();
    let rows = x.select_rows(&take);
    let whole = step.apply(&rows)?;
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits());
    let liar = |i: usize, how: &str| {
        Error::plugin(
            format!("it says that it is row-local, but row {} came out differently {how}", take[i]),
            "the plugin must not set ROW_LOCAL, or must treat each row alone",
        )
    };
    let order: Vec<usize> = (0..take.len()).rev().collect();
    let reversed = step.apply(&rows.select_rows(&order))?;
    for (k, &i) in order.iter().enumerate() {
        if !same(reversed.x.row(k), whole.x.row(i)) || reversed.status[k] != whole.status[i] {
            return Err(liar(i, "in another order"));
        }
    }
    for i in 0..take.len() {
        let alone = step.apply(&rows.select_rows(&[i]))?;
        if !same(alone.x.row(0), whole.x.row(i)) || alone.status[0] != whole.status[i] {
            return Err(liar(i, "alone"));
        }
        // Beside a row of another size: catches what is learnt from a batch's spread.
        let mut pair = rows.select_rows(&[i, i]);
        pair.row_mut(1).iter_mut().enumerate().for_each(|(j, v)| *v = *v * 3.0 + j as f64);
        let beside = step.apply(&pair)?;
        if !same(beside.x.row(0), whole.x.row(i)) {
            return Err(liar(i, "beside another row"));
        }
    }
    Ok(())
}
