//! A recipe: ordered steps, a target and a regressor. Pure data; nothing here runs.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// One transform plugin with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Id of the plugin.
    pub plugin: String,
    /// Its parameters.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// How the target is transformed before the regression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetTransform {
    /// Not at all.
    #[default]
    None,
    /// To its base-10 logarithm.
    Log10,
}

/// The target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// How the target is transformed.
    #[serde(default)]
    pub transform: TargetTransform,
}

/// The largest number of components that can be written down: what the plugin contract can count.
const MOST: i64 = i32::MAX as i64;

/// How many components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Components {
    /// Chosen by cross-validation.
    #[default]
    Auto,
    /// This many.
    Fixed(usize),
}

impl Serialize for Components {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Components::Auto => s.serialize_str("auto"),
            Components::Fixed(n) => s.serialize_u64(*n as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Components {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        use serde::de::Error as _;
        match toml::Value::deserialize(d)? {
            toml::Value::String(s) => s.parse().map_err(D::Error::custom),
            toml::Value::Integer(n) if (1..=MOST).contains(&n) => Ok(Components::Fixed(n as usize)),
            _ => Err(D::Error::custom("components must be \"auto\" or a number from 1 up")),
        }
    }
}

impl std::str::FromStr for Components {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Self, String> {
        if s == "auto" {
            return Ok(Components::Auto);
        }
        match s.parse::<i64>() {
            Ok(n) if (1..=MOST).contains(&n) => Ok(Components::Fixed(n as usize)),
            _ => Err(format!("components must be \"auto\" or a number from 1 up, not \"{s}\"")),
        }
    }
}

/// How the count is chosen where it is not fixed: by what of the cross-validated errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The smallest count whose error is within one standard error of the smallest error.
    #[default]
    OneStandardError,
    /// The count with the smallest error.
    Minimum,
    /// The smallest count that a randomisation test does not tell from the one with the smallest error (van der Voet).
    Randomisation,
    /// The count after which the error falls too little (Wold's R).
    WoldR,
}

impl Rule {
    /// Every rule, the default first.
    pub const ALL: [Rule; 4] =
        [Rule::OneStandardError, Rule::Minimum, Rule::Randomisation, Rule::WoldR];

    /// As it is written in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Rule::OneStandardError => "one-standard-error",
            Rule::Minimum => "minimum",
            Rule::Randomisation => "randomisation",
            Rule::WoldR => "wold-r",
        }
    }

    fn is_default(&self) -> bool {
        *self == Rule::default()
    }
}

impl std::str::FromStr for Rule {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Self, String> {
        Rule::ALL.into_iter().find(|rule| rule.name() == s).ok_or_else(|| {
            let names = Rule::ALL.map(Rule::name).join(", ");
            format!("there is no rule \"{s}\"; there are {names}")
        })
    }
}

/// Whether the analytes are models of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// One chain per analyte.
    #[default]
    Separate,
    /// One model of all analytes, on the rows that are complete in all.
    Joint,
}

/// The regressor with its parameters; `components`, `rule` and `targets` are the engine's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegressorStep {
    /// Id of the plugin.
    pub plugin: String,
    /// How many components.
    #[serde(default)]
    pub components: Components,
    /// How their count is chosen; written only where it is not the default.
    #[serde(default, skip_serializing_if = "Rule::is_default")]
    pub rule: Rule,
    /// One model per analyte or one for all.
    #[serde(default)]
    pub targets: Targets,
    /// The plugin's own parameters.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// A recipe.
///
/// ```
/// let recipe = adit_engine::Recipe::parse(r#"
/// name = "first derivative"
/// [[step]]
/// plugin = "adit.derivative.savitzky-golay"
/// window = 11
/// order = 2
/// derivative = 1
/// [regressor]
/// plugin = "adit.pls"
/// components = "auto"
/// "#).unwrap();
/// assert_eq!(recipe.steps.len(), 1);
/// assert_eq!(adit_engine::Recipe::parse(&recipe.to_toml()).unwrap(), recipe);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// The steps, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// The target.
    #[serde(default)]
    pub target: Target,
    /// The regressor.
    pub regressor: RegressorStep,
}

