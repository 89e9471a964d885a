//! The forms that a set may have, and what comes out of each.

use adit_calibration::set::{CalibrationSet, Kind, Reference, RowChoice, SetOptions, read};
use adit_spectra::store::Store;
use std::fs;
use std::path::Path;

const ICP: &str = "sample_id,site,zn_t_mg_l\na,N,1\nb,N,<0.5\nc,S,\n";
const SPECTRA: &str = "sample_id,400,410,420\na,1,2,3\nb,2,3,4\nc,3,4,6\nd,1,1,1\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn set_of(files: &[(&str, &str)]) -> CalibrationSet {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    read(folder.path(), &SetOptions::default()).unwrap()
}

#[test]
fn the_offset_of_times_is_kept() {
    let set = set_of(&[
        ("set.toml", "kind = \"spectra\"\ntimezone = \"+09:00\""),
        ("spectra.csv", SPECTRA),
        ("icp.csv", ICP),
    ]);
    assert_eq!(set.timezone.as_deref(), Some("+09:00"));
    assert_eq!(set_of(&[("spectra.csv", SPECTRA), ("icp.csv", ICP)]).timezone, None);
}

fn has_note(set: &CalibrationSet, words: &str) -> bool {
    set.notes.iter().any(|note| note.contains(words))
}

#[test]
fn the_smallest_set() {
    let set = set_of(&[
        ("spectra.csv", SPECTRA),
        ("icp.csv", "id,fat,zn_mg_l,site\nb,2,1,1\na,4,<3,2\n"),
    ]);
    assert_eq!(set.kind, Kind::Spectra);
    assert_eq!(set.table.ids, ["a", "b"], "rows stand in the order of the captures");
    assert_eq!(set.analytes[0].values(), [4.0, 2.0]);
    assert_eq!((set.analytes[0].unit.as_str(), set.analytes[1].unit.as_str()), ("unknown", "mg/L"));
    assert_eq!(set.analytes[1].references, [Reference::Below(3.0), Reference::Measured(1.0)]);
    assert_eq!(set.table.label("site").unwrap(), ["2", "1"]);
    assert!(has_note(&set, "\"fat\" is taken as an analyte whose unit is unknown"));
    assert!(has_note(&set, "2 of 4 captures have no ICP result and are not used: c, d"));
    assert!(has_note(&set, "kind = \"spectra\""));
    assert!(has_note(&set, "ICP uncertainty not given, taken as 0: fat, Zn"));
    assert!(has_note(&set, "standard of Japan: Zn 2 mg/L"));
    assert_eq!(set.uncertainty["fat"], (0.0, 0.0));
    assert_eq!(set.limits["Zn"], 2.0);
}

#[test]
fn captures_in_several_files_and_formats() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("set.toml", "mine = \"m\"\nkind = \"spectra\""),
        ("captures/1.csv", "sample_id,operator,400,410\nb,kim,2,3\n"),
        ("captures/.hidden", ""),
        ("captures/readme.txt", ""),
        ("icp.csv", ICP),
    ];
    write(folder.path(), &files);
    let more = adit_spectra::csv::wide::parse(
        "x.csv",
        b"sample_id,time,400.1,409.9\na,1970-01-02,5,6\nc,1970-01-03,7,8\n",
        &Default::default(),
    )
    .unwrap();
    Store::default().append(&folder.path().join("captures/2.h5"), &more).unwrap();
    let set = read(folder.path(), &SetOptions::default()).unwrap();
    assert_eq!(set.table.ids, ["b", "a", "c"]);
    assert_eq!(set.table.channel_names(), ["400", "410"]);
    assert_eq!(set.table.values, [2.0, 3.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(set.table.label("operator").unwrap(), ["kim", "", ""]);
    assert_eq!(set.table.label("site").unwrap(), ["N", "N", "S"]);
    let times = set.table.times.as_ref().unwrap();
    assert!(times[0].is_nan());
    assert_eq!(times[1..], [1.0, 2.0]);
    assert_eq!((set.origins[1].file.as_str(), set.origins[1].row), ("captures/2.h5", 1));
    assert!(has_note(&set, "not read: captures/readme.txt"));
    let names: Vec<_> = set.inputs.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["set.toml", "captures/1.csv", "captures/2.h5", "icp.csv"]);
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    let set = set_of(&[("spectra.csv", SPECTRA), ("icp.csv", "id,zn_mg_l\na,1\n")]);
    // sha256sum of the text `id,zn_mg_l\na,1\n`.
    assert_eq!(
        set.inputs[1].sha256,
        "916e7f59a4058973211821881680f62946ae547730baada5c00c4cad24e30a2b"
    );
}

#[test]
fn replicates_are_declared() {
    let spectra = "sample_id,400\na,1\na,2\nb,3\n";
    let icp = "id,zn_mg_l,zn_mg_l_u\na,1,0.3\na,3,0.4\nb,5,0.5\n";
    let set = set_of(&[
        ("set.toml", "[pairing]\nreplicates = true"),
        ("spectra.csv", spectra),
        ("icp.csv", icp),
    ]);
    assert!(set.replicates);
    assert_eq!(set.table.ids, ["a", "a", "b"]);
    assert_eq!(set.analytes[0].values(), [2.0, 2.0, 5.0]);
    assert_eq!(set.analytes[0].u, [Some(0.25), Some(0.25), Some(0.5)]);
}

