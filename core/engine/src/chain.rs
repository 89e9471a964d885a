//! One analyte's fitted steps and regressor.
//!
//! ```text
//! raw row -> hoisted steps (row-local, fitted on nothing) -> learnt steps -> regressor -> z -> value (10^z for log10 targets)
//!            `-------------- Chain -----------------------------------------------------------------------------'
//!                                                          `-- Tail (what a fold fits anew) --'
//! ```

use crate::plan::Plan;
use crate::plugin::{Applied, PluginInfo};
use crate::recipe::TargetTransform;
use crate::saved::{SavedChain, SavedPlugin};
use crate::{
    Axis, Error, ErrorKind, Matrix, Op, Plugins, Regressor, Result, RowStatus, Transform, row_local,
};

/// A fitted step with what is needed to save it.
struct Step {
    plugin: String,
    version: String,
    state_version: u32,
    settings: toml::Table,
    transform: Box<dyn Transform>,
}

/// Where a row was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The step or regressor, such as `step 2 (adit.scatter.snv)`.
    pub place: String,
    /// Why.
    pub status: RowStatus,
}

/// One row's estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// On the scale of the model: the value, or its log10.
    pub z: f64,
    /// In the analyte's unit.
    pub value: f64,
}

/// What a fold fits anew: the steps after the hoisted ones, and the regressor.
pub struct Tail {
    steps: Vec<Step>,
    first_step: usize,
    regressor: Box<dyn Regressor>,
    regressor_id: String,
    features: Axis,
    targets: usize,
    reached: usize,
}

impl Tail {
    /// Fits the learnt steps and the regressor on training rows after the hoisted steps.
    ///
    /// `x` (n x p) is finite; `y` (n x targets) is on the scale of the model; a step that needs y sees column `column`.
    ///
    /// # Errors
    /// What a step or the regressor says; a training row that a step refuses is an error that gives its number in `x`.
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

    fn fit_on(
        plan: &Plan,
        plugins: &dyn Plugins,
        from: &Training<'_>,
        proof: Proof,
    ) -> Result<Tail> {
        from.check()?;
        let Training { axis, x, y, column, weights, max_components } = *from;
        let own = y.col(column);
        let (mut axis, mut x) = (axis.clone(), x.clone());
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
                    format!(
                        "{} refused training row {row}: {}",
                        place(),
                        applied.status[row].text()
                    ),
                    "leave the sample out or change the step",
                ));
            }
            x = applied.x;
            let (settings, info) = (plan.recipe.steps[i].settings.clone(), &plan.steps[i]);
            steps.push(Step {
                plugin: info.id.clone(),
                version: info.version.clone(),
                state_version: info.state_version,
                settings,
                transform,
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
        apply_steps(&self.steps, self.first_step, x)
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
struct Training<'a> {
    axis: &'a Axis,
    x: &'a Matrix,
    y: &'a Matrix,
    column: usize,
    weights: Option<&'a [f64]>,
    max_components: usize,
}

impl Training<'_> {
    fn check(&self) -> Result<()> {
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
enum Proof {
    Taken,
    Demanded,
}

/// Proves that step `i` is row-local, on the rows that it is about to get.
fn prove(
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

fn apply_steps(steps: &[Step], first: usize, x: &Matrix) -> Result<(Matrix, Vec<Option<Refused>>)> {
    let mut refused: Vec<Option<Refused>> = vec![None; x.rows()];
    let mut x = x.clone();
    for (k, step) in steps.iter().enumerate() {
        let place = format!("step {} ({})", first + k + 1, step.plugin);
        let Applied { x: next, status } = step.transform.apply(&x).map_err(|e| e.within(&place))?;
        for (slot, s) in refused.iter_mut().zip(&status) {
            if *s != RowStatus::Ok && slot.is_none() {
                *slot = Some(Refused { place: place.clone(), status: *s });
            }
        }
        x = next;
    }
    Ok((x, refused))
}

/// Proves each hoisted step on what the steps before it made of `x`.
fn prove_hoisted(plan: &Plan, plugins: &dyn Plugins, hoisted: &[Step], x: &Matrix) -> Result<()> {
    let (mut axis, mut x) = (plan.axis.clone(), x.clone());
    for (i, step) in hoisted.iter().enumerate() {
        let next = || {
            prove(plan, plugins, i, step.transform.as_ref(), &axis, &x)?;
            Ok((step.transform.output()?, step.transform.apply(&x)?.x))
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
            .map(|(i, transform)| Step {
                plugin: plan.steps[i].id.clone(),
                version: plan.steps[i].version.clone(),
                state_version: plan.steps[i].state_version,
                settings: plan.recipe.steps[i].settings.clone(),
                transform,
            })
            .collect();
        prove_hoisted(plan, plugins, &hoisted, x)?;
        let (h, refused) = apply_steps(&hoisted, 0, x)?;
        if let Some((row, r)) = refused.iter().enumerate().find_map(|(i, r)| Some((i, r.as_ref()?)))
        {
            return Err(Error::input(
                format!("{} refused training row {row}: {}", r.place, r.status.text()),
                "leave the sample out or change the step",
            ));
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
        let (h, mut refused) = apply_steps(&self.hoisted, 0, x)?;
        let (f, later) = self.tail.features(&h)?;
        for (slot, r) in refused.iter_mut().zip(later) {
            if slot.is_none() {
                *slot = r;
            }
        }
        Ok((f, refused))
    }

    /// The estimate of each row of features; a value that is not finite is `None`.
    pub fn estimate(&self, features: &Matrix) -> Result<Vec<Option<Estimate>>> {
        let z = self.tail.predict(features, self.components, self.components)?;
        Ok(z.iter_rows()
            .map(|row| {
                let z = row[self.column];
                let value = self.value(z);
                (z.is_finite() && value.is_finite()).then_some(Estimate { z, value })
            })
            .collect())
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
        let (features, refused) = self.features(x)?;
        let estimates = self.estimate(&features)?;
        let of_regressor = || Refused {
            place: format!("regressor ({})", self.regressor.plugin),
            status: RowStatus::NotFinite,
        };
        Ok(estimates
            .into_iter()
            .zip(refused)
            .map(|(e, r)| match r {
                Some(r) => Err(r),
                None => e.ok_or_else(of_regressor),
            })
            .collect())
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
                Ok(Step { plugin: info.id, version, state_version, settings, transform })
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
fn present(saved: &SavedPlugin, plugins: &dyn Plugins) -> Result<PluginInfo> {
    let info = plugins.info(&saved.plugin)?;
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
fn changed(saved: &SavedPlugin, info: &PluginInfo, e: Error) -> Error {
    if e.kind() != ErrorKind::Usage {
        return e;
    }
    Error::plugin(
        format!("{} {} refuses what {} took: {}", info.id, info.version, saved.version, e.what()),
        "use the version of the plugin that the model was made with, or calibrate again",
    )
}
