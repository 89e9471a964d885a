//! The grammar of headings: a name with its unit in brackets (`Zn (total) [mg/L]`) or as a suffix
//! (`zn_t_mg_l`). Both ways of writing give one name and one unit.

use crate::error::{Error, ErrorKind};
use adit_abi::unit;

/// What a heading says.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Canonical name, without the unit: `EC`, `T`, `pH`, `level`, `Zn (total)`, `SO4`, `fat`.
    pub name: String,
    /// Unit number of `adit_abi::unit` that the cells have after multiplication by `factor`;
    /// `None` where the heading names no unit, or one that is not known.
    pub unit: Option<u32>,
    /// What a cell is multiplied by to be in `unit`: 0.001 for ug/L (read as mg/L), else mostly 1.
    pub factor: f64,
    /// The unit as it stands in the heading, where one stands there.
    pub unit_text: Option<String>,
    /// The heading ends in `_u`: the column holds standard uncertainties (k = 1) of `name`.
    pub uncertainty: bool,
}

/// A unit as people write it: its number and the factor that brings a value to it.
type Scaled = (u32, f64);

/// Ways of writing a unit, lower case without spaces, micro sign and degree sign spelt out.
const WRITTEN: &[(&str, Scaled)] = &[
    ("nm", (unit::ADIT_UNIT_NM, 1.0)),
    ("1/cm", (unit::ADIT_UNIT_PER_CM, 1.0)),
    ("cm-1", (unit::ADIT_UNIT_PER_CM, 1.0)),
    ("au", (unit::ADIT_UNIT_ABSORBANCE, 1.0)),
    ("counts", (unit::ADIT_UNIT_COUNTS, 1.0)),
    ("us/cm", (unit::ADIT_UNIT_US_PER_CM, 1.0)),
    ("ms/cm", (unit::ADIT_UNIT_US_PER_CM, 1000.0)),
    ("ds/m", (unit::ADIT_UNIT_US_PER_CM, 1000.0)),
    ("s/m", (unit::ADIT_UNIT_US_PER_CM, 10_000.0)),
    ("ms/m", (unit::ADIT_UNIT_MS_PER_M, 1.0)),
    ("degc", (unit::ADIT_UNIT_DEG_C, 1.0)),
    ("c", (unit::ADIT_UNIT_DEG_C, 1.0)),
    ("daysutc", (unit::ADIT_UNIT_DAYS_UTC, 1.0)),
    ("m", (unit::ADIT_UNIT_M, 1.0)),
    ("cm", (unit::ADIT_UNIT_M, 0.01)),
    ("mm", (unit::ADIT_UNIT_M, 0.001)),
    ("g/l", (unit::ADIT_UNIT_MG_PER_L, 1000.0)),
    ("mg/l", (unit::ADIT_UNIT_MG_PER_L, 1.0)),
    ("ug/l", (unit::ADIT_UNIT_MG_PER_L, 1e-3)),
    ("ng/l", (unit::ADIT_UNIT_MG_PER_L, 1e-6)),
    ("%", (unit::ADIT_UNIT_PERCENT, 1.0)),
    ("pct", (unit::ADIT_UNIT_PERCENT, 1.0)),
    ("ph", (unit::ADIT_UNIT_PH, 1.0)),
    ("-", (unit::ADIT_UNIT_NONE, 1.0)),
];

/// Suffixes that name a unit whatever stands before them; a longer one before its own ending.
const SUFFIXES: &[(&str, &str)] = &[
    ("_us_cm", "us/cm"),
    ("_ms_cm", "ms/cm"),
    ("_ms_m", "ms/m"),
    ("_ds_m", "ds/m"),
    ("_mg_l", "mg/l"),
    ("_ug_l", "ug/l"),
    ("_ng_l", "ng/l"),
    ("_g_l", "g/l"),
    ("_pct", "pct"),
    ("_degc", "degc"),
    ("_deg_c", "degc"),
];

/// Suffixes so short that they count only after the name of what is measured in them.
const SHORT_SUFFIXES: &[(&str, &str, &str)] = &[
    ("_c", "c", "T"),
    ("_m", "m", "level"),
    ("_cm", "cm", "level"),
    ("_mm", "mm", "level"),
    ("_m", "m", "depth"),
];

/// Names of what field instruments measure, lower case: canonical name, ways of writing it.
const CHANNELS: &[(&str, &[&str])] = &[
    (
        "EC",
        &[
            "ec",
            "cond",
            "conductivity",
            "electrical conductivity",
            "electrical_conductivity",
            "電気伝導率",
            "電気伝導度",
            "導電率",
        ],
    ),
    (
        "T",
        &[
            "t",
            "temp",
            "temperature",
            "water temperature",
            "water_temperature",
            "water_temp",
            "water temp",
            "水温",
        ],
    ),
    ("pH", &["ph"]),
    ("level", &["level", "water level", "water_level", "水位"]),
    ("depth", &["depth"]),
];

