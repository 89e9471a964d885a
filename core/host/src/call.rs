//! The host's side of one call: what the plugin may say, give and ask for until it returns.

use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use adit_abi::op::AditOp;
use adit_abi::{self as abi, AditAxis, AditCall};
use adit_engine::{Axis, Op};
use rayon::prelude::*;

use crate::views;

/// Most bytes of one state.
const MAX_STATE: usize = 1 << 30;
/// Most numbers and integers of all ops of one `lower`.
const MAX_OP_NUMBERS: usize = 1 << 28;
/// Most bytes of one reported text, and most texts of one call.
const MAX_REPORT: usize = 1 << 12;
const MAX_REPORTS: usize = 16;

/// Which of the host's functions take something during this call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Nothing,
    Bytes,
    Axis,
    Ops,
}

/// What a plugin gave and said during a call.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Texts of `report` that say what went wrong, in order.
    pub(crate) texts: Vec<String>,
    /// Texts of `report` with `ADIT_OK`: remarks for the user, in order, each once.
    pub(crate) remarks: Vec<String>,
    /// Bytes of `write`.
    pub(crate) bytes: Vec<u8>,
    /// Axis of `set_axis`.
    pub(crate) axis: Option<Axis>,
    /// Ops of `push_op`.
    pub(crate) ops: Vec<Op>,
    /// Why the host refused something that the plugin gave.
    pub(crate) refused: Option<String>,
    op_numbers: usize,
}

struct Context<'a> {
    expects: Expects,
    stop: &'a AtomicBool,
    received: Mutex<Received>,
}

impl Context<'_> {
    fn received(&self) -> MutexGuard<'_, Received> {
        // A panic while the lock was held leaves nothing half-made that is used later.
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes something, or says why not.
    fn take(&self, as_what: Expects, f: impl FnOnce(&mut Received) -> Result<(), String>) -> i32 {
        let mut received = self.received();
        let taken = if self.expects == as_what {
            f(&mut received)
        } else {
            Err(format!("it gave {as_what:?} in a call that takes {:?}", self.expects))
        };
        match taken {
            Ok(()) => abi::ADIT_OK,
            Err(why) => {
                received.refused.get_or_insert(why);
                abi::ADIT_ERR_ARG
            }
        }
    }
}

