//! Tasks whose start is recorded, and that the process did not start because it shut down.

use super::open_task::request_of;
use crate::execution::command::{Command, HeldTask};
use crate::execution::cursor::{OpenTask, TaskExecutor, Waiting};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::timestamp::Timestamp;
use crate::wait_id::{TimerKind, WaitId};

impl Execution {
    /// Returns the tasks whose handlers this process calls.
    pub fn handler_waits(&self) -> impl Iterator<Item = WaitId> {
        let cursors = self.cursors.iter();
        let running = cursors.filter(|(_, cursor)| cursor.waiting.has_running_handler());
        running.map(|(id, cursor)| WaitId {
            cursor: id,
            wait: cursor.wait,
        })
    }

    /// Returns whether this process calls the handler of this task.
    pub fn runs_handler(&self, wait_id: WaitId) -> bool {
        let cursor = self.cursors.get(wait_id.cursor);
        self.is_waiting(wait_id)
            && cursor.is_some_and(|cursor| cursor.waiting.has_running_handler())
    }

    /// Returns whether a timer continues the execution until then, although it
    /// [holds](crate::execution::Calls::Held) its calls: the end of a Wait state, or the delayed
    /// result of a mock. An Express execution also retries.
    pub fn continues_until(&self, until: Timestamp) -> bool {
        let mut cursors = self.cursors.iter().map(|(_, cursor)| &cursor.waiting);
        cursors.any(|waiting| {
            let due = match waiting {
                Waiting::Until { due, .. } => Some(*due),
                Waiting::Pause { due } => self.is_express().then_some(*due),
                Waiting::Task(open) => open.answer.as_ref().and_then(|answer| answer.due),
                _ => None,
            };
            due.is_some_and(|due| due <= until)
        })
    }

    /// Records that this process does not start a task. Its timeouts begin when it starts.
    pub(crate) fn hold_task(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        if let Some(open) = self.open_task(wait_id) {
            open.is_held = true;
            open.timeout_due = None;
            open.heartbeat_due = None;
            cx.disarm(wait_id, TimerKind::Timeout);
            cx.disarm(wait_id, TimerKind::Heartbeat);
        }
    }

    /// Handles the start of a task that an earlier process held.
    pub(crate) fn start_held_task(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let is_held = self
            .open_task(wait_id)
            .is_some_and(|open| std::mem::take(&mut open.is_held));
        if is_held {
            self.arm_task(wait_id, cx);
        }
    }
}

/// Requests the start of a held task.
pub(crate) fn start_held(wait_id: WaitId, open: &OpenTask, cx: &mut StepContext<'_>) {
    let task = match &open.executor {
        TaskExecutor::Handler { input, call, .. } => {
            HeldTask::Call(request_of(wait_id, open, input, *call))
        }
        TaskExecutor::Execution { start } => HeldTask::Start(wait_id, (**start).clone()),
        TaskExecutor::External | TaskExecutor::Activity { .. } | TaskExecutor::Job { .. } => return,
    };
    cx.command(Command::StartHeldTask(Box::new(task)));
}
