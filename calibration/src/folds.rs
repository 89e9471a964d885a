//! Folds: laid once over the samples of a set in file order, then cut to the rows that have the analyte.
//!
//! A sample with its replicates, and rows that are bit-identical, never stand on both sides of a fold: such a block goes to the
//! fold of its first row.

use std::collections::HashMap;

use adit_engine::Fold;
use adit_spectra::Table;

use crate::blocks::Blocks;
use crate::random::SplitMix64;
use crate::{Error, Result, Scheme};

/// The folds of a whole set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// For each repeat, the folds over all rows of the set.
    pub repeats: Vec<Vec<Fold>>,
    /// Unit of each row, whose errors count as one: the sample with its replicates and twins, or the group under group CV.
    pub units: Vec<usize>,
    /// Sample of each row.
    pub sample: Vec<usize>,
    /// Number of samples.
    pub samples: usize,
    /// First row whose values are those of each row to the last bit.
    pub identical: Vec<usize>,
}

/// The folds of one analyte: numbers are places in the list of rows that was cut to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// For each repeat, the folds that have something to predict.
    pub repeats: Vec<Vec<Fold>>,
    /// Unit of each row, numbered by first appearance.
    pub units: Vec<usize>,
    /// Number of samples.
    pub samples: usize,
    /// Samples in the smallest training fold.
    pub smallest_training: usize,
}

impl Layout {
    /// Lays the folds. Positions of `table` are not looked at, only ids, values, times and labels.
    ///
    /// # Errors
    /// A label column that is not there or has empty cells, times that are missing for `forward`, fewer samples than blocks, or a
    /// scheme that leaves nothing to train on.
    pub fn lay(table: &Table, scheme: &Scheme, seed: u64) -> Result<Layout> {
        let blocks = Blocks::of(table);
        let mut random = SplitMix64::new(seed);
        let mut units = blocks.numbered();
        let per_sample: Vec<Vec<usize>> = match scheme {
            Scheme::LeaveOneOut => vec![(0..blocks.samples).collect()],
            Scheme::Venetian(k) => vec![(0..blocks.samples).map(|s| s % k).collect()],
            Scheme::KFold(k) => vec![shuffled(blocks.samples, *k, &mut random)],
            Scheme::Repeated { folds, repeats } => {
                (0..*repeats).map(|_| shuffled(blocks.samples, *folds, &mut random)).collect()
            }
            Scheme::Group(column) => vec![groups(table, &blocks, column)?],
            Scheme::Forward(n) => vec![time_blocks(table, &blocks, *n)?],
        };
        let mut repeats = Vec::with_capacity(per_sample.len());
        for of_sample in per_sample {
            let place: Vec<usize> =
                blocks.first.iter().map(|first| of_sample[blocks.sample[*first]]).collect();
            repeats.push(as_folds(&place, matches!(scheme, Scheme::Forward(_))));
            if matches!(scheme, Scheme::Group(_)) {
                units = place;
            }
        }
        Ok(Layout {
            repeats,
            units,
            sample: blocks.sample,
            samples: blocks.samples,
            identical: blocks.identical,
        })
    }

    /// Cuts to the rows that have the analyte, in ascending order; folds without such a row to predict are gone.
    ///
    /// # Errors
    /// When a fold has nothing to train on.
    pub fn cut(&self, rows: &[usize]) -> Result<Cut> {
        let places: HashMap<usize, usize> = rows.iter().enumerate().map(|(k, r)| (*r, k)).collect();
        let keep = |list: &[usize]| list.iter().filter_map(|r| places.get(r).copied()).collect();
        let count = |list: &mut dyn Iterator<Item = usize>| {
            let mut seen: Vec<usize> = list.map(|k| self.sample[rows[k]]).collect();
            seen.sort_unstable();
            seen.dedup();
            seen.len()
        };
        let mut repeats = Vec::with_capacity(self.repeats.len());
        let mut smallest_training = usize::MAX;
        for folds in &self.repeats {
            let cut: Vec<Fold> = folds
                .iter()
                .map(|f| Fold { test: keep(&f.test), gap: keep(&f.gap) })
                .filter(|f| !f.test.is_empty())
                .collect();
            for fold in &cut {
                let training = fold.training(rows.len());
                smallest_training = smallest_training.min(count(&mut training.into_iter()));
            }
            repeats.push(cut);
        }
        if smallest_training == 0 || smallest_training == usize::MAX {
            return Err(self.nothing_to_train_on(rows));
        }
        let mut numbers = HashMap::new();
        let units = rows
            .iter()
            .map(|r| {
                let next = numbers.len();
                *numbers.entry(self.units[*r]).or_insert(next)
            })
            .collect();
        let samples = count(&mut (0..rows.len()));
        Ok(Cut { repeats, units, samples, smallest_training })
    }

