//! The limits of one evaluation.

use std::time::Duration;

/// The most nested evaluations that the service allows.
pub(super) const MAX_DEPTH: usize = 100;
/// The longest string, in bytes, and eight times the longest array.
pub(super) const MAX_MEMORY: usize = 6_990_256;
/// The most steps of an evaluation. The service has a time limit of unknown length; a limit of
/// steps gives the same result on every machine. This many steps are enough for a function over
/// each item of the longest array ([`MAX_MEMORY`]: 3,500,000 for `$v * 2`, 9,300,000 with a
/// condition in it), and an endless recursion, whose steps are the slowest, occupies a worker for
/// less than a second.
pub(super) const MAX_STEPS: u64 = 10_000_000;
/// The most work inside of steps: visited, copied and compared values, parts of texts, backtracking
/// of regular expressions. Like [`MAX_STEPS`], it gives the same result on every machine: a
/// function that takes quadratic time fails after about a second.
pub(super) const MAX_WORK: u64 = 100_000_000;
/// The most memory that the values of an evaluation hold, in bytes. The longest array
/// ([`MAX_MEMORY`]) of small lists or objects needs most of it.
pub(super) const MAX_HELD: usize = 128 << 20;
/// The part of [`MAX_HELD`] with which evaluations run concurrently.
pub(super) const SHARED_HELD: usize = 16 << 20;
/// The time limit of the expressions of one step, in case that the machine is slow or busy. With
/// the step itself they take less than 2 seconds. Builds without optimization are ten times slower,
/// and run tests on busy machines.
pub(super) const MAX_TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) {
    20_000
} else {
    1_500
});
