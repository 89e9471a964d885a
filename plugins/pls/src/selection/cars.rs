//! Competitive adaptive reweighted sampling: Li, Liang, Xu and Cao 2009, Analytica Chimica Acta 648, 77-84,
//! doi:10.1016/j.aca.2009.06.046.

use adit_plugin::{Axis, Call, Error, Info, Matrix, Param, ParamKind, Params};

use super::inner::{COMPONENTS, FOLDS, Inner, Judged, MAX_COMPONENTS, Rows, SCALE, go_on};
use super::random::Random;
use super::ranking;
use super::selector::Method;
use crate::model::Model;

/// Share of the training rows in the sample of a run.
const SAMPLE: f64 = 0.8;

/// Starting from all p columns, each of `runs` runs
///
/// 1. judges the columns that are left by the inner cross-validation of all training rows;
/// 2. fits a PLS on them to a random 80 % of the rows, with the count that the judgement chose (or the given one);
/// 3. keeps the `p (2/p)^(run / (runs - 1))` columns of largest |coefficient| (run from 1 on; in treated units; the root of the sum of squares over
///    several targets);
/// 4. draws p of those with replacement, weighted by |coefficient|: what is drawn at least once stays.
///
/// The columns of least error are kept, of equals those of the earlier run: without gain, all. Draws follow `seed`.
#[derive(Debug)]
pub(crate) struct Cars {
    inner: Inner,
    runs: usize,
    seed: u64,
}

impl Method for Cars {
    const INFO: Info = Info {
        id: "adit.pls.cars",
        name: "CARS",
        summary: "competitive adaptive reweighted sampling: keeps the columns that survive repeated draws by their PLS coefficients",
        reference: "doi:10.1016/j.aca.2009.06.046",
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "runs",
            unit: "",
            help: "number of sampling runs, over which the number of columns falls from all to 2",
            kind: ParamKind::Int { default: Some(50), min: 2, max: 10_000 },
        },
        Param {
            name: "seed",
            unit: "",
            help: "seed of the random draws",
            kind: ParamKind::Int { default: Some(1), min: 0, max: i64::MAX },
        },
        COMPONENTS,
        MAX_COMPONENTS,
        FOLDS,
        SCALE,
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Cars {
            inner: Inner::create(params)?,
            runs: params.size("runs")?,
            seed: u64::try_from(params.int("seed")?)
                .map_err(|_| Error::arg("seed must be 0 or more"))?,
        })
    }

    fn choose(&self, _: &Axis, rows: Rows<'_>, call: &Call<'_>) -> Result<Vec<usize>, Error> {
        let p = rows.x.cols();
        let mut random = Random::new(self.seed);
        let mut left: Vec<usize> = (0..p).collect();
        let mut judged = self.inner.judge(&rows, call)?;
        let (mut best, mut best_judged) = (left.clone(), judged);
        for run in 1..self.runs {
            go_on(call)?;
            let most = enforced(p, run, self.runs);
            let next = self.thin_out(&rows, &left, judged, most, &mut random)?;
            if next == left {
                continue;
            }
            left = next;
            judged = self.inner.judge_columns(&rows, &left, call)?;
            if judged.beats(&best_judged) {
                (best, best_judged) = (left.clone(), judged);
            }
        }
        Ok(best)
    }
}

/// How many of `p` columns are left after `run` of `runs` runs by the exponentially decreasing function.
fn enforced(p: usize, run: usize, runs: usize) -> usize {
    let ratio = (2.0 / p as f64).powf(run as f64 / (runs - 1) as f64);
    ((p as f64 * ratio).round() as usize).clamp(1, p)
}

impl Cars {
    /// The columns of `left` that come through one run.
    fn thin_out(
        &self,
        rows: &Rows<'_>,
        left: &[usize],
        judged: Judged,
        most: usize,
        random: &mut Random,
    ) -> Result<Vec<usize>, Error> {
        let n = rows.x.rows();
        let sample = random.sample(n, ((SAMPLE * n as f64).round() as usize).max(2));
        let x: Vec<f64> =
            sample.iter().flat_map(|i| left.iter().map(|j| rows.x.row(*i)[*j])).collect();
        let y: Vec<f64> = sample.iter().flat_map(|i| rows.y.row(*i)).copied().collect();
        let weights: Option<Vec<f64>> =
            rows.weights.map(|w| sample.iter().map(|i| w[*i]).collect());
        let sampled = Rows {
            x: Matrix::new(&x, sample.len(), left.len())?,
            y: Matrix::new(&y, sample.len(), rows.y.cols())?,
            weights: weights.as_deref(),
        };
        let sizes = coefficient_sizes(&self.inner.fit(&sampled, judged.components)?);
        let kept = ranking::best(&sizes, |_| true, most);
        let sizes: Vec<f64> = kept.iter().map(|k| sizes[*k]).collect();
        let drawn = draw(&sizes, rows.x.cols(), random);
        let survivors = kept.iter().zip(drawn).filter(|(_, drawn)| *drawn);
        let survivors: Vec<usize> = survivors.map(|(k, _)| left[*k]).collect();
        // A sample of constant y has no coefficients: then nothing is learnt from it.
        Ok(if survivors.is_empty() { left.to_vec() } else { survivors })
    }
}

/// Size of each column's coefficients on treated data.
fn coefficient_sizes(model: &Model) -> Vec<f64> {
    let b = model.rotations() * model.y_loadings().transpose();
    b.row_iter().map(|row| row.norm()).collect()
}

/// Which are drawn at least once in `draws` with replacement, weighted by `sizes`; none when all sizes are 0.
fn draw(sizes: &[f64], draws: usize, random: &mut Random) -> Vec<bool> {
    let mut drawn = vec![false; sizes.len()];
    let mut total = 0.0;
    let up_to: Vec<f64> = sizes
        .iter()
        .map(|s| {
            total += s;
            total
        })
        .collect();
    if total > 0.0 && total.is_finite() {
        for _ in 0..draws {
            let at = random.unit() * total;
            let i = up_to.partition_point(|edge| *edge <= at);
            if let Some(hit) = drawn.get_mut(i) {
                *hit = true;
            }
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_columns_falls_exponentially_from_all_to_two() {
        let left: Vec<usize> = (1..50).map(|run| enforced(200, run, 50)).collect();
        assert_eq!((left[0], left[48]), (182, 2)); // 200 (2/200)^(1/49) = 182.06
        assert!(left.windows(2).all(|w| w[0] >= w[1]));
        assert_eq!((enforced(1, 1, 2), enforced(2, 1, 50), enforced(3, 1, 2)), (1, 2, 2));
    }

    #[test]
    fn draws_go_by_size() {
        let mut random = Random::new(3);
        let mut often = [0; 3];
        for _ in 0..10_000 {
            let drawn = draw(&[1.0, 0.0, 3.0], 1, &mut random);
            often.iter_mut().zip(drawn).for_each(|(n, hit)| *n += i32::from(hit));
        }
        // Binomial(10000, 1/4): standard deviation 43.
        assert!(often[1] == 0 && often[0].abs_diff(2500) < 220 && often[0] + often[2] == 10_000);
        assert_eq!(draw(&[0.0, 0.0], 5, &mut random), [false, false]);
    }
}
