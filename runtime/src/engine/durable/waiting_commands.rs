//! Commands that wait until the store can be read again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use stepwright_interpreter::execution::Command;

use crate::clock::PendingGuard;
use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::drive::message::Message;
use crate::engine::shared::EngineShared;

/// The pause between two attempts to read the store.
const PAUSE: Duration = Duration::from_millis(500);

/// Commands that need the store, of executions that continue after a restart, while the store cannot be read. A thread tries to read it, and then
/// sends each command to its execution, which performs it again.
#[derive(Default)]
pub(in crate::engine) struct WaitingCommands(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    commands: Vec<(Weak<ExecutionState>, Command)>,
    /// Whether a thread tries to read the store. Then virtual time passes at real speed.
    thread: Option<PendingGuard>,
}

impl Waiting {
    /// Sends each command to its execution.
    fn send(self) {
        for (state, command) in self.commands {
            if let Some(state) = state.upgrade() {
                let _over = state.send(Message::Perform(Box::new(command)));
            }
        }
    }

    fn suspend(self, cause: &str) {
        for state in self
            .commands
            .iter()
            .filter_map(|(state, _)| state.upgrade())
        {
            let _over = state.send(Message::CommitFailed(cause.to_owned()));
        }
    }
}

impl WaitingCommands {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.lock())
    }
}

impl EngineShared {
    /// Whether commands wait for the store. Then an execution need not try to read it.
    pub(in crate::engine) fn is_waiting_for_reads(&self) -> bool {
        let durable = self.durable.as_ref();
        durable.is_some_and(|durable| durable.waiting_commands.lock().thread.is_some())
    }

    /// Sends the command to its execution when the store can be read again. If that is never the case, the execution is suspended.
    pub(in crate::engine) fn perform_when_readable(
        self: &Arc<Self>,
        state: &Arc<ExecutionState>,
        command: Command,
    ) {
        let Some(durable) = &self.durable else {
            return;
        };
        let mut waiting = durable.waiting_commands.lock();
        waiting.commands.push((Arc::downgrade(state), command));
        if waiting.thread.is_some() {
            return;
        }
        waiting.thread = Some(PendingGuard::new(self.clock.clone()));
        drop(waiting);
        let engine = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("stepwright-reads".to_owned());
        if let Err(error) = thread.spawn(move || wait(&engine)) {
            durable.waiting_commands.take().suspend(&error.to_string());
        }
    }
}

/// Waits until the store can be read, and sends the commands.
fn wait(engine: &Weak<EngineShared>) {
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
        match durable.reader().last_key() {
            Ok(_) => {
                tracing::info!("the store can be read again");
                return durable.waiting_commands.take().send();
            }
            Err(error) if error.may_pass() => {}
            Err(error) => {
                return durable.waiting_commands.take().suspend(&error.to_string());
            }
        }
    }
}
