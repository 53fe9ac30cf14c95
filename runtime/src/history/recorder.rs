use std::sync::Arc;

use super::chain::Chain;
use super::entry::{Entry, Payload};
use super::kind::Group;
use super::log::Log;
use super::scope::ScopePath;
use super::{EventKind, History, Inner, ScopeId, Scopes};
use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::program::{Program, StateIx};
use crate::record::{Damaged, Reader, Record, Writer};

/// How many events are retained for readers of `ExecutionHandle::events` if no history is recorded.
const WATCHED: u32 = 1_024;

/// Writes the history of a running execution.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// How many events are retained: the last ones; 0 if only the ids count.
    most: u32,
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
    /// Creates the recorder of an execution of `program` that retains the last `most` events.
    pub(crate) fn new(program: &Program, most: u32) -> Self {
        let capacity = program.expected_events().min(most as usize);
        Self {
            most,
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
    pub(crate) fn resumed(history: &History, most: u32, count: u32) -> Self {
        let Inner {
            entries,
            front,
            scopes,
            ..
        } = &*history.inner;
        Self {
            most,
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
        let next_drop = self.entries.next_drop(self.most as usize);
        self.next_drop = u32::try_from(next_drop).unwrap_or(u32::MAX);
    }

    /// Sets the maximum number of events.
    pub(crate) fn limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// Whether only one more event fits.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Makes capacity for the last event.
    pub(crate) fn make_room(&mut self) {
        self.is_full = false;
    }

    /// Writes an event of a state and returns its id. When the history is full nothing is written. The details are only computed
    /// if events are retained.
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
        if self.most == 0 {
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
            self.keep_last();
        }
        self.count
    }

    /// Drops the first events, if the number is limited.
    #[cold]
    fn keep_last(&mut self) {
        let (front, scopes) = (self.front.get_or_insert_default(), &self.scopes);
        self.entries.keep_last(self.most as usize, |place, entry| {
            front.previous(scopes, entry, u32::try_from(place + 1).unwrap_or(u32::MAX));
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
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Retains the last events from now on, if none were retained, because a reader has subscribed.
    pub(crate) fn watch(&mut self) {
        if self.most == 0 {
            self.most = WATCHED;
            self.entries = Log::behind(self.count as usize);
            self.settle();
        }
    }

    /// Returns when the newest task of a state in this scope was scheduled, and when it was started; `None` where no events are retained.
    pub(crate) fn task_times(
        &self,
        state: StateIx,
        scope: ScopeId,
    ) -> Option<(Timestamp, Option<Timestamp>)> {
        let mut started = None;
        let entries = self.entries.iter_back();
        for entry in entries.filter(|entry| entry.state == state && entry.scope == scope) {
            match entry.kind.group() {
                Group::Scheduled => return Some((entry.at, started)),
                Group::Started => started = started.or(Some(entry.at)),
                _ => {}
            }
        }
        None
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
        (self.most == 0).then(|| Log::behind(self.count as usize))
    }

    /// Returns the history so far.
    pub(crate) fn history(&self, program: Arc<Program>, about: Arc<ExecutionInfo>) -> History {
        let entries = self.nothing_kept();
        History::new(Inner {
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
        entries.keep_first(events);
        History::new(Inner {
            program,
            about,
            entries,
            front: self.front.clone(),
            scopes: self.scopes.clone(),
        })
    }

    /// Removes the events after the first `events`.
    pub(crate) fn cut(&mut self, events: usize) {
        self.entries.keep_first(events);
    }

    /// Returns the whole history.
    pub(crate) fn finish(self, program: Arc<Program>, about: Arc<ExecutionInfo>) -> History {
        History::new(Inner {
            program,
            about,
            entries: self.nothing_kept().unwrap_or(self.entries),
            front: self.front,
            scopes: self.scopes,
        })
    }

    /// Writes the events after the first `written`.
    pub(crate) fn write_behind(&self, written: &mut WrittenEvents, to: &mut Writer) {
        // An unlimited recorder has the largest 64-bit number.
        let bound = (self.most < u32::MAX).then_some(u64::from(self.most));
        bound.unwrap_or(u64::MAX).write(to);
        self.count.write(to);
        written.events = self.entries.write_behind(written.events, to);
        match &self.front {
            Some(front) => front.write(to),
            None => Chain::default().write(to),
        }
        written.scopes = self.scopes.write_behind(written.scopes, to);
    }

    /// Checks that the references of the events are valid. Returns the number of scopes.
    pub(crate) fn check(&self) -> Result<usize, Damaged> {
        let scopes = self.scopes.len();
        let is_sound = |entry: &Entry| {
            (entry.scope.0 as usize) < scopes
                && (entry.state != StateIx::NONE || !entry.kind.is_entered())
        };
        match self.scopes.are_nested() && self.entries.iter().all(|(_, entry)| is_sound(entry)) {
            true => Ok(scopes),
            false => Err(Damaged),
        }
    }

    /// Applies the events that [`write_behind`](Self::write_behind) wrote.
    pub(crate) fn read_behind(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.most = u32::try_from(u64::read(from)?).unwrap_or(u32::MAX);
        self.count = Record::read(from)?;
        self.entries.read_behind(from)?;
        self.settle();
        let front = Chain::read(from)?;
        self.front = front.has_begun().then(|| Box::new(front));
        self.scopes.read_behind(from)
    }
}

/// The part of a history that was written.
#[derive(Debug)]
pub(crate) struct WrittenEvents {
    events: usize,
    scopes: usize,
}

impl WrittenEvents {
    /// Returns everything that a recorder has.
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

    /// Whether the recorder has more events.
    pub(crate) fn is_behind(&self, recorder: &Recorder) -> bool {
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
