//! A chain: fit, predict, save, load, lower, and which channels it reads.

mod common;

use adit_engine::lowered::run_row;
use adit_engine::{Chain, ErrorKind, Matrix, Plan, Recipe, RowStatus};
use common::{FAKES, Fakes, JOINT, PLS, axis, nipals, random, recipe, same_bits, targets};

const P: usize = 6;

fn fit(recipe: &Recipe, x: &Matrix, y: &Matrix, column: usize) -> adit_engine::Result<Chain> {
    let plan = Plan::new(recipe, &axis(P), &FAKES)?;
    Chain::fit(&plan, &FAKES, "Zn", "mg/L", x, y, column, None, 4)
}

fn data(targets_: usize) -> (Matrix, Matrix) {
    let x = random(20, P, 7);
    let y = targets(&x, targets_, 7);
    (x, y)
}

/// SNV and the mean by hand, then the textbook's PLS.
#[test]
fn a_chain_does_what_its_parts_do_by_hand() {
    let (x, y) = data(1);
    let mut chain = fit(&recipe(&["snv", "centre"], PLS), &x, &y, 0).unwrap();
    chain.select(2).unwrap();
    let mut z = x.clone();
    for i in 0..z.rows() {
        let row = x.row(i);
        let mean = row.iter().sum::<f64>() / P as f64;
        let sd = (row.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (P - 1) as f64).sqrt();
        z.row_mut(i).iter_mut().for_each(|v| *v = (*v - mean) / sd);
    }
    let model = nipals::fit(&z, &y, 4);
    let estimates = chain.predict(&x).unwrap();
    for (i, e) in estimates.iter().enumerate() {
        let want = model.path(z.row(i))[2][0];
        assert!((e.as_ref().unwrap().z - want).abs() < 1e-10, "row {i}");
    }
    assert_eq!((chain.components(), chain.reached()), (2, 4));
    assert_eq!(chain.select(5).unwrap_err().kind(), ErrorKind::Numeric);
}

#[test]
fn refused_rows_leave_their_neighbours_as_they_are() {
    let (mut x, y) = data(1);
    for i in 0..x.rows() {
        x.row_mut(i)[0] = x.row(i)[0].abs();
    }
    for steps in [vec!["reject", "snv", "centre"], vec!["centre", "snv"], vec!["snv", "shift"]] {
        let chain = fit(&recipe(&steps, PLS), &x, &y, 0).unwrap();
        let good = chain.predict(&x).unwrap();
        let mut bad = x.clone();
        bad.row_mut(2)[3] = f64::NAN;
        bad.row_mut(5)[0] = f64::INFINITY;
        if steps[0] != "centre" {
            bad.row_mut(9).fill(0.25);
        }
        for (i, (now, before)) in chain.predict(&bad).unwrap().iter().zip(&good).enumerate() {
            match now {
                Ok(e) => {
                    assert!(same_bits(
                        &[e.z, e.value],
                        &before.as_ref().map(|e| [e.z, e.value]).unwrap()
                    ));
                }
                Err(r) => {
                    assert!([2, 5, 9].contains(&i));
                    let status = if i == 9 { RowStatus::Divisor } else { RowStatus::NotFinite };
                    // The first step that refuses is the one that is named.
                    let place = if i == 9 && steps[0] == "reject" { 2 } else { 1 };
                    assert_eq!(r.status, status, "{steps:?} {i}");
                    assert!(
                        r.place.starts_with(&format!("step {place} ")),
                        "{steps:?} {i}: {}",
                        r.place
                    );
                }
            }
        }
        let refused = chain.predict(&bad).unwrap().iter().filter(|r| r.is_err()).count();
        assert_eq!(refused, if steps[0] == "centre" { 2 } else { 3 }, "{steps:?}");
    }
}

