//! The execution of `stepwright run --store`: it is started, resumed, or its result is printed
//! again.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_engine::store::{SqliteStore, Store};
use stepwright_engine::value::Value;
use stepwright_engine::{ExecutionDescription, ExecutionFilter, Status, StoredExecutions};

use crate::failure::Failure;
use crate::store_file::{cannot, note_access};
use crate::terminal::diagnostics;
use crate::terminal::table::cell;

/// A store, and its record of the execution.
pub(crate) struct StoredRun<'a> {
    path: &'a Path,
    name: &'a str,
    pub(crate) store: SqliteStore,
    /// The execution, if it was started before.
    pub(crate) found: Option<ExecutionDescription>,
}

impl<'a> StoredRun<'a> {
    /// Opens or creates the store, and looks up the execution. It must have the same input.
    pub(crate) fn open(
        path: &'a Path,
        machine: &str,
        name: &'a str,
        input: &Value,
    ) -> Result<Self, Failure> {
        let store = SqliteStore::open(path).map_err(cannot)?;
        note_access(path);
        let mut executions = StoredExecutions::new(store.reader().map_err(cannot)?);
        let filter = ExecutionFilter::new().machine(machine).name(name);
        let page = executions.list(&filter).map_err(cannot)?;
        let found = match page.executions.first() {
            Some(known) => executions.describe(&known.id).map_err(cannot)?,
            None => None,
        };
        if let Some(known) = found.as_ref().filter(|known| known.input != *input) {
            let hint = diagnostics::hint(&format!(
                "choose a different --name, or use the input of that execution: --input '{}'",
                cell(&known.input.to_text())
            ));
            return Err(Failure::Usage(format!(
                "ExecutionAlreadyExists: the execution `{name}` of `{machine}` is in {} with another input{hint}",
                path.display()
            )));
        }
        Ok(Self {
            path,
            name,
            store,
            found,
        })
    }

    /// The definition with which the execution was started, even if the file has changed.
    pub(crate) fn definition(&self, current: &StateMachine) -> Result<StateMachine, Failure> {
        match &self.found {
            Some(found) => StateMachine::from_json(&found.machine.definition)
                .map_err(|diagnostics| Failure::Failed(diagnostics.to_string())),
            None => Ok(current.clone()),
        }
    }

    /// The execution if it has ended, with a note on standard error.
    pub(crate) fn ended_execution(&self, current: &StateMachine) -> Option<&ExecutionDescription> {
        let found = self.found.as_ref()?;
        let changed = if found.machine.definition == current.to_json() {
            ""
        } else {
            "; the definition has changed since then, and the execution uses the version with which it started"
        };
        let (name, path) = (self.name, self.path.display());
        if found.summary.status == Status::Running {
            diagnostics::note(&format!(
                "the execution `{name}` resumes from {path}{changed}"
            ));
            return None;
        }
        let stopped = found.summary.stopped.unwrap_or(found.summary.started);
        diagnostics::note(&format!(
            "the execution `{name}` already ended at {stopped}; this is its result, from {path}{changed}"
        ));
        Some(found)
    }
}

/// The note if the program is ended before the execution.
pub(crate) fn tell_parked(path: &Path, name: &str) {
    diagnostics::note(&format!(
        "the execution `{name}` is stored in {}; run the same command to resume it",
        path.display()
    ));
}
