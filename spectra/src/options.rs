//! How a file is to be read where the file itself does not say.

/// What a reader may be told.
///
/// ```
/// let options = adit_spectra::ReadOptions::default().with_timezone("+09:00");
/// assert_eq!(options.timezone.as_deref(), Some("+09:00"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Offset from UTC of times that are written without one: `+09:00`, `-04:00`, `Z` or `UTC`.
    /// `None` reads them as UTC.
    pub timezone: Option<String>,
}

impl ReadOptions {
    /// The same options with an offset for times that are written without one.
    #[must_use]
    pub fn with_timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = Some(timezone.into());
        self
    }
}
