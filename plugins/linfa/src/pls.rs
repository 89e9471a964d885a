//! The plugin `adit.linfa.pls`.

use adit_plugin::{
    Call, Error, ErrorCode, Flags, Info, Matrix, MatrixMut, Op, Param, ParamKind, Params,
    Regressor, StateReader, StateWriter, Training,
};
use ndarray::Array2;

use crate::guarded::{self, Fit};
use crate::linear::{self, Linear, check_number};
use crate::treat::{Scaling, Treated, check};

/// PLS regression by linfa-pls, refitted from scratch for every component count: the slow cross-check of `adit.pls`.
///
/// X and y are always centred. The counts end at min(n - 1, p, numerical rank of X), or where y is explained to rounding. A
/// weight per row is not supported unless all are equal.
#[derive(Debug)]
pub struct LinfaPls {
    scaling: Scaling,
    solver: guarded::Solver,
    fitted: Option<Fitted>,
}

#[derive(Debug)]
struct Fitted {
    x_mean: Vec<f64>,
    x_scale: Vec<f64>,
    /// Models of the counts from `first` on.
    models: Vec<Linear>,
    /// Weights (p x a), rotations (p x a) and P'W (a x a) of the same counts.
    spaces: Vec<Fit>,
    first: usize,
    selected: usize,
}

impl Fitted {
    fn selected(&self) -> Result<(&Linear, &Fit), Error> {
        let at = self.selected - self.first;
        self.models.get(at).zip(self.spaces.get(at)).ok_or_else(Error::not_fitted)
    }

    fn numbers(&self) -> Result<Vec<u64>, Error> {
        let (model, space) = self.selected()?;
        let lists = self.x_mean.iter().chain(&self.x_scale);
        let lists = lists.chain(&space.weights).chain(&space.rotations).chain(&space.pw);
        let numbers = lists.map(|v| v.to_bits());
        Ok(std::iter::once(self.selected as u64).chain(model.bits()).chain(numbers).collect())
    }
}

impl LinfaPls {
    fn fitted(&self) -> Result<&Fitted, Error> {
        self.fitted.as_ref().ok_or_else(Error::not_fitted)
    }

    fn path(&self, data: &Training<'_>, max: usize, call: &Call<'_>) -> Result<Fitted, Error> {
        let y = data.y.ok_or_else(|| Error::arg("PLS needs y"))?;
        let weights = check(data.x, y, data.weights)?;
        if weights.iter().any(|w| *w != weights[0]) {
            return Err(Error::unsupported("linfa-pls knows no weights; use adit.pls"));
        }
        let weights = vec![1.0; weights.len()];
        let x = Treated::new(data.x, &weights, self.scaling);
        let y = Treated::new(y, &weights, self.scaling);
        let mut fitted = Fitted {
            x_mean: x.mean.to_vec(),
            x_scale: x.scale.to_vec(),
            models: vec![],
            spaces: vec![],
            first: 0,
            selected: 0,
        };
        let mut path = guarded::Path::new(&x, &y, self.solver, max)?;
        let mut space = Some(Fit::mean(x.mean.len(), y.mean.len()));
        while let Some(fit) = space {
            let mut b = fit.coefficients.clone();
            for ((i, k), b) in b.indexed_iter_mut() {
                *b *= y.scale[k] / x.scale[i];
            }
            let model = Linear::from_centred(&b, &fitted.x_mean, &y.mean.to_vec());
            if !model.is_finite() {
                return Err(Error::numeric("linfa-pls gave coefficients that are not finite"));
            }
            fitted.models.push(model);
            fitted.spaces.push(fit);
            if call.cancelled() {
                return Err(Error::new(ErrorCode::Cancelled, "cancelled"));
            }
            space = path.next()?;
        }
        fitted.selected = fitted.models.len() - 1;
        Ok(fitted)
    }
}

