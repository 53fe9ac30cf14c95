//! Checks the whole content of a store in a file.

use std::collections::HashSet;

use stepwright_asl::model::StateMachine;
use stepwright_interpreter::Status;
use stepwright_interpreter::query::digest::sha256;

use super::read_settings::ReadSettings;
use crate::durable::version_cache::VersionCache;
use crate::nested::map_runs;
use crate::retention::trusted_clock;
use crate::store::{ScannedExecution, SqliteReader, StoreError, StoredExecution, StoredMachine};

/// The number of executions that are read together.
const PAGE: usize = 1_000;

/// A problem that [`SqliteReader::check`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreProblem {
    /// The damaged part.
    pub kind: ProblemKind,
    /// Its name: the ARN of an execution or of a Map Run, the name of a state machine, the key of a
    /// document.
    pub subject: Option<String>,
    /// The reason.
    pub why: String,
}

/// The part of a store that has a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// SQLite finds that the file is damaged.
    Database,
    /// The log of the file is damaged, is missing or belongs to another file. An engine refuses the
    /// store.
    Log,
    /// An open execution cannot be read. An engine skips it and continues the others.
    OpenExecution,
    /// A closed execution cannot be described.
    ClosedExecution,
    /// The row of an execution or of an activity cannot be interpreted. An engine may refuse the
    /// store.
    Row,
    /// The definition of a state machine's version has changed since it was written, or cannot be
    /// parsed.
    Definition,
    /// A Map Run cannot be described.
    MapRun,
    /// A document cannot be read.
    Document,
    /// A row refers to a missing row.
    Reference,
}

/// The progress of [`SqliteReader::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckProgress {
    /// SQLite checks the pages of the file, which takes most of the time for a large store.
    Pages,
    /// Executions are read.
    Executions {
        /// The number of executions that were read.
        done: u64,
        /// The number of all executions, with children of Map Runs.
        all: u64,
    },
}

impl SqliteReader {
    /// Checks the whole store: its log; SQLite's `integrity_check`; each execution, which is read
    /// with the code that an engine uses when it opens the store; the definitions and their hashes;
    /// Map Runs, activities and the checksums of documents; references between rows. Documents of
    /// an application are not interpreted.
    ///
    /// An engine may have the store open. [Begin a snapshot](Self::begin_snapshot) first, so that
    /// all parts are checked as they were at one moment.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::store::{SqliteReader, SqliteStore};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// drop(SqliteStore::open(&path)?);
    /// let mut reader = SqliteReader::open(&path)?;
    /// reader.begin_snapshot()?;
    /// assert!(reader.check(&mut |_| {})?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store, except [`StoreError::Corrupt`] and
    /// [`StoreError::Unreadable`], which are problems.
    pub fn check(
        &mut self,
        progress: &mut dyn FnMut(CheckProgress),
    ) -> Result<Vec<StoreProblem>, StoreError> {
        let mut problems = Problems::default();
        progress(CheckProgress::Pages);
        if let Some(damage) = self.damage_of_log()? {
            problems.add(ProblemKind::Log, None, damage);
        }
        for finding in self.integrity()? {
            problems.add(ProblemKind::Database, None, finding);
        }
        let executions = check_executions(self, &mut problems, progress);
        problems.of_database(executions)?;
        let definitions = self.scan_machines(|machine| check_definition(machine, &mut problems));
        problems.of_database(definitions)?;
        let runs = self.scan_map_runs(|run| match run {
            Ok(run) => {
                if let Err(error) = map_runs::read(&run.data) {
                    problems.add(ProblemKind::MapRun, Some(run.arn), error.to_string());
                }
            }
            Err(why) => problems.add(ProblemKind::Row, None, format!("a Map Run: {why}")),
        });
        problems.of_database(runs)?;
        if let Err(error) = self.all_activities() {
            let why = reason(error)?;
            problems.add(ProblemKind::Row, None, format!("an activity: {why}"));
        }
        let documents = check_documents(self, &mut problems);
        problems.of_database(documents)?;
        match self.broken_references() {
            Ok(broken) => {
                for reference in broken {
                    problems.add(ProblemKind::Reference, reference.execution, reference.why);
                }
            }
            Err(error) => problems.of_database(Err(error))?,
        }
        Ok(problems.all)
    }
}

