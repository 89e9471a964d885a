//! PLS as the textbook has it: NIPALS with deflation (Martens & Naes 1989, frames 3.4 and 3.6).

use adit_engine::plugin::{FastAnswer, FastJob, FastVariant, Flags, Predicted};
use adit_engine::{Axis, Error, Matrix, Op, Regressor, Result, RowStatus};

/// Weights, loadings and y-loadings of each component, after the means.
#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) x_mean: Vec<f64>,
    pub(crate) y_mean: Vec<f64>,
    /// (w, p, q) of each component.
    pub(crate) components: Vec<(Vec<f64>, Vec<f64>, Vec<f64>)>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn means(m: &Matrix) -> Vec<f64> {
    (0..m.cols()).map(|j| m.col(j).iter().sum::<f64>() / m.rows() as f64).collect()
}

fn centred(m: &Matrix, mean: &[f64]) -> Vec<Vec<f64>> {
    m.iter_rows().map(|r| r.iter().zip(mean).map(|(v, c)| v - c).collect()).collect()
}

/// t' M / scale for rows M.
fn across(t: &[f64], rows: &[Vec<f64>], scale: f64) -> Vec<f64> {
    let mut sum = vec![0.0; rows[0].len()];
    for (t, row) in t.iter().zip(rows) {
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += t * v / scale);
    }
    sum
}

pub(crate) fn fit(x: &Matrix, y: &Matrix, most: usize) -> Model {
    let mut model = Model { x_mean: means(x), y_mean: means(y), components: Vec::new() };
    let (mut e, mut f) = (centred(x, &model.x_mean), centred(y, &model.y_mean));
    let size = e.iter().map(|r| dot(r, r)).sum::<f64>();
    while model.components.len() < most.min(x.rows() - 1).min(x.cols()) {
        let mut u: Vec<f64> = f.iter().map(|r| r[0]).collect();
        let (mut w, mut t, mut q) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..if y.cols() == 1 { 1 } else { 2000 } {
            w = across(&u, &e, 1.0);
            let length = dot(&w, &w).sqrt();
            w.iter_mut().for_each(|v| *v /= length);
            t = e.iter().map(|r| dot(r, &w)).collect();
            q = across(&t, &f, dot(&t, &t));
            u = f.iter().map(|r| dot(r, &q) / dot(&q, &q)).collect();
        }
        let tt = dot(&t, &t);
        if tt.is_nan() || tt <= 1e-20 * size {
            break;
        }
        let p = across(&t, &e, tt);
        for (i, t) in t.iter().enumerate() {
            e[i].iter_mut().zip(&p).for_each(|(v, p)| *v -= t * p);
            f[i].iter_mut().zip(&q).for_each(|(v, q)| *v -= t * q);
        }
        model.components.push((w, p, q));
    }
    model
}

impl Model {
    /// Predictions for every count from 0 up.
    pub(crate) fn path(&self, row: &[f64]) -> Vec<Vec<f64>> {
        let mut e: Vec<f64> = row.iter().zip(&self.x_mean).map(|(v, m)| v - m).collect();
        let mut all = vec![self.y_mean.clone()];
        for (w, p, q) in &self.components {
            let t = dot(&e, w);
            e.iter_mut().zip(p).for_each(|(v, p)| *v -= t * p);
            all.push(all[all.len() - 1].iter().zip(q).map(|(y, q)| y + t * q).collect());
        }
        all
    }
}

/// The numbers of a state.
pub(crate) fn numbers(bytes: &[u8]) -> Result<Vec<f64>> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(8) {
        return Err(Error::input("not a state", ""));
    }
    Ok(bytes.chunks_exact(8).map(|c| f64::from_le_bytes(c.try_into().unwrap())).collect())
}

/// The regressor; with `only_count` 1 it has all components as count 1.
pub(crate) struct Pls {
    counts: usize,
    fast: bool,
    model: Model,
    selected: usize,
}

impl Pls {
    pub(crate) fn new(counts: usize, fast: bool) -> Pls {
        Pls { counts, fast, model: Model::default(), selected: 0 }
    }
    /// The path of a row, over the counts that there are.
    fn counts(&self, row: &[f64]) -> Vec<Vec<f64>> {
        let path = self.model.path(row);
        if self.counts == 1 { vec![path[0].clone(), path[path.len() - 1].clone()] } else { path }
    }
}

