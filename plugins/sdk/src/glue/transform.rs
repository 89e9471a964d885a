//! The C functions of a transform.

use super::*;

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
