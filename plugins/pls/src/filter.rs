//! A banded affine filter of the columns: Savitzky-Golay and its like, as a lowered op.

use adit_plugin::{Band, Error, Op};

/// `y_i = bias_i + sum_k c_ik x[first_i + k]`, checked against the number of columns.
pub(crate) struct Banded<'a> {
    bands: &'a [Band],
    bias: &'a [f64],
}

impl<'a> Banded<'a> {
    /// The filter `op` for rows of `columns` values.
    ///
    /// # Errors
    /// Another kind of op, or bands that reach outside the row.
    pub(crate) fn new(op: &'a Op, columns: usize) -> Result<Banded<'a>, Error> {
        let Op::AffineBanded { n_in, bands, bias } = op else {
            return Err(Error::unsupported("only a banded affine op can filter the columns"));
        };
        let inside =
            |b: &Band| b.first.checked_add(b.coefficients.len()).is_some_and(|end| end <= columns);
        if *n_in != columns || bands.len() != bias.len() || !bands.iter().all(inside) {
            return Err(Error::shape(format!("the filter does not fit rows of {columns} values")));
        }
        Ok(Banded { bands, bias })
    }

    /// Number of outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// The filtered row.
    pub(crate) fn row(&self, x: &[f64]) -> Vec<f64> {
        let mut to = vec![0.0; self.outputs()];
        self.row_into(x, &mut to);
        to
    }

    /// Filters one row into `to`, which has room for all outputs.
    pub(crate) fn row_into(&self, x: &[f64], to: &mut [f64]) {
        for ((to, band), bias) in to.iter_mut().zip(self.bands).zip(self.bias) {
            let inputs = x[band.first..].iter();
            *to = *bias + band.coefficients.iter().zip(inputs).map(|(c, x)| c * x).sum::<f64>();
        }
    }

    /// Coefficients on the filtered row turned into coefficients on the row before the filter, and what to add to the intercept.
    pub(crate) fn pull_back(&self, coefficients: &[f64], columns: usize) -> (Vec<f64>, f64) {
        let (mut on_input, mut added) = (vec![0.0; columns], 0.0);
        for ((band, bias), b) in self.bands.iter().zip(self.bias).zip(coefficients) {
            added += b * bias;
            let inputs = on_input[band.first..].iter_mut();
            inputs.zip(&band.coefficients).for_each(|(to, c)| *to += b * c);
        }
        (on_input, added)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op() -> Op {
        let band = |first, c: &[f64]| Band { first, coefficients: c.to_vec() };
        let bands = vec![band(0, &[1.0, -1.0]), band(2, &[2.0]), band(1, &[0.5, 0.5])];
        Op::AffineBanded { n_in: 3, bands, bias: vec![0.0, 1.0, -1.0] }
    }

    #[test]
    fn filters_and_pulls_back() {
        let op = op();
        let filter = Banded::new(&op, 3).unwrap();
        let x = [3.0, 5.0, 7.0];
        let filtered = filter.row(&x);
        assert_eq!(filtered, [-2.0, 15.0, 5.0]);
        let b = [2.0, 3.0, 4.0];
        let direct: f64 = filtered.iter().zip(b).map(|(z, b)| z * b).sum();
        let (on_input, added) = filter.pull_back(&b, 3);
        let back: f64 = x.iter().zip(&on_input).map(|(x, c)| x * c).sum::<f64>() + added;
        assert_eq!(direct, back);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert!(Banded::new(&op(), 4).is_err());
        assert!(Banded::new(&Op::RowCentre, 3).is_err());
        let outside = Op::AffineBanded {
            n_in: 3,
            bands: vec![Band { first: usize::MAX, coefficients: vec![1.0, 1.0] }],
            bias: vec![0.0],
        };
        assert!(Banded::new(&outside, 3).is_err());
    }
}
