//! The SDK's side of the contract, driven through its raw tables as a host would.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use adit_plugin::abi::{self, AditAxis, AditCall, AditMatrix, AditMatrixMut, AditPlugin};
use adit_plugin::*;

/// Divides each row by `by`; panics in `fit` when the first value is 666, fails when it is 13, remarks on 7.
struct Divide {
    by: f64,
    axis: Option<Axis>,
}

impl Transform for Divide {
    const INFO: Info = Info {
        id: "test.divide",
        name: "Divide",
        version: "1.0.0",
        summary: "divides each row",
        reference: "",
        state_version: 3,
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[Param {
        name: "by",
        unit: "",
        help: "what to divide by",
        kind: ParamKind::Float { default: Some(2.0), min: 0.5, max: 10.0 },
    }];
    fn create(p: &Params) -> Result<Self, Error> {
        Ok(Divide { by: p.float("by")?, axis: None })
    }
    fn fit(&mut self, data: &Training<'_>, call: &Call<'_>) -> Result<(), Error> {
        match data.x.iter_rows().next().and_then(|r| r.first()) {
            Some(666.0) => panic!("the beast"),
            Some(13.0) => return Err(Error::numeric("thirteen")),
            Some(7.0) => call.remark("lucky"),
            Some(667.0) => call.parallel_for(3, |i| assert!(i != 1, "part {i} is bad")),
            _ => {}
        }
        self.axis = Some(data.axis.clone());
        Ok(())
    }
    fn output(&self) -> Result<Axis, Error> {
        self.axis.clone().ok_or_else(Error::not_fitted)
    }
    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        each_row(x, out, status, call, |row, out| {
            out.iter_mut().zip(row).for_each(|(o, v)| *o = v / self.by);
            if row[0] < 0.0 { RowStatus::Divisor } else { RowStatus::Ok }
        })
    }
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(self.axis.as_ref().ok_or_else(Error::not_fitted)?);
        to.f64(self.by);
        Ok(())
    }
    fn load(&mut self, from: &mut StateReader<'_>, _: u32) -> Result<(), Error> {
        let (axis, by) = (from.axis()?, from.finite()?);
        (self.axis, self.by) = (Some(axis), by);
        Ok(())
    }
}

/// A host that keeps what it is told.
#[derive(Default)]
struct Host {
    said: String,
    written: Vec<u8>,
}

unsafe extern "C" fn report(host: *mut c_void, code: i32, text: *const c_char, len: usize) {
    // SAFETY: `host` is the `Host` of this call; the text has `len` bytes.
    let (host, text) =
        unsafe { (&mut *host.cast::<Host>(), std::slice::from_raw_parts(text.cast(), len)) };
    host.said = format!("{code}: {}", String::from_utf8_lossy(text));
}

unsafe extern "C" fn write(host: *mut c_void, bytes: *const u8, len: usize) -> i32 {
    // SAFETY: as above.
    let (host, bytes) =
        unsafe { (&mut *host.cast::<Host>(), std::slice::from_raw_parts(bytes, len)) };
    host.written.extend_from_slice(bytes);
    abi::ADIT_OK
}

fn call(host: &mut Host) -> AditCall {
    AditCall {
        struct_size: size_of::<AditCall>() as u32,
        reserved: 0,
        host: ptr::from_mut(host).cast(),
        report: Some(report),
        write: Some(write),
        set_axis: None,
        push_op: None,
        parallel_for: Some(threads),
        cancelled: None,
    }
}

fn plugin() -> &'static AditPlugin {
    Registration::transform::<Divide>().raw()
}

/// An instance, its host and what to call it with.
struct Driven {
    plugin: &'static AditPlugin,
    this: *mut c_void,
    host: Box<Host>,
}

