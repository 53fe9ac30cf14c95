//! The part of an execution that its handles, timers and task share: mailbox and report.

#[cfg(all(test, shuttle))]
mod model_tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::task::{Poll, Waker};

use stepwright_interpreter::execution::Wait;
use stepwright_interpreter::history::History;
use stepwright_interpreter::{ExecutionInfo, Status, WaitId};
use thin_vec::ThinVec;
use tokio::runtime::Id;
use tokio::sync::{Notify, oneshot};

use crate::clock::{Clock, TimerFired, TimerSink};
use crate::execution::message::Message;
use crate::execution::parent_link::ParentLink;
use crate::execution::parked_execution::ParkedExecution;
use crate::execution::redrive_data::RedriveData;
use crate::execution::report::ExecutionReport;
use crate::execution::running_slot::RunningSlot;
use crate::store::StoreError;
use crate::sync::{Mutex, MutexGuard};
use crate::task::{Mailbox, WaitEvent};

/// The shared part of an execution: its mailbox and its report. While the execution waits on real
/// time, its task is parked here.
pub(crate) struct ExecutionState {
    pub(crate) about: Arc<ExecutionInfo>,
    /// Virtual time, which does not advance while the execution is awake.
    clock: Option<Clock>,
    mailbox: Mutex<MailboxState>,
    report: OnceLock<Arc<ExecutionReport>>,
    /// Its rank among executions that started at the same time, in lists of an engine without a
    /// store.
    sequence: AtomicU64,
}

struct MailboxState {
    messages: ThinVec<Message>,
    recipient: Recipient,
    /// Fields that most executions do not use.
    cold: Option<Box<StateColdFields>>,
    /// Its slot among the running executions.
    running_slot: Option<RunningSlot>,
    /// Whether the execution is being stepped, or is about to be: it then counts as busy on the
    /// clock.
    is_awake: bool,
    /// Whether the report is set, so that no message is accepted any more.
    is_closed: bool,
    /// Its start is durable, or needs not be.
    is_start_durable: bool,
}

/// The recipient of the next message.
#[derive(Default)]
enum Recipient {
    /// No task has polled the mailbox since the last message.
    #[default]
    None,
    /// The task that drives the execution, which the next message wakes.
    Task(Waker),
    /// The execution itself, while it is parked: the next message spawns it again.
    Parked(Box<dyn ParkedExecution>),
}

impl Recipient {
    /// Sets the task that drives the execution.
    fn set_task(&mut self, waker: &Waker) {
        match self {
            Self::Task(known) => known.clone_from(waker),
            other => *other = Self::Task(waker.clone()),
        }
    }

    fn notify(self) {
        match self {
            Self::None => {}
            Self::Task(waker) => waker.wake(),
            Self::Parked(execution) => execution.respawn(),
        }
    }
}

/// The result of [`ExecutionState::go_idle`].
pub(crate) enum IdleOutcome {
    /// The next message or waker continues the execution.
    Waits,
    HasMessages,
    /// The timer of the execution has fired.
    Fired(TimerFired),
}

#[derive(Default)]
struct StateColdFields {
    parent_links: Vec<ParentLink>,
    /// Notifies the tasks that wait for its end, or for the commit of its start.
    changed: Option<Arc<Notify>>,
    /// Why its start cannot be committed.
    refused: Option<StoreError>,
    /// The data for a redrive, when the execution has ended and did not succeed.
    redrivable: Option<RedriveData>,
}

impl MailboxState {
    fn cold(&mut self) -> &mut StateColdFields {
        self.cold.get_or_insert_default()
    }

    fn changed(&mut self) -> Arc<Notify> {
        self.cold().changed.get_or_insert_default().clone()
    }
}

