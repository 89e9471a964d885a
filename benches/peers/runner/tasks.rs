//! The tasks, each through the host and the engine as the product runs them.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use adit_engine::grid::{Question, cross_validate_grid};
use adit_engine::plan::Plan;
use adit_engine::{Axis, Chain, CrossValidated, Fold, Matrix, Recipe, Route, cross_validate};
use adit_host::Host;

use crate::{Answer, data, peer_linfa};

struct Set {
    axis: Axis,
    x: Matrix,
    y: Matrix,
}

/// The sets in memory and the chains fitted so far.
pub(crate) struct Runner<'h> {
    host: &'h Host,
    sets: BTreeMap<String, Set>,
    chains: BTreeMap<String, Chain>,
}

impl<'h> Runner<'h> {
    pub(crate) fn new(host: &'h Host) -> Self {
        Runner { host, sets: BTreeMap::new(), chains: BTreeMap::new() }
    }

    pub(crate) fn load(&mut self, name: &str, n: usize, p: usize, m: usize) -> Answer {
        let x = data::read(&format!("{name}.x"), n, p)?;
        let y = data::read(&format!("{name}.y"), n, m)?;
        let nm = (0..p).map(|j| 250.0 + 450.0 * j as f64 / p as f64).collect();
        self.sets.insert(name.to_owned(), Set { axis: Axis::wavelengths_nm(nm), x, y });
        done()
    }

    pub(crate) fn forget(&mut self, name: &str) -> Answer {
        self.sets.remove(name);
        done()
    }

    fn set(&self, name: &str) -> Result<&Set, Box<dyn Error>> {
        Ok(self.sets.get(name).ok_or_else(|| format!("{name} is not loaded"))?)
    }

    fn plan(&self, recipe: &str, axis: &Axis) -> Result<Plan, Box<dyn Error>> {
        Ok(Plan::new(&read_recipe(recipe)?, axis, self.host)?)
    }

    pub(crate) fn fit(
        &self,
        recipe: &str,
        name: &str,
        a: usize,
        repeats: usize,
        out: &str,
    ) -> Answer {
        let Set { axis, x, y } = self.set(name)?;
        let plan = self.plan(recipe, axis)?;
        let mut seconds = Vec::new();
        let mut last = None;
        for _ in 0..repeats.max(1) {
            drop(last.take());
            let start = Instant::now();
            let mut model = plan.make_regressor(self.host)?;
            let reached = model.fit(axis, x, y, None, a)?;
            seconds.push(start.elapsed().as_secs_f64());
            last = Some((model, reached));
        }
        let (model, reached) = last.ok_or("nothing was fitted")?;
        data::write(out, model.predict(x, reached, reached, y.cols())?.values.data())?;
        Ok((seconds, plan.regressor.id.clone()))
    }

    pub(crate) fn cross_validate(
        &self,
        recipe: &str,
        name: &str,
        folds: usize,
        a: usize,
        repeats: usize,
        out: &str,
    ) -> Answer {
        let set = self.set(name)?;
        let plan = self.plan(recipe, &set.axis)?;
        let folds = adit_benches::venetian(set.x.rows(), folds);
        let mut seconds = Vec::new();
        let mut last = None;
        for _ in 0..repeats.max(1) {
            drop(last.take());
            let start = Instant::now();
            last = Some(self.folds(&plan, set, &folds, a)?);
            seconds.push(start.elapsed().as_secs_f64());
        }
        let got = last.ok_or("no fold was run")?;
        data::write(out, got.predictions.data())?;
        let route = if got.remarks.is_empty() { plan.why.clone() } else { got.remarks.join("; ") };
        Ok((seconds, route))
    }

    /// The row-local steps once, then the folds.
    fn folds(
        &self,
        plan: &Plan,
        set: &Set,
        folds: &[Fold],
        a: usize,
    ) -> Result<CrossValidated, Box<dyn Error>> {
        let (steps, axis) = plan.hoist(self.host)?;
        let mut hoisted: Option<Matrix> = None;
        for step in steps {
            hoisted = Some(step.apply(hoisted.as_ref().unwrap_or(&set.x))?.x);
        }
        let x = hoisted.as_ref().unwrap_or(&set.x);
        Ok(cross_validate(plan, self.host, &axis, x, &set.y, 0, None, folds, a, Route::Planned)?)
    }

