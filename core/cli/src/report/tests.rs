//! The page as a whole: well formed, alone, complete, and whole on awkward data.

use super::data::*;
use super::sample::{self, Random};
use super::{Lang, render};

const LANGS: [Lang; 2] = [Lang::Ja, Lang::En];

/// Elements that HTML leaves open.
const VOID: [&str; 2] = ["meta", "br"];

/// Walks all tags of the page: every element must be closed in order. Returns how many there are.
fn check_balanced(page: &str) -> usize {
    let mut open: Vec<String> = Vec::new();
    let mut count = 0;
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if tag.starts_with('!') || VOID.contains(&name.as_str()) {
            continue;
        }
        count += 1;
        assert!(!name.is_empty() && !tag[1..].contains('<'), "<{tag}>");
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "</{name}>");
        } else {
            assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    count
}

/// What no page may contain, whatever the data.
fn check_page(page: &str) {
    assert!(check_balanced(page) > 50);
    let alone = page.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http", "src=", "@import", "url(h", "<script", "<link", "<iframe", "//"] {
        assert!(!alone.contains(foreign), "{foreign}");
    }
    for leaked in ["NaN", ">inf", "=\"inf", "-inf", "{0}", "{1}", "{2}"] {
        assert!(!page.contains(leaked), "{leaked}");
    }
    for part in page.split(" id=\"").skip(1) {
        let id = part.split('"').next().unwrap_or("");
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "id {id} twice");
    }
    for part in page.split("href=\"#").skip(1) {
        let id = part.split('"').next().unwrap_or("");
        assert!(page.contains(&format!(" id=\"{id}\"")), "nothing at #{id}");
    }
}

/// The chart with this id.
fn chart<'a>(page: &'a str, id: &str) -> &'a str {
    let head = format!("aria-labelledby=\"{id}-t {id}-d\"");
    let from = page.find(&head).unwrap_or_else(|| panic!("no chart {id}"));
    &page[from..from + page[from..].find("</svg>").expect("a chart ends")]
}

fn marks(chart: &str) -> usize {
    chart.matches("class=\"mark ").count()
}

#[test]
fn pages_are_well_formed_and_need_nothing_else() {
    for data in [sample::table(), sample::spectra(), sample::nothing()] {
        for lang in LANGS {
            let page = render(&data, lang);
            check_page(&page);
            assert_eq!(page, render(&data, lang));
        }
    }
}

#[test]
fn the_check_of_tags_finds_what_is_wrong() {
    for wrong in ["<p><b></p></b>", "<p>", "</p>", "<p class=\"a>b</p>"] {
        assert!(std::panic::catch_unwind(|| check_balanced(wrong)).is_err(), "{wrong}");
    }
    assert_eq!(check_balanced("<!DOCTYPE html><p><meta><line/></p>"), 3);
}

#[test]
fn every_point_is_a_mark() {
    let data = sample::table();
    let page = render(&data, Lang::En);
    assert_eq!(marks(chart(&page, "a0-predicted")), 19);
    assert_eq!(marks(chart(&page, "a1-predicted")), 15);
    assert_eq!(chart(&page, "a1-predicted").matches("mark below").count(), 4);
    assert_eq!(chart(&page, "a0-predicted").matches("<line class=\"interval\"").count(), 19 + 1);
    assert_eq!(marks(chart(&page, "a0-rmsecv")), 2);
    assert_eq!(marks(chart(&page, "a0-input-0")), 19);
    assert_eq!(marks(chart(&page, "a0-t2q")), 19);
    assert_eq!(marks(chart(&page, "a0-coefficients")), 1);
    // 8 samples: one refused has no value; each has a reference.
    assert_eq!(marks(chart(&page, "a0-new")), 7 + 8);
    let page = render(&sample::spectra(), Lang::Ja);
    assert_eq!(chart(&page, "spectra").matches("<path class=\"spectrum").count(), 72);
    assert_eq!(marks(chart(&page, "a0-rmsecv")), 10);
    assert_eq!(chart(&page, "a1-predicted").matches("class=\"limit\"").count(), 2);
}

#[test]
fn verdicts_are_told_by_shape_and_words_too() {
    let page = render(&sample::table(), Lang::En);
    let predicted = chart(&page, "a0-predicted");
    assert!(
        predicted.contains("<circle class=\"mark ok\"")
            && predicted.contains("<path class=\"mark warn\"")
    );
    for (sign, class, words) in [
        ("●", "badge ok", "usable"),
        ("▲", "badge warn", "use with care"),
        ("✕", "badge refuse", "unfit"),
        ("●", "verdict ok", "ok"),
        ("▲", "verdict warn", "warning"),
        ("✕", "verdict refuse", "refused"),
    ] {
        let both = format!(
            "<span class=\"{class}\"><span aria-hidden=\"true\">{sign}</span> {words}</span>"
        );
        assert!(page.contains(&both), "{both}");
    }
}

