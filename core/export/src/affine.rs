//! Affine maps with short rows, and what one after another is.

use adit_engine::Op;
use adit_engine::lowered::Band;

/// `y_i = bias_i + sum of row_i . x[first_i ..]`; zeros at the ends of a row are not stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Affine {
    pub(crate) n_in: usize,
    pub(crate) bands: Vec<Band>,
    pub(crate) bias: Vec<f64>,
    /// Came from a full matrix; a short filter never becomes one.
    pub(crate) dense: bool,
}

/// A matrix with no more coefficients a row than this is short rows, whatever it was written as.
const SHORT: usize = 8;

impl Affine {
    /// The affine map that an op is, if it is one.
    pub(crate) fn of(op: &Op) -> Option<Self> {
        match op {
            Op::Gather { n_in, index } => {
                let bands =
                    index.iter().map(|&first| Band { first, coefficients: vec![1.0] }).collect();
                Some(Self { n_in: *n_in, bands, bias: vec![0.0; index.len()], dense: false })
            }
            Op::AffineBanded { n_in, bands, bias } => {
                let bands = bands.iter().map(|b| trimmed(b.first, &b.coefficients)).collect();
                Some(Self { n_in: *n_in, bands, bias: bias.clone(), dense: false })
            }
            Op::AffineDense { n_in, coefficients, bias } if *n_in > 0 => {
                let bands = coefficients.chunks_exact(*n_in).map(|c| trimmed(0, c)).collect();
                let mut map = Self { n_in: *n_in, bands, bias: bias.clone(), dense: false };
                map.dense = map.cost() > SHORT * map.bands.len();
                Some(map)
            }
            _ => None,
        }
    }

    /// `self` first, then `next`.
    pub(crate) fn then(&self, next: &Affine) -> Affine {
        let dense = self.dense || next.dense;
        let mut out = Affine { n_in: self.n_in, bands: Vec::new(), bias: Vec::new(), dense };
        for (band, bias) in next.bands.iter().zip(&next.bias) {
            let used = || {
                band.coefficients.iter().zip(&self.bands[band.first..]).filter(|(c, _)| **c != 0.0)
            };
            let spans = || used().map(|(_, r)| r).filter(|r| !r.coefficients.is_empty());
            let first = spans().map(|r| r.first).min().unwrap_or(0);
            let end = spans().map(|r| r.first + r.coefficients.len()).max().unwrap_or(0);
            let mut row = vec![0.0; end.saturating_sub(first)];
            for (c, r) in used() {
                row.iter_mut()
                    .skip(r.first.saturating_sub(first))
                    .zip(&r.coefficients)
                    .for_each(|(y, a)| *y += c * a);
            }
            let offsets = &self.bias[band.first..band.first + band.coefficients.len()];
            out.bias.push(
                bias + band.coefficients.iter().zip(offsets).map(|(c, b)| c * b).sum::<f64>(),
            );
            out.bands.push(trimmed(first, &row));
        }
        out
    }

    /// Number of coefficients, the measure of what a node stores and multiplies.
    pub(crate) fn cost(&self) -> usize {
        self.bands.iter().map(|b| b.coefficients.len()).sum()
    }

    /// The index of each output, if the map only chooses columns.
    pub(crate) fn as_gather(&self) -> Option<Vec<usize>> {
        let plain =
            |(b, bias): (&Band, &f64)| (b.coefficients == [1.0] && *bias == 0.0).then_some(b.first);
        self.bands.iter().zip(&self.bias).map(plain).collect()
    }

    /// The single output's coefficients over all inputs.
    pub(crate) fn single_row(&self) -> Option<(Vec<f64>, f64)> {
        let ([band], [bias]) = (self.bands.as_slice(), self.bias.as_slice()) else { return None };
        let mut weights = vec![0.0; self.n_in];
        weights.iter_mut().skip(band.first).zip(&band.coefficients).for_each(|(w, c)| *w = *c);
        Some((weights, *bias))
    }

    /// Back to an op, the simplest one.
    pub(crate) fn into_op(self) -> Op {
        match self.as_gather() {
            Some(index) => Op::Gather { n_in: self.n_in, index },
            None if self.dense => {
                let mut coefficients = vec![0.0; self.n_in * self.bands.len()];
                for (row, band) in coefficients.chunks_exact_mut(self.n_in).zip(&self.bands) {
                    row.iter_mut()
                        .skip(band.first)
                        .zip(&band.coefficients)
                        .for_each(|(y, c)| *y = *c);
                }
                Op::AffineDense { n_in: self.n_in, coefficients, bias: self.bias }
            }
            None => Op::AffineBanded { n_in: self.n_in, bands: self.bands, bias: self.bias },
        }
    }
}

/// A row without the zeros at its ends; a row of zeros keeps one.
fn trimmed(first: usize, coefficients: &[f64]) -> Band {
    let start = coefficients.iter().position(|c| *c != 0.0);
    let end = coefficients.iter().rposition(|c| *c != 0.0);
    match start.zip(end) {
        Some((s, e)) => Band { first: first + s, coefficients: coefficients[s..=e].to_vec() },
        None => Band { first, coefficients: vec![0.0] },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composing_is_applying_in_turn() {
        let filter = Op::AffineBanded {
            n_in: 6,
            bands: (0..6usize)
                .map(|i| {
                    let first = i.saturating_sub(1).min(3);
                    Band { first, coefficients: vec![0.5, -1.0 - i as f64, 0.0] }
                })
                .collect(),
            bias: (0..6).map(|i| 0.1 * f64::from(i)).collect(),
        };
        let gather = Op::Gather { n_in: 6, index: vec![5, 0, 2, 2] };
        let dense = Op::AffineDense {
            n_in: 4,
            coefficients: vec![1.0, 2.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0],
            bias: vec![1.0, 2.0],
        };
        let all = [&filter, &gather, &dense].map(|o| Affine::of(o).unwrap());
        let one = all[0].then(&all[1]).then(&all[2]).into_op();
        let x = [1.0, -2.0, 0.5, 3.0, 8.0, -1.0];
        let want = adit_engine::lowered::run_row(&[filter, gather, dense], &x).unwrap().unwrap();
        let got = one.run(&x).unwrap().unwrap();
        want.iter().zip(&got).for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{want:?} {got:?}"));
    }
}