/// Lends a plugin the host for the length of `f`; returns its status code and what it gave.
pub(crate) fn lend(
    expects: Expects,
    stop: &AtomicBool,
    f: impl FnOnce(*const AditCall) -> i32,
) -> (i32, Received) {
    let context = Context { expects, stop, received: Mutex::default() };
    let call = AditCall {
        struct_size: size_of::<AditCall>() as u32,
        reserved: 0,
        host: (&raw const context).cast_mut().cast(),
        report: Some(report),
        write: Some(write),
        set_axis: Some(set_axis),
        push_op: Some(push_op),
        parallel_for: Some(parallel_for),
        cancelled: Some(cancelled),
    };
    let code = f(&call);
    (code, context.received.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Runs `f` on the context behind `host`; a panic of the host itself does not cross into the plugin.
///
/// # Safety
/// `host` must be the `host` of an `AditCall` whose call has not returned.
unsafe fn with<R>(host: *mut c_void, failed: R, f: impl FnOnce(&Context<'_>) -> R) -> R {
    // SAFETY: made by `lend` from a `Context` that outlives the call; only ever shared.
    let Some(context) = (unsafe { host.cast_const().cast::<Context<'_>>().as_ref() }) else {
        return failed;
    };
    catch_unwind(AssertUnwindSafe(|| f(context))).unwrap_or(failed)
}

unsafe extern "C" fn report(host: *mut c_void, code: i32, text: *const c_char, len: usize) {
    let bytes = if text.is_null() {
        &[]
    } else {
        // SAFETY: the plugin lends `len` bytes for the length of this call.
        unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len.min(MAX_REPORT)) }
    };
    // SAFETY: `host` comes from `lend`.
    unsafe {
        with(host, (), |c| {
            let mut received = c.received();
            let remark = code == abi::ADIT_OK;
            let to = if remark { &mut received.remarks } else { &mut received.texts };
            let text = String::from_utf8_lossy(bytes).trim().to_owned();
            if to.len() < MAX_REPORTS && !(remark && (text.is_empty() || to.contains(&text))) {
                to.push(text);
            }
        });
    }
}

unsafe extern "C" fn write(host: *mut c_void, bytes: *const u8, len: usize) -> i32 {
    // SAFETY: `host` comes from `lend`.
    unsafe {
        with(host, abi::ADIT_ERR_INTERNAL, |c| {
            c.take(Expects::Bytes, |received| {
                if len == 0 {
                    return Ok(());
                }
                if bytes.is_null() || received.bytes.len().saturating_add(len) > MAX_STATE {
                    return Err(format!("a state of more than {MAX_STATE} bytes, or from null"));
                }
                // SAFETY: the plugin lends `len` bytes for the length of this call.
                received.bytes.extend_from_slice(std::slice::from_raw_parts(bytes, len));
                Ok(())
            })
        })
    }
}

unsafe extern "C" fn set_axis(host: *mut c_void, axis: *const AditAxis) -> i32 {
    // SAFETY: `host` comes from `lend`; the plugin lends the axis for the length of this call.
    unsafe {
        with(host, abi::ADIT_ERR_INTERNAL, |c| {
            c.take(Expects::Axis, |received| {
                received.axis = Some(views::axis_from(axis)?);
                Ok(())
            })
        })
    }
}

unsafe extern "C" fn push_op(host: *mut c_void, op: *const AditOp) -> i32 {
    // SAFETY: `host` comes from `lend`; the plugin lends the op and its lists for the length of this call.
    unsafe {
        with(host, abi::ADIT_ERR_INTERNAL, |c| {
            c.take(Expects::Ops, |received| {
                let op = crate::raw::sized(op, "a lowered op")?;
                received.op_numbers = received
                    .op_numbers
                    .saturating_add(op.int_count)
                    .saturating_add(op.num_count)
                    .saturating_add(1);
                if received.op_numbers > MAX_OP_NUMBERS {
                    return Err("the lowered ops are larger than any model".to_owned());
                }
                let (ints, nums) = (list(op.ints, op.int_count)?, list(op.nums, op.num_count)?);
                let op = Op::decode(op.code, ints, nums).map_err(|e| e.to_string())?;
                received.ops.push(op);
                Ok(())
            })
        })
    }
}

/// # Safety
/// `data` must be null or hold `len` elements for `'a`.
unsafe fn list<'a, T>(data: *const T, len: usize) -> Result<&'a [T], String> {
    match (data.is_null() || !data.is_aligned(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err("a list of a lowered op is missing".to_owned()),
        // SAFETY: not null, aligned, `len` elements by the caller's promise.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// The plugin's own data for its parallel parts, which the contract lets several threads use.
struct User(*mut c_void);
// SAFETY: the contract makes the plugin responsible for sharing `user` between the parts that it asks for.
unsafe impl Sync for User {}

impl User {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

unsafe extern "C" fn parallel_for(
    host: *mut c_void,
    count: usize,
    body: Option<unsafe extern "C" fn(user: *mut c_void, index: usize)>,
    user: *mut c_void,
) -> i32 {
    let Some(body) = body else { return abi::ADIT_ERR_ARG };
    let user = User(user);
    // SAFETY: `host` comes from `lend`.
    unsafe {
        with(host, abi::ADIT_ERR_INTERNAL, |_| {
            if count == 1 {
                body(user.get(), 0);
            } else {
                // SAFETY: body and user belong together by the contract, and are lent until this function returns.
                (0..count).into_par_iter().for_each(|i| body(user.get(), i));
            }
            abi::ADIT_OK
        })
    }
}

unsafe extern "C" fn cancelled(host: *mut c_void) -> i32 {
    // SAFETY: `host` comes from `lend`.
    unsafe { with(host, 0, |c| i32::from(c.stop.load(Ordering::Relaxed))) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn what_is_not_asked_for_is_refused() {
        let stop = AtomicBool::new(false);
        let (code, received) = lend(Expects::Axis, &stop, |call| {
            // SAFETY: `call` is alive within this closure.
            unsafe { (*call).write.unwrap()((*call).host, b"ab".as_ptr(), 2) }
        });
        assert_eq!(code, abi::ADIT_ERR_ARG);
        assert!(received.refused.unwrap().contains("Bytes"));
        assert!(received.bytes.is_empty());
    }

    #[test]
    fn a_remark_is_not_a_complaint_and_is_kept_once() {
        let stop = AtomicBool::new(false);
        let (_, received) = lend(Expects::Nothing, &stop, |call| {
            let say = |code: i32, text: &str| {
                // SAFETY: call and text are alive within this closure.
                unsafe {
                    (*call).report.unwrap()((*call).host, code, text.as_ptr().cast(), text.len());
                }
            };
            say(abi::ADIT_OK, "Gram matrix");
            say(abi::ADIT_ERR_ARG, "no rows");
            say(abi::ADIT_OK, " Gram matrix\n");
            say(abi::ADIT_OK, "");
            (0..100).for_each(|k| say(abi::ADIT_OK, &k.to_string()));
            abi::ADIT_OK
        });
        assert_eq!(received.texts, ["no rows"]);
        assert_eq!(received.remarks[..2], ["Gram matrix", "0"]);
        assert_eq!(received.remarks.len(), MAX_REPORTS);
    }

    #[test]
    fn malformed_ops_are_refused_and_good_ones_decoded() {
        let stop = AtomicBool::new(false);
        let push = |code: u32, ints: &[i64], nums: *const f64, num_count: usize| {
            let op = AditOp {
                struct_size: size_of::<AditOp>() as u32,
                code,
                ints: ints.as_ptr(),
                int_count: ints.len(),
                nums,
                num_count,
            };
            lend(Expects::Ops, &stop, |call| {
                // SAFETY: call and op are alive within this closure.
                unsafe { (*call).push_op.unwrap()((*call).host, &op) }
            })
        };
        let none = std::ptr::null();
        assert_eq!(push(abi::op::ADIT_OP_ROW_CENTRE, &[], none, 0).1.ops, [Op::RowCentre]);
        assert_eq!(push(77, &[], none, 0).0, abi::ADIT_ERR_ARG);
        assert_eq!(push(abi::op::ADIT_OP_GATHER, &[1, 4], none, 0).0, abi::ADIT_ERR_ARG);
        assert!(push(abi::op::ADIT_OP_ROW_SCALE, &[0, 1], none, 1).1.refused.is_some());
        assert!(push(abi::op::ADIT_OP_ROW_SCALE, &[0, 1], none, 1 << 40).1.refused.is_some());
    }

    #[test]
    fn every_index_of_a_parallel_for_runs_once() {
        unsafe extern "C" fn add(user: *mut c_void, index: usize) {
            // SAFETY: `user` is the counter below, which outlives the call.
            let sum = unsafe { &*user.cast_const().cast::<AtomicUsize>() };
            sum.fetch_add(index + 1, Ordering::Relaxed);
        }
        let stop = AtomicBool::new(true);
        for count in [0, 1, 1000] {
            let sum = AtomicUsize::new(0);
            let (code, _) = lend(Expects::Nothing, &stop, |call| {
                // SAFETY: call and counter are alive within this closure.
                unsafe {
                    assert_eq!((*call).cancelled.unwrap()((*call).host), 1);
                    let user = (&raw const sum).cast_mut().cast();
                    (*call).parallel_for.unwrap()((*call).host, count, Some(add), user)
                }
            });
            assert_eq!((code, sum.into_inner()), (0, count * (count + 1) / 2));
        }
    }
}
