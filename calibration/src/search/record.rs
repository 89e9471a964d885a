//! What a model keeps of the search that chose its recipe. Pure data.

use serde::{Deserialize, Serialize};

/// How many recipes a stripped model keeps.
const KEPT_WHEN_STRIPPED: usize = 10;

/// A search as it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Where the space came from, a sentence.
    pub said: String,
    /// The space, TOML text.
    pub space: String,
    /// What the recipes were compared by, a sentence.
    pub criterion: String,
    /// Recipes in the space.
    pub recipes: usize,
    /// How many of them could be tried.
    pub tried_in_all: usize,
    /// Recipes that could be tried, the best first: the first one is the model's. A stripped model keeps the best ten.
    pub tried: Vec<Tried>,
    /// Recipes that could not; empty in a stripped model.
    pub skipped: Vec<Skipped>,
    /// The error of the search itself.
    pub nested: Nested,
    /// How often a scrambled y is estimated as well; `None` where nobody asked.
    pub scrambling: Option<Scrambling>,
}

/// One recipe with what the folds said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Number in the space, from 1.
    pub number: usize,
    /// The recipe in one line.
    pub recipe: String,
    /// Number of steps.
    pub steps: usize,
    /// Mean over the analytes of the mean squared error at the chosen count, each divided by the analyte's variance.
    pub score: f64,
    /// One per analyte.
    pub analytes: Vec<TriedAnalyte>,
}

/// One analyte of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriedAnalyte {
    /// Name.
    pub name: String,
    /// The count that the rule chose.
    pub components: usize,
    /// RMSECV at that count, in the analyte's unit.
    pub rmsecv: Option<f64>,
    /// The same in log10 units, for log10 targets.
    pub rmsecv_log10: Option<f64>,
    /// Mean squared error over units for each count from 0, on the scale of the model (in shares of the variance for a joint
    /// model); empty in a stripped model.
    pub error_by_component: Vec<f64>,
}

/// One recipe that could not be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Number in the space, from 1.
    pub number: usize,
    /// The recipe in one line.
    pub recipe: String,
    /// Why.
    pub reason: String,
}

/// The error of the search itself: each outer block is predicted by the recipe and count that the other blocks chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nested {
    /// How it was done, or why it could not be.
    pub how: String,
    /// One per analyte; empty where it could not be done.
    pub analytes: Vec<NestedAnalyte>,
    /// What each outer block chose.
    pub picks: Vec<Pick>,
}

/// One analyte of the nested cross-validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedAnalyte {
    /// Name.
    pub name: String,
    /// Rows predicted.
    pub n: usize,
    /// Root mean square error in the analyte's unit.
    pub rmse: Option<f64>,
    /// Its standard error, from the spread of the squared errors over units.
    pub standard_error: Option<f64>,
    /// 1 - sum e^2 / sum (y - mean y)^2.
    pub r2: Option<f64>,
    /// In log10 units, for log10 targets.
    pub rmse_log10: Option<f64>,
    /// In log10 units, for log10 targets.
    pub standard_error_log10: Option<f64>,
    /// RMSECV of the winner over the whole cross-validation: it was picked by its smallness, so it is too small on average.
    pub rmsecv: Option<f64>,
}

/// What the others chose for one outer block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// Outer block, from 1.
    pub block: usize,
    /// Number of the recipe in the space, from 1.
    pub number: usize,
    /// The recipe in one line.
    pub recipe: String,
    /// Components, one per analyte.
    pub components: Vec<usize>,
}

/// y-scrambling of the winner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scrambling {
    /// Number of permutations.
    pub permutations: usize,
    /// One per analyte.
    pub analytes: Vec<ScrambledAnalyte>,
}

/// One analyte of the scrambling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScrambledAnalyte {
    /// Name.
    pub name: String,
    /// (1 + permutations with an error at most the observed one) / (1 + permutations).
    pub p: f64,
    /// Median over the permutations of the mean squared error at the count chosen, divided by the observed one.
    pub median_ratio: Option<f64>,
}

impl Search {
    /// The same search in short: the best recipes without their curves, and none of those that were skipped.
    #[must_use]
    pub(crate) fn stripped(mut self) -> Search {
        self.tried.truncate(KEPT_WHEN_STRIPPED);
        let analytes = self.tried.iter_mut().flat_map(|t| &mut t.analytes);
        analytes.for_each(|a| a.error_by_component.clear());
        self.skipped.clear();
        self
    }

    /// Whether the lists have the lengths that they say.
    pub(crate) fn fits(&self) -> bool {
        let analytes = self.tried.first().map_or(0, |t| t.analytes.len());
        !self.tried.is_empty()
            && self.tried.iter().all(|t| t.analytes.len() == analytes)
            && self.nested.picks.iter().all(|p| p.components.len() == analytes)
    }
}
