//! Continues the executions of the store.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError};

use smol_str::SmolStr;
use stepwright_asl::model::StateMachine;

use crate::engine::completion::report::ExecutionReport;
use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::durable::DurableState;
use crate::engine::error::BuildError;
use crate::engine::journaled::{First, JournalPosition, Journaled};
use crate::engine::machines::registry::PendingMachine;
use crate::engine::machines::{CompileSettings, Machine, Machines};
use crate::engine::retention::retention_job::RetentionJob;
use crate::engine::retention::retention_thread::RetentionThread;
use crate::engine::shared::EngineShared;
use crate::engine::start::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::engine::start::redrive_data::RedriveData;
use crate::interpret::{Execution, Outcome, RecordDecoder, RecordEncoder};
use crate::limits::Limits;
use crate::status::Status;
use crate::store::{StoreError, StoreReader, StoredExecution, StoredMachine};

/// The context for reading the executions of a store.
#[derive(Clone, Copy)]
pub(in crate::engine) struct ReadContext<'a> {
    pub(in crate::engine) setting: &'a CompileSettings,
    pub(in crate::engine) limits: &'a Arc<Limits>,
    /// Versions that are compiled already.
    pub(in crate::engine) machines: Option<&'a Machines>,
}

/// The versions of state machines in a store, read and compiled on demand.
#[derive(Default)]
pub(in crate::engine) struct VersionCache {
    /// By their hashes; `None` until they are read.
    stored: Option<HashMap<String, StoredMachine>>,
    compiled: HashMap<String, Arc<Machine>>,
    /// Versions that cannot be used, by their hashes, if the error is final. This matters because thousands of executions may have the same
    /// version.
    unusable: Option<HashMap<String, StoreError>>,
}

impl VersionCache {
    /// For a store that no other process writes: errors are final.
    fn of_unchanged_store() -> Self {
        Self {
            unusable: Some(HashMap::new()),
            ..Self::default()
        }
    }

    fn stored(
        &mut self,
        reader: &mut dyn StoreReader,
    ) -> Result<&HashMap<String, StoredMachine>, StoreError> {
        if self.stored.is_none() {
            let machines = reader.machines()?.into_iter();
            let named = machines.map(|version| (version.hash.clone(), version));
            self.stored = Some(named.collect());
        }
        Ok(self.stored.get_or_insert_default())
    }