const TIMES: &[&str] = &["time", "datetime", "date", "timestamp", "日時", "日付", "時刻", "年月日"];

const ELEMENTS: &[&str] = &[
    "Ag", "Al", "As", "Au", "B", "Ba", "Be", "Bi", "Br", "C", "Ca", "Cd", "Ce", "Cl", "Co", "Cr",
    "Cs", "Cu", "F", "Fe", "Ga", "Ge", "Hg", "I", "In", "K", "La", "Li", "Mg", "Mn", "Mo", "N",
    "Na", "Nd", "Ni", "P", "Pb", "Pd", "Pt", "Rb", "S", "Sb", "Sc", "Se", "Si", "Sn", "Sr", "Te",
    "Th", "Ti", "Tl", "U", "V", "W", "Y", "Zn", "Zr", "SO4", "NO2", "NO3", "NH4", "PO4", "HCO3",
    "CO3", "CaCO3", "SiO2",
];

/// The number of a unit however people write it (`mg/l`, `µS/cm`, `°C`), and the factor that
/// brings values to that unit (0.001 for ug/L, whose values are kept in mg/L).
///
/// `ppm` and `ppb` are not known on purpose: by mass or by volume, they do not say.
pub fn parse_unit(text: &str) -> Option<(u32, f64)> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            // Letters and signs of full width stand in the order of ASCII.
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .flat_map(|c| match c {
            'µ' | 'μ' => 'u'.to_lowercase(),
            '℃' => 'c'.to_lowercase(),
            other => other.to_lowercase(),
        })
        .filter(|c| *c != '°')
        .collect();
    WRITTEN.iter().find(|(written, _)| *written == plain).map(|(_, scaled)| *scaled)
}

/// What a heading says: name, unit, and whether it is an uncertainty.
///
/// ```
/// use adit_abi::unit::{ADIT_UNIT_MG_PER_L, ADIT_UNIT_US_PER_CM};
/// use adit_spectra::units::parse_heading;
///
/// let bracket = parse_heading("Zn (total) [mg/L]");
/// let suffix = parse_heading("zn_t_mg_l");
/// assert_eq!((bracket.name.as_str(), bracket.unit), ("Zn (total)", Some(ADIT_UNIT_MG_PER_L)));
/// assert_eq!((suffix.name, suffix.unit), (bracket.name, bracket.unit));
/// assert_eq!(parse_heading("ec_us_cm").unit, Some(ADIT_UNIT_US_PER_CM));
/// assert_eq!(parse_heading("EC").unit, None);
/// ```
pub fn parse_heading(text: &str) -> Heading {
    let text = with_ascii_brackets(text.trim());
    let (outer, late_uncertainty) = strip_uncertainty(&text);
    let (stem, unit_text) = split_unit(outer);
    let scaled = unit_text.as_deref().and_then(parse_unit);
    let (stem, uncertainty) = match unit_text {
        Some(_) => strip_uncertainty(stem),
        None => (stem, false),
    };
    let mut unit = scaled.map(|(number, _)| number);
    let name = canonical(stem, unit);
    if name == "pH" && unit_text.is_none() {
        unit = Some(unit::ADIT_UNIT_PH);
    }
    Heading {
        name,
        unit,
        factor: scaled.map_or(1.0, |(_, factor)| factor),
        unit_text,
        uncertainty: uncertainty || late_uncertainty,
    }
}

impl Heading {
    /// The unit, or an error that says how to write one. `column` is the heading as it stands.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] without a unit, [`ErrorKind::Unsupported`] with an unknown one.
    pub fn require_unit(&self, column: &str) -> Result<u32, Error> {
        if let Some(unit) = self.unit {
            return Ok(unit);
        }
        let (kind, what) = match &self.unit_text {
            None => (ErrorKind::Malformed, "the heading names no unit".to_string()),
            Some(text) => (ErrorKind::Unsupported, format!("the unit \"{text}\" is not known")),
        };
        Err(Error::new(kind, what).at_column(column).hint(way_to_write(&self.name)))
    }
}

/// Whether a heading is that of a column of times.
pub fn is_time_heading(text: &str) -> bool {
    TIMES.contains(&text.trim().to_lowercase().as_str())
}

/// Whether a name without a unit is one of a quantity that must have one: EC, T or level.
pub(crate) fn needs_unit(name: &str) -> bool {
    matches!(name, "EC" | "T" | "level")
}

