//! What goes to standard output: tables, numbers with sensible digits, JSON.

use std::fmt;

use serde::Serialize;

use crate::failure::{BUG, Failure};

/// One JSON document on standard output.
pub(crate) fn json(document: &impl Serialize) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|e| Failure {
        code: BUG,
        text: format!("the answer cannot be written as JSON: {e}"),
    })?;
    println!("{text}");
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
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
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
    }

    #[test]
    fn columns_line_up_beside_wide_characters() {
        let mut t = Table::new(&["試料", "n"]);
        t.row(["a", "5"]);
        t.row(["亜鉛鉱", "12"]);
        assert_eq!(t.to_string(), "試料     n\na        5\n亜鉛鉱  12\n");
    }
}
