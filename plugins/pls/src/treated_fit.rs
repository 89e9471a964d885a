//! What the fits in squared space start from, and what they end with.

use adit_plugin::Matrix;
use nalgebra::{DMatrix, DVector};

use crate::limits::count_bound;
use crate::model::Model;
use crate::prepare::{Settings, Stats, row_weights, stats, treated};
use crate::rounding::{Rounding, Tolerance};

/// Weights and rotations must stay within 1e-9.
const TOLERANCE: Tolerance = Tolerance { relative: 3e-9, of_y: f64::INFINITY };
/// X whose deviations are below this share of its values (squared) may be constant but for rounding.
const CONSTANT_SQUARE: f64 = 1e-20;

/// Treated training data of a fit that may be sought in squared space.
pub(crate) struct Treated {
    /// Rows times the root of their weights, p x n.
    pub(crate) xt: DMatrix<f64>,
    /// n x m.
    pub(crate) e: DMatrix<f64>,
    pub(crate) x_stats: Stats,
    pub(crate) y_stats: Stats,
    /// Most components.
    pub(crate) bound: usize,
    pub(crate) x_square: f64,
    pub(crate) y_norm: f64,
    pub(crate) rounding: Rounding,
}

impl Treated {
    /// `None` for data that do not fit together, are not finite or hardly vary: what to say of them is left to the fit on X.
    pub(crate) fn new(
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        settings: Settings,
        max_components: usize,
    ) -> Option<Treated> {
        if x.rows() != y.rows() || x.cols() == 0 || y.cols() == 0 {
            return None;
        }
        let weights = row_weights(weights, x.rows()).ok()?;
        let (x_stats, y_stats) = (stats(x, &weights, settings), stats(y, &weights, settings));
        let xt = treated(x, &weights, &x_stats);
        let e = treated(y, &weights, &y_stats).transpose();
        let (x_square, e_square) = (xt.norm_squared(), e.norm_squared());
        let total: f64 = weights.iter().sum();
        let about =
            |s: &Stats| s.mean.iter().zip(&s.scale).map(|(m, d)| m * m / (d * d)).sum::<f64>();
        let y_square = e_square + total * about(&y_stats);
        let rounding = Rounding::new(e_square, y_square, TOLERANCE);
        let varies =
            x_square > CONSTANT_SQUARE * (x_square + total * about(&x_stats)) && rounding.varies();
        let rows = weights.iter().filter(|w| **w > 0.0).count();
        (varies && x_square.is_finite() && e_square.is_finite()).then(|| Treated {
            bound: max_components.min(count_bound(rows, x.cols(), settings.centre)),
            xt,
            e,
            x_stats,
            y_stats,
            x_square,
            y_norm: e_square.sqrt(),
            rounding,
        })
    }
}

/// The components found so far.
#[derive(Default)]
pub(crate) struct Components {
    pub(crate) weights: Vec<DVector<f64>>,
    pub(crate) rotations: Vec<DVector<f64>>,
    pub(crate) y_loadings: Vec<DVector<f64>>,
    /// Column a of P'W, upper triangular.
    pub(crate) pw: Vec<Vec<f64>>,
}

impl Components {
    /// The model that they make.
    pub(crate) fn model(self, from: Treated, settings: Settings) -> Model {
        let (p, m, a) = (from.xt.nrows(), from.e.ncols(), self.weights.len());
        let columns = |rows: usize, v: &[DVector<f64>]| {
            if v.is_empty() { DMatrix::zeros(rows, 0) } else { DMatrix::from_columns(v) }
        };
        let pw = DMatrix::from_fn(a, a, |j, k| self.pw[k].get(j).copied().unwrap_or(0.0));
        let (w, r, q) =
            (columns(p, &self.weights), columns(p, &self.rotations), columns(m, &self.y_loadings));
        Model::new(settings, from.x_stats, from.y_stats, w, r, q, pw)
    }
}
