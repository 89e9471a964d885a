//! The part that all CSV formats share: bytes to headings and rows of cells, with their line.

use crate::error::{Error, ErrorKind};
use csv::StringRecord;
use std::fs::File;
use std::io::Read;
use std::path::Path;

const MAX_BYTES: u64 = 1 << 30;
const MAX_COLUMNS: usize = 1 << 16;
const MAX_CELLS: usize = 1 << 27;

/// A CSV file in memory whose headings have been read.
pub(crate) struct Sheet<'b> {
    pub(crate) source: String,
    pub(crate) headings: Vec<String>,
    text: &'b str,
}

/// One row: its line in the file and its cells, as many as there are headings.
pub(crate) struct Row {
    pub(crate) line: u64,
    cells: StringRecord,
}

impl Row {
    /// The cell under heading `column`, without surrounding blanks.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or("").trim()
    }
}

/// The whole file, refused beyond 1 GiB.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    if path.is_dir() {
        return Err(Error::new(ErrorKind::Unreadable, "this is a folder, and a file is needed")
            .in_file(path.display().to_string())
            .hint("name the file inside it: captures/*.csv, table.csv or series/*.csv"));
    }
    let io = |e| Error::io("read the file", path, e);
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::new(ErrorKind::Unsupported, "the file is larger than 1 GiB")
            .in_file(path.display().to_string())
            .hint("split it into files of fewer rows"));
    }
    Ok(bytes)
}

impl<'b> Sheet<'b> {
    /// Checks the text and reads the heading row.
    pub(crate) fn new(source: &str, bytes: &'b [u8]) -> Result<Sheet<'b>, Error> {
        let text = plain_text(bytes).map_err(|e| e.in_file(source))?;
        let mut sheet = Sheet { source: source.to_string(), headings: Vec::new(), text };
        let Some(first) = sheet.records().next() else {
            return Err(sheet
                .fault("the file is empty")
                .hint("the first line holds the headings, each further line one sample"));
        };
        let first = first?;
        sheet.headings = first.cells.iter().map(|cell| cell.trim().to_string()).collect();
        sheet.check_headings(first.line)?;
        Ok(sheet)
    }

    /// The rows below the headings; rows without any content are passed over.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Result<Row, Error>> + '_ {
        let columns = self.headings.len();
        let mut rows = 0usize;
        self.records().skip(1).map(move |row| {
            let row = row?;
            rows += 1;
            if row.cells.len() != columns {
                let found = row.cells.len();
                return Err(self
                    .fault(format!("the row has {found} cells under {columns} headings"))
                    .at_row(row.line)
                    .hint(
                        "give every row one cell per heading; an empty cell is a missing value",
                    ));
            }
            if rows.saturating_mul(columns) > MAX_CELLS {
                return Err(Error::new(ErrorKind::Unsupported, "the file has too many cells")
                    .in_file(self.source.clone())
                    .at_row(row.line)
                    .hint("split it into files of fewer rows"));
            }
            Ok(row)
        })
    }

    /// An error of malformed content in this file.
    pub(crate) fn fault(&self, what: impl Into<String>) -> Error {
        Error::malformed(what).in_file(self.source.clone())
    }

    /// The number in a cell: NaN where it is empty.
    pub(crate) fn number(&self, row: &Row, column: usize, sample: &str) -> Result<f64, Error> {
        let cell = row.cell(column);
        if cell.is_empty() {
            return Ok(f64::NAN);
        }
        cell.parse().map_err(|_| {
            let hint = if looks_like_decimal_comma(cell) {
                "write decimals with a point"
            } else {
                "write a number, or leave the cell empty where there is no value"
            };
            self.fault(format!("\"{}\" is not a number", shortened(cell)))
                .at_row(row.line)
                .at_column(self.headings[column].clone())
                .of_sample(sample)
                .hint(hint)
        })
    }

    /// The text in the id column, which must not be empty.
    pub(crate) fn id(&self, row: &Row, column: usize) -> Result<String, Error> {
        match row.cell(column) {
            "" => Err(self
                .fault("the row has no sample id")
                .at_row(row.line)
                .at_column(self.headings[column].clone())
                .hint("give every sample an id")),
            id => Ok(id.to_string()),
        }
    }

