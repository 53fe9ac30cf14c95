use std::sync::Arc;

use super::chain::Chain;
use super::entry::{Entry, Payload};
use super::log::Log;
use super::scope::ScopePath;
use super::{EventKind, History, Inner, ScopeId, Scopes};
use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::program::{Program, StateIx};
use crate::record::{Damaged, Reader, Record, Writer};

/// How many events are kept for readers of `Run::events`, where no history is kept.
const WATCHED: u32 = 1_024;

/// Writes the history of a running execution.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// How many events are kept: the last of them; 0 when only the ids count.
    most: u32,
    count: u32,
    /// How many events there may be, the last one included.
    limit: u32,
    /// There is room for the last event only, which says so.
    is_full: bool,
    /// The time of the last event.
    latest: Timestamp,
    /// When this many are written the first ones are dropped.
    next_drop: u32,
    entries: Log<Entry>,
    /// How far the chains had come with the events that are not kept, as soon as some are not.
    front: Option<Box<Chain>>,
    scopes: Scopes,
}

impl Recorder {
    /// Of an execution of `program`, of whose events the last `most` are kept.
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

    /// Goes on with the history of an execution that wrote `count` events.
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

    /// The same, with what follows from its entries.
    fn settled(mut self) -> Self {
        self.settle();
        self
    }

    fn settle(&mut self) {
        self.latest = self.entries.last().map_or(self.latest, |last| last.at);
        let next_drop = self.entries.next_drop(self.most as usize);
        self.next_drop = u32::try_from(next_drop).unwrap_or(u32::MAX);
    }

    /// From now on there may be so many events.
    pub(crate) fn limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// Whether there is room for the last event only.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// From now on there is room, for the last event.
    pub(crate) fn make_room(&mut self) {
        self.is_full = false;
    }

    /// Writes an event of a state and gives its id. When the history is full nothing is written. What the event carries is only made
    /// where events are kept.
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

    /// Writes an event and gives its id.
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

    /// The same. An event is not older than the one before it, also where the clock was set back.
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

    /// Drops the first events, where only so many are kept.
    #[cold]
    fn keep_last(&mut self) {
        let (front, scopes) = (self.front.get_or_insert_default(), &self.scopes);
        self.entries.keep_last(self.most as usize, |place, entry| {
            front.previous(scopes, entry, u32::try_from(place + 1).unwrap_or(u32::MAX));
        });
        self.settle();
    }

    /// Gives back the room for events that are to come: they may take long.
    pub(crate) fn shrink(&mut self) {
        self.entries.shrink();
    }

    /// Returns the time of the last event; 1970 where no events are retained.
    pub(crate) fn latest(&self) -> Timestamp {
        self.latest
    }

    /// How many events were written.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Somebody reads along: from now on the last events are kept, if none were.
    pub(crate) fn watch(&mut self) {
        if self.most == 0 {
            self.most = WATCHED;
            self.entries = Log::behind(self.count as usize);
            self.settle();
        }
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

    /// Where nothing is kept, all that was written is dropped.
    fn nothing_kept(&self) -> Option<Log<Entry>> {
        (self.most == 0).then(|| Log::behind(self.count as usize))
    }

    /// The history so far.
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

    /// The history up to the first `events`.
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

    /// Takes back the events behind the first `events`.
    pub(crate) fn cut(&mut self, events: usize) {
        self.entries.keep_first(events);
    }

    /// The whole history.
    pub(crate) fn finish(self, program: Arc<Program>, about: Arc<ExecutionInfo>) -> History {
        History::new(Inner {
            program,
            about,
            entries: self.nothing_kept().unwrap_or(self.entries),
            front: self.front,
            scopes: self.scopes,
        })
    }

    /// Writes what came behind the first `written`.
    pub(crate) fn write_behind(&self, written: &mut WrittenEvents, to: &mut Writer) {
        // What is kept without a bound has the greatest number of 64 bits.
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

    /// Whether the events that were read refer to what is there; the number of scopes.
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

    /// Takes over what [`write_behind`](Self::write_behind) wrote.
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

/// How much of a history was written.
#[derive(Debug)]
pub(crate) struct WrittenEvents {
    events: usize,
    scopes: usize,
}

impl WrittenEvents {
    /// All that a recorder has.
    pub(crate) fn of(recorder: &Recorder) -> Self {
        Self {
            events: recorder.entries.end(),
            scopes: recorder.scopes.len(),
        }
    }

    /// How many events were written.
    pub(crate) fn count(&self) -> usize {
        self.events
    }

    /// Whether the recorder has more.
    pub(crate) fn is_behind(&self, recorder: &Recorder) -> bool {
        self.events < recorder.entries.end()
    }
}

impl Default for WrittenEvents {
    fn default() -> Self {
        // The scope of the top level is always there.
        Self {
            events: 0,
            scopes: 1,
        }
    }
}
