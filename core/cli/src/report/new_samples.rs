//! Estimates of samples that the model has not seen.

use maud::{Markup, html};

use super::analyte::{figure, four, reference};
use super::data::{Analyte, Estimate, NewSample, Reference, ReportData};
use super::number::three;
use super::phrases::say;
use super::plot_new_samples;
use super::summary::{reason, verdict};
use super::texts::{Texts, fill};

/// The section; empty without new samples.
pub(crate) fn section(data: &ReportData, t: &Texts) -> Markup {
    html! {
        @if !data.new_samples.is_empty() {
            section id="new-samples" {
                h2 { (t.new_samples) }
                p.small { (t.verdict_legend) }
                @for (k, a) in data.analytes.iter().enumerate() {
                    @if a.status.gives_estimates() { (estimates(data, k, a, t)) }
                    @else { p { (fill(t.new_unfit, &[&a.name])) (t.space) (reason(a, t)) } }
                }
            }
        }
    }
}

fn estimates(data: &ReportData, k: usize, a: &Analyte, t: &Texts) -> Markup {
    let samples = &data.new_samples;
    let drawn = plot_new_samples::plot(samples, (k, a), data.level, &format!("a{k}-new"), t);
    html! {
        @if let Some((chart, limit_outside)) = drawn {
            (figure(&fill(t.new_title, &[&a.name]), chart, html! {
                @if limit_outside { (fill(t.limit_outside, &[&three(a.limit), &a.unit])) }
            }))
        }
        details {
            summary { (fill(t.new_summary, &[&a.name, &samples.len().to_string()])) }
            div.scroll { (table(samples, k, a, t)) }
        }
    }
}

fn table(samples: &[NewSample], k: usize, a: &Analyte, t: &Texts) -> Markup {
    let rows: Vec<(&NewSample, &Estimate)> =
        samples.iter().filter_map(|s| Some((s, s.estimates.get(k)?))).collect();
    let timed = rows.iter().any(|(s, _)| s.time.is_some());
    let compared = rows.iter().any(|(_, e)| e.reference != Reference::Missing);
    html! {
        table.compact {
            caption { (fill(t.new_caption, &[&a.name, &a.unit])) }
            thead { tr {
                th scope="col" { (t.col_sample) }
                @if timed { th scope="col" { (t.col_time) } }
                th.num scope="col" { (t.col_estimate) }
                th.num scope="col" { (t.col_lower) }
                th.num scope="col" { (t.col_upper) }
                @if compared { th.num scope="col" { (t.col_icp) } }
                th scope="col" { (t.col_verdict) }
                th scope="col" { (t.col_reasons) }
            } }
            tbody {
                @for (s, e) in rows {
                    tr {
                        th scope="row" { (s.id) }
                        @if timed { td.nowrap { (s.time.as_deref().unwrap_or("")) } }
                        td.num { (four(e.value)) }
                        td.num { (four(e.interval.map(|i| i.0))) }
                        td.num { (four(e.interval.map(|i| i.1))) }
                        @if compared { td.num { (reference(e.reference)) } }
                        td { (verdict(e.verdict, t)) }
                        td { (reasons(&e.reasons, t)) }
                    }
                }
            }
        }
    }
}

fn reasons(reasons: &[String], t: &Texts) -> Markup {
    html! {
        @for (i, reason) in reasons.iter().enumerate() {
            @if i > 0 { "; " }
            (say(reason, t))
        }
    }
}
