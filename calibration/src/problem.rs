//! One regression problem: the rows of one analyte (or of all analytes of a joint model) after the hoisted steps, and what the
//! folds say about it.

use std::borrow::Cow;

use adit_engine::chain::Tail;
use adit_engine::{Axis, Fold, Matrix, Plan, Plugins, Route, cross_validate};
use rayon::prelude::*;

use crate::applicability::ScoreSpace;
use crate::choose::{Choice, choose, unit_means};
use crate::figures::variance;
use crate::folds::Cut;
use crate::interval::LeftOut;
use crate::{Error, Result};

/// Above this many units the interval leaves out the folds of the CV instead of one unit at a time.
pub(crate) const UNITS_LEFT_OUT_ALONE: usize = 200;

/// Rows that are looked at at a time where their scores alone are kept.
const BLOCK: usize = 256;

/// The rows, references and folds of one regression.
pub(crate) struct Problem<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) plugins: &'a dyn Plugins,
    /// Axis after the hoisted steps.
    pub(crate) axis: &'a Axis,
    /// Rows after the hoisted steps.
    pub(crate) x: Cow<'a, Matrix>,
    /// Rows x targets, on the scale of the model.
    pub(crate) y: Matrix,
    /// Id of each row, for messages.
    pub(crate) ids: Vec<String>,
    pub(crate) cut: Cut,
    /// Which target a step that needs y sees.
    pub(crate) column: usize,
    /// Seed of the run.
    pub(crate) seed: u64,
}

/// Out-of-fold predictions.
pub(crate) struct OutOfFold {
    /// Row of each prediction.
    pub(crate) rows: Vec<usize>,
    /// Predictions x (counts 0..=A in turn, one value per target).
    pub(crate) predictions: Matrix,
    /// Number of targets.
    pub(crate) targets: usize,
    /// Smallest count that a fold reached.
    pub(crate) reached: usize,
    /// What the regressor says of the route it took.
    pub(crate) remarks: Vec<String>,
}

impl OutOfFold {
    pub(crate) fn at(&self, k: usize, a: usize, target: usize) -> f64 {
        self.predictions.row(k)[a * self.targets + target]
    }
}