impl Regressor for LinfaPls {
    const INFO: Info = Info {
        id: "adit.linfa.pls",
        name: "PLS (linfa)",
        summary: "PLS regression of linfa-pls behind guards; the slow cross-check of adit.pls",
        reference: "https://docs.rs/linfa-pls",
        flags: Flags::DETERMINISTIC,
        ..Info::BLANK
    };
    const PARAMS: &'static [Param] = &[
        Param {
            name: "components",
            unit: "",
            help: "number of latent variables; the host chooses it by cross-validation when told \"auto\"",
            kind: ParamKind::Int { default: Some(10), min: 0, max: 10_000 },
        },
        Param {
            name: "scale",
            unit: "",
            help: "divide X and y by their standard deviations (ddof = 1; a constant column by 1)",
            kind: ParamKind::Bool { default: Some(false) },
        },
        Param {
            name: "algorithm",
            unit: "",
            help: "how linfa-pls finds a weight vector: exactly (svd) or by iteration (nipals)",
            kind: ParamKind::Choice { default: Some("svd"), choices: &["svd", "nipals"] },
        },
        Param {
            name: "tolerance",
            unit: "",
            help: "nipals: squared change of the weight vector at which the iteration ends",
            kind: ParamKind::Float { default: Some(1e-14), min: 1e-30, max: 1e-2 },
        },
        Param {
            name: "max_iterations",
            unit: "",
            help: "nipals: iterations after which it is an error",
            kind: ParamKind::Int { default: Some(5000), min: 1, max: 1_000_000 },
        },
    ];
    const PATH_PARAM: Option<&'static str> = Some("components");
    const DIAGNOSES: bool = true;

    fn create(params: &Params) -> Result<Self, Error> {
        let scaling = if params.bool("scale")? { Scaling::Deviation } else { Scaling::None };
        let solver = guarded::Solver {
            nipals: params.text("algorithm")? == "nipals",
            tolerance: params.float("tolerance")?,
            max_iterations: params.size("max_iterations")?,
        };
        Ok(LinfaPls { scaling, solver, fitted: None })
    }

    fn fit(
        &mut self,
        data: &Training<'_>,
        max_components: usize,
        call: &Call<'_>,
    ) -> Result<usize, Error> {
        let fitted = self.path(data, max_components, call)?;
        let reached = fitted.selected;
        self.fitted = Some(fitted);
        Ok(reached)
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
            return Err(Error::arg(format!("there is no model of {components} components")));
        }
        f.selected = components;
        Ok(())
    }

    fn save(&self, to: &mut StateWriter) -> Result<(), Error> {
        let f = self.fitted()?;
        let (model, space) = f.selected()?;
        to.size(f.selected);
        model.save(to);
        to.f64s(&f.x_mean);
        to.f64s(&f.x_scale);
        for list in [&space.weights, &space.rotations, &space.pw] {
            to.f64s(&list.iter().copied().collect::<Vec<_>>());
        }
        to.u64(check_number(f.numbers()?.into_iter()));
        Ok(())
    }

    fn load(&mut self, from: &mut StateReader<'_>, version: u32) -> Result<(), Error> {
        if version != Self::INFO.state_version {
            return Err(Error::state_bytes(format!("states of version {version} are not known")));
        }
        let (a, model) = (from.size()?, Linear::load(from)?);
        let (p, m) = (model.columns(), model.targets());
        let (x_mean, x_scale) = (from.f64s_exact(p)?, from.f64s_exact(p)?);
        if a > p || !x_scale.iter().all(|s| *s > 0.0) {
            return Err(Error::state_bytes("more components than columns, or a scale of zero"));
        }
        let mut matrix = |n: usize| -> Result<Array2<f64>, Error> {
            Array2::from_shape_vec((n, a), from.f64s()?)
                .map_err(|_| Error::state_bytes("a matrix has the wrong size"))
        };
        let (weights, rotations, pw) = (matrix(p)?, matrix(p)?, matrix(a)?);
        let space = Fit { coefficients: Array2::zeros((p, m)), weights, rotations, pw };
        let fitted = Fitted {
            x_mean,
            x_scale,
            models: vec![model],
            spaces: vec![space],
            first: a,
            selected: a,
        };
        if from.u64()? != check_number(fitted.numbers()?.into_iter()) {
            return Err(Error::state_bytes("the check number differs: the model was changed"));
        }
        self.fitted = Some(fitted);
        Ok(())
    }

    fn lower(&self) -> Result<Vec<Op>, Error> {
        Ok(self.fitted()?.selected()?.0.lower())
    }

    fn score_count(&self) -> usize {
        self.fitted.as_ref().map_or(0, |f| f.selected)
    }

    fn scores(&self, x: Matrix<'_>, mut out: MatrixMut<'_>, _call: &Call<'_>) -> Result<(), Error> {
        let f = self.fitted()?;
        let (_, space) = f.selected()?;
        if x.cols() != f.x_mean.len() || out.cols() != f.selected || out.rows() != x.rows() {
            return Err(Error::shape("the rows or the room for scores do not fit the model"));
        }
        for i in 0..x.rows() {
            let row = x.row(i);
            for (to, r) in out.row_mut(i).iter_mut().zip(space.rotations.columns()) {
                let treated =
                    row.iter().zip(&f.x_mean).zip(&f.x_scale).map(|((x, m), s)| (x - m) / s);
                *to = treated.zip(r).map(|(x, r)| x * r).sum();
            }
        }
        Ok(())
    }

    fn reconstruct(
        &self,
        t: Matrix<'_>,
        mut out: MatrixMut<'_>,
        _call: &Call<'_>,
    ) -> Result<(), Error> {
        let f = self.fitted()?;
        let (_, space) = f.selected()?;
        if t.cols() != f.selected || out.cols() != f.x_mean.len() || out.rows() != t.rows() {
            return Err(Error::shape("the scores or the room for rows do not fit the model"));
        }
        let basis = space.pw.dot(&space.weights.t()); // (P'W) W', a x p
        for i in 0..t.rows() {
            let scores = t.row(i);
            for (k, to) in out.row_mut(i).iter_mut().enumerate() {
                let treated: f64 = scores.iter().zip(basis.column(k)).map(|(t, b)| t * b).sum();
                *to = f.x_mean[k] + f.x_scale[k] * treated;
            }
        }
        Ok(())
    }
}
