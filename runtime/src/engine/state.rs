use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::task::AtomicWaker;
#[cfg(feature = "serve")]
use smol_str::SmolStr;
use tokio::sync::{Notify, oneshot};

use super::follower::Follower;
use super::open::OpenPlace;
use super::redrivable::Redrivable;
use super::report::ExecutionReport;
use crate::clock::{Clock, Rang, Rings};
use crate::execution_info::ExecutionInfo;
use crate::history::History;
use crate::interpret::Failure;
use crate::store::StoreError;
use crate::task::{Inbox, News};
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// What an execution shares with everybody else: its mailbox, and its end.
pub(crate) struct ExecutionState {
    pub(crate) about: Arc<ExecutionInfo>,
    /// Virtual time, which stands while it is awake.
    clock: Option<Clock>,
    mailbox: Mutex<Mailbox>,
    pub(super) waker: AtomicWaker,
    report: OnceLock<Arc<ExecutionReport>>,
    /// What a redrive needs, when it is over and did not succeed.
    redrivable: OnceLock<Box<Redrivable>>,
    closed: Notify,
    /// Its place among the executions that run.
    place: OnceLock<OpenPlace>,
    /// Whether it is kept, or why it cannot be.
    accepted: OnceLock<Result<(), Box<StoreError>>>,
}

#[derive(Default)]
struct Mailbox {
    messages: Vec<Message>,
    /// Whether the execution is being stepped, or is about to be: it then counts as busy on the clock.
    is_awake: bool,
    /// From then on there is a report.
    is_closed: bool,
    followers: Vec<Follower>,
}

/// News for an execution.
pub(crate) enum Message {
    Timer(WaitId, TimerKind),
    News(WaitId, News),
    Deadline,
    Stop(Failure),
    /// The engine is about to be shut down: a durable execution is parked as soon as nobody here is at work for it.
    Drain,
    /// The engine is shut down: a durable execution goes on in another process.
    ShutDown,
    /// It is not gone on with in this process: the store did not keep what it needs, and why.
    NotKept(String),
    /// The execution above it, or one below it, is not gone on with in this process, and why.
    Parked(Failure),
    /// A machine or an activity was added: a task that nobody answered may have somebody now.
    LookForHandlers,
    /// UpdateMapRun of a run of this ARN; the answer is whether it was at work.
    #[cfg(feature = "serve")]
    UpdateRun(
        SmolStr,
        crate::distributed::RunChanges,
        oneshot::Sender<bool>,
    ),
    /// Somebody wants the history as soon as it has more than so many events.
    History(u32, oneshot::Sender<History>),
}

