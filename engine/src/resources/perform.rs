//! Performs the commands of the interpreter.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::distributed::{
    RunView, SourceRequest, Tally, TransferError, WriteRequest,
};
use stepwright_interpreter::execution::{
    Caller, Calls, ChildStart, Command, CommandQueue, Environment, Execution, HeldTask, Input,
    ResolvedExecutor, ResolvedTask, StartedJob, Step, TaskCommand, TaskRequest,
};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::task::{Integration, NestedStart, TaskEvent, start_response};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status, TimerKind, WaitId};

use super::ExecutionResources;
use super::after_commit::{AfterCommit, StopTarget};
use crate::clock::{Listeners, Timer, TimerFired, Timestamp};
use crate::dispatch::call_site::CallSite;
use crate::dispatch::resolve::ResumeDecision;
use crate::objects::reading::{self, ReadError};
use crate::panics::guarded;
use crate::task::running_work::{WorkFuture, WorkResult};
use crate::task::{Answer, AnswerKind, Job, Responder, TaskEffect, TaskResult};
use crate::tokens::new_token;
use crate::tokens::token_key::TokenSubject;

/// The error of reads and writes in an engine without an object store.
const NO_STORE: &str = "The engine has no object store; set one with `--objects DIR` or `--aws-endpoint s3=URL` (`EngineBuilder::objects`)";

impl Caller for ExecutionResources {
    #[inline]
    fn has_handler(&self, state: StateIx) -> bool {
        // A source could answer instead of the handler.
        let has_sources = self.source().is_some() || !self.engine.sources.first.is_empty();
        let site = CallSite::of(self.program.program(), state);
        let is_refused = || site.is_some_and(|site| self.engine.may_refuse(site.resource));
        !has_sources && self.program.task(state).handler.known().is_some() && !is_refused()
    }

    fn new_token(&self, about: &ExecutionInfo, state: &str, last_event: u32) -> SmolStr {
        let chosen = guarded(|| {
            self.engine
                .sources
                .chosen_token(about, state, self.source())
        });
        match chosen {
            Ok(Some(token)) => token.into(),
            // If a source panics, a random token is used; the panic is reported when the task is
            // resolved.
            Ok(None) | Err(_) => match (&self.engine.durable, self.journal_position()) {
                (Some(durable), Some(position)) => durable.token_key.token(TokenSubject {
                    execution: position.key,
                    last_event,
                }),
                _ => new_token(),
            },
        }
    }

    fn items_of_reader(
        &self,
        about: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<Value, TransferError>> {
        let items = self.engine.observer.as_ref()?.items(about, state)?;
        Some(items.map_err(TransferError::new))
    }

    #[inline]
    fn task_changed(&self, state: StateIx, event: TaskEvent) {
        if let Some(meter) = &self.program.task(state).meter {
            meter.count(event);
        }
    }
}

impl ExecutionResources {
    /// Steps an execution, performs its commands and delivers their replies, until it waits, has
    /// ended, or has used the `budget`.
    pub(crate) fn step(
        &mut self,
        execution: &mut Execution,
        mut budget: u32,
        may_call_out: bool,
    ) -> Step {
        let now = self.engine.clock.now();
        let mut commands = CommandQueue::default();
        let mut reply = None;
        loop {
            // The shutdown may begin between two calls of the same step.
            let calls = if !may_call_out {
                Calls::Postponed
            } else if self.holds_calls(execution) {
                Calls::Held
            } else {
                Calls::Made
            };
            let environment = self.environment(now);
            let step = match reply {
                // The most frequent reply has no fields: a new one is not a move of all bytes.
                Some(Input::Performed) => {
                    let reply = Some(Input::Performed);
                    execution.step(reply, &mut budget, calls, environment, &mut commands)
                }
                reply => execution.step(reply, &mut budget, calls, environment, &mut commands),
            };
            reply = self.perform(execution, now, &mut commands);
            // A reply may let a cursor continue.
            let continues = step == Step::Waits && execution.has_runnable_cursors();
            if step != Step::Replies && reply.is_none() && !continues {
                return step;
            }
        }
    }

