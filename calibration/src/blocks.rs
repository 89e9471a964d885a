//! Which rows must stay together: replicates of one sample, and rows that are the same to the last bit.

use std::collections::HashMap;

use adit_spectra::Table;

/// The samples of a table and the blocks that they form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// Sample of each row: rows with one id are one sample, numbered by first appearance.
    pub(crate) sample: Vec<usize>,
    /// Number of samples.
    pub(crate) samples: usize,
    /// First row of each row's block; a block is what may not be torn apart.
    pub(crate) first: Vec<usize>,
    /// First row whose values are those of each row to the last bit.
    pub(crate) identical: Vec<usize>,
}

impl Blocks {
    /// Joins rows with one id and rows whose values are bit-identical (union-find, the smaller row leads).
    pub(crate) fn of(table: &Table) -> Blocks {
        let n = table.rows();
        let mut leader: Vec<usize> = (0..n).collect();
        let (mut by_id, mut by_bits) = (HashMap::new(), HashMap::new());
        let (mut sample, mut identical) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (row, values) in table.iter_rows().enumerate() {
            let number = by_id.len();
            let (first_row, number) =
                *by_id.entry(table.ids[row].as_str()).or_insert((row, number));
            sample.push(number);
            join(&mut leader, row, first_row);
            let bits: Vec<u64> = values.iter().map(|v| v.to_bits()).collect();
            let twin = *by_bits.entry(bits).or_insert(row);
            identical.push(twin);
            join(&mut leader, row, twin);
        }
        let first = (0..n).map(|row| find(&mut leader, row)).collect();
        Blocks { sample, samples: by_id.len(), first, identical }
    }

    /// Block of each row, numbered by first appearance.
    pub(crate) fn numbered(&self) -> Vec<usize> {
        let mut numbers = HashMap::new();
        self.first
            .iter()
            .map(|first| {
                let next = numbers.len();
                *numbers.entry(*first).or_insert(next)
            })
            .collect()
    }
}

fn find(leader: &mut [usize], mut row: usize) -> usize {
    while leader[row] != row {
        leader[row] = leader[leader[row]];
        row = leader[row];
    }
    row
}

fn join(leader: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(leader, a), find(leader, b));
    leader[a.max(b)] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::table;

    #[test]
    fn replicates_and_twins_chain_into_one_block() {
        // a: rows 0 and 3; row 3 is a twin of row 5 (sample d); row 1 and 4 stand alone; row 2 has other zeros than row 1.
        let t = table(&["a", "b", "c", "a", "e", "d"], &[1.0, 0.0, -0.0, 2.0, 3.0, 2.0], 1);
        let blocks = Blocks::of(&t);
        assert_eq!(blocks.sample, [0, 1, 2, 0, 3, 4]);
        assert_eq!(blocks.samples, 5);
        assert_eq!(blocks.first, [0, 1, 2, 0, 4, 0]);
        assert_eq!(blocks.identical, [0, 1, 2, 3, 4, 3]);
        assert_eq!(blocks.numbered(), [0, 1, 2, 0, 3, 0]);
    }
}
