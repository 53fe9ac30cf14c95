//! Checkpoints: copy the write-ahead log to the file, so that the log can restart.
//!
//! A checkpoint of a long log takes as long as many commits. A separate thread does it concurrently
//! with commits. The last pages, which were committed during the copy, are left to the writer,
//! because SQLite restarts the log only when all of it is copied.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use rusqlite::{Connection, Error, OpenFlags};

use super::log_length::{self, LogLength, log_pages};
use super::log_mark::LogMark;
use super::log_watch;
use crate::store::StoreError;
use crate::store::sqlite::connection;
use crate::store::sqlite::store_path::StorePath;

/// The number of pages from which the log is copied. With 6,000 the 99th percentile of starts took
/// a third longer: a sync writes more pages, and concurrent commits wait for it.
const MOST_PAGES: i64 = 2_000;
/// The number of commits between two checks of the log's length.
const COMMITS: u32 = 16;
/// At most this number of pages is left to the writer.
const FEW_PAGES: i64 = 200;
/// The maximum number of passes of the thread over the pages that were committed during its last
/// pass.
const PASSES: usize = 4;

/// The checkpoints of a store.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    /// The number of commits since the last check of the log's length.
    commits: u32,
    /// Whether a checkpoint has copied the whole log, and no transaction was written since.
    is_copied: bool,
    /// Whether the last checkpoint on the writer's thread did not get SQLite's lock of checkpoints.
    is_blocked: bool,
    thread: Option<CheckpointThread>,
}

/// Whether the next transaction may restart the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogRestart {
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
            is_blocked: false,
            thread: None,
        }
    }
}

impl Checkpoints {
    /// Returns whether the next transaction may restart the log. Only the writer ends the thread's
    /// copying, so the answer holds until [`Self::committed`].
    pub(crate) fn log_restart(&self) -> LogRestart {
        if self.is_copied {
            return LogRestart::Expected;
        }
        match &self.thread {
            Some(thread) if thread.stage.load(Ordering::Acquire) != IDLE => LogRestart::Possible,
            _ => LogRestart::Impossible,
        }
    }

    /// Whether no checkpoint is possible now. The thread does not copy while the writer does, so
    /// another program copies, or a lock was not released.
    pub(crate) fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// Must be called after each commit. Returns whether a checkpoint has copied the whole log. A
    /// failed checkpoint loses nothing: a later one copies the same pages.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the log is damaged. Then it is not copied.
    pub(crate) fn committed(
        &mut self,
        connection: &Connection,
        place: &StorePath,
    ) -> Result<bool, StoreError> {
        self.is_copied = false;
        let mut is_complete = false;
        if let Some(thread) = &self.thread
            && thread.stage.load(Ordering::Acquire) == COPIED
        {
            if let Some(error) = thread.damage.get() {
                return Err(error.clone());
            }
            is_complete = self.copy(connection, place);
            if let Some(thread) = &self.thread {
                thread.stage.store(IDLE, Ordering::Release);
            }
        }
        self.commits += 1;
        if self.commits < COMMITS {
            return Ok(is_complete);
        }
        self.commits = 0;
        match log_pages(connection) {
            Ok(pages) if pages < MOST_PAGES => Ok(is_complete),
            Ok(_) => Ok(self.begin(connection, place)? || is_complete),
            Err(error) => {
                failed(place, error);
                Ok(is_complete)
            }
        }
    }

    /// Begins a checkpoint. Returns whether it has copied the whole log already.
    fn begin(&mut self, connection: &Connection, place: &StorePath) -> Result<bool, StoreError> {
        if self.thread.is_none() {
            self.thread = CheckpointThread::start(place)
                .inspect_err(|error| {
                    tracing::warn!("commits wait for the checkpoints of the store: {error}");
                })
                .ok();
        }
        match &self.thread {
            Some(thread) => {
                thread.begin();
                Ok(false)
            }
            None => {
                log_watch::verify(connection, place, None, &mut LogMark::default())?;
                Ok(self.copy(connection, place))
            }
        }
    }

    /// Copies the log on this thread. Returns whether all of it is copied. A failed checkpoint
    /// counts as if it had copied all, so that the next transaction writes the session.
    fn copy(&mut self, connection: &Connection, place: &StorePath) -> bool {
        let log = copy(connection, place);
        let is_complete = log.is_some_and(|log| log.copied >= log.pages);
        self.is_blocked = log.is_some_and(|log| log.is_blocked);
        self.is_copied = is_complete || log.is_none();
        is_complete
    }
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
    /// The damage of the log, which the thread has found.
    damage: Arc<OnceLock<StoreError>>,
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
        let damage = Arc::new(OnceLock::new());
        let mut of_thread = CheckpointWork {
            connection,
            place: place.clone(),
            stage: stage.clone(),
            damage: damage.clone(),
            verified: LogMark::default(),
        };
        let thread = std::thread::Builder::new()
            .name("stepwright-checkpoint".to_owned())
            .spawn(move || of_thread.run(&asked))
            .map_err(cannot)?;
        Ok(Self {
            stage,
            damage,
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

/// What the thread needs.
struct CheckpointWork {
    connection: Connection,
    place: StorePath,
    stage: Arc<AtomicU8>,
    damage: Arc<OnceLock<StoreError>>,
    /// How far the log was read. A reader may prevent for long that the log restarts.
    verified: LogMark,
}

impl CheckpointWork {
    fn run(&mut self, asked: &Receiver<()>) {
        while asked.recv().is_ok() {
            self.copy_log();
            self.stage.store(COPIED, Ordering::Release);
        }
    }

    fn copy_log(&mut self) {
        let Self {
            connection,
            place,
            verified,
            ..
        } = self;
        // SQLite copies damaged pages. Then no checksum shows the damage any more.
        match log_watch::verify(connection, place, None, verified) {
            Ok(()) => {}
            Err(error @ StoreError::Corrupt { .. }) => {
                // There is one error, because the writer requests no copy after it.
                let _is_first = self.damage.set(error);
                return;
            }
            Err(error) => return log_failure(&error),
        }
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
    }
}

/// Copies the pages of the log that no reader needs there. It waits for no reader.
fn copy(connection: &Connection, place: &StorePath) -> Option<LogLength> {
    log_length::copy_unneeded(connection)
        .map_err(|error| failed(place, error))
        .ok()
}

fn failed(place: &StorePath, error: Error) {
    log_failure(&place.error("copy its log", error));
}

fn log_failure(error: &StoreError) {
    tracing::warn!("a checkpoint failed and will be retried: {error}");
}
