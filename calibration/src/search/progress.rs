//! How far a search is, by count of operations.

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Operations done, of those below; roughly what a fit costs: rows x channels x components.
    pub done: f64,
    /// Operations in all.
    pub total: f64,
    /// What is being done.
    pub doing: &'static str,
}

/// Counts operations and tells.
pub(super) struct Meter<'a> {
    now: Progress,
    tell: &'a mut dyn FnMut(Progress),
}

impl<'a> Meter<'a> {
    pub(super) fn new(total: f64, tell: &'a mut dyn FnMut(Progress)) -> Self {
        Meter { now: Progress { done: 0.0, total, doing: "trying recipes" }, tell }
    }

    /// Something of the given size is done.
    pub(super) fn add(&mut self, operations: f64) {
        self.now.done = (self.now.done + operations).min(self.now.total);
        (self.tell)(self.now);
    }

    /// Something else is being done from here on.
    pub(super) fn begin(&mut self, doing: &'static str) {
        self.now.doing = doing;
        (self.tell)(self.now);
    }
}
