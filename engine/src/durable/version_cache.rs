//! Reads executions of a store from their records, with the versions of state machines that they
//! started with.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use stepwright_asl::model::StateMachine;
use stepwright_interpreter::Limits;
use stepwright_interpreter::execution::{
    Execution, RecordDecoder, RecordEncoder, is_complete_record,
};
use stepwright_interpreter::record::DecodeError;

use super::step_attempts::StepAttempts;
use crate::journaled_execution::JournalPosition;
use crate::machines::registry::PendingMachine;
use crate::machines::{CompileSettings, Machine, Machines};
use crate::store::{StoreError, StoreReader, StoredExecution, StoredMachine};

/// The bytes of the records that are in memory while an execution is read.
const READ_BYTES: usize = 1_048_576;

/// How many open executions are read together.
const READ_AHEAD: usize = 128;

/// The context for reading the executions of a store.
#[derive(Clone, Copy)]
pub(crate) struct ReadContext<'a> {
    pub(crate) setting: &'a CompileSettings,
    pub(crate) limits: &'a Arc<Limits>,
    /// Versions that are compiled already.
    pub(crate) machines: Option<&'a Machines>,
}

/// The versions of state machines in a store, read and compiled on demand.
#[derive(Default)]
pub(crate) struct VersionCache {
    /// By their hashes; `None` until they are read.
    stored: Option<HashMap<String, StoredMachine>>,
    compiled: HashMap<String, Arc<Machine>>,
    /// Versions that cannot be used, by their hashes, if the error is final. This matters because
    /// thousands of executions may have the same version.
    unusable: Option<HashMap<String, StoreError>>,
    /// The steps in which earlier processes ended; `None` until they are read.
    attempts: Option<StepAttempts>,
    /// The records of open executions that were read together, by their keys.
    ahead: HashMap<u64, Vec<Bytes>>,
}

impl VersionCache {
    /// For a store that no other process writes: errors are final.
    pub(crate) fn of_unchanged_store() -> Self {
        Self {
            unusable: Some(HashMap::new()),
            ..Self::default()
        }
    }

