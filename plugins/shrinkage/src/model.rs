//! The fitted counts: predictions, scores, reconstruction, coefficients.

use std::ops::RangeInclusive;

use adit_plugin::{Error, Matrix, vector};
use faer::Mat;

use crate::decompose::Decomposition;
use crate::method::Method;
use crate::treat::Settings;

/// Linear models of p columns and m targets, one for each count in turn, over the principal components of X.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) x_mean: Vec<f64>,
    pub(crate) x_scale: Vec<f64>,
    pub(crate) y_mean: Vec<f64>,
    /// V, p x a, orthonormal, in treated units; a = the largest count.
    pub(crate) loadings: Mat<f64>,
    /// On x - mean, in raw units: p x (counts m), for each count in turn one column per target. The last count is a.
    pub(crate) coefficients: Mat<f64>,
}

impl Model {
    /// Fits every count from 0 to `max_components` to `x` (n x p) and `y` (n x m); fewer where the rank of the treated X ends.
    ///
    /// `weights`: one number a row, 0 or more; a row of weight 0 is left out.
    ///
    /// # Errors
    /// Shapes that do not fit, no row of positive weight, a value that is not finite, or numbers so large that products overflow.
    ///
    /// ```
    /// use adit_plugin::Matrix;
    /// use adit_shrinkage::{Model, Ridge, Settings};
    ///
    /// let x = [1.0, 0.0, 2.0, 1.0, 3.0, 5.0, 4.0, 2.0];
    /// let y = [3.0, 6.0, 12.0, 11.0]; // 2 x0 + x1 + 1
    /// let settings = Settings { centre: true, scale: false };
    /// let model =
    ///     Model::fit::<Ridge>(Matrix::new(&x, 4, 2)?, Matrix::new(&y, 4, 1)?, None, settings, 5)?;
    /// assert_eq!(model.counts(), 0..=2);
    /// let mut out = [0.0; 3];
    /// model.predict_row(&[2.0, 1.0], 0..=2, &mut out);
    /// assert_eq!(out[0], 8.0); // the mean
    /// assert!((out[2] - 6.0).abs() < 1e-12); // two degrees of freedom: least squares
    /// # Ok::<(), adit_plugin::Error>(())
    /// ```
    pub fn fit<M: Method>(
        x: Matrix<'_>,
        y: Matrix<'_>,
        weights: Option<&[f64]>,
        settings: Settings,
        max_components: usize,
    ) -> Result<Model, Error> {
        let d = Decomposition::of(x, y, weights, settings)?;
        let (rank, m) = (d.singular_values.len(), y.cols());
        let reached = rank.min(max_components);
        let mut along = Mat::zeros(rank, (reached + 1) * m);
        for count in 1..=reached {
            let shares = M::shares(&d.singular_values, count);
            for (i, (share, s)) in shares.iter().zip(&d.singular_values).enumerate() {
                for k in 0..m {
                    along[(i, count * m + k)] = share * (d.projections[(i, k)] / s);
                }
            }
        }
        let mut coefficients = &d.loadings * &along;
        for i in 0..coefficients.ncols() {
            let column = coefficients.col_as_slice_mut(i);
            column.iter_mut().zip(&d.x_scale).for_each(|(b, s)| *b /= s);
            if !column.iter().all(|b| b.is_finite()) {
                return Err(Error::numeric("the coefficients are too large for a number"));
            }
        }
        Ok(Model {
            x_mean: d.x_mean,
            x_scale: d.x_scale,
            y_mean: d.y_mean,
            loadings: d.loadings.subcols(0, reached).to_owned(),
            coefficients,
        })
    }

    /// Number of columns p of X.
    pub fn columns(&self) -> usize {
        self.x_mean.len()
    }
    /// Number of targets m.
    pub fn targets(&self) -> usize {
        self.y_mean.len()
    }
    /// The counts that there are models of: from 0 after a fit, one after loading.
    pub fn counts(&self) -> RangeInclusive<usize> {
        let last = self.loadings.ncols();
        last + 1 - self.coefficients.ncols() / self.targets()..=last
    }
    /// V, p x a, in treated units: the loadings of the principal components, falling in their share of X.
    pub fn loadings(&self) -> &Mat<f64> {
        &self.loadings
    }

    /// Whether there is a model of every count in `counts`, and a first one.
    pub(crate) fn has(&self, counts: &RangeInclusive<usize>) -> Result<(), Error> {
        let there = self.counts();
        match !counts.is_empty() && there.contains(counts.start()) && there.contains(counts.end()) {
            true => Ok(()),
            false => Err(Error::arg(format!(
                "counts {} to {} asked of a model of {} to {}",
                counts.start(),
                counts.end(),
                there.start(),
                there.end()
            ))),
        }
    }

