//! `set.toml`: what a set is and how its files are to be read.

use crate::{Error, Result};
use adit_spectra::time::Timezone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a row of a set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A spectrum: `captures/*.csv`, `captures/*.h5` or `spectra.csv`.
    Spectra,
    /// A grab sample with EC, pH ...: `table.csv`.
    Table,
    /// A moment of a logger: `series/*.csv`.
    Series,
}

impl Kind {
    /// The word in `set.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Spectra => "spectra",
            Kind::Table => "table",
            Kind::Series => "series",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The file as it is written.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetToml {
    pub(super) mine: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) analytes: Option<Vec<String>>,
    pub(super) validation: Option<String>,
    pub(super) timezone: Option<String>,
    #[serde(default)]
    pub(super) units: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) limits: BTreeMap<String, f64>,
    #[serde(default)]
    pub(super) pairing: Pairing,
    #[serde(default)]
    pub(super) rows: RowsToml,
    #[serde(default)]
    pub(super) uncertainty: BTreeMap<String, Line>,
}

/// How captures and references find each other.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pairing {
    #[serde(default)]
    pub(super) by: PairBy,
    #[serde(default)]
    pub(super) replicates: bool,
    pub(super) within_minutes: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PairBy {
    #[default]
    SampleId,
    Time,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowsToml {
    #[serde(default, rename = "where")]
    pub(super) filter: BTreeMap<String, OneOrMore>,
}

/// A value or a list of values; numbers count as they are written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(Word),
    More(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Word {
    Text(String),
    Integer(i64),
    Float(f64),
}

impl OneOrMore {
    /// The values as text.
    pub(super) fn words(&self) -> Vec<String> {
        let text = |word: &Word| match word {
            Word::Text(text) => text.clone(),
            Word::Integer(number) => number.to_string(),
            Word::Float(number) => number.to_string(),
        };
        match self {
            OneOrMore::One(word) => vec![text(word)],
            OneOrMore::More(words) => words.iter().map(text).collect(),
        }
    }
}

/// u(c) = u0 + u1 max(c, 0).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) u0: f64,
    #[serde(default)]
    pub(super) u1: f64,
}

impl SetToml {
    /// Reads the text; `source` is its name in messages.
    ///
    /// # Errors
    /// What TOML or the schema does not allow, with the line; numbers out of range, by their key.
    pub(super) fn parse(source: &str, text: &str) -> Result<SetToml> {
        let set: SetToml = toml::from_str(text).map_err(|e| {
            let line = e.span().map(|span| {
                let before = text.as_bytes().get(..span.start).unwrap_or_default();
                before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
            });
            let error = Error::input(e.message().trim_end()).in_file(source).hint(
                "set.toml has mine, kind, analytes, validation, timezone, [units], [limits], \
                 [pairing], [rows] and [uncertainty.\"NAME\"]",
            );
            line.into_iter().fold(error, Error::at_row).caused_by(e)
        })?;
        set.check().map_err(|e| e.in_file(source))?;
        Ok(set)
    }

    fn check(&self) -> Result<()> {
        Timezone::parse(self.timezone.as_deref())?;
        let at_least_zero = |v: f64| v.is_finite() && v >= 0.0;
        if let Some((name, limit)) = self.limits.iter().find(|(_, v)| !at_least_zero(**v)) {
            return Err(Error::input(format!("the limit of {name} is {limit}"))
                .hint("a limit is a number from 0 up, in the analyte's unit"));
        }
        let wrong = |line: &Line| !at_least_zero(line.u0) || !at_least_zero(line.u1);
        if let Some((name, line)) = self.uncertainty.iter().find(|(_, line)| wrong(line)) {
            return Err(Error::input(format!(
                "the uncertainty of {name} is {} + {} c",
                line.u0, line.u1
            ))
            .hint("u0 and u1 are numbers from 0 up"));
        }
        match (self.pairing.by, self.pairing.within_minutes) {
            (PairBy::SampleId, Some(_)) => {
                Err(Error::input("within_minutes counts only in pairing by time")
                    .hint("add by = \"time\" to [pairing], or take within_minutes out"))
            }
            (PairBy::Time, None) => {
                Err(Error::input("pairing by time does not say how far apart in time is too far")
                    .hint("add within_minutes = 30, or what fits the water, to [pairing]"))
            }
            (PairBy::Time, Some(minutes)) if !at_least_zero(minutes) => {
                Err(Error::input(format!("within_minutes is {minutes}"))
                    .hint("write a number of minutes from 0 up"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let set = SetToml::parse(
            "set.toml",
            r#"
            mine = "north"
            kind = "series"
            analytes = ["Zn (total)"]
            validation = "loo"
            timezone = "+09:00"
            [units]
            EC = "mS/m"
            [limits]
            "Zn (total)" = 2
            [pairing]
            by = "time"
            within_minutes = 30
            replicates = true
            [rows]
            where = { site = "A", batch = [1, "2"] }
            [uncertainty."Zn (total)"]
            u0 = 0.002
            u1 = 1
            "#,
        )
        .unwrap();
        assert_eq!((set.mine.as_deref(), set.kind), (Some("north"), Some(Kind::Series)));
        assert_eq!(set.pairing.by, PairBy::Time);
        assert!(set.pairing.replicates);
        assert_eq!(set.rows.filter["batch"].words(), ["1", "2"]);
        assert_eq!(set.uncertainty["Zn (total)"], Line { u0: 0.002, u1: 1.0 });
        assert_eq!(set.limits["Zn (total)"], 2.0);
        assert_eq!(SetToml::parse("set.toml", "").unwrap(), SetToml::default());
    }

    #[test]
    fn nonsense_is_refused_with_its_line() {
        for (text, word, line) in [
            ("mine = \"a\"\nkin = \"table\"", "kin", Some(2)),
            ("kind = \"picture\"", "picture", Some(1)),
            ("mine = ", "", Some(1)),
            ("[uncertainty.Zn]\nu2 = 1", "u2", Some(2)),
            ("[uncertainty.Zn]\nu1 = -1", "Zn", None),
            ("[limits]\nZn = nan", "Zn", None),
            ("timezone = \"Asia/Tokyo\"", "+09:00", None),
            ("[pairing]\nby = \"time\"", "how far apart", None),
            ("[pairing]\nwithin_minutes = 3", "by time", None),
            ("[pairing]\nby = \"colour\"", "colour", Some(2)),
        ] {
            let error = SetToml::parse("set.toml", text).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
            assert_eq!(error.row(), line, "{error}");
            assert_eq!(error.file(), Some("set.toml"));
        }
    }
}
