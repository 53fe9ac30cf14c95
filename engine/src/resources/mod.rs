//! External resources of one execution.

mod after_commit;
pub(super) mod execution_deadline;
pub(super) mod execution_spans;
pub(super) mod map_run_children;
mod perform;
mod store_reads;
pub(super) mod wait_map;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{FuturesUnordered, Stream};
use smol_str::SmolStr;
use stepwright_interpreter::distributed::{WriteRequest, WriteResponse};
use stepwright_interpreter::execution::{Execution, Failure, Input, LOST, QueuedInput, SpanChange};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::query::Entropy;
use stepwright_interpreter::task::TraceContext;
use stepwright_interpreter::task::{Integration, NestedStart};
use stepwright_interpreter::{CursorId, TimerKind, WaitId};
use thin_vec::ThinVec;
use tracing::Instrument as _;

use self::after_commit::{AfterCommit, StopTarget};
use crate::activities::QueuedTask;
use crate::clock::{AnswerHold, ArmedTimer};
use crate::dispatch::call_site::CallSite;
use crate::error::{StartError, TokenError};
use crate::execution::drain::Drain;
use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;
use crate::execution::parent_link::{ChildRole, ParentLink};
use crate::execution::pending_execution::PendingExecution;
use crate::journaled_execution::JournalPosition;
use crate::nested::{self, map_runs::MapRunRecord};
use crate::objects::{self, ObjectStore};
use crate::outbox::stop_message::StopMessage;
use crate::resources::execution_deadline::ExecutionDeadline;
use crate::resources::execution_spans::ExecutionSpans;
use crate::resources::wait_map::WaitMap;
use crate::shared::EngineShared;
use crate::statistics::RunningTaskGuard;
use crate::store::{StoreError, StoredMapRun};
use crate::task::blocking_watcher::{WatchedPoll, while_polled};
use crate::task::running_work::{RunningWork, WorkFuture, WorkResult};
use crate::task::{
    JobStop, LinkedProgram, PollWatch, Responder, RunningTask, TaskEffect, TaskFailure, TaskFuture,
    TaskResult, TaskSource,
};

/// External resources of one execution: timers, running handlers, open task tokens.
pub(super) struct ExecutionResources {
    pub(super) engine: Arc<EngineShared>,
    pub(super) program: Arc<LinkedProgram>,
    pub(super) state: Arc<ExecutionState>,
    pub(super) deadline: ExecutionDeadline,
    /// The resources of each wait; a wait without resources has no entry.
    waits: WaitMap<WaitResources>,
    /// The pending futures; allocated on first use.
    work: Option<Box<FuturesUnordered<Abortable<RunningWork>>>>,
    /// Executions that were started in this step and have not been spawned.
    pub(super) pending_executions: ThinVec<PendingExecution>,
    /// The uncommitted effects of a durable execution.
    uncommitted: Option<Box<UncommittedEffects>>,
    /// Fields that most executions do not use.
    cold: Option<Box<ResourcesColdFields>>,
}

/// Fields that most executions do not use.
#[derive(Default)]
struct ResourcesColdFields {
    /// The task source that has priority over the engine's sources.
    source: Option<Arc<dyn TaskSource>>,
    /// Whether a task without a handler waits for an engine that has the handler; otherwise it
    /// fails.
    waits_for_handlers: bool,
    /// The execution and the executions that it started will continue in another process.
    is_suspended: bool,
    /// Set if a subscriber is interested in spans.
    spans: Option<Box<ExecutionSpans>>,
}

/// The effects of a durable execution that wait for its next commit.
struct UncommittedEffects {
    /// The position of the execution in the store.
    position: JournalPosition,
    /// The effects that happen after the commit.
    actions: Vec<(WaitId, AfterCommit)>,
    /// The Map Runs whose changes become visible with the commit.
    changed_runs: Vec<Arc<MapRunRecord>>,
    /// The tokens that are closed after the commit, with the reasons.
    closing: Vec<(SmolStr, TokenError)>,
}

impl UncommittedEffects {
    fn defer(&mut self, wait_id: WaitId, action: AfterCommit) {
        self.actions.push((wait_id, action));
    }
}

