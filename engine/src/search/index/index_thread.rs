//! The thread that follows a store and adds its executions to the index.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::Duration;

use stepwright_asl::redaction::Redaction;

use super::index_state::IndexState;
use super::index_storage::{IndexChange, IndexStorage, IndexTables};
use super::store_view::StoreView;
use crate::search::execution_search::IndexedExecution;
use crate::store::{DerivedError, StoredExecution};

/// How many executions are compared with the store at once.
const CHUNK: usize = 256;
/// After how many bytes of texts a transaction ends.
const BATCH_BYTES: usize = 1024 * 1024;
/// How often the thread looks for changes of the store.
const PAUSE: Duration = Duration::from_millis(500);
/// How long it waits after the store could not be read.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// How often damaged tables are replaced in the lifetime of a program.
const MOST_REPLACEMENTS: u64 = 3;

/// A request to the thread.
pub(super) enum IndexRequest {
    /// Answers when the index has everything that was committed before the request.
    CatchUp(SyncSender<()>),
}

/// Follows a store, and writes the index.
pub(super) struct IndexThread {
    pub(super) storage: Arc<dyn IndexStorage>,
    /// What the texts of the index lack.
    pub(super) redaction: Redaction,
    pub(super) state: Arc<IndexState>,
    pub(super) requests: Receiver<IndexRequest>,
}

/// The tables and the store while they are open.
struct OpenIndex {
    tables: Box<dyn IndexTables>,
    store: StoreView,
    /// The key up to which the current sweep compared the index with the store.
    swept: i64,
    /// The key up to which new executions were compared, with those that have no entry.
    followed: i64,
    /// Whether one sweep is complete.
    is_complete: bool,
    /// Whether the store may have changed since the last step.
    is_behind: bool,
}

impl IndexThread {
    /// Runs until the index is dropped, or cannot be written.
    pub(super) fn run(self) {
        // Callers that wait are released after the reason for the stop is set.
        let mut waiting = Vec::new();
        if let Err(error) = self.follow(&mut waiting) {
            let name = self.storage.name();
            tracing::warn!("{name} stops, and the engine continues without it: {error}");
            self.state.lock().stopped = Some(error.to_string());
        }
    }

    /// Opens the tables. Those whose texts have other masks are replaced.
    fn open(&self) -> Result<Box<dyn IndexTables>, DerivedError> {
        let mut tables = self.storage.open()?;
        let why = match self.has_masks(&mut *tables) {
            Ok(true) => return Ok(tables),
            Ok(false) => "the masked fields have changed".to_owned(),
            Err(DerivedError::Damaged(why)) => why,
            Err(error) => return Err(error),
        };
        drop(tables);
        self.new_tables(&why)
    }

    /// Replaces the tables.
    fn new_tables(&self, why: &str) -> Result<Box<dyn IndexTables>, DerivedError> {
        let mut tables = self.storage.replace(why)?;
        self.has_masks(&mut *tables)?;
        Ok(tables)
    }

    /// Returns whether the texts have the masks of this index. Empty tables get them.
    fn has_masks(&self, tables: &mut dyn IndexTables) -> Result<bool, DerivedError> {
        let masks = format!("{:?}", self.redaction);
        if let Some(found) = tables.masks()? {
            return Ok(found == masks);
        }
        tables.set_masks(&masks)?;
        Ok(true)
    }

    fn follow(&self, waiting: &mut Vec<SyncSender<()>>) -> Result<(), DerivedError> {
        let mut tables = None;
        let mut open = None;
        let mut is_store_reported = false;
        loop {
            let step = self.step(&mut tables, &mut open);
            let pause = match step {
                // There is more to do.
                Ok(true) => None,
                Ok(false) => {
                    is_store_reported = false;
                    for waiting in waiting.drain(..) {
                        // The caller may have stopped waiting.
                        let _ = waiting.send(());
                    }
                    Some(PAUSE)
                }
                Err(DerivedError::Damaged(why)) => {
                    open = None;
                    tables = Some(self.replace(&why)?);
                    None
                }
                Err(DerivedError::Unusable(why)) => return Err(DerivedError::Unusable(why)),
                Err(DerivedError::Store(error)) => {
                    open = None;
                    if !std::mem::replace(&mut is_store_reported, true) {
                        tracing::warn!(%error, "the index waits, because it cannot read the store");
                    }
                    Some(LONG_PAUSE)
                }
            };
            let request = match pause {
                Some(pause) => match self.requests.recv_timeout(pause) {
                    Ok(request) => Some(request),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                },
                None => match self.requests.try_recv() {
                    Ok(request) => Some(request),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return Ok(()),
                },
            };
            if let Some(IndexRequest::CatchUp(answer)) = request {
                waiting.push(answer);
            }
        }
    }

    /// Replaces the damaged tables.
    fn replace(&self, why: &str) -> Result<Box<dyn IndexTables>, DerivedError> {
        if self.state.lock().generation > MOST_REPLACEMENTS {
            return Err(DerivedError::Unusable(format!(
                "it was damaged several times: {why}"
            )));
        }
        let tables = self.new_tables(why)?;
        self.note_tables();
        Ok(tables)
    }

