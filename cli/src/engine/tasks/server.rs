//! The tasks of all state machines of a server, which are created and deleted while it runs.

use stepwright_engine::task::{Answer, DefinedState, IntegrationPattern, TaskCall, TaskSource};
use stepwright_testing::test_tasks::NamedTask;

use super::target::{TaskBinding, TaskResources};
use crate::failure::Failure;

/// Handles the tasks of `--task`.
#[derive(Debug)]
pub(crate) struct ServerTasks {
    bindings: Vec<TaskBinding>,
    means: TaskResources,
}

impl ServerTasks {
    /// Rejects duplicate names.
    pub(crate) fn new(bindings: &[TaskBinding]) -> Result<Self, Failure> {
        for (index, binding) in bindings.iter().enumerate() {
            let name = &binding.name;
            if bindings[..index].iter().any(|before| before.name == *name) {
                return Err(Failure::Usage(format!("two --task options name `{name}`")));
            }
        }
        Ok(Self {
            bindings: bindings.to_vec(),
            means: TaskResources::default(),
        })
    }
}

impl TaskSource for ServerTasks {
    fn may_answer(&self, state: &DefinedState) -> bool {
        let Some(task) = state.task() else {
            return false;
        };
        let task = NamedTask {
            machine: state.machine(),
            state: state.name(),
            resource: task.resource().as_str(),
            target: task.target(),
        };
        task.find(&self.bindings).is_some()
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let task = NamedTask {
            machine: call.execution().machine_name(),
            state: call.state(),
            resource: call.resource().as_str(),
            target: call.target(),
        };
        let answer = task.find(&self.bindings)?.target.answer(call, &self.means);
        Some(match call.resource().pattern() {
            // A client of the server must send the token.
            IntegrationPattern::WaitForTaskToken => answer.submitting(),
            _ => answer,
        })
    }
}