/// The resources of one wait.
#[derive(Default)]
struct WaitResources {
    /// The armed timers, by the numbers of their kinds.
    alarms: WaitMap<ArmedTimer>,
    work: Option<AbortHandle>,
    /// Resources that timers and most handlers do not need.
    cold: Option<Box<ColdWaitResources>>,
}

impl WaitResources {
    fn is_empty(&self) -> bool {
        self.alarms.is_empty() && self.work.is_none() && self.cold.is_none()
    }
}

/// The resources of a wait other than timers and handlers.
#[derive(Default)]
struct ColdWaitResources {
    /// An open token, and whether the execution waits for an external caller to complete it.
    token: Option<(SmolStr, bool)>,
    /// The activity that queues the task, and the number of the task in the queue.
    queued: Option<(SmolStr, u64)>,
    run: Option<Arc<MapRunRecord>>,
    /// The nested execution that the task waits for, and whether it is stopped with the wait.
    child: Option<(Weak<ExecutionState>, bool)>,
    /// Stops the job of a `.sync` task, unless the job ends the wait.
    job: Option<Box<JobStop>>,
    /// The running attempt, which is ended with the wait.
    attempt: Option<Arc<RunningTask>>,
    /// Holds virtual time while a test completes the task.
    answer_hold: Option<AnswerHold>,
    /// Whether a timeout or heartbeat expired; a late result of the token gets this error.
    timed_out: bool,
    /// Whether the task has no handler in this engine.
    is_unhandled: bool,
}

impl ExecutionResources {
    pub(super) fn new(
        engine: Arc<EngineShared>,
        program: Arc<LinkedProgram>,
        state: Arc<ExecutionState>,
        source: Option<Arc<dyn TaskSource>>,
    ) -> Self {
        let of_source = |source| ResourcesColdFields {
            source: Some(source),
            ..ResourcesColdFields::default()
        };
        Self {
            engine,
            program,
            state,
            deadline: ExecutionDeadline::default(),
            waits: WaitMap::default(),
            work: None,
            pending_executions: ThinVec::new(),
            uncommitted: None,
            cold: source.map(of_source).map(Box::new),
        }
    }

    /// Sets the spans of the execution.
    pub(super) fn set_spans(&mut self, spans: Box<ExecutionSpans>) {
        self.cold().spans = Some(spans);
    }

    /// Returns the spans of the execution, if a subscriber is interested in them.
    pub(super) fn spans(&self) -> Option<&ExecutionSpans> {
        self.cold.as_ref()?.spans.as_deref()
    }

    /// Returns the context of the innermost span of a cursor, if the engine has a propagator and
    /// the span is in a trace.
    pub(super) fn trace_of(&self, cursor: CursorId) -> Option<Arc<TraceContext>> {
        let propagator = self.engine.propagator.as_ref()?;
        let span = self.spans()?.innermost(cursor);
        propagator.context_of(span).map(Arc::new)
    }

    /// Takes the spans of the execution, to close them.
    pub(super) fn take_spans(&mut self) -> Option<Box<ExecutionSpans>> {
        self.cold.as_mut()?.spans.take()
    }

    /// Opens the spans of the states that were entered before this engine drives the execution.
    pub(super) fn open_spans(&mut self, execution: &Execution) {
        if self.spans().is_some() {
            execution.open_spans(|cursor, change| self.change_span(cursor, change));
        }
    }

    fn change_span(&mut self, cursor: CursorId, change: SpanChange) {
        let cold = self.cold.as_mut();
        if let Some(spans) = cold.and_then(|cold| cold.spans.as_mut()) {
            spans.change(&self.program, cursor, change);
        }
    }

    fn cold(&mut self) -> &mut ResourcesColdFields {
        self.cold.get_or_insert_default()
    }

    /// Returns whether the execution and the executions that it started will continue in another
    /// process.
    pub(super) fn is_suspended(&self) -> bool {
        self.cold.as_ref().is_some_and(|cold| cold.is_suspended)
    }

    /// Makes the execution durable at this position: from now on, external effects are deferred
    /// until the commit.
    pub(super) fn defer(&mut self, position: JournalPosition) {
        self.uncommitted = Some(Box::new(UncommittedEffects {
            position,
            actions: Vec::new(),
            changed_runs: Vec::new(),
            closing: Vec::new(),
        }));
    }

