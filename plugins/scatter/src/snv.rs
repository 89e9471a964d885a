//! Standard normal variate.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Norm, Op, Param, ParamKind, Params,
    RowStatus, StateReader, StateWriter, Training, Transform, each_row, vector,
};

use crate::shape;

/// Each row minus its mean, divided by its standard deviation (ddof = 1).
///
/// A row whose standard deviation is not above `floor` (in the unit of the row) is refused: a dead or saturated capture has no
/// shape to scale up. The standard deviation of a constant row comes out as exactly 0.
#[derive(Debug)]
pub struct Snv {
    floor: f64,
    axis: Option<Axis>,
}

impl Snv {
    fn axis(&self) -> Result<&Axis, Error> {
        self.axis.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl Transform for Snv {
    const INFO: Info = Info {
        id: "adit.scatter.snv",
        name: "Standard normal variate",
        summary: "each row minus its mean, divided by its standard deviation (ddof = 1)",
        reference: "doi:10.1366/0003702894202201",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[Param {
        name: "floor",
        unit: "",
        help: "a row is refused unless its standard deviation (in its own unit) is above this",
        kind: ParamKind::Float { default: Some(1e-12), min: 0.0, max: f64::MAX },
    }];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Snv { floor: params.float("floor")?, axis: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        shape::comparable(data.axis, "SNV")?;
        self.axis = Some(data.axis.clone());
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        self.axis().cloned()
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        shape::fits(self.axis()?.len(), x, &out)?;
        each_row(x, out, status, call, |row, out| standardise(row, out, self.floor))
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(self.axis()?);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let axis = from.axis()?;
        shape::comparable(&axis, "SNV").map_err(|e| Error::state_bytes(e.to_string()))?;
        self.axis = Some(axis);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        self.axis()?;
        Ok(vec![Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: self.floor }])
    }
}

/// Works on differences from the first value: they are exactly 0 in a constant row, so that rounding of the mean cannot pass
/// for a signal.
fn standardise(row: &[f64], out: &mut [f64], floor: f64) -> RowStatus {
    let (n, first) = (row.len() as f64, row[0]);
    let mean = vector::shifted_sum(row, first) / n;
    let sd = (vector::centre_into(row, first, mean, out) / (n - 1.0)).sqrt();
    if !sd.is_finite() {
        return RowStatus::NotFinite;
    }
    if sd <= floor {
        return RowStatus::Divisor;
    }
    shape::divide(out, sd);
    RowStatus::Ok
}
