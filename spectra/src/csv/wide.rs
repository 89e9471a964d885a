//! Wide spectra: one row per capture, the first column its id, one column per wavelength in nm.
//!
//! A heading that is a number (`252.5`, `252.5 nm`) is a wavelength; any other is a column of words
//! (`site`, `split` ...). `time`, `datetime` or `date` among these also gives the times. The
//! wavelengths ascend or descend strictly; descending ones are turned round.

use super::clock::{Clock, UTC_NOTE, has_no_offset};
use super::sheet::{Sheet, read_bytes};
use crate::error::{Error, ErrorKind};
use crate::options::ReadOptions;
use crate::time::{Timezone, format_days};
use crate::types::{Columns, Label, Table};
use crate::units::is_time_heading;
use adit_abi::unit;
use std::path::Path;

/// Reads a wide spectra file.
///
/// # Errors
/// Naming the file, row (line), column (heading) and sample: a cell that is not a number, a row with
/// too few or too many cells, two columns of one wavelength or heading, wavelengths out of order,
/// no wavelength, a missing id, a time that cannot be read, semicolons or decimal commas.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Table, Error> {
    parse(&path.display().to_string(), &read_bytes(path)?, options)
}

/// Reads the bytes of a wide spectra file; `source` is its name in messages.
///
/// # Errors
/// As [`read`].
///
/// ```
/// let table = adit_spectra::csv::wide::parse(
///     "s.csv",
///     b"id,site,400,402.5\na1,north,0.51,0.49\na2,south,0.62,\n",
///     &Default::default(),
/// )?;
/// assert_eq!(table.channel_names(), ["400", "402.5"]);
/// assert_eq!(table.row(0), [0.51, 0.49]);
/// assert!(table.row(1)[1].is_nan());
/// assert_eq!(table.label("site").unwrap(), ["north", "south"]);
/// # Ok::<(), adit_spectra::Error>(())
/// ```
pub fn parse(source: &str, bytes: &[u8], options: &ReadOptions) -> Result<Table, Error> {
    let sheet = Sheet::new(source, bytes)?;
    Ok(parse_sheet(&sheet, options)?.0)
}

pub(crate) fn parse_sheet(
    sheet: &Sheet<'_>,
    options: &ReadOptions,
) -> Result<(Table, Vec<String>), Error> {
    let zone = Timezone::parse(options.timezone.as_deref())?;
    let layout = Layout::of(sheet)?;
    let mut some_without_offset = false;
    let clock = Clock::find(&sheet.headings).filter(|clock| clock.column != 0);

    let mut table = Table {
        source: sheet.source.clone(),
        ids: Vec::new(),
        times: clock.map(|_| Vec::new()),
        columns: Columns::Positions { unit: unit::ADIT_UNIT_NM, values: layout.positions },
        values: Vec::new(),
        labels: layout
            .labels
            .iter()
            .map(|&column| Label { name: sheet.headings[column].clone(), cells: Vec::new() })
            .collect(),
    };
    for row in sheet.rows() {
        let row = row?;
        let id = sheet.id(&row, 0)?;
        for &column in &layout.channels {
            table.values.push(sheet.number(&row, column, &id)?);
        }
        for (label, &column) in table.labels.iter_mut().zip(&layout.labels) {
            label.cells.push(row.cell(column).to_string());
        }
        if let (Some(clock), Some(times)) = (clock, &mut table.times) {
            some_without_offset = some_without_offset || has_no_offset(&clock.text(&row));
            times.push(clock.days(sheet, &row, zone).map_err(|e| e.of_sample(id.clone()))?);
        }
        table.ids.push(id);
    }
    if table.ids.is_empty() {
        return Err(sheet
            .fault("the file has headings but no sample")
            .hint("each line below the headings holds one sample"));
    }
    let assumed = some_without_offset && options.timezone.is_none();
    Ok((table, assumed.then(|| UTC_NOTE.to_string()).into_iter().collect()))
}

