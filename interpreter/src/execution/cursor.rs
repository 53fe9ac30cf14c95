//! The cursors of an execution: its current states, and the events for which each one waits.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::map_run::MapRun;
use super::resume_point::RemainingWork;
pub(crate) use crate::distributed::Item;
use crate::history::ScopeId;
use crate::program::StateIx;
use crate::query::Variables;
use crate::record::{
    DamagedRecord, PartialRecord, Record, RecordReader, RecordWriter, TrackedList, record,
};
use crate::task::{IntegrationPattern, NestedStart, TaskResult};
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{CursorId, WaitId};

/// The position of one thread of control: the top level, a branch or an iteration.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) state: StateIx,
    /// The raw input of the state.
    pub(crate) input: Value,
    pub(crate) variables: Variables,
    /// The id of the state's Entered event.
    pub(crate) entered: u32,
    pub(crate) entered_at: Timestamp,
    pub(crate) scope: ScopeId,
    /// The Map or Parallel around it, and its index there.
    pub(crate) parent: Option<(CursorId, u32)>,
    /// The item of the innermost iteration, if the Map around it does not hold it.
    pub(crate) item: Option<Arc<Item>>,
    pub(crate) attempt_state: AttemptState,
    pub(crate) waiting: Waiting,
    /// The number of the current wait. An event of an earlier wait does not match it and is
    /// ignored.
    pub(crate) wait: u32,
    /// For a Map or Parallel that failed inside: the work that a redrive resumes.
    pub(crate) remaining_work: Option<Box<RemainingWork>>,
}

/// Retry counts and task token of the current visit of a state. Allocated only if the visit has a
/// retry or a token.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttemptState(Option<Box<AttemptFields>>);

#[derive(Clone, Debug, Default)]
struct AttemptFields {
    /// The number of retries by each retrier in this visit; empty before the first failure.
    retries: Vec<u32>,
    /// The sum of the retries: `State.RetryCount`.
    count: u32,
    /// `Task.Token` of this attempt.
    token: Option<SmolStr>,
}

impl AttemptState {
    /// Creates the state of a visit in which each of `retriers` retriers was used `each` times.
    pub(super) fn with_retries(retriers: usize, each: u32) -> Self {
        Self(Some(Box::new(AttemptFields {
            retries: vec![each; retriers],
            count: each,
            token: None,
        })))
    }

    /// Returns the number of retries: `State.RetryCount`.
    pub(super) fn retry_count(&self) -> u32 {
        self.0.as_ref().map_or(0, |fields| fields.count)
    }

    /// Returns how often each retrier was used, if one was used.
    pub(super) fn retry_counts(&self) -> &[u32] {
        self.0.as_ref().map_or(&[], |fields| &fields.retries)
    }

    /// Returns how often a retrier was used.
    pub(super) fn used(&self, retrier: usize) -> u32 {
        let fields = self.0.as_ref();
        let used = fields.and_then(|fields| fields.retries.get(retrier));
        used.copied().unwrap_or_default()
    }

    /// Counts a use of one of `retriers` retriers.
    pub(super) fn retry(&mut self, retrier: usize, retriers: usize) {
        let fields = self.0.get_or_insert_default();
        fields.retries.resize(retriers, 0);
        fields.retries[retrier] += 1;
        fields.count += 1;
    }

    /// Returns `Task.Token` of this attempt.
    pub(super) fn token(&self) -> Option<&SmolStr> {
        self.0.as_ref()?.token.as_ref()
    }

    pub(super) fn set_token(&mut self, token: SmolStr) {
        self.0.get_or_insert_default().token = Some(token);
    }
}

/// The position of a cursor that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CursorPosition {
    pub(super) state: StateIx,
    pub(super) scope: ScopeId,
    pub(super) parent: Option<(CursorId, u32)>,
}

impl Cursor {
    /// Returns about how many bytes its input has, in constant time.
    #[inline]
    pub(super) fn input_bytes(&self) -> u32 {
        let bytes = match &self.input {
            // The length of its JSON would have to be computed.
            Value::Str(text) => text.len() as u64,
            input => input.json_len(),
        };
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Creates a cursor that is about to enter a state.
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
            attempt_state: AttemptState::default(),
            waiting: Waiting::Enter,
            wait: 0,
            remaining_work: None,
        }
    }

    pub(super) fn position(&self) -> CursorPosition {
        CursorPosition {
            state: self.state,
            scope: self.scope,
            parent: self.parent,
        }
    }

    /// Starts or continues the state, and returns the previous wait.
    pub(super) fn attempting(&mut self) -> Waiting {
        std::mem::replace(&mut self.waiting, Waiting::Attempt)
    }
}

