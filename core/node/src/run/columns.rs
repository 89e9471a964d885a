//! Ops 7 to 11: on single columns (log10, ratio, harmonic, product, clamp).

use crate::Status;
use crate::bytes::Words;
use crate::math;

pub(crate) fn log10(row: &mut [f32], columns: Words<'_>, floor: f32) -> Result<(), Status> {
    for j in columns.numbers() {
        let v = row.get_mut(j).ok_or(Status::Input)?;
        let above = *v > floor;
        if !above {
            return Err(Status::Floor);
        }
        *v = math::log10(*v);
    }
    Ok(())
}

pub(crate) fn ratio(
    row: &mut [f32],
    (i, j): (usize, usize),
    c0: f32,
    c1: f32,
    floor: f32,
) -> Result<(), Status> {
    let divisor = c0 + c1 * row.get(j).ok_or(Status::Input)?;
    let above = super::scale::divides(divisor, floor);
    if !above {
        return Err(Status::Floor);
    }
    *row.get_mut(i).ok_or(Status::Input)? /= divisor;
    Ok(())
}

/// `row` has two places for the results at its end.
pub(crate) fn harmonic(
    row: &mut [f32],
    (j, k): (usize, u32),
    period: f32,
    low: f32,
) -> Result<(), Status> {
    let turn = math::turns(*row.get(j).ok_or(Status::Input)?, period, low, k as f32);
    let [.., sine, cosine] = row else { return Err(Status::Input) };
    (*sine, *cosine) = math::sine_cosine(turn);
    Ok(())
}

/// `row` has one place for the result at its end.
pub(crate) fn product(row: &mut [f32], i: usize, j: usize) -> Result<(), Status> {
    let y = row.get(i).ok_or(Status::Input)? * row.get(j).ok_or(Status::Input)?;
    *row.last_mut().ok_or(Status::Input)? = y;
    Ok(())
}

/// Written with comparisons so that NaN stays NaN.
pub(crate) fn clamp(row: &mut [f32], column: usize, low: f32, high: f32) -> Result<(), Status> {
    let v = row.get_mut(column).ok_or(Status::Input)?;
    if *v < low {
        *v = low;
    }
    if *v > high {
        *v = high;
    }
    Ok(())
}
