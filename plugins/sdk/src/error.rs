//! What a plugin answers when it cannot.

use std::fmt;

use adit_abi as abi;

/// The class of an error, as the contract numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum ErrorCode {
    /// A parameter or argument is not acceptable.
    Argument = abi::ADIT_ERR_ARG,
    /// Shapes do not fit.
    Shape = abi::ADIT_ERR_SHAPE,
    /// Not allowed in this state.
    State = abi::ADIT_ERR_STATE,
    /// The bytes are not a state of this plugin.
    StateBytes = abi::ADIT_ERR_STATE_BYTES,
    /// Numerically impossible.
    Numeric = abi::ADIT_ERR_NUMERIC,
    /// The plugin cannot do this.
    Unsupported = abi::ADIT_ERR_UNSUPPORTED,
    /// The host asked to stop.
    Cancelled = abi::ADIT_ERR_CANCELLED,
    /// A fault of the plugin.
    Internal = abi::ADIT_ERR_INTERNAL,
}

/// A code and a sentence for people.
#[derive(Clone, Debug)]
pub struct Error {
    code: ErrorCode,
    text: String,
}

impl Error {
    /// An error of any class.
    pub fn new(code: ErrorCode, text: impl Into<String>) -> Self {
        Error { code, text: text.into() }
    }
    /// A parameter or argument is not acceptable.
    pub fn arg(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::Argument, text)
    }
    /// Shapes do not fit.
    pub fn shape(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::Shape, text)
    }
    /// Numerically impossible.
    pub fn numeric(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::Numeric, text)
    }
    /// The plugin cannot do this.
    pub fn unsupported(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unsupported, text)
    }
    /// The bytes are not a state of this plugin.
    pub fn state_bytes(text: impl Into<String>) -> Self {
        Self::new(ErrorCode::StateBytes, text)
    }
    /// Called before `fit` or `load`.
    pub fn not_fitted() -> Self {
        Self::new(ErrorCode::State, "not fitted yet")
    }
    /// The class.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
