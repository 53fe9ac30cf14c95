//! The journal's thread: commits the queue, and retries commits that failed with a transient error.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use web_time::Instant;

use super::outage::Outage;
use super::outcome;
use super::queue::{Commit, OnOutage, Queue, QueueEvent, Submission};
use crate::panics::guarded;
use crate::store::{Change, Store, StoreError, StoreLease, StoreReader};

/// How many submissions are tried separately without a success before the others wait for the next
/// attempt.
const HOPELESS: usize = 16;

/// How long the names of starts are compared with the store before a transaction, after a name of a
/// transaction existed.
const NAME_CHECKS: Duration = Duration::from_secs(1);

/// Commits the queue until it is closed and empty.
pub(super) fn write(store: Box<dyn Store>, queue: &Queue) {
    let mut writer = JournalWriter {
        store,
        reader: None,
        queue,
        lasting: None,
        is_out: false,
        checks_names_until: Instant::now(),
    };
    let mut batch = Vec::new();
    loop {
        match queue.take(&mut batch) {
            QueueEvent::Submitted => writer.serve(&mut batch),
            QueueEvent::Check => writer.check(),
            QueueEvent::Closed => break,
        }
    }
    let JournalWriter { store, reader, .. } = writer;
    // The log of a store cannot be removed while a reader is open.
    drop(reader);
    if let Err(message) = guarded(move || drop(store)) {
        tracing::error!("the store panicked when it was closed: {message}");
    }
}

struct JournalWriter<'q> {
    store: Box<dyn Store>,
    /// Reads the outcomes of failed transactions, while there is an outage.
    reader: Option<Box<dyn StoreReader>>,
    queue: &'q Queue,
    /// The permanent error, after which the store is not used again.
    lasting: Option<StoreError>,
    /// Whether the queue has an outage. Only this thread changes that.
    is_out: bool,
    /// Until then the names of starts are compared with the store before a transaction.
    checks_names_until: Instant,
}

/// Why a transaction failed.
#[derive(Clone)]
struct TransactionError {
    error: StoreError,
    /// Whether the changes may be in the store, because it could not be read after the failure.
    is_outcome_unknown: bool,
}

