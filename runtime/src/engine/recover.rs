//! How an engine goes on with what its store has.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::StateMachine;

use super::error::BuildError;
use super::journaled::{First, Journaled};
use super::machines::Machine;
use super::prepared::{Begin, Prepared};
use super::redrivable::Redrivable;
use super::registry::PendingMachine;
use super::report::ExecutionReport;
use super::shared::Shared;
use super::state::ExecutionState;
use crate::interpret::{Execution, Outcome, Restored, Written};
use crate::status::Status;
use crate::store::{StoreReader, StoredExecution, StoredMachine};

/// The versions of state machines that a store has, read and compiled when they are needed.
#[derive(Default)]
struct Versions {
    /// By their hashes, once they were read.
    stored: Option<HashMap<String, StoredMachine>>,
    compiled: HashMap<String, Arc<Machine>>,
}

impl Versions {
    fn stored(
        &mut self,
        reader: &mut dyn StoreReader,
    ) -> Result<&HashMap<String, StoredMachine>, String> {
        if self.stored.is_none() {
            let machines = reader.machines().map_err(|error| error.to_string())?;
            let named = machines.into_iter();
            let named = named.map(|version| (version.hash.clone(), version));
            self.stored = Some(named.collect());
        }
        Ok(self.stored.get_or_insert_default())
    }

    fn get(
        &mut self,
        shared: &Shared,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Arc<Machine>, String> {
        let hash = &row.machine_hash;
        if let Some(known) = self.compiled.get(hash) {
            return Ok(known.clone());
        }
        let newest = shared.machines.find(&row.machine);
        let machine = match newest.filter(|newest| newest.hash == hash.as_str()) {
            Some(newest) => newest,
            None => {
                let version = self.stored(reader)?.get(hash).ok_or_else(|| {
                    format!(
                        "the store lacks the version {hash} of the state machine `{}`",
                        row.machine
                    )
                })?;
                let machine = StateMachine::from_json(&version.definition)
                    .map_err(|findings| format!("the definition `{}`: {findings}", row.machine))?;
                let pending = PendingMachine::new(machine, version.machine_type);
                let compiled = shared.setting.compile(&version.name, &pending);
                Arc::new(compiled.map_err(|problems| problems.join("\n"))?)
            }
        };
        self.compiled.insert(hash.clone(), machine.clone());
        Ok(machine)
    }
}

/// An execution of the store.
struct Kept {
    machine: Arc<Machine>,
    execution: Execution,
    written: Written,
    /// How many records it has.
    records: u32,
}

impl Shared {
    /// Reads an execution from its records.
    fn restore(
        &self,
        reader: &mut dyn StoreReader,
        versions: &mut Versions,
        row: &StoredExecution,
    ) -> Result<Kept, String> {
        let machine = versions.get(self, reader, row)?;
        let records = reader.records(row.key).map_err(|error| error.to_string())?;
        let mut restored = Restored::default();
        for record in &records {
            let program = machine.program.clone();
            let limits = self.limits.clone();
            let read = restored.read(record, |about| Execution::new(program, about, limits, 0, 0));
            read.map_err(|error| format!("the execution `{}`: {error}", row.arn))?;
        }
        let finished = restored.finish();
        let (execution, written) =
            finished.map_err(|error| format!("the execution `{}`: {error}", row.arn))?;
        Ok(Kept {
            machine,
            execution,
            written,
            records: u32::try_from(records.len()).unwrap_or(u32::MAX),
        })
    }

    /// Prepares all executions of the store that are not over. Each goes on where it was written last.
    pub(super) fn recover(&self) -> Result<Vec<Prepared>, BuildError> {
        let Some(durable) = &self.durable else {
            return Ok(Vec::new());
        };
        let mut reader = durable.reader();
        let mut versions = Versions::default();
        let stored = versions.stored(&mut **reader).map_err(BuildError::new)?;
        for hash in stored.keys() {
            durable.knows(SmolStr::new(hash));
        }
        let open = reader.open_executions();
        let open = open.map_err(|error| BuildError::new(error.to_string()))?;
        let mut all = Vec::with_capacity(open.len());
        let mut problems = Vec::new();
        for row in open {
            match self.restore(&mut **reader, &mut versions, &row) {
                Ok(kept) => {
                    let about = kept.execution.about().clone();
                    let state = ExecutionState::new(about.clone(), self.clock.clone());
                    let mut executions = self.executions();
                    executions.open(&state);
                    executions.by_id.insert(about.id.clone(), state.clone());
                    drop(executions);
                    let journaled =
                        Journaled::new(row.key, kept.records, First::None, kept.written);
                    all.push(Prepared {
                        state,
                        entry: kept.execution.entry(),
                        program: kept.machine.program.clone(),
                        is_child: false,
                        source: None,
                        begin: Begin::Resume(Box::new(kept.execution)),
                        journaled: Some(Box::new(journaled)),
                    });
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(all)
        } else {
            Err(BuildError { problems })
        }
    }

    /// A Standard execution that runs, is remembered, or is over in the store.
    pub(super) fn known(&self, id: &str) -> Option<Arc<ExecutionState>> {
        if let Some(known) = self.executions().by_id.get(id) {
            return Some(known.clone());
        }
        let durable = self.durable.as_ref()?;
        let mut reader = durable.reader();
        let row = reader.execution(id);
        let row = row.inspect_err(|error| tracing::error!(%error, "the store cannot be read"));
        let row = row.ok()??;
        // One that runs is known above, or is about to be: its start is not told yet.
        row.stopped?;
        match self.restore(&mut **reader, &mut Versions::default(), &row) {
            Ok(kept) => Some(self.over(&row, kept)),
            Err(error) => {
                tracing::error!(error, "the store cannot be read");
                None
            }
        }
    }

    /// An execution that is over, as it is remembered.
    fn over(&self, row: &StoredExecution, kept: Kept) -> Arc<ExecutionState> {
        let Kept {
            machine,
            mut execution,
            records,
            ..
        } = kept;
        let about = execution.about().clone();
        let outcome = execution.outcome().cloned();
        let (output, failure) = outcome.map_or((None, None), Outcome::into_parts);
        let resume = execution.take_resume();
        let stopped = row.stopped.unwrap_or(about.started);
        let history = execution.recorder().finish();
        let report = ExecutionReport::new(row.status, output, failure, stopped, history);
        let state = ExecutionState::new(about.clone(), self.clock.clone());
        if let Some(resume) = resume.filter(|_| row.status != Status::Succeeded) {
            state.keep(Redrivable {
                program: machine.program.clone(),
                source: None,
                resume,
                journaled: Some((row.key, records)),
            });
        }
        state.close(Arc::new(report), |_| ());
        state
    }
}
