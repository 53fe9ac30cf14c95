//! The runtime on which executions start.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, TryCurrentError};

/// The runtimes that servers reserved for executions. Without one, an execution starts on the
/// current runtime.
#[derive(Default)]
pub(crate) struct StartRuntimes {
    handles: Mutex<Vec<Handle>>,
    /// Whether there are any: most engines have none, and avoid the lock.
    is_reserved: AtomicBool,
}

/// The runtime of a new execution.
pub(crate) struct StartRuntime {
    handle: Handle,
    /// Whether the caller runs on it.
    pub(crate) is_current: bool,
}

impl StartRuntimes {
    fn lock(&self) -> MutexGuard<'_, Vec<Handle>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the runtime for the execution that the caller starts.
    ///
    /// # Errors
    ///
    /// Outside of a runtime.
    pub(crate) fn choose(&self) -> Result<StartRuntime, TryCurrentError> {
        let current = Handle::try_current()?;
        let reserved = if self.is_reserved.load(Ordering::Acquire) {
            self.lock().last().cloned()
        } else {
            None
        };
        Ok(match reserved {
            Some(handle) => StartRuntime {
                is_current: handle.id() == current.id(),
                handle,
            },
            None => StartRuntime {
                handle: current,
                is_current: true,
            },
        })
    }

    /// Makes executions start on this runtime.
    pub(crate) fn reserve(&self, handle: Handle) {
        self.lock().push(handle);
        self.is_reserved.store(true, Ordering::Release);
    }

    /// Reverts one [`reserve`](Self::reserve).
    pub(crate) fn release(&self, handle: &Handle) {
        let mut handles = self.lock();
        if let Some(at) = handles.iter().rposition(|other| other.id() == handle.id()) {
            handles.remove(at);
        }
        self.is_reserved
            .store(!handles.is_empty(), Ordering::Release);
    }
}

impl StartRuntime {
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}
