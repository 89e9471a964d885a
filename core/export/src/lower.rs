//! Takes the ops of a chain and proves that they are the chain: on the calibration rows and on random rows between them.

use adit_engine::lowered::run_row;
use adit_engine::{Matrix, RowStatus};

use crate::fuse::Placed;
use crate::{Error, FittedChain, Result};

/// Lowered and applied may differ by this much of the largest value that the chain gives on the check rows.
const TOLERANCE: f64 = 1e-9;

/// The chain's ops, verified.
///
/// # Errors
/// A step without a lowered form (with its reason), or ops that do not compute what the chain computes.
pub(crate) fn lower(chain: &dyn FittedChain, rows: &Matrix, seed: u64) -> Result<Vec<Placed>> {
    let hint = "leave the step out or use one with a lowered form to export this model";
    let ops = chain
        .lower()
        .map_err(|e| Error::new(e.what(), if e.hint().is_empty() { hint } else { e.hint() }))?;
    let mut n = rows.cols();
    for (place, op) in &ops {
        n = op.outputs(n).map_err(|e| Error::from(e).within(place))?;
    }
    if n != 1 {
        return Err(Error::new(
            format!("the lowered chain gives {n} values"),
            "a chain must end with one value",
        ));
    }
    let checks = check_rows(rows, seed)?;
    let applied = chain.apply(&checks)?;
    let plain: Vec<_> = ops.iter().map(|(_, op)| op.clone()).collect();
    let scale = applied.iter().flatten().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (i, (row, want)) in checks.iter_rows().zip(&applied).enumerate() {
        let got = run_row(&plain, row)?;
        if !agree(got.as_deref(), *want, scale) {
            let got = got.map_or_else(|s| s.text().to_owned(), |v| format!("{v:?}"));
            return Err(Error::new(
                format!(
                    "the lowered ops are not the chain: check row {i} gives {got} instead of {want:?}"
                ),
                "one of its plugins lowers wrongly: run `adit plugin check` on them",
            ));
        }
    }
    Ok(ops)
}

fn agree(got: std::result::Result<&[f64], &RowStatus>, want: Option<f64>, scale: f64) -> bool {
    match (got, want) {
        (Ok([y]), Some(want)) => (y - want).abs() <= TOLERANCE * scale.max(f64::MIN_POSITIVE),
        (Err(_), None) => true,
        _ => false,
    }
}

/// The calibration rows, and as many random ones: between two of them, channel by channel.
fn check_rows(rows: &Matrix, seed: u64) -> Result<Matrix> {
    let mut random = Random(seed);
    let mut data: Vec<f64> = rows.data().to_vec();
    for i in 0..rows.rows() {
        let other = rows.row(random.below(rows.rows()));
        data.extend(rows.row(i).iter().zip(other).map(|(a, b)| a + (b - a) * random.unit()));
    }
    Ok(Matrix::new(data, 2 * rows.rows(), rows.cols())?)
}

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}
