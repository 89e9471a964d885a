//! Compensation, logarithms and season: known values, edges, and as every transform must behave.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_ec::{Compensate, Log10, Season};
use adit_plugin::{Axis, Channel, Op, Transform, Value, unit};
use testing::{Rows, behaves, close, fitted, made, nm, run};

fn table() -> Axis {
    let columns = [
        ("time", unit::ADIT_UNIT_DAYS_UTC),
        ("EC", unit::ADIT_UNIT_US_PER_CM),
        ("T", unit::ADIT_UNIT_DEG_C),
        ("pH", unit::ADIT_UNIT_PH),
    ];
    Axis::Named(columns.map(|(name, unit)| Channel { name: name.into(), unit }).to_vec())
}

fn rows() -> Rows {
    vec![
        vec![0.0, 1000.0, 25.0, 3.5],
        vec![18_262.5, 850.0, 10.0, 4.1],
        vec![20_000.25, 1_520.0, 31.5, 2.9],
    ]
}

fn names(axis: &Axis) -> Vec<String> {
    match axis {
        Axis::Named(channels) => channels.iter().map(|c| c.name.clone()).collect(),
        Axis::Positions { .. } => panic!("names were lost"),
    }
}

fn text(name: &'static str, value: &str) -> (&'static str, Value) {
    (name, Value::Text(value.into()))
}

fn texts(name: &'static str, values: &[&str]) -> (&'static str, Value) {
    (name, Value::Texts(values.iter().map(|v| (*v).to_owned()).collect()))
}

#[test]
fn compensation_refers_to_25_degrees() {
    let t: Compensate = fitted(&[], &table(), &[]).unwrap();
    let (out, status) = run(&t, &rows());
    assert_eq!(status, [0, 0, 0]);
    // 850 / (1 - 0.0191 * 15) and 1520 / (1 + 0.0191 * 6.5), by hand: 850 / 0.7135, 1520 / 1.12415.
    let ec: Vec<f64> = out.iter().map(|r| r[1]).collect();
    close(&ec, &[1000.0, 1_191.310_441_485_634, 1_352.132_722_501_445], 1e-14);
    let others = |r: &Rows| r.iter().map(|r| [r[0], r[2], r[3]]).collect::<Vec<_>>();
    assert_eq!(others(&out), others(&rows()));
    assert_eq!(t.output().unwrap(), table());
    behaves(&[], &t, &rows(), 1e-14);
}

#[test]
fn compensation_takes_its_own_names_and_coefficient() {
    let axis = Axis::Named(vec![
        Channel { name: "temp".into(), unit: unit::ADIT_UNIT_DEG_C },
        Channel { name: "cond".into(), unit: unit::ADIT_UNIT_MS_PER_M },
    ]);
    let given = [text("ec", "cond"), text("temperature", "temp"), ("alpha", Value::Float(0.02))];
    let t: Compensate = fitted(&given, &axis, &[]).unwrap();
    close(&run(&t, &[vec![0.0, 60.0]]).0[0], &[0.0, 120.0], 1e-15);
    assert_eq!(t.lower().unwrap(), [Op::Ratio { column: 1, by: 0, c0: 0.5, c1: 0.02, floor: 0.1 }]);
}

#[test]
fn a_row_too_cold_for_the_law_is_refused_alone() {
    let t: Compensate = fitted(&[], &table(), &[]).unwrap();
    let mut x = rows();
    x[1][2] = -30.0;
    let (out, status) = run(&t, &x);
    assert_eq!(status, [0, 2, 0]);
    assert!(out[1].iter().all(|v| v.is_nan()));
    assert!(testing::lowered(&t.lower().unwrap(), &x[1]).is_none());
}

#[test]
fn compensation_insists_on_units_and_columns() {
    let fit = |given: &[(&str, Value)], axis: &Axis| {
        fitted::<Compensate>(given, axis, &[]).unwrap_err().to_string()
    };
    assert!(fit(&[text("ec", "SC")], &table()).contains("time, EC, T, pH"));
    let wrong = fit(&[text("temperature", "pH")], &table());
    assert!(wrong.contains("pH must be in \"degC\""), "{wrong}");
    assert!(fit(&[text("ec", "T")], &table()).contains("\"uS/cm\" or \"mS/m\""));
    assert!(fit(&[], &nm(vec![1.0, 2.0])).contains("spectrum"));
    assert!(made::<Compensate>(&[("alpha", Value::Float(2.0))]).is_err());
}

