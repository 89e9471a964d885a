//! One analyte: plots, figures of merit, every cross-validated estimate.

use maud::{Markup, html};

use super::data::{Analyte, Figures, Point, Reference, ReportData};
use super::number::{NONE, decimals3, percent, significant, three};
use super::phrases::say;
use super::summary::{badge, reason, verdict};
use super::texts::{Texts, fill};
use super::{interval_width, plot_coefficients, plot_input, plot_predicted, plot_rmsecv, plot_t2q};

/// Tables up to this many rows are open from the start.
const OPEN_ROWS: usize = 12;

/// The section of the `k`-th analyte.
pub(crate) fn section(data: &ReportData, k: usize, a: &Analyte, t: &Texts) -> Markup {
    html! {
        section.analyte id={ "analyte-" (k) } {
            h2 { (a.name) " " (badge(a, t)) }
            p { (reason(a, t)) }
            (facts(a, t))
            div.figures { (plots(data, k, a, t)) }
            (points(a, t))
        }
    }
}

fn plots(data: &ReportData, k: usize, a: &Analyte, t: &Texts) -> Markup {
    let id = |what: &str| format!("a{k}-{what}");
    html! {
        @if let Some(drawn) = plot_predicted::plot(a, data.level, &id("predicted"), t) {
            (figure(&fill(t.predicted_title, &[&a.name]), drawn.chart, html! {
                (inside(a, data.level, t))
                @if let Some(limit) = a.limit.filter(|_| drawn.limit_outside) {
                    (t.space) (fill(t.limit_outside, &[&three(Some(limit)), &a.unit]))
                }
                (left_out(drawn.left_out, t))
            }))
        } @else { p.note { (t.points_none) } }
        @if let Some(chart) = plot_rmsecv::plot(a, &id("rmsecv"), t) {
            (figure(&fill(t.rmsecv_title, &[&a.name]), chart, components(a, t)))
        }
        @if let Some((chart, missed)) = plot_t2q::plot(a, &id("t2q"), t) {
            (figure(&fill(t.t2q_title, &[&a.name]), chart, html! {
                @if a.distances.q_limits.is_none() { (t.no_q) }
                (left_out(missed, t))
            }))
        } @else if a.status.gives_estimates() { p.note { (t.no_t2) } }
        @for (title, chart) in plot_input::plots(data, a, &id("input"), t) {
            (figure(&title, chart, html! { (t.column_caption) }))
        }
        // A plot of half the width stands beside the table, one of full width below it.
        @let coefficients = coefficients(a, &id("coefficients"), t);
        @if plot_coefficients::is_wide(a) {
            div.scroll { (figures(a, t)) }
            (coefficients)
        } @else {
            (coefficients)
            div.scroll { (figures(a, t)) }
        }
    }
}

/// A plot with its title and what is said below it.
pub(crate) fn figure(title: &str, chart: Markup, caption: Markup) -> Markup {
    html! { figure { (chart) figcaption { strong { (title) } " " (caption) } } }
}

/// How many points a plot could not show; nothing where it showed all.
pub(crate) fn left_out(count: usize, t: &Texts) -> Markup {
    html! { @if count > 0 { (t.space) (fill(t.not_drawn, &[&count.to_string()])) } }
}

fn inside(a: &Analyte, level: f64, t: &Texts) -> Markup {
    let (held, all) = interval_width::inside(a);
    let words = [held.to_string(), all.to_string(), percent(level)];
    html! { @if all > 0 { (fill(t.interval_share, &[&words[0], &words[1], &words[2]])) } }
}

fn components(a: &Analyte, t: &Texts) -> Markup {
    let rule = match a.choice.rule.as_str() {
        "one-standard-error" => t.rule_one_se,
        "minimum" => t.rule_minimum,
        "randomisation" => t.rule_randomisation,
        "wold-r" => t.rule_wold_r,
        "fixed" => t.rule_fixed,
        other => other,
    };
    let (chosen, searched) = (a.choice.components.to_string(), a.choice.searched.to_string());
    html! { (fill(t.components_line, &[&chosen, &searched, rule])) (evidence(a, t)) }
}

/// What the rule weighed, where it is not in the plot of the errors.
fn evidence(a: &Analyte, t: &Texts) -> Markup {
    let list =
        |values: &[Option<f64>]| values.iter().map(|v| three(*v)).collect::<Vec<_>>().join(", ");
    let p: Vec<Option<f64>> = a.choice.p_values.iter().copied().map(Some).collect();
    html! {
        @if !p.is_empty() {
            (t.space) (fill(t.p_values_line, &[&a.choice.best.to_string(), &list(&p)]))
        }
        @if !a.choice.ratios.is_empty() { (t.space) (fill(t.ratios_line, &[&list(&a.choice.ratios)])) }
    }
}

