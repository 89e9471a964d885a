//! The commands as they are typed: what they print, write and answer as JSON.

mod common;

use std::fs;

use common::{TwoFiles, arg, fails, ok, repository};
use serde_json::Value;

fn json(folder: &std::path::Path, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&ok(folder, &args)).expect("one JSON document and nothing else")
}

fn analyte<'a>(list: &'a Value, name: &str) -> &'a Value {
    let all = list.as_array().expect("a list of analytes");
    all.iter().find(|a| a["name"] == name).unwrap_or_else(|| panic!("{name} in {list}"))
}

#[test]
fn a_known_truth_is_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(40).write(here);
    let made = json(here, &["calibrate", "set", "--out", "m.adit"]);
    for name in ["Fe", "Mn"] {
        let a = analyte(&made["analytes"], name);
        assert_eq!(a["unit"], "mg/L");
        assert_eq!(a["n"], 40);
        assert!(a["r2cv"].as_f64().expect("r2cv") > 0.95, "{a}");
        let curve = a["rmsecv_by_component"].as_array().expect("a curve");
        let chosen = usize::try_from(a["components"].as_u64().expect("components")).expect("small");
        assert_eq!(curve[chosen], a["rmsecv"]);
    }
    let predicted = json(here, &["predict", "--model", "m.adit", "set/spectra.csv"]);
    let truth = fs::read_to_string(here.join("set/icp.csv")).expect("icp.csv");
    let (mut inside, mut all) = (0, 0);
    for (line, sample) in
        truth.lines().skip(1).zip(predicted["samples"].as_array().expect("samples"))
    {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(sample["id"], cells[0]);
        let fe = analyte(&sample["analytes"], "Fe");
        let Some(value) = fe["value"].as_f64() else { continue };
        let want: f64 = cells[1].parse().expect("a number");
        let end = |k: &str| fe[k].as_f64().expect("an end");
        assert!(end("lower") < value && value < end("upper"));
        assert!(
            end("lower_true") >= end("lower") - 1e-12 && end("upper_true") <= end("upper") + 1e-12
        );
        all += 1;
        inside += i32::from(end("lower") <= want && want <= end("upper"));
    }
    assert!(all >= 35 && inside * 10 >= all * 8, "{inside} of {all} inside");
}

#[test]
fn the_same_bytes_on_one_thread_and_on_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    for (threads, name) in [("1", "a.adit"), ("2", "b.adit")] {
        ok(
            here,
            &["calibrate", "set", "--threads", threads, "--cv", "repeated=4x3", "--out", name],
        );
    }
    let read = |name: &str| fs::read(here.join(name)).expect("a model");
    assert!(read("a.adit") == read("b.adit"), "the models differ");
    let again = ["calibrate", "set", "--cv", "repeated=4x3", "--seed", "2", "--out", "c.adit"];
    ok(here, &again);
    assert!(read("a.adit") != read("c.adit"), "the seed does nothing");
}

#[test]
fn every_form_of_output_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    ok(here, &["calibrate", "set", "--out", "m.adit"]);
    let base = ["predict", "--model", "m.adit", "set/spectra.csv"];
    let with = |extra: &[&str]| -> String {
        ok(here, &base.iter().chain(extra).copied().collect::<Vec<_>>())
    };
    let csv = with(&["--out", "-"]);
    with(&["--out", "p.csv"]);
    with(&["--out", "p.h5"]);
    assert_eq!(fs::read_to_string(here.join("p.csv")).expect("p.csv"), csv);
    assert_eq!(csv.lines().count(), 1 + 30 * 2);
    assert!(csv.starts_with("file,sample_id,time,analyte,unit,value,level,lower,upper"));
    let first: f64 = csv
        .lines()
        .nth(1)
        .and_then(|l| l.split(',').nth(5))
        .and_then(|v| v.parse().ok())
        .expect("a value");
    let from_json = json(here, &base);
    assert_eq!(from_json["samples"][0]["analytes"][0]["value"].as_f64(), Some(first));
    let about = json(here, &["inspect", "p.h5"]);
    assert_eq!((&about["kind"], &about["rows"]), (&"results".into(), &60.into()));
}

#[test]
fn import_is_idempotent_and_a_store_predicts_like_its_csv() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    ok(here, &["calibrate", "set", "--out", "m.adit"]);
    let first = json(here, &["import", "set/spectra.csv", "--out", "s.h5"]);
    let second = json(here, &["import", "set/spectra.csv", "--out", "s.h5"]);
    assert_eq!(
        (&first["added"], &second["added"], &second["total"]),
        (&30.into(), &0.into(), &30.into())
    );
    let samples = |input: &str| {
        let mut all = json(here, &["predict", "--model", "m.adit", input])["samples"].clone();
        for sample in all.as_array_mut().expect("samples") {
            let file = sample.as_object_mut().expect("a sample").remove("file");
            assert_eq!(file, Some(input.into()));
        }
        all
    };
    assert_eq!(samples("s.h5"), samples("set/spectra.csv"));
    assert_eq!(json(here, &["inspect", "s.h5"])["rows"], 30);
}

