//! A space of recipes: for each place of the recipe the steps that may stand there, for each parameter the values that it may
//! take. Pure data; nothing here runs.

mod alternatives;

use serde::{Deserialize, Serialize};

use crate::plugin::Kind;
use crate::recipe::{Recipe, Step, Target};
use crate::{Error, Plugins, Result};

use alternatives::{of_engine, of_plugin, product};

/// The most recipes that a space may hold.
pub const MOST_RECIPES: usize = 10_000;
/// Written in place of a plugin: no step at all.
const NONE: &str = "none";
/// What the engine itself reads under `[regressor]`.
const OF_ENGINE: [&str; 3] = ["components", "rule", "targets"];

/// The steps of which one stands at this place of the recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What there is to choose from.
    #[serde(rename = "choice")]
    pub choices: Vec<Choice>,
}

/// What may stand at a place of the recipe: a step, several that go together (`[[slot.choice.step]]`), or `plugin = "none"`. A list
/// where a plugin takes one value stands for alternatives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    /// One step, or none.
    One(Step),
    /// Several that go together, in order.
    Together {
        /// The steps.
        #[serde(rename = "step")]
        steps: Vec<Step>,
    },
}

impl Choice {
    fn steps(&self) -> &[Step] {
        match self {
            Choice::One(one) => std::slice::from_ref(one),
            Choice::Together { steps } => steps,
        }
    }
}

/// A space of recipes as it is written.
///
/// A parameter that takes one value may be given a list: one recipe for each. A parameter that takes a list may be given a list of
/// lists. The recipes are all combinations, the last slot and then the regressor varying fastest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// The places of the recipe, in order.
    #[serde(default, rename = "slot")]
    pub slots: Vec<Slot>,
    /// The target: one for all recipes, because errors of another scale cannot be compared.
    #[serde(default)]
    pub target: Target,
    /// The regressor with lists of parameters, or several of them (`[[regressor]]`).
    pub regressor: Regressors,
}

/// One regressor or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Regressors {
    /// `[regressor]`.
    One(Step),
    /// `[[regressor]]`.
    Several(Vec<Step>),
}

impl Regressors {
    fn all(&self) -> &[Step] {
        match self {
            Regressors::One(one) => std::slice::from_ref(one),
            Regressors::Several(all) => all,
        }
    }
}

impl Space {
    /// From TOML text.
    ///
    /// # Errors
    /// Says the line and what was expected there.
    ///
    /// ```
    /// let space = adit_engine::Space::parse(r#"
    /// [[slot]]
    /// [[slot.choice]]
    /// plugin = "none"
    /// [[slot.choice]]
    /// plugin = "adit.derivative.savitzky-golay"
    /// window = [11, 21]
    /// derivative = 1
    /// [regressor]
    /// plugin = "adit.pls"
    /// scale = [false, true]
    /// "#).unwrap();
    /// assert_eq!(space.slots[0].choices.len(), 2);
    /// ```
    pub fn parse(text: &str) -> Result<Space> {
        toml::from_str(text).map_err(|e| {
            Error::usage(
                format!("the space of recipes cannot be read: {}", e.to_string().trim_end()),
                "a space has [[slot]] tables with [[slot.choice]] in each, [target] and [regressor]",
            )
        })
    }

    /// Every recipe of the space, in order. Each is named by [`describe`].
    ///
    /// # Errors
    /// An unknown plugin or parameter, a value of another kind or out of its range, an empty list of alternatives: names slot,
    /// choice and parameter. More than [`MOST_RECIPES`] recipes: says how many.
    pub fn expand(&self, plugins: &dyn Plugins) -> Result<Vec<Recipe>> {
        let slots = self
            .slots
            .iter()
            .enumerate()
            .map(|(i, slot)| slot.expand(i, plugins))
            .collect::<Result<Vec<_>>>()?;
        let regressors = self.expand_regressors(plugins)?;
        let sizes = slots.iter().map(Vec::len).chain([regressors.len()]);
        let count = sizes.fold(1_u128, |all, n| all.saturating_mul(n as u128));
        bounded(count, "the space holds")?;
        let nothing = vec![Vec::new()];
        let chosen = slots.iter().fold(nothing, |before, slot| combine(&before, slot));
        let recipes = chosen.into_iter().flat_map(|steps| {
            regressors.iter().map(move |regressor| {
                let mut recipe = Recipe {
                    name: String::new(),
                    steps: steps.clone(),
                    target: self.target,
                    regressor: regressor.clone(),
                };
                recipe.name = describe(&recipe);
                recipe
            })
        });
        Ok(recipes.collect())
    }

