//! The model file: one line that says what follows, then one JSON document.
//!
//! ```text
//! adit-model 1 sha256=<64 hex digits> bytes=<length of the document>
//! {"mine": ...
//! ```
//!
//! The hash and the length are those of everything after the first line feed. A reader refuses a version that it does not know, a
//! document that is shorter or longer, and one whose hash differs, each with its own message.

use std::path::Path;

use adit_engine::saved::sha256_hex;

use crate::model::AnalyteRows;
use crate::search::record::Search;
use crate::{Error, Model, Result};

/// First word of a model file.
pub const MAGIC: &str = "adit-model";
/// The version that this adit writes and reads.
pub const VERSION: u32 = 1;

impl Model {
    /// The bytes of the model file. The same model always gives the same bytes.
    ///
    /// # Errors
    /// A fault of adit: a model that cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let document = serde_json::to_vec(self)
            .map_err(|e| Error::bug(format!("the model cannot be written: {e}")))?;
        let (hash, length) = (sha256_hex(&document), document.len());
        let mut bytes = format!("{MAGIC} {VERSION} sha256={hash} bytes={length}\n").into_bytes();
        bytes.extend(document);
        Ok(bytes)
    }

    /// Writes the model file, whole or not at all.
    ///
    /// # Errors
    /// When the folder or disk will not have it.
    pub fn write(&self, path: &Path) -> Result<()> {
        Ok(adit_spectra::write_atomically(path, &self.to_bytes()?)?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// A file that cannot be read, and as [`Model::from_bytes`]; names the file.
    pub fn read(path: &Path) -> Result<Model> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|e| {
            Error::input(format!("the model cannot be read: {e}"))
                .in_file(name.as_str())
                .hint("check the path")
                .caused_by(e)
        })?;
        Model::from_bytes(&bytes).map_err(|e| e.in_file(name))
    }

    /// Whether the bytes begin like a model file.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC.as_bytes())
    }

    /// From the bytes of a model file.
    ///
    /// # Errors
    /// No model at all, a version that is not known, a truncated, lengthened or changed document, or one that does not hold what a
    /// model holds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model> {
        let document = checked_document(bytes)?;
        let model: Model = serde_json::from_slice(document).map_err(|e| {
            Error::input(format!("the model's document does not hold what a model holds: {e}"))
                .hint("calibrate again")
        })?;
        model.check_shapes()?;
        Ok(model)
    }

    /// The lengths that later code relies on.
    fn check_shapes(&self) -> Result<()> {
        let width = self.axis.len();
        let v = &self.verification;
        let fits = self.reads.len() == width
            && v.rows.iter().all(|r| r.len() == width)
            && v.expected.values().all(|e| {
                e.predictions.len() == v.rows.len()
                    && e.steps.iter().all(|s| {
                        s.projection.len() == v.rows.len() && s.length.len() == v.rows.len()
                    })
            })
            && self.analytes.iter().all(|a| {
                let chain = a.chain.as_ref();
                chain.is_none_or(|c| c.input == self.axis && v.expected.contains_key(&a.name))
                    && a.applicability.space.as_ref().is_none_or(|s| {
                        s.n > 0 && s.inverse.iter().all(|r| r.len() == s.inverse.len())
                    })
            });
        let search_fits = self.search.as_ref().is_none_or(Search::fits);
        if fits && search_fits && self.table_fits() {
            return Ok(());
        }
        Err(Error::input("the parts of the model do not fit each other").hint("calibrate again"))
    }

    /// Whether the calibration table and what each analyte says of its rows have the same rows.
    fn table_fits(&self) -> bool {
        let Some(table) = &self.table else {
            return self.analytes.iter().all(|a| a.rows.is_none());
        };
        let n = table.ids.len();
        table.x.len() == n
            && table.x.iter().all(|row| row.len() == self.axis.len())
            && table.times.as_ref().is_none_or(|times| times.len() == n)
            && table.labels.values().all(|cells| cells.len() == n)
            && self.analytes.iter().filter_map(|a| a.rows.as_ref()).all(|rows| rows.fit(n))
    }
}

impl AnalyteRows {
    /// Whether the lists have the lengths that they say, over a table of `n` rows.
    fn fit(&self, n: usize) -> bool {
        let fitted = self.fitted.len();
        let lists = [&self.leverage, &self.t2, &self.q, &self.q_cross_validated];
        let mut counts = self.out_of_fold.iter().map(Vec::len).filter(|length| *length > 0);
        let count = counts.next();
        self.references.len() == n
            && self.fitted.iter().all(|row| *row < n)
            && self.fold.len() == fitted
            && self.out_of_fold.len() == fitted
            && counts.all(|length| Some(length) == count)
            && self.predicted.len() == fitted
            && lists.iter().all(|list| list.len() == fitted)
    }
}

/// The document after the first line, once version, length and hash are right.
fn checked_document(bytes: &[u8]) -> Result<&[u8]> {
    let not_a_model = || {
        Error::input("this is not an adit model")
            .hint("a model is what \"adit calibrate\" writes; its first word is adit-model")
    };
    let header_end = bytes.iter().take(256).position(|b| *b == b'\n');
    let header = &bytes[..header_end.unwrap_or(bytes.len().min(256))];
    let header = std::str::from_utf8(header).map_err(|_| not_a_model())?;
    let mut words = header.split(' ');
    if words.next() != Some(MAGIC) {
        return Err(not_a_model());
    }
    let damaged = || {
        Error::input("the first line of the model is damaged")
            .hint("take the file again from where it was made")
    };
    let version: u32 = words.next().and_then(|w| w.parse().ok()).ok_or_else(damaged)?;
    if version != VERSION {
        return Err(Error::input(format!(
            "the model has format version {version}; this adit reads version {VERSION}"
        ))
        .hint("use the adit that wrote it, or calibrate again"));
    }
    let mut field = |name: &str| words.next().and_then(|w| w.strip_prefix(name)?.strip_prefix('='));
    let (hash, length) = (field("sha256").ok_or_else(damaged)?, field("bytes"));
    let length: usize = length.and_then(|l| l.parse().ok()).ok_or_else(damaged)?;
    let document = header_end.map_or(&[][..], |end| &bytes[end + 1..]);
    if document.len() < length {
        return Err(Error::input(format!(
            "the model is truncated: {} of {length} bytes are there",
            document.len()
        ))
        .hint("copy the file again"));
    }
    if document.len() > length || sha256_hex(document) != hash {
        return Err(Error::input("the model was changed after it was written (its hash differs)")
            .hint("take the file again from where it was made, or calibrate again"));
    }
    Ok(document)
}
