//! What a fold fits anew: the steps after the hoisted ones, and the regressor.

use super::rows::Steps;
use std::borrow::Cow;

use crate::plan::Plan;
use crate::{Axis, Error, Matrix, Plugins, Regressor, Result, RowStatus, Transform, row_local};

/// A fitted step with what is needed to save it.
pub(super) struct Step {
    pub(super) plugin: String,
    pub(super) version: String,
    pub(super) state_version: u32,
    pub(super) settings: toml::Table,
    pub(super) transform: Box<dyn Transform>,
    /// Values of a row that comes out.
    pub(super) width: usize,
}

/// Where a row was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The step or regressor, such as `step 2 (adit.scatter.snv)`.
    pub place: String,
    /// Why.
    pub status: RowStatus,
}

/// What a fold fits anew: the steps after the hoisted ones, and the regressor.
pub struct Tail {
    pub(super) steps: Vec<Step>,
    pub(super) first_step: usize,
    /// Values of a row after the hoisted steps.
    pub(super) width_in: usize,
    pub(super) regressor: Box<dyn Regressor>,
    pub(super) regressor_id: String,
    pub(super) features: Axis,
    pub(super) targets: usize,
    pub(super) reached: usize,
}

impl Tail {
    /// Fits the learnt steps and the regressor on training rows after the hoisted steps.
    ///
    /// `x` (n x p) is finite; `y` (n x targets) is on the scale of the model; a step that needs y sees column `column`.
    ///
    /// # Errors
    /// What a step or the regressor says; a training row that a step refuses is an error about that row of `x`.
    #[allow(clippy::too_many_arguments)]
    pub fn fit(
        plan: &Plan,
        plugins: &dyn Plugins,
        axis: &Axis,
        x: &Matrix,
        y: &Matrix,
        column: usize,
        weights: Option<&[f64]>,
        max_components: usize,
    ) -> Result<Tail> {
        let from = Training { axis, x, y, column, weights, max_components };
        Self::fit_on(plan, plugins, &from, Proof::Taken)
    }

    pub(super) fn fit_on(
        plan: &Plan,
        plugins: &dyn Plugins,
        from: &Training<'_>,
        proof: Proof,
    ) -> Result<Tail> {
        from.check()?;
        let Training { axis, x, y, column, weights, max_components } = *from;
        let own = y.col(column);
        let (mut axis, mut x) = (axis.clone(), Cow::Borrowed(x));
        let mut steps = Vec::new();
        for i in plan.hoisted..plan.recipe.steps.len() {
            let place = || format!("step {} ({})", i + 1, plan.recipe.steps[i].plugin);
            let mut transform = plan.make_step(i, plugins)?;
            if transform.flags().row_local() {
                transform.fit(&axis, &Matrix::zeros(0, axis.len()), None, None)
            } else {
                transform.fit(&axis, &x, Some(&own), weights)
            }
            .map_err(|e| e.within(place()))?;
            if proof == Proof::Demanded && transform.flags().row_local() {
                prove(plan, plugins, i, transform.as_ref(), &axis, &x)
                    .map_err(|e| e.within(place()))?;
            }
            axis = transform.output().map_err(|e| e.within(place()))?;
            let applied = transform.apply(&x).map_err(|e| e.within(place()))?;
            if let Some(row) = applied.status.iter().position(|s| *s != RowStatus::Ok) {
                return Err(Error::input(
                    format!("{} refused a training row: {}", place(), applied.status[row].text()),
                    "leave the sample out or change the step",
                )
                .at_row(row));
            }
            x = Cow::Owned(applied.x);
            let (settings, info) = (plan.recipe.steps[i].settings.clone(), &plan.steps[i]);
            steps.push(Step {
                plugin: info.id.clone(),
                version: info.version.clone(),
                state_version: info.state_version,
                settings,
                transform,
                width: axis.len(),
            });
        }
        let mut regressor = plan.make_regressor(plugins)?;
        let id = plan.regressor.id.clone();
        let reached = regressor
            .fit(&axis, &x, y, weights, max_components)
            .map_err(|e| e.within(format!("regressor ({id})")))?;
        Ok(Tail {
            steps,
            first_step: plan.hoisted,
            width_in: from.axis.len(),
            regressor,
            regressor_id: id,
            features: axis,
            targets: y.cols(),
            reached: reached.min(max_components),
        })
    }

