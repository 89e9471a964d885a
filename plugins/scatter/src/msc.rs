//! Multiplicative scatter correction.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, RowStatus,
    StateReader, StateWriter, Training, Transform, each_row, vector,
};

use crate::shape;

/// Each row regressed on the mean training row r, x = a + b r, and replaced by (x - a) / b.
///
/// The reference is learnt from the training rows (weighted, where weights are given), so it belongs to the fold. A row whose
/// slope b is not above `floor` is refused: it does not look like the training rows at all.
#[derive(Debug)]
pub struct Msc {
    floor: f64,
    reference: Option<Reference>,
}

/// The mean training row, ready for regression.
#[derive(Debug)]
struct Reference {
    axis: Axis,
    values: Vec<f64>,
    mean: f64,
    /// `values - mean`.
    centred: Vec<f64>,
    /// Sum of the squares of `centred`; above 0.
    sum_of_squares: f64,
}

impl Reference {
    fn new(axis: Axis, values: Vec<f64>) -> Result<Self, Error> {
        shape::comparable(&axis, "MSC")?;
        if values.len() != axis.len() {
            return Err(Error::shape("the reference has another length than the axis"));
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
        let sum_of_squares = centred.iter().map(|c| c * c).sum::<f64>();
        let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        // Below this the differences are rounding of the mean.
        let rounding = 16.0 * f64::EPSILON * largest;
        let sd = (sum_of_squares / values.len() as f64).sqrt();
        if !(sd.is_finite() && sd > rounding) {
            return Err(Error::numeric(
                "MSC cannot regress on the mean training row: it is constant, or too large",
            ));
        }
        Ok(Reference { axis, values, mean, centred, sum_of_squares })
    }

    fn of(data: &Training<'_>) -> Result<Self, Error> {
        if data.x.rows() == 0 {
            return Err(Error::numeric("MSC needs at least one training row"));
        }
        let mut sum = vec![0.0; data.x.cols()];
        let mut total = 0.0;
        for (i, row) in data.x.iter_rows().enumerate() {
            if let Some(at) = row.iter().position(|v| !v.is_finite()) {
                return Err(Error::numeric(format!(
                    "training row {i}, column {at} is not a finite number"
                )));
            }
            let weight = data.weights.map_or(1.0, |w| w[i]);
            total += weight;
            sum.iter_mut().zip(row).for_each(|(s, v)| *s += weight * v);
        }
        Reference::new(data.axis.clone(), sum.into_iter().map(|s| s / total).collect())
    }

    fn correct(&self, row: &[f64], out: &mut [f64], floor: f64) -> RowStatus {
        let mean = vector::shifted_sum(row, 0.0) / row.len() as f64;
        // The row less its mean stands in `out` meanwhile.
        vector::centre_into(row, 0.0, mean, out);
        let slope = vector::dot(&self.centred, out) / self.sum_of_squares;
        if !slope.is_finite() {
            return RowStatus::NotFinite;
        }
        if slope <= floor {
            return RowStatus::Divisor;
        }
        // (x - a) / b with a = mean - slope * reference mean.
        let factor = slope.recip();
        if factor.is_finite() {
            vector::stretch_into(row, mean, factor, self.mean, out);
        } else {
            out.iter_mut().for_each(|o| *o = *o / slope + self.mean);
        }
        RowStatus::Ok
    }
}

impl Msc {
    fn reference(&self) -> Result<&Reference, Error> {
        self.reference.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl Transform for Msc {
    const INFO: Info = Info {
        id: "adit.scatter.msc",
        name: "Multiplicative scatter correction",
        summary: "each row regressed on the mean training row; offset removed, slope divided out",
        reference: "doi:10.1366/0003702854248656",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[Param {
        name: "floor",
        unit: "",
        help: "a row is refused unless its slope on the mean training row is above this",
        kind: ParamKind::Float { default: Some(1e-6), min: 0.0, max: f64::MAX },
    }];

    fn create(params: &Params) -> Result<Self, Error> {
        Ok(Msc { floor: params.float("floor")?, reference: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.reference = Some(Reference::of(data)?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.reference()?.axis.clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let reference = self.reference()?;
        shape::fits(reference.values.len(), x, &out)?;
        each_row(x, out, status, call, |row, out| reference.correct(row, out, self.floor))
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let reference = self.reference()?;
        to.axis(&reference.axis);
        to.f64s(&reference.values);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let (axis, values) = (from.axis()?, from.f64s()?);
        self.reference =
            Some(Reference::new(axis, values).map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let Reference { values, mean, centred, sum_of_squares, .. } = self.reference()?;
        let n = values.len();
        let slope = centred.iter().map(|c| c / sum_of_squares);
        let offset = slope.clone().map(|s| 1.0 / n as f64 - mean * s);
        Ok(vec![Op::RegressBasis {
            n,
            divide: 1,
            basis: std::iter::repeat_n(1.0, n).chain(values.iter().copied()).collect(),
            inverse: offset.chain(slope).collect(),
            floor: self.floor,
        }])
    }
}
