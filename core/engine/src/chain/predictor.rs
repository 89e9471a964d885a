//! One row after another, in room that is used again.

use super::rows::{Buffers, Refusal};
use super::{Chain, Estimate, Refused};
use crate::{Error, Result};

/// A chain made ready for one row after another: nothing is allocated for a row that is not refused.
///
/// The same row gives the same bits as among others in [`Chain::predict`].
pub struct Predictor<'a> {
    chain: &'a Chain,
    buffers: Buffers,
    z: Vec<f64>,
}

impl<'a> Predictor<'a> {
    pub(super) fn new(chain: &'a Chain) -> Self {
        Predictor { chain, buffers: Buffers::default(), z: vec![0.0; chain.tail.targets] }
    }

    /// The estimate of a raw row with one value per input channel, or where it was refused.
    ///
    /// # Errors
    /// A row of another length; what a step or the regressor says.
    pub fn predict(&mut self, row: &[f64]) -> Result<std::result::Result<Estimate, Refused>> {
        let chain = self.chain;
        Ok(match self.targets(row)? {
            Err(refused) => Err(refused),
            Ok(z) => chain.estimate_of(z).ok_or_else(|| chain.no_estimate()),
        })
    }

    /// Every target of the regressor on the scale of the model (NaN where the regressor refuses the row), or the step that refused it.
    ///
    /// # Errors
    /// A row of another length; what a step or the regressor says.
    pub fn targets(&mut self, row: &[f64]) -> Result<std::result::Result<&[f64], Refused>> {
        let steps = self.chain.steps();
        if row.len() != steps.width_in {
            let (given, wanted) = (row.len(), steps.width_in);
            return Err(Error::input(format!("{given} values, and the chain takes {wanted}"), ""));
        }
        let mut refused: [Refusal; 1] = [None];
        self.buffers.predict(steps, self.chain.regression(), row, &mut self.z, &mut refused)?;
        Ok(match refused {
            [None] => Ok(&self.z),
            [Some((k, status))] => Err(Refused { place: steps.place(k), status }),
        })
    }
}
