//! The engine's matrices and axes as the contract's borrowed views, and back.

use std::ffi::{CString, c_char};
use std::ptr;

use adit_abi::ext::{AditFold, AditVariant};
use adit_abi::op::{ADIT_OP_AFFINE_BANDED, AditOp};
use adit_abi::unit::ADIT_UNIT_NONE;
use adit_abi::{AditAxis, AditMatrix, AditMatrixMut};
use adit_engine::plugin::FastVariant;
use adit_engine::{Axis, Channel, Error, Fold, Matrix, Op, Result};

use crate::raw::{self, Fault};

/// Most columns that an axis given by a plugin may have.
const MAX_COLUMNS: usize = 1 << 22;

/// A matrix to read.
pub(crate) fn matrix(m: &Matrix) -> AditMatrix {
    AditMatrix { data: m.data().as_ptr(), rows: m.rows(), cols: m.cols(), row_stride: m.cols() }
}

/// Packed rows to read, `columns` values each.
pub(crate) fn rows(x: &[f64], rows: usize, columns: usize) -> Result<AditMatrix> {
    if rows.checked_mul(columns) != Some(x.len()) {
        return Err(Error::bug(format!("{} values are not {rows} x {columns}", x.len())));
    }
    Ok(AditMatrix { data: x.as_ptr(), rows, cols: columns, row_stride: columns })
}

/// Packed rows to fill, `columns` values each.
pub(crate) fn rows_mut(x: &mut [f64], rows: usize, columns: usize) -> Result<AditMatrixMut> {
    if rows.checked_mul(columns) != Some(x.len()) {
        return Err(Error::bug(format!("room for {} values is not {rows} x {columns}", x.len())));
    }
    Ok(AditMatrixMut { data: x.as_mut_ptr(), rows, cols: columns, row_stride: columns })
}

/// An axis with the C texts that it points to.
pub(crate) struct AxisView<'a> {
    raw: AditAxis,
    _texts: Vec<CString>,
    _names: Vec<*const c_char>,
    _units: Vec<u32>,
    _axis: &'a Axis,
}

impl<'a> AxisView<'a> {
    /// A view that borrows the numbers and owns the texts.
    pub(crate) fn new(axis: &'a Axis) -> Result<Self> {
        let (mut texts, mut units) = (Vec::new(), Vec::new());
        let (unit, values) = match axis {
            Axis::Positions { unit, values } => (*unit, values.as_ptr()),
            Axis::Named(channels) => {
                for c in channels {
                    texts.push(CString::new(c.name.as_str()).map_err(|_| {
                        Error::input(
                            format!("the column name {:?} holds a NUL", c.name),
                            "rename the column",
                        )
                    })?);
                    units.push(c.unit);
                }
                (ADIT_UNIT_NONE, ptr::null())
            }
        };
        let names: Vec<*const c_char> = texts.iter().map(|t| t.as_ptr()).collect();
        let raw = AditAxis {
            struct_size: size_of::<AditAxis>() as u32,
            unit,
            count: axis.len(),
            values,
            names: if names.is_empty() { ptr::null() } else { names.as_ptr() },
            units: if units.is_empty() { ptr::null() } else { units.as_ptr() },
        };
        Ok(AxisView { raw, _texts: texts, _names: names, _units: units, _axis: axis })
    }

    /// The struct; valid as long as the view.
    pub(crate) fn raw(&self) -> *const AditAxis {
        &self.raw
    }
}

/// A fold; valid as long as the engine's.
pub(crate) fn fold(f: &Fold) -> AditFold {
    AditFold {
        struct_size: size_of::<AditFold>() as u32,
        reserved: 0,
        test: f.test.as_ptr(),
        test_count: f.test.len(),
        gap: f.gap.as_ptr(),
        gap_count: f.gap.len(),
    }
}

/// A variant with its filter; valid as long as the view of the filter.
pub(crate) fn variant(v: &FastVariant, filter: &Option<FilterView>) -> AditVariant {
    AditVariant {
        struct_size: size_of::<AditVariant>() as u32,
        centre: u32::from(v.centre),
        scale: u32::from(v.scale),
        reserved: 0,
        filter: filter.as_ref().map_or(ptr::null(), FilterView::raw),
    }
}

/// A linear filter of the columns as the contract lends it, with the lists that it points to.
pub(crate) struct FilterView {
    raw: AditOp,
    _ints: Vec<i64>,
    _nums: Vec<f64>,
}

