//! What the columns are.

use std::ffi::CStr;

use adit_abi::AditAxis;

use crate::Error;

/// One named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Name, such as `EC`.
    pub name: String,
    /// Unit number (see [`crate::unit`]).
    pub unit: u32,
}

/// What the columns of a matrix are: positions on one axis (a spectrum), or named columns (a table).
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Positions with one unit, such as wavelengths in nm.
    Positions {
        /// Unit number of `values`.
        unit: u32,
        /// One position per column.
        values: Vec<f64>,
    },
    /// Columns with a name and a unit each.
    Named(Vec<Channel>),
}

impl Axis {
    /// Number of columns.
    pub fn len(&self) -> usize {
        match self {
            Axis::Positions { values, .. } => values.len(),
            Axis::Named(channels) => channels.len(),
        }
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns with these indices, in this order. Indices past the end are left out.
    pub fn select(&self, indices: &[usize]) -> Axis {
        match self {
            Axis::Positions { unit, values } => Axis::Positions {
                unit: *unit,
                values: indices.iter().filter_map(|&i| values.get(i).copied()).collect(),
            },
            Axis::Named(channels) => {
                Axis::Named(indices.iter().filter_map(|&i| channels.get(i).cloned()).collect())
            }
        }
    }

    /// Index of the named column, or an error that lists what there is.
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        match self {
            Axis::Positions { .. } => Err(Error::arg(format!(
                "needs a column named {name}, but the input is a spectrum without named columns"
            ))),
            Axis::Named(channels) => {
                channels.iter().position(|c| c.name == name).ok_or_else(|| {
                    let have: Vec<&str> = channels.iter().map(|c| c.name.as_str()).collect();
                    Error::arg(format!(
                        "needs a column named {name}; the input has {}",
                        have.join(", ")
                    ))
                })
            }
        }
    }

    /// # Safety
    /// `raw` must be null or point to an `AditAxis` whose pointers are valid as its documentation says.
    pub(crate) unsafe fn from_raw(raw: *const AditAxis) -> Result<Axis, Error> {
        // SAFETY: promised by the caller.
        let Some(raw) = (unsafe { raw.as_ref() }) else {
            return Err(Error::arg("the axis is missing"));
        };
        if !raw.values.is_null() || raw.count == 0 {
            // SAFETY: `values` holds `count` numbers when it is not null.
            let values = unsafe { crate::matrix::slice(raw.values, raw.count) }.to_vec();
            return Ok(Axis::Positions { unit: raw.unit, values });
        }
        if raw.names.is_null() || raw.units.is_null() {
            return Err(Error::arg("the axis has neither positions nor names"));
        }
        let channels = (0..raw.count)
            .map(|i| {
                // SAFETY: `names` and `units` hold `count` entries, each name NUL-terminated.
                let (name, unit) =
                    unsafe { (CStr::from_ptr(*raw.names.add(i)), *raw.units.add(i)) };
                Channel { name: name.to_string_lossy().into_owned(), unit }
            })
            .collect();
        Ok(Axis::Named(channels))
    }
}
