//! The tasks of stored executions that wait for an engine with their handler.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright_interpreter::ExecutionInfo;

use crate::dispatch::call_site::CallSite;
use crate::statistics::{EngineMeter, Level};

/// A task of an execution of the store that has no handler in this engine. It waits for an engine
/// that has the handler, activity or state machine; see
/// [`Engine::unhandled_tasks`](crate::Engine::unhandled_tasks).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnhandledTask {
    /// The execution's ARN.
    pub execution: String,
    /// The state machine's name.
    pub machine: String,
    /// The Task state's name.
    pub state: String,
    /// Its `Resource`.
    pub resource: String,
    /// The target that its parameters name: the `FunctionName` of `lambda:invoke`, or the
    /// `StateMachineArn` of `states:startExecution`, for example.
    pub target: Option<String>,
}

/// The unhandled tasks of an engine, by their executions and waits.
#[derive(Debug)]
pub(crate) struct UnhandledTasks {
    tasks: Mutex<BTreeMap<(SmolStr, u32), UnhandledTask>>,
    /// The number of their executions, for the statistics.
    executions: Arc<Level>,
}

impl UnhandledTasks {
    pub(crate) fn new(meter: &EngineMeter) -> Self {
        Self {
            tasks: Mutex::default(),
            executions: meter.unhandled.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(SmolStr, u32), UnhandledTask>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task that waits for a handler.
    pub(crate) fn add(
        &self,
        about: &ExecutionInfo,
        wait: u32,
        calling: CallSite<'_>,
        target: Option<&str>,
    ) {
        let task = UnhandledTask {
            execution: about.arn().to_string(),
            machine: about.machine.name.to_string(),
            state: calling.state.to_owned(),
            resource: calling.resource.as_str().to_owned(),
            target: target.map(str::to_owned),
        };
        let known = {
            let mut tasks = self.lock();
            if !has_tasks_of(&tasks, about) {
                self.executions.add(1);
            }
            tasks.insert((about.arn().clone(), wait), task)
        };
        if known.is_none() {
            tracing::warn!(
                execution = %about.arn(),
                state = calling.state,
                resource = calling.resource.as_str(),
                target,
                "no handler answers the task; its execution waits for an engine that has the handler, activity or state machine"
            );
        }
    }

    /// Removes a task that does not wait any more.
    pub(crate) fn remove(&self, about: &ExecutionInfo, wait: u32) {
        let mut tasks = self.lock();
        let removed = tasks.remove(&(about.arn().clone(), wait));
        if removed.is_some() && !has_tasks_of(&tasks, about) {
            self.executions.subtract(1);
        }
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> Vec<UnhandledTask> {
        self.lock().values().cloned().collect()
    }
}

/// Whether an execution has unhandled tasks.
fn has_tasks_of(tasks: &BTreeMap<(SmolStr, u32), UnhandledTask>, about: &ExecutionInfo) -> bool {
    let arn = about.arn();
    let mut of_it = tasks.range((arn.clone(), 0)..=(arn.clone(), u32::MAX));
    of_it.next().is_some()
}
