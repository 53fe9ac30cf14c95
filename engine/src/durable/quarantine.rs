//! Executions of a store that this engine cannot read. One of them stops neither the engine nor the
//! others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::statistics::{EngineMeter, Level};
use crate::store::{StoreError, StoredExecution, UnreadableRow};

/// An open execution of the store that the engine cannot read: a record is damaged, the definition
/// is missing or does not compile, or another version of this library wrote it. It stays in the
/// store as it is, open and with its name, until an operator
/// [aborts](crate::Engine::abort_unreadable) it or an engine that can read it opens the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableExecution {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The state machine's name.
    pub machine: String,
    /// When it started.
    pub started: Timestamp,
    /// Why it cannot be read.
    pub reason: String,
}

impl UnreadableExecution {
    pub(crate) fn new(row: &StoredExecution, error: &StoreError) -> Self {
        Self {
            id: row.arn.to_string(),
            name: row.name.to_string(),
            machine: row.machine.to_string(),
            started: row.started,
            reason: reason(error),
        }
    }

    /// Describes an execution whose row cannot be read, by its ARN or its key.
    fn of_row(row: &UnreadableRow) -> Self {
        let id = row.arn.clone();
        let id = id.unwrap_or_else(|| format!("the execution with the key {}", row.key));
        let mut parts = id.rsplitn(3, ':');
        let name = parts.next().unwrap_or_default().to_owned();
        Self {
            name,
            machine: parts.next().unwrap_or_default().to_owned(),
            id,
            started: Timestamp::default(),
            reason: reason(&row.error),
        }
    }
}

/// Returns why an execution is unreadable. A damaged record does not mean that the whole store is
/// damaged.
fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Corrupt { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// The unreadable executions of an engine, by their ARNs.
#[derive(Debug)]
pub(crate) struct Quarantine {
    entries: Mutex<BTreeMap<SmolStr, QuarantinedExecution>>,
    /// Their number, for the statistics.
    count: Arc<Level>,
}

#[derive(Debug)]
struct QuarantinedExecution {
    /// `None` for a key that the store cannot use.
    key: Option<u64>,
    description: UnreadableExecution,
}

impl Quarantine {
    pub(super) fn new(meter: &EngineMeter) -> Self {
        Self {
            entries: Mutex::default(),
            count: meter.quarantined.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SmolStr, QuarantinedExecution>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an execution, with a warning that names it.
    pub(crate) fn add(&self, row: &StoredExecution, error: &StoreError) {
        self.insert(Some(row.key), UnreadableExecution::new(row, error));
    }

    /// Adds an execution whose row cannot be read.
    pub(super) fn add_row(&self, row: &UnreadableRow) {
        self.insert(
            u64::try_from(row.key).ok(),
            UnreadableExecution::of_row(row),
        );
    }

    fn insert(&self, key: Option<u64>, description: UnreadableExecution) {
        tracing::warn!(
            execution = %description.id,
            reason = description.reason,
            "the engine cannot read an open execution of its store and leaves it as it is; stop it, or open the store with a version that can read it"
        );
        let mut entries = self.lock();
        let id = SmolStr::from(&description.id);
        entries.insert(id, QuarantinedExecution { key, description });
        self.count.set(entries.len() as u64);
    }

    /// Returns the error of reading an execution, if it is unreadable.
    pub(crate) fn error(&self, arn: &str) -> Option<StoreError> {
        let entries = self.lock();
        let entry = entries.get(arn)?;
        Some(StoreError::unreadable(
            format!("the execution `{arn}`"),
            &entry.description.reason,
        ))
    }

    pub(super) fn key(&self, arn: &str) -> Option<u64> {
        self.lock().get(arn)?.key
    }

    /// Removes an execution.
    pub(super) fn remove(&self, arn: &str) {
        let mut entries = self.lock();
        entries.remove(arn);
        self.count.set(entries.len() as u64);
    }

    pub(super) fn all(&self) -> Vec<UnreadableExecution> {
        let entries = self.lock();
        let all = entries.values();
        all.map(|entry| entry.description.clone()).collect()
    }
}
