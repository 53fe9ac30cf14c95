use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use futures_util::task::AtomicWaker;
use smol_str::SmolStr;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, oneshot};

use super::redrive::Redrivable;
use super::report::ExecutionReport;
use crate::about::About;
use crate::clock::Clock;
use crate::distributed::Ended;
use crate::history::{Event, History};
use crate::interpret::{Failure, Ring, Ticket};
use crate::task::TaskResult;

/// What an execution shares with everybody else: its mailbox, and its end.
pub(crate) struct RunCell {
    pub(crate) about: Arc<About>,
    clock: Clock,
    mailbox: Mutex<Mailbox>,
    pub(super) waker: AtomicWaker,
    report: OnceLock<Arc<ExecutionReport>>,
    /// What a redrive needs, when it is over and did not succeed.
    redrivable: OnceLock<Box<Redrivable>>,
    closed: Notify,
}

#[derive(Default)]
struct Mailbox {
    messages: Vec<Message>,
    /// Whether the execution is being stepped, or is about to be: it then counts as busy on the clock.
    is_awake: bool,
    is_closed: bool,
    on_close: Vec<OnClose>,
}

/// Called when an execution is over, before virtual time may go on.
pub(crate) type OnClose = Box<dyn FnOnce(&ExecutionReport) + Send>;

/// News for an execution.
pub(crate) enum Message {
    Ring(Ticket, Ring),
    Answer(Ticket, TaskResult),
    Started(Ticket, Option<SmolStr>),
    /// A child of a Map Run ended.
    Child(Ticket, u32, Ended),
    Heartbeat(Ticket),
    Deadline,
    Stop(Failure),
    Listen(UnboundedSender<Event>),
    History(oneshot::Sender<History>),
}

impl RunCell {
    /// A cell whose execution is about to be stepped.
    pub(super) fn new(about: Arc<About>, clock: Clock) -> Arc<Self> {
        clock.enter();
        Arc::new(Self {
            about,
            clock,
            mailbox: Mutex::new(Mailbox {
                is_awake: true,
                ..Mailbox::default()
            }),
            waker: AtomicWaker::new(),
            report: OnceLock::new(),
            redrivable: OnceLock::new(),
            closed: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Mailbox> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
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
                self.clock.enter();
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
            self.clock.enter();
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
        self.clock.leave();
        true
    }

    /// Says that the execution is over.
    pub(super) fn close(&self, report: Arc<ExecutionReport>) {
        let (left, on_close, was_awake) = {
            let mut mailbox = self.lock();
            mailbox.is_closed = true;
            (
                std::mem::take(&mut mailbox.messages),
                std::mem::take(&mut mailbox.on_close),
                std::mem::take(&mut mailbox.is_awake),
            )
        };
        for message in left {
            self.answer_late(message, &report);
        }
        let _ = self.report.set(report.clone());
        for call in on_close {
            call(&report);
        }
        self.closed.notify_waiters();
        if was_awake {
            self.clock.leave();
        }
    }

    /// What comes when all is over still gets the history.
    fn answer_late(&self, message: Message, report: &ExecutionReport) {
        match message {
            Message::Listen(listener) => {
                for event in report.history.events() {
                    if listener.send(event).is_err() {
                        break;
                    }
                }
            }
            Message::History(asker) => drop(asker.send(report.history.clone())),
            _ => {}
        }
    }

    /// Sends, or answers from the report when the execution is over.
    pub(super) fn send_or_answer(&self, message: Message) {
        if let Err(message) = self.send(message)
            && let Some(report) = self.report.get()
        {
            self.answer_late(message, report);
        }
    }

    /// Calls back at the end, at once when it is over.
    pub(super) fn on_close(&self, call: OnClose) {
        {
            let mut mailbox = self.lock();
            if !mailbox.is_closed {
                mailbox.on_close.push(call);
                return;
            }
        }
        if let Some(report) = self.report.get() {
            call(report);
        }
    }

    /// Keeps what a redrive needs; before the execution is closed.
    pub(super) fn keep(&self, redrivable: Redrivable) {
        // It is kept once, by whoever closes the cell.
        let _ = self.redrivable.set(Box::new(redrivable));
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
            let closed = self.closed.notified();
            if let Some(report) = self.report.get() {
                return report.clone();
            }
            awaits.get_or_insert_with(|| self.clock.await_end());
            closed.await;
        }
    }
}

impl fmt::Debug for RunCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunCell")
            .field("id", &self.about.id)
            .field("is_over", &self.report.get().is_some())
            .finish_non_exhaustive()
    }
}

/// Who waits for the answer to one task.
#[derive(Clone, Debug)]
pub(crate) struct Responder {
    cell: Weak<RunCell>,
    ticket: Ticket,
}

impl Responder {
    pub(super) fn new(cell: &Arc<RunCell>, ticket: Ticket) -> Self {
        Self {
            cell: Arc::downgrade(cell),
            ticket,
        }
    }

    fn send(&self, message: Message) {
        // Nobody is there any more when the execution is over: the answer is too late.
        if let Some(cell) = self.cell.upgrade() {
            let _ = cell.send(message);
        }
    }

    pub(crate) fn answer(&self, result: TaskResult) {
        self.send(Message::Answer(self.ticket, result));
    }

    pub(crate) fn started(&self, worker: Option<SmolStr>) {
        self.send(Message::Started(self.ticket, worker));
    }

    pub(super) fn child_ended(&self, number: u32, ended: Ended) {
        self.send(Message::Child(self.ticket, number, ended));
    }

    pub(crate) fn heartbeat(&self) {
        self.send(Message::Heartbeat(self.ticket));
    }

    /// Whether nobody waits for the answer any more. Cheap, and late at worst.
    pub(crate) fn is_gone(&self) -> bool {
        self.cell
            .upgrade()
            .is_none_or(|cell| cell.report.get().is_some())
    }

    pub(super) fn ring(&self, ring: Ring) {
        self.send(Message::Ring(self.ticket, ring));
    }
}
