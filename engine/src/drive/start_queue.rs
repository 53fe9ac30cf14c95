//! Executions that other executions start wait here for their first steps.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stepwright_asl::model::MachineType;
use tokio::runtime::Handle;

use crate::execution::pending_execution::PendingExecution;

/// How many executions that other executions started may be active before their first wait.
const ACTIVE: usize = 256;

/// The FIFO queue of executions that other executions start. Executions that requests start do not
/// wait in it: a state machine that starts itself twice fills this queue, and not the queue of the
/// runtime.
#[derive(Default)]
pub(crate) struct StartQueue(Mutex<QueueState>);

/// An execution that waits, with its runtime.
pub(super) type QueuedStart = (Handle, PendingExecution);

#[derive(Default)]
struct QueueState {
    /// How many started executions are in their first steps.
    active: usize,
    queued: VecDeque<QueuedStart>,
    /// How many of the queued executions are Express.
    queued_express: usize,
    /// Whether a thread spawns an execution. A runtime that has shut down drops the execution while
    /// it is spawned: that releases its permit, and must not spawn the next one in the same stack.
    is_spawning: bool,
}

fn is_express(pending_execution: &PendingExecution) -> bool {
    pending_execution.entry.machine_type == MachineType::Express
}

impl StartQueue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of Express executions that wait.
    pub(crate) fn queued_express(&self) -> usize {
        self.lock().queued_express
    }

    /// Adds executions at the end.
    pub(super) fn push(&self, runtime: &Handle, started: impl Iterator<Item = PendingExecution>) {
        let mut queue = self.lock();
        for pending_execution in started {
            queue.queued_express += usize::from(is_express(&pending_execution));
            queue.queued.push_back((runtime.clone(), pending_execution));
        }
    }

    /// Releases the permit of an execution that waits, or has ended. Returns whether others wait
    /// for it.
    pub(super) fn release(&self) -> bool {
        let mut queue = self.lock();
        queue.active -= 1;
        !queue.queued.is_empty()
    }

    /// Takes the oldest execution with a permit, to spawn it. Returns `None` when none may begin,
    /// or while another thread spawns one: that thread then takes the next one.
    pub(super) fn begin_spawn(&self) -> Option<QueuedStart> {
        let mut queue = self.lock();
        if queue.is_spawning || queue.active == ACTIVE {
            return None;
        }
        let queued = queue.queued.pop_front()?;
        queue.queued_express -= usize::from(is_express(&queued.1));
        queue.active += 1;
        queue.is_spawning = true;
        Some(queued)
    }

    /// The execution was spawned.
    pub(super) fn end_spawn(&self) {
        self.lock().is_spawning = false;
    }
}
