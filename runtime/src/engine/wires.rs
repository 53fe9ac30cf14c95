use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{FuturesUnordered, Stream};
use smol_str::SmolStr;

use super::activities::Queued;
use super::cell::{Responder, RunCell};
use super::drive::Drive;
use super::error::TokenError;
use super::report::Status;
use super::runs::RunRecord;
use super::shared::Shared;
use super::tokens::new_token;
use crate::about::About;
use crate::clock::{Alarm, Asked, Clock, Listeners, Timestamp, while_watched};
use crate::distributed::source::{LoadError, Request, Supply};
use crate::distributed::{Ended, File, RunView, Tally};
use crate::interpret::{ChildStart, Failure, Host, Ring, Ticket};
use crate::program::Program;
use crate::query::Entropy;
use crate::task::handler::PANICKED;
use crate::task::{
    Answer, External, StopChild, TaskCall, TaskFailure, TaskFuture, TaskResult, TaskSource,
};
use crate::value::Value;

/// Why an engine without an object store reads and writes none.
const NO_STORE: &str = "The engine has no object store; give it one with `EngineBuilder::objects`";

/// What an execution has in the world: timers, pending handlers, open tokens.
pub(super) struct Wires {
    pub(super) engine: Arc<Shared>,
    program: Arc<Program>,
    pub(super) cell: Arc<RunCell>,
    /// Asked before the engine's own sources.
    pub(super) source: Option<Arc<dyn TaskSource>>,
    /// How deep this execution was started by others.
    pub(super) depth: u32,
    /// What each wait has; a wait that has nothing is not here.
    waits: HashMap<u32, Held>,
    work: FuturesUnordered<Abortable<Work>>,
    /// Of the poll that is under way.
    pub(super) waker: Waker,
}

#[derive(Default)]
struct Held {
    alarms: Vec<(Ring, Alarm)>,
    work: Option<AbortHandle>,
    token: Option<SmolStr>,
    activity: Option<SmolStr>,
    run: Option<Arc<RunRecord>>,
    /// Stops the child execution that is waited for.
    child: Option<StopChild>,
    /// The test's answer is waited for, and virtual time stands.
    asked: Option<Asked>,
    /// A timeout or heartbeat rang; a late answer to the token is told so.
    timed_out: bool,
}

impl Wires {
    pub(super) fn new(
        engine: Arc<Shared>,
        program: Arc<Program>,
        cell: Arc<RunCell>,
        source: Option<Arc<dyn TaskSource>>,
        depth: u32,
    ) -> Self {
        Self {
            engine,
            program,
            cell,
            source,
            depth,
            waits: HashMap::new(),
            work: FuturesUnordered::new(),
            waker: Waker::noop().clone(),
        }
    }

