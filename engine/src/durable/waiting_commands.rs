//! Commands that wait after a restart until the store can be read again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stepwright_interpreter::execution::Command;

use crate::clock::PendingGuard;
use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;

/// Commands that need the store, of executions that continue after a restart, while the store
/// cannot be read.
#[derive(Default)]
pub(crate) struct WaitingCommands(Mutex<Commands>);

#[derive(Default)]
struct Commands {
    commands: Vec<(Weak<ExecutionState>, Command)>,
    /// Present while a thread tries to read the store. Then virtual time passes at real speed.
    reader: Option<PendingGuard>,
}

impl WaitingCommands {
    fn lock(&self) -> MutexGuard<'_, Commands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether commands wait. Then an execution need not try to read the store.
    pub(crate) fn are_waiting(&self) -> bool {
        self.lock().reader.is_some()
    }

    /// Adds a command. Returns whether it is the first one: then the caller must start to read the
    /// store.
    pub(crate) fn add(
        &self,
        state: &Arc<ExecutionState>,
        command: Command,
        guard: impl FnOnce() -> PendingGuard,
    ) -> bool {
        let mut waiting = self.lock();
        waiting.commands.push((Arc::downgrade(state), command));
        let is_first = waiting.reader.is_none();
        waiting.reader.get_or_insert_with(guard);
        is_first
    }

    /// Sends each command to its execution, which performs it again.
    pub(crate) fn send(&self) {
        let waiting = std::mem::take(&mut *self.lock());
        for (state, command) in waiting.commands {
            if let Some(state) = state.upgrade() {
                let _over = state.send(Message::Perform(Box::new(command)));
            }
        }
    }

    /// Suspends the executions.
    pub(crate) fn suspend(&self, cause: &str) {
        let waiting = std::mem::take(&mut *self.lock());
        for state in waiting
            .commands
            .iter()
            .filter_map(|(state, _)| state.upgrade())
        {
            let _over = state.send(Message::CommitFailed(cause.to_owned()));
        }
    }
}
