//! Interval PLS: Norgaard et al. 2000, Applied Spectroscopy 54, 413-419, doi:10.1366/0003702001949500.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use adit_plugin::{Axis, Call, Error, Info, Param, ParamKind, Params, unit};

use super::inner::{COMPONENTS, FOLDS, Inner, Judged, MAX_COMPONENTS, Rows, SCALE, go_on};
use super::selector::Method;

/// Keeps the interval of least error in the inner cross-validation, out of `intervals` neighbours of equal width (to one column;
/// at most one a column). With `combine` above 1, intervals are added one by one, each time the one that lowers the error most,
/// until none does. All columns are kept when their error is not higher. Several targets are judged together, each over its
/// variance. The axis must be one of positions that ascend or descend.
#[derive(Debug)]
pub(crate) struct Interval {
    inner: Inner,
    intervals: usize,
    combine: usize,
}

impl Method for Interval {
    const INFO: Info = Info {
        id: "adit.pls.interval",
        name: "Interval PLS",
        summary: "keeps the intervals of a spectrum on which PLS has the least cross-validated error (iPLS)",
        reference: "doi:10.1366/0003702001949500",
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "intervals",
            unit: "",
            help: "how many intervals of equal width the spectrum is cut into",
            kind: ParamKind::Int { default: Some(20), min: 2, max: 100_000 },
        },
        Param {
            name: "combine",
            unit: "",
            help: "most intervals to keep, added one by one as long as the error falls",
            kind: ParamKind::Int { default: Some(1), min: 1, max: 100_000 },
        },
        COMPONENTS,
        MAX_COMPONENTS,
        FOLDS,
        SCALE,
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let (intervals, combine) = (params.size("intervals")?, params.size("combine")?);
        if combine > intervals {
            return Err(Error::arg(format!(
                "combine = {combine} intervals of {intervals}: give at most intervals"
            )));
        }
        Ok(Interval { inner: Inner::create(params)?, intervals, combine })
    }

    fn choose(&self, axis: &Axis, rows: Rows<'_>, call: &Call<'_>) -> Result<Vec<usize>, Error> {
        in_order(axis)?;
        let p = rows.x.cols();
        let count = self.intervals.min(p);
        let cut: Vec<Range<usize>> =
            (0..count).map(|i| i * p / count..(i + 1) * p / count).collect();
        let all: Vec<usize> = (0..p).collect();
        let whole = self.inner.judge(&rows, call)?;
        let (mut kept, mut kept_error): (Vec<usize>, Option<Judged>) = (vec![], None);
        while kept.len() < self.combine.min(count) {
            let next: Vec<usize> = (0..count).filter(|i| !kept.contains(i)).collect();
            let judged = self.judge_each(&rows, &cut, &kept, &next, call)?;
            let better = |a: usize, b: usize| if judged[b].beats(&judged[a]) { b } else { a };
            let Some(best) = (0..next.len()).reduce(better) else { break };
            if kept_error.is_some_and(|so_far| !judged[best].beats(&so_far)) {
                break;
            }
            kept.push(next[best]);
            kept_error = Some(judged[best]);
        }
        match kept_error {
            Some(error) if error.beats(&whole) => Ok(columns(&cut, &kept)),
            _ => Ok(all),
        }
    }
}

impl Interval {
    /// Judges `kept` together with each of `next`.
    fn judge_each(
        &self,
        rows: &Rows<'_>,
        cut: &[Range<usize>],
        kept: &[usize],
        next: &[usize],
        call: &Call<'_>,
    ) -> Result<Vec<Judged>, Error> {
        let unknown = Judged { components: 0, error: f64::INFINITY };
        let judged: Vec<Mutex<Result<Judged, Error>>> =
            next.iter().map(|_| Mutex::new(Ok(unknown))).collect();
        call.parallel_for(next.len(), |i| {
            let together: Vec<usize> = kept.iter().chain([&next[i]]).copied().collect();
            let result = go_on(call).and_then(|()| {
                self.inner.judge_columns(rows, &columns(cut, &together), &Call::alone())
            });
            *judged[i].lock().unwrap_or_else(PoisonError::into_inner) = result;
        });
        judged
            .into_iter()
            .map(|judged| judged.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }
}

/// The columns of some intervals, ascending.
fn columns(cut: &[Range<usize>], kept: &[usize]) -> Vec<usize> {
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    kept.into_iter().flat_map(|i| cut[i].clone()).collect()
}

fn in_order(axis: &Axis) -> Result<(), Error> {
    let Axis::Positions { unit, values } = axis else {
        return Err(Error::arg(
            "intervals are of an axis of positions such as nm; the input has named columns \
             (adit.pls.vip, adit.pls.selectivity-ratio and adit.pls.cars take those)",
        ));
    };
    let rises = |w: &[f64]| w[0] < w[1];
    let rising = values.windows(2).filter(|w| rises(w)).count();
    let turn =
        values.windows(2).position(|w| w[0] == w[1] || rises(w) != (rising > values.len() / 2));
    match turn {
        None => Ok(()),
        Some(at) => Err(Error::arg(format!(
            "intervals need positions in order; {} is followed by {} {}",
            values[at],
            values[at + 1],
            unit::text(*unit)
        ))),
    }
}
