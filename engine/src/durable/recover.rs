//! Continues the executions of the store.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::Outcome;

use super::version_cache::{ReadContext, RecoveredExecution, VersionCache};
use crate::durable::DurableState;
use crate::error::BuildError;
use crate::execution::execution_state::ExecutionState;
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::execution::redrive_data::RedriveData;
use crate::execution::report::ExecutionReport;
use crate::journaled_execution::{FirstChange, JournaledExecution};
use crate::shared::EngineShared;
use crate::store::{StoreError, StoredExecution};

impl EngineShared {
    pub(crate) fn reading(&self) -> ReadContext<'_> {
        ReadContext {
            setting: &self.compile_settings,
            limits: &self.limits,
            machines: Some(&self.machines),
        }
    }

    /// Prepares the open executions of the store. Each continues where it was committed last. The
    /// children of Map Runs wait until their parents request them. Executions that cannot be read
    /// are put into quarantine.
    pub(crate) fn recover(&self) -> Result<Vec<PendingExecution>, BuildError> {
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
        let mut read = 0;
        for (at, row) in open.iter().enumerate() {
            if at == read {
                let ahead = versions.read_ahead(&mut **reader, open.get(at..).unwrap_or_default());
                read += ahead.map_err(cannot)?;
            }
            let restored =
                versions.restore_open(self.reading(), &mut **reader, row, &mut unreadable);
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
                Err(error) => durable.quarantine.add(row, &error),
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
        let only = self.settings.resumes_only.as_ref();
        only.is_none_or(|only| recovered.execution.about().root_arn() == only)
    }

    /// Returns an execution that is in memory, by its ARN: a Standard one or a child of a Map Run.
    /// Fails for one in quarantine.
    pub(crate) fn remembered(&self, id: &str) -> Result<Option<Arc<ExecutionState>>, StoreError> {
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

    /// Returns the state of a closed execution, as the engine retains it in memory.
    pub(super) fn closed_state(
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
