//! The closed, numbered list of lowered ops: what a fitted step or regressor is made of, as data.
//!
//! The same numbers stand in `core/node/FORMAT.md`. An op works on one row `x` of `n_in` values and gives `n_out` values.
//! An op is a code, a list of integers and a list of numbers; each code fixes what they mean:
//!
//! | code | integers | numbers | effect |
//! |---|---|---|---|
//! | `GATHER` | n_in, index of each output | | `y_i = x[index_i]` |
//! | `AFFINE_BANDED` | n_in, n_out, then first, width per output | all coefficients, output by output, then n_out biases | `y_i = b_i + sum_k c_ik x[first_i + k]` |
//! | `AFFINE_DENSE` | n_in, n_out | n_out x n_in coefficients row-major, then n_out biases | `y = C x + b` |
//! | `ROW_CENTRE` | | | `y = x - mean(x)` |
//! | `ROW_SCALE` | norm, ddof | floor | `y = x / norm(x)`; refused unless norm > floor |
//! | `REGRESS_BASIS` | n, k, d | k x n basis, k x n pseudo-inverse rows, floor | `c = pinv x; y = (x - sum_{j != d} c_j basis_j) / c_d`; refused unless c_d > floor |
//! | `LOG10` | columns | floor | `y_j = log10(x_j)` for the columns named; refused unless x_j > floor |
//! | `RATIO` | i, j | c0, c1, floor | `y_i = x_i / (c0 + c1 x_j)`, others kept; refused unless the divisor > floor |
//! | `HARMONIC` | j, k | period | appends `sin(2 pi k x_j / period)` and `cos(...)` |
//! | `PRODUCT` | i, j | | appends `x_i x_j` |
//! | `CLAMP` | column | low, high | `y_j = min(max(x_j, low), high)`, others kept |
//! | `SCORE` | n, a | centre n, scale n, R a x n, P a x n | `t = R ((x - centre) / scale)`; kept for diagnosis, value path ends with it |
//! | `OUTPUT` | kind, has_low | low | `y = x` or `y = 10^x`; then `max(y, low)` if has_low |
//!
//! "Refused" means: the row gets no result, on host and node alike.

/// Number of `GATHER`.
pub const ADIT_OP_GATHER: u32 = 1;
/// Number of `AFFINE_BANDED`.
pub const ADIT_OP_AFFINE_BANDED: u32 = 2;
/// Number of `AFFINE_DENSE`.
pub const ADIT_OP_AFFINE_DENSE: u32 = 3;
/// Number of `ROW_CENTRE`.
pub const ADIT_OP_ROW_CENTRE: u32 = 4;
/// Number of `ROW_SCALE`.
pub const ADIT_OP_ROW_SCALE: u32 = 5;
/// Number of `REGRESS_BASIS`.
pub const ADIT_OP_REGRESS_BASIS: u32 = 6;
/// Number of `LOG10`.
pub const ADIT_OP_LOG10: u32 = 7;
/// Number of `RATIO`.
pub const ADIT_OP_RATIO: u32 = 8;
/// Number of `HARMONIC`.
pub const ADIT_OP_HARMONIC: u32 = 9;
/// Number of `PRODUCT`.
pub const ADIT_OP_PRODUCT: u32 = 10;
/// Number of `CLAMP`.
pub const ADIT_OP_CLAMP: u32 = 11;
/// Number of `SCORE`.
pub const ADIT_OP_SCORE: u32 = 12;
/// Number of `OUTPUT`.
pub const ADIT_OP_OUTPUT: u32 = 13;

/// `ROW_SCALE` by the standard deviation (about the row mean) with the given ddof.
pub const ADIT_NORM_SD: i64 = 0;
/// `ROW_SCALE` by the sum of absolute values.
pub const ADIT_NORM_L1: i64 = 1;
/// `ROW_SCALE` by the Euclidean length.
pub const ADIT_NORM_L2: i64 = 2;
/// `ROW_SCALE` by the largest absolute value.
pub const ADIT_NORM_MAX: i64 = 3;
/// `ROW_SCALE` by the sum.
pub const ADIT_NORM_AREA: i64 = 4;

/// `OUTPUT` as it is.
pub const ADIT_OUTPUT_IDENTITY: i64 = 0;
/// `OUTPUT` as ten to the power of the value.
pub const ADIT_OUTPUT_POW10: i64 = 1;

/// One lowered op as it crosses the boundary; borrowed until the call returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AditOp {
    /// Size of this struct as its writer knows it, in bytes.
    pub struct_size: u32,
    /// `ADIT_OP_...`.
    pub code: u32,
    /// The integers of the op.
    pub ints: *const i64,
    /// Number of `ints`.
    pub int_count: usize,
    /// The numbers of the op.
    pub nums: *const f64,
    /// Number of `nums`.
    pub num_count: usize,
}
