//! How far rounding has eaten into components that were sought in squared space.

/// A score vector shorter than this share of the longest one's (squared, for unit weight vectors) is not sought in squared space.
const SHORTEST: f64 = 1e-7;
/// A residual below this share of Y (squared) may be an exact fit but for rounding.
const SPENT: f64 = 1e-20;
/// Share of the tolerance above which a component is worth a fresh G.
const STRAIN: f64 = 0.02;

/// An estimate, kept from component to component, of the relative error of a fold on XX' or X'X.
///
/// A product with XX' or X'X carries an error of about `eps |X|^2` times the vector, whatever its direction, while the answer wanted
/// gets smaller from component to component. With S = X'E and l1 > l2 the largest eigenvalues of S'S, an error of S'S turns the
/// weight vector by that error over `l1 - l2`. On XX', where `S'S = E'G` and `G = XX'E` keeps the error of the first one, that is
///
/// ```text
/// eps |X|^2 |Y| |E| / (l1 - l2)
/// ```
///
/// and since `l1 <= |t|^2 |E|^2` this covers a score that is too short, a residual or a covariance that is spent, and two directions
/// that tie. An error of a component reaches the predictions multiplied by the residual that it explains, so two sums are kept: of the
/// relative errors, and of their shares of |Y|. On spectra both come out some hundred times too careful, and hardly too careful
/// on data that are not centred.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rounding {
    /// |E|^2 at first, and now.
    e_first: f64,
    e_square: f64,
    /// |Y| before centring.
    y_norm: f64,
    longest: f64,
    relative: f64,
    of_y: f64,
    tolerance: Tolerance,
}

/// The largest estimates that are accepted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tolerance {
    /// Sum of the relative errors of the components.
    pub(crate) relative: f64,
    /// The same, each times the share of |Y| (before centring) that was left to explain.
    pub(crate) of_y: f64,
}

impl Rounding {
    /// `e_square`, `y_square`: weighted sums of squares of the training rows of Y, treated, and before centring.
    pub(crate) fn new(e_square: f64, y_square: f64, tolerance: Tolerance) -> Rounding {
        let y_norm = y_square.sqrt();
        Rounding { e_first: e_square, e_square, y_norm, tolerance, ..Rounding::default() }
    }

    /// Whether Y is more than rounding of a constant.
    pub(crate) fn varies(&self) -> bool {
        self.e_first > SPENT * self.y_norm * self.y_norm
    }

    /// |E|.
    pub(crate) fn residual(&self) -> f64 {
        self.e_square.max(0.0).sqrt()
    }

    /// Takes note of the two largest eigenvalues of S'S, whose error is `eps error`; false when the direction is too uncertain.
    pub(crate) fn direction(&mut self, error: f64, largest: f64, second: f64) -> bool {
        largest > second
            && self.e_square > SPENT * self.e_first
            && self.add(error / (largest - second))
    }

    /// Whether `direction` would use up a good part of what is left of the tolerance.
    pub(crate) fn strained(&self, error: f64, largest: f64, second: f64) -> bool {
        f64::EPSILON * error / (largest - second) > STRAIN * self.tolerance.relative
    }

    /// Adds a relative error of `eps relative`; false when a sum is too much, or not a number.
    pub(crate) fn add(&mut self, relative: f64) -> bool {
        self.relative += f64::EPSILON * relative;
        self.of_y += f64::EPSILON * relative * self.residual() / self.y_norm;
        self.relative < self.tolerance.relative && self.of_y < self.tolerance.of_y
    }

    /// Takes note of `t't` for a unit weight vector; false when it is too short.
    pub(crate) fn score(&mut self, square: f64) -> bool {
        self.longest = self.longest.max(square);
        square > SHORTEST * self.longest
    }

    /// Takes what a component explains of Y, `t't q'q`, out of the residual.
    pub(crate) fn explained(&mut self, square: f64) {
        self.e_square -= square;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: Tolerance = Tolerance { relative: 1e-7, of_y: 1e-9 };

    #[test]
    fn ties_short_scores_and_spent_residuals_are_refused() {
        let fresh = || Rounding::new(4.0, 100.0, TIGHT);
        assert!(fresh().varies() && !Rounding::new(1e-24, 1.0, TIGHT).varies());
        assert!(fresh().direction(1.0, 2.0, 1.0));
        assert!(!fresh().direction(1.0, 2.0, 2.0));
        assert!(!fresh().direction(1e9, 2.0, 1.0));
        assert!(!fresh().direction(f64::NAN, 2.0, 1.0));
        let mut rounding = fresh();
        assert!(rounding.score(1.0) && rounding.score(1e-6) && !rounding.score(1e-8));
        rounding.explained(4.0);
        assert!(!rounding.direction(1.0, 2.0, 1.0));
    }

    #[test]
    fn both_sums_count() {
        let one = 1.0 / f64::EPSILON;
        let mut rounding = Rounding::new(1.0, 1.0, TIGHT);
        assert!(rounding.add(0.9e-9 * one) && !rounding.add(0.9e-9 * one));
        let mut rounding = Rounding::new(1e-8, 1.0, TIGHT);
        assert!(rounding.add(0.9e-7 * one) && !rounding.add(0.9e-7 * one));
        assert!(
            rounding.strained(1e-7 * one, 2.0, 1.0) && !rounding.strained(1e-10 * one, 2.0, 1.0)
        );
    }
}
