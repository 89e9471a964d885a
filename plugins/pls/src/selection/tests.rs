//! The four methods as plugins: known truth, seeds, states, and data that tell nothing.

use adit_plugin::{
    Axis, Call, Channel, Error, Flags, Matrix, MatrixMut, Op, Params, StateReader, StateWriter,
    Training, Transform, Value,
};

use super::{Cars, Interval, SelectivityRatio, Selector, Vip};
use crate::testing::Noise;

fn positions(p: usize) -> Axis {
    Axis::Positions { unit: 0, values: (0..p).map(|k| 200.0 + k as f64).collect() }
}

fn made<T: Transform>(given: &[(&str, Value)]) -> T {
    let given: Vec<_> = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    T::create(&Params::new(T::PARAMS, &given).unwrap()).unwrap()
}

fn fit<T: Transform>(plugin: &mut T, x: &[f64], y: &[f64], axis: &Axis) -> Result<(), Error> {
    let p = axis.len();
    let n = x.len() / p;
    let y = Matrix::new(y, n, y.len() / n)?;
    let data = Training { axis, x: Matrix::new(x, n, p)?, y: Some(y), weights: None };
    plugin.fit(&data, &Call::alone())
}

fn kept<T: Transform>(plugin: &T) -> Vec<usize> {
    match plugin.lower().unwrap().pop() {
        Some(Op::Gather { index, .. }) => index,
        other => panic!("not a gather: {other:?}"),
    }
}

fn chosen<T: Transform>(given: &[(&str, Value)], x: &[f64], y: &[f64], p: usize) -> Vec<usize> {
    let mut plugin = made::<T>(given);
    fit(&mut plugin, x, y, &positions(p)).unwrap();
    kept(&plugin)
}

const TRUE_COLUMNS: std::ops::Range<usize> = 40..50;

/// 60 spectra of 100 columns: y has a narrow band at columns 40..50, everywhere lies smooth matter that y does not know, and noise.
fn band() -> (Vec<f64>, Vec<f64>) {
    let mut noise = Noise::new(11);
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..60 {
        let (c, low, high) = (noise.next(), noise.next(), noise.next());
        for k in 0..100 {
            let at = f64::from(k);
            let bump = |centre: f64, width: f64| (-0.5 * ((at - centre) / width).powi(2)).exp();
            let matter = low * bump(15.0, 6.0) + high * bump(75.0, 6.0);
            x.push(1.0 + c * bump(44.5, 2.5) + matter + 0.05 * noise.next());
        }
        y.push(3.0 + c + 0.02 * noise.next());
    }
    (x, y)
}

/// How many of `found` are informative, as a share of `found`.
fn precision(found: &[usize]) -> f64 {
    found.iter().filter(|j| TRUE_COLUMNS.contains(j)).count() as f64 / found.len() as f64
}

#[test]
fn informative_columns_are_found() {
    let (x, y) = band();
    let eight = [("keep", Value::Int(8))];
    let vip = chosen::<Selector<Vip>>(&eight, &x, &y, 100);
    let ratio = chosen::<Selector<SelectivityRatio>>(&eight, &x, &y, 100);
    let interval = chosen::<Selector<Interval>>(&[("intervals", Value::Int(10))], &x, &y, 100);
    let cars = chosen::<Selector<Cars>>(&[], &x, &y, 100);
    println!("{vip:?}\n{ratio:?}\n{interval:?}\n{cars:?}");
    assert_eq!(interval, TRUE_COLUMNS.collect::<Vec<_>>());
    assert!(precision(&vip) == 1.0 && vip.len() == 8, "{vip:?}");
    assert!(precision(&ratio) == 1.0 && ratio.len() == 8, "{ratio:?}");
    assert!(precision(&cars) > 0.5 && cars.len() < 40, "{cars:?}");
}

