//! What each column of `icp.csv` is: the id, an analyte, an analyte's uncertainty, or a label.

use super::sheet::Sheet;
use crate::{Error, Result};
use adit_engine::unit;
use adit_spectra::units::{Heading, is_time_heading, parse_heading, parse_unit};
use std::collections::{BTreeMap, BTreeSet};

/// Headings of the column of sample ids; without one of them it is the first column.
const ID_HEADINGS: &[&str] = &["sample_id", "sample id", "sample", "id", "試料名", "試料番号"];

/// Headings that are never those of an analyte unless the set lists them.
const LABELS: &[&str] = &["site", "split", "time", "date", "depth", "batch", "replicate"];

/// What field instruments see beside the sample: no analyte unless the set lists it.
const FIELD: &[&str] = &["EC", "T", "pH", "level"];

/// What the set says about the columns.
#[derive(Clone, Copy)]
pub(super) struct ColumnRules<'s> {
    /// No `set.toml`: a column of numbers without a known unit is an analyte too.
    pub(super) two_files: bool,
    /// The analytes that the set lists.
    pub(super) analytes: Option<&'s [String]>,
    /// Units of columns whose headings name none.
    pub(super) units: &'s BTreeMap<String, String>,
}

/// What one column is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    Id,
    Label { name: String },
    Analyte(AnalyteColumn),
    Uncertainty { of: String, factor: f64 },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AnalyteColumn {
    pub(super) name: String,
    /// Unit number; `None` is "unknown".
    pub(super) unit: Option<u32>,
    /// What a cell is multiplied by to be in the unit.
    pub(super) factor: f64,
}

impl AnalyteColumn {
    pub(super) fn unit_text(&self) -> &'static str {
        self.unit.map_or("unknown", unit::text)
    }
}

/// The index of the column of ids.
pub(super) fn id_column(headings: &[String]) -> usize {
    headings.iter().position(|h| ID_HEADINGS.contains(&h.to_lowercase().as_str())).unwrap_or(0)
}

/// The heading with the unit that `[units]` gives it, where its own names none.
pub(super) fn heading_with_unit(text: &str, units: &BTreeMap<String, String>) -> Result<String> {
    let plain = parse_heading(text);
    let Some(given) = units.get(text).or_else(|| units.get(&plain.name)) else {
        return Ok(text.to_string());
    };
    if let Some(own) = plain.unit_text {
        if parse_unit(given).is_some() && parse_unit(given) == parse_unit(&own) {
            return Ok(text.to_string());
        }
        return Err(Error::input(format!("[units] gives {given}, but the heading says {own}"))
            .at_column(text)
            .hint("keep one of the two"));
    }
    Ok(format!("{text} [{given}]"))
}

/// The role of every column, and what there is to say about them.
///
/// # Errors
/// An empty heading, a unit that is not known, two columns of one name, an uncertainty without its
/// analyte or in another unit, an analyte of the set's list that is no column.
pub(super) fn roles(sheet: &Sheet, rules: ColumnRules<'_>) -> Result<(Vec<Role>, Vec<String>)> {
    let id = id_column(&sheet.headings);
    let mut notes = Vec::new();
    let mut roles = Vec::new();
    for (column, text) in sheet.headings.iter().enumerate() {
        let place = |e: Error| e.in_file(sheet.source.clone()).at_column(text.clone());
        roles.push(if column == id {
            Some(Role::Id)
        } else if text.is_empty() {
            return Err(place(Error::input(format!("heading {} is empty", column + 1)))
                .hint("name the column or delete it"));
        } else {
            let written = heading_with_unit(text, rules.units).map_err(place)?;
            let heading = parse_heading(&written);
            if heading.uncertainty {
                None
            } else {
                Some(role(sheet, column, &heading, rules, &mut notes).map_err(place)?)
            }
        });
    }
    let roles = with_uncertainties(sheet, roles, rules)?;
    check_names(sheet, &roles)?;
    check_listed(sheet, &roles, rules)?;
    Ok((roles, notes))
}

