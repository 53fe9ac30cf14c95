use smol_str::SmolStr;

use crate::task::{Integration, Responder};

/// A state of another execution that waits for the end of this one.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) parent: Responder,
    pub(super) role: Role,
}

/// What this execution is to the state that waits for it.
#[derive(Debug)]
pub(super) enum Role {
    /// What a Task started.
    Job(Integration),
    /// A child of a Map Run, by the run's ARN and its own number.
    Child { run: SmolStr, number: u32 },
}
