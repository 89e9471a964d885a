//! Cross-validation against the loop that anybody would write, and the promise that held-out rows teach nothing.

mod common;

use adit_engine::{CrossValidated, ErrorKind, Fold, Matrix, Plan, Route, cross_validate};
use common::{FAKES, FAST, JOINT, PLS, Random, axis, nipals, random, recipe, same_bits, targets};

const P: usize = 5;

fn run(
    steps: &[&str],
    regressor: &str,
    x: &Matrix,
    y: &Matrix,
    folds: &[Fold],
    most: usize,
) -> adit_engine::Result<CrossValidated> {
    let plan = Plan::new(&recipe(steps, regressor), &axis(x.cols()), &FAKES)?;
    let (hoisted, axis) = plan.hoist(&FAKES)?;
    let mut h = x.clone();
    for step in &hoisted {
        h = step.apply(&h)?.x;
    }
    cross_validate(&plan, &FAKES, &axis, &h, y, 0, None, folds, most, Route::Planned)
}

/// Every third row, with the row after each test row as a gap in every second fold.
fn folds(n: usize) -> Vec<Fold> {
    (0..3)
        .map(|f| {
            let test: Vec<usize> = (0..n).filter(|i| i % 3 == f).collect();
            let gap = (0..n).filter(|i| f == 1 && i % 3 == 2 && i % 2 == 0).collect();
            Fold { test, gap }
        })
        .collect()
}

#[test]
fn the_slow_route_is_the_loop_that_anybody_would_write() {
    let (n, most) = (18, 4);
    let x = random(n, P, 5);
    for (regressor, m) in [(PLS, 1), (PLS, 2), (JOINT, 2)] {
        let y = targets(&x, m, 5);
        let folds = folds(n);
        let cv = run(&["shift"], regressor, &x, &y, &folds, most).unwrap();
        let groups: Vec<Vec<usize>> =
            if regressor == JOINT { vec![vec![0, 1]] } else { (0..m).map(|k| vec![k]).collect() };
        let mut at = 0;
        for fold in &folds {
            for test in &fold.test {
                for group in &groups {
                    let (mut tx, mut ty) = (Vec::<f64>::new(), Vec::<f64>::new());
                    for i in (0..n).filter(|i| !fold.test.contains(i) && !fold.gap.contains(i)) {
                        tx.extend(x.row(i));
                        ty.extend(group.iter().map(|k| y.row(i)[*k]));
                    }
                    let rows = tx.len() / P;
                    // The step multiplies by the mean of its own target over the training rows.
                    let by = ty.iter().step_by(group.len()).sum::<f64>() / rows as f64;
                    let tx = tx.into_iter().map(|v| v * by).collect();
                    let model = nipals::fit(
                        &Matrix::new(tx, rows, P).unwrap(),
                        &Matrix::new(ty, rows, group.len()).unwrap(),
                        most,
                    );
                    let row: Vec<f64> = x.row(*test).iter().map(|v| v * by).collect();
                    let path = model.path(&row);
                    assert_eq!(path.len(), most + 1);
                    for (a, want) in path.iter().enumerate() {
                        for (g, k) in group.iter().enumerate() {
                            let (got, want) = (cv.at(at, a, *k), want[g]);
                            assert!(
                                (got - want).abs() < 1e-9,
                                "{regressor} row {test} count {a}: {got} {want}"
                            );
                        }
                    }
                }
                at += 1;
            }
        }
        assert_eq!(cv.predictions.rows(), at);
        assert_eq!(cv.reached, vec![most; folds.len()]);
    }
}

#[test]
fn both_routes_give_one_answer() {
    let x = random(18, P, 9);
    let y = targets(&x, 2, 9);
    let recipe = recipe(&["snv"], FAST);
    let plan = Plan::new(&recipe, &axis(P), &FAKES).unwrap();
    let both = [Route::Planned, Route::Slow].map(|route| {
        cross_validate(&plan, &FAKES, &axis(P), &x, &y, 0, None, &folds(18), 4, route).unwrap()
    });
    assert_eq!(both[0].reached, both[1].reached);
    assert_eq!(both[0].remarks, [format!("{} folds fitted one by one", folds(18).len())]);
    assert!(both[1].remarks.is_empty());
    for (a, b) in both[0].predictions.data().iter().zip(both[1].predictions.data()) {
        assert!((a - b).abs() < 1e-10);
    }
}

/// With two columns that carry anything, there are two components: the third and fourth repeat the second.
#[test]
fn past_the_count_reached_the_last_model_is_repeated() {
    let mut x = random(12, 4, 2);
    (0..12).for_each(|i| x.row_mut(i)[2..].fill(0.0));
    let y = targets(&x, 1, 2);
    let cv = run(&["shift"], PLS, &x, &y, &folds(12), 4).unwrap();
    assert_eq!(cv.reached, [2, 2, 2]);
    for k in 0..12 {
        assert_ne!(cv.at(k, 1, 0), cv.at(k, 2, 0));
        assert!(same_bits(&[cv.at(k, 2, 0); 2], &[cv.at(k, 3, 0), cv.at(k, 4, 0)]));
    }
}

