//! The component rules through a whole calibration: the choice and the nested choices of the interval against plain loops, the
//! seed that reaches plugins, and what is said where the rank ends the search.

mod common;

use adit_calibration::set::Reference;
use adit_calibration::{ErrorKind, Loaded, Model, Options, calibrate, predict};
use adit_engine::Recipe;
use adit_engine::recipe::{Components, Rule};
use common::{Random, pls, set, set_of, slow, waters};

fn ruled(rule: Rule) -> Options {
    Options { rule: Some(rule), ..Options::default() }
}

fn means(errors: &[Vec<f64>]) -> Vec<f64> {
    let sum = |a: usize| errors.iter().map(|u| u[a]).sum::<f64>();
    (0..errors[0].len()).map(|a| sum(a) / errors.len() as f64).collect()
}

fn minimum(errors: &[Vec<f64>]) -> usize {
    let m = means(errors);
    (0..m.len()).fold(0, |b, a| if m[a] < m[b] { a } else { b })
}

fn wold_r(errors: &[Vec<f64>]) -> usize {
    let m = means(errors);
    (0..m.len() - 1).find(|a| m[a + 1] > 0.95 * m[*a]).unwrap_or(m.len() - 1)
}

/// Every pattern of signs, each sum anew.
fn randomisation(errors: &[Vec<f64>]) -> usize {
    let (best, n) = (minimum(errors), errors.len());
    let p = |a: usize| {
        let d: Vec<f64> = errors.iter().map(|u| u[a] - u[best]).collect();
        let sum = |signs: u32| -> f64 {
            (0..n).map(|u| if signs >> u & 1 == 1 { -d[u] } else { d[u] }).sum()
        };
        let size: f64 = d.iter().map(|v| v.abs()).sum();
        let patterns = 0..1u32 << n;
        let reached = patterns.filter(|s| sum(*s) >= sum(0) - 1e-12 * size).count();
        reached as f64 / f64::from(1u32 << n)
    };
    (0..best).find(|a| p(*a) > 0.01).unwrap_or(best)
}

/// Twelve samples, so that all sign patterns are looked at, in the nested choices too.
#[test]
fn every_rule_and_its_nested_choices_equal_plain_loops() {
    type Choose<'a> = &'a dyn Fn(&[Vec<f64>]) -> usize;
    let host = adit_host::testing::host();
    let plain: [(Rule, Choose<'_>); 4] = [
        (Rule::OneStandardError, &slow::one_se),
        (Rule::Minimum, &minimum),
        (Rule::Randomisation, &randomisation),
        (Rule::WoldR, &wold_r),
    ];
    let mut chosen = std::collections::BTreeSet::new();
    for seed in 1..=4 {
        let mut random = Random(seed);
        let (x, y) = waters(&mut random, 12, 30);
        let (new, _) = waters(&mut random, 4, 30);
        let units: Vec<usize> = (0..12).collect();
        for (rule, choose) in plain {
            let model = calibrate(&set(&x, &y), &pls("", ""), &host, &ruled(rule)).unwrap();
            let zn = &model.analytes[0];
            let what = format!("seed {seed}, {}", rule.name());
            assert_eq!((zn.choice.rule.as_str(), zn.choice.searched), (rule.name(), 4), "{what}");
            assert_eq!(model.provenance.rule, rule.name());
            let (a, want) = slow::interval(choose, &x, &y, &units, 4, (0.0, 0.0), &new);
            assert_eq!(zn.components(), a, "{what}");
            chosen.insert((rule.name(), a));
            let interval = zn.interval.unwrap();
            let table = set(&new, &[1.0; 4]).table;
            let loaded = Loaded::new(model.clone(), &host).unwrap();
            for (sample, (z, v_icp, _)) in predict(&loaded, &table, 0.95).unwrap().iter().zip(want)
            {
                let p = &sample.analytes[0];
                assert!((p.unjudged.z.unwrap() - z).abs() < 1e-8, "{what}");
                let got = interval.variances(z, p.leverage.unwrap()).0;
                // Both solve for s_m^2 by bisection of a sum over 12 rows.
                assert!((got / v_icp - 1.0).abs() < 1e-7, "{what}: {got} instead of {v_icp}");
            }
        }
    }
    let counts: std::collections::BTreeSet<usize> = chosen.iter().map(|(_, a)| *a).collect();
    assert!(counts.len() > 1, "the data tell no rule from another: {chosen:?}");
}

#[test]
fn what_a_rule_weighed_is_kept_and_a_fixed_count_weighs_nothing() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(5), 30, 30);
    let of = |options: &Options| calibrate(&set(&x, &y), &pls("", ""), &host, options).unwrap();
    let choice = |options: &Options| of(options).analytes[0].choice.clone();
    let randomised = choice(&ruled(Rule::Randomisation));
    assert_eq!(randomised.p_values.as_ref().unwrap().len(), randomised.best);
    assert!(randomised.ratios.is_none() && randomised.threshold.is_none());
    let wold = choice(&ruled(Rule::WoldR));
    let ratios: Vec<f64> = wold.ratios.unwrap().into_iter().flatten().collect();
    assert!(ratios[..wold.components].iter().all(|r| *r <= 0.95));
    assert!(ratios.get(wold.components).is_none_or(|r| *r > 0.95));
    let three = Options { components: Some(Components::Fixed(3)), ..Options::default() };
    let fixed = choice(&three);
    assert_eq!((fixed.rule.as_str(), fixed.components), ("fixed", 3));
    assert!(fixed.threshold.is_none() && fixed.p_values.is_none() && fixed.ratios.is_none());
    let both = Options { rule: Some(Rule::Minimum), ..three };
    let error = calibrate(&set(&x, &y), &pls("", ""), &host, &both).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    // The recipe asks for it as the option does, and the model says so.
    let text = "[regressor]\nplugin = \"adit.pls\"\nrule = \"minimum\"\n";
    let recipe = Recipe::parse(text).unwrap();
    let model = calibrate(&set(&x, &y), &recipe, &host, &Options::default()).unwrap();
    assert!(model.recipe.contains("rule = \"minimum\""));
    assert_eq!(model, Model::from_bytes(&model.to_bytes().unwrap()).unwrap());
    assert_eq!(model.analytes[0].choice, choice(&ruled(Rule::Minimum)));
}

