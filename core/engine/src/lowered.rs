//! The closed list of lowered ops and their f64 interpreter.
//!
//! The numbers and the meaning of each op stand in [`adit_abi::op`]; the node's byte format uses the same numbers. This
//! interpreter is the obvious one: it is what every faster form is checked against.

use adit_abi::op as codes;

use crate::{Error, Result, RowStatus};

/// One output of a banded affine: coefficients on neighbouring inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// First input.
    pub first: usize,
    /// One coefficient per input from `first` on.
    pub coefficients: Vec<f64>,
}

/// What a row is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Norm {
    Sd,
    L1,
    L2,
    Max,
    Area,
}

/// One lowered op.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Op {
    Gather {
        n_in: usize,
        index: Vec<usize>,
    },
    AffineBanded {
        n_in: usize,
        bands: Vec<Band>,
        bias: Vec<f64>,
    },
    /// `coefficients` is n_out x n_in, row-major; `bias` has n_out values.
    AffineDense {
        n_in: usize,
        coefficients: Vec<f64>,
        bias: Vec<f64>,
    },
    RowCentre,
    RowScale {
        norm: Norm,
        ddof: u32,
        floor: f64,
    },
    /// `basis` and `inverse` are k x n, row-major.
    RegressBasis {
        n: usize,
        divide: usize,
        basis: Vec<f64>,
        inverse: Vec<f64>,
        floor: f64,
    },
    Log10 {
        columns: Vec<usize>,
        floor: f64,
    },
    Ratio {
        column: usize,
        by: usize,
        c0: f64,
        c1: f64,
        floor: f64,
    },
    Harmonic {
        column: usize,
        order: u32,
        period: f64,
    },
    Product {
        left: usize,
        right: usize,
    },
    Clamp {
        column: usize,
        low: f64,
        high: f64,
    },
    /// `rotations` and `loadings` are a x n, row-major.
    Score {
        centre: Vec<f64>,
        scale: Vec<f64>,
        rotations: Vec<f64>,
        loadings: Vec<f64>,
    },
    Output {
        pow10: bool,
        low: Option<f64>,
    },
}

impl Op {
    /// The op of a code, its integers and its numbers, as they cross the plugin boundary. Everything is checked: sizes, indices,
    /// finite numbers.
    ///
    /// # Errors
    /// When they do not form an op.
    pub fn decode(code: u32, ints: &[i64], nums: &[f64]) -> Result<Op> {
        let wrong = || Error::plugin(format!("a lowered op with code {code} is malformed"), "");
        if !nums.iter().all(|v| v.is_finite()) {
            return Err(wrong().within("a number is not finite"));
        }
        decode(code, ints, nums).ok_or_else(wrong)
    }

    /// For people: which op with which size.
    pub fn describe(&self) -> String {
        match self {
            Op::Gather { n_in, index } if index.len() > *n_in => {
                format!("{n_in} values placed among {}", index.len())
            }
            Op::Gather { n_in, index } => format!("gather {} of {n_in}", index.len()),
            Op::AffineBanded { n_in, bands, .. } => {
                let width = bands.iter().map(|b| b.coefficients.len()).max().unwrap_or(0);
                format!("banded affine {n_in} -> {}, {width} wide", bands.len())
            }
            Op::AffineDense { n_in, bias, .. } => format!("dense affine {n_in} -> {}", bias.len()),
            Op::RowCentre => "row centre".into(),
            Op::RowScale { norm, ddof, .. } => format!("row scale by {norm:?} (ddof {ddof})"),
            Op::RegressBasis { n, basis, .. } => {
                format!("regress on {} basis rows of {n} and divide", basis.len() / n.max(&1))
            }
            Op::Log10 { columns, .. } => format!("log10 of {} columns", columns.len()),
            Op::Ratio { .. } => "ratio".into(),
            Op::Harmonic { order, period, .. } => format!("harmonic {order} of period {period}"),
            Op::Product { .. } => "product".into(),
            Op::Clamp { .. } => "clamp".into(),
            Op::Score { centre, rotations, .. } => {
                format!("score {} -> {}", centre.len(), rotations.len() / centre.len().max(1))
            }
            Op::Output { pow10, .. } => if *pow10 { "output 10^y" } else { "output y" }.into(),
        }
    }