    /// The next handler that answered.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<(Ticket, Arrived)> {
        loop {
            match Pin::new(&mut self.work).poll_next(cx) {
                Poll::Ready(Some(Ok(answered))) => return Poll::Ready(answered),
                // It was given up.
                Poll::Ready(Some(Err(Aborted))) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// A timer rang: it is not armed any more.
    pub(super) fn rang(&mut self, ticket: Ticket, ring: Ring) {
        if let Some(held) = self.waits.get_mut(&ticket.wait) {
            held.alarms.retain(|(armed, _)| *armed != ring);
            held.timed_out |= matches!(ring, Ring::Timeout | Ring::Heartbeat);
        }
    }

    fn let_go(&self, held: Held) {
        for (_, alarm) in held.alarms {
            self.engine.clock.disarm(alarm);
        }
        if let Some(work) = held.work {
            work.abort();
        }
        if let Some(run) = held.run {
            run.abort(self.engine.clock.now());
        }
        // AWS documents that an aborted `.sync` task stops what it started; so does one whose time ran out here, for
        // a retry would run beside it.
        if let Some(stop) = held.child {
            stop();
        }
        if let Some(token) = held.token {
            if let Some(activity) = held.activity {
                self.engine.activities.forget(&activity, &token);
            }
            let why = if held.timed_out {
                TokenError::TaskTimedOut
            } else {
                TokenError::TaskDoesNotExist
            };
            self.engine.tokens.close(&token, why);
            self.engine.clock.closed();
        }
    }

    fn held(&mut self, ticket: Ticket) -> &mut Held {
        self.waits.entry(ticket.wait).or_default()
    }

    fn run(&self, ticket: Ticket) -> Option<&Arc<RunRecord>> {
        self.waits.get(&ticket.wait)?.run.as_ref()
    }

    /// Polls once, in place; what is not ready is kept.
    fn begin(&mut self, ticket: Ticket, job: Job) -> Option<Arrived> {
        let mut work = Work {
            ticket,
            job,
            clock: self.engine.clock.clone(),
            pending: None,
            sleeps: false,
        };
        let waker = self.waker.clone();
        if let Poll::Ready(arrived) = work.poll_guarded(&mut Context::from_waker(&waker)) {
            return Some(arrived);
        }
        work.note_whether_it_sleeps();
        let (handle, registration) = AbortHandle::new_pair();
        self.held(ticket).work = Some(handle);
        self.work.push(Abortable::new(work, registration));
        None
    }

    /// Where the ids of a request to the object store come from: the same in every run of the same execution.
    fn request_names(&self, ticket: Ticket) -> Entropy {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        self.cell.about.id.hash(&mut hasher);
        ticket.hash(&mut hasher);
        Entropy::new(hasher.finish())
    }
}

impl Host for Wires {
    fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    fn new_token(&mut self, about: &About, state: &str) -> SmolStr {
        let chosen = catch_unwind(AssertUnwindSafe(|| {
            self.engine.chosen_token(about, state, self.source.as_ref())
        }));
        match chosen {
            Ok(Some(token)) => token.into(),
            // A source that panics chooses nothing here; it is told of when it answers.
            Ok(None) | Err(_) => new_token(),
        }
    }

    fn answer(&mut self, call: &TaskCall<'_>, ticket: Ticket) -> Answer {
        let responder = Responder::new(&self.cell, ticket);
        let answered = catch_unwind(AssertUnwindSafe(|| {
            self.engine
                .answer(call, self.source.as_ref(), responder, self.depth)
        }));
        answered.unwrap_or_else(|panic| Answer::result(Err(panicked(said(&*panic)))))
    }

    fn poll(&mut self, ticket: Ticket, work: TaskFuture) -> Option<TaskResult> {
        match self.begin(ticket, Job::Task(work)) {
            Some(Arrived::Task(result)) => Some(result),
            _ => None,
        }
    }

    fn open_run(&mut self, ticket: Ticket, view: RunView) {
        let run = self.engine.runs.open(view, self.engine.retention);
        self.held(ticket).run = Some(run);
    }

    fn start_child(&mut self, ticket: Ticket, child: ChildStart) -> Result<(), String> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| "A Distributed Map needs a tokio runtime for its children".to_owned())?;
        let Some(run) = self.run(ticket).cloned() else {
            return Ok(());
        };
        if let Some(observer) = &self.engine.observer {
            observer.child_starts()?;
        }
        let ChildStart {
            number,
            about,
            entry,
            seed,
        } = child;
        let cell = RunCell::new(about, self.engine.clock.clone());
        run.started(number, &cell);
        let parent = Responder::new(&self.cell, ticket);
        let engine = self.engine.clone();
        cell.on_close(Box::new(move |report| {
            if let Some(forgotten) = run.ended(number) {
                engine.runs.forget(&forgotten.about.id);
            }
            let text = |text: &Option<String>| text.as_deref().map(SmolStr::new);
            let ended = Ended {
                status: report.status,
                output: report.output.clone(),
                error: text(&report.error),
                cause: text(&report.cause),
                stopped: report.stopped,
            };
            parent.child_ended(number, ended);
        }));
        let drive = Drive::new(
            self.engine.clone(),
            cell,
            self.program.clone(),
            self.source.clone(),
            seed,
            self.depth,
        );
        runtime.spawn(drive.of_child(entry));
        Ok(())
    }