#[test]
fn a_regressor_without_components_has_the_counts_0_and_1() {
    let x = random(15, 3, 4);
    let y = targets(&x, 1, 4);
    let cv = run(&["centre"], "ols\"", &x, &y, &folds(15), 3).unwrap();
    assert_eq!(cv.reached, [1, 1, 1]);
    let train: Vec<usize> = folds(15)[0].training(15);
    let mean = train.iter().map(|i| y.row(*i)[0]).sum::<f64>() / train.len() as f64;
    assert!((cv.at(0, 0, 0) - mean).abs() < 1e-12);
    assert!(same_bits(&[cv.at(0, 1, 0)], &[cv.at(0, 3, 0)]));
}

/// For each fold: change X and y of everything held out but one row's X, and that row's prediction must not move by a bit. Change a
/// training row, and it must.
#[test]
fn held_out_rows_cannot_change_the_fit_of_a_fold() {
    for seed in 0..6 {
        let n = 15 + seed as usize;
        let (x, mut r) = (random(n, P, seed), Random(seed + 99));
        for (steps, regressor, m) in [
            (vec!["snv", "centre"], PLS, 1),
            (vec!["shift"], PLS, 2),
            (vec!["centre", "snv", "shift"], JOINT, 2),
            (vec!["snv"], FAST, 2),
        ] {
            let y = targets(&x, m, seed);
            let folds = folds(n);
            let before = run(&steps, regressor, &x, &y, &folds, 3).unwrap();
            let mut at = 0;
            for fold in &folds {
                let keep = fold.test[seed as usize % fold.test.len()];
                let place = at + fold.test.iter().position(|i| *i == keep).unwrap();
                at += fold.test.len();
                let (mut x2, mut y2) = (x.clone(), y.clone());
                for i in fold.test.iter().chain(&fold.gap) {
                    if *i != keep {
                        x2.row_mut(*i).iter_mut().for_each(|v| *v += 100.0 * r.next());
                    }
                    y2.row_mut(*i).iter_mut().for_each(|v| *v += 100.0 * r.next());
                }
                let after = run(&steps, regressor, &x2, &y2, &folds, 3).unwrap();
                let (was, is) = (before.predictions.row(place), after.predictions.row(place));
                assert!(same_bits(was, is), "{steps:?} {regressor} seed {seed} row {keep}");

                let taught = fold.training(n)[0];
                let mut y3 = y.clone();
                y3.row_mut(taught).iter_mut().for_each(|v| *v += 1.0);
                let after = run(&steps, regressor, &x, &y3, &folds, 3).unwrap();
                assert!(!same_bits(was, after.predictions.row(place)), "the test can fail");
            }
        }
    }
}

#[test]
fn an_error_of_a_fold_names_it_and_the_step() {
    let mut x = random(12, P, 3);
    (0..12).for_each(|i| x.row_mut(i)[0] = x.row(i)[0].abs());
    x.row_mut(4)[0] = -1.0; // A test row of fold 2, a training row of the others.
    let y = targets(&x, 1, 3);
    let e = run(&["shift", "reject"], PLS, &x, &y, &folds(12), 2).unwrap_err();
    assert!(e.to_string().contains("fold 1: step 2 (fake.reject)"), "{e}");
    // Only tested, it is refused alone.
    let alone = [Fold { test: vec![4, 5], gap: vec![] }];
    let cv = run(&["shift", "reject"], PLS, &x, &y, &alone, 2).unwrap();
    assert!(cv.predictions.row(0).iter().all(|v| v.is_nan()));
    assert!(cv.predictions.row(1).iter().all(|v| v.is_finite()));
}

#[test]
fn folds_that_are_none_are_refused() {
    let x = random(6, P, 3);
    let y = targets(&x, 1, 3);
    let fold = |test: &[usize], gap: &[usize]| Fold { test: test.to_vec(), gap: gap.to_vec() };
    for (fold, kind) in [
        (fold(&[6], &[]), ErrorKind::Bug),
        (fold(&[0], &[9]), ErrorKind::Bug),
        (fold(&[1, 1], &[]), ErrorKind::Bug),
        (fold(&[2, 1], &[]), ErrorKind::Bug),
        (fold(&[2], &[2]), ErrorKind::Bug),
        (fold(&[0, 1, 2, 3, 4], &[5]), ErrorKind::Numeric),
    ] {
        for regressor in [PLS, FAST] {
            let e = run(&[], regressor, &x, &y, std::slice::from_ref(&fold), 2).unwrap_err();
            assert_eq!(e.kind(), kind, "{fold:?}: {e}");
        }
    }
}