/// Whether the headings are those of wide spectra: some heading after the first is a number.
pub(crate) fn claims(headings: &[String]) -> bool {
    headings.iter().skip(1).any(|heading| number_of(heading).is_some())
}

/// Writes a table over a numeric axis in the format that [`parse`] reads, `\n` at line ends. Numbers
/// have the shortest form that reads back exactly, NaN is an empty cell. Times are written as a
/// column `time` unless a label already holds them.
///
/// # Errors
/// [`ErrorKind::Unsupported`] if the columns are named or not in nm, [`ErrorKind::Contradictory`] if
/// the parts of the table do not fit together.
pub fn write(table: &Table) -> Result<Vec<u8>, Error> {
    table.validate()?;
    if !matches!(table.columns, Columns::Positions { unit: unit::ADIT_UNIT_NM, .. }) {
        return Err(Error::new(ErrorKind::Unsupported, "the columns are not wavelengths in nm")
            .in_file(table.source.clone())
            .hint("only spectra over nm are written as wide CSV"));
    }
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let times =
        table.times.as_ref().filter(|_| !table.labels.iter().any(|l| is_time_heading(&l.name)));
    let fault = |e: csv::Error| Error::malformed(format!("cannot write CSV: {e}"));

    let mut cells = vec!["sample_id".to_string()];
    cells.extend(times.map(|_| "time".to_string()));
    cells.extend(table.labels.iter().map(|label| label.name.clone()));
    cells.extend(table.channel_names());
    writer.write_record(&cells).map_err(fault)?;
    for (index, id) in table.ids.iter().enumerate() {
        cells.clear();
        cells.push(id.clone());
        cells.extend(times.map(|times| format_days(times[index]).unwrap_or_default()));
        cells.extend(table.labels.iter().map(|label| label.cells[index].clone()));
        cells.extend(
            table.row(index).iter().map(|v| if v.is_nan() { String::new() } else { v.to_string() }),
        );
        writer.write_record(&cells).map_err(fault)?;
    }
    writer.into_inner().map_err(|e| Error::malformed(format!("cannot write CSV: {e}")))
}

/// Which columns hold what. `channels[i]` is the column of `positions[i]`, which ascend.
struct Layout {
    positions: Vec<f64>,
    channels: Vec<usize>,
    labels: Vec<usize>,
}

impl Layout {
    fn of(sheet: &Sheet<'_>) -> Result<Layout, Error> {
        let mut layout = Layout { positions: vec![], channels: vec![], labels: vec![] };
        if number_of(&sheet.headings[0]).is_some() {
            return Err(sheet
                .fault("the first column has a wavelength as its heading")
                .at_column(sheet.headings[0].clone())
                .hint("the first column holds the sample ids, under a heading such as sample_id"));
        }
        for (column, heading) in sheet.headings.iter().enumerate().skip(1) {
            match number_of(heading) {
                Some(position) if position.is_finite() && position > 0.0 => {
                    layout.positions.push(position);
                    layout.channels.push(column);
                }
                None if !heading.starts_with(|c: char| c.is_ascii_digit()) => {
                    layout.labels.push(column);
                }
                _ => {
                    return Err(sheet
                        .fault("the heading is neither a wavelength in nm nor a word")
                        .at_column(heading.clone())
                        .hint(
                            "write wavelengths as plain numbers above 0 with a decimal point; \
                               begin the name of a column of words with a letter",
                        ));
                }
            }
        }
        layout.check_duplicates(sheet)?;
        layout.ascend(sheet)?;
        Ok(layout)
    }

