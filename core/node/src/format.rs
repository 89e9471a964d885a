//! The fixed numbers of `FORMAT.md`.

/// First four bytes of every model.
pub const MAGIC: [u8; 4] = *b"ADNM";
/// The only version that this crate reads.
pub const VERSION: u16 = 1;
/// Numeric mode: all numbers are IEEE 754 binary32.
pub const NUMERIC_F32: u16 = 1;
/// Bytes of the header.
pub const HEADER_LEN: usize = 64;
/// First byte that the CRC covers.
pub const CRC_START: usize = 16;
/// Bytes of a section's head.
pub const SECTION_HEAD_LEN: usize = 24;
/// Bytes of an output's head: everything before its weights.
pub const OUTPUT_HEAD_LEN: usize = 52;
/// Bytes of an analyte's name, padded with zeros.
pub const NAME_LEN: usize = 32;
/// Longest row, in values.
pub const MAX_ROW: usize = 65_536;

/// The axis is a list of numbers with a unit.
pub const AXIS_NUMBERS: u32 = 0;
/// The axis is a list of named columns, each with its unit.
pub const AXIS_NAMES: u32 = 1;

/// Section flag: a reference row stands before the outputs.
pub const SECTION_REFERENCE: u32 = 1;
/// Section flag: the section needs two row buffers.
pub const SECTION_TWO_BUFFERS: u32 = 2;

/// Output flag: the value is held at `low` or above.
pub const OUTPUT_LOW: u32 = 1;
/// Output kind: as it is.
pub const OUTPUT_IDENTITY: u32 = 0;
/// Output kind: ten to the power of the value.
pub const OUTPUT_POW10: u32 = 1;

/// Banded flag: a bias for each output follows.
pub const BANDED_BIAS: u32 = 1;
/// Row-scale flag: the row before is centred, so the sd needs no mean of its own.
pub const SCALE_CENTRED: u32 = 1;
/// Row-scale flag: the row stays as it is; the outputs divide by the norm.
pub const SCALE_DEFERRED: u32 = 2;

/// Op number: choose columns. Form 0: a list of indices; form 1: a range.
pub const OP_GATHER: u16 = 1;
/// Op number: short filter rows.
pub const OP_AFFINE_BANDED: u16 = 2;
/// Op number: subtract the row mean.
pub const OP_ROW_CENTRE: u16 = 4;
/// Op number: divide by a norm of the row.
pub const OP_ROW_SCALE: u16 = 5;
/// Op number: regress on a basis, subtract, divide (MSC, EMSC).
pub const OP_REGRESS_BASIS: u16 = 6;
/// Op number: base-10 logarithm of columns.
pub const OP_LOG10: u16 = 7;
/// Op number: ratio of two columns.
pub const OP_RATIO: u16 = 8;
/// Op number: sine and cosine of a column.
pub const OP_HARMONIC: u16 = 9;
/// Op number: product of two columns.
pub const OP_PRODUCT: u16 = 10;
/// Op number: hold a column between two bounds.
pub const OP_CLAMP: u16 = 11;
