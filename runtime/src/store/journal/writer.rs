//! The journal's thread: commits the queue, and retries commits that failed with a transient error.

use std::time::Instant;

use tokio::sync::oneshot;

use super::outage::Outage;
use super::queue::{Commit, OnOutage, Queue, QueueEvent, Submission};
use crate::panics::guarded;
use crate::store::{Change, Store, StoreError, StoreReader};

/// How many submissions are tried separately without a success before the others wait for the next attempt.
const HOPELESS: usize = 16;

/// Commits the queue until it is closed and empty.
pub(super) fn write(store: Box<dyn Store>, queue: &Queue) {
    let mut writer = JournalWriter {
        store,
        queue,
        lasting: None,
        is_out: false,
    };
    let mut batch = Vec::new();
    loop {
        match queue.take(&mut batch) {
            QueueEvent::Submitted => writer.serve(&mut batch),
            QueueEvent::Check => writer.check(),
            QueueEvent::Closed => break,
        }
    }
    let JournalWriter { store, .. } = writer;
    if let Err(message) = guarded(move || drop(store)) {
        tracing::error!("the store panicked when it was closed: {message}");
    }
}

struct JournalWriter<'q> {
    store: Box<dyn Store>,
    queue: &'q Queue,
    /// The permanent error, after which the store is not used again.
    lasting: Option<StoreError>,
    /// Whether the queue has an outage. Only this thread changes that.
    is_out: bool,
}

/// The outcome of one round of commits.
#[derive(Default)]
struct CommitRound {
    has_committed: bool,
    /// Submissions that may be committed later.
    failed: Vec<Commit>,
    /// The error of the last failure.
    error: Option<StoreError>,
}

impl CommitRound {
    /// Records the outcome of one submission.
    fn settle(&mut self, commit: Commit, outcome: Result<(), StoreError>) {
        match outcome {
            Err(error) if error.may_pass() => {
                match commit.on_outage {
                    OnOutage::Retry => self.failed.push(commit),
                    OnOutage::Fail => commit.answer(Err(error.clone())),
                }
                self.error = Some(error);
            }
            outcome => {
                self.has_committed |= outcome.is_ok();
                commit.answer(outcome);
            }
        }
    }
}

