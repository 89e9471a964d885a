//! What every route of the cross-validation is given, and what it gives back.

use std::ops::Range;

use adit_plugin::{Error, Fold, Matrix};

use crate::fold_stats::AllRows;
use crate::prepare::Settings;

/// What all folds of one variant share.
pub(crate) struct Whole<'a> {
    /// The rows that the regressor sees (behind the filter, where the variant has one), shifted.
    pub(crate) all: &'a AllRows,
    /// n x m.
    pub(crate) y: Matrix<'a>,
    /// One a row, 0 or more.
    pub(crate) weights: &'a [f64],
    pub(crate) settings: Settings,
    /// Most components.
    pub(crate) max: usize,
}

/// A fold, and the targets that stand together in one model of it.
pub(crate) type Job<'a> = (Fold<'a>, Range<usize>);

/// The answer to one [`Job`].
pub(crate) struct Done {
    /// `[test row][0..=max][target]`, in the units of y; counts above `reached` repeat the last one.
    pub(crate) predictions: Vec<f64>,
    /// Components that the training rows carried.
    pub(crate) reached: u32,
}

/// The row weights with 0 for the rows that the fold leaves out.
///
/// # Errors
/// A fold that names a row that is not there, or that leaves no row to learn from.
pub(crate) fn mask(fold: &Fold<'_>, weights: &[f64]) -> Result<Vec<f64>, Error> {
    let mut mask = weights.to_vec();
    for i in fold.test.iter().chain(fold.gap) {
        match mask.get_mut(*i) {
            Some(w) => *w = 0.0,
            None => return Err(Error::shape(format!("a fold names row {i} of {}", weights.len()))),
        }
    }
    if mask.iter().all(|w| *w <= 0.0) {
        return Err(Error::arg("a fold has no row to learn from"));
    }
    Ok(mask)
}
