//! Rows a few at a time: blocks that stay in the cache, on all cores.

use rayon::prelude::*;

use crate::{Matrix, Result};

/// Bytes of one block of rows: what goes in and what comes out stay in the first two caches together.
const BYTES: usize = 1 << 16;
/// Most rows of a block.
const MOST: usize = 64;

/// Rows of one block of rows that have `width` values at their widest. It depends on nothing else, so that the blocks of a matrix are
/// the same on any number of threads.
///
/// ```
/// use adit_engine::blocks::rows_per_block;
/// assert_eq!([rows_per_block(288), rows_per_block(2048), rows_per_block(1 << 20)], [28, 4, 1]);
/// ```
pub fn rows_per_block(width: usize) -> usize {
    (BYTES / size_of::<f64>() / width.max(1)).clamp(1, MOST)
}

/// Room for the results of rows: `width` values a row, and something about each row.
#[derive(Debug)]
pub struct Room<'a, S> {
    /// Values, row after row.
    pub out: &'a mut [f64],
    /// Values of a row.
    pub width: usize,
    /// One per row.
    pub about: &'a mut [S],
}

/// Runs `f(buffers, rows of x, their room)` on blocks of the rows of `x`, `widest` the most values that a row has on its way. Buffers
/// are made by `init` and used again from block to block.
///
/// # Errors
/// That of the first block that has one.
pub fn in_blocks<S: Send, B>(
    x: &Matrix,
    widest: usize,
    room: Room<'_, S>,
    init: impl Fn() -> B + Sync + Send,
    f: impl Fn(&mut B, &[f64], Room<'_, S>) -> Result<()> + Sync + Send,
) -> Result<()> {
    let rows = rows_per_block(widest);
    let Room { out, width, about } = room;
    // One block asks for no threads: a single spectrum should not start any. No values make no blocks.
    if x.rows() <= rows || x.cols() == 0 || width == 0 {
        return f(&mut init(), x.data(), Room { out, width, about });
    }
    let (x, out) = (x.data().par_chunks(rows * x.cols()), out.par_chunks_mut(rows * width));
    let failed = (x, out, about.par_chunks_mut(rows))
        .into_par_iter()
        .enumerate()
        .map_init(init, |buffers, (k, (x, out, about))| {
            f(buffers, x, Room { out, width, about }).err().map(|e| (k, e))
        })
        .flatten()
        .min_by_key(|(k, _)| *k);
    failed.map_or(Ok(()), |(_, e)| Err(e))
}
