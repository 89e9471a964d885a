//! Many recipes at once give what each gives alone.

mod common;

use adit_engine::{
    CrossValidated, ErrorKind, Fold, Matrix, Plan, Question, Recipe, Result, Route, cross_validate,
    cross_validate_grid,
};
use common::{FAKES, FAST, JOINT, PLS, axis, random, recipe, same_bits, targets};

const P: usize = 6;
const MOST: usize = 3;

/// Every fourth row; the second fold has a gap.
fn folds(n: usize) -> Vec<Fold> {
    (0..4)
        .map(|f| Fold {
            test: (0..n).filter(|i| i % 4 == f).collect(),
            gap: (0..n).filter(|i| f == 1 && i % 4 == 2).collect(),
        })
        .collect()
}

/// One recipe by itself, one fit a fold.
fn alone(recipe: &Recipe, x: &Matrix, q: &Question<'_>) -> Result<CrossValidated> {
    let plan = Plan::new(recipe, &axis(x.cols()), &FAKES)?;
    let (hoisted, axis) = plan.hoist(&FAKES)?;
    let mut h = x.select_rows(q.rows);
    for step in &hoisted {
        h = step.apply(&h)?.x;
    }
    cross_validate(
        &plan,
        &FAKES,
        &axis,
        &h,
        q.y,
        q.column,
        None,
        q.folds,
        q.max_components,
        Route::Slow,
    )
}

type Answers = Vec<Vec<Option<Result<CrossValidated>>>>;