    /// Returns whether the execution must not call anything, because the engine shuts down. An
    /// Express execution cannot continue later, so it may use the grace period.
    fn holds_calls(&self, execution: &Execution) -> bool {
        self.engine.running.is_shut_down() && !execution.is_express() && !execution.is_inspected()
    }

    /// Delivers an input to an execution, and performs its commands. Returns whether the execution
    /// accepts the input.
    pub(crate) fn deliver(&mut self, execution: &mut Execution, input: Input) -> bool {
        let now = self.engine.clock.now();
        let mut commands = CommandQueue::default();
        let is_accepted = execution.receive(input, self.environment(now), &mut commands);
        self.perform_all(execution, now, commands);
        is_accepted
    }

    /// Restores the resources of an execution that was read from its records.
    pub(crate) fn reattach(&mut self, execution: &mut Execution, is_new_process: bool) {
        let now = self.engine.clock.now();
        let mut commands = CommandQueue::default();
        execution.reattach(is_new_process, self.environment(now), &mut commands);
        self.perform_all(execution, now, commands);
    }

    /// Performs a command that waited for the store, unless its wait has ended.
    pub(crate) fn perform_again(&mut self, execution: &mut Execution, command: Command) {
        let wait_id = match &command {
            Command::FollowExecution { wait_id, .. } | Command::ResumeChild { wait_id, .. } => {
                *wait_id
            }
            _ => return,
        };
        if execution.is_waiting(wait_id)
            && let Some(reply) = self.perform_command(execution, command)
        {
            self.deliver(execution, reply);
        }
    }

    fn perform_all(
        &mut self,
        execution: &mut Execution,
        now: Timestamp,
        mut commands: CommandQueue,
    ) {
        while let Some(reply) = self.perform(execution, now, &mut commands) {
            execution.receive(reply, self.environment(now), &mut commands);
        }
    }

    fn environment(&self, now: Timestamp) -> Environment<'_> {
        Environment {
            program: self.program.program(),
            now,
            caller: self,
            has_spans: self.spans().is_some(),
        }
    }

    /// Performs commands in their order, and delivers their replies to the execution. The reply to
    /// the last command is returned.
    fn perform(
        &mut self,
        execution: &mut Execution,
        now: Timestamp,
        commands: &mut CommandQueue,
    ) -> Option<Input> {
        // The effect of the task that was resolved last. The execution requests it after it has
        // written its events.
        let mut effect = None;
        loop {
            if let Some(command) = commands.pop() {
                if let Some(reply) = self.perform_command(execution, command) {
                    if commands.is_empty() {
                        return Some(reply);
                    }
                    execution.receive(reply, self.environment(now), commands);
                }
                continue;
            }
            let (command, request) = commands.pop_task()?;
            match command {
                TaskCommand::Call => {
                    let wait_id = request.wait_id;
                    let effect = self.effect_of_known_handler(execution, request);
                    commands.set_result(self.start_task(wait_id, effect));
                    return Some(Input::Performed);
                }
                TaskCommand::Resolve => {
                    let (resolved, found) = self.resolve(execution, request);
                    commands.set_resolved(resolved);
                    if found.is_none() {
                        return Some(Input::Resolved);
                    }
                    effect = found;
                    execution.receive(Input::Resolved, self.environment(now), commands);
                }
                TaskCommand::Perform => {
                    let wait_id = request.wait_id;
                    commands.set_result(self.start_task(wait_id, effect.take()));
                    return Some(Input::Performed);
                }
            }
        }
    }

