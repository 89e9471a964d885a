//! All spectra of the calibration, thin, and their mean.

use maud::Markup;

use super::canvas::{Chart, FULL, Key, MARGINS, Names};
use super::data::{Axis, ReportData};
use super::number::three;
use super::scale::{Scale, Spacing};
use super::texts::{Texts, fill};

/// More spectra than this would be a filled area and a page of many megabytes: evenly chosen ones are drawn.
const MOST_LINES: usize = 300;
/// A line is drawn with the smallest and the largest value of each of so many stretches: one stretch is two pixels.
const STRETCHES: usize = 450;

/// The plot; `None` where the rows are not spectra.
pub(crate) fn plot(data: &ReportData, t: &Texts) -> Option<Markup> {
    let Axis::Positions { unit, values } = &data.axis else { return None };
    if data.rows.is_empty() || values.is_empty() {
        return None;
    }
    let every = data.rows.len().div_ceil(MOST_LINES);
    let drawn: Vec<_> = data.rows.iter().step_by(every).collect();
    let (count, all) = (drawn.len().to_string(), data.rows.len().to_string());
    let ends = (three(values.first().copied()), three(values.last().copied()));
    let description = fill(t.spectra_description, &[&count, &all, &ends.0, &ends.1, unit]);
    let names = Names { id: "spectra", title: t.spectra_title, description: &description };
    let (low, high) = finite_ends(values);
    let y = Scale::around(Spacing::Linear, drawn.iter().flat_map(|r| r.values.iter().copied()));
    let mut chart = Chart::new(&names, (FULL, 360.0), MARGINS, Scale::exactly(low, high), y);
    let position = if unit == "nm" { t.wavelength } else { t.position };
    chart.axes(&format!("{position} [{unit}]"), t.spectra_y);
    let faint = if drawn.len() > 60 { "spectrum faint" } else { "spectrum" };
    for row in &drawn {
        chart.line_with_tip(faint, thinned(values, &row.values), &row.id);
    }
    let mean = mean_of(data, values.len());
    chart.line("mean", thinned(values, &mean));
    chart.legend(&[
        (Key::Line("spectrum"), t.key_spectrum.to_owned()),
        (Key::Line("mean"), t.key_mean.to_owned()),
    ]);
    Some(chart.finish())
}

/// Smallest and largest of the values that are numbers.
pub(crate) fn finite_ends(values: &[f64]) -> (f64, f64) {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max))
}

/// The mean of every column over the rows that have it; NaN where none has.
fn mean_of(data: &ReportData, columns: usize) -> Vec<f64> {
    let mean = |j: usize| {
        let there: Vec<f64> = data
            .rows
            .iter()
            .filter_map(|r| r.values.get(j).copied())
            .filter(|v| v.is_finite())
            .collect();
        there.iter().sum::<f64>() / there.len() as f64
    };
    (0..columns).map(mean).collect()
}

/// A line with as many points as can be seen: peaks stay. Gaps (NaN) stay too where nothing is thinned out.
fn thinned(x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    if points.len() <= 2 * STRETCHES {
        return points;
    }
    let ends_of = |stretch: &[(f64, f64)]| {
        let by = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let finite = || stretch.iter().filter(|p| p.1.is_finite());
        let mut ends: Vec<_> =
            finite().min_by(by).into_iter().chain(finite().max_by(by)).copied().collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        if ends.is_empty() { stretch.first().copied().into_iter().collect() } else { ends }
    };
    points.chunks(points.len().div_ceil(STRETCHES)).flat_map(ends_of).collect()
}

#[cfg(test)]
mod tests {
    use super::thinned;

    #[test]
    fn thinning_keeps_a_lone_peak() {
        let x: Vec<f64> = (0..5000).map(f64::from).collect();
        let mut y = vec![1.0; 5000];
        y[2345] = 9.0;
        let line = thinned(&x, &y);
        assert!(line.len() <= 900, "{}", line.len());
        assert!(line.contains(&(2345.0, 9.0)));
        assert!(line.windows(2).all(|w| w[0].0 <= w[1].0));
    }
}
