//! From a recipe to a plan: what is done once outside the folds, and how the folds are run.

use crate::plugin::{Kind, PluginInfo};
use crate::recipe::{Components, Recipe, Targets};
use crate::{Axis, Error, Matrix, Plugins, Regressor, Result, Transform};

/// How the folds are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedRoute {
    /// All folds as one job of the regressor (`adit.cross-validate/1`).
    Fast,
    /// One fit per fold.
    Slow,
}

/// A recipe made concrete for an axis: which plugins, what is hoisted, which route and why.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The recipe.
    pub recipe: Recipe,
    /// The axis of the input.
    pub axis: Axis,
    /// One per step.
    pub steps: Vec<PluginInfo>,
    /// The regressor.
    pub regressor: PluginInfo,
    /// How many leading steps are row-local: computed once, outside the folds.
    pub hoisted: usize,
    /// How the folds are run.
    pub route: PlannedRoute,
    /// Why that route.
    pub why: String,
}

impl Plan {
    /// Looks up every plugin, makes every instance once to see that its parameters are accepted, and decides.
    ///
    /// # Errors
    /// An unknown plugin, a plugin of the wrong kind, or refused parameters; names the step.
    pub fn new(recipe: &Recipe, axis: &Axis, plugins: &dyn Plugins) -> Result<Plan> {
        let mut steps = Vec::new();
        let mut hoisted = 0;
        for (i, step) in recipe.steps.iter().enumerate() {
            let place = format!("step {} ({})", i + 1, step.plugin);
            let info = plugins.info(&step.plugin).map_err(|e| e.within(&place))?;
            if info.kind != Kind::Transform {
                return Err(wrong_kind(&place, &info, "a step"));
            }
            let made =
                plugins.transform(&step.plugin, &step.settings).map_err(|e| e.within(&place))?;
            if made.flags().row_local() && made.flags().needs_y() {
                return Err(Error::plugin(
                    format!("{place}: it says that it learns nothing, and that it needs y"),
                    "report this to who made the plugin",
                ));
            }
            if made.flags().row_local() && hoisted == i {
                hoisted += 1;
            }
            steps.push(info);
        }
        let place = format!("regressor ({})", recipe.regressor.plugin);
        let info = plugins.info(&recipe.regressor.plugin).map_err(|e| e.within(&place))?;
        if info.kind != Kind::Regressor {
            return Err(wrong_kind(&place, &info, "the regressor"));
        }
        check_path(recipe, &info).map_err(|e| e.within(&place))?;
        let made = plugins
            .regressor(&recipe.regressor.plugin, &recipe.regressor.settings)
            .map_err(|e| e.within(&place))?;
        let (route, why) = match recipe.steps.get(hoisted) {
            _ if !made.cross_validates() => (
                PlannedRoute::Slow,
                format!("{} has no fast cross-validation", recipe.regressor.plugin),
            ),
            Some(step) => (
                PlannedRoute::Slow,
                format!("step {} ({}) learns from the training rows", hoisted + 1, step.plugin),
            ),
            None => (PlannedRoute::Fast, "every step is row-local".to_owned()),
        };
        Ok(Plan {
            recipe: recipe.clone(),
            axis: axis.clone(),
            steps,
            regressor: info,
            hoisted,
            route,
            why,
        })
    }

    /// Whether all analytes are one model.
    pub fn joint(&self) -> bool {
        self.recipe.regressor.targets == Targets::Joint
    }

    /// A switch of the regressor, `default` when the recipe does not say.
    pub fn regressor_switch(&self, name: &str, default: bool) -> bool {
        switch(&self.regressor, &self.recipe.regressor.settings, name, default)
    }

    /// A new instance of step `i`.
    pub fn make_step(&self, i: usize, plugins: &dyn Plugins) -> Result<Box<dyn Transform>> {
        let step = &self.recipe.steps[i];
        plugins
            .transform(&step.plugin, &step.settings)
            .map_err(|e| e.within(format!("step {} ({})", i + 1, step.plugin)))
    }

    /// A new instance of the regressor.
    pub fn make_regressor(&self, plugins: &dyn Plugins) -> Result<Box<dyn Regressor>> {
        let r = &self.recipe.regressor;
        plugins
            .regressor(&r.plugin, &r.settings)
            .map_err(|e| e.within(format!("regressor ({})", r.plugin)))
    }

    /// The hoisted steps, each fitted on zero rows.
    pub fn hoist(&self, plugins: &dyn Plugins) -> Result<(Vec<Box<dyn Transform>>, Axis)> {
        let mut axis = self.axis.clone();
        let mut made = Vec::new();
        for i in 0..self.hoisted {
            let mut step = self.make_step(i, plugins)?;
            let place = || format!("step {} ({})", i + 1, self.recipe.steps[i].plugin);
            step.fit(&axis, &Matrix::zeros(0, axis.len()), None, None)
                .map_err(|e| e.within(place()))?;
            axis = step.output().map_err(|e| e.within(place()))?;
            made.push(step);
        }
        Ok((made, axis))
    }
}

/// A switch of a plugin: as the settings say, else its declared default, else `default`.
pub(crate) fn switch(info: &PluginInfo, settings: &toml::Table, name: &str, default: bool) -> bool {
    let declared = info.params.iter().find(|p| p.name == name);
    settings.get(name).and_then(toml::Value::as_bool).unwrap_or_else(|| {
        declared.and_then(|p| p.default.as_deref()).map_or(default, |d| d == "true")
    })
}

fn wrong_kind(place: &str, info: &PluginInfo, wanted: &str) -> Error {
    let (is, hint) = match info.kind {
        Kind::Transform => ("a transform", "transforms stand under [[step]]"),
        Kind::Regressor => ("a regressor", "regressors stand under [regressor]"),
        Kind::Reader => ("a reader", "readers have no place in a recipe"),
    };
    Error::usage(format!("{place}: it is {is} and cannot be {wanted}"), hint)
}

/// The path of a regressor is written `components`, and only a regressor that has one takes a number there.
fn check_path(recipe: &Recipe, info: &PluginInfo) -> Result<()> {
    let regressor = &recipe.regressor;
    match (&info.path_param, regressor.components) {
        (None, Components::Fixed(n)) if n > 1 => Err(Error::usage(
            format!("components = {n} was asked for, and it has no components"),
            "leave components out",
        )),
        (Some(path), _) if regressor.settings.contains_key(path) => Err(Error::usage(
            format!("{path} is its number of components"),
            format!("write components = ... in place of {path} = ..."),
        )),
        _ => Ok(()),
    }
}