impl FilterView {
    /// A copy of a banded affine op.
    ///
    /// # Errors
    /// Another op.
    pub(crate) fn new(op: &Op) -> Result<Self> {
        let Op::AffineBanded { n_in, bands, bias } = op else {
            return Err(Error::bug(format!("{} is not a filter of the columns", op.describe())));
        };
        let mut ints = vec![*n_in as i64, bands.len() as i64];
        ints.extend(bands.iter().flat_map(|b| [b.first as i64, b.coefficients.len() as i64]));
        let nums: Vec<f64> =
            bands.iter().flat_map(|b| &b.coefficients).chain(bias).copied().collect();
        let raw = AditOp {
            struct_size: size_of::<AditOp>() as u32,
            code: ADIT_OP_AFFINE_BANDED,
            ints: ints.as_ptr(),
            int_count: ints.len(),
            nums: nums.as_ptr(),
            num_count: nums.len(),
        };
        Ok(FilterView { raw, _ints: ints, _nums: nums })
    }

    /// The op; valid as long as the view.
    pub(crate) fn raw(&self) -> *const AditOp {
        &self.raw
    }
}

/// The axis that a plugin gave, copied.
///
/// # Safety
/// `raw` must be null or point to an axis as the contract describes it, valid for the length of this call.
pub(crate) unsafe fn axis_from(raw: *const AditAxis) -> std::result::Result<Axis, Fault> {
    // SAFETY: an axis begins with its size; it is used within this call only.
    let axis = unsafe { raw::sized(raw, "the axis of the output") }?;
    if axis.count > MAX_COLUMNS {
        return Err(format!("the axis of the output has {} columns", axis.count));
    }
    if !axis.values.is_null() || axis.count == 0 {
        let values = match axis.count {
            0 => Vec::new(),
            // SAFETY: `values` is not null and holds `count` numbers by the contract.
            n => unsafe { std::slice::from_raw_parts(axis.values, n) }.to_vec(),
        };
        return match values.iter().position(|v| !v.is_finite()) {
            Some(j) => Err(format!("position {j} of the output axis is not finite")),
            None => Ok(Axis::Positions { unit: axis.unit, values }),
        };
    }
    if axis.names.is_null() || axis.units.is_null() {
        return Err("the axis of the output has neither positions nor names with units".to_owned());
    }
    let mut channels = Vec::with_capacity(axis.count);
    for j in 0..axis.count {
        // SAFETY: `names` and `units` hold `count` entries, each name NUL-terminated, by the contract.
        let (name, unit) = unsafe {
            (raw::text(*axis.names.add(j), "a column name of the output")?, *axis.units.add(j))
        };
        channels.push(Channel { name, unit });
    }
    Ok(Axis::Named(channels))
}

#[cfg(test)]
mod tests {
    use adit_engine::lowered::Band;

    use super::*;

    #[test]
    fn axes_go_there_and_back() {
        let named = Axis::Named(vec![
            Channel { name: "EC".into(), unit: 10 },
            Channel { name: "水温".into(), unit: 12 },
        ]);
        for axis in [named, Axis::wavelengths_nm(vec![250.0, 252.5]), Axis::wavelengths_nm(vec![])]
        {
            let view = AxisView::new(&axis).unwrap();
            // SAFETY: the view is alive.
            assert_eq!(unsafe { axis_from(view.raw()) }.unwrap(), axis);
        }
    }

    #[test]
    fn a_filter_crosses_as_the_op_that_it_is() {
        let band = |first, coefficients: &[f64]| Band { first, coefficients: coefficients.into() };
        let bands = vec![band(0, &[1.0, -1.0]), band(2, &[]), band(1, &[0.5])];
        let op = Op::AffineBanded { n_in: 3, bands, bias: vec![0.0, 7.0, -2.0] };
        let view = FilterView::new(&op).unwrap();
        // SAFETY: the view is alive, and its lists with it.
        let (ints, nums) = unsafe {
            let raw = &*view.raw();
            (
                std::slice::from_raw_parts(raw.ints, raw.int_count),
                std::slice::from_raw_parts(raw.nums, raw.num_count),
            )
        };
        assert_eq!(Op::decode(ADIT_OP_AFFINE_BANDED, ints, nums).unwrap(), op);
        assert!(FilterView::new(&Op::RowCentre).is_err());
    }

    #[test]
    fn an_axis_that_is_none_is_refused() {
        let nan = Axis::wavelengths_nm(vec![1.0, f64::NAN]);
        let view = AxisView::new(&nan).unwrap();
        let none = AditAxis { values: ptr::null(), ..view.raw };
        // SAFETY: the view is alive; the second has neither positions nor names.
        unsafe {
            assert!(axis_from(view.raw()).unwrap_err().contains("position 1"));
            assert!(axis_from(&none).unwrap_err().contains("neither"));
            assert!(axis_from(ptr::null()).is_err());
        }
        assert!(
            AxisView::new(&Axis::Named(vec![Channel { name: "a\0b".into(), unit: 0 }])).is_err()
        );
    }
}
