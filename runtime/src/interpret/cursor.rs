use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::map_run::MapRun;
use super::resume::Inside;
use crate::clock::Timestamp;
pub(crate) use crate::distributed::Item;
use crate::history::ScopeId;
use crate::program::StateIx;
use crate::query::Variables;
use crate::record::{Changing, Damaged, Part, Reader, Record, Writer, record};
use crate::task::{NestedStart, TaskResult};
use crate::value::Value;
use crate::wait_id::{CursorId, WaitId};

/// Where one thread of control stands: the top level, a branch or an iteration.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) state: StateIx,
    /// The raw input of the state.
    pub(crate) input: Value,
    pub(crate) variables: Variables,
    /// The id of the state's Entered event.
    pub(crate) entered: u32,
    pub(crate) entered_at: Timestamp,
    pub(crate) scope: ScopeId,
    /// The Map or Parallel that it belongs to, and its place there.
    pub(crate) parent: Option<(CursorId, u32)>,
    /// The item of the innermost iteration, where that is not known from the Map around it.
    pub(crate) item: Option<Arc<Item>>,
    pub(crate) visit: Visit,
    pub(crate) waiting: Waiting,
    /// Names the wait, so that what comes late finds nobody.
    pub(crate) wait: u32,
    /// Of a Map or Parallel whose inside failed: what goes on when the execution is redriven.
    pub(crate) stopped: Option<Box<Inside>>,
}

/// What the visit of a state has where it was tried again, or has a token. Most visits have nothing, and take no memory for it.
#[derive(Debug, Default)]
pub(crate) struct Visit(Option<Box<Tries>>);

#[derive(Debug, Default)]
struct Tries {
    /// How often each retrier was used in this visit; empty before the first failure.
    retries: Vec<u32>,
    /// All of them: `State.RetryCount`.
    count: u32,
    /// `Task.Token` of this attempt.
    token: Option<SmolStr>,
}

impl Visit {
    /// One in which each of so many retriers was used so often.
    pub(super) fn of_tries(retriers: usize, each: u32) -> Self {
        Self(Some(Box::new(Tries {
            retries: vec![each; retriers],
            count: each,
            token: None,
        })))
    }

    /// How often the state was tried again: `State.RetryCount`.
    pub(super) fn retry_count(&self) -> u32 {
        self.0.as_ref().map_or(0, |tries| tries.count)
    }

    /// How often one of so many retriers was used.
    pub(super) fn used(&self, retrier: usize) -> u32 {
        let tries = self.0.as_ref();
        let used = tries.and_then(|tries| tries.retries.get(retrier));
        used.copied().unwrap_or_default()
    }

    /// One of so many retriers is used.
    pub(super) fn retry(&mut self, retrier: usize, retriers: usize) {
        let tries = self.0.get_or_insert_default();
        tries.retries.resize(retriers, 0);
        tries.retries[retrier] += 1;
        tries.count += 1;
    }

    /// `Task.Token` of this attempt.
    pub(super) fn token(&self) -> Option<&SmolStr> {
        self.0.as_ref()?.token.as_ref()
    }

    pub(super) fn set_token(&mut self, token: SmolStr) {
        self.0.get_or_insert_default().token = Some(token);
    }
}

/// Where a cursor stood that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) state: StateIx,
    pub(super) scope: ScopeId,
    pub(super) parent: Option<(CursorId, u32)>,
}

impl Cursor {
    /// One that is about to enter a state.
    pub(super) fn at(
        state: StateIx,
        input: Value,
        variables: Variables,
        now: Timestamp,
        scope: ScopeId,
        parent: Option<(CursorId, u32)>,
    ) -> Self {
        Self {
            state,
            input,
            variables,
            entered: 0,
            entered_at: now,
            scope,
            parent,
            item: None,
            visit: Visit::default(),
            waiting: Waiting::Enter,
            wait: 0,
            stopped: None,
        }
    }