    fn check_duplicates(&self, sheet: &Sheet<'_>) -> Result<(), Error> {
        let mut order: Vec<usize> = (0..self.positions.len()).collect();
        order.sort_by(|&a, &b| self.positions[a].total_cmp(&self.positions[b]).then(a.cmp(&b)));
        if let Some(pair) = order.windows(2).find(|p| self.positions[p[0]] == self.positions[p[1]])
        {
            let [first, second] = [pair[0], pair[1]].map(|i| self.channels[i]);
            return Err(Error::new(
                ErrorKind::Contradictory,
                format!(
                    "duplicate channel: columns {} and {} both hold {} nm",
                    first + 1,
                    second + 1,
                    self.positions[pair[0]]
                ),
            )
            .in_file(sheet.source.clone())
            .at_column(sheet.headings[second].clone())
            .hint(if looks_like_data(&self.positions) {
                HEADINGS_MISSING
            } else {
                "keep one column per wavelength"
            }));
        }
        check_duplicate_headings(sheet, &self.labels)
    }

    /// Turns a descending axis round.
    fn ascend(&mut self, sheet: &Sheet<'_>) -> Result<(), Error> {
        if self.positions.is_empty() {
            return Err(sheet.fault("no heading is a wavelength").hint(
                "each column of a spectra file but the first is headed by its wavelength in nm, \
                 such as 252.5; one row holds one sample",
            ));
        }
        let descending = is_descending(&self.positions);
        let wrong = |pair: &[f64]| if descending { pair[0] <= pair[1] } else { pair[0] >= pair[1] };
        if let Some(place) = self.positions.windows(2).position(wrong) {
            let order = if descending { "descending" } else { "ascending" };
            return Err(sheet
                .fault(format!(
                    "the wavelengths are out of order: {} nm stands after {} nm in {order} order",
                    self.positions[place + 1],
                    self.positions[place]
                ))
                .at_column(sheet.headings[self.channels[place + 1]].clone())
                .hint(if looks_like_data(&self.positions) {
                    HEADINGS_MISSING
                } else {
                    "order the columns by wavelength"
                }));
        }
        if descending {
            self.positions.reverse();
            self.channels.reverse();
        }
        Ok(())
    }
}

const HEADINGS_MISSING: &str = "these look like values and not like wavelengths: if the heading row \
    is missing, add it as the first line (sample_id, then the wavelength of each column in nm)";

/// Whether most steps between neighbours go down, so that one column out of its place does not
/// decide; where as many go up, by the ends.
fn is_descending(positions: &[f64]) -> bool {
    let down = positions.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let up = positions.len().saturating_sub(1).saturating_sub(down);
    down > up || (down == up && positions.first() > positions.last())
}

/// Whether the headings may be a sample's values: no light of an instrument has less than 100 nm,
/// and wavelengths do not go up and down more than once.
fn looks_like_data(positions: &[f64]) -> bool {
    let descending = is_descending(positions);
    let against = positions.windows(2).filter(|pair| (pair[0] > pair[1]) != descending).count();
    positions.iter().all(|p| *p < 100.0) || against > 2
}

/// Two columns of words with one heading, or with that of the ids.
fn check_duplicate_headings(sheet: &Sheet<'_>, labels: &[usize]) -> Result<(), Error> {
    let mut seen = std::collections::HashMap::from([(sheet.headings[0].as_str(), 0)]);
    for &column in labels {
        if let Some(first) = seen.insert(&sheet.headings[column], column) {
            return Err(Error::new(
                ErrorKind::Contradictory,
                format!("duplicate heading in columns {} and {}", first + 1, column + 1),
            )
            .in_file(sheet.source.clone())
            .at_column(sheet.headings[column].clone())
            .hint("give every column a name of its own"));
        }
    }
    Ok(())
}

/// The number that a heading is, with or without `nm` after it.
fn number_of(heading: &str) -> Option<f64> {
    let bare = heading.strip_suffix("nm").or_else(|| heading.strip_suffix("NM")).unwrap_or(heading);
    let bare = bare.trim();
    // "nan" and "infinity" parse as numbers; as headings they are words that must not be labels.
    bare.parse().ok()
}
