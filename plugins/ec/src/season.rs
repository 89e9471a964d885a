//! Harmonics of the year.

use std::f64::consts::PI;

use adit_plugin::{
    Axis, Call, Channel, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params,
    RowStatus, StateReader, StateWriter, Training, Transform, each_row, unit,
};

use crate::table;

/// Days in a mean Gregorian year.
const YEAR_DAYS: f64 = 365.2425;

/// Appends sin and cos of 2 pi k t / year for k = 1 .. `harmonics`, with t the column `time` in days UTC since 1970.
///
/// The new columns are called `time_sin1`, `time_cos1`, `time_sin2` and so on. The time column itself is left out unless
/// `keep_time` is set: as a feature it would be a linear trend without end.
#[derive(Debug)]
pub struct Season {
    time: String,
    harmonics: u32,
    keep_time: bool,
    fitted: Option<Fitted>,
}

#[derive(Debug)]
struct Fitted {
    input: Axis,
    output: Axis,
    time: usize,
    /// The input columns that stay.
    kept: Vec<usize>,
}

impl Season {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }

    fn prepare(&self, input: Axis) -> Result<Fitted, Error> {
        let time = table::column(&input, &self.time, &[unit::ADIT_UNIT_DAYS_UTC])?;
        let kept: Vec<usize> = (0..input.len()).filter(|i| self.keep_time || *i != time).collect();
        let channels = table::channels(&input)?;
        let mut output: Vec<Channel> =
            kept.iter().filter_map(|i| channels.get(*i).cloned()).collect();
        for k in 1..=self.harmonics {
            for function in ["sin", "cos"] {
                let name = format!("{}_{function}{k}", self.time);
                if channels.iter().any(|c| c.name == name) {
                    return Err(Error::arg(format!("there is a column {name} already")));
                }
                output.push(Channel { name, unit: unit::ADIT_UNIT_NONE });
            }
        }
        Ok(Fitted { input, output: Axis::Named(output), time, kept })
    }
}

impl Transform for Season {
    const INFO: Info = Info {
        id: "adit.ec.season",
        name: "Season",
        summary: "appends harmonics of the year made of a time column",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL).with(Flags::CHANGES_AXIS),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "time",
            unit: "",
            help: "name of the time column, in days UTC",
            kind: ParamKind::Text { default: Some("time") },
        },
        Param {
            name: "harmonics",
            unit: "",
            help: "1: the year; 2: the half year too; and so on",
            kind: ParamKind::Int { default: Some(1), min: 1, max: 12 },
        },
        Param {
            name: "keep_time",
            unit: "",
            help: "whether the time column stays, as a linear trend",
            kind: ParamKind::Bool { default: Some(false) },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let harmonics = u32::try_from(params.int("harmonics")?)
            .map_err(|_| Error::arg("parameter harmonics is out of range"))?;
        let time = params.text("time")?.to_owned();
        Ok(Season { time, harmonics, keep_time: params.bool("keep_time")?, fitted: None })
    }

    fn fit(&mut self, data: &Training<'_>, _: &Call<'_>) -> Result<(), Error> {
        self.fitted = Some(self.prepare(data.axis.clone())?);
        Ok(())
    }

    fn output(&self) -> Result<Axis, Error> {
        Ok(self.fitted()?.output.clone())
    }

    fn apply(
        &self,
        x: Matrix<'_>,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let Fitted { input, output, time, kept } = self.fitted()?;
        table::fits((input.len(), output.len()), x, &out)?;
        each_row(x, out, status, call, |row, out| {
            let (left, right) = out.split_at_mut(kept.len());
            left.iter_mut().zip(kept).for_each(|(o, i)| *o = row[*i]);
            for (k, pair) in (1_u32..).zip(right.chunks_exact_mut(2)) {
                let phase = 2.0 * PI * f64::from(k) * row[*time] / YEAR_DAYS;
                pair.copy_from_slice(&[phase.sin(), phase.cos()]);
            }
            RowStatus::Ok
        })
    }

    /// The input axis; the columns follow from it and the parameters.
    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        to.axis(&self.fitted()?.input);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, _version: u32) -> Result<(), Error> {
        let fitted = self.prepare(from.axis()?);
        self.fitted = Some(fitted.map_err(|e| Error::state_bytes(e.to_string()))?);
        Ok(())
    }

    /// The harmonics, which are appended, then a selection that leaves the time out.
    fn lower(&self) -> Result<Vec<Op>, Error> {
        let Fitted { input, time, kept, .. } = self.fitted()?;
        let harmonic = |order| Op::Harmonic { column: *time, order, period: YEAR_DAYS };
        let mut ops: Vec<Op> = (1..=self.harmonics).map(harmonic).collect();
        if kept.len() < input.len() {
            let n_in = input.len() + 2 * self.harmonics as usize;
            let index = kept.iter().copied().chain(input.len()..n_in).collect();
            ops.push(Op::Gather { n_in, index });
        }
        Ok(ops)
    }
}
