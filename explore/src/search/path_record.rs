//! What happens on a path that is shown: the events of all its executions in their order, and the
//! executions that have ended.

use smol_str::SmolStr;
use stepwright_interpreter::history::History;

use super::path_step::PathStep;
use crate::event::PathEvent;

/// The record of a path that is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct PathRecord {
    pub(super) entries: Vec<RecordEntry>,
    pub(super) inner: Vec<InnerHistory>,
}

/// An event of a path, or a step that is no event of a history.
#[derive(Clone, Debug)]
pub(super) enum RecordEntry {
    Event(PathEvent),
    Step(PathStep),
}

/// The history of an execution that the explored one started.
#[derive(Clone, Debug)]
pub struct InnerHistory {
    pub(super) label: SmolStr,
    pub(super) is_child: bool,
    pub(super) history: History,
}

impl InnerHistory {
    /// Returns its position: `Each[0]` for the first child of the Map `Each`, `Pay/payments` for
    /// the execution of `payments` that `Pay` starts.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns whether it is a child of a Map Run.
    pub fn is_map_run_child(&self) -> bool {
        self.is_child
    }

    /// Returns the history up to the end of the path.
    pub fn history(&self) -> &History {
        &self.history
    }
}