    /// How many values come out for `n_in` going in.
    ///
    /// # Errors
    /// When the op does not take `n_in` values.
    pub fn outputs(&self, n_in: usize) -> Result<usize> {
        let need = |n: usize, out: usize| {
            if n == n_in { Ok(out) } else { Err(misfit(self, n_in)) }
        };
        let holds = |j: usize, out: usize| {
            if j < n_in { Ok(out) } else { Err(misfit(self, n_in)) }
        };
        match self {
            Op::Gather { n_in: n, index } => need(*n, index.len()),
            Op::AffineBanded { n_in: n, bands, .. } => need(*n, bands.len()),
            Op::AffineDense { n_in: n, bias, .. } => need(*n, bias.len()),
            Op::RegressBasis { n, .. } => need(*n, *n),
            Op::Score { centre, rotations, .. } => {
                need(centre.len(), rotations.len() / centre.len().max(1))
            }
            Op::Log10 { columns, .. } => columns.iter().try_fold(n_in, |n, j| holds(*j, n)),
            Op::Ratio { column, by, .. } => holds((*column).max(*by), n_in),
            Op::Harmonic { column, .. } => holds(*column, n_in + 2),
            Op::Product { left, right } => holds((*left).max(*right), n_in + 1),
            Op::Clamp { column, .. } => holds(*column, n_in),
            Op::RowCentre | Op::RowScale { .. } | Op::Output { .. } => Ok(n_in),
        }
    }

    /// The op on one row: f64, every sum from left to right.
    ///
    /// # Errors
    /// The outer error is a misfit of sizes; the inner one is a refused row.
    pub fn run(&self, x: &[f64]) -> Result<std::result::Result<Vec<f64>, RowStatus>> {
        self.outputs(x.len())?;
        Ok(run(self, x))
    }
}

/// All ops in turn on one row.
///
/// # Errors
/// The outer error is a misfit of sizes; the inner one is a refused row.
pub fn run_row(ops: &[Op], x: &[f64]) -> Result<std::result::Result<Vec<f64>, RowStatus>> {
    let mut row = x.to_vec();
    for op in ops {
        match op.run(&row)? {
            Ok(next) => row = next,
            Err(refused) => return Ok(Err(refused)),
        }
    }
    Ok(if row.iter().all(|v| v.is_finite()) { Ok(row) } else { Err(RowStatus::NotFinite) })
}