    pub(super) fn ended(&self) -> Ended {
        Ended {
            state: self.state,
            scope: self.scope,
            parent: self.parent,
        }
    }

    /// Its state's work begins, or goes on. Gives what it waited for.
    pub(super) fn attempting(&mut self) -> Waiting {
        std::mem::replace(&mut self.waiting, Waiting::Attempt)
    }
}

/// What a cursor waits for.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// Nothing: the state is to be entered.
    Enter,
    /// Nothing: the state's work is to begin, or to begin again.
    Attempt,
    /// The end of a Wait at `due`; the effective input goes on.
    Until { effective: Value, due: Timestamp },
    /// The end of a Retry's delay at `due`.
    Pause { due: Timestamp },
    /// Somebody who answers the state's task: an engine that has the handler. `target` is whom the parameters name.
    Handler { target: Option<SmolStr> },
    /// A task.
    Task(Box<OpenTask>),
    /// The branches or iterations inside.
    Children(Box<Children>),
    /// The child executions of a Distributed Map, and the objects that it reads and writes.
    Run(Box<MapRun>),
    /// Nothing: all branches or iterations ended.
    Joined(Value),
    /// It is being moved on.
    Busy,
}

impl Waiting {
    /// Whether somebody in this process is at work for it: a handler, an activity's worker, the children of a Map Run. Tokens, timers and
    /// tasks in queues can wait in another process as well.
    pub(crate) fn is_at_work(&self) -> bool {
        match self {
            Self::Task(open) => match open.answerer {
                Answerer::Handler { .. } => true,
                Answerer::Activity { .. } => open.stage == Stage::Started,
                Answerer::Outside | Answerer::Execution { .. } => false,
            },
            Self::Run(_) => true,
            _ => false,
        }
    }

    pub(crate) fn is_runnable(&self) -> bool {
        match self {
            Self::Enter | Self::Attempt | Self::Joined(_) => true,
            Self::Run(run) => run.is_ready(),
            _ => false,
        }
    }
}

/// A task that was scheduled.
#[derive(Debug)]
pub(crate) struct OpenTask {
    pub(crate) stage: Stage,
    pub(crate) answerer: Answerer,
    /// Seconds, for the clocks that begin anew.
    pub(crate) timeout: Option<u64>,
    pub(crate) heartbeat: Option<u64>,
    /// When they run out.
    pub(crate) timeout_due: Option<Timestamp>,
    pub(crate) heartbeat_due: Option<Timestamp>,
    /// Whether who has the token may answer.
    pub(crate) takes_token: bool,
    /// An answer that is there already.
    pub(crate) answer: Option<Box<EarlyAnswer>>,
}

impl OpenTask {
    /// Whether its time ran out.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let mut deadlines = [self.timeout_due, self.heartbeat_due].into_iter().flatten();
        deadlines.any(|due| due <= now)
    }

    /// The request was answered. A handler has done its part; a token or a job decides.
    pub(crate) fn submitted(&mut self) {
        self.stage = Stage::Started;
        if matches!(self.answerer, Answerer::Handler { .. }) {
            self.answerer = Answerer::Outside;
        }
    }
}

/// An answer that is there already and does not count yet.
#[derive(Debug)]
pub(crate) struct EarlyAnswer {
    pub(crate) result: TaskResult,
    /// When a mock's that comes later counts; a token's that came before TaskSubmitted counts after it.
    pub(crate) due: Option<Timestamp>,
}

/// Who answers a task that was scheduled: what is needed to go on waiting for it.
#[derive(Clone, Debug)]
pub(crate) enum Answerer {
    /// Nobody in the engine: a token, an answer that is kept, or nobody at all.
    Outside,
    /// A handler, which ends with its process: what it is called with again, where it may be, and how often the state had called before.
    Handler { input: Value, call: u32 },
    /// A worker of an activity, the state's resource; the task's input, as long as it is queued.
    Activity { input: Value },
    /// Another execution, which this starts.
    Execution { start: Box<NestedStart> },
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// In an activity's queue.
    Queued,
    /// At work.
    Started,
    /// The request is under way; its response is TaskSubmitted, and then the token decides.
    Submitting,
}

