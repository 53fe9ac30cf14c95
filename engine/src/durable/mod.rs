//! The parts of an engine that exist only with a store.
//!
//! After each step of a durable execution, the record of the changes goes to the journal
//! (`journaled_execution.rs`). When an engine is built, `version_cache.rs` reads the
//! records, and `recover.rs` continues the executions.

pub(super) mod backup;
mod blocking_reads;
pub(super) mod find;
pub(super) mod outage;
pub(super) mod quarantine;
pub(super) mod reader_pool;
mod recent_execution;
pub(super) mod recover;
mod recovered_children;
mod redrive_turns;
pub(super) mod step_attempts;
pub(super) mod step_watch;
mod unreadable_executions;
pub(super) mod version_cache;
mod waiting_commands;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use stepwright_interpreter::execution::RecordEncoder;
use stepwright_interpreter::query::Entropy;
use stepwright_interpreter::{ExecutionInfo, Status};

use self::quarantine::Quarantine;
use self::reader_pool::ReaderPool;
use self::recent_execution::RecentExecution;
use self::recovered_children::RecoveredChildren;
use self::redrive_turns::RedriveTurns;
use self::step_watch::StepWatch;
use self::waiting_commands::WaitingCommands;
use super::journaled_execution::{FirstChange, JournalPosition, JournaledExecution};
use super::machines::Machine;
use super::outbox::Outbox;
use super::retention::retention_thread::RetentionThread;
use super::retention::stored_versions::{StoredVersions, UncommittedStart};
use super::retention::trusted_clock::TrustedClock;
use super::tokens::token_key::TokenKey;
use crate::clock::Clock;
use crate::execution::execution_state::ExecutionState;
use crate::execution::retention::Retention;
use crate::statistics::EngineMeter;
use crate::store::journal::Journal;
use crate::store::{
    PatientReader, Store, StoreError, StoreReader, StoredChild, StoredExecution, StoredListing,
    StoredMachine, content_copy,
};

/// The journal, and what the engine caches of the store.
pub(super) struct DurableState {
    /// Watches the steps of recovered executions; ends before the journal does.
    pub(super) step_watch: OnceLock<StepWatch>,
    /// Creates and reads task tokens.
    pub(super) token_key: TokenKey,
    /// Delivers messages; ends before the journal does.
    pub(super) outbox: OnceLock<Outbox>,
    /// The reader of the outbox until it starts.
    pub(super) outbox_reader: Mutex<Option<Box<dyn StoreReader>>>,
    /// The readers of requests.
    pub(super) readers: ReaderPool,
    recent: RecentExecution,
    pub(super) redrive_turns: RedriveTurns,
    pub(super) journal: Journal,
    /// The reader of the steps of executions.
    reader: Mutex<Box<dyn StoreReader>>,
    /// The key of the next execution.
    next: AtomicU64,
    pub(super) versions: Arc<StoredVersions>,
    pub(super) retention: Retention,
    pub(super) trusted_clock: Arc<TrustedClock>,
    /// The reader of the retention job until it starts.
    pub(super) retention_reader: Mutex<Option<Box<dyn StoreReader>>>,
    /// The job that deletes executions after their retention time.
    pub(super) retention_thread: OnceLock<RetentionThread>,
    /// The children of Map Runs that an earlier process was running, until their parents continue
    /// them.
    recovered: Mutex<RecoveredChildren>,
    /// Open executions that cannot be read.
    pub(super) quarantine: Quarantine,
    /// Whether the executions of the store continue in this engine.
    is_resumed: AtomicBool,
    /// Children of an earlier process whose parents have ended. They are being stopped.
    orphans: Mutex<Vec<Weak<ExecutionState>>>,
    pub(super) waiting_commands: WaitingCommands,
}

impl DurableState {
    /// Opens a store. `confirms_clock`: an operator confirmed that the clock is right.
    pub(super) fn open(
        store: Box<dyn Store>,
        retention: Retention,
        clock: &Clock,
        confirms_clock: bool,
        meter: &EngineMeter,
    ) -> Result<Self, StoreError> {
        let mut reader = PatientReader::open(&*store)?;
        content_copy::check_complete(&mut *reader)?;
        let last = reader.last_key()?;
        let deletes = !retention.is_endless();
        let retention_reader = deletes.then(|| PatientReader::open(&*store)).transpose()?;
        let outbox_reader = PatientReader::open(&*store)?;
        let readers = ReaderPool::open(&*store)?;
        let token_key = TokenKey::open(&mut *reader)?;
        let journal = Journal::new(store)?;
        let submitter = journal.submitter();
        let time = retention.time;
        let trusted = TrustedClock::open(clock, time, confirms_clock, &mut *reader, submitter)?;
        Ok(Self {
            token_key,
            outbox: OnceLock::new(),
            outbox_reader: Mutex::new(Some(outbox_reader)),
            readers,
            recent: RecentExecution::default(),
            redrive_turns: RedriveTurns::default(),
            journal,
            reader: Mutex::new(reader),
            next: AtomicU64::new(last + 1),
            versions: Arc::default(),
            retention,
            trusted_clock: Arc::new(trusted),
            retention_reader: Mutex::new(retention_reader),
            retention_thread: OnceLock::new(),
            recovered: Mutex::default(),
            quarantine: Quarantine::new(meter),
            is_resumed: AtomicBool::new(false),
            orphans: Mutex::default(),
            waiting_commands: WaitingCommands::default(),
            step_watch: OnceLock::new(),
        })
    }

