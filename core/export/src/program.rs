//! What a node runs, in f32: the one source of the bytes and of the C text, so that both hold the same numbers.

use adit_engine::lowered::{Band, Norm};
use adit_engine::{Op, unit};
use adit_node::format::MAX_ROW;

use crate::fuse::{Fused, contiguous};
use crate::{Error, Result};

/// A whole model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    pub(crate) n_in: usize,
    pub(crate) sections: Vec<Section>,
}

/// Preprocessing that some outputs share, and their weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) ops: Vec<NodeOp>,
    pub(crate) row_len: usize,
    /// Longest row that is written to a buffer.
    pub(crate) capacity: usize,
    pub(crate) two_buffers: bool,
    /// The outputs work on `row - divisor * reference`.
    pub(crate) reference: Option<Vec<f32>>,
    pub(crate) outputs: Vec<Output>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) unit: u32,
    pub(crate) pow10: bool,
    pub(crate) low: Option<f32>,
    pub(crate) bias: f32,
    pub(crate) weights: Vec<f32>,
}

/// One op with its constants rounded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeOp {
    Gather(Vec<usize>),
    GatherRange {
        first: usize,
        count: usize,
    },
    Banded(Banded),
    RowCentre,
    RowScale {
        norm: adit_node::Norm,
        ddof: u32,
        floor: f32,
        centred: bool,
        deferred: bool,
    },
    RegressBasis {
        n: usize,
        divide: usize,
        floor: f32,
        basis: Vec<f32>,
        totals: Vec<f32>,
        inverse: Vec<f32>,
    },
    Log10 {
        columns: Vec<usize>,
        floor: f32,
    },
    Ratio {
        column: usize,
        by: usize,
        c0: f32,
        c1: f32,
        floor: f32,
    },
    /// `low` is what `period` lost in rounding.
    Harmonic {
        column: usize,
        order: u32,
        period: f32,
        low: f32,
    },
    Product {
        left: usize,
        right: usize,
    },
    Clamp {
        column: usize,
        low: f32,
        high: f32,
    },
}

/// Filter rows, those in the middle with common taps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Banded {
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) inner_start: usize,
    pub(crate) inner_count: usize,
    pub(crate) inner: NodeBand,
    pub(crate) edges: Vec<NodeBand>,
    pub(crate) bias: Option<Vec<f32>>,
}

/// `total * x[pivot] + sum of taps * (x - x[pivot])`, pivot = width / 2, whose own tap is left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodeBand {
    pub(crate) first: usize,
    pub(crate) total: f32,
    pub(crate) taps: Vec<f32>,
}

impl NodeBand {
    pub(crate) fn width(&self) -> usize {
        self.taps.len() + 1
    }
}

impl Section {
    /// A section without outputs: what the fused ops of a chain come to.
    pub(crate) fn of(fused: &Fused) -> Result<Self> {
        let mut ops: Vec<NodeOp> = Vec::new();
        let mut n = fused.n_in;
        let last = fused.ops.len();
        for (i, op) in fused.ops.iter().enumerate() {
            let before = i.checked_sub(1).map(|k| &fused.ops[k]);
            let out = op.outputs(n)?;
            ops.push(round(op, n, before == Some(&Op::RowCentre), i + 1 == last)?);
            n = out;
        }
        let mut section = Self {
            ops,
            row_len: n,
            capacity: 0,
            two_buffers: false,
            reference: None,
            outputs: Vec::new(),
        };
        section.lay_out(fused.n_in)?;
        Ok(section)
    }

