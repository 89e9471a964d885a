//! Regression coefficients: a line over positions, or one bar a named column.

use maud::{Markup, html};

use super::canvas::{Chart, FULL, HALF, MARGINS, Margins, Names, TEXT};
use super::data::{Analyte, Axis, Coefficients};
use super::number::three;
use super::plot_spectra::finite_ends;
use super::scale::{Scale, Spacing, Tick};
use super::svg::{Shape, fit, width};
use super::texts::{Texts, fill};

/// More bars than this are not readable: the largest are shown.
const MOST_BARS: usize = 24;

/// The plot with what belongs below it; `None` where there are none but 0.
pub(crate) fn plot(analyte: &Analyte, id: &str, t: &Texts) -> Option<(Markup, Option<String>)> {
    let c = analyte.coefficients.as_ref().ok()?;
    // Without components all coefficients are 0.
    if c.values.is_empty() || c.values.iter().all(|v| *v == 0.0) {
        return None;
    }
    let title = fill(t.coefficients_title, &[&analyte.name]);
    let description = fill(t.coefficients_description, &[&c.values.len().to_string()]);
    let names = Names { id, title: &title, description: &description };
    Some(match &c.axis {
        Axis::Positions { unit, values } => (line(&names, unit, values, c, t), None),
        Axis::Named(columns) => bars(&names, columns, c, t),
    })
}

/// Whether the plot is a line over many positions, which needs the width of the page.
pub(crate) fn is_wide(analyte: &Analyte) -> bool {
    matches!(&analyte.coefficients, Ok(Coefficients { axis: Axis::Positions { .. }, .. }))
}

fn line(names: &Names<'_>, unit: &str, positions: &[f64], c: &Coefficients, t: &Texts) -> Markup {
    let (low, high) = finite_ends(positions);
    let x = Scale::exactly(low, high);
    let y = Scale::around(Spacing::Linear, c.values.iter().copied().chain([0.0]));
    let margins = Margins { top: 16.0, ..MARGINS };
    let mut chart = Chart::new(names, (FULL, 280.0), margins, x, y);
    let position = if unit == "nm" { t.wavelength } else { t.position };
    chart.axes(&format!("{position} [{unit}]"), t.coefficient_axis);
    chart.level("zero", 0.0, "");
    let points = || positions.iter().copied().zip(c.values.iter().copied());
    chart.line("series", points());
    // Few channels, or channels far apart after a selection: a line alone would hide where they are.
    if c.values.len() <= 60 {
        for (x, y) in points() {
            chart.mark((x, y), Shape::Dot, 2.6, "ok", &format!("{x} {unit}: {}", three(Some(y))));
        }
    }
    chart.finish()
}

fn bars(
    names: &Names<'_>,
    columns: &[(String, String)],
    c: &Coefficients,
    t: &Texts,
) -> (Markup, Option<String>) {
    let mut all: Vec<(&str, f64)> =
        columns.iter().map(|(name, _)| name.as_str()).zip(c.values.iter().copied()).collect();
    let mut note = None;
    if all.len() > MOST_BARS {
        let size = |v: f64| if v.is_nan() { -1.0 } else { v.abs() };
        all.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
        note =
            Some(fill(t.coefficients_largest, &[&MOST_BARS.to_string(), &all.len().to_string()]));
        all.truncate(MOST_BARS);
    }
    let widest = all.iter().map(|(name, _)| width(name, TEXT)).fold(0.0, f64::max);
    let left = (widest + 40.0).clamp(74.0, 220.0);
    let margins = Margins { left, top: 16.0, ..MARGINS };
    let height = 66.0 + (all.len() as f64 * 30.0).max(60.0);
    let x = Scale::around(Spacing::Linear, all.iter().map(|b| b.1).chain([0.0]));
    // The first column on top.
    let y = Scale::exactly(-(all.len() as f64) + 0.4, 0.6);
    let mut chart = Chart::new(names, (HALF, height), margins, x, y);
    let ticks: Vec<Tick> = all
        .iter()
        .enumerate()
        .map(|(k, (name, _))| Tick { value: -(k as f64), label: fit(name, TEXT, left - 34.0) })
        .collect();
    let x_ticks = chart.x.ticks(5);
    chart.axes_at(t.coefficient_axis, &x_ticks, "", &ticks);
    chart.upright("zero", 0.0, "");
    for (k, (name, v)) in all.iter().enumerate().filter(|(_, (_, v))| v.is_finite()) {
        let at = -(k as f64);
        let tip = format!("{name}: {}", three(Some(*v)));
        chart.block("mark block", (0.0, at - 0.3), (*v, at + 0.3), &tip);
    }
    (html! { (chart.finish()) }, note)
}
