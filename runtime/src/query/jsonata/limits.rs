//! The limits of one evaluation.

use std::time::Duration;

/// How many nested evaluations the service allows.
pub(super) const MAX_DEPTH: usize = 100;
/// The longest string, in bytes, and eight times the longest array.
pub(super) const MAX_MEMORY: usize = 6_990_256;
/// The service ends what does not end by a clock, whose length is unknown; steps end it the same
/// way on every machine. So many are enough for a function over each item of the longest array
/// ([`MAX_MEMORY`]: 3,500,000 for `$v * 2`, 9,300,000 with a condition in it), and an endless
/// recursion, whose steps are the slowest, has a worker for less than a second.
pub(super) const MAX_STEPS: u64 = 10_000_000;
/// The last resort, for regular expressions that backtrack: of theirs, a step is a thousand.
/// Builds without optimisation take ten times as long for everything.
pub(super) const MAX_TIME: Duration =
    Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
