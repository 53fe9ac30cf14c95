//! The tasks of all state machines of a server, which come and go while it is up.

use stepwright_runtime::task::{Answer, DefinedState, Pattern, Resource, TaskCall, TaskSource};

use super::names;
use super::target::{Binding, Means, Target};
use crate::failure::Failure;

/// Answers the tasks that `--task` names.
#[derive(Debug)]
pub(crate) struct ServerTasks {
    bindings: Vec<Binding>,
    means: Means,
}

impl ServerTasks {
    /// Refuses a name that stands twice.
    pub(crate) fn new(bindings: &[Binding]) -> Result<Self, Failure> {
        for (index, binding) in bindings.iter().enumerate() {
            let name = &binding.name;
            if bindings[..index].iter().any(|before| before.name == *name) {
                return Err(Failure::Usage(format!("two --task options name `{name}`")));
            }
        }
        Ok(Self {
            bindings: bindings.to_vec(),
            means: Means::default(),
        })
    }

    /// What a state is bound to: by its machine's name and its own, by its own, by the function's name, by its resource.
    fn find(
        &self,
        (machine, state): (&str, &str),
        resource: &Resource,
        function: Option<&str>,
    ) -> Option<&Target> {
        let full = format!("{machine}/{state}");
        let functions: Vec<&str> = [function, Some(resource.as_str())]
            .into_iter()
            .flatten()
            .flat_map(names::of_function)
            .collect();
        let by: [&dyn Fn(&str) -> bool; 3] =
            [&|name| name == full, &|name| name == state, &|name| {
                functions.contains(&name)
            }];
        let found = by
            .into_iter()
            .find_map(|is_meant| self.bindings.iter().find(|binding| is_meant(&binding.name)));
        found.map(|binding| &binding.target)
    }
}

impl TaskSource for ServerTasks {
    fn may_answer(&self, state: &DefinedState) -> bool {
        let names = (state.machine(), state.name());
        state
            .task()
            .is_some_and(|task| self.find(names, task.resource(), task.target()).is_some())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let names = (call.execution().machine_name(), call.state());
        let target = self.find(names, call.resource(), call.target())?;
        let answer = target.answer(call, &self.means);
        Some(match call.resource().pattern() {
            // Clients of the server can answer the token.
            Pattern::WaitForTaskToken => answer.submitting(),
            _ => answer,
        })
    }
}
