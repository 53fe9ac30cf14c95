//! Waits for a started task: its token, its timers, its result and its end.

use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::errors::{self, INVALID_OUTPUT};

use super::task_events::{failed, succeeded, timed_out};
use crate::execution::command::{Command, StartedJob};
use crate::execution::cursor::{EarlyAnswer, OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use crate::execution::failure::Failure;
use crate::execution::span_change::SpanChange;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::execution::task_request::{TaskRequest, TaskSettings};
use crate::history::{Details, EventKind, Payload};
use crate::program::{AnswerError, AnswerType, Kind, State, Task};
use crate::task::{IntegrationPattern, TaskEnd, TaskEvent, TaskFailure, TaskResult, TaskTimes};
use crate::value::{MAX_TYPED_DEPTH, Value};
use crate::wait_id::{CursorId, TimerKind, WaitId};

/// The error of a task whose handler ended with its process.
#[doc(hidden)]
pub const LOST: &str = "Stepwright.TaskLost";

/// Whether a task had its result when it was scheduled.
#[derive(Clone, Copy)]
pub(crate) enum TaskProgress {
    Immediate,
    Waited,
    /// The service refused the request of the task, at once or later.
    Refused {
        waited: bool,
    },
}

impl Execution {
    /// Opens the token: from now on its holder may complete the task.
    pub(crate) fn open_token(
        &mut self,
        wait_id: WaitId,
        pattern: IntegrationPattern,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        if let (Some(token), Waiting::Task(task)) =
            (cursor.attempt_state.token(), &mut cursor.waiting)
        {
            if task.takes_token {
                return;
            }
            task.takes_token = true;
            cx.command(Command::OpenToken {
                wait_id,
                token: token.clone(),
                is_awaited: !pattern.is_sync(),
            });
        }
    }

    /// Arms the timers of a waiting task. A queued activity task has only its timeout, which
    /// restarts when a worker takes the task.
    pub(crate) fn arm_task(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let now = self.now;
        let Some(task) = self.open_task(wait_id) else {
            return;
        };
        if let Some(seconds) = task.timeout {
            let due = now + Duration::from_secs(seconds);
            task.timeout_due = Some(due);
            cx.arm(wait_id, TimerKind::Timeout, due);
        }
        if let Some(seconds) = task.heartbeat
            && task.stage != OpenTaskStage::Queued
        {
            let due = now + Duration::from_secs(seconds);
            task.heartbeat_due = Some(due);
            cx.arm(wait_id, TimerKind::Heartbeat, due);
        }
    }

    /// Returns the task that waits under `wait_id`.
    pub(crate) fn open_task(&mut self, wait_id: WaitId) -> Option<&mut OpenTask> {
        match &mut self.waiting_for(wait_id)?.waiting {
            Waiting::Task(task) => Some(task),
            _ => None,
        }
    }

    /// Writes the event of the task's end, then leaves the state or fails it.
    pub(crate) fn finish_task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        result: TaskResult,
        progress: TaskProgress,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let family = task.resource.kind();
        let failure = match result {
            // The result is not wrapped again, because that would move it.
            Ok(output) if self.is_within_limits(&output) => {
                self.count_end(id, TaskEnd::Succeeded, progress, cx);
                cx.change_span(id, || SpanChange::TaskEnded { error: None });
                self.write_with(id, succeeded(family), || Payload::Value(output.clone()));
                return match self.exit_with_result(id, state, output) {
                    Ok(exit) => Ok(StateProgress::Exit(exit)),
                    Err(error) => Err(self.query_failed(id, &error, &state.name)),
                };
            }
            Ok(_) => Failure::too_large(task.resource.label(&state.name)).of_task(),
            Err(failure) => Failure::from(failure),
        };
        self.count_end(id, TaskEnd::Failed, progress, cx);
        cx.change_span(id, || SpanChange::TaskEnded {
            error: Some(failure.error_name()),
        });
        let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
        let is_submission = matches!(progress, TaskProgress::Refused { .. });
        let kind = if is_submission && task.resource.pattern().is_sync() {
            EventKind::TaskSubmitFailed
        } else {
            failed(family)
        };
        self.write(id, kind, payload);
        Err(failure)
    }

    /// Counts the end of a cursor's task.
    fn count_end(&self, id: CursorId, end: TaskEnd, progress: TaskProgress, cx: &StepContext<'_>) {
        let event = match progress {
            TaskProgress::Immediate | TaskProgress::Refused { waited: false } => {
                TaskEvent::Immediate(end)
            }
            TaskProgress::Waited | TaskProgress::Refused { waited: true } => {
                TaskEvent::Ended(end, self.times_of_task(id))
            }
        };
        self.count_task(id, event, cx);
    }

    /// Returns the times of the task that ends now.
    pub(super) fn times_of_task(&self, id: CursorId) -> Option<TaskTimes> {
        let cursor = self.cursors.get(id)?;
        let (scheduled, started) = self.recorder.task_times(cursor.state, cursor.scope)?;
        // No event is older than the one before it.
        let now = self.now.max(self.recorder.latest());
        Some(TaskTimes {
            all: now - scheduled,
            run: started.map(|started| now - started),
        })
    }

    /// Handles the result of a waiting task.
    pub(crate) fn complete_task(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut StepContext<'_>,
    ) {
        self.end_task(wait_id, result, TaskProgress::Waited, cx);
    }

    fn end_task(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        progress: TaskProgress,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let state = cx.program.state(cursor.state);
        let Kind::Task(task) = &state.kind else {
            return;
        };
        cx.release(wait_id);
        let progress = self.finish_task(wait_id.cursor, state, task, result, progress, cx);
        self.conclude(wait_id.cursor, progress, cx);
    }

    /// Handles the result of a performed effect: the result of the task, or the response to a
    /// request whose token or job then completes the task.
    pub(crate) fn task_work_completed(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut StepContext<'_>,
    ) {
        let Some(task) = self.open_task(wait_id) else {
            return;
        };
        if task.stage != OpenTaskStage::Submitting {
            return self.complete_task(wait_id, result, cx);
        }
        match result {
            Err(failure) => {
                // If only the response of the request was lost, the result that the token delivered
                // earlier still counts.
                let early = task.answer.take();
                let is_lost = failure.error.as_deref() == Some(LOST);
                match early.filter(|_| is_lost) {
                    Some(early) => self.complete_task(wait_id, early.result, cx),
                    // The service may have accepted a lost request.
                    None if is_lost => self.complete_task(wait_id, Err(failure), cx),
                    None => {
                        let refused = TaskProgress::Refused { waited: true };
                        self.end_task(wait_id, Err(failure), refused, cx);
                    }
                }
            }
            Ok(response) => self.task_submitted(wait_id, response, cx),
        }
    }

    /// Handles the response to the request of a task: a token or a job completes the task from now
    /// on.
    fn task_submitted(&mut self, wait_id: WaitId, response: Value, cx: &mut StepContext<'_>) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let Kind::Task(defined) = &cx.program.state(cursor.state).kind else {
            return;
        };
        let Waiting::Task(task) = &mut cursor.waiting else {
            return;
        };
        task.submitted(&response, defined.resource.pattern());
        let early = task.answer.take();
        self.write(
            wait_id.cursor,
            EventKind::TaskSubmitted,
            Payload::Value(response),
        );
        match early {
            Some(early) => self.complete_task(wait_id, early.result, cx),
            None => self.follow_job(wait_id, cx),
        }
    }

    /// Requests to follow the job of a `.sync` task, after its request has succeeded.
    pub(crate) fn follow_job(&self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        if let Some(cursor) = self.cursors.get(wait_id.cursor)
            && let Waiting::Task(open) = &cursor.waiting
            && let Some(job) = started_job(wait_id, open)
        {
            cx.command(Command::FollowJob(Box::new(job)));
        }
    }

    /// Handles the result of a token or of a nested execution. A result before TaskSubmitted takes
    /// effect after that event. Returns whether the result is accepted: not if the task has ended
    /// or already has a result.
    pub(crate) fn task_external_completed(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut StepContext<'_>,
    ) -> bool {
        let result = self.typed_answer(wait_id, result, cx);
        let Some(task) = self.open_task(wait_id) else {
            return false;
        };
        if task.stage != OpenTaskStage::Submitting {
            self.complete_task(wait_id, result, cx);
        } else if task.answer.is_none() {
            task.answer = Some(Box::new(EarlyAnswer { result, due: None }));
        } else {
            return false;
        }
        true
    }

    /// Checks the type of a result. A result of an unexpected type fails the task, so that the
    /// workflow can catch it. AWS accepts any result, and the execution fails in a later state that
    /// reads it.
    fn typed_answer(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &StepContext<'_>,
    ) -> TaskResult {
        let output = result?;
        let expected = self.waiting_for(wait_id).and_then(|cursor| {
            match &cx.program.state(cursor.state).kind {
                Kind::Task(task) => task.answer.as_deref(),
                _ => None,
            }
        });
        match expected.map(|expected| check_answer(expected, &output)) {
            None | Some(Ok(())) => Ok(output),
            Some(Err(why)) => Err(TaskFailure::with_message(INVALID_OUTPUT, &why.message)),
        }
    }

    /// Handles a worker that took the task from its activity's queue; it may not be the first
    /// worker. Returns whether the execution still waits for the task.
    pub(crate) fn activity_started(
        &mut self,
        wait_id: WaitId,
        worker: Option<SmolStr>,
        cx: &mut StepContext<'_>,
    ) -> bool {
        let Some(task) = self.open_task(wait_id) else {
            return false;
        };
        if task.stage != OpenTaskStage::Queued {
            return true;
        }
        task.stage = OpenTaskStage::Started;
        let waited = self.times_of_task(wait_id.cursor).map(|times| times.all);
        self.count_task(wait_id.cursor, TaskEvent::Taken(waited), cx);
        let payload = worker.map_or(Payload::None, |name| Details::Worker(name).into());
        self.write(wait_id.cursor, EventKind::ActivityStarted, payload);
        cx.disarm(wait_id, TimerKind::Timeout);
        self.arm_task(wait_id, cx);
        true
    }

    /// Handles the expiry of TimeoutSeconds or HeartbeatSeconds. Both are reported as
    /// States.Timeout.
    pub(crate) fn task_timed_out(
        &mut self,
        wait_id: WaitId,
        by_heartbeat: bool,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let Kind::Task(task) = &cx.program.state(cursor.state).kind else {
            return;
        };
        cx.release(wait_id);
        let end = if by_heartbeat {
            TaskEnd::HeartbeatTimedOut
        } else {
            TaskEnd::TimedOut
        };
        let times = self.times_of_task(wait_id.cursor);
        self.count_task(wait_id.cursor, TaskEvent::Ended(end, times), cx);
        let error = SmolStr::new_static(errors::TIMEOUT);
        cx.change_span(wait_id.cursor, || SpanChange::TaskEnded {
            error: Some(error.clone()),
        });
        self.write(
            wait_id.cursor,
            timed_out(task.resource.kind()),
            Payload::failure(Some(error), None),
        );
        let failure = Failure::timeout(by_heartbeat).of_task();
        self.conclude(wait_id.cursor, Err(failure), cx);
    }
}

