//! The runtimes that resume parked executions.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::task::AbortHandle;

use crate::engine::shared::Shared;

/// The runtimes that resume parked executions of an engine. Most engines have one.
#[derive(Default)]
pub(in crate::engine) struct Homes(Mutex<Vec<Arc<Home>>>);

/// A runtime that resumes parked executions.
pub(in crate::engine) struct Home {
    runtime: Handle,
    keeper: AbortHandle,
    has_ended: Arc<AtomicBool>,
}

impl Homes {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Home>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Home {
    /// Returns the current tokio runtime, if there is one.
    pub(in crate::engine) fn here(engine: &Arc<Shared>) -> Option<Arc<Self>> {
        let runtime = Handle::try_current().ok()?;
        let id = runtime.id();
        let is_here = |home: &&Arc<Self>| home.runtime.id() == id;
        if let Some(home) = engine.homes.lock().iter().find(is_here) {
            return Some(home.clone());
        }
        let has_ended = Arc::<AtomicBool>::default();
        // A runtime that has ended drops the task immediately.
        let keeper = runtime.spawn(Keeper {
            engine: Arc::downgrade(engine),
            runtime: id,
            has_ended: has_ended.clone(),
        });
        let home = Arc::new(Self {
            runtime,
            keeper: keeper.abort_handle(),
            has_ended,
        });
        engine.homes.lock().push(home.clone());
        Some(home)
    }

    /// Whether the runtime has shut down. An execution that is parked on it after that ends.
    pub(in crate::engine) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    pub(in crate::engine) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

/// No parked execution uses the runtime any more.
impl Drop for Home {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// A task that is dropped when its runtime shuts down, as the tasks of executions that are not parked are.
struct Keeper {
    engine: Weak<Shared>,
    runtime: Id,
    has_ended: Arc<AtomicBool>,
}

impl Future for Keeper {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Ends the executions that are parked on the runtime.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        let Some(engine) = self.engine.upgrade() else {
            return;
        };
        let gone: Vec<_> = {
            let mut homes = engine.homes.lock();
            homes
                .extract_if(.., |home| home.runtime.id() == self.runtime)
                .collect()
        };
        for state in engine.open.running() {
            let children = engine.runs.at_work(&state.about.to_arn());
            for state in std::iter::once(state).chain(children) {
                drop(state.take_resting(self.runtime));
            }
        }
        drop(gone);
    }
}
