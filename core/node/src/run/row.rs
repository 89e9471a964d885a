//! The row on its way through the ops: first a view of the caller's input, then in one of two buffers.

use crate::Refusal;

pub(crate) struct Row<'s> {
    view: Option<&'s [f32]>,
    here: &'s mut [f32],
    there: &'s mut [f32],
    len: usize,
}

impl<'s> Row<'s> {
    pub(crate) fn new(
        input: &'s [f32],
        scratch: &'s mut [f32],
        capacity: usize,
    ) -> Result<Self, Refusal> {
        let (here, there) = scratch.split_at_mut_checked(capacity).ok_or(Refusal::Buffer)?;
        Ok(Self { view: Some(input), here, there, len: input.len() })
    }

    pub(crate) fn get(&self) -> &[f32] {
        match self.view {
            Some(v) => v,
            None => self.here.get(..self.len).unwrap_or_default(),
        }
    }

    /// The row as a buffer that may be changed; copies the input first if that has not been done.
    pub(crate) fn edit(&mut self) -> Result<&mut [f32], Refusal> {
        let row = self.here.get_mut(..self.len).ok_or(Refusal::Section)?;
        if let Some(view) = self.view.take() {
            for (to, from) in row.iter_mut().zip(view) {
                *to = *from;
            }
        }
        Ok(row)
    }

    /// The row with room for `more` values behind it.
    pub(crate) fn extend(&mut self, more: usize) -> Result<&mut [f32], Refusal> {
        self.edit()?;
        self.len = self.len.saturating_add(more);
        self.edit()
    }

    /// Narrows a view of the input without copying; `false` if the row is in a buffer already.
    pub(crate) fn narrow(&mut self, first: usize, count: usize) -> Result<bool, Refusal> {
        let Some(view) = self.view else { return Ok(false) };
        let end = first.saturating_add(count);
        self.view = Some(view.get(first..end).ok_or(Refusal::Section)?);
        self.len = count;
        Ok(true)
    }

    /// Gives the old row and a buffer for a new one of `len` values; the new one is the row afterwards.
    pub(crate) fn rewrite(
        &mut self,
        len: usize,
        write: impl FnOnce(&[f32], &mut [f32]) -> Option<()>,
    ) -> Result<(), Refusal> {
        if let Some(view) = self.view.take() {
            write(view, self.here.get_mut(..len).ok_or(Refusal::Section)?)
                .ok_or(Refusal::Section)?;
        } else {
            let old = self.here.get(..self.len).ok_or(Refusal::Section)?;
            write(old, self.there.get_mut(..len).ok_or(Refusal::Section)?)
                .ok_or(Refusal::Section)?;
            core::mem::swap(&mut self.here, &mut self.there);
        }
        self.len = len;
        Ok(())
    }
}