#[test]
fn a_training_row_that_a_step_refuses_is_an_error_with_its_number() {
    let (mut x, y) = data(1);
    (0..x.rows()).for_each(|i| x.row_mut(i)[0] = x.row(i)[0].abs());
    x.row_mut(11)[0] = -1.0;
    for (steps, place) in [(vec!["reject"], "step 1"), (vec!["shift", "reject"], "step 2")] {
        let e = fit(&recipe(&steps, PLS), &x, &y, 0).err().unwrap();
        assert_eq!(e.kind(), ErrorKind::Input);
        assert!(e.row() == Some(11) && e.to_string().contains(place), "{e}");
    }
}

#[test]
fn what_is_saved_comes_back_to_the_bit() {
    let (x, y) = data(2);
    for (steps, regressor) in [
        (vec!["snv", "centre"], JOINT),
        (vec!["select columns = [0, 2, 5]", "shift"], JOINT),
        (vec![], JOINT),
    ] {
        let mut chain = fit(&recipe(&steps, regressor), &x, &y, 1).unwrap();
        chain.select(2).unwrap();
        let saved = chain.save().unwrap();
        let back = Chain::load(&saved, &FAKES).unwrap();
        assert_eq!(back.save().unwrap(), saved);
        let z = |c: &Chain| -> Vec<f64> {
            c.predict(&x).unwrap().into_iter().map(|e| e.unwrap().z).collect()
        };
        assert!(same_bits(&z(&chain), &z(&back)));
        assert_eq!(back.needed().unwrap(), chain.needed().unwrap());
        assert_eq!(back.feature_axis(), chain.feature_axis());
        assert_eq!((back.analyte(), back.unit(), back.components()), ("Zn", "mg/L", 2));
        let text = toml::to_string(&saved).unwrap();
        assert_eq!(toml::from_str::<adit_engine::SavedChain>(&text).unwrap(), saved);
    }
}

#[test]
fn a_state_is_for_the_plugin_that_can_read_it() {
    let (x, y) = data(1);
    let newer = Fakes { state_version: 2, version: "2.0.0" };
    let plan = Plan::new(&recipe(&["snv"], PLS), &axis(P), &newer).unwrap();
    let new = Chain::fit(&plan, &newer, "Zn", "mg/L", &x, &y, 0, None, 2).unwrap().save().unwrap();
    let e = Chain::load(&new, &FAKES).err().unwrap();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    assert!(
        e.to_string().contains("step 1 (fake.snv)") && e.to_string().contains("version 2"),
        "{e}"
    );

    // An old state is read, and what is saved again is of the plugin as it is now.
    let old = fit(&recipe(&["snv"], PLS), &x, &y, 0).unwrap().save().unwrap();
    let again = Chain::load(&old, &newer).unwrap().save().unwrap();
    for s in again.steps.iter().chain([&again.regressor]) {
        assert_eq!((s.state_version, s.version.as_str()), (2, "2.0.0"));
    }
}

#[test]
fn a_damaged_chain_is_refused_with_its_place() {
    let (x, y) = data(1);
    let good =
        fit(&recipe(&["snv", "select columns = [1, 2]"], PLS), &x, &y, 0).unwrap().save().unwrap();
    type Spoil = fn(&mut adit_engine::SavedChain);
    let cases: [(Spoil, ErrorKind, &str); 7] = [
        (|c| c.steps[1].sha256 = "0".repeat(64), ErrorKind::Input, "step 2 (fake.select)"),
        (|c| c.steps[0].state.truncate(4), ErrorKind::Input, "length"),
        (|c| c.steps[0].state.push('!'), ErrorKind::Input, "base64"),
        (|c| c.regressor.length += 1, ErrorKind::Input, "regressor (fake.pls)"),
        (|c| c.column = 1, ErrorKind::Input, "target"),
        (|c| c.steps[0].plugin = "fake.gone".into(), ErrorKind::Plugin, "step 1 (fake.gone)"),
        (|c| c.steps[0].settings = "odd = 1".into(), ErrorKind::Plugin, "refuses what 1.0.0 took"),
    ];
    for (spoil, kind, word) in cases {
        let mut bad = good.clone();
        spoil(&mut bad);
        let e = Chain::load(&bad, &FAKES).err().unwrap();
        assert_eq!(e.kind(), kind, "{e}");
        assert!(e.to_string().contains(word), "{e}");
    }
}