#[test]
fn seen_samples_are_left_out_of_an_evaluation() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let mut set = TwoFiles::new(30);
    for rows in [&mut set.spectra, &mut set.icp] {
        for (i, row) in rows.iter_mut().enumerate() {
            row.insert(
                1,
                if i == 0 {
                    "split"
                } else if i <= 20 {
                    "train"
                } else {
                    "test"
                }
                .to_owned(),
            );
        }
    }
    set.write(here);
    ok(here, &["calibrate", "set", "--where", "split=train", "--out", "m.adit"]);
    let e = json(here, &["evaluate", "--model", "m.adit", "set"]);
    assert_eq!(e["seen"].as_array().map(Vec::len), Some(20));
    let fe = analyte(&e["analytes"], "Fe");
    assert_eq!(fe["n"], 10);
    assert!(fe["r2"].as_f64().expect("r2") > 0.9, "{fe}");
    assert!(fe["accepted"]["n"].as_u64().expect("n") <= 10);
    let only = json(here, &["evaluate", "--model", "m.adit", "set", "--where", "split=test"]);
    assert_eq!(only["analytes"], e["analytes"]);
}

#[test]
fn a_stripped_model_predicts_and_exports_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    ok(here, &["calibrate", "set", "--out", "m.adit"]);
    ok(here, &["calibrate", "set", "--strip", "--out", "s.adit"]);
    let size = |n: &str| fs::metadata(here.join(n)).expect("a model").len();
    assert!(size("s.adit") < size("m.adit"));
    let samples =
        |m: &str| json(here, &["predict", "--model", m, "set/spectra.csv"])["samples"].clone();
    assert_eq!(samples("s.adit"), samples("m.adit"));
    ok(here, &["export", "--model", "s.adit", "--to", "blob", "--out", "fw"]);
    let about = json(here, &["inspect", "fw/s.adn"]);
    assert_eq!((&about["kind"], &about["inputs"]), (&"node model".into(), &41.into()));
    ok(here, &["report", "--model", "s.adit", "--out", "s.html"]);
}

#[test]
fn reports_stand_alone_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    ok(here, &["calibrate", "set", "--out", "m.adit"]);
    for (lang, word) in [("en", "Calibration"), ("ja", "検量")] {
        let name = format!("{lang}.html");
        ok(here, &["report", "--model", "m.adit", "--out", &name, "--lang", lang]);
        let page = fs::read_to_string(here.join(&name)).expect("a page");
        assert!(page.contains(&format!("<html lang=\"{lang}\"")) && page.contains(word), "{lang}");
        assert!(page.contains("<svg") && !page.contains("<script"), "{lang}");
        let outside = page.replace("http://www.w3.org/2000/svg", "").contains("http");
        assert!(!outside, "{lang}: the page refers to something outside");
    }
}

#[test]
fn a_reader_that_goes_away_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    for args in [&["calibrate", "set", "--out", "m.adit"][..], &["plugin", "list"]] {
        let mut child = common::adit()
            .args(args)
            .current_dir(here)
            .env("XDG_CONFIG_HOME", here)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("adit runs");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("adit ends");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && said.is_empty(), "{args:?}: {said}");
    }
    assert!(here.join("m.adit").exists(), "the model is written although nobody listens");
}

#[test]
fn nothing_usable_still_answers_in_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = TwoFiles::new(24);
    let mut r = common::Random(11);
    set.icp.iter_mut().skip(1).for_each(|row| row[1] = format!("{:.3}", 1.0 + r.next()));
    set.write(folder.path());
    let args = ["calibrate", "set", "--analyte", "Fe", "--out", "m.adit", "--json"];
    let (code, out, err) = common::texts(&common::run(folder.path(), &args));
    assert_eq!(code, 1, "{out}\n{err}");
    let made: Value = serde_json::from_str(&out).expect("one JSON document");
    assert!(made["model"].is_null() && made["analytes"][0]["unfit"].is_string(), "{made}");
    assert!(!folder.path().join("m.adit").exists());
}

