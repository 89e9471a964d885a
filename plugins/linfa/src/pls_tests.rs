//! linfa-pls against the golden figures that `adit.pls` meets too, and where it must stop or say no.

use adit_plugin::{
    Axis, Call, Channel, Error, Matrix, MatrixMut, Op, Params, Regressor, StateReader, StateWriter,
    Training, Value,
};

use crate::LinfaPls;
use crate::testing::{Noise, relative};

fn fit(
    x: &[f64],
    y: &[f64],
    n: usize,
    given: &[(&str, Value)],
    max: usize,
) -> Result<(LinfaPls, usize), Error> {
    let p = x.len() / n;
    let given: Vec<_> = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let mut pls = LinfaPls::create(&Params::new(LinfaPls::PARAMS, &given)?)?;
    let axis = Axis::Named((0..p).map(|k| Channel { name: format!("c{k}"), unit: 0 }).collect());
    let data = Training {
        axis: &axis,
        x: Matrix::new(x, n, p)?,
        y: Some(Matrix::new(y, n, y.len() / n)?),
        weights: None,
    };
    let reached = pls.fit(&data, max, &Call::alone())?;
    Ok((pls, reached))
}

fn predict(pls: &LinfaPls, x: &[f64], n: usize, m: usize, from: usize, to: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * m * (to - from + 1)];
    let room = MatrixMut::new(&mut out, n, m * (to - from + 1)).unwrap();
    let x = Matrix::new(x, n, x.len() / n).unwrap();
    pls.predict(x, from, to, room, &mut vec![0; n], &Call::alone()).unwrap();
    out
}

/// Correlated columns far from zero, targets from three causes plus noise.
fn data(seed: u64, n: usize, p: usize, m: usize) -> (Vec<f64>, Vec<f64>) {
    let mut noise = Noise::new(seed);
    let mixing = noise.many(6 * p);
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..n {
        let c = noise.many(6);
        for k in 0..p {
            let along: f64 = (0..6).map(|j| c[j] * mixing[j * p + k]).sum();
            x.push(20.0 + along + 0.1 * noise.next());
        }
        for k in 0..m {
            y.push(5.0 + c[k % 3] - 0.4 * c[(k + 1) % 3] + 0.1 * noise.next());
        }
    }
    (x, y)
}

fn numbers(v: &serde_json::Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn agrees_with_scikit_learn_and_so_with_the_kernel_algorithm() {
    // The figures that the tests of adit.pls hold it to; made by make_golden.py beside them.
    let golden = include_str!("../../pls/tests/golden/sklearn_pls.json");
    let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let size = |key: &str| usize::try_from(case[key].as_u64().unwrap()).unwrap();
        let (n, p, m) = (size("rows"), size("columns"), size("targets"));
        let (x, y, new) = (numbers(&case["x"]), numbers(&case["y"]), numbers(&case["new"]));
        for path in case["paths"].as_array().unwrap() {
            let wanted = path["predictions"].as_array().unwrap();
            for algorithm in ["svd", "nipals"] {
                let given = [
                    ("scale", Value::Bool(path["scale"].as_bool().unwrap())),
                    ("algorithm", Value::Text(algorithm.to_owned())),
                    ("tolerance", Value::Float(1e-28)),
                    ("max_iterations", Value::Int(20_000)),
                ];
                let (mut pls, reached) = fit(&x, &y, n, &given, wanted.len()).unwrap();
                let name = format!("{} {algorithm} scale {}", case["name"], path["scale"]);
                assert_eq!(reached, wanted.len(), "{name}");
                for (a, wanted) in (1..).zip(wanted) {
                    let found = predict(&pls, &new, new.len() / p, m, a, a);
                    let off = relative(&found, &numbers(wanted));
                    assert!(off < 1e-8, "{name}: predictions of {a} components differ by {off:e}");
                }
                for (a, wanted) in path["coefficients"].as_object().unwrap() {
                    pls.select(a.parse().unwrap()).unwrap();
                    let Some(Op::AffineDense { coefficients, .. }) = pls.lower().unwrap().pop()
                    else {
                        panic!("no affine op");
                    };
                    let off = relative(&coefficients, &numbers(wanted));
                    assert!(off < 1e-8, "{name}: coefficients of {a} components differ by {off:e}");
                }
            }
        }
    }
}

#[test]
fn past_the_rank_it_stops_instead_of_inventing() {
    // Exact rank 2 in X and Y: left alone, the SVD algorithm answers 5 components with predictions off by 1e14.
    let mut noise = Noise::new(12);
    let (n, p, m) = (20, 10, 2);
    let (mix_x, mix_y) = (noise.many(2 * p), noise.many(2 * m));
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..n {
        let c = noise.many(2);
        x.extend((0..p).map(|k| c[0] * mix_x[k] + c[1] * mix_x[p + k]));
        y.extend((0..m).map(|k| c[0] * mix_y[k] + c[1] * mix_y[m + k]));
    }
    for algorithm in ["svd", "nipals"] {
        let given = [("algorithm", Value::Text(algorithm.to_owned()))];
        let (pls, reached) = fit(&x, &y, n, &given, 5).unwrap();
        assert_eq!(reached, 2, "{algorithm}");
        assert!(relative(&predict(&pls, &x, n, m, 2, 2), &y) < 1e-10);
    }
    // The same X with y outside its span, and more components asked than there are samples.
    let other = noise.many(n);
    assert!(fit(&x, &other, n, &[], 9).unwrap().1 <= 2);
    let (x, y) = data(3, 8, 20, 1);
    let (pls, reached) = fit(&x, &y, 8, &[], 15).unwrap();
    assert_eq!(reached, 7);
    assert!(relative(&predict(&pls, &x, 8, 1, 7, 7), &y) < 1e-8);
}

