//! The rules against an independent script and R (`tests/golden/rules.py`).

use adit_engine::recipe::Rule;
use serde::Deserialize;

use super::choose;

#[derive(Deserialize)]
struct Case {
    name: String,
    errors: Vec<Vec<f64>>,
    best: usize,
    /// Over all sign patterns.
    p: Vec<f64>,
    /// By R's pls with 99999 draws.
    p_r: Option<Vec<f64>>,
    minimum: usize,
    one_standard_error: usize,
    randomisation: usize,
    wold_r: usize,
    ratios: Vec<f64>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../tests/golden/rules.json")).unwrap()
}

#[test]
fn every_rule_takes_the_count_of_the_script() {
    for case in cases() {
        let taken = Rule::ALL.map(|rule| choose(rule, &case.errors, 1).components);
        let expected = [case.one_standard_error, case.minimum, case.randomisation, case.wold_r];
        assert_eq!(taken, expected, "{}", case.name);
        let ratios = choose(Rule::WoldR, &case.errors, 1).ratios.unwrap();
        assert_eq!(ratios.len(), case.ratios.len(), "{}", case.name);
        // Two orders of adding a dozen numbers.
        assert!(ratios.iter().zip(&case.ratios).all(|(a, b)| (a / b - 1.0).abs() < 1e-13));
    }
}

/// Up to 12 units p is exact: a whole number of patterns by a power of two. Above, and from R, it is a share of B draws: within 5
/// of its standard errors, and R adds a half in place of our one.
#[test]
fn p_is_that_of_all_sign_patterns_and_of_r() {
    let near = |p: f64, exact: f64, draws: f64| {
        (p - exact).abs() <= 5.0 * (exact * (1.0 - exact) / draws).sqrt() + 1.0 / draws
    };
    for case in cases() {
        let choice = choose(Rule::Randomisation, &case.errors, 1);
        let p = choice.p_values.unwrap();
        assert_eq!((choice.best, p.len()), (case.best, case.p.len()), "{}", case.name);
        if case.errors.len() <= 12 {
            assert_eq!(p, case.p, "{}", case.name);
        }
        assert!(p.iter().zip(&case.p).all(|(p, e)| near(*p, *e, 999.0)), "{}: {p:?}", case.name);
        let of_r = case.p_r.unwrap();
        let agrees = of_r.iter().zip(&case.p).all(|(p, e)| near(*p, *e, 99_999.0));
        assert!(agrees, "{}: {of_r:?}", case.name);
    }
}

/// More than 64 units need a second word of signs: units past it count too.
#[test]
fn units_past_the_first_word_of_signs_are_turned() {
    let errors: Vec<Vec<f64>> =
        (0..80).map(|u| if u < 64 { vec![1.0, 1.0] } else { vec![2.0, 1.0] }).collect();
    let choice = choose(Rule::Randomisation, &errors, 3);
    // 16 differences of one size: only a pattern that turns none of them reaches the observed mean, 1 in 65536.
    assert_eq!(choice.p_values, Some(vec![0.001]));
    assert_eq!(choice.components, 1);
}

#[test]
fn the_seed_decides_the_draws_and_the_same_seed_gives_the_same() {
    let case = cases().into_iter().find(|c| c.errors.len() == 20).unwrap();
    let p = |seed| choose(Rule::Randomisation, &case.errors, seed).p_values.unwrap();
    assert_eq!(p(1), p(1));
    assert_ne!(p(1), p(2));
}
