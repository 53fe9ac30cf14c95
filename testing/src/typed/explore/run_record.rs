use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::outcome::{Decision, Outcome};
use stepwright_engine::ExecutionReport;

/// The calls, findings and children of one run.
#[derive(Default)]
pub(super) struct RunRecord {
    pub(super) choices: Vec<Choice>,
    pub(super) decisions: Vec<Decision>,
    /// The outcome of the last attempt in each visit of a state.
    pub(super) last: HashMap<VisitKey, Outcome>,
    pub(super) evaluations: Vec<Evaluation>,
    /// The states whose expression fails on purpose, by their executions.
    pub(super) meant: HashSet<(String, String)>,
    /// The children of Map Runs that ended.
    pub(super) children: Vec<Arc<ExecutionReport>>,
    /// A Map whose items are placeholders, because the bounds have no items for it.
    pub(super) made_up: Option<String>,
    /// The number of children that started.
    pub(super) started: usize,
    /// The number of events that children wrote.
    pub(super) events: usize,
    /// Whether the run was stopped because it had too many events.
    pub(super) is_cut: bool,
}

/// The options of one call, and the one that was taken.
pub(super) struct Choice {
    pub(super) state: String,
    pub(super) options: Vec<Cost>,
    pub(super) taken: usize,
}

/// The cost of an option: the faults that it adds to a combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// No fault: the first sample, the same outcome as before, or the success of the first retry.
    Nothing,
    /// A fault.
    Fault,
    /// The sample of this number instead of the first sample.
    Sample(usize),
}

/// The visit of a state: its execution, its scope and its name.
pub(super) type VisitKey = (String, Vec<String>, String);

/// A field that could not be evaluated.
pub(super) struct Evaluation {
    /// The nested workflow that it belongs to.
    pub(super) workflow: Option<String>,
    pub(super) state: String,
    /// The state of the explored machine that shows it.
    pub(super) shown_by: String,
    pub(super) error: String,
    pub(super) cause: String,
    /// Whether it was in a child of a Map Run.
    pub(super) in_child: bool,
}
