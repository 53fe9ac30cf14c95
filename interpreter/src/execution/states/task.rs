//! Runs Task states: evaluates their fields, and requests the start of their tasks.

use smol_str::SmolStr;
use stepwright_asl::errors;

use super::arguments::check_lists;
use crate::execution::command::{Command, QueuedInput, TaskCommand};
use crate::execution::cursor::{EarlyAnswer, OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use crate::execution::failure::Failure;
use crate::execution::span_change::SpanChange;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::execution::task_request::{ResolvedExecutor, ResolvedTask, TaskRequest, TaskSettings};
use crate::execution::tasks::open_task::TaskProgress;
use crate::execution::tasks::task_events::{scheduled, scheduled_payload, started};
use crate::history::{Details, EventKind, Payload};
use crate::program::{Kind, State, Task};
use crate::query::QueryError;
use crate::task::{IntegrationPattern, TaskEvent, TaskResult};
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

impl Execution {
    /// Evaluates the fields, and requests who executes the task.
    pub(crate) fn task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        if task.resource.has_token()
            && let Some(cursor) = self.cursors.get_mut(id)
        {
            let caller = cx.environment.caller;
            let token = caller.new_token(&self.about, &state.name, self.recorder.count());
            cursor.attempt_state.set_token(token);
        }
        let parameters = match self.task_parameters(id, state) {
            Ok(parameters) => parameters,
            Err(error) => return Err(self.query_failed(id, &error, &state.name)),
        };
        let settings = match self.task_settings(id, state, task) {
            Ok(settings) => settings,
            Err(error) => return Err(self.query_failed(id, &error, &state.name)),
        };
        if !self.is_within_limits(&parameters) {
            return Err(Failure::too_large(&state.name));
        }
        if let Err(error) = check_lists(&parameters, task.lists_by_name) {
            return Err(self.query_failed(id, &error, &state.name));
        }
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(StateProgress::Wait);
        };
        let at = cursor.state;
        cx.change_span(id, || SpanChange::TaskBegun {
            state: at,
            attempt: cursor.attempt_state.retry_count(),
        });
        let request = TaskRequest {
            call: self.calls.get(at.index()).copied().unwrap_or_default(),
            wait_id: self.next_wait(id),
            parameters,
            settings,
            is_submission: false,
        };
        let is_plain = task.resource.pattern() == IntegrationPattern::RequestResponse;
        if !is_plain || !cx.environment.caller.has_handler(at) {
            cx.request_task(TaskCommand::Resolve, request);
            return Ok(StateProgress::Wait);
        }
        self.count_call(id);
        self.write_schedule(&request, task);
        self.write_with(id, started(task.resource.kind()), || Payload::None);
        if !self.recorder.is_full() {
            cx.request_task(TaskCommand::Call, request);
        }
        Ok(StateProgress::Wait)
    }

    #[inline]
    fn write_schedule(&mut self, request: &TaskRequest, task: &Task) {
        let kind = scheduled(task.resource.kind());
        let id = request.wait_id.cursor;
        self.write_with(id, kind, || scheduled_payload(request));
    }

    /// Handles the reply to the request who executes a task.
    pub(crate) fn task_resolved(&mut self, cx: &mut StepContext<'_>) {
        let Some(resolved) = cx.take_resolved() else {
            return;
        };
        self.continue_after_reply(cx, |execution, request, state, task, cx| {
            execution.schedule_task(request, resolved, state, task, cx)
        });
    }

    /// Continues the task that is about to start, after a reply.
    #[inline]
    fn continue_after_reply(
        &mut self,
        cx: &mut StepContext<'_>,
        advance: impl FnOnce(&mut Self, TaskRequest, &State, &Task, &mut StepContext<'_>) -> StateResult,
    ) {
        let program = cx.program;
        if let Some(request) = cx.take_task()
            && let id = request.wait_id.cursor
            && let Some(cursor) = self.cursors.get(id)
            && let state = program.state(cursor.state)
            && let Kind::Task(task) = &state.kind
        {
            let progress = advance(self, request, state, task, cx);
            self.conclude(id, progress, cx);
        }
    }

    /// Writes Scheduled and Started, and requests the start of the task, or handles its result if
    /// it is known.
    fn schedule_task(
        &mut self,
        request: TaskRequest,
        mut resolved: ResolvedTask,
        state: &State,
        task: &Task,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let wait_id = request.wait_id;
        let id = wait_id.cursor;
        if let ResolvedExecutor::Unhandled = resolved.executor {
            let target = task.resource.target_in(&request.parameters);
            let target = target.map(SmolStr::new);
            cx.change_span(id, || SpanChange::TaskEnded { error: None });
            self.wait_as(wait_id, Waiting::Handler { target });
            return Ok(StateProgress::Wait);
        }
        self.count_call(id);
        if let ResolvedExecutor::Refused(reason) = resolved.executor {
            cx.change_span(id, || SpanChange::TaskEnded {
                error: Some(SmolStr::new_static(errors::RUNTIME)),
            });
            let error = QueryError::runtime(reason);
            return Err(self.query_failed(id, &error, &state.name));
        }
        self.write_schedule(&request, task);
        let is_queued = matches!(resolved.executor, ResolvedExecutor::Activity);
        if !is_queued {
            let details = resolved.details.as_mut();
            let worker = details.and_then(|details| details.worker.take());
            let worker = worker.map_or(Payload::None, |name| Details::Worker(name).into());
            self.write(id, started(task.resource.kind()), worker);
        }
        if self.recorder.is_full() {
            return Ok(StateProgress::Wait);
        }
        if task.resource.pattern() == IntegrationPattern::RequestResponse {
            // Most tasks complete immediately; then the call is not stored.
            match resolved.executor {
                ResolvedExecutor::Result(result) if resolved.delay().is_zero() => {
                    // Drops the reference, so that the input can be changed in place.
                    drop(request);
                    return self.finish_task(id, state, task, result, TaskProgress::Immediate, cx);
                }
                ResolvedExecutor::Handler { .. } => {
                    cx.request_task(TaskCommand::Perform, request);
                    return Ok(StateProgress::Wait);
                }
                _ => {}
            }
        }
        let executor = stored_executor(&resolved.executor, &request);
        self.wait_for_task(&request, executor);
        if is_queued && let Some(open) = self.open_task(wait_id) {
            open.stage = OpenTaskStage::Queued;
        }
        self.begin_task(request, resolved, state, task, cx)
    }

    /// Sets the cursor to wait for its task.
    fn wait_for_task(&mut self, request: &TaskRequest, executor: TaskExecutor) {
        let open = OpenTask {
            stage: OpenTaskStage::Started,
            executor,
            timeout: request.timeout(),
            heartbeat: request.heartbeat(),
            timeout_due: None,
            heartbeat_due: None,
            takes_token: false,
            answer: None,
            is_held: false,
        };
        self.wait_as(request.wait_id, Waiting::Task(Box::new(open)));
    }

    /// Begins a task that the cursor waits for, after its events were written.
    fn begin_task(
        &mut self,
        mut request: TaskRequest,
        mut resolved: ResolvedTask,
        state: &State,
        task: &Task,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let pattern = task.resource.pattern();
        let wait_id = request.wait_id;
        let id = wait_id.cursor;
        request.is_submission = matches!(
            resolved.executor,
            ResolvedExecutor::Handler { submits: true, .. }
                | ResolvedExecutor::Execution { submits: true, .. }
        );
        // A task without a separate request is submitted as soon as it is started.
        if pattern != IntegrationPattern::RequestResponse && !request.is_submission {
            let details = resolved.details.as_mut();
            let submitted = details.and_then(|details| details.submitted.take());
            let submitted = submitted.unwrap_or_else(Value::empty_object);
            self.write(id, EventKind::TaskSubmitted, Payload::Value(submitted));
        }
        if pattern.is_sync() || request.is_submission {
            self.open_token(wait_id, pattern, cx);
        }
        let delay = resolved.delay();
        match resolved.executor {
            ResolvedExecutor::Result(result) if delay.is_zero() => {
                drop(request);
                cx.release(wait_id);
                return self.finish_task(id, state, task, result, TaskProgress::Immediate, cx);
            }
            ResolvedExecutor::Result(result) => {
                let due = self.now + delay;
                if let Some(open) = self.open_task(wait_id) {
                    open.answer = Some(Box::new(EarlyAnswer {
                        result,
                        due: Some(due),
                    }));
                }
                cx.arm(wait_id, TimerKind::Answer, due);
            }
            ResolvedExecutor::Handler { .. } | ResolvedExecutor::Execution { .. } => {
                cx.request_task(TaskCommand::Perform, request);
                return Ok(StateProgress::Wait);
            }
            ResolvedExecutor::Token => self.open_token(wait_id, pattern, cx),
            ResolvedExecutor::Activity => {
                self.open_token(wait_id, pattern, cx);
                let task = Box::new(QueuedInput {
                    activity: task.resource.as_str().into(),
                    input: request.parameters,
                });
                cx.command(Command::Queue { wait_id, task });
            }
            ResolvedExecutor::Never
            | ResolvedExecutor::Refused(_)
            | ResolvedExecutor::Unhandled => {}
        }
        self.task_begun(wait_id, cx);
        Ok(StateProgress::Wait)
    }

    /// Handles the reply to the start of a task.
    pub(crate) fn task_performed(&mut self, cx: &mut StepContext<'_>) {
        if let Some(wait_id) = cx.drop_ended_task() {
            return self.task_ended_at_once(wait_id, cx);
        }
        self.continue_after_reply(cx, |execution, request, state, task, cx| {
            let result = cx.take_result();
            execution.continue_task(request, result, state, task, cx)
        });
    }

    /// Handles the result of a task that has ended with its start.
    fn task_ended_at_once(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let (id, program) = (wait_id.cursor, cx.program);
        let (Some(cursor), Some(result)) = (self.cursors.get(id), cx.take_result()) else {
            return;
        };
        let state = program.state(cursor.state);
        let Kind::Task(task) = &state.kind else {
            return;
        };
        // Most of these tasks have no resources.
        if self.open_task(wait_id).is_some() {
            cx.release(wait_id);
        }
        let progress = self.finish_task(id, state, task, result, TaskProgress::Immediate, cx);
        self.conclude(id, progress, cx);
    }

    /// Handles the response to a request, if it is there already, or waits for the task that was
    /// started.
    fn continue_task(
        &mut self,
        request: TaskRequest,
        response: Option<TaskResult>,
        state: &State,
        task: &Task,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let wait_id = request.wait_id;
        let id = wait_id.cursor;
        match response {
            Some(Ok(response)) => {
                if let Some(open) = self.open_task(wait_id) {
                    open.submitted(&response, task.resource.pattern());
                }
                self.write(id, EventKind::TaskSubmitted, Payload::Value(response));
                self.follow_job(wait_id, cx);
            }
            Some(refused) => {
                if self.open_task(wait_id).is_some() {
                    cx.release(wait_id);
                }
                // Drops the reference, so that the input can be changed in place.
                drop(request);
                let progress = TaskProgress::Refused { waited: false };
                return self.finish_task(id, state, task, refused, progress, cx);
            }
            None if request.is_submission => {
                if let Some(open) = self.open_task(wait_id) {
                    open.stage = OpenTaskStage::Submitting;
                }
            }
            None if self.open_task(wait_id).is_some() => {}
            None => {
                let input = request.parameters.clone();
                let executor = TaskExecutor::Handler {
                    input,
                    call: request.call,
                    // Only the job of a `.sync` task depends on it.
                    by_fallback: false,
                };
                self.wait_for_task(&request, executor);
            }
        }
        self.task_begun(wait_id, cx);
        Ok(StateProgress::Wait)
    }

    /// Counts a task that has begun, and arms its timers.
    fn task_begun(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        self.count_task(wait_id.cursor, TaskEvent::Scheduled, cx);
        self.arm_task(wait_id, cx);
    }

    /// Counts a change of a cursor's task.
    #[inline]
    pub(crate) fn count_task(&self, id: CursorId, event: TaskEvent, cx: &StepContext<'_>) {
        if let Some(cursor) = self.cursors.get(id) {
            cx.environment.caller.task_changed(cursor.state, event);
        }
    }

    /// Evaluates Parameters, or Arguments.
    fn task_parameters(&self, id: CursorId, state: &State) -> Result<Value, QueryError> {
        let cursor = self.cursor(id)?;
        self.parameters(cursor, state)
    }

    /// Evaluates TimeoutSeconds, HeartbeatSeconds and Credentials.
    fn task_settings(
        &self,
        id: CursorId,
        state: &State,
        task: &Task,
    ) -> Result<Option<Box<TaskSettings>>, QueryError> {
        if task.is_plain() {
            return Ok(None);
        }
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let role = |credentials| -> Result<Option<SmolStr>, QueryError> {
            let found = self.evaluate(credentials, cursor, &effective)?;
            let role = found.get("RoleArn").and_then(Value::as_str);
            Ok(role.map(SmolStr::new))
        };
        Ok(Some(Box::new(TaskSettings {
            timeout: self.non_negative_integer(
                cursor,
                &task.timeout,
                "TimeoutSeconds",
                &effective,
            )?,
            heartbeat: self.non_negative_integer(
                cursor,
                &task.heartbeat,
                "HeartbeatSeconds",
                &effective,
            )?,
            role: task.credentials.as_ref().map(role).transpose()?.flatten(),
        })))
    }

    /// Counts a call of a cursor's state.
    #[inline]
    fn count_call(&mut self, id: CursorId) {
        if self.calls.is_empty() {
            self.calls.grow(self.program.len());
        }
        let index = self.cursors.get(id).map(|cursor| cursor.state.index());
        if let Some(calls) = index.and_then(|index| self.calls.get_mut(index)) {
            *calls += 1;
        }
    }
}

/// Returns the executor of a task as it is stored.
fn stored_executor(executor: &ResolvedExecutor, request: &TaskRequest) -> TaskExecutor {
    match executor {
        ResolvedExecutor::Handler { by_fallback, .. } => TaskExecutor::Handler {
            input: request.parameters.clone(),
            call: request.call,
            by_fallback: *by_fallback,
        },
        ResolvedExecutor::Execution { start, .. } => TaskExecutor::Execution {
            start: start.clone(),
        },
        ResolvedExecutor::Activity => TaskExecutor::Activity {
            input: request.parameters.clone(),
        },
        ResolvedExecutor::Result(_)
        | ResolvedExecutor::Token
        | ResolvedExecutor::Never
        | ResolvedExecutor::Refused(_)
        | ResolvedExecutor::Unhandled => TaskExecutor::External,
    }
}
