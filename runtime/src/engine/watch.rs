use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::report::ExecutionReport;
use super::shared::Shared;
use crate::task::DefinedState;

/// The longest text of a cause or a path in the news.
const LONG: usize = 300;

/// What mocks see of an engine that has them. It does not keep the engine.
#[derive(Clone)]
pub struct Watch(Weak<Shared>);

/// Whether something can still happen in an engine that the test does not do itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stillness {
    /// No execution runs.
    Over,
    /// Executions wait for the test.
    Waits,
    /// Executions wait for somebody outside.
    WaitsOutside,
    /// Something is going on.
    Moves,
}

impl Watch {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::downgrade(shared))
    }

    /// The states of its definitions, as they are now.
    pub(crate) fn defined(&self) -> Vec<DefinedState> {
        let shared = self.0.upgrade();
        shared.map_or_else(Vec::new, |shared| shared.machines.defined().to_vec())
    }

    pub(crate) fn stillness(&self) -> Stillness {
        match self.0.upgrade() {
            Some(shared) if shared.live.load(Ordering::SeqCst) > 0 => shared.clock.stillness(),
            _ => Stillness::Over,
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.stillness()).finish()
    }
}

/// How an execution ended, in one line.
pub(super) fn end_of(report: &ExecutionReport) -> String {
    let name = &report.execution().machine_name;
    let mut text = format!("`{name}` ended {}", report.status);
    if let Some(error) = &report.error {
        text += &format!(" with `{error}`");
    }
    if let Some(cause) = &report.cause {
        text += &format!(": {}", short(cause));
    }
    let path = report.history.path().join(" -> ");
    format!("{text} (path: {})", short(&path))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
