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

pub(crate) use self::entry::{Details, Entry, Payload};
pub use self::event::Event;
pub use self::kind::EventKind;
pub(crate) use self::recorder::Recorder;
pub(crate) use self::scope::{ScopeId, ScopePath, Scopes};

use self::chain::Chain;
use crate::about::About;
use crate::program::Program;

/// The history of an execution.
#[derive(Clone)]
pub struct History {
    program: Arc<Program>,
    about: Arc<About>,
    entries: Vec<Entry>,
    scopes: Scopes,
}

impl History {
    fn new(program: Arc<Program>, about: Arc<About>, entries: Vec<Entry>, scopes: Scopes) -> Self {
        Self {
            program,
            about,
            entries,
            scopes,
        }
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no events, because the engine keeps none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The execution.
    pub fn execution(&self) -> &About {
        &self.about
    }

    /// The events in the order of writing.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let mut chain = Chain::default();
        self.entries.iter().enumerate().map(move |(index, entry)| {
            let id = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let previous = chain.previous(&self.scopes, entry, id);
            Event::new(
                id,
                previous,
                entry.clone(),
                &self.scopes,
                self.program.clone(),
                self.about.clone(),
            )
        })
    }

    /// The names of the states in the order in which they were entered.
    pub fn path(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter(|entry| entry.kind.is_entered())
            .map(|entry| self.program.state(entry.state).name.to_string())
            .collect()
    }

    /// The answer of `GetExecutionHistory`: `{"events": [..]}`.
    pub fn to_json(&self) -> Json {
        json!({ "events": self.events().map(|event| event.to_json()).collect::<Vec<_>>() })
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self
            .entries
            .iter()
            .map(|entry| (entry.kind, &self.program.state(entry.state).name));
        f.debug_list().entries(kinds).finish()
    }
}
