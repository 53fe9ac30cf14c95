//! The tasks of one definition: `--task` is resolved before anything runs.

use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{State, StateMachine, States};
use stepwright_asl::words::quoted_or_none;
use stepwright_engine::task::{Answer, DefinedState, TaskCall, TaskSource};
use stepwright_integrations::ServiceCalls;
use stepwright_testing::test_tasks::NamedTask;

use super::target::{TaskBinding, TaskResources, TaskTarget};
use crate::failure::Failure;

/// The handler of each state, and a state for which no handler was found.
#[derive(Debug, Clone)]
pub(crate) struct DefinitionTasks {
    states: Arc<Vec<(String, TaskTarget)>>,
    unanswered: Arc<Mutex<Option<String>>>,
    /// Executes the tasks without a handler here.
    services: Option<ServiceCalls>,
    means: TaskResources,
}

impl DefinitionTasks {
    /// Finds the handler of each Task state of a definition with this name. The names of bindings
    /// have the same meaning as in `serve`.
    ///
    /// # Errors
    ///
    /// If a binding applies to no state.
    pub(crate) fn new(
        name: &str,
        machine: &StateMachine,
        bindings: &[TaskBinding],
    ) -> Result<Self, Failure> {
        let mut tasks = Vec::new();
        collect(&machine.states, &mut tasks);
        let mut states: Vec<(String, TaskTarget)> = Vec::new();
        let mut used = vec![false; bindings.len()];
        for TaskState {
            state,
            resource,
            target,
        } in &tasks
        {
            let task = NamedTask {
                machine: name,
                state,
                resource,
                target: target.as_deref(),
            };
            if let Some(binding) = task.find(bindings) {
                states.push((state.clone(), binding.target.clone()));
                for (used, other) in used.iter_mut().zip(bindings) {
                    *used |= std::ptr::eq(other, binding);
                }
            }
        }
        if let Some((_, unused)) = used.iter().zip(bindings).find(|(used, _)| !**used) {
            return Err(no_state(name, &unused.name, bindings, &tasks));
        }
        Ok(Self {
            states: Arc::new(states),
            unanswered: Arc::default(),
            services: None,
            means: TaskResources::default(),
        })
    }

    /// Sets what executes the tasks without a handler here.
    pub(crate) fn before(self, services: Option<ServiceCalls>) -> Self {
        Self { services, ..self }
    }

    /// Waits for the result of an execution, unless the user or the system ends this program first.
    /// Then the execution is suspended, if possible, and the signal is forwarded to the running
    /// commands. Their results are then ignored.
    pub(crate) async fn unless_interrupted<T>(
        &self,
        execution: impl Future<Output = T>,
        park: Option<impl Future<Output = ()>>,
    ) -> Result<T, Failure> {
        if self.states.is_empty() && park.is_none() {
            // Signals have their default effect.
            return Ok(execution.await);
        }
        let interrupted = tokio::select! {
            // In this order: the signal handler must be installed before any command that needs the
            // signal runs.
            biased;
            interrupted = self.means.groups.interrupted() => interrupted,
            done = execution => return Ok(done),
        };
        if let Some(park) = park {
            park.await;
        }
        Err(match interrupted {
            Ok(interrupted) => Failure::Interrupted(interrupted.passed_on().await),
            Err(error) => Failure::Failed(format!("cannot listen for signals: {error}")),
        })
    }

    /// The Task state without a `--task` or a mock.
    pub(crate) fn unanswered(&self) -> Option<String> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Explains why a binding applies to no state: none has its name, or other bindings handle all of
/// them.
fn no_state(machine: &str, name: &str, bindings: &[TaskBinding], tasks: &[TaskState]) -> Failure {
    let own: Vec<TaskBinding> = bindings
        .iter()
        .filter(|binding| binding.name == name)
        .cloned()
        .collect();
    if own.len() > 1 {
        return Failure::Usage(format!("two --task options name `{name}`"));
    }
    let meant = tasks.iter().filter(|known| {
        let task = NamedTask {
            machine,
            state: &known.state,
            resource: &known.resource,
            target: known.target.as_deref(),
        };
        task.find(&own).is_some()
    });
    let meant = quoted_or_none(meant.map(|known| &known.state));
    Failure::Usage(match meant.as_str() {
        "none" => {
            let states = quoted_or_none(tasks.iter().map(|known| &known.state));
            format!(
                "--task: `{name}` is not a task of this definition; its Task states are {states}"
            )
        }
        meant => format!(
            "--task: `{name}` matches {meant}, for which another --task has a more specific name; remove one of them"
        ),
    })
}

/// A Task state of the definition.
#[derive(Debug)]
struct TaskState {
    state: String,
    resource: String,
    target: Option<String>,
}

fn collect(states: &States, known: &mut Vec<TaskState>) {
    for (name, state) in states {
        match state {
            State::Task(task) => {
                let arguments = task.arguments.as_ref().or(task.parameters.as_ref());
                let target = |key| {
                    arguments.and_then(|arguments| arguments.get(key)?.as_str().map(str::to_owned))
                };
                known.push(TaskState {
                    state: name.clone(),
                    resource: task.resource.clone(),
                    target: target("FunctionName").or_else(|| target("StateMachineArn")),
                });
            }
            State::Parallel(parallel) => parallel
                .branches
                .iter()
                .for_each(|branch| collect(&branch.states, known)),
            State::Map(map) => map
                .processor()
                .iter()
                .for_each(|processor| collect(&processor.states, known)),
            _ => {}
        }
    }
}

impl TaskSource for DefinitionTasks {
    fn may_answer(&self, state: &DefinedState) -> bool {
        self.states.iter().any(|(name, _)| name == state.name())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let Some((_, target)) = self.states.iter().find(|(state, _)| state == call.state()) else {
            let mut services = self.services.iter();
            let is_served = services.any(|services| services.serves(call.resource()));
            // Without a target the arguments are the cause, and not a missing handler.
            let has_target = call.target().is_some() || call.resource().target_key().is_none();
            if !is_served && has_target {
                *self
                    .unanswered
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(call.state().to_owned());
            }
            return None;
        };
        // For a `.waitForTaskToken` state, this is the callback's output: no other client could
        // send the token here.
        Some(target.answer(call, &self.means))
    }
}
