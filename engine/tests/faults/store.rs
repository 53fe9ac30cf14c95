//! A store that fails at one commit or one read.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, MemoryStore, OutboxQueue, Store, StoreError, StoreFilter, StoreReader, StoredActivity,
    StoredDocument, StoredExecution, StoredMachine, StoredMapRun, StoredMessage, StoredPage,
    UnreadableRow,
};

use crate::durable::support::power_is_gone;

/// What fails, and at which commit or read, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The commit fails and is not applied.
    NotApplied(u64),
    /// The commit is applied and reported as failed.
    Applied(u64),
    /// The commit is applied and reported as failed, and the next reads fail.
    AppliedUnread(u64),
    /// Another program holds the lock during several attempts.
    Locked(u64),
    /// The read fails.
    Read(u64),
    /// The first record that this read or a later one returns has other bytes.
    Damaged(u64),
    /// The commit and all later ones fail for ever.
    Ended(u64),
    /// This number of reads of executions fail.
    UnreadableExecutions(u64),
}

/// How many attempts fail because of a lock, and how many reads fail after a commit.
const SEVERAL: u64 = 3;

/// What happens between two reads of a request, and before how many reads of rows.
type Meanwhile = (u64, Box<dyn FnOnce() + Send>);

/// Counts the commits and reads, and fails one of them.
pub(crate) struct FaultPlan {
    fault: Fault,
    commits: AtomicU64,
    reads: AtomicU64,
    /// How many reads fail now.
    failing_reads: AtomicU64,
    /// How many faults were injected.
    injected: AtomicU64,
    /// Happens before the row of an execution is read.
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl FaultPlan {
    pub(crate) fn new(fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            fault,
            commits: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            failing_reads: AtomicU64::new(0),
            injected: AtomicU64::new(0),
            meanwhile: Mutex::new(None),
        })
    }

    /// Calls this before the row of an execution is read for the n-th time from now on.
    pub(crate) fn meanwhile(&self, read: u64, happens: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some((read, Box::new(happens)));
    }

    /// Returns what happens before this read of a row.
    fn due(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let mut meanwhile = self.meanwhile.lock().unwrap();
        let (left, happens) = meanwhile.take()?;
        match left {
            0 | 1 => Some(happens),
            more => {
                *meanwhile = Some((more - 1, happens));
                None
            }
        }
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    pub(crate) fn has_injected(&self) -> bool {
        self.injected.load(Ordering::SeqCst) > 0
    }

    fn inject(&self) {
        self.injected.fetch_add(1, Ordering::SeqCst);
    }

    fn read(&self) -> Result<(), StoreError> {
        let read = self.reads.fetch_add(1, Ordering::SeqCst) + 1;
        let failing = |left: u64| left.checked_sub(1);
        let fails = self
            .failing_reads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, failing);
        if fails.is_ok() || self.fault == Fault::Read(read) {
            self.inject();
            return Err(failed("be read"));
        }
        Ok(())
    }

    fn read_execution(&self) -> Result<(), StoreError> {
        if let Fault::UnreadableExecutions(most) = self.fault
            && self.injected.load(Ordering::SeqCst) < most
        {
            self.inject();
            return Err(failed("be read"));
        }
        Ok(())
    }

    fn damage(&self, records: &mut [Bytes]) {
        let Fault::Damaged(at) = self.fault else {
            return;
        };
        if self.reads() < at || self.has_injected() {
            return;
        }
        if let Some(record) = records.last_mut() {
            self.inject();
            let bytes = record.iter().map(|byte| !byte);
            *record = bytes.collect();
        }
    }
}

fn failed(doing: &str) -> StoreError {
    StoreError::Io {
        path: None,
        doing: doing.to_owned(),
        why: "this test injects an error".to_owned(),
    }
}

/// A store in memory with one fault.
#[derive(Clone)]
pub(crate) struct FaultyStore {
    pub(crate) store: MemoryStore,
    pub(crate) plan: Arc<FaultPlan>,
}

impl FaultyStore {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            store: MemoryStore::new(),
            plan: FaultPlan::new(fault),
        }
    }
}

impl Store for FaultyStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let commit = self.plan.commits.fetch_add(1, Ordering::SeqCst) + 1;
        match self.plan.fault {
            Fault::NotApplied(at) if at == commit => {
                self.plan.inject();
                Err(failed("commit changes"))
            }
            Fault::Applied(at) | Fault::AppliedUnread(at) if at == commit => {
                self.plan.inject();
                self.store.commit(changes)?;
                if let Fault::AppliedUnread(_) = self.plan.fault {
                    self.plan.failing_reads.store(SEVERAL, Ordering::SeqCst);
                }
                Err(failed("commit changes"))
            }
            Fault::Locked(at) if (at..at + SEVERAL).contains(&commit) => {
                self.plan.inject();
                Err(StoreError::InUse {
                    path: "orders.db".into(),
                    by: "another program".to_owned(),
                })
            }
            Fault::Ended(at) if commit >= at => {
                self.plan.inject();
                Err(power_is_gone())
            }
            _ => self.store.commit(changes),
        }
    }

    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        self.plan.read()?;
        self.store.existing(arns)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.plan.read()?;
        Ok(Box::new(FaultyReader {
            reader: self.store.reader()?,
            plan: self.plan.clone(),
        }))
    }
}

struct FaultyReader {
    reader: Box<dyn StoreReader>,
    plan: Arc<FaultPlan>,
}

impl StoreReader for FaultyReader {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        self.plan.read()?;
        self.reader.machines()
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        self.plan.read()?;
        self.reader.open_executions()
    }

    fn unreadable_rows(&mut self) -> Vec<UnreadableRow> {
        self.reader.unreadable_rows()
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        self.plan.read()?;
        self.plan.read_execution()?;
        if let Some(happens) = self.plan.due() {
            happens();
        }
        self.reader.execution(arn)
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        self.plan.read()?;
        let mut records = self.reader.records(key)?;
        self.plan.damage(&mut records);
        Ok(records)
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        self.plan.read()?;
        self.reader.map_runs(execution)
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        self.plan.read()?;
        self.reader.map_run(arn)
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        self.plan.read()?;
        self.reader.list(filter)
    }

    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        self.plan.read()?;
        self.reader.page(filter)
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        self.plan.read()?;
        self.reader.activities()
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        self.plan.read()?;
        self.reader.documents()
    }

    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        self.plan.read()?;
        self.reader.document(key)
    }

    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        self.plan.read()?;
        self.reader.execution_by_key(key)
    }

    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.plan.read()?;
        self.reader.outbox(queue, after, limit)
    }

    fn outbox_length(&mut self, queue: OutboxQueue) -> Result<u64, StoreError> {
        self.plan.read()?;
        self.reader.outbox_length(queue)
    }

    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.plan.read()?;
        self.reader.newest_time()
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        self.plan.read()?;
        self.reader.closed(before, limit)
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        self.plan.read()?;
        self.reader.closed_count()
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        self.plan.read()?;
        self.reader.has_executions_of(hash)
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        self.plan.read()?;
        self.reader.bytes()
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        self.plan.read()?;
        self.reader.last_key()
    }

    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        self.plan.read()?;
        self.reader.backup(to)
    }
}
