//! Checkpoints: copy the write-ahead log to the file, so that the log can restart.
//!
//! A checkpoint of a long log takes as long as many commits. A separate thread does it concurrently with commits. The last pages, which were
//! committed during the copy, are left to the writer, because SQLite restarts the log only when all of it is copied.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use rusqlite::{Connection, Error, OpenFlags};

use super::connection;
use super::store_path::StorePath;
use crate::store::StoreError;

/// The number of pages from which the log is copied. With 6,000 the 99th percentile of starts took a third longer: a sync writes more pages,
/// and concurrent commits wait for it.
const MOST_PAGES: i64 = 2_000;
/// The number of commits between two checks of the log's length.
const COMMITS: u32 = 16;
/// At most this number of pages is left to the writer.
const FEW_PAGES: i64 = 200;
/// The maximum number of passes of the thread over the pages that were committed during its last pass.
const PASSES: usize = 4;

/// The checkpoints of a store.
#[derive(Debug)]
pub(super) struct Checkpoints {
    /// The number of commits since the last check of the log's length.
    commits: u32,
    /// Whether a checkpoint has copied the whole log, and no transaction was written since.
    is_copied: bool,
    thread: Option<CheckpointThread>,
}

/// Whether the next transaction may restart the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogRestart {
    /// The whole log is copied.
    Expected,
    /// The thread is copying.
    Possible,
    Impossible,
}

impl Default for Checkpoints {
    /// The checkpoints of a store that was just opened, which did a checkpoint.
    fn default() -> Self {
        Self {
            commits: 0,
            is_copied: true,
            thread: None,
        }
    }
}

impl Checkpoints {
    /// Returns whether the next transaction may restart the log. Only the writer ends the thread's copying, so the answer
    /// holds until [`Self::committed`].
    pub(super) fn log_restart(&self) -> LogRestart {
        if self.is_copied {
            return LogRestart::Expected;
        }
        match &self.thread {
            Some(thread) if thread.stage.load(Ordering::Acquire) != IDLE => LogRestart::Possible,
            _ => LogRestart::Impossible,
        }
    }

    /// Must be called after each commit. A failed checkpoint loses nothing: a later one copies the same pages.
    pub(super) fn committed(&mut self, connection: &Connection, place: &StorePath) {
        self.is_copied = false;
        if let Some(thread) = &self.thread
            && thread.stage.load(Ordering::Acquire) == COPIED
        {
            self.is_copied = copied_all(copy(connection, place));
            thread.stage.store(IDLE, Ordering::Release);
        }
        self.commits += 1;
        if self.commits < COMMITS {
            return;
        }
        self.commits = 0;
        match ask(connection, "PRAGMA wal_checkpoint(NOOP)") {
            Ok(log) if log.pages < MOST_PAGES => {}
            Ok(_) => self.begin(connection, place),
            Err(error) => failed(place, error),
        }
    }

    fn begin(&mut self, connection: &Connection, place: &StorePath) {
        if self.thread.is_none() {
            self.thread = CheckpointThread::start(place)
                .inspect_err(|error| {
                    tracing::warn!("commits wait for the checkpoints of the store: {error}");
                })
                .ok();
        }
        match &self.thread {
            Some(thread) => thread.begin(),
            None => self.is_copied = copied_all(copy(connection, place)),
        }
    }
}

/// Whether a checkpoint has copied the whole log. A failed checkpoint counts as if it had.
fn copied_all(log: Option<LogLength>) -> bool {
    log.is_none_or(|log| log.copied >= log.pages)
}

/// Copies the whole log to the file and syncs the file. Waits for readers, up to the busy timeout. Returns whether nothing is left.
pub(super) fn copy_all(connection: &Connection) -> Result<bool, Error> {
    Ok(!ask(connection, "PRAGMA wal_checkpoint(FULL)")?.is_blocked)
}

/// Copies the whole log to the file, syncs the file, and empties the log. Waits for readers, up to the busy timeout. Returns whether the log
/// is empty.
pub(super) fn empty_log(connection: &Connection) -> Result<bool, Error> {
    Ok(!ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)")?.is_blocked)
}

/// The thread waits for a request.
const IDLE: u8 = 0;
/// The thread copies, or is about to.
const COPIES: u8 = 1;
/// The thread has copied: the remainder is for the writer.
const COPIED: u8 = 2;

/// The thread that copies.
#[derive(Debug)]
struct CheckpointThread {
    stage: Arc<AtomicU8>,
    /// Dropped before the thread is joined.
    asks: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CheckpointThread {
    fn start(place: &StorePath) -> Result<Self, StoreError> {
        let cannot = |error: io::Error| place.io("start the thread of its checkpoints", error);
        let connection = connection::connect(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection::sync_fully(&connection).map_err(|error| place.error("open the file", error))?;
        let (asks, asked) = mpsc::sync_channel(1);
        let stage = Arc::new(AtomicU8::new(IDLE));
        let (of_thread, place) = (stage.clone(), place.clone());
        let thread = std::thread::Builder::new()
            .name("stepwright-checkpoint".to_owned())
            .spawn(move || work(&connection, &place, &asked, &of_thread))
            .map_err(cannot)?;
        Ok(Self {
            stage,
            asks: Some(asks),
            thread: Some(thread),
        })
    }

    /// Requests a copy, unless one is in progress.
    fn begin(&self) {
        let began = self
            .stage
            .compare_exchange(IDLE, COPIES, Ordering::AcqRel, Ordering::Acquire);
        if began.is_ok()
            && let Some(asks) = &self.asks
        {
            // The thread is idle, so the channel has capacity.
            let _asked = asks.try_send(());
        }
    }
}

impl Drop for CheckpointThread {
    fn drop(&mut self) {
        self.asks = None;
        if let Some(thread) = self.thread.take() {
            // The thread does not panic.
            let _ended = thread.join();
        }
    }
}

fn work(connection: &Connection, place: &StorePath, asked: &Receiver<()>, stage: &AtomicU8) {
    while asked.recv().is_ok() {
        let mut before = 0;
        // In each pass, fewer pages are committed concurrently.
        for _ in 0..PASSES {
            let Some(log) = copy(connection, place) else {
                break;
            };
            let copied = log.copied - before;
            before = log.copied;
            if copied < FEW_PAGES {
                break;
            }
        }
        stage.store(COPIED, Ordering::Release);
    }
}

/// Copies the pages of the log that no reader needs there. It waits for no reader.
fn copy(connection: &Connection, place: &StorePath) -> Option<LogLength> {
    ask(connection, "PRAGMA wal_checkpoint(PASSIVE)")
        .map_err(|error| failed(place, error))
        .ok()
}

fn failed(place: &StorePath, error: Error) {
    let error = place.error("copy its log", error);
    tracing::warn!("a checkpoint failed and will be retried: {error}");
}

/// The length of the log.
struct LogLength {
    /// Whether a reader or another checkpoint stopped this one.
    is_blocked: bool,
    pages: i64,
    /// The number of copied pages.
    copied: i64,
}

fn ask(connection: &Connection, pragma: &str) -> Result<LogLength, Error> {
    let mut pragma = connection.prepare_cached(pragma)?;
    pragma.query_row([], |row| {
        Ok(LogLength {
            is_blocked: row.get(0)?,
            pages: row.get(1)?,
            copied: row.get(2)?,
        })
    })
}