impl Problem<'_> {
    /// Predictions of the folds' test rows for the counts 0..=`max`.
    pub(crate) fn out_of_fold(&self, folds: &[Fold], max: usize) -> Result<OutOfFold> {
        let cv = cross_validate(
            self.plan,
            self.plugins,
            self.axis,
            &self.x,
            &self.y,
            self.column,
            None,
            folds,
            max,
            Route::Planned,
        )
        .map_err(|e| self.named(e))?;
        let rows: Vec<usize> = folds.iter().flat_map(|f| f.test.iter().copied()).collect();
        let lost = cv.predictions.iter_rows().position(|r| r.iter().any(|v| !v.is_finite()));
        if let Some(k) = lost {
            return Err(Error::input("a fold's model refused this sample")
                .of_sample(self.ids[rows[k]].as_str())
                .hint("leave the sample out or change the steps of the recipe"));
        }
        let reached = cv.reached.iter().copied().min().unwrap_or(0);
        let (predictions, targets, remarks) = (cv.predictions, cv.targets, cv.remarks);
        Ok(OutOfFold { rows, predictions, targets, reached, remarks })
    }

    /// Squared errors of the predictions numbered `which` for the counts 0..=`max`: of the one target, or the mean over the targets
    /// of a joint model, each divided by the analyte's variance over `known` rows.
    fn squared_errors(
        &self,
        oof: &OutOfFold,
        which: &[usize],
        known: &[usize],
        max: usize,
    ) -> Vec<Vec<f64>> {
        let m = oof.targets;
        let weights: Vec<f64> = (0..m)
            .map(|t| {
                let y: Vec<f64> = known.iter().map(|i| self.y.row(*i)[t]).collect();
                let v = if m > 1 { variance(&y) } else { 1.0 };
                if v > 0.0 { 1.0 / (v * m as f64) } else { 0.0 }
            })
            .collect();
        let error = |k: usize, a: usize| {
            let y = self.y.row(oof.rows[k]);
            (0..m).map(|t| weights[t] * (oof.at(k, a, t) - y[t]).powi(2)).sum()
        };
        which.iter().map(|k| (0..=max).map(|a| error(*k, a)).collect()).collect()
    }

    /// Mean squared error of each unit for the counts 0..=`max`.
    pub(crate) fn unit_errors(&self, oof: &OutOfFold, max: usize) -> Vec<Vec<f64>> {
        let which: Vec<usize> = (0..oof.rows.len()).collect();
        let known: Vec<usize> = (0..self.x.rows()).collect();
        unit_means(&self.squared_errors(oof, &which, &known, max), &oof.rows, &self.cut.units)
    }

    /// The rows of each unit to be left out for the interval: the units, or the folds of the CV when there are too many.
    pub(crate) fn units_to_leave_out(&self) -> Vec<Vec<usize>> {
        let units = self.cut.units.iter().max().map_or(0, |m| m + 1);
        let mut rows = vec![Vec::new(); units];
        if units <= UNITS_LEFT_OUT_ALONE {
            self.cut.units.iter().enumerate().for_each(|(row, u)| rows[*u].push(row));
            return rows;
        }
        let folds: Vec<Vec<usize>> = self.cut.repeats[0].iter().map(|f| f.test.clone()).collect();
        // Rows that no fold predicts (the first block of a forward CV) are a unit of their own.
        let mut rest = vec![true; self.x.rows()];
        folds.iter().flatten().for_each(|row| rest[*row] = false);
        let rest: Vec<usize> = (0..rest.len()).filter(|row| rest[*row]).collect();
        folds.into_iter().chain([rest]).filter(|rows| !rows.is_empty()).collect()
    }

    /// What the recipe's rule takes of the errors of units.
    pub(crate) fn choose(&self, errors: &[Vec<f64>]) -> Choice {
        choose(self.plan.recipe.regressor.rule, errors, self.seed)
    }

    /// The component count that the others choose when a unit is left out, for each unit: the recipe's rule on folds that
    /// leave out one more unit each. All pairs of units are one job.
    /// With two units (two groups) each chooses for the other by leaving out its own rows one at a time. With one there is no other.
    pub(crate) fn nested_choices(
        &self,
        units: &[Vec<usize>],
        max: usize,
        otherwise: usize,
    ) -> Result<Vec<usize>> {
        match units {
            _ if max == 0 => return Ok(vec![0; units.len()]),
            [_] | [] => return Ok(vec![otherwise; units.len()]),
            [a, b] => {
                return Ok(vec![self.choice_within(b, a, max)?, self.choice_within(a, b, max)?]);
            }
            _ => {}
        }
        let mut folds = Vec::with_capacity(units.len() * (units.len() - 1) / 2);
        // For each unit, where the predictions of every other unit, made without both, begin and end.
        let mut seen: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        let mut at = 0;
        for (i, a) in units.iter().enumerate() {
            for (j, b) in units.iter().enumerate().skip(i + 1) {
                let mut test: Vec<(usize, usize)> =
                    a.iter().map(|r| (*r, j)).chain(b.iter().map(|r| (*r, i))).collect();
                test.sort_unstable();
                // A row of unit a speaks for the choice of unit b, and the other way round.
                test.iter().enumerate().for_each(|(k, (_, chooser))| seen[*chooser].push(at + k));
                at += test.len();
                folds.push(Fold { test: test.into_iter().map(|(r, _)| r).collect(), gap: vec![] });
            }
        }
        let oof = self.out_of_fold(&folds, max)?;
        let mut unit_of = vec![0; self.x.rows()];
        units.iter().enumerate().for_each(|(u, rows)| rows.iter().for_each(|r| unit_of[*r] = u));
        // Errors count by unit (sample or group), also where whole folds are left out.
        Ok(seen
            .par_iter()
            .enumerate()
            .map(|(u, which)| {
                let known: Vec<usize> =
                    (0..self.x.rows()).filter(|row| unit_of[*row] != u).collect();
                let rows: Vec<usize> = which.iter().map(|k| oof.rows[*k]).collect();
                let errors = self.squared_errors(&oof, which, &known, max);
                self.choose(&unit_means(&errors, &rows, &self.cut.units)).components
            })
            .collect())
    }

    /// The component count that the rows `inside` choose by leave-one-out, without a look at the rows `outside`.
    fn choice_within(&self, inside: &[usize], outside: &[usize], max: usize) -> Result<usize> {
        if inside.len() < 3 {
            return Ok(0);
        }
        let fold = |row: &usize| Fold { test: vec![*row], gap: outside.to_vec() };
        let oof = self.out_of_fold(&inside.iter().map(fold).collect::<Vec<_>>(), max)?;
        let which: Vec<usize> = (0..oof.rows.len()).collect();
        Ok(self.choose(&self.squared_errors(&oof, &which, inside, max)).components)
    }

    fn fit_without(
        &self,
        left_out: &[usize],
        also: &[usize],
        max: usize,
    ) -> Result<(Tail, Vec<usize>)> {
        let fold = Fold { test: left_out.to_vec(), gap: also.to_vec() };
        let train = fold.training(self.x.rows());
        let (x, y) = (self.x.select_rows(&train), self.y.select_rows(&train));
        let tail =
            Tail::fit(self.plan, self.plugins, self.axis, &x, &y, self.column, None, max.max(1))
                .map_err(|e| self.named(e.renumbered(|row| train.get(row).copied())))?;
        Ok((tail, train))
    }

    /// An error of the engine, with the sample in place of the row number.
    pub(crate) fn named(&self, e: adit_engine::Error) -> Error {
        match e.row().and_then(|row| self.ids.get(row)) {
            Some(id) => Error::from(e.clone()).of_sample(id.as_str()),
            None => e.into(),
        }
    }

    /// For each row, what the fit without its unit says of it: `choices[u]` components for the error and the leverage, `components`
    /// for the prediction. In the order of the rows.
    pub(crate) fn left_out(
        &self,
        units: &[Vec<usize>],
        choices: &[usize],
        components: usize,
    ) -> Result<Vec<LeftOut>> {
        let per_unit: Vec<Vec<(usize, LeftOut)>> = units
            .par_iter()
            .zip(choices)
            .map(|(rows, choice)| self.left_out_unit(rows, *choice, components))
            .collect::<Result<_>>()?;
        let mut all: Vec<(usize, LeftOut)> = per_unit.into_iter().flatten().collect();
        all.sort_by_key(|(row, _)| *row);
        Ok(all.into_iter().map(|(_, l)| l).collect())
    }

    fn left_out_unit(
        &self,
        rows: &[usize],
        choice: usize,
        components: usize,
    ) -> Result<Vec<(usize, LeftOut)>> {
        let top = choice.max(components);
        let (mut tail, train) = self.fit_without(rows, &[], top)?;
        let (test, _) = tail.features(&self.x.select_rows(rows))?;
        let (choice, last) = (choice.min(tail.reached()), components.min(tail.reached()));
        let m = self.y.cols();
        let value = |p: &Matrix, i: usize| p.row(i)[self.column.min(m - 1)];
        let (chosen, final_) =
            (tail.predict(&test, choice, choice)?, tail.predict(&test, last, last)?);
        let leverages = self.leverages(&mut tail, choice, &train, &test)?;
        let one = |(i, row): (usize, &usize)| {
            let error = value(&chosen, i) - self.y.row(*row)[self.column];
            (*row, LeftOut { error, leverage: leverages[i], prediction: value(&final_, i) })
        };
        Ok(rows.iter().enumerate().map(one).collect())
    }

    /// Leverages of `test` rows (features) in a fit on `train` rows; 1/n for a regressor without scores and for no components.
    fn leverages(
        &self,
        tail: &mut Tail,
        components: usize,
        train: &[usize],
        test: &Matrix,
    ) -> Result<Vec<f64>> {
        let mean_alone = vec![1.0 / train.len() as f64; test.rows()];
        if components == 0 {
            return Ok(mean_alone);
        }
        tail.select(components)?;
        let (Some(fitted), Some(new)) = (self.scores(tail, train)?, tail.scores(test)?) else {
            return Ok(mean_alone);
        };
        let Some(space) = ScoreSpace::of(&fitted) else { return Ok(mean_alone) };
        Ok(new.iter_rows().map(|t| space.leverage(t)).collect())
    }

    /// Scores of these rows, a block at a time: what the rows look like to the regressor is nowhere a whole matrix.
    fn scores(&self, tail: &Tail, rows: &[usize]) -> Result<Option<Matrix>> {
        let (mut data, mut cols) = (Vec::new(), 0);
        for block in rows.chunks(BLOCK) {
            let (features, _) = tail.features(&self.x.select_rows(block))?;
            let Some(scores) = tail.scores(&features)? else { return Ok(None) };
            cols = scores.cols();
            data.extend_from_slice(scores.data());
        }
        Ok(Some(Matrix::new(data, rows.len(), cols)?))
    }

    /// Q of every row that a fold predicts, from the model of that fold with `components`; `None` without diagnosis.
    pub(crate) fn cross_validated_q(&self, components: usize) -> Result<Option<Vec<(usize, f64)>>> {
        let folds: Vec<&Fold> = self.cut.repeats.iter().flatten().collect();
        let per_fold: Vec<Option<Vec<(usize, f64)>>> = folds
            .par_iter()
            .map(|fold| {
                let (mut tail, _) = self.fit_without(&fold.test, &fold.gap, components)?;
                let reached = components.min(tail.reached());
                tail.select(reached)?;
                let (features, _) = tail.features(&self.x.select_rows(&fold.test))?;
                let q = tail.q_residuals(&features)?;
                Ok(q.map(|q| fold.test.iter().copied().zip(q).collect()))
            })
            .collect::<Result<_>>()?;
        let all: Option<Vec<Vec<(usize, f64)>>> = per_fold.into_iter().collect();
        Ok(all.map(|lists| lists.into_iter().flatten().collect()))
    }
}
