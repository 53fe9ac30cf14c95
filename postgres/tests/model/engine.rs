//! An engine of the model: `Committer` with the journal that calls it.

use super::database::{Answer, Change, Database, Fence, NO_WRITER, Progress, Transaction, Writer};

/// Why an engine sends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Attempt {
    /// `Committer::commit` sends the change.
    First,
    /// `Committer::commit` sends it again after a lost answer.
    Again,
    /// `Committer::settle` sends no change.
    Settle,
}

/// The next step of an engine. It may be stopped before each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    /// `lease::take`.
    WithoutLease,
    /// `numbers::last`.
    WithLease,
    /// The journal has a change to commit.
    Ready,
    /// The answer to a transaction has not arrived.
    Sent(Attempt),
    /// `Committer::commit` has lost the first answer.
    AnswerLost,
    /// `Committer::resolve`, after a constraint refused the number.
    Refused(Attempt),
    /// `commit` has failed. The journal calls `settle`, and then reads whether the change is
    /// applied.
    Unknown,
    /// `Numbers::prune` waits for its lock.
    Pruning,
    /// It has found that a newer engine writes, or that the database lost commits.
    Stopped,
}

/// The mistakes of engines that the search must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Habits {
    pub(super) fence: Fence,
    /// Whether an engine compares the epoch of the last commit with its own before its first one.
    pub(super) compares_epoch: bool,
    /// Whether `Numbers::prune` locks the table.
    pub(super) locks_to_prune: bool,
    /// Whether a transaction with a lost answer is sent again under the same number.
    pub(super) repeats_number: bool,
    /// Whether a lost answer stays open when its repetition is refused.
    pub(super) leaves_open: bool,
    /// Whether an engine that finds its own row makes a later commit before it acknowledges.
    pub(super) confirms: bool,
}

/// How the engines of this package work.
pub(super) const RIGHT: Habits = Habits {
    fence: Fence::Predecessor,
    compares_epoch: true,
    locks_to_prune: true,
    repeats_number: true,
    leaves_open: true,
    confirms: true,
};

/// The fields of `Committer` and of `Numbers`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Engine {
    pub(super) stage: Stage,
    /// `Numbers::epoch` and `Numbers::owner`.
    pub(super) writer: Writer,
    /// `Numbers::last`.
    pub(super) last: u8,
    /// `Numbers::predecessor`: the writer of `last`.
    pub(super) predecessor: Writer,
    /// `Committer::is_open`: a transaction may still be committed under the next number.
    pub(super) is_open: bool,
    /// The number of the next change. Number 0 is the empty commit of `takeover::first_number`.
    pub(super) change: u8,
}

impl Engine {
    pub(super) fn new(owner: u8) -> Self {
        Self {
            stage: Stage::WithoutLease,
            writer: Writer { epoch: 0, owner },
            last: 0,
            predecessor: NO_WRITER,
            is_open: false,
            change: 0,
        }
    }

    /// The change that the journal wants to commit. `begin` has none.
    pub(super) fn next_change(&self) -> Option<Change> {
        (self.change > 0).then_some(Change {
            owner: self.writer.owner,
            number: self.change,
        })
    }

    /// Whether it has not made its first commit, which is not repeated after an error.
    fn is_beginning(&self) -> bool {
        self.change == 0
    }

    /// `lease::take`: `UPDATE lease SET epoch = epoch + 1 .. WHERE expires <= clock_timestamp()`.
    pub(super) fn take_lease(&mut self, database: &mut Database) {
        database.tables.epoch += 1;
        self.writer.epoch = database.tables.epoch;
        self.stage = Stage::WithLease;
    }

    /// `numbers::last`, and the check of `takeover::first_number`.
    pub(super) fn read_last(&mut self, database: &Database, habits: Habits) {
        (self.last, self.predecessor) = database.last_commit();
        let is_late = habits.compares_epoch && self.predecessor.epoch >= self.writer.epoch;
        self.stage = if is_late {
            Stage::Stopped
        } else {
            Stage::Ready
        };
    }

