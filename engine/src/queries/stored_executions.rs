//! Lists and describes the executions of a store for a program without an engine.

use std::collections::HashSet;
use std::fmt;

use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::distributed::MapRun;
use stepwright_interpreter::execution::{Outcome, Wait};
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use super::execution_data::{ExecutionData, error_name};
use super::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
use super::read_settings::ReadSettings;
use crate::activities::ActivityDescription;
use crate::clock::Timestamp;
use crate::durable::quarantine::UnreadableExecution;
use crate::durable::version_cache::{RecoveredExecution, VersionCache};
use crate::machines::MachineDescription;
use crate::queries::stored_map_runs;
use crate::retention::trusted_clock;
use crate::store::{MachineCount, StoreError, StoreReader, StoredActivity, StoredExecution};

/// The executions of a store, read without an engine, also while an engine uses the store.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::store::{MemoryStore, Store};
/// use stepwright_runtime::{Engine, ExecutionFilter, MachineType, StartOptions, Status, StoredExecutions};
///
/// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
/// let store = MemoryStore::new();
/// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).store(store.clone()).build()?;
/// engine.start_machine("greet", json!("Ada"), StartOptions::new().name("g-1")).await?.await?;
///
/// // With a file, this is `SqliteReader::open("orders.db")?`.
/// let mut executions = StoredExecutions::new(store.reader()?);
/// let page = executions.list(&ExecutionFilter::new().name("g-1"))?;
/// let greeting = executions.describe(&page.executions[0].id)?.expect("it is listed");
/// assert_eq!(greeting.summary.status, Status::Succeeded);
/// assert_eq!(greeting.history.path(), ["Greet"]);
/// # Ok(()) }
/// ```
pub struct StoredExecutions {
    reader: Box<dyn StoreReader>,
    versions: VersionCache,
    setting: ReadSettings,
    /// Whether the fields that the store's engines mask are shown.
    reveals_secrets: bool,
}

/// An execution of a store, as DescribeExecution, DescribeStateMachineForExecution and
/// GetExecutionHistory describe it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExecutionDescription {
    /// Its names, its times, and its status.
    pub summary: ExecutionSummary,
    /// Its input.
    pub input: Value,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// The history so far.
    pub history: History,
    /// The version of the state machine with which it started.
    pub machine: MachineDescription,
    /// Its ids, names and input, as
    /// [`ExecutionHandle::execution`](crate::ExecutionHandle::execution) returns them.
    pub execution: ExecutionInfo,
    /// Its open waits when the engine stored it last; none after its end.
    pub waits: Vec<Wait>,
}

/// # Blocking
///
/// All methods block the thread while they read the store. In asynchronous code, call them in
/// `tokio::task::spawn_blocking`.
impl StoredExecutions {
    /// Creates a view of the executions that this reader sees.
    pub fn new(reader: Box<dyn StoreReader>) -> Self {
        Self {
            reader,
            versions: VersionCache::default(),
            setting: ReadSettings::default(),
            reveals_secrets: false,
        }
    }

