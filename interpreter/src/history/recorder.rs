//! Writes and stores the history of a running execution.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::chain::Chain;
use super::entry::{Details, Entry, Payload};
use super::kind::EventGroup;
use super::log::Log;
use super::scope::ScopePath;
use super::{EventKind, History, HistoryData, ScopeId, Scopes};
use crate::execution_info::ExecutionInfo;
use crate::program::{Program, StateIx};
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter};
use crate::timestamp::Timestamp;

/// How many events are retained for readers of `ExecutionHandle::events` if no history is recorded.
const WATCHED: u32 = 1_024;

/// Writes the history of a running execution.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// How many events are retained: the last ones; 0 if only the ids count.
    max_retained: u32,
    count: u32,
    /// The maximum number of events, including the last one.
    limit: u32,
    /// Only one more event fits, which reports that the limit is exceeded.
    is_full: bool,
    /// The time of the last event.
    latest: Timestamp,
    /// The number of written events at which the first ones are dropped.
    next_drop: u32,
    entries: Log<Entry>,
    /// The state of the chains after the dropped events, if there are any.
    front: Option<Box<Chain>>,
    scopes: Scopes,
}

impl Recorder {
    /// Creates the recorder of an execution of `program` that retains the last `max_retained`
    /// events.
    pub(crate) fn new(program: &Program, max_retained: u32) -> Self {
        let capacity = program.expected_events().min(max_retained as usize);
        Self {
            max_retained,
            count: 0,
            limit: u32::MAX,
            is_full: false,
            latest: Timestamp::default(),
            next_drop: 0,
            entries: Log::with_capacity(capacity),
            front: None,
            scopes: Scopes::default(),
        }
        .settled()
    }

    /// Continues the history of an execution that wrote `count` events.
    pub(crate) fn resumed(history: &History, max_retained: u32, count: u32) -> Self {
        let HistoryData {
            entries,
            front,
            scopes,
            ..
        } = &*history.inner;
        Self {
            max_retained,
            count,
            limit: u32::MAX,
            is_full: false,
            latest: Timestamp::default(),
            next_drop: 0,
            entries: entries.clone(),
            front: front.clone(),
            scopes: scopes.clone(),
        }
        .settled()
    }

    /// Computes the fields that follow from the entries.
    fn settled(mut self) -> Self {
        self.settle();
        self
    }

    fn settle(&mut self) {
        self.latest = self.entries.last().map_or(self.latest, |last| last.at);
        let next_drop = self.entries.next_drop(self.max_retained as usize);
        self.next_drop = u32::try_from(next_drop).unwrap_or(u32::MAX);
    }

    /// Sets the maximum number of events.
    pub(crate) fn limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// Returns whether only one more event fits.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Makes capacity for the last event.
    pub(crate) fn make_room(&mut self) {
        self.is_full = false;
    }

    /// Writes an event of a state and returns its id. When the history is full nothing is written.
    /// The details are only computed if events are retained.
    #[inline]
    pub(crate) fn write_of_state(
        &mut self,
        program: &Program,
        at: Timestamp,
        kind: EventKind,
        state: StateIx,
        scope: ScopeId,
        payload: impl FnOnce() -> Payload,
    ) -> u32 {
        if self.is_full || self.count + 1 >= self.limit {
            self.is_full = true;
            return self.count;
        }
        tracing::debug!(state = %program.state(state).name, event = kind.name(), "event");
        self.write_with(at, kind, state, scope, payload)
    }

    /// Writes an event and returns its id.
    pub(crate) fn write(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        state: StateIx,
        scope: ScopeId,
        payload: Payload,
    ) -> u32 {
        self.write_with(at, kind, state, scope, || payload)
    }

