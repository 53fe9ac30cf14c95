use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_asl::model::MachineType;

use super::cursor::{Cursor, Cursors, Stage as TaskStage, Waiting};
use super::failure::Failure;
use super::host::{Cx, Host};
use super::inspection::Inspection;
use super::resume::Open;
use super::runnable::Runnable;
use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::history::{EventKind, History, Payload, Recorder, ScopeId};
use crate::limits::Limits;
use crate::program::{Entry, Program, StateIx};
use crate::query::{Entropy, QueryError, Variables};
use crate::record::{Changing, record};
use crate::status::Status;
use crate::task::TaskResult;
use crate::value::Value;
use crate::wait_id::CursorId;
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// One execution: plain data that [`Execution::step`] moves on.
///
/// It holds no future, no timer and no waker; what waits in the world is the [`Host`]'s and is told apart by
/// [`WaitId`]s. So the same stepping serves an execution in memory and one whose transitions are journalled.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(super) program: Arc<Program>,
    start: StateIx,
    machine_type: MachineType,
    pub(super) about: Arc<ExecutionInfo>,
    pub(super) limits: Arc<Limits>,
    pub(super) cursors: Cursors,
    pub(super) runnable: Runnable,
    pub(super) recorder: Recorder,
    pub(super) entropy: Entropy,
    /// Calls of each Task state so far; empty before the first.
    pub(super) calls: Changing<u32>,
    /// The time of this resumption.
    pub(super) now: Timestamp,
    pub(super) waits: u32,
    pub(super) transitions: u32,
    pub(super) outcome: Option<Box<Outcome>>,
    /// Others should run before this execution goes on.
    pub(super) gives_way: bool,
    /// The cursor that is being moved on; the loop that does goes on with it by itself.
    pub(super) current: Option<CursorId>,
    /// It can go on when it did not succeed.
    pub(super) is_redrivable: bool,
    /// What most executions do not have.
    pub(super) rare: Option<Box<Rare>>,
}

#[derive(Debug, Default)]
pub(super) struct Rare {
    /// How long all of it may last, where the definition says so.
    timeout: Option<Duration>,
    /// Where it did not succeed.
    pub(super) stopped: Option<Box<Open>>,
    /// Set in a test of one state.
    pub(super) inspection: Option<Box<Inspection>>,
}

impl Rare {
    pub(super) fn inspection(&mut self) -> Option<&mut Inspection> {
        self.inspection.as_deref_mut()
    }
}

/// How an execution ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Succeeded(Value),
    Failed(Failure),
    TimedOut,
    Aborted(Failure),
}

impl Outcome {
    /// Where an execution stands that ended so.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Succeeded(_) => Status::Succeeded,
            Self::Failed(_) => Status::Failed,
            Self::TimedOut => Status::TimedOut,
            Self::Aborted(_) => Status::Aborted,
        }
    }

    /// The output, or the failure where there is one.
    pub(crate) fn into_parts(self) -> (Option<Value>, Option<Failure>) {
        match self {
            Self::Succeeded(output) => (Some(output), None),
            Self::Failed(failure) | Self::Aborted(failure) => (None, Some(failure)),
            Self::TimedOut => (None, None),
        }
    }
}

/// What became of a call of [`Execution::step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Every cursor waits.
    Waits,
    /// The budget is used up; call again.
    Budget,
    /// It is over.
    Ended,
}

/// How many events the history of an execution may have.
pub(super) fn most_events(entry: Entry, limits: &Limits) -> u32 {
    match entry.machine_type {
        MachineType::Express => u32::MAX,
        MachineType::Standard => limits.events,
    }
}

impl Execution {
    /// An execution that has not begun, of whose events the last `history` are kept.
    pub(crate) fn new(
        program: Arc<Program>,
        about: Arc<ExecutionInfo>,
        limits: Arc<Limits>,
        history: u32,
        seed: u64,
    ) -> Self {
        let mut recorder = Recorder::new(&program, history);
        let now = about.started;
        let entry = program.entry();
        recorder.limit(most_events(entry, &limits));
        Self {
            start: entry.start,
            machine_type: entry.machine_type,
            program,
            about,
            limits,
            cursors: Cursors::default(),
            runnable: Runnable::default(),
            recorder,
            entropy: Entropy::new(seed),
            calls: Changing::default(),
            now,
            waits: 0,
            transitions: 0,
            outcome: None,
            gives_way: false,
            current: None,
            is_redrivable: entry.machine_type == MachineType::Standard,
            rare: None,
        }
        .lasting(entry.timeout)
    }

