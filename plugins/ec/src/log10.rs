//! Decadic logarithm of columns.

use adit_plugin::{
    Axis, Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params, RowStatus,
    StateReader, StateWriter, Training, Transform, each_row, unit,
};

use crate::table;

/// log10 of the named columns, in place. A row with one of them not above `floor` is refused; the unit of the columns becomes
/// "log10".
#[derive(Debug)]
pub struct Log10 {
    columns: Vec<String>,
    floor: f64,
    fitted: Option<Fitted>,
}

#[derive(Debug)]
struct Fitted {
    input: Axis,
    output: Axis,
    index: Vec<usize>,
}

impl Log10 {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }

    fn prepare(&self, input: Axis) -> Result<Fitted, Error> {
        let index =
            self.columns.iter().map(|c| input.column(c)).collect::<Result<Vec<_>, Error>>()?;
        let mut channels = table::channels(&input)?.to_vec();
        for i in &index {
            let channel = &mut channels[*i];
            if [unit::ADIT_UNIT_LOG10, unit::ADIT_UNIT_PH].contains(&channel.unit) {
                return Err(Error::arg(format!("column {} is a logarithm already", channel.name)));
            }
            channel.unit = unit::ADIT_UNIT_LOG10;
        }
        Ok(Fitted { input, output: Axis::Named(channels), index })
    }
}

impl Transform for Log10 {
    const INFO: Info = Info {
        id: "adit.ec.log10",
        name: "log10 of columns",
        summary: "decadic logarithm of the named columns, in place",
        flags: Flags::DETERMINISTIC.with(Flags::ROW_LOCAL).with(Flags::CHANGES_AXIS),
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "columns",
            unit: "",
            help: "names of the columns",
            kind: ParamKind::Texts { default: Some(&["EC"]) },
        },
        Param {
            name: "floor",
            unit: "",
            help: "a row is refused unless these columns are above this, each in its own unit",
            kind: ParamKind::Float { default: Some(0.0), min: 0.0, max: f64::MAX },
        },
    ];

    fn create(params: &Params) -> Result<Self, Error> {
        let columns = params.texts("columns")?.to_vec();
        if columns.is_empty() {
            return Err(Error::arg("parameter columns names no column"));
        }
        if let Some(i) = (1..columns.len()).find(|i| columns[..*i].contains(&columns[*i])) {
            return Err(Error::arg(format!("parameter columns names {} twice", columns[i])));
        }
        Ok(Log10 { columns, floor: params.float("floor")?, fitted: None })
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
        let Fitted { input, index, .. } = self.fitted()?;
        table::fits((input.len(), input.len()), x, &out)?;
        each_row(x, out, status, call, |row, out| {
            out.copy_from_slice(row);
            for i in index {
                if row[*i] <= self.floor {
                    return RowStatus::Log;
                }
                out[*i] = row[*i].log10();
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

    fn lower(&self) -> Result<Vec<Op>, Error> {
        Ok(vec![Op::Log10 { columns: self.fitted()?.index.clone(), floor: self.floor }])
    }
}