    /// Finds how much buffer the ops need.
    pub(crate) fn lay_out(&mut self, n_in: usize) -> Result<()> {
        let (mut n, mut view) = (n_in, true);
        (self.capacity, self.two_buffers) = (0, false);
        for op in &self.ops {
            let (len, moves) = match op {
                NodeOp::Gather(index) => (index.len(), true),
                NodeOp::GatherRange { count, .. } if view => {
                    n = *count;
                    continue;
                }
                NodeOp::GatherRange { count, .. } => (*count, true),
                NodeOp::Banded(b) => (b.n_out, true),
                NodeOp::RowScale { deferred: true, .. } => continue,
                NodeOp::Harmonic { .. } => (n + 2, false),
                NodeOp::Product { .. } => (n + 1, false),
                _ => (n, false),
            };
            self.two_buffers |= moves && !view;
            (n, view) = (len, false);
            self.capacity = self.capacity.max(n);
        }
        if self.reference.is_some() {
            self.capacity = self.capacity.max(n);
        }
        if n > MAX_ROW || self.capacity > MAX_ROW {
            return Err(Error::new(
                format!("a row of {} values is longer than a node takes", n.max(self.capacity)),
                "select channels first",
            ));
        }
        Ok(())
    }

    /// f32 that the section works in.
    pub(crate) fn scratch_len(&self) -> usize {
        self.capacity * if self.two_buffers { 2 } else { 1 }
    }

    /// Whether the outputs divide by a norm that the last op left to them.
    pub(crate) fn deferred(&self) -> bool {
        matches!(self.ops.last(), Some(NodeOp::RowScale { deferred: true, .. }))
    }
}

impl Program {
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &Output> {
        self.sections.iter().flat_map(|s| &s.outputs)
    }

    pub(crate) fn scratch_len(&self) -> usize {
        self.sections.iter().map(Section::scratch_len).max().unwrap_or(0)
    }

    /// Whether the C needs `-lm`, for `powf`; without it every result is the same to the bit on every machine.
    pub(crate) fn needs_libm(&self) -> bool {
        self.outputs().any(|o| o.pow10)
    }
}

/// A number as the node stores it.
pub(crate) fn single(v: f64) -> Result<f32> {
    let r = v as f32;
    if r.is_finite() {
        return Ok(r);
    }
    Err(Error::new(
        format!("the number {v} does not fit f32"),
        "scale the data to an ordinary range",
    ))
}

fn singles(v: &[f64]) -> Result<Vec<f32>> {
    v.iter().map(|v| single(*v)).collect()
}

/// The number of a unit's text; an unknown text is "no unit".
pub(crate) fn unit_number(text: &str) -> u32 {
    unit::parse(text).unwrap_or(unit::ADIT_UNIT_NONE)
}

fn round(op: &Op, n: usize, after_centre: bool, last: bool) -> Result<NodeOp> {
    Ok(match op {
        Op::Gather { index, .. } => match contiguous(op) {
            Some(first) => NodeOp::GatherRange { first, count: index.len() },
            None => NodeOp::Gather(index.clone()),
        },
        Op::AffineBanded { n_in, bands, bias } => NodeOp::Banded(banded(*n_in, bands, bias)?),
        Op::RowCentre => NodeOp::RowCentre,
        Op::RowScale { norm, ddof, floor } => NodeOp::RowScale {
            norm: norm_of(*norm),
            ddof: if *norm == Norm::Sd { freedom(*ddof, n)? } else { 0 },
            floor: floor_of(*floor)?,
            centred: *norm == Norm::Sd && after_centre,
            deferred: last,
        },
        Op::RegressBasis { n, divide, basis, inverse, floor } => NodeOp::RegressBasis {
            n: *n,
            divide: *divide,
            floor: floor_of(*floor)?,
            basis: singles(basis)?,
            totals: inverse.chunks_exact(*n).map(total).collect::<Result<_>>()?,
            inverse: singles(inverse)?,
        },
        Op::Log10 { columns, floor } => {
            NodeOp::Log10 { columns: columns.clone(), floor: floor_of(*floor)? }
        }
        Op::Ratio { column, by, c0, c1, floor } => NodeOp::Ratio {
            column: *column,
            by: *by,
            c0: single(*c0)?,
            c1: single(*c1)?,
            floor: floor_of(*floor)?,
        },
        Op::Harmonic { column, order, period } => {
            if !(1..=64).contains(order) {
                return Err(Error::new(
                    format!("a harmonic of order {order}"),
                    "use orders from 1 to 64",
                ));
            }
            let rounded = single(*period)?;
            let low = (*period - f64::from(rounded)) as f32;
            NodeOp::Harmonic { column: *column, order: *order, period: rounded, low }
        }
        Op::Product { left, right } => NodeOp::Product { left: *left, right: *right },
        // Rounded like every number, but a bound may be infinite.
        Op::Clamp { column, low, high } => {
            NodeOp::Clamp { column: *column, low: *low as f32, high: *high as f32 }
        }
        Op::AffineDense { .. } | Op::Score { .. } | Op::Output { .. } => {
            return Err(Error::new(
                format!("the op \"{}\" has no place among a node's row ops", op.describe()),
                "",
            ));
        }
    })
}