/// Expectations of the committed mine-drainage set: Zn and Mn can be estimated at one site, Cd weakly, Fe not at all.
#[test]
fn clear_creek_says_what_conductivity_can_tell() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = repository().join("calibration/mines/csm_clear_creek");
    let made = json(folder.path(), &["calibrate", arg(&set), "--out", "m.adit"]);
    let r2 = |name: &str| analyte(&made["analytes"], name)["r2cv_log10"].as_f64();
    let near = |name: &str, want: f64| {
        let got = r2(name).expect("r2cv_log10");
        assert!((got - want).abs() < 0.01, "{name}: {got} instead of {want}");
    };
    // Leave-one-out on log10-log10 by ordinary least squares gives these (NumPy).
    near("Zn (total)", 0.577);
    near("Mn (dissolved)", 0.569);
    assert_eq!(analyte(&made["analytes"], "Cd (total)")["censored"], 4);
    let fe = analyte(&made["analytes"], "Fe (dissolved)");
    assert!(fe["unfit"].is_string() && fe["components"] == 0, "{fe}");
    // Pooled over sites hardly anything is left: the relation differs from site to site.
    let pooled = folder.path().join("pooled");
    fs::create_dir(&pooled).expect("a folder");
    for name in ["table.csv", "icp.csv", "recipe.toml"] {
        fs::copy(set.join(name), pooled.join(name)).expect("a copy");
    }
    let text = fs::read_to_string(set.join("set.toml")).expect("set.toml");
    let text = text.replace("where = { site = \"RAP\" }", "");
    fs::write(pooled.join("set.toml"), text).expect("set.toml");
    let made = json(folder.path(), &["calibrate", arg(&pooled), "--out", "p.adit"]);
    for name in ["Zn (total)", "Fe (dissolved)"] {
        assert!(analyte(&made["analytes"], name)["unfit"].is_string(), "{name}");
    }
    for name in ["Cd (total)", "Mn (dissolved)"] {
        let r2 = analyte(&made["analytes"], name)["r2cv_log10"].as_f64().expect("r2cv_log10");
        assert!(r2 < 0.3, "{name}: {r2}");
    }
}

/// Expectations of the in-situ UV-Vis set: Fe and Mn read well inside one deployment.
#[test]
fn falling_creek_reads_iron_and_manganese() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = repository().join("calibration/mines/fcr_uvvis_fe_mn_2020");
    let made =
        json(folder.path(), &["calibrate", arg(&set), "--out", "m.adit", "--components", "5"]);
    let fe = analyte(&made["analytes"], "Fe (total)");
    // scikit-learn on the same folds: RMSECV 0.390 mg/L, R2 0.930.
    assert!((fe["rmsecv"].as_f64().expect("rmsecv") - 0.390).abs() < 0.001, "{fe}");
    assert!((fe["r2cv"].as_f64().expect("r2cv") - 0.930).abs() < 0.001, "{fe}");
}

#[test]
fn plugins_are_listed_and_described() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = json(folder.path(), &["plugin", "list"]);
    let ids: Vec<&str> = list["plugins"]
        .as_array()
        .expect("plugins")
        .iter()
        .filter_map(|p| p["id"].as_str())
        .collect();
    for id in [
        "adit.scatter.snv",
        "adit.scatter.msc",
        "adit.derivative.savitzky-golay",
        "adit.scale.pareto",
        "adit.select.range",
        "adit.fourier.low-pass",
        "adit.ec.compensate",
        "adit.pls",
        "adit.linfa.ols",
    ] {
        assert!(ids.contains(&id), "{id} among {ids:?}");
    }
    let text = ok(folder.path(), &["plugin", "inspect", "adit.derivative.savitzky-golay"]);
    for word in ["window", "order", "derivative", "row-local", "10.1021"] {
        assert!(text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn the_dirty_deployment_is_said_to_be_weak() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = repository().join("calibration/mines/fcr_uvvis_fe_mn_2018");
    let said = ok(folder.path(), &["calibrate", arg(&set), "--out", "m.adit"]);
    assert_eq!(said.matches("weak: RPD below 1.4").count(), 3, "{said}");
    ok(folder.path(), &["report", "--model", "m.adit", "--out", "r.html"]);
    let page = fs::read_to_string(folder.path().join("r.html")).expect("a page");
    assert!(page.contains("tells little more than the mean"), "the report hides it");
}

/// The figures of `calibration/tests/golden` (scikit-learn, SNV, same folds), here through the commands as README types them.
#[test]
fn the_yardstick_is_met_through_the_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = repository().join("benches/data/tecator_meat");
    let split = |s: &'static str| ["--analyte", "fat", "--where", s];
    let mut args = vec!["calibrate", arg(&set), "--out", "fat.adit"];
    args.extend(split("split=train"));
    let made = json(folder.path(), &args);
    let tested = json(
        folder.path(),
        &["evaluate", "--model", "fat.adit", arg(&set), "--where", "split=test"],
    );
    let near = |v: &Value, want: f64| {
        let got = v.as_f64().expect("a figure");
        assert!((got / want - 1.0).abs() < 1e-9, "{got} instead of {want}");
    };
    near(&analyte(&made["analytes"], "fat")["rmsecv"], 2.370_187_916_681_275_4);
    near(&analyte(&tested["analytes"], "fat")["rmsep"], 2.329_377_770_447_502_7);
}

