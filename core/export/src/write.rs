//! The bytes of `core/node/FORMAT.md`.

use adit_engine::{Axis, unit};
use adit_node::format as fmt;
use adit_node::{AxisHash, crc32, text_hash};

use crate::program::{Banded, NodeBand, NodeOp, Output, Program, Section};
use crate::{Error, Result};

/// What stands in the header beside the program's own sizes.
pub(crate) struct Identity<'a> {
    pub(crate) mine: &'a str,
    pub(crate) axis: &'a Axis,
    pub(crate) provenance: [u8; 16],
}

/// The whole model.
///
/// # Errors
/// A name that does not fit its field, or more parts than the format counts.
pub(crate) fn blob(program: &Program, identity: &Identity<'_>) -> Result<Vec<u8>> {
    let mut body = Words::default();
    for section in &program.sections {
        write_section(&mut body, section)?;
    }
    let (axis, kind) = axis_hash(identity.axis);
    let mut rest = Words::default();
    rest.u32(text_hash(identity.mine));
    rest.u32(axis as u32);
    rest.u32((axis >> 32) as u32);
    rest.size(program.n_in)?;
    rest.0.extend(identity.provenance);
    rest.size(program.scratch_len())?;
    rest.halves(half(program.sections.len())?, half(program.outputs().count())?);
    rest.u32(kind);
    rest.u32(0);
    rest.0.extend(body.0);
    let mut all = Words::default();
    all.0.extend(fmt::MAGIC);
    all.halves(fmt::VERSION, fmt::NUMERIC_F32);
    all.size(rest.0.len() + fmt::CRC_START)?;
    all.u32(crc32(&rest.0));
    all.0.extend(rest.0);
    Ok(all.0)
}

fn axis_hash(axis: &Axis) -> (u64, u32) {
    match axis {
        Axis::Positions { values, .. } => {
            let hash = values.iter().fold(AxisHash::default(), |h, v| h.position(*v as f32));
            (hash.value(), fmt::AXIS_NUMBERS)
        }
        Axis::Named(channels) => {
            let hash = channels
                .iter()
                .fold(AxisHash::default(), |h, c| h.column(&c.name, unit::text(c.unit)));
            (hash.value(), fmt::AXIS_NAMES)
        }
    }
}

#[derive(Default)]
struct Words(Vec<u8>);

impl Words {
    fn u32(&mut self, v: u32) {
        self.0.extend(v.to_le_bytes());
    }
    fn halves(&mut self, a: u16, b: u16) {
        self.u32(u32::from(a) | u32::from(b) << 16);
    }
    fn size(&mut self, v: usize) -> Result<()> {
        self.u32(
            u32::try_from(v)
                .map_err(|_| Error::new(format!("{v} is too large for the format"), ""))?,
        );
        Ok(())
    }
    fn sizes(&mut self, v: &[usize]) -> Result<()> {
        v.iter().try_for_each(|v| self.size(*v))
    }
    fn f32(&mut self, v: f32) {
        self.0.extend(v.to_le_bytes());
    }
    fn f32s(&mut self, v: &[f32]) {
        v.iter().for_each(|v| self.f32(*v));
    }
}

fn half(v: usize) -> Result<u16> {
    u16::try_from(v).map_err(|_| {
        Error::new(format!("{v} parts are more than the format counts"), "export fewer analytes")
    })
}

fn write_section(to: &mut Words, section: &Section) -> Result<()> {
    let mut body = Words::default();
    for op in &section.ops {
        let (code, form, words) = op_words(op)?;
        body.halves(code, form);
        body.size(words.0.len() / 4)?;
        body.0.extend(words.0);
    }
    if let Some(reference) = &section.reference {
        body.f32s(reference);
    }
    for output in &section.outputs {
        write_output(&mut body, output)?;
    }
    let reference = if section.reference.is_some() { fmt::SECTION_REFERENCE } else { 0 };
    let buffers = if section.two_buffers { fmt::SECTION_TWO_BUFFERS } else { 0 };
    to.size(body.0.len() + fmt::SECTION_HEAD_LEN)?;
    to.halves(half(section.ops.len())?, half(section.outputs.len())?);
    to.sizes(&[section.row_len, section.capacity])?;
    to.u32(reference | buffers);
    to.u32(0);
    to.0.extend(body.0);
    Ok(())
}

