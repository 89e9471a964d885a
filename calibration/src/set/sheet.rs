//! CSV text as headings and rows of cells with their line, for messages that name it.

use crate::{Error, Result};
use csv::{ReaderBuilder, StringRecord};

/// Headings and rows; blank lines are passed over.
pub(super) struct Sheet {
    pub(super) source: String,
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A row: its line in the file, counted from 1, and its cells without surrounding blanks.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

impl Sheet {
    /// Reads the whole text.
    ///
    /// # Errors
    /// Text that is not UTF-8, no heading, a row with more or fewer cells than headings.
    pub(super) fn parse(source: &str, bytes: &[u8]) -> Result<Sheet> {
        let text = plain_text(source, bytes)?;
        let mut records = records(source, text)?.into_iter();
        let headings = records.next().map(|row| row.cells).unwrap_or_default();
        if headings.is_empty() {
            return Err(Error::input("the file is empty")
                .in_file(source)
                .hint("its first line holds the headings"));
        }
        let sheet = Sheet { source: source.into(), headings, rows: records.collect() };
        let columns = sheet.headings.len();
        if columns == 1 && sheet.headings[0].contains([';', '\t']) {
            return Err(sheet
                .fault("the cells are not separated by commas")
                .hint("save the file with commas between cells and points in decimals"));
        }
        if let Some(row) = sheet.rows.iter().find(|row| row.cells.len() != columns) {
            let found = row.cells.len();
            return Err(sheet
                .fault(format!("the row has {found} cells under {columns} headings"))
                .at_row(row.line)
                .hint("give every row one cell per heading; an empty cell is a missing value"));
        }
        Ok(sheet)
    }

    /// An error of this file.
    pub(super) fn fault(&self, what: impl Into<String>) -> Error {
        Error::input(what).in_file(self.source.clone())
    }
}

/// The lines of the rows below the headings; row numbers where the text cannot be read as CSV.
pub(super) fn row_lines(bytes: &[u8], rows: usize) -> Vec<u64> {
    let lines: Vec<u64> = plain_text("", bytes)
        .and_then(|text| records("", text))
        .map(|records| records.iter().skip(1).map(|row| row.line).collect())
        .unwrap_or_default();
    if lines.len() == rows { lines } else { (2..rows as u64 + 2).collect() }
}

/// UTF-8 without its byte order mark.
pub(super) fn plain_text<'b>(source: &str, bytes: &'b [u8]) -> Result<&'b str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        Error::input("the text is not UTF-8")
            .in_file(source)
            .hint("save the file as \"CSV UTF-8\"")
            .caused_by(e)
    })
}

fn records(source: &str, text: &str) -> Result<Vec<Row>> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    let (mut at, mut line) = (0, 1);
    loop {
        let more = reader.read_record(&mut record).map_err(|e| {
            Error::input(format!("not readable as CSV: {e}")).in_file(source).caused_by(e)
        })?;
        if !more {
            return Ok(rows);
        }
        let start = record.position().map_or(0, |p| p.byte() as usize);
        line += newlines_to_content(text.as_bytes(), &mut at, start);
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_string()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row { line, cells });
        }
    }
}

/// Newlines from `at` to the first content at or after `start`; the reader's own position of a
/// record may lie before blank lines that it passes over.
fn newlines_to_content(text: &[u8], at: &mut usize, start: usize) -> u64 {
    let mut count = 0;
    while let Some(&byte) = text.get(*at) {
        let newline = matches!(byte, b'\n' | b'\r');
        if *at >= start && !newline {
            break;
        }
        // CR LF is one end of a line.
        if newline && !(byte == b'\r' && text.get(*at + 1) == Some(&b'\n')) {
            count += 1;
        }
        *at += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_an_editor() {
        let text = b"\xef\xbb\xbfid,x\r\n\r\na , 1\r\n,\r\n\"b\nb\",2\r\nc,3";
        let sheet = Sheet::parse("t.csv", text).unwrap();
        assert_eq!(sheet.headings, ["id", "x"]);
        let rows: Vec<_> = sheet.rows.iter().map(|r| (r.line, r.cells[0].as_str())).collect();
        assert_eq!(rows, [(3, "a"), (5, "b\nb"), (7, "c")]);
        assert_eq!(row_lines(text, 3), [3, 5, 7]);
        assert_eq!(row_lines(text, 2), [2, 3]);
    }

    #[test]
    fn ragged_rows_and_other_separators_are_refused() {
        let ragged = Sheet::parse("t.csv", b"id,x\na,1\nb\n").err().unwrap();
        assert_eq!(ragged.row(), Some(3));
        assert!(Sheet::parse("t.csv", b"").is_err());
        assert!(Sheet::parse("t.csv", b"id;x\na;1\n").is_err());
        assert!(Sheet::parse("t.csv", b"id,x\na,\xff\n").is_err());
    }
}
