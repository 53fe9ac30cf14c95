//! Counts the futures of a test that wait for a task token, for the virtual clock.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Lets virtual time advance, if nothing holds it.
pub(super) type SettleCallback = Box<dyn Fn() + Send + Sync>;

/// Counts the futures of a test that wait for a token, to answer it.
#[derive(Default)]
pub struct Listeners {
    waiting: AtomicUsize,
    /// Lets virtual time advance, if nothing holds it.
    settle: OnceLock<SettleCallback>,
}

/// Counts one future until it is dropped.
#[derive(Debug)]
pub struct ListenerGuard(Arc<Listeners>);

impl Listeners {
    /// Adds a listener until the returned guard is dropped.
    pub fn listen(self: &Arc<Self>) -> ListenerGuard {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        ListenerGuard(self.clone())
    }

    /// Sets the callback that runs when a listener is dropped.
    pub(super) fn on(&self, settle: SettleCallback) {
        // Only the first engine's callback is used; a test answers mocks of several engines
        // separately.
        let _ = self.settle.set(settle);
    }

    pub(super) fn any(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl Drop for ListenerGuard {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        if let Some(settle) = self.0.settle.get() {
            settle();
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners")
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}
