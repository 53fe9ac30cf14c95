//! The errors of stores, and whether a retry of a commit may succeed.

use std::path::PathBuf;

/// An error of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// An execution with this ARN exists already.
    #[error("an execution with the ARN `{arn}` is in the store already")]
    Exists {
        /// The ARN.
        arn: String,
    },
    /// A change conflicts with the content of the store.
    #[error("the change does not fit what is in the store: {why}")]
    Conflict {
        /// The conflict.
        why: String,
    },
    /// Another engine, or another program, writes to the store.
    #[error(
        "the store `{}` is in use: {by}; end it first, or use a different store", path.display()
    )]
    InUse {
        /// The store's file.
        path: PathBuf,
        /// The process that uses it.
        by: String,
    },
    /// A newer version of this library wrote the store.
    #[error(
        "the store `{}` has schema version {found}, and this version of stepwright-runtime knows versions up to {known}; \
         open it with the newer stepwright-runtime that wrote it, or restore a backup from before that", path.display()
    )]
    NewerVersion {
        /// The store's file.
        path: PathBuf,
        /// The version of the file.
        found: i64,
        /// The newest version that this library knows.
        known: i64,
    },
    /// An older version of this library wrote the store, and it is opened for reading.
    #[error(
        "the store `{}` has schema version {found}, and reading needs version {known}; open it once with an engine, which migrates it",
        path.display()
    )]
    OlderVersion {
        /// The store's file.
        path: PathBuf,
        /// The version of the file.
        found: i64,
        /// The version that this library reads.
        known: i64,
    },
    /// The file is not a store.
    #[error("`{}` is not a store of Stepwright: {why}; give the path of a store, or of a file that does not exist yet", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What the file is instead.
        why: String,
    },
    /// The store cannot be written to.
    #[error(
        "the store `{}` is read-only: {why}; the engine's user must be allowed to write to the file and to create files next to it",
        path.display()
    )]
    ReadOnly {
        /// The store's file.
        path: PathBuf,
        /// What cannot be written.
        why: String,
    },
    /// The store has no space for the changes.
    #[error("the store{} is full: {why}; free space, delete executions or raise the limit, then try again", at(.path))]
    Full {
        /// The store's file, if it is one.
        path: Option<PathBuf>,
        /// The full resource.
        why: String,
    },
    /// The store's content is damaged.
    #[error("the store{} is damaged: {why}; restore a backup, or start with a new store", at(.path))]
    Corrupt {
        /// The store's file, if it is one.
        path: Option<PathBuf>,
        /// The damaged part.
        why: String,
    },
    /// The write-ahead log next to the file belongs to another file, or to another copy of this
    /// file.
    #[error(
        "the log `{}` does not belong to the store `{}`: {why}; nothing was changed. Put back the file that the log belongs to, or run \
         `stepwright store restore BACKUP FILE`, or run `stepwright store recover FILE`, which moves the log aside and uses this file",
        log.display(), path.display()
    )]
    ForeignLog {
        /// The store's file.
        path: PathBuf,
        /// The log.
        log: PathBuf,
        /// The difference.
        why: String,
    },
    /// The store was not closed cleanly, and its write-ahead log is missing or empty.
    #[error(
        "the store `{}` was not closed cleanly and its log `{}` is missing: the last commits may be lost, as in a file that was copied \
         without its log. Bring the log back, or restore a backup with `stepwright store restore`; to use the file as it is (another SQLite \
         program may have copied the log into it), run `stepwright store recover FILE`",
        path.display(), log.display()
    )]
    MissingLog {
        /// The store's file.
        path: PathBuf,
        /// The missing log.
        log: PathBuf,
    },
    /// A file of the store was deleted or replaced while the store was open. Commits would be lost.
    #[error(
        "the store `{}` was deleted or replaced while it was open: {why}; end the engine, bring the original back or restore a backup \
         (a file with `stepwright store restore`), then start the engine again", path.display()
    )]
    Replaced {
        /// The store's file.
        path: PathBuf,
        /// Which file has changed.
        why: String,
    },
    /// Another engine has taken over the store. This one must not write to it any more.
    #[error(
        "another engine has taken over the store `{store}`: {by}; end this engine, it was stopped or cut off for too long"
    )]
    TakenOver {
        /// The address of the store.
        store: String,
        /// How this engine knows.
        by: String,
    },
    /// A [copy](super::copy) into the store was interrupted.
    #[error(
        "the store is an incomplete copy of `{from}`; delete the new file, or drop the new schema, and repeat `stepwright store copy`"
    )]
    IncompleteCopy {
        /// The store that was copied.
        from: String,
    },
    /// This library cannot interpret an entry of the store: the entry is damaged, or another
    /// version wrote it.
    #[error("{what} cannot be read from the store: {why}")]
    Unreadable {
        /// The entry: ``the execution `arn:..` ``.
        what: String,
        /// The reason.
        why: String,
    },
    /// The operating system, or a lower layer of the store, reports an error.
    #[error("the store{} cannot {doing}: {why}", at(.path))]
    Io {
        /// The store's file, if it is one.
        path: Option<PathBuf>,
        /// The operation that failed: `open the file`.
        doing: String,
        /// The error's text.
        why: String,
    },
    /// The store panicked.
    #[error(
        "the store panicked: {message}; this is a bug in it, and nothing is written to it any more until the engine is built again"
    )]
    Panicked {
        /// The message of the panic.
        message: String,
    },
    /// The engine's journal is closed.
    #[error("the journal is closed: the engine shuts down")]
    Closed,
}