    /// Writes an event. It is never older than the previous one, also if the clock was set back.
    #[inline]
    fn write_with(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        state: StateIx,
        scope: ScopeId,
        payload: impl FnOnce() -> Payload,
    ) -> u32 {
        self.count = self.count.saturating_add(1);
        if self.max_retained == 0 {
            return self.count;
        }
        self.latest = self.latest.max(at);
        let at = self.latest;
        self.entries.push_with(|| Entry {
            at,
            payload: payload(),
            scope,
            state,
            kind,
        });
        if self.count >= self.next_drop {
            self.retain_last();
        }
        self.count
    }

    /// Drops the first events, if the number is limited.
    #[cold]
    fn retain_last(&mut self) {
        let (front, scopes) = (self.front.get_or_insert_default(), &self.scopes);
        self.entries
            .retain_last(self.max_retained as usize, |position, entry| {
                front.previous(
                    scopes,
                    entry,
                    u32::try_from(position + 1).unwrap_or(u32::MAX),
                );
            });
        self.settle();
    }

    /// Releases the capacity for further events, because the execution may wait for long.
    pub(crate) fn shrink(&mut self) {
        self.entries.shrink();
    }

    /// Returns the time of the last event; 1970 where no events are retained.
    pub(crate) fn latest(&self) -> Timestamp {
        self.latest
    }

    /// Returns how many events were written.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Retains the last events from now on, if none were retained, because a reader has subscribed.
    pub fn watch(&mut self) {
        if self.max_retained == 0 {
            self.max_retained = WATCHED;
            self.entries = Log::starting_after(self.count as usize);
            self.settle();
        }
    }

    /// Returns when the newest task of a state in this scope was scheduled, and when it was
    /// started; `None` where no events are retained.
    pub(crate) fn task_times(
        &self,
        state: StateIx,
        scope: ScopeId,
    ) -> Option<(Timestamp, Option<Timestamp>)> {
        let mut started = None;
        let entries = self.entries.iter_back();
        for entry in entries.filter(|entry| entry.state == state && entry.scope == scope) {
            match entry.kind.group() {
                EventGroup::Scheduled => return Some((entry.at, started)),
                EventGroup::Started => started = started.or(Some(entry.at)),
                _ => {}
            }
        }
        None
    }

