//! A transform instance as the engine sees it. What the plugin gives back is checked before anyone uses it.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use adit_abi as abi;
use adit_engine::blocks::{Room, in_blocks};
use adit_engine::plugin::{Applied, Flags};
use adit_engine::{Axis, Error, Matrix, Op, Result, RowStatus, Transform};

use crate::call::Expects;
use crate::descriptor::{Descriptor, KindFns, TransformFns};
use crate::instance::{Instance, broken};
use crate::views::{self, AxisView};

/// A transform behind the C contract.
pub(crate) struct HostTransform {
    instance: Instance,
    functions: TransformFns,
    /// Columns of the training data, unknown after `load`.
    columns: Option<usize>,
    output: Option<Axis>,
}

impl HostTransform {
    /// Makes an instance.
    pub(crate) fn create(
        descriptor: &Descriptor,
        settings: &toml::Table,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self> {
        let KindFns::Transform(functions) = descriptor.functions.of_kind else {
            return Err(Error::usage(
                format!("{} is not a transform", descriptor.info.id),
                "put it where a regressor belongs",
            ));
        };
        let instance = Instance::create(descriptor, settings, stop)?;
        Ok(HostTransform { instance, functions, columns: None, output: None })
    }

    fn ask_output(&self) -> Result<Axis> {
        let output = self.functions.output;
        // SAFETY: instance and call are alive until the call returns.
        let received =
            self.instance.shared(Expects::Axis, |this, call| unsafe { output(this, call) })?;
        received.axis.ok_or_else(|| broken(self.instance.id(), "it gave no output axis"))
    }

    /// Values of a row that comes out.
    fn width(&self) -> Result<usize> {
        match &self.output {
            Some(axis) => Ok(axis.len()),
            None => self.ask_output().map(|axis| axis.len()),
        }
    }

    /// Compares the output axis with what the flags promise.
    fn check_output(&self, input: &Axis, output: &Axis) -> Result<()> {
        let flags = self.instance.flags();
        let changes = flags.0 & abi::ADIT_FLAG_CHANGES_AXIS != 0;
        if flags.selects_columns() {
            let mut left = labels(input);
            for label in labels(output) {
                let Some(k) = left.iter().position(|l| *l == label) else {
                    return Err(broken(
                        self.instance.id(),
                        &format!("it selects columns, but {} is not one of its input", label.0),
                    ));
                };
                left.swap_remove(k);
            }
        } else if !changes && input != output {
            return Err(broken(
                self.instance.id(),
                "its output axis differs from its input axis, and it does not declare that",
            ));
        }
        Ok(())
    }
}

/// Name or exact position of each column, and its unit.
fn labels(axis: &Axis) -> Vec<(String, u32)> {
    match axis {
        Axis::Positions { unit, values } => values.iter().map(|v| (v.to_string(), *unit)).collect(),
        Axis::Named(channels) => channels.iter().map(|c| (c.name.clone(), c.unit)).collect(),
    }
}

/// What a place holds that no plugin has written yet: the NaN of all bits set, which fills a room as fast as bytes.
pub(crate) const HOLE: f64 = f64::from_bits(u64::MAX);

/// A row that is not finite or did not come out well is NaN from end to end, and its byte says so.
pub(crate) fn settle(out: &mut [f64], status: &mut [u8]) {
    if status.is_empty() {
        return;
    }
    let width = out.len() / status.len();
    if status.iter().all(|s| *s == abi::ADIT_ROW_OK) && all_finite(out) {
        return;
    }
    for (i, byte) in status.iter_mut().enumerate() {
        let row = &mut out[i * width..(i + 1) * width];
        if *byte == abi::ADIT_ROW_OK && !all_finite(row) {
            *byte = abi::ADIT_ROW_NOT_FINITE;
        }
        if *byte != abi::ADIT_ROW_OK {
            row.fill(f64::NAN);
        }
    }
}

/// Whether every value is finite: 0 times each is 0, in sums that do not wait for each other.
pub(crate) fn all_finite(x: &[f64]) -> bool {
    let (eights, rest) = x.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        sums.iter_mut().zip(eight).for_each(|(sum, v)| *sum += v * 0.0);
    }
    sums.iter().chain([&rest.iter().map(|v| v * 0.0).sum::<f64>()]).sum::<f64>() == 0.0
}

/// A matrix of zeros that is not touched yet, or an error when it is larger than memory.
pub(crate) fn empty(rows: usize, cols: usize) -> Result<Matrix> {
    let cells = rows.checked_mul(cols).filter(|n| *n <= isize::MAX as usize / 8);
    if cells.is_none() {
        return Err(Error::input(format!("a result of {rows} x {cols} numbers"), "too large"));
    }
    Ok(Matrix::zeros(rows, cols))
}

