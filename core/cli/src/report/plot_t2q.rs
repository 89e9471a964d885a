//! Hotelling's T2 against the Q residual, with the limits at 95 % and 99.9 %.

use maud::Markup;

use super::canvas::{Chart, HALF, Key, MARGINS, Names, Side, TALL, TEXT};
use super::data::{Analyte, Distance};
use super::scale::{Scale, Spacing};
use super::svg::{Shape, fit};
use super::texts::{Texts, fill};

/// Names are written beside so many of the points beyond a limit; the others tell theirs when pointed at.
const MOST_NAMES: usize = 6;

/// The plot and the number of points left out; `None` without any T2. Without Q, T2 is drawn in the order of the rows.
pub(crate) fn plot(analyte: &Analyte, id: &str, t: &Texts) -> Option<(Markup, usize)> {
    let d = &analyte.distances;
    let has_q = d.points.iter().any(|p| p.q.is_some_and(f64::is_finite));
    let points: Vec<(&Distance, f64, f64)> = d
        .points
        .iter()
        .enumerate()
        .filter_map(|(k, p)| {
            let t2 = p.t2?;
            Some(if has_q { (p, t2, p.q?) } else { (p, k as f64 + 1.0, t2) })
        })
        .collect();
    if points.is_empty() {
        return None;
    }
    let title = fill(t.t2q_title, &[&analyte.name]);
    let description = fill(t.t2q_description, &[&points.len().to_string()]);
    let names = Names { id, title: &title, description: &description };
    let (x_limits, y_limits) = if has_q { (d.t2_limits, d.q_limits) } else { (None, d.t2_limits) };
    let x = scale(points.iter().map(|p| p.1), x_limits);
    let y = scale(points.iter().map(|p| p.2), y_limits);
    let mut chart = Chart::new(&names, (HALF, TALL), MARGINS, x, y);
    if has_q {
        chart.axes(t.t2_axis, t.q_axis);
    } else {
        let (x_ticks, y_ticks) = (chart.x.whole_ticks(6), chart.y.ticks(6));
        chart.axes_at(t.order_axis, &x_ticks, t.t2_axis, &y_ticks);
    }
    for (limits, upright) in [(x_limits, true), (y_limits, false)] {
        for (limit, class) in limits.into_iter().flatten().zip(["warn-limit", "refuse-limit"]) {
            if upright { chart.upright(class, limit, "") } else { chart.level(class, limit, "") }
        }
    }
    let left_out = draw(&mut chart, &points, x_limits, y_limits);
    let mut keys = vec![(Key::Mark(Shape::Dot, "ok"), t.key_sample.to_owned())];
    if x_limits.is_some() || y_limits.is_some() {
        keys.push((Key::Line("warn-limit"), t.limit_95.to_owned()));
        keys.push((Key::Line("refuse-limit"), t.limit_999.to_owned()));
    }
    chart.legend(&keys);
    Some((chart.finish(), left_out))
}

fn draw(
    chart: &mut Chart,
    points: &[(&Distance, f64, f64)],
    x_limits: Option<[f64; 2]>,
    y_limits: Option<[f64; 2]>,
) -> usize {
    let r = if points.len() > 150 { 2.6 } else { 4.0 };
    let mut left_out = 0;
    let mut named = 0;
    for (p, x, y) in points {
        let beyond = |k: usize| {
            let over = |limits: Option<[f64; 2]>, v: f64| {
                limits.and_then(|l| l.get(k).copied()).is_some_and(|l| v > l)
            };
            over(x_limits, *x) || over(y_limits, *y)
        };
        let (shape, class) = match (beyond(1), beyond(0)) {
            (true, _) => (Shape::Cross, "refuse"),
            (false, true) => (Shape::Triangle, "warn"),
            (false, false) => (Shape::Dot, "ok"),
        };
        left_out += usize::from(!chart.mark((*x, *y), shape, r, class, &p.id));
        if class != "ok" && named < MOST_NAMES {
            chart.words_at((*x, *y), Side::Above, &fit(&p.id, TEXT, 130.0));
            named += 1;
        }
    }
    left_out
}

/// Linear from 0; log where the largest is more than 50 times the median and all can be shown.
fn scale(values: impl Iterator<Item = f64>, limits: Option<[f64; 2]>) -> Scale {
    let all: Vec<f64> =
        values.chain(limits.into_iter().flatten()).filter(|v| v.is_finite()).collect();
    let most = all.iter().copied().fold(0.0, f64::max);
    let median = super::interval_width::median(all.clone()).unwrap_or(0.0);
    let wide = all.iter().all(|v| *v > 0.0) && most > 50.0 * median;
    if wide {
        Scale::around(Spacing::Log, all)
    } else {
        Scale::around(Spacing::Linear, all).anchored_at_zero()
    }
}
