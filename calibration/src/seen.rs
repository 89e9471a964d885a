//! Knowing a calibration row again: the id and the bits of the channels that the model reads.

use sha2::{Digest, Sha256};

/// Digest (64 bits, hex) of a row's id and of its values in the channels that are read.
pub(crate) fn row_digest(id: &str, values: &[f64], reads: &[bool]) -> String {
    let mut hash = Sha256::new();
    hash.update((id.len() as u64).to_le_bytes());
    hash.update(id.as_bytes());
    for (value, _) in values.iter().zip(reads).filter(|(_, read)| **read) {
        hash.update(value.to_bits().to_le_bytes());
    }
    hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_id_and_the_channels_read_count() {
        let reads = [true, false];
        let one = row_digest("a", &[1.0, 2.0], &reads);
        assert_eq!(one, row_digest("a", &[1.0, f64::NAN], &reads));
        assert_ne!(one, row_digest("b", &[1.0, 2.0], &reads));
        assert_ne!(one, row_digest("a", &[1.0 + f64::EPSILON, 2.0], &reads));
        assert_eq!(one.len(), 16);
    }
}
