//! RMSECV against the number of latent variables, with the one chosen.

use maud::Markup;

use super::canvas::{Chart, HALF, Key, MARGINS, Names, Side, TALL};
use super::data::Analyte;
use super::scale::{Scale, Spacing};
use super::svg::Shape;
use super::texts::{Texts, fill};

/// The plot, on the model's scale; `None` where no count was tried.
pub(crate) fn plot(analyte: &Analyte, id: &str, t: &Texts) -> Option<Markup> {
    let figures = analyte.figures_log10.as_ref().unwrap_or(&analyte.figures);
    let errors = &figures.rmsecv_by_component;
    if errors.is_empty() {
        return None;
    }
    let choice = &analyte.choice;
    let (chosen, best) = (choice.components.to_string(), choice.best.to_string());
    let title = fill(t.rmsecv_title, &[&analyte.name]);
    let last = errors.len() - 1;
    let description = fill(t.rmsecv_description, &[&last.to_string(), &chosen, &best]);
    let names = Names { id, title: &title, description: &description };
    let points: Vec<(f64, f64)> =
        errors.iter().enumerate().map(|(a, e)| (a as f64, e.unwrap_or(f64::NAN))).collect();
    let values = points.iter().map(|p| p.1).chain(choice.threshold);
    let y = Scale::around(Spacing::Linear, values).anchored_at_zero();
    let x = Scale::exactly(-0.4, last as f64 + 0.4);
    let mut chart = Chart::new(&names, (HALF, TALL), MARGINS, x, y);
    let unit = if analyte.log10 { t.log_scale } else { &analyte.unit };
    let (x_ticks, y_ticks) = (chart.x.whole_ticks(8), chart.y.ticks(6));
    chart.axes_at(t.lv_axis, &x_ticks, &format!("RMSECV [{unit}]"), &y_ticks);
    let mut keys = vec![(Key::Mark(Shape::Dot, "ok"), t.key_rmsecv.to_owned())];
    if let Some(threshold) = choice.threshold {
        chart.level("dashed", threshold, "");
        keys.push((Key::Line("dashed"), t.threshold.to_owned()));
    }
    chart.line("series", points.iter().copied());
    for (a, e) in &points {
        let tip = format!("{a}: {} {unit}", super::number::three(Some(*e)));
        chart.mark((*a, *e), Shape::Dot, 4.0, "ok", &tip);
    }
    if let Some(at) = points.get(choice.components) {
        chart.ring(*at, 8.5);
        keys.push((Key::Mark(Shape::Dot, "ring"), fill(t.chosen, &[&chosen])));
    }
    if let Some(at) = points.get(choice.best).filter(|_| choice.best != choice.components) {
        chart.words_at(*at, Side::Below, &fill(t.smallest, &[&best]));
    }
    chart.legend(&keys);
    Some(chart.finish())
}
