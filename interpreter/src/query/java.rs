//! `java.util.Random`, which the service uses for seeded numbers.

/// The generator of a seed.
#[derive(Debug)]
pub(super) struct Random(u64);

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

impl Random {
    pub(super) fn new(seed: i64) -> Random {
        Random((seed as u64 ^ MULTIPLIER) & MASK)
    }

    fn next(&mut self, bits: u32) -> u64 {
        self.0 = (self.0.wrapping_mul(MULTIPLIER).wrapping_add(0xB)) & MASK;
        self.0 >> (48 - bits)
    }

    /// Returns a number of at least 0 and less than 1.
    pub(super) fn next_f64(&mut self) -> f64 {
        let high = self.next(26) << 27;
        (high + self.next(27)) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_42_generates_the_same_number_as_java() {
        assert_eq!(Random::new(42).next_f64(), 0.727_563_680_032_868_1);
    }
}
