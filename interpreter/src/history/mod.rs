//! Histories of executions: their events, with AWS's names, order and ids.
//!
//! An execution stores 40 bytes for each event and shares the values. [`History::to_json`] formats
//! them as `GetExecutionHistory` does, on demand.

mod chain;
mod entry;
mod event;
mod folded_path;
mod kind;
mod log;
mod page;
mod recorder;
mod scope;

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::redaction::Redaction;
use stepwright_asl::source::SourceLocation;

use self::chain::Chain;
use self::log::Log;
use crate::execution_info::ExecutionInfo;
use crate::program::Program;
use crate::task::DefinedState;
use crate::timestamp::Timestamp;
use crate::value::{MemoryEstimate, Value};

pub(crate) use self::entry::{Details, Entry, Payload};
pub use self::event::Event;
pub use self::folded_path::FoldedPath;
pub use self::kind::{EventGroup, EventKind};
pub use self::page::{HistoryPage, HistoryQuery, InvalidPageToken};
pub use self::recorder::Recorder;
pub(crate) use self::recorder::{WaitEvents, WrittenEvents};
pub(crate) use self::scope::{ScopeId, ScopeNames, Scopes};

/// How the cause of an execution begins that failed because its history was full.
#[doc(hidden)]
pub const FULL_HISTORY: &str = "The execution reached the maximum number of history events";

/// The history of an execution. Clones share it.
#[derive(Clone)]
pub struct History {
    inner: Arc<HistoryData>,
}

struct HistoryData {
    program: Arc<Program>,
    about: Arc<ExecutionInfo>,
    entries: Log<Entry>,
    /// The state of the chains after the dropped events.
    front: Option<Box<Chain>>,
    scopes: Scopes,
}

impl History {
    fn new(inner: HistoryData) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the history of an execution that never started.
    pub fn empty(program: Arc<Program>, about: Arc<ExecutionInfo>) -> Self {
        Self::new(HistoryData {
            program,
            about,
            entries: Log::with_capacity(0),
            front: None,
            scopes: Scopes::default(),
        })
    }

    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.inner.entries.len()
    }

    /// Returns whether it has no events, because the engine records none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many events at the beginning were dropped: of an Express execution that wrote
    /// more than [`Limits::events`](crate::Limits::events), or of an engine that records no
    /// history.
    pub fn dropped(&self) -> usize {
        self.inner.entries.dropped()
    }

    /// Returns about how many bytes of memory it occupies. A value that two successive events share
    /// counts once.
    pub fn bytes(&self) -> u64 {
        bytes_of(&self.inner.entries)
    }

    /// Returns the number of events that were written.
    pub fn written(&self) -> u32 {
        u32::try_from(self.inner.entries.end()).unwrap_or(u32::MAX)
    }

    /// Returns the time of the last event; 1970 if there is none.
    pub fn latest(&self) -> Timestamp {
        let last = self.inner.entries.last();
        last.map_or_else(Timestamp::default, |last| last.at)
    }

    /// Returns the execution.
    pub fn execution(&self) -> &ExecutionInfo {
        &self.inner.about
    }

    /// Returns the text of the definition with which the execution started, with the values of its
    /// placeholders; `None` if the caller of the interpreter did not set it.
    pub fn definition(&self) -> Option<&str> {
        self.inner.program.definition.as_deref()
    }

    /// Returns where a state is declared in Rust; `None` if the definition is not a workflow's.
    pub fn source_location(&self, state: &str) -> Option<SourceLocation> {
        self.inner.program.sources.of(state)
    }

    /// Returns the JSON Schema of the answer to the task token of a state, if the workflow declares
    /// the type in Rust: `let decision: Decision = wait_for_task_token ..`.
    pub fn answer_schema(&self, state: &str) -> Option<Json> {
        let answer = self.inner.program.answer_type(state)?;
        Some(answer.schema())
    }

    /// Returns the type of the execution's state machine.
    pub fn machine_type(&self) -> MachineType {
        self.inner.program.entry().machine_type
    }

    /// Returns the compiled definition with which the execution started.
    pub fn program(&self) -> &Arc<Program> {
        &self.inner.program
    }

    /// Returns the events in the order of writing.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let mut reader = HistoryReader::default();
        let written = self.written();
        std::iter::from_fn(move || {
            while reader.read() < written {
                if let Some(event) = reader.next(self) {
                    return Some(event);
                }
            }
            None
        })
    }

    /// Returns the names of the states in the order in which they were entered.
    pub fn path(&self) -> Vec<String> {
        let entered = self
            .inner
            .entries
            .iter()
            .filter(|(_, entry)| entry.kind.is_entered());
        entered
            .map(|(_, entry)| self.inner.program.state(entry.state).name.to_string())
            .collect()
    }

    /// Returns the states of the definition that ran.
    pub fn defined(&self) -> Vec<DefinedState> {
        let machine = &self.inner.about.machine.name;
        self.inner.program.defined(machine)
    }

    /// Returns the states of the definition that belong to other executions: the children of a
    /// Distributed Map of this execution, or, for a child, the parent. Each has the name of that
    /// Map.
    pub fn elsewhere(&self) -> Vec<(DefinedState, SmolStr)> {
        let program = &self.inner.program;
        let map_of = |state| program.run_by(state).map(|map| map.name.clone());
        let entries = self.inner.entries.iter().map(|(_, entry)| entry);
        let mut entered = entries.filter(|entry| entry.kind.is_entered());
        let own = entered.next().and_then(|entry| map_of(entry.state.index()));
        let states = self.defined().into_iter().enumerate();
        let elsewhere = states.filter_map(|(index, state)| match (map_of(index), &own) {
            (map, own) if map == *own => None,
            (Some(map), _) => Some((state, map)),
            (None, own) => Some((state, own.clone()?)),
        });
        elsewhere.collect()
    }

    /// Returns the fields that the engine masks in messages: those of `EngineBuilder::redact`, and
    /// those with `#[payload(redact)]` in the types of its workflows. Task tokens are masked, too.
    pub fn redaction(&self) -> &Redaction {
        &self.inner.program.redaction
    }

    /// Returns the response of `GetExecutionHistory`: `{"events": [..]}`.
    pub fn to_json(&self) -> Json {
        json!({ "events": self.events().map(|event| event.to_json()).collect::<Vec<_>>() })
    }
}

