//! The spaces that come along, and which one a set is searched with.

use adit_engine::Space;

use crate::set::{CalibrationSet, Kind};
use crate::{Error, Result};

/// For spectra.
const UV_VIS: &str = include_str!("uv_vis.toml");
/// For tables and series.
const CONDUCTIVITY: &str = include_str!("conductivity.toml");

/// A space as text, and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceText {
    /// TOML.
    pub text: String,
    /// A sentence that says where it came from.
    pub said: String,
    /// The file, if it is one of the set.
    pub file: Option<String>,
}

impl SpaceText {
    /// The space.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`], or [`crate::ErrorKind::Input`] naming the set's own file: what cannot be read.
    pub fn parse(&self) -> Result<Space> {
        Space::parse(&self.text).map_err(|e| self.blame(e.into()))
    }

    /// An error about the space names its file.
    pub(super) fn blame(&self, e: Error) -> Error {
        match &self.file {
            Some(file) => e.stands_in_file(file.as_str()),
            None => e,
        }
    }
}

/// The space of a set where the caller gives none: the set's own `search.toml`, else the default of its kind.
pub fn space_of(set: &CalibrationSet) -> SpaceText {
    if let Some((file, text)) = &set.search_text {
        return SpaceText {
            text: text.clone(),
            said: format!("space = {file}, the set's own"),
            file: Some(file.clone()),
        };
    }
    let (text, what) = match set.kind {
        Kind::Spectra => (UV_VIS, "the default for spectra"),
        Kind::Table | Kind::Series => (CONDUCTIVITY, "the default for tables and series"),
    };
    SpaceText { text: text.to_owned(), said: format!("space = {what}"), file: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spaces_that_come_along_can_be_read() {
        for (text, slots) in [(UV_VIS, 2), (CONDUCTIVITY, 3)] {
            assert_eq!(Space::parse(text).unwrap().slots.len(), slots);
        }
    }
}
