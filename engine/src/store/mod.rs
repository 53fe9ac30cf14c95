//! Stores for durable engines: versions of state machines, executions, their records, and
//! activities.
//!
//! A [`Store`] commits [changes](Change). It does not interpret the records of executions, which
//! belong to the engine. A [`StoreReader`] reads concurrently. Two stores come with the crate:
//! `SqliteStore`, one file (feature `sqlite`), and [`MemoryStore`], for tests. You can implement
//! [`Store`] for others.
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! use bytes::Bytes;
//! use stepwright_runtime::Status;
//! use stepwright_runtime::clock::{self, Timestamp};
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
//!     started: clock::system_time(),
//!     stopped: None,
//!     child_of: None,
//!     listing: StoredListing::default(),
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
mod content;
pub(crate) mod content_copy;
mod derived_error;
mod document;
mod error;
mod execution;
pub(crate) mod filter;
#[doc(hidden)]
pub mod journal;
mod lease;
mod listing;
mod machine;
mod machine_count;
mod map_run;
pub(crate) mod masked_fields;
pub(crate) mod memory;
mod outbox;
mod page;
mod patient_reader;
mod problem;
mod scanned;
#[cfg(feature = "sqlite")]
mod sqlite;
mod unreadable_row;
mod view;

use std::path::Path;

use bytes::Bytes;
use stepwright_asl::redaction::Redaction;

use crate::clock::Timestamp;
use crate::statistics::StoreSize;

pub use self::activity::StoredActivity;
pub use self::change::Change;
pub use self::content::{OldestExecution, StatusCounts, StoreContent, StoredMachineInfo};
pub use self::content_copy::{CopiedContent, CopyError, CopyProgress, copy};
pub use self::derived_error::DerivedError;
pub use self::document::StoredDocument;
pub use self::error::StoreError;
pub use self::execution::StoredExecution;
pub use self::filter::StoreFilter;
pub use self::lease::{LeaseRequest, StoreLease};
pub(crate) use self::listing::RangeRows;
pub use self::listing::{ListPosition, StoredListing, StoredOrigin};
pub use self::machine::StoredMachine;
pub use self::machine_count::MachineCount;
pub use self::map_run::{StoredChild, StoredMapRun};
pub use self::memory::MemoryStore;
pub use self::outbox::{OutboxQueue, StoredMessage};
pub use self::page::StoredPage;
pub(crate) use self::patient_reader::PatientReader;
pub use self::problem::{ProblemKind, StoreProblem};
pub(crate) use self::problem::{Problems, reason};
pub use self::scanned::{ScannedExecution, ScannedRecord};
#[cfg(feature = "sqlite")]
pub(crate) use self::sqlite::set_defenses;
#[cfg(feature = "sqlite")]
pub use self::sqlite::{
    CompactReport, Recovery, RestoreReport, SqliteOptions, SqliteReader, SqliteStore, SqliteView,
    StoreInfo, StoreSession,
};
pub use self::unreadable_row::UnreadableRow;
pub use self::view::StoreView;

/// A durable store of executions. One engine writes to it, from one thread.
pub trait Store: Send + 'static {
    /// Applies the changes in their order, in one transaction, and returns `Ok` when they are
    /// durable: they survive a kill of the process and a loss of power.
    ///
    /// # Errors
    ///
    /// On an error, all changes are applied or none. [`StoreError::Exists`] and
    /// [`StoreError::Conflict`] concern a change; then none is applied. All others concern the
    /// store. After a [transient](StoreError::may_pass) one, the journal reads whether the changes
    /// were applied.
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError>;

    /// Checks that the files of the store are still the files that it opened. The journal calls
    /// this at least every two seconds, so that a deleted or replaced file is reported while the
    /// engine is idle.
    ///
    /// # Errors
    ///
    /// [`StoreError::Replaced`] when a file was deleted or replaced; any other error of the store.
    fn check(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Checks that the store can write. The journal calls this after a failed commit, when no other
    /// commit is queued. A store whose empty commit writes nothing writes a small change here, so
    /// that a full disk or a foreign lock is found.
    ///
    /// # Errors
    ///
    /// The error that a commit would return.
    fn probe(&mut self) -> Result<(), StoreError> {
        self.commit(&[])
    }

    /// Ends what earlier commits left open: when this returns `Ok`, a commit that returned a
    /// [transient](StoreError::may_pass) error is applied, or never will be. The journal calls this
    /// before it reads whether it was. A store whose commits end with their calls does nothing.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Returns which of these ARNs belong to executions in the store, by their positions in `arns`.
    /// The journal calls this after a transaction that failed with [`StoreError::Exists`], and
    /// commits the other starts as one transaction. A store may return none; then the journal
    /// commits each start separately.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        let _ = arns;
        Ok(Vec::new())
    }

    /// Returns the sizes of the store's files, for the [statistics](crate::Engine::statistics);
    /// `None` if they are not known. The journal calls this at most once a second.
    fn size(&mut self) -> Option<StoreSize> {
        None
    }

    /// Returns the lease of a store that another engine may take over. An engine asks for it once.
    fn lease(&self) -> Option<StoreLease> {
        None
    }

    /// Opens a reader, which sees committed data and is independent of the writer. Several readers
    /// may be open.
    ///
    /// # Errors
    ///
    /// The errors of opening it.
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError>;
}

