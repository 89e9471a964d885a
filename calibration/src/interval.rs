//! The interval of an estimate, honest at 12 samples, with the ICP's own uncertainty.
//!
//! Its width comes from the errors of samples that were left out together with the choice of the component count (nested), read in
//! two ways that are averaged: a constant model error beside the stated ICP uncertainty u(c), and an error in proportion to the
//! concentration. The ICP's error is inside the left-out errors already and is never added on top.

use serde::{Deserialize, Serialize};

use crate::figures::{finite, mean, quantile};
use crate::special::t_quantile;

/// Standard uncertainty of an ICP result, u(c) = u0 + u1 max(c, 0), in the analyte's unit (k = 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// The constant part.
    pub u0: f64,
    /// The part in proportion.
    pub u1: f64,
}

impl Uncertainty {
    /// u(c).
    pub fn at(&self, c: f64) -> f64 {
        self.u0 + self.u1 * c.max(0.0)
    }
}

/// One calibration row as seen by a fit that left its unit out, on the scale of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeftOut {
    /// e: prediction less reference, with the component count chosen on the others alone.
    pub error: f64,
    /// h of the row in that fit, with that count.
    pub leverage: f64,
    /// The prediction with the final count.
    pub prediction: f64,
}

/// The variance of errors, fitted to left-out rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// Target in the analyte's unit.
    Linear {
        /// s_m^2, the variance of the model's own error beside the ICP's.
        s_m2: f64,
        /// Mean of u^2 over the calibration rows.
        mean_u2: f64,
        /// tau^2, the relative variance of the error in proportion.
        tau2: f64,
        /// Mean of g over the calibration rows.
        mean_g: f64,
        /// 0.3 median of the references: g(c) = max(c, floor)^2.
        floor: f64,
    },
    /// Target is log10 of the concentration.
    Log10 {
        /// s^2, the variance of the error of log10 c.
        s2: f64,
    },
}

/// What is kept with a model to give its estimates an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Calibration rows above the detection limit, r.
    pub rows: usize,
    /// Component count A.
    pub components: usize,
    /// The ICP's uncertainty.
    pub uncertainty: Uncertainty,
    /// f: the least share of the variance that is left against the true value; 1/4 when references are censored, else 0.
    pub floor_share: f64,
    /// The variance of errors.
    pub spread: Spread,
}

/// Ends of an interval in the analyte's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// Against a new ICP result.
    pub lower: f64,
    /// Against a new ICP result.
    pub upper: f64,
    /// Against the true value.
    pub lower_true: f64,
    /// Against the true value.
    pub upper_true: f64,
}

impl Interval {
    /// From the left-out rows and their references in the analyte's unit, all above the detection limit. `None` when
    /// r - A - 1 < 1: too few samples.
    pub fn of(
        left_out: &[LeftOut],
        references: &[f64],
        components: usize,
        uncertainty: Uncertainty,
        censored: bool,
        log10: bool,
    ) -> Option<Interval> {
        let rows = left_out.len();
        if rows < components + 2 {
            return None;
        }
        let spread = if log10 {
            log_spread(left_out)
        } else {
            linear_spread(left_out, references, uncertainty)?
        };
        let floor_share = if censored { 0.25 } else { 0.0 };
        Some(Interval { rows, components, uncertainty, floor_share, spread })
    }

    /// Degrees of freedom r - A - 1 of Student's t.
    pub fn degrees_of_freedom(&self) -> f64 {
        self.rows.saturating_sub(self.components + 1) as f64
    }

    /// (V_icp, V_true) of an estimate `z` on the scale of the model with leverage `h`: variances on that scale.
    pub fn variances(&self, z: f64, h: f64) -> (f64, f64) {
        let f = self.floor_share;
        match self.spread {
            Spread::Linear { s_m2, mean_u2, tau2, mean_g, floor } => {
                let u2 = self.uncertainty.at(z).powi(2);
                let share = h * ((s_m2 + mean_u2) + tau2 * mean_g) / 2.0;
                let own = (s_m2 + u2 + tau2 * z.max(floor).powi(2)) / 2.0;
                (own + share, (own - u2).max(f * own) + share)
            }
            Spread::Log10 { s2 } => {
                let c = 10f64.powf(z);
                let u_z = self.uncertainty.at(c) / (c * std::f64::consts::LN_10);
                (s2 * (1.0 + h), (s2 - u_z * u_z).max(f * s2) + h * s2)
            }
        }
    }

