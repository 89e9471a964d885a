//! Random numbers from a seed, the same on every machine.

/// SplitMix64: Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In 0..1, all 53 bits of it.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In `0..n`; 0 for `n` = 0. The bias of the multiplication is below n / 2^64.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// `k` of the numbers `0..n`, ascending, every choice alike.
    pub(crate) fn sample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        let k = k.min(n);
        for i in 0..k {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(k);
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn is_the_published_sequence() {
        let mut random = Random::new(1234567);
        let wanted = [6457827717110365317, 3203168211198807973, 9817491932198370423];
        assert_eq!([random.next(), random.next(), random.next()], wanted);
    }

    #[test]
    fn samples_are_distinct_and_every_number_comes_as_often() {
        let (mut random, mut seen) = (Random::new(7), [0_u32; 10]);
        for _ in 0..10_000 {
            let sample = random.sample(10, 4);
            assert!(sample.len() == 4 && sample.windows(2).all(|w| w[0] < w[1]));
            sample.iter().for_each(|i| seen[*i] += 1);
        }
        // Binomial(10000, 0.4): standard deviation 49.
        assert!(seen.iter().all(|s| s.abs_diff(4_000) < 250), "{seen:?}");
        assert_eq!(random.sample(3, 9), [0, 1, 2]);
    }
}