impl ExecutionState {
    /// The state of an execution that is about to be stepped, and whose start is durable or needs
    /// not be.
    pub(crate) fn new(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, true)
    }

    /// The state of an execution whose start is not committed yet.
    pub(crate) fn uncommitted(about: Arc<ExecutionInfo>, clock: &Clock) -> Arc<Self> {
        Self::of(about, clock, false)
    }

    fn of(about: Arc<ExecutionInfo>, clock: &Clock, is_start_durable: bool) -> Arc<Self> {
        clock.enter();
        Arc::new(Self {
            about,
            clock: clock.is_virtual().then(|| clock.clone()),
            mailbox: Mutex::new(MailboxState {
                messages: ThinVec::new(),
                recipient: Recipient::None,
                cold: None,
                running_slot: None,
                is_awake: true,
                is_closed: false,
                is_start_durable,
            }),
            report: OnceLock::new(),
            sequence: AtomicU64::new(0),
        })
    }

    /// Returns its rank among executions that started at the same time.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Sets the rank. The caller holds the lock of all executions.
    pub(crate) fn set_sequence(&self, sequence: u64) {
        self.sequence.store(sequence, Ordering::Relaxed);
    }

    /// Stops virtual time, because the execution is about to be stepped.
    fn enter(&self) {
        if let Some(clock) = &self.clock {
            clock.enter();
        }
    }

    /// Lets virtual time advance, because the execution waits or has ended.
    fn leave(&self) {
        if let Some(clock) = &self.clock {
            clock.leave();
        }
    }

    fn lock(&self) -> MutexGuard<'_, MailboxState> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets whether the start was committed. Only the first call has an effect.
    pub(crate) fn accept(&self, committed: Result<(), StoreError>) {
        let mut mailbox = self.lock();
        if mailbox.acceptance().is_ready() {
            return;
        }
        match committed {
            Ok(()) => mailbox.is_start_durable = true,
            Err(error) => mailbox.cold().refused = Some(error),
        }
        let changed = mailbox.cold.as_ref().and_then(|cold| cold.changed.clone());
        drop(mailbox);
        if let Some(changed) = changed {
            changed.notify_waiters();
        }
    }

    /// Whether its start is durable, or needs not be.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self.lock().acceptance(), Poll::Ready(Ok(())))
    }

    /// Waits until its start is committed.
    pub(crate) async fn accepted(&self) -> Result<(), StoreError> {
        loop {
            let changed = {
                let mut mailbox = self.lock();
                // Usually it is committed already; then no notification is needed.
                if let Poll::Ready(committed) = mailbox.acceptance() {
                    return committed;
                }
                mailbox.changed()
            };
            let changed = changed.notified();
            if self.lock().acceptance().is_pending() {
                changed.await;
            }
        }
    }

    pub(crate) fn set_running_slot(&self, running_slot: RunningSlot) {
        self.lock().running_slot = Some(running_slot);
    }

    pub(crate) fn running_slot(&self) -> Option<RunningSlot> {
        self.lock().running_slot
    }

    /// Cancels the start: no task drives this execution.
    pub(crate) fn cancel_start(&self) {
        let was_awake = std::mem::take(&mut self.lock().is_awake);
        if was_awake {
            self.leave();
        }
    }

    /// Sends a message. Returns it when the execution has ended.
    pub(crate) fn send(&self, message: Message) -> Result<(), Message> {
        let recipient = {
            let mut mailbox = self.lock();
            if mailbox.is_closed {
                return Err(message);
            }
            mailbox.messages.push(message);
            if !mailbox.is_awake {
                mailbox.is_awake = true;
                self.enter();
            }
            std::mem::take(&mut mailbox.recipient)
        };
        recipient.notify();
        Ok(())
    }

    /// Takes the messages. The execution then counts as busy, and later messages wake the driver.
    pub(crate) fn take(&self, waker: &Waker) -> ThinVec<Message> {
        let mut mailbox = self.lock();
        if !mailbox.is_awake {
            mailbox.is_awake = true;
            self.enter();
        }
        mailbox.recipient.set_task(waker);
        std::mem::take(&mut mailbox.messages)
    }

    /// Takes the requests for the history that `is_answered` accepts, while the execution waits for
    /// its store and takes no other message. The driver is woken when more messages come.
    pub(crate) fn take_history_requests(
        &self,
        waker: &Waker,
        is_answered: impl Fn(u32) -> bool,
    ) -> Vec<oneshot::Sender<History>> {
        let mut mailbox = self.lock();
        mailbox.recipient.set_task(waker);
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

    /// Marks the execution as waiting, unless it has messages. Returns whether it waits. Virtual
    /// time needs [`go_idle`](Self::go_idle).
    pub(crate) fn wait_for_messages(&self) -> bool {
        let mut mailbox = self.lock();
        let waits = mailbox.messages.is_empty();
        mailbox.is_awake &= !waits;
        waits
    }

    /// Marks the execution as waiting, unless it has messages. If its timer is the next one on
    /// virtual time, returns that timer instead: the execution is awake again, and neither a
    /// message nor a waker is necessary.
    pub(crate) fn go_idle(&self) -> IdleOutcome {
        if !self.wait_for_messages() {
            return IdleOutcome::HasMessages;
        }
        let fired = self
            .clock
            .as_ref()
            .and_then(|clock| clock.leave_or_take_timer(self));
        let Some(fired) = fired else {
            return IdleOutcome::Waits;
        };
        let was_woken = std::mem::replace(&mut self.lock().is_awake, true);
        // A concurrent message has counted it as busy, too.
        if was_woken {
            self.leave();
        }
        IdleOutcome::Fired(fired)
    }

    /// Parks the execution here until it has messages. Returns it when it has some.
    pub(crate) fn park<T: ParkedExecution + 'static>(&self, execution: Box<T>) -> Option<Box<T>> {
        let mut mailbox = self.lock();
        if !mailbox.messages.is_empty() {
            return Some(execution);
        }
        mailbox.is_awake = false;
        let parked = Recipient::Parked(execution);
        let before = std::mem::replace(&mut mailbox.recipient, parked);
        drop(mailbox);
        drop(before);
        None
    }

    /// Takes a parked execution out if this runtime, which shuts down, would resume it.
    pub(crate) fn take_parked(&self, runtime: Id) -> Option<Box<dyn ParkedExecution>> {
        let mut mailbox = self.lock();
        match std::mem::take(&mut mailbox.recipient) {
            Recipient::Parked(execution) if execution.is_driven_by(runtime) => Some(execution),
            other => {
                mailbox.recipient = other;
                None
            }
        }
    }

    /// Closes the execution. `tell` is called for each parent link, before virtual time may
    /// advance.
    pub(crate) fn close(&self, report: Arc<ExecutionReport>, tell: impl Fn(ParentLink)) {
        let (left, parent_links, changed, recipient, was_awake) = {
            let mut mailbox = self.lock();
            // A thread that finds it closed must find the report.
            let _ = self.report.set(report.clone());
            mailbox.is_closed = true;
            let (parent_links, changed) = match &mut mailbox.cold {
                Some(cold) => (std::mem::take(&mut cold.parent_links), cold.changed.take()),
                None => (Vec::new(), None),
            };
            (
                std::mem::take(&mut mailbox.messages),
                parent_links,
                changed,
                std::mem::take(&mut mailbox.recipient),
                std::mem::take(&mut mailbox.is_awake),
            )
        };
        drop(recipient);
        for message in left {
            answer_late(message, &report);
        }
        parent_links.into_iter().for_each(tell);
        if let Some(changed) = changed {
            changed.notify_waiters();
        }
        if was_awake {
            self.leave();
        }
    }

    /// Sends a message, or answers it from the report when the execution has ended.
    pub(crate) fn send_or_answer(&self, message: Message) {
        if let Err(message) = self.send(message)
            && let Some(report) = self.report.get()
        {
            answer_late(message, report);
        }
    }

    /// Requests the history as soon as it has more than `read` events, or the execution has ended.
    pub(crate) fn history_after(&self, read: u32) -> oneshot::Receiver<History> {
        let (reader, history) = oneshot::channel();
        self.send_or_answer(Message::History(read, reader));
        history
    }

    /// Requests the open waits. The sender is dropped when the execution has ended.
    pub(crate) fn waits(&self) -> oneshot::Receiver<Vec<Wait>> {
        let (reader, waits) = oneshot::channel();
        // A message that is not accepted is dropped, with its sender.
        let _ = self.send(Message::Waits(reader));
        waits
    }

    /// Registers `parent_link` for the end; returns it with the report when the execution has
    /// ended.
    pub(crate) fn add_parent_link(
        &self,
        parent_link: ParentLink,
    ) -> Option<(ParentLink, Arc<ExecutionReport>)> {
        let mut mailbox = self.lock();
        match self.report.get() {
            Some(report) => Some((parent_link, report.clone())),
            None => {
                mailbox.cold().parent_links.push(parent_link);
                None
            }
        }
    }

    /// Stores what a redrive needs. Call it before the execution is closed.
    pub(crate) fn set_redrive_data(&self, redrivable: RedriveData) {
        self.lock().cold().redrivable = Some(redrivable);
    }

    /// Whether a redrive is possible from memory.
    pub(crate) fn is_redrivable(&self) -> bool {
        let mailbox = self.lock();
        let cold = mailbox.cold.as_ref();
        cold.is_some_and(|cold| cold.redrivable.is_some())
    }

    pub(crate) fn redrivable(&self) -> Option<RedriveData> {
        self.lock().cold.as_ref()?.redrivable.clone()
    }

    /// Returns the execution's status.
    pub(crate) fn status(&self) -> Status {
        self.report()
            .map_or(Status::Running, |report| report.status)
    }

    /// Returns the report, as soon as the execution has ended or is suspended.
    pub(crate) fn report(&self) -> Option<&Arc<ExecutionReport>> {
        self.report.get()
    }

    /// Returns the report of an execution that has ended.
    pub(crate) fn final_report(&self) -> Option<&Arc<ExecutionReport>> {
        self.report().filter(|report| report.is_over())
    }

    /// Waits for the end.
    pub(crate) async fn finished(&self) -> Arc<ExecutionReport> {
        let mut awaits = None;
        loop {
            if let Some(report) = self.report.get() {
                return report.clone();
            }
            let changed = self.lock().changed();
            let changed = changed.notified();
            if self.report.get().is_none() {
                if let Some(clock) = &self.clock {
                    awaits.get_or_insert_with(|| clock.await_end());
                }
                changed.await;
            }
        }
    }
}

impl MailboxState {
    /// Whether its start was committed or refused.
    fn acceptance(&self) -> Poll<Result<(), StoreError>> {
        let refused = self.cold.as_ref().and_then(|cold| cold.refused.clone());
        match refused {
            Some(error) => Poll::Ready(Err(error)),
            None if self.is_start_durable => Poll::Ready(Ok(())),
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

/// Answers a message that arrives after the end: a request for the history still gets it.
fn answer_late(message: Message, report: &ExecutionReport) {
    // Dropping a sender reports that the answer was not accepted.
    if let Message::History(_, reader) = message {
        // The reader may have been dropped.
        let _ = reader.send(report.history.clone());
    }
}

impl TimerSink for ExecutionState {
    fn timer_fired(&self, fired: TimerFired) {
        // An execution that has ended ignores its timers.
        let _ = self.send(Message::Timer(fired));
    }
}

impl Mailbox for ExecutionState {
    fn deliver(&self, wait_id: WaitId, event: WaitEvent) {
        // The event is too late if the execution has ended; dropping it reports that.
        let _ = self.send(Message::Event(wait_id, event));
    }
}
