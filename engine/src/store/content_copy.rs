//! Copies the whole content of a store to another one.
//!
//! The content is read as the changes that write it, so the copy and the comparison afterwards have
//! the same order. While the copy is incomplete, the new store has a [document](KEY) that an engine
//! refuses. The last commit deletes it.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use hmac_sha256::Hash as Sha256;

use super::{
    Change, OutboxQueue, Store, StoreError, StoreReader, StoredDocument, StoredExecution,
    StoredMapRun,
};

/// The key of the document in an incomplete copy. Its content is the name of the copied store.
pub(crate) const KEY: &str = "engine/incomplete-copy";

/// The number of executions, and of messages, that are read together.
const PAGE: usize = 1_000;
/// The bytes of records that are read together.
const READ_BYTES: usize = 4 << 20;
/// The number of changes of a commit.
const COMMIT_CHANGES: usize = 500;
/// The bytes after which a commit has no further change.
const COMMIT_BYTES: usize = 4 << 20;

/// The progress of [`copy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyProgress {
    /// The store that is copied checks its own structures.
    Checking,
    /// Executions are copied.
    Copying {
        /// The number of executions that were read.
        done: u64,
        /// The number of all executions, with the children of Map Runs.
        all: u64,
    },
    /// The executions of the copy are read.
    Comparing {
        /// The number of executions that were read.
        done: u64,
        /// The number of all executions.
        all: u64,
    },
}

/// The counts of copied content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopiedContent {
    /// The number of versions of state machines.
    pub versions: u64,
    /// The number of executions, with the children of Map Runs.
    pub executions: u64,
    /// The number of records of executions.
    pub records: u64,
    /// The number of Map Runs.
    pub map_runs: u64,
    /// The number of activities.
    pub activities: u64,
    /// The number of documents.
    pub documents: u64,
    /// The number of messages of the outbox.
    pub messages: u64,
}

/// The reason why a store was not copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// One of the stores cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store that would be copied is damaged.
    #[error(
        "the store is not copied, because it has problems: {count}, the first of which is: {first}; `stepwright store check` lists all"
    )]
    Damaged {
        /// The number of problems.
        count: usize,
        /// The first one.
        first: String,
    },
    /// The other store is not empty.
    #[error("the new store has content already; name a file or a schema that does not exist")]
    NotEmpty,
    /// An earlier copy to the other store was interrupted.
    #[error(
        "an earlier copy to the new store was interrupted; delete the file, or drop the schema, and copy again"
    )]
    Interrupted,
    /// The copy differs from its original.
    #[error(
        "the copy differs from its original, which has {expected:?}, while the copy has {found:?}; no engine opens the copy, and this is a bug of Stepwright: report it"
    )]
    Different {
        /// The content of the original.
        expected: CopiedContent,
        /// The content of the copy.
        found: CopiedContent,
    },
}

/// Copies the whole content of a store to an empty one, and compares the copy. No engine may have
/// one of the stores open. `name` is the name of the copied store, for errors about an interrupted
/// copy: an engine refuses the new store until the copy is complete.
///
/// A part of the content is in memory at a time, and each commit is small.
///
#[cfg_attr(feature = "sqlite", doc = "```")]
#[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::store::{self, MemoryStore, SqliteStore, Store};
///
/// # let folder = tempfile::tempdir()?;
/// let from = SqliteStore::open(folder.path().join("orders.db"))?;
/// let mut to = MemoryStore::new();
/// let copied = store::copy(&mut *from.reader()?, "orders.db", &mut to, &mut |_| {})?;
/// assert_eq!(copied.executions, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`CopyError`]. The new store is then incomplete, and is to be deleted.
pub fn copy(
    from: &mut dyn StoreReader,
    name: &str,
    to: &mut dyn Store,
    progress: &mut dyn FnMut(CopyProgress),
) -> Result<CopiedContent, CopyError> {
    let mut copy = to.reader()?;
    check_complete(from)?;
    match check_complete(&mut *copy) {
        Err(StoreError::IncompleteCopy { .. }) => return Err(CopyError::Interrupted),
        checked => checked?,
    }
    if !is_empty(&mut *copy)? {
        return Err(CopyError::NotEmpty);
    }
    progress(CopyProgress::Checking);
    let problems = from.problems()?;
    if let Some(first) = problems.first() {
        return Err(CopyError::Damaged {
            count: problems.len(),
            first: first.why.clone(),
        });
    }
    to.commit(&[Change::Document(StoredDocument {
        key: KEY.to_owned(),
        data: Bytes::copy_from_slice(name.as_bytes()),
    })])?;
    let all = from.execution_count()?;
    let expected = write(from, to, &mut |done| {
        progress(CopyProgress::Copying { done, all });
    })?;
    let mut found = ContentDigest::default();
    let mut each = |change: Change| {
        found.add(&change);
        Ok(())
    };
    read_machines(&mut *copy, &mut each)?;
    read_executions(&mut *copy, &mut each, &mut |done| {
        progress(CopyProgress::Comparing { done, all });
    })?;
    read_others(&mut *copy, &mut each)?;
    let (expected, found) = (expected.finish(), found.finish());
    if expected != found {
        return Err(CopyError::Different {
            expected: expected.0,
            found: found.0,
        });
    }
    to.commit(&[Change::DeleteDocument {
        key: KEY.to_owned(),
    }])?;
    Ok(found.0)
}

