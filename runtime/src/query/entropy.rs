//! Chance that can be repeated.

use std::cell::Cell;

/// A stream of random numbers that its seed fixes. An execution owns one, so that a run on
/// virtual time draws the same numbers every time. Not for secrets.
#[derive(Clone, Debug)]
pub struct Entropy {
    state: Cell<u64>,
}

impl Entropy {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Entropy {
        Entropy {
            state: Cell::new(seed),
        }
    }

    /// The stream of a text: the same on every machine and in every release (FNV-1a, which is fixed).
    pub(crate) fn of_text(text: &str) -> Entropy {
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Entropy::new(seed)
    }

    /// What to keep of the stream in order to go on with it later: `Entropy::new(e.state())`.
    pub fn state(&self) -> u64 {
        self.state.get()
    }

    /// Goes on where another stream of the same kind stands.
    #[cfg(feature = "jsonata")]
    pub(super) fn resume(&self, state: u64) {
        self.state.set(state);
    }

    /// The next 64 random bits (SplitMix64).
    pub fn next_u64(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A random number of at least 0 and less than 1.
    pub fn next_f64(&self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A random (version 4) UUID in lower case.
    pub fn uuid(&self) -> String {
        let bits = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }
}