    /// How far the data carry: the largest component count there is.
    pub fn reached(&self) -> usize {
        self.reached
    }

    /// Keeps the model with this many components.
    ///
    /// # Errors
    /// When the data did not carry so many.
    pub fn select(&mut self, components: usize) -> Result<()> {
        if components > self.reached {
            return Err(Error::numeric(
                format!("{components} components were asked for, and there are {}", self.reached),
                "take fewer components",
            )
            .within(&self.regressor_id));
        }
        self.regressor.select(components).map_err(|e| e.within(&self.regressor_id))
    }

    /// What the regressor sees of rows after the hoisted steps, and where each row was refused, if it was.
    pub fn features(&self, x: &Matrix) -> Result<(Matrix, Vec<Option<Refused>>)> {
        let steps = Steps {
            first: &[],
            then: &self.steps,
            width_in: self.width_in,
            before: self.first_step,
        };
        let (features, refused) = steps.apply(x)?;
        Ok((features, steps.places(refused)))
    }

    /// Predictions on the scale of the model for the counts `from..=to`: rows x (counts * targets), NaN where refused.
    pub fn predict(&self, features: &Matrix, from: usize, to: usize) -> Result<Matrix> {
        let p = self
            .regressor
            .predict(features, from, to, self.targets)
            .map_err(|e| e.within(&self.regressor_id))?;
        let mut values = p.values;
        for (i, s) in p.status.iter().enumerate() {
            if *s != RowStatus::Ok {
                values.row_mut(i).fill(f64::NAN);
            }
        }
        Ok(values)
    }

    /// Scores of features at the selected count (rows x scores); `None` when the regressor cannot be diagnosed.
    pub fn scores(&self, features: &Matrix) -> Result<Option<Matrix>> {
        match self.regressor.score_count() {
            None => Ok(None),
            Some(_) => self.regressor.scores(features).map(Some),
        }
    }

    /// Squared distance of each row of features to its reconstruction from the scores, in the space that the regressor sees.
    pub fn q_residuals(&self, features: &Matrix) -> Result<Option<Vec<f64>>> {
        let Some(t) = self.scores(features)? else { return Ok(None) };
        let back = self.regressor.reconstruct(&t, features.cols())?;
        let square =
            |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
        Ok(Some(features.iter_rows().zip(back.iter_rows()).map(square).collect()))
    }

    /// The axis that the regressor sees.
    pub fn feature_axis(&self) -> &Axis {
        &self.features
    }
}

/// What a tail learns from.
#[derive(Clone, Copy)]
pub(super) struct Training<'a> {
    pub(super) axis: &'a Axis,
    pub(super) x: &'a Matrix,
    pub(super) y: &'a Matrix,
    pub(super) column: usize,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) max_components: usize,
}

impl Training<'_> {
    pub(super) fn check(&self) -> Result<()> {
        let n = self.x.rows();
        let fits = self.axis.len() == self.x.cols()
            && self.y.rows() == n
            && self.column < self.y.cols()
            && self.weights.is_none_or(|w| w.len() == n);
        if !fits {
            return Err(Error::bug("rows, targets, weights and axis of a fit do not go together"));
        }
        if n == 0 {
            return Err(Error::numeric("there is no row to learn from", "take more samples"));
        }
        Ok(())
    }
}

/// Whether row-local steps are taken at their word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Taken,
    Demanded,
}

/// Proves that step `i` is row-local, on the rows that it is about to get.
pub(super) fn prove(
    plan: &Plan,
    plugins: &dyn Plugins,
    i: usize,
    step: &dyn Transform,
    axis: &Axis,
    x: &Matrix,
) -> Result<()> {
    row_local::prove(step, x)?;
    let mut twin = plan.make_step(i, plugins)?;
    twin.fit(axis, &Matrix::zeros(0, axis.len()), None, None)?;
    row_local::prove_twin(step, twin.as_ref(), x)
}