    /// Returns the position of a durable execution in the store.
    pub(super) fn journal_position(&self) -> Option<&JournalPosition> {
        self.uncommitted
            .as_ref()
            .map(|uncommitted| &uncommitted.position)
    }

    /// Takes the changed Map Runs, in their stored form.
    pub(super) fn take_changed_runs(&mut self) -> impl Iterator<Item = StoredMapRun> + use<> {
        let uncommitted = self.uncommitted.as_mut();
        let (key, changed) = uncommitted.map_or_else(Default::default, |uncommitted| {
            (
                uncommitted.position.key,
                std::mem::take(&mut uncommitted.changed_runs),
            )
        });
        changed.into_iter().map(move |run| run.stored(key))
    }

    /// Records that a Map Run started or ended.
    fn run_changed(&mut self, run: &Arc<MapRunRecord>) {
        let is_noted = |noted: &Arc<MapRunRecord>| Arc::ptr_eq(noted, run);
        if let Some(uncommitted) = &mut self.uncommitted
            && !uncommitted.changed_runs.iter().any(is_noted)
        {
            uncommitted.changed_runs.push(run.clone());
        }
    }

    /// Makes tasks without a handler wait from now on. Called for an execution that was recovered
    /// from the store.
    pub(super) fn wait_for_handlers(&mut self) {
        self.cold().waits_for_handlers = true;
    }

    fn waits_for_handlers(&self) -> bool {
        let cold = self.cold.as_ref();
        cold.is_some_and(|cold| cold.waits_for_handlers)
    }

    /// Records that the handler of a waiting task now exists.
    fn handler_found(&mut self, wait_id: WaitId) {
        let resources = self.waits.get_mut(wait_id.wait);
        let cold = resources.and_then(|resources| resources.cold.as_mut());
        if let Some(cold) = cold.filter(|cold| cold.is_unhandled) {
            cold.is_unhandled = false;
            let about = &self.state.about;
            self.engine.unanswered.remove(about, wait_id.wait);
            self.engine.clock.closed();
        }
    }

    /// Records that a task waits for an engine with its handler.
    fn handler_missing(&mut self, wait_id: WaitId, state: StateIx, target: Option<&str>) {
        let program = self.program.clone();
        let Some(call_site) = CallSite::of(&program, state) else {
            return;
        };
        if !std::mem::replace(&mut self.cold_resources(wait_id).is_unhandled, true) {
            self.engine.clock.opened();
        }
        let (unanswered, about) = (&self.engine.unanswered, &self.state.about);
        unanswered.add(about, wait_id.wait, call_site, target);
    }

    /// Returns whether actions wait for the next commit.
    pub(super) fn has_deferred(&self) -> bool {
        let uncommitted = self.uncommitted.as_ref();
        uncommitted.is_some_and(|uncommitted| !uncommitted.actions.is_empty())
    }

    /// Closes the tokens of tasks whose end was committed.
    fn close_tokens(&mut self) {
        if let Some(uncommitted) = &mut self.uncommitted {
            for (token, why) in uncommitted.closing.drain(..) {
                self.engine.tokens.close(&token, why);
            }
        }
    }

    /// Performs the effects that waited for a commit, and returns the results that are available
    /// immediately.
    pub(super) fn perform_committed(&mut self) -> Vec<Input> {
        self.close_tokens();
        let uncommitted = self.uncommitted.as_mut();
        let actions = uncommitted.map(|uncommitted| std::mem::take(&mut uncommitted.actions));
        let mut results = Vec::new();
        // An effect that has not begun begins in the next process.
        let is_shut_down = self.engine.running.is_shut_down();
        for (wait_id, action) in actions.unwrap_or_default() {
            match action {
                AfterCommit::Perform(_)
                | AfterCommit::Queue(_)
                | AfterCommit::StartChild(_)
                | AfterCommit::Write(_)
                    if is_shut_down =>
                {
                    results.extend(
                        action
                            .is_held_by_its_task()
                            .then_some(Input::TaskHeld(wait_id)),
                    );
                }
                AfterCommit::Perform(effect) => {
                    let result = self.perform_now(wait_id, effect);
                    results.extend(result.map(|result| Input::WorkCompleted(wait_id, result)));
                }
                AfterCommit::Queue(task) => self.queue_now(wait_id, *task),
                AfterCommit::StartChild(child) => self.start_child_now(wait_id, *child),
                AfterCommit::Write(request) => self.write_deferred(wait_id, *request),
                AfterCommit::Stop(stop) => stop.stop(&self.engine),
            }
        }
        results
    }

