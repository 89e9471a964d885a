//! The model as bytes.
//!
//! Version 1, all numbers little-endian through [`StateWriter`]: centre, scale (0 or 1 each), p, m, a; means and scales of X (p),
//! means and scales of y (m), W (p a, column by column), R (p a), Q (m a), P'W (a a); then a check number over all of it
//! (64-bit FNV-1a over the bits of every number in order).

use adit_plugin::{Error, StateReader, StateWriter};
use nalgebra::DMatrix;

use crate::model::Model;
use crate::prepare::{Settings, Stats};

/// Writes the whole model.
pub(crate) fn save(model: &Model, to: &mut StateWriter) {
    let head = head(model);
    head.iter().for_each(|v| to.u64(*v));
    lists(model).iter().for_each(|list| to.f64s(list));
    to.u64(check(&head, &lists(model)));
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// Bytes that are cut, changed or not a model.
pub(crate) fn load(from: &mut StateReader<'_>) -> Result<Model, Error> {
    let settings = Settings { centre: flag(from)?, scale: flag(from)? };
    let (p, m, a) = (from.size()?, from.size()?, from.size()?);
    if p == 0 || m == 0 || a > p {
        return Err(Error::state_bytes(format!(
            "no model has {p} columns, {m} targets, {a} components"
        )));
    }
    let product =
        |n: usize, k: usize| n.checked_mul(k).ok_or_else(|| Error::state_bytes("sizes overflow"));
    let stats = |from: &mut StateReader<'_>, n: usize| -> Result<Stats, Error> {
        let stats = Stats { mean: from.f64s_exact(n)?, scale: from.f64s_exact(n)? };
        match stats.scale.iter().all(|s| *s > 0.0) {
            true => Ok(stats),
            false => Err(Error::state_bytes("a scale is not above zero")),
        }
    };
    let (x, y) = (stats(from, p)?, stats(from, m)?);
    let mut matrix = |n: usize, k: usize| -> Result<DMatrix<f64>, Error> {
        Ok(DMatrix::from_vec(n, k, from.f64s_exact(product(n, k)?)?))
    };
    let (w, r, q, pw) = (matrix(p, a)?, matrix(p, a)?, matrix(m, a)?, matrix(a, a)?);
    let model = Model::new(settings, x, y, w, r, q, pw);
    if from.u64()? != check(&head(&model), &lists(&model)) {
        return Err(Error::state_bytes("the check number differs: the model was changed"));
    }
    Ok(model)
}

fn head(m: &Model) -> [u64; 5] {
    let size = |v: usize| v as u64;
    [
        u64::from(m.settings.centre),
        u64::from(m.settings.scale),
        size(m.columns()),
        size(m.targets()),
        size(m.reached()),
    ]
}

fn lists(m: &Model) -> [&[f64]; 8] {
    [
        &m.x.mean,
        &m.x.scale,
        &m.y.mean,
        &m.y.scale,
        m.weights.as_slice(),
        m.rotations.as_slice(),
        m.y_loadings.as_slice(),
        m.pw.as_slice(),
    ]
}

fn check(head: &[u64], lists: &[&[f64]]) -> u64 {
    let numbers = lists.iter().flat_map(|l| l.iter().map(|v| v.to_bits()));
    head.iter()
        .copied()
        .chain(numbers)
        .flat_map(u64::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

fn flag(from: &mut StateReader<'_>) -> Result<bool, Error> {
    match from.u64()? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Error::state_bytes(format!("{other} is neither yes nor no"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel;
    use crate::testing::spectra;
    use adit_plugin::Matrix;

    fn bytes() -> Vec<u8> {
        let (x, y) = spectra(5, 12, 9, 2);
        let settings = Settings { centre: true, scale: true };
        let (x, y) = (Matrix::new(&x, 12, 9).unwrap(), Matrix::new(&y, 12, 2).unwrap());
        let model = kernel::fit(x, y, None, settings, 3).unwrap();
        let mut to = StateWriter::default();
        save(&model, &mut to);
        to.into_bytes()
    }

    #[test]
    fn saving_what_was_loaded_gives_the_same_bytes() {
        let bytes = bytes();
        let model = load(&mut StateReader::new(&bytes)).unwrap();
        let mut again = StateWriter::default();
        save(&model, &mut again);
        assert_eq!(again.into_bytes(), bytes);
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_an_error() {
        let bytes = bytes();
        for end in 0..bytes.len() {
            assert!(load(&mut StateReader::new(&bytes[..end])).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                assert!(load(&mut StateReader::new(&changed)).is_err(), "byte {at} changed");
            }
        }
    }
}
