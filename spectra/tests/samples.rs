//! The committed samples, and how a file's kind is told from its content.

use adit_spectra::store::Store;
use adit_spectra::{Columns, ErrorKind, Kind, ReadOptions, read_any};
use std::path::PathBuf;

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

#[test]
fn spectra() {
    let content = read_any(&sample("fcr_2020_spectra.csv"), &ReadOptions::default()).unwrap();
    assert_eq!((content.kind, content.notes.len()), (Kind::WideCsv, 0));
    let t = content.table;
    assert_eq!((t.rows(), t.cols()), (6, 214));
    assert_eq!(t.ids[0], "mux2020-001");
    assert_eq!(t.row(0)[..2], [12.274, 11.633]);
    let Columns::Positions { unit: 1, values } = &t.columns else { panic!("not over nm") };
    assert_eq!((values[0], values[213]), (200.0, 732.5));
    assert!(values.windows(2).all(|pair| pair[1] - pair[0] == 2.5));
    // 2020-10-16 13:19:29 -04:00; 18551 days from 1970 to 2020-10-16.
    assert_eq!(
        t.times.as_ref().unwrap()[0],
        18551.0 + (17.0 * 3600.0 + 19.0 * 60.0 + 29.0) / 86400.0
    );
    assert_eq!(t.label("layer").unwrap()[5], "hypo");
}

#[test]
fn series() {
    let content = read_any(&sample("lro_2019_series.csv"), &ReadOptions::default()).unwrap();
    assert_eq!((content.kind, content.notes.len()), (Kind::SeriesCsv, 1));
    let t = content.table;
    assert_eq!(t.channel_names(), ["time", "T", "EC", "pH"]);
    assert_eq!(t.rows(), 97);
    assert_eq!(t.row(0)[1..], [5.39, 413.5, 8.51]);
    assert!(t.row(14)[1].is_nan(), "the visit of 15:30 has no temperature");
    let times = t.times.unwrap();
    assert_eq!(times[96] - times[0], 1.0);
}

#[test]
fn table() {
    let content = read_any(&sample("csm_rap_table.csv"), &ReadOptions::default()).unwrap();
    assert_eq!(content.kind, Kind::TableCsv);
    let t = content.table;
    assert_eq!(t.rows(), 19);
    assert_eq!(t.channel_names(), ["time", "EC", "pH", "T", "SO4"]);
    assert_eq!(t.ids[0], "2017-03-09-RAP");
    assert_eq!(t.row(0)[1], 820.0);
}

#[test]
fn a_store_is_known_by_its_content_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("captures.csv");
    let spectra = read_any(&sample("fcr_2020_spectra.csv"), &ReadOptions::default()).unwrap().table;
    Store::default().append(&path, &spectra).unwrap();
    let content = read_any(&path, &ReadOptions::default()).unwrap();
    assert_eq!(content.kind, Kind::Store);
    assert_eq!(content.table.values, spectra.values);
    assert!(content.kind.describe().contains("HDF5"));
}

#[test]
fn what_is_of_no_kind_says_what_it_lacks() {
    let read = |bytes: &[u8]| adit_spectra::read_csv("x", bytes, &ReadOptions::default());
    let text = read(b"id,site\na,b\n").unwrap_err().to_string();
    assert!(text.contains("EC [uS/cm]") && text.contains("wavelength in nm"), "{text}");
    let missing = read_any(&sample("nowhere.csv"), &ReadOptions::default()).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}
