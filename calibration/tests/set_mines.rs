//! The committed sets come out with the rows and references that their sources have.

use adit_calibration::set::{
    CalibrationSet, Counts, Kind, RowChoice, SetOptions, parse_where, read,
};
use adit_spectra::Columns;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    match name {
        "tecator_meat" => crate_folder.join("../benches/data").join(name),
        _ => crate_folder.join("mines").join(name),
    }
}

fn set_with(name: &str, rows: RowChoice) -> CalibrationSet {
    read(&folder(name), &SetOptions { rows }).unwrap()
}

fn only(text: &[&str]) -> RowChoice {
    RowChoice::Where(text.iter().map(|t| parse_where(t).unwrap()).collect())
}

/// Names, units, and how many references are measured, censored and missing.
fn references(set: &CalibrationSet) -> Vec<(&str, &str, [usize; 3])> {
    let counts = |c: Counts| [c.measured, c.censored, c.missing];
    set.analytes.iter().map(|a| (a.name.as_str(), a.unit.as_str(), counts(a.counts()))).collect()
}

#[test]
fn clear_creek_is_site_rap_unless_told_otherwise() {
    let set = set_with("csm_clear_creek", RowChoice::OfSet);
    assert_eq!((set.kind, set.mine.as_deref()), (Kind::Table, Some("clear-creek-rap")));
    assert_eq!(set.table.rows(), 19);
    assert_eq!(
        references(&set),
        [
            ("Zn (total)", "mg/L", [19, 0, 0]),
            ("Cd (total)", "mg/L", [15, 4, 0]),
            ("Fe (dissolved)", "mg/L", [19, 0, 0]),
            ("Mn (dissolved)", "mg/L", [19, 0, 0]),
        ]
    );
    assert_eq!(set.table.channel_names(), ["time", "EC", "pH", "T"]);
    assert!(set.table.label("site").unwrap().iter().all(|site| site == "RAP"));
    assert_eq!(set.validation.as_deref(), Some("loo"));
    assert_eq!(set.limits["Cd (total)"], 0.03);
    assert_eq!(set.uncertainty["Fe (dissolved)"], (0.0, 0.07));
    assert!(
        set.notes.iter().any(|n| n == "19 of 104 rows are used (site = RAP)"),
        "{:?}",
        set.notes
    );

    let ec = set.table.channel_index("EC").unwrap();
    let ph = set.table.channel_index("pH").unwrap();
    set.require_finite(&[ec, ph]).unwrap();
    let temperature = set.table.channel_index("T").unwrap();
    let error = set.require_finite(&[ec, temperature]).unwrap_err();
    assert_eq!(error.column(), Some("T"));
    assert_eq!(error.file(), Some("table.csv"));
    assert_eq!(error.sample(), Some("2017-03-09-RAP"));
    assert_eq!(error.row(), Some(3));
}

#[test]
fn clear_creek_whole() {
    let set = set_with("csm_clear_creek", RowChoice::All);
    assert_eq!(set.table.rows(), 104);
    assert_eq!(
        references(&set),
        [
            ("Zn (total)", "mg/L", [102, 1, 1]),
            ("Cd (total)", "mg/L", [51, 53, 0]),
            ("Fe (dissolved)", "mg/L", [89, 15, 0]),
            ("Mn (dissolved)", "mg/L", [101, 0, 3]),
        ]
    );
    let sites = |choice| set_with("csm_clear_creek", choice).table.rows();
    assert_eq!(sites(only(&["site=ANT"])), 18);
    assert_eq!(sites(only(&["site=ANT", "site=RBP"])), 37);
    assert_eq!(sites(only(&["site=REF1"])), 13);
    // Two rows of the files, checked by eye.
    assert_eq!(set.table.ids[..2], ["2017-03-09-ANT", "2017-03-09-RAP"]);
    assert_eq!(set.table.row(1)[1..3], [820.0, 6.3]);
    assert_eq!(set.analytes[0].references[0].measured(), Some(1.3369));
}

