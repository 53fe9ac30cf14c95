use super::index::StateIx;

/// A Parallel state.
#[derive(Debug)]
pub(crate) struct Parallel {
    pub(crate) branches: Box<[Branch]>,
}

/// One branch of a Parallel state.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) start: StateIx,
}
