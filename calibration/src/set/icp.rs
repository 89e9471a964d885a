//! `icp.csv`: what the laboratory found.

use super::icp_columns::{ColumnRules, Role, roles};
use super::reference::{Analyte, Reference};
use super::sheet::{Row, Sheet};
use crate::{Error, Result};
use adit_spectra::Label;
use adit_spectra::time::{Timezone, parse_days};
use adit_spectra::units::is_time_heading;

/// The file, row by row, before it is paired.
#[derive(Clone, Debug)]
pub(super) struct IcpTable {
    /// File name for messages.
    pub(super) source: String,
    pub(super) ids: Vec<String>,
    /// Line of each row in the file.
    pub(super) lines: Vec<u64>,
    /// Days since 1970-01-01 00:00 UTC, NaN where not given, if the file has a column of times.
    pub(super) times: Option<Vec<f64>>,
    pub(super) labels: Vec<Label>,
    pub(super) analytes: Vec<Analyte>,
    pub(super) notes: Vec<String>,
}

impl IcpTable {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// Naming row and column: a cell that is not a number, `<` limit or empty; a missing id; a time
    /// that cannot be read; headings that contradict each other or the set.
    pub(super) fn parse(
        source: &str,
        bytes: &[u8],
        rules: ColumnRules<'_>,
        timezone: Option<&str>,
    ) -> Result<IcpTable> {
        let sheet = Sheet::parse(source, bytes)?;
        if sheet.rows.is_empty() {
            return Err(sheet.fault("the file has headings but no sample"));
        }
        let (roles, notes) = roles(&sheet, rules)?;
        let id_column = roles.iter().position(|role| *role == Role::Id).unwrap_or(0);
        let mut table = IcpTable {
            source: source.to_string(),
            ids: ids(&sheet, id_column)?,
            lines: sheet.rows.iter().map(|row| row.line).collect(),
            times: None,
            labels: Vec::new(),
            analytes: Vec::new(),
            notes,
        };
        table.read_columns(&sheet, &roles)?;
        table.read_times(&sheet, timezone)?;
        Ok(table)
    }

    fn read_columns(&mut self, sheet: &Sheet, roles: &[Role]) -> Result<()> {
        for (column, role) in roles.iter().enumerate() {
            let cells = sheet.rows.iter().map(|row| cell(row, column).to_string());
            match role {
                Role::Label { name } => {
                    self.labels.push(Label { name: name.clone(), cells: cells.collect() });
                }
                Role::Analyte(analyte) => self.analytes.push(Analyte {
                    name: analyte.name.clone(),
                    unit: analyte.unit_text().to_string(),
                    references: each_cell(sheet, column, |text| reference(text, analyte.factor))?,
                    u: vec![None; sheet.rows.len()],
                }),
                Role::Id | Role::Uncertainty { .. } => {}
            }
        }
        for (column, role) in roles.iter().enumerate() {
            let Role::Uncertainty { of, factor } = role else { continue };
            let u = each_cell(sheet, column, |text| uncertainty(text, *factor))?;
            if let Some(analyte) = self.analytes.iter_mut().find(|a| a.name == *of) {
                analyte.u = u;
            }
        }
        Ok(())
    }

    /// A column `date` and a column `time` beside it are read together.
    fn read_times(&mut self, sheet: &Sheet, timezone: Option<&str>) -> Result<()> {
        let zone = Timezone::parse(timezone)?;
        let columns: Vec<usize> =
            (0..sheet.headings.len()).filter(|&c| is_time_heading(&sheet.headings[c])).collect();
        let Some(&column) = columns.first() else { return Ok(()) };
        let mut times = Vec::new();
        let mut without_offset = false;
        for row in &sheet.rows {
            let mut cells: Vec<&str> =
                columns.iter().map(|&c| cell(row, c)).filter(|text| !text.is_empty()).collect();
            // The date before the time of day, whichever column comes first.
            cells.sort_by_key(|text| parse_days(text, zone).is_none());
            let joined = cells.join(" ");
            let full = |text: &&str| text.contains(':') && parse_days(text, zone).is_some();
            let text = cells.iter().copied().find(full).unwrap_or(&joined);
            without_offset |= text.contains(':') && has_no_offset(text);
            times.push(match parse_days(text, zone) {
                Some(days) => days,
                None if text.is_empty() => f64::NAN,
                None => {
                    return Err(sheet
                        .fault(format!("\"{text}\" is not a date or a time with its date"))
                        .at_row(row.line)
                        .at_column(sheet.headings[column].clone())
                        .hint(
                            "write it year first, as 2024-05-31 13:20 or 2024-05-31T13:20+09:00",
                        ));
                }
            });
        }
        if without_offset && timezone.is_none() {
            self.notes.push("icp.csv: times without an offset were read as UTC".into());
        }
        self.times = Some(times);
        Ok(())
    }
}

fn cell(row: &Row, column: usize) -> &str {
    row.cells.get(column).map_or("", String::as_str)
}

fn has_no_offset(text: &str) -> bool {
    let west = Timezone::parse(Some("-12:00")).unwrap_or(Timezone::UTC);
    parse_days(text, Timezone::UTC) != parse_days(text, west)
}

fn ids(sheet: &Sheet, column: usize) -> Result<Vec<String>> {
    let id = |row: &Row| match cell(row, column) {
        "" => Err(sheet
            .fault("the row has no sample id")
            .at_row(row.line)
            .at_column(sheet.headings[column].clone())
            .hint("give every sample an id")),
        id => Ok(id.to_string()),
    };
    sheet.rows.iter().map(id).collect()
}