/// The wait of a cursor, or the step that it runs next.
#[derive(Clone, Debug)]
pub(crate) enum Waiting {
    /// Runnable: enters the state.
    Enter,
    /// Runnable: starts or retries the state.
    Attempt,
    /// Waits for the end of a Wait state at `due`. `effective` is its effective input, which it
    /// forwards.
    Until { effective: Value, due: Timestamp },
    /// Waits for the end of a Retry's delay at `due`.
    Pause { due: Timestamp },
    /// Waits for an engine that has the handler of the state's task. `target` is the function or
    /// state machine that the parameters name.
    Handler { target: Option<SmolStr> },
    /// Waits for a task.
    Task(Box<OpenTask>),
    /// Waits for the branches or iterations inside.
    Children(Box<Children>),
    /// Waits for the child executions of a Distributed Map, and for the objects that it reads and
    /// writes.
    Run(Box<MapRun>),
    /// Runnable: all branches or iterations have ended.
    Joined(Value),
    /// A step is advancing it.
    Busy,
}

impl Waiting {
    /// Returns whether this process runs something for the cursor: a handler, an activity worker,
    /// the children of a Map Run. Tokens, timers and queued tasks do not depend on this process.
    pub(crate) fn has_local_work(&self) -> bool {
        match self {
            Self::Task(open) => match open.executor {
                TaskExecutor::Handler { .. } => true,
                TaskExecutor::Activity { .. } => open.stage == OpenTaskStage::Started,
                TaskExecutor::External
                | TaskExecutor::Execution { .. }
                | TaskExecutor::Job { .. } => false,
            },
            Self::Run(_) => true,
            _ => false,
        }
    }

    /// Returns whether the process calls a handler for the cursor.
    pub(crate) fn has_running_handler(&self) -> bool {
        match self {
            Self::Task(open) => {
                matches!(open.executor, TaskExecutor::Handler { .. }) && !open.is_held
            }
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

/// A scheduled task.
#[derive(Clone, Debug)]
pub(crate) struct OpenTask {
    pub(crate) stage: OpenTaskStage,
    pub(crate) executor: TaskExecutor,
    /// TimeoutSeconds and HeartbeatSeconds, for timers that restart.
    pub(crate) timeout: Option<u64>,
    pub(crate) heartbeat: Option<u64>,
    /// The deadlines of these timers.
    pub(crate) timeout_due: Option<Timestamp>,
    pub(crate) heartbeat_due: Option<Timestamp>,
    /// Whether the holder of the token may complete the task.
    pub(crate) takes_token: bool,
    /// A result that arrived early.
    pub(crate) answer: Option<Box<EarlyAnswer>>,
    /// Whether the process that recorded the start has shut down before it called the handler: the
    /// next process calls it.
    pub(crate) is_held: bool,
}

impl OpenTask {
    /// Returns whether one of its deadlines has passed.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let mut deadlines = [self.timeout_due, self.heartbeat_due].into_iter().flatten();
        deadlines.any(|due| due <= now)
    }

    /// Records that the request was accepted with this response. From now on a token or a job
    /// completes the task, no longer the handler.
    pub(crate) fn submitted(&mut self, response: &Value, pattern: IntegrationPattern) {
        self.stage = OpenTaskStage::Started;
        let executor = std::mem::replace(&mut self.executor, TaskExecutor::External);
        self.executor = match executor {
            TaskExecutor::Handler {
                input,
                call,
                by_fallback,
            } if pattern.is_sync() => TaskExecutor::Job {
                input,
                call,
                response: response.clone(),
                by_fallback,
            },
            TaskExecutor::Handler { .. } => TaskExecutor::External,
            other => other,
        };
    }
}

/// A result that arrived before it may take effect.
#[derive(Clone, Debug)]
pub(crate) struct EarlyAnswer {
    pub(crate) result: TaskResult,
    /// When the delayed result of a mock takes effect. `None` for the result of a token that
    /// arrived before TaskSubmitted; it takes effect after that event.
    pub(crate) due: Option<Timestamp>,
}

/// The executor of a scheduled task, with the data that is needed to resume the wait.
#[derive(Clone, Debug)]
pub(crate) enum TaskExecutor {
    /// No executor in the engine: a token, a stored result, or none.
    External,
    /// A handler, which ends with its process: its input, and how often the state had called
    /// before. An idempotent handler is called again. `by_fallback`: it is work of a source that
    /// the engine consults last.
    Handler {
        input: Value,
        call: u32,
        by_fallback: bool,
    },
    /// A worker of an activity, which is the state's resource. `input` is the input of the task.
    Activity { input: Value },
    /// A nested execution, which this request starts.
    Execution { start: Box<NestedStart> },
    /// A job of a service, which a `.sync` task with this input has started: the response to its
    /// request.
    Job {
        input: Value,
        call: u32,
        response: Value,
        by_fallback: bool,
    },
}

/// The progress of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenTaskStage {
    /// The task is in an activity's queue.
    Queued,
    /// The task is running.
    Started,
    /// The request is in flight. Its response is TaskSubmitted; then the token completes the task.
    Submitting,
}

/// The branches or iterations of a running Map or Parallel.
#[derive(Clone, Debug)]
pub(crate) struct Children {
    /// The items of a Map; null for a Parallel.
    pub(crate) items: Value,
    pub(crate) results: Vec<Option<Value>>,
    /// The number of branches or iterations that have not ended.
    pub(crate) left: u32,
    /// The index of the next item to start.
    pub(crate) next: u32,
}

/// The cursors of an execution, in slots that are reused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursors {
    slots: TrackedList<Option<Cursor>>,
    free: ThinVec<u32>,
    /// The number of entries at the start of `free` that are unchanged since the last record.
    committed_free: u32,
}

