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

// ---------------------------------------------------------------- transforms

/// Static tables of a transform.
pub(crate) struct Tables<T>(PhantomData<T>);

impl<T: Transform> Tables<T> {
    pub(crate) const TRANSFORM: *const AditTransform = &AditTransform {
        struct_size: size_of::<AditTransform>() as u32,
        reserved: 0,
        fit: Some(transform_fit::<T>),
        output: Some(transform_output::<T>),
        apply: Some(transform_apply::<T>),
    };
    const LOWER: *const AditLower = &AditLower {
        struct_size: size_of::<AditLower>() as u32,
        reserved: 0,
        lower: Some(transform_lower::<T>),
    };
}

pub(crate) unsafe extern "C" fn transform_create<T: Transform>(
    call: *const AditCall,
    values: *const *const AditValue,
    count: usize,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { create(call, values, count, out, T::PARAMS, T::INFO.state_version, T::create) }
}

pub(crate) unsafe extern "C" fn transform_flags<T: Transform>(this: *const c_void) -> u32 {
    // SAFETY: made by `create` and alive.
    let this = unsafe { this.cast::<Instance<T>>().as_ref() };
    this.map_or(0, |t| catch_unwind(AssertUnwindSafe(|| t.inner.flags().0)).unwrap_or(0))
}

pub(crate) unsafe extern "C" fn transform_save<T: Transform>(
    this: *const c_void,
    call: *const AditCall,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { shared::<T>(this, call, true, |t, _| write_state(call, |w| t.save(w))) }
}

pub(crate) unsafe extern "C" fn transform_load<T: Transform>(
    this: *mut c_void,
    call: *const AditCall,
    bytes: *const u8,
    len: usize,
    version: u32,
) -> i32 {
    // SAFETY: the contract's promises are passed on; `bytes` holds `len`.
    unsafe { load::<T>(this, call, bytes, len, version, |t, from| t.load(from, version)) }
}

pub(crate) unsafe extern "C" fn transform_extension<T: Transform>(
    id: *const c_char,
) -> *const c_void {
    if is(id, ADIT_EXT_LOWER) { Tables::<T>::LOWER.cast() } else { ptr::null() }
}

unsafe extern "C" fn transform_fit<T: Transform>(
    this: *mut c_void,
    call: *const AditCall,
    axis: *const AditAxis,
    x: *const AditMatrix,
    y: *const AditMatrix,
    weights: *const f64,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe {
        exclusive::<T>(this, call, false, |t, c| {
            let axis = Axis::from_raw(axis)?;
            t.fit(&training(&axis, x, y, weights)?, c)
        })
    }
}

unsafe extern "C" fn transform_output<T: Transform>(
    this: *const c_void,
    call: *const AditCall,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { shared::<T>(this, call, true, |t, _| give_axis(call, &t.output()?)) }
}

