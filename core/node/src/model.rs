//! A model in flash: loaded once, then asked for one row at a time.

use crate::bytes::Cursor;
use crate::format as fmt;
use crate::section::{Output, Section};
use crate::{Refusal, Status, check, crc, run};

/// A checked model over borrowed bytes.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) head: Head,
}

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) mine: u32,
    pub(crate) axis: u64,
    pub(crate) provenance: [u8; 16],
    pub(crate) input_len: usize,
    pub(crate) scratch_len: usize,
    pub(crate) section_count: usize,
    pub(crate) output_count: usize,
    pub(crate) axis_kind: u32,
}

/// What one output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputInfo<'a> {
    /// Name of the analyte, as `Zn (total)`.
    pub name: &'a str,
    /// Number of its unit (the list of the plugin contract; 20 = mg/L).
    pub unit: u32,
}

impl<'a> Model<'a> {
    /// Checks everything once: length, checksum, version, every op's columns and every stored number.
    ///
    /// Work: one pass over the bytes for the checksum and one for the checks. `bytes` needs no alignment.
    ///
    /// # Errors
    /// The first thing found wrong; nothing of a refused model is used.
    pub fn load(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let model = Self { bytes, head: header(bytes)? };
        let (mut scratch, mut outputs) = (0usize, 0usize);
        let mut at = model.body();
        for _ in 0..model.head.section_count {
            let section = Section::parse(&mut at)?;
            check::section(&section, model.head.input_len)?;
            scratch = scratch.max(section.scratch_len());
            outputs = outputs.saturating_add(section.output_count);
        }
        if !at.is_empty() {
            return Err(Refusal::Section);
        }
        if scratch != model.head.scratch_len || outputs != model.head.output_count {
            return Err(Refusal::Header);
        }
        Ok(model)
    }

    /// Number of values in a row of input.
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.head.input_len
    }

    /// Number of outputs.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.head.output_count
    }

    /// Number of f32 that [`Model::predict`] needs to work in.
    #[must_use]
    pub fn scratch_len(&self) -> usize {
        self.head.scratch_len
    }

    /// [`crate::text_hash`] of the mine's id.
    #[must_use]
    pub fn mine_hash(&self) -> u32 {
        self.head.mine
    }

    /// [`crate::AxisHash`] of the input's channels.
    #[must_use]
    pub fn axis_hash(&self) -> u64 {
        self.head.axis
    }

    /// First 16 bytes of the SHA-256 of the model file this was exported from.
    #[must_use]
    pub fn provenance(&self) -> [u8; 16] {
        self.head.provenance
    }

    /// Name and unit of an output.
    #[must_use]
    pub fn output(&self, index: usize) -> Option<OutputInfo<'a>> {
        let mut at = self.body();
        let mut before = 0usize;
        for _ in 0..self.head.section_count {
            let section = Section::parse(&mut at).ok()?;
            let mut body = section.body;
            section.ops(&mut body, |_| Ok(())).ok()?;
            section.reference(&mut body).ok()?;
            for _ in 0..section.output_count {
                let output = Output::parse(&mut body, section.row_len).ok()?;
                if before == index {
                    return Some(OutputInfo { name: output.name, unit: output.unit });
                }
                before = before.saturating_add(1);
            }
        }
        None
    }

    /// Estimates every output of one row.
    ///
    /// `input`: [`Model::input_len`] values in the order and units of the model's axis. `scratch`: at least [`Model::scratch_len`]
    /// numbers, content before and after without meaning. `values`, `status`: [`Model::output_len`] each. An output that is refused has
    /// the value NaN and its reason in `status`; the others are not touched by it.
    ///
    /// # Errors
    /// [`Refusal::Buffer`] if a buffer has the wrong length; nothing is written then.
    pub fn predict(
        &self,
        input: &[f32],
        scratch: &mut [f32],
        values: &mut [f32],
        status: &mut [Status],
    ) -> Result<(), Refusal> {
        let outputs = self.head.output_count;
        let fits = input.len() == self.head.input_len
            && scratch.len() >= self.head.scratch_len
            && values.len() == outputs
            && status.len() == outputs;
        if !fits {
            return Err(Refusal::Buffer);
        }
        let mut at = self.body();
        let mut out = values.iter_mut().zip(status.iter_mut());
        for _ in 0..self.head.section_count {
            run::section(&Section::parse(&mut at)?, input, scratch, &mut out)?;
        }
        Ok(())
    }

    fn body(&self) -> Cursor<'a> {
        Cursor::new(self.bytes.get(fmt::HEADER_LEN..).unwrap_or_default())
    }
}

impl Section<'_> {
    fn scratch_len(&self) -> usize {
        if self.two_buffers { self.capacity.saturating_mul(2) } else { self.capacity }
    }
}

fn header(bytes: &[u8]) -> Result<Head, Refusal> {
    let mut at = Cursor::new(bytes.get(..fmt::HEADER_LEN).ok_or(Refusal::TooShort)?);
    let mut word = || at.u32().ok_or(Refusal::TooShort);
    let (magic, version, length, sum) = (word()?, word()?, word()?, word()?);
    if magic != u32::from_le_bytes(fmt::MAGIC) {
        return Err(Refusal::Magic);
    }
    if version as u16 != fmt::VERSION {
        return Err(Refusal::Version);
    }
    if (version >> 16) as u16 != fmt::NUMERIC_F32 {
        return Err(Refusal::NumericMode);
    }
    if length as usize != bytes.len() || !bytes.len().is_multiple_of(4) {
        return Err(Refusal::Length);
    }
    if crc::crc32(bytes.get(fmt::CRC_START..).unwrap_or_default()) != sum {
        return Err(Refusal::Checksum);
    }
    let (mine, axis_low, axis_high, input_len) = (word()?, word()?, word()?, word()? as usize);
    let p = [word()?, word()?, word()?, word()?].map(u32::to_le_bytes);
    let (scratch_len, counts, axis_kind, reserved) = (word()? as usize, word()?, word()?, word()?);
    let known = axis_kind == fmt::AXIS_NUMBERS || axis_kind == fmt::AXIS_NAMES;
    if input_len == 0 || input_len > fmt::MAX_ROW || !known || counts & 0xFFFF == 0 || reserved != 0
    {
        return Err(Refusal::Header);
    }
    let mut provenance = [0u8; 16];
    for (to, from) in provenance.iter_mut().zip(p.as_flattened()) {
        *to = *from;
    }
    Ok(Head {
        mine,
        axis: u64::from(axis_low) | u64::from(axis_high) << 32,
        provenance,
        input_len,
        scratch_len,
        section_count: (counts & 0xFFFF) as usize,
        output_count: (counts >> 16) as usize,
        axis_kind,
    })
}
