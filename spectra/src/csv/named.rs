//! Rows of named columns, each with its unit: what tables and series share.

use super::clock::{Clock, UTC_NOTE, has_no_offset};
use super::sheet::{Row, Sheet};
use crate::error::{Error, ErrorKind};
use crate::options::ReadOptions;
use crate::time::Timezone;
use crate::types::{Channel, Columns, Label, Table};
use crate::units::{needs_unit, parse_heading};
use adit_abi::unit;

/// What the ids of the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// A column, by its index.
    Column(usize),
    /// The time as written.
    Time,
}

/// What one column of the file becomes.
enum Part {
    Channel { column: usize, factor: f64, may_be_censored: bool },
    Time,
}

/// A table and what was changed on the way to it, one sentence each.
pub(crate) fn parse(
    sheet: &Sheet<'_>,
    ids: Ids,
    options: &ReadOptions,
) -> Result<(Table, Vec<String>), Error> {
    let zone = Timezone::parse(options.timezone.as_deref())?;
    let clock = Clock::find(&sheet.headings);
    let mut layout = Layout::of(sheet, ids, clock)?;
    let mut table = Table {
        source: sheet.source.clone(),
        ids: Vec::new(),
        times: clock.map(|_| Vec::new()),
        columns: Columns::Named(std::mem::take(&mut layout.channels)),
        values: Vec::new(),
        labels: layout
            .labels
            .iter()
            .map(|&column| Label { name: sheet.headings[column].clone(), cells: Vec::new() })
            .collect(),
    };
    let mut some_without_offset = false;
    for row in sheet.rows() {
        let row = row?;
        let id = row_id(sheet, &row, ids, clock)?;
        let days = match clock {
            Some(clock) => {
                some_without_offset = some_without_offset || has_no_offset(&clock.text(&row));
                clock.days(sheet, &row, zone).map_err(|e| e.of_sample(id.clone()))?
            }
            None => f64::NAN,
        };
        layout.push_values(sheet, &row, &id, days, &mut table.values)?;
        for (label, &column) in table.labels.iter_mut().zip(&layout.labels) {
            label.cells.push(row.cell(column).to_string());
        }
        if let Some(times) = &mut table.times {
            times.push(days);
        }
        table.ids.push(id);
    }
    if table.ids.is_empty() {
        return Err(sheet
            .fault("the file has headings but no row")
            .hint("each line below the headings holds one sample or one moment"));
    }
    if some_without_offset && options.timezone.is_none() {
        layout.notes.push(UTC_NOTE.into());
    }
    Ok((table, layout.notes))
}

fn row_id(sheet: &Sheet<'_>, row: &Row, ids: Ids, clock: Option<Clock>) -> Result<String, Error> {
    match (ids, clock) {
        (Ids::Column(column), _) => sheet.id(row, column),
        (Ids::Time, Some(clock)) => match clock.text(row) {
            text if text.is_empty() => Err(sheet
                .fault("the row has no time")
                .at_row(row.line)
                .at_column(sheet.headings[clock.column].clone())
                .hint("give every row of a series its time")),
            text => Ok(text),
        },
        (Ids::Time, None) => Err(sheet
            .fault("no column is headed time, datetime or date")
            .hint("a series has a column of times; a file of samples is read as a table")),
    }
}

struct Layout {
    channels: Vec<Channel>,
    parts: Vec<Part>,
    labels: Vec<usize>,
    notes: Vec<String>,
}

impl Layout {
    fn of(sheet: &Sheet<'_>, ids: Ids, clock: Option<Clock>) -> Result<Layout, Error> {
        let mut layout = Layout { channels: vec![], parts: vec![], labels: vec![], notes: vec![] };
        let mut origins = Vec::new();
        for column in 0..sheet.headings.len() {
            let before = layout.channels.len();
            layout.add(sheet, column, ids, clock)?;
            origins.resize(layout.channels.len(), column);
            if layout.channels.len() > before {
                layout.check_new_channel(sheet, &origins)?;
            }
        }
        layout.check_labels(sheet)?;
        if layout.channels.iter().all(|c| c.unit == unit::ADIT_UNIT_DAYS_UTC) {
            return Err(sheet.fault("no column of numbers with a unit").hint(
                "write the unit into the heading, such as EC [uS/cm] or ec_us_cm; \
                 for spectra, head each column with its wavelength in nm",
            ));
        }
        Ok(layout)
    }

