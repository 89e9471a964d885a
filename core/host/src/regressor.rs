//! A regressor instance as the engine sees it. What the plugin gives back is checked before anyone uses it.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use adit_abi as abi;
use adit_abi::ext::{
    ADIT_TARGETS_JOINT, ADIT_TARGETS_SEPARATE, AditCrossValidation, AditFold, AditVariant,
};
use adit_engine::blocks::{Room, in_blocks};
use adit_engine::plugin::{FastAnswer, FastJob, Flags, Predicted};
use adit_engine::{Axis, Error, Matrix, Op, Regressor, Result, RowStatus};

use crate::call::Expects;
use crate::descriptor::{Descriptor, DiagnoseFns, KindFns, MapFn, RegressorFns};
use crate::instance::{Instance, broken};
use crate::transform::{HOLE, all_finite, blank, check_training, empty, settle};
use crate::views::{self, AxisView, FilterView};

/// Most scores that a row may have.
const MAX_SCORES: usize = 1 << 16;

/// A regressor behind the C contract.
pub(crate) struct HostRegressor {
    instance: Instance,
    functions: RegressorFns,
}

impl HostRegressor {
    /// Makes an instance.
    pub(crate) fn create(
        descriptor: &Descriptor,
        settings: &toml::Table,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self> {
        let KindFns::Regressor(functions) = descriptor.functions.of_kind else {
            return Err(Error::usage(
                format!("{} is not a regressor", descriptor.info.id),
                "put it where a step belongs",
            ));
        };
        Ok(HostRegressor { instance: Instance::create(descriptor, settings, stop)?, functions })
    }

    fn diagnose(&self) -> Result<DiagnoseFns> {
        self.functions.diagnose.ok_or_else(|| {
            Error::usage(
                format!("{} cannot be diagnosed (adit.diagnose/1)", self.instance.id()),
                "",
            )
        })
    }

    /// Maps the finite rows of `x` to `columns` values each; the other rows come out as NaN.
    fn map(&self, f: MapFn, x: &Matrix, columns: usize) -> Result<Matrix> {
        let mut out = empty(x.rows(), columns)?;
        let mut status = vec![abi::ADIT_ROW_OK; x.rows()];
        let room = Room { out: out.data_mut(), width: columns, about: &mut status[..] };
        in_blocks(
            x,
            columns.max(x.cols()),
            room,
            || (),
            |(), rows, room| {
                with_finite(rows, x.cols(), room.out, room.about, |rows, out, status| {
                    let (raw_x, raw_out) = (
                        views::rows(rows, status.len(), x.cols())?,
                        views::rows_mut(out, status.len(), columns)?,
                    );
                    status.fill(abi::ADIT_ROW_OK);
                    self.instance.shared(Expects::Nothing, |this, call| {
                        // SAFETY: views and data are alive until the call returns; `out` is lent to this call alone.
                        unsafe { f(this, call, &raw_x, &raw_out) }
                    })?;
                    Ok(())
                })
            },
        )?;
        Ok(out)
    }

    /// Predictions of rows that are finite for the counts `from..=to`; `out` has `columns` values a row.
    fn predict_finite(
        &self,
        x: &[f64],
        columns: usize,
        (from, to): (u32, u32),
        out: &mut [f64],
        status: &mut [u8],
    ) -> Result<()> {
        let rows = status.len();
        let (raw_x, raw_out) =
            (views::rows(x, rows, columns)?, views::rows_mut(out, rows, out.len() / rows.max(1))?);
        let predict = self.functions.predict;
        // SAFETY: views, data and status bytes are alive until the call returns; `out` is lent to this call alone.
        self.instance.shared(Expects::Nothing, |this, call| unsafe {
            predict(this, call, &raw_x, from, to, &raw_out, status.as_mut_ptr())
        })?;
        settle(out, status);
        Ok(())
    }
}

/// A count as the contract passes it.
fn count(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| Error::usage(format!("{n} components are too many"), ""))
}

