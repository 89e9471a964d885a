//! Ridge regression by effective degrees of freedom.

use adit_plugin::{Flags, Info, Param, ParamKind};

use crate::method::{CENTRE, Method, SCALE};

/// Ridge regression: least squares with the penalty `lambda |b|^2`.
/// Hoerl and Kennard 1970, Technometrics 12, 55-67, doi:10.1080/00401706.1970.10488634.
///
/// A count is a number of effective degrees of freedom, the trace of the hat matrix: count k takes the penalty at which
/// `sum s^2 / (s^2 + lambda) = k`. So the count of a ridge model spends what as many components spend, the interval gets the
/// degrees of freedom that are left, and the grid of penalties follows the data. Count 0 is the mean, an endless penalty; the
/// count that equals the rank has none and is the least squares solution of smallest norm.
#[derive(Debug)]
pub struct Ridge;

impl Method for Ridge {
    const INFO: Info = Info {
        id: "adit.ridge",
        name: "Ridge",
        summary: "ridge regression; components counts effective degrees of freedom, which set the penalty",
        reference: "doi:10.1080/00401706.1970.10488634",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "components",
            unit: "",
            help: "effective degrees of freedom; the host chooses them by cross-validation when told \"auto\"",
            kind: ParamKind::Int { default: Some(10), min: 0, max: 10_000 },
        },
        CENTRE,
        SCALE,
    ];

    /// `s^2 / (s^2 + lambda)`.
    fn shares(singular_values: &[f64], count: usize) -> Vec<f64> {
        let squares = squares(singular_values);
        match relative_penalty(&squares, count) {
            Some(lambda) => squares.iter().map(|q| q / (q + lambda)).collect(),
            None => vec![0.0; squares.len()],
        }
    }
}

/// The penalty lambda with `sum s^2 / (s^2 + lambda) = count` over `singular_values` (falling, above zero), in units of s^2.
/// Infinite for count 0, and 0 for a count that reaches their number.
///
/// ```
/// use adit_shrinkage::penalty;
/// // Equal singular values: half of two degrees of freedom are left where lambda = s^2.
/// assert!((penalty(&[3.0, 3.0], 1) - 9.0).abs() < 1e-14);
/// assert_eq!(penalty(&[3.0, 2.0], 2), 0.0);
/// ```
pub fn penalty(singular_values: &[f64], count: usize) -> f64 {
    let largest = singular_values.first().map_or(1.0, |s| s * s);
    relative_penalty(&squares(singular_values), count).map_or(f64::INFINITY, |l| l * largest)
}

/// Squares of the singular values over that of the first.
fn squares(singular_values: &[f64]) -> Vec<f64> {
    singular_values.iter().map(|s| (s / singular_values[0]).powi(2)).collect()
}

/// The penalty in units of the largest square; `None` where it is infinite.
///
/// By bisection to the last bit. What the first `count` directions lose is weighed against what the others keep: two sums of
/// positive numbers, so that no digits cancel where a gap of the singular values makes the degrees of freedom flat in lambda. The
/// mean of `q / (q + lambda)` lies between its values at the smallest and the largest square, which brackets the root.
fn relative_penalty(squares: &[f64], count: usize) -> Option<f64> {
    let r = squares.len();
    match (squares.first(), squares.last()) {
        _ if count == 0 => None,
        (Some(largest), Some(smallest)) if count < r => {
            let ratio = (r - count) as f64 / count as f64;
            let (mut low, mut high) = (smallest * ratio, largest * ratio);
            let (first, rest) = squares.split_at(count);
            loop {
                let middle = low.sqrt() * high.sqrt();
                if !(low < middle && middle < high) {
                    return Some(middle.clamp(low, high));
                }
                let lost: f64 = first.iter().map(|q| middle / (q + middle)).sum();
                let kept: f64 = rest.iter().map(|q| q / (q + middle)).sum();
                if lost < kept { low = middle } else { high = middle }
            }
        }
        _ => Some(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freedom(s: &[f64], lambda: f64) -> f64 {
        s.iter().map(|s| s * s / (s * s + lambda)).sum()
    }

    #[test]
    fn the_shares_add_up_to_the_count() {
        let falling: Vec<f64> = (0..40).map(|k| 1e3 * 0.5_f64.powi(k)).collect();
        let steep: Vec<f64> = (0..12).map(|k| 0.1_f64.powi(k)).collect();
        for s in [&falling[..], &steep, &[2.0, 2.0, 2.0, 1e-9], &[1.0, 1e-13], &[5.0]] {
            for count in 0..=s.len() {
                let shares = Ridge::shares(s, count);
                let sum: f64 = shares.iter().sum();
                assert!(
                    (sum - count as f64).abs() < 1e-13 * s.len() as f64,
                    "{s:?} {count}: {sum}"
                );
                assert!(shares.windows(2).all(|w| w[0] >= w[1]));
                let lambda = penalty(s, count);
                assert!((freedom(s, lambda) - count as f64).abs() < 1e-13 * s.len() as f64);
            }
        }
    }

    #[test]
    fn the_penalty_of_two_directions_is_known_in_a_gap_too() {
        // One degree of freedom of two: a / (a + l) + b / (b + l) = 1 at l = sqrt(a b).
        for s in [[1.0, 0.5], [3.0, 1e-6], [1.0, 1e-13], [1e150, 1e140], [1e-150, 1e-160]] {
            let wanted = s[0] * s[1];
            assert!((penalty(&s, 1) / wanted - 1.0).abs() < 1e-14, "{s:?}");
        }
    }

    #[test]
    fn the_ends_of_the_path() {
        assert_eq!(penalty(&[], 0), f64::INFINITY);
        assert_eq!(penalty(&[1.0], 0), f64::INFINITY);
        assert_eq!(penalty(&[1.0, 0.1], 2), 0.0);
        assert_eq!(Ridge::shares(&[1.0, 0.1], 2), [1.0, 1.0]);
        assert_eq!(Ridge::shares(&[1.0, 0.1], 0), [0.0, 0.0]);
        assert_eq!(Ridge::shares(&[], 0), []);
    }
}
