//! Whether an axis is evenly spaced.

use adit_plugin::Error;

/// How far a spacing may lie from the mean spacing, relative to it, on an axis that counts as even. Instruments print their
/// axis rounded (850, 852.02, 854.04, 856.061 nm), which moves single spacings by some 0.1 % and means nothing.
pub(crate) const EVEN_WITHIN: f64 = 0.01;

/// How the positions of an axis lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Grid {
    /// Evenly, with this signed step: (last - first) / (n - 1).
    Even(f64),
    /// Not evenly.
    Uneven,
}

/// Looks at the spacings of an axis with two positions or more.
///
/// # Errors
/// When the positions neither rise nor fall throughout.
pub(crate) fn grid(positions: &[f64]) -> Result<Grid, Error> {
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
        return Err(Error::shape("the axis is empty"));
    };
    let step = (last - first) / (positions.len() - 1).max(1) as f64;
    let mut even = true;
    for (i, pair) in positions.windows(2).enumerate() {
        let here = pair[1] - pair[0];
        let onward = here * step.signum();
        if onward.is_nan() || onward <= 0.0 {
            return Err(Error::arg(format!(
                "the positions of the axis must rise or fall throughout; {} is followed by {} at \
                 column {}",
                pair[0],
                pair[1],
                i + 1
            )));
        }
        even &= (here - step).abs() <= EVEN_WITHIN * step.abs();
    }
    Ok(if even { Grid::Even(step) } else { Grid::Uneven })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_axis_is_even_and_a_kink_is_not() {
        let rounded = [850.0, 852.02, 854.04, 856.061];
        assert!(matches!(grid(&rounded), Ok(Grid::Even(d)) if (d - 2.020_333).abs() < 1e-5));
        assert_eq!(grid(&[3.0, 2.0, 1.0]).ok(), Some(Grid::Even(-1.0)));
        assert_eq!(grid(&[1.0, 2.0, 3.1]).ok(), Some(Grid::Uneven));
        for bad in [&[1.0, 2.0, 2.0][..], &[1.0, 3.0, 2.0], &[1.0, 1.0], &[]] {
            assert!(grid(bad).is_err(), "{bad:?}");
        }
    }
}
