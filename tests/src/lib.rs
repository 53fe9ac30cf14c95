//! What the tests that cross packages share: the runner of the conformance recordings.

pub mod conformance;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// The builder's page compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/builder.md")]
mod builder {}
