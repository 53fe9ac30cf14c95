//! How an engine goes on with what its store has.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::StateMachine;

use super::error::BuildError;
use super::journaled::{First, Journaled, Place};
use super::machines::Machine;
use super::prepared::{Begin, Child, Prepared};
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
        // That of a child is its parent's, with the Map's label behind it.
        let name = row.machine.split('/').next().unwrap_or_default();
        let newest = shared.machines.find(name);
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

/// Children of Map Runs that an earlier process had at work.
#[derive(Default)]
pub(super) struct Recovered {
    by_arn: HashMap<SmolStr, Prepared>,
    /// Their ARNs. A child stands before its own children.
    order: VecDeque<SmolStr>,
}

impl Recovered {
    fn add(&mut self, child: Prepared) {
        let arn = child.state.about.id.clone();
        self.order.push_back(arn.clone());
        self.by_arn.insert(arn, child);
    }

    /// A child by its ARN.
    pub(super) fn take(&mut self, arn: &str) -> Option<Prepared> {
        self.by_arn.remove(arn)
    }

    /// The next child that nobody took.
    pub(super) fn take_next(&mut self) -> Option<Prepared> {
        while let Some(arn) = self.order.pop_front() {
            if let Some(child) = self.by_arn.remove(&arn) {
                return Some(child);
            }
        }
        None
    }
}

/// An execution of the store.
pub(super) struct Kept {
    machine: Arc<Machine>,
    execution: Execution,
    written: Written,
    place: Place,
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
        let place = Place {
            key: row.key,
            machine_hash: SmolStr::new(&row.machine_hash),
            seq: u32::try_from(records.len()).unwrap_or(u32::MAX),
        };
        Ok(Kept {
            machine,
            execution,
            written,
            place,
        })
    }

    /// Prepares all executions of the store that are not over. Each goes on where it was written last. The children of Map Runs
    /// wait until their parents ask for them.
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
                Ok(kept) if row.child_of.is_some() => {
                    durable.recovered().add(self.resumed(kept, Child::OfKept));
                }
                Ok(kept) => {
                    let prepared = self.resumed(kept, Child::No);
                    let state = &prepared.state;
                    let mut executions = self.executions();
                    executions.open(state);
                    let id = state.about.id.clone();
                    executions.by_id.insert(id, state.clone());
                    drop(executions);
                    all.push(prepared);
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

    /// An execution that goes on where it was written last.
    fn resumed(&self, kept: Kept, child: Child) -> Prepared {
        let about = kept.execution.about().clone();
        let journaled = Journaled::new(kept.place, First::None, kept.written);
        Prepared {
            state: ExecutionState::new(about, self.clock.clone()),
            entry: kept.execution.entry(),
            program: kept.machine.program.clone(),
            child,
            source: None,
            begin: Begin::Resume(Box::new(kept.execution)),
            journaled: Some(Box::new(journaled)),
        }
    }

    /// A Standard execution that runs, is remembered, or is over in the store; no child of a Map Run.
    pub(super) fn known(&self, id: &str) -> Option<Arc<ExecutionState>> {
        if let Some(known) = self.executions().by_id.get(id) {
            return Some(known.clone());
        }
        // One that runs is known above, or is about to be: its start is not told yet.
        Some(self.found(id, |row| row.child_of.is_none())?.0)
    }

    /// A child of a Map Run that runs, is remembered, or is over in the store.
    pub(super) fn child(&self, id: &str) -> Option<Arc<ExecutionState>> {
        let remembered = self.runs.child(id).or_else(|| {
            let mut left = self.durable.as_ref()?.left_behind().into_iter();
            left.find(|child| child.about.id == id)
        });
        remembered.or_else(|| Some(self.found(id, |row| row.child_of.is_some())?.0))
    }

    fn found(
        &self,
        id: &str,
        is_it: impl FnOnce(&StoredExecution) -> bool,
    ) -> Option<(Arc<ExecutionState>, Place)> {
        let found = self.over_in_store(id, is_it);
        let found = found.inspect_err(|error| tracing::error!(error, "the store cannot be read"));
        found.ok()?
    }

    /// An execution that is over in the store, and where it is there.
    pub(super) fn over_in_store(
        &self,
        id: &str,
        is_it: impl FnOnce(&StoredExecution) -> bool,
    ) -> Result<Option<(Arc<ExecutionState>, Place)>, String> {
        let Some(durable) = &self.durable else {
            return Ok(None);
        };
        let mut reader = durable.reader();
        let row = reader.execution(id).map_err(|error| error.to_string())?;
        let Some(row) = row.filter(|row| row.stopped.is_some() && is_it(row)) else {
            return Ok(None);
        };
        let kept = self.restore(&mut **reader, &mut Versions::default(), &row)?;
        let place = kept.place.clone();
        Ok(Some((self.over(&row, kept), place)))
    }

    /// An execution that is over, as it is remembered.
    fn over(&self, row: &StoredExecution, kept: Kept) -> Arc<ExecutionState> {
        let Kept {
            machine,
            mut execution,
            place,
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
                place: Some(place),
            });
        }
        state.close(Arc::new(report), |_| ());
        state
    }
}