    fn nothing_to_train_on(&self, rows: &[usize]) -> Error {
        let twins = rows.windows(2).all(|p| self.identical[p[0]] == self.identical[p[1]]);
        if twins && rows.len() > 1 {
            return Error::input(format!(
                "all {} captures are bit-identical, so no fold can be left out",
                rows.len()
            ))
            .hint("give every sample its own capture: the export may have repeated one of them");
        }
        Error::input("a fold has no sample to train on")
            .hint("take another cross-validation scheme (--cv loo)")
    }
}

/// Fold of each sample, sizes equal within one, after a shuffle.
fn shuffled(samples: usize, k: usize, random: &mut SplitMix64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    random.shuffle(&mut order);
    let mut fold = vec![0; samples];
    order.iter().enumerate().for_each(|(place, s)| fold[*s] = place % k);
    fold
}

/// First row of each sample.
fn first_rows(blocks: &Blocks) -> Vec<usize> {
    let mut first = vec![usize::MAX; blocks.samples];
    for (row, s) in blocks.sample.iter().enumerate() {
        first[*s] = first[*s].min(row);
    }
    first
}

/// The column of labels to group by.
///
/// # Errors
/// [`crate::ErrorKind::Usage`]: there is no such column.
pub(crate) fn group_cells<'t>(table: &'t Table, column: &str) -> Result<&'t [String]> {
    table.label(column).ok_or_else(|| {
        let have: Vec<&str> = table.labels.iter().map(|l| l.name.as_str()).collect();
        let hint = match have.is_empty() {
            true => "the set has no label column".to_owned(),
            false => format!("the set has {}", have.join(", ")),
        };
        Error::usage(format!("there is no label column \"{column}\" to group by")).hint(hint)
    })
}

/// Fold of each sample by the label of its first row.
fn groups(table: &Table, blocks: &Blocks, column: &str) -> Result<Vec<usize>> {
    let cells = group_cells(table, column)?;
    let mut numbers = HashMap::new();
    first_rows(blocks)
        .into_iter()
        .map(|row| {
            let cell = cells.get(row).map_or("", String::as_str);
            if cell.is_empty() {
                return Err(Error::input("the cell that says the group is empty")
                    .at_column(column)
                    .of_sample(table.ids[row].as_str())
                    .hint("give every sample its group, or take another scheme"));
            }
            let next = numbers.len();
            Ok(*numbers.entry(cell).or_insert(next))
        })
        .collect()
}

/// Block of each sample in time, of `n + 1` blocks of equal numbers of samples; ties in time keep file order.
fn time_blocks(table: &Table, blocks: &Blocks, n: usize) -> Result<Vec<usize>> {
    let scheme = Scheme::Forward(n);
    let times = table.times.as_ref().ok_or_else(|| {
        Error::input(format!("{scheme} needs the time of every sample, and the set has none"))
            .hint("add a time column, or take another scheme")
    })?;
    if blocks.samples < n + 1 {
        return Err(Error::input(format!(
            "{scheme} needs {} samples, there are {}",
            n + 1,
            blocks.samples
        ))
        .hint("take fewer blocks"));
    }
    let first = first_rows(blocks);
    if let Some(row) = first.iter().find(|row| !times[**row].is_finite()) {
        return Err(Error::input(format!("{scheme} needs the time of every sample"))
            .of_sample(table.ids[*row].as_str())
            .hint("give its time, or take another scheme"));
    }
    let mut order: Vec<usize> = (0..blocks.samples).collect();
    order.sort_by(|a, b| times[first[*a]].total_cmp(&times[first[*b]]));
    let mut block = vec![0; blocks.samples];
    for (place, s) in order.into_iter().enumerate() {
        block[s] = place * (n + 1) / blocks.samples;
    }
    Ok(block)
}

