//! linfa-pls behind guards: one fit per component count, each checked, no count past the rank.
//!
//! What linfa-pls 0.8.1 does without them: with the SVD algorithm past the numerical rank it returns predictions off by 1e14 and no
//! error; it accepts more components than samples; NIPALS errors where y is fitted exactly; both error on a constant y; constant
//! columns whose mean is off by an ulp are blown up by scaling.

use adit_plugin::Error;
use linfa::{Dataset, ParamGuard, traits::Fit as _};
use linfa_pls::{Algorithm, PlsRegression};
use ndarray::Array2;

use crate::rank;
use crate::treat::Treated;

/// How linfa-pls finds a weight vector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Solver {
    pub(crate) nipals: bool,
    pub(crate) tolerance: f64,
    pub(crate) max_iterations: usize,
}

/// One fit, in treated units.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    /// p x m.
    pub(crate) coefficients: Array2<f64>,
    /// W, p x a, orthonormal.
    pub(crate) weights: Array2<f64>,
    /// R, p x a.
    pub(crate) rotations: Array2<f64>,
    /// P'W, a x a.
    pub(crate) pw: Array2<f64>,
}

impl Fit {
    /// No component: the mean.
    pub(crate) fn mean(p: usize, m: usize) -> Fit {
        Fit {
            coefficients: Array2::zeros((p, m)),
            weights: Array2::zeros((p, 0)),
            rotations: Array2::zeros((p, 0)),
            pw: Array2::zeros((0, 0)),
        }
    }
}

/// The fits of rising component counts.
pub(crate) struct Path {
    data: Dataset<f64, f64, ndarray::Ix2>,
    /// What X and Y were divided by, so that linfa's absolute limits fit.
    size: (f64, f64),
    solver: Solver,
    bound: usize,
    count: usize,
    tol: f64,
    residual: Array2<f64>,
}

impl Path {
    pub(crate) fn new(x: &Treated, y: &Treated, solver: Solver, max: usize) -> Result<Path, Error> {
        let (n, p) = x.values.dim();
        let size = (x.norm(), y.norm());
        if !(size.0.is_finite() && size.1.is_finite()) {
            return Err(Error::numeric("the numbers of x or y are too large to square"));
        }
        let tol = rank::tolerance(&x.values);
        let usable = size.0 > f64::MIN_POSITIVE && size.1 > f64::MIN_POSITIVE;
        let rank = if usable { rank::rank(&x.values, tol) } else { 0 };
        let unit = |v: &Array2<f64>, size: f64| if usable { v / size } else { v.clone() };
        let residual = unit(&y.values, size.1);
        Ok(Path {
            data: Dataset::new(unit(&x.values, size.0), residual.clone()),
            size,
            solver,
            bound: max.min(n.saturating_sub(1)).min(p).min(rank),
            count: 0,
            tol,
            residual,
        })
    }

    /// Whether y has been explained to rounding, or what is left is at right angles to every column.
    fn spent(&self) -> bool {
        let norm = |m: &Array2<f64>| m.iter().map(|v| v * v).sum::<f64>().sqrt();
        let left = norm(&self.residual);
        left <= self.tol || norm(&self.data.records.t().dot(&self.residual)) <= self.tol * left
    }

    /// The fit with one component more, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Fit>, Error> {
        if self.count >= self.bound || self.spent() {
            return Ok(None);
        }
        let a = self.count + 1;
        let algorithm = if self.solver.nipals { Algorithm::Nipals } else { Algorithm::Svd };
        let model = PlsRegression::<f64>::params(a)
            .scale(false)
            .algorithm(algorithm)
            .tolerance(self.solver.tolerance)
            .max_iterations(self.solver.max_iterations)
            .check()
            .and_then(|params| params.fit(&self.data))
            .map_err(|e| Error::numeric(format!("linfa-pls with {a} components: {e}")))?;
        let residual = self.data.targets() - &self.data.records.dot(model.coefficients());
        let square = |m: &Array2<f64>| m.iter().map(|v| v * v).sum::<f64>();
        let (before, after) = (square(&self.residual), square(&residual));
        let (weights, rotations) = (model.weights().0, model.rotations().0);
        let off = weights.t().dot(weights) - Array2::<f64>::eye(a);
        let skew = off.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
        if !(after <= before * (1.0 + 1e-6) + self.tol && skew < 1e-6) {
            return Err(Error::numeric(format!(
                "linfa-pls with {a} components is unsound: the residual goes from {before:e} to {after:e} of y, \
                 weights off orthogonal by {skew:e}; take fewer components or adit.pls"
            )));
        }
        let fit = Fit {
            coefficients: model.coefficients() * (self.size.1 / self.size.0),
            weights: weights.clone(),
            rotations: rotations.clone(),
            pw: model.loadings().0.t().dot(weights),
        };
        (self.count, self.residual) = (a, residual);
        Ok(Some(fit))
    }
}
