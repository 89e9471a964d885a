//! Fourier low-pass.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, StateReader,
    StateWriter, Training, Transform, each_row,
};

use crate::filter::{Filter, Padding};
use crate::gains::Taper;

/// The slow part of each row: frequencies above `keep` times the highest one (half a cycle per channel) are taken out.
///
/// With `padding = "reflect"` the row is followed by its mirror image, so that unlike ends do not ring; the filter is then the
/// one on the cosine transform (DCT-II) of the row. Frequencies count channels, not nm: an axis should be about evenly spaced. Each
/// output depends on the whole row, so the lowered form is a full matrix.
#[derive(Debug)]
pub struct LowPass {
    keep: f64,
    taper: Taper,
    padding: Padding,
    fitted: Option<(Axis, Filter)>,
}

impl LowPass {
    fn fitted(&self) -> Result<&(Axis, Filter), Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }

    fn prepare(&self, axis: Axis) -> Result<(Axis, Filter), Error> {
        if !matches!(axis, Axis::Positions { .. }) {
            return Err(Error::arg(
                "a Fourier filter works along an axis of positions such as nm; the input has named \
                 columns",
            ));
        }
        if axis.is_empty() {
            return Err(Error::shape("the axis is empty"));
        }
        let filter = Filter::new(axis.len(), self.keep, self.taper, self.padding);
        Ok((axis, filter))
    }
}

impl Transform for LowPass {
    const INFO: Info = Info {
        id: "adit.fourier.low-pass",
        name: "Fourier low-pass",
        summary: "takes the fast part out of each row; the lowered form is a full matrix",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "keep",
            unit: "",
            help: "cut-off as a part of the highest frequency, half a cycle per channel",
            kind: ParamKind::Float { default: Some(0.25), min: 0.0, max: 1.0 },
        },
        Param {
            name: "taper",
            unit: "",
            help: "none: sharp at the cut-off; cosine: falls from half the cut-off to the cut-off",
            kind: ParamKind::Choice { default: Some("cosine"), choices: &["none", "cosine"] },
        },
        Param {
            name: "padding",
            unit: "",
            help: "reflect: the row is followed by its mirror image; none: by itself",
            kind: ParamKind::Choice { default: Some("reflect"), choices: &["reflect", "none"] },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let taper = if params.text("taper")? == "none" { Taper::None } else { Taper::Cosine };
        let padding =
            if params.text("padding")? == "none" { Padding::None } else { Padding::Reflect };
        Ok(LowPass { keep: params.float("keep")?, taper, padding, fitted: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.fitted = Some(self.prepare(data.axis.clone())?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.fitted()?.0.clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let (axis, filter) = self.fitted()?;
        let (columns, given, wanted) = (axis.len(), x.cols(), out.cols());
        if (given, wanted) != (columns, columns) {
            return Err(Error::shape(format!(
                "fitted on {columns} columns, given {given} in and {wanted} out"
            )));
        }
        each_row(x, out, status, call, |row, out| filter.apply(row, out))
    }

    /// The axis; the gains follow from its length and the parameters.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(&self.fitted()?.0);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let fitted = self.prepare(from.axis()?);
        self.fitted = Some(fitted.map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let (axis, filter) = self.fitted()?;
        let n_in = axis.len();
        Ok(vec![Op::AffineDense { n_in, coefficients: filter.matrix(), bias: vec![0.0; n_in] }])
    }
}
