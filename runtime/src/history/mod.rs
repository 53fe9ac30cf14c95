//! What an execution did, event by event, in AWS's names, order and ids.
//!
//! An execution keeps 40 bytes an event and shares the values; [`History::to_json`] prints them as
//! `GetExecutionHistory` does, and only then.

mod chain;
mod entry;
mod event;
mod kind;
mod recorder;
mod scope;

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use smol_str::SmolStr;

pub(crate) use self::entry::{Details, Entry, Payload};
pub use self::event::Event;
pub use self::kind::EventKind;
pub(crate) use self::recorder::Recorder;
pub(crate) use self::scope::{ScopeId, ScopePath, Scopes};

use self::chain::Chain;
use crate::about::About;
use crate::program::Program;
use crate::task::DefinedState;

/// The history of an execution. Clones share it.
#[derive(Clone)]
pub struct History {
    inner: Arc<Inner>,
}

struct Inner {
    program: Arc<Program>,
    about: Arc<About>,
    entries: Vec<Entry>,
    scopes: Scopes,
}

impl History {
    fn new(program: Arc<Program>, about: Arc<About>, entries: Vec<Entry>, scopes: Scopes) -> Self {
        Self {
            inner: Arc::new(Inner {
                program,
                about,
                entries,
                scopes,
            }),
        }
    }

    /// The history of an execution that never began.
    pub(crate) fn empty(program: Arc<Program>, about: Arc<About>) -> Self {
        Self::new(program, about, Vec::new(), Scopes::default())
    }

    /// What a history that goes on begins with.
    fn parts(&self) -> (Arc<Program>, Vec<Entry>, Scopes) {
        let inner = &*self.inner;
        (
            inner.program.clone(),
            inner.entries.clone(),
            inner.scopes.clone(),
        )
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.inner.entries.len()
    }

    /// Whether it has no events, because the engine keeps none.
    pub fn is_empty(&self) -> bool {
        self.inner.entries.is_empty()
    }

    /// The execution.
    pub fn execution(&self) -> &About {
        &self.inner.about
    }

    /// The events in the order of writing.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let inner = &*self.inner;
        let mut chain = Chain::default();
        inner.entries.iter().enumerate().map(move |(index, entry)| {
            let id = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let previous = chain.previous(&inner.scopes, entry, id);
            Event::new(
                id,
                previous,
                entry.clone(),
                &inner.scopes,
                inner.program.clone(),
                inner.about.clone(),
            )
        })
    }

    /// The names of the states in the order in which they were entered.
    pub fn path(&self) -> Vec<String> {
        let entered = self
            .inner
            .entries
            .iter()
            .filter(|entry| entry.kind.is_entered());
        entered
            .map(|entry| self.inner.program.state(entry.state).name.to_string())
            .collect()
    }

    /// The states of the definition that ran.
    pub(crate) fn defined(&self) -> Vec<DefinedState> {
        let machine = &self.inner.about.machine_name;
        self.inner.program.defined(machine)
    }

    /// The states of the definition that run in the children of a Distributed Map of this execution, or in the execution
    /// that has the Map Run of this one: each with the name of that Map.
    pub(crate) fn elsewhere(&self) -> Vec<(DefinedState, SmolStr)> {
        let program = &self.inner.program;
        let map_of = |state| program.run_by(state).map(|map| map.name.clone());
        let mut entered = self.inner.entries.iter().filter(|e| e.kind.is_entered());
        let own = entered.next().and_then(|entry| map_of(entry.state.index()));
        let states = self.defined().into_iter().enumerate();
        let elsewhere = states.filter_map(|(place, state)| match (map_of(place), &own) {
            (map, own) if map == *own => None,
            (Some(map), _) => Some((state, map)),
            (None, own) => Some((state, own.clone()?)),
        });
        elsewhere.collect()
    }

    /// The answer of `GetExecutionHistory`: `{"events": [..]}`.
    pub fn to_json(&self) -> Json {
        json!({ "events": self.events().map(|event| event.to_json()).collect::<Vec<_>>() })
    }
}

/// In short, because a test prints it with an error that it returns.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().join(" -> ");
        write!(f, "History({} events, path: {path})", self.len())
    }
}
