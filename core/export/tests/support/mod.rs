//! Chains without plugins, and what the tests share.
#![allow(dead_code)] // each test uses its own part

use std::path::PathBuf;
use std::process::Command;

use adit_engine::lowered::{Band, Norm, run_row};
use adit_engine::{Axis, Channel, Matrix, Op};
use adit_export::{Analyte, Compiled, ExportInput, FittedChain, compile};

/// A chain that is a list of ops; its own prediction is the engine's f64 interpreter.
pub(crate) struct OpChain {
    pub(crate) name: String,
    pub(crate) axis: Axis,
    pub(crate) ops: Vec<(String, Op)>,
}

impl OpChain {
    pub(crate) fn new(name: &str, channels: usize, ops: Vec<Op>) -> Self {
        let axis = Axis::wavelengths_nm((0..channels).map(|i| 250.0 + 2.5 * i as f64).collect());
        let ops =
            ops.into_iter().enumerate().map(|(i, op)| (format!("step {}", i + 1), op)).collect();
        Self { name: name.to_owned(), axis, ops }
    }

    pub(crate) fn named(mut self, columns: &[(&str, u32)]) -> Self {
        let channel =
            |(name, unit): &(&str, u32)| Channel { name: (*name).to_owned(), unit: *unit };
        self.axis = Axis::Named(columns.iter().map(channel).collect());
        self
    }

    pub(crate) fn plain(&self) -> Vec<Op> {
        self.ops.iter().map(|(_, op)| op.clone()).collect()
    }
}

impl FittedChain for OpChain {
    fn name(&self) -> &str {
        &self.name
    }
    fn unit(&self) -> &str {
        "mg/L"
    }
    fn input_axis(&self) -> &Axis {
        &self.axis
    }
    fn lower(&self) -> adit_engine::Result<Vec<(String, Op)>> {
        Ok(self.ops.clone())
    }
    fn apply(&self, rows: &Matrix) -> adit_engine::Result<Vec<Option<f64>>> {
        let ops = self.plain();
        rows.iter_rows().map(|row| Ok(run_row(&ops, row)?.ok().map(|y| y[0]))).collect()
    }
}

/// SplitMix64 in [0, 1).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// Smooth spectra with a little noise: sums of three bands on a slope.
pub(crate) fn spectra(rows: usize, channels: usize, seed: u64) -> Matrix {
    let mut r = Random(seed);
    let mut data = Vec::new();
    for _ in 0..rows {
        let (a, b, c) = (r.between(0.2, 2.0), r.between(0.1, 1.0), r.between(0.5, 1.5));
        for j in 0..channels {
            let t = j as f64 / channels as f64;
            let band = |at: f64, w: f64| (-((t - at) / w).powi(2)).exp();
            data.push(
                c + 0.5 * t + a * band(0.2, 0.1) + b * band(0.6, 0.2) + r.between(-1e-3, 1e-3),
            );
        }
    }
    Matrix::new(data, rows, channels).unwrap()
}

/// Rows of four named columns: EC, temperature, pH, time in days.
pub(crate) fn water(rows: usize, seed: u64) -> Matrix {
    let mut r = Random(seed);
    let row = |r: &mut Random| {
        [
            r.between(50.0, 3000.0),
            r.between(2.0, 18.0),
            r.between(2.5, 8.5),
            r.between(17000.0, 19500.0),
        ]
    };
    Matrix::new((0..rows).flat_map(|_| row(&mut r)).collect(), rows, 4).unwrap()
}

pub(crate) const WATER: &[(&str, u32)] = &[("EC", 10), ("T", 12), ("pH", 22), ("time", 13)];

pub(crate) fn weights(n: usize, seed: u64) -> Op {
    let mut r = Random(seed);
    Op::AffineDense {
        n_in: n,
        coefficients: (0..n).map(|_| r.between(-1.0, 1.0)).collect(),
        bias: vec![2.5],
    }
}

pub(crate) fn snv() -> [Op; 2] {
    [Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 1e-12 }]
}