fn way_to_write(name: &str) -> String {
    match name {
        "EC" => "write it as EC [uS/cm] or EC [mS/m] (1 mS/m = 10 uS/cm)".into(),
        "T" => "write it as T [degC]".into(),
        "level" => "write it as level [m] or level [cm]".into(),
        other => {
            format!(
                "write it as {other} [UNIT] with one of g/L, mg/L, ug/L, ng/L, %, uS/cm, mS/m, mS/cm, degC, m, cm, nm"
            )
        }
    }
}

/// Japanese input methods give brackets of full width.
fn with_ascii_brackets(text: &str) -> String {
    let ascii = |c| match c {
        '［' => '[',
        '］' => ']',
        '（' => '(',
        '）' => ')',
        other => other,
    };
    text.chars().map(ascii).collect()
}

/// The stem and, if there is one, the unit as written.
fn split_unit(text: &str) -> (&str, Option<String>) {
    if let Some((stem, unit)) = bracketed(text, '[', ']') {
        return (stem, Some(unit.to_string()));
    }
    if let Some((stem, unit)) = bracketed(text, '(', ')').filter(|(_, u)| parse_unit(u).is_some()) {
        return (stem, Some(unit.to_string()));
    }
    for (suffix, written) in SUFFIXES {
        if let Some(stem) = strip_suffix_ignoring_case(text, suffix) {
            return (stem, Some((*written).to_string()));
        }
    }
    for (suffix, written, name) in SHORT_SUFFIXES {
        let stem = strip_suffix_ignoring_case(text, suffix);
        if let Some(stem) = stem.filter(|stem| channel(stem) == Some(name)) {
            return (stem, Some((*written).to_string()));
        }
    }
    (text, None)
}

fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let (stem, unit) = text.strip_suffix(close)?.rsplit_once(open)?;
    (!stem.trim().is_empty()).then(|| (stem.trim(), unit.trim()))
}

fn strip_suffix_ignoring_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let cut = text.len().checked_sub(suffix.len())?;
    let (stem, end) = text.split_at_checked(cut)?;
    (!stem.is_empty() && end.eq_ignore_ascii_case(suffix)).then_some(stem)
}

fn strip_uncertainty(text: &str) -> (&str, bool) {
    match strip_suffix_ignoring_case(text, "_u") {
        Some(stem) => (stem, true),
        None => (text, false),
    }
}

fn channel(stem: &str) -> Option<&'static str> {
    let lower = stem.trim().to_lowercase();
    CHANNELS.iter().find(|(_, ways)| ways.contains(&lower.as_str())).map(|(name, _)| *name)
}

/// The name that both ways of writing share.
fn canonical(stem: &str, unit: Option<u32>) -> String {
    let stem = stem.trim();
    if let Some(name) = channel(stem) {
        return name.to_string();
    }
    if unit != Some(unit::ADIT_UNIT_MG_PER_L) && !stem.ends_with(')') {
        return stem.to_string();
    }
    let (substance, fraction) = split_fraction(stem);
    let known = ELEMENTS.iter().find(|symbol| symbol.eq_ignore_ascii_case(substance));
    let substance = known.map_or(substance, |symbol| *symbol);
    match fraction {
        Some(fraction) => format!("{substance} ({fraction})"),
        None => substance.to_string(),
    }
}

