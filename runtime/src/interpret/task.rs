use std::time::Duration;

use smol_str::SmolStr;
use stepwright::flow::AnswerType;
use stepwright::task::INVALID_OUTPUT;
use stepwright_asl::errors;

use super::arguments::check_lists;
use super::cursor::{EarlyAnswer, OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::StepContext;
use super::span_change::SpanChange;
use super::step::{StateProgress, StateResult};
use crate::history::{Details, EventKind, Payload};
use crate::program::{Kind, State, Task};
use crate::query::QueryError;
use crate::statistics::{TaskEnd, TaskEvent, TaskTimes};
use crate::task::{
    Answer, AnswerKind, IntegrationPattern, ResourceKind, TaskCall, TaskEffect, TaskFailure,
    TaskResult,
};
use crate::value::{MAX_TYPED_DEPTH, Value};
use crate::wait_id::CursorId;
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// The error of a task whose handler ended with its process.
pub(crate) const LOST: &str = "Stepwright.TaskLost";

/// Whether a task had its result when it was scheduled.
#[derive(Clone, Copy)]
enum TaskProgress {
    Immediate,
    Waited,
}

/// The evaluated fields of a Task, without its parameters.
#[derive(Clone, Default)]
struct TaskSettings {
    timeout: Option<u64>,
    heartbeat: Option<u64>,
    role: Option<SmolStr>,
}

impl Execution {
    /// Evaluates the fields, resolves the handler, writes Scheduled and Started, and handles the result if it is
    /// available.
    pub(super) fn task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        if task.resource.has_token()
            && let Some(cursor) = self.cursors.get_mut(id)
        {
            let token = cx.host.new_token(&self.about, &state.name);
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
        let wait_id = self.next_wait(id);
        let (mut answer, call) = self.resolve(wait_id, state, task, &parameters, &settings, cx);
        if let AnswerKind::Unhandled(_) = answer.reply {
            let target = task.resource.target_in(&parameters);
            let target = target.map(SmolStr::new);
            cx.change_span(id, SpanChange::TaskEnded { error: None });
            self.wait_as(wait_id, Waiting::Handler { target });
            return Ok(StateProgress::Wait);
        }
        self.count_call(id);
        if let AnswerKind::Refused(reason) = answer.reply {
            let ended = SpanChange::TaskEnded {
                error: Some(errors::RUNTIME),
            };
            cx.change_span(id, ended);
            let error = QueryError::runtime(reason);
            return Err(self.query_failed(id, &error, &state.name));
        }
        let family = task.resource.kind();
        self.write_with(id, scheduled(family), || {
            scheduled_payload(&parameters, settings.clone())
        });
        let is_queued = matches!(answer.reply, AnswerKind::Activity);
        if !is_queued {
            let worker = answer.worker.take();
            let worker = worker.map_or(Payload::None, |name| Details::Worker(name).into());
            self.write(id, started(family), worker);
        }
        if self.recorder.is_full() {
            return Ok(StateProgress::Wait);
        }
        let is_plain = task.resource.pattern() == IntegrationPattern::RequestResponse;
        let result = match answer.reply {
            // Most tasks complete immediately; then the call is not stored.
            AnswerKind::Result(result) if is_plain && answer.delay.is_zero() => Some(result),
            AnswerKind::Later(work @ TaskEffect::Work { .. }) if is_plain => {
                let result = cx.host.perform(wait_id, work);
                if result.is_none() {
                    let input = parameters.clone();
                    self.wait_for_task(wait_id, TaskExecutor::Handler { input, call }, &settings);
                }
                result
            }
            reply => {
                let executor = executor_of(&reply, &parameters, call);
                self.wait_for_task(wait_id, executor, &settings);
                if is_queued && let Some(open) = self.open_task(wait_id) {
                    open.stage = OpenTaskStage::Queued;
                }
                self.begin_task(wait_id, task, Answer { reply, ..answer }, cx)
            }
        };
        // Drops the reference, so that the input can be changed in place.
        drop(parameters);
        if let Some(result) = result {
            cx.host.release(wait_id);
            return self.finish_task(id, state, task, result, TaskProgress::Immediate, cx);
        }
        cx.host.count_task(task, TaskEvent::Scheduled);
        self.arm_task(wait_id, cx);
        Ok(StateProgress::Wait)
    }

    /// Sets the cursor to wait for its task.
    fn wait_for_task(&mut self, wait_id: WaitId, executor: TaskExecutor, settings: &TaskSettings) {
        let open = OpenTask {
            stage: OpenTaskStage::Started,
            executor,
            timeout: settings.timeout,
            heartbeat: settings.heartbeat,
            timeout_due: None,
            heartbeat_due: None,
            takes_token: false,
            answer: None,
        };
        self.wait_as(wait_id, Waiting::Task(Box::new(open)));
    }

    /// Performs the resolved effect after its events were written, and returns the result if it is available.
    fn begin_task(
        &mut self,
        wait_id: WaitId,
        task: &Task,
        answer: Answer,
        cx: &mut StepContext<'_>,
    ) -> Option<TaskResult> {
        let pattern = task.resource.pattern();
        let id = wait_id.cursor;
        let submitted = answer.submitted.unwrap_or_else(Value::empty_object);
        // A reply without a separate request is submitted as soon as it is started.
        if pattern != IntegrationPattern::RequestResponse
            && !matches!(answer.reply, AnswerKind::Submit(_))
        {
            self.write(id, EventKind::TaskSubmitted, Payload::Value(submitted));
        }
        if pattern.is_sync() {
            self.open_token(wait_id, pattern, cx);
        }
        match answer.reply {
            AnswerKind::Result(result) if answer.delay.is_zero() => Some(result),
            AnswerKind::Result(result) => {
                let due = self.now + answer.delay;
                if let Some(open) = self.open_task(wait_id) {
                    open.answer = Some(Box::new(EarlyAnswer {
                        result,
                        due: Some(due),
                    }));
                }
                cx.host.arm(wait_id, TimerKind::Answer, due);
                None
            }
            AnswerKind::Later(effect) => cx.host.perform(wait_id, effect),
            AnswerKind::Submit(effect) => {
                self.open_token(wait_id, pattern, cx);
                match cx.host.perform(wait_id, effect) {
                    Some(Ok(response)) => {
                        if let Some(open) = self.open_task(wait_id) {
                            open.submitted();
                        }
                        self.write(id, EventKind::TaskSubmitted, Payload::Value(response));
                        None
                    }
                    Some(Err(failure)) => Some(Err(failure)),
                    None => {
                        if let Some(open) = self.open_task(wait_id) {
                            open.stage = OpenTaskStage::Submitting;
                        }
                        None
                    }
                }
            }
            AnswerKind::Token | AnswerKind::TokenOfTest(_) => {
                self.open_token(wait_id, pattern, cx);
                if let AnswerKind::TokenOfTest(listeners) = answer.reply {
                    cx.host.hold_clock(wait_id, &listeners);
                }
                None
            }
            AnswerKind::Activity => {
                self.open_token(wait_id, pattern, cx);
                self.queue(wait_id, task, cx);
                None
            }
            AnswerKind::Never | AnswerKind::Refused(_) | AnswerKind::Unhandled(_) => None,
        }
    }

    /// Opens the token: from now on its holder may complete the task.
    fn open_token(
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
            cx.host.open_token(wait_id, token, !pattern.is_sync());
        }
    }

    /// Adds a task to its activity's queue.
    fn queue(&mut self, wait_id: WaitId, task: &Task, cx: &mut StepContext<'_>) {
        if let Some(OpenTask {
            executor: TaskExecutor::Activity { input },
            ..
        }) = self.open_task(wait_id)
        {
            let input = input.clone();
            cx.host
                .queue(wait_id, &SmolStr::new(task.resource.as_str()), input);
        }
    }

    /// Arms the timers of a waiting task. A queued activity task has only its timeout, which restarts when a worker
    /// takes the task.
    fn arm_task(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let now = self.now;
        let Some(task) = self.open_task(wait_id) else {
            return;
        };
        if let Some(seconds) = task.timeout {
            let due = now + Duration::from_secs(seconds);
            task.timeout_due = Some(due);
            cx.host.arm(wait_id, TimerKind::Timeout, due);
        }
        if let Some(seconds) = task.heartbeat
            && task.stage != OpenTaskStage::Queued
        {
            let due = now + Duration::from_secs(seconds);
            task.heartbeat_due = Some(due);
            cx.host.arm(wait_id, TimerKind::Heartbeat, due);
        }
    }

    /// Returns the task that waits under `wait_id`.
    fn open_task(&mut self, wait_id: WaitId) -> Option<&mut OpenTask> {
        match &mut self.waiting_for(wait_id)?.waiting {
            Waiting::Task(task) => Some(task),
            _ => None,
        }
    }

    /// Evaluates Parameters, or Arguments.
    fn task_parameters(&self, id: CursorId, state: &State) -> Result<Value, QueryError> {
        let cursor = self.cursor(id)?;
        self.parameters(cursor, state, self.effective_input(cursor, state)?)
    }

    /// Evaluates TimeoutSeconds, HeartbeatSeconds and Credentials.
    fn task_settings(
        &self,
        id: CursorId,
        state: &State,
        task: &Task,
    ) -> Result<TaskSettings, QueryError> {
        if task.is_plain() {
            return Ok(TaskSettings::default());
        }
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let role = |credentials| -> Result<Option<SmolStr>, QueryError> {
            let found = self.evaluate(credentials, cursor, &effective)?;
            let role = found.get("RoleArn").and_then(Value::as_str);
            Ok(role.map(SmolStr::new))
        };
        Ok(TaskSettings {
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
        })
    }

    /// Resolves the handler of a task and its effect, without performing it. Also returns how often the state has
    /// called before.
    fn resolve(
        &mut self,
        wait_id: WaitId,
        state: &State,
        task: &Task,
        parameters: &Value,
        settings: &TaskSettings,
        cx: &mut StepContext<'_>,
    ) -> (Answer, u32) {
        let Some(cursor) = self.cursors.get(wait_id.cursor) else {
            return (Answer::never(), 0);
        };
        let calls = self.calls.get(cursor.state.index());
        let number = calls.copied().unwrap_or_default();
        let scope = self.recorder.scope_path(cx.program, cursor.scope);
        let call = TaskCall {
            about: &self.about,
            program: &self.program,
            at: cursor.state,
            state: &state.name,
            resource: &task.resource,
            handler: &task.handler,
            parameters,
            scope: &scope,
            attempt: cursor.attempt_state.retry_count(),
            call: number,
            token: cursor.attempt_state.token().map(SmolStr::as_str),
            timeout: settings.timeout.map(Duration::from_secs),
            heartbeat: settings.heartbeat.map(Duration::from_secs),
        };
        let begun = SpanChange::TaskBegun {
            resource: call.resource.as_str(),
            attempt: call.attempt,
        };
        cx.change_span(wait_id.cursor, begun);
        (cx.host.resolve(&call, wait_id), number)
    }

    /// Counts a call of a cursor's state.
    fn count_call(&mut self, id: CursorId) {
        if self.calls.is_empty() {
            self.calls.grow(self.program.len());
        }
        let index = self.cursors.get(id).map(|cursor| cursor.state.index());
        if let Some(calls) = index.and_then(|index| self.calls.get_mut(index)) {
            *calls += 1;
        }
    }

    /// Writes the event of the task's end, then leaves the state or fails it.
    fn finish_task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        result: TaskResult,
        progress: TaskProgress,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let family = task.resource.kind();
        let result = match result {
            Ok(output) if self.is_within_limits(&output) => Ok(output),
            Ok(_) => Err(Failure::too_large(task.resource.label(&state.name)).of_task()),
            Err(failure) => Err(Failure::from(failure)),
        };
        let end = match &result {
            Ok(_) => TaskEnd::Succeeded,
            Err(_) => TaskEnd::Failed,
        };
        let event = match progress {
            TaskProgress::Immediate => TaskEvent::Immediate(end),
            TaskProgress::Waited => TaskEvent::Ended(end, self.times_of_task(id)),
        };
        cx.host.count_task(task, event);
        let error = result.as_ref().err().map(Failure::error_name);
        cx.change_span(id, SpanChange::TaskEnded { error });
        match result {
            Ok(output) => {
                self.write_with(id, succeeded(family), || Payload::Value(output.clone()));
                match self.exit_with_result(id, state, output) {
                    Ok(exit) => Ok(StateProgress::Exit(exit)),
                    Err(error) => Err(self.query_failed(id, &error, &state.name)),
                }
            }
            Err(failure) => {
                let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
                self.write(id, failed(family), payload);
                Err(failure)
            }
        }
    }

    /// Returns the times of the task that ends now.
    fn times_of_task(&self, id: CursorId) -> Option<TaskTimes> {
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
    pub(super) fn complete_task(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let state = cx.program.state(cursor.state);
        let Kind::Task(task) = &state.kind else {
            return;
        };
        cx.host.release(wait_id);
        let waited = TaskProgress::Waited;
        let progress = self.finish_task(wait_id.cursor, state, task, result, waited, cx);
        self.conclude(wait_id.cursor, progress, cx);
    }

    /// Handles the result of a performed effect: the result of the task, or the response to a request whose token or
    /// job then completes the task.
    pub(super) fn task_work_completed(
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
                // If only the response of the request was lost, the result that the token delivered earlier still
                // counts.
                let early = task.answer.take();
                let early = early.filter(|_| failure.error.as_deref() == Some(LOST));
                let result = early.map_or(Err(failure), |early| early.result);
                self.complete_task(wait_id, result, cx);
            }
            Ok(response) => {
                task.submitted();
                let early = task.answer.take();
                self.write(
                    wait_id.cursor,
                    EventKind::TaskSubmitted,
                    Payload::Value(response),
                );
                if let Some(early) = early {
                    self.complete_task(wait_id, early.result, cx);
                }
            }
        }
    }

    /// Handles the result of a token or of a nested execution. A result before TaskSubmitted takes effect after that
    /// event. Returns whether the result is accepted: not if the task has ended or already has a result.
    pub(super) fn task_external_completed(
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

    /// Checks the type of a result. A result of an unexpected type fails the task, so that the workflow can catch it.
    /// AWS accepts any result, and the execution fails in a later state that reads it.
    fn typed_answer(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &StepContext<'_>,
    ) -> TaskResult {
        let output = result?;
        let expected = self.waiting_for(wait_id).and_then(|cursor| {
            match &cx.program.state(cursor.state).kind {
                Kind::Task(task) => task.answer,
                _ => None,
            }
        });
        match expected.map(|expected| check_answer(&expected, &output)) {
            None | Some(Ok(())) => Ok(output),
            Some(Err(why)) => Err(TaskFailure::with_message(INVALID_OUTPUT, &why)),
        }
    }

    /// Handles a worker that took the task from its activity's queue; it may not be the first worker. Returns whether
    /// the execution still waits for the task.
    pub(super) fn activity_started(
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
        if let Some(cursor) = self.cursors.get(wait_id.cursor)
            && let Kind::Task(task) = &cx.program.state(cursor.state).kind
        {
            cx.host.count_task(task, TaskEvent::Taken(waited));
        }
        let payload = worker.map_or(Payload::None, |name| Details::Worker(name).into());
        self.write(wait_id.cursor, EventKind::ActivityStarted, payload);
        cx.host.disarm(wait_id, TimerKind::Timeout);
        self.arm_task(wait_id, cx);
        true
    }

    /// Handles the expiry of TimeoutSeconds or HeartbeatSeconds. Both are reported as States.Timeout.
    pub(super) fn task_timed_out(
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
        cx.host.release(wait_id);
        let end = match by_heartbeat {
            true => TaskEnd::HeartbeatTimedOut,
            false => TaskEnd::TimedOut,
        };
        let times = self.times_of_task(wait_id.cursor);
        cx.host.count_task(task, TaskEvent::Ended(end, times));
        let ended = SpanChange::TaskEnded {
            error: Some(errors::TIMEOUT),
        };
        cx.change_span(wait_id.cursor, ended);
        let error = SmolStr::new_static(errors::TIMEOUT);
        self.write(
            wait_id.cursor,
            timed_out(task.resource.kind()),
            Payload::failure(Some(error), None),
        );
        let failure = Failure::timeout(by_heartbeat).of_task();
        self.conclude(wait_id.cursor, Err(failure), cx);
    }
}

