//! Van der Voet's randomisation test of prediction errors.

use super::{Choice, minimum};
use crate::random::SplitMix64;

/// A count is told from the best one where p is at most this: the level that R's `pls::selectNcomp` takes.
pub const ALPHA: f64 = 0.01;

/// Up to this many units every pattern of signs is looked at (at most 4096).
const EXACT_UNITS: usize = 12;
/// Patterns drawn for more units.
const DRAWS: usize = 999;
/// Keeps the draws apart from those that lay the folds from the same seed.
const STREAM: u64 = 0x0052_414e_444f_4d53;

/// The smallest count whose squared errors are not significantly larger than those of the count with the smallest mean.
///
/// For each smaller count, d_u is the difference of the squared errors of unit u. If the count predicted as well as the best one,
/// each d_u would come with either sign alike: p is the share of sign patterns whose mean of +-d is at least the observed one.
/// Up to 12 units it is exact, over all patterns; above, (1 + those of 999 drawn) / 1000, drawn by SplitMix64 from `seed`. The
/// smallest count with p > 0.01 is chosen. 2^-n is the smallest p of n units: below 7 units nothing can be told from the best,
/// and the mean is taken. `errors` as in [`super::choose`].
/// Van der Voet 1994, doi:10.1016/0169-7439(94)85050-X.
pub fn randomisation(errors: &[Vec<f64>], seed: u64) -> Choice {
    let found = minimum(errors);
    let p = p_values(errors, found.best, seed);
    let components = p.iter().position(|p| *p > ALPHA).unwrap_or(found.best);
    Choice { components, p_values: Some(p), ..found }
}

/// p of each count below `best`; the same patterns of signs for all of them.
fn p_values(errors: &[Vec<f64>], best: usize, seed: u64) -> Vec<f64> {
    let units = errors.len();
    let differences: Vec<Vec<f64>> =
        errors.iter().map(|u| u[..best].iter().map(|e| e - u[best]).collect()).collect();
    // What rounding may add to a sum of differences.
    let slack: Vec<f64> = (0..best)
        .map(|a| {
            let size: f64 = differences.iter().map(|d| d[a].abs()).sum();
            size * units as f64 * f64::EPSILON
        })
        .collect();
    let mut count = Count { differences, slack, sums: vec![0.0; best], reached: vec![0; best] };
    if units <= EXACT_UNITS {
        let patterns = 1u64 << units;
        (0..patterns).for_each(|pattern| count.look_at(&[pattern]));
        return count.reached.iter().map(|n| *n as f64 / patterns as f64).collect();
    }
    let mut random = SplitMix64::new(seed ^ STREAM);
    let mut pattern = vec![0; units.div_ceil(64)];
    for _ in 0..DRAWS {
        pattern.iter_mut().for_each(|word| *word = random.next());
        count.look_at(&pattern);
    }
    count.reached.iter().map(|n| (1 + n) as f64 / (1 + DRAWS) as f64).collect()
}

/// How many patterns of signs reach what was observed, for each count.
struct Count {
    /// Units x counts.
    differences: Vec<Vec<f64>>,
    slack: Vec<f64>,
    sums: Vec<f64>,
    reached: Vec<usize>,
}

impl Count {
    /// Bit u of `pattern` turns the sign of unit u. The sum with turned signs is what was observed less twice the turned
    /// differences: it is at least as large where these do not sum to more than 0.
    fn look_at(&mut self, pattern: &[u64]) {
        self.sums.fill(0.0);
        for (u, d) in self.differences.iter().enumerate() {
            if pattern[u / 64] >> (u % 64) & 1 == 1 {
                self.sums.iter_mut().zip(d).for_each(|(s, d)| *s += d);
            }
        }
        for ((n, sum), slack) in self.reached.iter_mut().zip(&self.sums).zip(&self.slack) {
            *n += usize::from(sum <= slack);
        }
    }
}