    /// Records that there are new tables. Readers of the earlier ones may still report damage.
    fn note_tables(&self) {
        let mut progress = self.state.lock();
        progress.generation += 1;
        progress.indexed_to = None;
        progress.is_damaged = false;
    }

    /// Does a bounded amount of work. Returns whether there is more.
    fn step(
        &self,
        tables: &mut Option<Box<dyn IndexTables>>,
        open: &mut Option<OpenIndex>,
    ) -> Result<bool, DerivedError> {
        if self.state.lock().is_damaged {
            let why = "a reader found damage".to_owned();
            return Err(DerivedError::Damaged(why));
        }
        let open = match open {
            Some(open) => open,
            None => {
                let tables = match tables.take() {
                    Some(tables) => tables,
                    None => self.open()?,
                };
                if self.state.lock().generation == 0 {
                    self.note_tables();
                }
                open.insert(OpenIndex {
                    tables,
                    store: StoreView::open(&*self.storage, &self.redaction)?,
                    swept: i64::MIN,
                    followed: i64::MIN,
                    is_complete: false,
                    is_behind: true,
                })
            }
        };
        let more = open.step()?;
        let is_newest = open.is_complete && !more;
        let newest = open.tables.newest()?;
        self.state.lock().indexed_to = newest.map(|(id, started)| IndexedExecution {
            id,
            started,
            is_newest,
        });
        Ok(more)
    }
}

/// A chunk of the store that was compared.
struct ComparedChunk {
    /// The key of its last execution.
    last: i64,
    /// Whether more executions may follow.
    is_full: bool,
}

impl OpenIndex {
    fn step(&mut self) -> Result<bool, DerivedError> {
        // The first sweep finds all differences. The later ones find deleted executions.
        if self.is_complete {
            self.is_behind |= self.store.has_changed()?;
            if self.is_behind {
                // After newer executions were deleted, an engine that starts uses their keys again.
                self.followed = self.followed.min(self.store.last_key()?);
                let compared = self.compare(self.followed)?;
                // Not the newest entry: the children of Map Runs have no entries.
                self.followed = compared.last;
                if compared.is_full {
                    return Ok(true);
                }
                self.compare_open()?;
                self.is_behind = false;
            }
        }
        let compared = self.compare(self.swept)?;
        self.swept = compared.last;
        if !compared.is_full {
            self.followed = self.followed.max(compared.last);
            self.swept = i64::MIN;
            self.is_complete = true;
            self.is_behind |= self.store.has_changed()?;
            return Ok(self.is_behind);
        }
        Ok(!self.is_complete)
    }

    /// Compares a chunk of executions after a key with the store.
    fn compare(&mut self, after: i64) -> Result<ComparedChunk, DerivedError> {
        let rows = self.store.scan(after, CHUNK)?;
        let chunk = ComparedChunk {
            last: rows.last().map_or(after, |(key, _)| *key),
            is_full: rows.len() == CHUNK,
        };
        let to = if chunk.is_full { chunk.last } else { i64::MAX };
        let mut known = self.tables.entries(after, to)?;
        let mut changed = Vec::new();
        for (key, row) in rows {
            // Lists omit damaged rows, and children of Map Runs.
            let Some(row) = row.filter(|row| row.child_of.is_none()) else {
                continue;
            };
            if known.remove(&key).is_none_or(|entry| !entry.is_of(&row)) {
                changed.push(row);
            }
        }
        self.write(known.into_keys().collect(), &changed)?;
        Ok(chunk)
    }

    /// Writes the executions that ended, and those that run again after a redrive.
    fn compare_open(&mut self) -> Result<(), DerivedError> {
        let last = self.tables.last_key()?;
        let indexed = self.tables.open_keys()?;
        let running: HashSet<i64> = self.store.open_keys()?.into_iter().collect();
        let ended: Vec<i64> = indexed
            .iter()
            .copied()
            .filter(|key| !running.contains(key))
            .collect();
        let indexed: HashSet<i64> = indexed.into_iter().collect();
        let again = running.into_iter();
        let again = again.filter(|key| *key <= last && !indexed.contains(key));
        let keys: Vec<i64> = ended.into_iter().chain(again).collect();
        for keys in keys.chunks(CHUNK) {
            let rows = self.store.executions(keys)?;
            let found: HashSet<u64> = rows.iter().map(|row| row.key).collect();
            let is_missing = |key: &i64| !found.contains(&key.unsigned_abs());
            let missing = keys.iter().copied().filter(is_missing).collect();
            self.write(missing, &rows)?;
        }
        Ok(())
    }

    /// Removes executions, and writes others with their texts, in transactions of a bounded size.
    fn write(&mut self, removed: Vec<i64>, rows: &[StoredExecution]) -> Result<(), DerivedError> {
        let removed = removed.into_iter().map(|key| IndexChange::Remove { key });
        let mut changes: Vec<IndexChange> = removed.collect();
        let mut bytes = 0;
        for row in rows {
            let change = IndexChange::write(row, self.store.texts(row)?);
            bytes += change.as_ref().map_or(0, IndexChange::bytes);
            changes.extend(change);
            if bytes >= BATCH_BYTES {
                self.tables.write(&changes)?;
                changes.clear();
                bytes = 0;
            }
        }
        if !changes.is_empty() {
            self.tables.write(&changes)?;
        }
        Ok(())
    }
}
