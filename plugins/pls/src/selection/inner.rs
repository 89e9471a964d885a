//! The cross-validation inside the training rows, and the PLS that the methods look into.

use adit_plugin::{
    Call, CrossValidation, Error, ErrorCode, Fold, Matrix, Param, ParamKind, Params, Targets,
    Training, Variant,
};

use crate::model::Model;
use crate::prepare::{Settings, column};
use crate::{fast_cv, kernel};

/// A gain in error below this share is rounding.
const GAIN: f64 = 1e-9;

/// Fewest rows that can be cross-validated with something left to learn from.
const FEWEST: usize = 3;

/// Training rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) x: Matrix<'a>,
    pub(crate) y: Matrix<'a>,
    pub(crate) weights: Option<&'a [f64]>,
}

impl<'a> Rows<'a> {
    /// # Errors
    /// No y, shapes that do not fit, or a value that is not finite.
    pub(crate) fn new(data: &Training<'a>) -> Result<Rows<'a>, Error> {
        let y = data.y.ok_or_else(|| Error::arg("selecting columns by PLS needs y"))?;
        let (x, weights) = (data.x, data.weights);
        if x.rows() != y.rows() || weights.is_some_and(|w| w.len() != x.rows()) {
            return Err(Error::shape(format!(
                "{} rows of x, {} rows of y and {} weights do not fit",
                x.rows(),
                y.rows(),
                weights.map_or(x.rows(), <[f64]>::len)
            )));
        }
        if x.cols() == 0 || y.cols() == 0 || x.cols() != data.axis.len() {
            return Err(Error::shape("x needs the columns of the axis, and y at least one"));
        }
        let finite = |row: &[f64]| row.iter().all(|v| v.is_finite());
        if let Some(i) = (0..x.rows()).find(|i| !(finite(x.row(*i)) && finite(y.row(*i)))) {
            return Err(Error::numeric(format!("training row {i} has a value that is not finite")));
        }
        Ok(Rows { x, y, weights })
    }

    /// Whether there are rows enough, and a column of x and of y that varies.
    pub(crate) fn tell_something(&self) -> bool {
        let varies = |m: Matrix<'_>| {
            let first = m.row(0);
            m.iter_rows().any(|row| row.iter().zip(first).any(|(a, b)| a != b))
        };
        self.x.rows() >= FEWEST && varies(self.x) && varies(self.y)
    }

    /// The values of these columns, row-major.
    pub(crate) fn gathered(&self, columns: &[usize]) -> Vec<f64> {
        self.x.iter_rows().flat_map(|row| columns.iter().map(|j| row[*j])).collect()
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
}

/// How a PLS stood the inner cross-validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// The count used.
    pub(crate) components: usize,
    /// Mean squared error at that count; over the variance of y when there are several targets.
    pub(crate) error: f64,
}

impl Judged {
    /// Whether the error is smaller by more than rounding.
    pub(crate) fn beats(&self, other: &Judged) -> bool {
        self.error < other.error * (1.0 - GAIN)
    }
}

/// Number of components of the inner PLS.
pub(crate) const COMPONENTS: Param = Param {
    name: "components",
    unit: "",
    help: "latent variables of the PLS inside; 0 chooses the count of least error by the inner cross-validation",
    kind: ParamKind::Int { default: Some(0), min: 0, max: 10_000 },
};
/// Largest count to choose from.
pub(crate) const MAX_COMPONENTS: Param = Param {
    name: "max_components",
    unit: "",
    help: "most latent variables to choose from when components = 0",
    kind: ParamKind::Int { default: Some(10), min: 1, max: 10_000 },
};
/// Folds of the inner cross-validation.
pub(crate) const FOLDS: Param = Param {
    name: "folds",
    unit: "",
    help: "folds of the inner cross-validation of the training rows, every folds-th row left out together",
    kind: ParamKind::Int { default: Some(5), min: 2, max: 10_000 },
};
/// Scaling of the inner PLS.
pub(crate) const SCALE: Param = Param {
    name: "scale",
    unit: "",
    help: "the PLS inside divides x and y by their standard deviations (ddof = 1)",
    kind: ParamKind::Bool { default: Some(false) },
};

/// The PLS that a method looks into, and how its components are chosen from the training rows.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    components: usize,
    max_components: usize,
    folds: usize,
    settings: Settings,
}