#[test]
fn the_reason_of_an_unfit_analyte_is_said_in_both_languages() {
    let data = sample::spectra();
    for (lang, reason) in [
        (Lang::En, "not better than the mean of the references in cross-validation (R² −0.210)"),
        (Lang::Ja, "交差検証で ICP 分析値の平均より良くない（R² −0.210）"),
    ] {
        assert!(render(&data, lang).contains(reason));
    }
    assert!(render(&data, Lang::Ja).contains("<html lang=\"ja\">"));
    let table = render(&sample::table(), Lang::Ja);
    assert!(table.contains("T2 = 18.2000 が 99.9 % 限界 16.4000 を超える"));
    assert!(!table.contains("is above its"));
}

#[test]
fn names_with_markup_stay_text() {
    let evil = "<b>&\"'</title></style><script>alert(1)</script> 亜鉛";
    let mut data = sample::table();
    data.mine = Some(evil.into());
    data.recipe = evil.into();
    data.plan = vec![evil.into()];
    data.cv = format!("group={evil}");
    data.adit_version = evil.into();
    data.notes = vec![evil.into()];
    data.rows[0].id = evil.into();
    for a in &mut data.analytes {
        (a.name, a.unit) = (evil.into(), evil.into());
        a.status = Status::Other(evil.into());
        a.coefficients = Err(evil.into());
        a.points.iter_mut().for_each(|p| p.id = evil.into());
        a.distances.points.iter_mut().for_each(|p| p.id = evil.into());
    }
    for s in &mut data.new_samples {
        s.id = evil.into();
        s.estimates.iter_mut().for_each(|e| e.reasons = vec![evil.into()]);
    }
    for lang in LANGS {
        let page = render(&data, lang);
        check_balanced(&page);
        assert!(!page.contains("<script") && !page.contains("<b>"));
        assert!(page.contains("&lt;b&gt;&amp;"));
    }
    let mut data = sample::spectra();
    data.axis = Axis::Positions { unit: evil.into(), values: vec![1.0, 2.0] };
    data.rows[0].id = evil.into();
    assert!(!render(&data, Lang::En).contains("<script"));
}

/// Every number of an analyte drawn from `values`, in turn.
fn awkward(values: &[f64], log10: bool) -> Analyte {
    let v = |k: usize| values[k % values.len()];
    let n = values.len() + 1;
    let point = |k: usize| Point {
        id: format!("s{k}"),
        row: k,
        reference: if k == 1 { Reference::Below(v(k)) } else { Reference::Measured(v(k)) },
        prediction: Some(v(k + 1)),
        interval: (k != 2).then(|| (v(k), v(k + 2))),
        verdict: Verdict::Refuse,
    };
    let figures = Figures {
        rmsecv: Some(v(0)),
        r2cv: Some(v(1)),
        rmsecv_by_component: (0..n).map(|k| (k != 1).then(|| v(k))).collect(),
        ..Figures::default()
    };
    Analyte {
        log10,
        limit: Some(v(0)),
        lod: Some(v(1)),
        range: Some((v(0), v(1))),
        status: Status::Usable,
        choice: Choice { components: 3, best: 9, threshold: Some(v(0)), ..Choice::default() },
        figures_log10: log10.then(|| figures.clone()),
        figures,
        points: (0..n).map(point).collect(),
        coefficients: Ok(Coefficients {
            axis: Axis::Named((0..n).map(|k| (format!("c{k}"), String::new())).collect()),
            values: (0..n).map(v).collect(),
        }),
        distances: Distances {
            points: (0..n)
                .map(|k| Distance {
                    id: format!("s{k}"),
                    t2: Some(v(k)),
                    q: (k != 1).then(|| v(k + 1)),
                })
                .collect(),
            t2_limits: Some([v(0), v(1)]),
            q_limits: Some([v(1), v(2)]),
        },
        ..sample::bare("Fe")
    }
}

#[test]
fn awkward_numbers_give_whole_pages() {
    let cases: [&[f64]; 9] = [
        &[1.0],
        &[0.0],
        &[-3.0, -3.0],
        &[f64::NAN],
        &[f64::NAN, 2.0, f64::INFINITY],
        &[1e-300, 1e300],
        &[1e-12, 1e12, 5.0],
        &[f64::MIN_POSITIVE, f64::MAX, -f64::MAX],
        &[1e9, 1e9 + 1e-4],
    ];
    for values in cases {
        let mut data = sample::nothing();
        data.level = 0.999;
        data.axis = Axis::Positions { unit: "nm".into(), values: values.to_vec() };
        data.rows = vec![Row { id: "s0".into(), values: values.to_vec() }; 2];
        data.analytes = vec![awkward(values, false), awkward(values, true), sample::bare("Zn")];
        let e = |k: usize| Estimate {
            value: Some(values[k % values.len()]),
            interval: Some((values[0], values[k % values.len()])),
            verdict: Verdict::Ok,
            reasons: Vec::new(),
            reference: Reference::Measured(values[0]),
        };
        data.new_samples =
            vec![NewSample { id: "n".into(), time: None, estimates: vec![e(0), e(1)] }; 3];
        for lang in LANGS {
            check_page(&render(&data, lang));
        }
    }
}

