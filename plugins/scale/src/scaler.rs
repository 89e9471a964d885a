//! The transform behind all methods of this family: y = (x - mean) / divisor, column by column.

use std::marker::PhantomData;

use adit_plugin::{
    Axis, Call, Error, Info, Matrix, MatrixMut, Op, Param, Params, RowStatus, StateReader,
    StateWriter, Training, Transform, each_row,
};

use crate::moments::moments;

/// What a method of this family divides a centred column by.
pub trait Divisor: Send + Sync + 'static {
    /// What the plugin says of itself.
    const INFO: Info;
    /// Training rows that the method needs.
    const MIN_ROWS: usize;
    /// The divisor of a column whose standard deviation (ddof = 1) is `sd` > 0. A constant column is divided by 1.
    fn of(sd: f64) -> f64;
}

/// Centring and scaling by the method `D`. Learns from the training rows, so it belongs to the fold.
#[derive(Debug)]
pub struct Scaler<D> {
    fitted: Option<Fitted>,
    method: PhantomData<D>,
}

#[derive(Debug)]
struct Fitted {
    axis: Axis,
    mean: Vec<f64>,
    divisor: Vec<f64>,
}

impl<D> Scaler<D> {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl<D: Divisor> Transform for Scaler<D> {
    const INFO: Info = D::INFO;
    const PARAMS: &'static [Param] = &[];

    fn create(_: &Params) -> Result<Self, Error> {
        Ok(Scaler { fitted: None, method: PhantomData })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        if data.x.rows() < D::MIN_ROWS {
            return Err(Error::numeric(format!(
                "{} needs {} training rows or more, not {}",
                D::INFO.id,
                D::MIN_ROWS,
                data.x.rows()
            )));
        }
        let (mean, sd) = moments(data)?;
        let divisor = sd.into_iter().map(|s| if s > 0.0 { D::of(s) } else { 1.0 }).collect();
        self.fitted = Some(Fitted { axis: data.axis.clone(), mean, divisor });
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
        let Fitted { axis, mean, divisor } = self.fitted()?;
        let (columns, given, wanted) = (axis.len(), x.cols(), out.cols());
        if (given, wanted) != (columns, columns) {
            return Err(Error::shape(format!(
                "fitted on {columns} columns, given {given} in and {wanted} out"
            )));
        }
        each_row(x, out, status, call, |row, out| {
            let by_column = row.iter().zip(mean).zip(divisor);
            out.iter_mut().zip(by_column).for_each(|(o, ((v, m), d))| *o = (v - m) / d);
            RowStatus::Ok
        })
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let Fitted { axis, mean, divisor } = self.fitted()?;
        to.axis(axis);
        to.f64s(mean);
        to.f64s(divisor);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let axis = from.axis()?;
        let (mean, divisor) = (from.f64s_exact(axis.len())?, from.f64s_exact(axis.len())?);
        // A divisor whose inverse overflows could not be lowered.
        if !divisor.iter().all(|d| *d > 0.0 && d.recip().is_finite()) {
            return Err(Error::state_bytes("a divisor is not above 0"));
        }
        self.fitted = Some(Fitted { axis, mean, divisor });
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let Fitted { mean, divisor, .. } = self.fitted()?;
        let scale: Vec<f64> = divisor.iter().map(|d| d.recip()).collect();
        let bias: Vec<f64> = mean.iter().zip(divisor).map(|(m, d)| -m / d).collect();
        Ok(vec![Op::diagonal(&scale, &bias)])
    }
}
