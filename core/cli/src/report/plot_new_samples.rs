//! Estimates of new samples in order, with intervals, the effluent limit and, where known, the ICP results.

use maud::Markup;

use super::canvas::{Chart, FULL, Key, MARGINS, Names};
use super::data::{Analyte, Estimate, NewSample, Reference, Verdict};
use super::number::{percent, three};
use super::plot_predicted::look;
use super::scale::{Scale, Spacing};
use super::svg::Shape;
use super::texts::{Texts, fill};

/// The plot of the `k`-th analyte and whether the effluent limit lies outside of it; `None` without a value to draw.
pub(crate) fn plot(
    samples: &[NewSample],
    (k, analyte): (usize, &Analyte),
    level: f64,
    id: &str,
    t: &Texts,
) -> Option<(Markup, bool)> {
    let rows: Vec<(f64, &NewSample, &Estimate)> = samples
        .iter()
        .enumerate()
        .filter_map(|(i, s)| Some((i as f64 + 1.0, s, s.estimates.get(k)?)))
        .collect();
    let values: Vec<f64> =
        rows.iter().filter_map(|(_, _, e)| e.value).filter(|v| v.is_finite()).collect();
    if values.is_empty() {
        return None;
    }
    let references = rows.iter().filter_map(|(_, _, e)| known(e));
    let ends = rows.iter().filter_map(|(_, _, e)| e.interval).flat_map(|(l, u)| [l, u]);
    let spacing = if analyte.log10 { Spacing::Log } else { Spacing::Linear };
    let all: Vec<f64> = values.iter().copied().chain(references).chain(ends).collect();
    let (low, high) = Scale::around(spacing, all.iter().copied()).ends();
    // A limit far beyond the estimates would flatten them.
    let near = analyte.limit.filter(|l| *l >= low && *l <= 2.0 * high);
    let level = percent(level);
    let title = fill(t.new_title, &[&analyte.name]);
    let description = fill(t.new_description, &[&rows.len().to_string(), &level]);
    let names = Names { id, title: &title, description: &description };
    let x = Scale::exactly(0.4, rows.len() as f64 + 0.6);
    let y = Scale::around(spacing, all.into_iter().chain(near));
    let mut chart = Chart::new(&names, (FULL, 320.0), MARGINS, x, y);
    let (x_ticks, y_ticks) = (chart.x.whole_ticks(12), chart.y.ticks(6));
    chart.axes_at(t.new_axis, &x_ticks, &fill(t.estimate_axis, &[&analyte.unit]), &y_ticks);
    if let Some(limit) = near {
        let words = fill(t.limit_label, &[&format!("{} {}", three(Some(limit)), analyte.unit)]);
        chart.level("limit", limit, &words);
    }
    draw(&mut chart, &rows);
    chart.legend(&keys(&rows, &level, t));
    Some((chart.finish(), near.is_none() && analyte.limit.is_some()))
}

fn known(e: &Estimate) -> Option<f64> {
    match e.reference {
        Reference::Measured(y) | Reference::Below(y) => Some(y),
        Reference::Missing => None,
    }
}

fn draw(chart: &mut Chart, rows: &[(f64, &NewSample, &Estimate)]) {
    let (r, bar) = if rows.len() > 150 { (2.4, "interval thin") } else { (4.2, "interval") };
    for (x, _, e) in rows {
        if let Some((lower, upper)) = e.interval.filter(|_| e.value.is_some()) {
            chart.bar(bar, *x, lower, upper);
        }
    }
    for (x, s, e) in rows {
        if let Some(v) = e.value {
            let (shape, class) = look(e.verdict);
            chart.mark((*x, v), shape, r, class, &format!("{}: {}", s.id, three(Some(v))));
        }
        if let Some(y) = known(e) {
            let below = if matches!(e.reference, Reference::Below(_)) { "<" } else { "" };
            chart.mark(
                (*x, y),
                Shape::Square,
                r * 1.3,
                "below",
                &format!("{}: ICP {below}{}", s.id, three(Some(y))),
            );
        }
    }
}

fn keys(rows: &[(f64, &NewSample, &Estimate)], level: &str, t: &Texts) -> Vec<(Key, String)> {
    let mut keys = Vec::new();
    for (verdict, words) in [(Verdict::Ok, t.verdict_ok), (Verdict::Warn, t.verdict_warn)] {
        if rows.iter().any(|(_, _, e)| e.verdict == verdict && e.value.is_some()) {
            let (shape, class) = look(verdict);
            keys.push((Key::Mark(shape, class), words.to_owned()));
        }
    }
    if rows.iter().any(|(_, _, e)| e.interval.is_some()) {
        keys.push((Key::Line("interval"), fill(t.interval_bar, &[level])));
    }
    if rows.iter().any(|(_, _, e)| known(e).is_some()) {
        keys.push((Key::Mark(Shape::Square, "below"), t.key_icp.to_owned()));
    }
    keys
}