impl Recipe {
    /// From TOML text.
    ///
    /// # Errors
    /// Says the line and what was expected there.
    pub fn parse(text: &str) -> Result<Recipe> {
        toml::from_str(text).map_err(|e| {
            Error::usage(
                format!("the recipe cannot be read: {}", e.to_string().trim_end()),
                "a recipe has [[step]] tables, [target] and [regressor], each plugin with its parameters",
            )
        })
    }

    /// As TOML text; parsing it gives the same recipe.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// The default for spectra: SNV, then PLS.
    pub fn for_spectra() -> Recipe {
        Recipe {
            name: "snv-pls".into(),
            steps: vec![Step { plugin: "adit.scatter.snv".into(), settings: toml::Table::new() }],
            target: Target::default(),
            regressor: RegressorStep::pls(),
        }
    }

    /// The default for tables and series: log10 of EC, PLS on the log10 target.
    pub fn for_conductivity() -> Recipe {
        let ec = || toml::Value::Array(vec!["EC".into()]);
        let step = |plugin: &str, key: &str| Step {
            plugin: plugin.into(),
            settings: toml::Table::from_iter([(key.to_owned(), ec())]),
        };
        Recipe {
            name: "log-ec-pls".into(),
            steps: vec![step("adit.select.columns", "names"), step("adit.ec.log10", "columns")],
            target: Target { transform: TargetTransform::Log10 },
            regressor: RegressorStep::pls(),
        }
    }
}

impl RegressorStep {
    fn pls() -> Self {
        RegressorStep {
            plugin: "adit.pls".into(),
            components: Components::Auto,
            rule: Rule::default(),
            targets: Targets::Separate,
            settings: toml::Table::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_survive_their_own_text() {
        for r in [Recipe::for_spectra(), Recipe::for_conductivity()] {
            assert_eq!(Recipe::parse(&r.to_toml()).unwrap(), r);
        }
    }

    #[test]
    fn a_rule_is_written_only_where_it_is_not_the_default() {
        assert!(!Recipe::for_spectra().to_toml().contains("rule"));
        for rule in Rule::ALL {
            let mut recipe = Recipe::for_spectra();
            recipe.regressor.rule = rule;
            let text = recipe.to_toml();
            assert_eq!(
                text.contains(&format!("rule = \"{}\"", rule.name())),
                rule != Rule::default()
            );
            assert_eq!(Recipe::parse(&text).unwrap(), recipe);
            assert_eq!(rule.name().parse(), Ok(rule));
        }
        assert!("smallest".parse::<Rule>().unwrap_err().contains("wold-r"));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for (text, word) in [
            ("[regressor]\nplugin = \"p\"\ncomponents = 0", "components"),
            ("[regressor]\nplugin = \"p\"\ncomponents = 2.0", "components"),
            ("[regressor]\nplugin = \"p\"\ncomponents = 9000000000000000000", "components"),
            ("[regressor]\nplugin = \"p\"\ntargets = \"both\"", "both"),
            ("[regressor]\nplugin = \"p\"\nrule = \"best\"", "wold-r"),
            ("[step]\nplugin = \"s\"\n[regressor]\nplugin = \"p\"", "step"),
            ("name = \"no regressor\"", "regressor"),
            ("[regressor]\nplugin = \"p\"\n[target]\ntransform = \"sqrt\"", "sqrt"),
            ("speps = 1\n[regressor]\nplugin = \"p\"", "speps"),
            ("[[step]]\nwindow = 3\n[regressor]\nplugin = \"p\"", "plugin"),
        ] {
            let e = Recipe::parse(text).unwrap_err().to_string();
            assert!(e.contains(word), "{e}");
        }
    }
}
