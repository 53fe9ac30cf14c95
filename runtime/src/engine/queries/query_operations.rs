//! The requests for executions, their histories and their Map Runs.
//!
//! `blocking_queries.rs` has the same requests for callers that do not await.

use stepwright_interpreter::distributed::MapRun;
use stepwright_interpreter::history::{HistoryPage, HistoryQuery};
use stepwright_interpreter::value::Value;

use super::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
use crate::engine::Engine;
use crate::engine::error::HistoryError;
use crate::engine::execution_handle::ExecutionHandle;
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
