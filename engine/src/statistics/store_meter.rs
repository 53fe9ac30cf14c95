//! Measures the commits, the queue, the outages and the file sizes of a store.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use web_time::Instant;

use super::buckets::{Buckets, COMMIT_BYTES, COMMIT_TIMES};
use super::level::Level;
use super::recorder::Histogram;
use super::snapshot::StoreStatistics;
use super::table;
use super::total::Total;

/// The interval at which the sizes of a store's files are read.
const SIZE_INTERVAL: Duration = Duration::from_secs(1);

/// The sizes of a store's files, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreSize {
    /// The file.
    pub file: u64,
    /// The write-ahead log.
    pub log: u64,
}

impl StoreSize {
    /// Creates the sizes of a file and its log.
    pub fn new(file: u64, log: u64) -> Self {
        Self { file, log }
    }
}

/// Counts the commits of a store.
#[derive(Debug)]
pub(crate) struct StoreMeter {
    commits: Total,
    failed: Total,
    changes: Total,
    time: Buckets<15>,
    bytes: Buckets<9>,
    time_handle: Histogram,
    bytes_handle: Histogram,
    queue: Level,
    unavailable: Level,
    file: Level,
    log: Level,
    epoch: Level,
    last_commit: Level,
    /// When the sizes were read last.
    sized: Mutex<Option<Instant>>,
}

impl Default for StoreMeter {
    fn default() -> Self {
        Self {
            commits: Total::new(table::STORE_COMMITS.counter(None)),
            failed: Total::new(table::STORE_COMMITS_FAILED.counter(None)),
            changes: Total::new(table::STORE_CHANGES.counter(None)),
            time: Buckets::default(),
            bytes: Buckets::default(),
            time_handle: table::STORE_COMMIT_TIME.histogram(None),
            bytes_handle: table::STORE_COMMIT_SIZE.histogram(None),
            queue: Level::new(table::STORE_QUEUE_LENGTH.gauge(None)),
            unavailable: Level::new(table::STORE_UNAVAILABLE.gauge(None)),
            file: Level::new(table::STORE_FILE_SIZE.gauge(None)),
            log: Level::new(table::STORE_LOG_SIZE.gauge(None)),
            epoch: Level::new(table::STORE_EPOCH.gauge(None)),
            last_commit: Level::new(table::STORE_LAST_COMMIT.gauge(None)),
            sized: Mutex::default(),
        }
    }
}

impl StoreMeter {
    /// Counts a transaction that was committed.
    pub(crate) fn committed(&self, changes: usize, bytes: usize, time: Duration) {
        self.commits.add(1);
        self.changes.add(changes as u64);
        self.time.add_time(COMMIT_TIMES, time);
        self.time_handle.record(time.as_secs_f64());
        self.bytes.add(COMMIT_BYTES, bytes as u64);
        self.bytes_handle.record(bytes as f64);
    }

    /// Counts a transaction that failed.
    pub(crate) fn failed(&self) {
        self.failed.add(1);
    }

    /// Sets how many submissions wait. The caller holds the lock of the queue.
    pub(crate) fn set_queue_length(&self, length: usize) {
        self.queue.set(length as u64);
    }

    /// Sets whether the store can commit. The caller holds the lock of the queue.
    pub(crate) fn set_available(&self, is_available: bool) {
        self.unavailable.set(u64::from(!is_available));
    }

    /// Sets the sizes of the files, if they were not read for a second, and the epoch and the
    /// number of the last commit.
    pub(crate) fn update_size(
        &self,
        now: Instant,
        last: Option<(u64, u64)>,
        size: impl FnOnce() -> Option<StoreSize>,
    ) {
        let mut sized = self.sized.lock().unwrap_or_else(PoisonError::into_inner);
        if sized.is_some_and(|at| now.saturating_duration_since(at) < SIZE_INTERVAL) {
            return;
        }
        *sized = Some(now);
        if let Some((epoch, commit)) = last {
            self.epoch.set(epoch);
            self.last_commit.set(commit);
        }
        if let Some(StoreSize { file, log }) = size() {
            self.file.set(file);
            self.log.set(log);
        }
    }

    /// Returns the numbers, in an outage that has lasted for this time.
    pub(crate) fn statistics(&self, outage: Option<Duration>) -> StoreStatistics {
        StoreStatistics {
            commits: self.commits.get(),
            failed_commits: self.failed.get(),
            changes: self.changes.get(),
            commit_time: COMMIT_TIMES.statistics([&self.time].into_iter()),
            commit_bytes: COMMIT_BYTES.statistics([&self.bytes].into_iter()),
            waiting_commits: self.queue.get(),
            is_available: outage.is_none(),
            outage_time: outage.unwrap_or_default(),
            file_bytes: self.file.get(),
            log_bytes: self.log.get(),
            epoch: self.epoch.get(),
            last_commit: self.last_commit.get(),
        }
    }
}
