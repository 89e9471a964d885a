//! Transform, gains, back.

use std::fmt;
use std::sync::Arc;

use adit_plugin::RowStatus;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::gains::{Taper, gains};

/// What the transform takes to be beyond the ends of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// The row again, mirrored: no step where it is closed to a circle.
    Reflect,
    /// Its other end.
    None,
}

/// A low-pass filter for rows of one length.
pub(crate) struct Filter {
    columns: usize,
    padding: Padding,
    gains: Vec<f64>,
    forward: Arc<dyn Fft<f64>>,
    back: Arc<dyn Fft<f64>>,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({} columns, {:?})", self.columns, self.padding)
    }
}

impl Filter {
    /// For rows of `columns` >= 1 values.
    pub(crate) fn new(columns: usize, keep: f64, taper: Taper, padding: Padding) -> Self {
        let length = if padding == Padding::Reflect { 2 * columns } else { columns };
        let mut planner = FftPlanner::new();
        Filter {
            columns,
            padding,
            gains: gains(length, keep, taper),
            forward: planner.plan_fft_forward(length),
            back: planner.plan_fft_inverse(length),
        }
    }

    /// One row by itself: two rows in one complex transform would be faster, but each would then carry the rounding of the other.
    pub(crate) fn apply(&self, row: &[f64], out: &mut [f64]) -> RowStatus {
        let mirrored = (self.padding == Padding::Reflect).then(|| row.iter().rev());
        let whole = row.iter().chain(mirrored.into_iter().flatten());
        let mut values: Vec<Complex<f64>> = whole.map(|v| Complex::new(*v, 0.0)).collect();
        self.forward.process(&mut values);
        values.iter_mut().zip(&self.gains).for_each(|(v, g)| *v *= *g);
        self.back.process(&mut values);
        out.iter_mut().zip(&values).for_each(|(o, v)| *o = v.re);
        RowStatus::Ok
    }

    /// The filter as a matrix, outputs x inputs, row-major: its answers to unit vectors.
    pub(crate) fn matrix(&self) -> Vec<f64> {
        let n = self.columns;
        let (mut unit, mut answer) = (vec![0.0; n], vec![0.0; n]);
        let mut matrix = vec![0.0; n * n];
        for j in 0..n {
            unit[j] = 1.0;
            self.apply(&unit, &mut answer);
            unit[j] = 0.0;
            (0..n).for_each(|i| matrix[i * n + j] = answer[i]);
        }
        matrix
    }
}
