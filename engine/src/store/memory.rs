//! A store in memory, with which tests simulate crashes and failed commits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{
    Change, OutboxQueue, ScannedExecution, Store, StoreError, StoreFilter, StoreReader,
    StoredActivity, StoredDocument, StoredExecution, StoredListing, StoredMachine, StoredMapRun,
    StoredMessage,
};
use crate::Status;
use crate::clock::Timestamp;

/// A store in memory, for tests. Clones refer to the same store, which exists until the last clone
/// is dropped.
///
/// To simulate a crash, a test builds the next engine on a [`copy`](Self::copy) of the store: it
/// has the content that a machine would find after a loss of power.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::Engine;
/// use stepwright_runtime::store::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let engine = Engine::builder().store(store.clone()).build()?;
/// let after_a_crash = Engine::builder().store(store.copy()).build()?;
/// # drop((engine, after_a_crash));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<Mutex<MemoryShared>>,
}

#[derive(Debug, Default)]
struct MemoryShared {
    tables: Tables,
    /// The number of successful commits.
    commits: u64,
    /// The first commit that fails, and its error.
    failure: Option<(u64, StoreError)>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates another store with the content that is committed now, as a file that is opened
    /// again. Its commits do not fail.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut tables = self.shared().tables.clone();
        let numbers = tables.outbox.keys().map(|(_, number)| *number);
        tables.last_message = numbers.max().unwrap_or(0);
        let shared = MemoryShared {
            tables,
            ..MemoryShared::default()
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    /// Replaces its content with that of another store.
    #[cfg(test)]
    pub(crate) fn replace_by(&self, other: &Self) {
        let tables = other.shared().tables.clone();
        self.shared().tables = tables;
    }

    fn shared(&self) -> MutexGuard<'_, MemoryShared> {
        // No code panics in the middle of a change, so the content is consistent after a panic.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts and fails the commits of a store, for tests of this project.
pub trait CommitFailures {
    /// Makes the `commit`-th commit fail, counted from 1 over successful commits, and all later
    /// ones.
    fn fail_commits_from(&self, commit: u64, error: StoreError);

    /// Ends the failures of [`fail_commits_from`](Self::fail_commits_from).
    fn fail_no_commits(&self);

    /// Returns the number of successful commits.
    fn commits(&self) -> u64;
}

impl CommitFailures for MemoryStore {
    fn fail_commits_from(&self, commit: u64, error: StoreError) {
        self.shared().failure = Some((commit, error));
    }

    fn fail_no_commits(&self) {
        self.shared().failure = None;
    }

    fn commits(&self) -> u64 {
        self.shared().commits
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut shared = self.shared();
        if let Some((from, error)) = &shared.failure
            && shared.commits + 1 >= *from
        {
            return Err(error.clone());
        }
        shared.tables.apply_all(changes)?;
        shared.commits += 1;
        Ok(())
    }

    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        let shared = self.shared();
        let all = arns.iter().enumerate();
        let existing = all.filter(|(_, arn)| shared.tables.keys.contains_key(**arn));
        Ok(existing.map(|(at, _)| at).collect())
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl StoreReader for MemoryStore {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        Ok(self.shared().tables.machines.clone())
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.executions.values().map(|stored| &stored.row);
        Ok(all
            .filter(|row| row.status == Status::Running)
            .cloned()
            .collect())
    }

    fn scan(&mut self, after: i64, limit: usize) -> Result<Vec<ScannedExecution>, StoreError> {
        let shared = self.shared();
        let after = u64::try_from(after).map_or(Bound::Unbounded, Bound::Excluded);
        let later = (after, Bound::Unbounded);
        let rows = shared.tables.executions.range(later).take(limit);
        Ok(rows.map(|(_, stored)| stored.row.clone().into()).collect())
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        let shared = self.shared();
        let key = shared.tables.keys.get(arn);
        let stored = key.and_then(|key| shared.tables.executions.get(key));
        Ok(stored.map(|stored| stored.row.clone()))
    }

    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        let shared = self.shared();
        let stored = shared.tables.executions.get(&key);
        Ok(stored.map(|stored| stored.row.clone()))
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        let shared = self.shared();
        let stored = shared.tables.executions.get(&key);
        Ok(stored.map_or_else(Vec::new, |stored| stored.records.clone()))
    }

    fn last_record(&mut self, key: u64) -> Result<Option<(u32, Bytes)>, StoreError> {
        let shared = self.shared();
        let stored = shared.tables.executions.get(&key);
        let records = stored.map_or(&[][..], |stored| &stored.records);
        Ok((0..)
            .zip(records)
            .last()
            .map(|(seq, record)| (seq, record.clone())))
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.map_runs.iter();
        Ok(all
            .filter(|run| run.execution == execution)
            .cloned()
            .collect())
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        let shared = self.shared();
        Ok(shared.tables.map_run(arn).cloned())
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.executions.values().map(|stored| &stored.row);
        let mut rows: Vec<_> = all.filter(|row| filter.passes(row)).collect();
        rows.sort_by_key(|row| Reverse(row.position()));
        rows.truncate(filter.limit.unwrap_or(usize::MAX));
        Ok(rows.into_iter().cloned().collect())
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.activities.iter();
        let all = all.map(|(arn, created)| StoredActivity {
            arn: arn.clone(),
            created: *created,
        });
        Ok(all.collect())
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.documents.iter();
        let all = all.map(|(key, data)| StoredDocument {
            key: key.clone(),
            data: data.clone(),
        });
        Ok(all.collect())
    }

    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let shared = self.shared();
        let later = (
            Bound::Excluded((queue, after)),
            Bound::Included((queue, u64::MAX)),
        );
        let messages = shared.tables.outbox.range(later).take(limit);
        let messages = messages.map(|((_, number), data)| StoredMessage {
            number: *number,
            data: Some(data.clone()),
        });
        Ok(messages.collect())
    }

    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let shared = self.shared();
        let rows = shared.tables.executions.values().map(|stored| &stored.row);
        Ok(rows
            .flat_map(|row| row.stopped.into_iter().chain([row.started]))
            .max())
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let shared = self.shared();
        let all = shared.tables.executions.values().map(|stored| &stored.row);
        let is_before = |row: &&StoredExecution| {
            let is_past = |time: Timestamp| before.is_none_or(|before| time < before);
            row.child_of.is_none() && row.stopped.is_some_and(is_past) && is_past(row.started)
        };
        let mut rows: Vec<_> = all.filter(is_before).collect();
        rows.sort_by_key(|row| (row.stopped, row.key));
        rows.truncate(limit);
        Ok(rows.into_iter().cloned().collect())
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        let shared = self.shared();
        let all = shared.tables.executions.values();
        let closed = all
            .filter(|stored| stored.row.child_of.is_none() && stored.row.status != Status::Running);
        Ok(closed.count() as u64)
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        let shared = self.shared();
        let mut all = shared.tables.executions.values();
        Ok(all.any(|stored| *stored.row.machine_hash == *hash))
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        let shared = self.shared();
        let all = shared.tables.executions.values();
        let bytes = all.map(|stored| {
            let records = stored.records.iter().map(|record| record.len() as u64);
            size_of::<ExecutionRows>() as u64 + records.sum::<u64>()
        });
        Ok(bytes.sum())
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        let shared = self.shared();
        Ok(shared
            .tables
            .executions
            .last_key_value()
            .map_or(0, |(key, _)| *key))
    }
}