impl Store for Box<dyn Store> {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        (**self).commit(changes)
    }

    fn check(&mut self) -> Result<(), StoreError> {
        (**self).check()
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        (**self).probe()
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        (**self).settle()
    }

    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        (**self).existing(arns)
    }

    fn size(&mut self) -> Option<StoreSize> {
        (**self).size()
    }

    fn lease(&self) -> Option<StoreLease> {
        (**self).lease()
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        (**self).reader()
    }
}

/// Reads the committed data of a [`Store`]. Each call sees one snapshot; two calls may see
/// different ones.
///
/// Every method may fail with an error of the store: [`StoreError::Corrupt`] or [`StoreError::Io`],
/// for example.
pub trait StoreReader: Send {
    /// Returns the versions of all state machines, in the order in which they became the newest;
    /// the last one of a name is its current one.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError>;

    /// Returns the [running](crate::Status::Running) executions, including children of Map Runs, in
    /// the order of their keys.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError>;

    /// Returns the rows that the last call of [`open_executions`](Self::open_executions) omitted,
    /// because one damaged row must not stop an engine. The engine puts these executions into
    /// quarantine.
    fn unreadable_rows(&mut self) -> Vec<UnreadableRow> {
        Vec::new()
    }

    /// Returns the executions after this key, in the order of keys, at most `limit`, with the
    /// children of Map Runs. A row that cannot be interpreted is returned with the reason. The
    /// first call has [`i64::MIN`].
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn scan(&mut self, after: i64, limit: usize) -> Result<Vec<ScannedExecution>, StoreError> {
        let mut all = self.list(&StoreFilter::default())?;
        let mut read = 0;
        while let Some(row) = all.get(read) {
            read += 1;
            for run in self.map_runs(row.key)? {
                all.extend(self.list(&StoreFilter {
                    map_run: Some(run.arn),
                    ..StoreFilter::default()
                })?);
            }
        }
        let mut rows: Vec<_> = all.into_iter().map(ScannedExecution::from).collect();
        rows.retain(|row| row.key > after);
        rows.sort_by_key(|row| row.key);
        rows.truncate(limit);
        Ok(rows)
    }