impl Inner {
    /// From the four parameters above.
    pub(crate) fn create(params: &Params) -> Result<Inner, Error> {
        Ok(Inner {
            components: params.size("components")?,
            max_components: params.size("max_components")?,
            folds: params.size("folds")?,
            settings: Settings { centre: true, scale: params.bool("scale")? },
        })
    }

    /// Cross-validates a PLS on some columns of the rows.
    pub(crate) fn judge_columns(
        &self,
        rows: &Rows<'_>,
        columns: &[usize],
        call: &Call<'_>,
    ) -> Result<Judged, Error> {
        let values = rows.gathered(columns);
        let x = Matrix::new(&values, rows.x.rows(), columns.len())?;
        self.judge(&Rows { x, ..*rows }, call)
    }

    /// Cross-validates a PLS on all columns of the rows: the count that is given, or the one of least error, the smaller of two
    /// that differ by rounding. Rows 0, k, 2k ... are the first of k folds.
    pub(crate) fn judge(&self, rows: &Rows<'_>, call: &Call<'_>) -> Result<Judged, Error> {
        let (n, m) = (rows.x.rows(), rows.y.cols());
        let k = self.folds.min(n);
        let wanted = if self.components > 0 { self.components } else { self.max_components };
        let top = wanted.min(rows.x.cols()).min(n - n.div_ceil(k));
        let tests: Vec<Vec<usize>> = (0..k).map(|f| (f..n).step_by(k).collect()).collect();
        let mut predictions = vec![0.0; n * (top + 1) * m];
        let mut reached = vec![0; k];
        let mut job = CrossValidation {
            x: rows.x,
            y: rows.y,
            weights: rows.weights,
            folds: tests.iter().map(|test| Fold { test, gap: &[] }).collect(),
            targets: Targets::Joint,
            variants: vec![Variant {
                centre: self.settings.centre,
                scale: self.settings.scale,
                filter: None,
            }],
            max_components: top,
            predictions: &mut predictions,
            reached: &mut reached,
        };
        fast_cv::run(&mut job, call)?;
        let errors = mean_squares(rows, &tests, &predictions, top);
        let at = |components: usize| Judged { components, error: errors[components] };
        if self.components > 0 {
            return Ok(at(top));
        }
        let best =
            (1..=top).map(at).reduce(|best, next| if next.beats(&best) { next } else { best });
        Ok(best.unwrap_or(at(0)))
    }

    /// A PLS of all columns with the count that is given or chosen; it may reach less.
    pub(crate) fn model(&self, rows: &Rows<'_>, call: &Call<'_>) -> Result<Model, Error> {
        let components = match self.components {
            0 => self.judge(rows, call)?.components,
            given => given,
        };
        self.fit(rows, components)
    }

    /// A PLS of all columns.
    pub(crate) fn fit(&self, rows: &Rows<'_>, components: usize) -> Result<Model, Error> {
        kernel::fit(rows.x, rows.y, rows.weights, self.settings, components)
    }
}

/// Weighted mean squared error at each count `0..=top`; each target over its variance when there are several.
fn mean_squares(
    rows: &Rows<'_>,
    tests: &[Vec<usize>],
    predictions: &[f64],
    top: usize,
) -> Vec<f64> {
    let m = rows.y.cols();
    let variance = |k: usize| {
        let sd = column((0..rows.y.rows()).map(|i| (rows.y.row(i)[k], rows.weight(i))), 0.0).sd;
        if m > 1 { sd * sd } else { 1.0 }
    };
    let variances: Vec<f64> = (0..m).map(variance).collect();
    let (mut sums, mut total) = (vec![0.0; top + 1], 0.0);
    let order = tests.iter().flatten();
    for (i, of_row) in order.zip(predictions.chunks_exact((top + 1) * m)) {
        total += rows.weight(*i);
        for (sum, at_count) in sums.iter_mut().zip(of_row.chunks_exact(m)) {
            let targets = at_count.iter().zip(rows.y.row(*i)).zip(&variances);
            let square = targets.map(|((p, y), v)| (p - y) * (p - y) / v).sum::<f64>();
            *sum += rows.weight(*i) * square;
        }
    }
    sums.iter().map(|s| s / total).collect()
}

/// Stops when the host wants it.
pub(crate) fn go_on(call: &Call<'_>) -> Result<(), Error> {
    if call.cancelled() { Err(Error::new(ErrorCode::Cancelled, "cancelled")) } else { Ok(()) }
}
