//! Linear models of one set of columns, one per component count.

use adit_plugin::{
    Call, Error, Matrix, MatrixMut, Op, RowStatus, StateReader, StateWriter, each_row,
};
use ndarray::Array2;

/// y = B x + b in raw units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linear {
    /// m x p.
    pub(crate) b: Array2<f64>,
    /// m.
    pub(crate) intercepts: Vec<f64>,
}

impl Linear {
    /// From coefficients (p x m) on x less `x_mean` to coefficients on x.
    pub(crate) fn from_centred(centred: &Array2<f64>, x_mean: &[f64], y_mean: &[f64]) -> Linear {
        let at_mean =
            |k: usize| -> f64 { centred.column(k).iter().zip(x_mean).map(|(b, x)| b * x).sum() };
        let intercepts = y_mean.iter().enumerate().map(|(k, y)| y - at_mean(k)).collect();
        Linear {
            b: Array2::from_shape_fn((y_mean.len(), x_mean.len()), |(k, i)| centred[(i, k)]),
            intercepts,
        }
    }

    /// Whether every number is finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.b.iter().chain(&self.intercepts).all(|v| v.is_finite())
    }

    fn predict(&self, row: &[f64], out: &mut [f64]) {
        for ((out, b), b0) in out.iter_mut().zip(self.b.rows()).zip(&self.intercepts) {
            *out = b0 + b.iter().zip(row).map(|(b, x)| b * x).sum::<f64>();
        }
    }

    /// The model as one dense affine op.
    pub(crate) fn lower(&self) -> Vec<Op> {
        vec![Op::AffineDense {
            n_in: self.b.ncols(),
            coefficients: self.b.iter().copied().collect(),
            bias: self.intercepts.clone(),
        }]
    }

    /// Number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.b.ncols()
    }
    /// Number of targets.
    pub(crate) fn targets(&self) -> usize {
        self.b.nrows()
    }

    pub(crate) fn save(&self, to: &mut StateWriter) {
        to.size(self.columns());
        to.f64s(&self.b.iter().copied().collect::<Vec<_>>());
        to.f64s(&self.intercepts);
    }

    pub(crate) fn load(from: &mut StateReader<'_>) -> Result<Linear, Error> {
        let (p, b, intercepts) = (from.size()?, from.f64s()?, from.f64s()?);
        if p == 0 || intercepts.is_empty() {
            return Err(Error::state_bytes("a model without columns or targets"));
        }
        let b = Array2::from_shape_vec((intercepts.len(), p), b)
            .map_err(|_| Error::state_bytes("the coefficients do not fit their number"))?;
        Ok(Linear { b, intercepts })
    }

    /// All numbers, for the check number of a state.
    pub(crate) fn bits(&self) -> impl Iterator<Item = u64> + '_ {
        let head = [self.columns() as u64, self.targets() as u64];
        head.into_iter().chain(self.b.iter().chain(&self.intercepts).map(|v| v.to_bits()))
    }
}

/// 64-bit FNV-1a over numbers: what a state ends with, so that a changed byte is noticed.
pub(crate) fn check_number(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.flat_map(u64::to_le_bytes).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Predictions of the models `from..=to`, of which `models[0]` has the count `first`.
pub(crate) fn predict(
    models: &[Linear],
    first: usize,
    counts: (usize, usize),
    x: Matrix<'_>,
    out: MatrixMut<'_>,
    status: &mut [u8],
    call: &Call<'_>,
) -> Result<(), Error> {
    let (from, to) = counts;
    let chosen = from
        .checked_sub(first)
        .and_then(|start| models.get(start..to.checked_sub(first)?.checked_add(1)?))
        .filter(|chosen| !chosen.is_empty())
        .ok_or_else(|| Error::arg(format!("the model has no counts {from} to {to}")))?;
    let (p, m) = (chosen[0].columns(), chosen[0].targets());
    if x.cols() != p {
        return Err(Error::shape(format!("fitted on {p} columns, given {}", x.cols())));
    }
    if out.cols() != chosen.len() * m {
        return Err(Error::shape("the room for predictions does not fit"));
    }
    each_row(x, out, status, call, |row, out| {
        for (model, out) in chosen.iter().zip(out.chunks_exact_mut(m)) {
            model.predict(row, out);
        }
        RowStatus::Ok
    })
}