    /// Student's t of a two-sided `level`. It is the dear part of an interval, and the same for every row.
    pub fn t(&self, level: f64) -> f64 {
        t_quantile(0.5 + level / 2.0, self.degrees_of_freedom())
    }

    /// Half widths (against a new ICP result, against the true value) on the scale of the model at a two-sided `level`.
    pub fn half_widths(&self, z: f64, h: f64, level: f64) -> (f64, f64) {
        self.half_widths_at(z, h, self.t(level))
    }

    fn half_widths_at(&self, z: f64, h: f64, t: f64) -> (f64, f64) {
        let (icp, truth) = self.variances(z, h);
        (t * icp.sqrt(), t * truth.sqrt())
    }

    /// The interval z +- t sqrt(V), in the analyte's unit. `None` when an end is not finite.
    ///
    /// ```
    /// use adit_calibration::interval::{Interval, Spread, Uncertainty};
    /// let interval = Interval {
    ///     rows: 12,
    ///     components: 1,
    ///     uncertainty: Uncertainty { u0: 0.1, u1: 0.0 },
    ///     floor_share: 0.0,
    ///     spread: Spread::Linear { s_m2: 0.03, mean_u2: 0.01, tau2: 0.04, mean_g: 1.0, floor: 0.3 },
    /// };
    /// let ends = interval.at(1.0, 0.0, 0.95).unwrap();
    /// let half = 2.228138851964939 * 0.04f64.sqrt(); // V_icp = (0.03 + 0.01 + 0.04) / 2
    /// assert!((ends.upper - 1.0 - half).abs() < 1e-9 && ends.lower_true > ends.lower);
    /// ```
    pub fn at(&self, z: f64, h: f64, level: f64) -> Option<Ends> {
        self.at_t(z, h, self.t(level))
    }

    /// [`Interval::at`] with the [`Interval::t`] of the level.
    pub fn at_t(&self, z: f64, h: f64, t: f64) -> Option<Ends> {
        let (icp, truth) = self.half_widths_at(z, h, t);
        let back = |z: f64| match self.spread {
            Spread::Linear { .. } => finite(z),
            Spread::Log10 { .. } => finite(10f64.powf(z)),
        };
        Some(Ends {
            lower: back(z - icp)?,
            upper: back(z + icp)?,
            lower_true: back(z - truth)?,
            upper_true: back(z + truth)?,
        })
    }
}

/// s^2 = mean of e^2 / (1 + h).
fn log_spread(left_out: &[LeftOut]) -> Spread {
    let terms: Vec<f64> = left_out.iter().map(|l| l.error * l.error / (1.0 + l.leverage)).collect();
    Spread::Log10 { s2: mean(&terms) }
}

fn linear_spread(left_out: &[LeftOut], references: &[f64], u: Uncertainty) -> Option<Spread> {
    let floor = 0.3 * quantile(references, 0.5)?;
    let u2: Vec<f64> = left_out.iter().map(|l| u.at(l.prediction).powi(2)).collect();
    let g: Vec<f64> = left_out.iter().map(|l| l.prediction.max(floor).powi(2)).collect();
    let (mean_u2, mean_g) = (mean(&u2), mean(&g));
    let e2 = |l: &LeftOut| l.error * l.error;
    let terms: Vec<f64> = left_out
        .iter()
        .zip(&g)
        .map(|(l, g)| if e2(l) > 0.0 { e2(l) / (g + l.leverage * mean_g) } else { 0.0 })
        .collect();
    // Negative or zero concentrations leave no g to relate an error to: then only the constant part speaks.
    let tau2 = finite(mean(&terms)).unwrap_or(0.0);
    Some(Spread::Linear {
        s_m2: model_variance(left_out, &u2, mean_u2),
        mean_u2,
        tau2,
        mean_g,
        floor,
    })
}