    fn stop_children(&mut self, ticket: Ticket) {
        if let Some(run) = self.run(ticket) {
            run.stop_children();
        }
    }

    fn report_run(&mut self, ticket: Ticket, tally: Tally, ended: Option<Status>) {
        let now = self.engine.clock.now();
        if let Some(run) = self.run(ticket) {
            run.report(tally, ended, now);
        }
    }

    fn read_object(&mut self, ticket: Ticket, request: Request) -> Option<Result<Supply, String>> {
        let Some(store) = self.engine.objects.clone() else {
            return Some(Err(NO_STORE.to_owned()));
        };
        let names = self.request_names(ticket);
        let work = Box::pin(async move {
            let read = match request {
                Request::Get { place, load, most } => {
                    match store.get(&place.bucket, &place.key).await {
                        Ok(body) => {
                            let loaded = load.read(place.key, body, most).await;
                            loaded.map(Supply::Object)
                        }
                        Err(error) => Err(LoadError::Store(error)),
                    }
                }
                Request::List { bucket, prefix } => {
                    let rows = store.list(&bucket, &prefix).await;
                    rows.map(Supply::List).map_err(LoadError::Store)
                }
            };
            read.map_err(|error| match error {
                LoadError::Store(error) => error.cause(&names.uuid()),
                LoadError::File(cause) => cause,
            })
        });
        match self.begin(ticket, Job::Read(work)) {
            Some(Arrived::Read(read)) => Some(read),
            _ => None,
        }
    }

    fn items_of_reader(&mut self, state: &str) -> Option<Result<Value, String>> {
        let observer = self.engine.observer.as_ref()?;
        observer.items(&self.cell.about, state)
    }

    fn evaluation_failed(&mut self, state: &str, failure: &Failure) {
        if let Some(observer) = &self.engine.observer {
            observer.evaluation_failed(&self.cell.about, state, failure);
        }
    }

    fn write_object(
        &mut self,
        ticket: Ticket,
        state: &str,
        file: File,
    ) -> Option<Result<(), String>> {
        if let Some(observer) = &self.engine.observer
            && let Some(written) = observer.results_written(&self.cell.about, state)
        {
            return Some(written);
        }
        let Some(store) = self.engine.objects.clone() else {
            return Some(Err(NO_STORE.to_owned()));
        };
        let names = self.request_names(ticket);
        let work = Box::pin(async move {
            let written = store.put(&file.bucket, &file.key, file.body).await;
            written.map_err(|error| error.cause(&names.uuid()))
        });
        match self.begin(ticket, Job::Write(work)) {
            Some(Arrived::Written(written)) => Some(written),
            _ => None,
        }
    }

    fn hand_over(&mut self, ticket: Ticket, external: External) {
        let responder = Responder::new(&self.cell, ticket);
        match external {
            External::Activity { arn, input } => {
                let held = self.held(ticket);
                held.activity = Some(arn.clone());
                let Some(token) = held.token.clone() else {
                    return;
                };
                let task = Queued {
                    token,
                    input,
                    responder,
                };
                self.engine.activities.push(&arn, task, &self.engine.clock);
            }
            External::Child { begin, stop } => {
                self.held(ticket).child = stop;
                begin(responder);
            }
        }
    }

    fn open_token(&mut self, ticket: Ticket, token: &SmolStr) {
        let responder = Responder::new(&self.cell, ticket);
        self.engine.tokens.open(token, responder);
        self.engine.clock.opened();
        self.held(ticket).token = Some(token.clone());
    }

    fn hold_clock(&mut self, ticket: Ticket, listeners: &Arc<Listeners>) {
        let asked = self.engine.clock.ask_test(listeners);
        self.held(ticket).asked = Some(asked);
    }

