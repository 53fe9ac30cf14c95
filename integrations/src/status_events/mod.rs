//! The changes of the status of executions as events of EventBridge.

mod event_batch;
mod event_queue;
mod event_sender;
mod listener;
mod status_event;

pub use self::listener::{StatusEvents, StatusEventsError};
