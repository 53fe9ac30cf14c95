//! A small pool of store readers, which limits how many requests read concurrently.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use tokio::sync::Semaphore;

use crate::store::{PatientReader, Store, StoreError, StoreReader};

/// How many requests read the store at a time.
const READERS: usize = 2;

/// The readers of requests: lists, and executions that only the store has. The steps of executions
/// have a separate reader, and do not wait for requests.
pub(crate) struct ReaderPool {
    readers: Vec<Mutex<Box<dyn StoreReader>>>,
    /// The reader that the next caller waits for when all are in use.
    next: AtomicUsize,
    /// Asynchronous callers wait here, so that they occupy no thread.
    pub(super) permits: Semaphore,
}

impl ReaderPool {
    pub(crate) fn open(store: &dyn Store) -> Result<Self, StoreError> {
        let readers = (0..READERS).map(|_| Ok(Mutex::new(PatientReader::open(store)?)));
        Ok(Self {
            readers: readers.collect::<Result<_, _>>()?,
            next: AtomicUsize::new(0),
            permits: Semaphore::new(READERS),
        })
    }

    /// Takes a reader; blocks the thread while all are in use.
    pub(crate) fn take(&self) -> MutexGuard<'_, Box<dyn StoreReader>> {
        for reader in &self.readers {
            match reader.try_lock() {
                Ok(reader) => return reader,
                Err(TryLockError::Poisoned(reader)) => return reader.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let next = self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        let reader = self.readers[next].lock();
        reader.unwrap_or_else(PoisonError::into_inner)
    }
}