fn coefficients(a: &Analyte, id: &str, t: &Texts) -> Markup {
    let class = if plot_coefficients::is_wide(a) { "wide" } else { "half" };
    html! {
        @match (&a.coefficients, plot_coefficients::plot(a, id, t)) {
            (_, Some((chart, note))) => figure class=(class) {
                (chart)
                figcaption {
                    strong { (fill(t.coefficients_title, &[&a.name])) }
                    @if let Some(note) = note { " " (note) }
                }
            },
            (Err(why), None) => p.note { (t.coefficients_none) (t.space) (say(why, t)) },
            (Ok(_), None) => {},
        }
    }
}

fn figures(a: &Analyte, t: &Texts) -> Markup {
    // One line a figure: name, meaning, value; R2 and its kin are read by decimals.
    type Line = (&'static str, &'static str, fn(&Figures) -> String);
    let lines: [Line; 9] = [
        ("RMSECV", t.mean_rmsecv, |f| three(f.rmsecv)),
        ("R² (CV)", t.mean_r2cv, |f| decimals3(f.r2cv)),
        (t.bias, t.mean_bias, |f| three(f.bias)),
        ("SEP", t.mean_sep, |f| three(f.sep)),
        ("RPD", t.mean_rpd, |f| three(f.rpd)),
        ("RPIQ", t.mean_rpiq, |f| three(f.rpiq)),
        ("RMSEC", t.mean_rmsec, |f| three(f.rmsec)),
        ("SEC", t.mean_sec, |f| three(f.sec)),
        ("R²", t.mean_r2, |f| decimals3(f.r2)),
    ];
    html! {
        table.compact {
            caption { (fill(t.figures_caption, &[&a.name])) }
            thead { tr {
                th scope="col" { (t.col_figure) }
                th.num scope="col" { (fill(t.in_unit, &[&a.unit])) }
                @if a.figures_log10.is_some() { th.num scope="col" { (t.in_log) } }
                th scope="col" { (t.col_meaning) }
            } }
            tbody {
                @for (name, meaning, value) in lines {
                    tr {
                        th scope="row" { (name) }
                        td.num { (value(&a.figures)) }
                        @if let Some(log) = &a.figures_log10 { td.num { (value(log)) } }
                        td.meaning { (meaning) }
                    }
                }
            }
        }
    }
}

/// What was fitted to what.
fn facts(a: &Analyte, t: &Texts) -> Markup {
    let counts = [a.n, a.samples, a.censored, a.missing].map(|n| n.to_string());
    html! {
        ul.facts {
            li { (fill(t.rows_line, &[&counts[0], &counts[1], &counts[2], &counts[3]])) }
            @if let Some((low, high)) = a.range {
                li { (fill(t.range_line, &[&three(Some(low)), &three(Some(high)), &a.unit])) }
            }
            @if a.lod.is_some() { li { (fill(t.lod_line, &[&three(a.lod), &a.unit])) } }
            @if a.log10 { li { (t.target_log) } }
            @for note in &a.notes { li { (say(note, t)) } }
        }
    }
}

fn points(a: &Analyte, t: &Texts) -> Markup {
    html! {
        @if !a.points.is_empty() {
            details open[a.points.len() <= OPEN_ROWS] {
                summary { (fill(t.points_summary, &[&a.points.len().to_string()])) }
                div.scroll { table.compact {
                    caption { (fill(t.points_caption, &[&a.name, &a.unit])) }
                    thead { tr {
                        th scope="col" { (t.col_sample) }
                        th.num scope="col" { (t.col_icp) }
                        th.num scope="col" { (t.col_estimate) }
                        th.num scope="col" { (t.col_lower) }
                        th.num scope="col" { (t.col_upper) }
                        th.num scope="col" { (t.col_error) }
                        th scope="col" { (t.col_verdict) }
                    } }
                    tbody { @for p in &a.points { (point(p, t)) } }
                } }
            }
        }
    }
}

fn point(p: &Point, t: &Texts) -> Markup {
    let error = match p.reference {
        Reference::Measured(y) => p.prediction.map(|v| v - y),
        Reference::Below(_) | Reference::Missing => None,
    };
    let outside = match (p.reference, p.interval) {
        (Reference::Measured(y), Some((low, high))) => y < low || y > high,
        _ => false,
    };
    html! {
        tr {
            th scope="row" { (p.id) }
            td.num { (reference(p.reference)) }
            td.num { (four(p.prediction)) }
            td.num { (four(p.interval.map(|i| i.0))) }
            td.num { (four(p.interval.map(|i| i.1))) }
            td.num { (three(error)) }
            td { (verdict(p.verdict, t)) @if outside { " " span.outside { (t.outside_interval) } } }
        }
    }
}

/// Four significant digits: estimates and ends of intervals, which are compared with each other.
pub(crate) fn four(value: Option<f64>) -> String {
    significant(value, 4)
}

/// A reference as it is written: `0.123`, `<0.003`, or the sign for none.
pub(crate) fn reference(r: Reference) -> String {
    match r {
        Reference::Measured(y) => four(Some(y)),
        Reference::Below(limit) => format!("<{}", three(Some(limit))),
        Reference::Missing => NONE.to_owned(),
    }
}