impl Driven {
    fn new() -> Self {
        let plugin = plugin();
        let mut host = Box::new(Host::default());
        let mut this = ptr::null_mut();
        // SAFETY: pointers are valid for the call.
        let code = unsafe { plugin.create.unwrap()(&call(&mut host), ptr::null(), 0, &mut this) };
        assert_eq!(code, abi::ADIT_OK);
        Driven { plugin, this, host }
    }
    fn fit(&mut self, x: &[f64]) -> i32 {
        let values: Vec<f64> = (0..x.len()).map(|i| i as f64).collect();
        let axis = AditAxis {
            struct_size: size_of::<AditAxis>() as u32,
            unit: unit::ADIT_UNIT_NM,
            count: x.len(),
            values: values.as_ptr(),
            names: ptr::null(),
            units: ptr::null(),
        };
        let x = AditMatrix { data: x.as_ptr(), rows: 1, cols: x.len(), row_stride: x.len() };
        let c = call(&mut self.host);
        // SAFETY: pointers are valid for the call.
        unsafe {
            (*self.plugin.transform).fit.unwrap()(
                self.this,
                &c,
                &axis,
                &x,
                ptr::null(),
                ptr::null(),
            )
        }
    }
    fn apply(&mut self, x: &[f64], cols: usize, stride: usize) -> (i32, Vec<f64>, Vec<u8>) {
        let rows = x.len().div_ceil(stride);
        let (mut out, mut status) = (vec![0.0; rows * cols], vec![9; rows]);
        let raw = AditMatrix { data: x.as_ptr(), rows, cols, row_stride: stride };
        let to = AditMatrixMut { data: out.as_mut_ptr(), rows, cols, row_stride: cols };
        let c = call(&mut self.host);
        // SAFETY: pointers are valid for the call.
        let code = unsafe {
            (*self.plugin.transform).apply.unwrap()(self.this, &c, &raw, &to, status.as_mut_ptr())
        };
        (code, out, status)
    }
    fn save(&mut self) -> Vec<u8> {
        self.host.written.clear();
        let c = call(&mut self.host);
        // SAFETY: pointers are valid for the call.
        assert_eq!(unsafe { self.plugin.save.unwrap()(self.this, &c) }, abi::ADIT_OK);
        self.host.written.clone()
    }
    fn load(&mut self, bytes: &[u8]) -> i32 {
        self.load_version(bytes, 3)
    }
    fn load_version(&mut self, bytes: &[u8], version: u32) -> i32 {
        let c = call(&mut self.host);
        // SAFETY: pointers are valid for the call.
        unsafe { self.plugin.load.unwrap()(self.this, &c, bytes.as_ptr(), bytes.len(), version) }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // SAFETY: made by create and destroyed once.
        unsafe { self.plugin.destroy.unwrap()(self.this) };
    }
}

#[test]
fn the_description_is_what_the_plugin_says() {
    let p = plugin();
    // SAFETY: static NUL-terminated texts.
    let text = |t: *const c_char| unsafe { CStr::from_ptr(t) }.to_str().unwrap();
    assert_eq!((text(p.id), p.state_version, p.param_count), ("test.divide", 3, 1));
    // SAFETY: there is one parameter.
    let param = unsafe { &**p.params };
    assert_eq!((text(param.name), text(param.default_toml)), ("by", "2.0"));
    assert_eq!((param.min, param.max), (0.5, 10.0));
}

#[test]
fn a_remark_goes_to_the_host_and_is_no_failure() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[7.0]), abi::ADIT_OK);
    assert_eq!(d.host.said, "0: lucky");
}

#[test]
fn calls_in_the_wrong_state_change_nothing() {
    let mut d = Driven::new();
    let (code, out, _) = d.apply(&[1.0], 1, 1);
    assert_eq!((code, out), (abi::ADIT_ERR_STATE, vec![0.0]));
    assert!(d.host.said.contains("not fitted"), "{}", d.host.said);
}

#[test]
fn a_strided_row_that_is_not_finite_is_refused_alone() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0]), abi::ADIT_OK);
    let x = [4.0, 6.0, -7.0, f64::NAN, 1.0, -7.0, -1.0, 1.0, -7.0];
    let (code, out, status) = d.apply(&x, 2, 3);
    assert_eq!(
        (code, status),
        (abi::ADIT_OK, vec![0, abi::ADIT_ROW_NOT_FINITE, abi::ADIT_ROW_DIVISOR])
    );
    assert_eq!(&out[..2], &[2.0, 3.0]);
    assert!(out[2..].iter().all(|v| v.is_nan()));
}

