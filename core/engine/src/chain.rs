//! One analyte's fitted steps and regressor.
//!
//! ```text
//! raw row -> hoisted steps (row-local, fitted on nothing) -> learnt steps -> regressor -> z -> value (10^z for log10 targets)
//!            `-------------- Chain -----------------------------------------------------------------------------'
//!                                                          `-- Tail (what a fold fits anew) --'
//! ```

mod predictor;
mod rows;
mod tail;

use std::borrow::Cow;

use crate::plan::Plan;
use crate::plugin::PluginVersion;
use crate::recipe::TargetTransform;
use crate::saved::{SavedChain, SavedPlugin};
use crate::{Axis, Error, ErrorKind, Matrix, Op, Plugins, Result, RowStatus};

pub use predictor::Predictor;
use rows::{Regression, Steps};
use tail::{Proof, Step, Training, prove};
pub use tail::{Refused, Tail};

/// One row's estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// On the scale of the model: the value, or its log10.
    pub z: f64,
    /// In the analyte's unit.
    pub value: f64,
}

/// Proves each hoisted step on what the steps before it made of `x`.
fn prove_hoisted(plan: &Plan, plugins: &dyn Plugins, hoisted: &[Step], x: &Matrix) -> Result<()> {
    let (mut axis, mut x) = (plan.axis.clone(), Cow::Borrowed(x));
    for (i, step) in hoisted.iter().enumerate() {
        let next = || {
            prove(plan, plugins, i, step.transform.as_ref(), &axis, &x)?;
            Ok((step.transform.output()?, Cow::Owned(step.transform.apply(&x)?.x)))
        };
        (axis, x) =
            next().map_err(|e: Error| e.within(format!("step {} ({})", i + 1, step.plugin)))?;
    }
    Ok(())
}

/// One analyte's whole fitted way from a raw row to a value.
pub struct Chain {
    analyte: String,
    unit: String,
    input: Axis,
    hoisted: Vec<Step>,
    tail: Tail,
    regressor: SavedPlugin,
    components: usize,
    column: usize,
    target: TargetTransform,
}

impl Chain {
    /// Fits a chain on raw rows. `y` is on the scale of the model. Components are then chosen with [`Chain::select`].
    ///
    /// Every step that says it is row-local is proved to be ([`crate::row_local`]).
    ///
    /// # Errors
    /// As [`Tail::fit`]; a row that a hoisted step refuses is an error that gives its number; a step that is not row-local and
    /// says it is.
    #[allow(clippy::too_many_arguments)]
    pub fn fit(
        plan: &Plan,
        plugins: &dyn Plugins,
        analyte: &str,
        unit: &str,
        x: &Matrix,
        y: &Matrix,
        column: usize,
        weights: Option<&[f64]>,
        max_components: usize,
    ) -> Result<Chain> {
        if plan.axis.len() != x.cols() {
            return Err(Error::bug(format!(
                "{} columns, {} on the axis of the plan",
                x.cols(),
                plan.axis.len()
            )));
        }
        let (transforms, axis) = plan.hoist(plugins)?;
        let hoisted: Vec<Step> = transforms
            .into_iter()
            .enumerate()
            .map(|(i, transform)| {
                Ok(Step {
                    plugin: plan.steps[i].id.clone(),
                    version: plan.steps[i].version.clone(),
                    state_version: plan.steps[i].state_version,
                    settings: plan.recipe.steps[i].settings.clone(),
                    width: transform.output()?.len(),
                    transform,
                })
            })
            .collect::<Result<_>>()?;
        prove_hoisted(plan, plugins, &hoisted, x)?;
        let steps = Steps { first: &hoisted, then: &[], width_in: x.cols(), before: 0 };
        let (h, refused) = steps.apply(x)?;
        if let Some((row, (k, status))) =
            refused.iter().enumerate().find_map(|(i, r)| Some((i, (*r)?)))
        {
            return Err(Error::input(
                format!("{} refused a training row: {}", steps.place(k), status.text()),
                "leave the sample out or change the step",
            )
            .at_row(row));
        }
        let from = Training { axis: &axis, x: &h, y, column, weights, max_components };
        let tail = Tail::fit_on(plan, plugins, &from, Proof::Demanded)?;
        let components = tail.reached;
        let info = &plan.regressor;
        let settings = &plan.recipe.regressor.settings;
        Ok(Chain {
            analyte: analyte.to_owned(),
            unit: unit.to_owned(),
            input: plan.axis.clone(),
            hoisted,
            tail,
            regressor: SavedPlugin::wrap(
                &info.id,
                &info.version,
                info.state_version,
                settings,
                &[],
            ),
            components,
            column,
            target: plan.recipe.target.transform,
        })
    }

    /// Keeps the model with this many components.
    ///
    /// # Errors
    /// When the data did not carry so many.
    pub fn select(&mut self, components: usize) -> Result<()> {
        self.tail.select(components)?;
        self.components = components;
        Ok(())
    }