/// Checks a result against the expected type, and returns the first mismatch.
fn check_answer(expected: &AnswerType, answer: &Value) -> Result<(), String> {
    if answer.depth() > MAX_TYPED_DEPTH {
        return Err(format!(
            "an answer has at most {MAX_TYPED_DEPTH} levels here"
        ));
    }
    expected.check(answer.to_json())
}

/// Returns the executor of a task, as it is stored.
fn executor_of(reply: &AnswerKind, input: &Value, call: u32) -> TaskExecutor {
    match reply {
        AnswerKind::Later(TaskEffect::Work { .. })
        | AnswerKind::Submit(TaskEffect::Work { .. }) => TaskExecutor::Handler {
            input: input.clone(),
            call,
        },
        AnswerKind::Later(TaskEffect::Start(start))
        | AnswerKind::Submit(TaskEffect::Start(start)) => TaskExecutor::Execution {
            start: start.clone(),
        },
        AnswerKind::Activity => TaskExecutor::Activity {
            input: input.clone(),
        },
        AnswerKind::Result(_)
        | AnswerKind::Token
        | AnswerKind::TokenOfTest(_)
        | AnswerKind::Never
        | AnswerKind::Refused(_)
        | AnswerKind::Unhandled(_) => TaskExecutor::External,
    }
}

