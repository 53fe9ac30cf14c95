//! The journal records of one durable execution.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use smol_str::SmolStr;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::{Execution, RecordEncoder};

use super::retention::stored_versions::UncommittedStart;
use crate::clock::Timestamp;
use crate::store::journal::{CommitHandle, Journal, OnOutage};
use crate::store::{
    Change, StoreError, StoredExecution, StoredListing, StoredMachine, StoredMapRun,
};
use crate::task::Acknowledgement;

/// The position of an execution in the store.
#[derive(Clone, Debug)]
pub(super) struct JournalPosition {
    pub(super) key: u64,
    /// The version of the state machine that it runs.
    pub(super) machine_hash: SmolStr,
    /// The number of its next record.
    pub(super) seq: u32,
}

/// The committed and pending records of a durable execution.
pub(super) struct JournaledExecution {
    position: JournalPosition,
    encoder: RecordEncoder,
    /// The number of committed events.
    committed_events: usize,
    first_change: FirstChange,
    /// The behavior of the first commit in an outage of the store. Later commits are steps of an
    /// accepted execution, and are always retried.
    on_outage: OnOutage,
    committing: Option<CommitHandle>,
    /// The state machine version of the start that is being committed.
    starting: Option<UncommittedStart>,
    /// Whether the last commit has messages of the outbox.
    has_messages: bool,
    /// Whether the last commit has the secret of task tokens.
    has_token_secret: bool,
    /// The end time, once the end has been submitted or committed.
    ended: Option<Timestamp>,
    /// The acknowledgements that are sent after the next commit, with their values.
    acknowledgements: Vec<(Acknowledgement, bool)>,
}

/// The change that precedes the first record of this run of the execution.
pub(super) enum FirstChange {
    /// Inserts a new execution, and the version of its state machine if the store does not have it.
    Start(
        Box<(
            StoredExecution,
            Option<StoredMachine>,
            Option<UncommittedStart>,
        )>,
    ),
    /// Reopens an execution for a redrive.
    Redrive,
    /// No change.
    None,
}

impl JournaledExecution {
    /// Creates the journal state of an execution at a position.
    pub(super) fn new(
        position: JournalPosition,
        first_change: FirstChange,
        encoder: RecordEncoder,
    ) -> Self {
        Self {
            on_outage: OnOutage::Retry,
            position,
            committed_events: encoder.events(),
            encoder,
            first_change,
            committing: None,
            starting: None,
            has_messages: false,
            has_token_secret: false,
            ended: None,
            acknowledgements: Vec::new(),
        }
    }

    /// Fails the first commit in an outage of the store, for a caller that waits for it and can
    /// retry.
    pub(super) fn failing_in_outage(mut self) -> Self {
        self.on_outage = OnOutage::Fail;
        self
    }

    /// Returns the current position in the store.
    pub(super) fn position(&self) -> &JournalPosition {
        &self.position
    }

    /// Returns the number of committed events.
    pub(super) fn committed_events(&self) -> usize {
        self.committed_events
    }

    /// Returns whether the execution has changes that were not submitted.
    pub(super) fn has_unsubmitted_changes(&self, execution: &Execution) -> bool {
        self.ended.is_none() && self.encoder.has_changes(execution)
    }

    /// Returns whether a caller waits for an acknowledgement.
    pub(super) fn has_acknowledgements(&self) -> bool {
        !self.acknowledgements.is_empty()
    }

    /// Returns whether the end has been submitted. It is committed when no commit is pending.
    pub(super) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// Returns the end time in the store.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// Acknowledges an event to its sender after the next commit.
    pub(super) fn acknowledge_after_commit(
        &mut self,
        acknowledgement: Acknowledgement,
        is_accepted: bool,
    ) {
        self.acknowledgements.push((acknowledgement, is_accepted));
    }

    /// Submits the changes of the execution and of its Map Runs. `over` is the status and time of
    /// its end, if it has ended, `messages` are the messages of the outbox that it causes, and
    /// `secret` writes the secret of task tokens.
    pub(super) fn commit(
        &mut self,
        journal: &Journal,
        execution: &mut Execution,
        runs: impl Iterator<Item = StoredMapRun>,
        over: Option<(Status, Timestamp)>,
        messages: Vec<Change>,
        secret: Option<Change>,
    ) {
        let data = Bytes::from(self.encoder.record(execution));
        let JournalPosition { key, seq, .. } = self.position;
        let append = |data| Change::Append { key, seq, data };
        let mut changes = Vec::with_capacity(2);
        match std::mem::replace(&mut self.first_change, FirstChange::None) {
            FirstChange::Start(start) => {
                let (execution, machine, starting) = *start;
                self.starting = starting;
                changes.extend(machine.map(Change::Machine));
                changes.push(Change::Start { execution, data });
            }
            FirstChange::Redrive => {
                let listing = StoredListing::of(execution.about());
                changes.push(Change::Reopen { key, listing });
                changes.push(append(data));
            }
            FirstChange::None => changes.push(append(data)),
        }
        changes.extend(runs.map(Change::MapRun));
        self.position.seq += 1;
        if let Some((status, stopped)) = over {
            self.ended = Some(stopped);
            changes.push(Change::Close {
                key,
                status,
                stopped,
            });
        }
        self.has_messages = !messages.is_empty();
        changes.extend(messages);
        self.has_token_secret = secret.is_some();
        changes.extend(secret);
        let on_outage = std::mem::replace(&mut self.on_outage, OnOutage::Retry);
        self.committing = Some(journal.submit(changes, on_outage));
    }

    /// Polls the pending commit.
    pub(super) fn poll_committed(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StoreError>> {
        let Some(committing) = &mut self.committing else {
            return Poll::Ready(Ok(()));
        };
        let committed = std::task::ready!(Pin::new(committing).poll(cx));
        self.committing = None;
        if committed.is_ok() {
            self.committed_events = self.encoder.events();
        }
        Poll::Ready(committed)
    }

    /// Whether the next commit starts or redrives the execution.
    pub(super) fn begins(&self) -> bool {
        !matches!(self.first_change, FirstChange::None)
    }

    /// Returns whether the last commit has messages of the outbox. Resets this.
    pub(super) fn take_has_messages(&mut self) -> bool {
        std::mem::take(&mut self.has_messages)
    }

    /// Returns whether the last commit has the secret of task tokens. Resets this.
    pub(super) fn take_has_token_secret(&mut self) -> bool {
        std::mem::take(&mut self.has_token_secret)
    }

    /// Takes the state machine version of the start that has been committed.
    pub(super) fn take_committed_start(&mut self) -> Option<UncommittedStart> {
        self.starting.take()
    }

    /// Sends the acknowledgements after a commit.
    pub(super) fn send_acknowledgements(&mut self) {
        for (acknowledgement, is_accepted) in self.acknowledgements.drain(..) {
            // The sender may have stopped waiting.
            let _ = acknowledgement.send(is_accepted);
        }
    }
}
