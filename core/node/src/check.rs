//! The loader's proof: after it, every op reads columns that exist and every stored number is finite.

use crate::Refusal;
use crate::bytes::Cursor;
use crate::format as fmt;
use crate::op::{Band, Banded, Basis, MAX_BASIS, Norm, Op, Scale};
use crate::section::{Output, Section};

/// How the row looks after the ops so far, and how much buffer they needed.
struct Layout {
    len: usize,
    /// Still (a part of) the caller's input, not yet copied.
    view: bool,
    deferred: bool,
    capacity: usize,
    two_buffers: bool,
}

impl Layout {
    /// The op writes `len` values to the other buffer.
    fn moved(&mut self, len: usize) {
        self.two_buffers |= !self.view;
        self.view = false;
        self.len = len;
        self.capacity = self.capacity.max(len);
    }

    /// The op works in the row buffer, which grows by `more`.
    fn in_place(&mut self, more: usize) {
        self.view = false;
        self.len += more;
        self.capacity = self.capacity.max(self.len);
    }
}

/// Checks one section against an input of `input_len` values.
pub(crate) fn section(section: &Section<'_>, input_len: usize) -> Result<(), Refusal> {
    let mut at = section.body;
    let mut row =
        Layout { len: input_len, view: true, deferred: false, capacity: 0, two_buffers: false };
    section.ops(&mut at, |op| op_fits(&op, &mut row))?;
    if let Some(reference) = section.reference(&mut at)? {
        finite(reference.all_finite())?;
        if row.view {
            row.in_place(0);
        }
    }
    let agrees = row.len == section.row_len
        && row.capacity == section.capacity
        && row.two_buffers == section.two_buffers
        && section.output_count > 0;
    if !agrees {
        return Err(Refusal::Section);
    }
    for _ in 0..section.output_count {
        let output = Output::parse(&mut at, section.row_len)?;
        let low = output.low.is_none_or(f32::is_finite);
        finite(low && output.bias.is_finite() && output.weights.all_finite())?;
    }
    if at.is_empty() { Ok(()) } else { Err(Refusal::Section) }
}

fn op_fits(op: &Op<'_>, row: &mut Layout) -> Result<(), Refusal> {
    let n = row.len;
    // A deferred scale leaves the row undivided, so nothing but the outputs may follow it.
    shape(!row.deferred)?;
    match op {
        Op::Gather(index) => {
            shape(
                index.len() >= 1 && index.len() <= fmt::MAX_ROW && index.numbers().all(|i| i < n),
            )?;
            row.moved(index.len());
        }
        Op::GatherRange { first, count } => {
            shape(*count >= 1 && inside(*first, *count, n))?;
            if row.view {
                row.len = *count;
            } else {
                row.moved(*count);
            }
        }
        Op::Banded(banded) => {
            shape(banded.n_in == n)?;
            banded_fits(banded)?;
            row.moved(banded.n_out);
        }
        Op::RowCentre => row.in_place(0),
        Op::RowScale(scale) => scale_fits(scale, row)?,
        Op::RegressBasis(basis) => {
            shape(basis.n == n)?;
            basis_fits(basis)?;
            row.in_place(0);
        }
        Op::Log10 { floor, columns } => {
            shape(columns.numbers().all(|j| j < n))?;
            finite(floor.is_finite() && *floor >= 0.0)?;
            row.in_place(0);
        }
        Op::Ratio { i, j, c0, c1, floor } => {
            shape(*i < n && *j < n)?;
            finite(c0.is_finite() && c1.is_finite() && floor.is_finite() && *floor >= 0.0)?;
            row.in_place(0);
        }
        Op::Harmonic { j, k, period, low } => {
            shape(*j < n && *k >= 1 && *k <= 64 && n + 2 <= fmt::MAX_ROW)?;
            finite(period.is_normal() && *period > 0.0 && low.abs() <= *period * f32::EPSILON)?;
            row.in_place(2);
        }
        Op::Product { i, j } => {
            shape(*i < n && *j < n && n < fmt::MAX_ROW)?;
            row.in_place(1);
        }
        Op::Clamp { column, low, high } => {
            shape(*column < n)?;
            finite(low <= high)?;
            row.in_place(0);
        }
    }
    Ok(())
}

fn scale_fits(scale: &Scale, row: &mut Layout) -> Result<(), Refusal> {
    shape(scale.norm != Norm::Sd || (scale.ddof as usize) < row.len)?;
    finite(scale.floor.is_finite() && scale.floor >= 0.0)?;
    if scale.deferred {
        row.deferred = true;
    } else {
        row.in_place(0);
    }
    Ok(())
}

fn basis_fits(basis: &Basis<'_>) -> Result<(), Refusal> {
    shape(basis.k >= 1 && basis.k <= MAX_BASIS && basis.d < basis.k)?;
    let floor = basis.floor.is_finite() && basis.floor >= 0.0;
    finite(
        floor
            && basis.basis.all_finite()
            && basis.totals.all_finite()
            && basis.inverse.all_finite(),
    )
}

fn banded_fits(b: &Banded<'_>) -> Result<(), Refusal> {
    shape(b.n_out >= 1 && b.n_out <= fmt::MAX_ROW && b.n_in <= fmt::MAX_ROW)?;
    shape(inside(b.inner_start, b.inner_count, b.n_out))?;
    finite(
        b.inner.total.is_finite()
            && b.inner.taps.all_finite()
            && b.bias.is_none_or(|w| w.all_finite()),
    )?;
    // The last shared row starts at inner_first + inner_count - 1.
    let span =
        b.inner.width.checked_add(b.inner_count.saturating_sub(1)).ok_or(Refusal::OpShape)?;
    shape(b.inner_count == 0 || inside(b.inner_first, span, b.n_in))?;
    let mut at = Cursor::over(b.edges);
    for _ in 0..b.n_out - b.inner_count {
        let (first, band) = Band::parse(&mut at).ok_or(Refusal::OpShape)?;
        shape(inside(first, band.width, b.n_in))?;
        finite(band.total.is_finite() && band.taps.all_finite())?;
    }
    shape(at.is_empty())
}

fn inside(first: usize, count: usize, len: usize) -> bool {
    first.checked_add(count).is_some_and(|end| end <= len)
}

fn shape(ok: bool) -> Result<(), Refusal> {
    if ok { Ok(()) } else { Err(Refusal::OpShape) }
}

fn finite(ok: bool) -> Result<(), Refusal> {
    if ok { Ok(()) } else { Err(Refusal::NotFinite) }
}
