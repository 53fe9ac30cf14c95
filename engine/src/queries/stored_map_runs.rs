//! Map Runs in memory and in the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use stepwright_interpreter::distributed::MapRun;

use crate::execution::execution_state::ExecutionState;
use crate::nested::map_runs;
use crate::queries::execution_list::ExecutionSummary;
use crate::shared::EngineShared;
use crate::store::{StoreError, StoreFilter, StoreReader, StoredMapRun};

impl EngineShared {
    /// Returns the Map Runs of an execution, in the order of their starts, and reads the store on a
    /// thread for blocking work.
    pub(crate) async fn map_runs(
        self: &Arc<Self>,
        execution: &str,
    ) -> Result<Vec<MapRun>, StoreError> {
        let id = execution.to_owned();
        let stored = self.read_store(move |_, reader| stored_runs(reader, &id));
        let stored = stored.await?.unwrap_or_default();
        self.with_remembered(execution, stored)
    }

    /// Returns the same, and blocks the thread while it reads the store.
    pub(crate) fn blocking_map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        let stored = match &self.durable {
            Some(durable) => stored_runs(&mut **durable.readers.take(), execution)?,
            None => Vec::new(),
        };
        self.with_remembered(execution, stored)
    }

    fn with_remembered(
        &self,
        execution: &str,
        stored: Vec<StoredMapRun>,
    ) -> Result<Vec<MapRun>, StoreError> {
        let mut remembered = self.runs.of_execution(execution);
        let mut all = Vec::new();
        for run in stored {
            // The run in memory is newer.
            match remembered.iter().position(|known| known.arn == run.arn) {
                Some(at) => all.push(remembered.remove(at)),
                None => all.push(read(&run)?),
            }
        }
        all.extend(remembered);
        Ok(all)
    }

    /// Returns a Map Run by its ARN, and reads the store on a thread for blocking work.
    pub(crate) async fn map_run(self: &Arc<Self>, arn: &str) -> Result<Option<MapRun>, StoreError> {
        if let Some(run) = self.runs.describe(arn) {
            return Ok(Some(run));
        }
        let arn = arn.to_owned();
        let found = self.read_store(move |shared, reader| shared.stored_or_reopened(reader, &arn));
        Ok(found.await?.flatten())
    }

    /// Returns the same, and blocks the thread while it reads the store.
    pub(crate) fn blocking_map_run(&self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        match (self.runs.describe(arn), &self.durable) {
            (None, Some(durable)) => self.stored_or_reopened(&mut **durable.readers.take(), arn),
            (remembered, _) => Ok(remembered),
        }
    }

    /// Returns a Map Run that was not in memory. A redrive of its execution may have brought it
    /// there since: then it is newer than in the store.
    fn stored_or_reopened(
        &self,
        reader: &mut dyn StoreReader,
        arn: &str,
    ) -> Result<Option<MapRun>, StoreError> {
        let stored = reader.map_run(arn)?;
        match self.runs.describe(arn) {
            Some(run) => Ok(Some(run)),
            None => stored.as_ref().map(read).transpose(),
        }
    }

    /// Returns the children of a Map Run, in the order of their starts, and reads the store on a
    /// thread for blocking work.
    pub(crate) async fn map_run_executions(
        self: &Arc<Self>,
        arn: &str,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        let run = arn.to_owned();
        // A child leaves memory after the store has it.
        let in_memory = self.runs.children(arn);
        let stored = self.read_store(move |_, reader| children(reader, &run));
        Ok(with_children_in_memory(
            stored.await?.unwrap_or_default(),
            in_memory,
        ))
    }

    /// Returns the same, and blocks the thread while it reads the store.
    pub(crate) fn blocking_map_run_executions(
        &self,
        arn: &str,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        let in_memory = self.runs.children(arn);
        let stored = match &self.durable {
            Some(durable) => children(&mut **durable.readers.take(), arn)?,
            None => BTreeMap::new(),
        };
        Ok(with_children_in_memory(stored, in_memory))
    }
}

/// Adds the children that only memory has: Express children are not stored, and the start of a
/// child may not be committed yet.
fn with_children_in_memory(
    mut all: BTreeMap<u32, ExecutionSummary>,
    in_memory: BTreeMap<u32, Arc<ExecutionState>>,
) -> Vec<ExecutionSummary> {
    for (number, state) in in_memory {
        let summary = || ExecutionSummary::of(&state);
        all.entry(number).or_insert_with(summary);
    }
    all.into_values().collect()
}

/// Returns the stored children of a Map Run, by their numbers.
pub(crate) fn children(
    reader: &mut dyn StoreReader,
    arn: &str,
) -> Result<BTreeMap<u32, ExecutionSummary>, StoreError> {
    let filter = StoreFilter {
        map_run: Some(arn.to_owned()),
        ..StoreFilter::default()
    };
    let stored = reader.list(&filter)?.into_iter();
    let children = stored.filter_map(|row| {
        let number = row.child_of.as_ref()?.number;
        Some((number, ExecutionSummary::of_row(row)))
    });
    Ok(children.collect())
}

fn stored_runs(
    reader: &mut dyn StoreReader,
    execution: &str,
) -> Result<Vec<StoredMapRun>, StoreError> {
    match reader.execution(execution)? {
        Some(row) => reader.map_runs(row.key),
        None => Ok(Vec::new()),
    }
}

/// Reads the description of a stored Map Run.
pub(crate) fn read(run: &StoredMapRun) -> Result<MapRun, StoreError> {
    let read = map_runs::read(&run.data);
    read.map_err(|error| StoreError::unreadable(format!("the Map Run `{}`", run.arn), error))
}