fn grid(recipes: &[Recipe], x: &Matrix, questions: &[Question<'_>]) -> Answers {
    let mut all: Answers = recipes.iter().map(|_| vec![None; questions.len()]).collect();
    let mut take = |r: usize, q: usize, answer| {
        assert!(all[r][q].is_none(), "recipe {r} answered question {q} twice");
        all[r][q] = Some(answer);
    };
    cross_validate_grid(recipes, &FAKES, &axis(P), x.clone(), questions, &mut take).unwrap();
    all
}

#[test]
fn every_recipe_gets_what_it_gets_alone() {
    let n = 24;
    let x = random(n, P, 3);
    let every: Vec<usize> = (0..n).collect();
    let some: Vec<usize> = (0..n).filter(|i| i % 5 != 1).collect();
    let (one, two) = (targets(&x, 1, 4), targets(&x.select_rows(&some), 2, 5));
    let (folds_all, folds_some) = (folds(n), folds(some.len()));
    for (regressor, joint) in [(PLS, false), (JOINT, true)] {
        let recipes: Vec<Recipe> = [
            &[][..],
            &["snv"],
            &["centre"],
            &["centre", "snv"],
            &["centre", "snv", "shift"],
            &["shift"],
            &["snv", "shift", "centre"],
            &["select columns = [4, 1, 2, 3]"],
            &["select columns = [4, 1, 2, 3]", "centre"],
            &["snv", "centre", "select columns = [0, 2, 3, 4]", "shift"],
            &["snv"],
        ]
        .map(|steps| recipe(steps, regressor))
        .to_vec();
        let ask = |rows, y, folds, column| Question {
            rows,
            y,
            folds,
            joint,
            column,
            max_components: MOST,
        };
        let questions = [
            ask(&every[..], &one, &folds_all[..], 0),
            ask(&some[..], &two, &folds_some[..], usize::from(joint)),
        ];
        let answers = grid(&recipes, &x, &questions);
        for (r, recipe) in recipes.iter().enumerate() {
            for (k, q) in questions.iter().enumerate() {
                let got = answers[r][k].as_ref().unwrap().as_ref().unwrap();
                let want = alone(recipe, &x, q).unwrap();
                assert_eq!(got.reached, want.reached, "recipe {r} question {k}");
                assert_eq!(got.targets, want.targets);
                let size = want.predictions.data().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                for (a, b) in got.predictions.data().iter().zip(want.predictions.data()) {
                    assert!((a - b).abs() <= 1e-11 * size, "recipe {r} question {k}: {a} {b}");
                }
            }
        }
        let again = grid(&recipes, &x, &questions);
        for (a, b) in answers.iter().flatten().zip(again.iter().flatten()) {
            let data = |o: &Option<Result<CrossValidated>>| {
                o.as_ref().unwrap().as_ref().unwrap().predictions.data().to_vec()
            };
            assert!(same_bits(&data(a), &data(b)));
        }
    }
}

/// The regressor's own cross-validation after steps that are shared and steps that learn.
#[test]
fn the_fast_route_is_taken_in_every_branch() {
    let n = 20;
    let x = random(n, P, 8);
    let y = targets(&x, 1, 8);
    let (rows, folds): (Vec<usize>, _) = ((0..n).collect(), folds(n));
    let recipes = [&[][..], &["snv"], &["centre"], &["centre", "snv"]].map(|s| recipe(s, FAST));
    let q = Question {
        rows: &rows,
        y: &y,
        folds: &folds,
        joint: false,
        column: 0,
        max_components: MOST,
    };
    for (r, answer) in grid(&recipes, &x, &[q]).into_iter().enumerate() {
        let got = answer[0].clone().unwrap().unwrap();
        assert!(!got.remarks.is_empty(), "recipe {r} went the slow way");
        let want = alone(&recipes[r], &x, &q).unwrap();
        for (a, b) in got.predictions.data().iter().zip(want.predictions.data()) {
            assert!((a - b).abs() < 1e-10, "recipe {r}: {a} {b}");
        }
    }
}

#[test]
fn a_recipe_that_fails_leaves_the_others_alone() {
    let n = 24;
    let mut x = random(n, P, 13);
    x.row_mut(5)[0] = -0.5;
    x.row_mut(7)[5] = f64::NAN;
    let y = targets(&random(n, P, 13), 1, 13);
    let (rows, folds): (Vec<usize>, _) = ((0..n).collect(), folds(n));
    let select = "select columns = [0, 1, 2, 3]";
    let cases: [(&[&str], Option<&str>); 7] = [
        (&[select], None),
        (&[select, "centre"], None),
        (&[], Some("no finite value")),
        (&["snv"], Some("no finite value")),
        (&[select, "reject"], Some("step 2 (fake.reject)")),
        (&[select, "liar how = \"batch\""], Some("row-local")),
        (&[select, "centre", "snv extra = 1"], Some("step 3 (fake.snv)")),
    ];
    let recipes: Vec<Recipe> = cases.iter().map(|(steps, _)| recipe(steps, PLS)).collect();
    let q = Question {
        rows: &rows,
        y: &y,
        folds: &folds,
        joint: false,
        column: 0,
        max_components: MOST,
    };
    for ((steps, word), answer) in cases.iter().zip(grid(&recipes, &x, &[q])) {
        match (word, answer[0].clone().unwrap()) {
            (None, answer) => assert!(answer.is_ok(), "{steps:?}: {answer:?}"),
            (Some(word), Err(e)) => {
                assert!(e.to_string().contains(word), "{steps:?}: {e}");
                if *word == "no finite value" {
                    assert_eq!(e.row(), Some(7));
                }
                if word.contains("reject") {
                    let first = (0..n).find(|i| x.row(*i)[0] < 0.0);
                    assert_eq!((e.row(), e.kind()), (first, ErrorKind::Input));
                }
            }
            (Some(_), Ok(_)) => panic!("{steps:?} went through"),
        }
    }
}

#[test]
fn a_question_that_does_not_fit_is_an_error() {
    let x = random(8, P, 1);
    let y = targets(&x, 1, 1);
    let rows: Vec<usize> = (0..9).collect();
    let folds = folds(9);
    let q =
        Question { rows: &rows, y: &y, folds: &folds, joint: false, column: 0, max_components: 1 };
    let recipes = [recipe(&[], PLS)];
    let nothing = &mut |_: usize, _: usize, _: Result<CrossValidated>| {};
    assert!(cross_validate_grid(&recipes, &FAKES, &axis(P), x, &[q], nothing).is_err());
}
