//! Rows through steps and regressor, a block at a time.
//!
//! No intermediate matrix is made: a block of rows goes through all steps in two buffers that stay in the cache, and blocks run on
//! all cores. What becomes of a row does not depend on its block, so neither on how many rows there are nor on the threads.

use super::tail::{Refused, Step};
use crate::blocks::{Room, in_blocks};
use crate::{Error, Matrix, Regressor, Result, RowStatus};

/// The step, of those that were run, that refused a row first, and why.
pub(super) type Refusal = Option<(usize, RowStatus)>;

/// Steps in a row, and where the first one stands in the recipe.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    pub(super) first: &'a [Step],
    pub(super) then: &'a [Step],
    /// Values of a row that goes in.
    pub(super) width_in: usize,
    /// Steps of the recipe before the first one here.
    pub(super) before: usize,
}

impl<'a> Steps<'a> {
    fn iter(&self) -> impl DoubleEndedIterator<Item = &'a Step> + use<'a> {
        self.first.iter().chain(self.then)
    }

    /// Values of a row that comes out.
    pub(super) fn width_out(&self) -> usize {
        self.iter().next_back().map_or(self.width_in, |s| s.width)
    }

    /// Where step `k` of these stands, for people.
    pub(super) fn place(&self, k: usize) -> String {
        let plugin = self.iter().nth(k).map_or("", |s| s.plugin.as_str());
        format!("step {} ({plugin})", self.before + k + 1)
    }

    /// Where and why each row was refused, if it was.
    pub(super) fn places(&self, refused: Vec<Refusal>) -> Vec<Option<Refused>> {
        let named = |(k, status)| Refused { place: self.place(k), status };
        refused.into_iter().map(|r| r.map(named)).collect()
    }

    fn widest(&self) -> usize {
        self.iter().map(|s| s.width).fold(self.width_in, usize::max)
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() + self.then.len()
    }

    fn check(&self, x: &Matrix) -> Result<()> {
        if x.cols() == self.width_in {
            return Ok(());
        }
        let (given, wanted) = (x.cols(), self.width_in);
        Err(Error::input(format!("{given} columns, and the chain takes {wanted}"), ""))
    }

    /// All rows of `x` after the steps, and which were refused.
    pub(super) fn apply(&self, x: &Matrix) -> Result<(Matrix, Vec<Refusal>)> {
        self.check(x)?;
        let (n, width) = (x.rows(), self.width_out());
        let mut refused = vec![None; n];
        if self.len() == 0 {
            return Ok((x.clone(), refused));
        }
        let mut out = Matrix::zeros(n, width);
        let room = Room { out: out.data_mut(), width, about: &mut refused[..] };
        in_blocks(x, self.widest(), room, Buffers::default, |b, x, room| {
            b.steps(*self, x, room.out, room.about)
        })?;
        Ok((out, refused))
    }

    /// Predictions of a regressor for every row of `x`: rows x `targets`, NaN where refused.
    pub(super) fn predict(
        &self,
        with: Regression<'_>,
        x: &Matrix,
    ) -> Result<(Matrix, Vec<Refusal>)> {
        self.check(x)?;
        let mut refused = vec![None; x.rows()];
        let mut z = Matrix::zeros(x.rows(), with.targets);
        let room = Room { out: z.data_mut(), width: with.targets, about: &mut refused[..] };
        in_blocks(x, self.widest(), room, Buffers::default, |b, x, room| {
            b.predict(*self, with, x, room.out, room.about)
        })?;
        Ok((z, refused))
    }
}

/// A regressor at one component count.
#[derive(Clone, Copy)]
pub(super) struct Regression<'a> {
    pub(super) regressor: &'a dyn Regressor,
    pub(super) components: usize,
    pub(super) targets: usize,
    /// Its plugin.
    pub(super) id: &'a str,
}

/// Room for one block, used again for the next.
#[derive(Default)]
pub(super) struct Buffers {
    between: [Vec<f64>; 2],
    features: Vec<f64>,
    status: Vec<u8>,
}

impl Buffers {
    /// Rows after the steps, in `out`. There is one step at least.
    fn steps(
        &mut self,
        steps: Steps<'_>,
        x: &[f64],
        out: &mut [f64],
        refused: &mut [Refusal],
    ) -> Result<()> {
        let last = steps.len() - 1;
        let Buffers { between: [from, to], status, .. } = self;
        status.resize(refused.len(), 0);
        let mut width = steps.width_in;
        for (k, step) in steps.iter().enumerate() {
            let x = if k == 0 { x } else { &from[..] };
            let result = if k == last {
                step.transform.apply_rows(x, width, out, status)
            } else {
                to.resize(refused.len() * step.width, 0.0);
                step.transform.apply_rows(x, width, to, status)
            };
            result.map_err(|e| e.within(steps.place(k)))?;
            for (slot, byte) in refused.iter_mut().zip(&*status) {
                let status = RowStatus::from_byte(*byte);
                if status != RowStatus::Ok && slot.is_none() {
                    *slot = Some((k, status));
                }
            }
            std::mem::swap(from, to);
            width = step.width;
        }
        Ok(())
    }

    /// Predictions of rows, in `z`.
    pub(super) fn predict(
        &mut self,
        steps: Steps<'_>,
        with: Regression<'_>,
        x: &[f64],
        z: &mut [f64],
        refused: &mut [Refusal],
    ) -> Result<()> {
        let width = steps.width_out();
        let mut features = std::mem::take(&mut self.features);
        let mut seen = x;
        if steps.len() > 0 {
            features.resize(refused.len() * width, 0.0);
            self.steps(steps, x, &mut features, refused)?;
            seen = &features;
        }
        self.status.resize(refused.len(), 0);
        with.regressor
            .predict_rows(seen, width, with.components, z, &mut self.status)
            .map_err(|e| e.within(with.id))?;
        self.features = features;
        Ok(())
    }
}