    /// Performs a command. Returns its reply, if that is available now.
    fn perform_command(&mut self, execution: &Execution, command: Command) -> Option<Input> {
        match command {
            Command::Arm { wait_id, kind, at } => self.arm(wait_id, kind, at),
            Command::Disarm { wait_id, kind } => self.disarm(wait_id, kind),
            Command::Release { wait_id } => self.release(wait_id),
            Command::ChangeSpan { cursor, change } => self.change_span(cursor, change),
            Command::OpenToken {
                wait_id,
                token,
                is_awaited,
            } => self.open_token(wait_id, token, is_awaited),
            Command::Queue { wait_id, task } => match &mut self.uncommitted {
                Some(uncommitted) => uncommitted.defer(wait_id, AfterCommit::Queue(task)),
                None => self.queue_now(wait_id, *task),
            },
            Command::ResumeTask(request) => self.resume_task(execution, &request),
            Command::StartHeldTask(task) => return self.start_held_task(execution, *task),
            Command::FollowJob(job) => self.follow_job(execution, &job),
            Command::FollowExecution {
                wait_id,
                state,
                start,
                is_begun,
            } => self.follow(wait_id, state, &start, is_begun),
            Command::FindHandler {
                wait_id,
                state,
                target,
            } => {
                let is_found = self.find_handler(wait_id, state, target.as_deref());
                return is_found.then_some(Input::HandlerFound(wait_id));
            }
            Command::OpenRun { wait_id, view } => self.open_run(wait_id, *view),
            Command::ResumeRun { wait_id, run } => {
                let (view, tally) = *run;
                self.resume_run(wait_id, view, tally);
            }
            Command::StartChild { wait_id, child } => return self.start_child(wait_id, child),
            Command::ResumeChild { wait_id, child } => self.start_child_now(wait_id, *child),
            Command::StopChildren { wait_id } => self.stop_children(wait_id),
            Command::ReportRun {
                wait_id,
                tally,
                ended,
            } => self.report_run(wait_id, *tally, ended),
            Command::Read { wait_id, request } => return self.read(wait_id, *request),
            Command::Write {
                wait_id,
                state,
                request,
            } => return self.write(wait_id, state, request),
        }
        None
    }

    /// Finds who executes a task. Returns it as data for the execution, and the effect that starts
    /// it.
    fn resolve(
        &mut self,
        execution: &Execution,
        request: &TaskRequest,
    ) -> (ResolvedTask, Option<TaskEffect>) {
        let wait_id = request.wait_id;
        let (engine, program, state) = (&self.engine, &self.program, &self.state);
        let source = self.source();
        let trace = self.trace_of(wait_id.cursor);
        let found = execution.with_call(request, trace.as_ref(), |call| {
            let answer = engine.resolve(call, program, source, || Responder::new(state, wait_id));
            // The target is only read if there is no handler.
            let unhandled = matches!(answer.reply, AnswerKind::Unhandled(_));
            (
                answer,
                unhandled.then(|| (call.at, call.target().map(SmolStr::new))),
            )
        });
        let (answer, unhandled) = found.unwrap_or_else(|| (Answer::never(), None));
        let Answer {
            reply,
            details,
            by_fallback,
        } = answer;
        let (executor, effect) = match reply {
            AnswerKind::Result(result) => (ResolvedExecutor::Result(result), None),
            AnswerKind::Later(effect) => with_effect(effect, false, by_fallback),
            AnswerKind::Submit(effect) => with_effect(effect, true, by_fallback),
            AnswerKind::Token => (ResolvedExecutor::Token, None),
            AnswerKind::TokenOfTest(listeners) => {
                self.hold_clock(wait_id, &listeners);
                (ResolvedExecutor::Token, None)
            }
            AnswerKind::Activity => (ResolvedExecutor::Activity, None),
            AnswerKind::Never => (ResolvedExecutor::Never, None),
            AnswerKind::Refused(reason) => (ResolvedExecutor::Refused(reason), None),
            AnswerKind::Unhandled(reason) => {
                match unhandled.filter(|_| self.waits_for_handlers()) {
                    Some((state, target)) => {
                        self.handler_missing(wait_id, state, target.as_deref());
                        (ResolvedExecutor::Unhandled, None)
                    }
                    None => (ResolvedExecutor::Refused(reason), None),
                }
            }
        };
        (ResolvedTask { executor, details }, effect)
    }

    /// Returns the effect that calls the handler of a task for which
    /// [`has_handler`](Caller::has_handler) is true.
    #[inline]
    fn effect_of_known_handler(
        &self,
        execution: &Execution,
        request: &TaskRequest,
    ) -> Option<TaskEffect> {
        let (engine, program, state) = (&self.engine, &self.program, &self.state);
        let trace = self.trace_of(request.wait_id.cursor);
        let mut effect = None;
        execution.with_call(request, trace.as_ref(), |call| {
            effect = engine.known_effect(call, program, || Responder::new(state, request.wait_id));
        });
        effect
    }

