//! Raw doubles in files, and how fast this machine reads memory.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter, Read, Write};
use std::time::Instant;

use adit_engine::Matrix;

use crate::Answer;

/// Makes the data set and writes it.
pub(crate) fn make(name: &str, n: usize, p: usize, m: usize, seed: u64) -> Answer {
    let (_, x, y) = adit_benches::mine_water(n, p, m, seed);
    write(&format!("{name}.x"), x.data())?;
    write(&format!("{name}.y"), y.data())?;
    Ok((vec![], String::new()))
}

/// Reads rows x cols doubles without holding them twice.
pub(crate) fn read(file: &str, rows: usize, cols: usize) -> Result<Matrix, Box<dyn Error>> {
    let mut from = BufReader::with_capacity(1 << 16, File::open(file)?);
    let mut values = Vec::with_capacity(rows * cols);
    let mut bytes = [0_u8; 8];
    for _ in 0..rows * cols {
        from.read_exact(&mut bytes)?;
        values.push(f64::from_le_bytes(bytes));
    }
    Ok(Matrix::new(values, rows, cols)?)
}

/// Writes raw doubles.
pub(crate) fn write(file: &str, values: &[f64]) -> std::io::Result<()> {
    let mut to = BufWriter::new(File::create(file)?);
    for v in values {
        to.write_all(&v.to_le_bytes())?;
    }
    to.flush()
}

/// Best of several passes over 512 MiB, each of two threads its half, in GB/s.
pub(crate) fn read_bandwidth() -> f64 {
    let values = vec![1.0_f64; 1 << 26];
    let mut best = f64::INFINITY;
    for _ in 0..12 {
        let start = Instant::now();
        std::thread::scope(|s| {
            for half in values.chunks(values.len() / 2) {
                s.spawn(move || black_box(sum(half)));
            }
        });
        best = best.min(start.elapsed().as_secs_f64());
    }
    8.0 * values.len() as f64 / best / 1e9
}

/// Sixteen sums side by side: the additions wait for the memory, not for one another.
fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; 16];
    for chunk in values.chunks_exact(16) {
        sums.iter_mut().zip(chunk).for_each(|(s, v)| *s += v);
    }
    sums.iter().sum()
}
