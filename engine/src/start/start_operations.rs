//! The requests that start executions.

use std::sync::Arc;

use stepwright_interpreter::value::Value;

use crate::Engine;
use crate::drive::execution_task::{Driver, ExecutionTask};
use crate::drive::start_runtimes::StartRuntime;
use crate::error::{ExecuteError, StartError};
use crate::execution::report::ExecutionReport;
use crate::execution_handle::{Decode, ExecutionHandle, decoded};
use crate::launch::new_execution::StartOutcome;
use crate::launch::options::StartOptions;
use crate::machines::Machine;
use crate::machines::input::StartInput;

impl Engine {
    /// Starts a state machine by its name with an input of its Rust type, and reads the output with
    /// `decode`.
    #[doc(hidden)]
    pub async fn start_typed<T>(
        &self,
        machine: &str,
        input: Value,
        options: StartOptions,
        decode: Decode<T>,
    ) -> Result<ExecutionHandle<T>, StartError> {
        let input = StartInput::Typed(input);
        self.launch(machine, input, options, decode).await
    }

    /// Starts a state machine by its name. The input of a workflow with a Rust type must match that
    /// type.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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

    /// Runs a state machine by its name to its end with an input of its Rust type, like
    /// [`execute_machine`](Self::execute_machine), and reads the output with `decode`.
    #[doc(hidden)]
    pub async fn execute_typed<T>(
        &self,
        machine: &str,
        input: Value,
        decode: Decode<T>,
    ) -> Result<T, ExecuteError> {
        let input = StartInput::Typed(input);
        let options = StartOptions::new().synchronous();
        let report = self.drive(machine, input, options).await?;
        Ok(decoded(&report, decode)?)
    }

    /// Runs a state machine by its name to its end on the caller's own task, without spawning one.
    /// Use it when the caller waits for the result anyway. Dropping the future stops the execution.
    /// The report contains the status.
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

    /// Starts an execution of the newest version of a state machine.
    pub(super) async fn launch<T>(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
        decode: Decode<T>,
    ) -> Result<ExecutionHandle<T>, StartError> {
        let launch = || self.launch_newest(machine, input, options);
        self.begin(machine, launch, decode).await
    }

    /// Starts an execution of the newest version, and drives it to its end on the caller's task.
    async fn drive(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let launch = || self.launch_newest(machine, input, options);
        self.run_to_end(machine, launch, |task| task).await
    }

    /// Creates an execution of the newest version of a state machine.
    fn launch_newest(
        &self,
        machine: &str,
        input: StartInput,
        options: StartOptions,
    ) -> Result<StartOutcome, StartError> {
        let launch = |known: &Arc<Machine>| self.launch_machine(known, input, options);
        let launched = self.shared.machines.look_up(machine, launch);
        let missing = || Err(StartError::StateMachineDoesNotExist(machine.to_owned()));
        launched.unwrap_or_else(missing)
    }

    /// Creates an execution of a state machine that no state starts.
    pub(crate) fn launch_machine(
        &self,
        machine: &Machine,
        input: StartInput,
        options: StartOptions,
    ) -> Result<StartOutcome, StartError> {
        let input = input.of(machine.input_type)?;
        self.shared.launch(machine, input, options, 0)
    }

    /// Returns the runtime for a new execution. Chosen before the execution exists, because nothing
    /// starts without one.
    pub(crate) fn start_runtime(&self) -> Result<StartRuntime, StartError> {
        let chosen = self.shared.start_runtimes.choose();
        chosen.map_err(|_| StartError::NoRuntime)
    }

    /// Runs the execution that `launch` creates in a separate task, and returns when its start is
    /// durable. Each start of an [`ExecutionHandle`] ends here.
    pub(crate) async fn begin<T>(
        &self,
        machine: &str,
        launch: impl FnOnce() -> Result<StartOutcome, StartError>,
        decode: Decode<T>,
    ) -> Result<ExecutionHandle<T>, StartError> {
        let runtime = &self.start_runtime()?;
        let started = launch().inspect_err(|error| self.refused(machine, error))?;
        if let Some(pending) = started.pending_execution {
            Driver::begin(ExecutionTask::new(self.shared.clone(), pending), runtime);
        }
        let run = ExecutionHandle::new(started.state, decode, &self.handle);
        run.accepted().await?;
        Ok(run)
    }

    /// Runs the execution that `launch` creates to its end. `drive` returns the future that the
    /// caller awaits for its task.
    pub(crate) async fn run_to_end<F: Future>(
        &self,
        machine: &str,
        launch: impl FnOnce() -> Result<StartOutcome, StartError>,
        drive: impl FnOnce(Box<ExecutionTask>) -> F,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let started = launch().inspect_err(|error| self.refused(machine, error))?;
        let state = started.state;
        if let Some(pending) = started.pending_execution {
            let _awaits = self.clock().await_end();
            drive(ExecutionTask::new(self.shared.clone(), pending)).await;
        }
        let accepted = state.accepted().await;
        accepted.map_err(|error| StartError::of_store(error, state.about.name()))?;
        Ok(state.finished().await)
    }

    /// Reports to the sources that nothing was started, and why.
    fn refused(&self, machine: &str, error: &StartError) {
        let message = || format!("`{machine}` was not started: {error}");
        self.shared.sources.notify(message, true);
    }
}
