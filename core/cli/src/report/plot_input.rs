//! Reference against a measured column: what an estimate from a table lives on.

use maud::Markup;

use super::canvas::{Chart, HALF, MARGINS, Names, TALL};
use super::data::{Analyte, Axis, Reference, ReportData};
use super::scale::{Scale, Spacing};
use super::svg::Shape;
use super::texts::{Texts, fill};

/// One plot, with its title, for each named column that the regression reads, three at most; none for spectra.
pub(crate) fn plots(
    data: &ReportData,
    analyte: &Analyte,
    id: &str,
    t: &Texts,
) -> Vec<(String, Markup)> {
    let Axis::Named(columns) = &data.axis else { return Vec::new() };
    columns
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| is_read(analyte, name))
        .take(3)
        .filter_map(|(j, (name, unit))| {
            plot(data, analyte, (j, name, unit), &format!("{id}-{j}"), t)
        })
        .collect()
}

/// Whether a column that the regression sees carries this name, as `EC` or as `log10(EC)`.
fn is_read(analyte: &Analyte, name: &str) -> bool {
    let Ok(coefficients) = &analyte.coefficients else { return false };
    let Axis::Named(seen) = &coefficients.axis else { return false };
    let whole_word =
        |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|w| w == name) || text == name;
    seen.iter().any(|(s, _)| whole_word(s))
}

fn plot(
    data: &ReportData,
    analyte: &Analyte,
    (j, name, unit): (usize, &str, &str),
    id: &str,
    t: &Texts,
) -> Option<(String, Markup)> {
    let places: Vec<(f64, f64, &str)> = analyte
        .points
        .iter()
        .filter_map(|p| {
            let Reference::Measured(y) = p.reference else { return None };
            Some((data.rows.get(p.row)?.values.get(j).copied()?, y, p.id.as_str()))
        })
        .filter(|(x, y, _)| x.is_finite() && y.is_finite())
        .collect();
    if places.is_empty() {
        return None;
    }
    let count = places.len().to_string();
    let (title, description) =
        (fill(t.column_title, &[&analyte.name, name]), fill(t.column_description, &[&count]));
    let names = Names { id, title: &title, description: &description };
    let (xs, ys): (Vec<f64>, Vec<f64>) = places.iter().map(|p| (p.0, p.1)).unzip();
    let (x, y) = (scale(xs, analyte.log10), scale(ys, analyte.log10));
    let mut chart = Chart::new(&names, (HALF, TALL), MARGINS, x, y);
    let with_unit = if unit.is_empty() { name.to_owned() } else { format!("{name} [{unit}]") };
    chart.axes(&with_unit, &fill(t.reference_axis, &[&analyte.unit]));
    for (x, y, tip) in places {
        chart.mark((x, y), Shape::Dot, 4.0, "ok", tip);
    }
    let markup = chart.finish();
    Some((title, markup))
}

fn scale(values: Vec<f64>, log10: bool) -> Scale {
    let log = log10 && values.iter().all(|v| *v > 0.0);
    Scale::around(if log { Spacing::Log } else { Spacing::Linear }, values)
}
