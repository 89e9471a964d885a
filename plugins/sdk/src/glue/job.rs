//! A cross-validation job, from pointers to borrowed Rust values.

use super::*;

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
pub(super) unsafe fn job<'a>(
    raw: *const AditCrossValidation,
) -> Result<CrossValidation<'a>, Error> {
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
pub(super) unsafe fn outputs<'a>(
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
