//! Finds an execution that moves between memory and the store while a request looks for it.
//!
//! An execution is in memory before its start, or its redrive, is committed, and leaves memory
//! after its end is committed. So while its row in the store is open, it is in memory.

#[cfg(all(test, shuttle))]
mod model_tests;

use std::sync::Arc;

use super::recent_execution::ClosedExecution;
use super::version_cache::VersionCache;
use crate::execution::execution_state::ExecutionState;
use crate::shared::EngineShared;
use crate::store::{StoreError, StoreReader, StoredExecution};

/// Where an execution was found.
pub(crate) enum Location<M, R> {
    InMemory(M),
    /// It is closed: this is its row in the store.
    Closed(R),
}

/// Looks in memory, and then in the store. An execution whose row is open came into memory after
/// the first look, so this looks again. `None` for an execution that does not exist, and for an
/// open one that this engine does not continue: its row stays the same while it is not in memory.
fn locate<M, R: PartialEq, E>(
    memory: impl Fn() -> Result<Option<M>, E>,
    mut row: impl FnMut() -> Result<Option<R>, E>,
    is_closed: impl Fn(&R) -> bool,
) -> Result<Option<Location<M, R>>, E> {
    let mut open = None;
    loop {
        if let Some(found) = memory()? {
            return Ok(Some(Location::InMemory(found)));
        }
        match row()? {
            None => return Ok(None),
            Some(row) if is_closed(&row) => return Ok(Some(Location::Closed(row))),
            row if row == open => return Ok(None),
            row => open = row,
        }
    }
}

impl EngineShared {
    /// Finds an execution, running or closed, and reads the row of one that only the store has.
    pub(crate) fn locate(
        &self,
        reader: &mut dyn StoreReader,
        id: &str,
    ) -> Result<Option<Location<Arc<ExecutionState>, StoredExecution>>, StoreError> {
        locate(
            || self.remembered(id),
            || reader.execution(id),
            |row| row.stopped.is_some(),
        )
    }

    /// Finds an execution, running or closed: a Standard one, or a child of a Map Run. Blocks the
    /// thread while it reads the store.
    pub(crate) fn find_with(
        &self,
        reader: &mut dyn StoreReader,
        id: &str,
    ) -> Result<Option<Arc<ExecutionState>>, StoreError> {
        loop {
            let row = match self.locate(reader, id)? {
                None => return Ok(None),
                Some(Location::InMemory(state)) => return Ok(Some(state)),
                Some(Location::Closed(row)) => row,
            };
            // Without a store there is no row. `None` is a row that has changed since.
            let durable = self.durable.as_ref();
            let closed = durable.map(|durable| {
                let read = || self.read_closed(reader, &row);
                durable.recent.get_or_read(&row, read)
            });
            if let Some(closed) = closed.transpose()?.flatten() {
                return Ok(Some(closed.state));
            }
        }
    }

    /// Finds an execution as [`find_with`](Self::find_with) does, on a thread for blocking work if
    /// it is not in memory.
    pub(crate) async fn find(
        self: &Arc<Self>,
        id: &str,
    ) -> Result<Option<Arc<ExecutionState>>, StoreError> {
        if let Some(known) = self.remembered(id)? {
            return Ok(Some(known));
        }
        let id = id.to_owned();
        let read = self.read_store(move |shared, reader| shared.find_with(reader, &id));
        Ok(read.await?.flatten())
    }

    /// Finds a Standard execution that another one started, for a step of that one. Blocks the
    /// thread while it reads the store.
    pub(crate) fn known(&self, id: &str) -> Result<Option<Arc<ExecutionState>>, StoreError> {
        if let Some(known) = self.executions().get(id) {
            return Ok(Some(known.clone()));
        }
        let Some(durable) = &self.durable else {
            return Ok(None);
        };
        self.find_with(&mut **durable.reader(), id)
    }

    /// Returns a closed execution of the store with its position, for a step of its parent. Blocks
    /// the thread.
    pub(crate) fn closed_in_store(&self, id: &str) -> Result<Option<ClosedExecution>, StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(None);
        };
        durable.check_readable(id)?;
        let mut reader = durable.reader();
        loop {
            let row = reader.execution(id)?;
            let Some(row) = row.filter(|row| row.stopped.is_some()) else {
                return Ok(None);
            };
            if let Some(closed) = self.read_closed(&mut **reader, &row)? {
                return Ok(Some(closed));
            }
        }
    }

    /// Reads a closed execution; `None` if its row has changed since.
    fn read_closed(
        &self,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        let recovered = VersionCache::default().restore_unchanged(self.reading(), reader, row)?;
        Ok(recovered.map(|recovered| ClosedExecution {
            place: recovered.place.clone(),
            state: self.closed_state(row, recovered),
        }))
    }
}