#[test]
fn an_error_leaves_the_former_fit() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0]), abi::ADIT_OK);
    assert_eq!(d.fit(&[13.0]), abi::ADIT_ERR_NUMERIC);
    assert_eq!(d.host.said, "5: thirteen");
    assert_eq!(d.apply(&[4.0, 6.0], 2, 2).0, abi::ADIT_OK);
}

#[test]
fn a_panic_is_caught_and_ends_the_instance() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0]), abi::ADIT_OK);
    assert_eq!(d.fit(&[666.0]), abi::ADIT_ERR_PANIC);
    assert!(d.host.said.contains("the beast"), "{}", d.host.said);
    assert_eq!(d.apply(&[4.0], 1, 1).0, abi::ADIT_ERR_STATE);
    assert_eq!(d.fit(&[1.0]), abi::ADIT_ERR_STATE);
}

#[test]
fn a_state_comes_back_to_the_byte_and_damage_is_noticed() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0, 3.0]), abi::ADIT_OK);
    let bytes = d.save();
    let mut other = Driven::new();
    assert_eq!(other.load(&bytes), abi::ADIT_OK);
    assert_eq!(other.save(), bytes);
    for cut in 0..bytes.len() {
        assert_eq!(Driven::new().load(&bytes[..cut]), abi::ADIT_ERR_STATE_BYTES, "cut at {cut}");
    }
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert_eq!(Driven::new().load(&longer), abi::ADIT_ERR_STATE_BYTES);
    let mut huge = bytes.clone();
    huge[16..24].fill(0xff);
    assert_eq!(Driven::new().load(&huge), abi::ADIT_ERR_STATE_BYTES);
}

#[test]
fn a_state_is_loaded_once_whole_and_not_from_the_future() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0]), abi::ADIT_OK);
    let bytes = d.save();
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    let mut other = Driven::new();
    // What came before the odd byte was fine, and is not used all the same.
    assert_eq!(other.load(&longer), abi::ADIT_ERR_STATE_BYTES);
    assert_eq!(other.apply(&[4.0, 6.0], 2, 2).0, abi::ADIT_ERR_STATE);
    assert_eq!(other.load_version(&bytes, 4), abi::ADIT_ERR_STATE_BYTES);
    assert!(other.host.said.contains("newer"), "{}", other.host.said);
    assert_eq!(other.load_version(&bytes, 1), abi::ADIT_OK);
    assert_eq!(other.load(&bytes), abi::ADIT_ERR_STATE);
    assert_eq!(other.save(), bytes);
}

#[test]
fn a_panic_of_a_parallel_part_says_what_it_was() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[667.0]), abi::ADIT_ERR_PANIC);
    assert!(d.host.said.contains("part 1 is bad"), "{}", d.host.said);
    assert_eq!(d.fit(&[1.0]), abi::ADIT_ERR_STATE);
    assert!(d.host.said.contains("panicked"), "{}", d.host.said);
}

/// Runs the parts on threads, as a host may.
unsafe extern "C" fn threads(
    _: *mut c_void,
    count: usize,
    body: Option<unsafe extern "C" fn(user: *mut c_void, index: usize)>,
    user: *mut c_void,
) -> i32 {
    let user = user as usize;
    std::thread::scope(|s| {
        for i in 0..count {
            // SAFETY: body and user belong together and outlive the scope.
            s.spawn(move || unsafe { body.unwrap()(user as *mut c_void, i) });
        }
    });
    abi::ADIT_OK
}