#[test]
fn constant_data_give_the_mean() {
    let (x, y) = data(5, 10, 6, 2);
    for (x, y) in [(&x, &vec![0.1; 20]), (&vec![0.7; 60], &y)] {
        for scale in [false, true] {
            let (pls, reached) = fit(x, y, 10, &[("scale", Value::Bool(scale))], 4).unwrap();
            assert_eq!(reached, 0);
            assert!(predict(&pls, x, 10, 2, 0, 0).iter().all(|v| v.is_finite()));
        }
    }
    assert_eq!(fit(&x[..6], &y[..2], 1, &[], 3).unwrap().1, 0);
}

#[test]
fn weights_are_refused_and_not_ignored() {
    let (x, y) = data(6, 10, 4, 1);
    let mut pls = LinfaPls::create(&Params::new(LinfaPls::PARAMS, &[]).unwrap()).unwrap();
    let axis = Axis::Named((0..4).map(|k| Channel { name: format!("c{k}"), unit: 0 }).collect());
    let mut weights = vec![2.0; 10];
    let mut run = |weights: &[f64]| {
        let data = Training {
            axis: &axis,
            x: Matrix::new(&x, 10, 4).unwrap(),
            y: Some(Matrix::new(&y, 10, 1).unwrap()),
            weights: Some(weights),
        };
        pls.fit(&data, 2, &Call::alone())
    };
    assert_eq!(run(&weights).unwrap(), 2);
    weights[3] = 1.0;
    assert!(run(&weights).unwrap_err().to_string().contains("weights"));
}

#[test]
fn scores_are_orthogonal_and_their_reconstruction_is_a_projection() {
    let (n, p, a) = (14, 20, 4);
    let (x, y) = data(9, n, p, 2);
    let (mut pls, _) = fit(&x, &y, n, &[("scale", Value::Bool(true))], 6).unwrap();
    pls.select(a).unwrap();
    assert_eq!(pls.score_count(), a);
    let scores = |x: &[f64]| {
        let mut t = vec![0.0; n * a];
        let room = MatrixMut::new(&mut t, n, a).unwrap();
        pls.scores(Matrix::new(x, n, p).unwrap(), room, &Call::alone()).unwrap();
        t
    };
    let t = scores(&x);
    let product = |j: usize, k: usize| (0..n).map(|i| t[i * a + j] * t[i * a + k]).sum::<f64>();
    for j in 0..a {
        for k in 0..j {
            assert!(product(j, k).abs() < 1e-10 * (product(j, j) * product(k, k)).sqrt());
        }
    }
    let mut back = vec![0.0; n * p];
    let room = MatrixMut::new(&mut back, n, p).unwrap();
    pls.reconstruct(Matrix::new(&t, n, a).unwrap(), room, &Call::alone()).unwrap();
    // A projection keeps what it projected: the scores, and the predictions.
    assert!(relative(&scores(&back), &t) < 1e-10);
    let (from_x, from_back) = (predict(&pls, &x, n, 2, a, a), predict(&pls, &back, n, 2, a, a));
    assert!(relative(&from_back, &from_x) < 1e-10);
    // An orthogonal one, where columns count by their scale: the residual is at right angles to every reconstruction.
    let sd: Vec<f64> = (0..p)
        .map(|k| {
            let mean = (0..n).map(|i| x[i * p + k]).sum::<f64>() / n as f64;
            (0..n).map(|i| (x[i * p + k] - mean).powi(2)).sum::<f64>()
        })
        .collect();
    for i in 0..n {
        for j in 1..n {
            let along: f64 = (0..p)
                .map(|k| {
                    let residual = x[i * p + k] - back[i * p + k];
                    residual * (back[j * p + k] - back[k]) / sd[k]
                })
                .sum();
            assert!(along.abs() < 1e-10, "row {i} against row {j}: {along:e}");
        }
    }
}

#[test]
fn state_goes_round_and_damage_is_noticed() {
    let (x, y) = data(10, 10, 5, 2);
    let (mut pls, _) = fit(&x, &y, 10, &[], 4).unwrap();
    pls.select(2).unwrap();
    let save = |pls: &LinfaPls| {
        let mut to = StateWriter::default();
        pls.save(&mut to).unwrap();
        to.into_bytes()
    };
    let bytes = save(&pls);
    let load = |bytes: &[u8]| {
        let mut new = LinfaPls::create(&Params::new(LinfaPls::PARAMS, &[]).unwrap()).unwrap();
        new.load(&mut StateReader::new(bytes), 1).map(|()| new)
    };
    let again = load(&bytes).unwrap();
    assert_eq!(save(&again), bytes);
    assert_eq!(predict(&again, &x, 10, 2, 2, 2), predict(&pls, &x, 10, 2, 2, 2));
    for at in 0..bytes.len() {
        assert!(load(&bytes[..at]).is_err());
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(load(&changed).is_err(), "byte {at}");
    }
}
