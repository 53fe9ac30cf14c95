//! The engine: registered workflows and their executions.

mod activities;
mod builder;
mod completion;
mod dispatch;
mod drive;
mod durable;
mod error;
mod events;
mod execution_handle;
mod host;
mod journaled;
mod last_handle;
mod machines;
mod nested;
mod observer;
mod queries;
mod retention;
pub mod server_support;
mod shared;
mod shutdown;
mod start;
mod tokens;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stepwright::Workflow;
use stepwright_asl::model::MachineType;

pub use self::activities::{ActivityDescription, ActivityTask};
pub use self::builder::EngineBuilder;
pub use self::completion::report::ExecutionReport;
pub use self::dispatch::unhandled_tasks::UnhandledTask;
pub use self::durable::outage::StoreOutage;
pub use self::durable::quarantine::UnreadableExecution;
pub use self::error::{
    ActivityError, BuildError, DeleteError, ExecutionFailed, HistoryError, RedriveError,
    StartError, TokenError,
};
pub use self::events::Events;
pub use self::execution_handle::ExecutionHandle;
pub use self::machines::MachineDescription;
pub(crate) use self::observer::Observer;
pub use self::queries::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
pub use self::queries::stored_executions::{ExecutionDescription, StoredExecutions};
pub(crate) use self::start::inspect::InspectionResult;
pub use self::start::options::StartOptions;

use self::drive::execution_state::{ExecutionState, Message};
use self::drive::execution_task::{Driver, ExecutionTask};
use self::execution_handle::Decode;
use self::last_handle::LastHandle;
use self::machines::Machine;
use self::machines::registry::{self, PendingMachine};
use self::shared::{EngineShared, StartOutcome};
use self::start::input::{self, StartInput};
use crate::clock::Clock;
use crate::distributed::MapRun;
use crate::history::{HistoryPage, HistoryQuery};
use crate::interpret::Failure;
use crate::store::StoreError;
use crate::task::EngineMonitor;
use crate::value::Value;

/// Runs workflows. Clones refer to the same engine.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<EngineShared>,
    handle: Arc<LastHandle>,
}

impl Engine {
    fn new(shared: EngineShared) -> Self {
        let shared = Arc::new(shared);
        let handle = LastHandle::new(shared.clone());
        for source in &shared.sources {
            source.attach(&EngineMonitor::new(&shared));
        }
        Self { shared, handle }
    }

