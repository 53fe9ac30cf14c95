use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};

#[cfg(feature = "serve")]
use smol_str::SmolStr;
use thin_vec::ThinVec;
use tokio::runtime::Id;
use tokio::sync::{Notify, oneshot};

use super::execution_task::ExecutionTask;
use super::follower::Follower;
use super::open::OpenPlace;
use super::redrivable::Redrivable;
use super::report::ExecutionReport;
use crate::clock::{Clock, Rang, Rings};
use crate::execution_info::ExecutionInfo;
use crate::history::History;
use crate::interpret::Failure;
use crate::status::Status;
use crate::store::StoreError;
use crate::task::{Inbox, News};
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// What an execution shares with everybody else: its mailbox, and its end. While it waits on real time, all of it rests here.
pub(crate) struct ExecutionState {
    pub(crate) about: Arc<ExecutionInfo>,
    /// Virtual time, which stands while it is awake.
    clock: Option<Clock>,
    mailbox: Mutex<Mailbox>,
    report: OnceLock<Arc<ExecutionReport>>,
    /// Its rank among executions that started at the same time, in lists of an engine without a store.
    sequence: AtomicU64,
}

struct Mailbox {
    messages: ThinVec<Message>,
    /// Of whoever drives it.
    waker: Option<Waker>,
    /// The execution, while nobody drives it: who brings news has it driven on.
    resting: Option<Box<ExecutionTask>>,
    /// What most executions do not have.
    rare: Option<Box<Rare>>,
    /// Its place among the executions that run.
    place: Option<OpenPlace>,
    /// Whether the execution is being stepped, or is about to be: it then counts as busy on the clock.
    is_awake: bool,
    /// From then on there is a report.
    is_closed: bool,
    /// Its start is kept, or needs not be.
    is_kept: bool,
}

#[derive(Default)]
struct Rare {
    followers: Vec<Follower>,
    /// Tells those who wait for its end, or for its start to be kept.
    told: Option<Arc<Notify>>,
    /// Why its start cannot be kept.
    refused: Option<StoreError>,
    /// What a redrive needs, when it is over and did not succeed.
    redrivable: Option<Redrivable>,
}

impl Mailbox {
    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn told(&mut self) -> Arc<Notify> {
        self.rare().told.get_or_insert_default().clone()
    }
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

impl From<Rang> for Message {
    fn from(rang: Rang) -> Self {
        match rang {
            Rang::Deadline => Self::Deadline,
            Rang::Wait(wait_id, kind) => Self::Timer(wait_id, kind),
        }
    }
}

impl ExecutionState {
    /// Of an execution that is about to be stepped, and that needs not be kept, or is.
    pub(super) fn new(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, true)
    }

