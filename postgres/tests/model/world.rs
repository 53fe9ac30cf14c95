//! The engines with their database, every step that can happen, and the properties.

use super::database::{Answer, Change, Commit, Database, Fence, Progress, Transaction};
use super::engine::{Attempt, Engine, Habits, Stage};
use super::search::Model;

/// How far the search goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) engines: u8,
    /// How many changes each engine commits after the empty commit of its begin.
    pub(super) changes: u8,
    /// The largest number that an engine tries to commit.
    pub(super) commits: u8,
    /// How many connections break, all together.
    pub(super) lost_answers: u8,
    /// How often a server refuses a transaction for a reason of its machine.
    pub(super) refusals: u8,
    pub(super) prunings: u8,
    pub(super) replication: Replication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replication {
    None,
    /// COMMIT does not wait for the replica. One failover may happen.
    Asynchronous,
    /// COMMIT waits for the replica, and the wait may be cancelled. One failover may happen.
    Synchronous,
}

/// The model: how engines work, and how far the search goes.
pub(super) struct World {
    pub(super) habits: Habits,
    pub(super) bounds: Bounds,
}

/// Adds a step, which changes the state.
type AddStep<'a> = dyn FnMut(Step, &dyn Fn(&mut State)) + 'a;

/// An event, with the owner of the engine or transaction.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "traces print the owners")]
pub(super) enum Step {
    /// The lease has expired, and the engine takes it.
    TakeLease(u8),
    ReadLast(u8),
    Send(u8, Attempt),
    /// The server takes the snapshot of the INSERT, and reads the predecessor in it.
    Check(u8),
    /// The server adds the row to the unique index.
    Insert(u8),
    /// The server commits, and the answer arrives.
    Commit(u8),
    /// The transaction is committed, and waits for the synchronous replica.
    Wait(u8),
    /// An operator cancels the wait. The server sends a warning instead of an error.
    CancelWait(u8),
    /// The server notices that the connection of a transaction is closed.
    RollBack(u8),
    /// The server refuses the transaction, for example because its disk is full.
    Refuse(u8),
    /// The connection breaks. The server may still commit.
    LoseAnswer(u8),
    /// The engine reads what is at its number, after a constraint refused it.
    Resolve(u8),
    /// The journal reads whether the change is applied.
    ReadOutcome(u8),
    Pruning(u8),
    LockToPrune(u8),
    Prune(u8),
    GiveUpPruning(u8),
    /// The replica receives nothing more for now.
    ReplicaStops,
    ReplicaReceives,
    /// The replica replaces the server. All connections break.
    Failover,
}

/// A state of the model, with a record of what happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) database: Database,
    pub(super) engines: Vec<Engine>,
    /// The changes that engines have acknowledged, with their numbers.
    acknowledged: Vec<(u8, u8, Option<Change>)>,
    /// The changes that engines have reported as failed.
    failed: Vec<Change>,
    /// For each engine, whether a failover lost a commit that it had acknowledged.
    has_lost: Vec<bool>,
    has_failed_over: bool,
    lost_answers: u8,
    refusals: u8,
    prunings: u8,
    violation: Option<&'static str>,
}

impl State {
    fn acknowledge(&mut self, owner: u8, n: u8, change: Option<Change>) {
        let mut earlier = self.acknowledged.iter();
        if !self.has_failed_over && earlier.any(|&(by, number, _)| number == n && by != owner) {
            let violation = "two engines acknowledge a number";
            self.violation.get_or_insert(violation);
        }
        self.acknowledged.push((owner, n, change));
    }

    /// Compares a commit with those before it.
    fn committed(&mut self, commit: Commit) {
        let commits = &self.database.tables.commits;
        let (_, earlier) = commits.split_last().expect("a commit");
        let violation = if earlier.iter().any(|other| other.n == commit.n) {
            "a number is committed twice"
        } else if (earlier.iter()).any(|other| other.writer.epoch > commit.writer.epoch) {
            "an engine commits after one with a higher epoch"
        } else if commit.change.is_some()
            && earlier.iter().any(|other| other.change == commit.change)
        {
            "a change is applied twice"
        } else if (commit.change).is_some_and(|change| self.failed.contains(&change)) {
            "a change is applied after its failure was reported"
        } else if self.has_lost[usize::from(commit.writer.owner)] {
            "an engine commits after the database lost its commits"
        } else {
            return;
        };
        self.violation = Some(violation);
    }

