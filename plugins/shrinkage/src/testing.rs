//! Seeded data for tests.

/// Numbers in -1..1 from a written seed (xorshift64*).
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Noise {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        bits as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Data of `bands` broad bands plus noise, row-major x (n x p) and y (n x m), as spectra and concentrations are.
pub(crate) fn spectra(seed: u64, n: usize, p: usize, m: usize) -> (Vec<f64>, Vec<f64>) {
    let mut noise = Noise::new(seed);
    let bands = 8;
    let (mut x, mut y) = (Vec::with_capacity(n * p), Vec::with_capacity(n * m));
    for _ in 0..n {
        let c: Vec<f64> = (0..bands).map(|_| 1.0 + noise.next()).collect();
        for k in 0..p {
            let at = k as f64 / p as f64;
            let absorbance: f64 = c
                .iter()
                .enumerate()
                .map(|(b, c)| {
                    let d = (at - (b as f64 + 0.5) / bands as f64) / 0.08;
                    c * (-0.5 * d * d).exp()
                })
                .sum();
            x.push(absorbance + 0.5 + 0.01 * noise.next());
        }
        for k in 0..m {
            y.push(2.0 + c[k % bands] - 0.5 * c[(k + 3) % bands] + 0.05 * noise.next());
        }
    }
    (x, y)
}

/// Largest |a - b| over the largest |b|.
pub(crate) fn relative(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
    a.iter().zip(b).fold(0.0_f64, |l, (a, b)| {
        let d = (a - b).abs();
        if d.is_nan() { f64::INFINITY } else { l.max(d) }
    }) / largest
}
