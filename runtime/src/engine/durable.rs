//! What an engine with a store has beside one without.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use super::journaled::{First, Journaled};
use super::machines::Machine;
use crate::execution_info::ExecutionInfo;
use crate::interpret::Written;
use crate::query::Entropy;
use crate::status::Status;
use crate::store::journal::Journal;
use crate::store::{Store, StoreError, StoreReader, StoredExecution, StoredMachine};

/// The journal, and what is known of the store.
pub(super) struct Durable {
    pub(super) journal: Journal,
    reader: Mutex<Box<dyn StoreReader>>,
    /// The key of the next execution.
    next: AtomicU64,
    /// The hashes of the versions that the store has.
    versions: Mutex<HashSet<SmolStr>>,
}

impl Durable {
    /// Opens a store.
    pub(super) fn open(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let mut reader = store.reader()?;
        let last = reader.last_key()?;
        Ok(Self {
            journal: Journal::new(store)?,
            reader: Mutex::new(reader),
            next: AtomicU64::new(last + 1),
            versions: Mutex::default(),
        })
    }

    /// The seed of an engine that goes on with the store: names that were given before are not given again.
    pub(super) fn seed(&self, seed: u64) -> u64 {
        match self.next.load(Ordering::Relaxed) {
            1 => seed,
            next => seed ^ Entropy::new(next).next_u64(),
        }
    }

    pub(super) fn reader(&self) -> MutexGuard<'_, Box<dyn StoreReader>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a new execution of a machine has in the journal.
    pub(super) fn start(&self, machine: &Machine, about: &ExecutionInfo) -> Journaled {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let row = StoredExecution {
            key,
            arn: about.id.to_string(),
            name: about.name.to_string(),
            machine: machine.name.to_string(),
            machine_hash: machine.hash.to_string(),
            status: Status::Running,
            started: about.started,
            stopped: None,
        };
        // A version stands before its first execution, in the same commit: until that is done, others give it, too.
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let version = (!versions.contains(&machine.hash)).then(|| StoredMachine {
            hash: machine.hash.to_string(),
            name: machine.name.to_string(),
            machine_type: machine.program.entry().machine_type,
            definition: machine.text.to_string(),
        });
        Journaled::new(
            key,
            0,
            First::Start(Box::new((row, version))),
            Written::default(),
        )
    }

    /// The store has this version.
    pub(super) fn knows(&self, hash: SmolStr) {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.insert(hash);
    }
}
