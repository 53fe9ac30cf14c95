use smol_str::SmolStr;

use super::{Resource, ResourceKind};

/// A state of a definition, as a [`TaskSource`](super::TaskSource) sees it before anything runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DefinedState {
    /// The state machine's name.
    pub machine: SmolStr,
    /// The state's name.
    pub name: SmolStr,
    /// Its `Type`.
    pub kind: &'static str,
    /// What it calls, where it is a Task.
    pub task: Option<DefinedTask>,
}

/// What a Task state calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DefinedTask {
    /// The state's `Resource`.
    pub resource: Resource,
    /// What its parameters name as the target, where they name one that is the same in every call: the `FunctionName`
    /// of `lambda:invoke`, the `StateMachineArn` of `states:startExecution` and its likes.
    pub target: Option<SmolStr>,
}

impl DefinedTask {
    /// Whether only a call says whom the task calls.
    pub fn is_computed(&self) -> bool {
        self.resource.kind() == ResourceKind::Service && self.target.is_none()
    }
}