/// 200 rows in four blocks, in a matrix with room between the rows that belongs to somebody else.
#[test]
fn blocks_of_rows_on_threads_write_their_rows_and_nothing_between() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0]), abi::ADIT_OK);
    let (rows, cols, stride) = (200, 2, 5);
    let x: Vec<f64> =
        (0..rows * stride).map(|i| if i % stride < cols { i as f64 } else { f64::NAN }).collect();
    let (mut out, mut status) = (vec![-7.0; rows * stride], vec![9; rows]);
    let raw = AditMatrix { data: x.as_ptr(), rows, cols, row_stride: stride };
    let to = AditMatrixMut { data: out.as_mut_ptr(), rows, cols, row_stride: stride };
    let c = call(&mut d.host);
    // SAFETY: pointers are valid for the call.
    let code =
        unsafe { (*d.plugin.transform).apply.unwrap()(d.this, &c, &raw, &to, status.as_mut_ptr()) };
    assert_eq!((code, status), (abi::ADIT_OK, vec![0; rows]));
    for (i, v) in out.iter().enumerate() {
        assert_eq!(*v, if i % stride < cols { i as f64 / 2.0 } else { -7.0 });
    }
}

#[test]
fn a_matrix_that_does_not_hold_together_is_an_error() {
    let mut d = Driven::new();
    assert_eq!(d.fit(&[1.0, 2.0]), abi::ADIT_OK);
    let (x, mut out, mut status) = ([1.0; 8], [0.0; 8], [0; 4]);
    let c = call(&mut d.host);
    let mut apply = |data: *const f64, rows: usize, cols: usize, row_stride: usize| {
        let raw = AditMatrix { data, rows, cols, row_stride };
        let to = AditMatrixMut { data: out.as_mut_ptr(), rows: 4, cols: 2, row_stride: 2 };
        // SAFETY: the pointers are valid for what the call may read of them.
        unsafe { (*d.plugin.transform).apply.unwrap()(d.this, &c, &raw, &to, status.as_mut_ptr()) }
    };
    assert_eq!(apply(x.as_ptr(), 4, 2, 2), abi::ADIT_OK);
    assert_eq!(apply(x.as_ptr(), 4, 2, 1), abi::ADIT_ERR_SHAPE);
    assert_eq!(apply(ptr::null(), 4, 2, 2), abi::ADIT_ERR_SHAPE);
    assert_eq!(apply(x.as_ptr(), usize::MAX, 2, usize::MAX), abi::ADIT_ERR_SHAPE);
    assert_eq!(apply(x.as_ptr(), 3, 2, 2), abi::ADIT_ERR_SHAPE);
}

/// The stride of a matrix without columns means nothing, whatever it is.
#[test]
fn a_matrix_without_columns_has_empty_rows() {
    let m = Matrix::new(&[], 3, 0).unwrap();
    assert_eq!(m.iter_rows().map(<[f64]>::len).collect::<Vec<_>>(), [0, 0, 0]);
    let (mut none, mut status) = ([], [9; 3]);
    let out = MatrixMut::new(&mut none, 3, 0).unwrap();
    each_row(m, out, &mut status, &Call::alone(), |_, _| RowStatus::Ok).unwrap();
    assert_eq!(status, [0; 3]);
}

#[test]
fn parameters_are_checked() {
    let given = |v: Value| Params::new(Divide::PARAMS, &[("by".to_owned(), v)]);
    assert_eq!(given(Value::Float(3.0)).unwrap().float("by").unwrap(), 3.0);
    assert!(given(Value::Float(11.0)).unwrap_err().to_string().contains("11"));
    assert!(given(Value::Float(f64::NAN)).is_err());
    assert!(given(Value::Int(3)).is_err());
    assert!(Params::new(Divide::PARAMS, &[("bye".to_owned(), Value::Float(1.0))]).is_err());
    assert_eq!(Params::new(Divide::PARAMS, &[]).unwrap().float("by").unwrap(), 2.0);
}

#[test]
fn parallel_for_without_a_host_still_does_all() {
    let sum = std::sync::atomic::AtomicUsize::new(0);
    Call::alone().parallel_for(100, |i| {
        sum.fetch_add(i, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(sum.into_inner(), 4950);
}