#[derive(Default)]
struct Problems {
    all: Vec<StoreProblem>,
}

impl Problems {
    fn add(&mut self, kind: ProblemKind, subject: Option<String>, why: String) {
        self.all.push(StoreProblem { kind, subject, why });
    }

    /// Adds an error of reading a table as a problem of the file, unless the file could not be read
    /// at all.
    fn of_database(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        if let Err(error) = result {
            let why = reason(error)?;
            let is_new = |problem: &StoreProblem| problem.why != why;
            if self.all.iter().all(is_new) {
                self.add(ProblemKind::Database, None, why);
            }
        }
        Ok(())
    }
}

/// Returns the reason why content of the store cannot be read. Other errors are returned as errors.
fn reason(error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Corrupt { why, .. } => Ok(why),
        StoreError::Unreadable { .. } => Ok(error.to_string()),
        other => Err(other),
    }
}

fn check_executions(
    reader: &mut SqliteReader,
    problems: &mut Problems,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<(), StoreError> {
    let settings = ReadSettings::default();
    let mut versions = VersionCache::of_unchanged_store();
    let mut unreadable = HashSet::new();
    let all = reader.execution_count()?;
    let (mut done, mut after) = (0, i64::MIN);
    loop {
        let page = reader.scan(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.key;
        for ScannedExecution {
            key,
            arn,
            execution,
        } in page
        {
            done += 1;
            progress(CheckProgress::Executions { done, all });
            let row: StoredExecution = match execution {
                Ok(row) => row,
                Err(error) => {
                    let why = format!("the row of execution {key}: {}", reason(error)?);
                    problems.add(ProblemKind::Row, arn, why);
                    continue;
                }
            };
            let reading = settings.reading();
            let (kind, read) = match row.status {
                Status::Running => {
                    let read = versions.restore_open(reading, reader, &row, &mut unreadable);
                    (ProblemKind::OpenExecution, read)
                }
                _ => (
                    ProblemKind::ClosedExecution,
                    versions.restore(reading, reader, &row),
                ),
            };
            if let Err(error) = read {
                problems.add(kind, arn, reason(error)?);
            }
        }
    }
}

fn check_definition(machine: Result<StoredMachine, String>, problems: &mut Problems) {
    let machine = match machine {
        Ok(machine) => machine,
        Err(why) => {
            let why = format!("the row of a version: {why}");
            return problems.add(ProblemKind::Definition, None, why);
        }
    };
    let why = match StateMachine::from_json(&machine.definition) {
        _ if sha256(machine.definition.as_bytes()) != machine.hash => {
            format!(
                "its version {} has another definition than that hash",
                machine.hash
            )
        }
        Ok(_) => return,
        Err(diagnostics) => format!("its version {}: {diagnostics}", machine.hash),
    };
    problems.add(ProblemKind::Definition, Some(machine.name), why);
}

fn check_documents(reader: &mut SqliteReader, problems: &mut Problems) -> Result<(), StoreError> {
    let damaged = reader.damaged_documents()?;
    if !damaged.iter().any(|key| key == trusted_clock::KEY)
        && let Err(error) = trusted_clock::read(reader)
    {
        let key = trusted_clock::KEY.to_owned();
        problems.add(ProblemKind::Document, Some(key), reason(error)?);
    }
    for key in damaged {
        let why = "its bytes do not match its checksum".to_owned();
        problems.add(ProblemKind::Document, Some(key), why);
    }
    for number in reader.damaged_messages()? {
        let why = format!("the message {number} of the outbox does not match its checksum");
        problems.add(ProblemKind::Row, None, why);
    }
    Ok(())
}
