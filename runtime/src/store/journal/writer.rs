//! What the journal's thread does.

use std::ops::Range;

use tokio::sync::oneshot;

use super::queue::{Queue, Submission};
use crate::panics::guarded;
use crate::store::{Change, Store, StoreError, StoreReader};

/// Commits what is queued until the queue is closed and empty.
pub(super) fn write(store: Box<dyn Store>, queue: &Queue) {
    let mut writer = Writer {
        store,
        lasting: None,
    };
    let mut batch = Vec::new();
    while queue.take(&mut batch) {
        writer.answer(&mut batch);
    }
    let Writer { store, .. } = writer;
    if let Err(message) = guarded(move || drop(store)) {
        tracing::error!("the store panicked when it was closed: {message}");
    }
}

struct Writer {
    store: Box<dyn Store>,
    /// The error after which the store is not asked again.
    lasting: Option<StoreError>,
}

/// Somebody who waits for a part of a transaction.
struct Waiting {
    done: oneshot::Sender<Result<(), StoreError>>,
    /// Where the submission's changes are among those of the transaction.
    changes: Range<usize>,
}

impl Writer {
    fn answer(&mut self, batch: &mut Vec<Submission>) {
        let mut changes = Vec::new();
        let mut waiting = Vec::with_capacity(batch.len());
        let mut readers = Vec::new();
        for submission in batch.drain(..) {
            match submission {
                Submission::Commit {
                    changes: more,
                    done,
                    ..
                } => {
                    let start = changes.len();
                    if start == 0 {
                        changes = more;
                    } else {
                        changes.extend(more);
                    }
                    waiting.push(Waiting {
                        done,
                        changes: start..changes.len(),
                    });
                }
                Submission::Reader(done) => readers.push(done),
            }
        }
        self.commit(&changes, waiting);
        // A reader sees what was submitted before it. That it may see some of what came after does no harm.
        for done in readers {
            // Who asked may wait no longer.
            let _unheard = done.send(self.reader());
        }
    }

    /// Commits all as one transaction, or each submission by itself when that may save some of them.
    fn commit(&mut self, changes: &[Change], waiting: Vec<Waiting>) {
        let outcome = self.transact(changes);
        let may_save = |error: &StoreError| {
            waiting.len() > 1
                && (error.is_of_a_change() || matches!(error, StoreError::Full { .. }))
        };
        let alone = outcome.as_ref().is_err_and(may_save);
        for Waiting {
            done,
            changes: range,
        } in waiting
        {
            let outcome = match alone {
                true => self.transact(&changes[range]),
                false => outcome.clone(),
            };
            // Who submitted may wait no longer.
            let _unheard = done.send(outcome);
        }
    }

    fn transact(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        // An empty commit is one that waits for those before it.
        if changes.is_empty() {
            return self.lasting.clone().map_or(Ok(()), Err);
        }
        self.ask(|store| store.commit(changes))
    }

    fn reader(&mut self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.ask(|store| store.reader())
    }

    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&mut dyn Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(error) = &self.lasting {
            return Err(error.clone());
        }
        let asked = guarded(|| ask(&mut *self.store));
        let answer = asked.unwrap_or_else(|message| Err(StoreError::Panicked { message }));
        if let Err(error) = &answer
            && error.is_lasting()
        {
            tracing::error!("the journal stops: {error}");
            self.lasting = Some(error.clone());
        }
        answer
    }
}
