//! The fitted filter: one set of weights for each output channel.

use adit_plugin::{Axis, Band, Error, RowStatus, vector};

use crate::grid::{Grid, grid};
use crate::weights::weights;

/// How the spacing of the axis is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// The mean spacing where the axis is even, else the actual positions.
    Auto,
    /// Always the mean spacing.
    Mean,
    /// Always the actual positions.
    Actual,
}

/// What the recipe asks for. Valid as it stands: the window is odd and longer than the order, the derivative at most the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) window: usize,
    pub(crate) order: usize,
    pub(crate) derivative: usize,
    pub(crate) spacing: Spacing,
}

/// Weights for one axis.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) axis: Axis,
    window: usize,
    /// Outputs of the first and of the last half window, each on the whole end window.
    left: Vec<Vec<f64>>,
    right: Vec<Vec<f64>>,
    inner: Inner,
    /// The weights of `left` and of `right`, channel of the window by channel.
    ends: [Vec<f64>; 2],
}

#[derive(Debug)]
enum Inner {
    /// One set for all inner channels.
    Same(Vec<f64>),
    /// One set for each.
    Each(Vec<Vec<f64>>),
}

impl Filter {
    pub(crate) fn new(axis: Axis, shape: &Shape) -> Result<Self, Error> {
        let Axis::Positions { values, .. } = &axis else {
            return Err(Error::arg(
                "Savitzky-Golay works along an axis of positions such as nm; the input has named \
                 columns",
            ));
        };
        if values.len() < shape.window {
            return Err(Error::arg(format!(
                "a window of {} channels does not fit on an axis of {}",
                shape.window,
                values.len()
            )));
        }
        let (left, inner, right) = match (shape.spacing, grid(values)?) {
            (Spacing::Auto, Grid::Even(step)) => even(step, shape)?,
            (Spacing::Mean, _) => {
                let span = values[values.len() - 1] - values[0];
                even(span / (values.len() - 1) as f64, shape)?
            }
            (Spacing::Actual, _) | (Spacing::Auto, Grid::Uneven) => actual(values, shape)?,
        };
        let ends = [by_channel(&left, shape.window), by_channel(&right, shape.window)];
        Ok(Filter { window: shape.window, axis, left, right, inner, ends })
    }

    /// Filters a row with one value per channel.
    pub(crate) fn apply(&self, row: &[f64], out: &mut [f64]) -> RowStatus {
        let (n, half) = (row.len(), self.left.len());
        let [left, right] = &self.ends;
        vector::combine(&row[..self.window], left, &mut out[..half]);
        vector::combine(&row[n - self.window..], right, &mut out[n - half..]);
        let inner = &mut out[half..n - half];
        match &self.inner {
            Inner::Same(set) => vector::correlate(set, row, inner),
            Inner::Each(sets) => {
                let windows = row.windows(self.window);
                inner.iter_mut().zip(sets).zip(windows).for_each(|((o, w), v)| *o = dot(w, v));
            }
        }
        RowStatus::Ok
    }

    /// The weights of each output channel in turn.
    pub(crate) fn bands(&self) -> Vec<Band> {
        let (n, half) = (self.axis.len(), self.left.len());
        let band = |first: usize, set: &Vec<f64>| Band { first, coefficients: set.clone() };
        let inner = (0..n - 2 * half).map(|first| match &self.inner {
            Inner::Same(set) => band(first, set),
            Inner::Each(sets) => band(first, &sets[first]),
        });
        let left = self.left.iter().map(|s| band(0, s));
        let right = self.right.iter().map(|s| band(n - self.window, s));
        left.chain(inner).chain(right).collect()
    }
}

/// Weight of each channel of the window in each set, channel by channel.
fn by_channel(sets: &[Vec<f64>], window: usize) -> Vec<f64> {
    (0..window).flat_map(|k| sets.iter().map(move |set| set[k])).collect()
}

fn dot(weights: &[f64], values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

type Sets = (Vec<Vec<f64>>, Inner, Vec<Vec<f64>>);

/// Weights for a mean step: those of whole numbers, divided by step^derivative.
fn even(step: f64, shape: &Shape) -> Result<Sets, Error> {
    let half = shape.window / 2;
    let whole: Vec<f64> = (0..shape.window).map(|i| i as f64).collect();
    let mut sets = weights(&whole, shape.order, shape.derivative, &whole)?;
    mirror(&mut sets, shape.derivative);
    let per_axis = step.powi(shape.derivative as i32);
    sets.iter_mut().flatten().for_each(|w| *w /= per_axis);
    if !sets.iter().flatten().all(|w| w.is_finite()) {
        return Err(Error::numeric(format!("a spacing of {step} is too small for the derivative")));
    }
    let right = sets.split_off(half + 1);
    let inner = sets.pop().map(Inner::Same).ok_or_else(|| Error::shape("an empty window"))?;
    Ok((sets, inner, right))
}

/// Makes the symmetry of even spacing exact: the weights at i, read backwards, are those at window - 1 - i, with the sign of the
/// derivative. A derivative of a constant is then 0 but for the rounding of one sum.
fn mirror(sets: &mut [Vec<f64>], derivative: usize) {
    let (w, sign) = (sets.len(), if derivative.is_multiple_of(2) { 1.0 } else { -1.0 });
    for i in 0..w.div_ceil(2) {
        for k in 0..w {
            let mean = (sets[i][k] + sign * sets[w - 1 - i][w - 1 - k]) / 2.0;
            sets[i][k] = mean;
            sets[w - 1 - i][w - 1 - k] = sign * mean;
        }
    }
}

/// Weights from the actual positions of each window.
fn actual(positions: &[f64], shape: &Shape) -> Result<Sets, Error> {
    let (n, half) = (positions.len(), shape.window / 2);
    let at = |window: &[f64], at: &[f64]| weights(window, shape.order, shape.derivative, at);
    let left = at(&positions[..shape.window], &positions[..half])?;
    let right = at(&positions[n - shape.window..], &positions[n - half..])?;
    let mut inner = Vec::with_capacity(n - 2 * half);
    for window in positions.windows(shape.window) {
        inner.extend(at(window, &window[half..=half])?);
    }
    Ok((left, Inner::Each(inner), right))
}