#[test]
fn lengths_that_disagree_give_a_whole_page() {
    let mut data = sample::spectra();
    data.rows[0].values.clear();
    data.rows.truncate(3);
    let short = Axis::Positions { unit: "nm".into(), values: vec![1.0] };
    data.analytes[0].coefficients = Ok(Coefficients { axis: short, values: vec![0.1, 0.2, 0.3] });
    data.analytes[1].coefficients =
        Ok(Coefficients { axis: Axis::Named(Vec::new()), values: vec![0.1] });
    data.analytes[2].coefficients =
        Ok(Coefficients { axis: Axis::Named(Vec::new()), values: Vec::new() });
    data.new_samples = vec![NewSample { id: "n".into(), time: None, estimates: Vec::new() }];
    for lang in LANGS {
        check_page(&render(&data, lang));
    }
    let mut stripped = sample::table();
    stripped.rows.clear();
    stripped.analytes.iter_mut().for_each(|a| a.points.clear());
    let page = render(&stripped, Lang::En);
    check_page(&page);
    assert!(page.contains("does not carry its calibration table"));
}

#[test]
fn hundreds_of_rows_stay_a_page_that_opens() {
    let mut data = sample::spectra();
    let mut random = Random(2);
    let nm: Vec<f64> = (0..2048).map(|k| 200.0 + 0.4 * f64::from(k)).collect();
    data.rows = (0..800)
        .map(|k| Row { id: format!("s{k}"), values: nm.iter().map(|_| random.normal()).collect() })
        .collect();
    data.axis = Axis::Positions { unit: "nm".into(), values: nm };
    let a = &mut data.analytes[0];
    a.points = (0..800).map(|k| a.points[k % 72].clone()).collect();
    let page = render(&data, Lang::Ja);
    check_page(&page);
    assert_eq!(marks(chart(&page, "a0-predicted")), 800);
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
}

#[test]
fn a_status_follows_from_what_the_model_says() {
    for (status, want) in [
        (Status::of(None, true, 3, (Some(0.9), Some(2.0)), true, 0), Status::Usable),
        (Status::of(None, true, 3, (Some(0.9), Some(2.0)), true, 2), Status::Caution),
        (Status::of(None, true, 3, (Some(0.2), Some(1.1)), true, 2), Status::Weak),
        (Status::of(None, true, 3, (Some(0.9), Some(2.0)), false, 2), Status::NoInterval),
        (Status::of(Some("no"), true, 0, (Some(-0.1), Some(2.0)), true, 0), Status::MeanIsBest),
        (
            Status::of(Some("no"), true, 1, (Some(-0.1), Some(2.0)), true, 0),
            Status::NotBetterThanMean,
        ),
        (
            Status::of(Some("constant"), false, 0, (None, Some(2.0)), false, 0),
            Status::Other("constant".into()),
        ),
    ] {
        assert_eq!(status, want);
    }
}

#[test]
fn every_rule_is_explained_in_both_languages_with_what_it_weighed() {
    let mut data = sample::spectra();
    for analyte in &mut data.analytes {
        analyte.choice = Choice { components: 1, searched: 3, best: 3, ..Choice::default() };
    }
    for (rule, english, japanese) in [
        ("minimum", "smallest error", "誤差最小"),
        ("randomisation", "van der Voet's randomisation test", "ランダム化検定"),
        ("wold-r", "Wold's R", "Wold の R"),
    ] {
        for analyte in &mut data.analytes {
            let choice = &mut analyte.choice;
            choice.rule = rule.into();
            choice.p_values = if rule == "randomisation" { vec![0.001, 0.25] } else { vec![] };
            choice.ratios = if rule == "wold-r" { vec![Some(0.5), None] } else { vec![] };
        }
        for (lang, words) in [(Lang::En, english), (Lang::Ja, japanese)] {
            let page = render(&data, lang).replace("&#39;", "'");
            check_page(&page);
            assert!(page.contains(words), "{rule} in {words}");
            assert_eq!(page.contains("0.00100, 0.250"), rule == "randomisation");
            assert_eq!(page.contains("0.500, –"), rule == "wold-r");
        }
    }
}
