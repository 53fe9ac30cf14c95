//! The progress of the thread that fills the index, for the readers of the index.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::search::execution_search::IndexedExecution;

/// What the thread of an index has done so far.
#[derive(Debug, Default)]
pub(super) struct IndexState {
    progress: Mutex<IndexProgress>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct IndexProgress {
    pub(super) indexed_to: Option<IndexedExecution>,
    /// Why the thread has ended.
    pub(super) stopped: Option<String>,
    /// How often the thread has opened the tables, apart from pauses of the store. Each later time,
    /// it replaced damaged ones: connections to the earlier ones must be closed.
    pub(super) generation: u64,
    /// Whether a reader found damage.
    pub(super) is_damaged: bool,
}

impl IndexState {
    pub(super) fn lock(&self) -> MutexGuard<'_, IndexProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
