//! Reading little-endian words out of a borrowed slice, without copying and without a way to panic.

/// Four-byte words that stand in the model. Any alignment: words are put together from bytes.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a>(pub(crate) &'a [[u8; 4]]);

impl<'a> Words<'a> {
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    pub(crate) fn floats(self) -> impl Iterator<Item = f32> + 'a {
        self.0.iter().map(|w| f32::from_le_bytes(*w))
    }

    pub(crate) fn numbers(self) -> impl Iterator<Item = usize> + 'a {
        self.0.iter().map(|w| u32::from_le_bytes(*w) as usize)
    }

    pub(crate) fn all_finite(self) -> bool {
        self.floats().all(f32::is_finite)
    }

    pub(crate) fn rows(self, width: usize) -> impl Iterator<Item = Words<'a>> + 'a {
        // `max(1)` keeps the iterator's own precondition; a width of 0 is refused by the loader.
        self.0.chunks_exact(width.max(1)).map(Words)
    }
}

/// A place in a word list; every read moves on, or gives `None` at the end.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [[u8; 4]],
}

impl<'a> Cursor<'a> {
    /// Whole words only: a length that is no multiple of four has been refused before.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.as_chunks::<4>().0 }
    }

    pub(crate) fn over(words: Words<'a>) -> Self {
        Self { rest: words.0 }
    }

    pub(crate) fn words(&mut self, count: usize) -> Option<Words<'a>> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(Words(head))
    }

    fn word(&mut self) -> Option<[u8; 4]> {
        let (head, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*head)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.word().map(u32::from_le_bytes)
    }

    pub(crate) fn count(&mut self) -> Option<usize> {
        self.u32().map(|v| v as usize)
    }

    pub(crate) fn f32(&mut self) -> Option<f32> {
        self.word().map(f32::from_le_bytes)
    }

    /// Two 16-bit numbers of one word, the first one at the lower address.
    pub(crate) fn halves(&mut self) -> Option<(u16, u16)> {
        let [a, b, c, d] = self.word()?;
        Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}
