//! What the engine says of samples and analytes, in the language of the page. The engine speaks English; a sentence that is not
//! known here is shown as it is and marked as English.

use maud::{Markup, html};

use super::texts::{Lang, Texts, fill};

/// Known sentences: `{}` stands for what varies, in order `{0}`, `{1}` ... of the Japanese.
const KNOWN: &[(&str, &str)] = &[
    ("unfit", "成分が不適合"),
    ("below 0", "0 未満"),
    ("below the detection limit of the ICP, {}", "ICP 下限値 {0} 未満"),
    (
        "outside the calibrated range {} to {} by more than 10 % of it",
        "検量範囲 {0}～{1} をその幅の 10 % を超えて外れる",
    ),
    ("{} {} is above its 99.9 % limit {}", "{0} = {1} が 99.9 % 限界 {2} を超える"),
    ("{} {} is above its 95 % limit {}", "{0} = {1} が 95 % 限界 {2} を超える"),
    ("the value at {} is missing or not finite", "{0} の値が欠けているか数値でない"),
    ("the estimate is not finite", "推定値が有限の値でない"),
    ("the interval is not finite", "予測区間が有限の値でない"),
    ("too few samples for an interval", "試料が少なく予測区間を計算できない"),
    (
        "too few samples for an interval: every estimate is refused",
        "試料が少なく予測区間を計算できないため、推定値はすべて「不可」",
    ),
    (
        "{} references below detection are left out of the fit",
        "下限値未満の ICP 分析値 {0} 件を検量から除外",
    ),
    (
        "{} references below detection are left out of the fit: every estimate is at best a warning",
        "下限値未満の ICP 分析値 {0} 件を検量から除外したため、推定値の判定は最良でも「注意」",
    ),
    (
        "the stated ICP uncertainty is larger than the errors found: the interval may be too wide",
        "与えられた ICP の不確かさが実際の誤差より大きく、予測区間が広すぎる可能性がある",
    ),
    (
        "the regressor has no scores: neither T2 nor Q is checked",
        "回帰法にスコアがないため、T² と Q を確認できない",
    ),
    (
        "the components reach the rank of the data: there is no Q",
        "潜在変数の数がデータの階数に達しているため、Q がない",
    ),
    ("R2 of cross-validation is not defined", "交差検証の R² を計算できない"),
    ("it is constant: all {} references are {}", "ICP 分析値 {0} 件がすべて {1} で一定"),
    (
        "too few samples: {} with a value ({} below detection, {} not measured), and 3 are the least",
        "試料が不足：ICP 分析値あり {0} 件、下限値未満 {1} 件、未測定 {2} 件（最低 3 件必要）",
    ),
    ("cv = {}, the default for {} samples", "交差検証 = {0}（試料 {1} 件での既定値）"),
    ("nothing could be fitted", "検量できなかった"),
    ("too few samples to try a component", "試料が少なく、潜在変数を一つも試せない"),
    (
        "the rows do not differ after the steps, so no component can be tried",
        "前処理後の各行に違いがなく、潜在変数を一つも試せない",
    ),
    (
        "{} components were searched, not {}: the data carry no more (numerical rank)",
        "検討した潜在変数は {1} 個でなく {0} 個まで：データの数値的な階数がそこまで",
    ),
    (
        "{} components were searched, not {}: the training rows of a fold carry no more (numerical rank)",
        "検討した潜在変数は {1} 個でなく {0} 個まで：検量用の行の数値的な階数が、ある分割でそこまで",
    ),
    (
        "{} units are too few for the randomisation test to tell a count from the mean",
        "単位（試料または群）が {0} 個では、ランダム化検定で平均値との差を判定できない",
    ),
    (
        "{} rows are left out because another analyte of the joint model has no value there",
        "同時モデルの他の成分に ICP 分析値がないため、{0} 行を除外",
    ),
];

/// A sentence of the engine.
pub(crate) fn say(sentence: &str, t: &Texts) -> Markup {
    match (t.lang, in_japanese(sentence)) {
        (Lang::En, _) => html! { (sentence) },
        (Lang::Ja, Some(known)) => html! { (known) },
        (Lang::Ja, None) => html! { span lang="en" { (sentence) } },
    }
}

fn in_japanese(sentence: &str) -> Option<String> {
    KNOWN.iter().find_map(|(english, japanese)| {
        let values = matched(english, sentence)?;
        Some(fill(japanese, &values))
    })
}

/// What stands in the places `{}` of a pattern, if the sentence is of that pattern. A value has no room for a colon with a space.
fn matched<'a>(pattern: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = sentence.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // The last part ends the sentence; the others end at the first place that fits.
        let end =
            if parts.peek().is_none() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        let (value, after) = rest.split_at_checked(end)?;
        if value.is_empty() || value.contains(": ") {
            return None;
        }
        values.push(value);
        rest = after.strip_prefix(part)?;
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sentences_become_japanese_with_their_values() {
        for (english, japanese) in [
            ("unfit", "成分が不適合"),
            (
                "T2 18.2000 is above its 99.9 % limit 16.4000",
                "T2 = 18.2000 が 99.9 % 限界 16.4000 を超える",
            ),
            (
                "outside the calibrated range 0.1 to 7.13 mg/L by more than 10 % of it",
                "検量範囲 0.1～7.13 mg/L をその幅の 10 % を超えて外れる",
            ),
            ("the value at 405 nm is missing or not finite", "405 nm の値が欠けているか数値でない"),
            (
                "3 components were searched, not 7: the data carry no more (numerical rank)",
                "検討した潜在変数は 7 個でなく 3 個まで：データの数値的な階数がそこまで",
            ),
            ("the interval is not finite", "予測区間が有限の値でない"),
            (
                "too few samples for an interval: every estimate is refused",
                "試料が少なく予測区間を計算できないため、推定値はすべて「不可」",
            ),
            (
                "4 references below detection are left out of the fit: every estimate is at best a warning",
                "下限値未満の ICP 分析値 4 件を検量から除外したため、推定値の判定は最良でも「注意」",
            ),
        ] {
            assert_eq!(in_japanese(english).as_deref(), Some(japanese));
        }
    }

    #[test]
    fn every_known_sentence_is_found_as_itself_and_filled() {
        for (english, japanese) in KNOWN {
            let sentence =
                english.replacen("{}", "A", 1).replacen("{}", "B", 1).replacen("{}", "C", 1);
            let want = fill(japanese, &["A", "B", "C"]);
            assert_eq!(in_japanese(&sentence), Some(want), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_sentence_stays_and_is_marked() {
        assert_eq!(
            say("a <new> one", Lang::Ja.texts()).into_string(),
            "<span lang=\"en\">a &lt;new&gt; one</span>"
        );
        assert_eq!(say("unfit", Lang::En.texts()).into_string(), "unfit");
        assert_eq!(in_japanese("below 0.5"), None);
    }
}