    /// Name of the analyte.
    pub fn analyte(&self) -> &str {
        &self.analyte
    }
    /// Unit of the analyte.
    pub fn unit(&self) -> &str {
        &self.unit
    }
    /// The axis of the input.
    pub fn input_axis(&self) -> &Axis {
        &self.input
    }
    /// The axis that the regressor sees.
    pub fn feature_axis(&self) -> &Axis {
        &self.tail.features
    }
    /// Components selected.
    pub fn components(&self) -> usize {
        self.components
    }
    /// The largest component count that the data carried.
    pub fn reached(&self) -> usize {
        self.tail.reached
    }
    /// Transform of the target.
    pub fn target(&self) -> TargetTransform {
        self.target
    }
    /// The part that a fold fits anew.
    pub fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Which input channels the chain reads: all, unless its first steps select columns.
    ///
    /// # Errors
    /// What a step says.
    pub fn needed(&self) -> Result<Vec<bool>> {
        let mut needed = vec![true; self.input.len()];
        let all = self.hoisted.iter().chain(&self.tail.steps);
        let mut axis = &self.input;
        let mut kept = None;
        for step in all.take_while(|s| s.transform.flags().selects_columns()) {
            kept = Some(step.transform.output()?);
        }
        if let Some(kept) = &kept {
            axis = kept;
        }
        if !std::ptr::eq(axis, &self.input) {
            let places = axis.find_in(&self.input, &vec![true; axis.len()])?;
            needed.fill(false);
            places.into_iter().flatten().for_each(|j| needed[j] = true);
        }
        Ok(needed)
    }

    /// What the regressor sees of raw rows (rows x input channels), and where each row was refused, if it was.
    pub fn features(&self, x: &Matrix) -> Result<(Matrix, Vec<Option<Refused>>)> {
        let (features, refused) = self.steps().apply(x)?;
        Ok((features, self.steps().places(refused)))
    }

