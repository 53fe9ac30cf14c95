//! The thread that follows a store and adds its executions to the index.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::Duration;

use rusqlite::Connection;
use stepwright_asl::redaction::Redaction;

use super::index_state::IndexState;
use super::index_writer;
use super::store_view::StoreView;
use crate::derived_file::{DerivedError, DerivedFile};
use crate::store::StoreError;

/// How many executions one transaction compares with the store.
const CHUNK: usize = 256;
/// How often the thread looks for changes of the store.
const PAUSE: Duration = Duration::from_millis(500);
/// How long it waits after the store could not be read.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// How often a damaged file is replaced in the lifetime of a program.
const MOST_REPLACEMENTS: u64 = 3;

/// A request to the thread.
pub(super) enum IndexRequest {
    /// Answers when the index has everything that was committed before the request.
    CatchUp(SyncSender<()>),
}

/// Why a step failed.
enum StepError {
    Index(DerivedError),
    Store(StoreError),
}

impl From<DerivedError> for StepError {
    fn from(error: DerivedError) -> Self {
        Self::Index(error)
    }
}

impl From<rusqlite::Error> for StepError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Index(error.into())
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Follows a store, and writes the index.
pub(super) struct IndexThread {
    pub(super) file: DerivedFile,
    pub(super) store_path: PathBuf,
    /// What the texts of the index lack.
    pub(super) redaction: Redaction,
    pub(super) state: Arc<IndexState>,
    pub(super) requests: Receiver<IndexRequest>,
}

/// The files while they are open.
struct OpenIndex {
    index: Connection,
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
        let opened = match self.open() {
            Ok(index) => {
                // A damaged file has been replaced, too.
                self.note_file();
                self.follow(index, &mut waiting)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = opened {
            self.file.log_stop(&error.to_string());
            self.state.lock().stopped = Some(error.to_string());
        }
    }

    /// Opens the file. One whose texts have other masks is replaced.
    fn open(&self) -> Result<Connection, DerivedError> {
        let index = self.file.open()?;
        let why = match self.has_masks(&index) {
            Ok(true) => return Ok(index),
            Ok(false) => "the masked fields have changed".to_owned(),
            Err(DerivedError::Damaged(why)) => why,
            Err(error) => return Err(error),
        };
        drop(index);
        self.new_file(&why)
    }

    /// Replaces the file.
    fn new_file(&self, why: &str) -> Result<Connection, DerivedError> {
        let index = self.file.replace(why)?;
        self.has_masks(&index)?;
        Ok(index)
    }

    fn has_masks(&self, index: &Connection) -> Result<bool, DerivedError> {
        index_writer::has_masks(index, &format!("{:?}", self.redaction))
    }

    fn follow(
        &self,
        index: Connection,
        waiting: &mut Vec<SyncSender<()>>,
    ) -> Result<(), DerivedError> {
        let mut index = Some(index);
        let mut open = None;
        let mut is_store_reported = false;
        loop {
            let step = self.step(&mut index, &mut open);
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
                Err(StepError::Index(DerivedError::Damaged(why))) => {
                    open = None;
                    index = Some(self.replace(&why)?);
                    None
                }
                Err(StepError::Index(error)) => return Err(error),
                Err(StepError::Store(error)) => {
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

    /// Replaces the damaged file.
    fn replace(&self, why: &str) -> Result<Connection, DerivedError> {
        if self.state.lock().files > MOST_REPLACEMENTS {
            return Err(DerivedError::Unusable(format!(
                "it was damaged several times: {why}"
            )));
        }
        let index = self.new_file(why)?;
        self.note_file();
        Ok(index)
    }

    /// Records that there is a new file. Readers of the earlier file may still report its damage.
    fn note_file(&self) {
        let mut progress = self.state.lock();
        progress.files += 1;
        progress.indexed_to = None;
        progress.is_damaged = false;
    }

    /// Does a bounded amount of work. Returns whether there is more.
    fn step(
        &self,
        index: &mut Option<Connection>,
        open: &mut Option<OpenIndex>,
    ) -> Result<bool, StepError> {
        if self.state.lock().is_damaged {
            let why = "a reader found damage".to_owned();
            return Err(DerivedError::Damaged(why).into());
        }
        let open = match open {
            Some(open) => open,
            None => {
                let store = StoreView::open(&self.store_path, &self.redaction)?;
                let index = match index.take() {
                    Some(index) => index,
                    None => self.open()?,
                };
                open.insert(OpenIndex {
                    index,
                    store,
                    swept: i64::MIN,
                    followed: i64::MIN,
                    is_complete: false,
                    is_behind: true,
                })
            }
        };
        let more = open.step()?;
        let is_newest = open.is_complete && !more;
        index_writer::note_progress(&open.index, &mut self.state.lock(), is_newest)?;
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
    fn step(&mut self) -> Result<bool, StepError> {
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
    fn compare(&mut self, after: i64) -> Result<ComparedChunk, StepError> {
        let rows = self.store.scan(after, CHUNK)?;
        let chunk = ComparedChunk {
            last: rows.last().map_or(after, |row| row.key),
            is_full: rows.len() == CHUNK,
        };
        let to = if chunk.is_full { chunk.last } else { i64::MAX };
        let transaction = self.index.unchecked_transaction()?;
        let mut known = index_writer::entries(&transaction, after, to)?;
        for row in rows {
            let key = row.key;
            // Lists omit damaged rows, and children of Map Runs.
            let row = row.execution.ok().filter(|row| row.child_of.is_none());
            let Some(row) = row else {
                continue;
            };
            if known.remove(&key).is_some_and(|entry| entry.is_of(&row)) {
                continue;
            }
            let texts = self.store.texts(&row)?;
            index_writer::write(&transaction, &row, &texts)?;
        }
        for key in known.into_keys() {
            index_writer::remove(&transaction, key)?;
        }
        transaction.commit()?;
        Ok(chunk)
    }

    /// Writes the executions that ended, and those that run again after a redrive.
    fn compare_open(&mut self) -> Result<(), StepError> {
        let last = index_writer::last_key(&self.index)?;
        let indexed = index_writer::open_keys(&self.index)?;
        let running: HashSet<i64> = self.store.open_keys()?.into_iter().collect();
        let ended: Vec<i64> = indexed
            .iter()
            .copied()
            .filter(|key| !running.contains(key))
            .collect();
        let indexed: HashSet<i64> = indexed.into_iter().collect();
        let again = running.into_iter();
        let again = again.filter(|key| *key <= last && !indexed.contains(key));
        for keys in ended
            .into_iter()
            .chain(again)
            .collect::<Vec<_>>()
            .chunks(CHUNK)
        {
            let transaction = self.index.unchecked_transaction()?;
            for key in keys {
                match self.store.execution(*key)? {
                    Some(row) => {
                        let texts = self.store.texts(&row)?;
                        index_writer::write(&transaction, &row, &texts)?;
                    }
                    None => index_writer::remove(&transaction, *key)?,
                }
            }
            transaction.commit()?;
        }
        Ok(())
    }
}
