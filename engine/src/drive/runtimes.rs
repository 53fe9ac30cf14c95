//! The runtimes that resume parked executions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, Id};
use tokio::task::AbortHandle;

/// The runtimes that resume parked executions of an engine. Most engines have one.
#[derive(Default)]
pub(crate) struct Runtimes(Mutex<Vec<Arc<RuntimeHandle>>>);

/// A runtime that resumes parked executions.
pub(crate) struct RuntimeHandle {
    handle: Handle,
    guard: AbortHandle,
    has_ended: Arc<AtomicBool>,
}

impl Runtimes {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<RuntimeHandle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a runtime by its id.
    pub(super) fn find(&self, id: Id) -> Option<Arc<RuntimeHandle>> {
        let runtimes = self.lock();
        let found = runtimes.iter().find(|runtime| runtime.handle.id() == id);
        found.cloned()
    }

    /// Adds a runtime.
    pub(super) fn add(&self, runtime: Arc<RuntimeHandle>) {
        self.lock().push(runtime);
    }

    /// Removes the runtime with this id, and returns its handles.
    pub(super) fn remove(&self, id: Id) -> Vec<Arc<RuntimeHandle>> {
        let has_id = |runtime: &mut Arc<RuntimeHandle>| runtime.handle.id() == id;
        self.lock().extract_if(.., has_id).collect()
    }
}

impl RuntimeHandle {
    /// `guard` is a task of the runtime, which ends with this handle. It sets `has_ended` when the
    /// runtime shuts down.
    pub(super) fn new(handle: Handle, guard: AbortHandle, has_ended: Arc<AtomicBool>) -> Self {
        Self {
            handle,
            guard,
            has_ended,
        }
    }

    /// Whether the runtime has shut down. An execution that is parked on it after that ends.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// No parked execution uses the runtime any more.
impl Drop for RuntimeHandle {
    fn drop(&mut self) {
        self.guard.abort();
    }
}