    /// Takes what the next commit writes to the outbox as stops.
    pub(super) fn take_stop_messages(&mut self) -> Vec<StopMessage> {
        let Some(uncommitted) = self.uncommitted.as_mut() else {
            return Vec::new();
        };
        let mut messages = Vec::new();
        uncommitted.actions.retain(|(_, action)| {
            let AfterCommit::Stop(stop) = action else {
                return true;
            };
            let message = stop.message();
            let is_job = matches!(message, Some(StopMessage::Job(_)));
            messages.extend(message);
            // The outbox stops jobs. An execution is stopped after the commit, and by the outbox if
            // this process ends before.
            !is_job
        });
        messages
    }

    /// Suspends the execution and the children of its Map Runs. The next engine receives the
    /// results of its tokens.
    pub(super) fn suspend(&mut self, why: &Failure) {
        self.cold().is_suspended = true;
        // The children of an aborted run are running until the abort is committed.
        let stopping = self
            .uncommitted
            .iter()
            .flat_map(|uncommitted| &uncommitted.actions);
        let stopping = stopping.filter_map(|(_, action)| match action {
            AfterCommit::Stop(StopTarget::Children(run)) => Some(run),
            _ => None,
        });
        let runs = self
            .all_cold_resources()
            .filter_map(|cold| cold.run.as_ref());
        for run in runs.chain(stopping) {
            run.suspend_children(why);
        }
        let resources = self
            .all_cold_resources()
            .filter_map(|cold| cold.token.as_ref());
        let closing = self
            .uncommitted
            .iter()
            .flat_map(|uncommitted| &uncommitted.closing);
        let closing = closing.map(|(token, _)| token);
        for token in resources.map(|token| &token.0).chain(closing) {
            self.engine.tokens.close(token, TokenError::CommitFailed);
        }
    }

    /// Reports the begin of a shutdown to the running children of Map Runs.
    pub(super) fn drain_children(&self, drain: &Drain) {
        for run in self
            .all_cold_resources()
            .filter_map(|cold| cold.run.as_ref())
        {
            run.drain_children(drain);
        }
    }

    /// Returns whether a handler runs in this process. A task without a handler has none.
    pub(super) fn runs_handler(&self, execution: &Execution) -> bool {
        execution.handler_waits().any(|wait_id| {
            let resources = self.waits.get(wait_id.wait);
            resources.is_some_and(|resources| resources.work.is_some())
        })
    }

    /// Returns whether a task waits for an Express execution, which runs in this process and ends
    /// with it.
    pub(super) fn runs_express_execution(&self) -> bool {
        self.all_cold_resources().any(|cold| {
            let child = cold.child.as_ref().and_then(|(child, _)| child.upgrade());
            // An execution that is started and awaited in one call is an Express execution.
            child.is_some_and(|child| !child.about.counts_redrives && child.report().is_none())
        })
    }

    /// Returns the task source that has priority over the engine's sources.
    pub(super) fn source(&self) -> Option<&Arc<dyn TaskSource>> {
        self.cold.as_ref()?.source.as_ref()
    }

    /// Returns whether a future is pending.
    pub(super) fn has_work(&mut self) -> bool {
        self.work.take_if(|work| work.is_empty());
        self.work.is_some()
    }

    /// Cancels the pending futures of an execution that ends. Call it while the execution counts as
    /// busy on the clock: other executions may wait for the permits of its handlers.
    pub(super) fn cancel_work(&mut self) {
        self.work = None;
    }

