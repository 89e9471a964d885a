//! Rows, axes and settings for the tests. Each test file uses some of it.
#![allow(dead_code, missing_docs)]

use adit_engine::{Axis, Channel, Matrix, unit};

/// A small generator (Knuth's MMIX constants) with a written seed: numbers in 0..1.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Noise(seed.wrapping_mul(2_654_435_761).wrapping_add(1))
    }
    pub(crate) fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// 40 channels from 400 nm to 497.5 nm.
pub(crate) fn nm() -> Axis {
    Axis::wavelengths_nm((0..40).map(|j| 400.0 + 2.5 * f64::from(j)).collect())
}

/// The columns of an EC table.
pub(crate) fn table() -> Axis {
    let channel = |name: &str, unit| Channel { name: name.into(), unit };
    Axis::Named(vec![
        channel("EC", unit::ADIT_UNIT_US_PER_CM),
        channel("T", unit::ADIT_UNIT_DEG_C),
        channel("pH", unit::ADIT_UNIT_PH),
        channel("time", unit::ADIT_UNIT_DAYS_UTC),
    ])
}

/// Rows that suit an axis: bands with scatter for a spectrum, plausible water for a table.
pub(crate) fn rows(axis: &Axis, n: usize, seed: u64) -> Matrix {
    let mut noise = Noise::new(seed);
    let mut data = Vec::with_capacity(n * axis.len());
    for i in 0..n {
        match axis {
            Axis::Positions { values, .. } => {
                let (a, b) = (0.2 + noise.next(), 0.1 + noise.next());
                let (offset, slope) = (0.3 * noise.next(), 1.0 + 0.4 * noise.next());
                let band = |v: f64, at: f64| (-((v - at) / 18.0).powi(2)).exp();
                data.extend(values.iter().map(|v| {
                    let clean = a * band(*v, 430.0) + b * band(*v, 465.0);
                    offset + slope * clean + 0.01 * noise.next()
                }));
            }
            Axis::Named(channels) => data.extend(channels.iter().map(|c| match c.name.as_str() {
                "EC" => 300.0 + 900.0 * noise.next(),
                "T" => 4.0 + 16.0 * noise.next(),
                "pH" => 3.0 + 3.0 * noise.next(),
                _ => 19_000.0 + 30.0 * i as f64,
            })),
        }
    }
    Matrix::new(data, n, axis.len()).unwrap()
}

/// A target that lives on two bands, with noise.
pub(crate) fn target(x: &Matrix, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    let (p, q) = (x.cols() / 3, 2 * x.cols() / 3);
    x.iter_rows().map(|r| 5.0 * r[p] + 2.0 * r[q] + 0.05 * noise.next()).collect()
}

pub(crate) fn settings(text: &str) -> toml::Table {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

pub(crate) fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits())
}