fn give_axis(call: *const AditCall, axis: &Axis) -> Result<(), Error> {
    // SAFETY: `call` is valid for the length of the call.
    let (set, host) = unsafe { call.as_ref() }
        .and_then(|c| c.set_axis.map(|f| (f, c.host)))
        .ok_or_else(|| Error::arg("the host takes no axis"))?;
    let (mut names, mut units, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let (unit, values) = match axis {
        Axis::Positions { unit, values } => (*unit, values.as_ptr()),
        Axis::Named(channels) => {
            for c in channels {
                let name = std::ffi::CString::new(c.name.as_str())
                    .map_err(|_| Error::arg("a column name holds a NUL"))?;
                names.push(name.as_ptr());
                kept.push(name);
                units.push(c.unit);
            }
            (abi::unit::ADIT_UNIT_NONE, ptr::null())
        }
    };
    let raw = AditAxis {
        struct_size: size_of::<AditAxis>() as u32,
        unit,
        count: axis.len(),
        values,
        names: if names.is_empty() { ptr::null() } else { names.as_ptr() },
        units: if units.is_empty() { ptr::null() } else { units.as_ptr() },
    };
    // SAFETY: the axis is borrowed until the call returns.
    match unsafe { set(host, &raw) } {
        abi::ADIT_OK => Ok(()),
        code => Err(Error::new(ErrorCode::Internal, format!("the host refused the axis ({code})"))),
    }
}

unsafe extern "C" fn transform_apply<T: Transform>(
    this: *const c_void,
    call: *const AditCall,
    x: *const AditMatrix,
    out: *const AditMatrixMut,
    status: *mut u8,
) -> i32 {
    // SAFETY: the contract's promises are passed on; `status` holds one byte a row.
    unsafe {
        shared::<T>(this, call, true, |t, c| {
            let x = input(x)?;
            let out = MatrixMut::from_raw(out)?;
            t.apply(x, out, matrix::slice_mut(status, x.rows()), c)
        })
    }
}

unsafe extern "C" fn transform_lower<T: Transform>(
    this: *const c_void,
    call: *const AditCall,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { shared::<T>(this, call, true, |t, _| push_ops(call, &t.lower()?)) }
}

// ---------------------------------------------------------------- regressors

/// Static tables of a regressor.
pub(crate) struct RegressorTables<R>(PhantomData<R>);

impl<R: Regressor> RegressorTables<R> {
    pub(crate) const REGRESSOR: *const AditRegressor = &AditRegressor {
        struct_size: size_of::<AditRegressor>() as u32,
        reserved: 0,
        fit: Some(regressor_fit::<R>),
        predict: Some(regressor_predict::<R>),
        select: Some(regressor_select::<R>),
    };
    const LOWER: *const AditLower = &AditLower {
        struct_size: size_of::<AditLower>() as u32,
        reserved: 0,
        lower: Some(regressor_lower::<R>),
    };
    const DIAGNOSE: *const AditDiagnose = &AditDiagnose {
        struct_size: size_of::<AditDiagnose>() as u32,
        reserved: 0,
        score_count: Some(regressor_score_count::<R>),
        scores: Some(regressor_scores::<R>),
        reconstruct: Some(regressor_reconstruct::<R>),
    };
    const CROSS_VALIDATE: *const AditCrossValidate = &AditCrossValidate {
        struct_size: size_of::<AditCrossValidate>() as u32,
        reserved: 0,
        run: Some(regressor_cross_validate::<R>),
        coefficients: Some(regressor_fold_coefficients::<R>),
    };
}

pub(crate) unsafe extern "C" fn regressor_create<R: Regressor>(
    call: *const AditCall,
    values: *const *const AditValue,
    count: usize,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { create(call, values, count, out, R::PARAMS, R::INFO.state_version, R::create) }
}

pub(crate) unsafe extern "C" fn regressor_flags<R: Regressor>(this: *const c_void) -> u32 {
    // SAFETY: made by `create` and alive.
    let this = unsafe { this.cast::<Instance<R>>().as_ref() };
    this.map_or(0, |t| catch_unwind(AssertUnwindSafe(|| t.inner.flags().0)).unwrap_or(0))
}

pub(crate) unsafe extern "C" fn regressor_save<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { shared::<R>(this, call, true, |t, _| write_state(call, |w| t.save(w))) }
}

pub(crate) unsafe extern "C" fn regressor_load<R: Regressor>(
    this: *mut c_void,
    call: *const AditCall,
    bytes: *const u8,
    len: usize,
    version: u32,
) -> i32 {
    // SAFETY: the contract's promises are passed on; `bytes` holds `len`.
    unsafe { load::<R>(this, call, bytes, len, version, |r, from| r.load(from, version)) }
}

pub(crate) unsafe extern "C" fn regressor_extension<R: Regressor>(
    id: *const c_char,
) -> *const c_void {
    if is(id, ADIT_EXT_LOWER) {
        RegressorTables::<R>::LOWER.cast()
    } else if R::DIAGNOSES && is(id, ADIT_EXT_DIAGNOSE) {
        RegressorTables::<R>::DIAGNOSE.cast()
    } else if R::CROSS_VALIDATES && is(id, ADIT_EXT_CROSS_VALIDATE) {
        RegressorTables::<R>::CROSS_VALIDATE.cast()
    } else {
        ptr::null()
    }
}

