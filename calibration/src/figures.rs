//! Figures of merit: how far predictions are from references. Whatever is undefined is `None`.

use serde::{Deserialize, Serialize};

/// Figures of predictions that the model was not fitted to (out of fold, or new samples). Squared errors and their kin are in the
/// unit of the values given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Number of predictions m.
    pub n: usize,
    /// Root mean square error, sqrt(mean e^2): RMSECV or RMSEP.
    pub rmse: Option<f64>,
    /// Mean error, prediction less reference.
    pub bias: Option<f64>,
    /// Standard error of prediction, sqrt(sum (e - bias)^2 / (m - 1)).
    pub sep: Option<f64>,
    /// 1 - sum e^2 / sum (y - mean y)^2 over the same samples; may be negative.
    pub r2: Option<f64>,
    /// sd(references, m - 1) / SEP.
    pub rpd: Option<f64>,
    /// (Q3 - Q1) of the references / RMSE, quartiles of type 7.
    pub rpiq: Option<f64>,
}

/// The value, if it is finite.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sum of squares about the mean.
fn spread(values: &[f64]) -> f64 {
    let m = mean(values);
    values.iter().map(|v| (v - m).powi(2)).sum()
}

/// Variance with ddof = 1; NaN of fewer than two values.
pub(crate) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    spread(values) / (values.len() as f64 - 1.0)
}

/// Quantile of type 7 (Hyndman & Fan 1996, doi:10.2307/2684934): linear between order statistics, as R and numpy do.
///
/// `p` in 0..=1; `None` without values.
///
/// ```
/// use adit_calibration::figures::quantile;
/// assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.25), Some(1.75));
/// ```
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let below = place.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (place - below as f64) * (high - low))
}

impl Figures {
    /// From pairs (reference, prediction).
    ///
    /// ```
    /// use adit_calibration::Figures;
    /// let f = Figures::of(&[(1.0, 1.5), (2.0, 2.5), (3.0, 2.5)]);
    /// assert_eq!((f.n, f.rmse), (3, Some(0.5)));
    /// assert!((f.bias.unwrap() - 0.5 / 3.0).abs() < 1e-15);
    /// assert_eq!(Figures::of(&[(1.0, 1.0)]).r2, None);
    /// ```
    pub fn of(pairs: &[(f64, f64)]) -> Figures {
        let m = pairs.len() as f64;
        let (y, e): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(y, p)| (*y, p - y)).unzip();
        let sum: f64 = e.iter().map(|e| e * e).sum();
        let (rmse, sep) = ((sum / m).sqrt(), variance(&e).sqrt());
        let range = quantile(&y, 0.75).zip(quantile(&y, 0.25)).map(|(q3, q1)| q3 - q1);
        Figures {
            n: pairs.len(),
            rmse: finite(rmse),
            bias: finite(mean(&e)),
            sep: finite(sep),
            r2: finite(1.0 - sum / spread(&y)),
            rpd: finite(variance(&y).sqrt() / sep),
            rpiq: range.and_then(|r| finite(r / rmse)),
        }
    }
}

/// RMSEC, sqrt(sum e^2 / n), and SEC, sqrt(sum e^2 / (n - A - 1)), of a fit with `components` A; SEC needs n > A + 1.
///
/// ```
/// use adit_calibration::figures::calibration_errors;
/// let pairs = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)];
/// assert_eq!(calibration_errors(&pairs, 1), (Some(1.0), Some(2f64.sqrt())));
/// assert_eq!(calibration_errors(&pairs, 3).1, None);
/// ```
pub fn calibration_errors(pairs: &[(f64, f64)], components: usize) -> (Option<f64>, Option<f64>) {
    let sum: f64 = pairs.iter().map(|(y, p)| (p - y).powi(2)).sum();
    let free = pairs.len().saturating_sub(components + 1);
    let sec = if free > 0 { finite((sum / free as f64).sqrt()) } else { None };
    (finite((sum / pairs.len() as f64).sqrt()), sec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_set_by_hand() {
        // e = 1, -1, 2, 0; y = 0, 2, 4, 6.
        let f = Figures::of(&[(0.0, 1.0), (2.0, 1.0), (4.0, 6.0), (6.0, 6.0)]);
        let close = |got: Option<f64>, want: f64| (got.unwrap() - want).abs() < 1e-14;
        assert!(close(f.rmse, 1.5f64.sqrt()));
        assert!(close(f.bias, 0.5));
        assert!(close(f.sep, (5.0f64 / 3.0).sqrt()));
        assert!(close(f.r2, 1.0 - 6.0 / 20.0));
        assert!(close(f.rpd, 2.0));
        assert!(close(f.rpiq, 3.0 / 1.5f64.sqrt()));
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!(Figures::of(&[]), Figures::default());
        let one = Figures::of(&[(2.0, 3.0)]);
        assert_eq!((one.rmse, one.sep, one.r2, one.rpd), (Some(1.0), None, None, None));
        let constant = Figures::of(&[(2.0, 3.0), (2.0, 1.0)]);
        assert_eq!((constant.rmse, constant.r2), (Some(1.0), None));
        assert_eq!(Figures::of(&[(1.0, 1.0), (2.0, 2.0)]).rpd, None);
    }
}
