//! What rounding does to the components of steep data.

use adit_plugin::{Call, Fold, Matrix};
use nalgebra::{DMatrix, DVector};

use super::*;
use crate::fold_stats::AllRows;
use crate::prepare::Settings;
use crate::testing::Noise;

const PLAIN: Settings = Settings { centre: false, scale: false };

/// X with singular values 10^(-step k), row-major, and y = X b with every direction counting alike.
fn steep(n: usize, p: usize, step: f64) -> (Vec<f64>, Vec<f64>) {
    let mut noise = Noise::new(19);
    let mut orthonormal = |rows, cols| {
        DMatrix::from_fn(rows, cols, |_, _| noise.next()).qr().q().columns(0, cols).into_owned()
    };
    let (u, v) = (orthonormal(n, p), orthonormal(p, p));
    let d =
        DMatrix::from_fn(p, p, |i, j| if i == j { 10.0_f64.powf(-step * i as f64) } else { 0.0 });
    let y = &u * DMatrix::from_element(p, 1, 1.0);
    let xt = (u * d * v.transpose()).transpose();
    (xt.as_slice().to_vec(), y.as_slice().to_vec())
}

/// Runs `body` on a fit of all rows, and on the sweep over them.
fn with_fit(x: &[f64], y: &[f64], n: usize, body: impl FnOnce(&mut FoldColumn<'_>, &Sweep<'_>)) {
    let p = x.len() / n;
    let (weights, call) = (vec![1.0; n], Call::alone());
    let all = AllRows::new(Matrix::new(x, n, p).unwrap(), &weights, false, &call);
    let y = Matrix::new(y, n, 1).unwrap();
    let whole = Whole { all: &all, y, weights: &weights, settings: PLAIN, max: p };
    let covariance = Covariance::new(&all, y, &weights, &call);
    let job = (Fold { test: &[], gap: &[] }, 0..1);
    let mut column = FoldColumn::new(&whole, &covariance, &job).unwrap();
    body(&mut column, &Sweep::new(all.data(), p, n));
}

/// One component along the weight vector that is proposed.
fn settle(column: &mut FoldColumn<'_>, sweep: &Sweep<'_>) {
    let u = column.u().to_vec();
    sweep.run(&u, 1, &Call::alone(), |_, rows, t, masked| column.correct(rows, t, masked));
    column.settle(sweep, 0);
}

fn step(column: &mut FoldColumn<'_>, sweep: &Sweep<'_>) {
    if column.stale() {
        column.free_residual();
        sweep.run(&[], 1, &Call::alone(), |_, rows, _, to| column.masked_residual(0, rows, to));
        column.renew(sweep, 0);
    }
    column.propose().unwrap();
    assert!(column.active());
    settle(column, sweep);
}

/// Largest cosine between two of the scores.
fn off_orthogonal(scores: &[f64], n: usize) -> f64 {
    let t: Vec<DVector<f64>> = scores.chunks(n).map(DVector::from_column_slice).collect();
    let pairs = (0..t.len()).flat_map(|j| (0..j).map(move |k| (j, k)));
    pairs
        .fold(0.0, |worst, (j, k)| worst.max((t[j].dot(&t[k]) / (t[j].norm() * t[k].norm())).abs()))
}

#[test]
fn scores_stay_orthogonal_and_the_fit_gets_exact_on_steep_data() {
    for (slope, left) in [(0.1, 1e-13), (0.25, 1e-11), (0.5, 1e-7)] {
        let (x, y) = steep(40, 16, slope);
        let norm = DVector::from_column_slice(&y).norm();
        with_fit(&x, &y, 40, |column, sweep| {
            (0..16).for_each(|_| step(column, sweep));
            assert!(off_orthogonal(&column.scores, 40) < 1e-13);
            // eps times the condition of X, 10^(15 slope), with room.
            let e = column.e_norm() / norm;
            assert!(e < left, "slope {slope}: {e:e}");
        });
    }
}

#[test]
fn a_direction_that_is_almost_spent_still_gives_an_orthogonal_score() {
    let (x, y) = steep(40, 16, 0.1);
    with_fit(&x, &y, 40, |column, sweep| {
        (0..6).for_each(|_| step(column, sweep));
        let mut noise = Noise::new(2);
        let mut w = DVector::from_fn(16, |_, _| 1e-9 * noise.next());
        column.weights.chunks(16).for_each(|old| w += DVector::from_column_slice(old));
        w.normalize_mut();
        column.weights.extend_from_slice(w.as_slice());
        column.u.copy_from_slice(w.as_slice());
        let mut parts = vec![0.0; 6];
        dots(&column.loadings, w.as_slice(), &mut parts);
        parts.iter_mut().zip(&column.squares).for_each(|(part, square)| *part /= square);
        column.parts.push(parts);
        settle(column, sweep);
        assert_eq!(column.count(), 7);
        assert!(off_orthogonal(&column.scores, 40) < 1e-13);
        // The rotation of P'W still leads to the score.
        let mut r = w.clone();
        let mut rotations: Vec<DVector<f64>> = vec![];
        for (a, parts) in column.parts.iter().enumerate() {
            r = DVector::from_column_slice(&column.weights[a * 16..(a + 1) * 16]);
            parts.iter().zip(&rotations).for_each(|(part, earlier)| r.axpy(-part, earlier, 1.0));
            rotations.push(r.clone());
        }
        let t = DMatrix::from_row_slice(40, 16, &x) * r;
        let found = DVector::from_column_slice(&column.scores[6 * 40..]);
        assert!((t - &found).norm() < 1e-5 * found.norm(), "t is no longer X r");
    });
}
