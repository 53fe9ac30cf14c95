use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Lets virtual time go on, where it may.
pub(super) type Settle = Box<dyn Fn() + Send + Sync>;

/// How many futures of a test wait for a token, to answer it.
#[derive(Default)]
pub(crate) struct Listeners {
    waiting: AtomicUsize,
    /// Lets virtual time go on, where it may.
    settle: OnceLock<Settle>,
}

/// One of them.
pub(crate) struct Listening(Arc<Listeners>);

impl Listeners {
    /// One more, until what is given back is dropped.
    pub(crate) fn listen(self: &Arc<Self>) -> Listening {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Listening(self.clone())
    }

    /// `settle` is called when one of them waits no more.
    pub(super) fn on(&self, settle: Settle) {
        // The first engine's; mocks of several engines are answered on their own.
        let _ = self.settle.set(settle);
    }

    pub(super) fn any(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Listening {
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
