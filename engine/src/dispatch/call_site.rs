//! Finds the resource that a Task state calls, to select what executes the task.

use stepwright_interpreter::program::{Kind, Program, StateIx};

use crate::task::{Resource, TaskCall};

/// A Task state and the resource that it calls.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a> {
    pub(crate) state: &'a str,
    pub(crate) resource: &'a Resource,
}

impl<'a> CallSite<'a> {
    /// Returns the call site of a state, if it is a Task.
    pub(crate) fn of(program: &'a Program, state: StateIx) -> Option<Self> {
        let state = program.state(state);
        match &state.kind {
            Kind::Task(task) => Some(Self {
                state: &state.name,
                resource: &task.resource,
            }),
            _ => None,
        }
    }

    pub(crate) fn of_call(call: &TaskCall<'a>) -> Self {
        Self {
            state: call.state(),
            resource: call.resource(),
        }
    }
}