    /// Polls the pending futures, and returns the next result.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<(WaitId, WorkResult)> {
        let Some(pending) = &mut self.work else {
            return Poll::Pending;
        };
        loop {
            match Pin::new(&mut **pending).poll_next(cx) {
                Poll::Ready(Some(Ok(answered))) => return Poll::Ready(answered),
                // The work was aborted.
                Poll::Ready(Some(Err(Aborted))) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Removes a timer that fired and has no effect.
    pub(super) fn ignore_timer(&mut self, wait_id: WaitId, kind: TimerKind) {
        self.deadline.note_timer_disarmed();
        if let Some(resources) = self.waits.get_mut(wait_id.wait) {
            resources.alarms.remove(kind as u32);
        }
    }

    /// Removes a timer that fired.
    pub(super) fn timer_fired(&mut self, wait_id: WaitId, kind: TimerKind) {
        self.deadline.note_timer_disarmed();
        if let Some(resources) = self.waits.get_mut(wait_id.wait) {
            resources.alarms.remove(kind as u32);
            if resources.is_empty() {
                self.waits.remove(wait_id.wait);
                return;
            }
            // Only the holder of a token gets this error.
            if let Some(cold) = &mut resources.cold {
                cold.timed_out |= matches!(kind, TimerKind::Timeout | TimerKind::Heartbeat);
            }
        }
    }

    /// Records that a token completed the task successfully. The nested execution continues: AWS
    /// documents a stop only for aborted tasks.
    pub(super) fn succeeded_by_token(&mut self, wait_id: WaitId) {
        let resources = self.waits.get_mut(wait_id.wait);
        if let Some(cold) = resources.and_then(|resources| resources.cold.as_mut()) {
            cold.child = None;
            cold.job = None;
        }
    }

    /// Records that the job of a wait has ended, if the wait has one: it is not stopped.
    pub(super) fn job_ended(&mut self, wait_id: WaitId) {
        let resources = self.waits.get_mut(wait_id.wait);
        if let Some(cold) = resources.and_then(|resources| resources.cold.as_mut()) {
            cold.job = None;
        }
    }

    /// Releases the resources of a wait. Returns the executions that are stopped with it.
    fn release_resources(&mut self, wait: u32, resources: WaitResources) -> Vec<StopTarget> {
        let mut stops = Vec::new();
        for (_, alarm) in resources.alarms.into_each() {
            self.deadline.note_timer_disarmed();
            self.engine.clock.disarm(alarm);
        }
        if let Some(work) = resources.work {
            work.abort();
        }
        let Some(cold) = resources.cold.map(|cold| *cold) else {
            return stops;
        };
        if let Some(run) = cold.run
            && !self.is_suspended()
            && run.abort(self.engine.clock.now())
        {
            self.run_changed(&run);
            stops.push(StopTarget::Children(run));
        }
        if let Some(attempt) = cold.attempt {
            attempt.end();
        }
        if cold.is_unhandled {
            self.engine.unanswered.remove(&self.state.about, wait);
            self.engine.clock.closed();
        }
        if let Some((activity, number)) = cold.queued {
            self.engine.activities.forget(&activity, number);
        }
        let why = if cold.timed_out {
            TokenError::TaskTimedOut
        } else {
            TokenError::TaskDoesNotExist
        };
        if let Some((token, is_awaited)) = cold.token {
            // Until the commit, a caller with the token gets the committed status of the task.
            match &mut self.uncommitted {
                Some(uncommitted) => uncommitted.closing.push((token, why)),
                None => self.engine.tokens.close(&token, why),
            }
            if is_awaited {
                self.engine.clock.closed();
            }
        }
        // AWS documents that an aborted `.sync` task stops its execution. A timed-out task does so
        // too, because a retry would run concurrently with it.
        if let Some((child, true)) = cold.child
            && !self.is_suspended()
        {
            stops.push(StopTarget::Execution(child));
        }
        if let Some(stop) = cold.job
            && !self.is_suspended()
        {
            stops.push(StopTarget::Job(stop));
        }
        stops
    }

    fn resources(&mut self, wait_id: WaitId) -> &mut WaitResources {
        self.waits.of(wait_id.wait)
    }

    fn cold_resources(&mut self, wait_id: WaitId) -> &mut ColdWaitResources {
        self.resources(wait_id).cold.get_or_insert_default()
    }

    fn all_cold_resources(&self) -> impl Iterator<Item = &ColdWaitResources> {
        self.waits
            .values()
            .filter_map(|resources| resources.cold.as_deref())
    }

    pub(super) fn run(&self, wait_id: WaitId) -> Option<&Arc<MapRunRecord>> {
        self.waits.get(wait_id.wait)?.cold.as_ref()?.run.as_ref()
    }

    /// Polls a future once, in place. Returns its output, or stores it if it is pending.
    fn start_work(
        &mut self,
        wait_id: WaitId,
        mut job: WorkFuture,
        watch: Option<PollWatch>,
    ) -> Option<WorkResult> {
        let about = &self.state.about;
        // A pending future is polled again with the waker of its task before the execution becomes
        // idle.
        let mut cx = Context::from_waker(Waker::noop());
        let mut arrived = None;
        let sleeps = while_polled(about, &self.program, watch, || {
            job.poll(&mut cx, &mut arrived)
        });
        if arrived.is_some() {
            return arrived;
        }
        let watched = watch.map(|watch| WatchedPoll {
            about: about.clone(),
            program: self.program.clone(),
            watch,
        });
        let running = matches!(job, WorkFuture::Task(_)).then(|| self.engine.meter.task_runs());
        self.add_work(wait_id, job, watched, sleeps, running);
        None
    }

    /// Stores a pending future.
    fn add_work(
        &mut self,
        wait_id: WaitId,
        job: WorkFuture,
        watched: Option<WatchedPoll>,
        sleeps: bool,
        running: Option<RunningTaskGuard>,
    ) {
        let clock = self.engine.clock.clone();
        let work = RunningWork::pending(wait_id, job, clock, watched, sleeps, running);
        let (handle, registration) = AbortHandle::new_pair();
        self.resources(wait_id).work = Some(handle);
        let pending = self.work.get_or_insert_default();
        pending.push(Abortable::new(work, registration));
    }

    fn perform_now(&mut self, wait_id: WaitId, effect: TaskEffect) -> Option<TaskResult> {
        match effect {
            TaskEffect::Work {
                work,
                attempt,
                watch,
            } => {
                let work: TaskFuture = match self.spans() {
                    Some(spans) => {
                        Box::pin(work.instrument(spans.innermost(wait_id.cursor).clone()))
                    }
                    None => work,
                };
                let Some(WorkResult::Task(result)) =
                    self.start_work(wait_id, WorkFuture::Task(work), watch)
                else {
                    if attempt.is_some() {
                        self.cold_resources(wait_id).attempt = attempt;
                    }
                    return None;
                };
                if let Some(attempt) = attempt {
                    attempt.end();
                }
                Some(result)
            }
            TaskEffect::Start(start) => self.start_nested(wait_id, *start),
        }
    }

    /// Performs a deferred write; its response is delivered like that of pending work.
    fn write_deferred(&mut self, wait_id: WaitId, write: WriteRequest) {
        let Some(store) = self.engine.objects.clone() else {
            return;
        };
        if self.run(wait_id).is_some()
            && let Some(written) = self.write_now(wait_id, store, write)
        {
            let written = Box::pin(std::future::ready(written));
            self.add_work(wait_id, WorkFuture::Write(written), None, false, None);
        }
    }

    fn write_now(
        &mut self,
        wait_id: WaitId,
        store: Arc<dyn ObjectStore>,
        write: WriteRequest,
    ) -> Option<Result<WriteResponse, String>> {
        let names = self.request_names(wait_id);
        let work = Box::pin(async move {
            let written = objects::write(&*store, write).await;
            written.map_err(|error| error.cause(&names.uuid()))
        });
        match self.start_work(wait_id, WorkFuture::Write(work), None) {
            Some(WorkResult::Written(written)) => Some(written),
            _ => None,
        }
    }

    fn queue_now(&mut self, wait_id: WaitId, task: QueuedInput) {
        let QueuedInput { activity, input } = task;
        let responder = Responder::new(&self.state, wait_id);
        let cold = self.cold_resources(wait_id);
        let Some(token) = cold.token.as_ref().map(|token| token.0.clone()) else {
            return;
        };
        let task = QueuedTask {
            token,
            input,
            responder,
        };
        let engine = &self.engine;
        let number = engine.activities.push(&activity, task, &engine.clock);
        self.cold_resources(wait_id).queued = Some((activity, number));
    }

    /// Delivers the output of a future as the result of the task.
    fn complete_when_ready(
        &mut self,
        wait_id: WaitId,
        answer: impl Future<Output = TaskResult> + Send + 'static,
    ) {
        let answer = WorkFuture::Task(Box::pin(answer));
        self.add_work(wait_id, answer, None, false, None);
    }

    /// Starts a nested execution. Returns the result of the task, if the response of the start
    /// completes it.
    fn start_nested(&mut self, wait_id: WaitId, start: NestedStart) -> Option<TaskResult> {
        let integration = start.integration;
        let parent = &self.state.about.machine;
        let trace = self.trace_of(wait_id.cursor);
        let trace = trace.or_else(|| parent.trace.clone());
        let source = self.source().cloned();
        let started = self.engine.start_nested(&start, source, parent, trace);
        let (launched, begun) = match started {
            Ok(started) => started,
            // This is not an error of the service. The execution waits until the shutdown suspends
            // it, and the next engine starts the nested execution.
            Err(StartError::ShutDown | StartError::NoRuntime)
                if self.engine.running.is_shut_down() =>
            {
                return None;
            }
            Err(error) => return Some(Err(nested::refused_nested_start(&start, &error))),
        };
        self.pending_executions.extend(launched.pending_execution);
        if integration.waits() {
            self.follow_child(wait_id, &launched.state, integration);
        }
        if integration == Integration::SdkSync {
            return None;
        }
        if self.engine.durable.is_none() {
            return Some(Ok(begun));
        }
        // The start takes effect when it is committed.
        let (state, parent) = (launched.state, self.state.clone());
        self.complete_when_ready(wait_id, async move {
            match state.accepted().await {
                Ok(()) => Ok(begun),
                Err(error @ StoreError::Exists { .. }) => Err(nested::refused_nested_start(
                    &start,
                    &StartError::of_store(error, state.about.name()),
                )),
                Err(error) => {
                    // This is not an error of the service: suspend, and let the next process start
                    // it again. An execution that has ended ignores the message.
                    let _over = parent.send(Message::CommitFailed(error.to_string()));
                    std::future::pending().await
                }
            }
        });
        None
    }

    /// Waits for the end of a nested execution.
    fn follow_child(
        &mut self,
        wait_id: WaitId,
        state: &Arc<ExecutionState>,
        integration: Integration,
    ) {
        self.cold_resources(wait_id).child = Some((Arc::downgrade(state), integration.is_job()));
        let link = ParentLink {
            parent: Responder::new(&self.state, wait_id),
            role: ChildRole::Job(integration),
        };
        // An execution with this name may have ended.
        if let Some((link, report)) = state.add_parent_link(link) {
            self.engine.notify_parent(link, &report);
        }
    }

    /// Fails a task that cannot be resumed. The failure is the result of its work, not of its
    /// token.
    fn fail_lost_task(&mut self, wait_id: WaitId, cause: &str) {
        let failure = TaskFailure::with_message(LOST, cause);
        self.complete_when_ready(wait_id, std::future::ready(Err(failure)));
    }

    /// Releases the resources that a decoded execution acquires again: timers, tokens, queued
    /// tasks.
    pub(super) fn detach(&mut self) {
        for resources in self.waits.values_mut() {
            for (_, alarm) in std::mem::take(&mut resources.alarms).into_each() {
                self.deadline.note_timer_disarmed();
                self.engine.clock.disarm(alarm);
            }
            let Some(cold) = &mut resources.cold else {
                continue;
            };
            if let Some((activity, number)) = cold.queued.take() {
                self.engine.activities.forget(&activity, number);
            }
            if let Some((token, is_awaited)) = cold.token.take() {
                self.engine.tokens.withdraw(&token);
                if is_awaited {
                    self.engine.clock.closed();
                }
            }
        }
    }

    /// Returns the source of the ids of a request to the object store. They are the same in every
    /// run of the same execution.
    fn request_names(&self, wait_id: WaitId) -> Entropy {
        Entropy::of_text(&format!("{} {wait_id}", self.state.about.arn()))
    }
}

/// Releases all resources, however the execution ends.
impl Drop for ExecutionResources {
    fn drop(&mut self) {
        for (wait, resources) in std::mem::take(&mut self.waits).into_each() {
            for stop in self.release_resources(wait, resources) {
                stop.stop(&self.engine);
            }
        }
        self.close_tokens();
    }
}
