//! Each way in which a set can be wrong has a message of its own that names the place.

use adit_calibration::set::{RowChoice, SetOptions, read};
use adit_calibration::{Error, ErrorKind, Options, Scheme, calibrate, recipe_of};
use adit_engine::Recipe;
use std::fs;
use std::path::Path;

const SPECTRA: &str = "sample_id,400,410,420\na,1,2,3\nb,2,3,4\nc,3,4,6\n";
const ICP: &str = "sample_id,zn_t_mg_l\na,1\nb,<0.5\nc,\n";

fn error_of(files: &[(&str, &str)]) -> Error {
    error_with(files, RowChoice::OfSet)
}

fn error_with(files: &[(&str, &str)], rows: RowChoice) -> Error {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    read(folder.path(), &SetOptions { rows }).unwrap_err()
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// File (the end of its path), row, column, sample, and words that the message has.
type Place<'a> = (&'a str, Option<u64>, Option<&'a str>, Option<&'a str>);

fn check(error: &Error, (file, row, column, sample): Place<'_>, words: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Input, "{text}");
    assert!(error.file().is_some_and(|f| Path::new(f).ends_with(file)), "{text}");
    assert_eq!((error.row(), error.column(), error.sample()), (row, column, sample), "{text}");
    assert!(error.what_to_do().is_some(), "{text}");
    for word in words {
        assert!(text.contains(word), "no \"{word}\" in: {text}");
    }
}

#[test]
fn missing_files_and_folders() {
    let nowhere = read(Path::new("/nowhere/at/all"), &SetOptions::default()).unwrap_err();
    check(&nowhere, ("/nowhere/at/all", None, None, None), &["cannot open"]);
    check(
        &error_of(&[("spectra.csv", SPECTRA)]),
        ("icp.csv", None, None, None),
        &["a set needs icp.csv"],
    );
    let empty = error_of(&[]);
    assert!(empty.to_string().contains("the smallest set is spectra.csv"), "{empty}");
    check(
        &error_of(&[("set.toml", "kind = \"table\""), ("icp.csv", ICP)]),
        ("table.csv", None, None, None),
        &["table.csv: sample_id, then EC"],
    );
    check(
        &error_of(&[("set.toml", "kind = \"spectra\""), ("icp.csv", ICP)]),
        ("spectra.csv", None, None, None),
        &["captures/*.csv"],
    );
    check(
        &error_of(&[("set.toml", "kind = \"series\""), ("icp.csv", ICP)]),
        ("series", None, None, None),
        &["series/*.csv"],
    );
    check(
        &error_of(&[("captures/notes.txt", ""), ("icp.csv", ICP)]),
        ("captures", None, None, None),
        &["no file to read", "*.csv or *.h5"],
    );
}

#[test]
fn a_file_is_not_a_set() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("spectra.csv", SPECTRA)]);
    let path = folder.path().join("spectra.csv");
    let error = read(&path, &SetOptions::default()).unwrap_err();
    check(&error, ("spectra.csv", None, None, None), &["a calibration set is a folder"]);
}

#[test]
fn two_rows_with_one_id() {
    let twice = "sample_id,400,410\na,1,2\n\nb,2,3\na,3,4\n";
    check(
        &error_of(&[("spectra.csv", twice), ("icp.csv", "id,zn_mg_l\na,1\nb,2\n")]),
        ("spectra.csv", None, None, Some("a")),
        &["rows 2 and 5", "replicates = true"],
    );
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", "id,zn_mg_l\na,1\nb,1\nb,2\nc,3\n")]),
        ("icp.csv", None, None, Some("b")),
        &["rows 3 and 4", "replicates = true"],
    );
    let two = [("captures/1.csv", SPECTRA), ("captures/2.csv", SPECTRA), ("icp.csv", ICP)];
    check(
        &error_of(&two),
        ("captures/1.csv", None, None, Some("a")),
        &["row 2 and row 2 of captures/2.csv"],
    );
}

#[test]
fn an_icp_sample_without_capture() {
    let icp = "id,zn_mg_l\na,1\nB,2\nc,3\nx,4\n";
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", icp)]),
        ("icp.csv", Some(3), None, Some("B")),
        &["has no capture, nor has one other", "has \"b\": write the id in the same way"],
    );
    let icp = "id,zn_mg_l\na,1\nx,4\n";
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", icp)]),
        ("icp.csv", Some(3), None, Some("x")),
        &["the ICP sample has no capture; add its capture"],
    );
}

#[test]
fn a_cell_that_is_not_a_number() {
    let spectra = "sample_id,400,410,420\na,1,2,3\nb,2,abc,4\nc,3,4,6\n";
    check(
        &error_of(&[("spectra.csv", spectra), ("icp.csv", ICP)]),
        ("spectra.csv", Some(3), Some("410"), Some("b")),
        &["\"abc\" is not a number"],
    );
    let icp = "sample_id,zn_t_mg_l\na,1\nb,n.d.\nc,\n";
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", icp)]),
        ("icp.csv", Some(3), Some("zn_t_mg_l"), Some("b")),
        &["\"n.d.\" is not a number"],
    );
}

