//! The database of the model: what PostgreSQL does with each statement in READ COMMITTED.

/// The engine that wrote a row: the columns `epoch` and `owner`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Writer {
    pub(super) epoch: u8,
    pub(super) owner: u8,
}

/// The writer of the row that `layout_1.sql` inserts.
pub(super) const NO_WRITER: Writer = Writer { epoch: 0, owner: 0 };

/// A change of an execution. Each engine makes several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Change {
    pub(super) owner: u8,
    pub(super) number: u8,
}

/// A committed transaction: its row in `commits`, and its change in the other tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Commit {
    pub(super) n: u8,
    pub(super) writer: Writer,
    pub(super) change: Option<Change>,
    /// Whether the row in `commits` is deleted. The change remains.
    pub(super) is_pruned: bool,
}

/// The committed content of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tables {
    pub(super) commits: Vec<Commit>,
    /// The epoch of the table `lease`. A lease may expire in any state, so its time is left out.
    pub(super) epoch: u8,
}

/// How far the server is with a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Progress {
    /// The request has arrived. `BEGIN` takes no snapshot in READ COMMITTED.
    Begun,
    /// The INSERT has the lock of its table (ROW EXCLUSIVE) and its snapshot, and has read the
    /// predecessor in it.
    Checked,
    /// The row is in the unique index. Other transactions do not see it, and wait for its end if
    /// they insert the same number.
    Inserted,
    /// It is committed here, and COMMIT waits for the synchronous replica. Nothing sees it yet.
    Waiting,
}

/// A transaction of `Committer::attempt`: the INSERT of `Numbers::take`, changes, COMMIT. All of it
/// is sent at once, so that the server can complete it after the connection has broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Transaction {
    pub(super) n: u8,
    pub(super) writer: Writer,
    /// The writer of the number before it, as the engine knows it.
    pub(super) predecessor: Writer,
    pub(super) change: Option<Change>,
    pub(super) progress: Progress,
    /// Whether the engine's connection is open.
    pub(super) is_connected: bool,
}

/// The check of each transaction, which refuses a replaced engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fence {
    /// `Numbers::take`: it inserts its number, and the number before it has the known writer.
    Predecessor,
    /// It inserts its number, and the number before it has no higher epoch.
    PredecessorEpoch,
    /// It inserts its number, and the number before it exists.
    PredecessorExists,
    /// It reads the epoch of the lease with a plain SELECT.
    Epoch,
    /// It reads the epoch of the lease with SELECT .. FOR SHARE.
    LockedEpoch,
}

impl Fence {
    pub(super) fn has_numbers(self) -> bool {
        !matches!(self, Self::Epoch | Self::LockedEpoch)
    }
}

/// The answer to a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Committed,
    /// A rule of `commits`: SQLSTATE 23505 (unique) or 23502 (the epoch is NULL).
    Constraint,
    /// Any other refusal, such as a full disk. The transaction has no effect.
    Refused,
}

/// A server with its open transactions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Database {
    pub(super) tables: Tables,
    pub(super) transactions: Vec<Transaction>,
    /// The engine that deletes old numbers, which has the lock SHARE ROW EXCLUSIVE.
    pub(super) pruner: Option<u8>,
    /// The content of the replica, if it receives nothing at present.
    pub(super) replica: Option<Tables>,
}

impl Database {
    pub(super) fn new() -> Self {
        Self {
            tables: Tables {
                commits: vec![Commit {
                    n: 0,
                    writer: NO_WRITER,
                    change: None,
                    is_pruned: false,
                }],
                epoch: 0,
            },
            transactions: Vec::new(),
            pruner: None,
            replica: None,
        }
    }

    /// The row of a number, in a snapshot of this moment.
    pub(super) fn at(&self, n: u8) -> Option<Writer> {
        let rows = self.tables.commits.iter();
        let mut rows = rows.filter(|commit| !commit.is_pruned && commit.n == n);
        rows.next_back().map(|commit| commit.writer)
    }

    /// `numbers::last`.
    pub(super) fn last_commit(&self) -> (u8, Writer) {
        let rows = self.tables.commits.iter();
        let rows = rows.filter(|commit| !commit.is_pruned);
        let last = rows.max_by_key(|commit| commit.n);
        last.map_or((0, NO_WRITER), |commit| (commit.n, commit.writer))
    }

    /// The INSERT takes the lock of the table and its snapshot, and computes the epoch.
    ///
    /// In PostgreSQL the lock comes first. Here both are one step: an earlier lock would only
    /// prevent more.
    pub(super) fn check(&mut self, at: usize, fence: Fence) -> Option<Answer> {
        let transaction = &self.transactions[at];
        let before = (transaction.n.checked_sub(1)).and_then(|before| self.at(before));
        let is_valid = match fence {
            Fence::Predecessor => before == Some(transaction.predecessor),
            Fence::PredecessorEpoch => {
                before.is_some_and(|before| before.epoch <= transaction.writer.epoch)
            }
            Fence::PredecessorExists => before.is_some(),
            Fence::Epoch | Fence::LockedEpoch => self.tables.epoch == transaction.writer.epoch,
        };
        if !is_valid {
            self.transactions.remove(at);
            return Some(Answer::Constraint);
        }
        self.transactions[at].progress = Progress::Checked;
        None
    }

    /// Whether a transaction has the lock ROW EXCLUSIVE of `commits`.
    pub(super) fn is_locked(&self) -> bool {
        let mut transactions = self.transactions.iter();
        transactions.any(|transaction| transaction.progress != Progress::Begun)
    }

    /// Whether the unique index has the number of a transaction that has not ended.
    pub(super) fn must_wait(&self, at: usize) -> bool {
        let n = self.transactions[at].n;
        let mut transactions = self.transactions.iter();
        transactions.any(|other| other.n == n && other.progress >= Progress::Inserted)
    }

    /// The INSERT adds its row to the unique index. The index is not read in the snapshot: a row
    /// that is committed since then is a conflict, and a row that is deleted since then is not.
    pub(super) fn insert(&mut self, at: usize, fence: Fence) -> Option<Answer> {
        if fence.has_numbers() && self.at(self.transactions[at].n).is_some() {
            self.transactions.remove(at);
            return Some(Answer::Constraint);
        }
        self.transactions[at].progress = Progress::Inserted;
        None
    }

    /// Others see the transaction.
    pub(super) fn commit(&mut self, at: usize, fence: Fence) -> Commit {
        let transaction = self.transactions.remove(at);
        let commit = Commit {
            n: if fence.has_numbers() {
                transaction.n
            } else {
                self.last_commit().0 + 1
            },
            writer: transaction.writer,
            change: transaction.change,
            is_pruned: false,
        };
        self.tables.commits.push(commit);
        commit
    }

    /// `DELETE FROM commits WHERE n <= $1; COMMIT`.
    pub(super) fn prune(&mut self, until: u8) {
        for commit in &mut self.tables.commits {
            commit.is_pruned |= commit.n <= until;
        }
        self.pruner = None;
    }
}
