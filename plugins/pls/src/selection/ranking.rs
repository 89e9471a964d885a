//! The best columns by a figure.

use adit_plugin::{Param, ParamKind};

/// Most columns to keep.
pub(crate) const KEEP: Param = Param {
    name: "keep",
    unit: "",
    help: "most columns to keep, the best first; 0 sets no limit",
    kind: ParamKind::Int { default: Some(0), min: 0, max: 10_000_000 },
};

/// The columns whose figure `passes`, ascending; of those at most `keep`, the largest first and the leftmost of equals (0: no
/// limit). When none passes, the best one.
pub(crate) fn best(figures: &[f64], passes: impl Fn(f64) -> bool, keep: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..figures.len()).collect();
    order.sort_by(|a, b| figures[*b].total_cmp(&figures[*a])); // stable: equals stay in order
    let passing = order.iter().take_while(|j| passes(figures[**j])).count().max(1);
    order.truncate(if keep > 0 { passing.min(keep) } else { passing });
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn the_largest_that_pass_and_never_none() {
        let figures = [0.5, 2.0, 1.0, 2.0, 0.1];
        assert_eq!(best(&figures, |v| v >= 1.0, 0), [1, 2, 3]);
        assert_eq!(best(&figures, |v| v >= 1.0, 2), [1, 3]);
        assert_eq!(best(&figures, |v| v >= 1.0, 1), [1]);
        assert_eq!(best(&figures, |v| v >= 3.0, 0), [1]);
        assert_eq!(best(&figures, |_| true, 99), [0, 1, 2, 3, 4]);
        assert_eq!(best(&[f64::INFINITY, 3.0], |v| v > 5.0, 0), [0]);
    }
}
