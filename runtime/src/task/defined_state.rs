use smol_str::SmolStr;

use super::{Resource, ResourceKind};

/// A state of a definition, as a [`TaskSource`](super::TaskSource) gets it before any execution.
#[derive(Clone, Debug)]
pub struct DefinedState {
    pub(crate) machine: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) kind: &'static str,
    pub(crate) task: Option<DefinedTask>,
}

impl DefinedState {
    /// Returns the state machine's name.
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// Returns the state's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its `Type`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the call of a Task state.
    pub fn task(&self) -> Option<&DefinedTask> {
        self.task.as_ref()
    }
}

/// The call of a Task state.
#[derive(Clone, Debug)]
pub struct DefinedTask {
    pub(crate) resource: Resource,
    pub(crate) target: Option<SmolStr>,
}

impl DefinedTask {
    /// Returns the state's `Resource`.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Returns the target in the parameters, if it is constant: the `FunctionName` of `lambda:invoke`, or the `StateMachineArn` of
    /// `states:startExecution`, for example.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns whether the target is known only when the task is called.
    pub fn is_computed(&self) -> bool {
        self.resource.kind() == ResourceKind::Service && self.target.is_none()
    }
}
