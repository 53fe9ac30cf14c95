use std::sync::Arc;

use super::map_run::MapRun;
use crate::clock::Timestamp;
use crate::distributed::Item;
use crate::history::ScopeId;
use crate::program::StateIx;
use crate::query::Variables;
use crate::record::{Changing, record};
use crate::value::Value;

/// What an execution keeps in order to be redriven, beside its history.
#[derive(Clone, Debug)]
pub(crate) struct Resume {
    pub(super) stopped: Stopped,
    pub(super) calls: Changing<u32>,
    pub(super) entropy: u64,
    /// How many events it wrote.
    pub(crate) events: u32,
}

/// A cursor that came to no good end.
#[derive(Clone, Debug)]
pub(super) struct Stopped {
    pub(super) state: StateIx,
    pub(super) input: Value,
    pub(super) variables: Variables,
    pub(super) entered: u32,
    pub(super) entered_at: Timestamp,
    pub(super) scope: ScopeId,
    pub(super) item: Option<Arc<Item>>,
    pub(super) inside: Inside,
}

/// What of its state is done again.
#[derive(Clone, Debug)]
pub(crate) enum Inside {
    /// All: it is entered.
    Enter,
    /// Its work.
    Attempt,
    /// The branches or iterations that failed, were aborted or never started.
    Children {
        items: Value,
        results: Vec<Option<Value>>,
        next: u32,
        open: Vec<(u32, Open)>,
    },
    /// The children of a Map Run that did not succeed or never started.
    Run(Box<MapRun>),
}

/// A branch or iteration that goes on.
#[derive(Clone, Debug)]
pub(crate) struct Open(pub(super) Stopped);

record!(struct Stopped { state, input, variables, entered, entered_at, scope, item, inside });
record!(enum Inside { 0 => Enter, 1 => Attempt, 2 => Children { items, results, next, open }, 3 => Run(run) });
record!(struct Open(stopped));