fn misfit(op: &Op, n: usize) -> Error {
    Error::plugin(format!("the lowered op \"{}\" does not take {n} values", op.describe()), "")
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The row minus its mean, by way of its first value: exactly 0 for a constant row, so that rounding of the mean cannot pass for
/// a spread.
fn centred(x: &[f64]) -> Vec<f64> {
    let first = x.first().copied().unwrap_or(0.0);
    let from_first: Vec<f64> = x.iter().map(|v| v - first).collect();
    let m = mean(&from_first);
    from_first.iter().map(|v| v - m).collect()
}

fn norm_of(x: &[f64], norm: Norm, ddof: u32) -> f64 {
    match norm {
        Norm::Sd => {
            let ss: f64 = centred(x).iter().map(|v| v * v).sum();
            (ss / (x.len() as f64 - f64::from(ddof))).sqrt()
        }
        Norm::L1 => x.iter().map(|v| v.abs()).sum(),
        Norm::L2 => x.iter().map(|v| v * v).sum::<f64>().sqrt(),
        Norm::Max => x.iter().fold(0.0, |m, v| v.abs().max(m)),
        Norm::Area => x.iter().sum(),
    }
}

fn run(op: &Op, x: &[f64]) -> std::result::Result<Vec<f64>, RowStatus> {
    let mut y = x.to_vec();
    match op {
        Op::Gather { index, .. } => y = index.iter().map(|&i| x[i]).collect(),
        Op::AffineBanded { bands, bias, .. } => {
            y = bands
                .iter()
                .zip(bias)
                .map(|(b, bias)| bias + dot(&b.coefficients, &x[b.first..]))
                .collect();
        }
        Op::AffineDense { n_in, coefficients, bias } => {
            y = bias
                .iter()
                .enumerate()
                .map(|(i, b)| b + dot(&coefficients[i * n_in..(i + 1) * n_in], x))
                .collect();
        }
        Op::RowCentre => y = centred(x),
        Op::RowScale { norm, ddof, floor } => {
            let by = norm_of(x, *norm, *ddof);
            divide_all(&mut y, by, *floor)?;
        }
        Op::RegressBasis { n, divide, basis, inverse, floor } => {
            let c: Vec<f64> = inverse.chunks_exact(*n).map(|row| dot(row, x)).collect();
            for (j, row) in basis.chunks_exact(*n).enumerate().filter(|(j, _)| j != divide) {
                y.iter_mut().zip(row).for_each(|(v, b)| *v -= c[j] * b);
            }
            divide_all(&mut y, c[*divide], *floor)?;
        }
        Op::Log10 { columns, floor } => {
            for &j in columns {
                if x[j].is_nan() || x[j] <= *floor {
                    return Err(RowStatus::Log);
                }
                y[j] = x[j].log10();
            }
        }
        Op::Ratio { column, by, c0, c1, floor } => {
            let divisor = c0 + c1 * x[*by];
            divide_all(&mut y[*column..=*column], divisor, *floor)?;
        }
        Op::Harmonic { column, order, period } => {
            let angle = std::f64::consts::TAU * f64::from(*order) * x[*column] / period;
            y.extend([angle.sin(), angle.cos()]);
        }
        Op::Product { left, right } => y.push(x[*left] * x[*right]),
        Op::Clamp { column, low, high } => y[*column] = at_most(at_least(x[*column], *low), *high),
        Op::Score { centre, scale, rotations, .. } => {
            let z: Vec<f64> =
                x.iter().zip(centre).zip(scale).map(|((v, c), s)| (v - c) / s).collect();
            y = rotations.chunks_exact(centre.len()).map(|r| dot(r, &z)).collect();
        }
        Op::Output { pow10, low } => {
            for v in &mut y {
                *v = if *pow10 { 10f64.powf(*v) } else { *v };
                *v = low.map_or(*v, |low| at_least(*v, low));
            }
        }
    }
    Ok(y)
}

/// `max(v, low)` that leaves NaN as it is: `f64::max` would make a good value of it.
fn at_least(v: f64, low: f64) -> f64 {
    if v < low { low } else { v }
}

/// `min(v, high)` that leaves NaN as it is.
fn at_most(v: f64, high: f64) -> f64 {
    if v > high { high } else { v }
}

fn divide_all(y: &mut [f64], by: f64, floor: f64) -> std::result::Result<(), RowStatus> {
    if by.is_nan() || by <= floor {
        return Err(RowStatus::Divisor);
    }
    // A norm that overflowed would make a row of zeros.
    if by.is_infinite() {
        return Err(RowStatus::NotFinite);
    }
    y.iter_mut().for_each(|v| *v /= by);
    Ok(())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn decode(code: u32, ints: &[i64], nums: &[f64]) -> Option<Op> {
    let size = |k: usize| usize::try_from(*ints.get(k)?).ok();
    let num = |k: usize| nums.get(k).copied();
    let exact = |i: usize, n: usize| (ints.len() == i && nums.len() == n).then_some(());
    Some(match code {
        codes::ADIT_OP_GATHER => {
            let n_in = size(0)?;
            let index: Vec<usize> = (1..ints.len()).map(size).collect::<Option<_>>()?;
            exact(1 + index.len(), 0)?;
            index.iter().all(|i| *i < n_in).then_some(Op::Gather { n_in, index })?
        }
        codes::ADIT_OP_AFFINE_BANDED => {
            let (n_in, n_out) = (size(0)?, size(1)?);
            exact(n_out.checked_mul(2)?.checked_add(2)?, nums.len())?;
            let (mut bands, mut at) = (Vec::with_capacity(n_out), 0_usize);
            for i in 0..n_out {
                let (first, width) = (size(2 + 2 * i)?, size(3 + 2 * i)?);
                (first.checked_add(width)? <= n_in).then_some(())?;
                let end = at.checked_add(width)?;
                bands.push(Band { first, coefficients: nums.get(at..end)?.to_vec() });
                at = end;
            }
            let bias = nums.get(at..)?.to_vec();
            (bias.len() == n_out).then_some(Op::AffineBanded { n_in, bands, bias })?
        }
        codes::ADIT_OP_AFFINE_DENSE => {
            let (n_in, n_out) = (size(0)?, size(1)?);
            let split = n_in.checked_mul(n_out)?;
            exact(2, split.checked_add(n_out)?)?;
            let (coefficients, bias) = nums.split_at(split);
            Op::AffineDense { n_in, coefficients: coefficients.to_vec(), bias: bias.to_vec() }
        }
        codes::ADIT_OP_ROW_CENTRE => {
            exact(0, 0)?;
            Op::RowCentre
        }
        codes::ADIT_OP_ROW_SCALE => {
            exact(2, 1)?;
            let norm = match ints[0] {
                codes::ADIT_NORM_SD => Norm::Sd,
                codes::ADIT_NORM_L1 => Norm::L1,
                codes::ADIT_NORM_L2 => Norm::L2,
                codes::ADIT_NORM_MAX => Norm::Max,
                codes::ADIT_NORM_AREA => Norm::Area,
                _ => return None,
            };
            let ddof = u32::try_from(ints[1]).ok().filter(|d| *d <= 1)?;
            Op::RowScale { norm, ddof, floor: num(0).filter(|f| *f >= 0.0)? }
        }
        codes::ADIT_OP_REGRESS_BASIS => {
            let (n, k, divide) = (size(0)?, size(1)?, size(2)?);
            let half = n.checked_mul(k)?;
            exact(3, half.checked_mul(2)?.checked_add(1)?)?;
            (n > 0 && divide < k).then_some(())?;
            Op::RegressBasis {
                n,
                divide,
                basis: nums[..half].to_vec(),
                inverse: nums[half..2 * half].to_vec(),
                floor: nums[2 * half],
            }
        }
        codes::ADIT_OP_LOG10 => {
            exact(ints.len(), 1)?;
            let columns = (0..ints.len()).map(size).collect::<Option<_>>()?;
            Op::Log10 { columns, floor: num(0).filter(|f| *f >= 0.0)? }
        }
        codes::ADIT_OP_RATIO => {
            exact(2, 3)?;
            Op::Ratio { column: size(0)?, by: size(1)?, c0: nums[0], c1: nums[1], floor: nums[2] }
        }
        codes::ADIT_OP_HARMONIC => {
            exact(2, 1)?;
            let order = u32::try_from(ints[1]).ok()?;
            Op::Harmonic { column: size(0)?, order, period: num(0).filter(|p| *p > 0.0)? }
        }
        codes::ADIT_OP_PRODUCT => {
            exact(2, 0)?;
            Op::Product { left: size(0)?, right: size(1)? }
        }
        codes::ADIT_OP_CLAMP => {
            exact(1, 2)?;
            (nums[0] <= nums[1]).then_some(())?;
            Op::Clamp { column: size(0)?, low: nums[0], high: nums[1] }
        }
        codes::ADIT_OP_SCORE => {
            let (n, a) = (size(0)?, size(1)?);
            let block = n.checked_mul(a)?;
            exact(2, block.checked_add(n)?.checked_mul(2)?)?;
            let (centre, rest) = nums.split_at(n);
            let (scale, rest) = rest.split_at(n);
            let (rotations, loadings) = rest.split_at(block);
            (n > 0 && scale.iter().all(|s| *s > 0.0)).then_some(())?;
            Op::Score {
                centre: centre.to_vec(),
                scale: scale.to_vec(),
                rotations: rotations.to_vec(),
                loadings: loadings.to_vec(),
            }
        }
        codes::ADIT_OP_OUTPUT => {
            exact(2, 1)?;
            let pow10 = match ints[0] {
                codes::ADIT_OUTPUT_IDENTITY => false,
                codes::ADIT_OUTPUT_POW10 => true,
                _ => return None,
            };
            Op::Output { pow10, low: (ints[1] != 0).then_some(nums[0]) }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snv_by_ops_has_mean_zero_and_sd_one() {
        let ops = [Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 1e-12 }];
        let z = run_row(&ops, &[1.0, 2.0, 4.0, 9.0]).unwrap().unwrap();
        assert!(mean(&z).abs() < 1e-15);
        assert!((norm_of(&z, Norm::Sd, 1) - 1.0).abs() < 1e-15);
        let at_any_floor = [Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 0.0 }];
        assert_eq!(run_row(&at_any_floor, &[0.1; 7]).unwrap(), Err(RowStatus::Divisor));
    }

    #[test]
    fn msc_by_ops_undoes_offset_and_slope() {
        // Basis {1, r}; the pseudo-inverse of that basis for r = (0, 1, 2): mean and slope of the least squares line.
        let op = Op::RegressBasis {
            n: 3,
            divide: 1,
            basis: vec![1.0, 1.0, 1.0, 0.0, 1.0, 2.0],
            inverse: vec![5.0 / 6.0, 2.0 / 6.0, -1.0 / 6.0, -0.5, 0.0, 0.5],
            floor: 1e-9,
        };
        let y = op.run(&[3.0, 5.0, 7.0]).unwrap().unwrap();
        y.iter().zip([0.0, 1.0, 2.0]).for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
    }

    #[test]
    fn sizes_are_checked_before_running() {
        assert!(Op::Gather { n_in: 3, index: vec![2] }.run(&[1.0]).is_err());
        assert!(Op::Ratio { column: 0, by: 4, c0: 1.0, c1: 0.0, floor: 0.0 }.run(&[1.0]).is_err());
    }

    #[test]
    fn a_bound_makes_no_value_of_what_is_none() {
        let clamp = Op::Clamp { column: 0, low: 0.0, high: 1.0 };
        let output = Op::Output { pow10: false, low: Some(0.0) };
        for op in [clamp, output] {
            assert_eq!(
                run_row(std::slice::from_ref(&op), &[f64::NAN]).unwrap(),
                Err(RowStatus::NotFinite)
            );
            assert_eq!(run_row(&[op], &[-0.5]).unwrap(), Ok(vec![0.0]));
        }
        let scale = Op::RowScale { norm: Norm::L2, ddof: 0, floor: 0.0 };
        assert_eq!(run_row(&[scale], &[1e200, 1.0]).unwrap(), Err(RowStatus::NotFinite));
    }

    #[test]
    fn a_row_too_short_for_its_norm_is_refused() {
        let sd = [Op::RowCentre, Op::RowScale { norm: Norm::Sd, ddof: 1, floor: 0.0 }];
        assert_eq!(run_row(&sd, &[3.0]).unwrap(), Err(RowStatus::Divisor));
        assert_eq!(run_row(&sd, &[]).unwrap(), Err(RowStatus::Divisor));
    }

    #[test]
    fn malformed_ops_are_refused() {
        assert!(Op::decode(codes::ADIT_OP_GATHER, &[2, 5], &[]).is_err());
        assert!(Op::decode(codes::ADIT_OP_AFFINE_BANDED, &[2, 1, 1, 2], &[1.0, 1.0, 0.0]).is_err());
        assert!(Op::decode(codes::ADIT_OP_AFFINE_BANDED, &[2, i64::MAX, 1, 2], &[1.0]).is_err());
        assert!(Op::decode(codes::ADIT_OP_AFFINE_DENSE, &[2, 1], &[1.0, f64::NAN, 0.0]).is_err());
        assert!(Op::decode(99, &[], &[]).is_err());
    }
}
