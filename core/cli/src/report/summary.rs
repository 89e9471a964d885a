//! The first minute: what was calibrated, how good it is, what may be used.

use maud::{Markup, html};

use super::data::{Analyte, ReportData, Status, Verdict, WEAK_RPD};
use super::interval_width;
use super::number::{NONE, decimals3, percent, three};
use super::phrases::say;
use super::texts::{Texts, fill};

/// The section.
pub(crate) fn section(data: &ReportData, t: &Texts) -> Markup {
    let level = percent(data.level);
    html! {
        section id="summary" {
            h2 { (t.summary) }
            (lead(data, t))
            div.scroll { table {
                caption { (t.summary_caption) }
                thead { tr {
                    th scope="col" { (t.col_analyte) }
                    th.num scope="col" { (t.col_n) }
                    th.num scope="col" { (t.col_censored) }
                    th.num scope="col" { (t.col_lv) }
                    th.num scope="col" { (t.col_rmsecv) }
                    th.num scope="col" { (t.col_r2cv) }
                    th.num scope="col" { (fill(t.col_interval, &[&level])) }
                    th.num scope="col" { (t.col_range) }
                    th.num scope="col" { (t.col_limit) }
                    th scope="col" { (t.col_verdict) }
                } }
                tbody { @for (k, a) in data.analytes.iter().enumerate() { (row(k, a, t)) } }
            } }
            p.small { (fill(t.interval_note, &[&level])) }
        }
    }
}

/// Which analytes can be estimated, which cannot.
fn lead(data: &ReportData, t: &Texts) -> Markup {
    let names = |usable: bool| -> Vec<&str> {
        let these = data.analytes.iter().filter(|a| a.status.gives_estimates() == usable);
        these.map(|a| a.name.as_str()).collect()
    };
    let (yes, no) = (names(true), names(false));
    let (all, count) = (data.analytes.len().to_string(), yes.len().to_string());
    let join = |n: &[&str]| n.join(t.list_separator);
    html! {
        p.lead {
            @if yes.is_empty() { (fill(t.lead_none, &[&all])) }
            @else { (fill(t.lead_some, &[&count, &all, &join(&yes)])) }
            @if !yes.is_empty() && !no.is_empty() { (t.space) (fill(t.lead_not, &[&join(&no)])) }
        }
    }
}

fn row(k: usize, a: &Analyte, t: &Texts) -> Markup {
    // Below this, a figure of a model that is not used would only mislead.
    let interval = interval_width::typical(a).filter(|_| a.status.gives_estimates());
    html! {
        tr {
            th scope="row" { a href={ "#analyte-" (k) } { (a.name) } }
            td.num { (a.n) }
            td.num { (a.censored) }
            td.num { (a.choice.components) }
            td.num { (with_unit(a.figures.rmsecv, &a.unit)) }
            td.num { (decimals3(r2_of_scale(a))) @if a.log10 { " " span.unit { (t.log_scale) } } }
            td.num { (interval.as_deref().unwrap_or(NONE)) }
            td.num {
                @match a.range {
                    Some((low, high)) => { (three(Some(low))) " – " (with_unit(Some(high), &a.unit)) }
                    None => { (NONE) }
                }
            }
            td.num { (with_unit(a.limit, &a.unit)) }
            td.why { (badge(a, t)) " " (reason(a, t)) }
        }
    }
}

/// A number with its unit, kept on one line.
pub(crate) fn with_unit(value: Option<f64>, unit: &str) -> Markup {
    let number = three(value);
    html! { span.nowrap { (number) @if number != NONE && !unit.is_empty() { " " span.unit { (unit) } } } }
}

fn r2_of_scale(a: &Analyte) -> Option<f64> {
    a.figures_log10.as_ref().unwrap_or(&a.figures).r2cv
}

/// The status of an analyte as a sign and a word.
pub(crate) fn badge(a: &Analyte, t: &Texts) -> Markup {
    let (class, sign, word) = match a.status {
        Status::Usable => ("ok", "●", t.usable),
        Status::Caution => ("warn", "▲", t.caution),
        Status::Weak => ("warn", "▲", t.weak),
        Status::NoInterval => ("refuse", "✕", t.no_estimate),
        Status::MeanIsBest | Status::NotBetterThanMean | Status::Other(_) => {
            ("refuse", "✕", t.unfit)
        }
    };
    html! { span class={ "badge " (class) } { span aria-hidden="true" { (sign) } " " (word) } }
}

/// The reason of the status in words.
pub(crate) fn reason(a: &Analyte, t: &Texts) -> Markup {
    let r2 = decimals3(r2_of_scale(a));
    html! {
        @match &a.status {
            Status::Usable => { (fill(t.why_usable, &[&r2])) }
            Status::Caution => { (fill(t.why_caution, &[&a.censored.to_string()])) }
            Status::Weak => {
                (fill(t.why_weak, &[&WEAK_RPD.to_string(), &r2]))
                @if a.censored > 0 { (t.space) (fill(t.why_caution, &[&a.censored.to_string()])) }
            }
            Status::NoInterval => { (t.why_no_interval) }
            Status::MeanIsBest => { (t.why_mean) }
            Status::NotBetterThanMean => { (fill(t.why_r2, &[&r2])) }
            Status::Other(text) => { (say(text, t)) }
        }
    }
}

/// A verdict as a sign and a word.
pub(crate) fn verdict(verdict: Verdict, t: &Texts) -> Markup {
    let (class, sign, word) = match verdict {
        Verdict::Ok => ("ok", "●", t.verdict_ok),
        Verdict::Warn => ("warn", "▲", t.verdict_warn),
        Verdict::Refuse => ("refuse", "✕", t.verdict_refuse),
    };
    html! { span class={ "verdict " (class) } { span aria-hidden="true" { (sign) } " " (word) } }
}
