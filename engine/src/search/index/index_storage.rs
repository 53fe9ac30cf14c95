//! The interface between an index and the tables that it is stored in.

use std::collections::HashMap;
use std::fmt;

use crate::clock::Timestamp;
use crate::store::{DerivedError, ListPosition, StoreError, StoreReader, StoredExecution};

/// Where an [`ExecutionIndex`](super::ExecutionIndex) is stored, and the store that it follows.
/// With a file, that is a file next to it; `stepwright-postgres` has tables next to those of the
/// store.
///
/// One thread writes the tables, and another one may search in them.
pub trait IndexStorage: fmt::Debug + Send + Sync + 'static {
    /// Returns the name of the index for people, as the subject of a sentence.
    fn name(&self) -> String;

    /// Opens the tables for writing, and creates them if they are missing.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn open(&self) -> Result<Box<dyn IndexTables>, DerivedError>;

    /// Removes all entries and the masks, and opens the tables. Reports the reason in the log.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn replace(&self, why: &str) -> Result<Box<dyn IndexTables>, DerivedError>;

    /// Opens the tables for searching.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn searcher(&self) -> Result<Box<dyn IndexSearcher>, DerivedError>;

    /// Opens the store, for finding what has changed.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn store(&self) -> Result<Box<dyn IndexedStore>, StoreError>;

    /// Opens a reader of the store, for the data of executions.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError>;
}

/// The tables of an index, as its thread reads and writes them. The methods fail with errors of the
/// tables.
pub trait IndexTables: Send {
    /// Returns the masks of all entries; `None` if there are no entries and no masks yet.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn masks(&mut self) -> Result<Option<String>, DerivedError>;

    /// Sets the masks of empty tables.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn set_masks(&mut self, masks: &str) -> Result<(), DerivedError>;

    /// Returns the entries with keys after `after`, up to `to`.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn entries(&mut self, after: i64, to: i64) -> Result<HashMap<i64, IndexEntry>, DerivedError>;

    /// Returns the keys of the entries without an end.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn open_keys(&mut self) -> Result<Vec<i64>, DerivedError>;

    /// Returns the largest key; 0 without entries.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn last_key(&mut self) -> Result<i64, DerivedError>;

    /// Returns the ARN and the start of the newest execution: the last one by its start, then by
    /// its key.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn newest(&mut self) -> Result<Option<(String, Timestamp)>, DerivedError>;

    /// Applies changes in one transaction.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn write(&mut self, changes: &[IndexChange]) -> Result<(), DerivedError>;
}

/// An execution in an index, without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its ARN.
    pub arn: String,
    /// When it started, in microseconds.
    pub started: i64,
    /// When it ended, in microseconds; `None` while it runs.
    pub stopped: Option<i64>,
}

impl IndexEntry {
    pub(super) fn of(row: &StoredExecution) -> Self {
        Self {
            arn: row.arn.to_string(),
            started: row.started.unix_micros(),
            stopped: row.stopped.map(|stopped| stopped.unix_micros()),
        }
    }

    /// Whether the texts of the entry are those of the execution. An execution has other texts
    /// after it ended, and after it was redriven; and a restored backup can have another execution
    /// with the same key.
    pub(super) fn is_of(&self, row: &StoredExecution) -> bool {
        *self == Self::of(row)
    }
}

/// A change of the tables of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexChange {
    /// Adds an execution, or replaces it.
    Write {
        /// Its key.
        key: i64,
        /// The execution.
        entry: IndexEntry,
        /// Its input, its output, its error name and its cause.
        texts: [String; 4],
    },
    /// Removes an execution, if the tables have it.
    Remove {
        /// Its key.
        key: i64,
    },
}

impl IndexChange {
    pub(super) fn write(row: &StoredExecution, texts: [String; 4]) -> Option<Self> {
        let key = i64::try_from(row.key).ok()?;
        let entry = IndexEntry::of(row);
        Some(Self::Write { key, entry, texts })
    }

    /// The bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Write { texts, .. } => texts.iter().map(String::len).sum(),
            Self::Remove { .. } => 0,
        }
    }
}

/// The tables of an index, as a search reads them.
pub trait IndexSearcher: Send {
    /// Calls `visit` for each candidate after the position, from the newest one on, until it
    /// returns `false`. The candidates include all executions whose texts contain the text.
    ///
    /// # Errors
    ///
    /// Those of the tables and of the store.
    fn search(
        &mut self,
        query: &IndexQuery<'_>,
        visit: &mut dyn FnMut(IndexCandidate) -> bool,
    ) -> Result<(), DerivedError>;
}

/// A search in an index.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IndexQuery<'a> {
    /// The text.
    pub text: &'a str,
    /// Some of its parts of three characters, which one execution has in its texts together. None
    /// if the text is too short; then all executions are candidates.
    pub trigrams: Vec<[char; 3]>,
    /// The search begins after this position in the order of lists.
    pub after: Option<ListPosition>,
}

/// An execution that was compared with a text.
#[derive(Clone, Debug)]
pub struct IndexCandidate {
    /// Its key.
    pub key: i64,
    /// When it started, in microseconds.
    pub started: i64,
    /// The execution with this key in the store, if one of the texts contains the text.
    pub found: Option<StoredExecution>,
}

/// The store of an index, as it is read to find the changes. The methods fail with errors of the
/// store.
pub trait IndexedStore: Send {
    /// Returns whether a commit may have changed the store since the last call.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn has_changed(&mut self) -> Result<bool, StoreError>;

    /// Returns executions after a key in the order of keys, with the children of Map Runs. A
    /// damaged row has a key and no execution.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Option<StoredExecution>)>, StoreError>;

    /// Returns those of the executions with these keys that exist.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn executions(&mut self, keys: &[i64]) -> Result<Vec<StoredExecution>, StoreError>;

    /// Returns the keys of the running executions, without the children of Map Runs.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn open_keys(&mut self) -> Result<Vec<i64>, StoreError>;
}

/// Returns all parts of three characters of the texts of an entry, which
/// [`IndexQuery::trigrams`] are compared with. They are in no order, and repeat.
pub fn trigrams(text: &str) -> impl Iterator<Item = [char; 3]> + '_ {
    let thirds = text
        .chars()
        .zip(text.chars().skip(1))
        .zip(text.chars().skip(2));
    thirds.map(|((first, second), third)| [first, second, third])
}