/// Runs `f(rows, their room, their status)` on the rows that are finite: a regressor never sees a missing value. The other rows come out
/// as NaN. What `f` forgets to write shows.
fn with_finite(
    x: &[f64],
    columns: usize,
    out: &mut [f64],
    status: &mut [u8],
    f: impl Fn(&[f64], &mut [f64], &mut [u8]) -> Result<()>,
) -> Result<()> {
    out.fill(HOLE);
    status.fill(abi::ADIT_ROW_OTHER);
    if all_finite(x) && !status.is_empty() {
        return f(x, out, status);
    }
    let (rows, width) = (status.len(), out.len() / status.len().max(1));
    let good: Vec<usize> =
        (0..rows).filter(|i| all_finite(&x[i * columns..(i + 1) * columns])).collect();
    let finite: Vec<f64> =
        good.iter().flat_map(|i| &x[i * columns..(i + 1) * columns]).copied().collect();
    let mut came = vec![f64::NAN; good.len() * width];
    let mut status_of = vec![abi::ADIT_ROW_OTHER; good.len()];
    if !good.is_empty() {
        f(&finite, &mut came, &mut status_of)?;
    }
    status.fill(abi::ADIT_ROW_NOT_FINITE);
    for (k, i) in good.into_iter().enumerate() {
        out[i * width..(i + 1) * width].copy_from_slice(&came[k * width..(k + 1) * width]);
        status[i] = status_of[k];
    }
    Ok(())
}

impl Regressor for HostRegressor {
    fn flags(&self) -> Flags {
        self.instance.flags()
    }

    fn fit(
        &mut self,
        axis: &Axis,
        x: &Matrix,
        y: &Matrix,
        weights: Option<&[f64]>,
        max_components: usize,
    ) -> Result<usize> {
        check_training(axis, x, Some(y.rows()), weights)?;
        let all = x.data().iter().chain(y.data()).chain(weights.unwrap_or_default());
        if !all.into_iter().all(|v| v.is_finite()) {
            return Err(Error::bug("a value that is not finite reached the regressor"));
        }
        let view = AxisView::new(axis)?;
        let (raw_x, raw_y, max) = (views::matrix(x), views::matrix(y), count(max_components)?);
        let mut reached = u32::MAX;
        let fit = self.functions.fit;
        self.instance.exclusive(|this, call| {
            let weights = weights.map_or(ptr::null(), <[f64]>::as_ptr);
            // SAFETY: all views and the data behind them are alive until the call returns; no other call runs.
            unsafe { fit(this, call, view.raw(), &raw_x, &raw_y, weights, max, &mut reached) }
        })?;
        if reached > max {
            return Err(broken(
                self.instance.id(),
                &format!("it was asked for up to {max} components and says it reached {reached}"),
            ));
        }
        Ok(reached as usize)
    }

    fn predict(&self, x: &Matrix, from: usize, to: usize, targets: usize) -> Result<Predicted> {
        if from > to || targets == 0 {
            return Err(Error::bug(format!("asked for counts {from}..={to} of {targets} targets")));
        }
        let columns = (to - from + 1).checked_mul(targets);
        let columns = columns.ok_or_else(|| Error::bug("too many predictions"))?;
        let counts = (count(from)?, count(to)?);
        let mut out = empty(x.rows(), columns)?;
        let mut status = vec![abi::ADIT_ROW_OTHER; x.rows()];
        let room = Room { out: out.data_mut(), width: columns, about: &mut status[..] };
        in_blocks(
            x,
            columns.max(x.cols()),
            room,
            || (),
            |(), rows, room| {
                with_finite(rows, x.cols(), room.out, room.about, |rows, out, status| {
                    self.predict_finite(rows, x.cols(), counts, out, status)
                })
            },
        )?;
        let status = status.into_iter().map(RowStatus::from_byte).collect();
        Ok(Predicted { values: out, status })
    }

    fn predict_rows(
        &self,
        x: &[f64],
        columns: usize,
        components: usize,
        out: &mut [f64],
        status: &mut [u8],
    ) -> Result<()> {
        let counts = (count(components)?, count(components)?);
        with_finite(x, columns, out, status, |rows, out, status| {
            self.predict_finite(rows, columns, counts, out, status)
        })
    }

    fn select(&mut self, components: usize) -> Result<()> {
        let (select, components) = (self.functions.select, count(components)?);
        // SAFETY: instance and call are alive until the call returns; no other call runs.
        self.instance.exclusive(|this, call| unsafe { select(this, call, components) })
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.save()
    }

    fn load(&mut self, bytes: &[u8], state_version: u32) -> Result<()> {
        self.instance.load(bytes, state_version)
    }

    fn lower(&self) -> Result<Vec<Op>> {
        self.instance.lower()
    }

