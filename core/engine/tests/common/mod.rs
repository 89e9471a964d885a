//! Plugins in the test's own process: a few transforms, some of them liars, and a textbook regressor.
#![allow(dead_code)] // Each test file uses some of it.

pub(crate) mod nipals;
pub(crate) mod transforms;

use adit_engine::plugin::{Flags, Kind, Library, PluginInfo};
use adit_engine::{Axis, Error, Matrix, Plugins, Recipe, Regressor, Result, Transform};

pub(crate) const ROW_LOCAL: u32 = 2;
pub(crate) const SELECTS: u32 = 4;
pub(crate) const NEEDS_Y: u32 = 16;

/// Everything there is, at these versions of the states.
pub(crate) struct Fakes {
    pub(crate) state_version: u32,
    pub(crate) version: &'static str,
}

pub(crate) const FAKES: Fakes = Fakes { state_version: 1, version: "1.0.0" };

impl Plugins for Fakes {
    fn list(&self) -> Vec<PluginInfo> {
        let transforms = ["centre", "liar", "lost", "reject", "select", "shift", "snv", "torn"];
        let transform = transforms.map(|id| (id, Kind::Transform, None));
        let path = Some("components");
        let regressors = [
            ("ols", Kind::Regressor, None),
            ("pls", Kind::Regressor, path),
            ("pls-fast", Kind::Regressor, path),
        ];
        transform
            .into_iter()
            .chain(regressors)
            .map(|(id, kind, path)| PluginInfo {
                id: format!("fake.{id}"),
                name: id.into(),
                version: self.version.into(),
                kind,
                flags: Flags(0),
                state_version: self.state_version,
                summary: String::new(),
                reference: String::new(),
                vendor: String::new(),
                licence: String::new(),
                path_param: path.map(str::to_owned),
                params: Vec::new(),
                library: Library {
                    file: "fake".into(),
                    sha256: String::new(),
                    trust: "test".into(),
                },
            })
            .collect()
    }
    fn info(&self, id: &str) -> Result<PluginInfo> {
        let found = self.list().into_iter().find(|p| p.id == id);
        found.ok_or_else(|| Error::plugin(format!("there is no plugin {id}"), ""))
    }
    fn transform(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Transform>> {
        transforms::make(id, settings)
    }
    fn regressor(&self, id: &str, settings: &toml::Table) -> Result<Box<dyn Regressor>> {
        if let Some(key) = settings.keys().next() {
            return Err(Error::usage(format!("there is no parameter {key}"), ""));
        }
        match id {
            "fake.pls" => Ok(Box::new(nipals::Pls::new(usize::MAX, false))),
            "fake.pls-fast" => Ok(Box::new(nipals::Pls::new(usize::MAX, true))),
            // With as many components as columns, PLS is least squares.
            "fake.ols" => Ok(Box::new(nipals::Pls::new(1, false))),
            _ => Err(Error::plugin(format!("{id} is no regressor"), "")),
        }
    }
}

/// A recipe of steps (TOML tables after the plugin's short name) and a regressor.
pub(crate) fn recipe(steps: &[&str], regressor: &str) -> Recipe {
    let steps: String = steps
        .iter()
        .map(|s| {
            let (name, rest) = s.split_once(' ').unwrap_or((s, ""));
            format!("[[step]]\nplugin = \"fake.{name}\"\n{rest}\n")
        })
        .collect();
    Recipe::parse(&format!("{steps}[regressor]\nplugin = \"fake.{regressor}\n")).unwrap()
}

/// The separate, unadorned PLS.
pub(crate) const PLS: &str = "pls\"";
/// With a cross-validation of its own.
pub(crate) const FAST: &str = "pls-fast\"";
/// All targets as one.
pub(crate) const JOINT: &str = "pls\"\ntargets = \"joint\"";

/// SplitMix64, as numbers from -1 to 1.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

pub(crate) fn axis(p: usize) -> Axis {
    Axis::wavelengths_nm((0..p).map(|j| 400.0 + 2.0 * j as f64).collect())
}

pub(crate) fn random(n: usize, p: usize, seed: u64) -> Matrix {
    let mut r = Random(seed);
    Matrix::new((0..n * p).map(|_| r.next()).collect(), n, p).unwrap()
}

/// `targets` linear functions of the columns of `x`, with noise.
pub(crate) fn targets(x: &Matrix, targets: usize, seed: u64) -> Matrix {
    let mut r = Random(seed ^ 0xabcd);
    let weights = random(targets, x.cols(), seed + 1);
    let mut y = Matrix::zeros(x.rows(), targets);
    for i in 0..x.rows() {
        for k in 0..targets {
            let sum: f64 = x.row(i).iter().zip(weights.row(k)).map(|(a, b)| a * b).sum();
            y.row_mut(i)[k] = 5.0 + sum + 0.1 * r.next();
        }
    }
    y
}

pub(crate) fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits())
}
