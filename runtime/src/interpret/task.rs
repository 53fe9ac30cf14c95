use std::time::Duration;

use smol_str::SmolStr;
use stepwright::flow::AnswerType;
use stepwright::task::INVALID_OUTPUT;
use stepwright_asl::errors;

use super::arguments::check_lists;
use super::cursor::{Answerer, EarlyAnswer, OpenTask, Stage, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use super::step::{Done, Stepped};
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

/// The error of a task whose work did not outlive its process.
pub(crate) const LOST: &str = "Stepwright.TaskLost";

/// Whether the result of a task was there when it was scheduled.
#[derive(Clone, Copy)]
enum TaskProgress {
    Immediate,
    Waited,
}

/// What a Task's fields came to beside its parameters.
#[derive(Clone, Default)]
struct Terms {
    timeout: Option<u64>,
    heartbeat: Option<u64>,
    role: Option<SmolStr>,
}

impl Execution {
    /// Evaluates the fields, asks who answers, writes Scheduled and Started, and takes the answer if it is there.
    pub(super) fn task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        cx: &mut Cx<'_>,
    ) -> Stepped {
        if task.resource.has_token()
            && let Some(cursor) = self.cursors.get_mut(id)
        {
            let token = cx.host.new_token(&self.about, &state.name);
            cursor.visit.set_token(token);
        }
        let parameters = match self.task_parameters(id, state) {
            Ok(parameters) => parameters,
            Err(error) => return Err(self.query_failed(id, &error, &state.name)),
        };
        let terms = match self.terms(id, state, task) {
            Ok(terms) => terms,
            Err(error) => return Err(self.query_failed(id, &error, &state.name)),
        };
        if !self.fits(&parameters) {
            return Err(Failure::too_large(&state.name));
        }
        if let Err(error) = check_lists(&parameters, task.lists_by_name) {
            return Err(self.query_failed(id, &error, &state.name));
        }
        let wait_id = self.next_wait(id);
        let (mut answer, call) = self.resolve(wait_id, state, task, &parameters, &terms, cx);
        if let AnswerKind::Unanswered(_) = answer.reply {
            let target = task.resource.target_in(&parameters);
            let target = target.map(SmolStr::new);
            self.wait_as(wait_id, Waiting::Handler { target });
            return Ok(Done::Waits);
        }
        self.note_call(id);
        if let AnswerKind::Refused(reason) = answer.reply {
            let error = QueryError::runtime(reason);
            return Err(self.query_failed(id, &error, &state.name));
        }
        let family = task.resource.kind();
        self.write_with(id, scheduled(family), || {
            scheduled_payload(&parameters, terms.clone())
        });
        let is_queued = matches!(answer.reply, AnswerKind::Activity);
        if !is_queued {
            let worker = answer.worker.take();
            let worker = worker.map_or(Payload::None, |name| Details::Worker(name).into());
            self.write(id, started(family), worker);
        }
        if self.recorder.is_full() {
            return Ok(Done::Waits);
        }
        let is_plain = task.resource.pattern() == IntegrationPattern::RequestResponse;
        let result = match answer.reply {
            // Most tasks are answered at once: then nothing is kept of the call.
            AnswerKind::Result(result) if is_plain && answer.delay.is_zero() => Some(result),
            AnswerKind::Later(work @ TaskEffect::Work { .. }) if is_plain => {
                let result = cx.host.perform(wait_id, work);
                if result.is_none() {
                    let input = parameters.clone();
                    self.wait_for_task(wait_id, Answerer::Handler { input, call }, &terms);
                }
                result
            }
            reply => {
                let answerer = answerer(&reply, &parameters, call);
                self.wait_for_task(wait_id, answerer, &terms);
                if is_queued && let Some(open) = self.open_task(wait_id) {
                    open.stage = Stage::Queued;
                }
                self.begin_task(wait_id, task, Answer { reply, ..answer }, cx)
            }
        };
        // The input may be changed in place from here on.
        drop(parameters);
        if let Some(result) = result {
            cx.host.forget(wait_id);
            return self.finish_task(id, state, task, result, TaskProgress::Immediate, cx);
        }
        cx.host.count_task(task, TaskEvent::Scheduled);
        self.arm_task(wait_id, cx);
        Ok(Done::Waits)
    }

    /// From now on the cursor waits for its task.
    fn wait_for_task(&mut self, wait_id: WaitId, answerer: Answerer, terms: &Terms) {
        let open = OpenTask {
            stage: Stage::Started,
            answerer,
            timeout: terms.timeout,
            heartbeat: terms.heartbeat,
            timeout_due: None,
            heartbeat_due: None,
            takes_token: false,
            answer: None,
        };
        self.wait_as(wait_id, Waiting::Task(Box::new(open)));
    }

    /// Does what was resolved, now that it is written down, and takes the answer as far as it is there.
    fn begin_task(
        &mut self,
        wait_id: WaitId,
        task: &Task,
        answer: Answer,
        cx: &mut Cx<'_>,
    ) -> Option<TaskResult> {
        let pattern = task.resource.pattern();
        let id = wait_id.cursor;
        let submitted = answer.submitted.unwrap_or_else(Value::empty_object);
        // Other replies than a request of its own are submitted as soon as they are started.
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
                            open.stage = Stage::Submitting;
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
            AnswerKind::Never | AnswerKind::Refused(_) | AnswerKind::Unanswered(_) => None,
        }
    }

    /// From now on the holder of the token may answer.
    fn open_token(&mut self, wait_id: WaitId, pattern: IntegrationPattern, cx: &mut Cx<'_>) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        if let (Some(token), Waiting::Task(task)) = (cursor.visit.token(), &mut cursor.waiting) {
            if task.takes_token {
                return;
            }
            task.takes_token = true;
            cx.host.open_token(wait_id, token, !pattern.is_sync());
        }
    }

    /// Puts a task into its activity's queue.
    fn queue(&mut self, wait_id: WaitId, task: &Task, cx: &mut Cx<'_>) {
        if let Some(OpenTask {
            answerer: Answerer::Activity { input },
            ..
        }) = self.open_task(wait_id)
        {
            let input = input.clone();
            cx.host
                .queue(wait_id, &SmolStr::new(task.resource.as_str()), input);
        }
    }

    /// Starts the clocks of a task that waits. A queued activity has only its timeout, which begins anew when a
    /// worker takes it.
    fn arm_task(&mut self, wait_id: WaitId, cx: &mut Cx<'_>) {
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
            && task.stage != Stage::Queued
        {
            let due = now + Duration::from_secs(seconds);
            task.heartbeat_due = Some(due);
            cx.host.arm(wait_id, TimerKind::Heartbeat, due);
        }
    }

    /// The task that waits under `wait_id`.
    fn open_task(&mut self, wait_id: WaitId) -> Option<&mut OpenTask> {
        match &mut self.waiting_for(wait_id)?.waiting {
            Waiting::Task(task) => Some(task),
            _ => None,
        }
    }

    /// Parameters, or Arguments.
    fn task_parameters(&self, id: CursorId, state: &State) -> Result<Value, QueryError> {
        let cursor = self.cursor(id)?;
        self.parameters(cursor, state, self.effective_input(cursor, state)?)
    }

    /// What else is computed for a task.
    fn terms(&self, id: CursorId, state: &State, task: &Task) -> Result<Terms, QueryError> {
        if task.is_plain() {
            return Ok(Terms::default());
        }
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let role = |credentials| -> Result<Option<SmolStr>, QueryError> {
            let found = self.evaluate(credentials, cursor, &effective)?;
            let role = found.get("RoleArn").and_then(Value::as_str);
            Ok(role.map(SmolStr::new))
        };
        Ok(Terms {
            timeout: self.whole(cursor, &task.timeout, "TimeoutSeconds", &effective)?,
            heartbeat: self.whole(cursor, &task.heartbeat, "HeartbeatSeconds", &effective)?,
            role: task.credentials.as_ref().map(role).transpose()?.flatten(),
        })
    }

    /// Decides who answers and what will be done; nothing of it happens before it is written down. Gives how often the state
    /// called before, too.
    fn resolve(
        &mut self,
        wait_id: WaitId,
        state: &State,
        task: &Task,
        parameters: &Value,
        terms: &Terms,
        cx: &mut Cx<'_>,
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
            attempt: cursor.visit.retry_count(),
            call: number,
            token: cursor.visit.token().map(SmolStr::as_str),
            timeout: terms.timeout.map(Duration::from_secs),
            heartbeat: terms.heartbeat.map(Duration::from_secs),
        };
        (cx.host.resolve(&call, wait_id), number)
    }

    /// Counts a call of the state that a cursor is in.
    fn note_call(&mut self, id: CursorId) {
        if self.calls.is_empty() {
            self.calls.grow(self.program.len());
        }
        let place = self.cursors.get(id).map(|cursor| cursor.state.index());
        if let Some(calls) = place.and_then(|place| self.calls.get_mut(place)) {
            *calls += 1;
        }
    }

    /// Writes how a task ended and leaves the state, or fails.
    fn finish_task(
        &mut self,
        id: CursorId,
        state: &State,
        task: &Task,
        result: TaskResult,
        progress: TaskProgress,
        cx: &mut Cx<'_>,
    ) -> Stepped {
        let family = task.resource.kind();
        let result = match result {
            Ok(output) if self.fits(&output) => Ok(output),
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
        match result {
            Ok(output) => {
                self.write_with(id, succeeded(family), || Payload::Value(output.clone()));
                match self.exit_with_result(id, state, output) {
                    Ok(exit) => Ok(Done::Exits(exit)),
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

    /// The times of the task that ends now.
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

    /// The result of a waiting task.
    pub(super) fn task_ends(&mut self, wait_id: WaitId, result: TaskResult, cx: &mut Cx<'_>) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let state = cx.program.state(cursor.state);
        let Kind::Task(task) = &state.kind else {
            return;
        };
        cx.host.forget(wait_id);
        let waited = TaskProgress::Waited;
        let stepped = self.finish_task(wait_id.cursor, state, task, result, waited, cx);
        self.conclude(wait_id.cursor, stepped, cx);
    }

    /// What was performed has answered: the result, or the response to a request whose token or job then decides.
    pub(super) fn task_work_answered(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut Cx<'_>,
    ) {
        let Some(task) = self.open_task(wait_id) else {
            return;
        };
        if task.stage != Stage::Submitting {
            return self.task_ends(wait_id, result, cx);
        }
        match result {
            Err(failure) => {
                // The request is lost, and with it only its own answer: the one to its token was taken.
                let early = task.answer.take();
                let early = early.filter(|_| failure.error.as_deref() == Some(LOST));
                let result = early.map_or(Err(failure), |early| early.result);
                self.task_ends(wait_id, result, cx);
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
                    self.task_ends(wait_id, early.result, cx);
                }
            }
        }
    }

    /// A token was answered, or a child execution ended. What comes before TaskSubmitted lands after it. Whether the answer is
    /// taken: not where the task ended, or has one already.
    pub(super) fn task_outside_answered(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        cx: &mut Cx<'_>,
    ) -> bool {
        let result = self.typed_answer(wait_id, result, cx);
        let Some(task) = self.open_task(wait_id) else {
            return false;
        };
        if task.stage != Stage::Submitting {
            self.task_ends(wait_id, result, cx);
        } else if task.answer.is_none() {
            task.answer = Some(Box::new(EarlyAnswer { result, due: None }));
        } else {
            return false;
        }
        true
    }

    /// An answer that is not of the type that the state expects fails the task: the workflow can catch that. AWS takes each answer, and the
    /// execution fails where a later state reads it.
    fn typed_answer(&mut self, wait_id: WaitId, result: TaskResult, cx: &Cx<'_>) -> TaskResult {
        let output = result?;
        let expected = self.waiting_for(wait_id).and_then(|cursor| {
            match &cx.program.state(cursor.state).kind {
                Kind::Task(task) => task.answer,
                _ => None,
            }
        });
        match expected.map(|expected| checked(&expected, &output)) {
            None | Some(Ok(())) => Ok(output),
            Some(Err(why)) => Err(TaskFailure::with_message(INVALID_OUTPUT, &why)),
        }
    }

    /// A worker took the activity from its queue, again where one before it gave up meanwhile. Gives whether the task is still
    /// waited for.
    pub(super) fn activity_started(
        &mut self,
        wait_id: WaitId,
        worker: Option<SmolStr>,
        cx: &mut Cx<'_>,
    ) -> bool {
        let Some(task) = self.open_task(wait_id) else {
            return false;
        };
        if task.stage != Stage::Queued {
            return true;
        }
        task.stage = Stage::Started;
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

    /// TimeoutSeconds or HeartbeatSeconds ran out. Both are reported as States.Timeout.
    pub(super) fn task_timed_out(&mut self, wait_id: WaitId, by_heartbeat: bool, cx: &mut Cx<'_>) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        let Kind::Task(task) = &cx.program.state(cursor.state).kind else {
            return;
        };
        cx.host.forget(wait_id);
        let end = match by_heartbeat {
            true => TaskEnd::HeartbeatTimedOut,
            false => TaskEnd::TimedOut,
        };
        let times = self.times_of_task(wait_id.cursor);
        cx.host.count_task(task, TaskEvent::Ended(end, times));
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

/// What does not fit in an answer.
fn checked(expected: &AnswerType, answer: &Value) -> Result<(), String> {
    if answer.depth() > MAX_TYPED_DEPTH {
        return Err(format!(
            "an answer has at most {MAX_TYPED_DEPTH} levels here"
        ));
    }
    expected.check(answer.to_json())
}

/// Who is going to answer, as it is kept.
fn answerer(reply: &AnswerKind, input: &Value, call: u32) -> Answerer {
    match reply {
        AnswerKind::Later(TaskEffect::Work { .. })
        | AnswerKind::Submit(TaskEffect::Work { .. }) => Answerer::Handler {
            input: input.clone(),
            call,
        },
        AnswerKind::Later(TaskEffect::Start(start))
        | AnswerKind::Submit(TaskEffect::Start(start)) => Answerer::Execution {
            start: start.clone(),
        },
        AnswerKind::Activity => Answerer::Activity {
            input: input.clone(),
        },
        AnswerKind::Result(_)
        | AnswerKind::Token
        | AnswerKind::TokenOfTest(_)
        | AnswerKind::Never
        | AnswerKind::Refused(_)
        | AnswerKind::Unanswered(_) => Answerer::Outside,
    }
}

fn scheduled_payload(parameters: &Value, terms: Terms) -> Payload {
    let parameters = parameters.clone();
    match terms {
        Terms {
            timeout: None,
            heartbeat: None,
            role: None,
        } => Payload::Value(parameters),
        Terms {
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
