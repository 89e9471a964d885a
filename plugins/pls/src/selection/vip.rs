//! Selection by importance in projection.

use adit_plugin::{Axis, Call, Error, Info, Param, ParamKind, Params};

use super::inner::{COMPONENTS, FOLDS, Inner, MAX_COMPONENTS, Rows, SCALE};
use super::ranking::{KEEP, best};
use super::selector::Method;
use crate::decomposition::Decomposition;

/// Keeps the columns whose VIP ([`Decomposition::vip`]) reaches `threshold`, of those at most `keep`, and never none. Several
/// targets are one model.
#[derive(Debug)]
pub(crate) struct Vip {
    inner: Inner,
    threshold: f64,
    keep: usize,
}

impl Method for Vip {
    const INFO: Info = Info {
        id: "adit.pls.vip",
        name: "VIP selection",
        summary: "keeps the columns of largest importance in projection (VIP) of a PLS of the training rows",
        reference: "doi:10.1016/j.chemolab.2004.12.011",
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "threshold",
            unit: "",
            help: "smallest VIP that is kept; the mean of the squares of all columns is 1",
            kind: ParamKind::Float { default: Some(1.0), min: 0.0, max: 1e6 },
        },
        KEEP,
        COMPONENTS,
        MAX_COMPONENTS,
        FOLDS,
        SCALE,
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Vip {
            inner: Inner::create(params)?,
            threshold: params.float("threshold")?,
            keep: params.size("keep")?,
        })
    }

    fn choose(&self, _: &Axis, rows: Rows<'_>, call: &Call<'_>) -> Result<Vec<usize>, Error> {
        let model = self.inner.model(&rows, call)?;
        if model.reached() == 0 {
            return Ok((0..rows.x.cols()).collect());
        }
        let of = Decomposition::new(&model, rows.x, rows.y, rows.weights)?;
        Ok(best(&of.vip(model.reached())?, |v| v >= self.threshold, self.keep))
    }
}