/// `zn_t`, `zn_total`, `Zn total` and `Zn (total)` all name the total fraction; what stands in
/// parentheses is kept whatever it is.
fn split_fraction(stem: &str) -> (&str, Option<String>) {
    if let Some((substance, fraction)) = bracketed(stem, '(', ')') {
        let lower = fraction.to_lowercase();
        let known = matches!(lower.as_str(), "total" | "dissolved" | "soluble");
        return (substance, Some(if known { lower } else { fraction.to_string() }));
    }
    for (suffix, fraction) in [
        ("_t", "total"),
        ("_total", "total"),
        (" total", "total"),
        ("_d", "dissolved"),
        ("_dissolved", "dissolved"),
        (" dissolved", "dissolved"),
    ] {
        if let Some(substance) = strip_suffix_ignoring_case(stem, suffix) {
            return (substance.trim(), Some(fraction.to_string()));
        }
    }
    (stem, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use adit_abi::unit::*;

    #[test]
    fn headings_and_what_they_say() {
        let cases: &[(&str, &str, Option<u32>, f64)] = &[
            ("EC [uS/cm]", "EC", Some(ADIT_UNIT_US_PER_CM), 1.0),
            ("EC [µS/cm]", "EC", Some(ADIT_UNIT_US_PER_CM), 1.0),
            ("EC [μS/cm]", "EC", Some(ADIT_UNIT_US_PER_CM), 1.0),
            ("EC (mS/m)", "EC", Some(ADIT_UNIT_MS_PER_M), 1.0),
            ("ec_ms_m", "EC", Some(ADIT_UNIT_MS_PER_M), 1.0),
            ("ec_us_cm", "EC", Some(ADIT_UNIT_US_PER_CM), 1.0),
            ("Conductivity [mS/cm]", "EC", Some(ADIT_UNIT_US_PER_CM), 1000.0),
            ("電気伝導率 [mS/m]", "EC", Some(ADIT_UNIT_MS_PER_M), 1.0),
            ("EC", "EC", None, 1.0),
            ("EC25 [uS/cm]", "EC25", Some(ADIT_UNIT_US_PER_CM), 1.0),
            ("temp_c", "T", Some(ADIT_UNIT_DEG_C), 1.0),
            ("temperature_c", "T", Some(ADIT_UNIT_DEG_C), 1.0),
            ("T [℃]", "T", Some(ADIT_UNIT_DEG_C), 1.0),
            ("水温 [°C]", "T", Some(ADIT_UNIT_DEG_C), 1.0),
            ("batch_c", "batch_c", None, 1.0),
            ("ph", "pH", Some(ADIT_UNIT_PH), 1.0),
            ("pH [-]", "pH", Some(ADIT_UNIT_NONE), 1.0),
            ("level_m", "level", Some(ADIT_UNIT_M), 1.0),
            ("Water level [cm]", "level", Some(ADIT_UNIT_M), 0.01),
            ("level", "level", None, 1.0),
            ("depth_m", "depth", Some(ADIT_UNIT_M), 1.0),
            ("so4_mg_l", "SO4", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("Zn (total) [mg/L]", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("zn ( Total ) [ mg/l ]", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("zn_t_mg_l", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("Cd_d_ug_L", "Cd (dissolved)", Some(ADIT_UNIT_MG_PER_L), 1e-3),
            ("Zn total [mg/L]", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("zn_mg_l", "Zn", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("doc_mg_l", "doc", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("fat_pct", "fat", Some(ADIT_UNIT_PERCENT), 1.0),
            ("fat", "fat", None, 1.0),
            ("As [ppb]", "As", None, 1.0),
            ("Zn（total）［mg/L］", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("Zn （Total） [ｍｇ／Ｌ]", "Zn (total)", Some(ADIT_UNIT_MG_PER_L), 1.0),
            ("電気伝導率（ｍＳ／ｍ）", "EC", Some(ADIT_UNIT_MS_PER_M), 1.0),
            ("fat［％］", "fat", Some(ADIT_UNIT_PERCENT), 1.0),
            ("As［ppb］", "As", None, 1.0),
            ("site", "site", None, 1.0),
            ("[mg/L]", "[mg/L]", None, 1.0),
            ("_mg_l", "_mg_l", None, 1.0),
            ("", "", None, 1.0),
        ];
        for (text, name, unit, factor) in cases {
            let heading = parse_heading(text);
            assert_eq!(heading.name, *name, "{text}");
            assert_eq!((heading.unit, heading.factor), (*unit, *factor), "{text}");
            assert!(!heading.uncertainty, "{text}");
        }
    }

    #[test]
    fn uncertainty_columns_name_their_analyte() {
        for text in ["zn_t_mg_l_u", "zn_t_u_mg_l", "Zn (total)_u [mg/L]", "Zn (total) [mg/L]_u"] {
            let heading = parse_heading(text);
            assert_eq!(heading.name, "Zn (total)", "{text}");
            assert!(heading.uncertainty, "{text}");
            assert_eq!(heading.unit, Some(ADIT_UNIT_MG_PER_L), "{text}");
        }
        let plain = parse_heading("Zn (total)_u");
        assert_eq!(
            (plain.name.as_str(), plain.unit, plain.uncertainty),
            ("Zn (total)", None, true)
        );
        let uranium = parse_heading("u_mg_l");
        assert_eq!((uranium.name.as_str(), uranium.uncertainty), ("U", false));
    }

    #[test]
    fn a_missing_or_unknown_unit_says_how_to_write_it() {
        let missing = parse_heading("EC").require_unit("EC").unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Malformed);
        assert!(missing.to_string().contains("EC [uS/cm]"), "{missing}");
        let unknown = parse_heading("As [ppb]").require_unit("As [ppb]").unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::Unsupported);
        assert!(unknown.to_string().contains("\"ppb\""), "{unknown}");
    }

    #[test]
    fn every_abi_unit_but_the_derived_ones_is_read_as_it_is_written() {
        for (number, text) in unit::UNITS {
            if ![ADIT_UNIT_NONE, ADIT_UNIT_LOG10].contains(number) {
                assert_eq!(parse_unit(text), Some((*number, 1.0)), "{text}");
            }
        }
    }

    #[test]
    fn time_headings() {
        assert!(is_time_heading(" DateTime ") && is_time_heading("日時"));
        assert!(!is_time_heading("time_of_flight"));
    }
}
