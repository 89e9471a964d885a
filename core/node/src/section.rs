//! A section: preprocessing that some analytes share, and their weights.

use crate::Refusal;
use crate::bytes::{Cursor, Words};
use crate::format as fmt;
use crate::op::Op;

#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    /// Number of values that the weights act on.
    pub(crate) row_len: usize,
    /// Length of one row buffer.
    pub(crate) capacity: usize,
    pub(crate) two_buffers: bool,
    pub(crate) has_reference: bool,
    pub(crate) op_count: usize,
    pub(crate) output_count: usize,
    /// Ops, reference row, outputs.
    pub(crate) body: Cursor<'a>,
}

/// One output: an analyte's name, unit, weights and what is done with the sum.
pub(crate) struct Output<'a> {
    pub(crate) name: &'a str,
    pub(crate) unit: u32,
    pub(crate) pow10: bool,
    pub(crate) low: Option<f32>,
    pub(crate) bias: f32,
    pub(crate) weights: Words<'a>,
}

impl<'a> Section<'a> {
    pub(crate) fn parse(at: &mut Cursor<'a>) -> Result<Self, Refusal> {
        let length = at.count().ok_or(Refusal::Section)?;
        let (op_count, output_count) = at.halves().ok_or(Refusal::Section)?;
        let mut next = || at.count().ok_or(Refusal::Section);
        let (row_len, capacity, flags, reserved) = (next()?, next()?, next()? as u32, next()?);
        if flags & !(fmt::SECTION_REFERENCE | fmt::SECTION_TWO_BUFFERS) != 0
            || reserved != 0
            || !length.is_multiple_of(4)
        {
            return Err(Refusal::Section);
        }
        let body = length
            .checked_sub(fmt::SECTION_HEAD_LEN)
            .and_then(|n| at.words(n / 4))
            .ok_or(Refusal::Section)?;
        Ok(Self {
            row_len,
            capacity,
            two_buffers: flags & fmt::SECTION_TWO_BUFFERS != 0,
            has_reference: flags & fmt::SECTION_REFERENCE != 0,
            op_count: usize::from(op_count),
            output_count: usize::from(output_count),
            body: Cursor::over(body),
        })
    }

    /// Goes over the ops; the cursor stands behind them afterwards.
    pub(crate) fn ops(
        &self,
        at: &mut Cursor<'a>,
        mut each: impl FnMut(Op<'a>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        for _ in 0..self.op_count {
            each(Op::parse(at)?)?;
        }
        Ok(())
    }

    /// The reference row, if the section has one.
    pub(crate) fn reference(&self, at: &mut Cursor<'a>) -> Result<Option<Words<'a>>, Refusal> {
        if self.has_reference {
            at.words(self.row_len).map(Some).ok_or(Refusal::Section)
        } else {
            Ok(None)
        }
    }
}

impl<'a> Output<'a> {
    pub(crate) fn parse(at: &mut Cursor<'a>, row_len: usize) -> Result<Self, Refusal> {
        let name = at.words(fmt::NAME_LEN / 4).ok_or(Refusal::Section)?;
        let name = text(name.0.as_flattened()).ok_or(Refusal::Output)?;
        let mut next = || at.u32().ok_or(Refusal::Section);
        let (unit, kind, flags, low, bias) = (next()?, next()?, next()?, next()?, next()?);
        let pow10 = match kind {
            fmt::OUTPUT_IDENTITY => false,
            fmt::OUTPUT_POW10 => true,
            _ => return Err(Refusal::Output),
        };
        if flags & !fmt::OUTPUT_LOW != 0 {
            return Err(Refusal::Output);
        }
        let low = (flags & fmt::OUTPUT_LOW != 0).then_some(f32::from_bits(low));
        let weights = at.words(row_len).ok_or(Refusal::Section)?;
        Ok(Self { name, unit, pow10, low, bias: f32::from_bits(bias), weights })
    }
}

/// UTF-8 up to the first zero; only zeros may follow. Empty is no name.
fn text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    let (name, padding) = bytes.split_at_checked(end)?;
    if name.is_empty() || padding.iter().any(|&b| b != 0) {
        return None;
    }
    core::str::from_utf8(name).ok()
}
