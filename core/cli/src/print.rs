//! What goes to standard output: tables, numbers with sensible digits, JSON.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use serde::Serialize;

use crate::failure::{BUG, Failure};

/// Text to standard output, without a line end.
macro_rules! out {
    ($($arg:tt)*) => { $crate::print::to_stdout(format_args!($($arg)*)) };
}

/// A line to standard output.
macro_rules! outln {
    () => { $crate::print::to_stdout(format_args!("\n")) };
    ($($arg:tt)*) => { $crate::print::to_stdout(format_args!("{}\n", format_args!($($arg)*))) };
}

/// A line to standard error. Where nobody listens there, nothing is lost that matters.
macro_rules! note {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($arg)*);
    }};
}

/// The first error of standard output.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes to standard output. An error does not stop the work: files are still written, and [`finish`] tells.
pub(crate) fn to_stdout(text: fmt::Arguments<'_>) {
    if FAILED.get().is_none()
        && let Err(e) = io::stdout().write_fmt(text)
    {
        let _ = FAILED.set(e);
    }
}

/// Flushes standard output. A reader that went away (`| head`) is no error; a full disk is.
pub(crate) fn finish() -> Result<(), Failure> {
    if FAILED.get().is_none()
        && let Err(e) = io::stdout().flush()
    {
        let _ = FAILED.set(e);
    }
    match FAILED.get() {
        Some(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::input(format!("standard output cannot be written: {e}")))
        }
        _ => Ok(()),
    }
}

/// One JSON document on standard output.
pub(crate) fn json(document: &impl Serialize) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|e| Failure {
        code: BUG,
        text: format!("the answer cannot be written as JSON: {e}"),
    })?;
    outln!("{text}");
    Ok(0)
}

/// A number with three significant digits, plain where it is not too long; "-" for none.
pub(crate) fn number(v: Option<f64>) -> String {
    let Some(v) = v.filter(|v| v.is_finite()) else { return "-".to_owned() };
    let size = v.abs();
    if v == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e6).contains(&size) {
        format!("{v:.2e}")
    } else {
        let digits = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
        format!("{v:.digits$}")
    }
}

/// A coefficient of determination with two decimals, never "-0.00"; "-" for none.
pub(crate) fn r2(v: Option<f64>) -> String {
    // Adding 0 turns -0 into 0.
    v.map_or_else(|| "-".to_owned(), |v| format!("{:.2}", (v * 100.0).round() / 100.0 + 0.0))
}

/// A range of a parameter, open ends left out.
pub(crate) fn range(low: f64, high: f64) -> String {
    let open = |v: f64| !v.is_finite() || v.abs() >= 1e15;
    match (open(low), open(high)) {
        (true, true) => String::new(),
        (false, true) => format!("from {low}"),
        (true, false) => format!("up to {high}"),
        (false, false) => format!("{low} to {high}"),
    }
}

/// A table with aligned columns. The first column and columns of words are left-aligned, numbers right-aligned.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Table { head: head.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|c| plain(&c.into())).collect());
    }
}

/// Text that cannot move the cursor, colour the terminal or turn the reading direction.
fn plain(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || ('\u{200e}'..='\u{200f}').contains(&c)
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    text.chars().map(|c| if odd(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that a terminal shows two columns wide: the CJK ranges.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if ('\u{1100}'..='\u{ffe6}').contains(&c) && c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numeric = |s: &str| s.starts_with(|c: char| c.is_ascii_digit() || "-+<".contains(c));
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let columns = self.head.len();
        let widths: Vec<usize> = (0..columns)
            .map(|j| all().filter_map(|r| r.get(j)).map(|c| width(c)).max().unwrap_or(0))
            .collect();
        let right: Vec<bool> = (0..columns)
            .map(|j| {
                let mut cells =
                    self.rows.iter().filter_map(|r| r.get(j)).filter(|c| !c.is_empty()).peekable();
                j > 0 && cells.peek().is_some() && cells.all(|c| numeric(c))
            })
            .collect();
        for row in all() {
            let mut line = String::new();
            for (j, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[j].saturating_sub(width(cell)));
                let (before, after) =
                    if right[j] { (pad, String::new()) } else { (String::new(), pad) };
                line += &format!("{before}{cell}{after}  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        for (v, text) in [
            (0.38912, "0.389"),
            (12.345, "12.3"),
            (1234.5, "1234"),
            (-0.00123456, "-0.00123"),
            (1e-9, "1.00e-9"),
            (0.0, "0"),
        ] {
            assert_eq!(number(Some(v)), text);
        }
        assert_eq!(number(None), "-");
        assert_eq!(number(Some(f64::NAN)), "-");
        assert_eq!(
            (r2(Some(-0.001)), r2(Some(0.577)), r2(None)),
            ("0.00".into(), "0.58".into(), "-".into())
        );
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        let mut t = Table::new(&["id"]);
        t.row(["a\u{1b}[31m\nb"]);
        assert_eq!(t.to_string(), "id\na\u{fffd}[31m\u{fffd}b\n");
    }

    #[test]
    fn columns_line_up_beside_wide_characters() {
        let mut t = Table::new(&["試料", "n"]);
        t.row(["a", "5"]);
        t.row(["亜鉛鉱", "12"]);
        assert_eq!(t.to_string(), "試料     n\na        5\n亜鉛鉱  12\n");
    }
}
