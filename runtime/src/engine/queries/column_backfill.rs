//! Fills the columns of lists for executions that an earlier version of this library wrote. Until then lists read the records of these
//! executions.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::list_columns;
use crate::panics::guarded;
use crate::store::journal::Submitter;
use crate::store::{Change, StoreError, StoreReader, StoredExecution, StoredListing};

/// The executions of one transaction.
const BATCH: usize = 64;
/// The longest pause between two transactions.
const PAUSE: Duration = Duration::from_millis(100);
/// The pause after a transient error of the store.
const RETRY: Duration = Duration::from_secs(2);
/// The most executions whose warning is remembered.
const MOST_WARNED: usize = 4_096;

/// The thread that fills the columns. Dropping the value ends it.
pub(in crate::engine) struct ColumnBackfill {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The executions that were reported as unreadable in lists, by their keys: each is reported once.
#[derive(Debug, Default)]
pub(in crate::engine) struct ListingWarnings(Mutex<HashSet<u64>>);

impl ListingWarnings {
    /// Logs that an execution is listed without the columns that its records have.
    pub(in crate::engine) fn warn(&self, row: &StoredExecution, why: &str) {
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() >= MOST_WARNED {
            warned.clear();
        }
        if warned.insert(row.key) {
            tracing::warn!(
                execution = %row.arn,
                why,
                "the engine cannot read an execution of its store; lists show it without its version, its alias and its redrives"
            );
        }
    }
}

impl ColumnBackfill {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the operating system cannot create a thread.
    pub(in crate::engine) fn start(
        reader: Box<dyn StoreReader>,
        journal: Submitter,
        warnings: Arc<ListingWarnings>,
    ) -> Result<Self, StoreError> {
        let is_over = Arc::new(AtomicBool::new(false));
        let work = BackfillTask {
            reader,
            journal,
            warnings,
            is_over: is_over.clone(),
        };
        let thread = std::thread::Builder::new().name("stepwright-lists".to_owned());
        let run = || {
            if let Err(message) = guarded(|| work.run()) {
                tracing::error!("filling the columns of lists panicked: {message}");
            }
        };
        let thread = thread.spawn(run).map_err(|error| StoreError::Io {
            path: None,
            doing: "start the thread that fills the columns of lists".to_owned(),
            why: error.to_string(),
        })?;
        Ok(Self {
            is_over,
            thread: Some(thread),
        })
    }
}

impl Drop for ColumnBackfill {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // Its reader must be closed before the store is. The thread does not panic.
            let _ended = thread.join();
        }
    }
}

struct BackfillTask {
    reader: Box<dyn StoreReader>,
    journal: Submitter,
    warnings: Arc<ListingWarnings>,
    is_over: Arc<AtomicBool>,
}

impl BackfillTask {
    fn run(mut self) {
        let (mut after, mut filled) = (0, 0);
        while !self.is_over.load(Ordering::SeqCst) {
            let begun = Instant::now();
            let pause = match self.fill(after) {
                Ok(None) => {
                    tracing::info!(executions = filled, "the columns of lists are filled");
                    return;
                }
                Ok(Some((last, count))) => {
                    (after, filled) = (last, filled + count);
                    // Half of the journal's time is left to executions.
                    begun.elapsed().min(PAUSE)
                }
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, "the columns of lists cannot be filled; the engine tries again");
                    RETRY
                }
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "the columns of lists cannot be filled; lists read records instead");
                    return;
                }
            };
            self.pause(pause);
        }
    }

    /// Fills the columns of the next executions. Returns the last key and the number of them; `None` when there are no more.
    fn fill(&mut self, after: u64) -> Result<Option<(u64, usize)>, StoreError> {
        let rows = self.reader.unlisted(after, BATCH)?;
        let Some(last) = rows.last().map(|row| row.key) else {
            return Ok(None);
        };
        let mut changes = Vec::with_capacity(rows.len());
        for row in &rows {
            let listing = match list_columns::read(&mut *self.reader, row) {
                Ok(listing) => listing,
                // Nothing can read it later, so that lists need not try each time.
                Err(StoreError::Unreadable { why, .. }) => {
                    self.warnings.warn(row, &why);
                    StoredListing::default()
                }
                Err(error) => return Err(error),
            };
            let key = row.key;
            changes.push(Change::List { key, listing });
        }
        let committed = self.journal.commit(changes).wait_unless(&self.is_over);
        committed.unwrap_or(Err(StoreError::Closed))?;
        Ok(Some((last, rows.len())))
    }

    /// Waits, unless the value is dropped before.
    fn pause(&self, time: Duration) {
        let end = Instant::now() + time;
        while !self.is_over.load(Ordering::SeqCst) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::park_timeout(left);
        }
    }
}
