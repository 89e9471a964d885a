//! From values to pixels: a linear or logarithmic scale with ticks at 1, 2 and 5.

use super::number;

/// Values beyond this are not drawn: spans of such numbers would overflow.
const LARGEST: f64 = 1e150;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Where.
    pub(crate) value: f64,
    /// What stands there; empty for a mark without a number.
    pub(crate) label: String,
}

/// Linear or log10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// Equal steps are equally long.
    Linear,
    /// Equal factors are equally long; values must be above 0.
    Log,
}

/// Maps values in `low..=high` to pixels `from..=to`.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    spacing: Spacing,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale that holds all values that can be drawn, with a little room at both ends. Without any it is 0 to 1 (log: 0.1 to 10).
    pub(crate) fn around(spacing: Spacing, values: impl IntoIterator<Item = f64>) -> Scale {
        let drawable = |v: &f64| drawable(spacing, *v);
        let fold = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
        let range = values
            .into_iter()
            .filter(drawable)
            .map(|v| if spacing == Spacing::Log { v.log10() } else { v })
            .fold((f64::INFINITY, f64::NEG_INFINITY), fold);
        let (low, high) = match (range, spacing) {
            ((l, h), Spacing::Linear) if l > h => (0.0, 1.0),
            ((l, h), Spacing::Log) if l > h => (-1.0, 1.0),
            ((l, h), Spacing::Linear) if h - l <= 1e-9 * h.abs().max(l.abs()) => {
                let half = if l == 0.0 { 1.0 } else { 0.1 * l.abs() };
                (l - half, h + half)
            }
            ((l, h), Spacing::Log) if h - l < 0.3 => (l - 0.15, h + 0.15),
            ((l, h), _) => (l - 0.04 * (h - l), h + 0.04 * (h - l)),
        };
        Scale { spacing, low, high, from: 0.0, to: 1.0 }
    }

    /// A linear scale over exactly this range, which must have some extent.
    pub(crate) fn exactly(low: f64, high: f64) -> Scale {
        if drawable(Spacing::Linear, low) && drawable(Spacing::Linear, high) && high > low {
            Scale { spacing: Spacing::Linear, low, high, from: 0.0, to: 1.0 }
        } else {
            Scale::around(Spacing::Linear, [low, high])
        }
    }

    /// From 0 on, where there is anything above it; linear scales only.
    pub(crate) fn anchored_at_zero(mut self) -> Scale {
        if self.spacing == Spacing::Linear && self.high > 0.0 {
            self.low = 0.0;
            self.high *= 1.04;
        }
        self
    }

    /// The same values on other pixels.
    pub(crate) fn onto(mut self, from: f64, to: f64) -> Scale {
        (self.from, self.to) = (from, to);
        self
    }

    /// Whether a value can be drawn at all.
    pub(crate) fn takes(&self, value: f64) -> bool {
        drawable(self.spacing, value)
    }

    /// Pixel of a value, held to 50 pixels beyond the ends; a value that a log scale cannot show lies beyond its low end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let v = match self.spacing {
            Spacing::Linear => value,
            Spacing::Log if value > 0.0 => value.log10(),
            Spacing::Log => f64::NEG_INFINITY,
        };
        let pixel = self.from + (v - self.low) / (self.high - self.low) * (self.to - self.from);
        pixel.clamp(self.from.min(self.to) - 50.0, self.from.max(self.to) + 50.0)
    }

    /// Pixel of a value, held to the ends.
    pub(crate) fn held(&self, value: f64) -> f64 {
        self.at(value).clamp(self.from.min(self.to), self.from.max(self.to))
    }

    /// The pixels of both ends.
    pub(crate) fn pixels(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// The values at both ends.
    pub(crate) fn ends(&self) -> (f64, f64) {
        match self.spacing {
            Spacing::Linear => (self.low, self.high),
            Spacing::Log => (10f64.powf(self.low), 10f64.powf(self.high)),
        }
    }

    /// Ticks, about `wanted` of them with a label.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        match self.spacing {
            Spacing::Linear => self.linear_ticks(wanted),
            Spacing::Log => self.log_ticks(wanted),
        }
    }

    /// Ticks at whole numbers only.
    pub(crate) fn whole_ticks(&self, wanted: usize) -> Vec<Tick> {
        let step = nice_step((self.high - self.low) / wanted.max(1) as f64).max(1.0);
        self.multiples(step)
    }

    fn linear_ticks(&self, wanted: usize) -> Vec<Tick> {
        self.multiples(nice_step((self.high - self.low) / wanted.max(1) as f64))
    }

    fn multiples(&self, step: f64) -> Vec<Tick> {
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        // Steps are a fixed share of the span: there cannot be many. Guards the loop where they vanish beside the values.
        let count = (last - first).clamp(-1.0, 100.0) as i32;
        (0..=count)
            .map(|k| (first + f64::from(k)) * step)
            .map(|value| Tick { value, label: number::tick(value, step) })
            .collect()
    }

    fn log_ticks(&self, wanted: usize) -> Vec<Tick> {
        let decades = self.high - self.low;
        // As many of 1, 2, 5 as there is room for; beyond that every second, third ... decade.
        let labelled: &[f64] = match decades * 3.0 / wanted.max(1) as f64 {
            r if r <= 1.3 => &[1.0, 2.0, 5.0],
            r if r <= 2.2 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let every = (decades / wanted.max(1) as f64).ceil().max(1.0) as i32;
        let mut ticks = Vec::new();
        for decade in (self.low.floor() as i32)..=(self.high.ceil() as i32) {
            for digit in 1..=9 {
                let digit = f64::from(digit);
                let value = digit * 10f64.powi(decade);
                let place = value.log10();
                if place < self.low - 1e-9
                    || place > self.high + 1e-9
                    || (decades > 4.0 && digit > 1.0)
                {
                    continue;
                }
                let has_label = labelled.contains(&digit) && decade.rem_euclid(every) == 0;
                let label =
                    if has_label { number::tick(value, 10f64.powi(decade)) } else { String::new() };
                ticks.push(Tick { value, label });
            }
        }
        ticks
    }
}

