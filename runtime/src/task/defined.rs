use smol_str::SmolStr;

use super::{Resource, ResourceKind};

/// A state of a definition, as a [`TaskSource`](super::TaskSource) sees it before anything runs.
#[derive(Clone, Debug)]
pub struct DefinedState {
    pub(crate) machine: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) kind: &'static str,
    pub(crate) task: Option<DefinedTask>,
}

impl DefinedState {
    /// The state machine's name.
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// The state's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its `Type`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What it calls, where it is a Task.
    pub fn task(&self) -> Option<&DefinedTask> {
        self.task.as_ref()
    }
}

/// What a Task state calls.
#[derive(Clone, Debug)]
pub struct DefinedTask {
    pub(crate) resource: Resource,
    pub(crate) target: Option<SmolStr>,
}

impl DefinedTask {
    /// The state's `Resource`.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// What its parameters name as the target, where they name one that is the same in every call: the `FunctionName`
    /// of `lambda:invoke`, the `StateMachineArn` of `states:startExecution` and its likes.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Whether only a call says whom the task calls.
    pub fn is_computed(&self) -> bool {
        self.resource.kind() == ResourceKind::Service && self.target.is_none()
    }
}