/// First derivative by the quadratic through 5 points; at the ends the polynomial of the end window.
pub(crate) fn derivative(n: usize) -> Op {
    let taps = |at: f64| {
        (-2..=2)
            .map(|k| {
                f64::from(k) / 10.0
                    + (at - 2.0) * [2.0, -1.0, -2.0, -1.0, 2.0][(k + 2) as usize] / 7.0
            })
            .collect()
    };
    let band = |i: usize| {
        let first = i.saturating_sub(2).min(n - 5);
        Band { first, coefficients: taps((i - first) as f64) }
    };
    Op::AffineBanded { n_in: n, bands: (0..n).map(band).collect(), bias: vec![0.0; n] }
}

/// MSC on a reference spectrum.
pub(crate) fn msc(reference: &[f64]) -> Op {
    let n = reference.len();
    let mean = reference.iter().sum::<f64>() / n as f64;
    let ss: f64 = reference.iter().map(|v| (v - mean).powi(2)).sum();
    let slope: Vec<f64> = reference.iter().map(|v| (v - mean) / ss).collect();
    let offset: Vec<f64> = slope.iter().map(|s| 1.0 / n as f64 - mean * s).collect();
    Op::RegressBasis {
        n,
        divide: 1,
        basis: [vec![1.0; n], reference.to_vec()].concat(),
        inverse: [offset, slope].concat(),
        floor: 1e-9,
    }
}

pub(crate) const OUT: Op = Op::Output { pow10: false, low: None };
pub(crate) const POWER: Op = Op::Output { pow10: true, low: None };

/// Everything that a node can do, as (name, chains, rows).
pub(crate) fn cases() -> Vec<(&'static str, Vec<OpChain>, Matrix)> {
    let n = 41;
    let s = |seed| spectra(30, n, seed);
    let chain = |name: &str, ops: Vec<Op>| OpChain::new(name, n, ops);
    let with = |ops: &[Op], seed: u64| [ops, &[weights(n, seed), OUT]].concat();
    let scale = |norm| [Op::RowScale { norm, ddof: 1, floor: 1e-9 }];
    let autoscale = Op::AffineBanded {
        n_in: n,
        bands: (0..n)
            .map(|i| Band { first: i, coefficients: vec![1.0 + i as f64 / 7.0] })
            .collect(),
        bias: (0..n).map(|i| -0.1 * i as f64).collect(),
    };
    let pick = |index: Vec<usize>| Op::Gather { n_in: n, index };
    let m = 10;
    let derivative_snv = [vec![derivative(n)], snv().to_vec()].concat();
    let mut all = vec![
        ("plain", vec![chain("Fe", with(&[], 1)), chain("Mn", with(&[], 2))], s(1)),
        ("snv", vec![chain("Fe", with(&snv(), 3)), chain("Zn (total)", with(&snv(), 4))], s(2)),
        ("derivative", vec![chain("Fe", with(&[derivative(n)], 5))], s(3)),
        (
            "derivative_snv",
            vec![chain("Fe", with(&derivative_snv, 6)), chain("Cd", with(&snv(), 7))],
            s(4),
        ),
        ("msc", vec![chain("Fe", with(&[msc(s(5).row(0))], 8))], s(5)),
        (
            "msc_then_snv",
            vec![chain(
                "Fe",
                with(
                    &[vec![pick((0..n).rev().collect()), msc(s(6).row(3))], snv().to_vec()]
                        .concat(),
                    9,
                ),
            )],
            s(6),
        ),
        (
            "range_snv",
            vec![chain(
                "Fe",
                [vec![pick((7..7 + m).collect())], snv().to_vec(), vec![weights(m, 10), OUT]]
                    .concat(),
            )],
            s(7),
        ),
        (
            "autoscale_l2_scatter",
            vec![chain(
                "Fe",
                with(
                    &[
                        vec![autoscale.clone()],
                        scale(Norm::L2).to_vec(),
                        vec![derivative(n)],
                        snv().to_vec(),
                    ]
                    .concat(),
                    11,
                ),
            )],
            s(8),
        ),
        (
            "low_bound",
            vec![chain(
                "Fe",
                [vec![weights(n, 12), Op::Output { pow10: false, low: Some(3.0) }]].concat(),
            )],
            s(9),
        ),
        (
            "clamp",
            vec![chain(
                "Fe",
                with(
                    &[
                        Op::Clamp { column: 3, low: 1.6, high: 1.7 },
                        Op::Clamp { column: 5, low: 0.0, high: 1.65 },
                    ],
                    13,
                ),
            )],
            s(10),
        ),
    ];
    for (name, norm) in [
        ("sd", Norm::Sd),
        ("l1", Norm::L1),
        ("l2", Norm::L2),
        ("max", Norm::Max),
        ("area", Norm::Area),
    ] {
        let twice = [scale(norm), scale(norm)].concat();
        all.push((
            name,
            vec![chain("once", with(&scale(norm), 14)), chain("twice", with(&twice, 15))],
            s(11),
        ));
    }
    all.extend(water_cases());
    all
}