/// The branches or iterations of a running Map or Parallel.
#[derive(Debug)]
pub(crate) struct Children {
    /// The items of a Map; null for a Parallel.
    pub(crate) items: Value,
    pub(crate) results: Vec<Option<Value>>,
    /// How many have not ended.
    pub(crate) left: u32,
    /// The next one to start.
    pub(crate) next: u32,
}

/// The cursors of an execution; places are used again.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    places: Changing<Option<Cursor>>,
    free: ThinVec<u32>,
    /// So many of the free places are as they were written.
    written_free: u32,
}

/// How many places are free; a place is a number of 32 bits.
fn free_count(free: &[u32]) -> u32 {
    u32::try_from(free.len()).unwrap_or(u32::MAX)
}

impl Cursors {
    pub(crate) fn insert(&mut self, cursor: Cursor) -> CursorId {
        if let Some(place) = self.free.pop()
            && let Some(at) = self.places.get_mut(place as usize)
        {
            self.written_free = self.written_free.min(free_count(&self.free));
            *at = Some(cursor);
            return CursorId::at(place);
        }
        self.places.push(Some(cursor));
        CursorId::at(u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX))
    }

    pub(crate) fn remove(&mut self, id: CursorId) -> Option<Cursor> {
        let cursor = self.places.get_mut(id.place())?.take()?;
        self.free.push(id.number());
        Some(cursor)
    }

    /// Removes a cursor of which only its place in the execution matters still.
    pub(super) fn end(&mut self, id: CursorId) -> Option<Ended> {
        let place = self.places.get_mut(id.place())?;
        let ended = place.as_ref().map(Cursor::ended)?;
        *place = None;
        self.free.push(id.number());
        Some(ended)
    }

    /// The item of the iteration that a cursor is in, the innermost one.
    pub(super) fn item<'a>(&'a self, mut cursor: &'a Cursor) -> Option<Cow<'a, Item>> {
        loop {
            if let Some(item) = &cursor.item {
                return Some(Cow::Borrowed(item));
            }
            let (container, index) = cursor.parent?;
            cursor = self.get(container)?;
            if let Waiting::Children(children) = &cursor.waiting
                && let Some(value) = children.items.item(index as usize)
            {
                return Some(Cow::Owned(Item::of_input(index, value.clone())));
            }
        }
    }

    pub(crate) fn get(&self, id: CursorId) -> Option<&Cursor> {
        self.places.get(id.place())?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: CursorId) -> Option<&mut Cursor> {
        self.places.get_mut(id.place())?.as_mut()
    }

    /// The Map Run that a cursor waits for.
    pub(super) fn run(&self, id: CursorId) -> Option<&MapRun> {
        match &self.get(id)?.waiting {
            Waiting::Run(run) => Some(run),
            _ => None,
        }
    }

    /// The Map Run that a cursor waits for, and the number of that wait. What else the cursor has stays as it is written.
    pub(super) fn run_mut(&mut self, id: CursorId) -> Option<(u32, &mut MapRun)> {
        // Only a cursor with a run can write a part.
        self.run(id)?;
        let cursor = self.places.part_mut(id.place())?.as_mut()?;
        match &mut cursor.waiting {
            Waiting::Run(run) => Some((cursor.wait, run)),
            _ => None,
        }
    }

    /// Takes the Map Run out of a cursor that waits for one: it is being moved on.
    pub(super) fn take_run(&mut self, id: CursorId) -> Option<Box<MapRun>> {
        self.run(id)?;
        let cursor = self.places.part_mut(id.place())?.as_mut()?;
        match std::mem::replace(&mut cursor.waiting, Waiting::Busy) {
            Waiting::Run(run) => Some(run),
            _ => None,
        }
    }

    /// Gives a cursor back the Map Run that was taken out of it.
    pub(super) fn put_run(&mut self, id: CursorId, run: Box<MapRun>) {
        if let Some(Some(cursor)) = self.places.part_mut(id.place()) {
            cursor.waiting = Waiting::Run(run);
        }
    }

    /// The top level has ended, and nothing else is left.
    pub(super) fn end_all(&mut self) {
        *self = Self::default();
    }

    /// What the cursors wait for.
    pub(crate) fn wait_ids(&self) -> impl Iterator<Item = WaitId> {
        self.iter().map(|(cursor, at)| WaitId {
            cursor,
            wait: at.wait,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (CursorId, &Cursor)> {
        (0u32..)
            .zip(self.places.iter())
            .filter_map(|(place, cursor)| Some((CursorId::at(place), cursor.as_ref()?)))
    }

    /// Whether one was changed since they were written.
    pub(super) fn has_changes(&self) -> bool {
        self.places.has_changes()
    }

    /// As if all of them had been changed.
    pub(super) fn mark_all(&mut self) {
        self.places.mark_all();
        self.written_free = 0;
    }

    /// Writes those that were changed.
    pub(super) fn write_changes(&mut self, to: &mut Writer) {
        self.places.write_changes(to);
        let kept = std::mem::replace(&mut self.written_free, free_count(&self.free)) as usize;
        kept.write(to);
        (self.free.len() - kept).write(to);
        self.free[kept..].iter().for_each(|place| place.write(to));
    }

    /// Takes over the changes that were written.
    pub(super) fn read_changes(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.places.read_changes(0, from)?;
        let kept = usize::read(from)?;
        if kept > self.free.len() {
            return Err(Damaged);
        }
        self.free.truncate(kept);
        self.free.extend(Vec::<u32>::read(from)?);
        self.written_free = free_count(&self.free);
        Ok(())
    }
}

/// The part of a cursor is the Map Run that it waits for, whose children start and end one after the other.
impl Part for Option<Cursor> {
    fn write_part(&mut self, to: &mut Writer) {
        let run = match self {
            Some(Cursor {
                waiting: Waiting::Run(run),
                ..
            }) => run,
            // Whoever ends the wait for a run marks the cursor as a whole.
            _ => return,
        };
        run.write_part(to);
    }

    fn read_part(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        match self {
            Some(Cursor {
                waiting: Waiting::Run(run),
                ..
            }) => run.read_part(from),
            _ => Err(Damaged),
        }
    }

    fn was_written(&mut self) {
        if let Some(Cursor {
            waiting: Waiting::Run(run),
            ..
        }) = self
        {
            run.was_written();
        }
    }
}

/// Written as if there were always something.
impl Record for Visit {
    fn write(&self, to: &mut Writer) {
        match &self.0 {
            Some(tries) => tries.write(to),
            None => Tries::default().write(to),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let tries = Tries::read(from)?;
        let has_any = tries.count > 0 || tries.token.is_some() || !tries.retries.is_empty();
        Ok(Self(has_any.then(|| Box::new(tries))))
    }
}

record!(struct Tries { retries, count, token });
record!(struct Cursor {
    state, input, variables, entered, entered_at, scope, parent, item, visit, waiting, wait, stopped,
});
record!(enum Waiting {
    0 => Enter,
    1 => Attempt,
    2 => Until { effective, due },
    3 => Pause { due },
    4 => Task(task),
    5 => Children(children),
    6 => Run(run),
    7 => Joined(results),
    8 => Busy,
    9 => Handler { target },
});
record!(struct OpenTask { stage, answerer, timeout, heartbeat, timeout_due, heartbeat_due, takes_token, answer });
record!(enum Stage { 0 => Queued, 1 => Started, 2 => Submitting });
record!(struct EarlyAnswer { result, due });
record!(enum Answerer { 0 => Outside, 1 => Handler { input, call }, 2 => Activity { input }, 3 => Execution { start } });
record!(struct Children { items, results, left, next });
