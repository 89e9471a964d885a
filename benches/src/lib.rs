//! What the benches share: seeded synthetic spectra of mine water and the plugins of this build.
//!
//! `cargo bench -p adit-benches` times adit beside linfa-pls in one run; `data/` holds the public yardstick.
#![forbid(unsafe_code)]

use adit_engine::{Axis, Matrix};

/// Spectra (n x p) of `bands` overlapping absorption bands with scatter and 1 % noise, and m targets (n x m) that are
/// concentrations of the first bands. Seeded: the same arguments give the same numbers.
///
/// ```
/// let (axis, x, y) = adit_benches::mine_water(20, 100, 2, 7);
/// assert_eq!((axis.len(), x.rows(), y.cols()), (100, 20, 2));
/// ```
pub fn mine_water(n: usize, p: usize, m: usize, seed: u64) -> (Axis, Matrix, Matrix) {
    let mut state = seed;
    let mut uniform = move || {
        // SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let bands = 12.max(m);
    let nm: Vec<f64> = (0..p).map(|j| 250.0 + 450.0 * j as f64 / p.max(2) as f64).collect();
    let centres: Vec<f64> = (0..bands).map(|_| 250.0 + 450.0 * uniform()).collect();
    let (mut x, mut y) = (Matrix::zeros(n, p), Matrix::zeros(n, m));
    for i in 0..n {
        let c: Vec<f64> = (0..bands).map(|_| 0.2 + uniform()).collect();
        let gain = 0.9 + 0.2 * uniform();
        for (j, v) in x.row_mut(i).iter_mut().enumerate() {
            let absorbance: f64 = c
                .iter()
                .zip(&centres)
                .map(|(c, at)| c * (-((nm[j] - at) / 40.0).powi(2)).exp())
                .sum();
            *v = gain * absorbance + 0.01 * (uniform() - 0.5);
        }
        y.row_mut(i).copy_from_slice(&c[..m]);
    }
    (Axis::wavelengths_nm(nm), x, y)
}