unsafe extern "C" fn regressor_fit<R: Regressor>(
    this: *mut c_void,
    call: *const AditCall,
    axis: *const AditAxis,
    x: *const AditMatrix,
    y: *const AditMatrix,
    weights: *const f64,
    max_components: u32,
    reached: *mut u32,
) -> i32 {
    // SAFETY: the contract's promises are passed on; `reached` is writable.
    unsafe {
        exclusive::<R>(this, call, false, |r, c| {
            let axis = Axis::from_raw(axis)?;
            let data = training(&axis, x, y, weights)?;
            if data.y.is_none() {
                return Err(Error::arg("y is missing"));
            }
            let n = r.fit(&data, max_components as usize, c)?;
            if !reached.is_null() {
                *reached = u32::try_from(n).unwrap_or(u32::MAX);
            }
            Ok(())
        })
    }
}

unsafe extern "C" fn regressor_predict<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
    x: *const AditMatrix,
    from: u32,
    to: u32,
    out: *const AditMatrixMut,
    status: *mut u8,
) -> i32 {
    // SAFETY: the contract's promises are passed on; `status` holds one byte a row.
    unsafe {
        shared::<R>(this, call, true, |r, c| {
            let x = input(x)?;
            let out = MatrixMut::from_raw(out)?;
            if from > to || out.rows() != x.rows() {
                return Err(Error::shape("the output does not fit the rows and counts asked for"));
            }
            r.predict(x, from as usize, to as usize, out, matrix::slice_mut(status, x.rows()), c)
        })
    }
}

unsafe extern "C" fn regressor_select<R: Regressor>(
    this: *mut c_void,
    call: *const AditCall,
    components: u32,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { exclusive::<R>(this, call, true, |r, _| r.select(components as usize)) }
}

unsafe extern "C" fn regressor_lower<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe { shared::<R>(this, call, true, |r, _| push_ops(call, &r.lower()?)) }
}

unsafe extern "C" fn regressor_score_count<R: Regressor>(this: *const c_void) -> u32 {
    // SAFETY: made by `create` and alive.
    let this = unsafe { this.cast::<Instance<R>>().as_ref() };
    let this = this.filter(|t| usable(t, true).is_ok());
    this.map_or(0, |t| catch_unwind(AssertUnwindSafe(|| t.inner.score_count())).unwrap_or(0) as u32)
}

unsafe extern "C" fn regressor_scores<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
    x: *const AditMatrix,
    out: *const AditMatrixMut,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe {
        shared::<R>(this, call, true, |r, c| r.scores(input(x)?, MatrixMut::from_raw(out)?, c))
    }
}

unsafe extern "C" fn regressor_reconstruct<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
    t: *const AditMatrix,
    out: *const AditMatrixMut,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe {
        shared::<R>(this, call, true, |r, c| r.reconstruct(input(t)?, MatrixMut::from_raw(out)?, c))
    }
}

/// # Safety
/// The lists of `raw` are valid by the contract.
unsafe fn banded(raw: &AditOp, columns: usize) -> Result<Op, Error> {
    // SAFETY: promised by the caller.
    let (ints, nums) =
        unsafe { (matrix::slice(raw.ints, raw.int_count), matrix::slice(raw.nums, raw.num_count)) };
    if raw.code != adit_abi::op::ADIT_OP_AFFINE_BANDED {
        return Err(Error::unsupported("a filter that is not a banded affine"));
    }
    Op::decode_banded(ints, nums)
        .filter(|(n_in, _)| *n_in == columns)
        .map(|(_, op)| op)
        .ok_or_else(|| Error::arg("the filter of a variant is not a valid banded affine"))
}

