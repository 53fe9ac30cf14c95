//! The requests of `query_operations.rs` for callers that do not await: the store is read on the
//! calling thread.

use stepwright_interpreter::distributed::MapRun;
use stepwright_interpreter::value::Value;

use super::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
use crate::Engine;
use crate::execution_handle::ExecutionHandle;
use crate::store::{MachineCount, StoreError};

impl Engine {
    /// Returns the same as [`execution`](Self::execution), and blocks the thread while it reads an
    /// execution that only the store has: all records of it.
    ///
    /// # Errors
    ///
    /// As [`execution`](Self::execution).
    pub fn blocking_execution(
        &self,
        id: &str,
    ) -> Result<Option<ExecutionHandle<Value>>, StoreError> {
        let state = match (self.shared.remembered(id)?, &self.shared.durable) {
            (None, Some(durable)) => self.shared.find_with(&mut **durable.readers.take(), id)?,
            (known, _) => known,
        };
        Ok(state.map(|state| self.run(state)))
    }

    /// Returns the same as [`executions`](Self::executions), and blocks the thread while it reads
    /// the store. A page by machine, by status or of all executions reads as many rows as it
    /// returns; one by name may read all executions of the machine.
    ///
    /// # Errors
    ///
    /// As [`executions`](Self::executions).
    pub fn blocking_executions(
        &self,
        filter: &ExecutionFilter,
    ) -> Result<ExecutionPage, StoreError> {
        if let Some(durable) = &self.shared.durable {
            return filter.read(&mut **durable.readers.take());
        }
        Ok(self.shared.full_page_in_memory(filter))
    }

    /// Returns the same as [`stored_counts`](Self::stored_counts), and blocks the thread while it
    /// reads the store.
    ///
    /// # Errors
    ///
    /// As [`stored_counts`](Self::stored_counts).
    pub fn blocking_stored_counts(&self) -> Result<Option<Vec<MachineCount>>, StoreError> {
        let durable = self.shared.durable.as_ref();
        let counts = durable.map(|durable| durable.readers.take().counts());
        counts.transpose()
    }

    /// Returns the same as [`map_runs`](Self::map_runs), and blocks the thread while it reads the
    /// store.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub fn blocking_map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        self.shared.blocking_map_runs(execution)
    }

    /// Returns the same as [`map_run`](Self::map_run), and blocks the thread while it reads the
    /// store.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub fn blocking_map_run(&self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        self.shared.blocking_map_run(arn)
    }

    /// Returns the same as [`map_run_executions`](Self::map_run_executions), and blocks the thread
    /// while it reads all children.
    ///
    /// # Errors
    ///
    /// As [`map_runs`](Self::map_runs).
    pub fn blocking_map_run_executions(
        &self,
        arn: &str,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        self.shared.blocking_map_run_executions(arn)
    }
}
