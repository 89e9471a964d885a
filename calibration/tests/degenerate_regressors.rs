//! Every regressor on every kind of degenerate data: a result whose every number is finite, or an error that says what is wrong.

mod common;

use adit_calibration::set::CalibrationSet;
use adit_calibration::{Error, Model, Options, calibrate};
use adit_engine::Recipe;
use adit_engine::recipe::Components;
use common::survives::{host, predictions};
use common::{Random, set, waters};

/// The `[regressor]` of a recipe. Least squares, the last one, cannot do without as many directions as there are channels, and
/// must say so.
const REGRESSORS: &[&str] = &[
    "plugin = \"adit.pls\"",
    "plugin = \"adit.pls\"\nscale = true",
    "plugin = \"adit.pls\"\nalgorithm = \"kernel-1\"",
    "plugin = \"adit.pls\"\nalgorithm = \"kernel-2\"",
    "plugin = \"adit.pls\"\nalgorithm = \"gram\"",
    "plugin = \"adit.simpls\"",
    "plugin = \"adit.simpls\"\nscale = true",
    "plugin = \"adit.pcr\"",
    "plugin = \"adit.pcr\"\nscale = true",
    "plugin = \"adit.ridge\"",
    "plugin = \"adit.ridge\"\nscale = true",
    "plugin = \"adit.linfa.pls\"",
    LEAST_SQUARES,
];
const LEAST_SQUARES: &str = "plugin = \"adit.linfa.ols\"";

const N: usize = 18;
const P: usize = 7;

/// Spectra of more samples than channels, so that least squares works too.
fn tall() -> (Vec<Vec<f64>>, Vec<f64>) {
    waters(&mut Random(80), N, P)
}

fn changed(x: &[Vec<f64>], f: impl Fn(usize, &mut Vec<f64>)) -> Vec<Vec<f64>> {
    let mut x = x.to_vec();
    x.iter_mut().enumerate().for_each(|(i, row)| f(i, row));
    x
}

fn fit(set: &CalibrationSet, regressor: &str, components: Components) -> Result<Model, Error> {
    let recipe = Recipe::parse(&format!("[regressor]\n{regressor}\n")).unwrap();
    let options = Options { components: Some(components), ..Options::default() };
    let model = calibrate(set, &recipe, host(), &options)?;
    let text = format!("{model:?}");
    for word in ["NaN", " inf", "-inf", "(inf"] {
        assert!(!text.contains(word), "{regressor}: {word} in the model");
    }
    Ok(model)
}

/// Calibrates, writes, reads and predicts the set itself: the chosen count and the estimates, `None` where refused.
fn run(set: &CalibrationSet, regressor: &str) -> Result<(usize, Vec<Option<f64>>), String> {
    let model = fit(set, regressor, Components::Auto).map_err(|e| e.to_string())?;
    let components = model.analytes[0].components();
    Ok((components, predictions(&model, &set.table)))
}

fn good(set: &CalibrationSet, regressor: &str) -> (usize, Vec<Option<f64>>) {
    run(set, regressor).unwrap_or_else(|e| panic!("{regressor}: {e}"))
}

/// Both chose the same count and estimate the same to `limit` of the largest estimate; one of them refuses at most one sample that
/// the other does not, which may lie on a limit.
fn same(a: &(usize, Vec<Option<f64>>), b: &(usize, Vec<Option<f64>>), limit: f64, name: &str) {
    assert_eq!(a.0, b.0, "{name}");
    let largest = a.1.iter().flatten().fold(0.0_f64, |l, v| l.max(v.abs()));
    let mut compared = 0;
    for (x, y) in a.1.iter().zip(&b.1) {
        if let (Some(x), Some(y)) = (x, y) {
            assert!((x - y).abs() <= limit * largest, "{name}: {x} and {y}");
            compared += 1;
        }
    }
    assert!(compared + 1 >= a.1.len(), "{name}: only {compared} estimates");
}

#[test]
fn a_constant_or_a_dead_pixel_changes_nothing() {
    let (x, y) = tall();
    let without = set(&changed(&x, |_, row| row.truncate(P - 1)), &y);
    for level in [0.7, 0.0, 65535.0] {
        let with = set(&changed(&x, |_, row| row[P - 1] = level), &y);
        for regressor in REGRESSORS {
            if *regressor == LEAST_SQUARES {
                let error = run(&with, regressor).unwrap_err();
                assert!(error.contains("tell only 6"), "{error}");
                continue;
            }
            // Rounding alone differs: a scaled or centred constant is 0.
            let name = format!("{regressor} {level}");
            same(&good(&with, regressor), &good(&without, regressor), 1e-9, &name);
        }
    }
}

#[test]
fn a_saturated_pixel_names_its_sample_in_training_and_is_refused_alone_in_use() {
    let (x, y) = tall();
    let whole = set(&x, &y);
    for regressor in REGRESSORS {
        for lost in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let bad = set(&changed(&x, |i, row| row[2] = if i == 5 { lost } else { row[2] }), &y);
            let error = run(&bad, regressor).unwrap_err();
            assert!(error.contains("s5") && error.contains("254"), "{regressor}: {error}");
            let model = fit(&whole, regressor, Components::Auto).unwrap();
            let (then, now) = (predictions(&model, &whole.table), predictions(&model, &bad.table));
            assert_eq!(now[5], None, "{regressor}");
            assert_eq!((&now[..5], &now[6..]), (&then[..5], &then[6..]), "{regressor}");
        }
        // Clipped at the end of the scale, in every third sample.
        let clipped = changed(&x, |i, row| row[2] = if i % 3 == 0 { 4.0 } else { row[2] });
        good(&set(&clipped, &y), regressor);
    }
}

