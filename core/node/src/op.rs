//! One op as it stands in a section: parsed where it lies, nothing copied.

use crate::Refusal;
use crate::bytes::{Cursor, Words};
use crate::format as fmt;

/// The norm of a `ROW_SCALE`; numbers as in the plugin contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Standard deviation about the row mean.
    Sd,
    /// Sum of absolute values.
    L1,
    /// Euclidean length.
    L2,
    /// Largest absolute value.
    Max,
    /// Sum.
    Area,
}

impl Norm {
    /// Number in the format.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Norm::Sd => 0,
            Norm::L1 => 1,
            Norm::L2 => 2,
            Norm::Max => 3,
            Norm::Area => 4,
        }
    }

    /// The norm of a number, if there is one.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        [Norm::Sd, Norm::L1, Norm::L2, Norm::Max, Norm::Area]
            .into_iter()
            .find(|n| n.number() == number)
    }
}

/// Short filter rows; see `FORMAT.md`, op 2.
#[derive(Clone, Copy)]
pub(crate) struct Banded<'a> {
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    /// First output of the rows that share their taps.
    pub(crate) inner_start: usize,
    /// How many outputs share their taps.
    pub(crate) inner_count: usize,
    /// First input of the first inner row.
    pub(crate) inner_first: usize,
    pub(crate) inner: Band<'a>,
    /// The rows with their own taps, in the order of the outputs.
    pub(crate) edges: Words<'a>,
    pub(crate) bias: Option<Words<'a>>,
}

/// One filter row: `total * x[pivot] + sum of taps * (x - x[pivot])`, pivot = width / 2; the pivot's own tap is not stored.
#[derive(Clone, Copy)]
pub(crate) struct Band<'a> {
    pub(crate) width: usize,
    pub(crate) total: f32,
    pub(crate) taps: Words<'a>,
}

pub(crate) enum Op<'a> {
    Gather(Words<'a>),
    GatherRange { first: usize, count: usize },
    Banded(Banded<'a>),
    RowCentre,
    RowScale(Scale),
    RegressBasis(Basis<'a>),
    Log10 { floor: f32, columns: Words<'a> },
    Ratio { i: usize, j: usize, c0: f32, c1: f32, floor: f32 },
    Harmonic { j: usize, k: u32, period: f32, low: f32 },
    Product { i: usize, j: usize },
    Clamp { column: usize, low: f32, high: f32 },
}

#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) norm: Norm,
    pub(crate) ddof: u32,
    pub(crate) floor: f32,
    pub(crate) centred: bool,
    pub(crate) deferred: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub(crate) n: usize,
    pub(crate) k: usize,
    pub(crate) d: usize,
    pub(crate) floor: f32,
    pub(crate) basis: Words<'a>,
    /// The sum of each row of `inverse`, in f64 before rounding.
    pub(crate) totals: Words<'a>,
    pub(crate) inverse: Words<'a>,
}

/// Most basis vectors of a `REGRESS_BASIS`: the coefficients live on the stack.
pub(crate) const MAX_BASIS: usize = 8;

impl<'a> Op<'a> {
    /// The next op. Says only what the bytes are; whether it fits the row is the loader's question.
    pub(crate) fn parse(at: &mut Cursor<'a>) -> Result<Self, Refusal> {
        let (code, form) = at.halves().ok_or(Refusal::Section)?;
        let words = at.count().ok_or(Refusal::Section)?;
        let mut body = Cursor::over(at.words(words).ok_or(Refusal::Section)?);
        let op = Self::body(code, form, words, &mut body)?.ok_or(Refusal::OpShape)?;
        if body.is_empty() { Ok(op) } else { Err(Refusal::OpShape) }
    }

    /// `Ok(None)`: the words end before the op does.
    fn body(
        code: u16,
        form: u16,
        words: usize,
        at: &mut Cursor<'a>,
    ) -> Result<Option<Self>, Refusal> {
        Ok(match (code, form) {
            (fmt::OP_GATHER, 0) => at.words(words).map(Op::Gather),
            (fmt::OP_GATHER, 1) => {
                at.count().zip(at.count()).map(|(first, count)| Op::GatherRange { first, count })
            }
            (fmt::OP_AFFINE_BANDED, 0) => banded(at)?.map(Op::Banded),
            (fmt::OP_ROW_CENTRE, 0) => Some(Op::RowCentre),
            (fmt::OP_ROW_SCALE, 0) => scale(at)?.map(Op::RowScale),
            (fmt::OP_REGRESS_BASIS, 0) => basis(at)?.map(Op::RegressBasis),
            (fmt::OP_LOG10, 0) => log10(at, words),
            (fmt::OP_RATIO, 0) => ratio(at),
            (fmt::OP_HARMONIC, 0) => harmonic(at),
            (fmt::OP_PRODUCT, 0) => at.count().zip(at.count()).map(|(i, j)| Op::Product { i, j }),
            (fmt::OP_CLAMP, 0) => clamp(at),
            _ => return Err(Refusal::UnknownOp),
        })
    }
}

impl<'a> Band<'a> {
    /// One filter row with its first input.
    pub(crate) fn parse(at: &mut Cursor<'a>) -> Option<(usize, Self)> {
        let (first, width) = (at.count()?, at.count()?);
        Some((first, Self::parse_taps(at, width)?))
    }

    fn parse_taps(at: &mut Cursor<'a>, width: usize) -> Option<Self> {
        let total = at.f32()?;
        let taps = at.words(width.checked_sub(1)?)?;
        Some(Self { width, total, taps })
    }
}

fn banded<'a>(at: &mut Cursor<'a>) -> Result<Option<Banded<'a>>, Refusal> {
    let Some((n_in, n_out)) = at.count().zip(at.count()) else { return Ok(None) };
    let Some(flags) = at.u32() else { return Ok(None) };
    if flags & !fmt::BANDED_BIAS != 0 {
        return Err(Refusal::UnknownOp);
    }
    Ok((|| {
        let (inner_start, inner_count, inner_first) = (at.count()?, at.count()?, at.count()?);
        let width = at.count()?;
        let inner = Band::parse_taps(at, width)?;
        let edges = at.count()?;
        let edges = at.words(edges)?;
        let bias = if flags & fmt::BANDED_BIAS != 0 { Some(at.words(n_out)?) } else { None };
        Some(Banded { n_in, n_out, inner_start, inner_count, inner_first, inner, edges, bias })
    })())
}

