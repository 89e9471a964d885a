//! The C functions behind the tables: check pointers and states, catch panics, pass on to the traits.

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use adit_abi::ext::{
    ADIT_EXT_CROSS_VALIDATE, ADIT_EXT_DIAGNOSE, ADIT_EXT_LOWER, ADIT_TARGETS_JOINT,
    AditCrossValidate, AditCrossValidation, AditDiagnose, AditLower,
};
use adit_abi::op::AditOp;
use adit_abi::{
    self as abi, AditAxis, AditCall, AditMatrix, AditMatrixMut, AditRegressor, AditTransform,
    AditValue,
};

use crate::call::panic_text;
use crate::{
    Axis, Call, CrossValidation, Error, ErrorCode, Fold, Matrix, MatrixMut, Op, Params, Regressor,
    StateReader, StateWriter, Targets, Training, Transform, Variant, matrix, params,
};

mod job;
mod regressor;
mod transform;

pub(crate) use regressor::*;
pub(crate) use transform::*;

/// What `create` hands to the host.
struct Instance<T> {
    inner: T,
    fitted: bool,
    /// Version of the bytes that `save` writes.
    state_version: u32,
    /// Set when a panic was caught: only destroy is allowed then.
    poisoned: AtomicBool,
}

/// Runs `f`, catches panics, reports errors.
fn guarded(
    call: Option<&AditCall>,
    poisoned: Option<&AtomicBool>,
    f: impl FnOnce() -> Result<(), Error>,
) -> i32 {
    let (code, text) = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(())) => return abi::ADIT_OK,
        Ok(Err(e)) => (e.code() as i32, e.to_string()),
        Err(panic) => {
            if let Some(flag) = poisoned {
                flag.store(true, Ordering::Release);
            }
            (abi::ADIT_ERR_PANIC, format!("panicked: {}", panic_text(panic.as_ref())))
        }
    };
    if let Some((report, host)) = call.and_then(|c| c.report.map(|f| (f, c.host))) {
        // SAFETY: host gave function and context together; the text lives until the call returns.
        unsafe { report(host, code, text.as_ptr().cast(), text.len()) };
    }
    code
}

