//! The runtimes that resume parked executions.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::task::AbortHandle;

use crate::engine::shared::EngineShared;

/// The runtimes that resume parked executions of an engine. Most engines have one.
#[derive(Default)]
pub(in crate::engine) struct Runtimes(Mutex<Vec<Arc<RuntimeHandle>>>);

/// A runtime that resumes parked executions.
pub(in crate::engine) struct RuntimeHandle {
    handle: Handle,
    guard: AbortHandle,
    has_ended: Arc<AtomicBool>,
}

impl Runtimes {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<RuntimeHandle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RuntimeHandle {
    /// Returns the current tokio runtime, if there is one.
    pub(in crate::engine) fn current(engine: &Arc<EngineShared>) -> Option<Arc<Self>> {
        let handle = Handle::try_current().ok()?;
        let id = handle.id();
        let is_current = |runtime: &&Arc<Self>| runtime.handle.id() == id;
        if let Some(runtime) = engine.runtimes.lock().iter().find(is_current) {
            return Some(runtime.clone());
        }
        let has_ended = Arc::<AtomicBool>::default();
        // A runtime that has ended drops the task immediately.
        let guard = handle.spawn(RuntimeGuard {
            engine: Arc::downgrade(engine),
            runtime: id,
            has_ended: has_ended.clone(),
        });
        let runtime = Arc::new(Self {
            handle,
            guard: guard.abort_handle(),
            has_ended,
        });
        engine.runtimes.lock().push(runtime.clone());
        Some(runtime)
    }

    /// Whether the runtime has shut down. An execution that is parked on it after that ends.
    pub(in crate::engine) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    pub(in crate::engine) fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// No parked execution uses the runtime any more.
impl Drop for RuntimeHandle {
    fn drop(&mut self) {
        self.guard.abort();
    }
}

/// A task that is dropped when its runtime shuts down, as the tasks of executions that are not parked are.
struct RuntimeGuard {
    engine: Weak<EngineShared>,
    runtime: Id,
    has_ended: Arc<AtomicBool>,
}

impl Future for RuntimeGuard {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Ends the executions that are parked on the runtime.
impl Drop for RuntimeGuard {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        let Some(engine) = self.engine.upgrade() else {
            return;
        };
        let gone: Vec<_> = {
            let mut runtimes = engine.runtimes.lock();
            runtimes
                .extract_if(.., |runtime| runtime.handle.id() == self.runtime)
                .collect()
        };
        for state in engine.running.running() {
            let children = engine.runs.at_work(&state.about.to_arn());
            for state in std::iter::once(state).chain(children) {
                drop(state.take_parked(self.runtime));
            }
        }
        drop(gone);
    }
}
