//! The tasks of one definition: what `--task` means is known before anything runs.

use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{State, StateMachine, States};
use stepwright_runtime::task::{Answer, DefinedState, TaskCall, TaskSource};

use super::names;
use super::target::{Binding, Means, Target};
use crate::failure::Failure;

/// What answers, by the state, and which state went without an answer.
#[derive(Debug, Clone)]
pub(crate) struct DefinitionTasks {
    states: Arc<Vec<(String, Target)>>,
    unanswered: Arc<Mutex<Option<String>>>,
    means: Means,
}

impl DefinitionTasks {
    /// Finds the Task states that each NAME means: a state's name, else a function's name, else a resource.
    pub(crate) fn new(machine: &StateMachine, tasks: &[Binding]) -> Result<Self, Failure> {
        let mut known = Vec::new();
        collect(&machine.states, &mut known);
        let mut states = Vec::new();
        for Binding { name, target } in tasks {
            let found = find(&known, name)?;
            if let Some((state, _)) = states.iter().find(|(state, _)| *state == found.state) {
                return Err(Failure::Usage(format!(
                    "two --task options mean the state `{state}`"
                )));
            }
            states.push((found.state.clone(), target.clone()));
        }
        Ok(Self {
            states: Arc::new(states),
            unanswered: Arc::default(),
            means: Means::default(),
        })
    }

    /// What an execution comes to, unless the user or the system ends this program first: then it is parked, where that can be done, and the
    /// commands that run are told. What they answer to that counts no more.
    pub(crate) async fn unless_interrupted<T>(
        &self,
        execution: impl Future<Output = T>,
        park: Option<impl Future<Output = ()>>,
    ) -> Result<T, Failure> {
        if self.states.is_empty() && park.is_none() {
            // The signals do what they always do.
            return Ok(execution.await);
        }
        let interrupted = tokio::select! {
            // In this order: signals are heard before a command runs that they have to reach.
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

    /// The Task state that no `--task` and no mock answered.
    pub(crate) fn unanswered(&self) -> Option<String> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A Task state of the definition, and the names that may mean it.
#[derive(Debug)]
struct Known {
    state: String,
    functions: Vec<String>,
    resource: String,
}

fn collect(states: &States, known: &mut Vec<Known>) {
    for (name, state) in states {
        match state {
            State::Task(task) => {
                let arguments = task.arguments.as_ref().or(task.parameters.as_ref());
                let target = |key| {
                    arguments.and_then(|arguments| arguments.get(key)?.as_str().map(str::to_owned))
                };
                let target = target("FunctionName").or_else(|| target("StateMachineArn"));
                let functions = target
                    .iter()
                    .chain([&task.resource])
                    .flat_map(|text| names::of_function(text))
                    .map(str::to_owned)
                    .collect();
                known.push(Known {
                    state: name.clone(),
                    functions,
                    resource: task.resource.clone(),
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

fn find<'a>(known: &'a [Known], name: &str) -> Result<&'a Known, Failure> {
    let by: [fn(&Known, &str) -> bool; 3] = [
        |known, name| known.state == name,
        |known, name| known.functions.iter().any(|function| function == name),
        |known, name| known.resource == name,
    ];
    for is_meant in by {
        let found: Vec<&Known> = known.iter().filter(|known| is_meant(known, name)).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let states = list(several.iter().map(|known| &known.state));
                return Err(Failure::Usage(format!(
                    "--task: `{name}` means the states {states}; name one of them"
                )));
            }
        }
    }
    let states = list(known.iter().map(|known| &known.state));
    Err(Failure::Usage(format!(
        "--task: `{name}` is no task of this definition; its Task states are {states}"
    )))
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

impl TaskSource for DefinitionTasks {
    fn may_answer(&self, state: &DefinedState) -> bool {
        self.states.iter().any(|(name, _)| name == state.name())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let Some((_, target)) = self.states.iter().find(|(state, _)| state == call.state()) else {
            *self
                .unanswered
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(call.state().to_owned());
            return None;
        };
        // Of a `.waitForTaskToken` state this is the callback's output: nobody else could answer the token here.
        Some(target.answer(call, &self.means))
    }
}
