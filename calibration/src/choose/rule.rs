//! The rules behind one door, and what each found.

use adit_engine::recipe::Rule;

use super::{minimum, one_standard_error, randomisation, wold_r};

/// What a rule found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The count chosen; 0 is the mean.
    pub components: usize,
    /// The count with the smallest mean squared error.
    pub best: usize,
    /// m(a), the mean over units for every count from 0.
    pub mean: Vec<f64>,
    /// One standard error: m(best) + SE; the smallest count that is not above it is chosen.
    pub threshold: Option<f64>,
    /// Randomisation test: the p of each count 0..best against the best.
    pub p_values: Option<Vec<f64>>,
    /// Wold's R: m(a + 1) / m(a) from a = 0; the last one stopped the search, unless every count was taken.
    pub ratios: Option<Vec<f64>>,
}

/// The component count that `rule` takes.
///
/// `errors[u][a]` is the squared error of unit `u` (a sample, or a group under group cross-validation; averaged over its rows and
/// over repeats) at count `a`, from 0, the mean: 0 is a candidate of every rule. `seed` is that of the run; only the randomisation
/// test draws. Without units the choice is 0. Ties go to the smaller count.
///
/// ```
/// use adit_calibration::choose::choose;
/// use adit_engine::recipe::Rule;
/// let errors = vec![vec![9.0, 1.1, 1.0], vec![8.0, 1.2, 1.2], vec![7.0, 1.0, 0.8]];
/// assert_eq!(choose(Rule::OneStandardError, &errors, 1).components, 1);
/// assert_eq!(choose(Rule::Minimum, &errors, 1).components, 2);
/// ```
pub fn choose(rule: Rule, errors: &[Vec<f64>], seed: u64) -> Choice {
    match rule {
        Rule::OneStandardError => one_standard_error(errors),
        Rule::Minimum => minimum(errors),
        Rule::Randomisation => randomisation(errors, seed),
        Rule::WoldR => wold_r(errors),
    }
}
