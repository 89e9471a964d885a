//! The blocks that are left out one after another to judge the search itself, and the folds inside each.
//!
//! For every pair of blocks there is one fold without both: what is predicted of block j without i and j is what a search that never
//! saw block i knows of block j. So all inner cross-validations of all outer blocks are K(K-1)/2 folds, and one job.

use adit_engine::Fold;

use crate::Scheme;
use crate::folds::Layout;

use super::regression::Regression;

/// Above this many folds the outer blocks are made of several folds each.
const MOST_BLOCKS: usize = 60;
/// That many.
const BLOCKS: usize = 10;

/// How the search is judged.
pub(super) enum Outer {
    /// It cannot be, and why.
    Not(String),
    /// Blocks of rows of the set, each left out once.
    Blocks {
        /// Block of each row of the set.
        of_row: Vec<Option<usize>>,
        /// Number of blocks.
        count: usize,
        /// Whether the blocks are the folds of the cross-validation (of its first repeat).
        are_folds: bool,
    },
    /// Time blocks: what was predicted of the earlier ones chooses for the next.
    Forward {
        /// Block of each row of the set; none for the first, which is only trained on.
        of_row: Vec<Option<usize>>,
        /// Number of blocks that are predicted.
        count: usize,
    },
}

impl Outer {
    /// For the folds of a set, of which `used` rows matter.
    pub(super) fn of(layout: &Layout, scheme: &Scheme, used: &[usize]) -> Outer {
        let rows = layout.sample.len();
        let mut matters = vec![false; rows];
        used.iter().for_each(|row| matters[*row] = true);
        let Some(first) = layout.repeats.first() else {
            return Outer::Not("there is no fold".to_owned());
        };
        let folds = first.iter().filter(|f| f.test.iter().any(|row| matters[*row]));
        let folds: Vec<&Fold> = folds.collect();
        let mut of_row = vec![None; rows];
        let are_folds = folds.len() <= MOST_BLOCKS || matches!(scheme, Scheme::Forward(_));
        let count = if are_folds { folds.len() } else { BLOCKS };
        for (f, fold) in folds.iter().enumerate() {
            fold.test.iter().for_each(|row| of_row[*row] = Some(f % count));
        }
        match scheme {
            Scheme::Forward(_) if count < 2 => Outer::Not(
                "no nested estimate: one block of time alone is predicted, and no earlier one can choose for it"
                    .to_owned(),
            ),
            Scheme::Forward(_) => Outer::Forward { of_row, count },
            _ if count < 3 => {
                Outer::Not(format!("no nested estimate: {count} folds leave none to choose by inside another"))
            }
            _ => Outer::Blocks { of_row, count, are_folds },
        }
    }

    /// How it is done, in a sentence.
    pub(super) fn how(&self, scheme: &Scheme, folds: usize) -> String {
        match self {
            Outer::Not(why) => why.clone(),
            Outer::Forward { count, .. } => format!(
                "each block of time but the first predicted one (of {count}) is predicted by the recipe and count that \
                 the blocks before it chose"
            ),
            Outer::Blocks { count, are_folds: true, .. } => {
                let repeat = match scheme {
                    Scheme::Repeated { .. } => " of the first repeat",
                    _ => "",
                };
                format!(
                    "each of the {count} folds{repeat} is predicted by the recipe and count that the other folds chose \
                     among themselves, without it"
                )
            }
            Outer::Blocks { count, .. } => format!(
                "the {folds} folds are put together in {count} blocks; each is predicted by the recipe and count that the \
                 other blocks chose among themselves, without it"
            ),
        }
    }

    /// Number of outer blocks.
    pub(super) fn count(&self) -> usize {
        match self {
            Outer::Not(_) => 0,
            Outer::Blocks { count, .. } | Outer::Forward { count, .. } => *count,
        }
    }
}

/// All folds that one regression is asked.
pub(super) struct Schedule {
    /// The folds of the cross-validation.
    pub(super) own: Folds,
    /// Those of the nested one; empty where the first are enough or it cannot be done.
    pub(super) inner: Folds,
    /// For each outer block, what it needs.
    pub(super) blocks: Vec<Block>,
}

/// Folds, and where the predictions of each lie.
#[derive(Default)]
pub(super) struct Folds {
    pub(super) folds: Vec<Fold>,
    at: Vec<usize>,
}

/// One fold of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Of the cross-validation.
    Own(usize),
    /// Of the nested one.
    Inner(usize),
}

/// What one outer block needs of a regression.
#[derive(Default)]
pub(super) struct Block {
    /// The fold that predicts its rows without having seen them; none if no row of the regression is in it.
    pub(super) predicts: Option<Which>,
    /// Folds that choose for it, each with the rows of which its predictions count.
    pub(super) chooses: Vec<(Which, Vec<usize>)>,
    /// Rows that are known while it is left out.
    pub(super) known: Vec<usize>,
}

