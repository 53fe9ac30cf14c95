//! The arguments of a step: the program, the time, the commands and the caller.

use std::fmt;

use smol_str::SmolStr;

use super::command::{Command, CommandQueue, TaskCommand};
use super::failure::Failure;
use super::span_change::SpanChange;
use super::task_request::{ResolvedTask, TaskRequest};
use crate::distributed::TransferError;
use crate::execution_info::ExecutionInfo;
use crate::program::{Program, StateIx};
use crate::task::{TaskEvent, TaskResult};
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

/// The program and the time of a step, and the source of the values that an execution cannot
/// compute.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The program of the execution: the one that [`Execution::program`](super::Execution::program)
    /// returns. The caller lends it, because counting a reference would be a measurable part of
    /// each step.
    pub program: &'a Program,
    /// The time.
    pub now: Timestamp,
    /// The caller, for what a step needs at once.
    pub caller: &'a dyn Caller,
    /// Whether the caller has spans.
    pub has_spans: bool,
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("now", &self.now)
            .field("has_spans", &self.has_spans)
            .finish_non_exhaustive()
    }
}

/// The caller of the interpreter: values that only it knows, and changes that it counts. Its
/// functions return at once and start nothing.
pub trait Caller {
    /// Returns whether the task of a state certainly has a handler, so that it need not be
    /// [resolved](TaskCommand::Resolve).
    fn has_handler(&self, state: StateIx) -> bool;

    /// Returns a new token for the task of a state, which the execution stores. It cannot be
    /// guessed, unless a test chose it. The events of the task have larger ids than `last_event`.
    fn new_token(&self, about: &ExecutionInfo, state: &str, last_event: u32) -> SmolStr;

    /// Returns the items of a mocked ItemReader, so that no object is read.
    fn items_of_reader(
        &self,
        about: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<Value, TransferError>>;

    /// Counts a change of a state's task. A change is counted once, even if the step that made it
    /// is never durable.
    fn task_changed(&self, _state: StateIx, _event: TaskEvent) {}

    /// Reports the failure of a state, before its retriers and catchers handle it.
    fn state_failed(&self, _state: StateIx, _failure: &Failure) {}

    /// Reports that a field of a state, or of one of its catchers, could not be evaluated.
    fn evaluation_failed(&self, _state: StateIx, _failure: &Failure) {}

    /// Reports that a retrier or a catcher of a state handles its failure.
    fn failure_handled(&self, _state: StateIx, _handler: FailureHandler) {}
}

/// A retrier or a catcher of a state, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureHandler {
    /// An entry of `Retry`.
    Retrier(usize),
    /// An entry of `Catch`.
    Catcher(usize),
}

/// The program, the environment and the commands of one call of the interpreter.
pub(crate) struct StepContext<'a> {
    pub(crate) program: &'a Program,
    pub(crate) environment: Environment<'a>,
    commands: &'a mut CommandQueue,
    /// Whether the step stops until its commands are performed, because one of them has a reply.
    pub(super) awaits_reply: bool,
}

impl<'a> StepContext<'a> {
    #[inline]
    pub(super) fn new(environment: Environment<'a>, commands: &'a mut CommandQueue) -> Self {
        Self {
            program: environment.program,
            environment,
            commands,
            awaits_reply: false,
        }
    }

    #[inline]
    pub(super) fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Adds a command that may have a reply before the next transition.
    #[inline]
    pub(super) fn request(&mut self, command: Command) {
        self.commands.push(command);
        self.awaits_reply = true;
    }

    /// Adds a command for a task that is about to start.
    #[inline]
    pub(super) fn request_task(&mut self, command: TaskCommand, task: TaskRequest) {
        self.commands.set_task(command, task);
        self.awaits_reply = true;
    }

    /// Takes the task that is about to start, after a reply.
    #[inline]
    pub(super) fn take_task(&mut self) -> Option<TaskRequest> {
        self.commands.take_task()
    }

    /// Takes the answer to the request who executes the task.
    #[inline]
    pub(super) fn take_resolved(&mut self) -> Option<ResolvedTask> {
        self.commands.take_resolved()
    }

    /// Takes the result of the task that was started, if it is there already.
    #[inline]
    pub(super) fn take_result(&mut self) -> Option<TaskResult> {
        self.commands.take_result()
    }

    /// Drops the task if it has ended with its start, and returns its wait.
    #[inline]
    pub(super) fn drop_ended_task(&mut self) -> Option<WaitId> {
        self.commands.drop_ended_task()
    }

    /// Opens or closes a span of a cursor, if the caller has spans.
    #[inline]
    pub(super) fn change_span(&mut self, cursor: CursorId, change: impl FnOnce() -> SpanChange) {
        if self.environment.has_spans {
            let change = change();
            self.command(Command::ChangeSpan { cursor, change });
        }
    }

    #[inline]
    pub(super) fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp) {
        self.command(Command::Arm { wait_id, kind, at });
    }

    pub(super) fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        self.command(Command::Disarm { wait_id, kind });
    }

    #[inline]
    pub(super) fn release(&mut self, wait_id: WaitId) {
        self.command(Command::Release { wait_id });
    }
}
