//! The transforms: honest ones, and one that lies in many ways.

use std::sync::Mutex;

use adit_engine::lowered::{Band, Norm};
use adit_engine::plugin::{Applied, Flags};
use adit_engine::{Axis, Error, Matrix, Op, Result, RowStatus, Transform};

use super::{NEEDS_Y, ROW_LOCAL, SELECTS};

pub(crate) fn make(id: &str, settings: &toml::Table) -> Result<Box<dyn Transform>> {
    let allowed = match id {
        "fake.select" => "columns",
        "fake.liar" => "how",
        _ => "",
    };
    if let Some(key) = settings.keys().find(|k| **k != allowed) {
        return Err(Error::usage(format!("there is no parameter {key}"), ""));
    }
    let what = match id {
        "fake.centre" => What::Centre,
        "fake.lost" => What::Lost,
        "fake.reject" => What::Reject,
        "fake.shift" => What::Shift,
        "fake.snv" => What::Snv,
        "fake.torn" => What::Torn,
        "fake.liar" => What::Liar(settings["how"].as_str().unwrap_or_default().to_owned()),
        "fake.select" => {
            let list = settings["columns"].as_array().cloned().unwrap_or_default();
            What::Select(list.iter().filter_map(|v| Some(v.as_integer()? as usize)).collect())
        }
        _ => return Err(Error::plugin(format!("{id} is no transform"), "")),
    };
    Ok(Box::new(Fake { what, input: None, learnt: Vec::new(), hidden: Mutex::default() }))
}

enum What {
    /// Subtracts the means of the training rows.
    Centre,
    /// Loses its last row.
    Lost,
    /// Refuses rows whose first value is negative.
    Reject,
    /// Keeps these columns.
    Select(Vec<usize>),
    /// Multiplies by the mean of y.
    Shift,
    Snv,
    /// Says that it is row-local and that it needs y.
    Torn,
    Liar(String),
}

struct Fake {
    what: What,
    input: Option<Axis>,
    learnt: Vec<f64>,
    /// What a liar keeps where nobody looks: calls so far, and a mean.
    hidden: Mutex<(usize, Option<f64>)>,
}

impl Fake {
    fn input(&self) -> Result<&Axis> {
        self.input.as_ref().ok_or_else(|| Error::plugin("not fitted", ""))
    }

    fn row(&self, x: &[f64], lie: f64) -> std::result::Result<Vec<f64>, RowStatus> {
        Ok(match &self.what {
            What::Centre => x.iter().zip(&self.learnt).map(|(v, m)| v - m).collect(),
            What::Shift => x.iter().map(|v| v * self.learnt[0]).collect(),
            What::Select(columns) => columns.iter().map(|j| x[*j]).collect(),
            What::Reject if x[0] < 0.0 => return Err(RowStatus::Divisor),
            What::Liar(_) => x.iter().map(|v| v + lie).collect(),
            What::Snv => {
                let (n, mean) = (x.len() as f64, x.iter().sum::<f64>() / x.len() as f64);
                let sd = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
                if sd.is_nan() || sd <= 1e-9 {
                    return Err(RowStatus::Divisor);
                }
                x.iter().map(|v| (v - mean) / sd).collect()
            }
            _ => x.to_vec(),
        })
    }

    /// What a liar adds to row `i`.
    fn lie(&self, x: &Matrix, i: usize) -> f64 {
        let What::Liar(how) = &self.what else { return 0.0 };
        let (n, first) = (x.rows(), x.row(0)[0]);
        let mean = x.col(0).iter().sum::<f64>() / n as f64;
        let mut hidden = self.hidden.lock().unwrap();
        let when = |yes: bool, size: f64| if yes { size } else { 0.0 };
        match how.as_str() {
            "batch" => mean,
            "first-row" => first,
            "next-row" => when(i + 1 < n, x.row((i + 1).min(n - 1))[0]),
            "place" => i as f64,
            "beyond-64" => when(n > 64, 1e-12),
            "beyond-256" => when(n > 256, 1.0),
            "nan-neighbour" => when(x.data().iter().any(|v| v.is_nan()), 1.0),
            "counts-calls" => hidden.0 as f64,
            "late" => when(hidden.0 > 20, 1.0),
            "first-batch" => *hidden.1.get_or_insert(mean),
            "first-crowd" if n > 1 || hidden.1.is_some() => *hidden.1.get_or_insert(mean),
            _ => 0.0,
        }
    }
}