    /// Of one whose start is not kept yet.
    pub(super) fn unkept(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, false)
    }

    fn of(about: Arc<ExecutionInfo>, clock: &Clock, is_kept: bool) -> Arc<Self> {
        clock.enter();
        Arc::new(Self {
            about,
            clock: clock.is_virtual().then(|| clock.clone()),
            mailbox: Mutex::new(Mailbox {
                messages: ThinVec::new(),
                waker: None,
                resting: None,
                rare: None,
                place: None,
                is_awake: true,
                is_closed: false,
                is_kept,
            }),
            report: OnceLock::new(),
            sequence: AtomicU64::new(0),
        })
    }

    /// Returns its rank among executions that started at the same time.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Sets the rank. The lock of all executions is held.
    pub(super) fn set_sequence(&self, sequence: u64) {
        self.sequence.store(sequence, Ordering::Relaxed);
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

    /// Says whether its start is kept. What was said first counts.
    pub(super) fn accept(&self, kept: Result<(), StoreError>) {
        let mut mailbox = self.lock();
        if mailbox.acceptance().is_ready() {
            return;
        }
        match kept {
            Ok(()) => mailbox.is_kept = true,
            Err(error) => mailbox.rare().refused = Some(error),
        }
        let told = mailbox.rare.as_ref().and_then(|rare| rare.told.clone());
        drop(mailbox);
        if let Some(told) = told {
            told.notify_waiters();
        }
    }

    /// Whether its start is durable, or needs not be.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.lock().acceptance(), Poll::Ready(Ok(())))
    }

    /// Waits until its start is kept.
    pub(super) async fn accepted(&self) -> Result<(), StoreError> {
        loop {
            let told = {
                let mut mailbox = self.lock();
                // It is kept, as a rule; then nobody needs to be told.
                if let Poll::Ready(kept) = mailbox.acceptance() {
                    return kept;
                }
                mailbox.told()
            };
            let told = told.notified();
            if self.lock().acceptance().is_pending() {
                told.await;
            }
        }
    }

    pub(super) fn set_place(&self, place: OpenPlace) {
        self.lock().place = Some(place);
    }

    pub(super) fn place(&self) -> Option<OpenPlace> {
        self.lock().place
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
        let (resting, waker) = {
            let mut mailbox = self.lock();
            if mailbox.is_closed {
                return Err(message);
            }
            mailbox.messages.push(message);
            if !mailbox.is_awake {
                mailbox.is_awake = true;
                self.enter();
            }
            (mailbox.resting.take(), mailbox.waker.take())
        };
        if let Some(resting) = resting {
            resting.drive_on();
        } else if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// Takes the news; from now on the execution counts as busy, and whoever drives it is woken when others come.
    pub(super) fn take(&self, waker: &Waker) -> ThinVec<Message> {
        let mut mailbox = self.lock();
        if !mailbox.is_awake {
            mailbox.is_awake = true;
            self.enter();
        }
        match &mut mailbox.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        std::mem::take(&mut mailbox.messages)
    }

    /// Takes the requests for the history that `is_answered` accepts, while the execution waits for its store and takes no other message.
    /// The driver is woken when more messages come.
    pub(super) fn take_history_requests(
        &self,
        waker: &Waker,
        is_answered: impl Fn(u32) -> bool,
    ) -> Vec<oneshot::Sender<History>> {
        let mut mailbox = self.lock();
        match &mut mailbox.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        let mut taken = Vec::new();
        let messages = std::mem::take(&mut mailbox.messages);
        for message in messages {
            match message {
                Message::History(read, reader) if is_answered(read) => taken.push(reader),
                message => mailbox.messages.push(message),
            }
        }
        taken
    }

    /// Says that the execution waits, unless there are news. Virtual time may bring them at once: nobody is woken for them then.
    pub(super) fn rest(&self) -> bool {
        {
            let mut mailbox = self.lock();
            if !mailbox.messages.is_empty() {
                return false;
            }
            mailbox.is_awake = false;
        }
        let rang = self
            .clock
            .as_ref()
            .and_then(|clock| clock.leave_or_ring(self));
        let Some(rang) = rang else {
            return true;
        };
        let was_woken = {
            let mut mailbox = self.lock();
            mailbox.messages.push(rang.into());
            std::mem::replace(&mut mailbox.is_awake, true)
        };
        // Who brought other news meanwhile has counted it as busy, too.
        if was_woken {
            self.leave();
        }
        false
    }

    /// Has the execution rest here until there are news. Gives it back when there are some.
    pub(super) fn lay_down(&self, task: Box<ExecutionTask>) -> Option<Box<ExecutionTask>> {
        let mut mailbox = self.lock();
        if !mailbox.messages.is_empty() {
            return Some(task);
        }
        mailbox.is_awake = false;
        let waker = mailbox.waker.take();
        mailbox.resting = Some(task);
        drop(mailbox);
        drop(waker);
        None
    }

    /// Takes an execution out that rests and would be driven on by a runtime that ends.
    pub(super) fn take_resting(&self, runtime: Id) -> Option<Box<ExecutionTask>> {
        let is_driven_there = |task: &mut Box<ExecutionTask>| task.is_driven_by(runtime);
        self.lock().resting.take_if(is_driven_there)
    }

    /// Says that the execution is over. `tell` is called for each follower, before virtual time may go on.
    pub(super) fn close(&self, report: Arc<ExecutionReport>, tell: impl Fn(Follower)) {
        let (left, followers, told, waker, was_awake) = {
            let mut mailbox = self.lock();
            // Who finds it closed must find the report.
            let _ = self.report.set(report.clone());
            mailbox.is_closed = true;
            let (followers, told) = match &mut mailbox.rare {
                Some(rare) => (std::mem::take(&mut rare.followers), rare.told.take()),
                None => (Vec::new(), None),
            };
            (
                std::mem::take(&mut mailbox.messages),
                followers,
                told,
                mailbox.waker.take(),
                std::mem::take(&mut mailbox.is_awake),
            )
        };
        drop(waker);
        for message in left {
            answer_late(message, &report);
        }
        followers.into_iter().for_each(tell);
        if let Some(told) = told {
            told.notify_waiters();
        }
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
                mailbox.rare().followers.push(follower);
                None
            }
        }
    }

    /// Keeps what a redrive needs; before the execution is closed.
    pub(super) fn keep(&self, redrivable: Redrivable) {
        self.lock().rare().redrivable = Some(redrivable);
    }

    /// Whether there is what a redrive needs.
    pub(super) fn is_redrivable(&self) -> bool {
        let mailbox = self.lock();
        let rare = mailbox.rare.as_ref();
        rare.is_some_and(|rare| rare.redrivable.is_some())
    }

    pub(super) fn redrivable(&self) -> Option<Redrivable> {
        self.lock().rare.as_ref()?.redrivable.clone()
    }

    /// Returns the execution's status.
    pub(super) fn status(&self) -> Status {
        self.report()
            .map_or(Status::Running, |report| report.status)
    }

    /// The report, as soon as the execution is over or suspended.
    pub(super) fn report(&self) -> Option<&Arc<ExecutionReport>> {
        self.report.get()
    }

    /// The report of an execution that is over.
    pub(super) fn final_report(&self) -> Option<&Arc<ExecutionReport>> {
        self.report().filter(|report| report.is_over())
    }

    /// Waits for the end.
    pub(super) async fn finished(&self) -> Arc<ExecutionReport> {
        let mut awaits = None;
        loop {
            if let Some(report) = self.report.get() {
                return report.clone();
            }
            let told = self.lock().told();
            let told = told.notified();
            if self.report.get().is_none() {
                if let Some(clock) = &self.clock {
                    awaits.get_or_insert_with(|| clock.await_end());
                }
                told.await;
            }
        }
    }
}

impl Mailbox {
    /// Whether its start is kept.
    fn acceptance(&self) -> Poll<Result<(), StoreError>> {
        let refused = self.rare.as_ref().and_then(|rare| rare.refused.clone());
        match refused {
            Some(error) => Poll::Ready(Err(error)),
            None if self.is_kept => Poll::Ready(Ok(())),
            None => Poll::Pending,
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
        let _ = self.send(rang.into());
    }
}

impl Inbox for ExecutionState {
    fn bring(&self, wait_id: WaitId, news: News) {
        // What comes when the execution is over is too late; dropping it says so.
        let _ = self.send(Message::News(wait_id, news));
    }
}
