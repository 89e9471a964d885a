//! The plugin of a method.

use std::marker::PhantomData;

use adit_plugin::{
    Call, Error, Info, Matrix, MatrixMut, Op, Param, Params, Regressor, RowStatus, StateReader,
    StateWriter, Training, check_widths, each_row,
};

use crate::method::Method;
use crate::model::Model;
use crate::state;
use crate::treat::Settings;

/// The regressor of a [`Method`].
///
/// The host says in `fit` how many counts to seek; count 0 is the mean of y (0 without centring). A fold or a set whose rank ends
/// earlier reaches fewer.
///
/// Scores are those of the first k principal components at count k, for ridge as for principal component regression. Ridge
/// shrinks every direction and has no components of its own; the first k principal components are what it keeps most of, their
/// leverages add up to the k degrees of freedom that it spends, and what a sample has in the other directions, which ridge reads
/// too, is in its Q. So every direction of a sample is looked at, a sample unlike the calibration is refused, and one like it can
/// be accepted; without scores no estimate of a ridge model could ever be more than a warning.
#[derive(Debug)]
pub struct Regression<M> {
    settings: Settings,
    fitted: Option<Fitted>,
    method: PhantomData<M>,
}

#[derive(Debug)]
struct Fitted {
    model: Model,
    selected: usize,
}

impl<M> Regression<M> {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }
}

impl<M: Method> Regressor for Regression<M> {
    const INFO: Info = M::INFO;
    const PARAMS: &'static [Param] = M::PARAMS;
    const PATH_PARAM: Option<&'static str> = Some("components");
    const DIAGNOSES: bool = true;

    fn create(params: &Params) -> Result<Self, Error> {
        let settings = Settings { centre: params.bool("centre")?, scale: params.bool("scale")? };
        Ok(Regression { settings, fitted: None, method: PhantomData })
    }

    fn fit(
        &mut self,
        data: &Training<'_>,
        max_components: usize,
        _call: &Call<'_>,
    ) -> Result<usize, Error> {
        let y = data.y.ok_or_else(|| Error::arg(format!("{} needs y", M::INFO.name)))?;
        let model = Model::fit::<M>(data.x, y, data.weights, self.settings, max_components)?;
        let selected = *model.counts().end();
        self.fitted = Some(Fitted { model, selected });
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
        let model = &self.fitted()?.model;
        model.has(&(from..=to))?;
        check_widths(&x, model.columns(), &out, (to - from + 1) * model.targets())?;
        each_row(x, out, status, call, |row, out| {
            model.predict_row(row, from..=to, out);
            RowStatus::Ok
        })
    }

    fn select(&mut self, components: usize) -> Result<(), Error> {
        let fitted = self.fitted.as_mut().ok_or_else(Error::not_fitted)?;
        fitted.model.has(&(components..=components))?;
        fitted.selected = components;
        Ok(())
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let fitted = self.fitted()?;
        state::save(&fitted.model.truncated(fitted.selected)?, to);
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error> {
        if version != M::INFO.state_version {
            return Err(Error::state_bytes(format!("states of version {version} are not known")));
        }
        let model = state::load(from)?;
        self.fitted = Some(Fitted { selected: *model.counts().end(), model });
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        let fitted = self.fitted()?;
        let (coefficients, bias) = fitted.model.raw(fitted.selected)?;
        Ok(vec![Op::AffineDense { n_in: fitted.model.columns(), coefficients, bias }])
    }

    fn score_count(&self) -> usize {
        self.fitted.as_ref().map_or(0, |f| f.selected)
    }

    fn scores(&self, x: Matrix<'_>, mut out: MatrixMut<'_>, _call: &Call<'_>) -> Result<(), Error> {
        let fitted = self.fitted()?;
        check_widths(&x, fitted.model.columns(), &out, fitted.selected)?;
        same_rows(x.rows(), out.rows())?;
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
        check_widths(&t, fitted.selected, &out, fitted.model.columns())?;
        same_rows(t.rows(), out.rows())?;
        for (i, row) in t.iter_rows().enumerate() {
            fitted.model.reconstruct_row(row, out.row_mut(i));
        }
        Ok(())
    }
}

fn same_rows(given: usize, room: usize) -> Result<(), Error> {
    match given == room {
        true => Ok(()),
        false => Err(Error::shape(format!("{given} rows, and room for {room}"))),
    }
}

#[cfg(test)]
mod tests {
    use adit_plugin::{Axis, ErrorCode, Value};

    use super::*;
    use crate::testing::{relative, spectra};
    use crate::{Pcr, Ridge};

    const N: usize = 14;
    const P: usize = 18;
    const M: usize = 2;

    fn axis() -> Axis {
        Axis::Positions { unit: 0, values: (0..P).map(|k| 250.0 + k as f64).collect() }
    }

    fn created<R: Regressor>(given: &[(&str, Value)]) -> R {
        let given: Vec<_> = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        R::create(&Params::new(R::PARAMS, &given).unwrap()).unwrap()
    }

    fn fitted<R: Regressor>() -> (R, Vec<f64>) {
        let (x, y) = spectra(17, N, P, M);
        let mut regressor: R = created(&[("scale", Value::Bool(true))]);
        let axis = axis();
        let data = Training {
            axis: &axis,
            x: Matrix::new(&x, N, P).unwrap(),
            y: Some(Matrix::new(&y, N, M).unwrap()),
            weights: None,
        };
        assert_eq!(regressor.fit(&data, 6, &Call::alone()).unwrap(), 6);
        (regressor, x)
    }

