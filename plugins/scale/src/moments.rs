//! Mean and standard deviation of columns.

use adit_plugin::{Error, Training};

/// Means, and standard deviations (ddof = 1; with weights w: sum w (x - mean)^2 / (sum w (n - 1)/n)) of the columns of `data`.
/// A standard deviation that is no more than rounding of its column is given as exactly 0.
///
/// # Errors
/// When a value is not finite, or too large to square.
pub(crate) fn moments(data: &Training<'_>) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let (rows, cols) = (data.x.rows(), data.x.cols());
    let weight = |i: usize| data.weights.map_or(1.0, |w| w[i]);
    let total: f64 = (0..rows).map(weight).sum();
    let (mut mean, mut largest) = (vec![0.0; cols], vec![0.0_f64; cols]);
    for (i, row) in data.x.iter_rows().enumerate() {
        if let Some(at) = row.iter().position(|v| !v.is_finite()) {
            let what = format!("training row {i}, column {at} is not a finite number");
            return Err(Error::numeric(what));
        }
        for ((m, top), v) in mean.iter_mut().zip(&mut largest).zip(row) {
            *m += weight(i) * v;
            *top = top.max(v.abs());
        }
    }
    mean.iter_mut().for_each(|m| *m /= total);
    let mut sd = vec![0.0; cols];
    for (i, row) in data.x.iter_rows().enumerate() {
        for ((s, m), v) in sd.iter_mut().zip(&mean).zip(row) {
            *s += weight(i) * (v - m) * (v - m);
        }
    }
    let freedom = total * (rows as f64 - 1.0) / rows as f64;
    for (s, top) in sd.iter_mut().zip(&largest) {
        *s = if rows < 2 { 0.0 } else { (*s / freedom).sqrt() };
        if *s <= 16.0 * f64::EPSILON * top {
            *s = 0.0;
        }
    }
    if mean.iter().chain(&sd).all(|v| v.is_finite()) {
        Ok((mean, sd))
    } else {
        Err(Error::numeric("the training values are too large to square"))
    }
}
