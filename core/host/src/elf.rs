//! Whether a library file is whole, before the system's loader maps it.
//!
//! The loader maps the parts of a file that its headers name without asking whether they are there; reading a part that is not
//! kills the process (SIGBUS), which no error handling can catch. So a file that was cut short by a broken copy must not reach it.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Size of the ELF64 file header.
const HEADER: usize = 64;
/// Size of an ELF64 program header.
const PROGRAM_HEADER: u64 = 56;

/// Checks the file at `path` where libraries are 64-bit ELF files; elsewhere it is the loader's to judge.
///
/// # Errors
/// What is wrong with it, to stand after its name.
pub(crate) fn check_file(path: &Path) -> Result<(), String> {
    let elf = cfg!(all(unix, not(target_vendor = "apple"), target_pointer_width = "64"));
    if !elf {
        return Ok(());
    }
    let unreadable = |e: io::Error| format!("cannot be read: {e}");
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    check(&file, length)
}

/// Checks that the tables of a 64-bit ELF file of `length` bytes, and all that its program headers want in memory, lie in the file.
fn check(mut file: impl Read + Seek, length: u64) -> Result<(), String> {
    let mut header = Vec::with_capacity(HEADER);
    let unreadable = |e: io::Error| format!("cannot be read: {e}");
    file.by_ref().take(HEADER as u64).read_to_end(&mut header).map_err(unreadable)?;
    // A file cut within its first bytes is still the start of a library; an empty one is nothing.
    let magic = b"\x7fELF";
    if header.is_empty() || !magic.starts_with(header.get(..4).unwrap_or(&header)) {
        return Err("is no shared library".to_owned());
    }
    let incomplete = |what: &str| format!("is incomplete: {what} lies beyond its {length} bytes");
    if header.len() < HEADER {
        return Err(incomplete("its header"));
    }
    if header.get(4) != Some(&2) {
        return Err("is no 64-bit shared library".to_owned());
    }
    let big = header.get(5) == Some(&2);
    let (programs, sections) = (number(&header, 32, 8, big), number(&header, 40, 8, big));
    let program_size = number(&header, 54, 2, big);
    let program_count = number(&header, 56, 2, big);
    let section_bytes = number(&header, 58, 2, big) * number(&header, 60, 2, big);
    let within = |at: u64, size: u64| at.checked_add(size).is_some_and(|end| end <= length);
    if !within(programs, program_size * program_count) {
        return Err(incomplete("the table of its segments"));
    }
    // The loader does not need it, but it is the last part of most files and so tells that one was cut.
    if !within(sections, section_bytes) {
        return Err(incomplete("the table of its sections"));
    }
    if program_count == 0 || program_size != PROGRAM_HEADER {
        return Err("is no shared library: it has no segments to load".to_owned());
    }
    let mut table = Vec::new();
    file.seek(SeekFrom::Start(programs)).map_err(unreadable)?;
    file.take(PROGRAM_HEADER * program_count).read_to_end(&mut table).map_err(unreadable)?;
    for segment in table.chunks_exact(PROGRAM_HEADER as usize) {
        if !within(number(segment, 8, 8, big), number(segment, 32, 8, big)) {
            return Err(incomplete("a segment"));
        }
    }
    Ok(())
}

/// The unsigned number of `size` bytes at `at`; what lies beyond the end counts as 0.
fn number(bytes: &[u8], at: usize, size: usize, big_endian: bool) -> u64 {
    let field = bytes.iter().skip(at).take(size);
    let add = |n: u64, b: &u8| n << 8 | u64::from(*b);
    if big_endian { field.fold(0, add) } else { field.rev().fold(0, add) }
}

#[cfg(all(test, unix, not(target_vendor = "apple"), target_pointer_width = "64"))]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{platform, testing};

    fn builtin() -> Vec<u8> {
        let file = testing::builtin_plugins().join(platform::library_name("adit_builtin"));
        check_file(&file).unwrap();
        std::fs::read(file).unwrap()
    }

    fn judge(bytes: &[u8]) -> Result<(), String> {
        check(Cursor::new(bytes), bytes.len() as u64)
    }

    #[test]
    fn every_cut_of_a_library_is_refused() {
        let whole = builtin();
        assert_eq!(judge(&whole), Ok(()));
        let n = whole.len();
        // Short ones, ones all over the file, and ones that lose only its last bytes.
        let cuts = (1..70).chain((1..100).map(|k| n / 100 * k)).chain(n - 40..n);
        for cut in cuts.chain([4096, 8000]) {
            let e = judge(&whole[..cut]).unwrap_err();
            assert!(e.contains("incomplete"), "{cut} of {n}: {e}");
        }
    }

    #[test]
    fn a_segment_that_is_not_there_is_seen_without_a_section_table() {
        let mut whole = builtin();
        let end = |p: &[u8]| number(p, 8, 8, false) + number(p, 32, 8, false);
        let count = usize::from(whole[56]);
        let segments = whole[64..64 + 56 * count].chunks_exact(56).map(end).max().unwrap();
        // What a stripper of sections leaves.
        whole[40..48].fill(0);
        whole[60..62].fill(0);
        whole.truncate(segments as usize);
        assert_eq!(judge(&whole), Ok(()));
        whole.pop();
        assert!(judge(&whole).unwrap_err().contains("incomplete: a segment"));
    }

    #[test]
    fn what_is_no_library_is_named_so() {
        for text in [&b""[..], b"n", b"not a library", b"\x7fELG", &[0; 4096], b"!<arch>\n", b"MZ"]
        {
            assert_eq!(judge(text), Err("is no shared library".to_owned()));
        }
        let mut header = [0xff; 200];
        header[..5].copy_from_slice(b"\x7fELF\x01");
        assert!(judge(&header).unwrap_err().contains("64-bit"));
        // Sizes that overflow.
        for order in [1, 2] {
            header[4..6].copy_from_slice(&[2, order]);
            assert!(judge(&header).unwrap_err().contains("incomplete"));
        }
    }

    #[test]
    fn numbers_are_read_in_both_orders() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(number(&bytes, 1, 2, false), u64::from(u16::from_le_bytes([2, 3])));
        assert_eq!(number(&bytes, 1, 8, true), u64::from_be_bytes([2, 3, 4, 5, 6, 7, 8, 9]));
        assert_eq!(number(&bytes, 8, 8, false), 9);
    }
}