/// s_m^2 >= 0: the root of mean[e^2 / (s + u_i^2 + h_i (s + mean u^2))] = 1, or 0 when the stated u explains the errors. The mean
/// falls in s, and is below 1 at s = mean e^2: bisection between, to the last bit.
fn model_variance(left_out: &[LeftOut], u2: &[f64], mean_u2: f64) -> f64 {
    let above = |s: f64| {
        let terms = left_out.iter().zip(u2).map(|(l, u2)| {
            let e2 = l.error * l.error;
            if e2 > 0.0 { e2 / (s + u2 + l.leverage * (s + mean_u2)) } else { 0.0 }
        });
        terms.sum::<f64>() / left_out.len() as f64 > 1.0
    };
    let squares: Vec<f64> = left_out.iter().map(|l| l.error * l.error).collect();
    let (mut lo, mut hi) = (0.0, mean(&squares));
    if !above(0.0) {
        return 0.0;
    }
    loop {
        let middle = 0.5 * (lo + hi);
        if middle <= lo || middle >= hi {
            return lo;
        }
        if above(middle) { lo = middle } else { hi = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> (Vec<LeftOut>, Vec<f64>) {
        let row = |error, leverage, prediction| LeftOut { error, leverage, prediction };
        let left_out = vec![
            row(0.30, 0.20, 1.0),
            row(-0.10, 0.15, 0.4),
            row(0.05, 0.40, 2.5),
            row(-0.60, 0.30, 3.5),
            row(0.20, 0.10, -0.1),
        ];
        (left_out, vec![0.7, 0.5, 2.45, 4.1, 0.1])
    }

    /// The defining equations hold at what was found.
    #[test]
    fn the_scales_solve_their_equations() {
        let (l, y) = rows();
        let u = Uncertainty { u0: 0.02, u1: 0.05 };
        let i = Interval::of(&l, &y, 1, u, false, false).unwrap();
        let Spread::Linear { s_m2, mean_u2, tau2, mean_g, floor } = i.spread else { panic!() };
        assert!((floor - 0.21).abs() < 1e-15);
        let sum: f64 = l
            .iter()
            .map(|l| {
                let u2 = u.at(l.prediction).powi(2);
                l.error.powi(2) / (s_m2 + u2 + l.leverage * (s_m2 + mean_u2))
            })
            .sum();
        assert!((sum / 5.0 - 1.0).abs() < 1e-12);
        let proportional: f64 = l
            .iter()
            .map(|l| l.error.powi(2) / (l.prediction.max(floor).powi(2) + l.leverage * mean_g))
            .sum();
        assert!((proportional / 5.0 / tau2 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_uncertainty_that_explains_the_errors_leaves_no_model_variance() {
        let (l, y) = rows();
        let i = Interval::of(&l, &y, 1, Uncertainty { u0: 5.0, u1: 0.0 }, false, false).unwrap();
        let Spread::Linear { s_m2, .. } = i.spread else { panic!() };
        assert_eq!(s_m2, 0.0);
        // Against the truth nothing of the own variance is left but the coefficients' share; a quarter when censored.
        let (icp, truth) = i.variances(1.0, 0.0);
        assert!(icp > 12.0 && truth == 0.0);
        let censored =
            Interval::of(&l, &y, 1, Uncertainty { u0: 5.0, u1: 0.0 }, true, false).unwrap();
        assert_eq!(censored.variances(1.0, 0.0).1, icp / 4.0);
    }

    #[test]
    fn too_few_rows_and_perfect_rows() {
        let (l, y) = rows();
        let none = Uncertainty::default();
        assert!(Interval::of(&l, &y, 4, none, false, false).is_none());
        assert!(Interval::of(&l, &y, 3, none, false, false).is_some());
        let exact: Vec<LeftOut> = l.iter().map(|l| LeftOut { error: 0.0, ..*l }).collect();
        let ends =
            Interval::of(&exact, &y, 1, none, false, false).unwrap().at(1.0, 0.2, 0.95).unwrap();
        assert_eq!((ends.lower, ends.upper_true), (1.0, 1.0));
        // An interval on a log scale may leave the range of numbers: then there is none.
        let wild: Vec<LeftOut> = l.iter().map(|l| LeftOut { error: 1e3, ..*l }).collect();
        assert!(
            Interval::of(&wild, &y, 1, none, false, true).unwrap().at(1.0, 0.2, 0.95).is_none()
        );
    }

    #[test]
    fn log_variances_by_hand() {
        let (l, y) = rows();
        let u = Uncertainty { u0: 0.0, u1: 0.1 };
        let i = Interval::of(&l, &y, 1, u, false, true).unwrap();
        let s2: f64 = l.iter().map(|l| l.error.powi(2) / (1.0 + l.leverage)).sum::<f64>() / 5.0;
        let (icp, truth) = i.variances(0.3, 0.25);
        assert!((icp - 1.25 * s2).abs() < 1e-15);
        let u_z = 0.1 / std::f64::consts::LN_10;
        assert!((truth - (s2 - u_z * u_z + 0.25 * s2)).abs() < 1e-15);
    }
}
