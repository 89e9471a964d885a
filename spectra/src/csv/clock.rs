//! Which columns of a sheet tell the time, and the time of a row.

use super::sheet::{Row, Sheet};
use crate::error::Error;
use crate::time::{Timezone, parse_days};
use crate::units::is_time_heading;

/// The columns that together tell the time of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Column of dates, or of dates with times.
    pub(crate) column: usize,
    /// Column of clock times beside a column of dates.
    pub(crate) beside: Option<usize>,
}

impl Clock {
    /// `datetime` before `time` before `date`; a `date` column with a `time` column beside it are
    /// read together.
    pub(crate) fn find(headings: &[String]) -> Option<Clock> {
        let place = |wanted: &[&str]| {
            headings.iter().position(|h| wanted.contains(&h.trim().to_lowercase().as_str()))
        };
        if let Some(column) = place(&["datetime", "timestamp", "日時"]) {
            return Some(Clock { column, beside: None });
        }
        let date = place(&["date", "日付", "年月日"]);
        let time = place(&["time", "時刻"]);
        match (date, time) {
            (Some(column), beside) => Some(Clock { column, beside }),
            (None, Some(column)) => Some(Clock { column, beside: None }),
            (None, None) => None,
        }
    }

    /// The time as written.
    pub(crate) fn text(&self, row: &Row) -> String {
        let date = row.cell(self.column);
        match self.beside.map(|beside| row.cell(beside)) {
            None | Some("") => date.to_string(),
            // A full date and time in the second column says it all.
            Some(time) if parse_days(time, Timezone::UTC).is_some() => time.to_string(),
            Some(time) => format!("{date} {time}"),
        }
    }

    /// Days since 1970-01-01 00:00 UTC; NaN where the cell is empty.
    pub(crate) fn days(&self, sheet: &Sheet<'_>, row: &Row, zone: Timezone) -> Result<f64, Error> {
        let text = self.text(row);
        if text.is_empty() {
            return Ok(f64::NAN);
        }
        parse_days(&text, zone).ok_or_else(|| {
            sheet
                .fault(format!("\"{text}\" is not a date or a time with its date"))
                .at_row(row.line)
                .at_column(sheet.headings[self.column].clone())
                .hint("write it year first, as 2024-05-31 13:20 or 2024-05-31T13:20+09:00")
        })
    }
}

/// Said once where [`has_no_offset`] and nobody named one.
pub(crate) const UTC_NOTE: &str = "times without an offset were read as UTC";

/// Whether a time as written has no offset of its own.
pub(crate) fn has_no_offset(text: &str) -> bool {
    let noon_west = Timezone::parse(Some("-12:00")).unwrap_or(Timezone::UTC);
    !text.is_empty() && parse_days(text, Timezone::UTC) != parse_days(text, noon_west)
}

/// Whether the first column holds times, as that of a series does.
pub(crate) fn leads(headings: &[String]) -> bool {
    headings.first().is_some_and(|first| is_time_heading(first))
}