/// A joint model chooses by the mean over targets of the squared errors, each by its analyte's variance.
#[test]
fn a_joint_model_takes_the_rule_too() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(8), 25, 30);
    let other: Vec<f64> = x.iter().zip(&y).map(|(r, y)| 40.0 * r[8] + 3.0 * y).collect();
    let references = |y: &[f64]| y.iter().map(|v| Reference::Measured(*v)).collect::<Vec<_>>();
    let ids = (0..25).map(|i| format!("s{i}")).collect();
    let set = set_of(ids, &x, vec![("Zn", references(&y)), ("Fe", references(&other))]);
    let joint = Recipe::parse("[regressor]\nplugin = \"adit.pls\"\ntargets = \"joint\"\n").unwrap();
    for (rule, choose) in
        [(Rule::Minimum, &minimum as &dyn Fn(&[Vec<f64>]) -> usize), (Rule::WoldR, &wold_r)]
    {
        let model = calibrate(&set, &joint, &host, &ruled(rule)).unwrap();
        let targets = [&y, &other];
        let errors: Vec<Vec<f64>> = (0..25)
            .map(|i| {
                let one = |k: usize, a: usize| {
                    let rows = model.analytes[k].rows.as_ref().unwrap();
                    let y = targets[k];
                    let mean = y.iter().sum::<f64>() / 25.0;
                    let variance = y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 24.0;
                    (rows.out_of_fold[i][a] - y[i]).powi(2) / variance / 2.0
                };
                (0..=model.analytes[0].choice.searched).map(|a| one(0, a) + one(1, a)).collect()
            })
            .collect();
        for analyte in &model.analytes {
            assert_eq!(analyte.components(), choose(&errors), "{}", rule.name());
        }
    }
}

#[test]
fn six_samples_are_too_few_for_the_randomisation_test_and_it_says_so() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(3), 6, 20);
    let model = calibrate(&set(&x, &y), &pls("", ""), &host, &ruled(Rule::Randomisation)).unwrap();
    let zn = &model.analytes[0];
    assert_eq!(zn.components(), 0);
    let said = "6 units are too few for the randomisation test to tell a count from the mean";
    assert!(zn.notes.iter().any(|n| n == said), "{:?}", zn.notes);
}

#[test]
fn where_the_rank_ends_the_search_it_is_said() {
    let host = adit_host::testing::host();
    let of = |x: &[Vec<f64>], y: &[f64]| {
        let model = calibrate(&set(x, y), &pls("", ""), &host, &Options::default()).unwrap();
        let a = model.analytes[0].clone();
        let said: Vec<String> =
            a.notes.into_iter().filter(|n| n.contains("numerical rank")).collect();
        (a.choice.searched, said)
    };
    let (x, y) = waters(&mut Random(60), 14, 20);
    assert_eq!(of(&x, &y), (5, vec![]));
    // One channel carries one component: nothing was lost.
    let one: Vec<Vec<f64>> = x.iter().map(|r| vec![r[16]]).collect();
    assert_eq!(of(&one, &y), (1, vec![]));
    let twice: Vec<Vec<f64>> = x.iter().map(|r| vec![r[5], r[16], r[5], r[16]]).collect();
    let said = "2 components were searched, not 4: the data carry no more (numerical rank)";
    assert_eq!(of(&twice, &y), (2, vec![said.to_owned()]));
    // Five spectra, three times each and each with its own concentration: a fold leaves four of them, of rank 3.
    let thrice: Vec<Vec<f64>> = (0..15).map(|i| x[i / 3].clone()).collect();
    let near: Vec<f64> = (0..15).map(|i| y[i / 3] + 0.01 * i as f64).collect();
    let said = "3 components were searched, not 5: the training rows of a fold carry no more (numerical rank)";
    assert_eq!(of(&thrice, &near), (3, vec![said.to_owned()]));
}

#[test]
fn the_seed_of_the_run_reaches_a_plugin_that_draws() {
    let host = adit_host::testing::host();
    let (x, y) = waters(&mut Random(9), 20, 30);
    let cars = "[[step]]\nplugin = \"adit.scatter.snv\"\n[[step]]\nplugin = \"adit.pls.cars\"";
    let with = |steps: &str, seed: u64| {
        let options = Options { seed, cv: Some("kfold=5".parse().unwrap()), ..Options::default() };
        calibrate(&set(&x, &y), &pls(steps, ""), &host, &options)
    };
    let seeds = |steps: &str, seed: u64| {
        let model = with(steps, seed).unwrap();
        let recipe = Recipe::parse(&model.recipe).unwrap();
        let of = |s: &toml::Table| s.get("seed").and_then(toml::Value::as_integer);
        let steps: Vec<Option<i64>> = recipe.steps.iter().map(|s| of(&s.settings)).collect();
        (steps, of(&recipe.regressor.settings))
    };
    assert_eq!(seeds(cars, 7), (vec![None, Some(7)], None));
    // What the recipe says stays.
    assert_eq!(seeds(&format!("{cars}\nseed = 3"), 7), (vec![None, Some(3)], None));
    let error = with(cars, u64::MAX).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.what().contains("adit.pls.cars"), "{error}");
}
