//! How many components: the one-standard-error rule on squared errors.

use adit_engine::recipe::Components;

/// The largest count that is ever searched.
pub(crate) const MOST: usize = 15;

/// The largest count that is searched: at most 15, at most (n_train - 2) / 2 with `training` samples in the smallest training
/// fold, and at most 7 below 40 samples.
///
/// ```
/// use adit_calibration::choose::search_limit;
/// assert_eq!(search_limit(12, 11), 4);
/// assert_eq!(search_limit(39, 38), 7);
/// assert_eq!(search_limit(129, 116), 15);
/// assert_eq!(search_limit(3, 2), 0);
/// ```
pub fn search_limit(samples: usize, training: usize) -> usize {
    let by_samples = if samples < 40 { 7 } else { MOST };
    MOST.min(training.saturating_sub(2) / 2).min(by_samples)
}

/// The name of the rule that gives the component count.
pub(crate) fn rule_of(components: &Components) -> &'static str {
    match components {
        Components::Auto => "one-standard-error",
        Components::Fixed(_) => "fixed",
    }
}

/// What the rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The count chosen; 0 is the mean.
    pub components: usize,
    /// The count with the smallest mean squared error.
    pub best: usize,
    /// m(a), the mean over units for every count.
    pub mean: Vec<f64>,
    /// m(best) + SE: the smallest count that is not above it is chosen.
    pub threshold: f64,
}

/// The smallest count whose mean squared error is within one standard error of the smallest one.
///
/// `errors[u][a]` is the squared error of unit `u` (averaged over its rows and over repeats) at count `a`, from 0. The standard
/// error is that of the best count: its standard deviation over the units (ddof = 1) by the square root of their number; with one
/// unit it is 0. Without units the choice is 0. Ties go to the smaller count.
/// Breiman, Friedman, Olshen & Stone, Classification and Regression Trees (1984), section 3.4.3.
///
/// ```
/// use adit_calibration::choose::one_standard_error;
/// let errors = vec![vec![9.0, 1.1, 1.0], vec![8.0, 1.2, 1.2], vec![7.0, 1.0, 0.8]];
/// let choice = one_standard_error(&errors);
/// assert_eq!((choice.best, choice.components), (2, 1));
/// ```
pub fn one_standard_error(errors: &[Vec<f64>]) -> Choice {
    let counts = errors.iter().map(Vec::len).min().unwrap_or(0);
    let units = errors.len() as f64;
    let mean: Vec<f64> =
        (0..counts).map(|a| errors.iter().map(|u| u[a]).sum::<f64>() / units).collect();
    let best = (0..counts).min_by(|a, b| mean[*a].total_cmp(&mean[*b])).unwrap_or(0);
    let (mut threshold, mut components) = (f64::INFINITY, 0);
    if counts > 0 {
        let squares: f64 = errors.iter().map(|u| (u[best] - mean[best]).powi(2)).sum();
        let se =
            if errors.len() > 1 { (squares / (units - 1.0)).sqrt() / units.sqrt() } else { 0.0 };
        threshold = mean[best] + se;
        components = (0..=best).find(|a| mean[*a] <= threshold).unwrap_or(best);
    }
    Choice { components, best, mean, threshold }
}

/// Mean over the rows of each unit: `errors[k]` belongs to row `rows[k]`, one value for every count; several errors of a row (of
/// several repeats) count alike. Units without an error are left out.
pub(crate) fn unit_means(errors: &[Vec<f64>], rows: &[usize], units: &[usize]) -> Vec<Vec<f64>> {
    let number = units.iter().max().map_or(0, |m| m + 1);
    let mut sums: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 0.0); number];
    for (error, row) in errors.iter().zip(rows) {
        let (sum, count) = &mut sums[units[*row]];
        sum.resize(error.len(), 0.0);
        sum.iter_mut().zip(error).for_each(|(s, e)| *s += e);
        *count += 1.0;
    }
    let filled = sums.into_iter().filter(|(_, count)| *count > 0.0);
    filled.map(|(sum, count)| sum.into_iter().map(|s| s / count).collect()).collect()
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
        assert!((choice.threshold - (3.0 + 2.0 / 3f64.sqrt())).abs() < 1e-14);
    }

    #[test]
    fn rows_of_a_unit_and_repeats_are_averaged_first() {
        let errors = vec![vec![1.0], vec![3.0], vec![10.0], vec![5.0]];
        // Row 1 has no error of its own in the second repeat; rows 0 and 1 are one unit.
        assert_eq!(unit_means(&errors, &[0, 1, 2, 0], &[0, 0, 1]), [vec![3.0], vec![10.0]]);
    }
}
