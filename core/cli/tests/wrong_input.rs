//! Wrong input: each kind has its own message and exit code, and nothing is written.

mod common;

use std::fs;

use common::{TwoFiles, arg, fails, files, ok, run, texts};

/// Calibrates the two files into `m.adit` and expects failure; no file may appear.
fn refused(set: &TwoFiles, extra: &[&str], code: i32, words: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    set.write(folder.path());
    let before = files(folder.path());
    let args: Vec<&str> =
        ["calibrate", "set", "--out", "m.adit"].into_iter().chain(extra.iter().copied()).collect();
    fails(folder.path(), &args, code, words);
    assert_eq!(files(folder.path()), before, "something was written");
}

#[test]
fn a_missing_set_or_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fails(folder.path(), &["calibrate", "nowhere"], 3, &["nowhere"]);
    fails(folder.path(), &["inspect", "nothing.csv"], 3, &["nothing.csv"]);
    fails(folder.path(), &["predict", "--model", "none.adit", "x.csv"], 3, &["none.adit"]);
    let set = TwoFiles::new(12).write(folder.path());
    fs::remove_file(set.join("icp.csv")).expect("icp.csv goes");
    fails(folder.path(), &["calibrate", "set"], 3, &["icp.csv"]);
}

#[test]
fn two_rows_with_one_id_need_declared_replicates() {
    let mut set = TwoFiles::new(12);
    set.spectra[4][0] = "s00".into();
    set.icp.remove(4);
    refused(&set, &[], 3, &["s00", "replicates"]);
}

#[test]
fn an_icp_sample_without_capture_is_named() {
    let mut set = TwoFiles::new(12);
    set.icp.push(vec!["lost".into(), "1".into(), "1".into()]);
    refused(&set, &[], 3, &["lost"]);
}

#[test]
fn a_cell_that_is_not_a_number_is_named_by_row_and_column() {
    let mut set = TwoFiles::new(12);
    set.spectra[5][3] = "abc".into();
    refused(&set, &[], 3, &["spectra.csv", "row 6", "405", "abc"]);
    let mut set = TwoFiles::new(12);
    set.icp[3][1] = "1,5".into();
    set.icp[3][1] = "n.d.".into();
    refused(&set, &[], 3, &["icp.csv", "row 4", "Fe", "n.d."]);
}

#[test]
fn a_channel_that_is_there_twice_is_named() {
    let mut set = TwoFiles::new(12);
    set.spectra[0][3] = set.spectra[0][2].clone();
    refused(&set, &[], 3, &["402.5"]);
}

#[test]
fn a_missing_value_in_a_calibration_capture_is_named() {
    let mut set = TwoFiles::new(12);
    set.spectra[5][3] = "NaN".into();
    refused(&set, &[], 3, &["s04", "405"]);
}