/// Fails for a store into which a copy was interrupted.
pub(crate) fn check_complete(reader: &mut dyn StoreReader) -> Result<(), StoreError> {
    match reader.document(KEY)? {
        None => Ok(()),
        Some(document) => Err(StoreError::IncompleteCopy {
            from: String::from_utf8_lossy(&document.data).into_owned(),
        }),
    }
}

fn is_empty(reader: &mut dyn StoreReader) -> Result<bool, StoreError> {
    for queue in OutboxQueue::ALL {
        if reader.outbox_length(queue)? > 0 {
            return Ok(false);
        }
    }
    Ok(reader.scan(i64::MIN, 1)?.is_empty()
        && reader.machines()?.is_empty()
        && reader.activities()?.is_empty()
        && reader.documents()?.is_empty())
}

/// Writes the content of a store to another one.
fn write(
    from: &mut dyn StoreReader,
    to: &mut dyn Store,
    progress: &mut dyn FnMut(u64),
) -> Result<ContentDigest, StoreError> {
    let mut writer = ContentWriter::new(to);
    read_machines(from, &mut |change| writer.add(change))?;
    writer.commit()?;
    read_executions(from, &mut |change| writer.add(change), progress)?;
    let digest = writer.digest.clone();
    while !writer.deferred.is_empty() {
        let deferred = std::mem::take(&mut writer.deferred);
        for key in &deferred {
            for row in from.scan(key.saturating_sub(1), 1)? {
                let row = row.execution?;
                let runs = from.map_runs(row.key)?;
                read_execution(from, row, None, &mut |change| writer.add(change))?;
                for run in runs {
                    writer.add(Change::MapRun(run))?;
                }
            }
        }
        if writer.deferred.len() == deferred.len() {
            return Err(StoreError::Corrupt {
                path: None,
                why: format!("the Map Runs of these executions are missing: {deferred:?}"),
            });
        }
    }
    writer.commit()?;
    // The executions that were read twice count once.
    (writer.digest, writer.is_deferring) = (digest, false);
    read_others(from, &mut |change| writer.add(change))?;
    writer.commit()?;
    Ok(writer.digest)
}

/// Writes changes in commits of bounded size.
struct ContentWriter<'a> {
    to: &'a mut dyn Store,
    changes: Vec<Change>,
    bytes: usize,
    digest: ContentDigest,
    /// The hashes of the ARNs of the Map Runs that were written.
    runs: HashSet<u64>,
    /// The children whose Map Runs were not written when they were read. An engine gives a child a
    /// larger key than its parent, so there are none in its stores.
    deferred: Vec<i64>,
    /// Whether the execution that is being read is one of them.
    is_deferring: bool,
}

impl<'a> ContentWriter<'a> {
    fn new(to: &'a mut dyn Store) -> Self {
        Self {
            to,
            changes: Vec::new(),
            bytes: 0,
            digest: ContentDigest::default(),
            runs: HashSet::new(),
            deferred: Vec::new(),
            is_deferring: false,
        }
    }

