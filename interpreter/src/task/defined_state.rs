//! Describes the states of a definition, before any execution, to sources of tasks.

use smol_str::SmolStr;

use super::{Resource, ResourceKind};

/// A state of a definition, as a `TaskSource` gets it before any execution.
#[derive(Clone, Debug)]
pub struct DefinedState {
    /// The state machine's name.
    pub(crate) machine: SmolStr,
    /// The state's name.
    pub(crate) name: SmolStr,
    /// Its `Type`.
    pub(crate) kind: &'static str,
    /// The call of a Task state.
    pub(crate) task: Option<DefinedTask>,
}

impl DefinedState {
    /// Creates a Task state of a state machine.
    pub fn of_task(machine: SmolStr, name: &str, task: DefinedTask) -> Self {
        Self {
            machine,
            name: name.into(),
            kind: "Task",
            task: Some(task),
        }
    }

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
    /// The state's `Resource`.
    pub(crate) resource: Resource,
    /// The target in the parameters, if it is constant.
    pub(crate) target: Option<SmolStr>,
}

impl DefinedTask {
    /// Creates the call of a resource, with the target if it is constant.
    pub fn new(resource: Resource, target: Option<SmolStr>) -> Self {
        Self { resource, target }
    }

    /// Returns the state's `Resource`.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Returns the target in the parameters, if it is constant: the `FunctionName` of
    /// `lambda:invoke`, or the `StateMachineArn` of `states:startExecution`, for example.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns whether the target is known only when the task is called.
    pub fn is_computed(&self) -> bool {
        self.resource.kind() == ResourceKind::Service && self.target.is_none()
    }
}