    /// Starts a task, or defers its start until the commit. Returns its result, if that is
    /// available now.
    #[inline]
    fn start_task(&mut self, wait_id: WaitId, effect: Option<TaskEffect>) -> Option<TaskResult> {
        let effect = effect?;
        match &mut self.uncommitted {
            Some(uncommitted) => {
                uncommitted.defer(wait_id, AfterCommit::Perform(effect));
                None
            }
            None => self.perform_now(wait_id, effect),
        }
    }

    fn open_run(&mut self, wait_id: WaitId, view: RunView) {
        let run = self.engine.runs.open(view, self.engine.settings.retention);
        self.run_changed(&run);
        self.cold_resources(wait_id).run = Some(run);
    }

    /// Registers a Map Run of an earlier process.
    fn resume_run(&mut self, wait_id: WaitId, view: RunView, tally: Tally) {
        let run = self.engine.runs.open(view, self.engine.settings.retention);
        run.report(tally, None, self.engine.clock.now());
        self.cold_resources(wait_id).run = Some(run);
    }

    /// Starts a child of a Map Run, after the commit if the execution is durable. Replies with the
    /// refusal if the child cannot start.
    fn start_child(&mut self, wait_id: WaitId, child: Box<ChildStart>) -> Option<Input> {
        if tokio::runtime::Handle::try_current().is_err() {
            let cause = "A Distributed Map needs a tokio runtime for its children".to_owned();
            return Some(Input::ChildRefused(wait_id, child.number, cause));
        }
        match &mut self.uncommitted {
            Some(uncommitted) => uncommitted.defer(wait_id, AfterCommit::StartChild(child)),
            None => self.start_child_now(wait_id, *child),
        }
        None
    }

    fn stop_children(&mut self, wait_id: WaitId) {
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        // Children whose start is deferred are stopped too.
        match &mut self.uncommitted {
            Some(uncommitted) => {
                uncommitted.defer(wait_id, AfterCommit::Stop(StopTarget::Children(run)))
            }
            None => run.stop_children(),
        }
    }

    fn report_run(&mut self, wait_id: WaitId, tally: Tally, ended: Option<Status>) {
        let now = self.engine.clock.now();
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        run.report(tally, ended, now);
        if ended.is_some() {
            self.run_changed(&run);
        }
    }

    /// Reads from the object store. Returns the response, if it is available now.
    fn read(&mut self, wait_id: WaitId, request: SourceRequest) -> Option<Input> {
        let Some(store) = self.engine.objects.clone() else {
            return Some(Input::ObjectRead(
                wait_id,
                Box::new(Err(TransferError::new(NO_STORE))),
            ));
        };
        let names = self.request_names(wait_id);
        let work = Box::pin(async move {
            let read = reading::read(&*store, request).await;
            read.map_err(|error| match error {
                ReadError::Store(error) => error.cause(&names.uuid()),
                ReadError::File(cause) => cause,
            })
        });
        match self.start_work(wait_id, WorkFuture::Read(work), None) {
            Some(WorkResult::Read(read)) => {
                let read = read.map_err(TransferError::new);
                Some(Input::ObjectRead(wait_id, Box::new(read)))
            }
            _ => None,
        }
    }

    /// Writes to the object store. Returns the response, if it is available now.
    fn write(
        &mut self,
        wait_id: WaitId,
        state: StateIx,
        request: Box<WriteRequest>,
    ) -> Option<Input> {
        let response = |response: Result<_, String>| {
            let response = response.map_err(TransferError::new);
            Some(Input::ObjectWritten(wait_id, Box::new(response)))
        };
        if let Some(observer) = &self.engine.observer
            && let Some(written) =
                observer.results_written(&self.state.about, &self.program.state(state).name)
        {
            return response(written.map(|()| request.whole_object_response()));
        }
        let Some(store) = self.engine.objects.clone() else {
            return response(Err(NO_STORE.to_owned()));
        };
        if matches!(*request, WriteRequest::Begin { .. }) && store.multipart().is_none() {
            return response(Ok(request.whole_object_response()));
        }
        match &mut self.uncommitted {
            // A written part cannot be changed. Commit its rows first, so that a resumed execution
            // writes the same rows.
            Some(uncommitted) if !matches!(*request, WriteRequest::Object(_)) => {
                uncommitted.defer(wait_id, AfterCommit::Write(request));
                None
            }
            _ => self.write_now(wait_id, store, *request).and_then(response),
        }
    }

