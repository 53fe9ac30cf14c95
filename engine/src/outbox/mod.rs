//! Messages to the outside that are written with the step that causes them: status changes for the
//! listener, and stops of jobs and executions.
//!
//! A thread passes each message to its receiver, and deletes it from the store when the receiver
//! has confirmed it. A process that ends before passes it again when it starts. So each message is
//! delivered at least once, and the messages of an execution in their order.
//!
//! `ExecutionTask::outbox_messages` adds the messages to the commit of their cause.
//! `engine/status_listener.rs` reports starts, redrives and ends of Standard executions after their
//! commit.

pub(super) mod job_stopper;
mod outbox_thread;
pub(super) mod receipt;
pub(super) mod status_message;
mod stop_delivery;
pub(super) mod stop_message;
mod window;

use std::sync::Arc;
use std::thread::JoinHandle;

use self::outbox_thread::OutboxTask;
use self::stop_delivery::StopDelivery;
use self::window::Window;
use super::status_listener::StatusListener;
use crate::execution::executions::Executions;
use crate::panics::guarded;
use crate::statistics::Level;
use crate::store::journal::Submitter;
use crate::store::{StoreError, StoreReader};
use crate::task::TaskSource;

/// The receivers of messages.
pub(super) struct Receivers {
    pub(super) listener: Option<Arc<dyn StatusListener>>,
    pub(super) sources: Vec<Arc<dyn TaskSource>>,
    pub(super) executions: Arc<std::sync::Mutex<Executions>>,
    /// The numbers of messages in the store.
    pub(super) undelivered: Arc<[Level; 2]>,
    /// The runtime that stops jobs.
    pub(super) runtime: tokio::runtime::Handle,
}

/// The thread that delivers messages. Dropping the value ends it, after it has deleted the
/// confirmed messages.
pub(super) struct Outbox {
    window: Arc<Window>,
    thread: Option<JoinHandle<()>>,
}

impl Outbox {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the operating system cannot create a thread.
    pub(super) fn start(
        reader: Box<dyn StoreReader>,
        journal: Submitter,
        receivers: Receivers,
    ) -> Result<Self, StoreError> {
        let window = Arc::new(Window::default());
        let task = OutboxTask::new(
            reader,
            journal,
            receivers.listener,
            StopDelivery::new(receivers.sources, receivers.executions, receivers.runtime),
            window.clone(),
            receivers.undelivered,
        );
        let thread = std::thread::Builder::new().name("stepwright-outbox".to_owned());
        let run = || {
            if let Err(message) = guarded(|| task.run()) {
                tracing::error!("the delivery of the outbox panicked: {message}");
            }
        };
        let thread = thread.spawn(run).map_err(|error| StoreError::Io {
            path: None,
            doing: "start the thread that delivers the outbox".to_owned(),
            why: error.to_string(),
        })?;
        window.set_thread(thread.thread().clone());
        Ok(Self {
            window,
            thread: Some(thread),
        })
    }

    /// Reports that messages were committed.
    pub(super) fn notify(&self) {
        self.window.notify();
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.window.end();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // Its reader must be closed before the store is. The thread does not panic.
            let _ended = thread.join();
        }
    }
}
