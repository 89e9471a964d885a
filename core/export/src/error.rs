//! The exporter's error: which chain and step, why, and what to do.

use std::fmt;

/// Short for a result with the exporter's error.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no node model. Nothing has been written.
#[derive(Clone, Debug)]
pub struct Error {
    what: String,
    hint: String,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }

    pub(crate) fn within(mut self, place: impl fmt::Display) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }

    /// What happened and where.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, or empty.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

impl std::error::Error for Error {}

impl From<adit_engine::Error> for Error {
    fn from(e: adit_engine::Error) -> Self {
        Self::new(e.what(), e.hint())
    }
}
