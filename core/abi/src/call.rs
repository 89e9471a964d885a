//! Status codes and the host context that comes with every call.

use core::ffi::{c_char, c_void};

use crate::{AditAxis, op::AditOp};

/// Success.
pub const ADIT_OK: i32 = 0;
/// A parameter or argument is not acceptable.
pub const ADIT_ERR_ARG: i32 = 1;
/// Shapes do not fit each other or the fitted state.
pub const ADIT_ERR_SHAPE: i32 = 2;
/// The call is not allowed in this state.
pub const ADIT_ERR_STATE: i32 = 3;
/// The bytes given to `load` are not a state of this plugin.
pub const ADIT_ERR_STATE_BYTES: i32 = 4;
/// A numerical impossibility: rank, constant data, no convergence.
pub const ADIT_ERR_NUMERIC: i32 = 5;
/// The plugin cannot do this, and says why.
pub const ADIT_ERR_UNSUPPORTED: i32 = 6;
/// The host asked to stop.
pub const ADIT_ERR_CANCELLED: i32 = 7;
/// A panic was caught in the plugin; the instance may only be destroyed.
pub const ADIT_ERR_PANIC: i32 = 8;
/// A fault of the plugin itself.
pub const ADIT_ERR_INTERNAL: i32 = 9;

/// The host's side of one call. Valid until the call returns; a plugin never keeps it.
///
/// The functions may be called from the thread of the call, and, where they say `[shared]`, from the body of `parallel_for`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AditCall {
    /// Size of this struct as the host knows it, in bytes.
    pub struct_size: u32,
    /// Zero; reserved.
    pub reserved: u32,
    /// The host's own context, handed back to each function.
    pub host: *mut c_void,
    /// Says what went wrong, in UTF-8 of `len` bytes, not NUL-terminated; `code` is the status that the call will return. With
    /// `ADIT_OK` the text is a remark for the user about a call that goes well, such as the route that `adit.cross-validate/1` took;
    /// the host shows what `run` of that extension remarks and may drop other remarks. `[shared]`
    pub report:
        Option<unsafe extern "C" fn(host: *mut c_void, code: i32, text: *const c_char, len: usize)>,
    /// Takes `len` bytes of state, in order; used in `save`.
    pub write: Option<unsafe extern "C" fn(host: *mut c_void, bytes: *const u8, len: usize) -> i32>,
    /// Takes the axis of the output; used in `output`. The host copies it.
    pub set_axis: Option<unsafe extern "C" fn(host: *mut c_void, axis: *const AditAxis) -> i32>,
    /// Takes one lowered op, in order; used in `lower`. The host copies it.
    pub push_op: Option<unsafe extern "C" fn(host: *mut c_void, op: *const AditOp) -> i32>,
    /// Runs `body(user, i)` for every `i < count`, perhaps on several threads, and returns when all have ended.
    /// Which thread runs which `i` is not defined, so results must not depend on it. `[shared]`
    pub parallel_for: Option<
        unsafe extern "C" fn(
            host: *mut c_void,
            count: usize,
            body: Option<unsafe extern "C" fn(user: *mut c_void, index: usize)>,
            user: *mut c_void,
        ) -> i32,
    >,
    /// Not zero when the plugin should return `ADIT_ERR_CANCELLED` soon. `[shared]`
    pub cancelled: Option<unsafe extern "C" fn(host: *mut c_void) -> i32>,
}
