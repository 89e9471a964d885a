//! A small random generator with a written algorithm, so that shuffled folds are the same on every machine and in every version.

/// SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195).
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1, from the upper 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..n`, without bias: draws from the incomplete last run of `n` are thrown away.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let whole = u64::MAX - u64::MAX % n.max(1);
        loop {
            let draw = self.next();
            if draw < whole {
                return draw % n.max(1);
            }
        }
    }

    /// Fisher-Yates, from the last place down.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first draws for seed 1234567, as published with the algorithm's reference code.
    #[test]
    fn the_draws_are_the_published_ones() {
        let mut r = SplitMix64::new(1_234_567);
        let draws: Vec<u64> = (0..3).map(|_| r.next()).collect();
        assert_eq!(
            draws,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_moves_them_evenly() {
        let mut r = SplitMix64::new(1);
        let mut first = [0; 5];
        for _ in 0..5000 {
            let mut items = [0, 1, 2, 3, 4];
            r.shuffle(&mut items);
            first[items[0]] += 1;
            items.sort_unstable();
            assert_eq!(items, [0, 1, 2, 3, 4]);
        }
        assert!(first.iter().all(|n| (850..1150).contains(n)), "{first:?}");
        assert!((0..1000).all(|_| (0.0..1.0).contains(&r.uniform())));
    }
}