impl TransactionError {
    /// An error after which no change is in the store.
    fn without_effect(error: StoreError) -> Self {
        Self {
            error,
            is_outcome_unknown: false,
        }
    }
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
    fn settle(&mut self, mut commit: Commit, outcome: Result<(), TransactionError>) {
        match outcome {
            Err(TransactionError {
                error,
                is_outcome_unknown,
            }) if error.may_pass() => {
                commit.is_outcome_unknown = is_outcome_unknown;
                match commit.on_outage {
                    OnOutage::Fail if !is_outcome_unknown => commit.answer(Err(error.clone())),
                    _ => self.failed.push(commit),
                }
                self.error = Some(error);
            }
            outcome => {
                self.has_committed |= outcome.is_ok();
                commit.answer(outcome.map_err(|failed| failed.error));
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
        // A reader sees all submissions before it. It may also see some later ones, which is
        // harmless.
        for done in readers {
            self.open_reader(done);
        }
    }

    /// Commits all submissions as one transaction, or each one separately when some of them may
    /// succeed.
    fn commit(&mut self, commits: Vec<Commit>) -> CommitRound {
        let mut round = CommitRound::default();
        let mut commits = self.without_applied(commits, &mut round);
        if Instant::now() < self.checks_names_until {
            commits = self.without_duplicates(commits, &mut round);
        }
        if commits.is_empty() {
            return round;
        }
        let mut outcome = self.transact_all(&mut commits);
        if commits.len() > 1
            && matches!(&outcome, Err(failed) if matches!(failed.error, StoreError::Exists { .. }))
        {
            // More such names are likely to follow.
            self.checks_names_until = Instant::now() + NAME_CHECKS;
            let count = commits.len();
            commits = self.without_duplicates(commits, &mut round);
            if commits.len() < count {
                outcome = self.transact_all(&mut commits);
            }
        }
        let may_save = |failed: &TransactionError| {
            let error = &failed.error;
            commits.len() > 1
                && !failed.is_outcome_unknown
                && (error.is_of_a_change() || matches!(error, StoreError::Full { .. }))
        };
        let one_by_one = outcome.as_ref().is_err_and(may_save);
        for commit in commits {
            let is_hopeless = !round.has_committed && round.failed.len() >= HOPELESS;
            let outcome = if one_by_one && (!is_hopeless || commit.frees_space()) {
                self.transact(&commit.changes)
            } else {
                outcome.clone()
            };
            round.settle(commit, outcome);
        }
        round
    }

    /// Commits all submissions as one transaction.
    fn transact_all(&mut self, commits: &mut [Commit]) -> Result<(), TransactionError> {
        match commits {
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
        }
    }

    /// Answers the starts whose names exist in the store, so that the others are committed as one
    /// transaction. Returns the others.
    fn without_duplicates(&mut self, commits: Vec<Commit>, round: &mut CommitRound) -> Vec<Commit> {
        let started = |(at, commit): (usize, &Commit)| {
            let arns = commit.changes.iter().filter_map(Change::started_arn);
            arns.map(|arn| (at, arn.clone())).collect::<Vec<_>>()
        };
        let starts: Vec<_> = commits.iter().enumerate().flat_map(started).collect();
        let arns: Vec<&str> = starts.iter().map(|(_, arn)| &**arn).collect();
        let existing = match self.ask(|store| store.existing(&arns)) {
            Ok(existing) => existing,
            Err(error) => {
                // The transaction finds the name, or the error, again.
                tracing::debug!(%error, "the names of starts cannot be compared with the store");
                return commits;
            }
        };
        let found = existing.into_iter().filter_map(|at| starts.get(at));
        let found: HashMap<usize, Arc<str>> = found.cloned().collect();
        let mut left = Vec::with_capacity(commits.len());
        for (at, commit) in commits.into_iter().enumerate() {
            match found.get(&at) {
                Some(arn) => {
                    let arn = arn.to_string();
                    let error = StoreError::Exists { arn };
                    round.settle(commit, Err(TransactionError::without_effect(error)));
                }
                None => left.push(commit),
            }
        }
        left
    }

    /// Answers the submissions of earlier transactions whose outcome was unknown, where the store
    /// can be read now. Returns the others and those that must be repeated.
    fn without_applied(&mut self, commits: Vec<Commit>, round: &mut CommitRound) -> Vec<Commit> {
        let mut left = Vec::with_capacity(commits.len());
        for mut commit in commits {
            if !commit.is_outcome_unknown {
                left.push(commit);
                continue;
            }
            match self.is_applied(&commit.changes) {
                Ok(true) => commit.answer(Ok(())),
                Ok(false) => {
                    commit.is_outcome_unknown = false;
                    match (commit.on_outage, self.queue.outage()) {
                        (OnOutage::Fail, Some(outage)) => {
                            commit.answer(Err(outage.error().clone()));
                        }
                        _ => left.push(commit),
                    }
                }
                Err(error) => {
                    round.settle(
                        commit,
                        Err(TransactionError {
                            is_outcome_unknown: error.may_pass(),
                            error,
                        }),
                    );
                }
            }
        }
        left
    }

    /// Reads whether the changes of a failed transaction are in the store.
    fn is_applied(&mut self, changes: &[Change]) -> Result<bool, StoreError> {
        self.ask(|store| store.settle())?;
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.ask(|store| store.reader())?,
        };
        let read = guarded(|| outcome::is_applied(&mut *reader, changes));
        let read = read.unwrap_or_else(|message| Err(StoreError::Panicked { message }));
        if read.is_ok() {
            self.reader = Some(reader);
        }
        read
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
        let checked = self.ask(|store| if is_out { store.probe() } else { store.check() });
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
        self.reader = None;
        self.queue.set_outage(|outage| {
            if let Some(outage) = outage.take() {
                let millis = u64::try_from(outage.duration().as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(millis, "the store commits again; executions continue");
            }
        });
    }

    fn transact(&mut self, changes: &[Change]) -> Result<(), TransactionError> {
        // An empty commit only waits for earlier ones.
        if changes.is_empty() {
            let lasting = self.lasting.clone().map_or(Ok(()), Err);
            return lasting.map_err(TransactionError::without_effect);
        }
        let began = Instant::now();
        let outcome = self.ask(|store| store.commit(changes));
        let ended = Instant::now();
        let outcome = outcome.or_else(|error| self.outcome_of_failed(error, changes));
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

    /// Returns the outcome of a transaction that was reported as failed. After a transient error
    /// the store may have applied it.
    fn outcome_of_failed(
        &mut self,
        error: StoreError,
        changes: &[Change],
    ) -> Result<(), TransactionError> {
        if !error.may_pass() {
            return Err(TransactionError::without_effect(error));
        }
        match self.is_applied(changes) {
            Ok(true) => {
                tracing::warn!(%error, "a commit was reported as failed, but is in the store");
                Ok(())
            }
            Ok(false) => Err(TransactionError::without_effect(error)),
            Err(unreadable) => Err(TransactionError {
                is_outcome_unknown: unreadable.may_pass(),
                error,
            }),
        }
    }

    /// Reads the sizes of the store's files, at most once a second.
    fn update_size(&mut self, now: Instant) {
        let meter = self.queue.meter.clone();
        let last = self.queue.lease.as_ref().map(StoreLease::last_commit);
        meter.update_size(now, last, || {
            self.ask(|store| Ok(store.size())).ok().flatten()
        });
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