    /// Whether the database has all commits that an engine has acknowledged.
    fn has_all_of(&self, owner: u8) -> bool {
        let commits = &self.database.tables.commits;
        let mut acknowledged = self.acknowledged.iter();
        acknowledged.all(|&(by, n, change)| {
            by != owner
                || commits.iter().any(|commit| {
                    commit.writer.owner == owner && commit.n == n && commit.change == change
                })
        })
    }
}

impl World {
    /// The server has ended a transaction of this engine.
    fn answer(&self, state: &mut State, transaction: &Transaction, answer: Answer) {
        if !transaction.is_connected {
            return;
        }
        let owner = transaction.writer.owner;
        let engine = &mut state.engines[usize::from(owner)];
        let Stage::Sent(attempt) = engine.stage else {
            unreachable!("it waits for an answer");
        };
        let change = engine.next_change();
        if !self.habits.fence.has_numbers() && answer == Answer::Committed {
            // An epoch alone has no number: the engine learns it from the answer.
            let commits = &state.database.tables.commits;
            engine.last = commits.last().map_or(0, |commit| commit.n - 1);
        }
        if engine.receive(attempt, answer, self.habits) {
            let n = engine.last;
            state.acknowledge(owner, n, change);
        }
    }

    /// The steps of a transaction in the server.
    fn transaction_steps(&self, state: &State, at: usize, steps: &mut Vec<(Step, State)>) {
        let database = &state.database;
        let transaction = database.transactions[at];
        let (owner, fence) = (transaction.writer.owner, self.habits.fence);
        let is_synchronous = self.bounds.replication == Replication::Synchronous;
        match transaction.progress {
            Progress::Begun if database.pruner.is_none() => {
                let mut next = state.clone();
                if let Some(answer) = next.database.check(at, fence) {
                    self.answer(&mut next, &transaction, answer);
                }
                steps.push((Step::Check(owner), next));
            }
            Progress::Checked if !database.must_wait(at) => {
                let mut next = state.clone();
                if let Some(answer) = next.database.insert(at, fence) {
                    self.answer(&mut next, &transaction, answer);
                }
                steps.push((Step::Insert(owner), next));
            }
            Progress::Inserted if is_synchronous && database.replica.is_some() => {
                let mut next = state.clone();
                next.database.transactions[at].progress = Progress::Waiting;
                steps.push((Step::Wait(owner), next));
            }
            Progress::Inserted => {
                let mut next = state.clone();
                let commit = next.database.commit(at, fence);
                next.committed(commit);
                self.answer(&mut next, &transaction, Answer::Committed);
                steps.push((Step::Commit(owner), next));
            }
            Progress::Waiting => {
                let mut next = state.clone();
                let commit = next.database.commit(at, fence);
                next.committed(commit);
                if database.replica.is_none() {
                    self.answer(&mut next, &transaction, Answer::Committed);
                    steps.push((Step::Commit(owner), next));
                } else {
                    // `Database::connect` closes a connection with this warning.
                    if transaction.is_connected {
                        self.lose_answer(&mut next, owner);
                    }
                    steps.push((Step::CancelWait(owner), next));
                }
            }
            Progress::Begun | Progress::Checked => {}
        }
        if transaction.progress < Progress::Waiting {
            self.failing_steps(state, at, steps);
        }
    }

    /// The steps of a transaction that does not commit.
    fn failing_steps(&self, state: &State, at: usize, steps: &mut Vec<(Step, State)>) {
        let transaction = state.database.transactions[at];
        let owner = transaction.writer.owner;
        if !transaction.is_connected {
            let mut next = state.clone();
            next.database.transactions.remove(at);
            steps.push((Step::RollBack(owner), next));
        } else if state.refusals < self.bounds.refusals {
            let mut next = state.clone();
            next.refusals += 1;
            next.database.transactions.remove(at);
            self.answer(&mut next, &transaction, Answer::Refused);
            steps.push((Step::Refuse(owner), next));
        }
    }