impl ExecutionState {
    /// Of an execution that is about to be stepped, and that needs not be kept, or is.
    pub(super) fn new(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, OnceLock::from(Ok(())))
    }

    /// Of one whose start is not kept yet.
    pub(super) fn unkept(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, OnceLock::new())
    }

    fn of(
        about: Arc<ExecutionInfo>,
        clock: &Clock,
        accepted: OnceLock<Result<(), Box<StoreError>>>,
    ) -> Arc<Self> {
        clock.enter();
        Arc::new(Self {
            about,
            clock: clock.is_virtual().then(|| clock.clone()),
            mailbox: Mutex::new(Mailbox {
                is_awake: true,
                ..Mailbox::default()
            }),
            waker: AtomicWaker::new(),
            report: OnceLock::new(),
            redrivable: OnceLock::new(),
            closed: Notify::new(),
            place: OnceLock::new(),
            accepted,
        })
    }

    /// It is about to be stepped: virtual time stands.
    fn enter(&self) {
        if let Some(clock) = &self.clock {
            clock.enter();
        }
    }

    /// It waits or is over: virtual time may go on.
    fn leave(&self) {
        if let Some(clock) = &self.clock {
            clock.leave();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Mailbox> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether its start is kept.
    pub(super) fn accept(&self, kept: Result<(), StoreError>) {
        if self.accepted.set(kept.map_err(Box::new)).is_ok() {
            self.closed.notify_waiters();
        }
    }

    /// Waits until its start is kept.
    pub(super) async fn accepted(&self) -> Result<(), StoreError> {
        loop {
            // It is kept, as a rule; then nobody needs to be told.
            if let Some(kept) = self.accepted.get() {
                return kept.clone().map_err(|error| *error);
            }
            let told = self.closed.notified();
            if self.accepted.get().is_none() {
                told.await;
            }
        }
    }

    pub(super) fn set_place(&self, place: OpenPlace) {
        // It begins once.
        let _ = self.place.set(place);
    }

    pub(super) fn place(&self) -> Option<OpenPlace> {
        self.place.get().copied()
    }

    /// It is not begun after all: nobody drives it.
    pub(super) fn abandon(&self) {
        let was_awake = std::mem::take(&mut self.lock().is_awake);
        if was_awake {
            self.leave();
        }
    }

    /// Brings news. Gives them back when the execution is over.
    pub(super) fn send(&self, message: Message) -> Result<(), Message> {
        {
            let mut mailbox = self.lock();
            if mailbox.is_closed {
                return Err(message);
            }
            mailbox.messages.push(message);
            if !mailbox.is_awake {
                mailbox.is_awake = true;
                self.enter();
            }
        }
        self.waker.wake();
        Ok(())
    }

    /// Takes the news; from now on the execution counts as busy.
    pub(super) fn take(&self) -> Vec<Message> {
        let mut mailbox = self.lock();
        if !mailbox.is_awake {
            mailbox.is_awake = true;
            self.enter();
        }
        std::mem::take(&mut mailbox.messages)
    }

    /// Says that the execution waits, unless there are news.
    pub(super) fn rest(&self) -> bool {
        {
            let mut mailbox = self.lock();
            if !mailbox.messages.is_empty() {
                return false;
            }
            mailbox.is_awake = false;
        }
        self.leave();
        true
    }

    /// Says that the execution is over. `tell` is called for each follower, before virtual time may go on.
    pub(super) fn close(&self, report: Arc<ExecutionReport>, tell: impl Fn(Follower)) {
        let (left, followers, was_awake) = {
            let mut mailbox = self.lock();
            // Who finds it closed must find the report.
            let _ = self.report.set(report.clone());
            mailbox.is_closed = true;
            (
                std::mem::take(&mut mailbox.messages),
                std::mem::take(&mut mailbox.followers),
                std::mem::take(&mut mailbox.is_awake),
            )
        };
        for message in left {
            answer_late(message, &report);
        }
        followers.into_iter().for_each(tell);
        self.closed.notify_waiters();
        if was_awake {
            self.leave();
        }
    }

    /// Sends, or answers from the report when the execution is over.
    pub(super) fn send_or_answer(&self, message: Message) {
        if let Err(message) = self.send(message)
            && let Some(report) = self.report.get()
        {
            answer_late(message, report);
        }
    }

    /// The history as soon as it has more than `read` events, or the execution is over.
    pub(super) fn history_after(&self, read: u32) -> oneshot::Receiver<History> {
        let (reader, history) = oneshot::channel();
        self.send_or_answer(Message::History(read, reader));
        history
    }

    /// Tells `follower` of the end; gives it back with the report when the execution is over.
    pub(super) fn follow(&self, follower: Follower) -> Option<(Follower, Arc<ExecutionReport>)> {
        let mut mailbox = self.lock();
        match self.report.get() {
            Some(report) => Some((follower, report.clone())),
            None => {
                mailbox.followers.push(follower);
                None
            }
        }
    }

    /// Keeps what a redrive needs; before the execution is closed.
    pub(super) fn keep(&self, redrivable: Redrivable) {
        // It is kept once: an execution ends once.
        let _ = self.redrivable.set(Box::new(redrivable));
    }

    /// Whether there is what a redrive needs.
    pub(super) fn is_redrivable(&self) -> bool {
        self.redrivable.get().is_some()
    }

    pub(super) fn redrivable(&self) -> Option<Redrivable> {
        self.redrivable
            .get()
            .map(|redrivable| (**redrivable).clone())
    }

    pub(super) fn report(&self) -> Option<&Arc<ExecutionReport>> {
        self.report.get()
    }

    /// Waits for the end.
    pub(super) async fn finished(&self) -> Arc<ExecutionReport> {
        let mut awaits = None;
        loop {
            if let Some(report) = self.report.get() {
                return report.clone();
            }
            let closed = self.closed.notified();
            if self.report.get().is_none() {
                if let Some(clock) = &self.clock {
                    awaits.get_or_insert_with(|| clock.await_end());
                }
                closed.await;
            }
        }
    }
}

impl fmt::Debug for ExecutionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionState")
            .field("id", self.about.arn())
            .field("is_over", &self.report.get().is_some())
            .finish_non_exhaustive()
    }
}

/// What comes when all is over still gets the history.
fn answer_late(message: Message, report: &ExecutionReport) {
    // Dropping what tells whether an answer was taken says that it was not.
    if let Message::History(_, reader) = message {
        // The reader may have been dropped.
        let _ = reader.send(report.history.clone());
    }
}

impl Rings for ExecutionState {
    fn rang(&self, rang: Rang) {
        // One that is over waits for nothing.
        let _ = self.send(match rang {
            Rang::Deadline => Message::Deadline,
            Rang::Wait(wait_id, kind) => Message::Timer(wait_id, kind),
        });
    }
}

impl Inbox for ExecutionState {
    fn bring(&self, wait_id: WaitId, news: News) {
        // What comes when the execution is over is too late; dropping it says so.
        let _ = self.send(Message::News(wait_id, news));
    }
}
