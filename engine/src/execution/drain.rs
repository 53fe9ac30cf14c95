//! Reports to a shutdown that no execution has running work any more.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::clock::{Clock, Hold, Timestamp};

/// The begin of a shutdown, for one execution. The shutdown waits until all executions have dropped
/// it, or the grace period ends.
#[derive(Clone, Debug)]
pub(crate) struct Drain {
    /// The end of the grace period.
    pub(crate) until: Timestamp,
    _busy: Arc<DrainEnd>,
}

/// Dropped with the last [`Drain`].
#[derive(Debug)]
struct DrainEnd {
    clock: Clock,
    drained: Option<oneshot::Sender<Hold>>,
}

impl Drop for DrainEnd {
    fn drop(&mut self) {
        if let Some(drained) = self.drained.take() {
            // Otherwise virtual time would jump to the end of the grace period. The shutdown may
            // have ended already.
            let _ = drained.send(self.clock.hold());
        }
    }
}

impl Drain {
    /// Returns a drain, and the receiver of a guard that holds virtual time, when the last clone is
    /// dropped.
    pub(crate) fn new(clock: &Clock, until: Timestamp) -> (Self, oneshot::Receiver<Hold>) {
        let (sender, drained) = oneshot::channel();
        let end = DrainEnd {
            clock: clock.clone(),
            drained: Some(sender),
        };
        let drain = Self {
            until,
            _busy: Arc::new(end),
        };
        (drain, drained)
    }
}
