//! The search that chose the recipe: how good it is expected to be, and what else was tried.

use maud::{Markup, html};

use super::data::{FoundRecipe, ReportData, SearchData};
use super::number::three;
use super::texts::{Lang, Texts, fill};

/// The sentences of this section.
struct Words {
    heading: &'static str,
    /// {0} recipes, {1} tried, {2} skipped.
    lead: &'static str,
    nested: &'static str,
    /// {0} analyte, {1} error, {2} unit, {3} standard error, {4} RMSECV.
    expected: &'static str,
    /// {0} analyte, {1} p, {2} scrambles.
    scrambled: &'static str,
    caption: &'static str,
    score: &'static str,
    recipe: &'static str,
    lv: &'static str,
    picks: &'static str,
    /// {0} blocks, {1} of all.
    picked: &'static str,
}

const EN: Words = Words {
    heading: "Search for the recipe",
    lead: "{0} recipes were in the space: {1} were tried, {2} could not be.",
    nested: "The smallest of many errors is too small. So the search was repeated without each part of the data, and that part predicted by what the rest chose:",
    expected: "{0}: expected error {1} {2} (standard error {3}); RMSECV of the best recipe {4}.",
    scrambled: "{0}: p = {1}, the share of {2} scrambles of the references that the same recipe fits as well. That it was picked among many is not counted: p is too small for the search as a whole.",
    caption: "The best recipes. Score: mean over the analytes of the mean squared error of cross-validation in shares of the variance of the references. LVs and RMSECV of each analyte in its unit.",
    score: "score",
    recipe: "recipe",
    lv: "LVs",
    picks: "What the parts of the data chose:",
    picked: "{0} of {1}",
};

const JA: Words = Words {
    heading: "レシピの探索",
    lead: "探索空間のレシピは {0} 通り。うち {1} 通りを試し、{2} 通りは試せませんでした。",
    nested: "多数の中で最小の誤差は、実際より小さく出ます。そのため、データの各部分を除いて探索をやり直し、残りが選んだレシピでその部分を推定しました。",
    expected: "{0}：予想される誤差 {1} {2}（標準誤差 {3}）。最良レシピの RMSECV は {4}。",
    scrambled: "{0}：p = {1}（分析値を無作為に並べ替えた {2} 回のうち、同じレシピで同程度以上に合った割合）。多数から選ばれたことは含まないため、探索全体としては p は小さめです。",
    caption: "上位のレシピ。スコア：交差検証の平均二乗誤差を分析値の分散で割り、成分について平均した値。潜在変数の数と RMSECV（各成分の単位）を示します。",
    score: "スコア",
    recipe: "レシピ",
    lv: "潜在変数",
    picks: "データの各部分を除いたときに選ばれたレシピ：",
    picked: "{1} 回中 {0} 回",
};

fn words(t: &Texts) -> &'static Words {
    match t.lang {
        Lang::En => &EN,
        Lang::Ja => &JA,
    }
}

/// The heading, for the contents.
pub(crate) fn heading(t: &Texts) -> &'static str {
    words(t).heading
}

/// The section; nothing for a model that no search chose.
pub(crate) fn section(data: &ReportData, t: &Texts) -> Markup {
    let w = words(t);
    html! {
        @if let Some(s) = &data.search {
            section id="search" {
                h2 { (w.heading) }
                p { (fill(w.lead, &[&s.recipes.to_string(), &s.tried.to_string(), &s.skipped.to_string()])) }
                (expectations(s, w))
                (table(&s.best, w))
            }
        }
    }
}

fn expectations(s: &SearchData, w: &Words) -> Markup {
    html! {
        @if !s.expected.is_empty() { p { (w.nested) } }
        ul {
            @for e in &s.expected {
                li { (fill(w.expected, &[&e.name, &three(e.rmse), &e.unit, &three(e.standard_error), &three(e.rmsecv)])) }
            }
            @for (name, p) in &s.p_values {
                li { (fill(w.scrambled, &[name, &format!("{p:.3}"), &s.scrambles.to_string()])) }
            }
        }
        p.note lang="en" { (s.how) }
        @if !s.picks.is_empty() {
            p { (w.picks) }
            ul {
                @for (recipe, n) in &s.picks {
                    li { (fill(w.picked, &[&n.to_string(), &s.blocks.to_string()])) ": " code lang="en" { (recipe) } }
                }
            }
        }
    }
}

fn table(best: &[FoundRecipe], w: &Words) -> Markup {
    let names = best.first().map_or(&[][..], |r| &r.analytes);
    html! {
        div.scroll { table.compact {
            caption { (w.caption) }
            thead { tr {
                th.num scope="col" { (w.score) }
                @for (name, _, _) in names {
                    th.num scope="col" { (name) ": " (w.lv) }
                    th.num scope="col" { "RMSECV" }
                }
                th scope="col" { (w.recipe) }
            } }
            tbody {
                @for r in best {
                    tr {
                        td.num { (three(Some(r.score))) }
                        @for (_, components, rmsecv) in &r.analytes {
                            td.num { (components) }
                            td.num { (three(*rmsecv)) }
                        }
                        td { code lang="en" { (r.recipe) } }
                    }
                }
            }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::data::ExpectedError;
    use crate::report::sample;

    #[test]
    fn the_section_is_there_only_after_a_search() {
        let mut data = sample::nothing();
        let texts = [Lang::En, Lang::Ja].map(Lang::texts);
        for t in texts {
            assert_eq!(section(&data, t).into_string(), "");
        }
        data.search = Some(SearchData {
            recipes: 60,
            tried: 58,
            skipped: 2,
            how: "each of the 10 folds".into(),
            expected: vec![ExpectedError {
                name: "Zn <total>".into(),
                unit: "mg/L".into(),
                rmse: Some(2.5),
                standard_error: Some(0.25),
                rmsecv: None,
            }],
            p_values: vec![("Zn <total>".into(), 0.005)],
            scrambles: 199,
            picks: vec![("scatter.snv | pls".into(), 7)],
            blocks: 10,
            best: vec![FoundRecipe {
                score: 0.125,
                recipe: "scatter.snv | pls".into(),
                analytes: vec![("Zn <total>".into(), 3, Some(2.25))],
            }],
        });
        for (t, count) in texts.iter().zip(["7 of 10", "10 回中 7 回"]) {
            let page = section(&data, t).into_string();
            let parts =
                [count, "Zn &lt;total&gt;", "2.50", "0.005", "199", "60", "scatter.snv | pls"];
            for part in parts {
                assert!(page.contains(part), "{part} is not in {page}");
            }
            assert!(!page.contains('{'), "{page}");
        }
    }
}
