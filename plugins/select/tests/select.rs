//! Selection of ranges and columns: what is kept, what is an error, and as every transform must behave.

#[path = "../../builtin/testing/transform.rs"]
mod testing;

use adit_plugin::{Axis, Channel, Op, Transform, Value, unit};
use adit_select::{Columns, Range};
use testing::{Rows, behaves, fitted, made, nm, run};

fn ranges(ends: &[f64]) -> Vec<(&'static str, Value)> {
    vec![("ranges", Value::Floats(ends.to_vec()))]
}

fn names(list: &[&str]) -> Vec<(&'static str, Value)> {
    vec![("names", Value::Texts(list.iter().map(|t| (*t).to_owned()).collect()))]
}

fn positions(list: &[f64]) -> Vec<(&'static str, Value)> {
    vec![("positions", Value::Floats(list.to_vec()))]
}

fn axis() -> Axis {
    nm((0..11).map(|i| 250.0 + 2.5 * f64::from(i)).collect()) // 250 to 275
}

fn table() -> Axis {
    let columns = [
        ("EC", unit::ADIT_UNIT_US_PER_CM),
        ("pH", unit::ADIT_UNIT_PH),
        ("T", unit::ADIT_UNIT_DEG_C),
        ("SO4", unit::ADIT_UNIT_MG_PER_L),
    ];
    Axis::Named(columns.map(|(name, unit)| Channel { name: name.into(), unit }).to_vec())
}

/// Row r, column c holds 100 r + c, so that a value tells where it came from.
fn numbered(rows: u32, cols: u32) -> Rows {
    (0..rows).map(|r| (0..cols).map(|c| f64::from(100 * r + c)).collect()).collect()
}

fn index<T: Transform>(t: &T) -> Vec<usize> {
    match t.lower().expect("lower").as_slice() {
        [Op::Gather { index, .. }] => index.clone(),
        other => panic!("lowered to {other:?}"),
    }
}

#[test]
fn ranges_keep_both_ends_once_in_the_order_of_the_axis() {
    for (ends, want) in [
        (&[255.0, 260.0][..], &[2, 3, 4][..]),
        (&[270.0, 300.0, 0.0, 251.0, 272.0, 274.0], &[0, 8, 9, 10]),
        (&[252.4, 252.6], &[1]),
        (&[255.0 + 1e-8, 257.5], &[2, 3]),
        (&[0.0, 1e6], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ] {
        let t: Range = fitted(&ranges(ends), &axis(), &[]).unwrap();
        assert_eq!(index(&t), want, "{ends:?}");
        let kept: Vec<f64> = want.iter().map(|i| 250.0 + 2.5 * *i as f64).collect();
        assert_eq!(t.output().unwrap(), nm(kept));
        let (out, _) = run(&t, &numbered(3, 11));
        let row: Vec<f64> = want.iter().map(|i| 200.0 + *i as f64).collect();
        assert_eq!(out[2], row);
    }
}

#[test]
fn names_keep_their_order_and_positions_that_of_the_axis() {
    let t: Columns = fitted(&names(&["T", "EC"]), &table(), &[]).unwrap();
    assert_eq!(index(&t), [2, 0]);
    let Axis::Named(out) = t.output().unwrap() else { panic!("names were lost") };
    assert_eq!((out[0].name.as_str(), out[0].unit), ("T", unit::ADIT_UNIT_DEG_C));
    assert_eq!(run(&t, &numbered(2, 4)).0[1], [102.0, 100.0]);
    let t: Columns = fitted(&positions(&[271.0, 251.0, 256.25]), &axis(), &[]).unwrap();
    assert_eq!(index(&t), [0, 2, 8]);
}

#[test]
fn what_is_not_selected_is_not_looked_at() {
    let mut x = numbered(3, 4);
    x[1][3] = f64::NAN; // not selected
    x[2][0] = f64::NAN; // selected
    let t: Columns = fitted(&names(&["EC", "pH"]), &table(), &[]).unwrap();
    let (out, status) = run(&t, &x);
    assert_eq!(status, [0, 0, 1]);
    assert_eq!(out[1], [100.0, 101.0]);
    assert!(out[2].iter().all(|v| v.is_nan()));
    let mut spectrum = numbered(2, 11);
    spectrum[0][0] = f64::INFINITY;
    let t: Range = fitted(&ranges(&[260.0, 270.0]), &axis(), &[]).unwrap();
    assert_eq!(run(&t, &spectrum).1, [0, 0]);
}

#[test]
fn behave_as_transforms() {
    let given = ranges(&[255.0, 265.0]);
    behaves(&given, &fitted::<Range>(&given, &axis(), &[]).unwrap(), &numbered(4, 11), 0.0);
    let given = names(&["pH", "EC"]);
    behaves(&given, &fitted::<Columns>(&given, &table(), &[]).unwrap(), &numbered(4, 4), 0.0);
    let given = positions(&[250.0, 275.0]);
    behaves(&given, &fitted::<Columns>(&given, &axis(), &[]).unwrap(), &numbered(4, 11), 0.0);
}

#[test]
fn slips_are_errors_that_say_what_there_is() {
    let create = |ends: &[f64]| made::<Range>(&ranges(ends)).unwrap_err().to_string();
    assert!(create(&[1.0, 2.0, 3.0]).contains("3 numbers"));
    assert!(create(&[]).contains("pairs"));
    assert!(create(&[300.0, 250.0]).contains("backwards"));
    assert!(made::<Range>(&[]).is_err(), "ranges have no default");
    let range = |ends: &[f64], axis: &Axis| {
        fitted::<Range>(&ranges(ends), axis, &[]).unwrap_err().to_string()
    };
    assert!(range(&[250.0, 260.0, 900.0, 950.0], &axis()).contains("250 to 275 nm"));
    assert!(range(&[0.0, 1.0], &table()).contains("adit.select.columns"));

    let columns = |given: &[(&str, Value)], axis: &Axis| {
        fitted::<Columns>(given, axis, &[]).unwrap_err().to_string()
    };
    assert!(columns(&names(&["EC", "Zn"]), &table()).contains("EC, pH, T, SO4"));
    assert!(columns(&names(&["EC", "EC"]), &table()).contains("twice"));
    assert!(columns(&names(&["EC"]), &axis()).contains("spectrum"));
    assert!(columns(&positions(&[1.0]), &table()).contains("give names"));
    assert!(columns(&positions(&[240.0]), &axis()).contains("nearest is 250"));
    assert!(columns(&positions(&[250.0, 250.1]), &axis()).contains("twice"));
    assert!(columns(&[], &axis()).contains("names = "));
    let both = [names(&["EC"]), positions(&[1.0])].concat();
    assert!(columns(&both, &axis()).contains("not both"));
}
