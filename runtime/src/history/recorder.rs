use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::chain::Chain;
use super::entry::{Entry, Payload};
use super::scope::ScopePath;
use super::{Event, EventKind, History, ScopeId, Scopes};
use crate::about::About;
use crate::clock::Timestamp;
use crate::program::{Program, StateIx};

/// Writes the history of a running execution and tells whoever listens.
#[derive(Debug)]
pub(crate) struct Recorder {
    program: Arc<Program>,
    about: Arc<About>,
    /// `None` when only the ids count.
    entries: Option<Vec<Entry>>,
    count: u32,
    scopes: Scopes,
    listeners: Vec<UnboundedSender<Event>>,
    /// As far as the listeners were told; empty while nobody listens.
    chain: Chain,
}

impl Recorder {
    pub(crate) fn new(program: Arc<Program>, about: Arc<About>, keeps: bool) -> Self {
        let entries = keeps.then(|| Vec::with_capacity(program.expected_events()));
        Self {
            program,
            about,
            entries,
            count: 0,
            scopes: Scopes::default(),
            listeners: Vec::new(),
            chain: Chain::default(),
        }
    }

    /// Goes on with the history of an execution that wrote `count` events.
    pub(crate) fn resumed(history: &History, about: Arc<About>, keeps: bool, count: u32) -> Self {
        let (program, entries, scopes) = history.parts();
        Self {
            program,
            about,
            entries: keeps.then_some(entries),
            count,
            scopes,
            listeners: Vec::new(),
            chain: Chain::default(),
        }
    }

    /// Writes an event and gives its id.
    pub(crate) fn write(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        state: StateIx,
        scope: ScopeId,
        payload: Payload,
    ) -> u32 {
        self.count = self.count.saturating_add(1);
        if self.entries.is_none() && self.listeners.is_empty() {
            return self.count;
        }
        let entry = Entry {
            at,
            payload,
            scope,
            state,
            kind,
        };
        if !self.listeners.is_empty() {
            let event = self.event(self.count, &entry);
            self.listeners
                .retain(|listener| listener.send(event.clone()).is_ok());
        }
        if let Some(entries) = &mut self.entries {
            entries.push(entry);
        }
        self.count
    }

    /// How many events were written.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Opens the scope of an iteration or a branch.
    pub(crate) fn open(&mut self, parent: ScopeId, container: StateIx, index: u32) -> ScopeId {
        self.scopes.open(parent, container, index)
    }

    pub(crate) fn scope_path<'a>(&'a self, program: &'a Program, scope: ScopeId) -> ScopePath<'a> {
        ScopePath {
            program,
            scopes: &self.scopes,
            scope,
        }
    }

    /// Tells `listener` all that was written and all that will be.
    pub(crate) fn listen(&mut self, listener: UnboundedSender<Event>) {
        if self.listeners.is_empty() {
            self.chain = Chain::default();
        }
        let mut chain = Chain::default();
        for (index, entry) in self.entries.iter().flatten().enumerate() {
            let id = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let previous = chain.previous(&self.scopes, entry, id);
            if listener
                .send(self.event_after(id, previous, entry.clone()))
                .is_err()
            {
                return;
            }
        }
        self.chain = chain;
        self.listeners.push(listener);
    }

    /// The history so far.
    pub(crate) fn history(&self) -> History {
        History::new(
            self.program.clone(),
            self.about.clone(),
            self.entries.clone().unwrap_or_default(),
            self.scopes.clone(),
        )
    }

    /// The whole history; nobody is told anything any more.
    pub(crate) fn finish(&mut self) -> History {
        self.listeners.clear();
        History::new(
            self.program.clone(),
            self.about.clone(),
            self.entries.take().unwrap_or_default(),
            std::mem::take(&mut self.scopes),
        )
    }

    fn event(&mut self, id: u32, entry: &Entry) -> Event {
        let previous = self.chain.previous(&self.scopes, entry, id);
        self.event_after(id, previous, entry.clone())
    }

    fn event_after(&self, id: u32, previous: u32, entry: Entry) -> Event {
        Event::new(
            id,
            previous,
            entry,
            &self.scopes,
            self.program.clone(),
            self.about.clone(),
        )
    }
}