    /// Continues the open executions of the store, if the engine was built with [`EngineBuilder::resume_later`]. A second call does nothing.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, and outside of a tokio runtime.
    pub fn resume(&self) -> Result<(), BuildError> {
        let Some(durable) = &self.shared.durable else {
            return Ok(());
        };
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            BuildError::new("there is no tokio runtime here; build an engine with a store within one, on which its executions continue".to_owned())
        })?;
        if durable.resume() {
            return Ok(());
        }
        let mut open = self.shared.recover()?;
        loop {
            while let Some(pending_execution) = open.pop() {
                let mut task = ExecutionTask::new(self.shared.clone(), pending_execution);
                // From here on, answers to its task tokens are accepted.
                task.reattach();
                open.extend(task.take_pending_executions());
                runtime.spawn(Driver::new(task));
            }
            // Their parents ended before they had stopped.
            let Some(left) = durable.recovered().take_next() else {
                break;
            };
            durable.add_orphan(&left.state);
            // It has a mailbox, and has not ended.
            let _over = left.state.send(Message::Stop(Failure::stopped(None, None)));
            open.push(left);
        }
        let begun = self.shared.start_retention();
        let begun = begun.and_then(|()| self.shared.start_column_backfill());
        begun.map_err(|error| BuildError::new(error.to_string()))
    }

    /// Returns the clock of all waits, retries and timeouts.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns the values of placeholders that the engine was built with.
    pub(crate) fn substitutions(&self) -> &HashMap<String, String> {
        &self.shared.setting.substitutions
    }

    /// Adds a state machine, or a new version of one, as CreateStateMachine and UpdateStateMachine do. Running executions continue with the
    /// version that they started with. The handlers that the engine was built with execute its tasks.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let engine = Engine::builder().build()?;
    /// let version = |answer: u32| json!({"StartAt": "A", "States": {
    ///     "A": {"Type": "Pass", "Result": answer, "End": true}
    /// }});
    /// for answer in [1, 2] {
    ///     engine.register_json("m", &version(answer).to_string(), MachineType::Standard)?;
    ///     let run = engine.start_machine("m", json!({}), StartOptions::new()).await?;
    ///     assert_eq!(run.await?.to_text(), answer.to_string());
    ///     let described = engine.machine("m").expect("it was put");
    ///     assert!(described.definition.contains(&format!("\"Result\":{answer}")));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the definition is invalid, or the machine has the other type; then nothing changes.
    pub fn register_json(
        &self,
        name: &str,
        text: &str,
        machine_type: MachineType,
    ) -> Result<(), BuildError> {
        let machine = registry::read(name, text, &self.shared.limits).map_err(BuildError::new)?;
        if let Some(known) = self.shared.machines.find(name)
            && known.program.entry().machine_type != machine_type
        {
            return Err(BuildError::new(format!(
                "the type of the state machine `{name}` cannot be changed"
            )));
        }
        let pending = PendingMachine::new(machine, machine_type);
        let machine = self.shared.setting.compile(name, &pending);
        let machine = machine.map_err(|problems| BuildError { problems })?;
        self.shared.machines.put(Arc::new(machine));
        self.shared.look_for_handlers();
        Ok(())
    }

    /// Removes a state machine: it cannot be started any more. Running executions continue. Returns whether it existed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartError, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// assert!(engine.delete_machine("greet"));
    /// assert!(!engine.delete_machine("greet"));
    /// let refused = engine.start_machine("greet", json!({}), StartOptions::new()).await;
    /// assert!(matches!(refused, Err(StartError::StateMachineDoesNotExist(_))));
    /// # Ok(()) }
    /// ```
    pub fn delete_machine(&self, name: &str) -> bool {
        self.shared.machines.remove(name)
    }

    /// Returns the newest version of a state machine, by its name or ARN.
    pub fn machine(&self, name: &str) -> Option<MachineDescription> {
        Some(self.shared.machines.find(name)?.describe())
    }

    /// Starts a workflow. The execution runs independently of the returned handle.
    ///
    /// # Errors
    ///
    /// When the workflow is not registered or the input cannot be used.
    pub async fn start<W: Workflow>(
        &self,
        input: W::Input,
    ) -> Result<ExecutionHandle<W::Output>, StartError> {
        self.start_with::<W>(input, StartOptions::default()).await
    }

    /// Starts a workflow with options: a name or mocks, for example.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the name is taken.
    pub async fn start_with<W: Workflow>(
        &self,
        input: W::Input,
        options: StartOptions,
    ) -> Result<ExecutionHandle<W::Output>, StartError> {
        let input = StartInput::Typed(to_value(input)?);
        self.launch(W::NAME, input, options, input::read).await
    }

    /// Starts a state machine by its name. The input of a workflow with a Rust type must match that type.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// let run = engine.start_machine("greet", json!({"name": "Ada"}), StartOptions::new()).await?;
    /// assert_eq!(run.await?.to_text(), r#"{"name":"Ada"}"#);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such machine, the input cannot be used, or the name is taken.
    pub async fn start_machine(
        &self,
        machine: &str,
        input: impl Into<Value>,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Value>, StartError> {
        let input = StartInput::Any(input.into());
        self.launch(machine, input, options, |output| Ok(output.clone()))
            .await
    }

    /// Runs a workflow to its end on the caller's own task, without spawning one. Use it when the caller waits for the result anyway. Dropping
    /// the future stops the execution.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the execution did not succeed.
    pub async fn execute<W: Workflow>(&self, input: W::Input) -> Result<W::Output, ExecuteError> {
        let input = StartInput::Typed(to_value(input)?);
        let options = StartOptions::new().synchronous();
        let report = self.drive(W::NAME, input, options).await?;
        Ok(execution_handle::decoded(
            &report,
            input::read::<W::Output>,
        )?)
    }

    /// Runs a state machine by its name to its end, like [`execute`](Self::execute). The report contains the status.
    ///
    /// # Errors
    ///
    /// As [`start_machine`](Self::start_machine).
    pub async fn execute_machine(
        &self,
        machine: &str,
        input: impl Into<Value>,
        options: StartOptions,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let input = StartInput::Any(input.into());
        self.drive(machine, input, options).await
    }

    /// Starts an execution in a separate task.
    async fn launch<T>(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
        decode: Decode<T>,
    ) -> Result<ExecutionHandle<T>, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let (state, task) = self.prepare(machine, input, options)?;
        if let Some(task) = task {
            Driver::begin(task, &runtime);
        }
        let run = ExecutionHandle::new(state, decode, &self.handle);
        run.accepted().await?;
        Ok(run)
    }

    /// Starts an execution and drives it to its end on the caller's task.
    async fn drive(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let (state, task) = self.prepare(machine, input, options)?;
        if let Some(task) = task {
            let _awaits = self.clock().await_end();
            task.await;
        }
        let kept = state.accepted().await;
        kept.map_err(|error| StartError::of_store(error, state.about.name()))?;
        Ok(state.finished().await)
    }

    /// Creates an execution, and its driver unless it is running already.
    fn prepare(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
    ) -> Result<(Arc<ExecutionState>, Option<Box<ExecutionTask>>), StartError> {
        let launch = |known: &Arc<Machine>| {
            let input = input.of(known.check_input)?;
            self.shared.launch(known, input, options, 0)
        };
        let launched = self.shared.machines.look_up(machine, launch);
        let missing = || Err(StartError::StateMachineDoesNotExist(machine.to_owned()));
        let launched = launched.unwrap_or_else(missing);
        let StartOutcome {
            state,
            pending_execution,
        } = launched.inspect_err(|error| self.refused(machine, error))?;
        let task = pending_execution
            .map(|pending_execution| ExecutionTask::new(self.shared.clone(), pending_execution));
        Ok((state, task))
    }

    /// Reports to the sources that nothing was started, and why.
    fn refused(&self, machine: &str, error: &StartError) {
        let message = || format!("`{machine}` was not started: {error}");
        self.shared.notify_sources(message, true);
    }

    /// Returns a Standard execution, or a child of a Map Run, by its ARN, running or closed. Without a [store](EngineBuilder::store), closed
    /// executions are found as long as the engine [retains](EngineBuilder::retention) them.
    ///
    /// # Errors
    ///
    /// Those of the store. Without a store there is none.
    ///
    /// # Blocking
    ///
    /// Blocks the thread while it reads an execution that only the store has: all records of it.
    pub fn execution(&self, id: &str) -> Result<Option<ExecutionHandle<Value>>, StoreError> {
        let state = match self.shared.remembered(id)? {
            Some(known) => Some(known),
            None => match &self.shared.durable {
                Some(durable) => {
                    let reader = &mut **durable.readers.take();
                    self.shared.stored(reader, id)?.map(|stored| stored.state)
                }
                None => None,
            },
        };
        Ok(state.map(|state| self.run(state)))
    }

    /// Returns the same as [`execution`](Self::execution), and reads the store on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// As [`execution`](Self::execution).
    pub async fn find_execution(
        &self,
        id: &str,
    ) -> Result<Option<ExecutionHandle<Value>>, StoreError> {
        let state = match self.shared.remembered(id)? {
            Some(known) => Some(known),
            None => self
                .shared
                .find_stored(id)
                .await?
                .map(|stored| stored.state),
        };
        Ok(state.map(|state| self.run(state)))
    }

    fn run(&self, state: Arc<ExecutionState>) -> ExecutionHandle<Value> {
        ExecutionHandle::new(state, |output| Ok(output.clone()), &self.handle)
    }

    /// Returns a page of an execution's history, by its ARN, running or closed, from memory or from the store; see [`HistoryQuery`].
    ///
    /// # Errors
    ///
    /// When the execution does not exist, or the page token is invalid; [`HistoryError::Store`].
    pub async fn history(
        &self,
        execution: &str,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, HistoryError> {
        let run = self.find_execution(execution).await?;
        let run = run.ok_or_else(|| HistoryError::ExecutionDoesNotExist(execution.to_owned()))?;
        Ok(run.history().await.page(query)?)
    }

    /// Returns Standard executions, newest first: the running ones and the closed ones that [`retention`](EngineBuilder::retention) retains. With
    /// a [store](EngineBuilder::store), all executions of the store.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, ExecutionFilter, MachineType, StartOptions, Status};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// for name in ["Ada", "Grace", "Edith"] {
    ///     engine.start_machine("greet", json!({"name": name}), StartOptions::new()).await?.await?;
    /// }
    /// let succeeded = ExecutionFilter::new().machine("greet").status(Status::Succeeded).limit(2);
    /// let page = engine.executions(&succeeded)?;
    /// assert_eq!(page.executions.len(), 2);
    /// let rest = engine.executions(&succeeded.after(page.next.expect("there is one more")))?;
    /// assert_eq!((rest.executions.len(), rest.next), (1, None));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store. Without a store there are none.
    ///
    /// # Blocking
    ///
    /// With a store this blocks the thread while it reads. A page by machine, by status or of all executions reads as many rows as it returns;
    /// one by name may read all executions of the machine.
    pub fn executions(&self, filter: &ExecutionFilter) -> Result<ExecutionPage, StoreError> {
        if let Some(durable) = &self.shared.durable {
            return filter.read(&mut **durable.readers.take());
        }
        Ok(self.shared.full_page_in_memory(filter))
    }

    /// Returns the tasks without a handler in this engine, of executions that were open in the [store](EngineBuilder::store): their handlers,
    /// activities or state machines are not registered any more. Their executions wait, also when they reach such a task later. An engine that is
    /// built with the missing handlers continues them. Each task is logged once as a warning.
    ///
    /// Such a task is not scheduled, so its `TimeoutSeconds` does not count yet; that of the execution does. A task that was running when its
    /// process ended retains its deadlines.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::store::MemoryStore;
    /// use stepwright_runtime::task::TaskFailure;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Pack", "States": {
    ///     "Pack": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pack", "End": true}
    /// }}"#;
    /// let store = MemoryStore::new();
    /// let builder = || Engine::builder().store(store.clone()).register_json("orders", text, MachineType::Standard);
    ///
    /// // The engine is shut down while the task runs.
    /// let hangs = |_: Value| std::future::pending::<Result<Value, TaskFailure>>();
    /// let engine = builder().function("pack", hangs).build()?;
    /// let run = engine.start_machine("orders", json!(7), StartOptions::new()).await?;
    /// engine.shutdown(std::time::Duration::ZERO).await;
    ///
    /// // The next engine has no handler for it.
    /// let engine = builder().build()?;
    /// let waits = &engine.unhandled_tasks()[0];
    /// assert_eq!((waits.execution.as_str(), waits.state.as_str()), (run.id(), "Pack"));
    /// engine.shutdown(std::time::Duration::ZERO).await;
    ///
    /// // The third engine has a handler again, which may be called twice.
    /// let pack = |order: Value| async move { Ok::<_, TaskFailure>(order) };
    /// let engine = builder().function("pack", pack).idempotent("pack").build()?;
    /// assert!(engine.unhandled_tasks().is_empty());
    /// assert_eq!(engine.execution(run.id())?.expect("it is open").await?.to_text(), "7");
    /// # Ok(()) }
    /// ```
    pub fn unhandled_tasks(&self) -> Vec<UnhandledTask> {
        self.shared.unanswered()
    }

    /// Shuts the engine down: nothing is started any more. Running executions have `grace`, on the engine's clock, to end. Then they are
    /// stopped with `Stepwright.ShutDown`, so that they can be redriven from where they were. Returns the stopped executions.
    ///
    /// With a [store](EngineBuilder::store) an execution is suspended, and the next engine continues it. This happens as soon as no handler, no
    /// worker of an activity and no Map Run works for it, and at the end of `grace` in any case.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartError, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "SecondsPath": "$", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("rest", text, MachineType::Standard).virtual_time().build()?;
    /// let short = engine.start_machine("rest", json!(5), StartOptions::new()).await?;
    /// let long = engine.start_machine("rest", json!(500), StartOptions::new()).await?;
    ///
    /// let stopped = engine.shutdown(Duration::from_secs(30)).await;
    /// assert_eq!(stopped.len(), 1);
    /// assert_eq!(stopped[0].id, long.id());
    /// assert!(short.await.is_ok());
    /// let refused = engine.start_machine("rest", json!(1), StartOptions::new()).await;
    /// assert!(matches!(refused, Err(StartError::ShutDown)));
    /// # Ok(()) }
    /// ```
    pub async fn shutdown(&self, grace: Duration) -> Vec<ExecutionSummary> {
        self.shared.shut_down(grace).await
    }

    /// Returns the Map Runs of an execution, by its ARN, in the order of their starts: one for each attempt of a Distributed Map.
    ///
    /// # Errors
    ///
    /// The errors of reading the [store](EngineBuilder::store). Without a store there are none.
    ///
    /// # Blocking
    ///
    /// With a store this blocks the thread while it reads.
    pub fn map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        self.shared.map_runs(execution)
    }

    /// Returns the same as [`map_runs`](Self::map_runs), and reads the store on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub async fn find_map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        self.shared.find_map_runs(execution).await
    }

    /// Returns a Map Run by its ARN, as long as the engine or the [store](EngineBuilder::store) retains its execution.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    ///
    /// # Blocking
    ///
    /// As [`map_runs`](Self::map_runs).
    pub fn map_run(&self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        self.shared.map_run(arn)
    }

    /// Returns the running and the retained children of a Map Run, by its ARN, in the order of their starts. With a
    /// [store](EngineBuilder::store), all Standard children.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    ///
    /// # Blocking
    ///
    /// With a store this blocks the thread while it reads all children.
    pub fn map_run_executions(&self, arn: &str) -> Result<Vec<ExecutionSummary>, StoreError> {
        self.shared.map_run_executions(arn)
    }
}

/// Why [`Engine::execute`] returned no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The execution could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The execution did not succeed.
    #[error(transparent)]
    Failed(#[from] ExecutionFailed),
}

fn to_value<T: Serialize + 'static>(input: T) -> Result<Value, StartError> {
    Value::from_owned(input).map_err(|error| StartError::InvalidInput(error.to_string()))
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("machines", &self.shared.machines.names())
            .field("clock", &self.shared.clock)
            .finish_non_exhaustive()
    }
}
