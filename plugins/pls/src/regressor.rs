//! The regressor plugins of this family: `adit.pls`, and every other [`Algorithm`] behind the same shell.

use adit_plugin::{
    Call, CrossValidation, Error, Info, Matrix, MatrixMut, Op, Param, Params, Regressor, RowStatus,
    StateReader, StateWriter, Training, each_row,
};

use crate::algorithm::{Algorithm, Kernel};
use crate::model::Model;
use crate::prepare::Settings;
use crate::state;

/// Partial least squares regression, PLS1 for one column of y and PLS2 for more.
pub type Pls = Latent<Kernel>;

/// A regression on latent variables whose components are found by `A`.
///
/// The host says in `fit` how many components to seek; count 0 is the mean of y (0 without centring). A fold or a set whose rank
/// ends earlier reaches fewer.
#[derive(Debug)]
pub struct Latent<A> {
    settings: Settings,
    fitted: Option<Fitted>,
    algorithm: A,
}

#[derive(Debug)]
struct Fitted {
    model: Model,
    selected: usize,
    /// Of the selected count: one dot a target is all that a prediction needs.
    coefficients: Vec<f64>,
}

impl<A> Latent<A> {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl Fitted {
    fn new(model: Model, selected: usize) -> Result<Self, Error> {
        let coefficients = model.coefficients_by_target(selected)?;
        Ok(Fitted { model, selected, coefficients })
    }

    fn fits(&self, columns: usize) -> Result<(), Error> {
        if columns == self.model.columns() {
            return Ok(());
        }
        Err(Error::shape(format!(
            "the model was fitted on {} columns and is given {columns}",
            self.model.columns()
        )))
    }
}

impl<A: Algorithm> Regressor for Latent<A> {
    const INFO: Info = A::INFO;
    const PARAMS: &'static [Param] = A::PARAMS;
    const PATH_PARAM: Option<&'static str> = Some("components");
    const DIAGNOSES: bool = true;
    const CROSS_VALIDATES: bool = true;

    fn create(params: &Params) -> Result<Self, Error> {
        let settings = Settings { centre: params.bool("centre")?, scale: params.bool("scale")? };
        Ok(Latent { settings, fitted: None, algorithm: A::create(params)? })
    }

    fn fit(
        &mut self,
        data: &Training<'_>,
        max_components: usize,
        call: &Call<'_>,
    ) -> Result<usize, Error> {
        let y = data.y.ok_or_else(|| Error::arg("PLS needs y"))?;
        let (weights, settings) = (data.weights, self.settings);
        let model = self.algorithm.fit(data.x, y, weights, settings, max_components, call)?;
        let selected = model.reached();
        self.fitted = Some(Fitted::new(model, selected)?);
        Ok(selected)
    }

    fn predict(
        &self,
        x: Matrix<'_>,
        from: usize,
        to: usize,
        out: MatrixMut<'_>,
        status: &mut [u8],
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let fitted = self.fitted()?;
        fitted.fits(x.cols())?;
        let model = &fitted.model;
        if from > to || to > model.reached() {
            return Err(Error::arg(format!(
                "counts {from} to {to} asked of a model of {} components",
                model.reached()
            )));
        }
        if out.cols() != (to - from + 1) * model.targets() {
            return Err(Error::shape("the room for predictions does not fit"));
        }
        let direct = (from, to) == (fitted.selected, fitted.selected);
        each_row(x, out, status, call, |row, out| {
            match direct {
                true => model.predict_row_by(&fitted.coefficients, row, out),
                false => model.predict_row(row, from, to, out),
            }
            RowStatus::Ok
        })
    }