    fn get(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Arc<Machine>, StoreError> {
        let hash = &*row.machine_hash;
        if let Some(known) = self.compiled.get(hash) {
            return Ok(known.clone());
        }
        let unusable = self.unusable.as_ref();
        if let Some(error) = unusable.and_then(|unusable| unusable.get(hash)) {
            return Err(error.clone());
        }
        let machine = self.compile(reading, reader, row);
        match (&machine, &mut self.unusable) {
            (Ok(machine), _) => {
                self.compiled.insert(hash.to_owned(), machine.clone());
            }
            (Err(error), Some(unusable)) => {
                unusable.insert(hash.to_owned(), error.clone());
            }
            (Err(_), None) => {}
        }
        machine
    }

    /// Compiles the version of an execution, unless the engine has it.
    fn compile(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Arc<Machine>, StoreError> {
        let hash = &*row.machine_hash;
        // A child has the version of its parent. Its machine is the parent's with `/` and the Map's label appended.
        let name = row.machine.split('/').next().unwrap_or_default();
        let newest = reading.machines.and_then(|machines| machines.find(name));
        if let Some(newest) = newest.filter(|newest| newest.hash == hash) {
            return Ok(newest);
        }
        if self.unusable.is_none() && !self.stored(reader)?.contains_key(hash) {
            // The version may have been added after they were read.
            self.stored = None;
        }
        let version = self.stored(reader)?.get(hash);
        let compiled = compile(reading.setting, row, version).map(Arc::new);
        compiled.map_err(|why| {
            let machine = &row.machine;
            StoreError::unreadable(format!("the state machine `{machine}`"), why)
        })
    }

    /// Reads an execution from its records.
    pub(in crate::engine) fn restore(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<RecoveredExecution, StoreError> {
        let machine = self.get(reading, reader, row)?;
        let records = reader.records(row.key)?;
        let mut restored = RecordDecoder::default();
        let read = records.iter().try_for_each(|record| {
            let program = machine.program.clone();
            let limits = reading.limits.clone();
            restored.read(record, |about| Execution::new(program, about, limits, 0, 0))
        });
        let finished = read.and_then(|()| restored.finish());
        let (execution, written) = finished.map_err(|error| {
            StoreError::unreadable(format!("the execution `{}`", row.arn), error)
        })?;
        let place = JournalPosition {
            key: row.key,
            machine_hash: row.machine_hash.clone().into(),
            seq: u32::try_from(records.len()).unwrap_or(u32::MAX),
        };
        Ok(RecoveredExecution {
            machine,
            execution,
            written,
            place,
        })
    }
}

/// Compiles the version of a state machine with which an execution started.
fn compile(
    setting: &CompileSettings,
    row: &StoredExecution,
    version: Option<&StoredMachine>,
) -> Result<Machine, String> {
    let version = version.ok_or_else(|| format!("its version {} is missing", row.machine_hash))?;
    let machine = StateMachine::from_json(&version.definition)
        .map_err(|diagnostics| diagnostics.to_string())?;
    let pending = PendingMachine::new(machine, version.machine_type);
    let compiled = setting.compile(&version.name, &pending);
    compiled.map_err(|problems| problems.join("\n"))
}

/// An execution of the store.
pub(in crate::engine) struct RecoveredExecution {
    pub(in crate::engine) machine: Arc<Machine>,
    pub(in crate::engine) execution: Execution,
    written: RecordEncoder,
    place: JournalPosition,
}

/// A closed execution, read from the store.
pub(in crate::engine) struct ClosedExecution {
    pub(in crate::engine) state: Arc<ExecutionState>,
    /// Whether it is a child of a Map Run.
    pub(in crate::engine) is_child: bool,
    pub(in crate::engine) place: JournalPosition,
}

/// Children of Map Runs that an earlier process was running.
#[derive(Default)]
pub(in crate::engine) struct RecoveredChildren {
    by_arn: HashMap<SmolStr, PendingExecution>,
    /// Their ARNs. A child comes before its own children.
    order: VecDeque<SmolStr>,
}

impl RecoveredChildren {
    fn add(&mut self, child: PendingExecution) {
        let arn = child.state.about.arn().clone();
        self.order.push_back(arn.clone());
        self.by_arn.insert(arn, child);
    }

    /// Takes a child by its ARN.
    pub(in crate::engine) fn take(&mut self, arn: &str) -> Option<PendingExecution> {
        self.by_arn.remove(arn)
    }

    /// Takes the next child that its parent did not take.
    pub(in crate::engine) fn take_next(&mut self) -> Option<PendingExecution> {
        while let Some(arn) = self.order.pop_front() {
            if let Some(child) = self.by_arn.remove(&arn) {
                return Some(child);
            }
        }
        None
    }
}

impl DurableState {
    /// Fails for a child of a Map Run whose parent is in quarantine: without its parent it would be stopped.
    fn has_readable_parent(
        &self,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<(), StoreError> {
        let Some(child_of) = row
            .child_of
            .as_ref()
            .filter(|_| !self.quarantine.is_empty())
        else {
            return Ok(());
        };
        let run = reader.map_run(&child_of.map_run)?;
        match run.filter(|run| self.quarantine.has_key(run.execution)) {
            Some(_) => Err(StoreError::unreadable(
                format!("the parent of the execution `{}`", row.arn),
                "it is in quarantine",
            )),
            None => Ok(()),
        }
    }
}

impl EngineShared {
    fn reading(&self) -> ReadContext<'_> {
        ReadContext {
            setting: &self.setting,
            limits: &self.limits,
            machines: Some(&self.machines),
        }
    }

    /// Prepares the open executions of the store. Each continues where it was committed last. The children of Map Runs wait until their
    /// parents request them. Executions that cannot be read are put into quarantine.
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
        // Parents have smaller keys than their children, and come first.
        for row in open {
            let restored = match durable.has_readable_parent(&mut **reader, &row) {
                Ok(()) => versions.restore(self.reading(), &mut **reader, &row),
                Err(error) => Err(error),
            };
            match restored {
                Ok(kept) if !self.resumes(&kept) => {}
                Ok(kept) if row.child_of.is_some() => {
                    durable
                        .recovered()
                        .add(self.resumed(kept, ChildKind::OfDurable));
                }
                Ok(kept) => {
                    let pending_execution = self.resumed(kept, ChildKind::None);
                    let state = &pending_execution.state;
                    let mut executions = self.executions();
                    // The engine is being built, so it cannot be shut down.
                    let _may_run = self.running.open(state);
                    executions.insert(state.clone());
                    drop(executions);
                    all.push(pending_execution);
                }
                Err(error) => durable.quarantine.add(row, error.to_string()),
            }
        }
        Ok(all)
    }

    /// Starts the job that deletes the executions of the store after their retention time.
    pub(in crate::engine) fn start_retention(&self) -> Result<(), StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(());
        };
        let reader = durable.retention_reader.lock();
        let Some(reader) = reader.unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        let retention = durable.retention;
        let job = RetentionJob {
            retention,
            trusted_clock: durable.trusted_clock.clone(),
            reader,
            journal: durable.journal.submitter(),
            executions: self.executions.clone(),
            runs: self.runs.clone(),
            versions: durable.versions.clone(),
            batch: 1,
            has_deleted_versions: false,
        };
        let retention_thread = RetentionThread::start(&self.clock, retention, job)?;
        // It starts only once.
        let _ = durable.retention_thread.set(retention_thread);
        Ok(())
    }