fn drawable(spacing: Spacing, v: f64) -> bool {
    let large_enough = spacing == Spacing::Linear || v > 1.0 / LARGEST;
    v.is_finite() && v.abs() < LARGEST && large_enough
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let nice =
        [1.0, 2.0, 5.0].into_iter().find(|d| rough <= d * power * (1.0 + 1e-9)).unwrap_or(10.0);
    nice * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, wanted: usize) -> Vec<String> {
        scale.ticks(wanted).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_ticks_are_at_one_two_five() {
        assert_eq!(
            labels(&Scale::exactly(0.0, 1.0), 5),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(&Scale::exactly(250.0, 732.5), 5), ["300", "400", "500", "600", "700"]);
        let tiny = ["−1×10⁻⁷", "−5×10⁻⁸", "0", "5×10⁻⁸", "1×10⁻⁷"];
        assert_eq!(labels(&Scale::exactly(-1e-7, 1e-7), 4), tiny);
    }

    #[test]
    fn log_ticks_name_decades_and_what_fits_between() {
        assert_eq!(
            labels(&Scale::around(Spacing::Log, [0.1, 10.0]), 6),
            ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
        );
        let wide = Scale::around(Spacing::Log, [1e-12, 1e12]);
        let found = labels(&wide, 5);
        assert!((3..=6).contains(&found.len()), "{found:?}");
    }

    #[test]
    fn any_values_give_a_scale_with_extent_and_ticks() {
        let cases: [&[f64]; 9] = [
            &[],
            &[f64::NAN, f64::INFINITY],
            &[3.0],
            &[0.0, 0.0],
            &[-5.0, -5.0],
            &[1e149, -1e149],
            &[1e-140, 2e-140],
            &[1e9, 1e9 + 1e-3],
            &[1e308, 1.0],
        ];
        for values in cases {
            for spacing in [Spacing::Linear, Spacing::Log] {
                let scale = Scale::around(spacing, values.iter().copied()).onto(0.0, 100.0);
                let (low, high) = scale.ends();
                assert!(
                    low < high && low.is_finite() && high.is_finite(),
                    "{values:?} {low} {high}"
                );
                let ticks = scale.ticks(5);
                assert!(ticks.len() < 200, "{values:?}");
                for v in values.iter().filter(|v| scale.takes(**v)) {
                    assert!((-1e-6..=100.0 + 1e-6).contains(&scale.at(*v)), "{values:?} {v}");
                }
            }
        }
    }

    #[test]
    fn a_log_scale_puts_zero_below_its_end() {
        let scale = Scale::around(Spacing::Log, [1.0, 10.0]).onto(100.0, 0.0);
        assert!(!scale.takes(0.0));
        assert_eq!((scale.at(0.0), scale.held(-1.0)), (150.0, 100.0));
    }
}