fn scale(at: &mut Cursor<'_>) -> Result<Option<Scale>, Refusal> {
    let Some((norm, ddof)) = at.u32().zip(at.u32()) else { return Ok(None) };
    let Some((flags, floor)) = at.u32().zip(at.f32()) else { return Ok(None) };
    let norm = Norm::from_number(norm).ok_or(Refusal::UnknownOp)?;
    if flags & !(fmt::SCALE_CENTRED | fmt::SCALE_DEFERRED) != 0 {
        return Err(Refusal::UnknownOp);
    }
    let (centred, deferred) = (flags & fmt::SCALE_CENTRED != 0, flags & fmt::SCALE_DEFERRED != 0);
    Ok(Some(Scale { norm, ddof, floor, centred, deferred }))
}

fn basis<'a>(at: &mut Cursor<'a>) -> Result<Option<Basis<'a>>, Refusal> {
    Ok((|| {
        let (n, k, d) = (at.count()?, at.count()?, at.count()?);
        let floor = at.f32()?;
        let size = n.checked_mul(k)?;
        let (basis, totals, inverse) = (at.words(size)?, at.words(k)?, at.words(size)?);
        Some(Basis { n, k, d, floor, basis, totals, inverse })
    })())
}

fn log10<'a>(at: &mut Cursor<'a>, words: usize) -> Option<Op<'a>> {
    let floor = at.f32()?;
    Some(Op::Log10 { floor, columns: at.words(words.checked_sub(1)?)? })
}

fn ratio<'a>(at: &mut Cursor<'a>) -> Option<Op<'a>> {
    Some(Op::Ratio {
        i: at.count()?,
        j: at.count()?,
        c0: at.f32()?,
        c1: at.f32()?,
        floor: at.f32()?,
    })
}

fn harmonic<'a>(at: &mut Cursor<'a>) -> Option<Op<'a>> {
    Some(Op::Harmonic { j: at.count()?, k: at.u32()?, period: at.f32()?, low: at.f32()? })
}

fn clamp<'a>(at: &mut Cursor<'a>) -> Option<Op<'a>> {
    Some(Op::Clamp { column: at.count()?, low: at.f32()?, high: at.f32()? })
}
