//! Selectivity ratio by target projection: Kvalheim 2010, Journal of Chemometrics 24, 496-504, doi:10.1002/cem.1289.

use adit_plugin::Error;
use nalgebra::DVector;

use crate::decomposition::Decomposition;

impl Decomposition<'_> {
    /// Explained over residual variance of each of the p columns on the one score that predicts `target`.
    ///
    /// With b the coefficients of the first `components` on Xs,
    ///
    /// ```text
    /// w = b / |b|,   t = Xs w,   p = Xs't / t't
    /// ratio_j = t't p_j^2 / (|Xs_j|^2 - t't p_j^2)
    /// ```
    ///
    /// It is 0 for a column that is constant and infinite for one that the score explains to rounding.
    ///
    /// # Errors
    /// A count of 0, more components than the model has, or a target that is not there.
    pub fn selectivity_ratio(&self, components: usize, target: usize) -> Result<Vec<f64>, Error> {
        let a = self.count(components)?;
        let m = self.model.targets();
        if target >= m {
            return Err(Error::arg(format!("target {target} asked of a model of {m}")));
        }
        // Xs b = T q and Xs'T = P T'T: neither needs X again.
        let q = self.model.y_loadings.row(target).columns(0, a).transpose();
        let tq = DVector::from_fn(a, |k, _| self.squares[k] * q[k]);
        let along = self.loadings().columns(0, a) * &tq; // Xs't |b|
        let square: f64 = q.dot(&tq); // t't |b|^2
        let ratio = |(along, whole): (&f64, &f64)| {
            let explained = along * along / square;
            let residual = whole - explained;
            match () {
                () if explained <= ROUNDING * whole || square <= 0.0 => 0.0,
                () if residual <= ROUNDING * whole => f64::INFINITY,
                () => explained / residual,
            }
        };
        Ok(along.iter().zip(&self.x_squares).map(ratio).collect())
    }
}

/// A share of a column's sum of squares that is rounding.
const ROUNDING: f64 = 1e-14;