impl Regressor for Pls {
    fn flags(&self) -> Flags {
        Flags(0)
    }
    fn fit(
        &mut self,
        axis: &Axis,
        x: &Matrix,
        y: &Matrix,
        weights: Option<&[f64]>,
        max: usize,
    ) -> Result<usize> {
        assert_eq!((axis.len(), x.rows()), (x.cols(), y.rows()));
        assert!(weights.is_none_or(|w| w.len() == x.rows()));
        self.model = fit(x, y, if self.counts == 1 { usize::MAX } else { max });
        self.selected = self.model.components.len().min(self.counts).min(max);
        Ok(self.selected)
    }
    fn predict(&self, x: &Matrix, from: usize, to: usize, targets: usize) -> Result<Predicted> {
        let (mut values, mut status) = (Vec::new(), Vec::new());
        for row in x.iter_rows() {
            let finite = row.iter().all(|v| v.is_finite());
            status.push(if finite { RowStatus::Ok } else { RowStatus::NotFinite });
            let path = self.counts(row);
            let wanted = path.get(from..=to).ok_or_else(|| Error::input("no such count", ""))?;
            values.extend(wanted.iter().flatten());
        }
        let values = Matrix::new(values, x.rows(), (to - from + 1) * targets)?;
        Ok(Predicted { values, status })
    }
    fn select(&mut self, components: usize) -> Result<()> {
        self.selected = components;
        Ok(())
    }
    fn save(&self) -> Result<Vec<u8>> {
        let kept = if self.counts == 1 { usize::MAX } else { self.selected };
        let m = &self.model;
        let mut all = vec![self.selected as f64, m.x_mean.len() as f64, m.y_mean.len() as f64];
        all.extend(m.x_mean.iter().chain(&m.y_mean));
        for (w, p, q) in m.components.iter().take(kept) {
            all.extend(w.iter().chain(p).chain(q));
        }
        Ok(all.into_iter().flat_map(f64::to_le_bytes).collect())
    }
    fn load(&mut self, bytes: &[u8], _: u32) -> Result<()> {
        let all = numbers(bytes)?;
        let (n, m) = (all[1] as usize, all[2] as usize);
        let (x_mean, rest) = all[3..].split_at(n);
        let (y_mean, rest) = rest.split_at(m);
        let split = |c: &[f64]| (c[..n].to_vec(), c[n..2 * n].to_vec(), c[2 * n..].to_vec());
        self.model = Model {
            x_mean: x_mean.to_vec(),
            y_mean: y_mean.to_vec(),
            components: rest.chunks_exact(2 * n + m).map(split).collect(),
        };
        self.selected = all[0] as usize;
        Ok(())
    }
    /// By trying each column, so that it is not the formula of the prediction again.
    fn lower(&self) -> Result<Vec<Op>> {
        let n_in = self.model.x_mean.len();
        let at = |j: Option<usize>| {
            let row: Vec<f64> = (0..n_in).map(|k| if Some(k) == j { 1.0 } else { 0.0 }).collect();
            self.counts(&row)[self.selected].clone()
        };
        let bias = at(None);
        let columns: Vec<Vec<f64>> = (0..n_in).map(|j| at(Some(j))).collect();
        let coefficients = (0..bias.len())
            .flat_map(|k| columns.iter().map(move |c| (k, c)).collect::<Vec<_>>())
            .map(|(k, c)| c[k] - bias[k])
            .collect();
        Ok(vec![Op::AffineDense { n_in, coefficients, bias }])
    }
    fn score_count(&self) -> Option<usize> {
        None
    }
    fn scores(&self, _: &Matrix) -> Result<Matrix> {
        Err(Error::usage("no scores", ""))
    }
    fn reconstruct(&self, _: &Matrix, _: usize) -> Result<Matrix> {
        Err(Error::usage("no scores", ""))
    }
    fn cross_validates(&self) -> bool {
        self.fast
    }
    fn cross_validate(&self, job: &FastJob<'_>) -> Result<FastAnswer> {
        assert_eq!(job.variants, [FastVariant { centre: true, scale: false, filter: None }]);
        assert!(!job.joint);
        let (m, mut reached) = (job.y.cols(), Vec::new());
        let mut out = Vec::new();
        for fold in job.folds {
            let train = fold.training(job.x.rows());
            let y = job.y.select_rows(&train);
            let models: Vec<Model> = (0..m)
                .map(|k| {
                    fit(&job.x.select_rows(&train), &Matrix::column(&y.col(k)), job.max_components)
                })
                .collect();
            reached.extend(models.iter().map(|m| m.components.len() as u32));
            for row in &fold.test {
                let paths: Vec<_> =
                    models.iter().map(|model| model.path(job.x.row(*row))).collect();
                for a in 0..=job.max_components {
                    out.extend(paths.iter().map(|p| p[a.min(p.len() - 1)][0]));
                }
            }
        }
        let remarks = vec![format!("{} folds fitted one by one", job.folds.len())];
        Ok(FastAnswer { predictions: out, reached, remarks })
    }
}
