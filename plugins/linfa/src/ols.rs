//! The plugin `adit.linfa.ols`.

use adit_plugin::{
    Call, Error, Flags, Info, Matrix, MatrixMut, Op, Param, Params, Regressor, StateReader,
    StateWriter, Training,
};
use linfa::{Dataset, traits::Fit};
use linfa_linear::LinearRegression;
use ndarray::Array2;

use crate::linear::{self, Linear, check_number};
use crate::rank;
use crate::treat::{Scaling, Treated, check};

/// Ordinary least squares with an intercept, each target on its own, by the QR decomposition of linfa-linear.
///
/// Columns are centred and scaled before (which changes nothing but the accuracy), so weights work too. Count 1 is the fit,
/// count 0 the mean.
///
/// Linearly dependent columns, constant ones among them, and fewer rows than columns + 1 have no single answer: `fit` says so.
#[derive(Debug)]
pub struct LinfaOls {
    fitted: Option<Fitted>,
}

#[derive(Debug)]
struct Fitted {
    /// Models of the counts from `first` on.
    models: Vec<Linear>,
    first: usize,
    selected: usize,
}

impl LinfaOls {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }
    fn selected(&self) -> Result<&Linear, Error> {
        let f = self.fitted()?;
        f.models.get(f.selected - f.first).ok_or_else(Error::not_fitted)
    }
}

/// The least squares model, and the mean.
fn solve(data: &Training<'_>) -> Result<[Linear; 2], Error> {
    let y = data.y.ok_or_else(|| Error::arg("least squares needs y"))?;
    let weights = check(data.x, y, data.weights)?;
    let x = Treated::new(data.x, &weights, Scaling::Deviation);
    let y = Treated::new(y, &weights, Scaling::None);
    let (p, m) = (x.mean.len(), y.mean.len());
    if !(x.norm().is_finite() && y.norm().is_finite()) {
        return Err(Error::numeric("the numbers of x or y are too large to square"));
    }
    let rank = rank::rank(&x.values, rank::tolerance(&x.values));
    if rank < p {
        let rows = weights.iter().filter(|w| **w > 0.0).count();
        return Err(Error::numeric(format!(
            "least squares of {p} columns has no single answer: {rows} rows tell only {rank} of them apart; \
             leave columns out or use adit.pls"
        )));
    }
    let mut centred = Array2::zeros((p, m));
    for k in 0..m {
        let data = Dataset::new(x.values.clone(), y.values.column(k).to_owned());
        let model = LinearRegression::new()
            .with_intercept(false)
            .fit(&data)
            .map_err(|e| Error::numeric(format!("linfa-linear: {e}")))?;
        let raw = model.params() / &x.scale;
        centred.column_mut(k).assign(&raw);
    }
    let means = (x.mean.to_vec(), y.mean.to_vec());
    let models =
        [Array2::zeros((p, m)), centred].map(|b| Linear::from_centred(&b, &means.0, &means.1));
    match models.iter().all(Linear::is_finite) {
        true => Ok(models),
        false => Err(Error::numeric("linfa-linear gave numbers that are not finite")),
    }
}