    /// Prepares an execution that continues from its last commit.
    fn resumed(&self, kept: RecoveredExecution, child: ChildKind) -> PendingExecution {
        let about = kept.execution.about().clone();
        let journaled = Journaled::new(kept.place, First::None, kept.written);
        PendingExecution {
            state: ExecutionState::new(about.clone(), &self.clock),
            entry: kept.execution.entry(),
            program: kept.machine.program.clone(),
            child,
            source: self.stored_test_case(&about),
            begin: StartPoint::Resume(Box::new(kept.execution)),
            journaled: Some(Box::new(journaled)),
        }
    }

    /// Whether this engine continues an open execution.
    fn resumes(&self, kept: &RecoveredExecution) -> bool {
        let only = self.resumes_only.as_ref();
        only.is_none_or(|only| kept.execution.about().root_arn() == only)
    }

    /// Returns an execution that is in memory, by its ARN: a Standard one or a child of a Map Run. Fails for one in quarantine.
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

    /// Returns a Standard execution that is in memory, or closed in the store; not a child of a Map Run. Blocks the thread while it reads the
    /// store.
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
        let read = self.read_store(move |shared, reader| shared.stored(reader, &id));
        Ok(read.await?.flatten())
    }

    /// Reads a closed execution.
    pub(in crate::engine) fn stored(
        &self,
        reader: &mut dyn StoreReader,
        id: &str,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        let row = reader.execution(id)?;
        let Some(row) = row.filter(|row| row.stopped.is_some()) else {
            return Ok(None);
        };
        let kept = match VersionCache::default().restore(self.reading(), reader, &row) {
            Ok(kept) => kept,
            // It was deleted between the two reads.
            Err(_) if reader.execution(id)?.is_none() => return Ok(None),
            Err(error) => return Err(error),
        };
        let place = kept.place.clone();
        Ok(Some(ClosedExecution {
            is_child: row.child_of.is_some(),
            state: self.over(&row, kept),
            place,
        }))
    }

    /// Returns the state of a closed execution, as the engine retains it in memory.
    fn over(&self, row: &StoredExecution, kept: RecoveredExecution) -> Arc<ExecutionState> {
        let RecoveredExecution {
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
