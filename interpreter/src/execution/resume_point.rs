//! The part of a stopped execution from which a redrive continues.

use std::sync::Arc;

use super::map_run::MapRun;
use crate::distributed::Item;
use crate::history::ScopeId;
use crate::program::StateIx;
use crate::query::Variables;
use crate::record::{TrackedList, record};
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The data for a redrive, in addition to the history.
#[derive(Clone, Debug)]
pub struct ResumePoint {
    pub(super) stopped: StoppedCursor,
    pub(super) calls: TrackedList<u32>,
    pub(super) entropy: u64,
    /// The number of events that the execution wrote.
    pub events: u32,
}

/// A cursor that did not succeed.
#[derive(Clone, Debug)]
pub(super) struct StoppedCursor {
    pub(super) state: StateIx,
    pub(super) input: Value,
    pub(super) variables: Variables,
    pub(super) entered: u32,
    pub(super) entered_at: Timestamp,
    pub(super) scope: ScopeId,
    pub(super) item: Option<Arc<Item>>,
    pub(super) remaining_work: RemainingWork,
}

/// The part of a state that a redrive runs again.
#[derive(Clone, Debug)]
pub(crate) enum RemainingWork {
    /// The redrive enters the state again.
    Enter,
    /// The redrive retries the state, without a second StateEntered.
    Attempt,
    /// The branches or iterations that failed, were aborted or never started.
    Children {
        items: Value,
        results: Vec<Option<Value>>,
        next: u32,
        open: Vec<(u32, StoppedScope)>,
    },
    /// The children of a Map Run that did not succeed or never started.
    Run(Box<MapRun>),
}

/// The top level, a branch or an iteration that a redrive resumes.
#[derive(Clone, Debug)]
pub(crate) struct StoppedScope(pub(super) StoppedCursor);

record!(struct StoppedCursor {
    1 => state, 2 => input, 3 => variables, 4 => entered, 5 => entered_at, 6 => scope, 7 => item, 8 => remaining_work,
});
record!(enum RemainingWork { 0 => Enter, 1 => Attempt, 2 => Children { 1 => items, 2 => results, 3 => next, 4 => open }, 3 => Run(run) });
record!(struct StoppedScope(stopped));
