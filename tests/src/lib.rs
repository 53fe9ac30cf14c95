//! What the tests that cross packages share: the runner of the conformance recordings.

pub mod conformance;
