//! The requests for state machines.

use std::sync::Arc;

use serde_json::Value as Json;
use stepwright_asl::model::MachineType;

use super::MachineDescription;
use super::registry::{self, PendingMachine};
use crate::Engine;
use crate::error::BuildError;

impl Engine {
    /// Adds a state machine, or a new version of one, as CreateStateMachine and UpdateStateMachine
    /// do. Running executions continue with the version that they started with. The handlers that
    /// the engine was built with execute its tasks.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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
        let machine = self.shared.compile_settings.compile(name, &pending);
        let machine = machine.map_err(|problems| BuildError { problems })?;
        self.shared.add_machine(Arc::new(machine));
        Ok(())
    }

    /// Removes a state machine: it cannot be started any more. Running executions continue. Returns
    /// whether it existed.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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

    /// Returns the JSON Schema of the input of a state machine, by its name or ARN. Only workflows
    /// in Rust have one, until a client replaces the definition. The schema is generated at each
    /// call.
    pub fn input_schema(&self, name: &str) -> Option<Json> {
        let machine = self.shared.machines.find(name)?;
        Some(machine.input_type?.schema())
    }

    /// Returns the newest version of a state machine, by its name or ARN.
    pub fn machine(&self, name: &str) -> Option<MachineDescription> {
        Some(self.shared.machines.find(name)?.describe())
    }
}
