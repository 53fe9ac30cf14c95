//! A store with only the required methods of the traits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, MemoryStore, Store, StoreError, StoreFilter, StoreLease, StoreReader, StoredActivity,
    StoredDocument, StoredExecution, StoredMachine, StoredMapRun,
};

/// A store with only the required methods of the traits. A test can make its lists slow, or let
/// them fail.
#[derive(Clone, Default)]
pub(crate) struct BasicStore {
    store: MemoryStore,
    /// Lists wait while a test holds the lock for writing.
    pub(crate) gate: Arc<RwLock<()>>,
    /// Whether lists fail.
    pub(crate) has_no_lists: Arc<AtomicBool>,
    /// The lease, if another engine may take the store over.
    pub(crate) lease: Option<StoreLease>,
}

impl Store for BasicStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.store.commit(changes)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(self.clone()))
    }

    fn lease(&self) -> Option<StoreLease> {
        self.lease.clone()
    }
}

impl StoreReader for BasicStore {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        self.store.machines()
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        self.store.open_executions()
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        self.store.execution(arn)
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        self.store.records(key)
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        self.store.map_runs(execution)
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        self.store.map_run(arn)
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        let _open = self.gate.read().expect("no test panics with the lock");
        if self.has_no_lists.load(Ordering::SeqCst) {
            return Err(StoreError::Unreadable {
                what: "the list".to_owned(),
                why: "the disk is broken".to_owned(),
            });
        }
        self.store.list(filter)
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        self.store.activities()
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        self.store.documents()
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        self.store.closed(before, limit)
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        self.store.closed_count()
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        self.store.has_executions_of(hash)
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        self.store.bytes()
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        self.store.last_key()
    }
}
