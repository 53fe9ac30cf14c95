//! The compiled form of a Parallel state and of its branches.

use super::index::StateIx;

/// A Parallel state.
#[derive(Debug)]
pub struct Parallel {
    /// The branches, in order.
    pub branches: Box<[Branch]>,
}

/// One branch of a Parallel state.
#[derive(Debug)]
pub struct Branch {
    pub(crate) start: StateIx,
}
