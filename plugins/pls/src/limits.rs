//! When the data carry no further component.

/// The rank stop. With `tol = 10 max(n, p) eps` no further component is sought when
///
/// - the residual is spent: `|E| <= tol |Y|`, the fit is exact to rounding;
/// - the covariance is spent: `|X'E| <= tol |X| |E|`, what is left of Y is at right angles to every column of X;
/// - the score is spent: `|t| <= tol |X|`, the rank of X is reached.
///
/// |X|, |Y| are Frobenius norms of the treated (centred, scaled, weighted) training data. Rounding leaves these quantities near
/// `eps` times the right-hand sides, ten times max(n, p) below the limit; a 16-bit instrument resolves 1.5e-5.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    tol: f64,
    x_norm: f64,
    y_norm: f64,
}

impl Limits {
    pub(crate) fn new(rows: usize, cols: usize, x_norm: f64, y_norm: f64) -> Limits {
        Limits { tol: 10.0 * rows.max(cols) as f64 * f64::EPSILON, x_norm, y_norm }
    }
    /// Norm of E below which the fit is exact.
    pub(crate) fn residual_spent(&self, e_norm: f64) -> bool {
        e_norm <= self.tol * self.y_norm
    }
    /// Whether X'E with norm `s_norm` is rounding.
    pub(crate) fn covariance_spent(&self, s_norm: f64, e_norm: f64) -> bool {
        s_norm <= self.tol * self.x_norm * e_norm
    }
    /// Whether a score vector of norm `t_norm`, of a unit weight vector, is rounding.
    pub(crate) fn score_spent(&self, t_norm: f64) -> bool {
        t_norm <= self.tol * self.x_norm
    }
}

/// X'Y is deflated from component to component; when it has fallen below this share of the value last computed from the data, it
/// is computed from the residual again. Without that, coefficients of 15 components lose two digits more.
pub(crate) const REFRESH: f64 = 1e-3;

/// The largest count that shapes allow: columns, and rows of positive weight less one for the mean.
pub(crate) fn count_bound(rows: usize, cols: usize, centre: bool) -> usize {
    cols.min(rows.saturating_sub(usize::from(centre)))
}
