//! What an execution has in the world.

mod deferred;
mod interpreter;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{FuturesUnordered, Stream};
use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::clock::{AnswerHold, ArmedTimer};
use crate::distributed::{WriteRequest, WriteResponse};
use crate::engine::activities::QueuedTask;
use crate::engine::completion::parent_link::{ChildRole, ParentLink};
use crate::engine::drive::execution_deadline::ExecutionDeadline;
use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::drive::message::Message;
use crate::engine::drive::running_work::{RunningWork, WorkFuture, WorkResult};
use crate::engine::drive::wait_map::WaitMap;
use crate::engine::error::{StartError, TokenError};
use crate::engine::journaled::JournalPosition;
use crate::engine::nested::map_runs::MapRunRecord;
use crate::engine::shared::EngineShared;
use crate::engine::start::pending_execution::PendingExecution;
use crate::interpret::{Calling, Failure, LOST};
use crate::objects::ObjectStore;
use crate::program::Program;
use crate::query::Entropy;
use crate::statistics::RunningTaskGuard;
use crate::store::{StoreError, StoredMapRun};
use crate::task::blocking_watcher::{WatchedPoll, while_polled};
use crate::task::{
    Integration, NestedStart, PollWatch, Responder, RunningTask, TaskEffect, TaskFailure,
    TaskResult, TaskSource,
};
use crate::value::Value;
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

use self::deferred::{Deferred, Stop};

/// What an execution has in the world: timers, pending handlers, open tokens.
pub(super) struct EngineHost {
    pub(super) engine: Arc<EngineShared>,
    pub(super) program: Arc<Program>,
    pub(super) state: Arc<ExecutionState>,
    pub(super) deadline: ExecutionDeadline,
    /// What each wait has; a wait that has nothing is not here.
    waits: WaitMap<Held>,
    /// What is pending, as soon as something was.
    work: Option<Box<FuturesUnordered<Abortable<RunningWork>>>>,
    /// Executions that were started in this step, and are not driven yet.
    pub(super) pending_executions: ThinVec<PendingExecution>,
    /// Of an execution that is kept.
    kept: Option<Box<Kept>>,
    /// What most executions do not have.
    rare: Option<Box<Rare>>,
}

#[derive(Default)]
struct Rare {
    /// Asked before the engine's own sources.
    source: Option<Arc<dyn TaskSource>>,
    /// A task that nobody answers waits for an engine in which somebody does; otherwise it fails.
    waits_for_handlers: bool,
    /// The execution goes on in another process, and so does what it has started.
    is_parked: bool,
}

/// What an execution that is kept has beside one that is not.
struct Kept {
    /// Where it is in the store.
    place: JournalPosition,
    /// What is done when its reason is kept.
    deferred: Vec<(WaitId, Deferred)>,
    /// The Map Runs of which others shall know more when that is kept.
    changed_runs: Vec<Arc<MapRunRecord>>,
    /// Tokens that are closed when their end is kept, and why.
    closing: Vec<(SmolStr, TokenError)>,
}

#[derive(Default)]
struct Held {
    /// By the numbers of their kinds.
    alarms: WaitMap<ArmedTimer>,
    work: Option<AbortHandle>,
    /// What a timer has not, and most handlers have not.
    more: Option<Box<More>>,
}

/// What a wait has in the world that is neither a timer nor a handler alone.
#[derive(Default)]
struct More {
    /// An open token, and whether an answer from outside is awaited.
    token: Option<(SmolStr, bool)>,
    /// The activity in whose queue the task is, and its place there.
    queued: Option<(SmolStr, u64)>,
    run: Option<Arc<MapRunRecord>>,
    /// The execution that is waited for, and whether it is stopped with the wait.
    child: Option<(Weak<ExecutionState>, bool)>,
    /// Learns when nobody waits for it any more.
    attempt: Option<Arc<RunningTask>>,
    /// The test's answer is waited for, and virtual time stands.
    asked: Option<AnswerHold>,
    /// A timeout or heartbeat rang; a late answer to the token is told so.
    timed_out: bool,
    /// Nobody answers the task here.
    is_unanswered: bool,
}

