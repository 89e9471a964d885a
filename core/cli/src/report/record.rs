//! How the model was made: recipe, steps, validation, origin, formulas.

use maud::{Markup, html};

use super::data::{FileRef, ReportData};
use super::phrases::say;
use super::texts::{Texts, fill};

/// The section.
pub(crate) fn section(data: &ReportData, t: &Texts) -> Markup {
    html! {
        section id="record" {
            h2 { (t.record) }
            h3 { (t.recipe) }
            pre tabindex="0" { code lang="en" { (data.recipe.trim_end()) } }
            @if !data.plan.is_empty() {
                h3 { (t.plan) }
                ol lang="en" { @for line in &data.plan { li { (line) } } }
            }
            (validation(data, t))
            (notes(data, t))
            (provenance(data, t))
            (formulas(t))
        }
    }
}

fn validation(data: &ReportData, t: &Texts) -> Markup {
    let rules = [
        ("one-standard-error", t.rule_line),
        ("minimum", t.rule_line_minimum),
        ("randomisation", t.rule_line_randomisation),
        ("wold-r", t.rule_line_wold_r),
        ("fixed", t.fixed_line),
    ];
    let used = |rule: &str| data.analytes.iter().any(|a| a.choice.rule == rule);
    html! {
        h3 { (t.validation) }
        ul {
            li { (fill(t.cv_line, &[&data.cv, &scheme(&data.cv, t)])) (t.space) (fill(t.seed_line, &[&data.seed.to_string()])) }
            li { (t.fold_line) }
            @for (_, line) in rules.iter().filter(|(rule, _)| used(rule)) { li { (line) } }
            @if !data.route.is_empty() { li { (t.route_line) (t.space) span lang="en" { (data.route) } } }
            li { (t.verdict_legend) }
        }
    }
}

/// A cross-validation scheme in words.
fn scheme(written: &str, t: &Texts) -> String {
    let (name, value) = written.split_once('=').unwrap_or((written, ""));
    let words = match name {
        "loo" => t.cv_loo,
        "kfold" => t.cv_kfold,
        "venetian" => t.cv_venetian,
        "group" => t.cv_group,
        "forward" => t.cv_forward,
        "repeated" => t.cv_repeated,
        _ => t.cv_other,
    };
    fill(words, &[value])
}

fn notes(data: &ReportData, t: &Texts) -> Markup {
    html! {
        @if !(data.defaulted.is_empty() && data.notes.is_empty()) {
            h3 { (t.defaulted) }
            p.small { (t.engine_words) }
            ul { @for note in data.defaulted.iter().chain(&data.notes) { li { (say(note, t)) } } }
        }
    }
}

fn provenance(data: &ReportData, t: &Texts) -> Markup {
    let file = |role: &str, f: &FileRef| {
        html! { tr { td { (role) } th scope="row" { (f.name) } td.hash { (f.sha256) } } }
    };
    html! {
        h3 { (t.provenance) }
        div.scroll { table.compact {
            caption { (t.files_caption) }
            thead { tr { th scope="col" { (t.col_role) } th scope="col" { (t.col_file) } th scope="col" { "SHA-256" } } }
            tbody {
                (file(t.role_model, &data.model))
                @for f in &data.inputs { (file(t.role_input, f)) }
            }
        } }
        @if !data.plugins.is_empty() {
            div.scroll { table.compact {
                caption { (t.plugins_caption) }
                thead { tr {
                    th scope="col" { (t.col_plugin) }
                    th scope="col" { (t.col_version) }
                    th scope="col" { (t.col_trust) }
                    th scope="col" { "SHA-256" }
                } }
                tbody { @for p in &data.plugins {
                    tr {
                        th scope="row" { (p.id) }
                        td { (p.version) }
                        td { (trust(&p.trust, t)) }
                        td.hash { (p.sha256) }
                    }
                } }
            } }
        }
        p.small { (t.no_clock) }
    }
}

/// Why a plugin was trusted, from the host's word for it.
fn trust<'a>(word: &'a str, t: &'a Texts) -> &'a str {
    match word {
        "builtin" => t.trust_builtin,
        "lock" => t.trust_lock,
        other => other,
    }
}

fn formulas(t: &Texts) -> Markup {
    html! {
        h3 { (t.formulas) }
        ul.small {
            @for line in [t.f_symbols, t.f_errors, t.f_r2, t.f_t2, t.f_q, t.f_interval] { li { (line) } }
        }
    }
}
