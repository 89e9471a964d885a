//! The one-standard-error rule on squared errors.

use super::{Choice, minimum};

/// The smallest count whose mean squared error is within one standard error of the smallest one.
///
/// The standard error is that of the best count: its standard deviation over the units (ddof = 1) by the square root of their
/// number; with one unit it is 0. `errors` as in [`super::choose`].
/// Breiman, Friedman, Olshen & Stone, Classification and Regression Trees (1984), section 3.4.3.
///
/// ```
/// use adit_calibration::choose::one_standard_error;
/// let errors = vec![vec![9.0, 1.1, 1.0], vec![8.0, 1.2, 1.2], vec![7.0, 1.0, 0.8]];
/// let choice = one_standard_error(&errors);
/// assert_eq!((choice.best, choice.components), (2, 1));
/// ```
pub fn one_standard_error(errors: &[Vec<f64>]) -> Choice {
    let found = minimum(errors);
    let best = found.best;
    let Some(least) = found.mean.get(best) else { return found };
    let units = errors.len() as f64;
    let squares: f64 = errors.iter().map(|u| (u[best] - least).powi(2)).sum();
    let se = if errors.len() > 1 { (squares / (units - 1.0)).sqrt() / units.sqrt() } else { 0.0 };
    let threshold = least + se;
    let components = (0..=best).find(|a| found.mean[*a] <= threshold).unwrap_or(best);
    Choice { components, threshold: Some(threshold), ..found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_wins_where_nothing_is_better() {
        let errors = vec![vec![1.0, 1.1, 0.9], vec![2.0, 2.2, 1.9], vec![0.5, 0.3, 0.6]];
        assert_eq!(one_standard_error(&errors).components, 0);
        assert_eq!(one_standard_error(&[]).components, 0);
        assert_eq!(one_standard_error(&[vec![4.0, 1.0]]).components, 1);
    }

    /// m = 5, 3.2, 3; best 2; errors at 2 are 1, 3, 5: sd 2, SE 2/sqrt 3 = 1.1547.
    #[test]
    fn the_standard_error_is_that_of_the_best_count() {
        let errors = vec![vec![5.0, 3.2, 1.0], vec![5.0, 3.2, 3.0], vec![5.0, 3.2, 5.0]];
        let choice = one_standard_error(&errors);
        assert_eq!((choice.best, choice.components), (2, 1));
        assert!((choice.threshold.unwrap() - (3.0 + 2.0 / 3f64.sqrt())).abs() < 1e-14);
    }
}
