//! Component count and error of one recipe in one regression: over the whole cross-validation, and for each outer block over what
//! the other blocks know.

use adit_engine::recipe::Components;
use adit_engine::{CrossValidated, Recipe};

use crate::choose::{choose, minimum};
use crate::figures::Figures;

use super::outer::{Folds, Schedule, Which};
use super::regression::Regression;

/// What all recipes of a regression are judged by.
pub(super) struct Judge<'a> {
    pub(super) regression: &'a Regression,
    pub(super) schedule: &'a Schedule,
    pub(super) seed: u64,
    /// Id of each row, for messages.
    pub(super) ids: Vec<&'a str>,
}

/// A recipe over the whole cross-validation.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) components: usize,
    /// Mean squared error over units for each count from 0, on the scale of the model.
    pub(super) curve: Vec<f64>,
    /// The one at the count chosen, in shares of the variance.
    pub(super) share: f64,
    /// RMSECV of each reported target in its unit, and on the scale of the model.
    pub(super) rmsecv: Vec<(Option<f64>, Option<f64>)>,
}

/// A recipe as the other blocks know it.
#[derive(Clone, Debug)]
pub(super) struct ForBlock {
    pub(super) components: usize,
    pub(super) share: f64,
    /// Predictions of the block's rows at that count, `[row][target]`, on the scale of the model; empty if it has no row here.
    pub(super) predictions: Vec<f64>,
}

impl Judge<'_> {
    /// Over the whole cross-validation.
    ///
    /// # Errors
    /// Why the recipe cannot be tried, for people.
    pub(super) fn own(&self, recipe: &Recipe, cv: &CrossValidated) -> Result<Own, String> {
        let r = self.regression;
        let (most, fixed) = r.limit(&recipe.regressor.components).map_err(|e| e.to_string())?;
        self.require_finite(&self.schedule.own, cv)?;
        let reached = cv.reached.iter().copied().min().unwrap_or(0);
        if fixed && reached < most {
            return Err(format!(
                "{most} components were asked for, but the training rows of a fold carry only {reached} (their rank)"
            ));
        }
        let (which, rows) = self.schedule.own.predictions();
        let known: Vec<usize> = (0..r.rows.len()).collect();
        let errors = r.unit_errors(cv, &which, &rows, &known, most.min(reached));
        let (components, curve) = self.chosen(recipe, &errors);
        let error = curve.get(components).copied().unwrap_or(f64::NAN);
        let rmsecv = r.reports.iter().map(|t| {
            let pairs = |value: &dyn Fn(f64) -> f64, y: &dyn Fn(usize) -> f64| {
                let pair = |(k, row): (&usize, &usize)| (y(*row), value(cv.at(*k, components, *t)));
                Figures::of(&which.iter().zip(&rows).map(pair).collect::<Vec<_>>()).rmse
            };
            let in_unit = pairs(&|z| r.value(z), &|row| r.values.row(row)[*t]);
            (in_unit, pairs(&|z| z, &|row| r.y.row(row)[*t]))
        });
        let rmsecv = rmsecv.collect();
        Ok(Own { components, share: r.share(error, &known), curve, rmsecv })
    }

    /// For each outer block; `None` where the recipe cannot be tried without it.
    pub(super) fn blocks(
        &self,
        recipe: &Recipe,
        own: &CrossValidated,
        inner: Option<&CrossValidated>,
    ) -> Vec<Option<ForBlock>> {
        let count = self.schedule.blocks.len();
        (0..count).map(|b| self.block(recipe, own, inner, b)).collect()
    }

    fn block(
        &self,
        recipe: &Recipe,
        own: &CrossValidated,
        inner: Option<&CrossValidated>,
        b: usize,
    ) -> Option<ForBlock> {
        let (r, block) = (self.regression, &self.schedule.blocks[b]);
        let (most, fixed) = r.limit(&recipe.regressor.components).ok()?;
        let of = |which: Which| match which {
            Which::Own(f) => Some((own, f)),
            Which::Inner(f) => inner.map(|cv| (cv, f)),
        };
        let mut reached = usize::MAX;
        let (mut errors, mut rows, mut which) = (None, Vec::new(), Vec::new());
        for (fold, among) in &block.chooses {
            let (cv, f) = of(*fold)?;
            reached = reached.min(cv.reached[f]);
            let (folds, f) = self.schedule.folds(*fold);
            for (k, row) in folds.of(f, among) {
                which.push(k);
                rows.push(row);
            }
            // The folds that choose for one block are all of one kind.
            errors = Some(cv);
        }
        if fixed && reached < most {
            return None;
        }
        let errors = r.unit_errors(errors?, &which, &rows, &block.known, most.min(reached));
        let (components, curve) = self.chosen(recipe, &errors);
        let share = r.share(*curve.get(components)?, &block.known);
        let predictions = match block.predicts {
            None => Vec::new(),
            Some(fold) => {
                let (cv, _) = of(fold)?;
                let (folds, f) = self.schedule.folds(fold);
                let m = r.y.cols();
                let test = &folds.folds[f].test;
                let all = folds.of(f, test);
                all.flat_map(|(k, _)| (0..m).map(move |t| cv.at(k, components, t))).collect()
            }
        };
        let finite = share.is_finite() && predictions.iter().all(|v| v.is_finite());
        finite.then_some(ForBlock { components, share, predictions })
    }

    /// The count that the recipe's rule takes, and the mean squared error for each count.
    pub(super) fn chosen(&self, recipe: &Recipe, errors: &[Vec<f64>]) -> (usize, Vec<f64>) {
        match recipe.regressor.components {
            Components::Auto => {
                let choice = choose(recipe.regressor.rule, errors, self.seed);
                (choice.components, choice.mean)
            }
            Components::Fixed(n) => (n, minimum(errors).mean),
        }
    }

    fn require_finite(&self, folds: &Folds, cv: &CrossValidated) -> Result<(), String> {
        let lost = cv.predictions.iter_rows().position(|r| r.iter().any(|v| !v.is_finite()));
        match lost {
            None => Ok(()),
            Some(k) => {
                let row = folds.predictions().1[k];
                Err(format!("a fold's model refused sample \"{}\"", self.ids[row]))
            }
        }
    }
}
