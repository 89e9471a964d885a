//! Ops 4 and 5: row centre and row scale (SNV is the two in this order).

use crate::Status;
use crate::op::{Norm, Scale};
use crate::sum::lanes;

/// Subtracts the first value, then the mean of the differences: a constant row becomes exact zeros, at any height.
pub(crate) fn centre(row: &mut [f32]) {
    let first = first(row);
    for v in row.iter_mut() {
        *v -= first;
    }
    let m = lanes(row, |v| v) / row.len() as f32;
    for v in row {
        *v -= m;
    }
}

fn first(row: &[f32]) -> f32 {
    row.first().copied().unwrap_or(0.0)
}

/// Whether a row may be divided by this: above the floor, and not an overflow, which would turn the row into zeros.
pub(crate) fn divides(divisor: f32, floor: f32) -> bool {
    divisor > floor && divisor < f32::INFINITY
}

/// The norm of the row, refused unless it is above the floor and finite.
pub(crate) fn norm(op: &Scale, row: &[f32]) -> Result<f32, Status> {
    let n = match op.norm {
        Norm::Sd => sd(op, row),
        Norm::L1 => lanes(row, |v| v.abs()),
        Norm::L2 => libm::sqrtf(lanes(row, |v| v * v)),
        Norm::Max => row.iter().fold(0.0f32, |m, v| if v.abs() > m { v.abs() } else { m }),
        Norm::Area => lanes(row, |v| v),
    };
    if divides(n, op.floor) { Ok(n) } else { Err(Status::Floor) }
}

fn sd(op: &Scale, row: &[f32]) -> f32 {
    let squares = if op.centred {
        lanes(row, |v| v * v)
    } else {
        let first = first(row);
        let m = lanes(row, |v| v - first) / row.len() as f32;
        lanes(row, |v| ((v - first) - m) * ((v - first) - m))
    };
    let freedom = row.len().saturating_sub(op.ddof as usize);
    libm::sqrtf(squares / freedom as f32)
}

pub(crate) fn divide(row: &mut [f32], norm: f32) {
    for v in row {
        *v /= norm;
    }
}