    /// Marks the store's executions as resumed. Returns whether they already were.
    pub(super) fn resume(&self) -> bool {
        self.is_resumed.swap(true, Ordering::SeqCst)
    }

    /// Returns the seed of an engine on this store: names that were generated before are not
    /// generated again.
    pub(super) fn seed(&self, seed: u64) -> u64 {
        match self.next.load(Ordering::Relaxed) {
            1 => seed,
            next => seed ^ Entropy::new(next).next_u64(),
        }
    }

    pub(super) fn reader(&self) -> MutexGuard<'_, Box<dyn StoreReader>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the journal state of a new execution of a machine.
    pub(super) fn start(&self, machine: &Machine, about: &ExecutionInfo) -> JournaledExecution {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let row = StoredExecution {
            key,
            arn: about.arn().clone().into(),
            name: about.name().into(),
            machine: machine.info.name.clone().into(),
            machine_hash: machine.hash.clone().into(),
            status: Status::Running,
            started: about.started,
            stopped: None,
            child_of: None,
            listing: StoredListing::of(about),
        };
        let starting = self.versions.start(&machine.hash);
        let version = starting.writes_version.then(|| StoredMachine {
            hash: machine.hash.to_string(),
            name: machine.info.name.to_string(),
            machine_type: machine.program.entry().machine_type,
            definition: machine.text.to_string(),
        });
        let journaled = started(row, version, Some(starting));
        if about.root.is_some() {
            // The state that starts it was committed, and waits for it.
            journaled
        } else {
            journaled.failing_in_outage()
        }
    }

    /// Returns the journal state of a new child of a Map Run. The store has the parent's version,
    /// which is also the child's.
    pub(super) fn start_child(
        &self,
        parent: &JournalPosition,
        child_of: StoredChild,
        about: &ExecutionInfo,
    ) -> JournaledExecution {
        let row = StoredExecution {
            key: self.next.fetch_add(1, Ordering::Relaxed),
            arn: about.arn().clone().into(),
            name: about.name().into(),
            machine: about.machine.name.clone().into(),
            machine_hash: parent.machine_hash.clone().into(),
            status: Status::Running,
            started: about.started,
            stopped: None,
            child_of: Some(child_of),
            listing: StoredListing::of(about),
        };
        started(row, None, None)
    }

    /// Returns the children of an earlier process that are to continue.
    pub(super) fn recovered(&self) -> MutexGuard<'_, RecoveredChildren> {
        self.recovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a child of an earlier process that is being stopped because its parent has ended.
    pub(super) fn add_orphan(&self, child: &Arc<ExecutionState>) {
        self.lock_orphans().push(Arc::downgrade(child));
    }

    /// Returns the children of an earlier process that are being stopped.
    pub(super) fn orphans(&self) -> Vec<Arc<ExecutionState>> {
        let mut left = self.lock_orphans();
        left.retain(|child| {
            child
                .upgrade()
                .is_some_and(|child| child.report().is_none())
        });
        left.iter().filter_map(Weak::upgrade).collect()
    }

    /// Fails when an execution is in the store and cannot be read.
    pub(crate) fn check_readable(&self, arn: &str) -> Result<(), StoreError> {
        self.quarantine.error(arn).map_or(Ok(()), Err)
    }

    fn lock_orphans(&self) -> MutexGuard<'_, Vec<Weak<ExecutionState>>> {
        self.orphans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the journal state of an execution whose row is not committed yet.
fn started(
    row: StoredExecution,
    version: Option<StoredMachine>,
    starting: Option<UncommittedStart>,
) -> JournaledExecution {
    let place = JournalPosition {
        key: row.key,
        machine_hash: row.machine_hash.clone().into(),
        seq: 0,
    };
    let first = FirstChange::Start(Box::new((row, version, starting)));
    JournaledExecution::new(place, first, RecordEncoder::default())
}