    /// Looks for the handler of a waiting task. Reports the task as unhandled if there is none.
    fn find_handler(&mut self, wait_id: WaitId, state: StateIx, target: Option<&str>) -> bool {
        let Some(call_site) = CallSite::of(&self.program, state) else {
            return false;
        };
        let about = &self.state.about;
        let is_found = self.engine.may_be_handled(about, call_site, target);
        if is_found {
            self.handler_found(wait_id)
        } else {
            self.handler_missing(wait_id, state, target)
        }
        is_found
    }

    /// Continues the task of a handler after a restart.
    fn resume_task(&mut self, execution: &Execution, request: &TaskRequest) {
        let wait_id = request.wait_id;
        let resources = self.waits.get(wait_id.wait);
        if resources.is_some_and(|resources| resources.work.is_some()) {
            return;
        }
        let (engine, program, state) = (&self.engine, &self.program, &self.state);
        let source = self.source();
        let trace = self.trace_of(wait_id.cursor);
        let decision = execution.with_call(request, trace.as_ref(), |call| {
            let decision = engine.resume(call, program, source, || Responder::new(state, wait_id));
            let target = call.target().map(SmolStr::new);
            (decision, call.at, target)
        });
        match decision {
            Some((ResumeDecision::Again(effect), at, _)) => {
                let state = self.program.state(at).name.as_str();
                tracing::info!(state, "the task is idempotent and runs again");
                if let Some(result) = self.start_task(wait_id, Some(effect)) {
                    self.complete_when_ready(wait_id, std::future::ready(result));
                }
            }
            Some((ResumeDecision::Lost, ..)) => {
                self.fail_lost_task(wait_id, "the process that ran the task's handler ended")
            }
            Some((ResumeDecision::Unhandled, state, target)) => {
                self.handler_missing(wait_id, state, target.as_deref())
            }
            None => {}
        }
    }

    /// Starts a task that an earlier process recorded, but did not start, because it shut down.
    fn start_held_task(&mut self, execution: &Execution, task: HeldTask) -> Option<Input> {
        let (wait_id, effect) = match task {
            HeldTask::Start(wait_id, start) => (wait_id, TaskEffect::Start(Box::new(start))),
            HeldTask::Call(request) => (request.wait_id, self.held_call(execution, &request)?),
        };
        self.handler_found(wait_id);
        // Only durable executions are held, so the result follows the commit.
        if let Some(result) = self.start_task(wait_id, Some(effect)) {
            self.complete_when_ready(wait_id, std::future::ready(result));
        }
        Some(Input::HeldTaskStarted(wait_id))
    }

    /// Returns the effect of a held call. Without a handler, the task is reported as unhandled, and
    /// remains held.
    fn held_call(&mut self, execution: &Execution, request: &TaskRequest) -> Option<TaskEffect> {
        let wait_id = request.wait_id;
        let (engine, program, state) = (&self.engine, &self.program, &self.state);
        let source = self.source();
        let trace = self.trace_of(wait_id.cursor);
        let found = execution.with_call(request, trace.as_ref(), |call| {
            let answer = engine.resolve(call, program, source, || Responder::new(state, wait_id));
            (answer.reply, call.at, call.target().map(SmolStr::new))
        });
        match found? {
            (AnswerKind::Later(effect) | AnswerKind::Submit(effect), ..) => Some(effect),
            (AnswerKind::Result(result), ..) => Some(TaskEffect::ready(result)),
            (_, state, target) => {
                self.handler_missing(wait_id, state, target.as_deref());
                None
            }
        }
    }

    /// Waits for the end of a job, if a source can. Otherwise the holder of the token completes the
    /// task.
    fn follow_job(&mut self, execution: &Execution, started: &StartedJob) {
        let wait_id = started.request.wait_id;
        let resources = self.waits.get(wait_id.wait);
        let cold = resources.and_then(|resources| resources.cold.as_ref());
        if cold.is_some_and(|cold| cold.job.is_some()) {
            return;
        }
        let (engine, source) = (&self.engine, self.source());
        let trace = self.trace_of(wait_id.cursor);
        let found = execution.with_call(&started.request, trace.as_ref(), |call| {
            engine.job(call, &started.response, source, started.by_fallback)
        });
        if let Some(Job { end, stop }) = found.flatten() {
            self.cold_resources(wait_id).job = stop;
            self.complete_when_ready(wait_id, end);
        }
    }

