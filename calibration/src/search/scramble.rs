//! y-scrambling: how often references that have nothing to do with the rows are estimated as well by the same recipe.
//!
//! The references are permuted among the samples (replicates stay together), the folds stay, and the component count is chosen
//! anew on every scramble. p = (1 + scrambles with an error at most the observed one) / (1 + scrambles) (North, Curtis & Sham 2002,
//! doi:10.1086/341527). The choice of the recipe is not repeated: the p-value is that of the recipe, not of the search.

use std::collections::BTreeMap;

use adit_engine::grid::{Question, cross_validate_grid};
use adit_engine::{Axis, CrossValidated, Matrix, Plugins, Recipe};

use crate::Result;
use crate::choose::unit_means;
use crate::figures::{finite, quantile};
use crate::folds::Layout;
use crate::random::SplitMix64;

use super::progress::Meter;
use super::record::{ScrambledAnalyte, Scrambling};
use super::regression::squared_errors;
use super::score::{Judge, Own};

/// Keeps the draws apart from others from the same seed.
const STREAM: u64 = 0x53_4352_414d_424c;
/// Room for the predictions of one job, in bytes.
const ROOM: usize = 64 << 20;
/// An error this much above the observed one, relative, is still equal to it: what is left is rounding.
const TIE: f64 = 1e-9;

/// What is scrambled.
pub(super) struct Scramble<'a> {
    pub(super) winner: &'a Recipe,
    pub(super) judges: &'a [Judge<'a>],
    /// What the winner got on the references as they are, one a regression.
    pub(super) observed: Vec<&'a Own>,
    /// Raw rows that some regression is about.
    pub(super) x: &'a Matrix,
    /// Places in `x` of each regression's rows.
    pub(super) places: &'a [Vec<usize>],
    pub(super) axis: &'a Axis,
    pub(super) layout: &'a Layout,
    pub(super) permutations: usize,
    pub(super) seed: u64,
}

/// Scrambled references that are asked together.
struct Batch {
    g: usize,
    y: Matrix,
    /// How many scrambles they are.
    scrambles: usize,
}