impl StoreError {
    /// Creates a [`Conflict`](Self::Conflict) with a reason.
    pub fn conflict(why: impl Into<String>) -> Self {
        Self::Conflict { why: why.into() }
    }

    /// Creates the error of a change to an execution that is not in the store.
    pub fn no_execution(key: u64) -> Self {
        Self::conflict(format!("there is no execution with the key {key}"))
    }

    /// Creates the error of a deletion of an execution that runs, or has a child that runs.
    pub fn is_running(key: u64) -> Self {
        Self::conflict(format!(
            "the execution with the key {key}, or a child of its Map Runs, runs"
        ))
    }

    /// Creates the error of a deletion of a version that is not in the store.
    pub fn no_version(name: &str, hash: &str) -> Self {
        Self::conflict(format!(
            "there is no version {hash} of the state machine `{name}`"
        ))
    }

    /// Creates the error of a start of a child of a Map Run that is not in the store.
    pub fn no_map_run(arn: &str) -> Self {
        Self::conflict(format!("there is no Map Run with the ARN `{arn}`"))
    }

    /// Creates the error of a Map Run whose ARN belongs to another execution.
    pub fn run_of_another(arn: &str, execution: u64) -> Self {
        Self::conflict(format!(
            "the Map Run `{arn}` is one of execution {execution}"
        ))
    }

    /// Creates the error of a start with the key of another execution.
    pub fn key_is_taken(key: u64) -> Self {
        Self::conflict(format!("another execution has the key {key}"))
    }

    /// Creates the error of a record that is not the next one of its execution.
    pub fn out_of_order(key: u64, seq: u32) -> Self {
        let why = format!("the record {seq} is not the next one of execution {key}");
        Self::conflict(why)
    }

    pub(crate) fn unreadable(what: impl Into<String>, why: impl ToString) -> Self {
        Self::Unreadable {
            what: what.into(),
            why: why.to_string(),
        }
    }

    /// Whether the error concerns one change rather than the store: other changes may be applied.
    pub fn is_of_a_change(&self) -> bool {
        matches!(self, Self::Exists { .. } | Self::Conflict { .. })
    }

    /// Whether the error is transient: the same commit may succeed later, without a change to the
    /// store's content. The disk is full, another program holds a lock, or the file cannot be
    /// written, for example.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Full { .. } | Self::InUse { .. } | Self::Io { .. } | Self::ReadOnly { .. }
        )
    }

    /// Whether a retry cannot succeed until an operator repairs the store.
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Corrupt { .. }
                | Self::NotAStore { .. }
                | Self::NewerVersion { .. }
                | Self::Replaced { .. }
                | Self::ForeignLog { .. }
                | Self::MissingLog { .. }
                | Self::Panicked { .. }
                | Self::TakenOver { .. }
                | Self::IncompleteCopy { .. }
                | Self::Closed
        )
    }
}

fn at(path: &Option<PathBuf>) -> String {
    path.as_ref()
        .map_or_else(String::new, |path| format!(" `{}`", path.display()))
}
