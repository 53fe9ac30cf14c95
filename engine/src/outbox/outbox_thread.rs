//! The thread that reads messages from the outbox, delivers them, and deletes them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use stepwright_interpreter::execution::StatusRecord;
use web_time::Instant;

use super::receipt::Receipt;
use super::stop_delivery::StopDelivery;
use super::stop_message::StopMessage;
use super::window::Window;
use crate::panics::guarded;
use crate::statistics::Level;
use crate::status_listener::{StatusChange, StatusListener};
use crate::store::journal::Submitter;
use crate::store::{Change, OutboxQueue, StoreError, StoreReader, StoredMessage};

/// The messages that are read together.
const PAGE: usize = 32;
/// The confirmed messages that one transaction deletes.
const DELETED: usize = 1_024;
/// How long confirmed messages are collected before they are deleted.
const COLLECTING: Duration = Duration::from_millis(20);
/// The shortest time between two measurements.
const MEASURING: Duration = Duration::from_secs(5);
/// The pause after an error of the store.
const RETRY: Duration = Duration::from_secs(2);

/// The work of the thread.
pub(super) struct OutboxTask {
    reader: Box<dyn StoreReader>,
    journal: Submitter,
    listener: Option<Arc<dyn StatusListener>>,
    stops: StopDelivery,
    window: Arc<Window>,
    /// The numbers of the last messages that were passed.
    passed: [u64; OutboxQueue::ALL.len()],
    /// Until when each queue is not read, after an error of the store or a rejected message.
    pauses: [Option<Instant>; OutboxQueue::ALL.len()],
    /// When confirmed messages are deleted.
    deletion: Option<Instant>,
    undelivered: Arc<[Level; OutboxQueue::ALL.len()]>,
    /// When the numbers of messages were measured.
    measured: Option<Instant>,
}

impl OutboxTask {
    pub(super) fn new(
        reader: Box<dyn StoreReader>,
        journal: Submitter,
        listener: Option<Arc<dyn StatusListener>>,
        stops: StopDelivery,
        window: Arc<Window>,
        undelivered: Arc<[Level; OutboxQueue::ALL.len()]>,
    ) -> Self {
        Self {
            reader,
            journal,
            listener,
            stops,
            window,
            passed: [0; OutboxQueue::ALL.len()],
            pauses: [None; OutboxQueue::ALL.len()],
            deletion: None,
            undelivered,
            measured: None,
        }
    }

    pub(super) fn run(mut self) {
        while !self.window.is_over() {
            self.measure();
            let mut has_passed = false;
            for queue in OutboxQueue::ALL {
                has_passed |= self.pass_messages(queue);
            }
            if self.deletion.is_none() && self.window.has_confirmed() {
                self.deletion = Some(Instant::now() + COLLECTING);
            }
            if self.deletion.is_some_and(|at| at <= Instant::now()) {
                self.deletion = None;
                self.delete_confirmed();
            } else if !has_passed {
                self.wait();
            }
        }
        // The next process does not pass them again.
        self.delete_confirmed();
    }

    /// Measures the numbers of messages in the store, unless they were measured just before.
    fn measure(&mut self) {
        if self.measured.is_some_and(|at| at.elapsed() < MEASURING) {
            return;
        }
        self.measured = Some(Instant::now());
        for queue in OutboxQueue::ALL {
            // The next read reports an error of the store.
            if let Ok(length) = self.reader.outbox_length(queue) {
                self.undelivered[usize::from(queue.number())].set(length);
            }
        }
    }

    /// Waits until something changes, or the next time at which there is work.
    fn wait(&self) {
        // Until the measured number is 0.
        let has_messages = self.undelivered.iter().any(|level| level.get() > 0);
        let measurement = self.measured.filter(|_| has_messages);
        let measurement = measurement.map(|at| at + MEASURING);
        let times = self.pauses.iter().chain([&self.deletion, &measurement]);
        match times.flatten().min() {
            Some(next) => {
                let left = next.saturating_duration_since(Instant::now());
                std::thread::park_timeout(left);
            }
            None => std::thread::park(),
        }
    }

    /// Passes the next messages of a queue. Returns whether there were any.
    fn pass_messages(&mut self, queue: OutboxQueue) -> bool {
        let has_receiver = queue == OutboxQueue::Stops || self.listener.is_some();
        let index = usize::from(queue.number());
        if !has_receiver || self.pauses[index].is_some_and(|until| Instant::now() < until) {
            return false;
        }
        self.pauses[index] = None;
        if let Some(rejected) = self.window.take_rejected(queue) {
            self.passed[index] = self.passed[index].min(rejected.saturating_sub(1));
            self.pauses[index] = Some(Instant::now() + RETRY);
            return false;
        }
        if !self.window.take_readable(queue) {
            return false;
        }
        let messages = match self.reader.outbox(queue, self.passed[index], PAGE) {
            Ok(messages) => messages,
            Err(error) => {
                self.window.has_more(queue);
                self.pauses[index] = Some(Instant::now() + RETRY);
                report(&error);
                return false;
            }
        };
        if messages.len() == PAGE {
            self.window.has_more(queue);
        }
        let is_empty = messages.is_empty();
        for StoredMessage { number, data } in messages {
            if !self.window.may_pass(queue) {
                break;
            }
            self.passed[index] = number;
            match data {
                Some(data) => self.pass(queue, number, &data),
                None => tracing::error!(
                    number,
                    "a message of the outbox is damaged and is not delivered; `stepwright store check` lists it"
                ),
            }
        }
        !is_empty
    }

    fn pass(&mut self, queue: OutboxQueue, number: u64, data: &Bytes) {
        let receipt = Receipt::new(queue, number, data.len(), &self.window);
        let unreadable = match (queue, &self.listener) {
            (OutboxQueue::Statuses, Some(listener)) => match StatusRecord::decode(data) {
                Ok(record) => {
                    let change = StatusChange::durable(record, receipt);
                    if let Err(message) = guarded(|| listener.status_changed(change)) {
                        tracing::error!("the status listener panicked: {message}");
                    }
                    return;
                }
                Err(error) => error.to_string(),
            },
            (OutboxQueue::Statuses, None) => "the engine has no listener".to_owned(),
            (OutboxQueue::Stops, _) => match StopMessage::decode(data) {
                Ok(message) => return self.stops.stop(&mut *self.reader, message, receipt),
                Err(error) => error,
            },
        };
        receipt.leave();
        tracing::error!(
            number,
            unreadable,
            "a message of the outbox is not delivered and stays in the store"
        );
    }

    /// Deletes the messages that were confirmed.
    fn delete_confirmed(&mut self) {
        loop {
            let messages = self.window.take_confirmed(DELETED);
            if messages.is_empty() {
                return;
            }
            let changes = messages
                .iter()
                .map(|(queue, number)| Change::DeleteMessage {
                    queue: *queue,
                    number: *number,
                });
            if let Err(error) = self.journal.commit(changes.collect()).wait() {
                self.window.put_back(messages);
                self.deletion = Some(Instant::now() + RETRY);
                report(&error);
                return;
            }
        }
    }
}

fn report(error: &StoreError) {
    match error {
        // The engine ends.
        StoreError::Closed => {}
        error if error.may_pass() => {
            tracing::warn!(%error, "the outbox waits for the store")
        }
        error => tracing::error!(%error, "the store of the outbox fails"),
    }
}