impl EngineHost {
    pub(super) fn new(
        engine: Arc<EngineShared>,
        program: Arc<Program>,
        state: Arc<ExecutionState>,
        source: Option<Arc<dyn TaskSource>>,
    ) -> Self {
        let of_source = |source| Rare {
            source: Some(source),
            ..Rare::default()
        };
        Self {
            engine,
            program,
            state,
            deadline: ExecutionDeadline::default(),
            waits: WaitMap::default(),
            work: None,
            pending_executions: ThinVec::new(),
            kept: None,
            rare: source.map(of_source).map(Box::new),
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The execution goes on in another process, and so does what it has started.
    pub(super) fn is_parked(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.is_parked)
    }

    /// From now on nothing is done before its reason is kept, at this place.
    pub(super) fn defer(&mut self, place: JournalPosition) {
        self.kept = Some(Box::new(Kept {
            place,
            deferred: Vec::new(),
            changed_runs: Vec::new(),
            closing: Vec::new(),
        }));
    }

    /// Where the execution is in the store, when it is kept.
    pub(super) fn place(&self) -> Option<&JournalPosition> {
        self.kept.as_ref().map(|kept| &kept.place)
    }

    /// The Map Runs that changed, as the store has them.
    pub(super) fn take_changed_runs(&mut self) -> impl Iterator<Item = StoredMapRun> + use<> {
        let kept = self.kept.as_mut();
        let (key, changed) = kept.map_or_else(Default::default, |kept| {
            (kept.place.key, std::mem::take(&mut kept.changed_runs))
        });
        changed.into_iter().map(move |run| run.stored(key))
    }

    /// A Map Run has begun or ended.
    fn run_changed(&mut self, run: &Arc<MapRunRecord>) {
        let is_noted = |noted: &Arc<MapRunRecord>| Arc::ptr_eq(noted, run);
        if let Some(kept) = &mut self.kept
            && !kept.changed_runs.iter().any(is_noted)
        {
            kept.changed_runs.push(run.clone());
        }
    }

    /// From now on a task that nobody answers waits: the execution came here from another process.
    pub(super) fn wait_for_handlers(&mut self) {
        self.rare().waits_for_handlers = true;
    }

    fn waits_for_handlers(&self) -> bool {
        let rare = self.rare.as_ref();
        rare.is_some_and(|rare| rare.waits_for_handlers)
    }

    /// A task that waited for its handler has one.
    fn answered(&mut self, wait_id: WaitId) {
        let held = self.waits.get_mut(wait_id.wait);
        let more = held.and_then(|held| held.more.as_mut());
        if let Some(more) = more.filter(|more| more.is_unanswered) {
            more.is_unanswered = false;
            let about = &self.state.about;
            self.engine.unanswered.remove(about, wait_id.wait);
            self.engine.clock.closed();
        }
    }

    /// A task waits for an engine in which somebody answers it.
    fn unanswered(&mut self, wait_id: WaitId, calling: Calling<'_>, target: Option<&str>) {
        if !std::mem::replace(&mut self.more(wait_id).is_unanswered, true) {
            self.engine.clock.opened();
        }
        let (unanswered, about) = (&self.engine.unanswered, &self.state.about);
        unanswered.add(about, wait_id.wait, calling, target);
    }

    /// Whether something is to be done once its reason is kept.
    pub(super) fn has_deferred(&self) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| !kept.deferred.is_empty())
    }

    /// The ends of tasks are kept, and their tokens with them.
    fn close_tokens(&mut self) {
        if let Some(kept) = &mut self.kept {
            for (token, why) in kept.closing.drain(..) {
                self.engine.tokens.close(&token, why);
            }
        }
    }

    /// Does what waited for its reason to be kept, and gives the answers that are there at once.
    pub(super) fn do_deferred(&mut self) -> Vec<(WaitId, TaskResult)> {
        self.close_tokens();
        let kept = self.kept.as_mut();
        let deferred = kept.map(|kept| std::mem::take(&mut kept.deferred));
        let deferred = deferred.unwrap_or_default();
        let mut answers = Vec::new();
        for (wait_id, deferred) in deferred {
            match deferred {
                Deferred::Perform(effect) => {
                    let answer = self.perform_now(wait_id, effect);
                    answers.extend(answer.map(|answer| (wait_id, answer)));
                }
                Deferred::Queue { activity, input } => self.queue_now(wait_id, &activity, input),
                Deferred::StartChild(child) => self.start_child_now(wait_id, child),
                Deferred::Write(write) => self.write_deferred(wait_id, write),
                Deferred::Stop(stop) => stop.stop(),
            }
        }
        answers
    }

    /// The execution is not gone on with in this process, and neither are the children of its Map Runs. Answers to its tokens are
    /// for the next one.
    pub(super) fn park(&mut self, why: &Failure) {
        self.rare().is_parked = true;
        // Those of a run that was given up are at work until that is kept.
        let given_up = self.kept.iter().flat_map(|kept| &kept.deferred);
        let given_up = given_up.filter_map(|(_, deferred)| match deferred {
            Deferred::Stop(Stop::Children(run)) => Some(run),
            _ => None,
        });
        let runs = self.more_of_all().filter_map(|more| more.run.as_ref());
        for run in runs.chain(given_up) {
            run.suspend_children(why);
        }
        let held = self.more_of_all().filter_map(|more| more.token.as_ref());
        let closing = self.kept.iter().flat_map(|kept| &kept.closing);
        let closing = closing.map(|(token, _)| token);
        for token in held.map(|token| &token.0).chain(closing) {
            self.engine.tokens.close(token, TokenError::CommitFailed);
        }
    }

    /// Who is asked before the engine's own sources.
    pub(super) fn source(&self) -> Option<&Arc<dyn TaskSource>> {
        self.rare.as_ref()?.source.as_ref()
    }

    /// Whether something is pending.
    pub(super) fn has_work(&mut self) -> bool {
        self.work.take_if(|work| work.is_empty());
        self.work.is_some()
    }

    /// The next handler that answered.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<(WaitId, WorkResult)> {
        let Some(pending) = &mut self.work else {
            return Poll::Pending;
        };
        loop {
            match Pin::new(&mut **pending).poll_next(cx) {
                Poll::Ready(Some(Ok(answered))) => return Poll::Ready(answered),
                // It was given up.
                Poll::Ready(Some(Err(Aborted))) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// A timer rang: it is not armed any more.
    pub(super) fn rang(&mut self, wait_id: WaitId, kind: TimerKind) {
        self.deadline.note_timer_disarmed();
        if let Some(held) = self.waits.get_mut(wait_id.wait) {
            held.alarms.remove(kind as u32);
            // Only who has a token is told so.
            if let Some(more) = &mut held.more {
                more.timed_out |= matches!(kind, TimerKind::Timeout | TimerKind::Heartbeat);
            }
        }
    }

    /// Somebody with the token said that the task succeeded. The child that it waited for goes on: AWS documents a stop
    /// for tasks that are aborted.
    pub(super) fn succeeded_by_token(&mut self, wait_id: WaitId) {
        let held = self.waits.get_mut(wait_id.wait);
        if let Some(more) = held.and_then(|held| held.more.as_mut()) {
            more.child = None;
        }
    }

    /// Takes what a wait had out of the world. Gives what was started for it and is stopped with it.
    fn let_go(&mut self, wait: u32, held: Held) -> Vec<Stop> {
        let mut stops = Vec::new();
        for (_, alarm) in held.alarms.into_each() {
            self.deadline.note_timer_disarmed();
            self.engine.clock.disarm(alarm);
        }
        if let Some(work) = held.work {
            work.abort();
        }
        let Some(more) = held.more.map(|more| *more) else {
            return stops;
        };
        if let Some(run) = more.run
            && !self.is_parked()
            && run.abort(self.engine.clock.now())
        {
            self.run_changed(&run);
            stops.push(Stop::Children(run));
        }
        if let Some(attempt) = more.attempt {
            attempt.end();
        }
        if more.is_unanswered {
            self.engine.unanswered.remove(&self.state.about, wait);
            self.engine.clock.closed();
        }
        if let Some((activity, place)) = more.queued {
            self.engine.activities.forget(&activity, place);
        }
        let why = if more.timed_out {
            TokenError::TaskTimedOut
        } else {
            TokenError::TaskDoesNotExist
        };
        if let Some((token, is_awaited)) = more.token {
            // Who answers it meanwhile learns what is kept.
            match &mut self.kept {
                Some(kept) => kept.closing.push((token, why)),
                None => self.engine.tokens.close(&token, why),
            }
            if is_awaited {
                self.engine.clock.closed();
            }
        }
        // AWS documents that an aborted `.sync` task stops what it started; so does one whose time ran out here, for
        // a retry would run beside it.
        if let Some((child, true)) = more.child
            && !self.is_parked()
        {
            stops.push(Stop::Execution(child));
        }
        stops
    }

    fn held(&mut self, wait_id: WaitId) -> &mut Held {
        self.waits.of(wait_id.wait)
    }

    fn more(&mut self, wait_id: WaitId) -> &mut More {
        self.held(wait_id).more.get_or_insert_default()
    }

    fn more_of_all(&self) -> impl Iterator<Item = &More> {
        self.waits.values().filter_map(|held| held.more.as_deref())
    }

    pub(super) fn run(&self, wait_id: WaitId) -> Option<&Arc<MapRunRecord>> {
        self.waits.get(wait_id.wait)?.more.as_ref()?.run.as_ref()
    }

    /// Polls once, in place; what is not ready is kept.
    fn begin(
        &mut self,
        wait_id: WaitId,
        mut job: WorkFuture,
        watch: Option<PollWatch>,
    ) -> Option<WorkResult> {
        let about = &self.state.about;
        // What is not ready is polled again before the execution rests, with the waker of its task.
        let mut cx = Context::from_waker(Waker::noop());
        let (polled, sleeps) = while_polled(about, &self.program, watch, || job.poll(&mut cx));
        if let Poll::Ready(arrived) = polled {
            return Some(arrived);
        }
        let watched = watch.map(|watch| WatchedPoll {
            about: about.clone(),
            program: self.program.clone(),
            watch,
        });
        let running = matches!(job, WorkFuture::Task(_)).then(|| self.engine.meter.task_runs());
        self.keep(wait_id, job, watched, sleeps, running);
        None
    }

    /// Work that is pending.
    fn keep(
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
        self.held(wait_id).work = Some(handle);
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
                let Some(WorkResult::Task(result)) =
                    self.begin(wait_id, WorkFuture::Task(work), watch)
                else {
                    if attempt.is_some() {
                        self.more(wait_id).attempt = attempt;
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

    /// Writes what was deferred, and brings the answer.
    fn write_deferred(&mut self, wait_id: WaitId, write: WriteRequest) {
        let Some(store) = self.engine.objects.clone() else {
            return;
        };
        if self.run(wait_id).is_some()
            && let Some(written) = self.write_now(wait_id, store, write)
        {
            let written = Box::pin(std::future::ready(written));
            self.keep(wait_id, WorkFuture::Write(written), None, false, None);
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
            let written = write.into(&*store).await;
            written.map_err(|error| error.cause(&names.uuid()))
        });
        match self.begin(wait_id, WorkFuture::Write(work), None) {
            Some(WorkResult::Written(written)) => Some(written),
            _ => None,
        }
    }

    fn queue_now(&mut self, wait_id: WaitId, activity: &SmolStr, input: Value) {
        let responder = Responder::new(&self.state, wait_id);
        let more = self.more(wait_id);
        let Some(token) = more.token.as_ref().map(|token| token.0.clone()) else {
            return;
        };
        let task = QueuedTask {
            token,
            input,
            responder,
        };
        let engine = &self.engine;
        let place = engine.activities.push(activity, task, &engine.clock);
        self.more(wait_id).queued = Some((activity.clone(), place));
    }

    /// Brings what a future gives, as the answer of work that was begun.
    fn bring(
        &mut self,
        wait_id: WaitId,
        answer: impl Future<Output = TaskResult> + Send + 'static,
    ) {
        self.keep(
            wait_id,
            WorkFuture::Task(Box::pin(answer)),
            None,
            false,
            None,
        );
    }

    /// Starts another execution; gives what the start answers, where that is the answer.
    fn start_nested(&mut self, wait_id: WaitId, start: NestedStart) -> Option<TaskResult> {
        let integration = start.integration;
        let test_case = self.state.about.machine.test_case.clone();
        let started = self
            .engine
            .start_nested(&start, self.source().cloned(), test_case);
        let (launched, begun) = match started {
            Ok(started) => started,
            // The service would not answer so. The execution waits until the shutdown suspends it, and the next engine starts the other one.
            Err(StartError::ShutDown | StartError::NoRuntime)
                if self.engine.running.is_shut_down() =>
            {
                return None;
            }
            Err(error) => return Some(Err(start.failure(&error))),
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
        // A start counts when it is kept.
        let (state, parent) = (launched.state, self.state.clone());
        self.bring(wait_id, async move {
            match state.accepted().await {
                Ok(()) => Ok(begun),
                Err(error @ StoreError::Exists { .. }) => {
                    Err(start.failure(&StartError::of_store(error, state.about.name())))
                }
                Err(error) => {
                    // That is no answer of the service. The next process starts it again. One that is over needs not be told.
                    let _over = parent.send(Message::CommitFailed(error.to_string()));
                    std::future::pending().await
                }
            }
        });
        None
    }

    /// Waits for the end of another execution.
    fn follow_child(
        &mut self,
        wait_id: WaitId,
        state: &Arc<ExecutionState>,
        integration: Integration,
    ) {
        self.more(wait_id).child = Some((Arc::downgrade(state), integration.is_job()));
        let follower = ParentLink {
            parent: Responder::new(&self.state, wait_id),
            role: ChildRole::Job(integration),
        };
        // One of that name may be over already.
        if let Some((follower, report)) = state.add_parent_link(follower) {
            self.engine.notify_parent(follower, &report);
        }
    }

    /// The task cannot be gone on with. That is the answer of its work, and not one from outside.
    fn lost(&mut self, wait_id: WaitId, cause: &str) {
        let failure = TaskFailure::with_message(LOST, cause);
        self.bring(wait_id, std::future::ready(Err(failure)));
    }

    /// Takes out of the world what an execution that is read again puts there: timers, tokens, places in queues.
    pub(super) fn detach(&mut self) {
        for held in self.waits.values_mut() {
            for (_, alarm) in std::mem::take(&mut held.alarms).into_each() {
                self.deadline.note_timer_disarmed();
                self.engine.clock.disarm(alarm);
            }
            let Some(more) = &mut held.more else {
                continue;
            };
            if let Some((activity, place)) = more.queued.take() {
                self.engine.activities.forget(&activity, place);
            }
            if let Some((token, is_awaited)) = more.token.take() {
                self.engine.tokens.withdraw(&token);
                if is_awaited {
                    self.engine.clock.closed();
                }
            }
        }
    }

    /// Where the ids of a request to the object store come from: the same in every run of the same execution.
    fn request_names(&self, wait_id: WaitId) -> Entropy {
        Entropy::of_text(&format!("{} {wait_id}", self.state.about.arn()))
    }
}

/// Whatever way an execution ends, nothing of it stays in the world.
impl Drop for EngineHost {
    fn drop(&mut self) {
        for (wait, held) in std::mem::take(&mut self.waits).into_each() {
            self.let_go(wait, held).iter().for_each(Stop::stop);
        }
        self.close_tokens();
    }
}
