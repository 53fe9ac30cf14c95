//! What one durable execution has in the journal.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use smol_str::SmolStr;

use super::retention::stored_versions::UncommittedStart;
use crate::clock::Timestamp;
use crate::interpret::{Execution, RecordEncoder};
use crate::status::Status;
use crate::store::journal::{CommitHandle, Journal, OnOutage};
use crate::store::{
    Change, StoreError, StoredExecution, StoredListing, StoredMachine, StoredMapRun,
};
use crate::task::Acknowledgement;

/// Where an execution is in the store.
#[derive(Clone, Debug)]
pub(super) struct JournalPosition {
    pub(super) key: u64,
    /// The version of the state machine that it runs.
    pub(super) machine_hash: SmolStr,
    /// The number of its next record.
    pub(super) seq: u32,
}

/// What of a durable execution is kept, and what waits until it is.
pub(super) struct Journaled {
    place: JournalPosition,
    written: RecordEncoder,
    /// How many events are kept.
    kept: usize,
    first: First,
    /// What happens to the first commit in an outage of the store; each later one is a step of an execution that was accepted.
    on_outage: OnOutage,
    committing: Option<CommitHandle>,
    /// The version of the start that is being committed.
    starting: Option<UncommittedStart>,
    /// The end is among what is being committed, or is.
    ended: Option<Timestamp>,
    /// Who is told whether news count, as soon as what they led to is kept.
    told: Vec<(Acknowledgement, bool)>,
}

/// What comes before the first record of this run of the execution.
pub(super) enum First {
    /// It is new: its row, and the version of its machine, if the store does not have it.
    Start(
        Box<(
            StoredExecution,
            Option<StoredMachine>,
            Option<UncommittedStart>,
        )>,
    ),
    /// It is redriven.
    Redrive,
    /// Nothing.
    None,
}

impl Journaled {
    /// Of an execution that is at this place.
    pub(super) fn new(place: JournalPosition, first: First, written: RecordEncoder) -> Self {
        Self {
            on_outage: OnOutage::Retry,
            place,
            kept: written.events(),
            written,
            first,
            committing: None,
            starting: None,
            ended: None,
            told: Vec::new(),
        }
    }

    /// Fails the first commit when the store cannot commit, for a caller that waits for it and can ask again.
    pub(super) fn failing_in_outage(mut self) -> Self {
        self.on_outage = OnOutage::Fail;
        self
    }

    /// Where it is in the store now.
    pub(super) fn place(&self) -> &JournalPosition {
        &self.place
    }

    /// How many events are kept.
    pub(super) fn kept_events(&self) -> usize {
        self.kept
    }

    /// Whether there is something that is not being committed yet.
    pub(super) fn is_behind(&self, execution: &Execution) -> bool {
        self.ended.is_none() && self.written.is_behind(execution)
    }

    /// Whether somebody waits for what is not being committed yet.
    pub(super) fn is_awaited(&self) -> bool {
        !self.told.is_empty()
    }

    /// The end is kept, once nothing is being committed any more.
    pub(super) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// When it ended, as it is kept.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// Tells the sender of news whether they count, as soon as that is kept.
    pub(super) fn tell(&mut self, taken: Acknowledgement, is_taken: bool) {
        self.told.push((taken, is_taken));
    }

    /// Begins to commit what changed, and what changed of its Map Runs. An execution that is over ended so at this time.
    pub(super) fn commit(
        &mut self,
        journal: &Journal,
        execution: &mut Execution,
        runs: impl Iterator<Item = StoredMapRun>,
        over: Option<(Status, Timestamp)>,
    ) {
        let data = Bytes::from(self.written.record(execution));
        let JournalPosition { key, seq, .. } = self.place;
        let append = |data| Change::Append { key, seq, data };
        let mut changes = Vec::with_capacity(2);
        match std::mem::replace(&mut self.first, First::None) {
            First::Start(start) => {
                let (execution, machine, starting) = *start;
                self.starting = starting;
                changes.extend(machine.map(Change::Machine));
                changes.push(Change::Start { execution, data });
            }
            First::Redrive => {
                let listing = StoredListing::of(execution.about());
                changes.push(Change::Reopen { key, listing });
                changes.push(append(data));
            }
            First::None => changes.push(append(data)),
        }
        changes.extend(runs.map(Change::MapRun));
        self.place.seq += 1;
        if let Some((status, stopped)) = over {
            self.ended = Some(stopped);
            changes.push(Change::Close {
                key,
                status,
                stopped,
            });
        }
        let on_outage = std::mem::replace(&mut self.on_outage, OnOutage::Retry);
        self.committing = Some(journal.submit(changes, on_outage));
    }

    /// Waits until all that was to be committed is.
    pub(super) fn poll_committed(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StoreError>> {
        let Some(committing) = &mut self.committing else {
            return Poll::Ready(Ok(()));
        };
        let committed = std::task::ready!(Pin::new(committing).poll(cx));
        self.committing = None;
        if committed.is_ok() {
            self.kept = self.written.events();
        }
        Poll::Ready(committed)
    }

    /// The version of the start that is kept now.
    pub(super) fn take_started(&mut self) -> Option<UncommittedStart> {
        self.starting.take()
    }

    /// What news led to is kept: their senders learn whether they count.
    pub(super) fn tell_senders(&mut self) {
        for (taken, is_taken) in self.told.drain(..) {
            // A sender that does not wait for that was dropped.
            let _ = taken.send(is_taken);
        }
    }
}