fn role(
    sheet: &Sheet,
    column: usize,
    heading: &Heading,
    rules: ColumnRules<'_>,
    notes: &mut Vec<String>,
) -> Result<Role> {
    let text = &sheet.headings[column];
    let label = Role::Label {
        name: if heading.unit_text.is_some() { heading.name.clone() } else { text.clone() },
    };
    let name = heading.name.clone();
    let listed = rules
        .analytes
        .map(|names| names.iter().any(|n| *n == name || parse_heading(n).name == name));
    let label_by_name = LABELS.contains(&name.to_lowercase().as_str()) || is_time_heading(&name);
    match listed {
        Some(false) => return Ok(label),
        None if label_by_name => return Ok(label),
        None if FIELD.contains(&name.as_str()) => {
            notes.push(format!(
                "icp.csv: column \"{text}\" is not taken as an analyte; to take it, list it under \
                 analytes in set.toml"
            ));
            return Ok(label);
        }
        _ => {}
    }
    let unknown = Role::Analyte(AnalyteColumn { name: name.clone(), unit: None, factor: 1.0 });
    if let Some(number) = heading.unit {
        if heading.factor != 1.0 {
            notes.push(format!(
                "icp.csv: column \"{text}\" was multiplied by {} to be in {}",
                heading.factor,
                unit::text(number)
            ));
        }
        return Ok(Role::Analyte(AnalyteColumn {
            name,
            unit: Some(number),
            factor: heading.factor,
        }));
    }
    // A unit that is written but not known is never passed over.
    let as_unknown = listed == Some(true) || (rules.two_files && all_numbers(sheet, column));
    if as_unknown && heading.unit_text.is_none() {
        notes.push(format!(
            "icp.csv: column \"{text}\" is taken as an analyte whose unit is unknown"
        ));
        return Ok(unknown);
    }
    match &heading.unit_text {
        None => Ok(label),
        Some(_) => heading.require_unit(text).map(|_| label).map_err(Error::from),
    }
}

/// Whether the column has numbers (or `<` limits) and nothing else.
fn all_numbers(sheet: &Sheet, column: usize) -> bool {
    let cells = sheet.rows.iter().filter_map(|row| row.cells.get(column));
    let mut filled = cells.filter(|cell| !cell.is_empty()).peekable();
    let number = |cell: &String| cell.trim_start_matches(['<', '＜']).trim().parse::<f64>().is_ok();
    filled.peek().is_some() && filled.all(number)
}

/// Fills the places of the uncertainty columns, which need the analytes to be known.
fn with_uncertainties(
    sheet: &Sheet,
    roles: Vec<Option<Role>>,
    rules: ColumnRules<'_>,
) -> Result<Vec<Role>> {
    let analytes: Vec<AnalyteColumn> = roles
        .iter()
        .filter_map(|role| match role {
            Some(Role::Analyte(analyte)) => Some(analyte.clone()),
            _ => None,
        })
        .collect();
    let fill = |(role, text): (Option<Role>, &String)| match role {
        Some(role) => Ok(role),
        None => uncertainty(text, &analytes, rules)
            .map_err(|e| e.in_file(sheet.source.clone()).at_column(text.clone())),
    };
    roles.into_iter().zip(&sheet.headings).map(fill).collect()
}

fn uncertainty(text: &str, analytes: &[AnalyteColumn], rules: ColumnRules<'_>) -> Result<Role> {
    let heading = parse_heading(text);
    // `zn_t_u` beside `zn_t_mg_l` names its analyte only once it has that one's unit.
    let stem = text.get(..text.len().saturating_sub(2)).unwrap_or(text);
    let same = |a: &&AnalyteColumn| {
        a.name == heading.name
            || (heading.unit_text.is_none()
                && parse_heading(&format!("{stem} [{}]", a.unit_text())).name == a.name)
    };
    let Some(analyte) = analytes.iter().find(same) else {
        // The analyte is not among those listed, or the column only looks like an uncertainty.
        if rules.analytes.is_some() || heading.unit_text.is_none() {
            return Ok(Role::Label { name: text.to_string() });
        }
        return Err(Error::input(format!(
            "the uncertainty of {}, which is no column",
            heading.name
        ))
        .hint("give the column of results the same name without _u"));
    };
    let of = analyte.name.clone();
    match heading.unit {
        None if heading.unit_text.is_none() => Ok(Role::Uncertainty { of, factor: analyte.factor }),
        Some(number) if Some(number) == analyte.unit => {
            Ok(Role::Uncertainty { of, factor: heading.factor })
        }
        _ => {
            Err(Error::input(format!("the uncertainty of {of} is not in {}", analyte.unit_text()))
                .hint("write the uncertainty in the unit of the results"))
        }
    }
}

