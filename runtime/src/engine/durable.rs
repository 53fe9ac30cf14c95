//! What an engine with a store has beside one without.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::journaled::{First, Journaled};
use super::kept_versions::KeptVersions;
use super::machines::Machine;
use super::retention::Retention;
use super::sweeper::Sweeper;
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
    pub(super) versions: Arc<KeptVersions>,
    pub(super) retention: Retention,
    /// A reader for what deletes executions, until that begins.
    pub(super) sweep_reader: Mutex<Option<Box<dyn StoreReader>>>,
    /// What deletes executions that were kept long enough.
    pub(super) sweeper: OnceLock<Sweeper>,
}

impl Durable {
    /// Opens a store, which keeps executions so long.
    pub(super) fn open(store: Box<dyn Store>, retention: Retention) -> Result<Self, StoreError> {
        let mut reader = store.reader()?;
        let last = reader.last_key()?;
        let sweeps = !retention.is_endless();
        let sweep_reader = sweeps.then(|| store.reader()).transpose()?;
        Ok(Self {
            journal: Journal::new(store)?,
            reader: Mutex::new(reader),
            next: AtomicU64::new(last + 1),
            versions: Arc::default(),
            retention,
            sweep_reader: Mutex::new(sweep_reader),
            sweeper: OnceLock::new(),
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
        let starting = self.versions.start(&machine.hash);
        let version = starting.brings.then(|| StoredMachine {
            hash: machine.hash.to_string(),
            name: machine.name.to_string(),
            machine_type: machine.program.entry().machine_type,
            definition: machine.text.to_string(),
        });
        Journaled::new(
            key,
            0,
            First::Start(Box::new((row, version, starting))),
            Written::default(),
        )
    }
}
