//! One suite over every built-in transform, through the real contract: fit, apply, states, lowered ops, row-local, threads.
#![allow(missing_docs)]

mod common;

use adit_engine::plugin::Kind;
use adit_engine::{Axis, ErrorKind, Matrix, Plugins, RowStatus, Transform, lowered, row_local};
use adit_host::testing;
use common::{nm, rows, same_bits, settings, table, target};

/// Id, settings, and whether it works on a table.
const CASES: [(&str, &str, bool); 28] = [
    ("adit.derivative.savitzky-golay", "window = 7\norder = 2\nderivative = 0", false),
    ("adit.derivative.savitzky-golay", "window = 11\norder = 2\nderivative = 1", false),
    ("adit.derivative.savitzky-golay", "window = 9\norder = 3\nderivative = 2", false),
    ("adit.ec.compensate", "", true),
    ("adit.ec.compensate", "alpha = 0.02", true),
    ("adit.ec.log10", "columns = [\"EC\"]", true),
    ("adit.ec.log10", "columns = [\"EC\", \"T\"]", true),
    ("adit.ec.season", "", true),
    ("adit.ec.season", "harmonics = 2", true),
    ("adit.fourier.low-pass", "", false),
    ("adit.fourier.low-pass", "keep = 0.4", false),
    ("adit.pls.cars", "runs = 8", false),
    ("adit.pls.interval", "intervals = 5\ncombine = 2", false),
    ("adit.pls.selectivity-ratio", "keep = 6", false),
    ("adit.pls.vip", "", false),
    ("adit.pls.vip", "keep = 2", true),
    ("adit.pls.selectivity-ratio", "level = 0.5", true),
    ("adit.scale.autoscale", "", false),
    ("adit.scale.autoscale", "", true),
    ("adit.scale.centre", "", false),
    ("adit.scale.centre", "", true),
    ("adit.scale.pareto", "", false),
    ("adit.scatter.msc", "", false),
    ("adit.scatter.snv", "", false),
    ("adit.scatter.snv", "floor = 1e-6", false),
    ("adit.select.columns", "names = [\"pH\", \"EC\"]", true),
    ("adit.select.range", "ranges = [410.0, 430.0, 450.0, 470.0]", false),
    ("adit.select.range", "ranges = [400, 500]", false),
];

struct Case {
    label: String,
    axis: Axis,
    train: Matrix,
    make: Box<dyn Fn() -> Box<dyn Transform>>,
}

impl Case {
    fn fitted(&self) -> Box<dyn Transform> {
        let mut t = (self.make)();
        let none = Matrix::zeros(0, self.axis.len());
        let x = if t.flags().row_local() { &none } else { &self.train };
        let y = t.flags().needs_y().then(|| target(&self.train, 5));
        t.fit(&self.axis, x, y.as_deref(), None).unwrap_or_else(|e| panic!("{}: {e}", self.label));
        t
    }
}

fn each_case(check: impl Fn(&Case)) {
    let host: &'static _ = Box::leak(Box::new(testing::host()));
    for (id, text, on_table) in CASES {
        let axis = if on_table { table() } else { nm() };
        let train = rows(&axis, 15, 7);
        let parameters = settings(text);
        let make = Box::new(move || {
            host.transform(id, &parameters).unwrap_or_else(|e| panic!("{id} {parameters}: {e}"))
        });
        check(&Case { label: format!("{id} {text:?}"), axis, train, make });
    }
}

fn state_version(case: &Case) -> u32 {
    let id = case.label.split(' ').next().unwrap_or_default();
    testing::host().info(id).unwrap().state_version
}

#[test]
fn every_builtin_transform_stands_in_the_table() {
    for p in testing::host().list().iter().filter(|p| p.kind == Kind::Transform) {
        assert!(CASES.iter().any(|(id, ..)| *id == p.id), "{} has no case", p.id);
    }
}

#[test]
fn good_rows_come_out_finite_and_on_the_axis_announced() {
    each_case(|case| {
        let t = case.fitted();
        let x = rows(&case.axis, 9, 11);
        let out = t.apply(&x).unwrap();
        assert_eq!(out.x.cols(), t.output().unwrap().len(), "{}", case.label);
        assert_eq!((out.x.rows(), out.status.len()), (9, 9));
        assert!(out.status.iter().all(|s| *s == RowStatus::Ok), "{}", case.label);
        assert!(out.x.data().iter().all(|v| v.is_finite()), "{}", case.label);
        let none = t.apply(&Matrix::zeros(0, x.cols())).unwrap();
        assert_eq!((none.x.rows(), none.x.cols()), (0, out.x.cols()), "{}", case.label);
        assert!(t.apply(&Matrix::zeros(3, x.cols() + 1)).is_err(), "{}", case.label);
    });
}

