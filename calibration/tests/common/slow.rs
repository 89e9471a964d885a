//! The obvious way, in plain loops: NIPALS PLS1 with deflation of X, one fit for every question. What the crate is tested against.

/// A PLS1 model by NIPALS (Wold), with what is needed for leverages.
pub(crate) struct Nipals {
    x_mean: Vec<f64>,
    y_mean: f64,
    w: Vec<Vec<f64>>,
    p: Vec<Vec<f64>>,
    q: Vec<f64>,
    t_square: Vec<f64>,
    n: usize,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Nipals {
    pub(crate) fn fit(x: &[Vec<f64>], y: &[f64], components: usize) -> Nipals {
        let n = x.len();
        let x_mean: Vec<f64> =
            (0..x[0].len()).map(|j| x.iter().map(|r| r[j]).sum::<f64>() / n as f64).collect();
        let y_mean = y.iter().sum::<f64>() / n as f64;
        let mut e: Vec<Vec<f64>> =
            x.iter().map(|r| r.iter().zip(&x_mean).map(|(v, m)| v - m).collect()).collect();
        let f: Vec<f64> = y.iter().map(|v| v - y_mean).collect();
        let mut m = Nipals { x_mean, y_mean, w: vec![], p: vec![], q: vec![], t_square: vec![], n };
        for _ in 0..components {
            let mut w: Vec<f64> =
                (0..e[0].len()).map(|j| e.iter().zip(&f).map(|(r, f)| r[j] * f).sum()).collect();
            let length = dot(&w, &w).sqrt();
            w.iter_mut().for_each(|v| *v /= length);
            let t: Vec<f64> = e.iter().map(|r| dot(r, &w)).collect();
            let tt = dot(&t, &t);
            let p: Vec<f64> = (0..w.len())
                .map(|j| e.iter().zip(&t).map(|(r, t)| r[j] * t).sum::<f64>() / tt)
                .collect();
            for (row, t) in e.iter_mut().zip(&t) {
                row.iter_mut().zip(&p).for_each(|(v, p)| *v -= t * p);
            }
            m.q.push(dot(&f, &t) / tt);
            m.w.push(w);
            m.p.push(p);
            m.t_square.push(tt);
        }
        m
    }

    /// Prediction, leverage and squared distance to the span of the weights for `a` components.
    pub(crate) fn at(&self, row: &[f64], a: usize) -> (f64, f64, f64) {
        let centred: Vec<f64> = row.iter().zip(&self.x_mean).map(|(v, m)| v - m).collect();
        let mut e = centred.clone();
        let (mut y, mut h) = (self.y_mean, 1.0 / self.n as f64);
        for k in 0..a {
            let t = dot(&e, &self.w[k]);
            e.iter_mut().zip(&self.p[k]).for_each(|(v, p)| *v -= t * p);
            y += self.q[k] * t;
            h += t * t / self.t_square[k];
        }
        let mut rest = centred;
        for w in &self.w[..a] {
            let along = dot(&rest, w);
            rest.iter_mut().zip(w).for_each(|(v, w)| *v -= along * w);
        }
        (y, h, dot(&rest, &rest))
    }
}

/// Rows of `all` but those listed.
pub(crate) fn without<T: Clone>(all: &[T], out: &[usize]) -> Vec<T> {
    (0..all.len()).filter(|i| !out.contains(i)).map(|i| all[i].clone()).collect()
}

/// One-standard-error choice from `errors[unit][a]`.
pub(crate) fn one_se(errors: &[Vec<f64>]) -> usize {
    let units = errors.len() as f64;
    let m: Vec<f64> =
        (0..errors[0].len()).map(|a| errors.iter().map(|u| u[a]).sum::<f64>() / units).collect();
    let best = (0..m.len()).fold(0, |b, a| if m[a] < m[b] { a } else { b });
    let var = errors.iter().map(|u| (u[best] - m[best]).powi(2)).sum::<f64>() / (units - 1.0);
    (0..m.len()).find(|a| m[*a] <= m[best] + (var / units).sqrt()).unwrap()
}

/// Leave-one-unit-out squared errors by unit and count, of the rows in `rows`.
pub(crate) fn unit_errors(
    x: &[Vec<f64>],
    y: &[f64],
    units: &[usize],
    rows: &[usize],
    max: usize,
) -> Vec<Vec<f64>> {
    let mut names: Vec<usize> = rows.iter().map(|r| units[*r]).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    names
        .iter()
        .map(|u| {
            let test: Vec<usize> = rows.iter().copied().filter(|r| units[*r] == *u).collect();
            let train: Vec<usize> = rows.iter().copied().filter(|r| units[*r] != *u).collect();
            let tx: Vec<Vec<f64>> = train.iter().map(|r| x[*r].clone()).collect();
            let ty: Vec<f64> = train.iter().map(|r| y[*r]).collect();
            let m = Nipals::fit(&tx, &ty, max);
            (0..=max)
                .map(|a| {
                    test.iter().map(|r| (m.at(&x[*r], a).0 - y[*r]).powi(2)).sum::<f64>()
                        / test.len() as f64
                })
                .collect()
        })
        .collect()
}

/// V_icp and V_true of new rows, straight from the formulas, with the count that `choose` takes of unit errors. Returns
/// (components, [(z, V_icp, V_true)]).
pub(crate) fn interval(
    choose: &dyn Fn(&[Vec<f64>]) -> usize,
    x: &[Vec<f64>],
    y: &[f64],
    units: &[usize],
    max: usize,
    (u0, u1): (f64, f64),
    new: &[Vec<f64>],
) -> (usize, Vec<(f64, f64, f64)>) {
    let n = x.len();
    let every: Vec<usize> = (0..n).collect();
    let a = choose(&unit_errors(x, y, units, &every, max));
    let u = |c: f64| u0 + u1 * if c > 0.0 { c } else { 0.0 };
    let (mut e, mut h, mut pl) = (vec![], vec![], vec![]);
    for i in 0..n {
        let out: Vec<usize> = (0..n).filter(|r| units[*r] == units[i]).collect();
        let others: Vec<usize> = without(&every, &out);
        let ai = choose(&unit_errors(x, y, units, &others, max));
        let m = Nipals::fit(&without(x, &out), &without(y, &out), max);
        e.push(y[i] - m.at(&x[i], ai).0);
        h.push(m.at(&x[i], ai).1);
        pl.push(m.at(&x[i], a).0);
    }
    let mut sorted = y.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    let g = |c: f64| if c > 0.3 * median { c * c } else { 0.09 * median * median };
    let mean = |f: &dyn Fn(usize) -> f64| (0..n).map(f).sum::<f64>() / n as f64;
    let mean_u2 = mean(&|i| u(pl[i]).powi(2));
    let mean_g = mean(&|i| g(pl[i]));
    let tau2 = mean(&|i| e[i] * e[i] / (g(pl[i]) + h[i] * mean_g));
    // Up from 0 in ever finer steps.
    let excess =
        |s: f64| mean(&|i| e[i] * e[i] / (s + u(pl[i]).powi(2) + h[i] * (s + mean_u2))) - 1.0;
    let mut s = 0.0;
    if excess(0.0) > 0.0 {
        let mut step = mean(&|i| e[i] * e[i]);
        while s + step > s {
            if excess(s + step) > 0.0 { s += step } else { step /= 2.0 }
        }
    }
    let whole = Nipals::fit(x, y, max);
    let rows = new.iter().map(|row| {
        let (z, h, _) = whole.at(row, a);
        let share = h * ((s + mean_u2) + tau2 * mean_g) / 2.0;
        let icp = (s + u(z).powi(2) + tau2 * g(z)) / 2.0 + share;
        let less = icp - share - u(z).powi(2);
        (z, icp, if less > 0.0 { less + share } else { share })
    });
    (a, rows.collect())
}
