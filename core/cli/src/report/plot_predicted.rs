//! Cross-validated estimates against ICP results, with intervals, the line of agreement and the effluent limit.

use maud::Markup;

use super::canvas::{Chart, HALF, Key, MARGINS, Margins, Names, TALL};
use super::data::{Analyte, Point, Reference, Verdict};
use super::number::{percent, three};
use super::scale::{Scale, Spacing};
use super::svg::Shape;
use super::texts::{Texts, fill};

/// Room around a frame of equal width and height: on the line of agreement both axes read the same.
const SQUARE: Margins =
    Margins { right: HALF - TALL - MARGINS.left + MARGINS.top + MARGINS.bottom, ..MARGINS };

/// A plot, and what is to be said below it.
pub(crate) struct Drawn {
    /// The plot.
    pub(crate) chart: Markup,
    /// Points that the axes cannot show.
    pub(crate) left_out: usize,
    /// Whether the effluent limit lies outside of the plot.
    pub(crate) limit_outside: bool,
}

/// What a verdict looks like: a shape and a class.
pub(crate) fn look(verdict: Verdict) -> (Shape, &'static str) {
    match verdict {
        Verdict::Ok => (Shape::Dot, "ok"),
        Verdict::Warn => (Shape::Triangle, "warn"),
        Verdict::Refuse => (Shape::Cross, "refuse"),
    }
}

/// The plot; `None` where no row has a prediction.
pub(crate) fn plot(analyte: &Analyte, level: f64, id: &str, t: &Texts) -> Option<Drawn> {
    let places: Vec<(&Point, f64, f64)> = analyte.points.iter().filter_map(place).collect();
    if places.is_empty() {
        return None;
    }
    let (count, level) = (places.len().to_string(), percent(level));
    let title = fill(t.predicted_title, &[&analyte.name]);
    let description = fill(t.predicted_description, &[&count, &level]);
    let names = Names { id, title: &title, description: &description };
    let scale = scale_of(analyte, &places);
    let mut chart = Chart::new(&names, (HALF, TALL), SQUARE, scale.clone(), scale);
    chart.axes(&fill(t.reference_axis, &[&analyte.unit]), &fill(t.estimate_axis, &[&analyte.unit]));
    let (low, high) = chart.x.ends();
    chart.line("dashed", [(low, low), (high, high)]);
    let limit_outside = analyte.limit.is_some_and(|l| !(low..=high).contains(&l));
    if let Some(limit) = analyte.limit.filter(|l| (low..=high).contains(l)) {
        let words = fill(t.limit_label, &[&format!("{} {}", three(Some(limit)), analyte.unit)]);
        chart.level("limit", limit, &words);
        chart.upright("limit", limit, "");
    }
    let (r, bar) = if places.len() > 120 { (2.6, "interval thin") } else { (4.2, "interval") };
    for (p, x, _) in &places {
        if let Some((lower, upper)) = p.interval {
            chart.bar(bar, *x, lower, upper);
        }
    }
    let mut left_out = 0;
    for (p, x, y) in &places {
        let below = matches!(p.reference, Reference::Below(_));
        if below {
            chart.level_bar("censored", *y, f64::NEG_INFINITY, *x);
        }
        let (shape, class) = if below { (Shape::Square, "below") } else { look(p.verdict) };
        left_out += usize::from(!chart.mark((*x, *y), shape, r, class, &tip(p, analyte, t)));
    }
    chart.legend(&keys(&places, &level, t));
    Some(Drawn { chart: chart.finish(), left_out, limit_outside })
}

/// Where a row lies: reference (or its limit) and prediction.
fn place(p: &Point) -> Option<(&Point, f64, f64)> {
    let x = match p.reference {
        Reference::Measured(y) | Reference::Below(y) => y,
        Reference::Missing => return None,
    };
    Some((p, x, p.prediction?))
}

/// One scale for both axes. Interval ends widen it by half its span at most: one wide interval must not press the points together.
fn scale_of(analyte: &Analyte, places: &[(&Point, f64, f64)]) -> Scale {
    let points = || places.iter().flat_map(|(_, x, y)| [*x, *y]);
    let spacing = if analyte.log10 { Spacing::Log } else { Spacing::Linear };
    let (low, high) = Scale::around(spacing, points()).ends();
    let ends = places.iter().filter_map(|(p, ..)| p.interval).flat_map(|(l, u)| [l, u]);
    let (least, most) = match spacing {
        Spacing::Linear => (low - 0.5 * (high - low), high + 0.5 * (high - low)),
        Spacing::Log => (low * (low / high).sqrt(), high * (high / low).sqrt()),
    };
    let held = ends.filter(|e| e.is_finite()).map(|e| e.clamp(least, most));
    let limit = analyte.limit.filter(|l| (least..=most).contains(l));
    Scale::around(spacing, points().chain(held).chain(limit))
}

/// What is to be read when the pointer rests on a point.
fn tip(p: &Point, analyte: &Analyte, t: &Texts) -> String {
    let reference = match p.reference {
        Reference::Measured(y) => three(Some(y)),
        Reference::Below(limit) => format!("<{}", three(Some(limit))),
        Reference::Missing => String::new(),
    };
    let interval = p
        .interval
        .map_or_else(String::new, |(l, u)| format!(" ({} – {})", three(Some(l)), three(Some(u))));
    format!(
        "{}: {} {reference}; {} {}{interval} {}",
        p.id,
        t.col_icp,
        t.col_estimate,
        three(p.prediction),
        analyte.unit
    )
}

/// Only what there is.
fn keys(places: &[(&Point, f64, f64)], level: &str, t: &Texts) -> Vec<(Key, String)> {
    let below = |p: &Point| matches!(p.reference, Reference::Below(_));
    let mut keys = Vec::new();
    for (verdict, words) in [
        (Verdict::Ok, t.verdict_ok),
        (Verdict::Warn, t.verdict_warn),
        (Verdict::Refuse, t.verdict_refuse),
    ] {
        if places.iter().any(|(p, ..)| p.verdict == verdict && !below(p)) {
            let (shape, class) = look(verdict);
            keys.push((Key::Mark(shape, class), words.to_owned()));
        }
    }
    if places.iter().any(|(p, ..)| p.interval.is_some()) {
        keys.push((Key::Line("interval"), fill(t.interval_bar, &[level])));
    }
    keys.push((Key::Line("dashed"), t.identity.to_owned()));
    if places.iter().any(|(p, ..)| below(p)) {
        keys.push((Key::Mark(Shape::Square, "below"), t.below_limit.to_owned()));
    }
    keys
}