/// The committed content.
#[derive(Clone, Debug, Default)]
struct Tables {
    machines: Vec<StoredMachine>,
    /// In the order in which they were first written.
    map_runs: Vec<StoredMapRun>,
    executions: BTreeMap<u64, ExecutionRows>,
    /// The keys of the executions by their ARNs.
    keys: HashMap<String, u64>,
    /// When the activities were created, by their ARNs.
    activities: BTreeMap<String, Timestamp>,
    /// By their keys.
    documents: BTreeMap<String, Bytes>,
    /// The messages of the outbox.
    outbox: BTreeMap<(OutboxQueue, u64), Bytes>,
    /// The number of the last message.
    last_message: u64,
}

#[derive(Clone, Debug)]
struct ExecutionRows {
    row: StoredExecution,
    records: Vec<Bytes>,
}

/// Reverts a change.
enum UndoStep {
    Machines(Vec<StoredMachine>),
    MapRuns(Vec<StoredMapRun>),
    Forget(u64),
    Restore(Vec<ExecutionRows>, Vec<StoredMapRun>),
    Truncate(u64, usize),
    /// The previous row of an execution.
    Row(Box<StoredExecution>),
    Activity(String, Option<Timestamp>),
    Document(String, Option<Bytes>),
    Message((OutboxQueue, u64), Option<Bytes>),
}