#[test]
fn in_predict_a_missing_value_refuses_that_sample_only() {
    let folder = tempfile::tempdir().expect("a folder");
    TwoFiles::new(24).write(folder.path());
    ok(folder.path(), &["calibrate", "set", "--out", "m.adit"]);
    let mut set = TwoFiles::new(24);
    set.spectra[5][3] = "NaN".into();
    set.write(folder.path());
    let out = ok(folder.path(), &["predict", "--model", "m.adit", "set/spectra.csv", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    for (i, sample) in json["samples"].as_array().expect("samples").iter().enumerate() {
        let fe = &sample["analytes"][0];
        if i == 4 {
            assert!(fe["value"].is_null() && fe["verdict"] == "refuse", "{fe}");
            assert!(fe["reasons"].to_string().contains("405"), "{fe}");
        } else {
            assert!(fe["value"].is_number(), "{fe}");
        }
    }
    let strict = ["predict", "--model", "m.adit", "set/spectra.csv", "--strict", "--out", "p.csv"];
    assert_eq!(texts(&run(folder.path(), &strict)).0, 1);
    assert!(folder.path().join("p.csv").exists(), "strict still writes its table");
}

#[test]
fn an_input_that_lacks_a_channel_of_the_model_is_refused_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = TwoFiles::new(24);
    set.write(folder.path());
    ok(folder.path(), &["calibrate", "set", "--out", "m.adit"]);
    set.spectra.iter_mut().for_each(|r| {
        r.remove(8);
    });
    set.write(folder.path());
    fails(
        folder.path(),
        &["predict", "--model", "m.adit", "set/spectra.csv", "--out", "p.csv"],
        3,
        &["417.5"],
    );
    assert!(!folder.path().join("p.csv").exists());
}

#[test]
fn three_samples_do_not_carry_five_components() {
    refused(&TwoFiles::new(3), &["--components", "5"], 3, &["3", "5"]);
}

#[test]
fn a_constant_analyte_alone_gives_no_model_and_beside_others_is_unfit() {
    let mut set = TwoFiles::new(24);
    set.icp.iter_mut().skip(1).for_each(|r| r[2] = "0.5".into());
    refused(&set, &["--analyte", "Mn"], 1, &["Mn"]);
    let folder = tempfile::tempdir().expect("a folder");
    set.write(folder.path());
    let out = ok(folder.path(), &["calibrate", "set", "--out", "m.adit", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    assert_eq!(json["analytes"][1]["name"], "Mn");
    assert_eq!(json["analytes"][1]["components"], 0);
    let out = ok(folder.path(), &["predict", "--model", "m.adit", "set/spectra.csv", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    let mn = &json["samples"][0]["analytes"][1];
    assert!(mn["value"].is_null() && mn["reasons"].to_string().contains("unfit"), "{mn}");
}

#[test]
fn a_damaged_model_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    TwoFiles::new(24).write(folder.path());
    ok(folder.path(), &["calibrate", "set", "--out", "m.adit"]);
    let bytes = fs::read(folder.path().join("m.adit")).expect("the model");
    for (name, damaged) in [
        ("short.adit", bytes[..bytes.len() / 2].to_vec()),
        ("empty.adit", vec![]),
        ("changed.adit", {
            let mut b = bytes.clone();
            let at = b.len() / 2;
            b[at] = b[at].wrapping_add(1);
            b
        }),
    ] {
        fs::write(folder.path().join(name), damaged).expect("a damaged model");
        fails(folder.path(), &["predict", "--model", name, "set/spectra.csv"], 3, &[name]);
        fails(folder.path(), &["export", "--model", name, "--to", "c", "--out", "fw"], 3, &[name]);
        fails(folder.path(), &["report", "--model", name, "--out", "r.html"], 3, &[name]);
    }
    assert!(!folder.path().join("fw").exists() && !folder.path().join("r.html").exists());
}

#[test]
fn what_a_later_version_will_do_is_refused_in_words_and_not_in_the_help() {
    let folder = tempfile::tempdir().expect("a folder");
    TwoFiles::new(24).write(folder.path());
    ok(folder.path(), &["calibrate", "set", "--out", "m.adit"]);
    let here = folder.path();
    for args in [
        &["predict", "--model", "m.adit", "set/spectra.csv", "--out", "p.xlsx"][..],
        &["export", "--model", "m.adit", "--to", "rust", "--out", "fw"],
        &["export", "--model", "m.adit", "--to", "c", "--numeric", "i16", "--out", "fw"],
        &["series", "clean", "x.csv", "--out", "y.csv"],
        &["frame", "decode", "00"],
        &["plugin", "check", "x"],
    ] {
        fails(here, args, 2, &["version"]);
    }
    let help = ok(here, &["--help"])
        + &ok(here, &["calibrate", "--help"])
        + &ok(here, &["export", "--help"]);
    for word in ["series", "frame", "verify", "--sign", "--numeric", "i16"] {
        assert!(!help.contains(word), "the help speaks of {word}");
    }
}

#[test]
fn wrong_usage_is_two() {
    let folder = tempfile::tempdir().expect("a folder");
    TwoFiles::new(24).write(folder.path());
    let here = folder.path();
    fails(here, &["calibrate"], 2, &[]);
    fails(here, &["calibrate", "set", "--cv", "sometimes"], 2, &["sometimes"]);
    fails(here, &["calibrate", "set", "--components", "many"], 2, &["many"]);
    fails(here, &["calibrate", "set", "--analyte", "Au"], 2, &["Au", "Fe"]);
    fails(here, &["calibrate", "set", "--where", "colour=red"], 2, &["colour"]);
    fs::write(here.join("r.toml"), "[regressor]\nplugin = \"adit.plss\"\n").expect("a recipe");
    fails(here, &["calibrate", "set", "--recipe", "r.toml"], 4, &["adit.plss", "adit.pls"]);
    fs::write(
        here.join("r.toml"),
        "[[step]]\nplugin = \"adit.derivative.savitzky-golay\"\nwindow = 4\n[regressor]\nplugin = \"adit.pls\"\n",
    )
    .expect("a recipe");
    fails(here, &["calibrate", "set", "--recipe", "r.toml"], 2, &["step 1", "window"]);
    assert!(arg(here).len() > 1 && !here.join("set.adit").exists());
}

#[test]
fn a_flat_spectrum_that_a_step_cannot_treat_is_named() {
    for plugin in ["adit.scatter.snv", "adit.scatter.msc"] {
        let mut set = TwoFiles::new(12);
        set.spectra[6].iter_mut().skip(1).for_each(|v| *v = "0.5".into());
        let folder = tempfile::tempdir().expect("a folder");
        set.write(folder.path());
        let recipe =
            format!("[[step]]\nplugin = \"{plugin}\"\n[regressor]\nplugin = \"adit.pls\"\n");
        fs::write(folder.path().join("r.toml"), recipe).expect("a recipe");
        let args = ["calibrate", "set", "--recipe", "r.toml", "--out", "m.adit"];
        fails(folder.path(), &args, 3, &["s05", plugin]);
    }
}

#[test]
fn an_output_never_takes_the_place_of_an_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    TwoFiles::new(24).write(here);
    ok(here, &["calibrate", "set", "--out", "m.adit"]);
    ok(here, &["calibrate", "set", "--out", "m.adit"]); // over a former model: fine
    let before: Vec<_> = files(here).iter().map(|f| fs::read(f).expect("a file")).collect();
    fails(here, &["calibrate", "set", "--out", "set/icp.csv"], 2, &["set/icp.csv"]);
    let over_input =
        ["predict", "--model", "m.adit", "set/spectra.csv", "--out", "set/spectra.csv"];
    fails(here, &over_input, 2, &["set/spectra.csv"]);
    fails(here, &["report", "--model", "m.adit", "--out", "m.adit"], 2, &["m.adit"]);
    let after: Vec<_> = files(here).iter().map(|f| fs::read(f).expect("a file")).collect();
    assert!(before == after, "a file was changed");
}