    /// `Committer::attempt`.
    pub(super) fn send(&mut self, database: &mut Database, attempt: Attempt) {
        database.transactions.push(Transaction {
            n: self.last + 1,
            writer: self.writer,
            predecessor: self.predecessor,
            change: match attempt {
                Attempt::First | Attempt::Again => self.next_change(),
                Attempt::Settle => None,
            },
            progress: Progress::Begun,
            is_connected: true,
        });
        self.stage = Stage::Sent(attempt);
    }

    /// The answer to the transaction arrives. Returns whether its change is acknowledged.
    pub(super) fn receive(&mut self, attempt: Attempt, answer: Answer, habits: Habits) -> bool {
        match answer {
            Answer::Committed => self.committed(attempt),
            // `first_number`: the other engine was faster.
            Answer::Constraint if self.is_beginning() => {
                self.stage = Stage::WithLease;
                false
            }
            Answer::Constraint => {
                self.stage = Stage::Refused(attempt);
                false
            }
            Answer::Refused if self.is_beginning() => {
                self.stage = Stage::Stopped;
                false
            }
            Answer::Refused => {
                // `self.is_open = matches!(done, Err(Failure::Store(_)))` in `commit`.
                self.is_open = match attempt {
                    Attempt::First => false,
                    Attempt::Again => habits.leaves_open,
                    Attempt::Settle => true,
                };
                self.stage = Stage::Unknown;
                false
            }
        }
    }

    /// The number is that of a transaction of this engine.
    fn committed(&mut self, attempt: Attempt) -> bool {
        self.last += 1;
        self.predecessor = self.writer;
        self.is_open = false;
        if attempt == Attempt::Settle {
            // The journal reads whether the change is applied.
            self.stage = Stage::Unknown;
            return false;
        }
        self.reported();
        true
    }

    /// The journal has reported what became of the change.
    pub(super) fn reported(&mut self) {
        self.change += 1;
        self.stage = Stage::Ready;
    }

    /// The connection breaks before the answer arrives.
    pub(super) fn lose_answer(&mut self, attempt: Attempt, habits: Habits) {
        if self.is_beginning() {
            self.stage = Stage::Stopped;
        } else if attempt == Attempt::First {
            self.stage = Stage::AnswerLost;
            if !habits.repeats_number {
                self.last += 1;
            }
        } else {
            self.is_open = true;
            self.stage = Stage::Unknown;
        }
    }

    /// `Committer::resolve` with `Numbers::next`. Returns whether the change is acknowledged.
    pub(super) fn resolve(
        &mut self,
        database: &Database,
        attempt: Attempt,
        habits: Habits,
    ) -> bool {
        // `NextNumber::Lost`: other engines have made commits after a failover.
        let last = database.at(self.last);
        if self.predecessor == self.writer && last.is_some_and(|last| last != self.writer) {
            self.stage = Stage::Stopped;
            return false;
        }
        match database.at(self.last + 1) {
            // `NextNumber::Own`.
            Some(writer) if writer == self.writer => {
                let was_sent = attempt != Attempt::First;
                let acknowledges = self.committed(if was_sent && !habits.confirms {
                    attempt
                } else {
                    Attempt::Settle
                });
                // A later commit must succeed first: a replica that has it has this one.
                self.is_open = was_sent && habits.confirms;
                acknowledges
            }
            // `NextNumber::Taken`.
            Some(_) => {
                self.stage = Stage::Stopped;
                false
            }
            // `NextNumber::Free`. After any other predecessor, it is `Taken` or `Lost`.
            None => {
                let is_free = last == Some(self.predecessor);
                self.stage = if is_free {
                    Stage::Unknown
                } else {
                    Stage::Stopped
                };
                false
            }
        }
    }
}