/// A call on an instance that other threads may use too.
///
/// # Safety
/// `this` must come from `create::<T>` and be alive; `call` null or valid.
unsafe fn shared<T>(
    this: *const c_void,
    call: *const AditCall,
    must_be_fitted: bool,
    f: impl FnOnce(&T, &Call<'_>) -> Result<(), Error>,
) -> i32 {
    // SAFETY: promised by the caller.
    let (this, call) = unsafe { (this.cast::<Instance<T>>().as_ref(), call.as_ref()) };
    guarded(call, this.map(|t| &t.poisoned), || {
        let this = this.ok_or_else(|| Error::arg("the instance is missing"))?;
        usable(this, must_be_fitted)?;
        f(&this.inner, &Call::new(call))
    })
}

/// A call that changes an instance, which is fitted when it went well.
///
/// # Safety
/// As `shared`, and no other call on the instance runs meanwhile.
unsafe fn exclusive<T>(
    this: *mut c_void,
    call: *const AditCall,
    must_be_fitted: bool,
    f: impl FnOnce(&mut T, &Call<'_>) -> Result<(), Error>,
) -> i32 {
    // SAFETY: promised by the caller.
    let (this, call) = unsafe { (this.cast::<Instance<T>>().as_mut(), call.as_ref()) };
    let Some(this) = this else {
        return guarded(call, None, || Err(Error::arg("the instance is missing")));
    };
    if let Err(e) = usable(this, must_be_fitted) {
        return guarded(call, None, || Err(e));
    }
    let Instance { inner, fitted, poisoned, .. } = this;
    let code = guarded(call, Some(poisoned), || f(inner, &Call::new(call)));
    *fitted |= code == abi::ADIT_OK;
    code
}

/// `load`: of an instance that is not fitted, so that bytes that are refused at their end leave no half of them in use.
///
/// # Safety
/// As `exclusive`; `bytes` is null or holds `len`.
unsafe fn load<T>(
    this: *mut c_void,
    call: *const AditCall,
    bytes: *const u8,
    len: usize,
    version: u32,
    take: impl FnOnce(&mut T, &mut StateReader<'_>) -> Result<(), Error>,
) -> i32 {
    // SAFETY: promised by the caller; this borrow ends before the next.
    let known = unsafe { this.cast::<Instance<T>>().as_ref() }.map(|t| (t.fitted, t.state_version));
    // SAFETY: promised by the caller.
    unsafe {
        exclusive::<T>(this, call, false, |t, _| {
            if known.is_some_and(|(fitted, _)| fitted) {
                return Err(Error::new(ErrorCode::State, "load is for an instance not yet fitted"));
            }
            if known.is_some_and(|(_, newest)| version > newest) {
                let text = format!("the state is of version {version}, newer than this plugin");
                return Err(Error::state_bytes(text));
            }
            let mut from = StateReader::new(matrix::slice(bytes, len));
            take(t, &mut from)?;
            from.finish()
        })
    }
}

fn usable<T>(this: &Instance<T>, must_be_fitted: bool) -> Result<(), Error> {
    if this.poisoned.load(Ordering::Acquire) {
        return Err(Error::new(ErrorCode::State, "a former call panicked; only destroy is left"));
    }
    if must_be_fitted && !this.fitted { Err(Error::not_fitted()) } else { Ok(()) }
}

/// # Safety
/// Pointers as the contract's `create` says.
unsafe fn create<T>(
    call: *const AditCall,
    values: *const *const AditValue,
    count: usize,
    out: *mut *mut c_void,
    declared: &'static [crate::Param],
    state_version: u32,
    make: impl FnOnce(&Params) -> Result<T, Error>,
) -> i32 {
    // SAFETY: promised by the caller.
    let call = unsafe { call.as_ref() };
    guarded(call, None, || {
        if out.is_null() {
            return Err(Error::arg("no place for the instance"));
        }
        // SAFETY: promised by the caller.
        let given = unsafe { params::from_raw(values, count) }?;
        let inner = make(&Params::new(declared, &given)?)?;
        let poisoned = AtomicBool::new(false);
        let instance = Instance { inner, fitted: false, state_version, poisoned };
        // SAFETY: `out` is writable by the contract.
        unsafe { *out = Box::into_raw(Box::new(instance)).cast() };
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn destroy<T>(this: *mut c_void) {
    if this.is_null() {
        return;
    }
    // SAFETY: made by `create` with Box::into_raw, and destroyed once.
    let instance = unsafe { Box::from_raw(this.cast::<Instance<T>>()) };
    let _ = catch_unwind(AssertUnwindSafe(|| drop(instance)));
}

fn write_state(
    call: *const AditCall,
    save: impl FnOnce(&mut StateWriter) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut to = StateWriter::default();
    save(&mut to)?;
    let bytes = to.into_bytes();
    // SAFETY: `call` is valid for the length of the call.
    let (write, host) = unsafe { call.as_ref() }
        .and_then(|c| c.write.map(|f| (f, c.host)))
        .ok_or_else(|| Error::arg("the host gave no way to write"))?;
    // SAFETY: host gave function and context together.
    match unsafe { write(host, bytes.as_ptr(), bytes.len()) } {
        abi::ADIT_OK => Ok(()),
        code => {
            Err(Error::new(ErrorCode::Internal, format!("the host refused the state ({code})")))
        }
    }
}

fn push_ops(call: *const AditCall, ops: &[Op]) -> Result<(), Error> {
    // SAFETY: `call` is valid for the length of the call.
    let (push, host) = unsafe { call.as_ref() }
        .and_then(|c| c.push_op.map(|f| (f, c.host)))
        .ok_or_else(|| Error::arg("the host takes no ops"))?;
    for op in ops {
        let (code, ints, nums) = op.encode();
        let raw = AditOp {
            struct_size: size_of::<AditOp>() as u32,
            code,
            ints: ints.as_ptr(),
            int_count: ints.len(),
            nums: nums.as_ptr(),
            num_count: nums.len(),
        };
        // SAFETY: the op is borrowed until the call returns.
        if unsafe { push(host, &raw) } != abi::ADIT_OK {
            return Err(Error::new(ErrorCode::Internal, "the host refused a lowered op"));
        }
    }
    Ok(())
}

/// # Safety
/// Pointers as the contract's `fit` says; they outlive `'a`.
unsafe fn training<'a>(
    axis: &'a Axis,
    x: *const AditMatrix,
    y: *const AditMatrix,
    weights: *const f64,
) -> Result<Training<'a>, Error> {
    // SAFETY: promised by the caller.
    let (x, y) = unsafe { (Matrix::from_raw(x)?, Matrix::from_raw(y)?) };
    let x = x.ok_or_else(|| Error::arg("x is missing"))?;
    if x.cols() != axis.len() {
        return Err(Error::shape(format!("{} columns, {} on the axis", x.cols(), axis.len())));
    }
    if y.is_some_and(|y| y.rows() != x.rows()) {
        return Err(Error::shape("x and y have different numbers of rows"));
    }
    // SAFETY: one weight a row by the contract.
    let weights = (!weights.is_null()).then(|| unsafe { matrix::slice(weights, x.rows()) });
    Ok(Training { axis, x, y, weights })
}

/// # Safety
/// `x` as the contract says.
unsafe fn input<'a>(x: *const AditMatrix) -> Result<Matrix<'a>, Error> {
    // SAFETY: promised by the caller.
    unsafe { Matrix::from_raw(x) }?.ok_or_else(|| Error::arg("the input matrix is missing"))
}

fn is(id: *const c_char, name: &[u8]) -> bool {
    // SAFETY: an extension id is null or NUL-terminated by the contract.
    !id.is_null() && unsafe { CStr::from_ptr(id) }.to_bytes_with_nul() == name
}
