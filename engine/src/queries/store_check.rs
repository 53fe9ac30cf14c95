//! Checks the whole content of a store.

use std::collections::HashSet;

use stepwright_asl::model::StateMachine;
use stepwright_interpreter::Status;
use stepwright_interpreter::query::digest::sha256;

use super::read_settings::ReadSettings;
use super::stored_executions::StoredExecutions;
use crate::durable::version_cache::VersionCache;
use crate::nested::map_runs;
use crate::retention::trusted_clock;
use crate::store::{
    ProblemKind, Problems, ScannedExecution, StoreError, StoreProblem, StoreReader,
    StoredExecution, StoredMachine, content_copy, reason,
};

/// The number of executions that are read together.
const PAGE: usize = 1_000;

/// The progress of [`StoredExecutions::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckProgress {
    /// The store checks its own structures. For a file these are SQLite's pages, which take most of
    /// the time for a large store.
    Structures,
    /// Executions are read.
    Executions {
        /// The number of executions that were read.
        done: u64,
        /// The number of all executions, with children of Map Runs.
        all: u64,
    },
}

impl StoredExecutions {
    /// Checks the whole store: [its own structures](StoreReader::problems), which include the pages
    /// and the log of a file; each execution, which is read with the code that an engine uses when
    /// it opens the store; the definitions and their hashes; Map Runs. Documents of an application
    /// are not interpreted.
    ///
    /// An engine may have the store open. Use a reader with [a
    /// snapshot](crate::store::SqliteReader::begin_snapshot), so that all parts are checked as they
    /// were at one moment.
    ///
    #[cfg_attr(feature = "sqlite", doc = "```")]
    #[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::StoredExecutions;
    /// use stepwright_runtime::store::{SqliteReader, SqliteStore};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// drop(SqliteStore::open(&path)?);
    /// let mut reader = SqliteReader::open(&path)?;
    /// reader.begin_snapshot()?;
    /// assert!(StoredExecutions::new(Box::new(reader)).check(&mut |_| {})?.is_empty());
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
        let reader = self.reader();
        let mut problems = Problems::default();
        progress(CheckProgress::Structures);
        problems.all = reader.problems()?;
        let executions = check_executions(reader, &mut problems, progress);
        problems.of_database(executions)?;
        match reader.machines() {
            Ok(machines) => {
                for machine in machines {
                    check_definition(machine, &mut problems);
                }
            }
            Err(error) => problems.of_database(Err(error))?,
        }
        check_documents(reader, &mut problems)?;
        Ok(problems.all)
    }
}

fn check_executions(
    reader: &mut dyn StoreReader,
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
        let mut read_keys = Vec::with_capacity(page.len());
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
            read_keys.push(row.key);
        }
        check_map_runs(reader, &read_keys, problems)?;
    }
}

/// Checks the Map Runs of these executions.
fn check_map_runs(
    reader: &mut dyn StoreReader,
    executions: &[u64],
    problems: &mut Problems,
) -> Result<(), StoreError> {
    let runs = match (reader.map_runs_of(executions), executions) {
        (Ok(runs), _) => runs,
        (Err(error), [_]) => {
            let why = format!("a Map Run: {}", reason(error)?);
            problems.add(ProblemKind::Row, None, why);
            return Ok(());
        }
        // One by one, to find those that can be read.
        (Err(error), _) => {
            reason(error)?;
            for execution in executions.chunks(1) {
                check_map_runs(reader, execution, problems)?;
            }
            return Ok(());
        }
    };
    for run in runs {
        if let Err(error) = map_runs::read(&run.data) {
            problems.add(ProblemKind::MapRun, Some(run.arn), error.to_string());
        }
    }
    Ok(())
}

fn check_definition(machine: StoredMachine, problems: &mut Problems) {
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

/// Checks the documents of the engine.
fn check_documents(
    reader: &mut dyn StoreReader,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    match content_copy::check_complete(reader) {
        Ok(()) => {}
        Err(StoreError::IncompleteCopy { from }) => {
            let key = content_copy::KEY.to_owned();
            let why = format!("the store is an incomplete copy of `{from}`");
            problems.add(ProblemKind::Document, Some(key), why);
        }
        Err(error) => problems.of_database(Err(error))?,
    }
    let is_of_clock =
        |problem: &StoreProblem| problem.subject.as_deref() == Some(trusted_clock::KEY);
    if !problems.all.iter().any(is_of_clock)
        && let Err(error) = trusted_clock::read(reader)
    {
        let key = trusted_clock::KEY.to_owned();
        problems.add(ProblemKind::Document, Some(key), reason(error)?);
    }
    Ok(())
}