/// Returns about how many bytes of memory events occupy. A value that two successive events share
/// counts once.
fn bytes_of(entries: &Log<Entry>) -> u64 {
    let mut bytes = (entries.len() * size_of::<Entry>()) as u64;
    let mut estimate = MemoryEstimate::default();
    let mut before: Option<&Value> = None;
    for chunk in entries.chunks() {
        for value in chunk.iter().filter_map(|entry| entry.payload.value()) {
            if !before.is_some_and(|before| before.is_same_node(value)) {
                bytes = bytes.saturating_add(estimate.bytes(value));
            }
            before = Some(value);
        }
    }
    bytes
}

/// Reads the events of a growing history, one after the other.
#[derive(Clone, Debug, Default)]
pub struct HistoryReader {
    /// The id of the event that was read last.
    read: u32,
    missed: u32,
    chain: Chain,
}

impl HistoryReader {
    /// Returns the id of the event that was read last.
    pub fn read(&self) -> u32 {
        self.read
    }

    /// Returns how many events were dropped before they were read.
    pub fn missed(&self) -> u32 {
        self.missed
    }

    /// Returns the next event of `history`, if it has one already.
    pub fn next(&mut self, history: &History) -> Option<Event> {
        let inner = &*history.inner;
        let (entry, previous) = self.step(history)?;
        Some(Event::new(
            self.read,
            previous,
            entry.clone(),
            &inner.scopes,
            inner.program.clone(),
            inner.about.clone(),
        ))
    }

    /// Skips the events up to this id, as far as they exist.
    fn skip_to(&mut self, history: &History, id: u32) {
        while self.read < id && self.step(history).is_some() {}
    }

    /// Returns the next entry, and the id of the previous event in its chain.
    fn step<'h>(&mut self, history: &'h History) -> Option<(&'h Entry, u32)> {
        let inner = &*history.inner;
        let dropped = u32::try_from(inner.entries.dropped()).unwrap_or(u32::MAX);
        if self.read < dropped {
            self.missed += dropped - self.read;
            self.read = dropped;
            self.chain = inner.front.as_deref().cloned().unwrap_or_default();
        }
        let entry = inner.entries.get(self.read as usize)?;
        self.read += 1;
        let previous = self.chain.previous(&inner.scopes, entry, self.read);
        Some((entry, previous))
    }
}

/// Short, because tests print it with errors.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        let path = FoldedPath::new(&path);
        write!(f, "History({} events, path: {path})", self.len())
    }
}
