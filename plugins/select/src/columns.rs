//! Columns by name, or by position.

use adit_plugin::{
    Axis, Call, Error, Info, Kept, Matrix, MatrixMut, Op, Param, ParamKind, Params, StateReader,
    StateWriter, Training, Transform, unit,
};

use crate::FLAGS;

/// The columns called `names`, in that order; or, of a spectrum, the channels nearest to `positions`, in the order of the axis. A
/// position must lie within half a spacing of its channel, and no column may be asked for twice.
#[derive(Debug)]
pub struct Columns {
    wanted: Wanted,
    kept: Option<Kept>,
}

#[derive(Debug)]
enum Wanted {
    Names(Vec<String>),
    Positions(Vec<f64>),
}

impl Columns {
    fn kept(&self) -> Result<&Kept, Error> {
        self.kept.as_ref().ok_or_else(Error::not_fitted)
    }

    fn choose(&self, axis: Axis) -> Result<Kept, Error> {
        let index = match (&self.wanted, &axis) {
            (Wanted::Names(names), _) => by_name(names, &axis)?,
            (Wanted::Positions(wanted), Axis::Positions { unit, values }) => {
                by_position(wanted, values, *unit)?
            }
            (Wanted::Positions(_), Axis::Named(_)) => {
                return Err(Error::arg("the input has named columns: give names, not positions"));
            }
        };
        Kept::new(axis, index)
    }
}

fn by_name(names: &[String], axis: &Axis) -> Result<Vec<usize>, Error> {
    names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            if names[..i].contains(name) {
                return Err(Error::arg(format!("column {name} is asked for twice")));
            }
            axis.column(name)
        })
        .collect()
}

fn by_position(wanted: &[f64], values: &[f64], unit: u32) -> Result<Vec<usize>, Error> {
    let unit = unit::text(unit);
    let mut index = Vec::with_capacity(wanted.len());
    for position in wanted {
        let away = |i: &usize| (values[*i] - position).abs();
        let nearest = (0..values.len()).min_by(|a, b| away(a).total_cmp(&away(b)));
        let Some(at) = nearest.filter(|i| away(i) <= half_spacing(values, *i)) else {
            let nearest =
                nearest.map_or_else(String::new, |i| format!("; the nearest is {}", values[i]));
            return Err(Error::arg(format!("no channel lies at {position} {unit}{nearest}")));
        };
        if index.contains(&at) {
            return Err(Error::arg(format!(
                "the channel at {} {unit} is asked for twice (by {position})",
                values[at]
            )));
        }
        index.push(at);
    }
    index.sort_unstable();
    Ok(index)
}

/// Half the distance to the farther neighbour, with 1e-9 of the position for rounding.
fn half_spacing(values: &[f64], i: usize) -> f64 {
    let here = values[i];
    let neighbours = [i.checked_sub(1), i.checked_add(1)];
    let farther = neighbours
        .into_iter()
        .flatten()
        .filter_map(|j| values.get(j))
        .fold(0.0_f64, |m, v| m.max((v - here).abs()));
    farther / 2.0 + 1e-9 * here.abs()
}

impl Transform for Columns {
    const INFO: Info = Info {
        id: "adit.select.columns",
        name: "Select columns",
        summary: "keeps columns by name, or the channels of a spectrum nearest to given positions",
        flags: FLAGS,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "names",
            unit: "",
            help: "names of the columns to keep, in this order",
            kind: ParamKind::Texts { default: Some(&[]) },
        },
        Param {
            name: "positions",
            unit: "",
            help: "positions of the channels to keep, in the unit of the axis",
            kind: ParamKind::Floats { default: Some(&[]), min: f64::MIN, max: f64::MAX },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let (names, positions) = (params.texts("names")?, params.floats("positions")?);
        let wanted = match (names.is_empty(), positions.is_empty()) {
            (false, true) => Wanted::Names(names.to_vec()),
            (true, false) => Wanted::Positions(positions.to_vec()),
            (true, true) => {
                return Err(Error::arg(
                    "give the columns to keep as names = [...] or positions = [...]",
                ));
            }
            (false, false) => {
                return Err(Error::arg("give names or positions, not both"));
            }
        };
        Ok(Columns { wanted, kept: None })
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