    fn add(
        &mut self,
        sheet: &Sheet<'_>,
        column: usize,
        ids: Ids,
        clock: Option<Clock>,
    ) -> Result<(), Error> {
        let is_time = clock.is_some_and(|c| c.column == column);
        let is_clock = is_time || clock.is_some_and(|c| c.beside == Some(column));
        if is_time {
            self.channels.push(Channel { name: "time".into(), unit: unit::ADIT_UNIT_DAYS_UTC });
            self.parts.push(Part::Time);
        }
        if ids == Ids::Column(column) || (is_clock && ids == Ids::Time) {
            return Ok(());
        }
        let heading = parse_heading(&sheet.headings[column]);
        let wants_unit = heading.unit_text.is_some() || needs_unit(&heading.name);
        if is_clock || heading.uncertainty || (heading.unit.is_none() && !wants_unit) {
            self.labels.push(column);
            return Ok(());
        }
        let written = heading.require_unit(&sheet.headings[column]);
        let written = written.map_err(|e| e.in_file(sheet.source.clone()))?;
        let (number, factor) = match written {
            unit::ADIT_UNIT_MS_PER_M => (unit::ADIT_UNIT_US_PER_CM, 10.0),
            other => (other, heading.factor),
        };
        if factor != 1.0 {
            self.notes.push(format!(
                "column \"{}\" was multiplied by {factor} to be in {}",
                sheet.headings[column],
                unit::text(number)
            ));
        }
        let may_be_censored = number == unit::ADIT_UNIT_MG_PER_L;
        self.channels.push(Channel { name: heading.name, unit: number });
        self.parts.push(Part::Channel { column, factor, may_be_censored });
        Ok(())
    }

    /// `origins[i]` is the file's column that became channel `i`.
    fn check_new_channel(&self, sheet: &Sheet<'_>, origins: &[usize]) -> Result<(), Error> {
        let Some((new, before)) = self.channels.split_last() else { return Ok(()) };
        let Some(same) = before.iter().position(|channel| channel.name == new.name) else {
            return Ok(());
        };
        let [first, second] = [origins[same], origins[before.len()]];
        Err(Error::new(
            ErrorKind::Contradictory,
            format!(
                "duplicate channel: \"{}\" and \"{}\" both are {}",
                sheet.headings[first], sheet.headings[second], new.name
            ),
        )
        .in_file(sheet.source.clone())
        .at_column(sheet.headings[second].clone())
        .hint("keep one column per quantity"))
    }

    fn check_labels(&self, sheet: &Sheet<'_>) -> Result<(), Error> {
        let mut seen = std::collections::HashSet::new();
        for &column in &self.labels {
            if !seen.insert(&sheet.headings[column]) {
                return Err(Error::new(ErrorKind::Contradictory, "duplicate heading")
                    .in_file(sheet.source.clone())
                    .at_column(sheet.headings[column].clone())
                    .hint("give every column a name of its own"));
            }
        }
        Ok(())
    }

    fn push_values(
        &self,
        sheet: &Sheet<'_>,
        row: &Row,
        id: &str,
        days: f64,
        values: &mut Vec<f64>,
    ) -> Result<(), Error> {
        for part in &self.parts {
            values.push(match *part {
                Part::Time => days,
                Part::Channel { column, may_be_censored: true, .. }
                    if is_below_detection(row.cell(column)) =>
                {
                    f64::NAN
                }
                Part::Channel { column, factor, .. } => {
                    let value = sheet.number(row, column, id)?;
                    if factor == 1.0 { value } else { value * factor }
                }
            });
        }
        Ok(())
    }
}

/// `<0.003`: a concentration that was not detected has no value that a model could read.
fn is_below_detection(cell: &str) -> bool {
    cell.strip_prefix('<').is_some_and(|limit| limit.trim().parse::<f64>().is_ok())
}