impl Scramble<'_> {
    /// Scrambles and counts.
    ///
    /// # Errors
    /// What the engine says of the winner.
    pub(super) fn run(&self, plugins: &dyn Plugins, meter: &mut Meter<'_>) -> Result<Scrambling> {
        let batches: Vec<Batch> = (0..self.judges.len()).flat_map(|g| self.batches(g)).collect();
        let questions: Vec<Question<'_>> = batches
            .iter()
            .map(|batch| {
                let judge = &self.judges[batch.g];
                Question {
                    rows: &self.places[batch.g],
                    y: &batch.y,
                    folds: &judge.schedule.own.folds,
                    joint: judge.regression.joint,
                    column: judge.regression.column.min(batch.y.cols() - 1),
                    max_components: self.most(judge),
                }
            })
            .collect();
        let mut errors: Vec<Vec<f64>> = vec![Vec::new(); self.judges.len()];
        let mut failed = None;
        let mut take = |_, q: usize, answer: adit_engine::Result<CrossValidated>| {
            let batch = &batches[q];
            match answer {
                Ok(cv) => errors[batch.g].extend(self.errors(batch, &cv)),
                Err(e) => failed = failed.take().or(Some(e)),
            }
            let question = &questions[q];
            meter.add(super::run::operations(question, self.x.cols()));
        };
        let recipes = std::slice::from_ref(self.winner);
        cross_validate_grid(recipes, plugins, self.axis, self.x.clone(), &questions, &mut take)?;
        if let Some(e) = failed {
            return Err(e.within("y-scrambling").into());
        }
        let analytes = self.judges.iter().zip(&errors).zip(&self.observed).flat_map(
            |((judge, errors), observed)| {
                let observed = observed.curve[observed.components];
                let low = errors.iter().filter(|e| **e <= observed * (1.0 + TIE)).count();
                let p = (1 + low) as f64 / (1 + self.permutations) as f64;
                let median_ratio = quantile(errors, 0.5).and_then(|m| finite(m / observed));
                let names = judge.regression.reports.iter().map(|t| &judge.regression.names[*t]);
                names
                    .map(|name| ScrambledAnalyte { name: name.clone(), p, median_ratio })
                    .collect::<Vec<_>>()
            },
        );
        Ok(Scrambling { permutations: self.permutations, analytes: analytes.collect() })
    }

    /// The largest count of the winner in a regression.
    fn most(&self, judge: &Judge<'_>) -> usize {
        judge.regression.limit(&self.winner.regressor.components).map_or(0, |(most, _)| most)
    }

    /// The scrambled references of one regression: side by side where each is a model of its own.
    fn batches(&self, g: usize) -> Vec<Batch> {
        let judge = &self.judges[g];
        let (r, n) = (judge.regression, judge.regression.rows.len());
        let permutations = permutations(
            &r.rows.iter().map(|row| self.layout.sample[*row]).collect::<Vec<_>>(),
            self.permutations,
            self.seed,
        );
        let one = judge.schedule.own.tests() * (self.most(judge) + 1) * size_of::<f64>();
        let at_a_time = if r.joint { 1 } else { (ROOM / one.max(1)).max(1) };
        permutations
            .chunks(at_a_time)
            .map(|some| {
                let m = r.y.cols();
                let mut y = Matrix::zeros(n, some.len() * m);
                for (k, from) in (0..n).flat_map(|k| some.iter().map(move |p| p[k])).enumerate() {
                    let at = k * m;
                    y.data_mut()[at..at + m].copy_from_slice(r.y.row(from));
                }
                Batch { g, y, scrambles: some.len() }
            })
            .collect()
    }

    /// The error of each scramble at the count that the rule chooses on it.
    fn errors(&self, batch: &Batch, cv: &CrossValidated) -> Vec<f64> {
        let judge = &self.judges[batch.g];
        let (which, rows) = judge.schedule.own.predictions();
        let known: Vec<usize> = (0..judge.regression.rows.len()).collect();
        let reached = cv.reached.iter().copied().min().unwrap_or(0);
        let (max, m) = (self.most(judge).min(reached), judge.regression.y.cols());
        (0..batch.scrambles)
            .map(|s| {
                let columns = s * m..(s + 1) * m;
                let errors = squared_errors(cv, columns, &batch.y, (&which, &rows), &known, max);
                let units = unit_means(&errors, &rows, &judge.regression.cut.units);
                let (components, curve) = judge.chosen(self.winner, &units);
                curve.get(components.min(max)).copied().unwrap_or(f64::NAN)
            })
            .collect()
    }
}

/// For each permutation and row, the row whose reference it gets: samples change places, and a row takes the reference of the row
/// that has its place within the other sample.
fn permutations(sample: &[usize], count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut number = BTreeMap::new();
    for (row, s) in sample.iter().enumerate() {
        let next = rows.len();
        let k = *number.entry(*s).or_insert(next);
        if k == next {
            rows.push(Vec::new());
        }
        rows[k].push(row);
    }
    let mut random = SplitMix64::new(seed ^ STREAM);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    (0..count)
        .map(|_| {
            random.shuffle(&mut order);
            let mut from = vec![0; sample.len()];
            for (own, other) in rows.iter().zip(&order) {
                for (k, row) in own.iter().enumerate() {
                    from[*row] = rows[*other][k % rows[*other].len()];
                }
            }
            from
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_change_places_with_their_replicates() {
        let sample = [7, 7, 2, 9, 9, 4];
        for from in permutations(&sample, 50, 3) {
            for (a, b) in [(0, 1), (3, 4)] {
                let (a, b) = (from[a], from[b]);
                // Two rows of one sample get two rows of one sample, or the same row twice.
                assert_eq!(sample[a], sample[b]);
            }
            let mut samples: Vec<usize> = [0, 2, 3, 5].iter().map(|r| sample[from[*r]]).collect();
            samples.sort_unstable();
            assert_eq!(samples, [2, 4, 7, 9]);
        }
        assert_eq!(permutations(&sample, 5, 3), permutations(&sample, 5, 3));
        assert_ne!(permutations(&sample, 5, 3), permutations(&sample, 5, 4));
    }
}
