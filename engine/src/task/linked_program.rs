//! Adds handlers and meters to a compiled definition, so that each call finds them fast.

use std::ops::Deref;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::program::{Kind, Program, StateIx};

use super::Resource;
use super::handler::Resolution;
use crate::statistics::{EngineMeter, ExecutionMeter, TaskMeter};

/// A compiled definition, with the handlers and meters that the engine has for it.
#[derive(Debug)]
pub(crate) struct LinkedProgram {
    program: Arc<Program>,
    /// The tasks of the states, by the states' indices.
    tasks: Box<[LinkedTask]>,
    /// Counts its executions.
    pub(crate) meter: Option<Arc<ExecutionMeter>>,
}

/// What the engine has for the task of one state. A state of another type has the defaults.
#[derive(Debug, Default)]
pub(crate) struct LinkedTask {
    pub(crate) handler: Resolution,
    /// Counts its tasks.
    pub(crate) meter: Option<Arc<TaskMeter>>,
}

impl LinkedProgram {
    /// Links a program with handlers that are found for each call, and with no meters.
    pub(crate) fn unlinked(program: Arc<Program>) -> Self {
        Self {
            tasks: program
                .states()
                .iter()
                .map(|_| LinkedTask::default())
                .collect(),
            program,
            meter: None,
        }
    }

    /// Resolves the handler of each Task state. `find` gets its resource and, if the definition
    /// contains it, the target in its parameters.
    pub(crate) fn resolve(&mut self, find: impl Fn(&Resource, Option<&str>) -> Resolution) {
        for (state, linked) in self.program.states().iter().zip(&mut self.tasks) {
            if let Kind::Task(task) = &state.kind {
                linked.handler = find(&task.resource, state.io.target(&task.resource));
            }
        }
    }

    /// Counts the executions of the state machine of this name, and their tasks.
    pub(crate) fn count_with(&mut self, meter: &EngineMeter, state_machine: &str) {
        self.meter = Some(meter.executions(state_machine));
        for (state, linked) in self.program.states().iter().zip(&mut self.tasks) {
            if let Kind::Task(task) = &state.kind {
                linked.meter = Some(meter.tasks(task.resource.kind(), task.resource.as_str()));
            }
        }
    }

    pub(crate) fn program(&self) -> &Arc<Program> {
        &self.program
    }

    #[inline]
    pub(crate) fn task(&self, state: StateIx) -> &LinkedTask {
        &self.tasks[state.index()]
    }

    /// Returns the executor of the task at an index, for messages: the handler, or the resource if
    /// it depends on the call.
    pub(crate) fn handler_name(&self, index: u32) -> SmolStr {
        let index = index as usize;
        let (Some(state), Some(linked)) = (self.program.states().get(index), self.tasks.get(index))
        else {
            return SmolStr::default();
        };
        match &state.kind {
            Kind::Task(task) => {
                let name = linked.handler.name();
                name.unwrap_or_else(|| task.resource.as_str().into())
            }
            _ => SmolStr::default(),
        }
    }
}

impl Deref for LinkedProgram {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}
