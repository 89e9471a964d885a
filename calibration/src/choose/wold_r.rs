//! Wold's R: components are taken while each lowers the prediction error enough.

use super::{Choice, minimum};

/// The ratio above which a further component is not worth taking. Wold's own limit is 1; 0.95 is the adjusted one
/// (Li, Morris & Martin 2002, doi:10.1016/S0169-7439(02)00051-5), which does not follow every small fall of the error.
pub const LIMIT: f64 = 0.95;

/// From no component on, one more is taken while R = m(a + 1) / m(a) is at most [`LIMIT`]: m is PRESS by the number of units, so
/// that the ratio is that of PRESS. An error of 0 is not improved. It stops at the first rise: a later, lower error is not seen.
/// Wold 1978, doi:10.1080/00401706.1978.10489693. `errors` as in [`super::choose`].
///
/// ```
/// use adit_calibration::choose::wold_r;
/// let choice = wold_r(&[vec![9.0, 3.0, 2.9, 1.0], vec![8.0, 2.0, 2.0, 1.0]]);
/// assert_eq!((choice.best, choice.components), (3, 1));
/// ```
pub fn wold_r(errors: &[Vec<f64>]) -> Choice {
    let found = minimum(errors);
    let (mut components, mut ratios) = (0, Vec::new());
    for pair in found.mean.windows(2) {
        let ratio = if pair[0] > 0.0 { pair[1] / pair[0] } else { 1.0 };
        ratios.push(ratio);
        if ratio > LIMIT || ratio.is_nan() {
            break;
        }
        components += 1;
    }
    Choice { components, ratios: Some(ratios), ..found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mean: &[f64]) -> (usize, Vec<f64>) {
        // Two units whose mean is `mean`: what is taken is the mean over units.
        let shifted = |by: f64| mean.iter().map(|m| m * by).collect::<Vec<_>>();
        let choice = wold_r(&[shifted(0.5), shifted(1.5)]);
        (choice.components, choice.ratios.unwrap())
    }

    #[test]
    fn the_first_ratio_above_the_limit_stops() {
        assert_eq!(of(&[100.0, 50.0, 47.5, 47.0]), (2, vec![0.5, 0.95, 47.0 / 47.5]));
        assert_eq!(of(&[100.0, 96.0, 1.0]), (0, vec![0.96]));
        assert_eq!(of(&[4.0, 2.0, 1.0]), (2, vec![0.5, 0.5]));
        assert_eq!(of(&[4.0, 8.0, 1.0]), (0, vec![2.0]));
    }

    #[test]
    fn nothing_to_improve_and_nothing_to_divide_by() {
        assert_eq!(of(&[4.0]), (0, vec![]));
        assert_eq!(of(&[4.0, 0.0, 0.0]), (1, vec![0.0, 1.0]));
        assert_eq!(of(&[f64::INFINITY, f64::INFINITY]).0, 0);
        assert_eq!(wold_r(&[]).components, 0);
    }
}
