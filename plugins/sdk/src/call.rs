//! The host's side of one call, made safe.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use adit_abi::{self as abi, AditCall};

/// What the host lends for the length of one call: threads and the wish to stop. Missing functions have a plain substitute.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    raw: Option<&'a AditCall>,
}

// SAFETY: the contract marks `cancelled` and the entry to `parallel_for` as callable from the bodies that `parallel_for` runs.
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

    /// Runs `body(i)` for every `i < count`, perhaps on several threads, and returns when all have ended.
    ///
    /// Results must not depend on which thread runs which `i`: give each `i` its own output.
    ///
    /// # Panics
    /// When a body panicked; the panic is caught at the boundary of the library.
    pub fn parallel_for(&self, count: usize, body: impl Fn(usize) + Sync) {
        let Some((f, host)) = self.raw.and_then(|c| c.parallel_for.map(|f| (f, c.host))) else {
            (0..count).for_each(body);
            return;
        };
        let job = Job { body: &body, panicked: AtomicBool::new(false) };
        // SAFETY: `job` outlives the call, which returns only when every body has ended.
        let code = unsafe { f(host, count, Some(Job::run), (&raw const job).cast_mut().cast()) };
        let failed = job.panicked.load(Ordering::Acquire);
        assert!(code == abi::ADIT_OK && !failed, "a parallel part failed");
    }
}

struct Job<'a> {
    body: &'a (dyn Fn(usize) + Sync),
    panicked: AtomicBool,
}

impl Job<'_> {
    unsafe extern "C" fn run(user: *mut c_void, index: usize) {
        // SAFETY: `user` is the `Job` that `parallel_for` passed, shared between threads; its body is Sync.
        let job = unsafe { &*user.cast_const().cast::<Job<'_>>() };
        if catch_unwind(AssertUnwindSafe(|| (job.body)(index))).is_err() {
            job.panicked.store(true, Ordering::Release);
        }
    }
}
