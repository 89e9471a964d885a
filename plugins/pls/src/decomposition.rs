//! What a fitted model makes of the rows it was fitted on.

use adit_plugin::{Error, Matrix};
use nalgebra::DMatrix;

use crate::model::Model;
use crate::prepare::row_weights;

/// `Xs = T P' + E` and `Ys = T Q' + F` of the training rows, where Xs and Ys are centred and scaled as the model does it.
///
/// A [`Model`] keeps what predicts; scores of the training rows, X loadings and the sums of squares need the data again, and are
/// worked out here, for every component at once. Figures of the first a components are those of the model truncated to a.
///
/// | method | figure |
/// |---|---|
/// | [`Decomposition::scores`], [`Decomposition::loadings`] | T, P |
/// | [`Decomposition::explained_x`], [`Decomposition::explained_y`] | explained variance per component |
/// | [`Decomposition::vip`] | importance of each column |
/// | [`Decomposition::selectivity_ratio`] | explained over residual variance of each column after target projection |
///
/// W, R and Q are the model's: [`Model::weights`], [`Model::rotations`], [`Model::y_loadings`].
///
/// ```
/// use adit_pls::{Decomposition, Settings, kernel};
/// use adit_plugin::Matrix;
///
/// let x = [1.0, 0.1, 2.0, -0.1, 3.0, 0.1, 4.0, -0.2]; // the first column carries y
/// let y = [1.1, 1.9, 3.0, 4.1];
/// let (x, y) = (Matrix::new(&x, 4, 2)?, Matrix::new(&y, 4, 1)?);
/// let model = kernel::fit(x, y, None, Settings { centre: true, scale: false }, 2)?;
/// let of = Decomposition::new(&model, x, y, None)?;
/// assert!(of.explained_x()[0] > 0.98 && of.explained_y()[0] > 0.98);
/// assert!(of.vip(1)?[0] > 1.0 && of.vip(1)?[1] < 1.0);
/// assert!(of.selectivity_ratio(1, 0)?[0] > of.selectivity_ratio(1, 0)?[1]);
/// # Ok::<(), adit_plugin::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decomposition<'m> {
    pub(crate) model: &'m Model,
    scores: DMatrix<f64>,
    loadings: DMatrix<f64>,
    /// `sum w t^2` of each component.
    pub(crate) squares: Vec<f64>,
    /// `sum w x^2` of each treated column of X.
    pub(crate) x_squares: Vec<f64>,
    /// `sum w y^2` of each treated target.
    pub(crate) y_squares: Vec<f64>,
}

impl<'m> Decomposition<'m> {
    /// Of `x` (n x p) and `y` (n x m), the rows and `weights` that `model` was fitted on.
    ///
    /// # Errors
    /// Shapes that do not fit the model or each other.
    pub fn new(
        model: &'m Model,
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
    ) -> Result<Decomposition<'m>, Error> {
        let (n, p, m, a) = (x.rows(), model.columns(), model.targets(), model.reached());
        if (x.cols(), y.cols(), y.rows()) != (p, m, n) {
            return Err(Error::shape(format!(
                "the model has {p} columns and {m} targets; given {n} x {} and {} x {}",
                x.cols(),
                y.rows(),
                y.cols()
            )));
        }
        let weights = row_weights(weights, n)?;
        let (mut scores, mut loadings) = (DMatrix::zeros(n, a), DMatrix::zeros(p, a));
        let (mut squares, mut x_squares) = (vec![0.0; a], vec![0.0; p]);
        let (mut t, mut treated) = (vec![0.0; a], vec![0.0; p]);
        for (i, (row, w)) in x.iter_rows().zip(&weights).enumerate() {
            model.scores_row(row, &mut t);
            for (k, to) in treated.iter_mut().enumerate() {
                *to = (row[k] - model.x.mean[k]) / model.x.scale[k];
                x_squares[k] += w * *to * *to;
            }
            for (k, t) in t.iter().enumerate() {
                scores[(i, k)] = *t;
                squares[k] += w * t * t;
                let share = w * t;
                let to = loadings.column_mut(k);
                to.into_iter().zip(&treated).for_each(|(to, x)| *to += share * x);
            }
        }
        for (mut column, square) in loadings.column_iter_mut().zip(&squares) {
            column.iter_mut().for_each(|p| *p /= square);
        }
        let y_squares = (0..m)
            .map(|k| {
                let treated = |row: &[f64]| (row[k] - model.y.mean[k]) / model.y.scale[k];
                y.iter_rows().zip(&weights).map(|(row, w)| w * treated(row).powi(2)).sum()
            })
            .collect();
        Ok(Decomposition { model, scores, loadings, squares, x_squares, y_squares })
    }

    /// T, n x a: scores of the training rows; columns are at right angles to each other (under the row weights). `T = Xs R`.
    pub fn scores(&self) -> &DMatrix<f64> {
        &self.scores
    }

    /// P, p x a: X loadings, `Xs't / t't` of each score t.
    pub fn loadings(&self) -> &DMatrix<f64> {
        &self.loadings
    }

    /// The count as it is, or an error when it is 0 or above what the model reached.
    pub(crate) fn count(&self, components: usize) -> Result<usize, Error> {
        let reached = self.model.reached();
        if (1..=reached).contains(&components) {
            return Ok(components);
        }
        Err(Error::arg(format!("{components} components asked of 1 to {reached}")))
    }
}