    /// The connection of an engine breaks.
    fn lose_answer(&self, state: &mut State, owner: u8) {
        let engine = &mut state.engines[usize::from(owner)];
        if let Stage::Sent(attempt) = engine.stage {
            engine.lose_answer(attempt, self.habits);
        }
        for transaction in &mut state.database.transactions {
            if transaction.writer.owner == owner {
                transaction.is_connected = false;
            }
        }
    }

    /// The steps of an engine.
    fn engine_steps(&self, state: &State, owner: u8, steps: &mut Vec<(Step, State)>) {
        let engine = &state.engines[usize::from(owner)];
        let mut step = |step, change: &dyn Fn(&mut State)| {
            let mut next = state.clone();
            change(&mut next);
            steps.push((step, next));
        };
        let me = usize::from(owner);
        match engine.stage {
            Stage::WithoutLease if self.may_take_lease(state, owner) => {
                step(Step::TakeLease(owner), &|next| {
                    next.engines[me].take_lease(&mut next.database);
                });
            }
            Stage::WithLease => step(Step::ReadLast(owner), &|next| {
                next.engines[me].read_last(&next.database, self.habits);
            }),
            Stage::Ready => self.ready_steps(state, owner, &mut step),
            Stage::Sent(_) if state.lost_answers < self.bounds.lost_answers => {
                step(Step::LoseAnswer(owner), &|next| {
                    next.lost_answers += 1;
                    self.lose_answer(next, owner);
                });
            }
            Stage::AnswerLost => step(Step::Send(owner, Attempt::Again), &|next| {
                next.engines[me].send(&mut next.database, Attempt::Again);
            }),
            Stage::Refused(attempt) => step(Step::Resolve(owner), &|next| {
                let engine = &mut next.engines[me];
                let change = engine.next_change();
                if engine.resolve(&next.database, attempt, self.habits) {
                    let n = engine.last;
                    next.acknowledge(owner, n, change);
                }
            }),
            Stage::Unknown if engine.is_open => {
                if engine.last < self.bounds.commits {
                    step(Step::Send(owner, Attempt::Settle), &|next| {
                        next.engines[me].send(&mut next.database, Attempt::Settle);
                    });
                }
            }
            Stage::Unknown => step(Step::ReadOutcome(owner), &|next| {
                self.read_outcome(next, owner);
            }),
            Stage::Pruning => self.pruning_steps(state, owner, &mut step),
            Stage::WithoutLease | Stage::Sent(_) | Stage::Stopped => {}
        }
    }

    /// Engines are alike, so they take the lease in their order.
    fn may_take_lease(&self, state: &State, owner: u8) -> bool {
        let database = &state.database;
        let is_next =
            owner == 0 || state.engines[usize::from(owner) - 1].stage != Stage::WithoutLease;
        // SELECT .. FOR SHARE conflicts with the UPDATE of the lease.
        let is_blocked = self.habits.fence == Fence::LockedEpoch && database.is_locked();
        let waits =
            self.bounds.replication == Replication::Synchronous && database.replica.is_some();
        is_next && !is_blocked && !waits
    }

    fn ready_steps(&self, state: &State, owner: u8, step: &mut AddStep<'_>) {
        let me = usize::from(owner);
        let engine = &state.engines[me];
        if engine.change <= self.bounds.changes && engine.last < self.bounds.commits {
            step(Step::Send(owner, Attempt::First), &|next| {
                next.engines[me].send(&mut next.database, Attempt::First);
            });
        }
        if engine.change > 0 && state.prunings < self.bounds.prunings {
            step(Step::Pruning(owner), &|next| {
                next.prunings += 1;
                next.engines[me].stage = Stage::Pruning;
            });
        }
    }

