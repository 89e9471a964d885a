//! From a calibration set and a recipe to a model.

use std::borrow::Cow;

use adit_engine::recipe::{Components, Rule};
use adit_engine::{Plugins, Recipe};

use crate::analytes::fit_all;
use crate::choose::rule_of;
use crate::folds::group_cells;
use crate::model::{CalibrationTable, InputFile, Model, Provenance, UsedPlugin, Verification};
use crate::prepare::Prepared;
use crate::seeded::seeded;
use crate::seen::row_digest;
use crate::set::{CalibrationSet, Kind};
use crate::{Error, Result, Scheme};

/// What a caller may ask of a calibration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Names of the analytes to take; all if empty.
    pub analytes: Vec<String>,
    /// The cross-validation; else the set's, else the default.
    pub cv: Option<Scheme>,
    /// The component count; else the recipe's.
    pub components: Option<Components>,
    /// How the component count is chosen; else the recipe's.
    pub rule: Option<Rule>,
    /// Seed of everything drawn at random: shuffled folds, the randomisation test, plugins with a parameter `seed`.
    pub seed: u64,
    /// Leave the calibration table out of the model.
    pub strip: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            analytes: Vec::new(),
            cv: None,
            components: None,
            rule: None,
            seed: 1,
            strip: false,
        }
    }
}

/// The recipe of a set where the caller gives none: the set's own, else the default of its kind; with a sentence that says which.
///
/// # Errors
/// [`crate::ErrorKind::Input`]: the set's own recipe cannot be read; names the file.
pub fn recipe_of(set: &CalibrationSet) -> Result<(Recipe, String)> {
    if let Some((file, text)) = &set.recipe_text {
        let recipe =
            Recipe::parse(text).map_err(|e| Error::from(e).stands_in_file(file.as_str()))?;
        return Ok((recipe, format!("recipe = {file}, the set's own")));
    }
    let (recipe, what) = match set.kind {
        Kind::Spectra => (Recipe::for_spectra(), "SNV and PLS, the default for spectra"),
        Kind::Table | Kind::Series => (
            Recipe::for_conductivity(),
            "log10 EC and PLS on log10, the default for tables and series",
        ),
    };
    Ok((recipe, format!("recipe = {what}")))
}

/// Calibrates every analyte of a set by a recipe.
///
/// An analyte that no model fits (constant, fewer than 3 samples, or not better than its mean) is reported as unfit beside others;
/// the whole is an error only when nothing at all could be fitted to. The result is the same on any number of threads.
///
/// # Errors
/// [`crate::ErrorKind::Usage`]: an unknown analyte, plugin, parameter or label column. [`crate::ErrorKind::Input`]: a scheme or
/// label column that `set.toml` names and that there is not; a value that is not finite (names sample and channel), a reference that has no logarithm, more components than the samples carry, an analyte
/// that is constant or has too few samples when there is no other. [`crate::ErrorKind::Plugin`]: a plugin that fails or is not
/// row-local though it says so.
pub fn calibrate(
    set: &CalibrationSet,
    recipe: &Recipe,
    plugins: &dyn Plugins,
    options: &Options,
) -> Result<Model> {
    let mut set = Cow::Borrowed(set);
    if !options.analytes.is_empty() {
        set.to_mut().keep_analytes(&options.analytes)?;
    }
    let mut recipe = recipe.clone();
    if let Some(components) = options.components {
        recipe.regressor.components = components;
    }
    if let Some(rule) = options.rule {
        if let Components::Fixed(n) = recipe.regressor.components {
            return Err(Error::usage(format!(
                "a rule chooses the number of components, and components = {n} fixes it"
            ))
            .hint("take components = \"auto\", or no rule"));
        }
        recipe.regressor.rule = rule;
    }
    if set.analytes.is_empty() || set.table.rows() == 0 {
        return Err(Error::input("the set has no reference to calibrate against")
            .in_file(set.table.source.as_str())
            .hint("add a column to icp.csv, or check which rows are taken"));
    }
    let (scheme, mut defaulted) = scheme(&set, options)?;
    if set.recipe_text.is_none() {
        let (default, said) = recipe_of(&set)?;
        defaulted.extend((default == recipe).then_some(said));
    }
    let recipe = seeded(&recipe, plugins, options.seed)?;
    let prepared = Prepared::new(&set, &recipe, plugins, &scheme, options.seed)?;
    let (analytes, remarks) = fit_all(&set, &prepared, plugins)?;
    let route = format!("{:?}: {}", prepared.plan.route, prepared.plan.why).to_lowercase();
    let provenance = Provenance {
        adit: env!("CARGO_PKG_VERSION").to_owned(),
        seed: options.seed,
        cv: scheme.to_string(),
        route: [vec![route], remarks].concat().join("; "),
        rule: rule_of(recipe.regressor.components, recipe.regressor.rule).to_owned(),
        inputs: set
            .inputs
            .iter()
            .map(|i| InputFile { name: i.name.clone(), sha256: i.sha256.clone() })
            .collect(),
        plugins: used_plugins(&prepared),
        defaulted,
    };
    let verification = Verification::of(&analytes, &prepared, &set.table, plugins)?;
    let model = Model {
        mine: set.mine.clone(),
        kind: set.kind.to_string(),
        timezone: set.timezone.clone(),
        recipe: recipe.to_toml(),
        axis: prepared.plan.axis.clone(),
        reads: prepared.reads.clone(),
        analytes,
        table: (!options.strip).then(|| calibration_table(&set)),
        seen: (0..set.table.rows())
            .map(|i| row_digest(&set.table.ids[i], set.table.row(i), &prepared.reads))
            .collect(),
        verification,
        provenance,
        search: None,
    };
    Ok(if options.strip { model.stripped() } else { model })
}

/// The scheme in effect, and a sentence when nobody asked for it.
pub(crate) fn scheme(set: &CalibrationSet, options: &Options) -> Result<(Scheme, Vec<String>)> {
    if let Some(scheme) = &options.cv {
        return Ok((scheme.clone(), Vec::new()));
    }
    if let Some(text) = &set.validation {
        let here = |e: Error| e.stands_in_file("set.toml");
        let scheme: Scheme = text.parse().map_err(here)?;
        if let Scheme::Group(column) = &scheme {
            group_cells(&set.table, column).map_err(here)?;
        }
        return Ok((scheme, Vec::new()));
    }
    let mut ids: Vec<&str> = set.table.ids.iter().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let scheme = Scheme::default_for(ids.len());
    let said = format!("cv = {scheme}, the default for {} samples", ids.len());
    Ok((scheme, vec![said]))
}

fn calibration_table(set: &CalibrationSet) -> CalibrationTable {
    let t = &set.table;
    let time = |days: &f64| days.is_finite().then_some(*days);
    CalibrationTable {
        ids: t.ids.clone(),
        times: t.times.as_ref().map(|times| times.iter().map(time).collect()),
        labels: t.labels.iter().map(|l| (l.name.clone(), l.cells.clone())).collect(),
        x: t.iter_rows().map(<[f64]>::to_vec).collect(),
    }
}

fn used_plugins(prepared: &Prepared) -> Vec<UsedPlugin> {
    let all = prepared.plan.steps.iter().chain([&prepared.plan.regressor]);
    let mut used: Vec<UsedPlugin> = all
        .map(|info| UsedPlugin {
            id: info.id.clone(),
            version: info.version.clone(),
            library: info.library.file.clone(),
            sha256: info.library.sha256.clone(),
            trust: info.library.trust.clone(),
        })
        .collect();
    used.sort_by(|a, b| a.id.cmp(&b.id));
    used.dedup();
    used
}