    /// The model of one count alone.
    ///
    /// # Errors
    /// When there is none of this count.
    pub fn truncated(&self, count: usize) -> Result<Model, Error> {
        self.has(&(count..=count))?;
        let (m, first) = (self.targets(), *self.counts().start());
        Ok(Model {
            loadings: self.loadings.subcols(0, count).to_owned(),
            coefficients: self.coefficients.subcols((count - first) * m, m).to_owned(),
            ..self.clone()
        })
    }

    /// Coefficients on x - mean of one target at one count.
    fn slope(&self, count: usize, target: usize) -> &[f64] {
        let first = *self.counts().start();
        self.coefficients.col_as_slice((count - first) * self.targets() + target)
    }

    /// Predictions of one row of p values for `counts`, all of them [there](Self::counts): for each count in turn, one value per
    /// target, in the units of y.
    ///
    /// # Panics
    /// When a count is not there.
    pub fn predict_row(&self, row: &[f64], counts: RangeInclusive<usize>, out: &mut [f64]) {
        let centred: Vec<f64> = row.iter().zip(&self.x_mean).map(|(v, m)| v - m).collect();
        for (count, out) in counts.zip(out.chunks_exact_mut(self.targets())) {
            for (k, out) in out.iter_mut().enumerate() {
                *out = self.y_mean[k] + vector::dot(self.slope(count, k), &centred);
            }
        }
    }

    /// Scores of one row of p values: as many principal components as `out` has room for and the model has.
    pub fn scores_row(&self, row: &[f64], out: &mut [f64]) {
        let stats = self.x_mean.iter().zip(&self.x_scale);
        let treated: Vec<f64> = row.iter().zip(stats).map(|(v, (m, s))| (v - m) / s).collect();
        for (a, t) in out.iter_mut().enumerate().take(self.loadings.ncols()) {
            *t = vector::dot(self.loadings.col_as_slice(a), &treated);
        }
    }

    /// The row of p values that a row of scores stands for, in the units of X: mean + scale * (t V'), the orthogonal projection of
    /// the treated row on the span of the first principal components.
    pub fn reconstruct_row(&self, t: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (a, t) in t.iter().enumerate().take(self.loadings.ncols()) {
            vector::axpy(*t, self.loadings.col_as_slice(a), out);
        }
        for (o, (mean, scale)) in out.iter_mut().zip(self.x_mean.iter().zip(&self.x_scale)) {
            *o = mean + scale * *o;
        }
    }

