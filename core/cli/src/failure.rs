//! What ends a command, and with which exit code.

use std::fmt;

/// Exit code: nothing is usable, or `--strict` and something was refused.
pub(crate) const NOTHING_USABLE: u8 = 1;
/// Exit code: wrong usage.
pub(crate) const USAGE: u8 = 2;
/// Exit code: unreadable, damaged or contradictory input.
pub(crate) const INPUT: u8 = 3;
/// Exit code: a plugin failed, is not trusted or has changed.
pub(crate) const PLUGIN: u8 = 4;
/// Exit code: a bug.
pub(crate) const BUG: u8 = 70;

/// An exit code with a sentence for people.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Failure { code: USAGE, text: text.into() }
    }
    pub(crate) fn input(text: impl Into<String>) -> Self {
        Failure { code: INPUT, text: text.into() }
    }
    /// Something that a later version will do.
    pub(crate) fn later(what: &str, instead: &str) -> Self {
        let dot = if instead.is_empty() { "" } else { "; " };
        Self::usage(format!("{what} is not in this version{dot}{instead}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<adit_engine::Error> for Failure {
    fn from(e: adit_engine::Error) -> Self {
        use adit_engine::ErrorKind as K;
        let code = match e.kind() {
            K::Usage => USAGE,
            K::Input | K::Numeric => INPUT,
            K::Plugin => PLUGIN,
            K::Bug => BUG,
        };
        Failure { code, text: e.to_string() }
    }
}

impl From<adit_spectra::Error> for Failure {
    fn from(e: adit_spectra::Error) -> Self {
        Failure::input(e.to_string())
    }
}

impl From<adit_calibration::Error> for Failure {
    fn from(e: adit_calibration::Error) -> Self {
        Failure { code: e.kind().exit_code(), text: e.to_string() }
    }
}

impl From<adit_export::Error> for Failure {
    fn from(e: adit_export::Error) -> Self {
        Failure { code: NOTHING_USABLE, text: e.to_string() }
    }
}