fn check_names(sheet: &Sheet, roles: &[Role]) -> Result<()> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (role, text) in roles.iter().zip(&sheet.headings) {
        let key = match role {
            Role::Id => continue,
            Role::Label { name } => name.clone(),
            Role::Analyte(analyte) => analyte.name.clone(),
            Role::Uncertainty { of, .. } => format!("the uncertainty of {of}"),
        };
        if let Some(first) = seen.insert(key.clone(), text) {
            return Err(sheet
                .fault(format!("duplicate column: \"{first}\" and \"{text}\" both are {key}"))
                .at_column(text.clone())
                .hint("keep one of them"));
        }
    }
    Ok(())
}

fn check_listed(sheet: &Sheet, roles: &[Role], rules: ColumnRules<'_>) -> Result<()> {
    let have: BTreeSet<&str> = roles
        .iter()
        .filter_map(|role| match role {
            Role::Analyte(analyte) => Some(analyte.name.as_str()),
            _ => None,
        })
        .collect();
    for name in rules.analytes.unwrap_or_default() {
        if !have.contains(name.as_str()) && !have.contains(parse_heading(name).name.as_str()) {
            return Err(sheet
                .fault(format!("no column holds \"{name}\", which set.toml lists under analytes"))
                .hint(format!("the headings are {}", sheet.headings.join(", "))));
        }
    }
    if have.is_empty() {
        return Err(sheet.fault("no column is an analyte").hint(
            "write the unit into the heading, such as Zn (total) [mg/L] or zn_t_mg_l, \
             or list the columns under analytes in set.toml",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn roles_of(text: &str, rules: ColumnRules<'_>) -> Result<(Vec<Role>, Vec<String>)> {
        roles(&Sheet::parse("icp.csv", text.as_bytes()).unwrap(), rules)
    }

    fn short(roles: &[Role]) -> Vec<String> {
        let one = |role: &Role| match role {
            Role::Id => "id".into(),
            Role::Label { name } => format!("label {name}"),
            Role::Analyte(a) => format!("{} [{}] x{}", a.name, a.unit_text(), a.factor),
            Role::Uncertainty { of, factor } => format!("u of {of} x{factor}"),
        };
        roles.iter().map(one).collect()
    }

    const NO_UNITS: &BTreeMap<String, String> = &BTreeMap::new();
    const SET: ColumnRules<'_> = ColumnRules { two_files: false, analytes: None, units: NO_UNITS };
    const TWO: ColumnRules<'_> = ColumnRules { two_files: true, analytes: None, units: NO_UNITS };

    #[test]
    fn both_ways_of_writing_give_one_name() {
        let text = "site,sample_id,date,depth [m],Zn (total) [mg/L],cd_d_ug_l,fat_pct,batch,grade\n\
                    N,a,2020-01-01,1,2,3,4,5,6\n";
        let (roles, notes) = roles_of(text, SET).unwrap();
        assert_eq!(
            short(&roles),
            [
                "label site",
                "id",
                "label date",
                "label depth",
                "Zn (total) [mg/L] x1",
                "Cd (dissolved) [mg/L] x0.001",
                "fat [%] x1",
                "label batch",
                "label grade"
            ]
        );
        assert_eq!(notes.len(), 1, "{notes:?}");
    }

    #[test]
    fn a_two_file_set_takes_columns_of_numbers() {
        let text = "id,site,batch,fat,grade,remark,empty\na,1,1,4.5,<2,x,\nb,2,1,,3,1,\n";
        let (roles, notes) = roles_of(text, TWO).unwrap();
        let expected = [
            "id",
            "label site",
            "label batch",
            "fat [unknown] x1",
            "grade [unknown] x1",
            "label remark",
            "label empty",
        ];
        assert_eq!(short(&roles), expected);
        assert_eq!(notes.len(), 2);
        assert!(roles_of(text, SET).is_err(), "no column has a unit");
    }

    #[test]
    fn a_unit_that_is_not_known_is_an_error_that_lists_those_that_are() {
        for heading in ["Zn [ppb]", "Zn［ppb］", "Zn（total）［ppb］"] {
            for rules in [SET, TWO] {
                let error = roles_of(&format!("id,fe_mg_l,{heading}\na,1,2\n"), rules).unwrap_err();
                let text = error.to_string();
                assert_eq!((error.kind(), error.column()), (ErrorKind::Input, Some(heading)));
                assert!(text.contains("\"ppb\"") && text.contains("ug/L"), "{text}");
            }
        }
        let (roles, _) = roles_of("id,Zn（total）［µg/L］\na,1\n", TWO).unwrap();
        assert_eq!(short(&roles), ["id", "Zn (total) [mg/L] x0.001"]);
    }

    #[test]
    fn a_list_of_analytes_decides() {
        let names = ["fat".to_string(), "zn_t_mg_l".to_string()];
        let rules = ColumnRules { analytes: Some(&names), ..SET };
        let (roles, notes) =
            roles_of("id,fat,Zn (total) [mg/L],Fe [mg/L],fe_mg_l_u\na,1,2,3,4\n", rules).unwrap();
        assert_eq!(
            short(&roles),
            ["id", "fat [unknown] x1", "Zn (total) [mg/L] x1", "label Fe", "label fe_mg_l_u"]
        );
        assert_eq!(notes.len(), 1);
        let error = roles_of("id,fat\na,1\n", rules).unwrap_err();
        assert!(error.to_string().contains("zn_t_mg_l"), "{error}");
    }

    #[test]
    fn the_set_gives_units_that_headings_do_not() {
        let units = BTreeMap::from([("zn_t".to_string(), "ug/L".to_string())]);
        let rules = ColumnRules { units: &units, ..SET };
        let (roles, _) = roles_of("id,zn_t\na,1\n", rules).unwrap();
        assert_eq!(short(&roles), ["id", "Zn (total) [mg/L] x0.001"]);
        let units = BTreeMap::from([("Zn".to_string(), "ug/L".to_string())]);
        let rules = ColumnRules { units: &units, ..SET };
        assert!(roles_of("id,Zn [mg/L]\na,1\n", rules).is_err());
    }

    #[test]
    fn uncertainties_find_their_analyte() {
        for heading in ["zn_t_mg_l_u", "Zn (total)_u", "Zn (total)_u [mg/L]", "zn_t_u"] {
            let (roles, _) = roles_of(&format!("id,zn_t_mg_l,{heading}\na,1,2\n"), SET).unwrap();
            assert_eq!(short(&roles)[2], "u of Zn (total) x1", "{heading}");
        }
        let (roles, _) = roles_of("id,zn_ug_l,zn_u,x_u\na,1,2,3\n", SET).unwrap();
        assert_eq!(short(&roles)[2..], ["u of Zn x0.001", "label x_u"]);
        for text in ["id,zn_mg_l,cd_mg_l_u\na,1,2\n", "id,zn_mg_l,zn_pct_u\na,1,2\n"] {
            assert!(roles_of(text, SET).is_err(), "{text}");
        }
    }

    #[test]
    fn names_stand_once_and_something_is_measured() {
        for (text, word) in [
            ("id,Zn (total) [mg/L],zn_t_mg_l\na,1,2\n", "both are Zn (total)"),
            ("id,site,site,zn_mg_l\na,1,2,3\n", "both are site"),
            ("id,,zn_mg_l\na,1,2\n", "heading 2 is empty"),
            ("id,site\na,1\n", "no column is an analyte"),
            ("id,EC [uS/cm]\na,1\n", "no column is an analyte"),
        ] {
            let error = roles_of(text, SET).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
