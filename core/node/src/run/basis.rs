//! Op 6: regress the row on a basis, subtract every part but one, divide by that one's coefficient (MSC, EMSC).
//!
//! The regression sees differences to the first value, so that a constant row has a slope of exactly zero and is refused.

use crate::Status;
use crate::op::{Basis, MAX_BASIS};
use crate::sum::dot;

pub(crate) fn apply(op: &Basis<'_>, row: &mut [f32]) -> Result<(), Status> {
    let mut c = [0.0f32; MAX_BASIS];
    let first = row.first().copied().unwrap_or(0.0);
    for ((c, total), inverse) in c.iter_mut().zip(op.totals.floats()).zip(op.inverse.rows(op.n)) {
        *c = total * first + dot(inverse.0, row, first);
    }
    let divisor = c.get(op.d).copied().unwrap_or(0.0);
    // Written so that NaN is refused too.
    let above = super::scale::divides(divisor, op.floor);
    if !above {
        return Err(Status::Floor);
    }
    for (j, (c, basis)) in c.iter().zip(op.basis.rows(op.n)).enumerate() {
        if j != op.d {
            for (v, b) in row.iter_mut().zip(basis.floats()) {
                *v -= c * b;
            }
        }
    }
    for v in row {
        *v /= divisor;
    }
    Ok(())
}
