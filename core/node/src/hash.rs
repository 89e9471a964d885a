//! FNV-1a: says whether a model belongs to this mine and to this sensor's axis. Not a protection against forgery.

/// FNV-1a, 32 bit, of a text's UTF-8 bytes: the mine id in the header.
///
/// ```
/// assert_eq!(adit_node::text_hash("foobar"), 0xbf9c_f968);
/// ```
#[must_use]
pub fn text_hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

/// FNV-1a, 64 bit, over the channels of an axis in order: the axis hash in the header.
///
/// Numbers go in as the four little-endian bytes of their f32; a named column as its UTF-8 bytes, 0x1F, the bytes of its unit's text,
/// 0x1E. A node that knows its own axis computes the same hash and compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisHash(u64);

impl Default for AxisHash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl AxisHash {
    fn bytes(self, bytes: &[u8]) -> Self {
        Self(
            bytes
                .iter()
                .fold(self.0, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }

    /// The hash with one position added (in the unit of the axis, as nm).
    #[must_use]
    pub fn position(self, value: f32) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    /// The hash with one named column added.
    #[must_use]
    pub fn column(self, name: &str, unit: &str) -> Self {
        self.bytes(name.as_bytes()).bytes(&[0x1F]).bytes(unit.as_bytes()).bytes(&[0x1E])
    }

    /// The hash as it stands in the header.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}
