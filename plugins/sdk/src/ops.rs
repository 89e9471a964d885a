//! Lowered ops, ready to be pushed to the host. What each does is told in [`adit_abi::op`].

use adit_abi::op::{self as codes};

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
pub enum Norm {
    /// Standard deviation about the row mean.
    Sd,
    /// Sum of absolute values.
    L1,
    /// Euclidean length.
    L2,
    /// Largest absolute value.
    Max,
    /// Sum.
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
    /// `coefficients` is n_out x n_in, row-major.
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
    /// `basis` and `inverse` are k x n, row-major; `divide` is the basis vector whose coefficient divides.
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
}

impl Op {
    /// A diagonal affine, `y = c x + b`, as a banded one.
    pub fn diagonal(scale: &[f64], bias: &[f64]) -> Op {
        Op::AffineBanded {
            n_in: scale.len(),
            bands: scale
                .iter()
                .enumerate()
                .map(|(first, c)| Band { first, coefficients: vec![*c] })
                .collect(),
            bias: bias.to_vec(),
        }
    }

    /// The number of inputs and the op, of the integers and numbers of an `AFFINE_BANDED`; `None` when they do not fit.
    pub(crate) fn decode_banded(ints: &[i64], nums: &[f64]) -> Option<(usize, Op)> {
        let size = |v: &i64| usize::try_from(*v).ok();
        let (n_in, n_out) = (size(ints.first()?)?, size(ints.get(1)?)?);
        let shape = ints.get(2..)?;
        if shape.len() != n_out.checked_mul(2)? {
            return None;
        }
        let (mut bands, mut at) = (Vec::with_capacity(n_out), 0_usize);
        for pair in shape.chunks_exact(2) {
            let (first, width) = (size(&pair[0])?, size(&pair[1])?);
            if first.checked_add(width)? > n_in {
                return None;
            }
            let coefficients = nums.get(at..at.checked_add(width)?)?.to_vec();
            at += width;
            bands.push(Band { first, coefficients });
        }
        let bias = nums.get(at..)?.to_vec();
        (bias.len() == n_out).then_some((n_in, Op::AffineBanded { n_in, bands, bias }))
    }

    /// Code, integers and numbers as the contract lays them out.
    pub(crate) fn encode(&self) -> (u32, Vec<i64>, Vec<f64>) {
        let i = |v: &usize| *v as i64;
        match self {
            Op::Gather { n_in, index } => {
                (codes::ADIT_OP_GATHER, std::iter::once(n_in).chain(index).map(i).collect(), vec![])
            }
            Op::AffineBanded { n_in, bands, bias } => {
                let mut ints = vec![i(n_in), i(&bands.len())];
                bands.iter().for_each(|b| ints.extend([i(&b.first), i(&b.coefficients.len())]));
                let mut nums: Vec<f64> =
                    bands.iter().flat_map(|b| b.coefficients.iter().copied()).collect();
                nums.extend(bias);
                (codes::ADIT_OP_AFFINE_BANDED, ints, nums)
            }
            Op::AffineDense { n_in, coefficients, bias } => (
                codes::ADIT_OP_AFFINE_DENSE,
                vec![i(n_in), i(&bias.len())],
                coefficients.iter().chain(bias).copied().collect(),
            ),
            Op::RowCentre => (codes::ADIT_OP_ROW_CENTRE, vec![], vec![]),
            Op::RowScale { norm, ddof, floor } => {
                let norm = match norm {
                    Norm::Sd => codes::ADIT_NORM_SD,
                    Norm::L1 => codes::ADIT_NORM_L1,
                    Norm::L2 => codes::ADIT_NORM_L2,
                    Norm::Max => codes::ADIT_NORM_MAX,
                    Norm::Area => codes::ADIT_NORM_AREA,
                };
                (codes::ADIT_OP_ROW_SCALE, vec![norm, i64::from(*ddof)], vec![*floor])
            }
            Op::RegressBasis { n, divide, basis, inverse, floor } => (
                codes::ADIT_OP_REGRESS_BASIS,
                vec![i(n), basis.len().checked_div(*n).map_or(0, |k| k as i64), i(divide)],
                basis.iter().chain(inverse).copied().chain([*floor]).collect(),
            ),
            Op::Log10 { columns, floor } => {
                (codes::ADIT_OP_LOG10, columns.iter().map(i).collect(), vec![*floor])
            }
            Op::Ratio { column, by, c0, c1, floor } => {
                (codes::ADIT_OP_RATIO, vec![i(column), i(by)], vec![*c0, *c1, *floor])
            }
            Op::Harmonic { column, order, period } => {
                (codes::ADIT_OP_HARMONIC, vec![i(column), i64::from(*order)], vec![*period])
            }
            Op::Product { left, right } => {
                (codes::ADIT_OP_PRODUCT, vec![i(left), i(right)], vec![])
            }
            Op::Clamp { column, low, high } => {
                (codes::ADIT_OP_CLAMP, vec![i(column)], vec![*low, *high])
            }
        }
    }
}
