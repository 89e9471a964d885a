//! Op 2: short filter rows. Differences to the middle channel are filtered, so a derivative never subtracts large equal numbers.

use crate::bytes::{Cursor, Words};
use crate::op::{Band, Banded};

/// Writes the filtered row; `None` if the op does not fit the row (never after loading).
pub(crate) fn apply(op: &Banded<'_>, x: &[f32], out: &mut [f32]) -> Option<()> {
    let mut edges = Cursor::over(op.edges);
    let mut inner_first = op.inner_first;
    for (i, y) in out.iter_mut().enumerate() {
        let inner = i.checked_sub(op.inner_start).is_some_and(|k| k < op.inner_count);
        let (first, band) = if inner {
            let first = inner_first;
            inner_first = inner_first.saturating_add(1);
            (first, op.inner)
        } else {
            Band::parse(&mut edges)?
        };
        *y = filter(&band, x.get(first..first.saturating_add(band.width))?)?;
    }
    if let Some(bias) = op.bias {
        for (y, b) in out.iter_mut().zip(bias.floats()) {
            *y += b;
        }
    }
    Some(())
}

fn filter(band: &Band<'_>, x: &[f32]) -> Option<f32> {
    let (left, rest) = x.split_at_checked(band.width / 2)?;
    let (&pivot, right) = rest.split_first()?;
    let (lt, rt) = band.taps.0.split_at_checked(left.len())?;
    let mut y = band.total * pivot;
    for (c, v) in Words(lt).floats().zip(left) {
        y += c * (v - pivot);
    }
    for (c, v) in Words(rt).floats().zip(right) {
        y += c * (v - pivot);
    }
    Some(y)
}