#[test]
fn table_with_units_and_offset_from_the_set() {
    let set = set_of(&[
        (
            "set.toml",
            "kind = \"table\"\ntimezone = \"+09:00\"\nanalytes = [\"fat\"]\n[units]\nEC = \"mS/m\"\nfat = \"%\"",
        ),
        ("table.csv", "sample_id,time,EC\na,1970-01-02 09:00,50\n"),
        ("icp.csv", "id,fat,zn_mg_l\na,3,1\n"),
    ]);
    assert_eq!(set.table.row(0), [1.0, 500.0]);
    assert_eq!(set.table.times.as_ref().unwrap(), &[1.0]);
    assert_eq!(set.analytes.len(), 1);
    assert_eq!((set.analytes[0].name.as_str(), set.analytes[0].unit.as_str()), ("fat", "%"));
    assert_eq!(set.table.label("Zn").unwrap(), ["1"]);
    assert!(has_note(&set, "multiplied by 10 to be in uS/cm"));
}

#[test]
fn series_are_paired_by_time() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("set.toml", "kind = \"series\"\n[pairing]\nby = \"time\"\nwithin_minutes = 10"),
            ("series/1.csv", "time,EC [uS/cm]\n2020-01-01 00:00,10\n2020-01-01 00:15,20\n"),
            ("series/2.csv", "time,EC [uS/cm]\n2020-01-01 00:30,30\n2020-01-01 00:45,40\n"),
            (
                "icp.csv",
                "sample_id,time,zn_mg_l\nx,2020-01-01 00:31,3\ny,2020-01-01 00:07,1\nz,2020-01-01 00:36,5\n",
            ),
        ],
    );
    let set = read(folder.path(), &SetOptions::default()).unwrap();
    assert_eq!(set.table.ids, ["y", "x", "z"]);
    let ec = set.table.channel_index("EC").unwrap();
    let values: Vec<f64> = set.table.iter_rows().map(|row| row[ec]).collect();
    assert_eq!(values, [10.0, 30.0, 30.0]);
    assert_eq!(set.analytes[0].values(), [1.0, 3.0, 5.0]);
    assert!(has_note(&set, "2 of 4 captures have no ICP result"));

    let text = "sample_id,time,zn_mg_l\nx,2020-01-01 01:00,3\n";
    fs::write(folder.path().join("icp.csv"), text).unwrap();
    let error = read(folder.path(), &SetOptions::default()).unwrap_err();
    assert!(error.to_string().contains("the nearest is 15.0 minutes away"), "{error}");
    assert_eq!((error.row(), error.sample()), (Some(2), Some("x")));
}

#[test]
fn uncertainties_are_given_fitted_or_nothing() {
    let icp = "id,zn_mg_l,zn_mg_l_u,cd_mg_l,cd_mg_l_u,fe_mg_l\n\
               a,1,0.3,1,9,1\nb,2,0.5,<2,9,1\nc,3,0.7,3,9,1\nd,<1,7,4,9,1\n";
    let set = set_of(&[
        ("set.toml", "[uncertainty.cd_mg_l]\nu0 = 0.25\n[limits]\nZn = 5\nPb = 1"),
        ("spectra.csv", SPECTRA),
        ("icp.csv", icp),
    ]);
    let (u0, u1) = set.uncertainty["Zn"];
    assert!((u0 - 0.1).abs() < 1e-12 && (u1 - 0.2).abs() < 1e-12, "{u0} {u1}");
    assert_eq!(set.uncertainty["Cd"], (0.25, 0.0));
    assert_eq!(set.uncertainty["Fe"], (0.0, 0.0));
    assert!(has_note(&set, "ICP uncertainty of Zn fitted to 3 values"));
    assert!(has_note(&set, "taken as 0: Fe"));
    assert_eq!(set.limits["Zn"], 5.0);
    assert!(has_note(&set, "the limit of Pb is not used"));
}

#[test]
fn rows_are_chosen_by_labels_of_either_file() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("set.toml", "kind = \"spectra\"\n[rows]\nwhere = { site = \"N\" }"),
            ("spectra.csv", "sample_id,batch,400\na,1,1\nb,2,2\nc,2,3\n"),
            ("icp.csv", ICP),
            ("recipe.toml", "name = \"r\"\n"),
        ],
    );
    let ids = |rows: RowChoice| read(folder.path(), &SetOptions { rows }).unwrap().table.ids;
    let only = |c: &str, v: &str| RowChoice::Where(vec![(c.into(), v.into())]);
    assert_eq!(ids(RowChoice::OfSet), ["a", "b"]);
    assert_eq!(ids(RowChoice::All), ["a", "b", "c"]);
    assert_eq!(ids(only("batch", "2")), ["b", "c"]);
    assert_eq!(ids(only("sample_id", "c")), ["c"]);
    let set = read(&folder.path().join("set.toml"), &SetOptions::default()).unwrap();
    assert_eq!(set.recipe_text, Some(("recipe.toml".into(), "name = \"r\"\n".into())));
    assert_eq!(set.analytes[0].references, [Reference::Measured(1.0), Reference::Below(0.5)]);
}

#[test]
fn analytes_are_kept_by_either_way_of_writing() {
    let icp = "id,zn_t_mg_l,cd_t_mg_l,fe_mg_l\na,1,2,3\n";
    let mut set = set_of(&[("spectra.csv", SPECTRA), ("icp.csv", icp)]);
    set.keep_analytes(&[]).unwrap();
    assert_eq!(set.analytes.len(), 3);
    let error = set.keep_analytes(&["Pb".into()]).unwrap_err();
    assert_eq!(error.kind(), adit_calibration::ErrorKind::Usage);
    assert!(error.to_string().contains("it has Zn (total), Cd (total), Fe"), "{error}");
    set.keep_analytes(&["cd_t_mg_l".into(), "Zn (total)".into()]).unwrap();
    let names: Vec<_> = set.analytes.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["Zn (total)", "Cd (total)"]);
}