#[test]
fn a_channel_or_an_analyte_twice() {
    let spectra = "sample_id,400,410,410.0\na,1,2,3\nb,2,3,4\nc,3,4,6\n";
    check(
        &error_of(&[("spectra.csv", spectra), ("icp.csv", ICP)]),
        ("spectra.csv", None, Some("410.0"), None),
        &["duplicate channel"],
    );
    let icp = "id,zn_t_mg_l,Zn (total) [mg/L]\na,1,2\n";
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", icp)]),
        ("icp.csv", None, Some("Zn (total) [mg/L]"), None),
        &["both are Zn (total)"],
    );
}

#[test]
fn a_value_that_is_missing_in_a_channel_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let spectra = "sample_id,400,410,420\na,1,2,3\nb,2,,4\nc,3,4,inf\n";
    write(folder.path(), &[("spectra.csv", spectra), ("icp.csv", ICP)]);
    let set = read(folder.path(), &SetOptions::default()).unwrap();
    set.require_finite(&[0]).unwrap();
    check(
        &set.require_finite(&[0, 1]).unwrap_err(),
        ("spectra.csv", Some(3), Some("410"), Some("b")),
        &["there is no value here"],
    );
    check(
        &set.require_finite(&[0, 2]).unwrap_err(),
        ("spectra.csv", Some(4), Some("420"), Some("c")),
        &["infinite"],
    );
}

#[test]
fn captures_of_another_kind_or_with_other_columns() {
    let table = "sample_id,EC [uS/cm]\na,1\nb,2\nc,3\n";
    check(
        &error_of(&[("spectra.csv", table), ("icp.csv", ICP)]),
        ("spectra.csv", None, None, None),
        &["kind is \"spectra\", and this is another: grab-sample table"],
    );
    check(
        &error_of(&[("table.csv", SPECTRA), ("icp.csv", ICP)]),
        ("table.csv", None, None, None),
        &["kind is \"table\", and this is another: spectra"],
    );
    let other = "sample_id,400,411,420\nd,1,2,3\n";
    check(
        &error_of(&[("captures/1.csv", SPECTRA), ("captures/2.csv", other), ("icp.csv", ICP)]),
        ("captures/2.csv", None, None, None),
        &["channel 2 is \"411\" and not \"410\" as in captures/1.csv"],
    );
    check(
        &error_of(&[
            ("captures/1.csv", "id,400\na,1\n"),
            ("captures/2.csv", other),
            ("icp.csv", ICP),
        ]),
        ("captures/2.csv", None, None, None),
        &["3 channels and not 1"],
    );
    let both = [("captures/1.csv", SPECTRA), ("spectra.csv", SPECTRA), ("icp.csv", ICP)];
    assert!(error_of(&both).to_string().contains("both captures/ and spectra.csv"));
    let kinds = [("table.csv", table), ("spectra.csv", SPECTRA), ("icp.csv", ICP)];
    assert!(error_of(&kinds).to_string().contains("more than one kind"));
}

#[test]
fn a_unit_is_never_guessed() {
    let table = "sample_id,EC\na,1\nb,2\nc,3\n";
    check(
        &error_of(&[("table.csv", table), ("icp.csv", ICP)]),
        ("table.csv", None, Some("EC"), None),
        &["EC [uS/cm]"],
    );
    let set = "kind = \"table\"\n[units]\nEC = \"furlongs\"";
    let error = error_of(&[("set.toml", set), ("table.csv", table), ("icp.csv", ICP)]);
    assert!(error.to_string().contains("furlongs"), "{error}");
    let set = "kind = \"table\"\n[units]\nEC = \"mS/m\"\nEX = \"mS/m\"";
    check(
        &error_of(&[("set.toml", set), ("table.csv", table), ("icp.csv", ICP)]),
        ("set.toml", None, None, None),
        &["names \"EX\""],
    );
}

#[test]
fn a_set_toml_that_says_what_is_not() {
    let files = |set: &'static str| [("set.toml", set), ("spectra.csv", SPECTRA), ("icp.csv", ICP)];
    check(
        &error_of(&files("kind = \"spectra\"\nmines = \"x\"")),
        ("set.toml", Some(2), None, None),
        &["mines"],
    );
    check(
        &error_of(&files("[uncertainty.\"Cd (total)\"]\nu1 = 0.1")),
        ("set.toml", None, None, None),
        &["Cd (total)", "the analytes are Zn (total)"],
    );
    check(
        &error_of(&files("analytes = [\"Cd (total)\"]")),
        ("icp.csv", None, None, None),
        &["no column holds \"Cd (total)\""],
    );
    check(
        &error_of(&files("[rows]\nwhere = { site = \"x\" }")),
        ("set.toml", None, None, None),
        &["\"site\", which is no column of words"],
    );
}