#[test]
fn logarithms_in_place() {
    let given = [texts("columns", &["T", "EC"])];
    let t: Log10 = fitted(&given, &table(), &[]).unwrap();
    let (out, _) = run(&t, &rows());
    close(&out[0], &[0.0, 3.0, 1.397_940_008_672_037_6, 3.5], 1e-15);
    let Axis::Named(channels) = t.output().unwrap() else { panic!("names were lost") };
    let units: Vec<u32> = channels.iter().map(|c| c.unit).collect();
    let log = unit::ADIT_UNIT_LOG10;
    assert_eq!(units, [unit::ADIT_UNIT_DAYS_UTC, log, log, unit::ADIT_UNIT_PH]);
    assert_eq!(names(&t.output().unwrap()), names(&table()));
    assert_eq!(t.lower().unwrap(), [Op::Log10 { columns: vec![2, 1], floor: 0.0 }]);
    behaves(&given, &t, &rows(), 1e-15);
}

#[test]
fn values_without_a_logarithm_refuse_their_row() {
    let t: Log10 = fitted(&[], &table(), &[]).unwrap();
    let mut x = rows();
    (x[0][1], x[2][1]) = (0.0, -5.0);
    assert_eq!(run(&t, &x).1, [3, 0, 3]);
    assert!(testing::lowered(&t.lower().unwrap(), &x[0]).is_none());
    let t: Log10 = fitted(&[("floor", Value::Float(900.0))], &table(), &[]).unwrap();
    assert_eq!(run(&t, &rows()).1, [0, 3, 0]);
}

#[test]
fn logarithms_that_make_no_sense_are_errors() {
    let fit = |given: &[(&str, Value)], axis: &Axis| {
        fitted::<Log10>(given, axis, &[]).unwrap_err().to_string()
    };
    assert!(fit(&[texts("columns", &["pH"])], &table()).contains("already"));
    assert!(fit(&[texts("columns", &["SO4"])], &table()).contains("time, EC, T, pH"));
    assert!(fit(&[texts("columns", &[])], &table()).contains("no column"));
    assert!(fit(&[texts("columns", &["EC", "EC"])], &table()).contains("twice"));
    assert!(fit(&[], &nm(vec![1.0])).contains("spectrum"));
    let once: Log10 = fitted(&[], &table(), &[]).unwrap();
    assert!(fit(&[], &once.output().unwrap()).contains("already"));
}

#[test]
fn season_follows_the_year() {
    let given = [("harmonics", Value::Int(2))];
    let t: Season = fitted(&given, &table(), &[]).unwrap();
    assert_eq!(
        names(&t.output().unwrap()),
        ["EC", "T", "pH", "time_sin1", "time_cos1", "time_sin2", "time_cos2"]
    );
    // Whole, quarter and eighth years after 1970, decades away: the phase must not have drifted.
    let year = 365.2425;
    let at = |years: f64| vec![years * year, 1.0, 2.0, 3.0];
    let (out, _) = run(&t, &[at(50.0), at(50.25), at(50.125)]);
    let r = std::f64::consts::FRAC_1_SQRT_2;
    close(&out[0], &[1.0, 2.0, 3.0, 0.0, 1.0, 0.0, 1.0], 1e-12);
    close(&out[1], &[1.0, 2.0, 3.0, 1.0, 0.0, 0.0, -1.0], 1e-12);
    close(&out[2], &[1.0, 2.0, 3.0, r, r, 1.0, 0.0], 1e-12);
    behaves(&given, &t, &rows(), 1e-14);
}

#[test]
fn season_keeps_the_time_when_told() {
    let given = [("keep_time", Value::Bool(true))];
    let t: Season = fitted(&given, &table(), &[]).unwrap();
    assert_eq!(names(&t.output().unwrap()), ["time", "EC", "T", "pH", "time_sin1", "time_cos1"]);
    assert_eq!(t.lower().unwrap(), [Op::Harmonic { column: 0, order: 1, period: 365.2425 }]);
    behaves(&given, &t, &rows(), 1e-14);
}

#[test]
fn season_needs_days_and_room_for_its_names() {
    let fit = |given: &[(&str, Value)], axis: &Axis| {
        fitted::<Season>(given, axis, &[]).unwrap_err().to_string()
    };
    assert!(fit(&[text("time", "T")], &table()).contains("\"days UTC\""));
    assert!(fit(&[text("time", "date")], &table()).contains("time, EC, T, pH"));
    let t: Season = fitted(&[("keep_time", Value::Bool(true))], &table(), &[]).unwrap();
    assert!(fit(&[], &t.output().unwrap()).contains("time_sin1 already"));
    assert!(made::<Season>(&[("harmonics", Value::Int(0))]).is_err());
}