    fn steps(&self) -> Steps<'_> {
        let (first, then) = (&self.hoisted[..], &self.tail.steps[..]);
        Steps { first, then, width_in: self.input.len(), before: 0 }
    }

    fn regression(&self) -> Regression<'_> {
        Regression {
            regressor: self.tail.regressor.as_ref(),
            components: self.components,
            targets: self.tail.targets,
            id: &self.tail.regressor_id,
        }
    }

    /// The estimate of each row of features; a value that is not finite is `None`.
    pub fn estimate(&self, features: &Matrix) -> Result<Vec<Option<Estimate>>> {
        let z = self.tail.predict(features, self.components, self.components)?;
        Ok(z.iter_rows().map(|row| self.estimate_of(row)).collect())
    }

    /// The chain's own target among those of its regressor.
    fn estimate_of(&self, z: &[f64]) -> Option<Estimate> {
        let z = z[self.column];
        let value = self.value(z);
        (z.is_finite() && value.is_finite()).then_some(Estimate { z, value })
    }

    /// The row is refused because its estimate is not finite.
    fn no_estimate(&self) -> Refused {
        let place = format!("regressor ({})", self.regressor.plugin);
        Refused { place, status: RowStatus::NotFinite }
    }

    /// From the scale of the model to the analyte's unit.
    pub fn value(&self, z: f64) -> f64 {
        match self.target {
            TargetTransform::None => z,
            TargetTransform::Log10 => 10f64.powf(z),
        }
    }

    /// From raw rows straight to estimates; refused rows are `Err` with the place.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<std::result::Result<Estimate, Refused>>> {
        let (z, refused) = self.predict_targets(x)?;
        let rows = z.iter_rows().zip(refused);
        Ok(rows
            .map(|(z, refused)| match refused {
                Some(r) => Err(r),
                None => self.estimate_of(z).ok_or_else(|| self.no_estimate()),
            })
            .collect())
    }

    /// From raw rows straight to every target of the regressor (all analytes of a joint model), on the scale of the model: rows x
    /// targets, NaN where refused; and where each row was refused by a step.
    pub fn predict_targets(&self, x: &Matrix) -> Result<(Matrix, Vec<Option<Refused>>)> {
        let (z, refused) = self.steps().predict(self.regression(), x)?;
        Ok((z, self.steps().places(refused)))
    }

    /// The chain made ready for one row after another.
    pub fn predictor(&self) -> Predictor<'_> {
        Predictor::new(self)
    }

    /// The chain in lowered ops, from the raw row to the value in the analyte's unit, with the place of each op.
    ///
    /// # Errors
    /// Names the step that has no lowered form, and why.
    pub fn lower(&self) -> Result<Vec<(String, Op)>> {
        let mut all = Vec::new();
        for (i, step) in self.hoisted.iter().chain(&self.tail.steps).enumerate() {
            let place = format!("step {} ({})", i + 1, step.plugin);
            let ops = step.transform.lower().map_err(|e| e.within(&place))?;
            all.extend(ops.into_iter().map(|op| (place.clone(), op)));
        }
        let place = format!("regressor ({})", self.regressor.plugin);
        let ops = self.tail.regressor.lower().map_err(|e| e.within(&place))?;
        all.extend(ops.into_iter().map(|op| (place.clone(), op)));
        if self.tail.targets > 1 {
            let pick = Op::Gather { n_in: self.tail.targets, index: vec![self.column] };
            all.push((place, pick));
        }
        let pow10 = self.target == TargetTransform::Log10;
        all.push(("target".to_owned(), Op::Output { pow10, low: None }));
        Ok(all)
    }

    /// The chain as data.
    ///
    /// # Errors
    /// What a plugin says while saving.
    pub fn save(&self) -> Result<SavedChain> {
        let wrap = |s: &Step| {
            let bytes = s.transform.save().map_err(|e| e.within(&s.plugin))?;
            Ok(SavedPlugin::wrap(&s.plugin, &s.version, s.state_version, &s.settings, &bytes))
        };
        let r = &self.regressor;
        let bytes = self.tail.regressor.save().map_err(|e| e.within(&r.plugin))?;
        Ok(SavedChain {
            analyte: self.analyte.clone(),
            unit: self.unit.clone(),
            input: self.input.clone(),
            steps: self.hoisted.iter().chain(&self.tail.steps).map(wrap).collect::<Result<_>>()?,
            regressor: SavedPlugin::wrap(
                &r.plugin,
                &r.version,
                r.state_version,
                &r.settings()?,
                &bytes,
            ),
            components: self.components,
            targets: self.tail.targets,
            column: self.column,
            target: self.target,
        })
    }

    /// A chain from data.
    ///
    /// # Errors
    /// A damaged envelope, a plugin that is not there or older than the state, or a state that its plugin refuses; names the
    /// step.
    pub fn load(saved: &SavedChain, plugins: &dyn Plugins) -> Result<Chain> {
        if saved.column >= saved.targets || saved.targets > 1 << 16 {
            return Err(Error::input("the saved chain names a target that is not there", ""));
        }
        let mut axis = saved.input.clone();
        let mut steps = Vec::new();
        for (i, s) in saved.steps.iter().enumerate() {
            let place = format!("step {} ({})", i + 1, s.plugin);
            let step = (|| {
                let info = present(s, plugins)?;
                let settings = s.settings()?;
                let made = plugins.transform(&s.plugin, &settings);
                let mut transform = made.map_err(|e| changed(s, &info, e))?;
                transform.load(&s.unwrap_state()?, s.state_version)?;
                axis = transform.output()?;
                let (version, state_version) = (info.version, info.state_version);
                let width = axis.len();
                Ok(Step { plugin: info.id, version, state_version, settings, transform, width })
            })();
            steps.push(step.map_err(|e: Error| e.within(&place))?);
        }
        let mut r = saved.regressor.clone();
        let regressor = (|| {
            let info = present(&r, plugins)?;
            let made = plugins.regressor(&r.plugin, &r.settings()?);
            let mut m = made.map_err(|e| changed(&r, &info, e))?;
            m.load(&r.unwrap_state()?, r.state_version)?;
            (r.version, r.state_version) = (info.version, info.state_version);
            Ok(m)
        })()
        .map_err(|e: Error| e.within(format!("regressor ({})", saved.regressor.plugin)))?;
        Ok(Chain {
            analyte: saved.analyte.clone(),
            unit: saved.unit.clone(),
            input: saved.input.clone(),
            hoisted: Vec::new(),
            tail: Tail {
                steps,
                first_step: 0,
                width_in: saved.input.len(),
                regressor,
                regressor_id: saved.regressor.plugin.clone(),
                features: axis,
                targets: saved.targets,
                reached: saved.components,
            },
            regressor: r,
            components: saved.components,
            column: saved.column,
            target: saved.target,
        })
    }
}

/// The plugin of a saved state as it is now; what is saved again is its, not that of the version that wrote the state.
fn present(saved: &SavedPlugin, plugins: &dyn Plugins) -> Result<PluginVersion> {
    let info = plugins.version(&saved.plugin)?;
    if saved.state_version <= info.state_version {
        return Ok(info);
    }
    Err(Error::plugin(
        format!(
            "its state was written as version {} by {} {}, and {} reads up to {}",
            saved.state_version, info.id, saved.version, info.version, info.state_version
        ),
        "use the version of the plugin that wrote it, or a newer one",
    ))
}

/// Parameters that a plugin took when the model was made and refuses now: not wrong usage, but another plugin.
fn changed(saved: &SavedPlugin, info: &PluginVersion, e: Error) -> Error {
    if e.kind() != ErrorKind::Usage {
        return e;
    }
    Error::plugin(
        format!("{} {} refuses what {} took: {}", info.id, info.version, saved.version, e.what()),
        "use the version of the plugin that the model was made with, or calibrate again",
    )
}
