//! The capture store: exact, idempotent, whole or not there, and proof against damage.

use adit_spectra::csv::wide;
use adit_spectra::store::{
    Attribute, Backend, Cells, Data, Dataset, Image, Pure, ResultColumn, Results, Store,
};
use adit_spectra::{Columns, ErrorKind, Label, ReadOptions, Table};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

fn sample() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/fcr_2020_spectra.csv");
    wide::read(&path, &ReadOptions::default()).unwrap()
}

fn parse(text: &str) -> Table {
    wide::parse("new.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Equal in all but the source, NaN equal to NaN.
fn assert_same(a: &Table, b: &Table) {
    let bits = |values: &[f64]| -> Vec<u64> {
        values.iter().map(|v| if v.is_nan() { 1 } else { v.to_bits() }).collect()
    };
    assert_eq!((&a.ids, &a.columns, &a.labels), (&b.ids, &b.columns, &b.labels));
    assert_eq!(bits(&a.values), bits(&b.values));
    assert_eq!(a.times.as_deref().map(bits), b.times.as_deref().map(bits));
}

#[test]
fn what_is_stored_reads_back_exactly() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let mut table = sample();
    table.values[3] = f64::NAN;
    table.values[4] = f64::INFINITY;
    table.values[5] = -0.0;
    table.values[6] = f64::MIN_POSITIVE / 8.0;
    table.ids[1] = "試料 \"2\", ü\n".into();
    let done = Store::default().append(&path, &table).unwrap();
    assert_eq!((done.added, done.present, done.total), (6, 0, 6));
    let back = Store::default().read(&path).unwrap();
    assert_same(&back, &table);
    assert_eq!(back.source, path.display().to_string());
}

#[test]
fn a_store_of_many_chunks_reads_back_exactly() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let (rows, cols) = (700, 300);
    let table = Table {
        source: "many.csv".into(),
        ids: (0..rows).map(|i| format!("c{i}")).collect(),
        times: None,
        columns: Columns::Positions {
            unit: 1,
            values: (0..cols).map(|i| 400.0 + i as f64).collect(),
        },
        values: (0..rows * cols).map(|i| (i as f64 * 0.7).sin()).collect(),
        labels: vec![],
    };
    Store::default().append(&path, &table).unwrap();
    assert_same(&Store::default().read(&path).unwrap(), &table);
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 8 * (rows * cols) as u64, "{size} bytes: not compressed");
}

#[test]
fn importing_twice_adds_nothing_and_changes_no_byte() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let table = sample();
    Store::default().append(&path, &table.select_rows(&[0, 1, 2])).unwrap();
    let done = Store::default().append(&path, &table).unwrap();
    assert_eq!((done.added, done.present, done.total), (3, 3, 6));
    assert_same(&Store::default().read(&path).unwrap(), &table);
    let before = std::fs::read(&path).unwrap();
    let renamed = Table { source: "copy.csv".into(), ..table.clone() };
    let done = Store::default().append(&path, &renamed).unwrap();
    assert_eq!((done.added, done.present), (0, 6));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // The same captures in another store give the same bytes.
    let other = folder.path("b.h5");
    Store::default().append(&other, &table).unwrap();
    let once = std::fs::read(&other).unwrap();
    let twin = folder.path("c.h5");
    Store::default().append(&twin, &table).unwrap();
    assert_eq!(std::fs::read(&twin).unwrap(), once);
}

#[test]
fn labels_and_times_that_come_later_leave_earlier_captures_empty() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let append = |text: &str| Store::default().append(&path, &parse(text)).unwrap();
    append("id,site,400\na,x,1\n");
    append("id,batch,time,400\nb,7,1970-01-02,2\n");
    append("id,400\nc,3\n");
    let back = Store::default().read(&path).unwrap();
    assert_eq!(back.ids, ["a", "b", "c"]);
    assert_eq!(back.values, [1.0, 2.0, 3.0]);
    assert_eq!(back.label("site").unwrap(), ["x", "", ""]);
    assert_eq!(back.label("batch").unwrap(), ["", "7", ""]);
    let times = back.times.clone().unwrap();
    assert!(times[0].is_nan() && times[1] == 1.0 && times[2].is_nan());
    // What the store gives is itself in the store.
    assert_eq!(Store::default().append(&path, &back).unwrap().present, 3);
}