    /// Coefficients (m x p, row-major) and intercepts (m) of the model of `count`, in raw units: y = B x + b.
    ///
    /// # Errors
    /// When there is none of this count.
    pub fn raw(&self, count: usize) -> Result<(Vec<f64>, Vec<f64>), Error> {
        self.has(&(count..=count))?;
        let slopes = (0..self.targets()).map(|k| self.slope(count, k));
        let intercepts = slopes
            .clone()
            .zip(&self.y_mean)
            .map(|(b, y)| y - vector::dot(b, &self.x_mean))
            .collect();
        Ok((slopes.flatten().copied().collect(), intercepts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{relative, spectra};
    use crate::{Pcr, Ridge};

    const N: usize = 25;
    const P: usize = 8;

    fn both(settings: Settings) -> [(Model, Vec<f64>, Vec<f64>); 2] {
        let (x, y) = spectra(11, N, P, 1);
        let (xm, ym) = (Matrix::new(&x, N, P).unwrap(), Matrix::new(&y, N, 1).unwrap());
        let pcr = Model::fit::<Pcr>(xm, ym, None, settings, 20).unwrap();
        let ridge = Model::fit::<Ridge>(xm, ym, None, settings, 20).unwrap();
        [(pcr, x.clone(), y.clone()), (ridge, x, y)]
    }

    fn fitted(model: &Model, x: &[f64], count: usize) -> Vec<f64> {
        let mut out = vec![0.0; N];
        for (row, out) in x.chunks(P).zip(out.chunks_mut(1)) {
            model.predict_row(row, count..=count, out);
        }
        out
    }

    #[test]
    fn at_full_rank_both_are_least_squares_and_count_0_is_the_mean() {
        for (model, x, y) in both(Settings { centre: true, scale: true }) {
            assert_eq!(model.counts(), 0..=P);
            let residual: Vec<f64> =
                fitted(&model, &x, P).iter().zip(&y).map(|(a, b)| b - a).collect();
            for k in 0..=P {
                let column = |i: usize| if k == P { 1.0 } else { x[i * P + k] };
                let along: f64 = residual.iter().enumerate().map(|(i, e)| e * column(i)).sum();
                assert!(along.abs() < 1e-11, "{k}: {along:e}");
            }
            let mean = y.iter().sum::<f64>() / N as f64;
            assert!(relative(&fitted(&model, &x, 0), &[mean; N]) < 1e-15);
        }
    }

    #[test]
    fn least_squares_on_the_scores_gives_the_components_of_pcr_one_by_one() {
        let [(model, x, y), _] = both(Settings { centre: true, scale: false });
        let mut t = vec![0.0; N * P];
        for (row, t) in x.chunks(P).zip(t.chunks_mut(P)) {
            model.scores_row(row, t);
        }
        let mean = y.iter().sum::<f64>() / N as f64;
        let mut wanted = vec![mean; N];
        for a in 0..P {
            // Scores are at right angles to each other: each has a slope of its own.
            let own = |i: usize| t[i * P + a];
            let slope = (0..N).map(|i| own(i) * y[i]).sum::<f64>()
                / (0..N).map(|i| own(i) * own(i)).sum::<f64>();
            (0..N).for_each(|i| wanted[i] += slope * own(i));
            assert!(relative(&fitted(&model, &x, a + 1), &wanted) < 1e-13, "{a}");
        }
    }

    /// The derivative of `|y - X b|^2 + lambda |b|^2` is zero at its minimum.
    #[test]
    fn ridge_is_where_the_penalised_squares_are_smallest() {
        let [_, (model, x, y)] = both(Settings { centre: true, scale: false });
        let d = Decomposition::of(
            Matrix::new(&x, N, P).unwrap(),
            Matrix::new(&y, N, 1).unwrap(),
            None,
            Settings { centre: true, scale: false },
        )
        .unwrap();
        for count in 1..P {
            let lambda = crate::penalty(&d.singular_values, count);
            let found = fitted(&model, &x, count);
            for k in 0..P {
                let gradient: f64 = (0..N)
                    .map(|i| (y[i] - found[i]) * (x[i * P + k] - model.x_mean[k]))
                    .sum::<f64>()
                    - lambda * model.slope(count, 0)[k];
                assert!(gradient.abs() < 1e-11, "{count} {k}: {gradient:e}");
            }
        }
    }

    #[test]
    fn reconstruction_is_the_orthogonal_projection_and_leverages_add_up_to_the_count() {
        for (model, x, _) in both(Settings { centre: true, scale: true }) {
            for count in [1, 3, P] {
                let model = model.truncated(count).unwrap();
                let mut leverage = 0.0;
                let mut t_all = Mat::zeros(N, count);
                for (i, row) in x.chunks(P).enumerate() {
                    let (mut t, mut back) = (vec![0.0; count], vec![0.0; P]);
                    model.scores_row(row, &mut t);
                    model.reconstruct_row(&t, &mut back);
                    let mut again = vec![0.0; count];
                    model.scores_row(&back, &mut again);
                    assert!(relative(&again, &t) < 1e-12);
                    // What is left is at right angles to every component, in treated units.
                    for a in 0..count {
                        let along: f64 = (0..P)
                            .map(|k| (row[k] - back[k]) / model.x_scale[k] * model.loadings[(k, a)])
                            .sum();
                        assert!(along.abs() < 1e-13);
                    }
                    t.iter().enumerate().for_each(|(a, t)| t_all[(i, a)] = *t);
                }
                for a in 0..count {
                    let square: f64 = (0..N).map(|i| t_all[(i, a)].powi(2)).sum();
                    leverage += (0..N).map(|i| t_all[(i, a)].powi(2) / square).sum::<f64>();
                    for b in 0..a {
                        let product: f64 = (0..N).map(|i| t_all[(i, a)] * t_all[(i, b)]).sum();
                        assert!(product.abs() < 1e-12 * square);
                    }
                }
                assert!((leverage - count as f64).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn counts_that_are_not_there_are_errors() {
        let [(model, ..), _] = both(Settings { centre: true, scale: false });
        assert!(model.truncated(P + 1).is_err());
        let one = model.truncated(3).unwrap();
        assert_eq!(one.counts(), 3..=3);
        assert!(one.truncated(2).is_err());
        assert!(one.raw(4).is_err());
        assert_eq!(one.truncated(3).unwrap(), one);
    }
}
