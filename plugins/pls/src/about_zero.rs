//! The targets that the squared routes multiply: less the means of all rows, so that products lose no digits to a common offset.

use crate::whole::Whole;

/// Y, one target after the other, less its weighted means, and these; as it is without centring.
pub(crate) fn targets_about_zero(whole: &Whole<'_>) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = (whole.y.rows(), whole.y.cols());
    let total: f64 = whole.weights.iter().sum();
    let (mut y, mut shift) = (vec![0.0; n * m], vec![0.0; m]);
    for (j, (y, shift)) in y.chunks_exact_mut(n).zip(&mut shift).enumerate() {
        y.iter_mut().enumerate().for_each(|(i, y)| *y = whole.y.row(i)[j]);
        if whole.settings.centre {
            *shift = y.iter().zip(whole.weights).map(|(y, w)| w * y).sum::<f64>() / total;
            y.iter_mut().for_each(|y| *y -= *shift);
        }
    }
    (y, shift)
}
