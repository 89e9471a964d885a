//! The page as a whole: head, order of sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data::{Axis, Kind, ReportData, Row};
use super::number::three;
use super::texts::{Lang, Texts, fill};
use super::{
    analyte, interval_width, limits_of_use, new_samples, plot_spectra, prepare, record, search,
    summary,
};

/// The report as one HTML page that needs nothing else. The same data give the same bytes.
pub(crate) fn render(data: &ReportData, lang: Lang) -> String {
    let data = &prepare::for_reading(data);
    let t = lang.texts();
    let title = match &data.mine {
        Some(mine) => fill(t.report_named, &[mine]),
        None => t.report.to_owned(),
    };
    let page = html! {
        (DOCTYPE)
        html lang=(t.html_lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "adit " (data.adit_version) };
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { (title) }
                    p.made-by { (made_by(data, t)) }
                    (contents(data, t))
                }
                main {
                    (summary::section(data, t))
                    (limits_of_use::section(data, t))
                    (input(data, t))
                    @for (k, a) in data.analytes.iter().enumerate() { (analyte::section(data, k, a, t)) }
                    (search::section(data, t))
                    (new_samples::section(data, t))
                    (record::section(data, t))
                }
            }
        }
    };
    page.into_string()
}

fn made_by(data: &ReportData, t: &Texts) -> String {
    let kind = match data.kind {
        Kind::Spectra => t.kind_spectra,
        Kind::Table => t.kind_table,
        Kind::Series => t.kind_series,
    };
    match data.rows.len() {
        0 => fill(t.made_by_stripped, &[kind, &data.adit_version]),
        n => fill(t.made_by, &[kind, &n.to_string(), &data.adit_version]),
    }
}

fn contents(data: &ReportData, t: &Texts) -> Markup {
    html! {
        nav aria-label=(t.contents) {
            a href="#summary" { (t.summary) }
            a href="#limits" { (t.limits) }
            @if !data.rows.is_empty() { a href="#input" { (t.input) } }
            @for (k, a) in data.analytes.iter().enumerate() { a href={ "#analyte-" (k) } { (a.name) } }
            @if data.search.is_some() { a href="#search" { (search::heading(t)) } }
            @if !data.new_samples.is_empty() { a href="#new-samples" { (t.new_samples) } }
            a href="#record" { (t.record) }
        }
    }
}

/// The measurements as they were read: a plot of spectra, or a table of columns.
fn input(data: &ReportData, t: &Texts) -> Markup {
    html! {
        @if !data.rows.is_empty() {
            section id="input" {
                h2 { (t.input) }
                @match &data.axis {
                    Axis::Named(columns) => { (column_table(columns, &data.rows, t)) }
                    Axis::Positions { .. } => {
                        @match plot_spectra::plot(data, t) {
                            Some(chart) => div.figures {
                                figure.wide { (chart) figcaption { (t.spectra_title) } }
                            },
                            None => p.note { (t.nothing) },
                        }
                    }
                }
            }
        }
    }
}

fn column_table(columns: &[(String, String)], rows: &[Row], t: &Texts) -> Markup {
    let finite = |j: usize| -> Vec<f64> {
        rows.iter().filter_map(|r| r.values.get(j).copied()).filter(|v| v.is_finite()).collect()
    };
    html! {
        div.scroll { table.compact {
            caption { (t.columns_caption) }
            thead { tr {
                th scope="col" { (t.col_column) }
                th scope="col" { (t.col_unit) }
                th.num scope="col" { (t.col_present) }
                th.num scope="col" { (t.col_min) }
                th.num scope="col" { (t.col_median) }
                th.num scope="col" { (t.col_max) }
            } }
            tbody {
                @for (j, (name, unit)) in columns.iter().enumerate() {
                    @let values = finite(j);
                    tr {
                        th scope="row" { (name) }
                        td { (unit) }
                        td.num { (values.len()) " / " (rows.len()) }
                        td.num { (three(values.iter().copied().reduce(f64::min))) }
                        td.num { (three(interval_width::median(values.clone()))) }
                        td.num { (three(values.iter().copied().reduce(f64::max))) }
                    }
                }
            }
        } }
    }
}