    fn expand_regressors(
        &self,
        plugins: &dyn Plugins,
    ) -> Result<Vec<crate::recipe::RegressorStep>> {
        let all = self.regressor.all();
        if all.is_empty() {
            return Err(Error::usage("there is no [regressor]", "name one, such as adit.pls"));
        }
        let mut out = Vec::new();
        for (k, step) in all.iter().enumerate() {
            let place = match all.len() {
                1 => format!("regressor ({})", step.plugin),
                _ => format!("regressor {} ({})", k + 1, step.plugin),
            };
            let expand = || {
                let info = plugins.info(&step.plugin)?;
                wanted(&info, Kind::Regressor)?;
                let mut parameters = Vec::new();
                for (name, value) in &step.settings {
                    let values = match OF_ENGINE.contains(&name.as_str()) {
                        true => of_engine(name, value)?,
                        false if info.path_param.as_ref() == Some(name) => {
                            return Err(Error::usage(
                                format!("parameter {name} is its number of components"),
                                format!("write components = ... in place of {name} = ..."),
                            ));
                        }
                        false => of_plugin(name, value, &info)?,
                    };
                    parameters.push((name.clone(), values));
                }
                product(&parameters)?
                    .into_iter()
                    .map(|mut table| {
                        table.insert("plugin".into(), step.plugin.clone().into());
                        toml::Value::Table(table).try_into().map_err(|e| {
                            Error::usage(e.to_string().trim_end(), "see the recipe's [regressor]")
                        })
                    })
                    .collect::<Result<Vec<_>>>()
            };
            out.extend(expand().map_err(|e| e.within(place))?);
        }
        let targets = |r: &crate::recipe::RegressorStep| r.targets;
        if out.windows(2).any(|pair| targets(&pair[0]) != targets(&pair[1])) {
            return Err(alternatives::one_kind_of_targets());
        }
        Ok(out)
    }
}

impl Slot {
    /// Every row of steps that may stand here; an empty one is no step.
    fn expand(&self, number: usize, plugins: &dyn Plugins) -> Result<Vec<Vec<Step>>> {
        let called =
            if self.name.is_empty() { String::new() } else { format!(" \"{}\"", self.name) };
        let slot = format!("slot {}{called}", number + 1);
        if self.choices.is_empty() {
            return Err(Error::usage(
                format!("{slot}: it has no choice"),
                "give it [[slot.choice]] tables; plugin = \"none\" is no step",
            ));
        }
        let mut out = Vec::new();
        for (k, choice) in self.choices.iter().enumerate() {
            let mut rows: Vec<Vec<Step>> = vec![Vec::new()];
            for step in choice.steps() {
                let place = format!("{slot}, choice {} ({})", k + 1, step.plugin);
                let steps = alternatives_of(step, plugins).map_err(|e| e.within(place))?;
                bounded(rows.len() as u128 * steps.len() as u128, &format!("{slot} holds"))?;
                rows = combine(&rows, &steps);
            }
            out.extend(rows);
        }
        Ok(out)
    }
}

/// The steps that a step with lists stands for, each in a row of its own; one empty row for no step.
fn alternatives_of(step: &Step, plugins: &dyn Plugins) -> Result<Vec<Vec<Step>>> {
    if step.plugin == NONE {
        return match step.settings.keys().next() {
            Some(name) => Err(Error::usage(
                format!("parameter {name} is given, and no step has none"),
                "leave it out, or name the plugin that it belongs to",
            )),
            None => Ok(vec![Vec::new()]),
        };
    }
    let info = plugins.info(&step.plugin)?;
    wanted(&info, Kind::Transform)?;
    let parameters = step
        .settings
        .iter()
        .map(|(name, value)| Ok((name.clone(), of_plugin(name, value, &info)?)))
        .collect::<Result<Vec<_>>>()?;
    let one = |settings| vec![Step { plugin: step.plugin.clone(), settings }];
    Ok(product(&parameters)?.into_iter().map(one).collect())
}

/// Refuses more recipes than anybody will wait for, before they are made.
fn bounded(count: u128, what: &str) -> Result<()> {
    if count <= MOST_RECIPES as u128 {
        return Ok(());
    }
    Err(Error::usage(
        format!("{what} {count} recipes, and {MOST_RECIPES} are the most"),
        "leave alternatives out, or search in two rounds: coarse, then around the best",
    ))
}

/// Every row of `before` followed by every row of `after`.
fn combine(before: &[Vec<Step>], after: &[Vec<Step>]) -> Vec<Vec<Step>> {
    before.iter().flat_map(|b| after.iter().map(|a| [b.as_slice(), a].concat())).collect()
}

fn wanted(info: &crate::plugin::PluginInfo, kind: Kind) -> Result<()> {
    if info.kind == kind {
        return Ok(());
    }
    let (what, hint) = match kind {
        Kind::Regressor => ("is no regressor", "steps stand under [[slot.choice]]"),
        _ => ("is no step", "regressors stand under [regressor]"),
    };
    Err(Error::usage(what, hint))
}

/// A recipe in one line: its steps and its regressor with the parameters that are given, such as
/// `scatter.snv | derivative.savitzky-golay derivative=1 window=11 | pls scale=true`.
pub fn describe(recipe: &Recipe) -> String {
    let one = |plugin: &str, settings: &mut dyn Iterator<Item = (String, String)>| {
        let mut text = plugin.strip_prefix("adit.").unwrap_or(plugin).to_owned();
        settings.for_each(|(name, value)| {
            text.push(' ');
            text.push_str(&name);
            text.push('=');
            text.push_str(&value.replace(['"', ' '], ""));
        });
        text
    };
    let given = |t: &toml::Table| -> Vec<(String, String)> {
        t.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
    };
    let r = &recipe.regressor;
    let mut of_regressor = given(&r.settings);
    if let crate::recipe::Components::Fixed(n) = r.components {
        of_regressor.push(("components".into(), n.to_string()));
    }
    if r.rule != Default::default() {
        of_regressor.push(("rule".into(), r.rule.name().into()));
    }
    let steps = recipe.steps.iter().map(|s| one(&s.plugin, &mut given(&s.settings).into_iter()));
    let all: Vec<String> = steps.chain([one(&r.plugin, &mut of_regressor.into_iter())]).collect();
    all.join(" | ")
}