fn scheduled_payload(parameters: &Value, settings: TaskSettings) -> Payload {
    let parameters = parameters.clone();
    match settings {
        TaskSettings {
            timeout: None,
            heartbeat: None,
            role: None,
        } => Payload::Value(parameters),
        TaskSettings {
            timeout,
            heartbeat,
            role,
        } => Details::Scheduled {
            parameters,
            timeout,
            heartbeat,
            role,
        }
        .into(),
    }
}

fn scheduled(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionScheduled,
        ResourceKind::Activity => EventKind::ActivityScheduled,
        ResourceKind::Service => EventKind::TaskScheduled,
    }
}

fn started(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionStarted,
        ResourceKind::Activity => EventKind::ActivityStarted,
        ResourceKind::Service => EventKind::TaskStarted,
    }
}

fn succeeded(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionSucceeded,
        ResourceKind::Activity => EventKind::ActivitySucceeded,
        ResourceKind::Service => EventKind::TaskSucceeded,
    }
}

fn failed(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionFailed,
        ResourceKind::Activity => EventKind::ActivityFailed,
        ResourceKind::Service => EventKind::TaskFailed,
    }
}

fn timed_out(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionTimedOut,
        ResourceKind::Activity => EventKind::ActivityTimedOut,
        ResourceKind::Service => EventKind::TaskTimedOut,
    }
}