    /// Only the first column, that of the ids, may do without a heading.
    fn check_headings(&self, line: u64) -> Result<(), Error> {
        let columns = self.headings.len();
        if columns > MAX_COLUMNS {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("the file has {columns} columns, more than {MAX_COLUMNS}"),
            )
            .in_file(self.source.clone())
            .hint("give one row to each sample and one column to each channel"));
        }
        for (separator, name) in [(';', "semicolons"), ('\t', "tabs")] {
            let found: usize = self.headings.iter().map(|h| h.matches(separator).count()).sum();
            // With decimal commas in the headings there may be as many commas, but the first
            // heading, that of the ids, ends at the true separator.
            if found + 1 >= columns && self.headings[0].contains(separator) {
                let what = format!("the cells are separated by {name}");
                return Err(Error::new(ErrorKind::Unsupported, what)
                    .in_file(self.source.clone())
                    .at_row(line)
                    .hint("save the file with commas between cells and points in decimals"));
            }
        }
        if let Some(index) = self.headings.iter().skip(1).position(String::is_empty) {
            return Err(self
                .fault(format!("heading {} of {columns} is empty", index + 2))
                .at_row(line)
                .hint("name the column or delete it"));
        }
        Ok(())
    }

    fn records(&self) -> impl Iterator<Item = Result<Row, Error>> + 'b {
        let text = self.text;
        let source = self.source.clone();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut lines = LineCounter { text: text.as_bytes(), at: 0, line: 1 };
        std::iter::from_fn(move || {
            loop {
                let mut cells = StringRecord::new();
                match reader.read_record(&mut cells) {
                    Ok(false) => return None,
                    Ok(true) => {}
                    Err(e) => {
                        let e = Error::malformed(format!("not readable as CSV: {e}"));
                        return Some(Err(e.in_file(source.clone()).hint("save the file anew")));
                    }
                }
                let start = cells.position().map_or(0, |p| p.byte() as usize);
                let line = lines.line_of_content_at(start);
                if cells.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                return Some(Ok(Row { line, cells }));
            }
        })
    }
}

/// Finds the line on which a record begins. The CSV reader's own position may lie before blank
/// lines that it passes over.
struct LineCounter<'b> {
    text: &'b [u8],
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// `start` must not go back between calls.
    fn line_of_content_at(&mut self, start: usize) -> u64 {
        while self.at < self.text.len() {
            let newline = matches!(self.text[self.at], b'\n' | b'\r');
            if self.at >= start && !newline {
                break;
            }
            let pair = self.text[self.at] == b'\r' && self.text.get(self.at + 1) == Some(&b'\n');
            if newline && !pair {
                self.line += 1;
            }
            self.at += 1;
        }
        self.line
    }
}

/// UTF-8 without its byte order mark.
fn plain_text(bytes: &[u8]) -> Result<&str, Error> {
    let unsupported =
        |what: &str, hint: &str| Err(Error::new(ErrorKind::Unsupported, what).hint(hint));
    if bytes.starts_with(b"\x89HDF\r\n\x1a\n") {
        return unsupported("this is an HDF5 file, not a CSV file", "read it as a capture store");
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return unsupported("the text is UTF-16", "save the file as \"CSV UTF-8\"");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return unsupported(
            "this is a binary file, not a CSV file",
            "export the data from the instrument's software as CSV",
        );
    }
    std::str::from_utf8(bytes).or_else(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64 + 1;
        unsupported("the text is not UTF-8", "save the file as \"CSV UTF-8\"")
            .map_err(|error| error.at_row(line))
    })
}

fn looks_like_decimal_comma(cell: &str) -> bool {
    cell.matches(',').count() == 1 && cell.replacen(',', ".", 1).parse::<f64>().is_ok()
}

/// A cell as it is quoted in a message.
fn shortened(cell: &str) -> String {
    let mut short: String = cell.chars().take(40).collect();
    if short.len() < cell.len() {
        short.push_str("...");
    }
    short
}
