//! Starts a new execution at a chosen state of an earlier execution.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::StateMachine;
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, MachineInfo};

use crate::Engine;
use crate::error::{BuildError, StartFromStateError};
use crate::execution_handle::ExecutionHandle;
use crate::launch::options::StartOptions;
use crate::machines::Machine;
use crate::machines::input::StartInput;
use crate::machines::registry::PendingMachine;
use crate::restart::definition_from;

impl Engine {
    /// Starts an execution at a state of the top level of an existing Standard execution, running
    /// or closed, with this raw input and these variables: for example after a handler was fixed,
    /// with the input that the state had there.
    ///
    /// The new execution has the definition with which the existing one started, with one more
    /// state ([`definition_from`]). It has the same execution input, the same state machine and
    /// role, and the engine's handlers. The options choose its name, for example. A durable engine
    /// stores the definition, so that the execution continues after a restart.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::collections::BTreeMap;
    ///
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Reserve", "States": {
    ///     "Reserve": {"Type": "Pass", "Result": {"price": 12}, "Next": "Charge"},
    ///     "Charge": {"Type": "Pass", "Parameters": {"charged.$": "$.price", "order.$": "$$.Execution.Input"}, "End": true}
    /// }}"#;
    /// let engine = Engine::builder().register_json("orders", text, MachineType::Standard).build()?;
    /// let run = engine.start_machine("orders", "o-1", StartOptions::new()).await?;
    /// let id = run.id().to_owned();
    /// assert_eq!(run.await?.to_text(), r#"{"charged":12,"order":"o-1"}"#);
    ///
    /// let input = json!({"price": 10});
    /// let again = engine.start_from_state(&id, "Charge", input, &BTreeMap::new(), StartOptions::new()).await?;
    /// let report = again.report().await;
    /// assert_eq!(report.history.path(), ["Start at Charge", "Charge"]);
    /// assert_eq!(report.output.as_ref().unwrap().to_text(), r#"{"charged":10,"order":"o-1"}"#);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the engine has no Standard execution with this ARN, its definition has no such state on
    /// the top level, and as [`start_machine`](Self::start_machine).
    pub async fn start_from_state(
        &self,
        execution: &str,
        state: &str,
        input: impl Into<Value>,
        variables: &BTreeMap<String, Value>,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Value>, StartFromStateError> {
        let known = self.execution(execution).await;
        let known = known.map_err(StartFromStateError::Unreadable)?;
        let known = known
            .ok_or_else(|| StartFromStateError::ExecutionDoesNotExist(execution.to_owned()))?;
        let machine = self.machine_from(&known.history().await, state, &input.into(), variables)?;
        let input = known.execution().input.clone();
        let launch = || self.launch_machine(&machine, StartInput::Typed(input), options);
        let run = self.begin(&machine.info.name, launch, |output| Ok(output.clone()));
        Ok(run.await?)
    }

    /// Compiles the definition of an execution so that it begins at a state.
    fn machine_from(
        &self,
        history: &History,
        state: &str,
        input: &Value,
        variables: &BTreeMap<String, Value>,
    ) -> Result<Machine, StartFromStateError> {
        let about = history.execution();
        // The state machine of such a child is `<machine>/<label>`, and no name contains a `/`.
        if about.machine.name.contains('/') {
            return Err(StartFromStateError::MapRunChild(about.arn().to_string()));
        }
        let unknown = || StartFromStateError::UnknownDefinition(about.arn().to_string());
        let text = history.definition().ok_or_else(unknown)?;
        let definition = StateMachine::from_json(text).map_err(|_| unknown())?;
        let definition = definition_from(&definition, state, input, variables)?;
        let pending = PendingMachine::new(definition, history.machine_type());
        let name = &about.machine.name;
        let compiled =
            self.shared
                .compile_settings
                .compile_like(name, &pending, Some(history.program()));
        let compiled = compiled.map_err(|problems| BuildError { problems });
        let mut machine = compiled.map_err(StartFromStateError::Definition)?;
        machine.info = machine_info(about, &machine.info.prefix);
        Ok(machine)
    }
}

/// Returns the state machine of an execution, for another execution of it: the test case and the
/// trace are those of a start. An execution that was read from a store has no prefix for other
/// ARNs, so its own ARN has it. `prefix` is for an ARN that does not end with the name.
fn machine_info(about: &ExecutionInfo, prefix: &SmolStr) -> Arc<MachineInfo> {
    let own = about.id().strip_suffix(about.name());
    let own = own.filter(|own| own.ends_with(':')).map(SmolStr::from);
    Arc::new(MachineInfo {
        prefix: own.unwrap_or_else(|| prefix.clone()),
        test_case: None,
        trace: None,
        ..MachineInfo::clone(&about.machine)
    })
}
