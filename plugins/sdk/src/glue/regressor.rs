//! The C functions of a regressor.

use super::job::{job, outputs};
use super::*;

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
