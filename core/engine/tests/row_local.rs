//! Each kind of lie about ROW_LOCAL is caught, and honest steps pass.

mod common;

use adit_engine::{Chain, ErrorKind, Matrix, Plan, Plugins, Transform, row_local};
use common::{FAKES, PLS, axis, random, recipe, targets};

fn fitted(name: &str, settings: &str) -> Box<dyn Transform> {
    let id = format!("fake.{name}");
    let mut step = FAKES.transform(&id, &settings.parse().unwrap()).unwrap();
    step.fit(&axis(5), &Matrix::zeros(0, 5), None, None).unwrap();
    step
}

fn liar(how: &str) -> Box<dyn Transform> {
    fitted("liar", &format!("how = \"{how}\""))
}

#[test]
fn honest_steps_pass_whatever_the_number_of_rows() {
    for n in [0, 1, 2, 23, 24, 25, 300] {
        let mut x = random(n, 5, n as u64);
        if n > 1 {
            x.row_mut(1).fill(0.5); // SNV refuses it.
        }
        for (name, settings) in
            [("snv", ""), ("reject", ""), ("select", "columns = [4, 1]"), ("liar", "how = \"not\"")]
        {
            let step = fitted(name, settings);
            row_local::prove(step.as_ref(), &x).unwrap_or_else(|e| panic!("{name} {n}: {e}"));
            let twin = fitted(name, settings);
            row_local::prove_twin(step.as_ref(), twin.as_ref(), &x)
                .unwrap_or_else(|e| panic!("{name} {n}: {e}"));
        }
    }
}

#[test]
fn what_one_instance_shows_is_caught() {
    for how in [
        "batch",
        "first-row",
        "next-row",
        "place",
        "beyond-64",
        "beyond-256",
        "nan-neighbour",
        "counts-calls",
        "late",
    ] {
        for n in [8, 30] {
            let e = row_local::prove(liar(how).as_ref(), &random(n, 5, 3)).expect_err(how);
            assert_eq!(e.kind(), ErrorKind::Plugin, "{how}");
            assert!(e.to_string().contains("row-local"), "{how}: {e}");
        }
    }
}

#[test]
fn what_is_learnt_from_the_first_rows_seen_takes_a_twin() {
    let x = random(30, 5, 3);
    for how in ["first-batch", "first-crowd"] {
        let (step, twin) = (liar(how), liar(how));
        if how == "first-batch" {
            row_local::prove(step.as_ref(), &x).expect("one instance alone cannot show it");
        }
        let e = row_local::prove_twin(step.as_ref(), twin.as_ref(), &x).expect_err(how);
        assert!(e.to_string().contains("new instance"), "{e}");
    }
}

#[test]
fn a_step_that_loses_rows_is_an_error_and_no_panic() {
    let e = row_local::prove(fitted("lost", "").as_ref(), &random(8, 5, 3)).unwrap_err();
    assert!(e.to_string().contains("8 rows went in and 7 came out"), "{e}");
}

/// Every way into a model leads through the proof, also for steps behind a learnt one, which are not hoisted.
#[test]
fn a_chain_is_not_fitted_on_a_liar() {
    let x = random(30, 5, 3);
    let y = targets(&x, 1, 3);
    for how in ["batch", "beyond-256", "first-batch", "first-crowd"] {
        let lie = format!("liar how = \"{how}\"");
        for steps in [vec![lie.as_str()], vec!["snv", &lie], vec!["snv", "centre", &lie]] {
            let plan = Plan::new(&recipe(&steps, PLS), &axis(5), &FAKES).unwrap();
            let fit = Chain::fit(&plan, &FAKES, "Zn", "mg/L", &x, &y, 0, None, 3);
            let e = fit.err().unwrap_or_else(|| panic!("{how} {steps:?}"));
            assert_eq!(e.kind(), ErrorKind::Plugin, "{how}");
            let place = format!("step {} (fake.liar)", steps.len());
            assert!(e.to_string().starts_with(&place), "{how}: {e}");
        }
    }
    let plan = Plan::new(&recipe(&["snv", "liar how = \"not\""], PLS), &axis(5), &FAKES).unwrap();
    Chain::fit(&plan, &FAKES, "Zn", "mg/L", &x, &y, 0, None, 3).unwrap();
}