#[test]
fn keep_and_threshold_both_hold_and_one_column_always_stays() {
    let (x, y) = band();
    let three = [("keep", Value::Int(3)), ("components", Value::Int(2))];
    assert_eq!(chosen::<Selector<Vip>>(&three, &x, &y, 100).len(), 3);
    assert_eq!(chosen::<Selector<SelectivityRatio>>(&three, &x, &y, 100).len(), 3);
    let never = [("threshold", Value::Float(1e5))];
    assert_eq!(chosen::<Selector<Vip>>(&never, &x, &y, 100).len(), 1);
    let all = [("threshold", Value::Float(0.0))];
    assert_eq!(chosen::<Selector<Vip>>(&all, &x, &y, 100).len(), 100);
    let untested = [("level", Value::Float(0.0))];
    assert_eq!(chosen::<Selector<SelectivityRatio>>(&untested, &x, &y, 100).len(), 100);
}

#[test]
fn intervals_combine_while_the_error_falls_and_give_way_to_all_columns() {
    // y is the sum of two bands: one interval cannot know both.
    let mut noise = Noise::new(21);
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..40 {
        let (a, b) = (noise.next(), noise.next());
        for k in 0..40 {
            let own = if (10..15).contains(&k) { a } else { 0.0 };
            let other = if (30..35).contains(&k) { b } else { 0.0 };
            x.push(own + other + 0.3 * noise.next());
        }
        y.push(a + b);
    }
    let eight = |combine| [("intervals", Value::Int(8)), ("combine", Value::Int(combine))];
    let two = chosen::<Selector<Interval>>(&eight(4), &x, &y, 40);
    assert!((10..15).chain(30..35).all(|k| two.contains(&k)) && two.len() <= 20, "{two:?}");
    assert_eq!(chosen::<Selector<Interval>>(&eight(1), &x, &y, 40).len(), 40, "no gain: all");
    let more = Params::new(
        Selector::<Interval>::PARAMS,
        &[("intervals".into(), Value::Int(3)), ("combine".into(), Value::Int(4))],
    );
    assert!(Selector::<Interval>::create(&more.unwrap()).is_err());
}

#[test]
fn intervals_need_positions_in_order() {
    let (x, y) = band();
    let mut plugin = made::<Selector<Interval>>(&[]);
    let named = Axis::Named(
        (0..100).map(|k| Channel { name: format!("c{k}"), unit: 0 }).collect::<Vec<_>>(),
    );
    let e = fit(&mut plugin, &x, &y, &named).unwrap_err().to_string();
    assert!(e.contains("named columns"), "{e}");
    let mut values: Vec<f64> = (0..100).map(f64::from).collect();
    values[50] = 3.0;
    let torn = Axis::Positions { unit: 0, values: values.clone() };
    let e = fit(&mut plugin, &x, &y, &torn).unwrap_err().to_string();
    assert!(e.contains("in order"), "{e}");
    let down = Axis::Positions { unit: 0, values: (0..100).rev().map(f64::from).collect() };
    fit(&mut plugin, &x, &y, &down).unwrap();
    // The others take named columns, and say their names.
    let mut vip = made::<Selector<Vip>>(&[("keep", Value::Int(1))]);
    fit(&mut vip, &x, &y, &named).unwrap();
    let Axis::Named(left) = vip.output().unwrap() else { panic!("names are lost") };
    assert_eq!(left[0].name, format!("c{}", kept(&vip)[0]));
}

#[test]
fn the_same_seed_draws_the_same_and_another_may_not() {
    let (x, y) = band();
    let with = |seed| chosen::<Selector<Cars>>(&[("seed", Value::Int(seed))], &x, &y, 100);
    let first = with(1);
    assert_eq!(with(1), first);
    assert_eq!(chosen::<Selector<Cars>>(&[], &x, &y, 100), first, "the default is 1");
    assert!((2..8).any(|seed| with(seed) != first));
}

