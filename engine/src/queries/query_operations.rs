//! The requests for executions, their histories and their Map Runs.
//!
//! `blocking_queries.rs` has the same requests for callers that do not await.

use stepwright_interpreter::distributed::MapRun;
use stepwright_interpreter::history::{HistoryPage, HistoryQuery};
use stepwright_interpreter::value::Value;

use super::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
use crate::Engine;
use crate::error::HistoryError;
use crate::execution_handle::ExecutionHandle;
use crate::store::{MachineCount, StoreError};

impl Engine {
    /// Returns a Standard execution, or a child of a Map Run, by its ARN, running or closed.
    /// Without a [store](crate::EngineBuilder::store), closed executions are found as long as the
    /// engine [retains](crate::EngineBuilder::retention) them.
    ///
    /// # Errors
    ///
    /// Those of the store. Without a store there is none.
    pub async fn execution(&self, id: &str) -> Result<Option<ExecutionHandle<Value>>, StoreError> {
        let found = self.shared.find(id).await?;
        Ok(found.map(|state| self.run(state)))
    }

    /// Returns a page of an execution's history, by its ARN, running or closed, from memory or from
    /// the store; see [`HistoryQuery`].
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::history::HistoryQuery;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// let run = engine.start_machine("greet", json!("Ada"), StartOptions::new()).await?;
    /// run.report().await;
    ///
    /// let last_two = HistoryQuery::new().reverse().limit(2);
    /// let page = engine.history(run.id(), &last_two).await?;
    /// assert_eq!(page.events.iter().map(|event| event.id()).collect::<Vec<_>>(), [4, 3]);
    /// let page = engine.history(run.id(), &last_two.after(page.next.expect("there are more"))).await?;
    /// assert_eq!(page.to_json()["events"][1]["type"], "ExecutionStarted");
    /// assert_eq!(page.next, None);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the execution does not exist, or the page token is invalid; [`HistoryError::Store`].
    pub async fn history(
        &self,
        execution: &str,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, HistoryError> {
        let run = self.execution(execution).await?;
        let run = run.ok_or_else(|| HistoryError::ExecutionDoesNotExist(execution.to_owned()))?;
        Ok(run.history().await.page(query)?)
    }

    /// Returns Standard executions, newest first: the running ones and the closed ones that
    /// [`retention`](crate::EngineBuilder::retention) retains. With a
    /// [store](crate::EngineBuilder::store), all executions of the store.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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
    /// let page = engine.executions(&succeeded).await?;
    /// assert_eq!(page.executions.len(), 2);
    /// let rest = engine.executions(&succeeded.after(page.next.expect("there is one more"))).await?;
    /// assert_eq!((rest.executions.len(), rest.next), (1, None));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store. Without a store there are none.
    pub async fn executions(&self, filter: &ExecutionFilter) -> Result<ExecutionPage, StoreError> {
        let of_store = filter.clone();
        let read = self
            .shared
            .read_store(move |_, reader| of_store.read(reader));
        let page = read.await?;
        Ok(page.unwrap_or_else(|| self.shared.full_page_in_memory(filter)))
    }

    /// Returns the numbers of executions of each state machine and status in the
    /// [store](crate::EngineBuilder::store); `None` without a store. Express executions and the
    /// children of Map Runs are not counted.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub async fn stored_counts(&self) -> Result<Option<Vec<MachineCount>>, StoreError> {
        self.shared.read_store(|_, reader| reader.counts()).await
    }

    /// Returns the Map Runs of an execution, by its ARN, in the order of their starts: one for each
    /// attempt of a Distributed Map.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions, Status};
    ///
    /// let definition = json!({"StartAt": "Each", "States": {"Each": {
    ///     "Type": "Map", "Label": "each", "ToleratedFailureCount": 1, "End": true,
    ///     "ItemProcessor": {
    ///         "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    ///         "StartAt": "Small", "States": {
    ///             "Small": {"Type": "Choice", "Default": "Large", "Choices": [
    ///                 {"Variable": "$", "NumericLessThan": 10, "Next": "Done"}
    ///             ]},
    ///             "Done": {"Type": "Succeed"},
    ///             "Large": {"Type": "Fail", "Error": "TooLarge"}
    ///         }
    ///     }
    /// }}});
    /// let engine = Engine::builder()
    ///     .register_json("m", &definition.to_string(), MachineType::Standard)
    ///     .virtual_time()
    ///     .build()?;
    /// let run = engine.start_machine("m", json!([1, 20, 3]), StartOptions::new()).await?;
    /// run.report().await;
    ///
    /// let map_run = engine.map_runs(run.id()).await?.pop().expect("there was one Map Run");
    /// assert_eq!((map_run.items.succeeded, map_run.items.failed), (2, 1));
    /// assert_eq!(map_run.to_json()["status"], "SUCCEEDED");
    ///
    /// // Each item was an execution with its own history.
    /// let children = engine.map_run_executions(&map_run.arn).await?;
    /// let failed = children.iter().find(|child| child.status == Status::Failed).unwrap();
    /// let child = engine.execution(&failed.id).await?.expect("it is remembered");
    /// assert_eq!(child.history().await.path(), ["Small", "Large"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the [store](crate::EngineBuilder::store). Without a store there are
    /// none.
    pub async fn map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        self.shared.map_runs(execution).await
    }

    /// Returns a Map Run by its ARN, as long as the engine or the
    /// [store](crate::EngineBuilder::store) retains its execution.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub async fn map_run(&self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        self.shared.map_run(arn).await
    }

    /// Returns the running and the retained children of a Map Run, by its ARN, in the order of
    /// their starts. With a [store](crate::EngineBuilder::store), all Standard children.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub async fn map_run_executions(&self, arn: &str) -> Result<Vec<ExecutionSummary>, StoreError> {
        self.shared.map_run_executions(arn).await
    }
}