    fn score_count(&self) -> Option<usize> {
        let f = self.functions.diagnose?.score_count;
        let mut scores = 0;
        let asked = self.instance.shared(Expects::Nothing, |this, _| {
            // SAFETY: the instance is alive.
            scores = unsafe { f(this) } as usize;
            abi::ADIT_OK
        });
        asked.ok().map(|_| scores)
    }

    fn scores(&self, x: &Matrix) -> Result<Matrix> {
        let f = self.diagnose()?;
        match self.score_count().unwrap_or(0) {
            n if n > MAX_SCORES => Err(broken(self.instance.id(), &format!("{n} scores a row"))),
            n => self.map(f.scores, x, n),
        }
    }

    fn reconstruct(&self, t: &Matrix, columns: usize) -> Result<Matrix> {
        self.map(self.diagnose()?.reconstruct, t, columns)
    }

    fn cross_validates(&self) -> bool {
        self.functions.cross_validate.is_some()
    }

    fn cross_validate(&self, job: &FastJob<'_>) -> Result<FastAnswer> {
        let run = self.functions.cross_validate.ok_or_else(|| {
            Error::usage(format!("{} has no fast cross-validation", self.instance.id()), "")
        })?;
        check_job(job)?;
        let folds: Vec<AditFold> = job.folds.iter().map(views::fold).collect();
        let fold_pointers: Vec<*const AditFold> = folds.iter().map(ptr::from_ref).collect();
        let filters: Vec<Option<FilterView>> = job
            .variants
            .iter()
            .map(|v| v.filter.as_ref().map(FilterView::new).transpose())
            .collect::<Result<_>>()?;
        let variants: Vec<AditVariant> = job
            .variants
            .iter()
            .zip(&filters)
            .map(|(v, filter)| views::variant(v, filter))
            .collect();
        let variant_pointers: Vec<*const AditVariant> =
            variants.iter().map(ptr::from_ref).collect();
        let max = count(job.max_components)?;
        let mut answer = room(job)?;
        let raw = AditCrossValidation {
            struct_size: size_of::<AditCrossValidation>() as u32,
            targets: if job.joint { ADIT_TARGETS_JOINT } else { ADIT_TARGETS_SEPARATE },
            x: views::matrix(job.x),
            y: views::matrix(job.y),
            weights: job.weights.map_or(ptr::null(), <[f64]>::as_ptr),
            folds: fold_pointers.as_ptr(),
            fold_count: folds.len(),
            variants: variant_pointers.as_ptr(),
            variant_count: variants.len(),
            max_components: max,
            reserved: 0,
            predictions: answer.predictions.as_mut_ptr(),
            reached: answer.reached.as_mut_ptr(),
        };
        // SAFETY: the job, its lists and its outputs are alive until the call returns, and as long as the contract says.
        let received = self
            .instance
            .shared(Expects::Nothing, |this, call| unsafe { run(this, call, &raw) })?;
        let unset = answer.reached.iter().any(|r| *r > max);
        if unset || !answer.predictions.iter().all(|v| v.is_finite()) {
            return Err(broken(
                self.instance.id(),
                "its cross-validation left predictions or component counts unset or not finite",
            ));
        }
        answer.remarks = received.remarks;
        Ok(answer)
    }
}

/// What belongs together does, and every value is finite.
fn check_job(job: &FastJob<'_>) -> Result<()> {
    let n = job.x.rows();
    let fits = job.y.rows() == n
        && job.weights.is_none_or(|w| w.len() == n)
        && job.folds.iter().flat_map(|f| f.test.iter().chain(&f.gap)).all(|i| *i < n);
    let mut all = job.x.data().iter().chain(job.y.data()).chain(job.weights.unwrap_or_default());
    if fits && all.all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::bug("a cross-validation whose rows do not fit or are not finite"))
}

/// Room for the answer, in which what the plugin forgets shows.
fn room(job: &FastJob<'_>) -> Result<FastAnswer> {
    let tests: usize = job.folds.iter().map(|f| f.test.len()).sum();
    let (variants, m) = (job.variants.len(), job.y.cols());
    let per_row = (job.max_components + 1).checked_mul(m);
    let sizes = [variants.checked_mul(tests), per_row];
    let [Some(rows), Some(columns)] = sizes else {
        return Err(Error::bug("a cross-validation that is larger than memory"));
    };
    let models = if job.joint { 1 } else { m };
    Ok(FastAnswer {
        predictions: blank(rows, columns)?.into_data(),
        reached: vec![u32::MAX; variants * job.folds.len() * models],
        remarks: Vec::new(),
    })
}