    fn follow(&mut self, wait_id: WaitId, state: StateIx, start: &NestedStart, is_begun: bool) {
        let resources = self.resources(wait_id);
        let has_child = resources
            .cold
            .as_ref()
            .is_some_and(|cold| cold.child.is_some());
        if has_child || resources.work.is_some() {
            return;
        }
        let known = match self.read_store(|engine| engine.known(&start.execution)) {
            Ok(known) => known,
            // It is unknown whether it was started.
            Err(error) => {
                let start = Box::new(start.clone());
                let command = Command::FollowExecution {
                    wait_id,
                    state,
                    start,
                    is_begun,
                };
                return self.wait_for_store(error, command);
            }
        };
        match known {
            Some(child) => {
                if start.integration.waits() {
                    self.follow_child(wait_id, &child, start.integration);
                }
                if !is_begun {
                    let begun = start_response(&child.about, start.integration, &start.request);
                    self.complete_when_ready(wait_id, std::future::ready(Ok(begun)));
                }
            }
            None if is_begun || start.integration == Integration::SdkSync => {
                self.fail_lost_task(
                    wait_id,
                    "the process that ran the execution that the task started ended",
                );
            }
            // The process ended between the commit of the decision and the start.
            None if !self.find_handler(wait_id, state, Some(&start.machine)) => {}
            None => {
                let begun = self.start_nested(wait_id, start.clone());
                if let Some(begun) = begun {
                    self.complete_when_ready(wait_id, std::future::ready(begun));
                }
            }
        }
    }

    fn open_token(&mut self, wait_id: WaitId, token: SmolStr, is_awaited: bool) {
        let responder = Responder::new(&self.state, wait_id);
        self.engine.tokens.open(&token, responder);
        if is_awaited {
            self.engine.clock.opened();
        }
        self.cold_resources(wait_id).token = Some((token, is_awaited));
    }

    fn hold_clock(&mut self, wait_id: WaitId, listeners: &Arc<Listeners>) {
        let answer_hold = self.engine.clock.hold_for_test(listeners);
        self.cold_resources(wait_id).answer_hold = Some(answer_hold);
    }

    fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp) {
        let clock = &self.engine.clock;
        self.deadline.note_timer_armed(clock, &self.state, at);
        let alarm = clock.arm(at, Timer::new(&self.state, TimerFired::Wait(wait_id, kind)));
        if let Some(before) = self.resources(wait_id).alarms.put(kind as u32, alarm) {
            self.engine.clock.disarm(before);
        }
    }

    fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        let Some(resources) = self.waits.get_mut(wait_id.wait) else {
            return;
        };
        if let Some(alarm) = resources.alarms.remove(kind as u32) {
            self.deadline.note_timer_disarmed();
            self.engine.clock.disarm(alarm);
        }
    }

    #[inline]
    fn release(&mut self, wait_id: WaitId) {
        if let Some(uncommitted) = &mut self.uncommitted {
            uncommitted.actions.retain(|(other, _)| *other != wait_id);
        }
        // Most tasks complete immediately and have no resources.
        if self.waits.is_empty() {
            return;
        }
        let Some(resources) = self.waits.remove(wait_id.wait) else {
            return;
        };
        for stop in self.release_resources(wait_id.wait, resources) {
            match &mut self.uncommitted {
                Some(uncommitted) => uncommitted.defer(wait_id, AfterCommit::Stop(stop)),
                None => stop.stop(&self.engine),
            }
        }
    }
}

/// Returns an effect as the execution sees it, with the effect.
fn with_effect(
    effect: TaskEffect,
    submits: bool,
    by_fallback: bool,
) -> (ResolvedExecutor, Option<TaskEffect>) {
    let executor = match &effect {
        TaskEffect::Work { .. } => ResolvedExecutor::Handler {
            submits,
            by_fallback,
        },
        TaskEffect::Start(start) => ResolvedExecutor::Execution {
            start: start.clone(),
            submits,
        },
    };
    (executor, Some(effect))
}