/// Fits, saves, loads, and compares; every cut state is refused and leaves the instance as it was.
fn holds_its_state<T: Transform>() {
    assert!(T::INFO.flags.has(Flags::NEEDS_Y) && !T::INFO.flags.has(Flags::ROW_LOCAL));
    let (x, y) = band();
    let mut plugin = made::<T>(&[]);
    assert!(plugin.lower().is_err() && plugin.output().is_err());
    fit(&mut plugin, &x, &y, &positions(100)).unwrap();
    let save = |of: &T| {
        let mut to = StateWriter::default();
        of.save(&mut to).unwrap();
        to.into_bytes()
    };
    let bytes = save(&plugin);
    let mut again = made::<T>(&[]);
    again.load(&mut StateReader::new(&bytes), 1).unwrap();
    assert_eq!(save(&again), bytes);
    assert_eq!((again.output().unwrap(), kept(&again)), (plugin.output().unwrap(), kept(&plugin)));
    for end in 0..bytes.len() {
        assert!(again.load(&mut StateReader::new(&bytes[..end]), 1).is_err());
    }
    assert!(again.load(&mut StateReader::new(&bytes), 2).is_err());
    assert_eq!(save(&again), bytes);
    // A row with a hole in a kept column is refused alone; a hole elsewhere is not looked at.
    let index = kept(&plugin);
    let mut three = x[..300].to_vec();
    three[index[0]] = f64::NAN;
    if let Some(unseen) = (0..100).find(|j| !index.contains(j)) {
        three[100 + unseen] = f64::NAN;
    }
    let (mut out, mut status) = (vec![0.0; 3 * index.len()], vec![9; 3]);
    let room = MatrixMut::new(&mut out, 3, index.len()).unwrap();
    let rows = Matrix::new(&three, 3, 100).unwrap();
    again.apply(rows, room, &mut status, &Call::alone()).unwrap();
    assert_eq!((status[0] != 0, status[1], status[2]), (true, 0, 0));
    assert!(out[..index.len()].iter().all(|v| v.is_nan()));
    let wanted: Vec<f64> = index.iter().map(|j| three[200 + j]).collect();
    assert_eq!(out[2 * index.len()..], wanted);
}

#[test]
fn states_are_exact_and_rows_are_gathered() {
    holds_its_state::<Selector<Vip>>();
    holds_its_state::<Selector<SelectivityRatio>>();
    holds_its_state::<Selector<Interval>>();
    holds_its_state::<Selector<Cars>>();
}

fn survives_degenerate_data<T: Transform>() {
    let (x, y) = band();
    let all: Vec<usize> = (0..100).collect();
    assert_eq!(chosen::<T>(&[], &x, &[4.0; 60], 100), all, "constant y");
    assert_eq!(chosen::<T>(&[], &[0.7; 6000], &y, 100), all, "constant columns");
    assert_eq!(chosen::<T>(&[], &x[..200], &y[..2], 100), all, "two samples");
    assert!(!chosen::<T>(&[], &x[..300], &y[..3], 100).is_empty(), "three samples");
    let one: Vec<f64> = x.chunks(100).map(|r| r[44]).collect();
    assert_eq!(chosen::<T>(&[], &one, &y, 1), [0], "one column");
    let dead: Vec<f64> =
        x.iter().enumerate().map(|(i, v)| if i % 100 < 90 { 0.5 } else { *v }).collect();
    assert!(!chosen::<T>(&[], &dead, &y, 100).is_empty(), "nearly all columns constant");
    let joint: Vec<f64> = y.iter().flat_map(|v| [*v, 7.0, -2.0 * v]).collect();
    assert!(!chosen::<T>(&[], &x, &joint, 100).is_empty(), "three targets, one constant");
    let mut plugin = made::<T>(&[]);
    let mut holes = x.clone();
    holes[1234] = f64::INFINITY;
    let e = fit(&mut plugin, &holes, &y, &positions(100)).unwrap_err().to_string();
    assert!(e.contains("row 12"), "{e}");
    let rows = Matrix::new(&x, 60, 100).unwrap();
    let no_y = Training { axis: &positions(100), x: rows, y: None, weights: None };
    assert!(plugin.fit(&no_y, &Call::alone()).is_err());
    assert!(plugin.output().is_err(), "a failed fit leaves it unfitted");
}

#[test]
fn data_that_tell_nothing_keep_all_columns() {
    survives_degenerate_data::<Selector<Vip>>();
    survives_degenerate_data::<Selector<SelectivityRatio>>();
    survives_degenerate_data::<Selector<Interval>>();
    survives_degenerate_data::<Selector<Cars>>();
}