#[test]
fn one_id_with_other_content_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    Store::default().append(&path, &parse("id,site,400,401\na,x,1,2\n")).unwrap();
    let before = std::fs::read(&path).unwrap();
    for (text, word) in [
        ("id,site,400,401\nz,x,1,2\na,x,1,3\n", "other values (first at 401)"),
        ("id,site,400,401\na,x,1,\n", "other values (first at 401)"),
        ("id,site,400,401\na,y,1,2\n", "other labels"),
        ("id,site,time,400,401\na,x,1970-01-02,1,2\n", "another time"),
        ("id,site,400,401\nz,x,1,2\nz,x,1,3\n", "sample \"z\""),
    ] {
        let error = Store::default().append(&path, &parse(text)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contradictory, "{error}");
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    for (text, word) in [
        ("id,400,402\nb,1,2\n", "first difference: 401 and 402"),
        ("id,400\nb,1\n", "one channel at 400 nm"),
    ] {
        let error = Store::default().append(&path, &parse(text)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contradictory, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[test]
fn several_tables_are_added_together_or_not_at_all() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let tables = [parse("id,400\na,1\n"), parse("id,400\nb,2\na,1\n")];
    let done = Store::default().append_all(&path, &tables).unwrap();
    assert_eq!((done.added, done.present, done.total), (2, 1, 2));
    let tables = [parse("id,400\nc,1\n"), parse("id,400\nb,3\n")];
    assert!(Store::default().append_all(&path, &tables).is_err());
    assert_eq!(Store::default().read(&path).unwrap().ids, ["a", "b"]);
    assert!(Store::default().append_all(&path, &[]).is_err());
}

#[test]
fn tables_of_named_columns_do_not_go_into_a_store() {
    let folder = Folder::new();
    let named = adit_spectra::csv::table::parse("t.csv", b"id,ph\na,7\n", &Default::default());
    let error = Store::default().append(&folder.path("a.h5"), &named.unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(!folder.path("a.h5").exists());
}

#[test]
fn other_files_formats_and_versions_say_what_they_are() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    let store = Store::default();
    assert_eq!(store.read(&path).unwrap_err().kind(), ErrorKind::NotFound);
    std::fs::write(&path, "id,400\na,1\n").unwrap();
    assert!(store.read(&path).unwrap_err().to_string().contains("not an HDF5 file"));
    let image = |format: &str, version: i64| Image {
        attributes: vec![
            ("format".into(), Attribute::Text(format.into())),
            ("version".into(), Attribute::Integer(version)),
        ],
        datasets: vec![],
    };
    let said = |image: &Image| {
        std::fs::write(&path, "").unwrap();
        Pure.write(&path, image).unwrap();
        let error = store.read(&path).unwrap_err();
        (error.kind(), error.to_string())
    };
    let (kind, text) = said(&image("adit-captures", 2));
    assert!(kind == ErrorKind::Unsupported && text.contains("version 2"), "{text}");
    let (kind, text) = said(&image("adit-results", 1));
    assert!(kind == ErrorKind::Unsupported && text.contains("\"adit-results\""), "{text}");
    let (kind, text) = said(&Image::default());
    assert!(kind == ErrorKind::Unsupported && text.contains("does not say"), "{text}");
    let (kind, text) = said(&image("adit-captures", 1));
    assert!(kind == ErrorKind::Malformed && text.contains("is missing"), "{text}");
}

/// A content that was changed by other means, with every length right, is seen by its digest.
#[test]
fn a_changed_value_is_seen() {
    let folder = Folder::new();
    let path = folder.path("a.h5");
    Store::default().append(&path, &sample()).unwrap();
    let whole = Pure.read(&path).unwrap();
    let change = |name: &str, alter: fn(&mut Dataset)| {
        let mut image = whole.clone();
        alter(image.datasets.iter_mut().find(|d| d.name == name).unwrap());
        Pure.write(&path, &image).unwrap();
        Store::default().read(&path).unwrap_err()
    };
    let number = |d: &mut Dataset| match &mut d.data {
        Data::Numbers(values) => values[0] += 1e-9,
        Data::Text(values) => values[0].push('x'),
    };
    for name in ["values", "axis", "time", "id", "label", "label_name", "sha256", "source"] {
        let error = change(name, number);
        assert_eq!(error.kind(), ErrorKind::Malformed, "{name}: {error}");
        assert!(error.to_string().contains("import the captures again"), "{error}");
    }
}

#[test]
fn results_read_back_exactly() {
    let folder = Folder::new();
    let path = folder.path("r.h5");
    let text = |cells: &[&str]| Cells::Text(cells.iter().map(|c| c.to_string()).collect());
    let column = |name: &str, unit: &str, cells: Cells| ResultColumn {
        name: name.into(),
        unit: unit.into(),
        cells,
    };
    let mut columns = vec![
        column("sample", "", text(&["a", "b", ""])),
        column("Zn (total)", "mg/L", Cells::Numbers(vec![1.5, -0.0, f64::INFINITY])),
        column("a/b", "", text(&["", "x", "鉄"])),
        column("a_b", "", text(&["1", "2", "3"])),
        column(".", "", text(&["1", "2", "3"])),
    ];
    columns.extend((0..60).map(|i| column(&format!("c{i}"), "mg/L", Cells::Numbers(vec![0.0; 3]))));
    let about = vec![("level".into(), "0.95".into()), ("model".into(), "RAP.adit".into())];
    let results = Results { about, columns };
    Store::default().write_results(&path, &results).unwrap();
    assert_eq!(Store::default().read_results(&path).unwrap(), results);
    // No sample at all is a table too.
    let empty = Results { about: vec![], columns: vec![column("sample", "", text(&[]))] };
    Store::default().write_results(&path, &empty).unwrap();
    assert_eq!(Store::default().read_results(&path).unwrap(), empty);
    let empty = Results {
        about: vec![],
        columns: vec![column("sample", "", text(&[])), column("y", "", Cells::Numbers(vec![]))],
    };
    Store::default().write_results(&path, &empty).unwrap();
    assert_eq!(Store::default().read_results(&path).unwrap(), empty);
}

#[test]
fn results_that_contradict_themselves_are_not_written() {
    let folder = Folder::new();
    let path = folder.path("r.h5");
    let column = |name: &str, n: usize| ResultColumn {
        name: name.into(),
        unit: String::new(),
        cells: Cells::Numbers(vec![0.0; n]),
    };
    for (about, columns) in [
        (vec![], vec![column("a", 2), column("b", 3)]),
        (vec![], vec![column("a", 2), column("a", 2)]),
        (vec![("version".to_string(), "9".to_string())], vec![column("a", 2)]),
    ] {
        let error = Store::default().write_results(&path, &Results { about, columns }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contradictory, "{error}");
        assert!(!path.exists());
    }
}

/// A small store with every kind of dataset in it, as bytes.
fn small_store(folder: &Folder) -> (Table, Vec<u8>) {
    let path = folder.path("small.h5");
    let table = sample().select_rows(&[0, 1]);
    let Columns::Positions { values, .. } = &table.columns else { panic!("not over nm") };
    let few = Table {
        columns: Columns::Positions { unit: 1, values: values[..5].to_vec() },
        values: table.iter_rows().flat_map(|row| row[..5].to_vec()).collect(),
        labels: vec![Label { name: "site".into(), cells: vec!["x".into(), "y".into()] }],
        ..table
    };
    Store::default().append(&path, &few).unwrap();
    (few, std::fs::read(&path).unwrap())
}

/// Reads damaged bytes: the content as it was, or an error with a way out, never a panic.
fn survives(path: &Path, bytes: &[u8], truth: &Table, what: &str) -> bool {
    std::fs::write(path, bytes).unwrap();
    let read = catch_unwind(|| Store::default().read(path));
    match read.unwrap_or_else(|_| panic!("{what}: the reader panicked")) {
        Ok(table) => {
            assert_same(&table, truth);
            false
        }
        Err(error) => {
            assert!(error.to_string().contains("; "), "{what}: no way out: {error}");
            assert!(error.file().is_some(), "{what}: no file: {error}");
            true
        }
    }
}

#[test]
fn a_store_cut_at_any_length_is_an_error() {
    let folder = Folder::new();
    let (truth, bytes) = small_store(&folder);
    let path = folder.path("cut.h5");
    let lengths = (0..bytes.len()).filter(|n| n % 7 == 0 || *n < 512 || n + 512 > bytes.len());
    for length in lengths {
        let refused = survives(&path, &bytes[..length], &truth, &format!("cut to {length}"));
        assert!(refused, "cut to {length} of {} bytes was read", bytes.len());
    }
}

#[test]
fn a_store_with_any_byte_flipped_is_right_or_an_error() {
    let folder = Folder::new();
    let (truth, bytes) = small_store(&folder);
    let path = folder.path("flip.h5");
    let mut refused = 0;
    for place in 0..bytes.len() {
        // Most of a small file is empty room: of a long run of zeros every 64th byte is enough.
        let around = &bytes[place.saturating_sub(16)..(place + 16).min(bytes.len())];
        if around.iter().all(|byte| *byte == 0) && place % 64 != 0 {
            continue;
        }
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[place] ^= flip;
            let what = format!("byte {place} ^ {flip:#x}");
            refused += usize::from(survives(&path, &damaged, &truth, &what));
        }
    }
    assert!(refused > 5000, "only {refused} flips were seen");
}

#[test]
fn a_store_with_runs_of_noise_is_right_or_an_error() {
    let folder = Folder::new();
    let (truth, bytes) = small_store(&folder);
    let path = folder.path("noise.h5");
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for round in 0..1000 {
        let mut damaged = bytes.clone();
        let (start, length) = (random() % bytes.len(), 1 + random() % 16);
        let fill = random();
        for byte in damaged.iter_mut().skip(start).take(length) {
            *byte = match fill % 3 {
                0 => 0,
                1 => 0xff,
                _ => random() as u8,
            };
        }
        survives(&path, &damaged, &truth, &format!("round {round}"));
    }
}
