//! Synthetic spectra of mine water.

use std::f64::consts::TAU;

use adit_engine::{Axis, Matrix};

/// Overlapping absorption bands, of as many constituents.
const BANDS: usize = 12;

/// Uniform and normal numbers from a seed: SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195), Box-Muller.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Two independent standard normal numbers.
    fn normal_pair(&mut self) -> (f64, f64) {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sin, cos) = (TAU * self.uniform()).sin_cos();
        (radius * cos, radius * sin)
    }

    fn normal(&mut self) -> f64 {
        self.normal_pair().0
    }
}

/// Spectra (n x p, absorbance, 250 to 700 nm) and m targets (n x m) as a spectrometer and a laboratory would see them.
///
/// A spectrum is the sum of twelve bands of log-normal amounts (log sd 0.6), times a scatter factor (sd 8 %), on a quadratic
/// baseline, with white noise (sd 0.02). The targets are the amounts of the first m constituents with 2 % noise. The same arguments
/// give the same numbers, and the bands depend on the seed alone: more rows of the same water are the same call with larger `n`.
///
/// # Panics
/// When m is above 12.
///
/// ```
/// let (axis, x, y) = adit_benches::mine_water(20, 100, 2, 7);
/// assert_eq!((axis.len(), x.rows(), y.cols()), (100, 20, 2));
/// assert_eq!(x.row(3), adit_benches::mine_water(4, 100, 2, 7).1.row(3));
/// ```
pub fn mine_water(n: usize, p: usize, m: usize, seed: u64) -> (Axis, Matrix, Matrix) {
    assert!(m <= BANDS, "there are {BANDS} constituents, and {m} targets were asked for");
    let mut random = Random(seed);
    let at: Vec<f64> = (0..p).map(|j| j as f64 / p.max(2) as f64).collect();
    let pure = bands(&mut random, &at);
    let (mut x, mut y) = (Matrix::zeros(n, p), Matrix::zeros(n, m));
    for i in 0..n {
        let amounts: Vec<f64> = (0..BANDS).map(|_| (0.6 * random.normal()).exp()).collect();
        let gain = 1.0 + 0.08 * random.normal();
        let base = [0.3, 0.4, 0.3].map(|sd| sd * random.normal());
        let row = x.row_mut(i);
        for (v, t) in row.iter_mut().zip(&at) {
            *v = base[0] + t * (base[1] + t * base[2]);
        }
        for (amount, band) in amounts.iter().zip(&pure) {
            row.iter_mut().zip(band).for_each(|(v, b)| *v += gain * amount * b);
        }
        for pair in row.chunks_mut(2) {
            let noise = random.normal_pair();
            pair.iter_mut().zip([noise.0, noise.1]).for_each(|(v, e)| *v += 0.02 * e);
        }
        for (v, amount) in y.row_mut(i).iter_mut().zip(&amounts) {
            *v = amount * (1.0 + 0.02 * random.normal());
        }
    }
    (Axis::wavelengths_nm(at.iter().map(|t| 250.0 + 450.0 * t).collect()), x, y)
}

/// The spectrum of each constituent: three Gaussian peaks.
fn bands(random: &mut Random, at: &[f64]) -> Vec<Vec<f64>> {
    let mut peak = || {
        let height = 0.3 + 0.7 * random.uniform();
        let centre = 0.05 + 0.9 * random.uniform();
        (height, centre, 0.01 + 0.07 * random.uniform())
    };
    let peaks: Vec<[(f64, f64, f64); 3]> = (0..BANDS).map(|_| [peak(), peak(), peak()]).collect();
    let value = |t: f64, (height, centre, width): (f64, f64, f64)| {
        height * (-0.5 * ((t - centre) / width).powi(2)).exp()
    };
    peaks
        .iter()
        .map(|three| at.iter().map(|t| three.iter().map(|p| value(*t, *p)).sum()).collect())
        .collect()
}
