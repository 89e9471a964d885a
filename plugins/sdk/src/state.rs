//! Fitted states as bytes: little-endian, lengths before lists.

use crate::{Axis, Channel, Error};

/// Collects the bytes of a state.
#[derive(Debug, Default)]
pub struct StateWriter(Vec<u8>);

impl StateWriter {
    /// An unsigned number.
    pub fn u64(&mut self, v: u64) {
        self.0.extend_from_slice(&v.to_le_bytes());
    }
    /// A size or count.
    pub fn size(&mut self, v: usize) {
        self.u64(v as u64);
    }
    /// A number, to the bit.
    pub fn f64(&mut self, v: f64) {
        self.0.extend_from_slice(&v.to_le_bytes());
    }
    /// A list of numbers.
    pub fn f64s(&mut self, v: &[f64]) {
        self.size(v.len());
        v.iter().for_each(|x| self.f64(*x));
    }
    /// A list of sizes.
    pub fn sizes(&mut self, v: &[usize]) {
        self.size(v.len());
        v.iter().for_each(|x| self.size(*x));
    }
    /// A text.
    pub fn text(&mut self, v: &str) {
        self.size(v.len());
        self.0.extend_from_slice(v.as_bytes());
    }
    /// An axis.
    pub fn axis(&mut self, axis: &Axis) {
        match axis {
            Axis::Positions { unit, values } => {
                self.u64(0);
                self.u64(u64::from(*unit));
                self.f64s(values);
            }
            Axis::Named(channels) => {
                self.u64(1);
                self.size(channels.len());
                for c in channels {
                    self.text(&c.name);
                    self.u64(u64::from(c.unit));
                }
            }
        }
    }
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Reads the bytes of a state back, in the order of writing. Every read is checked against what is left.
#[derive(Debug)]
pub struct StateReader<'a>(&'a [u8]);

impl<'a> StateReader<'a> {
    /// Over the bytes of one state.
    pub fn new(bytes: &'a [u8]) -> Self {
        StateReader(bytes)
    }
    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let (head, tail) = self
            .0
            .split_at_checked(n)
            .ok_or_else(|| Error::state_bytes("the state ends too early"))?;
        self.0 = tail;
        Ok(head)
    }
    fn eight(&mut self) -> Result<[u8; 8], Error> {
        self.take(8)?.try_into().map_err(|_| Error::state_bytes("the state ends too early"))
    }
    /// An unsigned number.
    pub fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.eight()?))
    }
    /// A size or count.
    pub fn size(&mut self) -> Result<usize, Error> {
        usize::try_from(self.u64()?).map_err(|_| Error::state_bytes("a size is out of range"))
    }
    /// A unit or other small number.
    pub fn u32(&mut self) -> Result<u32, Error> {
        u32::try_from(self.u64()?).map_err(|_| Error::state_bytes("a number is out of range"))
    }
    /// A number, to the bit.
    pub fn f64(&mut self) -> Result<f64, Error> {
        Ok(f64::from_le_bytes(self.eight()?))
    }
    /// A finite number.
    pub fn finite(&mut self) -> Result<f64, Error> {
        let v = self.f64()?;
        if v.is_finite() { Ok(v) } else { Err(Error::state_bytes("a number is not finite")) }
    }
    /// A length whose elements take at least `bytes_each`, so that damage cannot ask for endless memory.
    fn len(&mut self, bytes_each: usize) -> Result<usize, Error> {
        let n = self.size()?;
        match n.checked_mul(bytes_each) {
            Some(total) if total <= self.0.len() => Ok(n),
            _ => Err(Error::state_bytes("a length goes past the end of the state")),
        }
    }
    /// A list of finite numbers.
    pub fn f64s(&mut self) -> Result<Vec<f64>, Error> {
        let n = self.len(8)?;
        (0..n).map(|_| self.finite()).collect()
    }
    /// A list of finite numbers of known length.
    pub fn f64s_exact(&mut self, n: usize) -> Result<Vec<f64>, Error> {
        let v = self.f64s()?;
        if v.len() == n { Ok(v) } else { Err(Error::state_bytes("a list has the wrong length")) }
    }
    /// A list of sizes.
    pub fn sizes(&mut self) -> Result<Vec<usize>, Error> {
        let n = self.len(8)?;
        (0..n).map(|_| self.size()).collect()
    }
    /// A text.
    pub fn text(&mut self) -> Result<String, Error> {
        let n = self.len(1)?;
        String::from_utf8(self.take(n)?.to_vec())
            .map_err(|_| Error::state_bytes("a text is not UTF-8"))
    }
    /// An axis.
    pub fn axis(&mut self) -> Result<Axis, Error> {
        match self.u64()? {
            0 => Ok(Axis::Positions { unit: self.u32()?, values: self.f64s()? }),
            1 => {
                let n = self.len(16)?;
                let channels = (0..n)
                    .map(|_| Ok(Channel { name: self.text()?, unit: self.u32()? }))
                    .collect::<Result<_, Error>>()?;
                Ok(Axis::Named(channels))
            }
            _ => Err(Error::state_bytes("unknown kind of axis")),
        }
    }
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::state_bytes(format!("{} bytes too many", self.0.len())))
        }
    }
}
