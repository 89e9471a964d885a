//! How many components are searched at the most.

use adit_engine::recipe::{Components, Rule};

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

/// The name of what gives the component count: the rule, or `fixed`.
pub(crate) fn rule_of(components: Components, rule: Rule) -> &'static str {
    match components {
        Components::Auto => rule.name(),
        Components::Fixed(_) => "fixed",
    }
}
