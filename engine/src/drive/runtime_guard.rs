//! Tasks that detect the shutdown of their runtime.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};

use super::runtimes::RuntimeHandle;
use crate::shared::EngineShared;

impl RuntimeHandle {
    /// Returns the current tokio runtime, if there is one.
    pub(crate) fn current(engine: &Arc<EngineShared>) -> Option<Arc<Self>> {
        let handle = Handle::try_current().ok()?;
        let id = handle.id();
        if let Some(runtime) = engine.runtimes.find(id) {
            return Some(runtime);
        }
        let has_ended = Arc::<AtomicBool>::default();
        // A runtime that has ended drops the task immediately.
        let guard = handle.spawn(RuntimeGuard {
            engine: Arc::downgrade(engine),
            runtime: id,
            has_ended: has_ended.clone(),
        });
        let runtime = Arc::new(Self::new(handle, guard.abort_handle(), has_ended));
        engine.runtimes.add(runtime.clone());
        Some(runtime)
    }
}

/// A task that is dropped when its runtime shuts down, as the tasks of executions that are not
/// parked are.
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
        let gone = engine.runtimes.remove(self.runtime);
        for state in engine.running.running() {
            let children = engine.runs.at_work(&state.about.to_arn());
            for state in std::iter::once(state).chain(children) {
                drop(state.take_parked(self.runtime));
            }
        }
        drop(gone);
    }
}
