//! A model that works: its chains loaded and its verification rows reproduced.

use adit_engine::{Chain, Plugins};

use crate::model::AnalyteModel;
use crate::{Model, Result};

/// A model with its chains.
pub struct Loaded {
    model: Model,
    chains: Vec<Option<Chain>>,
}

impl Loaded {
    /// Loads every chain and lets the verification rows through it.
    ///
    /// # Errors
    /// A damaged state, a plugin that is missing, or one that gives other numbers than when the model was made; names the step.
    pub fn new(model: Model, plugins: &dyn Plugins) -> Result<Loaded> {
        let mut chains = Vec::with_capacity(model.analytes.len());
        for analyte in &model.analytes {
            let Some(saved) = &analyte.chain else {
                chains.push(None);
                continue;
            };
            let chain = Chain::load(saved, plugins)
                .map_err(|e| crate::Error::from(e).at_column(analyte.name.as_str()))?;
            model.verification.check(analyte, saved, &chain, plugins)?;
            chains.push(Some(chain));
        }
        Ok(Loaded { model, chains })
    }

    /// The model as data.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The chain of an analyte, if it has one (an unfit analyte may have one).
    pub fn chain(&self, analyte: &str) -> Option<&Chain> {
        self.analytes().find(|(a, _)| a.name == analyte).and_then(|(_, chain)| chain)
    }

    /// Every analyte with its chain.
    pub fn analytes(&self) -> impl Iterator<Item = (&AnalyteModel, Option<&Chain>)> {
        self.model.analytes.iter().zip(self.chains.iter().map(Option::as_ref))
    }
}