    /// `Numbers::prune`: the server executes its statements without waiting for the engine.
    fn pruning_steps(&self, state: &State, owner: u8, step: &mut AddStep<'_>) {
        let me = usize::from(owner);
        let pruner = state.database.pruner;
        if pruner == Some(owner) || !self.habits.locks_to_prune {
            step(Step::Prune(owner), &|next| {
                // The last number remains, which the next commit needs.
                let until = next.engines[me].last - 1;
                next.database.prune(until);
                next.engines[me].stage = Stage::Ready;
            });
            return;
        }
        if pruner.is_none() && !state.database.is_locked() {
            step(Step::LockToPrune(owner), &|next| {
                next.database.pruner = Some(owner);
            });
        }
        // `lock_timeout`.
        step(Step::GiveUpPruning(owner), &|next| {
            next.engines[me].stage = Stage::Ready;
        });
    }

    /// The journal reads whether the change of a failed commit is applied. Otherwise it reports the
    /// failure.
    fn read_outcome(&self, state: &mut State, owner: u8) {
        let engine = &mut state.engines[usize::from(owner)];
        engine.stage = Stage::Ready;
        let Some(change) = engine.next_change() else {
            return;
        };
        engine.reported();
        let commits = state.database.tables.commits.iter();
        let mut commits = commits.filter(|commit| commit.change == Some(change));
        match commits.next().map(|commit| commit.n) {
            Some(n) => state.acknowledge(owner, n, Some(change)),
            None => state.failed.push(change),
        }
    }

    /// The steps of the replica.
    fn replica_steps(&self, state: &State, steps: &mut Vec<(Step, State)>) {
        if self.bounds.replication == Replication::None || state.has_failed_over {
            return;
        }
        let mut next = state.clone();
        let Some(replica) = next.database.replica.take() else {
            next.database.replica = Some(next.database.tables.clone());
            steps.push((Step::ReplicaStops, next));
            return;
        };
        steps.push((Step::ReplicaReceives, next.clone()));
        // All that the server does not commit is lost, and the number of faults has no limit here.
        for owner in 0..self.bounds.engines {
            self.lose_answer(&mut next, owner);
        }
        next.database.transactions.clear();
        next.database.pruner = None;
        for engine in &mut next.engines {
            if engine.stage == Stage::Pruning {
                engine.stage = Stage::Ready;
            }
        }
        next.database.tables = replica;
        next.has_failed_over = true;
        for owner in 0..self.bounds.engines {
            let has_lost = !next.has_all_of(owner);
            next.has_lost[usize::from(owner)] = has_lost;
            if has_lost && self.bounds.replication == Replication::Synchronous {
                next.violation = Some("a failover to a synchronous replica loses a commit");
            }
        }
        steps.push((Step::Failover, next));
    }
}

impl Model for World {
    type State = State;
    type Step = Step;

    fn first(&self) -> State {
        State {
            database: Database::new(),
            engines: (0..self.bounds.engines).map(Engine::new).collect(),
            acknowledged: Vec::new(),
            failed: Vec::new(),
            has_lost: vec![false; usize::from(self.bounds.engines)],
            has_failed_over: false,
            lost_answers: 0,
            refusals: 0,
            prunings: 0,
            violation: None,
        }
    }

    fn steps(&self, state: &State) -> Vec<(Step, State)> {
        let mut steps = Vec::new();
        for at in 0..state.database.transactions.len() {
            self.transaction_steps(state, at, &mut steps);
        }
        for owner in 0..self.bounds.engines {
            self.engine_steps(state, owner, &mut steps);
        }
        self.replica_steps(state, &mut steps);
        for (_, next) in &mut steps {
            // The order of open transactions has no meaning.
            next.database.transactions.sort_unstable();
        }
        steps
    }

    fn violation(&self, state: &State) -> Option<&'static str> {
        let lost = || {
            let mut engines = 0..self.bounds.engines;
            let has_lost = engines.any(|owner| !state.has_all_of(owner));
            (has_lost && !state.has_failed_over).then_some("an acknowledged commit is lost")
        };
        state.violation.or_else(lost)
    }
}
