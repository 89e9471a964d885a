//! The engine's matrices and axes as the contract's borrowed views, and back.

use std::ffi::{CString, c_char};
use std::ptr;

use adit_abi::unit::ADIT_UNIT_NONE;
use adit_abi::{AditAxis, AditMatrix, AditMatrixMut};
use adit_engine::{Axis, Channel, Error, Matrix, Result};

use crate::raw::{self, Fault};

/// Most columns that an axis given by a plugin may have.
const MAX_COLUMNS: usize = 1 << 22;

/// A matrix to read.
pub(crate) fn matrix(m: &Matrix) -> AditMatrix {
    AditMatrix { data: m.data().as_ptr(), rows: m.rows(), cols: m.cols(), row_stride: m.cols() }
}

/// A matrix to fill.
pub(crate) fn matrix_mut(m: &mut Matrix) -> AditMatrixMut {
    let (rows, cols) = (m.rows(), m.cols());
    AditMatrixMut { data: m.data_mut().as_mut_ptr(), rows, cols, row_stride: cols }
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
