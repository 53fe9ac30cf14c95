//! The event bus: the part of EventBridge's API that sends events, and the executions that they
//! start.
//!
//! | file | content |
//! |---|---|
//! | `operation.rs` | the operations of EventBridge's API that the server has |
//! | `put_events.rs` | PutEvents: the entries of a request as events |
//! | `delivery.rs` | starts what an event starts |
//! | `test_pattern.rs` | TestEventPattern |
//!
//! Facts about answers are from tests that LocalStack recorded on AWS.

mod delivery;
mod operation;
mod put_events;
mod test_pattern;

use std::sync::{Arc, PoisonError, RwLock};

use stepwright_events::bus::EventBuses;

pub(crate) use self::operation::{PREFIX, perform};

/// The rules of the server's buses, which a deployment replaces.
#[derive(Debug, Default)]
pub(crate) struct EventRules(RwLock<Arc<EventBuses>>);

impl EventRules {
    pub(crate) fn new(buses: EventBuses) -> Self {
        Self(RwLock::new(Arc::new(buses)))
    }

    /// The rules as they are now.
    pub(crate) fn current(&self) -> Arc<EventBuses> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn replace(&self, buses: EventBuses) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(buses);
    }
}
