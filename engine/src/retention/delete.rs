//! Deletes one closed execution at the request of a caller.

use stepwright_interpreter::Status;

use crate::Engine;
use crate::error::DeleteError;
use crate::store::{Change, StoreError, StoredExecution};

impl Engine {
    /// Deletes a closed execution, by its ARN, with its history and its Map Runs. Its name is then
    /// free again. When this returns `Ok`, the [store](crate::EngineBuilder::store) does not have
    /// it any more, either.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// let greet = || engine.start_machine("greet", json!("Ada"), StartOptions::new().name("g-1"));
    /// let run = greet().await?;
    /// let id = run.id().to_owned();
    /// run.await?;
    /// assert!(greet().await.is_err());
    ///
    /// engine.delete(&id).await?;
    /// assert!(engine.execution(&id).await?.is_none());
    /// assert!(greet().await.is_ok());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such execution, or it is running; [`DeleteError::Store`].
    pub async fn delete(&self, execution: &str) -> Result<(), DeleteError> {
        let shared = &self.shared;
        let known = shared.executions().get(execution).cloned();
        if known
            .as_ref()
            .is_some_and(|known| known.final_report().is_none())
        {
            return Err(DeleteError::ExecutionIsRunning(execution.to_owned()));
        }
        let unknown = || Err(DeleteError::ExecutionDoesNotExist(execution.to_owned()));
        if let Some(durable) = &shared.durable {
            let is_own = |row: &StoredExecution| row.child_of.is_none();
            let find = || -> Result<_, StoreError> {
                Ok(durable.reader().execution(execution)?.filter(is_own))
            };
            let Some(row) = find()? else {
                return unknown();
            };
            if row.status == Status::Running {
                return Err(DeleteError::ExecutionIsRunning(execution.to_owned()));
            }
            let deleted = durable
                .journal
                .commit(vec![Change::Delete { key: row.key }]);
            match deleted.await {
                Ok(()) => {}
                // A concurrent call redrove or deleted it.
                Err(StoreError::Conflict { .. }) if find()?.is_some() => {
                    return Err(DeleteError::ExecutionIsRunning(execution.to_owned()));
                }
                Err(StoreError::Conflict { .. }) => return unknown(),
                Err(error) => return Err(error.into()),
            }
        } else if known.is_none() {
            return unknown();
        }
        if let Some(known) = known {
            shared.executions().forget(&known);
        }
        shared.runs.forget(execution);
        Ok(())
    }
}
