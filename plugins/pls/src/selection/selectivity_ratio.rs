//! Selection by selectivity ratio.

use adit_plugin::{Axis, Call, Error, Info, Param, ParamKind, Params};

use super::f_test;
use super::inner::{COMPONENTS, FOLDS, Inner, MAX_COMPONENTS, Rows, SCALE};
use super::ranking::{KEEP, best};
use super::selector::Method;
use crate::decomposition::Decomposition;

/// Keeps the columns whose selectivity ratio ([`Decomposition::selectivity_ratio`]) is above the quantile `level` of
/// F(n - 2, n - 3), n training rows (Rajalahti et al. 2009, doi:10.1016/j.chemolab.2008.08.004), of those at most `keep`, and
/// never none. With fewer than four rows there is no test, and all pass. Of several targets, the largest ratio of a column counts.
#[derive(Debug)]
pub(crate) struct SelectivityRatio {
    inner: Inner,
    level: f64,
    keep: usize,
}

impl Method for SelectivityRatio {
    const INFO: Info = Info {
        id: "adit.pls.selectivity-ratio",
        name: "Selectivity ratio selection",
        summary: "keeps the columns whose explained over residual variance after target projection passes an F test",
        reference: "doi:10.1002/cem.1289",
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "level",
            unit: "",
            help: "level of the F test that a column has to pass; 0 lets every column pass",
            kind: ParamKind::Float { default: Some(0.95), min: 0.0, max: 0.999_999 },
        },
        KEEP,
        COMPONENTS,
        MAX_COMPONENTS,
        FOLDS,
        SCALE,
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(SelectivityRatio {
            inner: Inner::create(params)?,
            level: params.float("level")?,
            keep: params.size("keep")?,
        })
    }

    fn choose(&self, _: &Axis, rows: Rows<'_>, call: &Call<'_>) -> Result<Vec<usize>, Error> {
        let model = self.inner.model(&rows, call)?;
        if model.reached() == 0 {
            return Ok((0..rows.x.cols()).collect());
        }
        let of = Decomposition::new(&model, rows.x, rows.y, rows.weights)?;
        let mut ratios = vec![0.0_f64; rows.x.cols()];
        for target in 0..model.targets() {
            let of_target = of.selectivity_ratio(model.reached(), target)?;
            ratios.iter_mut().zip(of_target).for_each(|(most, r)| *most = most.max(r));
        }
        let n = rows.x.rows();
        let passes = |ratio: f64| {
            n < 4 || self.level == 0.0 || f_test::below(ratio, n - 2, n - 3) > self.level
        };
        Ok(best(&ratios, passes, self.keep))
    }
}
