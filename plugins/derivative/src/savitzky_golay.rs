//! Savitzky-Golay smoothing and derivatives.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, StateReader,
    StateWriter, Training, Transform, each_row,
};

use crate::filter::{Filter, Shape, Spacing};

/// A polynomial of degree `order` fitted by least squares to each `window` of channels, and its `derivative` at the middle one,
/// in units of the row per unit of the axis to the power of the derivative (per nm, per nm^2).
///
/// The first and last half window of channels take the polynomial of the first and last whole window, as
/// `scipy.signal.savgol_filter(..., mode="interp", delta=spacing)` does. An axis counts as even when every spacing lies within 1 %
/// of the mean spacing, which is then used for all; on any other axis each polynomial is fitted to the actual positions of its
/// window. `spacing = "mean"` or `"actual"` asks for one of the two. A falling axis (wavenumbers) has a negative spacing.
#[derive(Debug)]
pub struct SavitzkyGolay {
    shape: Shape,
    filter: Option<Filter>,
}

impl SavitzkyGolay {
    fn filter(&self) -> Result<&Filter, Error> {
        self.filter.as_ref().ok_or_else(Error::not_fitted)
    }
}

const fn int(name: &'static str, help: &'static str, range: (i64, i64), default: i64) -> Param {
    let kind = ParamKind::Int { default: Some(default), min: range.0, max: range.1 };
    Param { name, unit: "", help, kind }
}

impl Transform for SavitzkyGolay {
    const INFO: Info = Info {
        id: "adit.derivative.savitzky-golay",
        name: "Savitzky-Golay",
        summary: "smoothing or derivative by local polynomials; edges by that of the end window",
        reference: "doi:10.1021/ac60214a047",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        int("window", "channels in a window: odd, and more than the order", (3, 999), 11),
        int("order", "degree of the polynomial", (0, 15), 2),
        int("derivative", "which derivative; 0 smooths", (0, 15), 0),
        Param {
            name: "spacing",
            unit: "",
            help: "mean spacing, actual positions, or mean where every spacing is within 1 % of it",
            kind: ParamKind::Choice { default: Some("auto"), choices: &["auto", "mean", "actual"] },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let (window, order) = (params.size("window")?, params.size("order")?);
        let derivative = params.size("derivative")?;
        if window.is_multiple_of(2) {
            return Err(Error::arg(format!(
                "parameter window = {window} is even; it needs a middle channel: take {} or {}",
                window - 1,
                window + 1
            )));
        }
        if order >= window {
            return Err(Error::arg(format!(
                "parameter order = {order} needs a window of more than {order} channels"
            )));
        }
        if derivative > order {
            return Err(Error::arg(format!(
                "parameter derivative = {derivative} of a polynomial of order {order} is 0 all over"
            )));
        }
        let spacing = match params.text("spacing")? {
            "mean" => Spacing::Mean,
            "actual" => Spacing::Actual,
            _ => Spacing::Auto,
        };
        Ok(SavitzkyGolay { shape: Shape { window, order, derivative, spacing }, filter: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.filter = Some(Filter::new(data.axis.clone(), &self.shape)?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.filter()?.axis.clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let filter = self.filter()?;
        let (columns, given, wanted) = (filter.axis.len(), x.cols(), out.cols());
        if (given, wanted) != (columns, columns) {
            return Err(Error::shape(format!(
                "fitted on {columns} columns, given {given} in and {wanted} out"
            )));
        }
        each_row(x, out, status, call, |row, out| filter.apply(row, out))
    }

    /// The axis; the weights follow from it and the parameters.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(&self.filter()?.axis);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let filter = Filter::new(from.axis()?, &self.shape);
        self.filter = Some(filter.map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let filter = self.filter()?;
        let n_in = filter.axis.len();
        Ok(vec![Op::AffineBanded { n_in, bands: filter.bands(), bias: vec![0.0; n_in] }])
    }
}
