//! The host's side of one call, made safe.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use adit_abi::{self as abi, AditCall};

/// What the host lends for the length of one call: threads and the wish to stop. Missing functions have a plain substitute.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    raw: Option<&'a AditCall>,
}

// SAFETY: the contract marks `report`, `cancelled` and the entry to `parallel_for` as callable from the bodies that `parallel_for` runs.
unsafe impl Sync for Call<'_> {}

impl<'a> Call<'a> {
    /// A call without a host, for tests: one thread, never cancelled.
    pub fn alone() -> Call<'static> {
        Call { raw: None }
    }

    pub(crate) fn new(raw: Option<&'a AditCall>) -> Self {
        Call { raw }
    }

    /// Whether the host wants the plugin to stop with [`crate::ErrorCode::Cancelled`].
    pub fn cancelled(&self) -> bool {
        match self.raw.and_then(|c| c.cancelled.map(|f| (f, c.host))) {
            // SAFETY: the host gave the function together with its context for the length of this call.
            Some((f, host)) => unsafe { f(host) != 0 },
            None => false,
        }
    }

    /// Says something to the user about a call that goes well, such as the route that a cross-validation took. The host shows what
    /// [`crate::Regressor::cross_validate`] remarks, each text once, and may drop other remarks.
    pub fn remark(&self, text: &str) {
        if let Some((f, host)) = self.raw.and_then(|c| c.report.map(|f| (f, c.host))) {
            // SAFETY: the host gave the function together with its context for the length of this call; the text outlives it.
            unsafe { f(host, abi::ADIT_OK, text.as_ptr().cast(), text.len()) };
        }
    }

    /// Runs `body(i)` for every `i < count`, perhaps on several threads, and returns when all have ended.
    ///
    /// Results must not depend on which thread runs which `i`: give each `i` its own output.
    ///
    /// # Panics
    /// When a body panicked, with the words of the first one; it is caught at the boundary of the library.
    pub fn parallel_for(&self, count: usize, body: impl Fn(usize) + Sync) {
        let lent = self.raw.and_then(|c| c.parallel_for.map(|f| (f, c.host)));
        let Some((f, host)) = lent.filter(|_| count > 1) else {
            (0..count).for_each(body);
            return;
        };
        let job = Job { body: &body, panic: Mutex::new(None) };
        // SAFETY: `job` outlives the call, which returns only when every body has ended.
        let code = unsafe { f(host, count, Some(Job::run), (&raw const job).cast_mut().cast()) };
        if let Some(panic) = job.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            panic!("a parallel part failed: {}", panic_text(panic.as_ref()));
        }
        assert!(code == abi::ADIT_OK, "the host could not run the parallel parts (code {code})");
    }
}

struct Job<'a> {
    body: &'a (dyn Fn(usize) + Sync),
    /// Of the first body that panicked.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Job<'_> {
    unsafe extern "C" fn run(user: *mut c_void, index: usize) {
        // SAFETY: `user` is the `Job` that `parallel_for` passed, shared between threads; its body is Sync.
        let job = unsafe { &*user.cast_const().cast::<Job<'_>>() };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (job.body)(index))) {
            job.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
        }
    }
}

/// What a panic said, if it said anything.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