fn each_cell<T>(sheet: &Sheet, column: usize, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    let place = |e: Error, row: &Row| {
        e.in_file(sheet.source.clone())
            .at_row(row.line)
            .at_column(sheet.headings[column].clone())
            .of_sample(cell(row, super::icp_columns::id_column(&sheet.headings)))
    };
    sheet.rows.iter().map(|row| read(cell(row, column)).map_err(|e| place(e, row))).collect()
}

/// `1.25`, `<0.003` or nothing.
fn reference(text: &str, factor: f64) -> Result<Reference> {
    let scale = |v: f64| if factor == 1.0 { v } else { v * factor };
    if text.is_empty() || text.eq_ignore_ascii_case("nan") {
        return Ok(Reference::Missing);
    }
    if let Some(limit) = text.strip_prefix(['<', '＜']) {
        return match limit.trim().parse::<f64>() {
            Ok(limit) if limit.is_finite() && limit > 0.0 => Ok(Reference::Below(scale(limit))),
            _ => Err(Error::input(format!("\"{text}\" is not a detection limit"))
                .hint("write < and a number above 0, such as <0.003")),
        };
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Reference::Measured(scale(value))),
        Ok(_) => Err(Error::input(format!("\"{text}\" is not a finite number"))
            .hint("leave the cell empty where there is no value")),
        Err(_) => Err(Error::input(format!("\"{text}\" is not a number")).hint(number_hint(text))),
    }
}

fn number_hint(text: &str) -> &'static str {
    if text.matches(',').count() == 1 && text.replacen(',', ".", 1).parse::<f64>().is_ok() {
        "write decimals with a point"
    } else {
        "write <0.003 for a value below a detection limit, or leave the cell empty"
    }
}

fn uncertainty(text: &str, factor: f64) -> Result<Option<f64>> {
    if text.is_empty() || text.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(u) if u.is_finite() && u >= 0.0 => Ok(Some(if factor == 1.0 { u } else { u * factor })),
        _ => Err(Error::input(format!("\"{text}\" is not a standard uncertainty"))
            .hint("write a number from 0 up, or leave the cell empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn parse(text: &str) -> Result<IcpTable> {
        let units = BTreeMap::new();
        let rules = ColumnRules { two_files: false, analytes: None, units: &units };
        IcpTable::parse("icp.csv", text.as_bytes(), rules, None)
    }

    #[test]
    fn values_limits_and_empty_cells() {
        let icp = parse(
            "sample_id,site,zn_ug_l,zn_ug_l_u\na,N,1500,30\nb,S,<3,\nc,N,,\nd,N, ＜ 4 ,1\ne,N,-2,0\n",
        )
        .unwrap();
        let zn = &icp.analytes[0];
        assert_eq!((zn.name.as_str(), zn.unit.as_str()), ("Zn", "mg/L"));
        assert_eq!(
            zn.references,
            [
                Reference::Measured(1.5),
                Reference::Below(0.003),
                Reference::Missing,
                Reference::Below(0.004),
                Reference::Measured(-0.002)
            ]
        );
        assert_eq!(zn.u, [Some(0.03), None, None, Some(0.001), Some(0.0)]);
        assert_eq!(icp.lines, [2, 3, 4, 5, 6]);
        assert_eq!(icp.labels[0].cells, ["N", "S", "N", "N", "N"]);
        assert_eq!(icp.times, None);
    }

    #[test]
    fn bad_cells_are_named_by_row_column_and_sample() {
        for (cell, word) in [
            ("n.d.", "\"n.d.\" is not a number; write <0.003"),
            ("\"1,5\"", "decimals with a point"),
            ("<", "not a detection limit"),
            ("<0", "not a detection limit"),
            ("<-1", "not a detection limit"),
            ("inf", "not a finite number"),
        ] {
            let error = parse(&format!("sample_id,zn_mg_l\na,1\n\nb,{cell}\n")).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
            assert_eq!(
                (error.file(), error.row(), error.column(), error.sample()),
                (Some("icp.csv"), Some(4), Some("zn_mg_l"), Some("b"))
            );
        }
        assert!(parse("sample_id,zn_mg_l,zn_mg_l_u\na,1,-1\n").is_err());
        assert_eq!(parse("sample_id,zn_mg_l\n,1\n").unwrap_err().row(), Some(2));
        assert!(parse("sample_id,zn_mg_l\n").is_err());
    }

    #[test]
    fn times_are_read_whole_or_in_two_columns() {
        let times = |text: &str| parse(text).unwrap().times.unwrap();
        assert_eq!(times("id,date,zn_mg_l\na,1970-01-02,1\nb,,1\n")[0], 1.0);
        assert!(times("id,date,zn_mg_l\na,1970-01-02,1\nb,,1\n")[1].is_nan());
        assert_eq!(times("id,date,time,zn_mg_l\na,1970-01-02,12:00,1\n"), [1.5]);
        assert_eq!(times("id,time,date,zn_mg_l\na,12:00,1970-01-02,1\n"), [1.5]);
        assert_eq!(times("id,time,date,zn_mg_l\na,1970-01-02 12:00,1970-01-02,1\n"), [1.5]);
        let icp = parse("id,time,zn_mg_l\na,1970-01-02T09:00+09:00,1\n").unwrap();
        assert_eq!((icp.times.unwrap(), icp.notes.len()), (vec![1.0], 0));
        assert_eq!(parse("id,time,zn_mg_l\na,1970-01-02 09:00,1\n").unwrap().notes.len(), 1);
        assert_eq!(parse("id,time,zn_mg_l\na,2/1/1970,1\n").unwrap_err().column(), Some("time"));
    }
}