impl Regressor for LinfaOls {
    const INFO: Info = Info {
        id: "adit.linfa.ols",
        name: "OLS (linfa)",
        summary: "ordinary least squares of linfa-linear, with a check of the rank",
        reference: "https://docs.rs/linfa-linear",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[];

    fn create(_params: &Params) -> Result<Self, Error> {
        Ok(LinfaOls { fitted: None })
    }

    fn fit(
        &mut self,
        data: &Training<'_>,
        max_components: usize,
        _call: &Call<'_>,
    ) -> Result<usize, Error> {
        let selected = max_components.min(1);
        let models = solve(data)?.into_iter().take(selected + 1).collect();
        self.fitted = Some(Fitted { models, first: 0, selected });
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
        let f = self.fitted()?;
        linear::predict(&f.models, f.first, (from, to), x, out, status, call)
    }

    fn select(&mut self, components: usize) -> Result<(), Error> {
        let f = self.fitted.as_mut().ok_or_else(Error::not_fitted)?;
        if components < f.first || components >= f.first + f.models.len() {
            return Err(Error::arg(format!("there is no model of count {components}")));
        }
        f.selected = components;
        Ok(())
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let (count, model) = (self.fitted()?.selected, self.selected()?);
        to.size(count);
        model.save(to);
        to.u64(check_number(std::iter::once(count as u64).chain(model.bits())));
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error> {
        if version != Self::INFO.state_version {
            return Err(Error::state_bytes(format!("states of version {version} are not known")));
        }
        let (count, model) = (from.size()?, Linear::load(from)?);
        let check = check_number(std::iter::once(count as u64).chain(model.bits()));
        if count > 1 || from.u64()? != check {
            return Err(Error::state_bytes("the check number differs: the model was changed"));
        }
        self.fitted = Some(Fitted { models: vec![model], first: count, selected: count });
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        Ok(self.selected()?.lower())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Noise, relative};
    use adit_plugin::{Axis, Channel};

    fn axis(p: usize) -> Axis {
        Axis::Named((0..p).map(|k| Channel { name: format!("c{k}"), unit: 0 }).collect())
    }

    fn fit(x: &[f64], y: &[f64], n: usize, weights: Option<&[f64]>) -> Result<LinfaOls, Error> {
        let p = x.len() / n;
        let mut ols = LinfaOls::create(&Params::new(LinfaOls::PARAMS, &[])?)?;
        let axis = axis(p);
        let data = Training {
            axis: &axis,
            x: Matrix::new(x, n, p)?,
            y: Some(Matrix::new(y, n, y.len() / n)?),
            weights,
        };
        ols.fit(&data, 5, &Call::alone())?;
        Ok(ols)
    }

    #[test]
    fn recovers_an_exact_plane_far_from_zero_in_odd_units() {
        let mut noise = Noise::new(1);
        let (mut x, mut y) = (vec![], vec![]);
        for _ in 0..12 {
            let (a, b) = (2e4 + noise.next(), 1e-3 * noise.next());
            x.extend([a, b]);
            y.extend([3.0 + 0.5 * a - 40.0 * b, a]);
        }
        let ols = fit(&x, &y, 12, None).unwrap();
        let model = ols.selected().unwrap();
        assert!(relative(model.b.as_slice().unwrap(), &[0.5, -40.0, 1.0, 0.0]) < 1e-7);
        assert!((model.intercepts[0] - 3.0).abs() < 1e-6);
    }

    #[test]
    fn residuals_are_at_right_angles_to_the_columns_under_weights() {
        let mut noise = Noise::new(2);
        let (n, p) = (20, 4);
        let (x, y) = (noise.many(n * p), noise.many(n));
        let weights: Vec<f64> = (0..n).map(|i| 0.5 + (i % 3) as f64).collect();
        let ols = fit(&x, &y, n, Some(&weights)).unwrap();
        let mut out = vec![0.0; n];
        let to = MatrixMut::new(&mut out, n, 1).unwrap();
        let xm = Matrix::new(&x, n, p).unwrap();
        ols.predict(xm, 1, 1, to, &mut vec![0; n], &Call::alone()).unwrap();
        for k in 0..=p {
            let column = |i: usize| if k == p { 1.0 } else { x[i * p + k] };
            let along: f64 = (0..n).map(|i| weights[i] * (y[i] - out[i]) * column(i)).sum();
            assert!(along.abs() < 1e-12, "column {k}: {along:e}");
        }
    }

    #[test]
    fn dependent_columns_and_too_few_rows_are_errors_that_say_so() {
        let mut noise = Noise::new(3);
        let (x, y) = (noise.many(10 * 3), noise.many(10));
        let mut twin = x.clone();
        (0..10).for_each(|i| twin[i * 3 + 2] = 2.0 * twin[i * 3] - twin[i * 3 + 1]);
        let mut constant = x.clone();
        (0..10).for_each(|i| constant[i * 3 + 1] = 0.1);
        for x in [&twin[..], &constant[..]] {
            let error = fit(x, &y, 10, None).unwrap_err();
            assert!(error.to_string().contains("tell only 2"), "{error}");
        }
        assert!(fit(&x[..9], &y[..3], 3, None).is_err());
        assert!(fit(&x[..12], &y[..4], 4, None).is_ok());
    }

    #[test]
    fn a_constant_target_is_its_value() {
        let mut noise = Noise::new(4);
        let ols = fit(&noise.many(30), &[0.1; 10], 10, None).unwrap();
        let model = ols.selected().unwrap();
        assert!(model.b.iter().all(|b| *b == 0.0));
        assert_eq!(model.intercepts, [0.1]);
    }

    #[test]
    fn state_goes_round_and_damage_is_noticed() {
        let mut noise = Noise::new(5);
        let ols = fit(&noise.many(30), &noise.many(20), 10, None).unwrap();
        let mut to = StateWriter::default();
        ols.save(&mut to).unwrap();
        let bytes = to.into_bytes();
        let load = |bytes: &[u8]| {
            let mut new = LinfaOls { fitted: None };
            new.load(&mut StateReader::new(bytes), 1).map(|()| new)
        };
        let again = load(&bytes).unwrap();
        assert_eq!(again.lower().unwrap(), ols.lower().unwrap());
        let mut to = StateWriter::default();
        again.save(&mut to).unwrap();
        assert_eq!(to.into_bytes(), bytes);
        for at in 0..bytes.len() {
            assert!(load(&bytes[..at]).is_err());
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(load(&changed).is_err(), "byte {at}");
        }
    }
}
