//! `adit calibrate --search` as it is typed.

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{TwoFiles, adit, fails, files, ok};
use serde_json::Value;

const SPACE: &str = "[[slot]]\nname = \"filter\"\n[[slot.choice]]\nplugin = \"none\"\n[[slot.choice]]\n\
                     plugin = \"adit.derivative.savitzky-golay\"\nwindow = [4, 5]\nderivative = 1\n\
                     [regressor]\nplugin = \"adit.pls\"\nscale = [false, true]\n";

#[test]
fn a_search_prints_its_table_and_the_model_keeps_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let set = TwoFiles::new(24).write(here);
    fs::write(here.join("space.toml"), SPACE).expect("a space");
    let args = ["calibrate", "set", "--search", "--permutations", "19", "--out", "m.adit"];
    let typed = |more: &[&'static str]| [&args[..], more].concat();
    let out = ok(here, &typed(&["--space", "space.toml"]));
    for words in [
        "space = space.toml",
        "6 recipes: 4 tried, 2 skipped",
        "window = 4 is even",
        "recipe\n",
        "nested: each of the 24 folds",
        "expect an error of",
        "by 19 scrambles",
        "model written to m.adit",
    ] {
        assert!(out.contains(words), "{words:?} is not in\n{out}");
    }
    let text = ok(here, &typed(&["--space", "space.toml", "--json"]));
    let json: Value = serde_json::from_str(&text).expect("one JSON document");
    let found = &json["search"];
    assert_eq!(
        (&found["recipes"], found["tried"].as_array().map(Vec::len)),
        (&Value::from(6), Some(4))
    );
    assert_eq!(found["skipped"][0]["number"], 3);
    assert_eq!(found["space"], SPACE);
    assert_eq!(found["tried"][0]["analytes"][0]["components"], json["analytes"][0]["components"]);
    assert_eq!(found["tried"][0]["analytes"][0]["rmsecv"], json["analytes"][0]["rmsecv"]);
    assert!(found["nested"]["analytes"][0]["rmse"].is_number());
    // The set's own space is taken where none is named, and a calibration without a search knows of none.
    fs::write(set.join("search.toml"), SPACE).expect("a space");
    assert!(ok(here, &typed(&[])).contains("search.toml, the set's own"));
    assert_eq!(ok(here, &["calibrate", "set", "--search", "--print-space"]), SPACE);
    let plain = ok(here, &["calibrate", "set", "--out", "n.adit", "--json"]);
    assert!(serde_json::from_str::<Value>(&plain).expect("one JSON document")["search"].is_null());
    for lang in ["en", "ja"] {
        ok(here, &["report", "--model", "m.adit", "--out", "r.html", "--lang", lang]);
        let page = fs::read_to_string(here.join("r.html")).expect("a page");
        assert!(page.contains("id=\"search\"") && page.contains("savitzky-golay"), "{lang}");
    }
    ok(here, &typed(&["--strip"]));
    ok(here, &["predict", "--model", "m.adit", "set/spectra.csv"]);
}

#[test]
fn the_default_spaces_can_be_printed_and_searched_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(14).write(here);
    let printed = ok(here, &["calibrate", "set", "--search", "--print-space"]);
    fs::write(here.join("space.toml"), &printed).expect("a space");
    let search = |more: &[&'static str]| {
        let args =
            ["calibrate", "set", "--search", "--permutations", "0", "--json", "--out", "m.adit"];
        ok(here, &[&args[..], more].concat())
    };
    let known = search(&[]).replace("space = the default for spectra", "space = space.toml");
    assert_eq!(known, search(&["--space", "space.toml", "--threads", "1"]));
    let json: Value = serde_json::from_str(&known).expect("one JSON document");
    assert_eq!(
        (&json["search"]["recipes"], &json["search"]["scrambling"]),
        (&Value::from(60), &Value::Null)
    );
}

#[test]
fn wrong_searches_are_refused_and_write_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(14).write(here);
    let wrong = SPACE.replace("window = [4, 5]", "window = [4, \"x\"]");
    fs::write(here.join("wrong.toml"), wrong).expect("a space");
    let many: Vec<String> = (0..80).map(|k| format!("{}", 2 * k + 3)).collect();
    let many = format!("window = [{}]", many.join(", "));
    let many = format!(
        "{}{}",
        SPACE.replace("window = [4, 5]", &many),
        "components = [1,2,3,4,5,6,7,8,9,10]\n"
    );
    let slot = "[[slot]]\n[[slot.choice]]\nplugin = \"adit.derivative.savitzky-golay\"\nwindow = [5, 7, 9, 11, 13, 15, 17]\n";
    fs::write(here.join("many.toml"), format!("{slot}{many}")).expect("a space");
    fs::write(here.join("lost.toml"), SPACE.replace("adit.pls", "adit.plss")).expect("a space");
    let before = files(here);
    let search =
        |space: &'static str| ["calibrate", "set", "--search", "--space", space, "--out", "m.adit"];
    fails(
        here,
        &search("wrong.toml"),
        3,
        &["wrong.toml", "slot 1 \"filter\", choice 2", "window", "x"],
    );
    fails(here, &search("many.toml"), 3, &["many.toml", "11340", "10000"]);
    fails(here, &search("lost.toml"), 4, &["lost.toml", "adit.plss"]);
    fails(here, &search("nowhere.toml"), 3, &["nowhere.toml"]);
    fails(here, &["calibrate", "set", "--space", "many.toml"], 2, &["--search"]);
    fails(here, &["calibrate", "set", "--search", "--recipe", "r.toml"], 2, &["--recipe"]);
    assert_eq!(files(here), before, "something was written");
}

/// A search that is stopped half-way leaves neither a model nor anything aside of it.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(40).write(here);
    let before = files(here);
    for after in [20, 150, 400] {
        // More scrambles than can be done before the interrupt.
        let mut child = adit()
            .args(["calibrate", "set", "--search", "--permutations", "99999", "--out", "m.adit"])
            .current_dir(here)
            .env("XDG_CONFIG_HOME", here.join("config"))
            .env("HOME", here)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("adit starts");
        std::thread::sleep(Duration::from_millis(after));
        let pid = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        assert!(sent.success());
        let ended = child.wait().expect("adit ends");
        assert!(!ended.success(), "it was done before the interrupt");
        assert_eq!(files(here), before, "after {after} ms something was left");
    }
}