    fn add(&mut self, change: Change) -> Result<(), StoreError> {
        self.digest.add(&change);
        match &change {
            Change::Start { execution, .. } => {
                let child = execution.child_of.as_ref();
                self.is_deferring =
                    child.is_some_and(|child| !self.runs.contains(&hash(&child.map_run)));
                if self.is_deferring {
                    let key = i64::try_from(execution.key).unwrap_or(i64::MAX);
                    self.deferred.push(key);
                }
            }
            Change::MapRun(run) if !self.is_deferring => {
                self.runs.insert(hash(&run.arn));
            }
            _ => {}
        }
        if self.is_deferring {
            return Ok(());
        }
        self.bytes += change.size();
        self.changes.push(change);
        if self.changes.len() >= COMMIT_CHANGES || self.bytes >= COMMIT_BYTES {
            self.commit()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.bytes = 0;
        if self.changes.is_empty() {
            return Ok(());
        }
        self.to.commit(&std::mem::take(&mut self.changes))
    }
}

fn hash(arn: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    arn.hash(&mut hasher);
    hasher.finish()
}

/// A function that takes each change.
type Each<'a> = dyn FnMut(Change) -> Result<(), StoreError> + 'a;

fn read_machines(reader: &mut dyn StoreReader, each: &mut Each<'_>) -> Result<(), StoreError> {
    let machines = reader.machines()?.into_iter();
    machines.map(Change::Machine).try_for_each(each)
}

/// Reads the executions in the order of their keys.
fn read_executions(
    reader: &mut dyn StoreReader,
    each: &mut Each<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let (mut done, mut after) = (0, i64::MIN);
    loop {
        let page = reader.scan(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.key;
        let rows = page.into_iter().map(|row| row.execution);
        let rows: Vec<StoredExecution> = rows.collect::<Result<_, _>>()?;
        let keys: Vec<u64> = rows.iter().map(|row| row.key).collect();
        let mut runs = reader.map_runs_of(&keys)?;
        let mut records = VecDeque::new();
        for (at, row) in rows.into_iter().enumerate() {
            if records.is_empty() {
                records = reader.records_of(&keys[at..], READ_BYTES)?.into();
            }
            let of_row = runs.extract_if(.., |run| run.execution == row.key);
            let of_row: Vec<StoredMapRun> = of_row.collect();
            read_execution(reader, row, records.pop_front(), each)?;
            of_row
                .into_iter()
                .map(Change::MapRun)
                .try_for_each(&mut *each)?;
            done += 1;
            progress(done);
        }
    }
}

/// Reads an execution, with its records if they are not given. Its Map Runs are not read.
fn read_execution(
    reader: &mut dyn StoreReader,
    row: StoredExecution,
    records: Option<Vec<Bytes>>,
    each: &mut Each<'_>,
) -> Result<(), StoreError> {
    let key = row.key;
    let mut start = Some(row);
    let mut seq = 0_u32;
    let mut pass = |records: Vec<Bytes>, each: &mut Each<'_>| {
        for data in records {
            each(match start.take() {
                Some(execution) => Change::Start { execution, data },
                None => Change::Append { key, seq, data },
            })?;
            seq = seq.saturating_add(1);
        }
        Ok::<u32, StoreError>(seq)
    };
    match records {
        Some(records) => {
            pass(records, each)?;
        }
        None => {
            let mut next = 0;
            loop {
                let records = reader.records_from(key, next, READ_BYTES)?;
                if records.is_empty() {
                    break;
                }
                next = pass(records, each)?;
            }
        }
    }
    match start {
        None => Ok(()),
        Some(_) => Err(StoreError::Corrupt {
            path: None,
            why: format!("execution {key} has no record 0"),
        }),
    }
}

/// Reads the activities, the documents and the outbox.
fn read_others(reader: &mut dyn StoreReader, each: &mut Each<'_>) -> Result<(), StoreError> {
    let activities = reader.activities()?.into_iter();
    activities.map(Change::Activity).try_for_each(&mut *each)?;
    let documents = reader.documents()?.into_iter();
    let documents = documents.filter(|document| document.key != KEY);
    documents.map(Change::Document).try_for_each(&mut *each)?;
    for queue in OutboxQueue::ALL {
        let mut after = 0;
        loop {
            let page = reader.outbox(queue, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.number;
            for message in page {
                let number = message.number;
                let data = message.data.ok_or_else(|| StoreError::Corrupt {
                    path: None,
                    why: format!("the message {number} of the outbox is damaged"),
                })?;
                each(Change::PutMessage {
                    queue,
                    number,
                    data,
                })?;
            }
        }
    }
    Ok(())
}

/// Counts the content, and hashes it in its order.
#[derive(Clone, Default)]
struct ContentDigest {
    hash: Sha256,
    content: CopiedContent,
}

impl ContentDigest {
    fn add(&mut self, change: &Change) {
        let content = &mut self.content;
        let (count, text, data): (_, String, &[u8]) = match change {
            Change::Machine(machine) => (&mut content.versions, format!("{machine:?}"), &[]),
            Change::Start { execution, data } => {
                content.records += 1;
                (&mut content.executions, format!("{execution:?}"), data)
            }
            Change::Append { key, seq, data } => {
                (&mut content.records, format!("{key} {seq}"), data)
            }
            Change::MapRun(run) => (
                &mut content.map_runs,
                format!("{} {}", run.execution, run.arn),
                &run.data,
            ),
            Change::Activity(activity) => (&mut content.activities, format!("{activity:?}"), &[]),
            Change::Document(document) => {
                (&mut content.documents, document.key.clone(), &document.data)
            }
            Change::PutMessage {
                queue,
                number,
                data,
            } => (&mut content.messages, format!("{queue:?} {number}"), data),
            // No other change is read.
            _ => return,
        };
        *count += 1;
        for part in [text.as_bytes(), data] {
            self.hash.update((part.len() as u64).to_le_bytes());
            self.hash.update(part);
        }
    }

    fn finish(self) -> (CopiedContent, [u8; 32]) {
        (self.content, self.hash.finalize())
    }
}
