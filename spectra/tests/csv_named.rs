//! Grab-sample tables and time series: units, names, times, and what each fault says.

use adit_abi::unit;
use adit_spectra::csv::{series, table};
use adit_spectra::{Columns, Error, ErrorKind, ReadOptions, Table};

fn read(text: &str) -> Result<Table, Error> {
    table::parse("t.csv", text.as_bytes(), &ReadOptions::default())
}

fn read_series(text: &str) -> Result<Table, Error> {
    series::parse("t.csv", text.as_bytes(), &ReadOptions::default())
}

fn says(result: Result<Table, Error>, kind: ErrorKind, words: &[&str]) {
    let error = result.unwrap_err();
    let said = error.to_string();
    assert_eq!(error.kind(), kind, "{said}");
    assert!(said.starts_with("t.csv"), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
}

#[test]
fn both_ways_of_writing_a_heading_give_one_table() {
    let bracket =
        read("id,site,EC [uS/cm],T [degC],pH,level [m],SO4 [mg/L]\na,x,450,11,7,1.5,99\n");
    let suffix = read("id,site,ec_us_cm,temp_c,ph,level_m,so4_mg_l\na,x,450,11,7,1.5,99\n");
    let (bracket, suffix) = (bracket.unwrap(), suffix.unwrap());
    assert_eq!(bracket, suffix);
    assert_eq!(bracket.channel_names(), ["EC", "T", "pH", "level", "SO4"]);
    let units: Vec<_> = (0..5).filter_map(|i| bracket.channel_unit(i)).collect();
    assert_eq!(
        units,
        [
            unit::ADIT_UNIT_US_PER_CM,
            unit::ADIT_UNIT_DEG_C,
            unit::ADIT_UNIT_PH,
            unit::ADIT_UNIT_M,
            unit::ADIT_UNIT_MG_PER_L
        ]
    );
    assert_eq!(bracket.label("site").unwrap(), ["x"]);
}

#[test]
fn units_are_converted_and_it_is_said() {
    let text = b"id,EC [mS/m],level [cm],zn_ug_l\na,45.5,150,12\n";
    let content = adit_spectra::read_csv("t.csv", text, &ReadOptions::default()).unwrap();
    assert_eq!(content.table.row(0), [455.0, 1.5, 0.012]);
    assert_eq!(content.notes.len(), 3);
    assert!(content.notes[0].contains("\"EC [mS/m]\" was multiplied by 10 to be in uS/cm"));
}

#[test]
fn no_unit_is_ever_assumed() {
    let kind = ErrorKind::Malformed;
    says(read("id,EC\na,450\n"), kind, &["column \"EC\"", "no unit", "EC [uS/cm] or EC [mS/m]"]);
    says(read("id,cond,ph\na,450,7\n"), kind, &["column \"cond\""]);
    says(read("id,pH,temp\na,7,11\n"), kind, &["column \"temp\"", "T [degC]"]);
    says(read("id,pH,level\na,7,11\n"), kind, &["column \"level\""]);
    let kind = ErrorKind::Unsupported;
    says(read("id,As [ppb]\na,7\n"), kind, &["column \"As [ppb]\"", "\"ppb\" is not known"]);
    says(read("id,T [K]\na,280\n"), kind, &["\"K\" is not known", "T [degC]"]);
}

#[test]
fn one_quantity_in_two_columns_is_a_contradiction() {
    let kind = ErrorKind::Contradictory;
    let words = &["duplicate channel", "\"EC [uS/cm]\" and \"ec_ms_m\"", "column \"ec_ms_m\""];
    says(read("id,EC [uS/cm],ec_ms_m\na,450,45\n"), kind, words);
    says(read("id,ph,site,site\na,7,x,y\n"), kind, &["duplicate heading", "\"site\""]);
}

#[test]
fn the_id_column_is_the_one_headed_so_else_the_first() {
    let t = read("site,sample_id,ph\nx,a,7\n").unwrap();
    assert_eq!(t.ids, ["a"]);
    assert_eq!(t.label("site").unwrap(), ["x"]);
    let t = read("well,ph\nw1,7\n").unwrap();
    assert_eq!(t.ids, ["w1"]);
    assert!(t.labels.is_empty());
    says(read("id,ph\n,7\n"), ErrorKind::Malformed, &["row 2", "column \"id\""]);
}

#[test]
fn a_column_of_times_is_a_channel_in_days_and_a_label() {
    let t = read("id,date,ph\na,1970-01-11,7\nb,,7\n").unwrap();
    assert_eq!(t.channel_names(), ["time", "pH"]);
    assert_eq!(t.channel_unit(0), Some(unit::ADIT_UNIT_DAYS_UTC));
    assert_eq!(t.row(0), [10.0, 7.0]);
    assert!(t.row(1)[0].is_nan());
    assert_eq!(t.times.as_ref().unwrap()[0], 10.0);
    assert_eq!(t.label("date").unwrap(), ["1970-01-11", ""]);
    says(
        read("id,date,ph\na,1970-02-30,7\n"),
        ErrorKind::Malformed,
        &["row 2", "column \"date\"", "sample \"a\"", "1970-02-30"],
    );
}

#[test]
fn cells() {
    let t = read("id,ph,zn_mg_l\na,,<0.003\nb,nan,0.2\n").unwrap();
    assert!(t.values[..3].iter().all(|v| v.is_nan()));
    assert_eq!(t.values[3], 0.2);
    let kind = ErrorKind::Malformed;
    says(read("id,ph\na,<7\n"), kind, &["row 2", "column \"ph\"", "sample \"a\"", "\"<7\""]);
    says(read("id,zn_mg_l\na,<LOD\n"), kind, &["\"<LOD\""]);
    says(read("id,ph\na,7\nb\n"), kind, &["row 3", "1 cells under 2 headings"]);
    says(read("id,ph\n"), kind, &["no row"]);
    says(read("id,site\na,x\n"), kind, &["no column of numbers with a unit"]);
    says(read("id,date\na,1970-01-01\n"), kind, &["no column of numbers with a unit"]);
}

#[test]
fn a_series_has_its_times_as_ids() {
    let t = read_series("datetime,EC [uS/cm],flag\n1970-01-01T12:00Z,450,ok\n").unwrap();
    assert_eq!(t.ids, ["1970-01-01T12:00Z"]);
    assert_eq!(t.row(0), [0.5, 450.0]);
    assert_eq!(t.labels.len(), 1);
    let t = read_series("date,time,ph\n1970-01-01,06:00,7\n").unwrap();
    assert_eq!(t.ids, ["1970-01-01 06:00"]);
    assert_eq!(t.row(0), [0.25, 7.0]);
    assert!(t.labels.is_empty());
    says(read_series("datetime,ph\n,7\n"), ErrorKind::Malformed, &["row 2", "no time"]);
    says(read_series("id,ph\na,7\n"), ErrorKind::Malformed, &["no column is headed time"]);
    let bad = read_series("datetime,ph\n1970-01-01 1:2:3:4,7\n");
    says(bad, ErrorKind::Malformed, &["row 2", "column \"datetime\""]);
}

#[test]
fn an_offset_is_used_where_none_is_written_and_utc_is_said() {
    let text = b"datetime,ph\n1970-01-02 09:00,7\n1970-01-02 09:00Z,7\n";
    let japan = ReadOptions::default().with_timezone("+09:00");
    let t = series::parse("t.csv", text, &japan).unwrap();
    assert_eq!(t.times.unwrap(), [1.0, 1.375]);
    let notes = |text: &[u8], options: &ReadOptions| {
        adit_spectra::read_csv("t.csv", text, options).unwrap().notes
    };
    assert_eq!(notes(text, &japan).len(), 0);
    assert_eq!(notes(text, &ReadOptions::default()), ["times without an offset were read as UTC"]);
    assert_eq!(notes(b"datetime,ph\n1970-01-02T09:00Z,7\n", &ReadOptions::default()).len(), 0);
}

#[test]
fn what_is_written_reads_back() {
    let text = "id,site,date,ec_ms_m,temp_c,ph,zn_t_mg_l,ratio [-]\n\
                a,x,2019-03-01T13:20:05Z,45.5,11,7.1,0.25,3\nb,\"y, z\",,,,,,\n";
    let table = read(text).unwrap();
    let bytes = table::write(&table).unwrap();
    let back = table::parse("t.csv", &bytes, &ReadOptions::default()).unwrap();
    assert_eq!(back.columns, table.columns);
    assert_eq!(back.ids, table.ids);
    assert_eq!(back.label("site"), table.label("site"));
    let bits = |t: &Table| t.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&table));
    let spectra = adit_spectra::csv::wide::parse("s", b"id,400\na,1\n", &Default::default());
    assert_eq!(table::write(&spectra.unwrap()).unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(matches!(table.columns, Columns::Named(_)));
}
