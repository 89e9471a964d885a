//! The model of one count as bytes.
//!
//! Version 1, all numbers little-endian through [`StateWriter`]: p, m, a; means and scales of X (p each), means of y (m), V (p a,
//! column by column), coefficients (p m, target by target); then a check number over all of it (64-bit FNV-1a over the bits of
//! every number in order).

use adit_plugin::{Error, StateReader, StateWriter};
use faer::Mat;

use crate::model::Model;

/// Writes a model of one count.
pub(crate) fn save(model: &Model, to: &mut StateWriter) {
    let (head, lists) = parts(model);
    head.iter().for_each(|v| to.u64(*v));
    lists.iter().for_each(|list| to.f64s(list));
    to.u64(check(&head, &lists));
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// Bytes that are cut, changed or not a model.
pub(crate) fn load(from: &mut StateReader<'_>) -> Result<Model, Error> {
    let (p, m, a) = (from.size()?, from.size()?, from.size()?);
    if p == 0 || m == 0 || a > p {
        return Err(Error::state_bytes(format!(
            "no model has {p} columns, {m} targets, {a} components"
        )));
    }
    let (x_mean, x_scale) = (from.f64s_exact(p)?, from.f64s_exact(p)?);
    if !x_scale.iter().all(|s| *s > 0.0) {
        return Err(Error::state_bytes("a scale is not above zero"));
    }
    let y_mean = from.f64s_exact(m)?;
    let mut matrix = |columns: usize| -> Result<Mat<f64>, Error> {
        let size = p.checked_mul(columns).ok_or_else(|| Error::state_bytes("sizes overflow"))?;
        let values = from.f64s_exact(size)?;
        Ok(Mat::from_fn(p, columns, |k, i| values[i * p + k]))
    };
    let (loadings, coefficients) = (matrix(a)?, matrix(m)?);
    let model = Model { x_mean, x_scale, y_mean, loadings, coefficients };
    let (head, lists) = parts(&model);
    if from.u64()? != check(&head, &lists) {
        return Err(Error::state_bytes("the check number differs: the model was changed"));
    }
    Ok(model)
}

fn parts(m: &Model) -> ([u64; 3], [Vec<f64>; 5]) {
    let columns = |m: &Mat<f64>| (0..m.ncols()).flat_map(|i| m.col_as_slice(i)).copied().collect();
    (
        [m.columns() as u64, m.targets() as u64, m.loadings.ncols() as u64],
        [
            m.x_mean.clone(),
            m.x_scale.clone(),
            m.y_mean.clone(),
            columns(&m.loadings),
            columns(&m.coefficients),
        ],
    )
}

fn check(head: &[u64], lists: &[Vec<f64>]) -> u64 {
    let numbers = lists.iter().flatten().map(|v| v.to_bits());
    head.iter()
        .copied()
        .chain(numbers)
        .flat_map(u64::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::spectra;
    use crate::{Ridge, Settings};
    use adit_plugin::Matrix;

    fn bytes(count: usize) -> Vec<u8> {
        let (x, y) = spectra(5, 12, 9, 2);
        let settings = Settings { centre: true, scale: true };
        let (x, y) = (Matrix::new(&x, 12, 9).unwrap(), Matrix::new(&y, 12, 2).unwrap());
        let model = Model::fit::<Ridge>(x, y, None, settings, 3).unwrap();
        let mut to = StateWriter::default();
        save(&model.truncated(count).unwrap(), &mut to);
        to.into_bytes()
    }

    #[test]
    fn saving_what_was_loaded_gives_the_same_bytes() {
        for count in [0, 3] {
            let bytes = bytes(count);
            let model = load(&mut StateReader::new(&bytes)).unwrap();
            assert_eq!(model.counts(), count..=count);
            let mut again = StateWriter::default();
            save(&model, &mut again);
            assert_eq!(again.into_bytes(), bytes);
        }
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_an_error() {
        let bytes = bytes(3);
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
