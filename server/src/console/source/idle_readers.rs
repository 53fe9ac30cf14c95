//! Open readers of a store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stepwright_engine::StoredExecutions;

/// How long a reader is used: a page reads several times. A reader that stays open would keep a
/// file that was replaced, and the log of an engine that has ended.
const LIFETIME: Duration = Duration::from_secs(1);
/// The most readers that stay open.
const MOST_IDLE: usize = 4;

/// Readers that no request uses. Clones share them.
#[derive(Clone, Default)]
pub(super) struct IdleReaders(Arc<Mutex<Vec<OpenReader>>>);

/// A reader with the time at which it was opened.
pub(super) struct OpenReader {
    pub(super) executions: StoredExecutions,
    opened: Instant,
}

impl OpenReader {
    /// Creates a reader that was opened now. It is closed after its lifetime, even if no request
    /// comes. Call this on a thread of the runtime.
    pub(super) fn new(executions: StoredExecutions, idle: &IdleReaders) -> Self {
        let idle = Arc::downgrade(&idle.0);
        tokio::spawn(async move {
            tokio::time::sleep(LIFETIME).await;
            if let Some(idle) = idle.upgrade() {
                // Closing a file blocks.
                tokio::task::spawn_blocking(move || IdleReaders(idle).close_old());
            }
        });
        Self {
            executions,
            opened: Instant::now(),
        }
    }

    fn is_old(&self) -> bool {
        self.opened.elapsed() >= LIFETIME
    }
}

impl IdleReaders {
    fn lock(&self) -> MutexGuard<'_, Vec<OpenReader>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a reader, if one is open.
    pub(super) fn take(&self) -> Option<OpenReader> {
        self.close_old();
        self.lock().pop()
    }

    /// Puts a reader back after its use.
    pub(super) fn put(&self, reader: OpenReader) {
        if reader.is_old() {
            return;
        }
        let mut idle = self.lock();
        if idle.len() < MOST_IDLE {
            idle.push(reader);
        }
    }

    fn close_old(&self) {
        let mut idle = self.lock();
        let (old, young) = std::mem::take(&mut *idle)
            .into_iter()
            .partition::<Vec<_>, _>(OpenReader::is_old);
        *idle = young;
        drop(idle);
        // Outside of the lock, because closing a file blocks.
        drop(old);
    }
}