#[test]
fn states_are_saved_loaded_and_saved_again_to_the_byte() {
    each_case(|case| {
        let t = case.fitted();
        let bytes = t.save().unwrap();
        let mut back = (case.make)();
        assert!(back.save().is_err(), "{}: saved before it was fitted", case.label);
        back.load(&bytes, state_version(case)).unwrap_or_else(|e| panic!("{}: {e}", case.label));
        assert_eq!(back.save().unwrap(), bytes, "{}", case.label);
        assert_eq!(back.output().unwrap(), t.output().unwrap(), "{}", case.label);
        let x = rows(&case.axis, 9, 11);
        let (a, b) = (t.apply(&x).unwrap(), back.apply(&x).unwrap());
        assert!(same_bits(a.x.data(), b.x.data()), "{}", case.label);
        assert_eq!(t.lower().ok(), back.lower().ok(), "{}", case.label);
        let e = back.load(&bytes, state_version(case) + 1).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Plugin, "{}", case.label);
    });
}

#[test]
fn a_damaged_state_is_refused_or_harmless() {
    each_case(|case| {
        let (t, version) = (case.fitted(), state_version(case));
        let bytes = t.save().unwrap();
        let x = rows(&case.axis, 3, 11);
        let calm = |e: &adit_engine::Error, what: &str| {
            let text = e.to_string();
            assert!(!text.contains("panic"), "{} {what}: {text}", case.label);
        };
        let mut back = (case.make)();
        for cut in 0..bytes.len() {
            let e = back.load(&bytes[..cut], version).expect_err(&case.label);
            calm(&e, "cut");
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        calm(&back.load(&longer, version).expect_err(&case.label), "longer");
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                let mut back = (case.make)();
                match back.load(&damaged, version) {
                    Err(e) => calm(&e, "flipped"),
                    Ok(()) => {
                        if let Err(e) = back.apply(&x) {
                            calm(&e, "flipped, applied");
                        }
                        if let Err(e) = back.lower() {
                            calm(&e, "flipped, lowered");
                        }
                        assert!(back.save().is_ok(), "{}", case.label);
                    }
                }
            }
        }
        // A refused load leaves the former state.
        back.load(&bytes, version).unwrap();
        assert!(back.load(&bytes[..bytes.len() - 1], version).is_err());
        assert_eq!(back.save().unwrap(), bytes, "{}", case.label);
    });
}

#[test]
fn lowered_ops_give_what_apply_gives() {
    each_case(|case| {
        let t = case.fitted();
        let ops = match t.lower() {
            Ok(ops) => ops,
            Err(e) => {
                assert!(e.kind() == ErrorKind::Usage && e.what().len() > 10, "{}: {e}", case.label);
                return;
            }
        };
        let x = rows(&case.axis, 9, 13);
        let applied = t.apply(&x).unwrap();
        for (row, expect) in x.iter_rows().zip(applied.x.iter_rows()) {
            let got = lowered::run_row(&ops, row).unwrap().unwrap();
            assert_eq!(got.len(), expect.len(), "{}", case.label);
            for (a, b) in got.iter().zip(expect) {
                assert!((a - b).abs() <= 1e-10 * b.abs().max(1.0), "{}: {a} {b}", case.label);
            }
        }
    });
}

#[test]
fn who_says_row_local_is() {
    each_case(|case| {
        let t = case.fitted();
        if t.flags().row_local() {
            row_local::prove(&*t, &rows(&case.axis, 30, 17))
                .unwrap_or_else(|e| panic!("{}: {e}", case.label));
        }
    });
}

#[test]
fn a_bad_row_is_refused_and_leaves_the_others_alone() {
    each_case(|case| {
        let t = case.fitted();
        let x = rows(&case.axis, 8, 19);
        let good = t.apply(&x).unwrap();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut spoilt = x.clone();
            spoilt.row_mut(3).fill(bad);
            let out = t.apply(&spoilt).unwrap();
            assert_ne!(out.status[3], RowStatus::Ok, "{} {bad}", case.label);
            assert!(out.x.row(3).iter().all(|v| v.is_nan()), "{} {bad}", case.label);
            for i in (0..8).filter(|i| *i != 3) {
                assert!(same_bits(out.x.row(i), good.x.row(i)), "{} {bad}", case.label);
            }
        }
        for flat in [0.0, 1.0, -3.0] {
            let mut spoilt = x.clone();
            spoilt.row_mut(3).fill(flat);
            let out = t.apply(&spoilt).unwrap();
            let fine = out.status[3] == RowStatus::Ok;
            assert_eq!(fine, out.x.row(3).iter().all(|v| v.is_finite()), "{}", case.label);
        }
    });
}

#[test]
fn one_thread_or_many_give_the_same_bits() {
    each_case(|case| {
        let t = case.fitted();
        let x = rows(&case.axis, 300, 23);
        let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let one = pool(1).install(|| t.apply(&x).unwrap());
        let four = pool(4).install(|| t.apply(&x).unwrap());
        assert!(same_bits(one.x.data(), four.x.data()), "{}", case.label);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    assert!(same_bits(t.apply(&x).unwrap().x.data(), one.x.data()));
                });
            }
        });
    });
}
