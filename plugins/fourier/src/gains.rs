//! How much of each frequency passes.

/// How the gain falls to 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taper {
    /// At once, above the cut-off: sharp, and rings at steps.
    None,
    /// As half a cosine from half the cut-off down to 0 at the cut-off.
    Cosine,
}

/// Gains of the frequencies 0, 1 .. `length - 1` of a transform of that length, in its order (the upper half mirrors the lower),
/// divided by the length, as the way back needs it. `keep` is the cut-off as a part of the highest frequency; the mean passes.
pub(crate) fn gains(length: usize, keep: f64, taper: Taper) -> Vec<f64> {
    let cut = keep * length as f64 / 2.0;
    (0..length)
        .map(|k| {
            let frequency = k.min(length - k) as f64;
            gain(frequency, cut, taper) / length as f64
        })
        .collect()
}

fn gain(frequency: f64, cut: f64, taper: Taper) -> f64 {
    // Room for the rounding of `cut`, a product such as 0.29 * 100.
    let above = frequency > cut + 1e-9;
    match taper {
        _ if frequency == 0.0 => 1.0,
        _ if above => 0.0,
        Taper::None => 1.0,
        Taper::Cosine => {
            let fallen = ((frequency - cut / 2.0) / (cut / 2.0)).clamp(0.0, 1.0);
            0.5 + 0.5 * (std::f64::consts::PI * fallen).cos()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_fall_at_the_cut_off_and_mirror() {
        let all = |taper| gains(8, 0.5, taper).iter().map(|g| g * 8.0).collect::<Vec<_>>();
        assert_eq!(all(Taper::None), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        let cosine = gains(40, 0.5, Taper::Cosine);
        let at = |k: usize| cosine[k] * 40.0;
        assert_eq!((at(0), at(5), at(10), at(11), at(20)), (1.0, 1.0, 0.0, 0.0, 0.0));
        assert!((0.5 - (at(7) + at(8)) / 2.0).abs() < 1e-12, "half way down at 7.5");
        assert!((1..40).all(|k| cosine[k] == cosine[40 - k]));
        assert_eq!(gains(3, 0.0, Taper::Cosine), [1.0 / 3.0, 0.0, 0.0]);
        // 0.29 * 100 is 28.999999999999996.
        assert_eq!(gains(200, 0.29, Taper::None)[29], 1.0 / 200.0);
    }
}