    /// Masks these fields in the histories, in addition to those that the store's engines mask
    /// ([`StoreReader::masked_fields`]).
    #[must_use]
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.setting.redact(redaction);
        self
    }

    /// Shows the fields that the store's engines mask. Task tokens stay masked.
    #[must_use]
    pub fn reveal_secrets(mut self) -> Self {
        self.reveals_secrets = true;
        self
    }

    /// Returns a page of the executions, newest first; see
    /// [`Engine::executions`](crate::Engine::executions).
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn list(&mut self, filter: &ExecutionFilter) -> Result<ExecutionPage, StoreError> {
        filter.read(&mut *self.reader)
    }

    /// Returns the numbers of executions of each state machine and status, without the children of
    /// Map Runs.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn counts(&mut self) -> Result<Vec<MachineCount>, StoreError> {
        self.reader.counts()
    }

    /// Returns the execution with this ARN.
    ///
    /// # Errors
    ///
    /// The errors of reading the store; [`StoreError::Unreadable`].
    pub fn describe(&mut self, id: &str) -> Result<Option<ExecutionDescription>, StoreError> {
        loop {
            let Some(row) = self.reader.execution(id)? else {
                return Ok(None);
            };
            self.mask_as_engines()?;
            let reading = self.setting.reading();
            let reader = &mut *self.reader;
            // An engine may have ended, redriven or deleted it between two readings.
            if let Some(recovered) = self.versions.restore_unchanged(reading, reader, &row)? {
                return Ok(Some(ExecutionDescription::new(&row, recovered)));
            }
        }
    }

    /// Returns a Map Run by its ARN, as the engine stored it last: while it runs, its counts may be
    /// older than its child executions.
    ///
    /// # Errors
    ///
    /// The errors of reading the store; [`StoreError::Unreadable`].
    pub fn map_run(&mut self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        let stored = self.reader.map_run(arn)?;
        stored.as_ref().map(stored_map_runs::read).transpose()
    }

    /// Returns the Standard child executions of a Map Run, by its ARN, in the order of their
    /// starts.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn map_run_executions(&mut self, arn: &str) -> Result<Vec<ExecutionSummary>, StoreError> {
        let children = stored_map_runs::children(&mut *self.reader, arn)?;
        Ok(children.into_values().collect())
    }

    /// Returns the activities, by their ARNs.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn activities(&mut self) -> Result<Vec<ActivityDescription>, StoreError> {
        let stored = self.reader.activities()?.into_iter();
        let describe =
            |stored: StoredActivity| ActivityDescription::new(&stored.arn, stored.created);
        Ok(stored.map(describe).collect())
    }

    /// Returns the reader, which also has the state machines and the documents of the store.
    pub fn reader(&mut self) -> &mut dyn StoreReader {
        &mut *self.reader
    }

    /// Returns the open executions that an engine of this version cannot read, and would not
    /// continue, in the order of their starts: with the same code, an engine reads them when it
    /// opens the store. `progress` is called with the number of executions that are read, and of
    /// all.
    ///
    /// Use a reader of an unchanged store, or with [a
    /// snapshot](crate::store::SqliteReader::begin_snapshot).
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn unreadable(
        &mut self,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Vec<UnreadableExecution>, StoreError> {
        let mut versions = VersionCache::of_unchanged_store();
        let open = self.reader.open_executions()?;
        let all = open.len() as u64;
        let (mut unreadable, mut keys) = (Vec::new(), HashSet::new());
        for (done, row) in (1..).zip(open) {
            let (reading, reader) = (self.setting.reading(), &mut *self.reader);
            if let Err(error) = versions.restore_open(reading, reader, &row, &mut keys) {
                unreadable.push(UnreadableExecution::new(&row, &error));
            }
            progress(done, all);
        }
        Ok(unreadable)
    }

    /// Returns the newest time that an engine stored as proven, against which it measures the age
    /// of executions that it deletes; `None` for a store on which no engine ran for long enough.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn newest_trusted_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        trusted_clock::read(&mut *self.reader)
    }

    /// Returns the data of the execution of a row. A state machine that was registered since the
    /// last call is read, too.
    pub(crate) fn data_of(&mut self, row: &StoredExecution) -> Result<ExecutionData, StoreError> {
        let recovered = self.recover(row).or_else(|_| {
            self.versions = VersionCache::default();
            self.recover(row)
        })?;
        Ok(ExecutionDescription::new(row, recovered).into())
    }

    /// Reads an execution from its records.
    pub(super) fn recover(
        &mut self,
        row: &StoredExecution,
    ) -> Result<RecoveredExecution, StoreError> {
        self.mask_as_engines()?;
        let reading = self.setting.reading();
        self.versions.restore(reading, &mut *self.reader, row)
    }

    /// Masks the fields that the store's engines mask, unless secrets are shown.
    fn mask_as_engines(&mut self) -> Result<(), StoreError> {
        if self.reveals_secrets {
            return Ok(());
        }
        let fields = self.reader.masked_fields()?;
        if !self.setting.masks(&fields) {
            self.setting.redact(&fields);
            // The versions that were compiled before mask less.
            self.versions = VersionCache::default();
        }
        Ok(())
    }
}

impl ExecutionDescription {
    pub(super) fn new(row: &StoredExecution, recovered: RecoveredExecution) -> Self {
        let execution = recovered.execution;
        let about = execution.about().clone();
        let waits = match row.status {
            Status::Running => execution.waits(),
            _ => Vec::new(),
        };
        let outcome = execution.outcome().cloned();
        let outcome = outcome.filter(|_| row.status != Status::Running);
        let (output, failure) = outcome.map_or((None, None), Outcome::into_parts);
        let (error, cause) = failure.map_or((None, None), |failure| (failure.error, failure.cause));
        Self {
            summary: ExecutionSummary::of_row(row.clone()),
            input: about.input.clone(),
            output,
            error: error.map(String::from),
            cause: cause.map(String::from),
            history: execution.into_history(),
            machine: MachineDescription {
                name: about.machine.name.to_string(),
                arn: about.machine.id.to_string(),
                ..recovered.machine.describe()
            },
            execution: ExecutionInfo::clone(&about),
            waits,
        }
    }
}

impl From<ExecutionDescription> for ExecutionData {
    fn from(description: ExecutionDescription) -> Self {
        Self {
            input: description.input,
            output: description.output,
            error: error_name(description.summary.status, description.error),
            cause: description.cause,
        }
    }
}

impl fmt::Debug for StoredExecutions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredExecutions").finish_non_exhaustive()
    }
}
