//! The set of numbers that a field of a cron expression allows.

use std::ops::RangeInclusive;

/// A set of numbers between the bounds of a cron field. The widest field is the year, from 1970 to
/// 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ValueSet {
    first: u16,
    bits: [u64; 4],
}

impl ValueSet {
    /// Returns an empty set of numbers from `first` to `first + 255`.
    pub(super) const fn new(first: u16) -> Self {
        Self {
            first,
            bits: [0; 4],
        }
    }

    /// Adds a number. Numbers beyond the bounds are ignored; the parser has refused them.
    pub(super) fn insert(&mut self, value: u16) {
        let Some(index) = value.checked_sub(self.first).map(usize::from) else {
            return;
        };
        if let Some(word) = self.bits.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub(super) fn contains(&self, value: u16) -> bool {
        let Some(index) = value.checked_sub(self.first).map(usize::from) else {
            return false;
        };
        let word = self.bits.get(index / 64).copied().unwrap_or_default();
        word >> (index % 64) & 1 == 1
    }

    /// Returns the smallest number of the range that the set contains.
    pub(super) fn next_in(&self, mut range: RangeInclusive<u16>) -> Option<u16> {
        range.find(|value| self.contains(*value))
    }
}
