//! The one error of this crate: what is wrong, where, why, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// The class of an [`Error`]; each is one exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Asked for something that does not exist or is not done (exit code 2).
    Usage,
    /// An input is missing, damaged, or says two things that cannot both be true (exit code 3).
    Input,
    /// A plugin failed, is not trusted or has changed (exit code 4).
    Plugin,
    /// Everything could be read, but nothing usable comes of it (exit code 1).
    Unusable,
    /// A promise inside adit is broken (exit code 70).
    Bug,
}

impl ErrorKind {
    /// The exit code of a program that ends with an error of this class.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Unusable => 1,
            ErrorKind::Usage => 2,
            ErrorKind::Input => 3,
            ErrorKind::Plugin => 4,
            ErrorKind::Bug => 70,
        }
    }
}

/// What went wrong: one sentence with file, row (1-based line of the file), column (its heading)
/// and sample where they are known, followed by what to do.
///
/// ```
/// use adit_calibration::{Error, ErrorKind};
///
/// let error = Error::input("\"n.d.\" is not a number")
///     .in_file("icp.csv")
///     .at_row(4)
///     .at_column("Zn (total) [mg/L]")
///     .hint("write <0.003 for a value below detection, or leave the cell empty");
/// assert_eq!(error.kind(), ErrorKind::Input);
/// assert_eq!(
///     error.to_string(),
///     "icp.csv, row 4, column \"Zn (total) [mg/L]\": \"n.d.\" is not a number; \
///      write <0.003 for a value below detection, or leave the cell empty"
/// );
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    file: Option<String>,
    row: Option<u64>,
    column: Option<String>,
    sample: Option<String>,
    what: String,
    hint: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// A result whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the given class; the places and the hint are added by the methods below.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        let what = what.into();
        Error(Box::new(Inner {
            kind,
            file: None,
            row: None,
            column: None,
            sample: None,
            what,
            hint: None,
            cause: None,
        }))
    }

    /// [`ErrorKind::Usage`].
    pub fn usage(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage, what)
    }

    /// [`ErrorKind::Input`].
    pub fn input(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Input, what)
    }

    /// [`ErrorKind::Plugin`].
    pub fn plugin(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Plugin, what)
    }

    /// [`ErrorKind::Unusable`].
    pub fn unusable(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Unusable, what)
    }

    /// [`ErrorKind::Bug`].
    pub fn bug(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Bug, what)
    }

    /// Names the file. What is already named stays: the innermost place is the most exact one.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert(file.into());
        self
    }

    /// What is wrong stands in a file and was not typed: wrong usage becomes a wrong input.
    #[must_use]
    pub(crate) fn stands_in_file(mut self, file: impl Into<String>) -> Self {
        if self.0.kind == ErrorKind::Usage {
            self.0.kind = ErrorKind::Input;
        }
        self.in_file(file)
    }

    /// Puts a folder before the name of the file, which was given relative to it.
    #[must_use]
    pub(crate) fn file_under(mut self, folder: &Path) -> Self {
        self.0.file = self.0.file.map(|file| folder.join(file).display().to_string());
        self
    }

    /// Names the line of the file, counted from 1, unless one is named.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.0.row.get_or_insert(row);
        self
    }

    /// Names the column by its heading, unless one is named.
    #[must_use]
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.0.column.get_or_insert(column.into());
        self
    }

    /// Names the sample by its id, unless one is named.
    #[must_use]
    pub fn of_sample(mut self, sample: impl Into<String>) -> Self {
        self.0.sample.get_or_insert(sample.into());
        self
    }

    /// Says what to do, unless that is said.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Keeps the error that this one comes from.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The class.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file, as it was named by the caller.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The line of the file, counted from 1.
    pub fn row(&self) -> Option<u64> {
        self.0.row
    }

    /// The heading of the column.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// The id of the sample.
    pub fn sample(&self) -> Option<&str> {
        self.0.sample.as_deref()
    }

    /// What is wrong, without the place.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What to do about it.
    pub fn what_to_do(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        let mut place = Vec::new();
        place.extend(e.file.clone());
        place.extend(e.row.map(|row| format!("row {row}")));
        place.extend(e.column.as_ref().map(|column| format!("column \"{column}\"")));
        place.extend(e.sample.as_ref().map(|sample| format!("sample \"{sample}\"")));
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        write!(f, "{}", e.what)?;
        if let Some(hint) = &e.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({self})", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

/// Whatever is wrong with a file is an [`ErrorKind::Input`] here; the places and the hint stay.
impl From<adit_spectra::Error> for Error {
    fn from(e: adit_spectra::Error) -> Self {
        let mut error = Error::input(e.what());
        error.0.file = e.file().map(str::to_string);
        error.0.row = e.row();
        error.0.column = e.column().map(str::to_string);
        error.0.sample = e.sample().map(str::to_string);
        error.0.hint = e.what_to_do().map(str::to_string);
        error.caused_by(e)
    }
}

/// The engine's classes have their like here; what the numbers do not allow is unusable.
impl From<adit_engine::Error> for Error {
    fn from(e: adit_engine::Error) -> Self {
        let kind = match e.kind() {
            adit_engine::ErrorKind::Usage => ErrorKind::Usage,
            adit_engine::ErrorKind::Input => ErrorKind::Input,
            adit_engine::ErrorKind::Plugin => ErrorKind::Plugin,
            adit_engine::ErrorKind::Numeric => ErrorKind::Unusable,
            adit_engine::ErrorKind::Bug => ErrorKind::Bug,
        };
        let error = Error::new(kind, e.what());
        if e.hint().is_empty() { error } else { error.hint(e.hint()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_own_exit_code() {
        let kinds = [
            ErrorKind::Unusable,
            ErrorKind::Usage,
            ErrorKind::Input,
            ErrorKind::Plugin,
            ErrorKind::Bug,
        ];
        assert_eq!(kinds.map(ErrorKind::exit_code), [1, 2, 3, 4, 70]);
    }

    #[test]
    fn the_innermost_place_wins() {
        let error = Error::input("x").at_row(2).of_sample("a").at_row(9).of_sample("b");
        assert_eq!((error.row(), error.sample()), (Some(2), Some("a")));
        assert_eq!(error.to_string(), "row 2, sample \"a\": x");
    }
}