    fn lasting(mut self, timeout: Option<Duration>) -> Self {
        if timeout.is_some() || self.rare.is_some() {
            self.rare().timeout = timeout;
        }
        self
    }

    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The same for a child of a Distributed Map.
    pub(crate) fn entering(mut self, entry: Entry) -> Self {
        self.is_redrivable &= entry.machine_type == MachineType::Standard;
        self.start = entry.start;
        self.machine_type = entry.machine_type;
        self.recorder.limit(most_events(entry, &self.limits));
        self.lasting(entry.timeout)
    }

    /// Writes ExecutionStarted and puts the first cursor at the first state.
    pub(crate) fn begin(&mut self) {
        let input = self.about.input.clone();
        self.recorder.write(
            self.now,
            EventKind::ExecutionStarted,
            StateIx::NONE,
            ScopeId::TOP,
            Payload::Value(input.clone()),
        );
        self.spawn(Cursor::at(
            self.start,
            input,
            Variables::new(),
            self.now,
            ScopeId::TOP,
            None,
        ));
    }

    /// How it ended, for whoever tells it.
    pub(crate) fn take_outcome(&mut self) -> Option<Outcome> {
        self.outcome.take().map(|outcome| *outcome)
    }

    pub(crate) fn about(&self) -> &Arc<ExecutionInfo> {
        &self.about
    }

