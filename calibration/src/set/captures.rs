//! What the instruments saw: the files of captures, tables or series as one table.

use super::folder::Folder;
use super::icp_columns::heading_with_unit;
use super::set_toml::{Kind, SetToml};
use super::sheet::{plain_text, row_lines};
use super::types::RowOrigin;
use crate::{Error, Result, axis_of};
use adit_spectra::{
    Columns, Content, Kind as FileKind, Label, ReadOptions, Table, read_any, read_csv,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// All rows, in the order of the files' names and within them of the file.
pub(super) struct Captures {
    pub(super) table: Table,
    pub(super) origins: Vec<RowOrigin>,
    pub(super) notes: Vec<String>,
    /// Headings of the CSV files.
    pub(super) headings: Vec<String>,
}

impl Captures {
    /// Reads the files of the set's kind.
    ///
    /// # Errors
    /// A missing, damaged or empty file, a file of another kind, files whose columns differ.
    pub(super) fn read(folder: &mut Folder, set: &SetToml, kind: Kind) -> Result<Captures> {
        let mut notes = Vec::new();
        let names = file_names(folder, kind, &mut notes)?;
        let mut all: Option<Captures> = None;
        for name in names {
            let one = read_file(folder, set, kind, &name)?;
            all = Some(match all {
                None => one,
                Some(before) => before.append(one).map_err(|e| e.file_under(folder.root()))?,
            });
        }
        let mut all = all.ok_or_else(|| folder.fault("the set has no captures"))?;
        notes.append(&mut all.notes);
        all.notes = notes;
        Ok(all)
    }

    fn append(mut self, other: Captures) -> Result<Captures> {
        check_same_columns(&self.table, &other.table)?;
        append_table(&mut self.table, other.table);
        self.origins.extend(other.origins);
        self.notes.extend(other.notes);
        self.headings.extend(other.headings);
        Ok(self)
    }
}

fn file_names(folder: &Folder, kind: Kind, notes: &mut Vec<String>) -> Result<Vec<String>> {
    let (sub, endings): (&str, &[&str]) = match kind {
        Kind::Table => return Ok(vec!["table.csv".into()]),
        Kind::Series => ("series", &["csv"]),
        Kind::Spectra if !folder.has_folder("captures") => return Ok(vec!["spectra.csv".into()]),
        Kind::Spectra => ("captures", &["csv", "h5", "hdf5"]),
    };
    if kind == Kind::Spectra && folder.has_file("spectra.csv") {
        return Err(folder
            .fault("both captures/ and spectra.csv are there, and only one of them can be meant")
            .hint("move spectra.csv into captures/, or take one of them away"));
    }
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for name in folder.list(sub)? {
        let ending = name.rsplit_once('.').map_or(String::new(), |(_, e)| e.to_lowercase());
        if endings.contains(&ending.as_str()) { taken.push(name) } else { left.push(name) }
    }
    if !left.is_empty() {
        notes.push(format!("not read: {}", left.join(", ")));
    }
    if taken.is_empty() {
        let endings: Vec<_> = endings.iter().map(|e| format!("*.{e}")).collect();
        return Err(Error::input("the folder holds no file to read")
            .in_file(folder.shown(sub))
            .hint(format!("put {} files there", endings.join(" or "))));
    }
    Ok(taken)
}

fn read_file(folder: &mut Folder, set: &SetToml, kind: Kind, name: &str) -> Result<Captures> {
    let mut options = ReadOptions::default();
    options.timezone.clone_from(&set.timezone);
    let bytes = folder.read(name)?;
    let shown = folder.shown(name);
    let hdf5 = bytes.starts_with(b"\x89HDF\r\n\x1a\n");
    let (content, headings) = if hdf5 {
        (read_any(&folder.path(name), &options)?, Vec::new())
    } else {
        let (bytes, headings) = with_units(&shown, &bytes, &set.units)?;
        (read_csv(&shown, &bytes, &options)?, headings)
    };
    check_kind(&content, kind, &shown)?;
    let Content { mut table, notes, .. } = content;
    table.validate()?;
    let rows = table.rows();
    let lines = if hdf5 { (1..=rows as u64).collect() } else { row_lines(&bytes, rows) };
    let origin = |row| RowOrigin { file: name.to_string(), row };
    table.source = name.to_string();
    Ok(Captures {
        table,
        origins: lines.into_iter().map(origin).collect(),
        notes: notes.into_iter().map(|note| format!("{name}: {note}")).collect(),
        headings,
    })
}

fn check_kind(content: &Content, kind: Kind, shown: &str) -> Result<()> {
    let fits = match (content.kind, kind) {
        (FileKind::Store, _) => {
            matches!(content.table.columns, Columns::Positions { .. }) == (kind == Kind::Spectra)
        }
        (FileKind::WideCsv, Kind::Spectra) => true,
        (FileKind::TableCsv, Kind::Table) => true,
        // A logger's file may also number its rows under a heading of ids.
        (FileKind::SeriesCsv | FileKind::TableCsv, Kind::Series) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let hint = match kind {
        Kind::Spectra => "head each column but the first with its wavelength in nm",
        Kind::Table => "head the column of sample ids sample_id and write units into the others",
        Kind::Series => "head the first column time and write units into the others",
    };
    let found = content.kind.describe();
    let what = format!("the set's kind is \"{kind}\", and this is another: {found}");
    Err(Error::input(what).in_file(shown).hint(hint))
}

/// The text with the units of `[units]` written into its headings, and the headings as they were.
fn with_units<'b>(
    shown: &str,
    bytes: &'b [u8],
    units: &BTreeMap<String, String>,
) -> Result<(Cow<'b, [u8]>, Vec<String>)> {
    if units.is_empty() {
        return Ok((Cow::Borrowed(bytes), Vec::new()));
    }
    let text = plain_text(shown, bytes)?;
    let unreadable = |e: csv::Error| {
        Error::input(format!("not readable as CSV: {e}")).in_file(shown).caused_by(e)
    };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(unreadable)?;
    let headings: Vec<String> = record.iter().map(|cell| cell.trim().to_string()).collect();
    let mut written = Vec::new();
    for heading in &headings {
        written.push(heading_with_unit(heading, units).map_err(|e| e.in_file(shown))?);
    }
    if written == headings {
        return Ok((Cow::Borrowed(bytes), headings));
    }
    let mut line = csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(&written).map_err(unreadable)?;
    let line =
        line.into_inner().map_err(|e| Error::bug(format!("a heading was not written: {e}")))?;
    // Blank lines before the headings stay, so that lines keep their numbers.
    let blank = text.len() - text.trim_start_matches(['\r', '\n']).len();
    let end = reader.position().byte() as usize;
    let rest = text.get(end..).unwrap_or_default();
    let rest = if text.get(..end).is_some_and(|head| head.ends_with('\r')) {
        rest.strip_prefix('\n').unwrap_or(rest)
    } else {
        rest
    };
    let mut bytes = text.as_bytes().get(..blank).unwrap_or_default().to_vec();
    bytes.extend_from_slice(&line);
    bytes.extend_from_slice(rest.as_bytes());
    Ok((Cow::Owned(bytes), headings))
}

/// Positions may differ as far as a model would still find them; names, units and order not at all.
fn check_same_columns(first: &Table, other: &Table) -> Result<()> {
    let differ = |what: String| {
        Err(Error::input(format!("{what} as in {}", first.source))
            .in_file(other.source.clone())
            .hint("give all files of a set the same columns, or put them into sets of their own"))
    };
    if first.cols() != other.cols() {
        let (a, b) = (other.cols(), first.cols());
        return differ(format!("the file has {a} channels and not {b}"));
    }
    let (here, there) = (axis_of(&first.columns), axis_of(&other.columns));
    let places = here.find_in(&there, &vec![false; here.len()])?;
    let place = places.iter().enumerate().position(|(i, found)| *found != Some(i));
    match place {
        None => Ok(()),
        Some(index) => {
            let name = |table: &Table| table.columns.name(index).unwrap_or_default();
            differ(format!(
                "channel {} is \"{}\" and not \"{}\"",
                index + 1,
                name(other),
                name(first)
            ))
        }
    }
}

fn append_table(table: &mut Table, other: Table) {
    let (before, added) = (table.rows(), other.rows());
    if table.times.is_some() || other.times.is_some() {
        let mut times = table.times.take().unwrap_or_else(|| vec![f64::NAN; before]);
        times.extend(other.times.unwrap_or_else(|| vec![f64::NAN; added]));
        table.times = Some(times);
    }
    for label in other.labels {
        match table.labels.iter_mut().find(|l| l.name == label.name) {
            Some(same) => same.cells.extend(label.cells),
            None => {
                let mut cells = vec![String::new(); before];
                cells.extend(label.cells);
                table.labels.push(Label { name: label.name, cells });
            }
        }
    }
    for label in &mut table.labels {
        label.cells.resize(before + added, String::new());
    }
    table.ids.extend(other.ids);
    table.values.extend(other.values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_into_the_headings_and_lines_keep_their_numbers() {
        let units = BTreeMap::from([("EC".to_string(), "mS/m".to_string())]);
        for text in ["\nid,\"cond\",site\na,1,x\n", "\r\nid,cond,site\r\na,1,x\r\n"] {
            let (bytes, headings) = with_units("t.csv", text.as_bytes(), &units).unwrap();
            let written = std::str::from_utf8(&bytes).unwrap();
            let lines = |t: &str| t.matches('\n').count();
            assert!(written.contains("id,cond [mS/m],site\n"), "{written:?}");
            assert_eq!(lines(written), lines(text), "{written:?}");
            assert!(written.contains("\na,1,x"), "{written:?}");
            assert_eq!(headings, ["id", "cond", "site"]);
        }
        let same = with_units("t.csv", b"id,ec_ms_m\na,1\n", &units).unwrap().0;
        assert!(matches!(same, Cow::Borrowed(_)));
        assert!(with_units("t.csv", b"id,ec_us_cm\na,1\n", &units).is_err());
    }
}
