use std::sync::Arc;

use smol_str::SmolStr;

use super::failure::Failure;
use super::span_change::SpanChange;
use crate::clock::{Listeners, Timestamp};
use crate::distributed::source::{SourceRequest, SourceResponse};
use crate::distributed::{RunView, Tally, WriteRequest, WriteResponse};
use crate::execution_info::ExecutionInfo;
use crate::program::{Entry, Program, Task};
use crate::statistics::TaskEvent;
use crate::status::Status;
use crate::task::{Answer, NestedStart, Resource, TaskCall, TaskEffect, TaskResult};
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

/// The operations that an execution needs from the engine. The interpreter itself has no runtime, clock or handlers.
pub(crate) trait Host {
    /// Returns the current time.
    fn now(&self) -> Timestamp;

    /// Returns a new token for the task of a state. It cannot be guessed, unless a test chose it.
    fn new_token(&mut self, about: &ExecutionInfo, state: &str) -> SmolStr;

    /// Returns the handler of the task and its effect, as data, before the task's events are written. Starts nothing.
    /// `wait_id` is the future wait for the result.
    fn resolve(&mut self, call: &TaskCall<'_>, wait_id: WaitId) -> Answer;

    /// Performs a resolved effect, after its events were written. Returns `None` if the result is delivered later.
    fn perform(&mut self, wait_id: WaitId, effect: TaskEffect) -> Option<TaskResult>;

    /// Adds the task to an activity's queue. Its token is open.
    fn queue(&mut self, wait_id: WaitId, activity: &SmolStr, input: Value);

    /// Resumes a handler's task of a recovered execution: calls an idempotent handler again, fails the task of another
    /// handler, and waits if no handler is registered.
    fn resume_work(&mut self, wait_id: WaitId, call: &TaskCall<'_>);

    /// Resumes a nested start of a recovered execution: delivers the end of the nested execution and, unless it
    /// `is_begun`, the response of the start.
    fn follow(&mut self, wait_id: WaitId, of: CallSite<'_>, start: &NestedStart, is_begun: bool);

    /// Returns whether a handler for a waiting task exists. Reports the task as unhandled if not.
    fn has_handler(&mut self, wait_id: WaitId, of: CallSite<'_>, target: Option<&str>) -> bool;

    /// Registers `token`: from now on its holder may complete the task. The job of a `.sync` task can complete it too;
    /// then `is_awaited` is false, because the execution does not wait for an external caller.
    fn open_token(&mut self, wait_id: WaitId, token: &SmolStr, is_awaited: bool);

    /// Holds virtual time until the wait ends: a test completes it.
    fn hold_clock(&mut self, wait_id: WaitId, listeners: &Arc<Listeners>);

    /// Arms a timer that fires at `at`.
    fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp);

    /// Cancels one timer.
    fn disarm(&mut self, wait_id: WaitId, kind: TimerKind);

    /// Registers a Map Run. Its children and its end are reported under `wait_id`.
    fn open_run(&mut self, wait_id: WaitId, view: RunView);

    /// Resumes a Map Run of a recovered execution. Returns whether this process already runs it; then nothing was lost.
    fn resume_run(&mut self, wait_id: WaitId, view: RunView, tally: Tally) -> bool;

    /// Resumes a child of such a run that has no known end, and delivers its end later.
    fn resume_child(&mut self, wait_id: WaitId, child: ChildStart);

    /// Starts a child of a Map Run, and delivers its end later.
    ///
    /// # Errors
    ///
    /// Returns the reason why the child cannot start.
    fn start_child(&mut self, wait_id: WaitId, child: ChildStart) -> Result<(), String>;

    /// Stops the running children of a Map Run. The end of each is delivered as usual.
    fn stop_children(&mut self, wait_id: WaitId);

    /// Reports the counts of a Map Run, and its status if it has ended.
    fn report_run(&mut self, wait_id: WaitId, tally: Tally, ended: Option<Status>);

    /// Reads from the object store. Returns `None` if the response is delivered later.
    fn read_object(
        &mut self,
        wait_id: WaitId,
        request: SourceRequest,
    ) -> Option<Result<SourceResponse, String>>;

    /// Writes to the object store. Returns `None` if the response is delivered later.
    fn write_object(
        &mut self,
        wait_id: WaitId,
        state: &str,
        write: WriteRequest,
    ) -> Option<Result<WriteResponse, String>>;

    /// Returns the items of a mocked ItemReader, so that no object is read.
    fn items_of_reader(&mut self, state: &str) -> Option<Result<Value, String>>;

    /// Reports that a field of a state could not be evaluated.
    fn evaluation_failed(&mut self, state: &str, failure: &Failure);

    /// Counts a change of a Task state's task.
    fn count_task(&mut self, task: &Task, event: TaskEvent);

    /// Returns whether the host has spans.
    fn has_spans(&self) -> bool;

    /// Opens or closes a span of a cursor.
    fn change_span(&mut self, cursor: CursorId, change: SpanChange<'_>);

    /// Ends the wait: releases its children, timers, handler and token.
    fn release(&mut self, wait_id: WaitId);
}

/// A Task state and the resource that it calls.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a> {
    pub(crate) state: &'a str,
    pub(crate) resource: &'a Resource,
}

impl<'a> CallSite<'a> {
    pub(crate) fn of(call: &TaskCall<'a>) -> Self {
        Self {
            state: call.state,
            resource: call.resource,
        }
    }
}

/// The program and host of one step.
pub(crate) struct StepContext<'a> {
    pub(crate) program: &'a Program,
    pub(crate) host: &'a mut dyn Host,
    has_spans: bool,
}

impl<'a> StepContext<'a> {
    pub(crate) fn new(program: &'a Program, host: &'a mut dyn Host) -> Self {
        let has_spans = host.has_spans();
        Self {
            program,
            host,
            has_spans,
        }
    }

    /// Opens or closes a span of a cursor, if the host has spans.
    #[inline]
    pub(super) fn change_span(&mut self, cursor: CursorId, change: SpanChange<'_>) {
        if self.has_spans {
            self.host.change_span(cursor, change);
        }
    }
}

/// A child execution of a Map Run.
#[derive(Debug)]
pub(crate) struct ChildStart {
    /// Its index among the children of the run.
    pub(crate) number: u32,
    pub(crate) about: Arc<ExecutionInfo>,
    pub(crate) entry: Entry,
    pub(crate) seed: u64,
    /// It was started before and did not succeed. It resumes where it stopped, if that is stored.
    pub(crate) is_restart: bool,
}
