//! Algebra of the kernel algorithm: orthogonality, an obvious NIPALS, least squares at full rank, degenerate data.

use adit_plugin::Matrix;
use nalgebra::{DMatrix, DVector};

use crate::kernel::fit;
use crate::model::Model;
use crate::prepare::Settings;
use crate::testing::{Noise, relative, spectra};

const ALL: [Settings; 4] = [
    Settings { centre: true, scale: false },
    Settings { centre: true, scale: true },
    Settings { centre: false, scale: false },
    Settings { centre: false, scale: true },
];
const PLAIN: Settings = ALL[0];

fn fitted(x: &[f64], y: &[f64], n: usize, settings: Settings, max: usize) -> Model {
    let x = Matrix::new(x, n, x.len() / n).unwrap();
    let y = Matrix::new(y, n, y.len() / n).unwrap();
    fit(x, y, None, settings, max).unwrap()
}

fn predictions(model: &Model, x: &[f64], a: usize) -> Vec<f64> {
    let m = model.targets();
    let mut out = vec![0.0; x.len() / model.columns() * m];
    for (row, out) in x.chunks(model.columns()).zip(out.chunks_mut(m)) {
        model.predict_row(row, a, a, out);
    }
    out
}

/// X and Y centred and scaled, one row per sample, and the factors that lead back.
fn treat(v: &[f64], n: usize, settings: Settings) -> (DMatrix<f64>, Vec<f64>, Vec<f64>) {
    let mut m = DMatrix::from_row_slice(n, v.len() / n, v);
    let (mut means, mut sds) = (vec![], vec![]);
    for mut c in m.column_iter_mut() {
        let mean = c.sum() / n as f64;
        let sd = (c.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt();
        let mean = if settings.centre { mean } else { 0.0 };
        let sd = if settings.scale { sd } else { 1.0 };
        c.iter_mut().for_each(|v| *v = (*v - mean) / sd);
        means.push(mean);
        sds.push(sd);
    }
    (m, means, sds)
}

/// NIPALS by the book: X and Y deflated, the inner loop a power iteration, B = W (P'W)^-1 Q'.
fn nipals(x: &[f64], y: &[f64], n: usize, settings: Settings, count: usize) -> DMatrix<f64> {
    let (mut x, _, x_sd) = treat(x, n, settings);
    let (mut y, _, y_sd) = treat(y, n, settings);
    let (mut ws, mut ps, mut qs) = (vec![], vec![], vec![]);
    for _ in 0..count {
        let mut u: DVector<f64> = y.column(0).into_owned();
        let mut w = x.tr_mul(&u).normalize();
        for _ in 0..5000 {
            let t = &x * &w;
            let q = y.tr_mul(&t) / t.norm_squared();
            u = &y * &q / q.norm_squared();
            w = x.tr_mul(&u).normalize();
        }
        let t = &x * &w;
        let (p, q) = (x.tr_mul(&t) / t.norm_squared(), y.tr_mul(&t) / t.norm_squared());
        x -= &t * p.transpose();
        y -= &t * q.transpose();
        ws.push(w);
        ps.push(p);
        qs.push(q);
    }
    let (w, p, q) =
        (DMatrix::from_columns(&ws), DMatrix::from_columns(&ps), DMatrix::from_columns(&qs));
    let inverse = p.tr_mul(&w).try_inverse().unwrap();
    let mut b = q * (&w * inverse).transpose(); // targets x columns, treated units
    for (k, mut row) in b.row_iter_mut().enumerate() {
        row.iter_mut().zip(&x_sd).for_each(|(b, sd)| *b *= y_sd[k] / sd);
    }
    b
}

#[test]
fn equals_nipals_by_the_book_for_every_treatment() {
    for (n, p, m) in [(12, 20, 1), (12, 20, 3), (25, 7, 2), (10, 10, 1), (20, 2, 4)] {
        let (x, y) = spectra((n + p) as u64, n, p, m);
        for settings in ALL {
            for count in [1, 2, 5.min(p)] {
                let model = fitted(&x, &y, n, settings, count);
                let (found, _) = model.coefficients(count).unwrap();
                let wanted = nipals(&x, &y, n, settings, count);
                let off = relative(found.as_slice(), wanted.as_slice());
                // The iteration itself stops at a few hundred ulps of the eigenvector.
                assert!(off < 1e-9, "{n}x{p}x{m} {settings:?} {count}: {off:e}");
            }
        }
    }
}

#[test]
fn weights_and_scores_are_orthogonal_up_to_the_last_component() {
    for (n, p, m) in [(30, 60, 1), (30, 60, 4), (80, 25, 1), (80, 25, 4)] {
        let (x, y) = spectra(77, n, p, m);
        for settings in ALL {
            let model = fitted(&x, &y, n, settings, 100);
            let a = model.reached();
            assert!(a >= 20, "{a}");
            let unit = DMatrix::identity(a, a);
            let w = model.weights();
            assert!((w.tr_mul(w) - &unit).amax() < 1e-10);
            let (treated, _, _) = treat(&x, n, settings);
            let mut t = treated * model.rotations();
            for mut c in t.column_iter_mut() {
                let norm = c.norm();
                c /= norm;
            }
            // T is formed anew from R here, which grows with the condition of X.
            assert!((t.tr_mul(&t) - &unit).amax() < 1e-10, "{n}x{p}x{m} {settings:?}");
        }
    }
}

#[test]
fn at_full_rank_it_is_least_squares_of_least_norm() {
    let mut noise = Noise::new(11);
    for (n, p) in [(40, 6), (8, 15)] {
        let x: Vec<f64> = (0..n * p).map(|_| noise.next()).collect();
        let y: Vec<f64> = (0..n).map(|_| noise.next()).collect();
        let model = fitted(&x, &y, n, PLAIN, 100);
        assert_eq!(model.reached(), p.min(n - 1));
        let (xc, _, _) = treat(&x, n, PLAIN);
        let (yc, _, _) = treat(&y, n, PLAIN);
        let wanted = xc.pseudo_inverse(1e-10).unwrap() * yc;
        let (found, _) = model.coefficients(model.reached()).unwrap();
        let off = relative(found.transpose().as_slice(), wanted.as_slice());
        assert!(off < 1e-10, "{n}x{p}: {off:e}");
    }
}

#[test]
fn stops_at_the_rank_of_exact_factors() {
    let mut noise = Noise::new(4);
    let (n, p, rank) = (20, 30, 3);
    let factors = DMatrix::from_fn(n, rank, |_, _| noise.next());
    let x = &factors * DMatrix::from_fn(rank, p, |_, _| noise.next());
    let other = DMatrix::from_fn(n, 2, |_, _| noise.next());
    for y in [&factors * DMatrix::from_fn(rank, 2, |_, _| noise.next()), other] {
        for settings in ALL {
            let (x, y) = (x.transpose(), y.transpose()); // column-major storage of these is row-major of those
            let model = fitted(x.as_slice(), y.as_slice(), n, settings, 15);
            // Scaling without centring keeps the rank; centring keeps it too, for there are more rows than factors.
            assert!(model.reached() <= rank && model.reached() >= 1, "{}", model.reached());
            let found = predictions(&model, x.as_slice(), model.reached());
            assert!(found.iter().all(|v| v.abs() < 100.0));
        }
    }
}

#[test]
fn degenerate_data_give_few_components_and_finite_numbers() {
    let mut noise = Noise::new(8);
    let mut random = |n: usize| (0..n).map(|_| noise.next()).collect::<Vec<_>>();
    let (x, y) = (random(10 * 6), random(10 * 2));
    let dead: Vec<f64> = vec![0.1; 60];
    let mut one_dead = x.clone();
    (0..10).for_each(|i| one_dead[i * 6 + 2] = 0.7);
    let tied: Vec<f64> = x.chunks(6).flat_map(|r| [r[0]; 6]).collect();
    let almost: Vec<f64> = (0..20).map(|i| if i % 3 == 0 { 0.1 + 0.2 } else { 0.3 }).collect();
    for settings in ALL {
        let centred = settings.centre;
        let cases: [(&[f64], &[f64], usize, usize); 8] = [
            (&x, &[3.3; 20], 10, if centred { 0 } else { 6 }),
            (&x, &almost, 10, if centred { 0 } else { 6 }),
            (&x, &[0.0; 20], 10, 0),
            (&dead, &y, 10, usize::from(!centred)),
            (&one_dead, &y, 10, if centred { 5 } else { 6 }),
            (&tied, &y, 10, 1),
            (&x[..6], &y[..2], 1, usize::from(!centred)),
            (&x[..12], &y[..4], 2, if centred { 1 } else { 2 }),
        ];
        for (i, (x, y, n, most)) in cases.into_iter().enumerate() {
            let model = fitted(x, y, n, settings, 9);
            assert!(model.reached() <= most, "case {i} {settings:?}: {}", model.reached());
            for a in 0..=model.reached() {
                let (b, b0) = model.coefficients(a).unwrap();
                assert!(b.iter().chain(&b0).all(|v| v.is_finite()), "case {i} {settings:?}");
                let found = predictions(&model, x, a);
                assert!(found.iter().all(|v| v.abs() < 1e3), "case {i} {settings:?}");
            }
        }
    }
}

#[test]
fn extreme_magnitudes_give_a_result_or_an_error_never_nan() {
    let (x, y) = spectra(2, 9, 5, 2);
    for factor in [1e-300, 1e-160, 1e-30, 1e30, 1e160, 1e300, f64::INFINITY, f64::NAN] {
        let big: Vec<f64> = x.iter().map(|v| v * factor).collect();
        let tall: Vec<f64> = y.iter().map(|v| v * factor).collect();
        for (x, y) in [(&big, &y), (&x, &tall), (&big, &tall)] {
            for settings in ALL {
                let (x, y) = (Matrix::new(x, 9, 5).unwrap(), Matrix::new(y, 9, 2).unwrap());
                let Ok(model) = fit(x, y, None, settings, 4) else { continue };
                let mut out = vec![0.0; 2 * (model.reached() + 1)];
                model.predict_row(x.row(0), 0, model.reached(), &mut out);
                assert!(out.iter().all(|v| v.is_finite()), "{factor:e} {settings:?}");
            }
        }
    }
}

#[test]
fn weights_count_like_repeated_rows_and_zero_like_no_row() {
    let (x, y) = spectra(21, 14, 8, 2);
    let weights: Vec<f64> = (0..14).map(|i| f64::from(i % 3)).collect();
    let settings = Settings { centre: true, scale: false };
    let (mut xs, mut ys) = (vec![], vec![]);
    for (i, w) in weights.iter().enumerate() {
        for _ in 0..*w as usize {
            xs.extend_from_slice(&x[i * 8..(i + 1) * 8]);
            ys.extend_from_slice(&y[i * 2..(i + 1) * 2]);
        }
    }
    let repeated = fitted(&xs, &ys, xs.len() / 8, settings, 5);
    let x = Matrix::new(&x, 14, 8).unwrap();
    let weighted = fit(x, Matrix::new(&y, 14, 2).unwrap(), Some(&weights), settings, 5).unwrap();
    let (a, b) = (weighted.coefficients(5).unwrap(), repeated.coefficients(5).unwrap());
    assert!(relative(a.0.as_slice(), b.0.as_slice()) < 1e-11);
    assert!(relative(&a.1, &b.1) < 1e-11);
}

#[test]
fn coefficients_predict_what_scores_predict() {
    let (x, y) = spectra(31, 16, 40, 3);
    for settings in ALL {
        let model = fitted(&x, &y, 16, settings, 8);
        for a in [0, 1, 8] {
            let (b, b0) = model.coefficients(a).unwrap();
            let direct: Vec<f64> = x
                .chunks(40)
                .flat_map(|row| {
                    (0..3)
                        .map(|k| b0[k] + b.row(k).iter().zip(row).map(|(b, x)| b * x).sum::<f64>())
                        .collect::<Vec<_>>()
                })
                .collect();
            assert!(
                relative(&direct, &predictions(&model, &x, a)) < 1e-11
                    || (a == 0 && !settings.centre)
            );
        }
    }
}

#[test]
fn reconstruction_is_the_projection_on_the_weights() {
    let (x, y) = spectra(41, 16, 20, 2);
    for settings in ALL {
        let model = fitted(&x, &y, 16, settings, 6).truncated(4).unwrap();
        let (treated, mean, sd) = treat(&x, 16, settings);
        let projected = &treated * model.weights() * model.weights().transpose();
        for i in 0..16 {
            let (mut t, mut back) = (vec![0.0; 4], vec![0.0; 20]);
            model.scores_row(&x[i * 20..(i + 1) * 20], &mut t);
            model.reconstruct_row(&t, &mut back);
            let wanted: Vec<f64> = (0..20).map(|k| mean[k] + sd[k] * projected[(i, k)]).collect();
            assert!(relative(&back, &wanted) < 1e-12);
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let v = [1.0, 2.0, 3.0, 4.0];
    let m = |rows, cols| Matrix::new(&v[..rows * cols], rows, cols).unwrap();
    assert!(fit(m(2, 2), m(3, 1), None, PLAIN, 1).is_err());
    assert!(fit(m(2, 0), m(2, 1), None, PLAIN, 1).is_err());
    assert!(fit(m(2, 1), m(2, 0), None, PLAIN, 1).is_err());
    assert!(fit(m(0, 1), m(0, 1), None, PLAIN, 1).is_err());
    let model = fit(m(2, 2), m(2, 1), None, PLAIN, 1).unwrap();
    assert!(model.coefficients(2).is_err() && model.truncated(2).is_err());
}
