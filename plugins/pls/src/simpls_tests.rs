//! SIMPLS against PLS1, its own slow cross-validation, and data without more to give.

use adit_plugin::{
    Axis, Band, Call, CrossValidation, Fold, Matrix, MatrixMut, Op, Params, Regressor, StateReader,
    StateWriter, Targets, Training, Variant,
};

use crate::prepare::Settings;
use crate::testing::{relative, spectra};
use crate::{Latent, kernel, simpls};

fn settings(centre: bool, scale: bool) -> Settings {
    Settings { centre, scale }
}

#[test]
fn is_pls1_for_one_target_at_every_count() {
    for (n, p, top) in [(12, 30, 9), (40, 9, 9), (30, 30, 15), (80, 120, 20)] {
        let (x, y) = spectra((n * p) as u64, n, p, 1);
        let (rows, y) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, 1).unwrap());
        let weights: Vec<f64> = (0..n).map(|i| f64::from(i as u32 % 3 + 1)).collect();
        for how in [settings(true, false), settings(true, true), settings(false, false)] {
            let pls = kernel::fit(rows, y, Some(&weights), how, top).unwrap();
            let own = simpls::fit(rows, y, Some(&weights), how, top).unwrap();
            assert_eq!(own.reached(), pls.reached());
            let predicted = |model: &crate::Model| -> Vec<f64> {
                let mut out = vec![0.0; n * (top + 1)];
                for (row, out) in x.chunks(p).zip(out.chunks_mut(top + 1)) {
                    model.predict_row(row, 0, model.reached(), out);
                }
                out
            };
            let off = relative(&predicted(&own), &predicted(&pls));
            assert!(off < 1e-10, "{n} x {p} {how:?}: {off:e}");
            // Weights and scores are those of PLS1 too, sign included.
            let off = relative(own.weights().as_slice(), pls.weights().as_slice());
            assert!(off < 1e-7, "{n} x {p} {how:?}: weights {off:e}");
        }
    }
}

#[test]
fn for_several_targets_it_is_another_model_with_scores_at_right_angles() {
    let (x, y) = spectra(3, 30, 20, 3);
    let (x, y) = (Matrix::new(&x, 30, 20).unwrap(), Matrix::new(&y, 30, 3).unwrap());
    let own = simpls::fit(x, y, None, settings(true, false), 6).unwrap();
    let pls = kernel::fit(x, y, None, settings(true, false), 6).unwrap();
    let (b, _) = own.coefficients(4).unwrap();
    let (b2, _) = pls.coefficients(4).unwrap();
    assert!(relative(b.as_slice(), b2.as_slice()) > 1e-4);
    let of = crate::Decomposition::new(&own, x, y, None).unwrap();
    let t = of.scores();
    let cross = t.transpose() * t;
    for j in 0..6 {
        for k in 0..j {
            assert!(cross[(j, k)].abs() < 1e-12 * (cross[(j, j)] * cross[(k, k)]).sqrt());
        }
    }
    let (weights, pw) = (own.weights(), of.loadings().transpose() * own.weights());
    assert!((weights.transpose() * weights - nalgebra::DMatrix::identity(6, 6)).norm() < 1e-13);
    assert!((pw - &own.pw).norm() < 1e-10 * own.pw.norm());
}

#[test]
fn stops_where_the_data_end() {
    let (x, y) = spectra(5, 10, 6, 2);
    let twice: Vec<f64> = x.chunks(6).flat_map(|r| [r, r].concat()).collect(); // rank 6
    let fit = |x: &[f64], n: usize, p: usize, y: &[f64]| {
        let (x, y) = (Matrix::new(x, n, p).unwrap(), Matrix::new(y, n, y.len() / n).unwrap());
        simpls::fit(x, y, None, settings(true, false), 9)
    };
    assert_eq!(fit(&twice, 10, 12, &y).unwrap().reached(), 6);
    assert_eq!(fit(&x, 10, 6, &[4.0; 10]).unwrap().reached(), 0);
    assert_eq!(fit(&[0.3; 60], 10, 6, &y).unwrap().reached(), 0);
    assert_eq!(fit(&x[..6], 1, 6, &y[..2]).unwrap().reached(), 0);
    assert_eq!(fit(&x[..18], 3, 6, &y[..6]).unwrap().reached(), 2);
    let mut broken = x.clone();
    broken[7] = f64::NAN;
    assert!(fit(&broken, 10, 6, &y).is_err());
    let (rows, short) = (Matrix::new(&x, 10, 6).unwrap(), Matrix::new(&y, 20, 1).unwrap());
    assert!(simpls::fit(rows, short, None, settings(true, false), 2).is_err());
}

