//! The last step: one dot product for each output, the deferred divisor, bias, power of ten, lower bound.

use crate::Status;
use crate::section::Output;
use crate::sum::dot;

pub(crate) fn value(output: &Output<'_>, row: &[f32], divisor: Option<f32>) -> Result<f32, Status> {
    let mut sum = dot(output.weights.0, row, 0.0);
    if let Some(divisor) = divisor {
        sum /= divisor;
    }
    let mut y = output.bias + sum;
    if output.pow10 {
        y = libm::powf(10.0, y);
    }
    if let Some(low) = output.low
        && y < low
    {
        y = low;
    }
    if y.is_finite() { Ok(y) } else { Err(Status::Range) }
}
