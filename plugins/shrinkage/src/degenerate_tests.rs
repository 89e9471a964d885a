//! Degenerate data give a model whose every number is finite, or an error.

use adit_plugin::{Error, Matrix};

use crate::testing::spectra;
use crate::{Method, Model, Pcr, Ridge, Settings};

const SETTINGS: [Settings; 4] = [
    Settings { centre: true, scale: false },
    Settings { centre: true, scale: true },
    Settings { centre: false, scale: false },
    Settings { centre: false, scale: true },
];

/// Fits up to 12 counts, and looks at every number that comes out for the training rows.
fn fit<M: Method>(
    x: &[f64],
    y: &[f64],
    n: usize,
    weights: Option<&[f64]>,
    settings: Settings,
) -> Result<Model, Error> {
    let (p, m) = (x.len() / n, y.len() / n);
    let model =
        Model::fit::<M>(Matrix::new(x, n, p)?, Matrix::new(y, n, m)?, weights, settings, 12)?;
    let reached = *model.counts().end();
    for row in x.chunks(p) {
        let mut out = vec![f64::NAN; (reached + 1) * m];
        model.predict_row(row, 0..=reached, &mut out);
        let (mut t, mut back) = (vec![f64::NAN; reached], vec![f64::NAN; p]);
        model.scores_row(row, &mut t);
        model.reconstruct_row(&t, &mut back);
        assert!(out.iter().chain(&t).chain(&back).all(|v| v.is_finite()), "{settings:?}");
    }
    Ok(model)
}

/// How far both methods get under every setting; they get equally far, for the rank is that of X.
fn reached(x: &[f64], y: &[f64], n: usize) -> [usize; 4] {
    SETTINGS.map(|settings| {
        let pcr = fit::<Pcr>(x, y, n, None, settings).unwrap();
        let ridge = fit::<Ridge>(x, y, n, None, settings).unwrap();
        assert_eq!(pcr.counts(), ridge.counts());
        *pcr.counts().end()
    })
}

#[test]
fn constant_dead_and_twin_columns_do_not_count() {
    let (mut x, y) = spectra(1, 20, 6, 2);
    for row in x.chunks_mut(6) {
        row[1] = 0.1 + 0.2; // constant
        row[3] = 0.0; // dead
        row[5] = 2.0 * row[0] - row[2]; // no news
    }
    // Without centring the constant column is a direction of its own.
    assert_eq!(reached(&x, &y, 20), [3, 3, 4, 4]);
    let constant = [0.7; 40];
    assert_eq!(reached(&constant, &y[..20], 20), [0, 0, 1, 1]);
    assert_eq!(reached(&[0.0; 40], &y[..20], 20), [0; 4]);
    // Constant but for rounding.
    let mut almost = [0.3; 20];
    almost[7] = 0.1 + 0.2;
    assert_eq!(reached(&almost, &y[..20], 20), [0, 0, 1, 1]);
}

#[test]
fn few_rows_and_twin_rows_end_the_rank() {
    let (x, y) = spectra(2, 3, 30, 1);
    assert_eq!(reached(&x[..30], &y[..1], 1), [0, 0, 1, 1]);
    assert_eq!(reached(&x[..60], &y[..2], 2), [1, 1, 2, 2]);
    let twice: Vec<f64> = [&x[..], &x[..]].concat();
    assert_eq!(reached(&twice, &[&y[..], &y[..]].concat(), 6), [2, 2, 3, 3]);
}

#[test]
fn a_constant_target_is_its_value_at_every_count() {
    let (x, _) = spectra(3, 10, 15, 1);
    for settings in &SETTINGS[..2] {
        for model in [
            fit::<Pcr>(&x, &[0.1; 10], 10, None, *settings).unwrap(),
            fit::<Ridge>(&x, &[0.1; 10], 10, None, *settings).unwrap(),
        ] {
            let mut out = [0.0; 10];
            model.predict_row(&x[30..45], 0..=9, &mut out);
            assert_eq!(out, [0.1; 10]);
        }
    }
}

#[test]
fn huge_offsets_and_magnitudes_change_no_rank() {
    let (x, y) = spectra(4, 9, 12, 1);
    let plain = reached(&x, &y, 9);
    assert_eq!(plain, [8, 8, 9, 9]);
    for factor in [1e-290, 1e-150, 1e150, 1e290] {
        let scaled: Vec<f64> = x.iter().map(|v| v * factor).collect();
        assert_eq!(reached(&scaled, &y, 9), plain, "{factor:e}");
        let answer: Vec<f64> = y.iter().map(|v| v * factor).collect();
        assert_eq!(reached(&x, &answer, 9), plain, "{factor:e}");
    }
    // Twin rows at 1e6: the rounding of the mean is no direction.
    let far: Vec<f64> = x.iter().chain(&x[..48]).map(|v| v + 1e6).collect();
    let far_y: Vec<f64> = y.iter().chain(&y[..4]).copied().collect();
    assert_eq!(reached(&far, &far_y, 13)[..2], plain[..2]);
}

#[test]
fn what_is_not_finite_or_cannot_be_weighted_is_an_error() {
    let (x, y) = spectra(5, 6, 4, 1);
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for settings in SETTINGS {
            let (mut bad_x, mut bad_y) = (x.clone(), y.clone());
            (bad_x[9], bad_y[2]) = (wrong, wrong);
            assert!(fit::<Pcr>(&bad_x, &y, 6, None, settings).is_err());
            assert!(fit::<Ridge>(&x, &bad_y, 6, None, settings).is_err());
        }
    }
    let plain = SETTINGS[0];
    for weights in [&[1.0; 5][..], &[0.0; 6], &[1.0, 1.0, -1.0, 1.0, 1.0, 1.0], &[f64::NAN; 6]] {
        assert!(fit::<Pcr>(&x, &y, 6, Some(weights), plain).is_err());
    }
    // A lost value in a row without weight is nobody's business.
    let mut lost = x.clone();
    lost[2] = f64::NAN;
    let weights = [0.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let (rows, ys) = (Matrix::new(&lost, 6, 4).unwrap(), Matrix::new(&y, 6, 1).unwrap());
    let without = Model::fit::<Pcr>(
        Matrix::new(&x[4..], 5, 4).unwrap(),
        Matrix::new(&y[1..], 5, 1).unwrap(),
        None,
        plain,
        4,
    );
    assert_eq!(Model::fit::<Pcr>(rows, ys, Some(&weights), plain, 4).unwrap(), without.unwrap());
    // Too large to average, and coefficients that no number holds.
    let huge: Vec<f64> =
        x.iter().enumerate().map(|(i, _)| if i % 3 == 0 { 1e308 } else { -1e308 }).collect();
    assert!(fit::<Pcr>(&huge, &y, 6, None, plain).is_err());
    let tiny: Vec<f64> = x.iter().map(|v| v * 1e-200).collect();
    let large: Vec<f64> = y.iter().map(|v| v * 1e200).collect();
    assert!(fit::<Ridge>(&tiny, &large, 6, None, plain).is_err());
    let (none, short) = (Matrix::new(&[], 6, 0).unwrap(), Matrix::new(&y[..5], 5, 1).unwrap());
    assert!(Model::fit::<Pcr>(none, ys, None, plain, 2).is_err());
    assert!(Model::fit::<Pcr>(rows, short, None, plain, 2).is_err());
}