/// Returns the number of free slots; a slot index has 32 bits.
fn free_count(free: &[u32]) -> u32 {
    u32::try_from(free.len()).unwrap_or(u32::MAX)
}

impl Cursors {
    pub(crate) fn insert(&mut self, cursor: Cursor) -> CursorId {
        if let Some(slot) = self.free.pop()
            && let Some(at) = self.slots.get_mut(slot as usize)
        {
            self.committed_free = self.committed_free.min(free_count(&self.free));
            *at = Some(cursor);
            return CursorId::at(slot);
        }
        self.slots.push(Some(cursor));
        CursorId::at(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
    }

    pub(crate) fn remove(&mut self, id: CursorId) -> Option<Cursor> {
        let cursor = self.slots.get_mut(id.index())?.take()?;
        self.free.push(id.number());
        Some(cursor)
    }

    /// Removes a cursor that has ended, and returns its position.
    pub(super) fn end(&mut self, id: CursorId) -> Option<CursorPosition> {
        let slot = self.slots.get_mut(id.index())?;
        let position = slot.as_ref().map(Cursor::position)?;
        *slot = None;
        self.free.push(id.number());
        Some(position)
    }

    /// Returns the item of the innermost iteration around a cursor.
    pub(super) fn item<'a>(&'a self, mut cursor: &'a Cursor) -> Option<Cow<'a, Item>> {
        loop {
            if let Some(item) = &cursor.item {
                return Some(Cow::Borrowed(item));
            }
            let (container, index) = cursor.parent?;
            cursor = self.get(container)?;
            if let Waiting::Children(children) = &cursor.waiting
                && let Some(item) = Item::of_items(&children.items, index)
            {
                return Some(Cow::Owned(item));
            }
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: CursorId) -> Option<&Cursor> {
        self.slots.get(id.index())?.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: CursorId) -> Option<&mut Cursor> {
        self.slots.get_mut(id.index())?.as_mut()
    }

    /// Returns the Map Run that a cursor waits for.
    pub(super) fn run(&self, id: CursorId) -> Option<&MapRun> {
        match &self.get(id)?.waiting {
            Waiting::Run(run) => Some(run),
            _ => None,
        }
    }

    /// Returns the Map Run that a cursor waits for, and the number of that wait. Marks only the run
    /// as changed.
    pub(super) fn run_mut(&mut self, id: CursorId) -> Option<(u32, &mut MapRun)> {
        // Only a cursor with a run supports partial records.
        self.run(id)?;
        let cursor = self.slots.part_mut(id.index())?.as_mut()?;
        match &mut cursor.waiting {
            Waiting::Run(run) => Some((cursor.wait, run)),
            _ => None,
        }
    }

    /// Takes the Map Run out of a cursor, to advance it.
    pub(super) fn take_run(&mut self, id: CursorId) -> Option<Box<MapRun>> {
        self.run(id)?;
        let cursor = self.slots.part_mut(id.index())?.as_mut()?;
        match std::mem::replace(&mut cursor.waiting, Waiting::Busy) {
            Waiting::Run(run) => Some(run),
            _ => None,
        }
    }

    /// Puts a Map Run back that was taken out of the cursor.
    pub(super) fn put_run(&mut self, id: CursorId, run: Box<MapRun>) {
        if let Some(Some(cursor)) = self.slots.part_mut(id.index()) {
            cursor.waiting = Waiting::Run(run);
        }
    }

    /// Removes all cursors, after the end of the top level.
    pub(super) fn end_all(&mut self) {
        *self = Self::default();
    }

    /// Returns the ids of the cursors' waits.
    pub(crate) fn wait_ids(&self) -> impl Iterator<Item = WaitId> {
        self.iter().map(|(cursor, at)| WaitId {
            cursor,
            wait: at.wait,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (CursorId, &Cursor)> {
        (0u32..)
            .zip(self.slots.iter())
            .filter_map(|(slot, cursor)| Some((CursorId::at(slot), cursor.as_ref()?)))
    }

    /// Returns whether a cursor has changed since the last record.
    pub(super) fn has_changes(&self) -> bool {
        self.slots.has_changes()
    }

    /// Marks all cursors as changed.
    pub(super) fn mark_all(&mut self) {
        self.slots.mark_all();
        self.committed_free = 0;
    }

    /// Writes the changed cursors.
    pub(super) fn write_changes(&mut self, to: &mut RecordWriter) {
        self.slots.write_changes(to);
        let committed =
            std::mem::replace(&mut self.committed_free, free_count(&self.free)) as usize;
        committed.write(to);
        (self.free.len() - committed).write(to);
        self.free[committed..]
            .iter()
            .for_each(|slot| slot.write(to));
    }

    /// Applies the changes of a record.
    pub(super) fn read_changes(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        self.slots.read_changes(0, from)?;
        let committed = usize::read(from)?;
        if committed > self.free.len() {
            return Err(DamagedRecord);
        }
        self.free.truncate(committed);
        self.free.extend(Vec::<u32>::read(from)?);
        self.committed_free = free_count(&self.free);
        Ok(())
    }
}

/// The part of a cursor that changes often is its Map Run, whose children start and end.
impl PartialRecord for Option<Cursor> {
    fn write_part(&mut self, to: &mut RecordWriter) {
        let run = match self {
            Some(Cursor {
                waiting: Waiting::Run(run),
                ..
            }) => run,
            // The code that ends the wait for a run marks the whole cursor as changed.
            _ => return,
        };
        run.write_part(to);
    }

    fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        match self {
            Some(Cursor {
                waiting: Waiting::Run(run),
                ..
            }) => run.read_part(from),
            _ => Err(DamagedRecord),
        }
    }

    fn mark_written(&mut self) {
        if let Some(Cursor {
            waiting: Waiting::Run(run),
            ..
        }) = self
        {
            run.mark_written();
        }
    }
}

/// The record always contains the fields, even if they are not allocated.
impl Record for AttemptState {
    fn write(&self, to: &mut RecordWriter) {
        match &self.0 {
            Some(fields) => fields.write(to),
            None => AttemptFields::default().write(to),
        }
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let fields = AttemptFields::read(from)?;
        let has_any = fields.count > 0 || fields.token.is_some() || !fields.retries.is_empty();
        Ok(Self(has_any.then(|| Box::new(fields))))
    }

    fn absent() -> Option<Self> {
        Some(Self(None))
    }

    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

record!(struct AttemptFields { 1 => retries, 2 => count, 3 => token });
record!(struct Cursor {
    1 => state, 2 => input, 3 => variables, 4 => entered, 5 => entered_at, 6 => scope, 7 => parent, 8 => item,
    9 => attempt_state, 10 => waiting, 11 => wait, 12 => remaining_work,
});
record!(enum Waiting {
    0 => Enter,
    1 => Attempt,
    2 => Until { 1 => effective, 2 => due },
    3 => Pause { 1 => due },
    4 => Task(task),
    5 => Children(children),
    6 => Run(run),
    7 => Joined(results),
    8 => Busy,
    9 => Handler { 1 => target },
});
record!(struct OpenTask {
    1 => stage, 2 => executor, 3 => timeout, 4 => heartbeat, 5 => timeout_due, 6 => heartbeat_due, 7 => takes_token,
    8 => answer, 9 => is_held,
});
record!(enum OpenTaskStage { 0 => Queued, 1 => Started, 2 => Submitting });
record!(struct EarlyAnswer { 1 => result, 2 => due });
record!(enum TaskExecutor { 0 => External, 1 => Handler { 1 => input, 2 => call, 3 => by_fallback }, 2 => Activity { 1 => input }, 3 => Execution { 1 => start }, 4 => Job { 1 => input, 2 => call, 3 => response, 4 => by_fallback } });
record!(struct Children { 1 => items, 2 => results, 3 => left, 4 => next });