fn water_cases() -> Vec<(&'static str, Vec<OpChain>, Matrix)> {
    let chain = |name: &str, ops: Vec<Op>| OpChain::new(name, 4, ops).named(WATER);
    let ec25 = Op::Ratio { column: 0, by: 1, c0: 1.0 - 0.0191 * 25.0, c1: 0.0191, floor: 0.1 };
    let log = Op::Log10 { columns: vec![0], floor: 1e-3 };
    let season = Op::Harmonic { column: 3, order: 1, period: 365.25 };
    let season2 = Op::Harmonic { column: 3, order: 2, period: 365.2425 };
    let product = Op::Product { left: 0, right: 2 };
    let small = |n: usize, seed: u64| match weights(n, seed) {
        Op::AffineDense { n_in, mut coefficients, .. } => {
            coefficients[0] = 0.9;
            coefficients[3] = 0.0;
            Op::AffineDense { n_in, coefficients, bias: vec![-3.0] }
        }
        other => other,
    };
    let log_ec =
        vec![Op::Gather { n_in: 4, index: vec![0] }, Op::Log10 { columns: vec![0], floor: 0.0 }];
    let slope = Op::AffineDense { n_in: 1, coefficients: vec![1.1], bias: vec![-3.3] };
    vec![
        ("ratio", vec![chain("Fe", vec![ec25.clone(), small(4, 20), OUT])], water(30, 1)),
        ("log_ec", vec![chain("Zn", [log_ec, vec![slope, POWER]].concat())], water(30, 2)),
        (
            "season",
            vec![chain("Zn", vec![ec25, log, season, season2, small(8, 21), POWER])],
            water(30, 3),
        ),
        ("product", vec![chain("Zn", vec![product, small(5, 22), OUT])], water(30, 4)),
    ]
}

pub(crate) fn compile_case(
    name: &str,
    chains: &[OpChain],
    rows: &Matrix,
) -> Result<Compiled, adit_export::Error> {
    compile_within(name, chains, rows, 1e-4)
}

pub(crate) fn compile_within(
    name: &str,
    chains: &[OpChain],
    rows: &Matrix,
    allowed: f64,
) -> Result<Compiled, adit_export::Error> {
    let analytes: Vec<Analyte<'_>> =
        chains.iter().map(|chain| Analyte { chain, rmsecv: None }).collect();
    compile(&ExportInput {
        name,
        mine: "test mine",
        provenance: *b"0123456789abcdef",
        analytes: &analytes,
        left_out: &[("Cu".to_owned(), "unfit".to_owned())],
        rows,
        allowed,
        seed: 1,
    })
}

/// A folder of this test, emptied.
pub(crate) fn folder(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Writes the C pair; gives the path of the source.
pub(crate) fn write_c(dir: &std::path::Path, c: &Compiled) -> PathBuf {
    std::fs::write(dir.join(format!("{}.h", c.stem)), &c.c_header).unwrap();
    let source = dir.join(format!("{}.c", c.stem));
    std::fs::write(&source, &c.c_source).unwrap();
    source
}

/// The system compiler, from `CC` or `cc`.
pub(crate) fn cc() -> Command {
    let mut c = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
    c.args(["-O2", "-Wall", "-Wextra", "-Werror", "-std=c99", "-ffp-contract=off"]);
    c
}

/// Runs a command; its standard output, or everything it said.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let out = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    if out.status.success() {
        return Ok(text);
    }
    Err(format!("{command:?}: {}\n{text}{}", out.status, String::from_utf8_lossy(&out.stderr)))
}