/// An output matrix in which a forgotten row shows, or an error when it is larger than memory.
pub(crate) fn blank(rows: usize, cols: usize) -> Result<Matrix> {
    let mut out = empty(rows, cols)?;
    out.data_mut().fill(f64::NAN);
    Ok(out)
}

/// Checks what belongs together before a fit.
pub(crate) fn check_training(
    axis: &Axis,
    x: &Matrix,
    y_rows: Option<usize>,
    weights: Option<&[f64]>,
) -> Result<()> {
    let fits = axis.len() == x.cols()
        && y_rows.is_none_or(|n| n == x.rows())
        && weights.is_none_or(|w| w.len() == x.rows());
    if fits {
        return Ok(());
    }
    Err(Error::bug(format!(
        "training data do not fit: axis {}, x {} x {}, y {y_rows:?}, weights {:?}",
        axis.len(),
        x.rows(),
        x.cols(),
        weights.map(<[f64]>::len)
    )))
}

impl Transform for HostTransform {
    fn flags(&self) -> Flags {
        self.instance.flags()
    }

    fn fit(
        &mut self,
        axis: &Axis,
        x: &Matrix,
        y: Option<&[f64]>,
        weights: Option<&[f64]>,
    ) -> Result<()> {
        // A row-local step learns from no row, whatever the caller has at hand.
        let none = Matrix::zeros(0, x.cols());
        let (x, y, weights) =
            if self.flags().row_local() { (&none, None, None) } else { (x, y, weights) };
        check_training(axis, x, y.map(<[f64]>::len), weights)?;
        if self.flags().needs_y() && y.is_none() {
            return Err(Error::plugin(
                format!("{} needs y and got none", self.instance.id()),
                "fit it together with measured values, or leave the step out",
            ));
        }
        let view = AxisView::new(axis)?;
        let (raw_x, target) = (views::matrix(x), y.map(Matrix::column));
        let raw_y = target.as_ref().map(views::matrix);
        let fit = self.functions.fit;
        self.instance.exclusive(|this, call| {
            let y = raw_y.as_ref().map_or(ptr::null(), ptr::from_ref);
            let weights = weights.map_or(ptr::null(), <[f64]>::as_ptr);
            // SAFETY: all views and the data behind them are alive until the call returns; no other call runs.
            unsafe { fit(this, call, view.raw(), &raw_x, y, weights) }
        })?;
        let output = self.ask_output()?;
        self.check_output(axis, &output)?;
        (self.columns, self.output) = (Some(x.cols()), Some(output));
        Ok(())
    }

    fn output(&self) -> Result<Axis> {
        match &self.output {
            Some(axis) => Ok(axis.clone()),
            None => self.ask_output(),
        }
    }

    fn apply(&self, x: &Matrix) -> Result<Applied> {
        let columns = self.width()?;
        let mut out = empty(x.rows(), columns)?;
        let mut status = vec![abi::ADIT_ROW_OTHER; x.rows()];
        let room = Room { out: out.data_mut(), width: columns, about: &mut status[..] };
        in_blocks(
            x,
            columns.max(x.cols()),
            room,
            || (),
            |(), rows, room| self.apply_rows(rows, x.cols(), room.out, room.about),
        )?;
        let status = status.into_iter().map(RowStatus::from_byte).collect();
        Ok(Applied { x: out, status })
    }

    fn apply_rows(
        &self,
        x: &[f64],
        columns: usize,
        out: &mut [f64],
        status: &mut [u8],
    ) -> Result<()> {
        if let Some(n) = self.columns.filter(|n| *n != columns) {
            let what = format!("{columns} columns, and the step was fitted on {n}");
            return Err(Error::input(what, ""));
        }
        let (rows, width) = (status.len(), self.width()?);
        // What the plugin forgets to write shows: a row without a status is refused, and so is one with a hole.
        out.fill(HOLE);
        status.fill(abi::ADIT_ROW_OTHER);
        let (raw_x, raw_out) = (views::rows(x, rows, columns)?, views::rows_mut(out, rows, width)?);
        let apply = self.functions.apply;
        // SAFETY: views, data and status bytes are alive until the call returns; `out` is lent to this call alone.
        self.instance.shared(Expects::Nothing, |this, call| unsafe {
            apply(this, call, &raw_x, &raw_out, status.as_mut_ptr())
        })?;
        settle(out, status);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.save()
    }

    fn load(&mut self, bytes: &[u8], state_version: u32) -> Result<()> {
        self.instance.load(bytes, state_version)?;
        self.columns = None;
        self.output = Some(self.ask_output()?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>> {
        self.instance.lower()
    }
}
