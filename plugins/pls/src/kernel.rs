//! Improved kernel PLS, algorithm 1: Dayal and MacGregor 1997, J. Chemometrics 11, 73-85,
//! doi:10.1002/(SICI)1099-128X(199701)11:1<73::AID-CEM435>3.0.CO;2-#.
//!
//! X (n x p) is never deflated; X'Y (p x m) is. For each component, with E the residual of Y:
//!
//! ```text
//! w = dominant left singular vector of S = X'E
//! r = w - sum_j (p_j'w) r_j,   t = X r         (in score space: t = X w - sum_j (p_j'w) t_j)
//! p = X't / t't,   q = E't / t't,   S <- S - X't q',   E <- E - t q'
//! ```
//!
//! Three things are added for accuracy, none of which changes the answer in exact arithmetic: the projection of t (and with it of r)
//! on the earlier scores is taken out once more, which keeps T orthogonal to rounding; w is freed of the earlier weights; and S is
//! computed anew from E once deflation has eaten three digits of it. Sample weights count a row as often as they say.
//!
//! A fit is a cross-validation of one fold that leaves no row out: see `fold_column` for a component's steps. X is read once a
//! component, and the only copy of it is the one that is less its means.

use adit_plugin::{Call, Error, Matrix};
use nalgebra::DMatrix;

use crate::batched;
use crate::column_ops::{subtract, vectorised};
use crate::fold_column::Components;
use crate::fold_stats::AllRows;
use crate::model::Model;
use crate::prepare::{Settings, Stats, row_weights};
use crate::whole::Whole;

/// Fits every component count up to `max_components` to `x` (n x p) and `y` (n x m); fewer where the rank of the data ends.
///
/// `weights`: one number a row, 0 or more; a row of weight 0 is left out. A constant y, a dead X or a single row give a model of
/// 0 components.
///
/// # Errors
/// Shapes that do not fit, no row of positive weight, a value that is not finite, or numbers so large that products overflow.
///
/// ```
/// use adit_pls::{Settings, kernel};
/// use adit_plugin::Matrix;
///
/// let x = [1.0, 0.0, 2.0, 1.0, 3.0, 5.0, 4.0, 2.0];
/// let y = [3.0, 6.0, 13.0, 12.0]; // 2 x0 + x1 + 1, or nearly
/// let settings = Settings { centre: true, scale: false };
/// let model = kernel::fit(Matrix::new(&x, 4, 2)?, Matrix::new(&y, 4, 1)?, None, settings, 5)?;
/// assert_eq!(model.reached(), 2);
/// let mut out = [0.0; 3];
/// model.predict_row(&[2.0, 1.0], 0, 2, &mut out);
/// assert_eq!(out[0], 8.5);
/// # Ok::<(), adit_plugin::Error>(())
/// ```
pub fn fit(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
    settings: Settings,
    max_components: usize,
) -> Result<Model, Error> {
    fit_on(x, y, weights, settings, max_components, &Call::alone())
}

/// [`fit`] on the threads that the host lends; they change no bit of the model.
///
/// # Errors
/// As [`fit`], and when the host wants it to stop.
pub fn fit_on(
    x: Matrix<'_>,
    y: Matrix<'_>,
    weights: Option<&[f64]>,
    settings: Settings,
    max_components: usize,
    call: &Call<'_>,
) -> Result<Model, Error> {
    if x.rows() != y.rows() {
        return Err(Error::shape(format!("{} rows of x, {} rows of y", x.rows(), y.rows())));
    }
    if x.cols() == 0 || y.cols() == 0 {
        return Err(Error::shape("x and y need at least one column each"));
    }
    let weights = row_weights(weights, x.rows())?;
    let all = AllRows::new(x, &weights, settings.centre, call);
    let whole = Whole { all: &all, y, weights: &weights, settings, max: max_components };
    Ok(model(batched::fit(&whole, call)?, all.shift(), settings))
}

/// The model of components that were found on rows less `shift`.
fn model(found: Components, shift: &[f64], settings: Settings) -> Model {
    let (p, m, a) = (shift.len(), found.y.len(), found.parts.len());
    let mean = match settings.centre {
        true => found.stats.mean.iter().zip(shift).map(|(mean, shift)| mean + shift).collect(),
        false => vec![0.0; p],
    };
    let x = Stats { mean, scale: found.stats.scale };
    let y = Stats {
        mean: found.y.iter().map(|y| y.mean).collect(),
        scale: found.y.iter().map(|y| y.sd).collect(),
    };
    let mut rotations = found.weights.clone();
    for (a, parts) in found.parts.iter().enumerate() {
        let (earlier, r) = rotations.split_at_mut(a * p);
        vectorised(
            #[inline(always)]
            || subtract(earlier, parts, &mut r[..p]),
        );
    }
    let pw = DMatrix::from_fn(a, a, |j, k| match j.cmp(&k) {
        std::cmp::Ordering::Less => found.parts[k][j],
        std::cmp::Ordering::Equal => 1.0,
        std::cmp::Ordering::Greater => 0.0,
    });
    let columns = |rows: usize, values: Vec<f64>| DMatrix::from_vec(rows, a, values);
    let (w, r) = (columns(p, found.weights), columns(p, rotations));
    Model::new(settings, x, y, w, r, columns(m, found.y_loadings), pw)
}