    fn arm(&mut self, ticket: Ticket, ring: Ring, at: Timestamp) {
        let responder = Responder::new(&self.cell, ticket);
        let alarm = self
            .engine
            .clock
            .arm(at, Box::new(move || responder.ring(ring)));
        self.held(ticket).alarms.push((ring, alarm));
    }

    fn disarm(&mut self, ticket: Ticket, ring: Ring) {
        let Some(held) = self.waits.get_mut(&ticket.wait) else {
            return;
        };
        let clock = &self.engine.clock;
        held.alarms.retain(|(armed, alarm)| {
            if *armed == ring {
                clock.disarm(*alarm);
            }
            *armed != ring
        });
    }

    fn forget(&mut self, ticket: Ticket) {
        // Most tasks answer at once and hold nothing.
        if self.waits.is_empty() {
            return;
        }
        if let Some(held) = self.waits.remove(&ticket.wait) {
            self.let_go(held);
        }
    }
}

/// Whatever way an execution ends, nothing of it stays in the world.
impl Drop for Wires {
    fn drop(&mut self) {
        for (_, held) in std::mem::take(&mut self.waits) {
            self.let_go(held);
        }
    }
}

/// What is under way in the world.
enum Job {
    Task(TaskFuture),
    Read(StoreFuture<Supply>),
    Write(StoreFuture<()>),
}

/// The object store at work. A failure is the cause of the state's.
type StoreFuture<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// What a [`Job`] came to.
pub(super) enum Arrived {
    Task(TaskResult),
    Read(Result<Supply, String>),
    Written(Result<(), String>),
}

/// A future, and whose it is.
struct Work {
    ticket: Ticket,
    job: Job,
    clock: Clock,
    /// Held while it is pending for another reason than the engine's clock.
    pending: Option<Pending>,
    /// It waited for the engine's clock when it was polled last.
    sleeps: bool,
}

impl Work {
    /// Polls; a panic is a failure.
    fn poll_guarded(&mut self, cx: &mut Context<'_>) -> Poll<Arrived> {
        let job = &mut self.job;
        let (polled, sleeps) = while_watched(|| {
            catch_unwind(AssertUnwindSafe(|| match job {
                Job::Task(work) => work.as_mut().poll(cx).map(Arrived::Task),
                Job::Read(work) => work.as_mut().poll(cx).map(Arrived::Read),
                Job::Write(work) => work.as_mut().poll(cx).map(Arrived::Written),
            }))
        });
        self.sleeps = sleeps;
        polled.unwrap_or_else(|panic| {
            let message = said(&*panic);
            Poll::Ready(match self.job {
                Job::Task(_) => Arrived::Task(Err(panicked(message))),
                Job::Read(_) => Arrived::Read(Err(message.to_owned())),
                Job::Write(_) => Arrived::Written(Err(message.to_owned())),
            })
        })
    }

    /// Virtual time goes on while a handler sleeps on the engine's clock, and stands while it waits for anything else.
    fn note_whether_it_sleeps(&mut self) {
        if self.sleeps {
            self.pending = None;
        } else if self.pending.is_none() {
            self.pending = Some(Pending::new(self.clock.clone()));
        }
    }
}

impl Future for Work {
    type Output = (Ticket, Arrived);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.poll_guarded(cx) {
            Poll::Ready(arrived) => {
                self.pending = None;
                Poll::Ready((self.ticket, arrived))
            }
            Poll::Pending => {
                self.note_whether_it_sleeps();
                Poll::Pending
            }
        }
    }
}

/// Tells the clock that a handler is pending, for as long as it lives.
struct Pending(Clock);

impl Pending {
    fn new(clock: Clock) -> Self {
        clock.handler_pends();
        Self(clock)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.handler_ended();
    }
}

/// The failure of a handler that panicked.
fn panicked(message: &str) -> TaskFailure {
    TaskFailure::internal(PANICKED, message)
}

/// What somebody said who panicked.
pub(crate) fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it panicked without a text")
}
