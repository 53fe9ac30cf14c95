//! The limits of one evaluation.

use std::time::Duration;

/// The most nested evaluations that the service allows.
pub(super) const MAX_DEPTH: usize = 100;
/// The longest string, in bytes, and eight times the longest array.
pub(super) const MAX_MEMORY: usize = 6_990_256;
/// The most steps of an evaluation. The service has a time limit of unknown length; a limit of steps
/// gives the same result on every machine. This many steps are enough for a function over each item
/// of the longest array ([`MAX_MEMORY`]: 3,500,000 for `$v * 2`, 9,300,000 with a condition in it),
/// and an endless recursion, whose steps are the slowest, occupies a worker for less than a second.
pub(super) const MAX_STEPS: u64 = 10_000_000;
/// The time limit, for regular expressions that backtrack: one step of the evaluator counts a thousand of their steps.
/// Builds without optimization are ten times slower, and run tests on busy machines.
pub(super) const MAX_TIME: Duration =
    Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 2 });