    fn predict<R: Regressor>(regressor: &R, x: &[f64], from: usize, to: usize) -> Vec<f64> {
        let (n, cols) = (x.len() / P, (to - from + 1) * M);
        let mut out = vec![0.0; n * cols];
        let (x, room) = (Matrix::new(x, n, P).unwrap(), MatrixMut::new(&mut out, n, cols).unwrap());
        regressor.predict(x, from, to, room, &mut vec![0; n], &Call::alone()).unwrap();
        out
    }

    #[test]
    fn defaults_centre_and_do_not_scale() {
        let plain = Settings { centre: true, scale: false };
        assert_eq!(created::<Regression<Pcr>>(&[]).settings, plain);
        assert_eq!(created::<Regression<Ridge>>(&[]).settings, plain);
    }

    fn counts_come_side_by_side<R: Regressor>() {
        let (regressor, x) = fitted::<R>();
        let all = predict(&regressor, &x, 0, 6);
        for a in 0..=6 {
            let one = predict(&regressor, &x, a, a);
            for i in 0..N {
                let at = (i * 7 + a) * M;
                assert_eq!(one[i * M..(i + 1) * M], all[at..at + M]);
            }
        }
        let mut broken = x.clone();
        broken[3] = f64::NAN;
        let after = predict(&regressor, &broken, 0, 6);
        assert!(after[..7 * M].iter().all(|v| v.is_nan()));
        assert_eq!(after[7 * M..], all[7 * M..]);
    }

    #[test]
    fn counts_come_side_by_side_and_a_row_does_not_see_the_others() {
        counts_come_side_by_side::<Regression<Pcr>>();
        counts_come_side_by_side::<Regression<Ridge>>();
    }

    fn saved<R: Regressor>(regressor: &R) -> Vec<u8> {
        let mut to = StateWriter::default();
        regressor.save(&mut to).unwrap();
        to.into_bytes()
    }

    fn diagnosed<R: Regressor>(regressor: &R, x: &[f64], a: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut t, mut back) = (vec![0.0; N * a], vec![0.0; N * P]);
        let (call, x) = (Call::alone(), Matrix::new(x, N, P).unwrap());
        regressor.scores(x, MatrixMut::new(&mut t, N, a).unwrap(), &call).unwrap();
        let scores = Matrix::new(&t, N, a).unwrap();
        regressor.reconstruct(scores, MatrixMut::new(&mut back, N, P).unwrap(), &call).unwrap();
        (t, back)
    }

    fn goes_round<R: Regressor>() {
        let (mut regressor, x) = fitted::<R>();
        for count in [4, 0] {
            regressor.select(count).unwrap();
            let bytes = saved(&regressor);
            let mut again: R = created(&[]);
            again.load(&mut StateReader::new(&bytes), 1).unwrap();
            assert_eq!(again.score_count(), count);
            assert_eq!(saved(&again), bytes);
            assert_eq!(predict(&again, &x, count, count), predict(&regressor, &x, count, count));
            assert_eq!(again.lower().unwrap(), regressor.lower().unwrap());
            assert_eq!(diagnosed(&again, &x, count), diagnosed(&regressor, &x, count));
            let wanted = predict(&regressor, &x, count, count);
            lowered_predicts(&again, &x, &wanted);
        }
    }

    fn lowered_predicts<R: Regressor>(regressor: &R, x: &[f64], wanted: &[f64]) {
        let Some(Op::AffineDense { n_in, coefficients, bias }) = regressor.lower().unwrap().pop()
        else {
            panic!("not an affine op");
        };
        assert_eq!((n_in, bias.len()), (P, M));
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
        goes_round::<Regression<Pcr>>();
        goes_round::<Regression<Ridge>>();
    }

    #[test]
    fn what_cannot_be_is_an_error_and_leaves_the_model_alone() {
        let (mut pcr, x) = fitted::<Regression<Pcr>>();
        let before = predict(&pcr, &x, 6, 6);
        let state = |e: Error| e.code();
        assert_eq!(state(created::<Regression<Pcr>>(&[]).lower().unwrap_err()), ErrorCode::State);
        assert_eq!(state(created::<Regression<Pcr>>(&[]).select(0).unwrap_err()), ErrorCode::State);
        assert_eq!(state(pcr.select(7).unwrap_err()), ErrorCode::Argument);
        assert!(pcr.load(&mut StateReader::new(&[0; 40]), 1).is_err());
        assert!(pcr.load(&mut StateReader::new(&[]), 2).is_err());
        let axis = axis();
        let x_only =
            Training { axis: &axis, x: Matrix::new(&x, N, P).unwrap(), y: None, weights: None };
        assert!(pcr.fit(&x_only, 2, &Call::alone()).is_err());
        let mut out = [0.0; 4];
        let narrow = Matrix::new(&x[..4], 2, 2).unwrap();
        let room = MatrixMut::new(&mut out, 2, 2).unwrap();
        assert!(pcr.predict(narrow, 1, 1, room, &mut [0; 2], &Call::alone()).is_err());
        let room = MatrixMut::new(&mut out[..2], 1, 2).unwrap();
        let rows = Matrix::new(&x, N, P).unwrap();
        assert!(pcr.predict(rows, 7, 6, room, &mut [0; 1], &Call::alone()).is_err());
        assert_eq!(predict(&pcr, &x, 6, 6), before);
    }
}