impl JournalWriter<'_> {
    /// Commits the submissions, and opens the readers that were requested.
    fn serve(&mut self, batch: &mut Vec<Submission>) {
        let mut commits = Vec::with_capacity(batch.len());
        let mut readers = Vec::new();
        for submission in batch.drain(..) {
            match submission {
                Submission::Commit(commit) => commits.push(commit),
                Submission::Reader(done) => readers.push(done),
            }
        }
        if !commits.is_empty() {
            let round = self.commit(commits);
            self.finish(round);
        }
        // A reader sees all submissions before it. It may also see some later ones, which is harmless.
        for done in readers {
            self.open_reader(done);
        }
    }

    /// Commits all submissions as one transaction, or each one separately when some of them may succeed.
    fn commit(&mut self, mut commits: Vec<Commit>) -> CommitRound {
        let outcome = match &mut commits[..] {
            [only] => self.transact(&only.changes),
            several => {
                let all: Vec<Change> = several
                    .iter_mut()
                    .flat_map(|commit| std::mem::take(&mut commit.changes))
                    .collect();
                let outcome = self.transact(&all);
                if outcome.is_err() {
                    give_back(all, several);
                }
                outcome
            }
        };
        let may_save = |error: &StoreError| {
            commits.len() > 1
                && (error.is_of_a_change() || matches!(error, StoreError::Full { .. }))
        };
        let one_by_one = outcome.as_ref().is_err_and(may_save);
        let mut round = CommitRound::default();
        for commit in commits {
            let is_hopeless = !round.has_committed && round.failed.len() >= HOPELESS;
            let outcome = match one_by_one {
                true if !is_hopeless || commit.frees_space() => self.transact(&commit.changes),
                _ => outcome.clone(),
            };
            round.settle(commit, outcome);
        }
        round
    }

    /// Schedules the retries, and records whether the store can commit.
    fn finish(&mut self, round: CommitRound) {
        let CommitRound {
            has_committed,
            failed,
            error,
        } = round;
        match error {
            Some(error) => {
                // One submission may need more space than there is, while others fit.
                let is_full = matches!(error, StoreError::Full { .. });
                let is_partial =
                    has_committed || (is_full && self.ask(|store| store.probe()).is_ok());
                self.begin_outage(error.clone(), is_partial);
                for commit in self.queue.put_back(failed) {
                    commit.answer(Err(error.clone()));
                }
            }
            None if self.is_out && has_committed => self.end_outage(),
            None => {}
        }
    }

    /// Checks an idle store: whether its files exist, and whether an outage is over.
    fn check(&mut self) {
        let is_out = self.is_out;
        let checked = self.ask(|store| match is_out {
            true => store.probe(),
            false => store.check(),
        });
        match checked {
            Ok(()) if self.is_out => self.end_outage(),
            Ok(()) => {}
            Err(error) if error.may_pass() => self.begin_outage(error, false),
            // The outage is recorded already.
            Err(_) => {}
        }
        self.update_size(Instant::now());
    }

    fn begin_outage(&mut self, error: StoreError, is_partial: bool) {
        self.is_out = true;
        self.queue.set_outage(|outage| match outage {
            Some(outage) => {
                if outage.is_log_due() {
                    let seconds = outage.duration().as_secs();
                    tracing::error!(%error, seconds, "the store still cannot commit; executions wait for it");
                }
                outage.extend(error, is_partial);
            }
            None => {
                tracing::error!(%error, "the store cannot commit; executions wait, and each commit is tried again");
                *outage = Some(Outage::new(error, is_partial));
            }
        });
    }

    fn end_outage(&mut self) {
        self.is_out = false;
        self.queue.set_outage(|outage| {
            if let Some(outage) = outage.take() {
                let millis = u64::try_from(outage.duration().as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(millis, "the store commits again; executions continue");
            }
        });
    }

    fn transact(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        // An empty commit only waits for earlier ones.
        if changes.is_empty() {
            return self.lasting.clone().map_or(Ok(()), Err);
        }
        let began = Instant::now();
        let outcome = self.ask(|store| store.commit(changes));
        let ended = Instant::now();
        let meter = &self.queue.meter;
        match &outcome {
            Ok(()) => {
                let bytes = changes.iter().map(Change::size).sum();
                meter.committed(changes.len(), bytes, ended - began);
            }
            Err(_) => meter.failed(),
        }
        self.update_size(ended);
        outcome
    }

    /// Reads the sizes of the store's files, at most once a second.
    fn update_size(&mut self, now: Instant) {
        let meter = self.queue.meter.clone();
        meter.update_size(now, || self.ask(|store| Ok(store.size())).ok().flatten());
    }

    fn open_reader(&mut self, done: oneshot::Sender<Result<Box<dyn StoreReader>, StoreError>>) {
        let reader = self.ask(|store| store.reader());
        // The caller may have dropped the receiver.
        let _unheard = done.send(reader);
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
            tracing::error!(%error, "the journal ends; executions wait until an engine is built again");
            self.lasting = Some(error.clone());
            self.is_out = true;
            self.queue.set_outage(|outage| match outage {
                Some(outage) => outage.extend(error.clone(), false),
                None => *outage = Some(Outage::new(error.clone(), false)),
            });
        }
        answer
    }
}

/// Returns the changes of a transaction that failed to the submissions that they came from.
fn give_back(all: Vec<Change>, commits: &mut [Commit]) {
    let mut all = all.into_iter();
    for commit in commits {
        commit.changes = all.by_ref().take(commit.count).collect();
    }
}