/// What a job asks for. Several calls may look at one job at once, so its outputs are taken apart from it, by [`outputs`].
///
/// # Safety
/// `raw` as the contract says, alive for `'a`.
unsafe fn job<'a>(raw: *const AditCrossValidation) -> Result<CrossValidation<'a>, Error> {
    // SAFETY: promised by the caller.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::arg("the job is missing"))?;
    // SAFETY: the views, lists and outputs of the job are valid by the contract.
    unsafe {
        let x = input(&raw.x)?;
        let y = input(&raw.y)?;
        if x.rows() != y.rows() {
            return Err(Error::shape("x and y have different numbers of rows"));
        }
        let mut folds = Vec::new();
        for f in matrix::slice(raw.folds, raw.fold_count) {
            let f = f.as_ref().ok_or_else(|| Error::arg("a fold is missing"))?;
            let fold = Fold {
                test: matrix::slice(f.test, f.test_count),
                gap: matrix::slice(f.gap, f.gap_count),
            };
            if fold.test.iter().chain(fold.gap).any(|i| *i >= x.rows()) {
                return Err(Error::shape("a fold names a row that is not there"));
            }
            folds.push(fold);
        }
        let mut variants = Vec::new();
        for v in matrix::slice(raw.variants, raw.variant_count) {
            let v = v.as_ref().ok_or_else(|| Error::arg("a variant is missing"))?;
            let filter = match v.filter.as_ref() {
                Some(op) => Some(banded(op, x.cols())?),
                None => None,
            };
            variants.push(Variant { centre: v.centre != 0, scale: v.scale != 0, filter });
        }
        let targets =
            if raw.targets == ADIT_TARGETS_JOINT { Targets::Joint } else { Targets::Separate };
        Ok(CrossValidation {
            x,
            y,
            weights: (!raw.weights.is_null()).then(|| matrix::slice(raw.weights, x.rows())),
            targets,
            max_components: raw.max_components as usize,
            predictions: &mut [],
            reached: &mut [],
            folds,
            variants,
        })
    }
}

/// The room for the predictions of a job and for the counts reached.
///
/// # Safety
/// `raw` as the contract says, alive for `'a`, and its outputs lent to this call alone; `job` was made of it.
unsafe fn outputs<'a>(
    raw: *const AditCrossValidation,
    job: &CrossValidation<'_>,
) -> Result<(&'a mut [f64], &'a mut [u32]), Error> {
    // SAFETY: promised by the caller.
    let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::arg("the job is missing"))?;
    let size = |sizes: [usize; 4]| {
        let n = sizes.into_iter().try_fold(1, usize::checked_mul);
        n.filter(|n| *n <= isize::MAX as usize / size_of::<f64>())
            .ok_or_else(|| Error::shape("the job is larger than memory"))
    };
    let tests = job.folds.iter().map(|f| f.test.len()).sum();
    let per_fold = if job.targets == Targets::Joint { 1 } else { job.y.cols() };
    let values = size([job.variants.len(), tests, job.max_components + 1, job.y.cols()])?;
    let counts = size([job.variants.len(), job.folds.len(), per_fold, 1])?;
    if (raw.predictions.is_null() && values > 0) || (raw.reached.is_null() && counts > 0) {
        return Err(Error::arg("the job has no room for its results"));
    }
    // SAFETY: the contract makes so many elements writable.
    Ok(unsafe {
        (matrix::slice_mut(raw.predictions, values), matrix::slice_mut(raw.reached, counts))
    })
}

unsafe extern "C" fn regressor_cross_validate<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
    raw: *const AditCrossValidation,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe {
        shared::<R>(this, call, false, |r, c| {
            let mut job = job(raw)?;
            (job.predictions, job.reached) = outputs(raw, &job)?;
            r.cross_validate(&mut job, c)
        })
    }
}

unsafe extern "C" fn regressor_fold_coefficients<R: Regressor>(
    this: *const c_void,
    call: *const AditCall,
    raw: *const AditCrossValidation,
    variant: usize,
    fold: usize,
    components: u32,
    out: *const AditMatrixMut,
) -> i32 {
    // SAFETY: the contract's promises are passed on.
    unsafe {
        shared::<R>(this, call, false, |r, c| {
            let out = MatrixMut::from_raw(out)?;
            r.fold_coefficients(&job(raw)?, variant, fold, components as usize, out, c)
        })
    }
}
