//! The one error of this crate: what is wrong, where, why, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// The class of an [`Error`], for callers that map errors to exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file does not exist.
    NotFound,
    /// The file exists but the system would not let it be read or written.
    Unreadable,
    /// The content is damaged or not in the format that it claims.
    Malformed,
    /// The content is readable but says two things that cannot both be true.
    Contradictory,
    /// The content may be right, but this version does not read it.
    Unsupported,
}

/// What went wrong with an input or output file: one sentence, with file, row (1-based line of the
/// file), column (its heading) and sample where they are known, followed by what to do.
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

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            file: None,
            row: None,
            column: None,
            sample: None,
            what: what.into(),
            hint: None,
            cause: None,
        }))
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Malformed, what)
    }

    /// An error of the operating system, classed by its own kind.
    pub(crate) fn io(doing: &str, path: &Path, cause: std::io::Error) -> Self {
        let (kind, hint) = match cause.kind() {
            std::io::ErrorKind::NotFound => (
                ErrorKind::NotFound,
                "check the spelling of the path and the folder it is taken from",
            ),
            std::io::ErrorKind::PermissionDenied => {
                (ErrorKind::Unreadable, "check the permissions of the file and its folder")
            }
            _ => (ErrorKind::Unreadable, "check the disk and the path, then try again"),
        };
        Error::new(kind, format!("cannot {doing}: {cause}"))
            .in_file(path.display().to_string())
            .hint(hint)
            .caused_by(cause)
    }

    pub(crate) fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert(file.into());
        self
    }

    pub(crate) fn at_row(mut self, row: u64) -> Self {
        self.0.row.get_or_insert(row);
        self
    }

    pub(crate) fn at_column(mut self, column: impl Into<String>) -> Self {
        self.0.column.get_or_insert(column.into());
        self
    }

    pub(crate) fn of_sample(mut self, sample: impl Into<String>) -> Self {
        self.0.sample.get_or_insert(sample.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The class of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file, as it was named by the caller.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The line of the file, counted from 1, where it is known.
    pub fn row(&self) -> Option<u64> {
        self.0.row
    }

    /// The heading of the column, as it stands in the file.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_place_then_the_fault_then_the_way_out() {
        let error = Error::malformed("\"abc\" is not a number")
            .in_file("s.csv")
            .at_row(3)
            .at_column("252.5")
            .of_sample("a1")
            .hint("write a number or leave the cell empty");
        assert_eq!(
            error.to_string(),
            "s.csv, row 3, column \"252.5\", sample \"a1\": \"abc\" is not a number; \
             write a number or leave the cell empty"
        );
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }

    #[test]
    fn the_innermost_place_wins() {
        let error = Error::malformed("x").in_file("inner").in_file("outer").at_row(2).at_row(9);
        assert_eq!((error.file(), error.row()), (Some("inner"), Some(2)));
    }

    #[test]
    fn a_missing_file_is_not_found() {
        let io = std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = Error::io("open", Path::new("nowhere.csv"), io);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(StdError::source(&error).is_some());
    }
}
