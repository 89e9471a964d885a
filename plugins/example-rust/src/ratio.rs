//! Ratio to the mean training spectrum: y = x / (m + offset), channel by channel.
//!
//! What all training spectra have in common (lamp, cuvette, solvent) becomes 1, and what differs stands out. The mean is learnt, so
//! the plugin is not ROW_LOCAL: each fold learns its own.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, RowStatus,
    StateReader, StateWriter, Training, Transform, each_row,
};

/// The instance: its parameter, and what it learnt.
pub struct Ratio {
    offset: f64,
    fitted: Option<Fitted>,
}

struct Fitted {
    axis: Axis,
    /// 1 / (mean + offset), one per channel.
    factor: Vec<f64>,
}

impl Ratio {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl Transform for Ratio {
    const INFO: Info = Info {
        id: "example.rust.ratio",
        name: "Ratio to the mean",
        version: env!("CARGO_PKG_VERSION"),
        summary: "divides each channel by its mean over the training rows",
        reference: "",
        state_version: 1,
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[Param {
        name: "offset",
        unit: "",
        help: "added to each mean before the division",
        kind: ParamKind::Float { default: Some(0.0), min: 0.0, max: 1e6 },
    }];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Ratio { offset: params.float("offset")?, fitted: None })
    }

    fn fit(&mut self, data: &Training<'_>, _call: &Call<'_>) -> Result<(), Error> {
        let mut sum = vec![0.0; data.x.cols()];
        let mut total = 0.0;
        for (i, row) in data.x.iter_rows().enumerate() {
            let weight = data.weights.map_or(1.0, |w| w[i]);
            total += weight;
            sum.iter_mut().zip(row).for_each(|(s, v)| *s += weight * v);
        }
        let factor: Vec<f64> = sum.iter().map(|s| 1.0 / (s / total + self.offset)).collect();
        if let Some(j) = factor.iter().position(|f| !f.is_finite()) {
            return Err(Error::numeric(format!("the mean of column {j} is 0: give an offset")));
        }
        self.fitted = Some(Fitted { axis: data.axis.clone(), factor });
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.fitted()?.axis.clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let factor = &self.fitted()?.factor;
        if x.cols() != factor.len() {
            return Err(Error::shape(format!("{} columns, fitted on {}", x.cols(), factor.len())));
        }
        each_row(x, out, status, call, |row, out| {
            out.iter_mut().zip(row).zip(factor).for_each(|((o, v), f)| *o = v * f);
            RowStatus::Ok
        })
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let fitted = self.fitted()?;
        to.axis(&fitted.axis);
        to.f64s(&fitted.factor);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let axis = from.axis()?;
        let factor = from.f64s_exact(axis.len())?;
        self.fitted = Some(Fitted { axis, factor });
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let factor = &self.fitted()?.factor;
        Ok(vec![Op::diagonal(factor, &vec![0.0; factor.len()])])
    }
}
