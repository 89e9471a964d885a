//! Every sentence of the page, once a language. `{0}`, `{1}` ... in a sentence stand for values.

use super::texts_en::EN;
use super::texts_ja::JA;

/// Language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The sentences of this language.
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Lang::Ja => &JA,
            Lang::En => &EN,
        }
    }
}

/// A sentence with its places `{0}` to `{9}` filled; what is filled in is not looked at again.
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let place = from.get(1..2).and_then(|d| d.parse::<usize>().ok());
        match place.filter(|_| from.get(2..3) == Some("}")) {
            Some(k) => {
                out.push_str(values.get(k).copied().unwrap_or(""));
                rest = &from[3..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The sentences.
pub(crate) struct Texts {
    /// The language.
    pub(crate) lang: Lang,
    /// Language tag of the page.
    pub(crate) html_lang: &'static str,
    /// Title without a mine.
    pub(crate) report: &'static str,
    /// Title: {0} mine.
    pub(crate) report_named: &'static str,
    /// Between two sentences.
    pub(crate) space: &'static str,
    /// Between the items of a list in a sentence.
    pub(crate) list_separator: &'static str,
    /// Kind of set.
    pub(crate) kind_spectra: &'static str,
    /// Kind of set.
    pub(crate) kind_table: &'static str,
    /// Kind of set.
    pub(crate) kind_series: &'static str,
    /// Below the title: {0} kind, {1} number of rows, {2} version.
    pub(crate) made_by: &'static str,
    /// The same without rows: {0} kind, {1} version.
    pub(crate) made_by_stripped: &'static str,
    /// Name of the navigation.
    pub(crate) contents: &'static str,
    /// Heading.
    pub(crate) summary: &'static str,
    /// {0} usable, {1} all, {2} names.
    pub(crate) lead_some: &'static str,
    /// {0} all.
    pub(crate) lead_none: &'static str,
    /// {0} names.
    pub(crate) lead_not: &'static str,
    /// Column.
    pub(crate) col_analyte: &'static str,
    /// Column.
    pub(crate) col_n: &'static str,
    /// Column.
    pub(crate) col_censored: &'static str,
    /// Column.
    pub(crate) col_lv: &'static str,
    /// Column.
    pub(crate) col_rmsecv: &'static str,
    /// Column.
    pub(crate) col_r2cv: &'static str,
    /// Column: {0} level in per cent.
    pub(crate) col_interval: &'static str,
    /// Column.
    pub(crate) col_range: &'static str,
    /// Column.
    pub(crate) col_limit: &'static str,
    /// Column.
    pub(crate) col_verdict: &'static str,
    /// Caption of the table.
    pub(crate) summary_caption: &'static str,
    /// Below the table: {0} per cent.
    pub(crate) interval_note: &'static str,
    /// Marks a figure on the log scale.
    pub(crate) log_scale: &'static str,
    /// Status.
    pub(crate) usable: &'static str,
    /// Status.
    pub(crate) caution: &'static str,
    /// Status.
    pub(crate) weak: &'static str,
    /// Status.
    pub(crate) no_estimate: &'static str,
    /// Status.
    pub(crate) unfit: &'static str,
    /// Reason: {0} R2.
    pub(crate) why_usable: &'static str,
    /// Reason: {0} count.
    pub(crate) why_caution: &'static str,
    /// Reason: {0} RPD, {1} R2.
    pub(crate) why_weak: &'static str,
    /// Reason.
    pub(crate) why_no_interval: &'static str,
    /// Reason.
    pub(crate) why_mean: &'static str,
    /// Reason: {0} R2.
    pub(crate) why_r2: &'static str,
    /// Heading.
    pub(crate) limits: &'static str,
    /// Item.
    pub(crate) limit_compliance: &'static str,
    /// Item without a mine.
    pub(crate) limit_mine: &'static str,
    /// Item: {0} mine.
    pub(crate) limit_mine_named: &'static str,
    /// Item.
    pub(crate) limit_range: &'static str,
    /// Item.
    pub(crate) limit_proxy_spectra: &'static str,
    /// Item.
    pub(crate) limit_proxy_table: &'static str,
    /// Item: {0} names.
    pub(crate) limit_proxy_here: &'static str,
    /// Item: {0} names.
    pub(crate) limit_unfit: &'static str,
    /// Item: {0} names.
    pub(crate) limit_censored: &'static str,
    /// Item: {0} smallest n.
    pub(crate) limit_few: &'static str,
    /// Verdict.
    pub(crate) verdict_ok: &'static str,
    /// Verdict.
    pub(crate) verdict_warn: &'static str,
    /// Verdict.
    pub(crate) verdict_refuse: &'static str,
    /// Explains the verdicts.
    pub(crate) verdict_legend: &'static str,
    /// Heading.
    pub(crate) input: &'static str,
    /// Plot.
    pub(crate) spectra_title: &'static str,
    /// {0} drawn, {1} all, {2} lowest, {3} highest, {4} unit.
    pub(crate) spectra_description: &'static str,
    /// Axis of values.
    pub(crate) spectra_y: &'static str,
    /// Axis in nm.
    pub(crate) wavelength: &'static str,
    /// Other axis.
    pub(crate) position: &'static str,
    /// Legend.
    pub(crate) key_spectrum: &'static str,
    /// Legend.
    pub(crate) key_mean: &'static str,
    /// Caption.
    pub(crate) columns_caption: &'static str,
    /// Column.
    pub(crate) col_column: &'static str,
    /// Column.
    pub(crate) col_unit: &'static str,
    /// Column.
    pub(crate) col_present: &'static str,
    /// Column.
    pub(crate) col_min: &'static str,
    /// Column.
    pub(crate) col_median: &'static str,
    /// Column.
    pub(crate) col_max: &'static str,
    /// In an empty plot.
    pub(crate) nothing: &'static str,
    /// Below a plot: {0} count.
    pub(crate) not_drawn: &'static str,
    /// Note.
    pub(crate) target_log: &'static str,
    /// Plot: {0} analyte.
    pub(crate) rmsecv_title: &'static str,
    /// {0} largest count, {1} chosen, {2} best.
    pub(crate) rmsecv_description: &'static str,
    /// Axis.
    pub(crate) lv_axis: &'static str,
    /// Label: {0} count.
    pub(crate) chosen: &'static str,
    /// Label: {0} count.
    pub(crate) smallest: &'static str,
    /// Label.
    pub(crate) threshold: &'static str,
    /// Legend.
    pub(crate) key_rmsecv: &'static str,
    /// Plot: {0} analyte.
    pub(crate) predicted_title: &'static str,
    /// {0} points, {1} per cent.
    pub(crate) predicted_description: &'static str,
    /// Axis: {0} unit.
    pub(crate) reference_axis: &'static str,
    /// Axis: {0} unit.
    pub(crate) estimate_axis: &'static str,
    /// Legend.
    pub(crate) identity: &'static str,
    /// Label: {0} value.
    pub(crate) limit_label: &'static str,
    /// {0} limit, {1} unit.
    pub(crate) limit_outside: &'static str,
    /// Legend.
    pub(crate) below_limit: &'static str,
    /// Legend: {0} per cent.
    pub(crate) interval_bar: &'static str,
    /// {0} inside, {1} all, {2} per cent.
    pub(crate) interval_share: &'static str,
    /// Plot: {0} analyte, {1} column.
    pub(crate) column_title: &'static str,
    /// {0} points.
    pub(crate) column_description: &'static str,
    /// Caption.
    pub(crate) column_caption: &'static str,
    /// Plot: {0} analyte.
    pub(crate) coefficients_title: &'static str,
    /// {0} columns.
    pub(crate) coefficients_description: &'static str,
    /// Axis.
    pub(crate) coefficient_axis: &'static str,
    /// {0} drawn, {1} all.
    pub(crate) coefficients_largest: &'static str,
    /// Before the reason.
    pub(crate) coefficients_none: &'static str,
    /// Plot: {0} analyte.
    pub(crate) t2q_title: &'static str,
    /// {0} points.
    pub(crate) t2q_description: &'static str,
    /// Axis.
    pub(crate) t2_axis: &'static str,
    /// Axis.
    pub(crate) q_axis: &'static str,
    /// Axis.
    pub(crate) order_axis: &'static str,
    /// Note.
    pub(crate) no_q: &'static str,
    /// Note.
    pub(crate) no_t2: &'static str,
    /// Legend.
    pub(crate) limit_95: &'static str,
    /// Legend.
    pub(crate) limit_999: &'static str,
    /// Legend.
    pub(crate) key_sample: &'static str,
    /// Caption: {0} analyte.
    pub(crate) figures_caption: &'static str,
    /// Column.
    pub(crate) col_figure: &'static str,
    /// Column.
    pub(crate) col_meaning: &'static str,
    /// Column: {0} unit.
    pub(crate) in_unit: &'static str,
    /// Column.
    pub(crate) in_log: &'static str,
    /// Meaning.
    pub(crate) mean_rmsec: &'static str,
    /// Meaning.
    pub(crate) mean_sec: &'static str,
    /// Meaning.
    pub(crate) mean_r2: &'static str,
    /// Meaning.
    pub(crate) mean_rmsecv: &'static str,
    /// Meaning.
    pub(crate) mean_bias: &'static str,
    /// Meaning.
    pub(crate) mean_sep: &'static str,
    /// Meaning.
    pub(crate) mean_r2cv: &'static str,
    /// Meaning.
    pub(crate) mean_rpd: &'static str,
    /// Meaning.
    pub(crate) mean_rpiq: &'static str,
    /// Name of a figure.
    pub(crate) bias: &'static str,
    /// {0} n, {1} samples, {2} censored, {3} missing.
    pub(crate) rows_line: &'static str,
    /// {0} low, {1} high, {2} unit.
    pub(crate) range_line: &'static str,
    /// {0} value, {1} unit.
    pub(crate) lod_line: &'static str,
    /// {0} chosen, {1} searched, {2} rule.
    pub(crate) components_line: &'static str,
    /// Rule.
    pub(crate) rule_one_se: &'static str,
    /// Rule.
    pub(crate) rule_minimum: &'static str,
    /// Rule.
    pub(crate) rule_randomisation: &'static str,
    /// Rule.
    pub(crate) rule_wold_r: &'static str,
    /// {0} best count, {1} p of each smaller count.
    pub(crate) p_values_line: &'static str,
    /// {0} ratios.
    pub(crate) ratios_line: &'static str,
    /// Rule.
    pub(crate) rule_fixed: &'static str,
    /// Caption: {0} analyte, {1} unit.
    pub(crate) points_caption: &'static str,
    /// Opens the table: {0} rows.
    pub(crate) points_summary: &'static str,
    /// Note.
    pub(crate) points_none: &'static str,
    /// Column.
    pub(crate) col_sample: &'static str,
    /// Column.
    pub(crate) col_icp: &'static str,
    /// Column.
    pub(crate) col_estimate: &'static str,
    /// Column.
    pub(crate) col_lower: &'static str,
    /// Column.
    pub(crate) col_upper: &'static str,
    /// Column.
    pub(crate) col_error: &'static str,
    /// Mark of a result outside of its interval.
    pub(crate) outside_interval: &'static str,
    /// Heading.
    pub(crate) new_samples: &'static str,
    /// Plot: {0} analyte.
    pub(crate) new_title: &'static str,
    /// {0} samples, {1} per cent.
    pub(crate) new_description: &'static str,
    /// Axis.
    pub(crate) new_axis: &'static str,
    /// Legend.
    pub(crate) key_icp: &'static str,
    /// Caption: {0} analyte, {1} unit.
    pub(crate) new_caption: &'static str,
    /// Opens the table: {0} analyte, {1} rows.
    pub(crate) new_summary: &'static str,
    /// {0} analyte.
    pub(crate) new_unfit: &'static str,
    /// Column.
    pub(crate) col_time: &'static str,
    /// Column.
    pub(crate) col_reasons: &'static str,
    /// Heading.
    pub(crate) record: &'static str,
    /// Heading.
    pub(crate) recipe: &'static str,
    /// Heading.
    pub(crate) plan: &'static str,
    /// Heading.
    pub(crate) validation: &'static str,
    /// {0} scheme as written, {1} in words.
    pub(crate) cv_line: &'static str,
    /// Scheme.
    pub(crate) cv_loo: &'static str,
    /// Scheme: {0}.
    pub(crate) cv_kfold: &'static str,
    /// Scheme: {0}.
    pub(crate) cv_venetian: &'static str,
    /// Scheme: {0} column.
    pub(crate) cv_group: &'static str,
    /// Scheme: {0}.
    pub(crate) cv_forward: &'static str,
    /// Scheme: {0} folds x repeats.
    pub(crate) cv_repeated: &'static str,
    /// Scheme.
    pub(crate) cv_other: &'static str,
    /// Principle.
    pub(crate) fold_line: &'static str,
    /// {0} seed.
    pub(crate) seed_line: &'static str,
    /// Before the engine's words.
    pub(crate) route_line: &'static str,
    /// Rule.
    pub(crate) rule_line: &'static str,
    /// Rule.
    pub(crate) rule_line_minimum: &'static str,
    /// Rule.
    pub(crate) rule_line_randomisation: &'static str,
    /// Rule.
    pub(crate) rule_line_wold_r: &'static str,
    /// Rule.
    pub(crate) fixed_line: &'static str,
    /// Heading.
    pub(crate) defaulted: &'static str,
    /// Before text of the engine.
    pub(crate) engine_words: &'static str,
    /// Heading.
    pub(crate) provenance: &'static str,
    /// Caption.
    pub(crate) files_caption: &'static str,
    /// Column.
    pub(crate) col_role: &'static str,
    /// Role.
    pub(crate) role_model: &'static str,
    /// Role.
    pub(crate) role_input: &'static str,
    /// Column.
    pub(crate) col_file: &'static str,
    /// Caption.
    pub(crate) plugins_caption: &'static str,
    /// Column.
    pub(crate) col_plugin: &'static str,
    /// Column.
    pub(crate) col_version: &'static str,
    /// Trust.
    pub(crate) trust_builtin: &'static str,
    /// Trust.
    pub(crate) trust_lock: &'static str,
    /// Column.
    pub(crate) col_trust: &'static str,
    /// Note.
    pub(crate) no_clock: &'static str,
    /// Heading.
    pub(crate) formulas: &'static str,
    /// Formula.
    pub(crate) f_symbols: &'static str,
    /// Formula.
    pub(crate) f_errors: &'static str,
    /// Formula.
    pub(crate) f_r2: &'static str,
    /// Formula.
    pub(crate) f_t2: &'static str,
    /// Formula.
    pub(crate) f_q: &'static str,
    /// Formula.
    pub(crate) f_interval: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once() {
        assert_eq!(fill("{1} of {0}: {9}{x} {", &["{1}", "b"]), "b of {1}: {x} {");
        assert_eq!(fill("区間 {0}～{1}。", &["1", "2"]), "区間 1～2。");
    }
}
