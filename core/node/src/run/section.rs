//! One section: finite check, ops, reference row, outputs.

use super::row::Row;
use super::{band, basis, columns, outputs, scale};
use crate::bytes::Cursor;
use crate::op::Op;
use crate::section::{Output, Section};
use crate::{Refusal, Status};

/// Why the ops stopped: the row is refused, or the model is not what the loader saw (cannot happen after loading).
enum Stop {
    Row(Status),
    Model(Refusal),
}

impl From<Status> for Stop {
    fn from(s: Status) -> Self {
        Stop::Row(s)
    }
}

impl From<Refusal> for Stop {
    fn from(r: Refusal) -> Self {
        Stop::Model(r)
    }
}

/// Runs the section and fills its outputs from `out`.
pub(crate) fn section<'o>(
    section: &Section<'_>,
    input: &[f32],
    scratch: &mut [f32],
    out: &mut impl Iterator<Item = (&'o mut f32, &'o mut Status)>,
) -> Result<(), Refusal> {
    let mut at = section.body;
    let mut row = Row::new(input, scratch, section.capacity)?;
    let prepared = match preprocess(section, &mut at, &mut row) {
        Ok(divisor) => Ok(divisor),
        Err(Stop::Row(status)) => Err(status),
        Err(Stop::Model(refusal)) => return Err(refusal),
    };
    if prepared.is_err() {
        // The cursor stopped in the middle of the ops: the outputs follow them.
        at = section.body;
        section.ops(&mut at, |_| Ok(()))?;
        section.reference(&mut at)?;
    }
    for _ in 0..section.output_count {
        let output = Output::parse(&mut at, section.row_len)?;
        let result = prepared.and_then(|divisor| outputs::value(&output, row.get(), divisor));
        let (value, status) = out.next().ok_or(Refusal::Buffer)?;
        (*value, *status) = match result {
            Ok(y) => (y, Status::Ok),
            Err(why) => (f32::NAN, why),
        };
    }
    Ok(())
}

/// Runs the ops and subtracts the reference row; gives the deferred divisor.
fn preprocess<'a>(
    section: &Section<'a>,
    at: &mut Cursor<'a>,
    row: &mut Row<'_>,
) -> Result<Option<f32>, Stop> {
    let mut divisor = None;
    let mut checked = false;
    for _ in 0..section.op_count {
        let op = Op::parse(at)?;
        // A leading gather chooses the channels that are read; only those must be finite.
        let gathers = matches!(op, Op::Gather(_) | Op::GatherRange { .. });
        if !checked && !gathers {
            finite(row.get())?;
            checked = true;
        }
        if let Some(d) = step(&op, row)? {
            divisor = Some(d);
        }
    }
    if !checked {
        finite(row.get())?;
    }
    if let Some(reference) = section.reference(at)? {
        let s = divisor.unwrap_or(1.0);
        for (v, r) in row.edit()?.iter_mut().zip(reference.floats()) {
            *v -= s * r;
        }
    }
    Ok(divisor)
}

fn step(op: &Op<'_>, row: &mut Row<'_>) -> Result<Option<f32>, Stop> {
    match *op {
        Op::Gather(index) => row.rewrite(index.len(), |x, y| {
            for (y, i) in y.iter_mut().zip(index.numbers()) {
                *y = *x.get(i)?;
            }
            Some(())
        })?,
        Op::GatherRange { first, count } => {
            if !row.narrow(first, count)? {
                row.rewrite(count, |x, y| {
                    let x = x.get(first..first.saturating_add(count))?;
                    y.iter_mut().zip(x).for_each(|(y, x)| *y = *x);
                    Some(())
                })?;
            }
        }
        Op::Banded(ref banded) => row.rewrite(banded.n_out, |x, y| band::apply(banded, x, y))?,
        Op::RowCentre => scale::centre(row.edit()?),
        Op::RowScale(ref op) => {
            let norm = scale::norm(op, row.get())?;
            if op.deferred {
                return Ok(Some(norm));
            }
            scale::divide(row.edit()?, norm);
        }
        Op::RegressBasis(ref op) => basis::apply(op, row.edit()?)?,
        Op::Log10 { floor, columns } => columns::log10(row.edit()?, columns, floor)?,
        Op::Ratio { i, j, c0, c1, floor } => columns::ratio(row.edit()?, (i, j), c0, c1, floor)?,
        Op::Harmonic { j, k, period, low } => {
            columns::harmonic(row.extend(2)?, (j, k), period, low)?
        }
        Op::Product { i, j } => columns::product(row.extend(1)?, i, j)?,
        Op::Clamp { column, low, high } => columns::clamp(row.edit()?, column, low, high)?,
    }
    Ok(None)
}

fn finite(row: &[f32]) -> Result<(), Status> {
    if row.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(Status::Input) }
}
