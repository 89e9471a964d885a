//! SHA-256 over the content of a capture, so that it can be known again and damage be seen.

use crate::types::{Columns, Table};
use sha2::{Digest, Sha256};

/// Feeds typed pieces to SHA-256, each with its length, so that no two contents give one stream.
pub(crate) struct Pieces(Sha256);

impl Pieces {
    pub(crate) fn new(purpose: &str) -> Pieces {
        let mut pieces = Pieces(Sha256::new());
        pieces.text(purpose);
        pieces
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    /// Every NaN counts as the same one.
    pub(crate) fn number(&mut self, value: f64) {
        let bits = if value.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { value.to_bits() };
        self.0.update(bits.to_le_bytes());
    }

    pub(crate) fn numbers(&mut self, values: &[f64]) {
        self.count(values.len());
        for value in values {
            self.number(*value);
        }
    }

    /// 64 hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The digest of one capture: id, axis, values, time and the labels that it has.
pub(crate) fn of_capture(table: &Table, row: usize) -> String {
    let mut pieces = Pieces::new("adit-capture/1");
    pieces.text(&table.ids[row]);
    if let Columns::Positions { unit, values } = &table.columns {
        pieces.text(adit_abi::unit::text(*unit));
        pieces.numbers(values);
    }
    pieces.numbers(table.row(row));
    pieces.number(table.times.as_ref().map_or(f64::NAN, |times| times[row]));
    let mut labels: Vec<(&str, &str)> = table
        .labels
        .iter()
        .map(|label| (label.name.as_str(), label.cells[row].as_str()))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    labels.sort_unstable();
    pieces.count(labels.len());
    for (name, cell) in labels {
        pieces.text(name);
        pieces.text(cell);
    }
    pieces.finish()
}
