//! Temperature compensation of conductivity.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, RowStatus,
    StateReader, StateWriter, Training, Transform, each_row, unit,
};

use crate::table;

/// Below this divisor (under -22 degC with the default coefficient) the linear law says nothing.
const FLOOR: f64 = 0.1;

/// EC25 = EC / (1 + alpha (T - 25)): the conductivity that the water would have at 25 degC, in place of the one measured.
///
/// The column keeps its name and unit (uS/cm or mS/m). A row whose divisor is not above 0.1 is refused. Not for an instrument that
/// compensates by itself.
#[derive(Debug)]
pub struct Compensate {
    ec: String,
    temperature: String,
    alpha: f64,
    fitted: Option<Fitted>,
}

#[derive(Debug)]
struct Fitted {
    axis: Axis,
    ec: usize,
    temperature: usize,
}

impl Compensate {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }

    fn prepare(&self, axis: Axis) -> Result<Fitted, Error> {
        let conductivity = [unit::ADIT_UNIT_US_PER_CM, unit::ADIT_UNIT_MS_PER_M];
        let ec = table::column(&axis, &self.ec, &conductivity)?;
        let temperature = table::column(&axis, &self.temperature, &[unit::ADIT_UNIT_DEG_C])?;
        Ok(Fitted { axis, ec, temperature })
    }

    /// Divisor = c0 + c1 T.
    fn coefficients(&self) -> (f64, f64) {
        (1.0 - 25.0 * self.alpha, self.alpha)
    }
}

impl Transform for Compensate {
    const INFO: Info = Info {
        id: "adit.ec.compensate",
        name: "EC at 25 degC",
        summary: "EC25 = EC / (1 + alpha (T - 25)), in place of EC",
        reference: "ISO 7888:1985",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "ec",
            unit: "",
            help: "name of the conductivity column",
            kind: ParamKind::Text { default: Some("EC") },
        },
        Param {
            name: "temperature",
            unit: "",
            help: "name of the temperature column, in degC",
            kind: ParamKind::Text { default: Some("T") },
        },
        Param {
            name: "alpha",
            unit: "1/K",
            help: "relative change of conductivity per kelvin, referred to 25 degC",
            kind: ParamKind::Float { default: Some(0.0191), min: 0.0, max: 0.1 },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let text = |name| params.text(name).map(str::to_owned);
        let (ec, temperature) = (text("ec")?, text("temperature")?);
        Ok(Compensate { ec, temperature, alpha: params.float("alpha")?, fitted: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.fitted = Some(self.prepare(data.axis.clone())?);
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
        let Fitted { axis, ec, temperature } = self.fitted()?;
        table::fits((axis.len(), axis.len()), x, &out)?;
        let (c0, c1) = self.coefficients();
        each_row(x, out, status, call, |row, out| {
            let divisor = c0 + c1 * row[*temperature];
            if divisor <= FLOOR {
                return RowStatus::Divisor;
            }
            out.copy_from_slice(row);
            out[*ec] = row[*ec] / divisor;
            RowStatus::Ok
        })
    }

    /// The axis; the columns follow from it and the parameters.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(&self.fitted()?.axis);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let fitted = self.prepare(from.axis()?);
        self.fitted = Some(fitted.map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let Fitted { ec, temperature, .. } = self.fitted()?;
        let (c0, c1) = self.coefficients();
        Ok(vec![Op::Ratio { column: *ec, by: *temperature, c0, c1, floor: FLOOR }])
    }
}
