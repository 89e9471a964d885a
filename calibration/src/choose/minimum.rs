//! The smallest cross-validated error.

use super::Choice;

/// The count with the smallest mean squared error, the smaller one of several. `errors` as in [`super::choose`].
///
/// ```
/// use adit_calibration::choose::minimum;
/// let choice = minimum(&[vec![9.0, 1.1, 1.0, 1.0], vec![8.0, 1.2, 1.2, 1.2]]);
/// assert_eq!((choice.best, choice.components), (2, 2));
/// ```
pub fn minimum(errors: &[Vec<f64>]) -> Choice {
    let counts = errors.iter().map(Vec::len).min().unwrap_or(0);
    let units = errors.len() as f64;
    let mean: Vec<f64> =
        (0..counts).map(|a| errors.iter().map(|u| u[a]).sum::<f64>() / units).collect();
    let best = (0..counts).min_by(|a, b| mean[*a].total_cmp(&mean[*b])).unwrap_or(0);
    Choice { components: best, best, mean, ..Choice::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_and_nothing_go_to_the_smaller_count() {
        assert_eq!(minimum(&[]).components, 0);
        assert_eq!(minimum(&[vec![2.0, 2.0]]).components, 0);
        // Means 3, 2, 2: the sum over units decides, not one unit.
        assert_eq!(minimum(&[vec![1.0, 4.0, 0.0], vec![5.0, 0.0, 4.0]]).components, 1);
    }
}