fn norm_of(norm: Norm) -> adit_node::Norm {
    match norm {
        Norm::Sd => adit_node::Norm::Sd,
        Norm::L1 => adit_node::Norm::L1,
        Norm::L2 => adit_node::Norm::L2,
        Norm::Max => adit_node::Norm::Max,
        Norm::Area => adit_node::Norm::Area,
    }
}

fn freedom(ddof: u32, n: usize) -> Result<u32> {
    if (ddof as usize) < n {
        return Ok(ddof);
    }
    Err(Error::new(
        format!("a standard deviation of {n} values with ddof {ddof}"),
        "keep more channels",
    ))
}

fn floor_of(floor: f64) -> Result<f32> {
    if floor >= 0.0 {
        return single(floor);
    }
    Err(Error::new(
        format!("a floor of {floor}: a node divides by positive numbers only"),
        "give the step a floor of 0 or more",
    ))
}

/// The sum of a filter's coefficients; a sum that is only the rounding of a zero is zero (a derivative of a constant is nothing).
fn total(coefficients: &[f64]) -> Result<f32> {
    let sum: f64 = coefficients.iter().sum();
    let size: f64 = coefficients.iter().map(|c| c.abs()).sum();
    single(if sum.abs() <= 1e-12 * size { 0.0 } else { sum })
}

fn band(b: &Band) -> Result<NodeBand> {
    let pivot = b.coefficients.len() / 2;
    let mut taps = singles(&b.coefficients)?;
    taps.remove(pivot);
    Ok(NodeBand { first: b.first, total: total(&b.coefficients)?, taps })
}

/// Splits filter rows into the longest run that shares its taps (each row one channel further) and the others.
fn banded(n_in: usize, bands: &[Band], bias: &[f64]) -> Result<Banded> {
    let rows: Vec<NodeBand> = bands.iter().map(band).collect::<Result<_>>()?;
    let shares = |a: usize, b: usize| {
        let (x, y) = (&rows[a], &rows[b]);
        y.first == x.first + (b - a) && alike(&[x.total], &[y.total]) && alike(&x.taps, &y.taps)
    };
    let (mut start, mut best) = (0, 0..0);
    for i in 0..rows.len() {
        if !shares(start, i) {
            start = i;
        }
        if i + 1 - start > best.len() {
            best = start..i + 1;
        }
    }
    // A run of one shares nothing.
    if best.len() < 2 {
        best = 0..0;
    }
    let inner = rows.get(best.start).cloned().filter(|_| !best.is_empty());
    let edges = rows[..best.start].iter().chain(&rows[best.end..]).cloned().collect();
    Ok(Banded {
        n_in,
        n_out: rows.len(),
        inner_start: best.start,
        inner_count: best.len(),
        inner: inner.unwrap_or(NodeBand { first: 0, total: 0.0, taps: Vec::new() }),
        edges,
        bias: if bias.iter().all(|b| *b == 0.0) { None } else { Some(singles(bias)?) },
    })
}

/// The same taps up to the rounding of how they were computed.
fn alike(a: &[f32], b: &[f32]) -> bool {
    let size = a.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() <= size * f32::EPSILON)
}