/// Rows left out and predicted by a fit of the others, written out plainly.
#[test]
fn cross_validation_of_joint_targets_is_one_fit_a_fold() {
    let (n, p, m, top) = (14, 8, 2, 5);
    let (x, y) = spectra(9, n, p, m);
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 2) as f64).collect();
    let tests: Vec<Vec<usize>> = (0..4).map(|f| (f..n).step_by(4).collect()).collect();
    let gap = [3_usize];
    let folds: Vec<Fold<'_>> = tests
        .iter()
        .map(|test| Fold { test, gap: if test.contains(&3) { &[] } else { &gap } })
        .collect();
    let halves = Op::AffineBanded {
        n_in: p,
        bands: (0..p - 1).map(|first| Band { first, coefficients: vec![0.5, 0.5] }).collect(),
        bias: vec![0.25; p - 1],
    };
    let variants = vec![
        Variant { centre: true, scale: false, filter: None },
        Variant { centre: true, scale: true, filter: Some(halves) },
    ];
    let (mut predictions, mut reached) = (vec![0.0; 2 * n * (top + 1) * m], vec![0; 8]);
    let mut job = CrossValidation {
        x: Matrix::new(&x, n, p).unwrap(),
        y: Matrix::new(&y, n, m).unwrap(),
        weights: Some(&weights),
        folds: folds.clone(),
        targets: Targets::Joint,
        variants,
        max_components: top,
        predictions: &mut predictions,
        reached: &mut reached,
    };
    let params = Params::new(Latent::<simpls::Simpls>::PARAMS, &[]).unwrap();
    let plugin = Latent::<simpls::Simpls>::create(&params).unwrap();
    plugin.cross_validate(&mut job, &Call::alone()).unwrap();
    let mut b = vec![0.0; (p + 1) * m];
    let room = MatrixMut::new(&mut b, p + 1, m).unwrap();
    plugin.fold_coefficients(&job, 1, 2, 3, room, &Call::alone()).unwrap();

    let mut at = 0;
    for (v, scale) in [false, true].into_iter().enumerate() {
        let treat = |row: &[f64]| -> Vec<f64> {
            match v {
                0 => row.to_vec(),
                _ => row.windows(2).map(|w| 0.5 * (w[0] + w[1]) + 0.25).collect(),
            }
        };
        for (f, fold) in folds.iter().enumerate() {
            let kept: Vec<usize> =
                (0..n).filter(|i| !fold.test.contains(i) && !fold.gap.contains(i)).collect();
            let xs: Vec<f64> = kept.iter().flat_map(|i| treat(&x[i * p..(i + 1) * p])).collect();
            let ys: Vec<f64> = kept.iter().flat_map(|i| y[i * m..(i + 1) * m].to_vec()).collect();
            let ws: Vec<f64> = kept.iter().map(|i| weights[*i]).collect();
            let (xs, ys) = (
                Matrix::new(&xs, kept.len(), xs.len() / kept.len()).unwrap(),
                Matrix::new(&ys, kept.len(), m).unwrap(),
            );
            let model = simpls::fit(xs, ys, Some(&ws), settings(true, scale), top).unwrap();
            assert_eq!(reached[v * 4 + f] as usize, model.reached());
            for i in fold.test {
                let row = treat(&x[i * p..(i + 1) * p]);
                let mut wanted = vec![0.0; (top + 1) * m];
                model.predict_row(&row, 0, top, &mut wanted);
                assert_eq!(model.reached(), top);
                assert_eq!(predictions[at..at + wanted.len()], wanted);
                at += wanted.len();
                if (v, f) == (1, 2) {
                    let raw = &x[i * p..(i + 1) * p];
                    for k in 0..m {
                        let dot: f64 = raw.iter().enumerate().map(|(j, x)| x * b[j * m + k]).sum();
                        assert!((dot + b[p * m + k] - wanted[3 * m + k]).abs() < 1e-9);
                    }
                }
            }
        }
    }
    assert_eq!(at, predictions.len());
}

#[test]
fn the_plugin_saves_loads_and_lowers_what_it_predicts() {
    let (n, p, m) = (14, 9, 2);
    let (x, y) = spectra(4, n, p, m);
    let axis = Axis::Positions { unit: 0, values: (0..p).map(|k| k as f64).collect() };
    let (x, y) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, m).unwrap());
    let make = || {
        let params = Params::new(Latent::<simpls::Simpls>::PARAMS, &[]).unwrap();
        Latent::<simpls::Simpls>::create(&params).unwrap()
    };
    let mut plugin = make();
    let data = Training { axis: &axis, x, y: Some(y), weights: None };
    assert_eq!(plugin.fit(&data, 5, &Call::alone()).unwrap(), 5);
    plugin.select(3).unwrap();
    let save = |of: &Latent<simpls::Simpls>| {
        let mut to = StateWriter::default();
        of.save(&mut to).unwrap();
        to.into_bytes()
    };
    let bytes = save(&plugin);
    let mut again = make();
    again.load(&mut StateReader::new(&bytes), 1).unwrap();
    assert_eq!(save(&again), bytes);
    let predict = |of: &Latent<simpls::Simpls>| {
        let mut out = vec![0.0; n * m];
        let room = MatrixMut::new(&mut out, n, m).unwrap();
        of.predict(x, 3, 3, room, &mut vec![0; n], &Call::alone()).unwrap();
        out
    };
    assert_eq!(predict(&again), predict(&plugin));
    let Some(Op::AffineDense { coefficients, bias, .. }) = again.lower().unwrap().pop() else {
        panic!("not an affine op");
    };
    let lowered: Vec<f64> = x
        .iter_rows()
        .flat_map(|row| {
            let of = coefficients.chunks(p).zip(&bias);
            of.map(move |(c, b)| b + c.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
        })
        .collect();
    assert!(relative(&lowered, &predict(&plugin)) < 1e-12);
    // The reconstruction is the projection on the span of the weights: once more changes nothing.
    let (mut t, mut back) = (vec![0.0; n * 3], vec![0.0; n * p]);
    plugin.scores(x, MatrixMut::new(&mut t, n, 3).unwrap(), &Call::alone()).unwrap();
    let scores = Matrix::new(&t, n, 3).unwrap();
    plugin.reconstruct(scores, MatrixMut::new(&mut back, n, p).unwrap(), &Call::alone()).unwrap();
    let mut t2 = vec![0.0; n * 3];
    let projected = Matrix::new(&back, n, p).unwrap();
    plugin.scores(projected, MatrixMut::new(&mut t2, n, 3).unwrap(), &Call::alone()).unwrap();
    assert!(relative(&t2, &t) < 1e-10);
}
