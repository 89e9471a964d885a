//! Wide spectra files: what is read, and what each fault says.

use adit_spectra::csv::wide::{parse, write};
use adit_spectra::{Columns, ErrorKind, Label, ReadOptions, Table};

fn read(text: &str) -> Table {
    parse("s.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
}

/// The error must be of that kind and its text must hold every word.
fn fails(text: &str, kind: ErrorKind, words: &[&str]) {
    let error = parse("s.csv", text.as_bytes(), &ReadOptions::default()).unwrap_err();
    let said = error.to_string();
    assert_eq!(error.kind(), kind, "{said}");
    assert!(said.starts_with("s.csv"), "{said}");
    assert!(said.contains("; "), "no way out is named: {said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
}

#[test]
fn values_labels_and_times() {
    assert_eq!(read("id,a;b,400\na,x;y,1\n").label("a;b").unwrap(), ["x;y"]);
    let t = read("id,site,datetime,400,402.5 nm\na,x,1970-01-02,1,2\nb,y,,-3e-2,.5\n");
    assert_eq!(t.ids, ["a", "b"]);
    assert_eq!(t.channel_names(), ["400", "402.5"]);
    assert_eq!(t.values, [1.0, 2.0, -0.03, 0.5]);
    assert_eq!(t.label("site").unwrap(), ["x", "y"]);
    assert_eq!(t.label("datetime").unwrap(), ["1970-01-02", ""]);
    let times = t.times.unwrap();
    assert_eq!(times[0], 1.0);
    assert!(times[1].is_nan());
}

#[test]
fn a_date_and_a_clock_time_beside_it_are_one_time() {
    let t = read("id,date,time,400\na,1970-01-02,06:00,1\nb,1970-01-02,,1\n");
    assert_eq!(t.times.unwrap(), [1.25, 1.0]);
    let t = read("id,date,time,400\na,1970-01-02,1970-01-02 06:00,1\n");
    assert_eq!(t.times.unwrap(), [1.25]);
}

#[test]
fn line_ends_mark_blank_lines_and_blanks_do_not_matter() {
    let plain = read("id,400,401\na,1,2\nb,3,4\n");
    for text in [
        "id,400,401\r\na,1,2\r\nb,3,4\r\n",
        "id,400,401\ra,1,2\rb,3,4\r",
        "\u{feff}id,400,401\na,1,2\nb,3,4",
        "\n\nid,400,401\n\na,1,2\n\n\nb,3,4\n,,\n\n",
        " id , 400 , 401 \n a , 1 , 2 \n b,3 ,4\n",
        "\"id\",\"400\",\"401\"\n\"a\",\"1\",2\nb,3,4\n",
    ] {
        assert_eq!(read(text), plain, "{text:?}");
    }
}

#[test]
fn missing_and_infinite_values_are_kept_for_the_caller() {
    let t = read("id,400,401,402,403,404\na,,nan,NaN,inf,-inf\n");
    assert!(t.row(0)[..3].iter().all(|v| v.is_nan()));
    assert_eq!(t.row(0)[3..], [f64::INFINITY, f64::NEG_INFINITY]);
    assert_eq!(t.first_not_finite(0), Some(0));
}

#[test]
fn a_descending_axis_is_turned_round_with_its_values() {
    let t = read("id,402,site,401,400\na,1,x,2,3\n");
    assert_eq!(t.channel_names(), ["400", "401", "402"]);
    assert_eq!(t.values, [3.0, 2.0, 1.0]);
    assert_eq!(t.label("site").unwrap(), ["x"]);
}

#[test]
fn one_wavelength_and_repeated_ids_are_read() {
    let t = read("id,400\na,1\na,1\n");
    assert_eq!(t.ids, ["a", "a"]);
    assert_eq!(t.cols(), 1);
}

#[test]
fn a_cell_that_is_not_a_number_is_named_by_line_heading_and_sample() {
    let words = &["row 4", "column \"401\"", "sample \"b\"", "\"abc\" is not a number"];
    fails("id,400,401\na,1,2\n\nb,3,abc\n", ErrorKind::Malformed, words);
    fails("id,400\r\na,1\r\nb,<0.1\r\n", ErrorKind::Malformed, &["row 3", "column \"400\""]);
    fails("id,400\na,\"0,12\"\n", ErrorKind::Malformed, &["row 2", "decimals with a point"]);
    fails("id,400\na,1 2\n", ErrorKind::Malformed, &["\"1 2\""]);
    fails("id,400\na,NA\n", ErrorKind::Malformed, &["leave the cell empty"]);
    // The line of a row is right below a quoted cell of two lines as well.
    fails("id,note,400\na,\"x\ny\",1\nb,z,no\n", ErrorKind::Malformed, &["row 4", "\"no\""]);
    let long = format!("id,400\na,{}\n", "é".repeat(500));
    fails(&long, ErrorKind::Malformed, &["..."]);
}

#[test]
fn headings_that_contradict_each_other() {
    let kind = ErrorKind::Contradictory;
    fails("id,400,401,400.0\na,1,2,3\n", kind, &["duplicate channel", "2 and 4", "400.0"]);
    fails("id,400,400\na,1,2\n", kind, &["duplicate channel", "400 nm"]);
    fails("id,site,400,site\na,1,2,3\n", kind, &["duplicate heading", "\"site\"", "2 and 4"]);
    fails("id,id,400\na,1,2\n", kind, &["duplicate heading", "1 and 2"]);
}

#[test]
fn headings_that_cannot_be_an_axis() {
    let kind = ErrorKind::Malformed;
    fails("id,400,402,401\na,1,2,3\n", kind, &["401 nm stands after 402 nm", "column \"401\""]);
    fails("id,402,400,401\na,1,2,3\n", kind, &["descending", "column \"401\""]);
    fails("id,site\na,x\n", kind, &["no heading is a wavelength"]);
    fails("id\na\n", kind, &["no heading is a wavelength"]);
    fails("400,401\n1,2\n", kind, &["first column", "sample_id"]);
    fails("id,4O0,401\na,1,2\n", kind, &["column \"4O0\"", "neither a wavelength"]);
    fails("id,-400,401\na,1,2\n", kind, &["column \"-400\""]);
    fails("id,0,401\na,1,2\n", kind, &["column \"0\""]);
    fails("id,nan,401\na,1,2\n", kind, &["column \"nan\""]);
    fails("id,inf,401\na,1,2\n", kind, &["column \"inf\""]);
    fails("id,400,,401\na,1,2,3\n", kind, &["heading 3 of 4 is empty"]);
}

#[test]
fn the_pair_that_breaks_the_order_of_the_others_is_blamed() {
    let kind = ErrorKind::Malformed;
    let order = "order the columns by wavelength";
    let pair = "420 nm stands after 430 nm in ascending order";
    fails("id,400,410,430,420,440\na,1,2,3,4,5\n", kind, &["column \"420\"", pair, order]);
    // The last stands below the first, and yet the others ascend.
    let pair = "395 nm stands after 420 nm in ascending order";
    fails("id,400,410,415,420,395\na,1,2,3,4,5\n", kind, &["column \"395\"", pair, order]);
    let pair = "410 nm stands after 430 nm in ascending order";
    fails("id,430,410,415,420\na,1,2,3,4\n", kind, &[pair, order]);
    let pair = "415 nm stands after 410 nm in descending order";
    fails("id,420,410,415,405\na,1,2,3,4\n", kind, &["column \"415\"", pair, order]);
}

#[test]
fn a_sample_in_the_place_of_the_headings() {
    let kind = ErrorKind::Malformed;
    fails("a1,0.5,0.61,0.52\na2,1,2,3\n", kind, &["out of order", "heading row is missing"]);
    let counts = "a1,512,498,530,511,545,502,560\na2,1,2,3,4,5,6,7\n";
    fails(counts, kind, &["out of order", "heading row is missing"]);
    let twice = "a1,0.5,0.61,0.5\na2,1,2,3\n";
    fails(twice, ErrorKind::Contradictory, &["duplicate channel", "heading row is missing"]);
}

#[test]
fn rows_that_do_not_fit() {
    let kind = ErrorKind::Malformed;
    fails("id,400,401\na,1\n", kind, &["row 2", "2 cells under 3 headings"]);
    fails("id,400,401\na,1,2\nb,1,2,3\n", kind, &["row 3", "4 cells under 3 headings"]);
    fails("id,400\n,1\n", kind, &["row 2", "column \"id\"", "no sample id"]);
    // A quote that is never closed takes the rest of the file into its cell.
    fails("id,400\na,\"1\nb,2\n", kind, &["row 2", "not a number"]);
    fails("id,400\n\"a,1\nb,2\n", kind, &["row 2", "1 cells under 2 headings"]);
    fails("id,time,400\na,03/01/2019,1\n", kind, &["row 2", "column \"time\"", "year first"]);
    fails("id,time,400\na,12:30,1\n", kind, &["\"12:30\""]);
}

#[test]
fn files_that_are_no_spectra() {
    fails("", ErrorKind::Malformed, &["empty"]);
    fails("\n\n , ,\n", ErrorKind::Malformed, &["empty"]);
    fails("\u{feff}", ErrorKind::Malformed, &["empty"]);
    fails("id,400\n", ErrorKind::Malformed, &["no sample"]);
    fails("id;400;402,5\na;0,1;0,2\n", ErrorKind::Unsupported, &["semicolons", "points"]);
    fails("id;400,5;402,5\na;0,1;0,2\n", ErrorKind::Unsupported, &["semicolons"]);
    fails("id\t400\na\t1\n", ErrorKind::Unsupported, &["tabs"]);
    fails("id,400\na,1\0\n", ErrorKind::Unsupported, &["binary"]);
    let bytes =
        |bytes: &[u8]| parse("s.csv", bytes, &ReadOptions::default()).unwrap_err().to_string();
    assert!(bytes(b"\xff\xfei\0d\0").contains("UTF-16"));
    let shift_jis = bytes(b"id,400\n\x93\x8c,1\n");
    assert!(shift_jis.contains("row 2") && shift_jis.contains("CSV UTF-8"), "{shift_jis}");
    assert!(bytes(b"\x89HDF\r\n\x1a\nrest").contains("HDF5"));
}

#[test]
fn a_bad_offset_is_refused_and_a_good_one_is_used() {
    let at = |zone: &str| {
        let options = ReadOptions::default().with_timezone(zone);
        parse("s.csv", b"id,time,400\na,1970-01-02 00:00,1\n", &options)
    };
    assert_eq!(at("-06:00").unwrap().times.unwrap(), [1.25]);
    assert_eq!(at("Mars").unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn a_missing_file_is_named() {
    let path = std::path::Path::new("no/such/file.csv");
    let error = adit_spectra::csv::wide::read(path, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().starts_with("no/such/file.csv: "), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let error = adit_spectra::csv::wide::read(folder.path(), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    let error = adit_spectra::read_any(folder.path(), &ReadOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("is a folder") && text.contains("captures/*.csv"), "{text}");
}

/// SplitMix64: numbers for the property tests, from a written seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn word(&mut self) -> String {
        const PARTS: &[&str] = &["a", "B", "ü", "鉱", "\"", ",", "\n", "'", ";", "-", "7", "x y"];
        let parts = 1 + self.next() % 5;
        let word: String =
            (0..parts).map(|_| PARTS[(self.next() % PARTS.len() as u64) as usize]).collect();
        format!("w{}w", word.trim())
    }
}

#[test]
fn what_is_written_reads_back_exactly() {
    let mut random = Random(20_240_531);
    for case in 0..200 {
        let (rows, cols) = ((1 + random.next() % 6) as usize, (1 + random.next() % 9) as usize);
        let mut axis: Vec<f64> =
            (0..cols).map(|_| 200.0 + (random.next() >> 11) as f64 / (1u64 << 43) as f64).collect();
        axis.sort_by(f64::total_cmp);
        axis.dedup();
        let value = |random: &mut Random| match random.next() % 8 {
            0 => f64::NAN,
            1 => f64::NEG_INFINITY,
            2 => -0.0,
            // Any bit pattern, down to the smallest numbers; every NaN is one NaN.
            _ => f64::from_bits(random.next()),
        };
        let mut labels = Vec::new();
        for name in 0..random.next() % 3 {
            let cells = (0..rows).map(|_| random.word()).collect();
            labels.push(Label { name: format!("{}{name}", random.word()), cells });
        }
        let moment = |random: &mut Random| (random.next() % (1 << 40)) as f64 / (1u64 << 25) as f64;
        let table = Table {
            source: "s.csv".into(),
            ids: (0..rows).map(|_| random.word()).collect(),
            times: None,
            values: (0..rows * axis.len()).map(|_| value(&mut random)).collect(),
            columns: Columns::Positions { unit: 1, values: axis },
            labels,
        };
        let times: Vec<f64> = (0..rows).map(|_| moment(&mut random)).collect();
        let with_times = Table { times: Some(times), ..table.clone() };
        for table in [table, with_times] {
            let bytes = write(&table).unwrap();
            let back = parse("s.csv", &bytes, &ReadOptions::default()).unwrap();
            let bits = |values: &[f64]| -> Vec<u64> {
                values.iter().map(|v| if v.is_nan() { 1 } else { v.to_bits() }).collect()
            };
            assert_eq!(bits(&back.values), bits(&table.values), "case {case}");
            assert_eq!((&back.ids, &back.columns), (&table.ids, &table.columns), "case {case}");
            // Times are written to the millisecond.
            let days = |times: &Option<Vec<f64>>| times.clone().unwrap_or_default();
            let (read, given) = (days(&back.times), days(&table.times));
            assert_eq!(read.len(), given.len(), "case {case}");
            let apart = |(a, b): (&f64, &f64)| (a - b).abs() * 86_400_000.0;
            assert!(read.iter().zip(&given).map(apart).all(|ms| ms < 1.0), "case {case}");
            for label in &table.labels {
                assert_eq!(back.label(&label.name), Some(&label.cells[..]), "case {case}");
            }
        }
    }
}

#[test]
fn no_bytes_whatever_make_the_reader_panic() {
    let mut random = Random(7);
    let seed = b"id,time,400,401\na,2019-03-01,1,\"2\"\r\nb,,nan,inf\n";
    for _ in 0..20_000 {
        let mut bytes = seed.to_vec();
        for _ in 0..1 + random.next() % 6 {
            let place = (random.next() % bytes.len() as u64) as usize;
            match random.next() % 3 {
                0 => bytes[place] = random.next() as u8,
                1 => bytes.insert(place, b",\n\r\"-0e.;\xef"[(random.next() % 10) as usize]),
                _ => bytes.truncate(place + 1),
            }
        }
        if let Ok(table) = parse("s.csv", &bytes, &ReadOptions::default()) {
            table.validate().unwrap();
        }
        let _ = adit_spectra::read_csv("s.csv", &bytes, &ReadOptions::default());
    }
}