impl Transform for Fake {
    fn flags(&self) -> Flags {
        Flags(match self.what {
            What::Centre => 0,
            What::Shift => NEEDS_Y,
            What::Select(_) => ROW_LOCAL | SELECTS,
            What::Torn => ROW_LOCAL | NEEDS_Y,
            _ => ROW_LOCAL,
        })
    }
    fn fit(&mut self, axis: &Axis, x: &Matrix, y: Option<&[f64]>, w: Option<&[f64]>) -> Result<()> {
        assert_eq!((axis.len(), w.map_or(x.rows(), <[f64]>::len)), (x.cols(), x.rows()));
        assert_eq!(x.rows() == 0, self.flags().row_local(), "rows to learn from");
        let mean = |v: Vec<f64>| v.iter().sum::<f64>() / v.len() as f64;
        self.learnt = match self.what {
            What::Centre => (0..x.cols()).map(|j| mean(x.col(j))).collect(),
            What::Shift => vec![mean(y.unwrap().to_vec())],
            _ => Vec::new(),
        };
        self.input = Some(axis.clone());
        Ok(())
    }
    fn output(&self) -> Result<Axis> {
        match (self.input()?, &self.what) {
            (Axis::Positions { unit, values }, What::Select(columns)) => Ok(Axis::Positions {
                unit: *unit,
                values: columns.iter().map(|j| values[*j]).collect(),
            }),
            (axis, _) => Ok(axis.clone()),
        }
    }
    fn apply(&self, x: &Matrix) -> Result<Applied> {
        let width = self.output()?.len();
        let (mut rows, mut status) = (Vec::new(), Vec::new());
        self.hidden.lock().unwrap().0 += 1;
        let give = x.rows() - usize::from(matches!(self.what, What::Lost));
        for (i, row) in x.iter_rows().take(give).enumerate() {
            let finite = row.iter().all(|v| v.is_finite());
            let came =
                if finite { self.row(row, self.lie(x, i)) } else { Err(RowStatus::NotFinite) };
            status.push(came.as_ref().err().copied().unwrap_or(RowStatus::Ok));
            rows.extend(came.unwrap_or_else(|_| vec![f64::NAN; width]));
        }
        Ok(Applied { x: Matrix::new(rows, give, width)?, status })
    }
    fn save(&self) -> Result<Vec<u8>> {
        let Axis::Positions { values, .. } = self.input()? else { return Ok(Vec::new()) };
        let numbers = [values.len() as f64].into_iter().chain(values.iter().copied());
        Ok(numbers.chain(self.learnt.iter().copied()).flat_map(f64::to_le_bytes).collect())
    }
    fn load(&mut self, bytes: &[u8], _: u32) -> Result<()> {
        let numbers = super::nipals::numbers(bytes)?;
        let (axis, learnt) = numbers[1..].split_at(numbers[0] as usize);
        (self.input, self.learnt) = (Some(Axis::wavelengths_nm(axis.to_vec())), learnt.to_vec());
        Ok(())
    }
    fn lower(&self) -> Result<Vec<Op>> {
        let p = self.input()?.len();
        let diagonal = |c: f64, bias: Vec<f64>| Op::AffineBanded {
            n_in: p,
            bands: (0..p).map(|first| Band { first, coefficients: vec![c] }).collect(),
            bias,
        };
        match &self.what {
            What::Snv => {
                Ok(vec![Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 1e-9 }])
            }
            What::Centre => Ok(vec![diagonal(1.0, self.learnt.iter().map(|m| -m).collect())]),
            What::Shift => Ok(vec![diagonal(self.learnt[0], vec![0.0; p])]),
            What::Select(columns) => Ok(vec![Op::Gather { n_in: p, index: columns.clone() }]),
            _ => Err(Error::usage("it has no lowered form", "")),
        }
    }
}