impl Tables {
    fn apply_all(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut undo = Vec::new();
        for change in changes {
            match self.apply(change) {
                Ok(step) => undo.push(step),
                Err(error) => {
                    undo.into_iter().rev().for_each(|step| self.undo(step));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, change: &Change) -> Result<UndoStep, StoreError> {
        change.check()?;
        match change {
            Change::Machine(machine) => {
                let before = self.machines.clone();
                let is_other = |known: &StoredMachine| {
                    (&known.name, &known.hash) != (&machine.name, &machine.hash)
                };
                self.machines.retain(is_other);
                self.machines.push(machine.clone());
                Ok(UndoStep::Machines(before))
            }
            Change::Start { execution, data } => {
                let (key, arn) = (execution.key, &execution.arn);
                if self.keys.contains_key(&**arn) {
                    return Err(StoreError::Exists {
                        arn: arn.to_string(),
                    });
                }
                if self.executions.contains_key(&key) {
                    return Err(StoreError::key_is_taken(key));
                }
                if let Some(child) = &execution.child_of
                    && self.map_run(&child.map_run).is_none()
                {
                    return Err(StoreError::no_map_run(&child.map_run));
                }
                self.insert(ExecutionRows {
                    row: execution.clone(),
                    records: vec![data.clone()],
                });
                Ok(UndoStep::Forget(key))
            }
            Change::MapRun(run) => self.put_run(run),
            Change::Append { key, seq, data } => {
                let stored = self.executions.get_mut(key);
                let last = stored.as_ref().map(|stored| stored.records.len());
                match stored {
                    Some(stored) if last == usize::try_from(*seq).ok() => {
                        stored.records.push(data.clone());
                        Ok(UndoStep::Truncate(*key, stored.records.len() - 1))
                    }
                    _ => Err(StoreError::out_of_order(*key, *seq)),
                }
            }
            Change::Close {
                key,
                status,
                stopped,
            } => self.stand(*key, *status, Some(*stopped), None),
            Change::Reopen { key, listing } => {
                self.stand(*key, Status::Running, None, Some(listing))
            }
            Change::DeleteMachine { name, hash } => {
                let before = self.machines.clone();
                self.machines
                    .retain(|known| (&known.name, &known.hash) != (name, hash));
                if self.machines.len() < before.len() {
                    Ok(UndoStep::Machines(before))
                } else {
                    Err(StoreError::no_version(name, hash))
                }
            }
            Change::Delete { key } => self.delete(*key),
            Change::Activity(StoredActivity { arn, created }) => {
                Ok(self.activity(arn, Some(*created)))
            }
            Change::DeleteActivity { arn } => Ok(self.activity(arn, None)),
            Change::Document(StoredDocument { key, data }) => {
                Ok(self.document(key, Some(data.clone())))
            }
            Change::DeleteDocument { key } => Ok(self.document(key, None)),
            Change::Send { queue, data } => {
                self.last_message += 1;
                let id = (*queue, self.last_message);
                Ok(UndoStep::Message(id, self.outbox.insert(id, data.clone())))
            }
            Change::PutMessage {
                queue,
                number,
                data,
            } => {
                self.last_message = self.last_message.max(*number);
                let id = (*queue, *number);
                Ok(UndoStep::Message(id, self.outbox.insert(id, data.clone())))
            }
            Change::DeleteMessage { queue, number } => {
                let id = (*queue, *number);
                Ok(UndoStep::Message(id, self.outbox.remove(&id)))
            }
        }
    }

    /// Changes the status of an execution, and its columns for lists, if they are given.
    fn stand(
        &mut self,
        key: u64,
        status: Status,
        stopped: Option<Timestamp>,
        listing: Option<&StoredListing>,
    ) -> Result<UndoStep, StoreError> {
        let stored = self
            .executions
            .get_mut(&key)
            .ok_or_else(|| StoreError::no_execution(key))?;
        let before = stored.row.clone();
        (stored.row.status, stored.row.stopped) = (status, stopped);
        if let Some(listing) = listing {
            stored.row.listing = listing.clone();
        }
        Ok(UndoStep::Row(Box::new(before)))
    }

    fn map_run(&self, arn: &str) -> Option<&StoredMapRun> {
        self.map_runs.iter().find(|run| run.arn == arn)
    }

    fn put_run(&mut self, run: &StoredMapRun) -> Result<UndoStep, StoreError> {
        if !self.executions.contains_key(&run.execution) {
            return Err(StoreError::no_execution(run.execution));
        }
        let before = self.map_runs.clone();
        match self.map_runs.iter_mut().find(|known| known.arn == run.arn) {
            Some(known) if known.execution == run.execution => known.data = run.data.clone(),
            Some(known) => return Err(StoreError::run_of_another(&run.arn, known.execution)),
            None => self.map_runs.push(run.clone()),
        }
        Ok(UndoStep::MapRuns(before))
    }

    /// Removes an execution with its Map Runs, their children, and the data of these.
    fn delete(&mut self, key: u64) -> Result<UndoStep, StoreError> {
        if !self.executions.contains_key(&key) {
            return Err(StoreError::no_execution(key));
        }
        let before = self.map_runs.clone();
        let mut removed = Vec::new();
        let mut doomed = vec![key];
        while let Some(key) = doomed.pop() {
            removed.extend(self.remove(key));
            let runs: Vec<String> = self
                .map_runs
                .extract_if(.., |run| run.execution == key)
                .map(|run| run.arn)
                .collect();
            let rows = self.executions.values().map(|stored| &stored.row);
            doomed.extend(rows.filter_map(|row| {
                let child = row.child_of.as_ref()?;
                runs.contains(&child.map_run).then_some(row.key)
            }));
        }
        let is_running = |stored: &ExecutionRows| stored.row.status == Status::Running;
        if removed.iter().any(is_running) {
            self.undo(UndoStep::Restore(removed, before));
            return Err(StoreError::is_running(key));
        }
        Ok(UndoStep::Restore(removed, before))
    }

    fn activity(&mut self, arn: &str, created: Option<Timestamp>) -> UndoStep {
        let before = match created {
            Some(created) => self.activities.insert(arn.to_owned(), created),
            None => self.activities.remove(arn),
        };
        UndoStep::Activity(arn.to_owned(), before)
    }

    fn document(&mut self, key: &str, data: Option<Bytes>) -> UndoStep {
        let before = match data {
            Some(data) => self.documents.insert(key.to_owned(), data),
            None => self.documents.remove(key),
        };
        UndoStep::Document(key.to_owned(), before)
    }

    fn insert(&mut self, stored: ExecutionRows) {
        self.keys.insert(stored.row.arn.to_string(), stored.row.key);
        self.executions.insert(stored.row.key, stored);
    }

    fn remove(&mut self, key: u64) -> Option<ExecutionRows> {
        let stored = self.executions.remove(&key)?;
        self.keys.remove(&*stored.row.arn);
        Some(stored)
    }

    fn undo(&mut self, step: UndoStep) {
        match step {
            UndoStep::Machines(before) => self.machines = before,
            UndoStep::Forget(key) => {
                self.remove(key);
            }
            UndoStep::MapRuns(before) => self.map_runs = before,
            UndoStep::Restore(stored, before) => {
                stored.into_iter().for_each(|stored| self.insert(stored));
                self.map_runs = before;
            }
            UndoStep::Truncate(key, length) => {
                if let Some(stored) = self.executions.get_mut(&key) {
                    stored.records.truncate(length);
                }
            }
            UndoStep::Activity(arn, created) => {
                self.activity(&arn, created);
            }
            UndoStep::Document(key, data) => {
                self.document(&key, data);
            }
            UndoStep::Message(id, data) => {
                match data {
                    Some(data) => self.outbox.insert(id, data),
                    None => self.outbox.remove(&id),
                };
            }
            UndoStep::Row(row) => {
                if let Some(stored) = self.executions.get_mut(&row.key) {
                    stored.row = *row;
                }
            }
        }
    }
}
