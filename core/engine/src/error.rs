//! The engine's error: what, and what to do.

use std::fmt;

/// Short for a result with the engine's error.
pub type Result<T> = std::result::Result<T, Error>;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The recipe or the way of calling is wrong.
    Usage,
    /// The data are unreadable, damaged or contradict each other.
    Input,
    /// A plugin failed, is missing, is not trusted or has changed.
    Plugin,
    /// The numbers do not allow it (rank, constant data, too few samples).
    Numeric,
    /// A fault of adit itself.
    Bug,
}

/// An error with its kind, a sentence that says what and where, and a hint what to do.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    hint: String,
    row: Option<usize>,
}

impl Error {
    /// An error of any kind; `hint` says what to do and may be empty.
    pub fn new(kind: ErrorKind, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Error { kind, what: what.into(), hint: hint.into(), row: None }
    }
    /// The recipe or the way of calling is wrong.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, what, hint)
    }
    /// The data are wrong.
    pub fn input(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, what, hint)
    }
    /// A plugin failed.
    pub fn plugin(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Plugin, what, hint)
    }
    /// The numbers do not allow it.
    pub fn numeric(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Numeric, what, hint)
    }
    /// A fault of adit itself.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Bug, what, "please report this with the input that caused it")
    }
    /// Who has to act.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
    /// What happened, without the hint.
    pub fn what(&self) -> &str {
        &self.what
    }
    /// What to do, or empty.
    pub fn hint(&self) -> &str {
        &self.hint
    }
    /// The row of the data given that the error is about, if it is about one.
    pub fn row(&self) -> Option<usize> {
        self.row
    }
    /// The same error about a row of the data given.
    pub fn at_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }
    /// The same error with its row as the caller numbers it.
    pub fn renumbered(mut self, number: impl Fn(usize) -> Option<usize>) -> Self {
        self.row = self.row.and_then(number);
        self
    }
    /// The same error with words in front that say where.
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

impl std::error::Error for Error {}