    /// Returns the events of states in their scopes, for the waits of these states. States without
    /// retained events are missing.
    pub(crate) fn wait_events(
        &self,
        states: impl Iterator<Item = (StateIx, ScopeId)>,
    ) -> HashMap<(StateIx, ScopeId), WaitEvents> {
        let mut found: HashMap<_, _> = states.map(|key| (key, WaitEvents::default())).collect();
        for (_, entry) in self.entries.iter() {
            if let Some(events) = found.get_mut(&(entry.state, entry.scope)) {
                events.add(entry);
            }
        }
        found
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

    /// Returns a log from which all written events are dropped, if none are retained.
    fn nothing_kept(&self) -> Option<Log<Entry>> {
        (self.max_retained == 0).then(|| Log::starting_after(self.count as usize))
    }

    /// Returns the history so far.
    pub(crate) fn history(&self, program: Arc<Program>, about: Arc<ExecutionInfo>) -> History {
        let entries = self.nothing_kept();
        History::new(HistoryData {
            program,
            about,
            entries: entries.unwrap_or_else(|| self.entries.clone()),
            front: self.front.clone(),
            scopes: self.scopes.clone(),
        })
    }

    /// Returns the history of the first `events`.
    pub(crate) fn history_of_first(
        &self,
        events: usize,
        program: Arc<Program>,
        about: Arc<ExecutionInfo>,
    ) -> History {
        let mut entries = self.entries.clone();
        entries.truncate(events);
        History::new(HistoryData {
            program,
            about,
            entries,
            front: self.front.clone(),
            scopes: self.scopes.clone(),
        })
    }

    /// Removes the events after the first `events`.
    pub fn cut(&mut self, events: usize) {
        self.entries.truncate(events);
    }

    /// Returns the whole history.
    pub(crate) fn finish(self, program: Arc<Program>, about: Arc<ExecutionInfo>) -> History {
        History::new(HistoryData {
            program,
            about,
            entries: self.nothing_kept().unwrap_or(self.entries),
            front: self.front,
            scopes: self.scopes,
        })
    }

    /// Returns about how many bytes a clone allocates.
    pub(crate) fn clone_bytes(&self) -> usize {
        self.entries.clone_bytes()
    }

    /// Returns about how many bytes of memory the events occupy.
    pub(crate) fn bytes(&self) -> u64 {
        super::bytes_of(&self.entries)
    }

    /// Writes the events after the first `written`.
    pub(crate) fn write_new(&self, written: &mut WrittenEvents, to: &mut RecordWriter) {
        // An unlimited recorder has the largest 64-bit number.
        let bound = (self.max_retained < u32::MAX).then_some(u64::from(self.max_retained));
        to.field(1, |to| bound.unwrap_or(u64::MAX).write(to));
        to.field(2, |to| self.count.write(to));
        to.field(3, |to| {
            written.events = self.entries.write_new(written.events, to)
        });
        to.field(4, |to| match &self.front {
            Some(front) => front.write(to),
            None => Chain::default().write(to),
        });
        to.field(5, |to| {
            written.scopes = self.scopes.write_new(written.scopes, to)
        });
        to.end_fields();
    }

    /// Checks that the references of the events are valid. Returns the number of scopes.
    pub(crate) fn check(&self) -> Result<usize, DamagedRecord> {
        let scopes = self.scopes.len();
        let is_sound = |entry: &Entry| {
            (entry.scope.0 as usize) < scopes
                && (entry.state != StateIx::NONE || !entry.kind.is_entered())
        };
        if self.scopes.are_nested() && self.entries.iter().all(|(_, entry)| is_sound(entry)) {
            Ok(scopes)
        } else {
            Err(DamagedRecord)
        }
    }

    /// Applies the events that [`write_new`](Self::write_new) wrote.
    pub(crate) fn read_new(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        from.fields(|number, from| {
            match number {
                1 => self.max_retained = u32::try_from(u64::read(from)?).unwrap_or(u32::MAX),
                2 => self.count = Record::read(from)?,
                3 => {
                    self.entries.read_new(from)?;
                    self.settle();
                }
                4 => {
                    let front = Chain::read(from)?;
                    self.front = front.has_begun().then(|| Box::new(front));
                }
                5 => self.scopes.read_new(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })
    }
}

/// The events of a state that waits.
#[derive(Debug, Default)]
pub(crate) struct WaitEvents {
    /// The time of the last event.
    pub(crate) latest: Option<Timestamp>,
    /// When its newest task was scheduled.
    pub(crate) scheduled: Option<Timestamp>,
    /// The worker that took the newest task.
    pub(crate) worker: Option<SmolStr>,
}

impl WaitEvents {
    /// Adds the next event of the state.
    fn add(&mut self, entry: &Entry) {
        self.latest = Some(entry.at);
        if entry.kind.group() == EventGroup::Scheduled {
            self.scheduled = Some(entry.at);
            self.worker = None;
        }
        if let Payload::Details(details) = &entry.payload
            && let Details::Worker(worker) = &**details
        {
            self.worker = Some(worker.clone());
        }
    }
}

/// The position up to which a history was written.
#[derive(Debug)]
pub(crate) struct WrittenEvents {
    events: usize,
    scopes: usize,
}

impl WrittenEvents {
    /// Returns the position after all events of a recorder.
    pub(crate) fn of(recorder: &Recorder) -> Self {
        Self {
            events: recorder.entries.end(),
            scopes: recorder.scopes.len(),
        }
    }

    /// Returns how many events were written.
    pub(crate) fn count(&self) -> usize {
        self.events
    }

    /// Returns whether the recorder has more events.
    pub(crate) fn lacks_events_of(&self, recorder: &Recorder) -> bool {
        self.events < recorder.entries.end()
    }
}

impl Default for WrittenEvents {
    fn default() -> Self {
        // The scope of the top level always exists.
        Self {
            events: 0,
            scopes: 1,
        }
    }
}