    /// Returns the execution with this ARN, also if its row cannot be interpreted.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn scan_one(&mut self, arn: &str) -> Result<Option<ScannedExecution>, StoreError> {
        Ok(self.execution(arn)?.map(ScannedExecution::from))
    }

    /// Returns the records of an execution as they are in the store, also if some are missing or
    /// damaged.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn scan_records(&mut self, key: i64) -> Result<Vec<ScannedRecord>, StoreError> {
        let records = self.records(u64::try_from(key).unwrap_or(u64::MAX))?;
        let records = (0..).zip(records).map(|(seq, data)| ScannedRecord {
            seq,
            data,
            is_whole: true,
        });
        Ok(records.collect())
    }

    /// Returns the number of executions, with the children of Map Runs.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn execution_count(&mut self) -> Result<u64, StoreError> {
        Ok(self.scan(i64::MIN, usize::MAX)?.len() as u64)
    }

    /// Returns the damage that the store finds in its own structures: damaged pages and checksums,
    /// rows that cannot be interpreted, and references to missing rows.
    ///
    /// # Errors
    ///
    /// The errors of the store, except damage.
    fn problems(&mut self) -> Result<Vec<StoreProblem>, StoreError> {
        Ok(Vec::new())
    }

    /// Returns the execution with this ARN.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError>;

    /// Returns the execution with this key.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        let mut rows = self.list(&StoreFilter::default())?.into_iter();
        Ok(rows.find(|row| row.key == key))
    }

    /// Returns the records of an execution, from `seq` 0 on without a gap; none when no execution
    /// has the key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a record is missing; the other errors of the store.
    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError>;

    /// Returns the records of an execution from this `seq` on, without a gap: at least one if it
    /// exists, and further ones while all have at most `max_bytes`. A store may return more.
    ///
    /// # Errors
    ///
    /// The errors of [`records`](Self::records).
    fn records_from(
        &mut self,
        key: u64,
        seq: u32,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, StoreError> {
        let _ = max_bytes;
        let mut records = self.records(key)?;
        let from = usize::try_from(seq).unwrap_or(usize::MAX);
        Ok(records.split_off(from.min(records.len())))
    }

    /// Returns all records of the first of these executions, as long as those of all have at most
    /// `max_bytes` together; possibly none. The caller reads the records of the next execution
    /// alone, which may be damaged. A store that answers many small queries as fast as a large one
    /// returns none.
    ///
    /// # Errors
    ///
    /// The errors of [`records`](Self::records).
    fn records_of(
        &mut self,
        keys: &[u64],
        max_bytes: usize,
    ) -> Result<Vec<Vec<Bytes>>, StoreError> {
        let _ = (keys, max_bytes);
        Ok(Vec::new())
    }

    /// Returns the last record of an execution, with its `seq`; none when no execution has the key.
    /// A store may also return none for an execution with one record.
    ///
    /// # Errors
    ///
    /// The errors of [`records`](Self::records).
    fn last_record(&mut self, key: u64) -> Result<Option<(u32, Bytes)>, StoreError> {
        let records = (0..).zip(self.records(key)?);
        Ok(records.last())
    }

    /// Returns the Map Runs of an execution, in the order in which they were first written.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError>;

    /// Returns the Map Runs of these executions, those of each in the order of
    /// [`map_runs`](Self::map_runs).
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn map_runs_of(&mut self, executions: &[u64]) -> Result<Vec<StoredMapRun>, StoreError> {
        let mut all = Vec::new();
        for key in executions {
            all.extend(self.map_runs(*key)?);
        }
        Ok(all)
    }

    /// Returns the Map Run with this ARN.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError>;

    /// Returns the executions that pass the filter, newest first: by their start, then by their
    /// key, from the largest [position](StoredExecution::position) to the smallest. The children of
    /// a Map Run are in the order of their numbers instead, from the largest one.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError>;

    /// Returns a page of [`list`](Self::list). A store may return fewer executions than the
    /// filter's limit, so that one call does not read all executions to find a few; the page then
    /// names the position at which the next one continues.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        let more = filter.limit.map(|limit| limit.saturating_add(1));
        let executions = self.list(&StoreFilter {
            limit: more,
            ..filter.clone()
        })?;
        Ok(StoredPage::cut(executions, filter.limit))
    }

    /// Returns the numbers of executions of each state machine and status, without the children of
    /// Map Runs; no zeros.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    fn counts(&mut self) -> Result<Vec<MachineCount>, StoreError> {
        Ok(MachineCount::of(self.list(&StoreFilter::default())?))
    }

    /// Returns the activities, by their ARNs.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError>;

    /// Returns the documents, by their keys. A damaged document is logged and omitted.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError>;

    /// Returns the document with this key.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        let mut documents = self.documents()?.into_iter();
        Ok(documents.find(|document| document.key == key))
    }

    /// Returns the fields that the engines of this store mask in output for people
    /// ([`EngineBuilder::redact`](crate::EngineBuilder::redact), `#[payload(redact)]`), also those
    /// of definitions that no engine has any more.
    ///
    /// # Errors
    ///
    /// The errors of the store, and [`StoreError::Corrupt`] when the fields cannot be read.
    fn masked_fields(&mut self) -> Result<Redaction, StoreError> {
        masked_fields::read(self)
    }

    /// Returns the first messages of a queue of the outbox with a larger number than `after`, at
    /// most `limit`, in the order of their numbers. A store that accepts no [`Change::Send`]
    /// returns none.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let _ = (queue, after, limit);
        Ok(Vec::new())
    }

    /// Returns the number of messages in a queue of the outbox.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn outbox_length(&mut self, queue: OutboxQueue) -> Result<u64, StoreError> {
        let messages = self.outbox(queue, 0, usize::MAX)?;
        Ok(messages.len() as u64)
    }

    /// Returns the latest time at which an execution of the store started or ended. An engine reads
    /// it once from a store that has no newest trusted time yet.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let rows = self.list(&StoreFilter::default())?.into_iter();
        Ok(rows
            .map(|row| row.stopped.unwrap_or(row.started).max(row.started))
            .max())
    }

    /// Returns at most this number of closed executions, without children of Map Runs, beginning
    /// with the one that ended first. If a time is given, only executions that started and ended
    /// before it.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError>;

    /// Returns the number of closed executions, without children of Map Runs.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn closed_count(&mut self) -> Result<u64, StoreError>;

    /// Whether an execution, running or closed, uses the version with this hash.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError>;

    /// Returns about how many bytes the content of the store takes, without the free space of
    /// deleted executions.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn bytes(&mut self) -> Result<u64, StoreError>;

    /// Returns the largest key of an execution, 0 when there is none. The next key is free.
    ///
    /// # Errors
    ///
    /// The errors of the store.
    fn last_key(&mut self) -> Result<u64, StoreError>;

    /// Writes a copy of the store, as it is at one moment of this call, to a new file. A store
    /// without this feature returns an error.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the file exists, or cannot be written, or the store makes no copies;
    /// [`StoreError::Full`]; the errors of reading the store.
    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        Err(StoreError::Io {
            path: None,
            doing: format!("write a backup to `{}`", to.display()),
            why: "it makes no copies".to_owned(),
        })
    }
}