#[test]
fn falling_creek_2020_and_2018() {
    let set = set_with("fcr_uvvis_fe_mn_2020", RowChoice::OfSet);
    assert_eq!((set.table.rows(), set.table.cols()), (72, 214));
    assert_eq!(
        references(&set),
        [
            ("Fe (total)", "mg/L", [69, 0, 3]),
            ("Mn (total)", "mg/L", [71, 0, 1]),
            ("Mn (dissolved)", "mg/L", [70, 0, 2]),
        ]
    );
    assert_eq!(set.limits.len(), 1);
    let (file, recipe) = set.recipe_text.as_ref().unwrap();
    assert_eq!(file, "recipe.toml");
    let recipe = adit_engine::Recipe::parse(recipe).unwrap();
    assert_eq!(recipe.steps[0].plugin, "adit.select.range");
    // Scan times with their offset: 13:19:29 at -04:00 is 17:19:29 UTC, 18551 days after 1970.
    let times = set.table.times.as_ref().unwrap();
    let expected = 18551.0 + (17.0 * 3600.0 + 19.0 * 60.0 + 29.0) / 86400.0;
    assert!((times[0] - expected).abs() < 1e-9, "{}", times[0]);
    let all: Vec<usize> = (0..set.table.cols()).collect();
    set.require_finite(&all).unwrap();

    let set = set_with("fcr_uvvis_fe_mn_2018", RowChoice::OfSet);
    assert_eq!((set.table.rows(), set.table.cols()), (42, 213));
    assert!(references(&set).iter().all(|(_, _, counts)| *counts == [39, 0, 3]));
    assert!(set.table.times.as_ref().unwrap().iter().all(|t| t.is_finite()));
    assert_eq!(set.table.label("depth").unwrap()[0], "0.1");
}

#[test]
fn tecator_is_a_set_of_two_files() {
    let set = set_with("tecator_meat", RowChoice::OfSet);
    assert_eq!((set.kind, set.mine.as_deref(), set.replicates), (Kind::Spectra, None, false));
    assert_eq!((set.table.rows(), set.table.cols()), (215, 100));
    assert_eq!(
        references(&set),
        [("water", "%", [215, 0, 0]), ("fat", "%", [215, 0, 0]), ("protein", "%", [215, 0, 0])]
    );
    let split = |name: &str| set_with("tecator_meat", only(&[name])).table.rows();
    assert_eq!([split("split=train"), split("split=monitor"), split("split=test")], [129, 43, 43]);
    let names: Vec<_> = set.inputs.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["spectra.csv", "icp.csv"]);
    assert!(set.limits.is_empty());
}

/// The README of the set says that 22 pairs of spectra are identical, 5 of them across the split.
#[test]
fn tecator_has_the_twins_that_its_readme_tells_of() {
    let set = set_with("tecator_meat", RowChoice::OfSet);
    let split = set.table.label("split").unwrap();
    let bits = |row: usize| set.table.row(row).iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let (mut pairs, mut across) = (0, Vec::new());
    for first in 0..215 {
        for second in first + 1..215 {
            if bits(first) == bits(second) {
                pairs += 1;
                if (split[first].as_str(), split[second].as_str()) == ("train", "test") {
                    across.push(set.table.ids[second].as_str());
                }
            }
        }
    }
    across.sort_unstable();
    assert_eq!(pairs, 22);
    assert_eq!(across, ["tec180", "tec181", "tec188", "tec190", "tec192"]);
}

#[test]
fn every_committed_set_keeps_positions_ascending_and_parts_together() {
    for name in ["csm_clear_creek", "fcr_uvvis_fe_mn_2020", "fcr_uvvis_fe_mn_2018", "tecator_meat"]
    {
        let set = set_with(name, RowChoice::All);
        set.table.validate().unwrap();
        let rows = set.table.rows();
        assert_eq!(set.origins.len(), rows);
        assert!(set.analytes.iter().all(|a| a.references.len() == rows && a.u.len() == rows));
        assert!(set.inputs.iter().all(|i| i.sha256.len() == 64));
        if set.kind == Kind::Spectra {
            assert!(matches!(set.table.columns, Columns::Positions { .. }));
        }
        assert!(folder(name).join("README.md").is_file());
    }
}