    pub(crate) fn search(
        &self,
        recipes: &[&str],
        name: &str,
        folds: usize,
        a: usize,
        repeats: usize,
        out: &str,
    ) -> Answer {
        let set = self.set(name)?;
        let folds = adit_benches::venetian(set.x.rows(), folds);
        let recipes: Vec<Recipe> =
            recipes.iter().map(|r| read_recipe(r)).collect::<Result<_, _>>()?;
        let rows: Vec<usize> = (0..set.x.rows()).collect();
        let question = Question {
            rows: &rows,
            y: &set.y,
            folds: &folds,
            joint: true,
            column: 0,
            max_components: a,
        };
        let (mut seconds, mut scores) = (Vec::new(), Vec::new());
        let mut failed = None;
        for _ in 0..repeats.max(1) {
            scores = vec![f64::NAN; recipes.len() * (a + 1)];
            let x = set.x.clone();
            let start = Instant::now();
            let mut take =
                |recipe: usize, _, answer: adit_engine::Result<CrossValidated>| match answer {
                    Ok(got) => scores
                        .iter_mut()
                        .skip(recipe * (a + 1))
                        .take(a + 1)
                        .enumerate()
                        .for_each(|(count, s)| *s = fold_rmse(&got, &set.y, &folds, count)),
                    Err(e) => failed = Some(e),
                };
            cross_validate_grid(&recipes, self.host, &set.axis, x, &[question], &mut take)?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        match failed {
            Some(e) => Err(e.into()),
            None => {
                data::write(out, &scores)?;
                Ok((seconds, "grid of recipes".into()))
            }
        }
    }

    pub(crate) fn predict(
        &mut self,
        recipe: &str,
        train: &str,
        name: &str,
        a: usize,
        repeats: usize,
        out: &str,
    ) -> Answer {
        let key = format!("{recipe} {train} {a}");
        if !self.chains.contains_key(&key) {
            let Set { axis, x, y } = self.set(train)?;
            let plan = self.plan(recipe, axis)?;
            let chain = Chain::fit(&plan, self.host, "all", "", x, y, 0, None, a)?;
            self.chains.insert(key.clone(), chain);
        }
        let chain = self.chains.get(&key).ok_or("the chain is there")?;
        let x = &self.set(name)?.x;
        let mut seconds = Vec::with_capacity(repeats);
        if x.rows() == 1 {
            let mut predictor = chain.predictor();
            let mut last = Vec::new();
            for _ in 0..repeats.max(1) {
                let start = Instant::now();
                let targets = predictor.targets(black_box(x.row(0)))?;
                seconds.push(start.elapsed().as_secs_f64());
                last.clear();
                last.extend_from_slice(targets.map_err(|e| format!("{e:?}"))?);
            }
            data::write(out, &last)?;
            return Ok((seconds, "predictor".into()));
        }
        let mut predictions = Matrix::zeros(0, 0);
        for _ in 0..repeats.max(1) {
            let start = Instant::now();
            (predictions, _) = chain.predict_targets(x)?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        data::write(out, predictions.data())?;
        Ok((seconds, "batch".into()))
    }

    pub(crate) fn linfa(&self, name: &str, a: usize, repeats: usize, out: &str) -> Answer {
        let set = self.set(name)?;
        let (seconds, predictions) = peer_linfa::fit(&set.x, &set.y, a, repeats)?;
        data::write(out, &predictions)?;
        Ok((seconds, "linfa-pls".into()))
    }
}

fn read_recipe(file: &str) -> Result<Recipe, Box<dyn Error>> {
    Ok(Recipe::parse(&std::fs::read_to_string(file)?)?)
}

fn done() -> Answer {
    Ok((vec![], String::new()))
}

/// Root mean squared error of each target in each fold, then the mean over targets and folds: what scikit-learn's grid search scores.
fn fold_rmse(got: &CrossValidated, y: &Matrix, folds: &[Fold], count: usize) -> f64 {
    let m = y.cols();
    let mut row = 0;
    let mut total = 0.0;
    for fold in folds {
        let mut squares = vec![0.0; m];
        for &i in &fold.test {
            for (t, sum) in squares.iter_mut().enumerate() {
                *sum += (got.at(row, count, t) - y.row(i)[t]).powi(2);
            }
            row += 1;
        }
        total += squares.iter().map(|s| (s / fold.test.len() as f64).sqrt()).sum::<f64>();
    }
    total / (folds.len() * m) as f64
}