    fn select(&mut self, components: usize) -> Result<(), Error> {
        let fitted = self.fitted.as_mut().ok_or_else(Error::not_fitted)?;
        if components > fitted.model.reached() {
            return Err(Error::arg(format!(
                "{components} components asked of a model of {}",
                fitted.model.reached()
            )));
        }
        fitted.coefficients = fitted.model.coefficients_by_target(components)?;
        fitted.selected = components;
        Ok(())
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let fitted = self.fitted()?;
        state::save(&fitted.model.truncated(fitted.selected)?, to);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error> {
        if version != Self::INFO.state_version {
            return Err(Error::state_bytes(format!("states of version {version} are not known")));
        }
        let model = state::load(from)?;
        let selected = model.reached();
        self.fitted = Some(Fitted::new(model, selected)?);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let fitted = self.fitted()?;
        let (b, bias) = fitted.model.coefficients(fitted.selected)?;
        let coefficients = b.transpose().as_slice().to_vec(); // row-major
        Ok(vec![Op::AffineDense { n_in: fitted.model.columns(), coefficients, bias }])
    }

    fn score_count(&self) -> usize {
        self.fitted.as_ref().map_or(0, |f| f.selected)
    }

    fn scores(&self, x: Matrix<'_>, mut out: MatrixMut<'_>, _call: &Call<'_>) -> Result<(), Error> {
        let fitted = self.fitted()?;
        fitted.fits(x.cols())?;
        if out.rows() != x.rows() || out.cols() != fitted.selected {
            return Err(Error::shape("the room for scores does not fit"));
        }
        for (i, row) in x.iter_rows().enumerate() {
            fitted.model.scores_row(row, out.row_mut(i));
        }
        Ok(())
    }

    fn reconstruct(
        &self,
        t: Matrix<'_>,
        mut out: MatrixMut<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        let fitted = self.fitted()?;
        fitted.fits(out.cols())?;
        if out.rows() != t.rows() || t.cols() != fitted.selected {
            return Err(Error::shape("the scores do not fit the model"));
        }
        for (i, row) in t.iter_rows().enumerate() {
            fitted.model.reconstruct_row(row, out.row_mut(i));
        }
        Ok(())
    }

    fn cross_validate(&self, job: &mut CrossValidation<'_>, call: &Call<'_>) -> Result<(), Error> {
        self.algorithm.cross_validate(job, call)
    }

    fn fold_coefficients(
        &self,
        job: &CrossValidation<'_>,
        variant: usize,
        fold: usize,
        components: usize,
        mut out: MatrixMut<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        let (b, intercepts) = self.algorithm.fold_coefficients(job, variant, fold, components)?;
        if out.rows() != b.ncols() + 1 || out.cols() != b.nrows() {
            return Err(Error::shape("the room for coefficients does not fit"));
        }
        for (i, column) in b.column_iter().enumerate() {
            out.row_mut(i).iter_mut().zip(&column).for_each(|(to, b)| *to = *b);
        }
        out.row_mut(b.ncols()).copy_from_slice(&intercepts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use adit_plugin::{Axis, ErrorCode, Value};

    use super::*;
    use crate::testing::{relative, spectra};

    const N: usize = 14;
    const P: usize = 18;
    const M: usize = 2;

    fn axis() -> Axis {
        Axis::Positions { unit: 0, values: (0..P).map(|k| 250.0 + k as f64).collect() }
    }

    fn created(given: &[(&str, Value)]) -> Pls {
        let given: Vec<_> = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        Pls::create(&Params::new(Pls::PARAMS, &given).unwrap()).unwrap()
    }

    fn fitted() -> (Pls, Vec<f64>) {
        let (x, y) = spectra(17, N, P, M);
        let mut pls = created(&[("scale", Value::Bool(true))]);
        let axis = axis();
        let data = Training {
            axis: &axis,
            x: Matrix::new(&x, N, P).unwrap(),
            y: Some(Matrix::new(&y, N, M).unwrap()),
            weights: None,
        };
        assert_eq!(pls.fit(&data, 6, &Call::alone()).unwrap(), 6);
        (pls, x)
    }

    fn predict(pls: &Pls, x: &[f64], from: usize, to: usize) -> Vec<f64> {
        let (n, cols) = (x.len() / P, (to - from + 1) * M);
        let mut out = vec![0.0; n * cols];
        let (x, room) = (Matrix::new(x, n, P).unwrap(), MatrixMut::new(&mut out, n, cols).unwrap());
        pls.predict(x, from, to, room, &mut vec![0; n], &Call::alone()).unwrap();
        out
    }

    #[test]
    fn defaults_centre_and_do_not_scale() {
        assert_eq!(created(&[]).settings, Settings { centre: true, scale: false });
    }

    #[test]
    fn every_algorithm_gives_the_same_model_and_cross_validation() {
        use adit_plugin::{Fold, Targets, Variant};
        // Tall and wide, so that each way squares the smaller side once.
        for (n, p) in [(60, 12), (14, 90)] {
            let (x, y) = spectra(5, n, p, M);
            let (x, y) = (Matrix::new(&x, n, p).unwrap(), Matrix::new(&y, n, M).unwrap());
            let tests: Vec<Vec<usize>> = (0..7).map(|f| (f..n).step_by(7).collect()).collect();
            let found = ["kernel-1", "auto", "kernel-2", "gram"].map(|name| {
                let pls = created(&[("algorithm", Value::Text(name.to_owned()))]);
                let b = [true, false].map(|centre| {
                    let settings = Settings { centre, scale: true };
                    let model = pls.algorithm.fit(x, y, None, settings, 5, &Call::alone()).unwrap();
                    model.coefficients(5).unwrap().0
                });
                let (mut predictions, mut reached) = (vec![0.0; 4 * n * 6 * M], vec![0; 28]);
                let ways = [(true, true), (false, false), (true, false), (false, true)];
                let variant = |(centre, scale)| Variant { centre, scale, filter: None };
                let mut job = CrossValidation {
                    x,
                    y,
                    weights: None,
                    folds: tests.iter().map(|test| Fold { test, gap: &[] }).collect(),
                    targets: Targets::Joint,
                    variants: ways.map(variant).to_vec(),
                    max_components: 5,
                    predictions: &mut predictions,
                    reached: &mut reached,
                };
                pls.cross_validate(&mut job, &Call::alone()).unwrap();
                (b, predictions, reached)
            });
            for (b, predictions, reached) in &found[1..] {
                // What squares loses digits, and gives back what would lose more than these.
                for (b, first) in b.iter().zip(&found[0].0) {
                    assert!(relative(b.as_slice(), first.as_slice()) < 1e-7, "{n}x{p}");
                }
                assert!(relative(predictions, &found[0].1) < 1e-7, "{n}x{p}");
                assert_eq!(reached, &found[0].2);
            }
        }
        let unknown = [("algorithm".to_owned(), Value::Text("nipals".to_owned()))];
        assert!(Params::new(Pls::PARAMS, &unknown).is_err());
    }

    #[test]
    fn counts_come_side_by_side_and_a_row_does_not_see_the_others() {
        let (pls, x) = fitted();
        let all = predict(&pls, &x, 0, 6);
        for a in 0..=6 {
            let one = predict(&pls, &x, a, a);
            for i in 0..N {
                let at = (i * 7 + a) * M;
                // The selected count, 6, is predicted from its coefficients: the same but for rounding.
                assert!(relative(&one[i * M..(i + 1) * M], &all[at..at + M]) < 1e-13);
            }
        }
        let mut broken = x.clone();
        broken[3] = f64::NAN;
        let after = predict(&pls, &broken, 0, 6);
        assert!(after[..7 * M].iter().all(|v| v.is_nan()));
        assert_eq!(after[7 * M..], all[7 * M..]);
        assert_eq!(predict(&pls, &x[5 * P..6 * P], 0, 6), all[5 * 7 * M..6 * 7 * M]);
    }

    #[test]
    fn the_lowered_op_predicts_what_the_selected_model_predicts() {
        let (mut pls, x) = fitted();
        pls.select(3).unwrap();
        let Some(Op::AffineDense { n_in, coefficients, bias }) = pls.lower().unwrap().pop() else {
            panic!("not an affine op");
        };
        assert_eq!((n_in, bias.len()), (P, M));
        let wanted = predict(&pls, &x, 3, 3);
        for (row, wanted) in x.chunks(P).zip(wanted.chunks(M)) {
            let found: Vec<f64> = coefficients
                .chunks(P)
                .zip(&bias)
                .map(|(c, b)| b + c.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
                .collect();
            assert!(relative(&found, wanted) < 1e-12);
        }
    }

    #[test]
    fn a_loaded_model_predicts_diagnoses_lowers_and_saves_as_before() {
        let (mut pls, x) = fitted();
        pls.select(4).unwrap();
        let save = |pls: &Pls| {
            let mut to = StateWriter::default();
            pls.save(&mut to).unwrap();
            to.into_bytes()
        };
        let diagnose = |pls: &Pls| {
            let (mut t, mut back) = (vec![0.0; N * 4], vec![0.0; N * P]);
            let (call, x) = (Call::alone(), Matrix::new(&x, N, P).unwrap());
            pls.scores(x, MatrixMut::new(&mut t, N, 4).unwrap(), &call).unwrap();
            let scores = Matrix::new(&t, N, 4).unwrap();
            pls.reconstruct(scores, MatrixMut::new(&mut back, N, P).unwrap(), &call).unwrap();
            (t, back)
        };
        let bytes = save(&pls);
        let mut again = created(&[]);
        again.load(&mut StateReader::new(&bytes), 1).unwrap();
        assert_eq!(again.score_count(), 4);
        assert_eq!(save(&again), bytes);
        assert_eq!(predict(&again, &x, 4, 4), predict(&pls, &x, 4, 4));
        assert_eq!(again.lower().unwrap(), pls.lower().unwrap());
        assert_eq!(diagnose(&again), diagnose(&pls));
    }

    #[test]
    fn what_cannot_be_is_an_error_and_leaves_the_model_alone() {
        let (mut pls, x) = fitted();
        let before = predict(&pls, &x, 6, 6);
        let state = |e: Error| e.code();
        assert_eq!(state(created(&[]).lower().unwrap_err()), ErrorCode::State);
        assert_eq!(state(created(&[]).select(0).unwrap_err()), ErrorCode::State);
        assert_eq!(state(pls.select(7).unwrap_err()), ErrorCode::Argument);
        assert!(pls.load(&mut StateReader::new(&[0; 40]), 1).is_err());
        assert!(pls.load(&mut StateReader::new(&[]), 2).is_err());
        let axis = axis();
        let x_only =
            Training { axis: &axis, x: Matrix::new(&x, N, P).unwrap(), y: None, weights: None };
        assert!(pls.fit(&x_only, 2, &Call::alone()).is_err());
        let mut out = [0.0; 4];
        let narrow = Matrix::new(&x[..4], 2, 2).unwrap();
        let room = MatrixMut::new(&mut out, 2, 2).unwrap();
        assert!(pls.predict(narrow, 1, 1, room, &mut [0; 2], &Call::alone()).is_err());
        assert_eq!(predict(&pls, &x, 6, 6), before);
    }
}