#[test]
fn an_icp_sample_without_its_moment_in_a_series_is_told_of_pairing_by_time() {
    let series = "time,EC [uS/cm]\n2024-01-01 00:00,1\n2024-01-01 00:10,2\n";
    let files = |set| [("set.toml", set), ("series/1.csv", series), ("icp.csv", ICP)];
    check(
        &error_of(&files("kind = \"series\"")),
        ("icp.csv", Some(2), None, Some("a")),
        &["has no capture", "by = \"time\"", "within_minutes"],
    );
    let table = "sample_id,EC [uS/cm]\nx,1\n";
    let error = error_of(&[("table.csv", table), ("icp.csv", ICP)]);
    assert!(!error.to_string().contains("by = "), "{error}");
}

#[test]
fn what_stands_in_a_file_is_wrong_input_and_not_wrong_usage() {
    let host = adit_host::testing::host();
    let spectra = "sample_id,400,410\na,1,2\nb,2,3\nc,3,4\nd,4,1\n";
    let icp = "sample_id,site,zn_t_mg_l\na,n,1\nb,n,2\nc,s,3\nd,s,4\n";
    for (validation, words) in
        [("kfold=many", "is not a cross-validation scheme"), ("group=nosite", "the set has site")]
    {
        let folder = tempfile::tempdir().unwrap();
        let toml = format!("kind = \"spectra\"\nvalidation = \"{validation}\"");
        let files = [("set.toml", toml.as_str()), ("spectra.csv", spectra), ("icp.csv", icp)];
        write(folder.path(), &files);
        let mut set = read(folder.path(), &SetOptions::default()).unwrap();
        let recipe = Recipe::for_spectra();
        let error = calibrate(&set, &recipe, &host, &Options::default()).unwrap_err();
        check(&error, ("set.toml", None, None, None), &[words]);
        // The same, typed.
        set.validation = None;
        let cv = Some(Scheme::Group("nosite".into()));
        let error = calibrate(&set, &recipe, &host, &Options { cv, ..Options::default() });
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Usage);
        set.recipe_text = Some(("recipe.toml".into(), "[regressor]\nplugin = 3".into()));
        let error = recipe_of(&set).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Input, Some("recipe.toml")));
    }
}

#[test]
fn rows_that_do_not_exist_are_wrong_usage() {
    let icp = "id,site,zn_mg_l\na,N,1\nb,N,2\nc,S,3\n";
    let choice = |c: &str, v: &str| RowChoice::Where(vec![(c.into(), v.into())]);
    let error = error_with(&[("spectra.csv", SPECTRA), ("icp.csv", icp)], choice("site", "W"));
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("\"N\", \"S\""), "{error}");
    let error = error_with(&[("spectra.csv", SPECTRA), ("icp.csv", icp)], choice("side", "N"));
    assert!(error.to_string().contains("the set has site, sample_id"), "{error}");
}

#[test]
fn labels_that_contradict_each_other() {
    let spectra = "sample_id,site,400\na,N,1\nb,S,2\n";
    let icp = "id,site,zn_mg_l\na,N,1\nb,N,2\n";
    check(
        &error_of(&[("spectra.csv", spectra), ("icp.csv", icp)]),
        ("spectra.csv", Some(3), Some("site"), Some("b")),
        &["\"S\" here and \"N\" in row 3 of icp.csv"],
    );
}

#[test]
fn text_that_is_not_utf8_or_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("spectra.csv", SPECTRA)]);
    fs::write(folder.path().join("icp.csv"), b"id,zn_mg_l\n\x8e\x8e,1\n").unwrap();
    let error = read(folder.path(), &SetOptions::default()).unwrap_err();
    check(&error, ("icp.csv", None, None, None), &["UTF-8"]);
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", "id,zn_mg_l,site\na,1,N\nb,2\n")]),
        ("icp.csv", Some(3), None, None),
        &["2 cells under 3 headings"],
    );
    check(
        &error_of(&[("spectra.csv", SPECTRA), ("icp.csv", "")]),
        ("icp.csv", None, None, None),
        &["empty"],
    );
}

/// Whatever stands in the files, reading ends with a set or an error.
#[test]
fn no_change_of_a_byte_is_a_panic() {
    let set = "kind = \"spectra\"\n[units]\nzn_t = \"mg/L\"\n[rows]\nwhere = { site = \"N\" }\n";
    let spectra = "sample_id,time,400,410\r\na,2020-01-01,1,2\r\nb,2020-01-02,3,4\r\n";
    let icp = "sample_id,site,zn_t,zn_t_u,date\na,N,1.5,0.1,2020-01-01\nb,S,<0.5,,2020-01-02\n";
    let folder = tempfile::tempdir().unwrap();
    let files = [("set.toml", set), ("spectra.csv", spectra), ("icp.csv", icp)];
    write(folder.path(), &files);
    read(folder.path(), &SetOptions::default()).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        for at in 0..text.len() {
            for byte in *b",\n\"<\xe3-9_[\0" {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                fs::write(&path, bytes).unwrap();
                let _ = read(folder.path(), &SetOptions::default());
            }
            fs::write(&path, &text[..at]).unwrap();
            let _ = read(folder.path(), &SetOptions::default());
        }
        fs::write(&path, text).unwrap();
    }
}
