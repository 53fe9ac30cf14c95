//! One execution, as a page shows it.

use std::time::Duration;

use stepwright_engine::history::History;
use stepwright_engine::value::Value;
use stepwright_engine::{ExecutionDescription, ExecutionHandle, ExecutionInfo, Wait};

/// How long a page waits for an execution whose store cannot commit. It then shows no waits.
const PATIENCE: Duration = Duration::from_millis(500);

/// An execution with its history.
pub(in crate::console) struct ExecutionSnapshot {
    id: String,
    info: ExecutionInfo,
    history: History,
    state: SnapshotState,
}

/// The part of a snapshot that the history lacks.
enum SnapshotState {
    /// The execution of a running engine.
    Engine(ExecutionHandle<Value>),
    /// The waits in a store.
    Store(Vec<Wait>),
}

impl ExecutionSnapshot {
    /// Reads an execution of a running engine.
    pub(super) async fn of_engine(run: ExecutionHandle<Value>) -> Self {
        Self {
            id: run.id().to_owned(),
            info: run.execution().clone(),
            history: run.history().await,
            state: SnapshotState::Engine(run),
        }
    }

    /// Creates the snapshot of an execution in a store.
    pub(super) fn of_store(described: ExecutionDescription) -> Self {
        Self {
            id: described.summary.id,
            info: described.execution,
            history: described.history,
            state: SnapshotState::Store(described.waits),
        }
    }

    /// Returns the ARN.
    pub(in crate::console) fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name.
    pub(in crate::console) fn name(&self) -> &str {
        self.info.name()
    }

    /// Returns the ids, names and input.
    pub(in crate::console) fn execution(&self) -> &ExecutionInfo {
        &self.info
    }

    /// Returns the history so far.
    pub(in crate::console) fn history(&self) -> &History {
        &self.history
    }

    /// Returns the handle of a running engine; `None` for an execution of a store.
    pub(in crate::console) fn handle(&self) -> Option<&ExecutionHandle<Value>> {
        match &self.state {
            SnapshotState::Engine(run) => Some(run),
            SnapshotState::Store(_) => None,
        }
    }

    /// Returns what the execution waits for.
    pub(in crate::console) async fn waits(&self) -> Vec<Wait> {
        match &self.state {
            SnapshotState::Engine(run) => waits_of(run).await,
            SnapshotState::Store(waits) => waits.clone(),
        }
    }
}

/// Returns what an execution of an engine waits for.
pub(super) async fn waits_of(run: &ExecutionHandle<Value>) -> Vec<Wait> {
    let waits = tokio::time::timeout(PATIENCE, run.waits()).await;
    waits.unwrap_or_default()
}