#[test]
fn a_chain_reads_what_its_first_selectors_leave() {
    let (x, y) = data(1);
    for (steps, columns) in [
        (vec!["snv"], vec![0, 1, 2, 3, 4, 5]),
        (vec!["select columns = [4, 1]"], vec![1, 4]),
        (vec!["select columns = [5, 0, 3]", "select columns = [2, 0]", "centre"], vec![3, 5]),
        (vec!["snv", "select columns = [2, 0]"], vec![0, 1, 2, 3, 4, 5]),
    ] {
        let chain = fit(&recipe(&steps, PLS), &x, &y, 0).unwrap();
        let read: Vec<usize> = chain
            .needed()
            .unwrap()
            .iter()
            .enumerate()
            .filter(|(_, n)| **n)
            .map(|(j, _)| j)
            .collect();
        assert_eq!(read, columns, "{steps:?}");
        // The word is kept: other channels do not matter, these do.
        let z = |x: &Matrix| chain.predict(x).unwrap()[3].as_ref().unwrap().z;
        for j in 0..P {
            let mut other = x.clone();
            other.row_mut(3)[j] += 0.5;
            assert_eq!(z(&other) != z(&x), columns.contains(&j), "{steps:?} {j}");
        }
    }
}

#[test]
fn lowered_ops_give_the_estimate() {
    let (x, y) = data(2);
    let steps = ["select columns = [5, 1, 0, 2]", "snv", "centre", "shift"];
    let mut log = recipe(&steps, JOINT);
    log.target.transform = adit_engine::recipe::TargetTransform::Log10;
    for (recipe, column) in [(recipe(&steps, JOINT), 1), (log, 0)] {
        let mut chain = fit(&recipe, &x, &y, column).unwrap();
        chain.select(2).unwrap();
        let ops: Vec<_> = chain.lower().unwrap().into_iter().map(|(_, op)| op).collect();
        for (row, e) in x.iter_rows().zip(chain.predict(&x).unwrap()) {
            let (got, want) = (run_row(&ops, row).unwrap().unwrap(), e.unwrap().value);
            assert_eq!(got.len(), 1);
            assert!((got[0] - want).abs() <= 1e-9 * want.abs(), "{} {want}", got[0]);
        }
        assert_eq!(run_row(&ops, &[0.5; P]).unwrap(), Err(RowStatus::Divisor));
    }
    let e = fit(&recipe(&["reject"], PLS), &random(20, P, 1), &y, 0).err();
    assert!(e.is_some(), "half of the rows are refused");
    let mut up = x.clone();
    (0..up.rows()).for_each(|i| up.row_mut(i)[0] = up.row(i)[0].abs());
    let one = Matrix::column(&y.col(0));
    let e =
        fit(&recipe(&["snv", "centre", "liar how = \"not\""], PLS), &up, &one, 0).unwrap().lower();
    assert!(e.unwrap_err().to_string().contains("step 3 (fake.liar)"));
}

#[test]
fn what_does_not_go_together_is_an_error_and_no_panic() {
    let (x, y) = data(1);
    let plan = Plan::new(&recipe(&["centre"], PLS), &axis(P), &FAKES).unwrap();
    let short = y.select_rows(&[0, 1]);
    let none = (x.select_rows(&[]), y.select_rows(&[]));
    for (x, y, column, weights) in [
        (&x, &short, 0, None),
        (&x, &y, 1, None),
        (&x, &y, 0, Some([1.0].as_slice())),
        (&random(20, P - 1, 1), &y, 0, None),
        (&none.0, &none.1, 0, None),
    ] {
        assert!(Chain::fit(&plan, &FAKES, "Zn", "mg/L", x, y, column, weights, 2).is_err());
    }
}