fn write_output(to: &mut Words, output: &Output) -> Result<()> {
    let name = output.name.as_bytes();
    if name.is_empty() || name.len() > fmt::NAME_LEN || name.contains(&0) {
        return Err(Error::new(
            format!(
                "the analyte name \"{}\" has {} bytes; a node model holds 1 to {}",
                output.name,
                name.len(),
                fmt::NAME_LEN
            ),
            "give the analyte a shorter name",
        ));
    }
    to.0.extend(name);
    to.0.extend(std::iter::repeat_n(0, fmt::NAME_LEN - name.len()));
    to.u32(output.unit);
    to.u32(if output.pow10 { fmt::OUTPUT_POW10 } else { fmt::OUTPUT_IDENTITY });
    to.u32(if output.low.is_some() { fmt::OUTPUT_LOW } else { 0 });
    to.f32(output.low.unwrap_or(0.0));
    to.f32(output.bias);
    to.f32s(&output.weights);
    Ok(())
}

fn op_words(op: &NodeOp) -> Result<(u16, u16, Words)> {
    let mut w = Words::default();
    let (code, form) = match op {
        NodeOp::Gather(index) => {
            w.sizes(index)?;
            (fmt::OP_GATHER, 0)
        }
        NodeOp::GatherRange { first, count } => {
            w.sizes(&[*first, *count])?;
            (fmt::OP_GATHER, 1)
        }
        NodeOp::Banded(b) => {
            write_banded(&mut w, b)?;
            (fmt::OP_AFFINE_BANDED, 0)
        }
        NodeOp::RowCentre => (fmt::OP_ROW_CENTRE, 0),
        NodeOp::RowScale { norm, ddof, floor, centred, deferred } => {
            w.u32(norm.number());
            w.u32(*ddof);
            w.u32(
                if *centred { fmt::SCALE_CENTRED } else { 0 }
                    | if *deferred { fmt::SCALE_DEFERRED } else { 0 },
            );
            w.f32(*floor);
            (fmt::OP_ROW_SCALE, 0)
        }
        NodeOp::RegressBasis { n, divide, floor, basis, totals, inverse } => {
            w.sizes(&[*n, totals.len(), *divide])?;
            w.f32(*floor);
            [basis, totals, inverse].into_iter().for_each(|v| w.f32s(v));
            (fmt::OP_REGRESS_BASIS, 0)
        }
        NodeOp::Log10 { columns, floor } => {
            w.f32(*floor);
            w.sizes(columns)?;
            (fmt::OP_LOG10, 0)
        }
        NodeOp::Ratio { column, by, c0, c1, floor } => {
            w.sizes(&[*column, *by])?;
            w.f32s(&[*c0, *c1, *floor]);
            (fmt::OP_RATIO, 0)
        }
        NodeOp::Harmonic { column, order, period, low } => {
            w.size(*column)?;
            w.u32(*order);
            w.f32s(&[*period, *low]);
            (fmt::OP_HARMONIC, 0)
        }
        NodeOp::Product { left, right } => {
            w.sizes(&[*left, *right])?;
            (fmt::OP_PRODUCT, 0)
        }
        NodeOp::Clamp { column, low, high } => {
            w.size(*column)?;
            w.f32s(&[*low, *high]);
            (fmt::OP_CLAMP, 0)
        }
    };
    Ok((code, form, w))
}

fn write_banded(w: &mut Words, b: &Banded) -> Result<()> {
    w.sizes(&[b.n_in, b.n_out])?;
    w.u32(if b.bias.is_some() { fmt::BANDED_BIAS } else { 0 });
    w.sizes(&[b.inner_start, b.inner_count, b.inner.first, b.inner.width()])?;
    w.f32(b.inner.total);
    w.f32s(&b.inner.taps);
    let mut edges = Words::default();
    for NodeBand { first, total, taps } in &b.edges {
        edges.sizes(&[*first, taps.len() + 1])?;
        edges.f32(*total);
        edges.f32s(taps);
    }
    w.size(edges.0.len() / 4)?;
    w.0.extend(edges.0);
    w.f32s(b.bias.as_deref().unwrap_or_default());
    Ok(())
}