#[test]
fn the_demo_goes_the_whole_way_on_every_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("demo");
    let done = json(&repository(), &["demo", "--out", arg(&out)]);
    let sets = done["sets"].as_array().expect("sets");
    assert_eq!(sets.len(), 3);
    for set in sets {
        // Two thirds in time are calibrated on, the rest is predicted.
        let new = set["samples"].as_array().expect("samples").len();
        let training = usize::try_from(set["training"].as_u64().expect("training")).expect("small");
        assert_eq!(training, (2 * (training + new)).div_ceil(3));
        for file in set["files"].as_array().expect("files") {
            let path = repository().join(file.as_str().expect("a path"));
            assert!(fs::metadata(&path).is_ok_and(|m| m.len() > 0), "{}", path.display());
        }
        assert_eq!(set["files"].as_array().map(Vec::len), Some(7));
    }
    let creek =
        sets.iter().find(|s| s["set"].as_str().is_some_and(|p| p.contains("csm"))).expect("csm");
    let fe = analyte(&creek["calibrate"]["analytes"], "Fe (dissolved)");
    assert!(fe["unfit"].is_string(), "{fe}");
    for sample in creek["samples"].as_array().expect("samples") {
        assert_eq!(analyte(&sample["analytes"], "Fe (dissolved)")["verdict"], "refuse");
        assert!(analyte(&sample["analytes"], "Zn (total)")["upper"].is_number());
    }
    let words = ["calibration/mines", "share/adit/mines"];
    common::fails(folder.path(), &["demo", "--out", "elsewhere"], 3, &words);
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn the_rule_that_chose_the_components_is_named_with_what_it_weighed() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(30).write(here);
    let text = ok(here, &["calibrate", "set", "--out", "m.adit"]);
    assert!(text.contains("components by one-standard-error"), "{text}");
    let text = ok(here, &["calibrate", "set", "--rule", "randomisation", "--out", "m.adit"]);
    assert!(text.contains("components by randomisation"), "{text}");
    assert!(text.contains("Fe: p of 0, 1 ... LVs against"), "{text}");
    let made = json(here, &["calibrate", "set", "--rule", "randomisation", "--out", "m.adit"]);
    let fe = analyte(&made["analytes"], "Fe");
    assert_eq!(fe["rule"], "randomisation");
    let p = fe["p_values"].as_array().expect("p values");
    // The mean is far worse than the best count: no drawn pattern reaches it.
    assert_eq!(p[0].as_f64(), Some(0.001));
    let chosen = usize::try_from(fe["components"].as_u64().expect("components")).expect("small");
    assert!(p[..chosen].iter().all(|p| p.as_f64().expect("a number") <= 0.01), "{fe}");
    ok(here, &["report", "--model", "m.adit", "--out", "m.html"]);
    let page = fs::read_to_string(here.join("m.html")).expect("a page");
    assert!(page.contains("randomisation test") && page.contains("p of the counts"), "no rule");
    let made = json(here, &["calibrate", "set", "--rule", "wold-r", "--out", "m.adit"]);
    let fe = analyte(&made["analytes"], "Fe");
    assert!(fe["ratios"][0].as_f64().expect("a ratio") < 0.95 && fe["p_values"].is_null(), "{fe}");
    fails(here, &["calibrate", "set", "--rule", "best"], 2, &["--rule", "wold-r"]);
    let both = ["calibrate", "set", "--rule", "minimum", "--components", "2"];
    fails(here, &both, 2, &["components = 2"]);
}

#[test]
fn a_search_that_the_rank_ends_says_so_on_terminal_and_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let mut files = TwoFiles::new(30);
    // Every channel is one of the first two: rank 2.
    for row in &mut files.spectra[1..] {
        for j in 3..row.len() {
            row[j] = row[1 + j % 2].clone();
        }
    }
    files.write(here);
    let text = ok(here, &["calibrate", "set", "--analyte", "Fe", "--out", "m.adit"]);
    let said = "2 components were searched, not 7: the data carry no more (numerical rank)";
    assert!(text.contains(&format!("Fe: {said}")), "{text}");
    ok(here, &["report", "--model", "m.adit", "--out", "m.html"]);
    assert!(fs::read_to_string(here.join("m.html")).expect("a page").contains(said));
}
