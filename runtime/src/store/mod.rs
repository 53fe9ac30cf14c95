//! Where a durable engine keeps its executions: state machines in versions, executions, their records, and activities.
//!
//! A [`Store`] takes [changes](Change) and says when they are durable. It knows nothing of what a record means: that is the
//! engine's. A [`StoreReader`] reads beside it. Two stores come with the crate: `SqliteStore`, one file (feature `sqlite`), and
//! [`MemoryStore`], for tests. Whatever else implements [`Store`] serves as well.
//!
//! ```
//! use bytes::Bytes;
//! use stepwright_runtime::Status;
//! use stepwright_runtime::clock::Timestamp;
//! use stepwright_runtime::store::{Change, MemoryStore, Store, StoredExecution, StoredListing};
//!
//! # fn main() -> Result<(), stepwright_runtime::store::StoreError> {
//! let mut store = MemoryStore::new();
//! let execution = StoredExecution {
//!     key: 1,
//!     arn: "arn:aws:states:us-east-1:123456789012:execution:orders:o-1".into(),
//!     name: "o-1".into(),
//!     machine: "orders".into(),
//!     machine_hash: "5f70bf18".into(),
//!     status: Status::Running,
//!     started: Timestamp::system(),
//!     stopped: None,
//!     child_of: None,
//!     listing: Some(StoredListing::default()),
//! };
//! store.commit(&[
//!     Change::Start { execution, data: Bytes::from_static(b"it starts") },
//!     Change::Append { key: 1, seq: 1, data: Bytes::from_static(b"it waits") },
//! ])?;
//!
//! let mut reader = store.reader()?;
//! assert_eq!(&*reader.open_executions()?[0].name, "o-1");
//! assert_eq!(reader.records(1)?, ["it starts", "it waits"]);
//! # Ok(()) }
//! ```

mod activity;
mod change;
mod document;
mod error;
mod execution;
mod filter;
#[doc(hidden)]
pub mod journal;
mod listing;
mod machine;
mod map_run;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::path::Path;

use bytes::Bytes;

use crate::clock::Timestamp;

pub use self::activity::StoredActivity;
pub use self::change::Change;
pub use self::document::StoredDocument;
pub use self::error::StoreError;
pub use self::execution::StoredExecution;
pub use self::filter::StoreFilter;
pub(crate) use self::listing::RangeRows;
pub use self::listing::{ListPosition, StoredListing, StoredOrigin, StoredPage};
pub use self::machine::StoredMachine;
pub use self::map_run::{StoredChild, StoredMapRun};
pub use self::memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::{Recovery, Restored, SqliteOptions, SqliteReader, SqliteStore};

/// Where executions are kept. One engine writes to it, from one thread.
pub trait Store: Send + 'static {
    /// Applies the changes in their order, in one transaction, and gives `Ok` when they are durable: they are there after the
    /// process is killed, or the machine loses power, in the next moment.
    ///
    /// # Errors
    ///
    /// Nothing of the changes is applied then. [`StoreError::Exists`] and [`StoreError::Conflict`] are about a change, all
    /// others about the store.
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError>;

    /// Checks that the files of the store are still the files that it opened. The journal calls this at least every two
    /// seconds, so that a deleted or replaced file is reported while the engine is idle.
    ///
    /// # Errors
    ///
    /// [`StoreError::Replaced`] when a file was deleted or replaced; any other error of the store.
    fn check(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Checks that the store can write. The journal calls this after a failed commit, when no other commit is queued. A
    /// store whose empty commit writes nothing writes a small change here, so that a full disk or a foreign lock is found.
    ///
    /// # Errors
    ///
    /// The error that a commit would return.
    fn probe(&mut self) -> Result<(), StoreError> {
        self.commit(&[])
    }

    /// A reader beside the writer, which sees what is committed. Several may be at work.
    ///
    /// # Errors
    ///
    /// What the store meets when it opens one.
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError>;
}

/// Reads what a [`Store`] has committed. Each call sees the commits of one moment; two calls may see two.
///
/// Every method fails with what the store meets: [`StoreError::Corrupt`], [`StoreError::Io`] and the like.
pub trait StoreReader: Send {
    /// The versions of all state machines, in the order in which they became the newest; the last of a name is its current one.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError>;

    /// The executions that are [running](crate::Status::Running), children of Map Runs among them, in the order of their keys.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError>;

    /// The execution with this ARN.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError>;

    /// The records of an execution, from `seq` 0 on without a gap; none when no execution has the key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when one is missing; what else the store meets.
    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError>;

    /// The Map Runs of an execution, in the order in which they were first written.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError>;

    /// The Map Run with this ARN.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError>;

    /// Returns the executions that pass the filter, newest first: by their start, then by their key, from the largest
    /// [position](StoredExecution::position) to the smallest. The children of a Map Run are in the order of their numbers instead, from the
    /// largest one.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError>;

    /// Returns a page of [`list`](Self::list). A store may return fewer executions than the filter's limit, so that one call does not read
    /// all executions to find a few; the page then names the position at which the next one continues.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        let more = filter.limit.map(|limit| limit.saturating_add(1));
        let executions = self.list(&StoreFilter {
            limit: more,
            ..filter.clone()
        })?;
        Ok(StoredPage::cut(executions, filter.limit))
    }

    /// Returns executions whose [listing](StoredExecution::listing) is missing, children of Map Runs among them: the first ones by key after
    /// `after`, at most `limit`. A store that does not store listings returns none.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn unlisted(&mut self, after: u64, limit: usize) -> Result<Vec<StoredExecution>, StoreError> {
        let _ = (after, limit);
        Ok(Vec::new())
    }

    /// The activities, by their ARNs.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError>;

    /// The documents, by their keys. A damaged one is logged and left out.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError>;

    /// Returns the document with this key.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        let mut documents = self.documents()?.into_iter();
        Ok(documents.find(|document| document.key == key))
    }

    /// Returns the latest time at which an execution of the store started or ended. An engine reads it once from a store that has no newest trusted
    /// time yet.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let rows = self.list(&StoreFilter::default())?.into_iter();
        Ok(rows
            .map(|row| row.stopped.unwrap_or(row.started).max(row.started))
            .max())
    }

    /// At most so many of the executions that are over and no children of a Map Run, from the one that ended first. With a time, those that started and ended before it.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError>;

    /// How many executions are over, without the children of Map Runs.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn closed_count(&mut self) -> Result<u64, StoreError>;

    /// Whether an execution, running or over, has the version of this hash.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError>;

    /// About how many bytes all that the store has takes, without the room that deleted executions left behind.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn bytes(&mut self) -> Result<u64, StoreError>;

    /// The largest key of an execution that is there, 0 when there is none. The key after it is free.
    ///
    /// # Errors
    ///
    /// What the store meets.
    fn last_key(&mut self) -> Result<u64, StoreError>;

    /// Writes a copy of the store, as it is at one moment of this call, to a new file. A store that cannot do that gives an error.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when there is a file already, or it cannot be written, or the store makes no copies; [`StoreError::Full`]; what reading
    /// meets.
    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        Err(StoreError::Io {
            path: None,
            doing: format!("write a backup to `{}`", to.display()),
            why: "it makes no copies".to_owned(),
        })
    }
}