/// Folds from the fold number of each row. Forward: fold 0 is only trained on, and later ones are a gap.
fn as_folds(place: &[usize], forward: bool) -> Vec<Fold> {
    let last = place.iter().copied().max().unwrap_or(0);
    let rows = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        place.iter().enumerate().filter(|(_, p)| wanted(**p)).map(|(row, _)| row).collect()
    };
    (usize::from(forward)..=last)
        .map(|f| Fold {
            test: rows(&|p| p == f),
            gap: if forward { rows(&|p| p > f) } else { Vec::new() },
        })
        .filter(|f| !f.test.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{numbered, table};
    use adit_spectra::Label;

    fn tests(layout: &Layout) -> Vec<Vec<usize>> {
        layout.repeats[0].iter().map(|f| f.test.clone()).collect()
    }

    #[test]
    fn every_tenth_and_twins_go_to_the_first() {
        let mut t = numbered(25);
        t.values[17] = t.values[4];
        let layout = Layout::lay(&t, &Scheme::Venetian(10), 1).unwrap();
        assert_eq!(tests(&layout)[4], [4, 14, 17, 24]);
        assert_eq!(tests(&layout)[7], [7]);
        assert_eq!(layout.units[17], layout.units[4]);
        // The rows that have the analyte keep the folds that the whole set was given.
        let rows: Vec<usize> = (0..25).filter(|r| r % 2 == 0).collect();
        let cut = layout.cut(&rows).unwrap();
        assert_eq!(cut.repeats[0].len(), 5);
        assert_eq!(cut.repeats[0][2].test, [2, 7, 12]);
        assert_eq!((cut.samples, cut.smallest_training), (13, 10));
    }

    #[test]
    fn replicates_count_once_and_stay_together() {
        let t = table(&["a", "b", "a", "c", "c"], &[1., 2., 3., 4., 5.], 1);
        let layout = Layout::lay(&t, &Scheme::LeaveOneOut, 1).unwrap();
        assert_eq!(tests(&layout), [vec![0, 2], vec![1], vec![3, 4]]);
        let cut = layout.cut(&[0, 1, 2, 3, 4]).unwrap();
        assert_eq!((cut.samples, cut.smallest_training), (3, 2));
        assert_eq!(cut.units, [0, 1, 0, 2, 2]);
    }

    #[test]
    fn captures_that_are_all_the_same_are_not_blamed_on_the_scheme() {
        let mut t = numbered(5);
        t.values[..4].fill(0.0);
        let layout = Layout::lay(&t, &Scheme::LeaveOneOut, 1).unwrap();
        assert!(layout.cut(&[0, 1, 4]).is_ok());
        let error = layout.cut(&[0, 1, 3]).unwrap_err().to_string();
        assert!(error.contains("all 3 captures are bit-identical"), "{error}");
        assert!(!error.contains("--cv"), "{error}");
    }

    #[test]
    fn shuffled_folds_are_even_and_hang_on_the_seed_alone() {
        let t = numbered(23);
        let folds = |seed| tests(&Layout::lay(&t, &Scheme::KFold(5), seed).unwrap());
        assert_eq!(folds(1), folds(1));
        assert_ne!(folds(1), folds(2));
        let mut sizes: Vec<usize> = folds(1).iter().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [4, 4, 5, 5, 5]);
        let many = Layout::lay(&t, &Scheme::Repeated { folds: 5, repeats: 3 }, 1).unwrap();
        assert_eq!(many.repeats.len(), 3);
        assert_ne!(many.repeats[0], many.repeats[1]);
    }

    #[test]
    fn forward_trains_on_the_past_alone() {
        let mut t = numbered(10);
        t.times = Some((0..10).map(|i| f64::from(100 - i)).collect());
        let layout = Layout::lay(&t, &Scheme::Forward(4), 1).unwrap();
        assert_eq!(tests(&layout), [vec![6, 7], vec![4, 5], vec![2, 3], vec![0, 1]]);
        for fold in &layout.repeats[0] {
            let newest_trained = fold.training(10).into_iter().min().unwrap();
            assert!(fold.test.iter().all(|row| *row < newest_trained));
        }
        t.times.as_mut().unwrap()[3] = f64::NAN;
        let error = Layout::lay(&t, &Scheme::Forward(4), 1).unwrap_err();
        assert_eq!(error.sample(), Some("s3"));
    }

    #[test]
    fn a_group_is_one_fold_and_one_unit() {
        let mut t = numbered(6);
        let cells = ["n", "s", "n", "w", "s", "n"].map(String::from).to_vec();
        t.labels.push(Label { name: "site".into(), cells });
        let layout = Layout::lay(&t, &Scheme::Group("site".into()), 1).unwrap();
        assert_eq!(tests(&layout), [vec![0, 2, 5], vec![1, 4], vec![3]]);
        assert_eq!(layout.units, [0, 1, 0, 2, 1, 0]);
        assert!(Layout::lay(&t, &Scheme::Group("mine".into()), 1).is_err());
        // One group: nothing to train on.
        assert!(layout.cut(&[0, 2, 5]).is_err());
        t.labels[0].cells[4].clear();
        let error = Layout::lay(&t, &Scheme::Group("site".into()), 1).unwrap_err();
        assert_eq!(error.sample(), Some("s4"));
    }
}
