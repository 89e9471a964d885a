//! A regressor instance as the engine sees it. What the plugin gives back is checked before anyone uses it.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use adit_abi as abi;
use adit_abi::ext::{
    ADIT_TARGETS_JOINT, ADIT_TARGETS_SEPARATE, AditCrossValidation, AditFold, AditVariant,
};
use adit_engine::plugin::{FastJob, Flags, Predicted};
use adit_engine::{Axis, Error, Matrix, Op, Regressor, Result, RowStatus};

use crate::call::Expects;
use crate::descriptor::{Descriptor, DiagnoseFns, KindFns, MapFn, RegressorFns};
use crate::instance::{Instance, broken};
use crate::transform::{blank, check_training, settle};
use crate::views::{self, AxisView};

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
        let finite = Finite::of(x);
        let rows = finite.rows(x);
        let mut out = blank(rows.rows(), columns)?;
        let (raw_x, raw_out) = (views::matrix(&rows), views::matrix_mut(&mut out));
        self.instance.shared(Expects::Nothing, |this, call| {
            // SAFETY: views and data are alive until the call returns; `out` is lent to this call alone.
            unsafe { f(this, call, &raw_x, &raw_out) }
        })?;
        finite.put_back(out)
    }
}

/// A count as the contract passes it.
fn count(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| Error::usage(format!("{n} components are too many"), ""))
}

/// Which rows of a matrix are finite: a regressor never sees a missing value.
struct Finite(Vec<bool>);

impl Finite {
    fn of(x: &Matrix) -> Finite {
        Finite(x.iter_rows().map(|r| r.iter().all(|v| v.is_finite())).collect())
    }
    fn all(&self) -> bool {
        self.0.iter().all(|f| *f)
    }
    fn rows<'x>(&self, x: &'x Matrix) -> std::borrow::Cow<'x, Matrix> {
        if self.all() {
            return std::borrow::Cow::Borrowed(x);
        }
        let keep: Vec<usize> = (0..self.0.len()).filter(|&i| self.0[i]).collect();
        std::borrow::Cow::Owned(x.select_rows(&keep))
    }
    /// The rows at their old places, NaN where there was none.
    fn put_back(&self, rows: Matrix) -> Result<Matrix> {
        if self.all() {
            return Ok(rows);
        }
        let mut out = blank(self.0.len(), rows.cols())?;
        let places = (0..self.0.len()).filter(|&i| self.0[i]);
        places.zip(rows.iter_rows()).for_each(|(i, row)| out.row_mut(i).copy_from_slice(row));
        Ok(out)
    }
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
        let finite = Finite::of(x);
        let rows = finite.rows(x);
        let mut out = blank(rows.rows(), columns)?;
        let mut status = vec![abi::ADIT_ROW_OTHER; rows.rows()];
        let (raw_x, raw_out) = (views::matrix(&rows), views::matrix_mut(&mut out));
        let (predict, from, to) = (self.functions.predict, count(from)?, count(to)?);
        // SAFETY: views, data and status bytes are alive until the call returns; `out` is lent to this call alone.
        self.instance.shared(Expects::Nothing, |this, call| unsafe {
            predict(this, call, &raw_x, from, to, &raw_out, status.as_mut_ptr())
        })?;
        let mut settled = settle(&mut out, &status).into_iter();
        let status = finite
            .0
            .iter()
            .map(|f| if *f { settled.next() } else { None }.unwrap_or(RowStatus::NotFinite))
            .collect();
        Ok(Predicted { values: finite.put_back(out)?, status })
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

    fn cross_validate(&self, job: &FastJob<'_>) -> Result<(Vec<f64>, Vec<u32>)> {
        let run = self.functions.cross_validate.ok_or_else(|| {
            Error::usage(format!("{} has no fast cross-validation", self.instance.id()), "")
        })?;
        let n = job.x.rows();
        let fits = job.y.rows() == n
            && job.weights.is_none_or(|w| w.len() == n)
            && job.folds.iter().flat_map(|f| f.test.iter().chain(&f.gap)).all(|i| *i < n);
        let mut all =
            job.x.data().iter().chain(job.y.data()).chain(job.weights.unwrap_or_default());
        if !fits || !all.all(|v| v.is_finite()) {
            return Err(Error::bug("a cross-validation whose rows do not fit or are not finite"));
        }
        let folds: Vec<AditFold> = job
            .folds
            .iter()
            .map(|f| AditFold {
                struct_size: size_of::<AditFold>() as u32,
                reserved: 0,
                test: f.test.as_ptr(),
                test_count: f.test.len(),
                gap: f.gap.as_ptr(),
                gap_count: f.gap.len(),
            })
            .collect();
        let fold_pointers: Vec<*const AditFold> = folds.iter().map(ptr::from_ref).collect();
        let variant = AditVariant {
            struct_size: size_of::<AditVariant>() as u32,
            centre: u32::from(job.centre),
            scale: u32::from(job.scale),
            reserved: 0,
            filter: ptr::null(),
        };
        let variants = [ptr::from_ref(&variant)];
        let tests: usize = job.folds.iter().map(|f| f.test.len()).sum();
        let max = count(job.max_components)?;
        let mut predictions = blank(tests, (job.max_components + 1) * job.y.cols())?;
        let per_fold = if job.joint { 1 } else { job.y.cols() };
        let mut reached = vec![u32::MAX; job.folds.len() * per_fold];
        let raw = AditCrossValidation {
            struct_size: size_of::<AditCrossValidation>() as u32,
            targets: if job.joint { ADIT_TARGETS_JOINT } else { ADIT_TARGETS_SEPARATE },
            x: views::matrix(job.x),
            y: views::matrix(job.y),
            weights: job.weights.map_or(ptr::null(), <[f64]>::as_ptr),
            folds: fold_pointers.as_ptr(),
            fold_count: folds.len(),
            variants: variants.as_ptr(),
            variant_count: variants.len(),
            max_components: max,
            reserved: 0,
            predictions: predictions.data_mut().as_mut_ptr(),
            reached: reached.as_mut_ptr(),
        };
        // SAFETY: the job, its lists and its outputs are alive until the call returns, and as long as the contract says.
        self.instance.shared(Expects::Nothing, |this, call| unsafe { run(this, call, &raw) })?;
        if !predictions.data().iter().all(|v| v.is_finite()) || reached.iter().any(|r| *r > max) {
            return Err(broken(
                self.instance.id(),
                "its cross-validation left predictions or component counts unset or not finite",
            ));
        }
        Ok((predictions.data().to_vec(), reached))
    }
}
