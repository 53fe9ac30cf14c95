//! Continues the executions of the store.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::Outcome;

use super::recent_execution::ClosedExecution;
use super::version_cache::{ReadContext, RecoveredExecution, VersionCache};
use crate::engine::completion::report::ExecutionReport;
use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::durable::DurableState;
use crate::engine::error::BuildError;
use crate::engine::journaled_execution::{FirstChange, JournaledExecution};
use crate::engine::shared::EngineShared;
use crate::engine::start::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::engine::start::redrive_data::RedriveData;
use crate::store::{StoreError, StoreReader, StoredExecution};

/// Returns the row of a closed execution.
fn closed_row(
    reader: &mut dyn StoreReader,
    id: &str,
) -> Result<Option<StoredExecution>, StoreError> {
    let row = reader.execution(id)?;
    Ok(row.filter(|row| row.stopped.is_some()))
}

impl EngineShared {
    pub(in crate::engine) fn reading(&self) -> ReadContext<'_> {
        ReadContext {
            setting: &self.setting,
            limits: &self.limits,
            machines: Some(&self.machines),
        }
    }

    /// Prepares the open executions of the store. Each continues where it was committed last. The
    /// children of Map Runs wait until their parents request them. Executions that cannot be read
    /// are put into quarantine.
    pub(in crate::engine) fn recover(&self) -> Result<Vec<PendingExecution>, BuildError> {
        let Some(durable) = &self.durable else {
            return Ok(Vec::new());
        };
        let mut reader = durable.reader();
        let mut versions = VersionCache::of_unchanged_store();
        let cannot = |error: StoreError| BuildError::new(error.to_string());
        let stored = versions.stored(&mut **reader).map_err(cannot)?;
        for hash in stored.keys() {
            durable.versions.add(SmolStr::new(hash));
        }
        let open = reader.open_executions().map_err(cannot)?;
        let mut all = Vec::with_capacity(open.len());
        let mut unreadable = HashSet::new();
        for row in reader.unreadable_rows() {
            unreadable.extend(u64::try_from(row.key));
            durable.quarantine.add_row(&row);
        }
        // Parents have smaller keys than their children, and come first.
        for row in open {
            let restored =
                versions.restore_open(self.reading(), &mut **reader, &row, &mut unreadable);
            match restored {
                Ok(recovered) if !self.resumes(&recovered) => {}
                Ok(recovered) if row.child_of.is_some() => {
                    durable
                        .recovered()
                        .add(self.resumed(recovered, ChildKind::OfDurable));
                }
                Ok(recovered) => {
                    let pending_execution = self.resumed(recovered, ChildKind::None);
                    let state = &pending_execution.state;
                    let mut executions = self.executions();
                    // The engine is being built, so it cannot be shut down.
                    let _may_run = self.running.open(state);
                    let hash = executions.hash_of(&state.about);
                    executions.insert(state.clone(), hash);
                    drop(executions);
                    all.push(pending_execution);
                }
                Err(error) if error.may_pass() => return Err(cannot(error)),
                Err(error) => durable.quarantine.add(&row, &error),
            }
        }
        Ok(all)
    }

    /// Prepares an execution that continues from its last commit.
    fn resumed(&self, recovered: RecoveredExecution, child: ChildKind) -> PendingExecution {
        let about = recovered.execution.about().clone();
        let journaled =
            JournaledExecution::new(recovered.place, FirstChange::None, recovered.written);
        PendingExecution {
            state: ExecutionState::new(about.clone(), &self.clock),
            entry: recovered.execution.entry(),
            program: recovered.machine.program.clone(),
            child,
            source: self.stored_test_case(&about),
            begin: StartPoint::Resume(Box::new(recovered.execution)),
            journaled: Some(Box::new(journaled)),
        }
    }

    /// Whether this engine continues an open execution.
    fn resumes(&self, recovered: &RecoveredExecution) -> bool {
        let only = self.resumes_only.as_ref();
        only.is_none_or(|only| recovered.execution.about().root_arn() == only)
    }

    /// Returns an execution that is in memory, by its ARN: a Standard one or a child of a Map Run.
    /// Fails for one in quarantine.
    pub(in crate::engine) fn remembered(
        &self,
        id: &str,
    ) -> Result<Option<Arc<ExecutionState>>, StoreError> {
        if let Some(known) = self.executions().get(id) {
            return Ok(Some(known.clone()));
        }
        if let Some(durable) = &self.durable {
            durable.check_readable(id)?;
        }
        if let Some(child) = self.runs.child(id) {
            return Ok(Some(child));
        }
        let left = self.durable.as_ref().map(DurableState::orphans);
        let mut left = left.into_iter().flatten();
        Ok(left.find(|child| child.about.arn() == id))
    }

    /// Returns a Standard execution that is in memory, or closed in the store; not a child of a Map
    /// Run. Blocks the thread while it reads the store.
    pub(in crate::engine) fn known(
        &self,
        id: &str,
    ) -> Result<Option<Arc<ExecutionState>>, StoreError> {
        if let Some(known) = self.executions().get(id) {
            return Ok(Some(known.clone()));
        }
        // A running execution is found above, or its start is not acknowledged yet.
        let stored = self.closed_in_store(id)?;
        let stored = stored.filter(|stored| !stored.is_child);
        Ok(stored.map(|stored| stored.state))
    }

    /// Returns a closed execution of the store. Blocks the thread; for the steps of executions.
    pub(in crate::engine) fn closed_in_store(
        &self,
        id: &str,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        match &self.durable {
            Some(durable) => {
                durable.check_readable(id)?;
                self.stored(&mut **durable.reader(), id)
            }
            None => Ok(None),
        }
    }

    /// Returns a closed execution of the store; reads on a thread for blocking work.
    pub(in crate::engine) async fn find_stored(
        self: &Arc<Self>,
        id: &str,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        let id = id.to_owned();
        let read = self.read_store(move |shared, reader| shared.cached_or_stored(reader, &id));
        Ok(read.await?.flatten())
    }

    /// Returns a closed execution from the cache of those that were read last, or reads it.
    fn cached_or_stored(
        &self,
        reader: &mut dyn StoreReader,
        id: &str,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        match (closed_row(reader, id)?, &self.durable) {
            (Some(row), Some(durable)) => durable
                .recent
                .get_or_read(&row, || self.read_closed(reader, &row)),
            _ => Ok(None),
        }
    }

    /// Reads a closed execution.
    pub(in crate::engine) fn stored(
        &self,
        reader: &mut dyn StoreReader,
        id: &str,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        match closed_row(reader, id)? {
            Some(row) => self.read_closed(reader, &row),
            None => Ok(None),
        }
    }

    fn read_closed(
        &self,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        let recovered = match VersionCache::default().restore(self.reading(), reader, row) {
            Ok(recovered) => recovered,
            // It was deleted between the two reads.
            Err(_) if reader.execution(&row.arn)?.is_none() => return Ok(None),
            Err(error) => return Err(error),
        };
        let place = recovered.place.clone();
        Ok(Some(ClosedExecution {
            is_child: row.child_of.is_some(),
            state: self.closed_state(row, recovered),
            place,
        }))
    }

    /// Returns the state of a closed execution, as the engine retains it in memory.
    fn closed_state(
        &self,
        row: &StoredExecution,
        recovered: RecoveredExecution,
    ) -> Arc<ExecutionState> {
        let RecoveredExecution {
            machine,
            mut execution,
            place,
            ..
        } = recovered;
        let about = execution.about().clone();
        let outcome = execution.outcome().cloned();
        let (output, failure) = outcome.map_or((None, None), Outcome::into_parts);
        let resume = execution.take_resume();
        let stopped = row.stopped.unwrap_or(about.started);
        let history = execution.into_history();
        let report = ExecutionReport::new(row.status, output, failure, stopped, history);
        let state = ExecutionState::new(about.clone(), &self.clock);
        if let Some(resume) = resume.filter(|_| row.status != Status::Succeeded) {
            state.set_redrive_data(RedriveData {
                program: machine.program.clone(),
                source: self.stored_test_case(&about),
                resume,
                place: Some(place),
            });
        }
        state.close(Arc::new(report), |_| ());
        state
    }
}