impl Folds {
    fn push(&mut self, test: Vec<usize>, gap: Vec<usize>) -> usize {
        let last = self.folds.last().map_or(0, |f| f.test.len());
        self.at.push(self.at.last().map_or(0, |at| at + last));
        self.folds.push(Fold { test, gap });
        self.folds.len() - 1
    }

    /// Number and row of each prediction.
    pub(super) fn predictions(&self) -> (Vec<usize>, Vec<usize>) {
        self.folds.iter().flat_map(|f| f.test.iter().copied()).enumerate().unzip()
    }

    /// Number and row of the predictions of fold `f`, of the given rows (ascending) alone.
    pub(super) fn of(&self, f: usize, rows: &[usize]) -> impl Iterator<Item = (usize, usize)> {
        let (test, at) = (self.folds[f].test.iter(), self.at[f]);
        let among = test.enumerate().filter(|(_, row)| rows.binary_search(row).is_ok());
        among.map(move |(k, row)| (at + k, *row))
    }

    /// Test rows in all.
    pub(super) fn tests(&self) -> usize {
        self.folds.iter().map(|f| f.test.len()).sum()
    }
}

impl Schedule {
    pub(super) fn of(regression: &Regression, outer: &Outer) -> Schedule {
        let mut own = Folds::default();
        for fold in regression.cut.repeats.iter().flatten() {
            own.push(fold.test.clone(), fold.gap.clone());
        }
        let mut s = Schedule { own, inner: Folds::default(), blocks: Vec::new() };
        let n = regression.rows.len();
        let of_block = |of_row: &[Option<usize>], b: usize| -> Vec<usize> {
            (0..n).filter(|k| of_row[regression.rows[*k]] == Some(b)).collect()
        };
        match outer {
            Outer::Not(_) => {}
            Outer::Blocks { of_row, count, are_folds } => {
                s.pairs(n, (0..*count).map(|b| of_block(of_row, b)).collect(), *are_folds);
            }
            Outer::Forward { of_row, count } => {
                s.forward(n, (0..*count).map(|b| of_block(of_row, b)).collect());
            }
        }
        s
    }

    fn pairs(&mut self, n: usize, rows: Vec<Vec<usize>>, are_folds: bool) {
        let mut folds_with_rows = 0;
        for own in &rows {
            let predicts = match (own.is_empty(), are_folds) {
                (true, _) => None,
                // The folds that have rows stand in the order of the blocks.
                (false, true) => {
                    folds_with_rows += 1;
                    Some(Which::Own(folds_with_rows - 1))
                }
                (false, false) => Some(Which::Inner(self.inner.push(own.clone(), Vec::new()))),
            };
            let known = (0..n).filter(|k| own.binary_search(k).is_err()).collect();
            self.blocks.push(Block { predicts, chooses: Vec::new(), known });
        }
        for (i, a) in rows.iter().enumerate() {
            if a.is_empty() {
                // It leaves nothing out here: the others choose by the cross-validation itself.
                let all = self.own.folds.iter().enumerate();
                self.blocks[i].chooses =
                    all.map(|(f, fold)| (Which::Own(f), fold.test.clone())).collect();
                continue;
            }
            for (j, b) in rows.iter().enumerate().skip(i + 1) {
                // Two blocks that are all there is leave nothing to train on.
                if b.is_empty() || a.len() + b.len() >= n {
                    continue;
                }
                let mut test: Vec<usize> = a.iter().chain(b).copied().collect();
                test.sort_unstable();
                let f = Which::Inner(self.inner.push(test, Vec::new()));
                self.blocks[i].chooses.push((f, b.clone()));
                self.blocks[j].chooses.push((f, a.clone()));
            }
        }
    }

    fn forward(&mut self, n: usize, rows: Vec<Vec<usize>>) {
        let mut known: Vec<usize> =
            (0..n).filter(|k| !rows.iter().any(|r| r.binary_search(k).is_ok())).collect();
        let mut earlier: Vec<(Which, Vec<usize>)> = Vec::new();
        for own in rows {
            let fold = (!own.is_empty()).then_some(Which::Own(earlier.len()));
            self.blocks.push(Block {
                predicts: fold.filter(|_| !earlier.is_empty()),
                chooses: earlier.clone(),
                known: known.clone(),
            });
            known.extend(&own);
            known.sort_unstable();
            earlier.extend(fold.map(|f| (f, own)));
        }
    }

    pub(super) fn folds(&self, which: Which) -> (&Folds, usize) {
        match which {
            Which::Own(f) => (&self.own, f),
            Which::Inner(f) => (&self.inner, f),
        }
    }
}
