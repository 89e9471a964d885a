//! Every recipe's answers, and which recipe is best.

use std::collections::BTreeMap;

use adit_engine::{CrossValidated, Recipe};

use crate::Error;

use super::score::{ForBlock, Judge, Own};

/// Scores that differ by less than this share are equal: what is left is rounding.
const TIE: f64 = 1e-9;

/// What is known of every recipe.
pub(super) struct Table<'a> {
    pub(super) recipes: &'a [Recipe],
    pub(super) judges: &'a [Judge<'a>],
    /// One a recipe.
    pub(super) rows: Vec<Row>,
    /// Answers to the cross-validation that wait for those to the nested one.
    waiting: BTreeMap<(usize, usize), CrossValidated>,
}

/// What is known of one recipe.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// One a regression.
    pub(super) own: Vec<Option<Own>>,
    /// One a regression: one an outer block.
    pub(super) blocks: Vec<Vec<Option<ForBlock>>>,
    /// One a regression: why it cannot be tried.
    failed: Vec<Option<String>>,
}

/// What recipes are ordered by: the score; of equal ones the simpler recipe comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rank {
    pub(super) score: f64,
    pub(super) steps: usize,
    /// Components of all analytes together.
    pub(super) components: usize,
    pub(super) recipe: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(recipes: &'a [Recipe], judges: &'a [Judge<'a>]) -> Self {
        let row = Row {
            own: judges.iter().map(|_| None).collect(),
            blocks: judges.iter().map(|_| Vec::new()).collect(),
            failed: judges.iter().map(|_| None).collect(),
        };
        Table { recipes, judges, rows: vec![row; recipes.len()], waiting: BTreeMap::new() }
    }

    /// Takes an answer to the cross-validation of regression `g`.
    pub(super) fn take_own(
        &mut self,
        recipe: usize,
        g: usize,
        answer: Result<CrossValidated, Error>,
    ) {
        let judge = &self.judges[g];
        let judged = answer
            .map_err(|e| brief(&e))
            .and_then(|cv| judge.own(&self.recipes[recipe], &cv).map(|own| (own, cv)));
        let row = &mut self.rows[recipe];
        match judged {
            Ok((own, _)) if !own.share.is_finite() => {
                row.failed[g] = Some("its errors are not finite".to_owned());
            }
            Ok((own, cv)) => {
                row.own[g] = Some(own);
                if judge.schedule.inner.folds.is_empty() {
                    row.blocks[g] = judge.blocks(&self.recipes[recipe], &cv, None);
                } else {
                    self.waiting.insert((recipe, g), cv);
                }
            }
            Err(why) => row.failed[g] = Some(why),
        }
    }

    /// Takes an answer to the nested folds of regression `g`.
    pub(super) fn take_inner(
        &mut self,
        recipe: usize,
        g: usize,
        answer: Result<CrossValidated, Error>,
    ) {
        let judge = &self.judges[g];
        let count = judge.schedule.blocks.len();
        let blocks = match (self.waiting.remove(&(recipe, g)), answer) {
            (Some(own), Ok(inner)) => judge.blocks(&self.recipes[recipe], &own, Some(&inner)),
            _ => (0..count).map(|_| None).collect(),
        };
        self.rows[recipe].blocks[g] = blocks;
    }

    /// Why a recipe cannot be tried; names the analyte, unless all say the same.
    pub(super) fn skipped(&self, recipe: usize) -> Option<String> {
        let failed = &self.rows[recipe].failed;
        let (g, why) = failed.iter().enumerate().find_map(|(g, w)| Some((g, w.as_ref()?)))?;
        if failed.iter().all(|other| other.as_ref() == Some(why)) {
            return Some(why.clone());
        }
        Some(format!("{}: {why}", self.judges[g].regression.names.join(", ")))
    }

    /// Every recipe that could be tried, the best first.
    pub(super) fn ranking(&self) -> Vec<Rank> {
        self.ranked(|row| {
            row.own.iter().map(|own| own.as_ref().map(|o| (o.share, o.components))).collect()
        })
    }

    /// The best recipe as the blocks other than `b` know it.
    pub(super) fn best_without(&self, b: usize) -> Option<Rank> {
        let of = |row: &Row| {
            let blocks = row.blocks.iter();
            blocks.map(|g| g.get(b)?.as_ref().map(|f| (f.share, f.components))).collect()
        };
        self.ranked(of).first().copied()
    }

    fn ranked(&self, of: impl Fn(&Row) -> Option<Vec<(f64, usize)>>) -> Vec<Rank> {
        let mut all: Vec<Rank> = Vec::new();
        let able = |(_, row): &(usize, &Row)| row.failed.iter().all(Option::is_none);
        for (recipe, row) in self.rows.iter().enumerate().filter(able) {
            let Some(parts) = of(row) else { continue };
            all.push(Rank {
                score: parts.iter().map(|p| p.0).sum::<f64>() / parts.len().max(1) as f64,
                steps: self.recipes[recipe].steps.len(),
                components: parts.iter().map(|p| p.1).sum(),
                recipe,
            });
        }
        order(&mut all);
        all
    }
}

/// What went wrong, in short: the sample, if one, and what.
fn brief(e: &Error) -> String {
    match e.sample() {
        Some(sample) => format!("sample \"{sample}\": {}", e.what()),
        None => e.what().to_owned(),
    }
}

/// Puts the best first: the simplest of those that tie with the smallest score, then the others by score.
fn order(all: &mut [Rank]) {
    all.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.recipe.cmp(&b.recipe)));
    let Some(least) = all.first().map(|r| r.score) else { return };
    let ties = all.iter().take_while(|r| r.score <= least * (1.0 + TIE)).count();
    let simplest = |r: &Rank| (r.steps, r.components, r.recipe);
    all[..ties].sort_by_key(simplest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_scores_the_simpler_recipe_comes_first() {
        let rank = |score, steps, components, recipe| Rank { score, steps, components, recipe };
        let mut all = [
            rank(0.5, 0, 1, 0),
            rank(0.3, 2, 3, 1),
            rank(0.3 * (1.0 + 1e-12), 1, 9, 2),
            rank(0.3 * (1.0 - 1e-12), 1, 4, 3),
            rank(0.3, 1, 4, 4),
            rank(0.3 * (1.0 + 1e-6), 0, 1, 5),
        ];
        order(&mut all);
        assert_eq!(all.map(|r| r.recipe), [3, 4, 2, 1, 5, 0]);
    }
}