    pub(crate) fn stored(
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
        // A child has the version of its parent. Its machine is the parent's with `/` and the Map's
        // label appended.
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

    /// Reads the records of the first of these executions, which are restored next. Returns for how
    /// many of them nothing else is to be read ahead.
    pub(crate) fn read_ahead(
        &mut self,
        reader: &mut dyn StoreReader,
        rows: &[StoredExecution],
    ) -> Result<usize, StoreError> {
        let rows = rows.iter().take(READ_AHEAD);
        let keys: Vec<u64> = rows.map(|row| row.key).collect();
        let records = reader.records_of(&keys, READ_BYTES)?;
        let count = match records.len() {
            0 => keys.len(),
            count => count,
        };
        self.ahead = keys.into_iter().zip(records).collect();
        Ok(count)
    }

    /// Reads an open execution, as the engine does when it opens a store: in the order of keys.
    /// Fails also for a child of a Map Run whose parent is unreadable: without its parent it would
    /// be stopped. The keys of unreadable executions are added to `unreadable`.
    pub(crate) fn restore_open(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
        unreadable: &mut HashSet<u64>,
    ) -> Result<RecoveredExecution, StoreError> {
        let restored = match check_parent(reader, row, unreadable) {
            Ok(()) => self.restore(reading, reader, row),
            Err(error) => Err(error),
        };
        let restored = restored.and_then(|recovered| {
            let attempts = self.attempts(reader)?;
            attempts.check(row, recovered.place.seq, &recovered.execution)?;
            Ok(recovered)
        });
        if restored.is_err() {
            unreadable.insert(row.key);
        }
        restored
    }

    /// Returns the steps in which earlier processes ended.
    fn attempts(&mut self, reader: &mut dyn StoreReader) -> Result<&StepAttempts, StoreError> {
        if self.attempts.is_none() {
            self.attempts = Some(StepAttempts::read(reader)?);
        }
        Ok(self.attempts.get_or_insert_default())
    }

    /// Reads an execution from its records.
    pub(crate) fn restore(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<RecoveredExecution, StoreError> {
        let machine = self.get(reading, reader, row)?;
        let mut restored = RecordDecoder::default();
        let ahead = self.ahead.remove(&row.key);
        let seq = each_record(reader, row, ahead, |record| {
            let program = machine.program.program().clone();
            let limits = reading.limits.clone();
            restored.read(record, |about| Execution::new(program, about, limits, 0, 0))
        })?;
        let (execution, written) = restored.finish().map_err(|error| unreadable(row, error))?;
        let place = JournalPosition {
            key: row.key,
            machine_hash: row.machine_hash.clone().into(),
            seq,
        };
        Ok(RecoveredExecution {
            machine,
            execution,
            written,
            place,
        })
    }
}

impl VersionCache {
    /// Reads an execution from its records; `None` if its row has changed since: it was redriven,
    /// has ended, or was deleted.
    pub(crate) fn restore_unchanged(
        &mut self,
        reading: ReadContext<'_>,
        reader: &mut dyn StoreReader,
        row: &StoredExecution,
    ) -> Result<Option<RecoveredExecution>, StoreError> {
        let restored = self.restore(reading, reader, row);
        match reader.execution(&row.arn)? {
            Some(now) if now == *row => restored.map(Some),
            _ => Ok(None),
        }
    }
}

/// Calls `decode` for each record that contains an execution. `ahead` has the records, if they were
/// read already. Returns the number of the next record.
fn each_record(
    reader: &mut dyn StoreReader,
    row: &StoredExecution,
    ahead: Option<Vec<Bytes>>,
    mut decode: impl FnMut(&[u8]) -> Result<(), DecodeError>,
) -> Result<u32, StoreError> {
    let mut decode = |record: &Bytes| decode(record).map_err(|error| unreadable(row, error));
    let count = |records: &[Bytes]| u32::try_from(records.len()).unwrap_or(u32::MAX);
    let last = match row.stopped {
        Some(_) => reader.last_record(row.key)?,
        None => None,
    };
    let Some((last, record)) = last else {
        let records = match ahead {
            Some(records) => records,
            None => reader.records(row.key)?,
        };
        records.iter().try_for_each(decode)?;
        return Ok(count(&records));
    };
    // A complete last record makes the others superfluous.
    if is_complete_record(&record) {
        decode(&record)?;
        return Ok(last.saturating_add(1));
    }
    drop(record);
    let mut next = 0;
    while next <= last {
        let records = reader.records_from(row.key, next, READ_BYTES)?;
        if records.is_empty() {
            return Err(unreadable(row, format!("its record {next} is missing")));
        }
        records.iter().try_for_each(&mut decode)?;
        next = next.saturating_add(count(&records));
    }
    Ok(next)
}

fn unreadable(row: &StoredExecution, why: impl ToString) -> StoreError {
    StoreError::unreadable(format!("the execution `{}`", row.arn), why.to_string())
}

/// Fails for a child of a Map Run whose parent is unreadable.
fn check_parent(
    reader: &mut dyn StoreReader,
    row: &StoredExecution,
    unreadable: &HashSet<u64>,
) -> Result<(), StoreError> {
    let Some(child_of) = row.child_of.as_ref().filter(|_| !unreadable.is_empty()) else {
        return Ok(());
    };
    let run = reader.map_run(&child_of.map_run)?;
    match run.filter(|run| unreadable.contains(&run.execution)) {
        Some(_) => Err(StoreError::unreadable(
            format!("the parent of the execution `{}`", row.arn),
            "it is in quarantine",
        )),
        None => Ok(()),
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
pub(crate) struct RecoveredExecution {
    pub(crate) machine: Arc<Machine>,
    pub(crate) execution: Execution,
    pub(crate) written: RecordEncoder,
    pub(crate) place: JournalPosition,
}
