//! Ranges of an axis.

use adit_plugin::{
    Axis, Call, Error, Info, Kept, Matrix, MatrixMut, Op, Param, ParamKind, Params, StateReader,
    StateWriter, Training, Transform, unit,
};

use crate::FLAGS;

/// The channels whose position lies in one of `ranges`, given as low, high, low, high ... in the unit of the axis, both ends
/// included (to 1e-9 of their value, so that rounding of an axis does not lose its end). Each channel is kept once, in the order
/// of the axis. A range that holds no channel is an error: it is nearly always a slip of the unit or of a digit.
#[derive(Debug)]
pub struct Range {
    ranges: Vec<(f64, f64)>,
    kept: Option<Kept>,
}

impl Range {
    fn kept(&self) -> Result<&Kept, Error> {
        self.kept.as_ref().ok_or_else(Error::not_fitted)
    }

    fn choose(&self, axis: Axis) -> Result<Kept, Error> {
        let Axis::Positions { unit, values } = &axis else {
            return Err(Error::arg(
                "ranges are of an axis of positions such as nm; the input has named columns \
                 (adit.select.columns takes names)",
            ));
        };
        for range in &self.ranges {
            if !values.iter().any(|v| holds(range, *v)) {
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                return Err(Error::arg(format!(
                    "no channel lies in the range {} to {}; the axis has {} channels from {low} \
                     to {high} {}",
                    range.0,
                    range.1,
                    values.len(),
                    unit::text(*unit)
                )));
            }
        }
        let wanted = |v: f64| self.ranges.iter().any(|r| holds(r, v));
        let index = (0..values.len()).filter(|i| wanted(values[*i])).collect();
        Kept::new(axis, index)
    }
}

fn holds((low, high): &(f64, f64), v: f64) -> bool {
    (low - 1e-9 * low.abs()..=high + 1e-9 * high.abs()).contains(&v)
}

impl Transform for Range {
    const INFO: Info = Info {
        id: "adit.select.range",
        name: "Select ranges",
        summary: "keeps the channels whose position lies in one of the ranges, both ends included",
        flags: FLAGS,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[Param {
        name: "ranges",
        unit: "",
        help: "low, high, low, high ... in the unit of the axis",
        kind: ParamKind::Floats { default: None, min: f64::MIN, max: f64::MAX },
    }];

    fn create(params: &Params) -> Result<Self, Error> {
        let ends = params.floats("ranges")?;
        if ends.is_empty() || !ends.len().is_multiple_of(2) {
            return Err(Error::arg(format!(
                "parameter ranges needs pairs low, high; it has {} numbers",
                ends.len()
            )));
        }
        let ranges: Vec<(f64, f64)> = ends.chunks_exact(2).map(|p| (p[0], p[1])).collect();
        match ranges.iter().find(|(low, high)| low > high) {
            Some((low, high)) => Err(Error::arg(format!(
                "parameter ranges: {low} to {high} runs backwards; write [{high}, {low}]"
            ))),
            None => Ok(Range { ranges, kept: None }),
        }
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.kept = Some(self.choose(data.axis.clone())?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.kept()?.output().clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        _: &Call<'_>,
    ) -> Result<(), Error> {
        self.kept()?.apply(x, out, status)
    }

    /// The input axis; the choice follows from it and the parameters.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(self.kept()?.input());
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let kept = self.choose(from.axis()?);
        self.kept = Some(kept.map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        Ok(self.kept()?.lower())
    }
}