#[test]
fn a_rank_below_the_components_asked_for() {
    let (x, y) = tall();
    // Two sources in seven channels.
    let low = changed(&x, |_, row| {
        let (a, b) = (row[1], row[5]);
        *row = (0..P).map(|j| a + f64::from(j as u32) * b).collect();
    });
    let set = set(&low, &y);
    for regressor in REGRESSORS {
        if *regressor == LEAST_SQUARES {
            let error = run(&set, regressor).unwrap_err();
            assert!(error.contains("tell only 2"), "{error}");
            continue;
        }
        let model = fit(&set, regressor, Components::Auto).unwrap();
        assert!(model.analytes[0].choice.searched <= 2, "{regressor}");
        good(&set, regressor);
        let error = fit(&set, regressor, Components::Fixed(5)).unwrap_err().to_string();
        assert!(error.contains("5 components") && error.contains("only 2"), "{regressor}: {error}");
        // At the rank itself there is a model, and no Q.
        let model = fit(&set, regressor, Components::Fixed(2)).unwrap();
        assert!(model.analytes[0].applicability.q_limits.is_none(), "{regressor}");
        predictions(&model, &set.table);
    }
}

#[test]
fn a_constant_y_is_an_error_and_one_that_a_fold_sees_is_its_mean() {
    let (x, _) = tall();
    for regressor in REGRESSORS {
        for value in [0.1, 0.0] {
            let error = run(&set(&x, &[value; N]), regressor).unwrap_err();
            assert!(error.contains("a constant cannot be calibrated"), "{regressor}: {error}");
        }
        // Constant but for one sample, which is nothing that the spectra know: the fold that leaves it out sees a constant.
        let mut y = [0.1; N];
        y[4] = 0.7;
        let model = fit(&set(&x, &y), regressor, Components::Auto).unwrap();
        let analyte = &model.analytes[0];
        assert!(analyte.unfit.is_some() && analyte.components() == 0, "{regressor}");
        let own = &analyte.rows.as_ref().unwrap().out_of_fold[4];
        // Its own prediction comes from the constant, at every count.
        assert!(own.iter().all(|v| (v - 0.1).abs() < 1e-15), "{regressor}: {own:?}");
        predictions(&model, &set(&x, &y).table);
    }
}

#[test]
fn fewer_samples_than_channels() {
    let (x, y) = waters(&mut Random(81), 12, 30);
    for regressor in REGRESSORS {
        let found = run(&set(&x, &y), regressor);
        if *regressor == LEAST_SQUARES {
            let error = found.unwrap_err();
            assert!(error.contains("12 rows") || error.contains("tell only"), "{error}");
            continue;
        }
        let (components, values) = found.unwrap_or_else(|e| panic!("{regressor}: {e}"));
        assert!(components > 0 && values.iter().flatten().count() >= 10, "{regressor}");
    }
}

#[test]
fn one_and_two_samples_are_too_few() {
    let (x, y) = tall();
    for regressor in REGRESSORS {
        for n in [1, 2] {
            let error = run(&set(&x[..n], &y[..n]), regressor).unwrap_err();
            assert!(error.contains("too few samples"), "{regressor}: {error}");
        }
    }
}

#[test]
fn duplicated_samples_share_a_fold() {
    let (x, y) = waters(&mut Random(82), 10, 4);
    let (twice, y) = ([&x[..], &x[..]].concat(), [&y[..], &y[..]].concat());
    let set = set(&twice, &y);
    for regressor in REGRESSORS {
        let model = fit(&set, regressor, Components::Auto).unwrap();
        let rows = model.analytes[0].rows.as_ref().unwrap();
        assert!((0..10).all(|i| rows.fold[i] == rows.fold[i + 10]), "{regressor}");
        let values = predictions(&model, &set.table);
        assert_eq!(values[..10], values[10..], "{regressor}");
    }
}

#[test]
fn a_huge_offset_and_odd_units_change_nothing_but_digits() {
    let (x, y) = tall();
    for regressor in REGRESSORS {
        let plain = good(&set(&x, &y), regressor);
        // An offset of 1e6 leaves steps of 1e-10; the noise is 2e-3.
        let far = set(&changed(&x, |_, row| row.iter_mut().for_each(|v| *v += 1e6)), &y);
        same(&good(&far, regressor), &plain, 1e-5, &format!("{regressor} + 1e6"));
        for unit in [2f64.powi(-30), 2f64.powi(30)] {
            let scaled = set(&changed(&x, |_, row| row.iter_mut().for_each(|v| *v *= unit)), &y);
            same(&good(&scaled, regressor), &plain, 1e-9, &format!("{regressor} * {unit:e}"));
        }
    }
}
