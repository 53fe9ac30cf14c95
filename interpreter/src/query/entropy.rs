//! Reproducible random numbers.

use std::cell::Cell;

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::timestamp::Timestamp;

/// The increment of a stream's state for each number.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream that several threads share.
#[derive(Debug)]
pub struct SharedEntropy {
    state: AtomicU64,
}

impl SharedEntropy {
    /// Creates the stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }

    /// Takes the next `numbers` of the stream for the caller alone.
    pub fn draw(&self, numbers: u32) -> Entropy {
        let all = STEP.wrapping_mul(numbers.into());
        Entropy::new(self.state.fetch_add(all, Ordering::Relaxed))
    }
}

/// A stream of pseudorandom numbers that its seed determines. Each execution has its own, so that
/// all runs on virtual time get the same numbers. Not for secrets.
#[derive(Clone, Debug)]
pub struct Entropy {
    state: Cell<u64>,
}

impl Entropy {
    /// Creates the stream of a seed.
    pub fn new(seed: u64) -> Entropy {
        Entropy {
            state: Cell::new(seed),
        }
    }

    /// Creates the stream of a text: the same on every machine and in every release (FNV-1a, which
    /// is fixed).
    pub fn of_text(text: &str) -> Entropy {
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Entropy::new(seed)
    }

    /// Returns the state of the stream, to continue it later with `Entropy::new(e.state())`.
    pub fn state(&self) -> u64 {
        self.state.get()
    }

    /// Continues from the state of another stream of the same kind.
    #[cfg(feature = "jsonata")]
    pub(super) fn resume(&self, state: u64) {
        self.state.set(state);
    }

    /// Returns the next 64 random bits (SplitMix64).
    pub fn next_u64(&self) -> u64 {
        let state = self.state.get().wrapping_add(STEP);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a random number of at least 0 and less than 1.
    pub fn next_f64(&self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Returns a random (version 4) UUID in lower case.
    pub fn uuid(&self) -> String {
        self.next_uuid().to_string()
    }

    /// Returns a random UUID as a number.
    pub(crate) fn next_uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.next_u128().to_be_bytes()).into_uuid()
    }

    /// Returns a UUID in lower case that begins with a time (version 7), so that later UUIDs sort
    /// after earlier ones.
    pub fn uuid_at(&self, time: Timestamp) -> String {
        let millis = u64::try_from(time.unix_micros() / 1_000).unwrap_or(0);
        let [_, _, _, _, _, _, random @ ..] = self.next_u128().to_be_bytes();
        uuid::Builder::from_unix_timestamp_millis(millis, &random)
            .into_uuid()
            .to_string()
    }

    fn next_u128(&self) -> u128 {
        (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())
    }
}