    pub(crate) fn entry(&self) -> Entry {
        Entry {
            start: self.start,
            machine_type: self.machine_type,
            timeout: self.rare.as_ref().and_then(|rare| rare.timeout),
        }
    }

    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_deref()
    }

    /// Gives back the room that it does not need while it waits.
    pub(crate) fn shrink(&mut self) {
        self.recorder.shrink();
        self.runnable.shrink();
    }

    pub(crate) fn recorder(&mut self) -> &mut Recorder {
        &mut self.recorder
    }

    /// Returns `now`, or the time of the last event where that is later: an earlier process may have had a clock that was ahead.
    ///
    /// For timestamps only. Deadlines count from the clock, or a wait of 5 s would last as long as that clock was ahead.
    pub(crate) fn not_before_history(&self, now: Timestamp) -> Timestamp {
        now.max(self.recorder.latest()).max(self.about.started)
    }

    /// The history so far.
    pub(crate) fn history(&self) -> History {
        self.recorder
            .history(self.program.clone(), self.about.clone())
    }

    /// The history up to the first `events`.
    pub(crate) fn history_of_first(&self, events: usize) -> History {
        let (program, about) = (self.program.clone(), self.about.clone());
        self.recorder.history_of_first(events, program, about)
    }

    /// The whole history.
    pub(crate) fn into_history(self) -> History {
        self.recorder.finish(self.program, self.about)
    }

    /// Runs whatever can run, `budget` transitions at most; where it is not `all` that may run, up to a state that calls somebody outside.
    pub(crate) fn step(&mut self, host: &mut dyn Host, mut budget: u32, all: bool) -> Step {
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        self.now = cx.host.now();
        while self.outcome.is_none() {
            let Some(id) = self.runnable.pop_front() else {
                return Step::Waits;
            };
            while self
                .cursors
                .get(id)
                .is_some_and(|cursor| cursor.waiting.is_runnable())
            {
                if budget == 0 {
                    self.runnable.push_back(id);
                    return Step::Budget;
                }
                if !all && self.calls_out(id) {
                    self.runnable.push_front(id);
                    return Step::Budget;
                }
                budget -= 1;
                self.transitions = self.transitions.saturating_add(1);
                self.current = Some(id);
                self.advance(id, cx);
                self.current = None;
                if self.recorder.is_full() {
                    self.fill_up(cx.host);
                }
                if self.is_express()
                    && u64::from(self.transitions) > self.limits.express_transitions
                {
                    self.time_out(cx.host);
                }
                if self.outcome.is_some() {
                    break;
                }
                if std::mem::take(&mut self.gives_way) {
                    self.runnable.push_back(id);
                    return Step::Budget;
                }
            }
        }
        Step::Ended
    }

    /// Whether the next transition of a cursor calls somebody outside: a handler, an object store.
    fn calls_out(&self, id: CursorId) -> bool {
        let cursor = self.cursors.get(id);
        cursor.is_some_and(|cursor| self.program.state(cursor.state).calls_out())
    }

    /// The machine's time is up.
    pub(crate) fn time_out(&mut self, host: &mut dyn Host) {
        if self.outcome.is_some() {
            return;
        }
        self.abort_open(host);
        let failure = Failure::timeout(false);
        self.end(
            EventKind::ExecutionTimedOut,
            failure,
            |_| Outcome::TimedOut,
            host,
        );
    }

    /// Somebody stopped it. One that is over stays as it is.
    pub(crate) fn abort(&mut self, failure: Failure, host: &mut dyn Host) {
        if self.outcome.is_some() {
            return;
        }
        self.abort_open(host);
        self.end(EventKind::ExecutionAborted, failure, Outcome::Aborted, host);
    }

    /// Writes what ends here inside of Maps and Parallels, and the Map Runs at work. A state at the top level that is
    /// cut short has no event of its own (recorded for Wait and Task).
    fn abort_open(&mut self, host: &mut dyn Host) {
        self.note_cut();
        self.now = host.now();
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        let is_top = |cursor: &Cursor| cursor.parent.is_none();
        let top: Vec<CursorId> = self
            .cursors
            .iter()
            .filter_map(|(id, cursor)| is_top(cursor).then_some(id))
            .collect();
        for id in top {
            self.abort_inside(id, cx);
            if let Some(cursor) = self.cursors.get(id)
                && matches!(cursor.waiting, Waiting::Run(_))
            {
                self.write(id, EventKind::MapRunAborted, Payload::None);
            }
        }
        // Where the history has no room for that, the end is still the end.
        self.recorder.make_room();
    }

    pub(super) fn succeed(&mut self, output: Value, cx: &mut Cx<'_>) {
        if self.outcome.is_none() && !self.recorder.is_full() {
            self.write_last(
                EventKind::ExecutionSucceeded,
                Payload::Value(output.clone()),
                cx.host,
            );
            self.outcome = Some(Box::new(Outcome::Succeeded(output)));
        }
    }

    pub(super) fn fail(&mut self, failure: Failure, host: &mut dyn Host) {
        self.end(EventKind::ExecutionFailed, failure, Outcome::Failed, host);
    }

    fn end(
        &mut self,
        kind: EventKind,
        failure: Failure,
        outcome: impl FnOnce(Failure) -> Outcome,
        host: &mut dyn Host,
    ) {
        if self.outcome.is_none() && !self.recorder.is_full() {
            let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
            self.write_last(kind, payload, host);
            self.outcome = Some(Box::new(outcome(failure)));
        }
    }

    /// Writes the last event and lets go of everything that waits.
    fn write_last(&mut self, kind: EventKind, payload: Payload, host: &mut dyn Host) {
        self.recorder
            .write(self.now, kind, StateIx::NONE, ScopeId::TOP, payload);
        for wait_id in std::mem::take(&mut self.cursors).wait_ids() {
            host.forget(wait_id);
        }
        self.runnable.clear();
    }

    fn is_express(&self) -> bool {
        self.machine_type == MachineType::Express
    }

    /// The history has room for one event only, which says so.
    fn fill_up(&mut self, host: &mut dyn Host) {
        self.recorder.make_room();
        if self.outcome.is_some() {
            return;
        }
        let cause = format!(
            "The execution reached the maximum number of history events ({}).",
            self.limits.events
        );
        self.fail(Failure::new(errors::RUNTIME, cause), host);
    }

    /// Writes an event of a cursor and gives its id. When the history is full nothing is written, and the
    /// execution ends after this transition.
    #[inline]
    pub(super) fn write(&mut self, id: CursorId, kind: EventKind, payload: Payload) -> u32 {
        self.write_with(id, kind, || payload)
    }

    /// The same for an event that carries something of size.
    pub(super) fn write_with(
        &mut self,
        id: CursorId,
        kind: EventKind,
        payload: impl FnOnce() -> Payload,
    ) -> u32 {
        match self.cursors.get(id) {
            Some(cursor) => {
                let (state, scope) = (cursor.state, cursor.scope);
                self.recorder
                    .write_of_state(&self.program, self.now, kind, state, scope, payload)
            }
            None => self.recorder.count(),
        }
    }

    /// The same for an event whose cursor is gone, or that is another's.
    pub(super) fn write_at(
        &mut self,
        state: StateIx,
        scope: ScopeId,
        kind: EventKind,
        payload: Payload,
    ) -> u32 {
        let now = self.now;
        self.recorder
            .write_of_state(&self.program, now, kind, state, scope, || payload)
    }

    /// Puts a cursor at the end of what can run.
    pub(super) fn spawn(&mut self, cursor: Cursor) -> CursorId {
        let id = self.cursors.insert(cursor);
        self.runnable.push_back(id);
        id
    }

    /// Begins a wait under a name of its own.
    pub(super) fn wait(&mut self, id: CursorId, waiting: Waiting) -> WaitId {
        let wait_id = self.next_wait(id);
        self.wait_as(wait_id, waiting);
        wait_id
    }

    /// The name of a wait that is about to begin.
    pub(super) fn next_wait(&mut self, id: CursorId) -> WaitId {
        self.waits = self.waits.wrapping_add(1);
        WaitId {
            cursor: id,
            wait: self.waits,
        }
    }

    pub(super) fn wait_as(&mut self, wait_id: WaitId, waiting: Waiting) {
        if let Some(cursor) = self.cursors.get_mut(wait_id.cursor) {
            cursor.waiting = waiting;
            cursor.wait = wait_id.wait;
        }
    }

    /// The cursor that waits under `wait_id`, if it still does.
    pub(super) fn waiting_for(&mut self, wait_id: WaitId) -> Option<&mut Cursor> {
        self.cursors
            .get_mut(wait_id.cursor)
            .filter(|cursor| cursor.wait == wait_id.wait && !cursor.waiting.is_runnable())
    }

    /// A timer rings.
    pub(crate) fn ring(&mut self, wait_id: WaitId, kind: TimerKind, host: &mut dyn Host) {
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        self.now = cx.host.now();
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        match (&mut cursor.waiting, kind) {
            (Waiting::Pause { .. }, TimerKind::Wait) => {
                cx.host.forget(wait_id);
                self.resume(wait_id.cursor, Waiting::Attempt);
            }
            (Waiting::Until { effective, .. }, TimerKind::Wait) => {
                let effective = std::mem::take(effective);
                cx.host.forget(wait_id);
                self.wait_is_over(wait_id.cursor, effective, cx);
            }
            (Waiting::Task(task), TimerKind::Answer) => {
                if let Some(answer) = task.answer.take() {
                    self.task_ends(wait_id, answer.result, cx);
                }
            }
            (Waiting::Task(_), TimerKind::Timeout | TimerKind::Heartbeat) => {
                self.task_timed_out(wait_id, kind == TimerKind::Heartbeat, cx);
            }
            _ => {}
        }
        self.after_news(cx);
    }

    /// A handler's future answered.
    pub(crate) fn work_answered(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        host: &mut dyn Host,
    ) {
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        self.now = cx.host.now();
        self.task_work_answered(wait_id, result, cx);
        self.after_news(cx);
    }

    /// Somebody outside answered: by token, or a child execution. Whether the answer is taken.
    pub(crate) fn outside_answered(
        &mut self,
        wait_id: WaitId,
        result: TaskResult,
        host: &mut dyn Host,
    ) -> bool {
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        self.now = cx.host.now();
        let is_taken = self.task_outside_answered(wait_id, result, cx);
        self.after_news(cx);
        is_taken
    }

    /// A worker took the activity. Gives whether the task is still waited for.
    pub(crate) fn started(
        &mut self,
        wait_id: WaitId,
        worker: Option<SmolStr>,
        host: &mut dyn Host,
    ) -> bool {
        self.now = host.now();
        let program = self.program.clone();
        let cx = &mut Cx::new(&program, host);
        let is_open = self.activity_started(wait_id, worker, cx);
        self.after_news(cx);
        is_open
    }

    /// The worker says that it still works on the task. Gives whether the task is still waited for.
    pub(crate) fn heartbeat(&mut self, wait_id: WaitId, host: &mut dyn Host) -> bool {
        self.now = host.now();
        let now = self.now;
        let Some(Waiting::Task(task)) = self.waiting_for(wait_id).map(|cursor| &mut cursor.waiting)
        else {
            return false;
        };
        if let Some(seconds) = task.heartbeat
            && task.stage != TaskStage::Queued
        {
            let due = now + Duration::from_secs(seconds);
            task.heartbeat_due = Some(due);
            host.disarm(wait_id, TimerKind::Heartbeat);
            host.arm(wait_id, TimerKind::Heartbeat, due);
        }
        true
    }

    /// Makes a cursor runnable.
    pub(super) fn resume(&mut self, id: CursorId, waiting: Waiting) {
        if let Some(cursor) = self.cursors.get_mut(id) {
            cursor.waiting = waiting;
            self.runs_on(id);
        }
    }

    /// A cursor can run on. The loop that moves it on knows by itself.
    pub(super) fn runs_on(&mut self, id: CursorId) {
        if self.current != Some(id) {
            self.runnable.push_back(id);
        }
    }

    /// A cursor that must be there.
    pub(super) fn cursor(&self, id: CursorId) -> Result<&Cursor, QueryError> {
        self.cursors
            .get(id)
            .ok_or_else(|| QueryError::runtime("the cursor of this state is gone"))
    }

    /// What a piece of news wrote may have filled the history.
    fn after_news(&mut self, cx: &mut Cx<'_>) {
        if self.recorder.is_full() {
            self.fill_up(cx.host);
        }
    }
}

record!(enum Outcome { 0 => Succeeded(output), 1 => Failed(failure), 2 => TimedOut, 3 => Aborted(failure) });
