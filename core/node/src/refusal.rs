//! Why a model or a row is refused.

/// Why [`crate::Model::load`] or a call was refused. The numbers are part of the C interface.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Fewer bytes than a header.
    TooShort = 1,
    /// The first four bytes are not a model's.
    Magic = 2,
    /// A format version that this build does not read.
    Version = 3,
    /// A numeric mode that this build does not read.
    NumericMode = 4,
    /// The length in the header is not the length given, or not a multiple of four.
    Length = 5,
    /// The checksum does not fit the bytes: damaged in storage or on the way.
    Checksum = 6,
    /// A header field is out of its range, or a reserved one is not zero.
    Header = 7,
    /// A section does not fill its length, or its head contradicts its content.
    Section = 8,
    /// An op number, form, norm or flag that this build does not know.
    UnknownOp = 9,
    /// An op reads columns that are not there, or has a shape that cannot be.
    OpShape = 10,
    /// A stored number is NaN or infinite where it must not be.
    NotFinite = 11,
    /// An output's head is out of range: name, kind, flags.
    Output = 12,
    /// A buffer given to `predict` has the wrong length.
    Buffer = 13,
    /// A null pointer came in through the C interface.
    NullPointer = 14,
}

/// What became of one output of one row. The numbers are part of the C interface; a refused output's value is NaN.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// The value is an estimate.
    #[default]
    Ok = 0,
    /// A value that the model reads is NaN or infinite.
    Input = 1,
    /// A divisor or the argument of a logarithm is not above its floor (a flat spectrum, a conductivity of zero).
    Floor = 2,
    /// The result is not a finite f32.
    Range = 3,
}
