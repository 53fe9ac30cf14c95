//! Repeats reads that fail with a transient error.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use web_time::Instant;

use super::{
    MachineCount, OutboxQueue, Store, StoreError, StoreFilter, StoreReader, StoredActivity,
    StoredDocument, StoredExecution, StoredMachine, StoredMapRun, StoredMessage, StoredPage,
    UnreadableRow,
};
use crate::clock::Timestamp;

/// The pause before the first repeated read.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause between two reads.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long a read is repeated. A caller waits for it, on a thread.
const PATIENCE: Duration = Duration::from_secs(3);

/// A reader that repeats each read which fails with a [transient](StoreError::may_pass) error, for
/// a few seconds: a step of an execution must not fail because the disk returned one error.
pub(crate) struct PatientReader(Box<dyn StoreReader>);

impl PatientReader {
    /// Opens a reader of a store. Opening is repeated, too.
    pub(crate) fn open(store: &dyn Store) -> Result<Box<dyn StoreReader>, StoreError> {
        let reader = repeat(|| store.reader())?;
        Ok(Box::new(Self(reader)))
    }
}

fn repeat<T>(mut read: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let end = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        match read() {
            Err(error) if error.may_pass() && Instant::now() + pause < end => {
                tracing::debug!(%error, "the store cannot be read; trying again");
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            outcome => return outcome,
        }
    }
}

impl StoreReader for PatientReader {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        repeat(|| self.0.machines())
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        repeat(|| self.0.open_executions())
    }

    fn unreadable_rows(&mut self) -> Vec<UnreadableRow> {
        self.0.unreadable_rows()
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        repeat(|| self.0.execution(arn))
    }

    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        repeat(|| self.0.execution_by_key(key))
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        repeat(|| self.0.records(key))
    }

    fn records_of(
        &mut self,
        keys: &[u64],
        max_bytes: usize,
    ) -> Result<Vec<Vec<Bytes>>, StoreError> {
        repeat(|| self.0.records_of(keys, max_bytes))
    }

    fn records_from(
        &mut self,
        key: u64,
        seq: u32,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, StoreError> {
        repeat(|| self.0.records_from(key, seq, max_bytes))
    }

    fn last_record(&mut self, key: u64) -> Result<Option<(u32, Bytes)>, StoreError> {
        repeat(|| self.0.last_record(key))
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        repeat(|| self.0.map_runs(execution))
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        repeat(|| self.0.map_run(arn))
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        repeat(|| self.0.list(filter))
    }

    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        repeat(|| self.0.page(filter))
    }

    fn counts(&mut self) -> Result<Vec<MachineCount>, StoreError> {
        repeat(|| self.0.counts())
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        repeat(|| self.0.activities())
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        repeat(|| self.0.documents())
    }

    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        repeat(|| self.0.document(key))
    }

    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        repeat(|| self.0.outbox(queue, after, limit))
    }

    fn outbox_length(&mut self, queue: OutboxQueue) -> Result<u64, StoreError> {
        repeat(|| self.0.outbox_length(queue))
    }

    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        repeat(|| self.0.newest_time())
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        repeat(|| self.0.closed(before, limit))
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        repeat(|| self.0.closed_count())
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        repeat(|| self.0.has_executions_of(hash))
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        repeat(|| self.0.bytes())
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        repeat(|| self.0.last_key())
    }

    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        self.0.backup(to)
    }
}
