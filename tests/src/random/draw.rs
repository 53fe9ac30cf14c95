//! A counter-based random number generator, which draws the same values on every machine.

/// The counter.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// A number below this one.
    pub(super) fn number(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    /// One of some values.
    pub(super) fn of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.number(values.len())].clone()
    }
}