/// Returns the request of a task that was started before, perhaps by another process.
pub(crate) fn request_of(
    wait_id: WaitId,
    open: &OpenTask,
    input: &Value,
    call: u32,
) -> TaskRequest {
    TaskRequest {
        wait_id,
        parameters: input.clone(),
        call,
        settings: Some(Box::new(TaskSettings {
            timeout: open.timeout,
            heartbeat: open.heartbeat,
            role: None,
        })),
        is_submission: open.stage == OpenTaskStage::Submitting,
    }
}

/// Returns the job that a task has started.
pub(crate) fn started_job(wait_id: WaitId, open: &OpenTask) -> Option<StartedJob> {
    match &open.executor {
        TaskExecutor::Job {
            input,
            call,
            response,
            by_fallback,
        } => Some(StartedJob {
            request: request_of(wait_id, open, input, *call),
            response: response.clone(),
            by_fallback: *by_fallback,
        }),
        _ => None,
    }
}

/// Checks a result against the expected type, and returns the first mismatch.
fn check_answer(expected: &dyn AnswerType, answer: &Value) -> Result<(), AnswerError> {
    if answer.depth() > MAX_TYPED_DEPTH {
        return Err(AnswerError::new(format!(
            "an answer has at most {MAX_TYPED_DEPTH} levels here"
        )));
    }
    expected.check(answer.to_json())
}
