//! Reads the store for the steps of executions that continue after a restart.

use std::sync::{Arc, Weak};
use std::time::Duration;

use stepwright_interpreter::execution::Command;

use super::ExecutionResources;
use crate::clock::PendingGuard;
use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;
use crate::shared::EngineShared;
use crate::store::StoreError;

/// The pause between two attempts to read the store.
const PAUSE: Duration = Duration::from_millis(500);

impl ExecutionResources {
    /// Reads the store for a step, unless other steps already wait until it can be read.
    pub(crate) fn read_store<T>(
        &self,
        read: impl FnOnce(&EngineShared) -> Result<T, StoreError>,
    ) -> Result<T, Option<StoreError>> {
        let durable = self.engine.durable.as_ref();
        if durable.is_some_and(|durable| durable.waiting_commands.are_waiting()) {
            Err(None)
        } else {
            read(&self.engine).map_err(Some)
        }
    }

    /// Performs the command again when the store can be read. Suspends the execution if the error
    /// is permanent.
    pub(crate) fn wait_for_store(&self, error: Option<StoreError>, command: Command) {
        match error {
            Some(error) if !error.may_pass() => {
                // An execution that has ended ignores the message.
                let _over = self.state.send(Message::CommitFailed(error.to_string()));
            }
            _ => perform_when_readable(&self.engine, &self.state, command),
        }
    }
}

/// Sends the command to its execution when the store can be read again. A thread tries to read it.
fn perform_when_readable(
    engine: &Arc<EngineShared>,
    state: &Arc<ExecutionState>,
    command: Command,
) {
    let Some(durable) = &engine.durable else {
        return;
    };
    let guard = || PendingGuard::new(engine.clock.clone());
    if !durable.waiting_commands.add(state, command, guard) {
        return;
    }
    let weak = Arc::downgrade(engine);
    let thread = std::thread::Builder::new().name("stepwright-reads".to_owned());
    if let Err(error) = thread.spawn(move || wait_until_readable(&weak)) {
        durable.waiting_commands.suspend(&error.to_string());
    }
}

/// Waits until the store can be read, and sends the waiting commands.
fn wait_until_readable(engine: &Weak<EngineShared>) {
    tracing::warn!("the store cannot be read; executions that need it wait");
    loop {
        std::thread::sleep(PAUSE);
        // Shutting down suspends all executions.
        let engine = engine.upgrade();
        let Some(engine) = engine.filter(|engine| !engine.running.is_shut_down()) else {
            return;
        };
        let Some(durable) = &engine.durable else {
            return;
        };
        let read = durable.reader().last_key();
        match read {
            Ok(_) => {
                tracing::info!("the store can be read again");
                return durable.waiting_commands.send();
            }
            Err(error) if error.may_pass() => {}
            Err(error) => return durable.waiting_commands.suspend(&error.to_string()),
        }
    }
}
