//! Explained variance.

use crate::decomposition::Decomposition;

impl Decomposition<'_> {
    /// Share of the sum of squares of Xs that each component explains, `t't p'p / |Xs|^2`: between 0 and 1, together at most 1.
    pub fn explained_x(&self) -> Vec<f64> {
        let whole: f64 = self.x_squares.iter().sum();
        let p = self.loadings().column_iter().map(|p| p.norm_squared());
        p.zip(&self.squares).map(|(p, square)| share(square * p, whole)).collect()
    }

    /// Share of the sum of squares of Ys, all targets together, that each component explains: `t't q'q / |Ys|^2`.
    pub fn explained_y(&self) -> Vec<f64> {
        let whole: f64 = self.y_squares.iter().sum();
        let q = self.model.y_loadings.column_iter().map(|q| q.norm_squared());
        q.zip(&self.squares).map(|(q, square)| share(square * q, whole)).collect()
    }

    /// Share of the sum of squares of one target that each component explains: `t't q_k^2 / |Ys_k|^2`; 0 for a target that is
    /// constant, `None` for a target that is not there.
    pub fn explained_target(&self, target: usize) -> Option<Vec<f64>> {
        let whole = *self.y_squares.get(target)?;
        let q = self.model.y_loadings.row(target);
        Some(q.iter().zip(&self.squares).map(|(q, square)| share(square * q * q, whole)).collect())
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
