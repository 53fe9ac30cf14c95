//! An execution as plain data, and the loop that advances it with inputs.

use std::sync::Arc;
use std::time::Duration;

use stepwright_asl::errors;
use stepwright_asl::model::MachineType;

use super::command::CommandQueue;
use super::cursor::{Cursor, Cursors, OpenTaskStage, Waiting};
use super::failure::Failure;
use super::input::Input;
use super::inspection::Inspection;
use super::resume_point::StoppedScope;
use super::runnable::Runnable;
use super::span_change::SpanChange;
use super::step_context::{Environment, StepContext};
use crate::execution_info::ExecutionInfo;
use crate::history::{EventKind, FULL_HISTORY, History, Payload, Recorder, ScopeId};
use crate::limits::Limits;
use crate::program::{Entry, Program, StateIx};
use crate::query::{Entropy, QueryError, TimeBudget, Variables};
use crate::record::{TrackedList, record};
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

/// The bytes of an input beyond which the transition of its state counts as several in the budget
/// of a step: its events have the input.
const TRANSITION_BYTES: u32 = 16_384;
/// The bytes of values beyond which a record is written, although nothing waits for it.
const RECORD_BYTES: u32 = 2 << 20;

/// One execution: plain data that [`Execution::step`] advances.
///
/// It holds no future, no timer and no waker. A step returns [`Command`](super::Command)s for them,
/// with the [`WaitId`]s under which their results come back as [`Input`]s. The same code therefore
/// steps executions in memory and executions whose transitions are journaled. A clone continues
/// independently, and makes the same transitions with the same inputs.
#[derive(Clone, Debug)]
pub struct Execution {
    pub(super) program: Arc<Program>,
    start: StateIx,
    machine_type: MachineType,
    pub(super) about: Arc<ExecutionInfo>,
    pub(super) limits: Arc<Limits>,
    pub(super) cursors: Cursors,
    pub(super) runnable: Runnable,
    pub(super) recorder: Recorder,
    pub(super) entropy: Entropy,
    /// The number of calls of each Task state; empty before the first call.
    pub(super) calls: TrackedList<u32>,
    /// The time of the current step.
    pub(super) now: Timestamp,
    pub(super) waits: u32,
    pub(super) transitions: u32,
    /// About how many bytes of values the events since the last record have.
    pub(super) changed_bytes: u32,
    pub(super) outcome: Option<Box<Outcome>>,
    /// The step ends early so that other executions can run.
    pub(super) yields: bool,
    /// The cursor that [`Execution::step`] advances; the step continues with it while it is
    /// runnable.
    pub(super) current: Option<CursorId>,
    /// Whether the execution can be redriven after a failure.
    pub(super) is_redrivable: bool,
    /// Fields that most executions do not use.
    pub(super) cold: Option<Box<ExecutionColdFields>>,
}

/// Fields that most executions do not use. They are allocated on first use.
#[derive(Clone, Debug, Default)]
pub(super) struct ExecutionColdFields {
    /// TimeoutSeconds of the state machine.
    timeout: Option<Duration>,
    /// Where the execution stopped, if it did not succeed.
    pub(super) stopped: Option<Box<StoppedScope>>,
    /// Set in a test of one state.
    pub(super) inspection: Option<Box<Inspection>>,
}

impl ExecutionColdFields {
    pub(super) fn inspection(&mut self) -> Option<&mut Inspection> {
        self.inspection.as_deref_mut()
    }
}

/// The outcome of an execution that has ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It succeeded with this output.
    Succeeded(Value),
    /// It failed.
    Failed(Failure),
    /// Its TimeoutSeconds passed.
    TimedOut,
    /// It was stopped with this error and cause.
    Aborted(Failure),
}

impl Outcome {
    /// Returns the status of an execution with this outcome.
    pub fn status(&self) -> Status {
        match self {
            Self::Succeeded(_) => Status::Succeeded,
            Self::Failed(_) => Status::Failed,
            Self::TimedOut => Status::TimedOut,
            Self::Aborted(_) => Status::Aborted,
        }
    }

    /// Returns the output or the failure, if any.
    pub fn into_parts(self) -> (Option<Value>, Option<Failure>) {
        match self {
            Self::Succeeded(output) => (Some(output), None),
            Self::Failed(failure) | Self::Aborted(failure) => (None, Some(failure)),
            Self::TimedOut => (None, None),
        }
    }
}

/// The behavior of a step before a state that calls a handler or an object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// It calls.
    Made,
    /// It stops, and returns [`Step::Budget`].
    Postponed,
    /// It does not enter the state, and advances the other cursors. The state remains the next one
    /// of its cursor, also in the records of the execution. A caller that shuts down uses it.
    Held,
}

/// The result of [`Execution::step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The commands must be performed and their replies delivered; then call again.
    Replies,
    /// Every cursor waits.
    Waits,
    /// Every cursor waits, or is before a call that this step [holds](Calls::Held).
    Held,
    /// The budget is used up; call again.
    Budget,
    /// The execution has ended.
    Ended,
}

/// Returns the maximum number of events in the history of an execution.
pub(super) fn max_events(entry: Entry, limits: &Limits) -> u32 {
    match entry.machine_type {
        MachineType::Express => u32::MAX,
        MachineType::Standard => limits.events,
    }
}

impl Execution {
    /// Creates an execution that has not started. Its recorder retains the last `history` events.
    pub fn new(
        program: Arc<Program>,
        about: Arc<ExecutionInfo>,
        limits: Arc<Limits>,
        history: u32,
        seed: u64,
    ) -> Self {
        let mut recorder = Recorder::new(&program, history);
        let now = about.started;
        let entry = program.entry();
        recorder.limit(max_events(entry, &limits));
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
            calls: TrackedList::default(),
            now,
            waits: 0,
            transitions: 0,
            changed_bytes: 0,
            outcome: None,
            yields: false,
            current: None,
            is_redrivable: entry.machine_type == MachineType::Standard,
            cold: None,
        }
        .with_timeout(entry.timeout)
    }

    fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        if timeout.is_some() || self.cold.is_some() {
            self.cold().timeout = timeout;
        }
        self
    }

    pub(super) fn cold(&mut self) -> &mut ExecutionColdFields {
        self.cold.get_or_insert_default()
    }

    /// Sets the first state, type and timeout. A child of a Distributed Map has its own.
    pub fn with_entry(mut self, entry: Entry) -> Self {
        self.is_redrivable &= entry.machine_type == MachineType::Standard;
        self.start = entry.start;
        self.machine_type = entry.machine_type;
        self.recorder.limit(max_events(entry, &self.limits));
        self.with_timeout(entry.timeout)
    }

    /// Writes ExecutionStarted, and adds a cursor at the first state.
    pub fn begin(&mut self) {
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

    /// Takes the outcome of an execution that has ended.
    pub fn take_outcome(&mut self) -> Option<Outcome> {
        self.outcome.take().map(|outcome| *outcome)
    }

    /// Returns the ids, names and input.
    pub fn about(&self) -> &Arc<ExecutionInfo> {
        &self.about
    }

    /// Returns the program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Returns where it starts in the program.
    pub fn entry(&self) -> Entry {
        Entry {
            start: self.start,
            machine_type: self.machine_type,
            timeout: self.cold.as_ref().and_then(|cold| cold.timeout),
        }
    }

    /// Returns how it ended, if it has ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_deref()
    }

    /// Releases memory that is not needed while the execution waits.
    pub fn shrink(&mut self) {
        self.recorder.shrink();
        self.runnable.shrink();
    }

    /// Returns the recorder of its history.
    pub fn recorder(&mut self) -> &mut Recorder {
        &mut self.recorder
    }

    /// Returns `now`, or the time of the last event if that is later: the clock of an earlier
    /// process may have been ahead.
    ///
    /// For timestamps only. Deadlines use the clock; otherwise a wait of 5 s would also last as
    /// long as that clock was ahead.
    pub fn not_before_history(&self, now: Timestamp) -> Timestamp {
        now.max(self.recorder.latest()).max(self.about.started)
    }

    /// Returns the history so far.
    pub fn history(&self) -> History {
        self.recorder
            .history(self.program.clone(), self.about.clone())
    }

    /// Returns the first `events` events of the history.
    pub fn history_of_first(&self, events: usize) -> History {
        let (program, about) = (self.program.clone(), self.about.clone());
        self.recorder.history_of_first(events, program, about)
    }

    /// Returns the whole history.
    pub fn into_history(self) -> History {
        self.recorder.finish(self.program, self.about)
    }

    /// Applies the reply to a command, advances the runnable cursors, and adds commands. Each
    /// transition takes one from the `budget`, or more if the input is large. `calls` is what
    /// happens before a state that calls a handler or an object store.
    pub fn step(
        &mut self,
        reply: Option<Input>,
        budget: &mut u32,
        calls: Calls,
        environment: Environment<'_>,
        commands: &mut CommandQueue,
    ) -> Step {
        self.run(reply, budget, calls, false, environment, commands)
    }

    /// Lets the other runnable cursors continue before the next one, which has used the budget of a
    /// step.
    pub fn yield_turn(&mut self) {
        if let Some(id) = self.runnable.pop_front() {
            self.runnable.push_back(id);
        }
    }

    /// Does the same as [`step`](Self::step), but after a step that has used its budget, the next
    /// step continues with the same cursor. So the transitions do not depend on the budgets of the
    /// steps.
    pub fn step_in_order(
        &mut self,
        reply: Option<Input>,
        budget: &mut u32,
        environment: Environment<'_>,
        commands: &mut CommandQueue,
    ) -> Step {
        self.run(reply, budget, Calls::Made, true, environment, commands)
    }

    fn run(
        &mut self,
        reply: Option<Input>,
        budget: &mut u32,
        calls: Calls,
        is_in_order: bool,
        environment: Environment<'_>,
        commands: &mut CommandQueue,
    ) -> Step {
        debug_assert!(std::ptr::eq(&*self.program, environment.program));
        let cx = &mut StepContext::new(environment, commands);
        self.now = environment.now;
        if let Some(reply) = reply {
            match reply {
                Input::Performed => self.task_performed(cx),
                reply => {
                    self.apply(reply, cx);
                }
            }
            if cx.awaits_reply {
                return Step::Replies;
            }
        }
        // How many cursors were held since another one advanced.
        let mut held = 0;
        while self.outcome.is_none() {
            let id = match self.current {
                Some(id) => id,
                None => match self.runnable.pop_front() {
                    Some(id) => id,
                    None => return Step::Waits,
                },
            };
            if self.current.take().is_some() {
                self.check_limits(cx);
                if self.outcome.is_some() {
                    break;
                }
                if std::mem::take(&mut self.yields) {
                    self.runnable.push_back(id);
                    return Step::Budget;
                }
            }
            let cursor = self.cursors.get(id);
            if !cursor.is_some_and(|cursor| cursor.waiting.is_runnable()) {
                continue;
            }
            if *budget == 0 {
                if is_in_order {
                    self.runnable.push_front(id)
                } else {
                    self.runnable.push_back(id)
                }
                return Step::Budget;
            }
            if calls != Calls::Made && self.calls_out(id) {
                if calls == Calls::Postponed {
                    self.runnable.push_front(id);
                    return Step::Budget;
                }
                self.runnable.push_back(id);
                held += 1;
                if held >= self.runnable.len() {
                    return Step::Held;
                }
                continue;
            }
            held = 0;
            let bytes = cursor.map_or(0, Cursor::input_bytes);
            self.changed_bytes = self.changed_bytes.saturating_add(bytes);
            *budget = budget.saturating_sub(1 + bytes / TRANSITION_BYTES);
            self.transitions = self.transitions.saturating_add(1);
            self.current = Some(id);
            let _budget = TimeBudget::begin();
            self.advance(id, cx);
            if cx.awaits_reply {
                return Step::Replies;
            }
        }
        Step::Ended
    }

    /// Returns whether the next record has so many bytes of values that it should be written before
    /// the execution continues.
    #[inline]
    pub fn has_large_changes(&self) -> bool {
        self.changed_bytes > RECORD_BYTES
    }

    /// Returns whether a cursor waits for the next step only.
    #[inline]
    pub fn has_runnable_cursors(&self) -> bool {
        !self.runnable.is_empty()
    }

    /// Ends the execution if a transition reached a limit of the whole execution.
    fn check_limits(&mut self, cx: &mut StepContext<'_>) {
        if self.recorder.is_full() {
            self.fail_full_history(cx);
        }
        if self.is_express() && u64::from(self.transitions) > self.limits.express_transitions {
            self.time_out(cx);
        }
    }

    /// Returns whether the next transition of a cursor calls a handler or an object store.
    fn calls_out(&self, id: CursorId) -> bool {
        let cursor = self.cursors.get(id);
        cursor.is_some_and(|cursor| self.program.state(cursor.state).calls_out())
    }

    /// Ends the execution because its timeout expired.
    fn time_out(&mut self, cx: &mut StepContext<'_>) {
        if self.outcome.is_some() {
            return;
        }
        self.abort_open_states(cx);
        let failure = Failure::timeout(false);
        self.end(
            EventKind::ExecutionTimedOut,
            failure,
            |_| Outcome::TimedOut,
            cx,
        );
    }

    /// Aborts the execution. Does nothing if it has ended.
    fn abort(&mut self, failure: Failure, cx: &mut StepContext<'_>) {
        if self.outcome.is_some() {
            return;
        }
        self.abort_open_states(cx);
        self.end(EventKind::ExecutionAborted, failure, Outcome::Aborted, cx);
    }

    /// Writes the Aborted events of states inside Maps and Parallels and of running Map Runs. A
    /// state at the top level that is aborted has no event (recorded for Wait and Task).
    fn abort_open_states(&mut self, cx: &mut StepContext<'_>) {
        self.save_aborted();
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
        // The last event is written even if the history is full.
        self.recorder.make_room();
    }

    pub(super) fn succeed(&mut self, output: Value, cx: &mut StepContext<'_>) {
        if self.outcome.is_none() && !self.recorder.is_full() {
            self.write_last(
                EventKind::ExecutionSucceeded,
                Payload::Value(output.clone()),
                cx,
            );
            self.outcome = Some(Box::new(Outcome::Succeeded(output)));
        }
    }

    pub(super) fn fail(&mut self, failure: Failure, cx: &mut StepContext<'_>) {
        self.end(EventKind::ExecutionFailed, failure, Outcome::Failed, cx);
    }

    fn end(
        &mut self,
        kind: EventKind,
        failure: Failure,
        outcome: impl FnOnce(Failure) -> Outcome,
        cx: &mut StepContext<'_>,
    ) {
        if self.outcome.is_none() && !self.recorder.is_full() {
            let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
            self.write_last(kind, payload, cx);
            self.outcome = Some(Box::new(outcome(failure)));
        }
    }

    /// Writes the last event and releases all waits.
    fn write_last(&mut self, kind: EventKind, payload: Payload, cx: &mut StepContext<'_>) {
        self.recorder
            .write(self.now, kind, StateIx::NONE, ScopeId::TOP, payload);
        for wait_id in std::mem::take(&mut self.cursors).wait_ids() {
            cx.release(wait_id);
        }
        self.runnable.clear();
    }

    /// Returns whether it is an Express execution.
    pub fn is_express(&self) -> bool {
        self.machine_type == MachineType::Express
    }

    /// Fails the execution because its history is full. The limit leaves space for this one event.
    fn fail_full_history(&mut self, cx: &mut StepContext<'_>) {
        self.recorder.make_room();
        if self.outcome.is_some() {
            return;
        }
        let cause = format!("{FULL_HISTORY} ({}).", self.limits.events);
        self.fail(Failure::new(errors::RUNTIME, cause), cx);
    }

    /// Writes an event of a cursor and returns its id. Writes nothing when the history is full;
    /// then the execution ends after this transition.
    #[inline]
    pub(super) fn write(&mut self, id: CursorId, kind: EventKind, payload: Payload) -> u32 {
        self.write_with(id, kind, || payload)
    }

    /// Writes an event like [`write`](Self::write), but builds the payload only if the event is
    /// written.
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

    /// Writes an event like [`write`](Self::write), for a cursor that was removed or a different
    /// state.
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

    /// Adds a cursor at the end of the run queue.
    pub(super) fn spawn(&mut self, cursor: Cursor) -> CursorId {
        let id = self.cursors.insert(cursor);
        self.runnable.push_back(id);
        id
    }

    /// Starts a wait with a new id, and returns the id.
    pub(super) fn wait(&mut self, id: CursorId, waiting: Waiting) -> WaitId {
        let wait_id = self.next_wait(id);
        self.wait_as(wait_id, waiting);
        wait_id
    }

    /// Returns the id of a wait that is about to start.
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

    /// Returns the cursor that waits under `wait_id`, if that wait has not ended.
    pub(super) fn waiting_for(&mut self, wait_id: WaitId) -> Option<&mut Cursor> {
        self.cursors
            .get_mut(wait_id.cursor)
            .filter(|cursor| cursor.wait == wait_id.wait && !cursor.waiting.is_runnable())
    }

    /// Returns whether a cursor waits under this id: the wait has not ended.
    pub fn is_waiting(&self, wait_id: WaitId) -> bool {
        self.cursors
            .get(wait_id.cursor)
            .is_some_and(|cursor| cursor.wait == wait_id.wait && !cursor.waiting.is_runnable())
    }

    /// Applies an input, and adds commands. Returns whether the execution accepts it: not if the
    /// wait has ended.
    pub fn receive(
        &mut self,
        input: Input,
        environment: Environment<'_>,
        commands: &mut CommandQueue,
    ) -> bool {
        debug_assert!(std::ptr::eq(&*self.program, environment.program));
        let cx = &mut StepContext::new(environment, commands);
        self.now = environment.now;
        self.apply(input, cx)
    }

    fn apply(&mut self, input: Input, cx: &mut StepContext<'_>) -> bool {
        let mut is_accepted = true;
        match input {
            // The step that waits for these replies checks the limits.
            Input::Performed => {
                self.task_performed(cx);
                return true;
            }
            Input::Resolved => {
                self.task_resolved(cx);
                return true;
            }
            Input::Timer(wait_id, kind) => self.timer_fired(wait_id, kind, cx),
            Input::WorkCompleted(wait_id, result) => self.task_work_completed(wait_id, result, cx),
            Input::Answered(wait_id, result) => {
                is_accepted = self.task_external_completed(wait_id, result, cx);
            }
            Input::WorkerStarted(wait_id, worker) => {
                is_accepted = self.activity_started(wait_id, worker, cx);
            }
            Input::Heartbeat(wait_id) => is_accepted = self.heartbeat(wait_id, cx),
            Input::HandlerFound(wait_id) => self.handler_found(wait_id, cx),
            Input::TaskHeld(wait_id) => self.hold_task(wait_id, cx),
            Input::HeldTaskStarted(wait_id) => self.start_held_task(wait_id, cx),
            Input::LookForHandlers => self.look_for_handlers(cx),
            Input::ChildEnded(wait_id, number, ended) => {
                self.child_execution_ended(wait_id, number, *ended, cx);
            }
            Input::ChildRefused(wait_id, number, cause) => {
                self.child_refused(wait_id, number, cause, cx);
            }
            Input::ObjectRead(wait_id, read) => self.object_was_read(wait_id, *read, cx),
            Input::ObjectWritten(wait_id, written) => {
                self.object_was_written(wait_id, *written, cx);
            }
            Input::UpdateRun(arn, changes) => is_accepted = self.update_run(&arn, *changes, cx),
            Input::TimedOut => self.time_out(cx),
            Input::Stopped(failure) => self.abort(*failure, cx),
        }
        if self.recorder.is_full() {
            self.fail_full_history(cx);
        }
        is_accepted
    }

    fn timer_fired(&mut self, wait_id: WaitId, kind: TimerKind, cx: &mut StepContext<'_>) {
        let Some(cursor) = self.waiting_for(wait_id) else {
            return;
        };
        match (&mut cursor.waiting, kind) {
            // The timer was the only resource of these waits, so nothing is left to release.
            (Waiting::Pause { .. }, TimerKind::Wait) => {
                self.resume(wait_id.cursor, Waiting::Attempt);
            }
            (Waiting::Until { effective, .. }, TimerKind::Wait) => {
                let effective = std::mem::take(effective);
                self.finish_wait(wait_id.cursor, effective, cx);
            }
            (Waiting::Task(task), TimerKind::Answer) => {
                if let Some(answer) = task.answer.take() {
                    self.complete_task(wait_id, answer.result, cx);
                }
            }
            (Waiting::Task(_), TimerKind::Timeout | TimerKind::Heartbeat) => {
                self.task_timed_out(wait_id, kind == TimerKind::Heartbeat, cx);
            }
            _ => {}
        }
    }

    /// Handles a heartbeat of the task. Returns whether the execution still waits for the task.
    fn heartbeat(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) -> bool {
        let now = self.now;
        let Some(Waiting::Task(task)) = self.waiting_for(wait_id).map(|cursor| &mut cursor.waiting)
        else {
            return false;
        };
        if let Some(seconds) = task.heartbeat
            && task.stage != OpenTaskStage::Queued
        {
            let due = now + Duration::from_secs(seconds);
            task.heartbeat_due = Some(due);
            cx.disarm(wait_id, TimerKind::Heartbeat);
            cx.arm(wait_id, TimerKind::Heartbeat, due);
        }
        true
    }

    /// Reports the states and task attempts that began before this engine drives the execution.
    pub fn open_spans(&self, mut open: impl FnMut(CursorId, SpanChange)) {
        let is_entered = |cursor: &Cursor| !matches!(cursor.waiting, Waiting::Enter);
        let mut cursors: Vec<_> = self.cursors.iter().collect();
        // A container was entered before the states inside it.
        cursors.sort_by_key(|(_, cursor)| cursor.entered);
        for (id, cursor) in cursors.into_iter().filter(|(_, cursor)| is_entered(cursor)) {
            let state = cursor.state;
            let parent = cursor.parent.map(|(parent, _)| parent);
            open(id, SpanChange::Entered { parent, state });
            if matches!(cursor.waiting, Waiting::Task(_)) {
                let attempt = cursor.attempt_state.retry_count();
                open(id, SpanChange::TaskBegun { state, attempt });
            }
        }
    }

    /// Sets the state of a cursor and makes it runnable.
    pub(super) fn resume(&mut self, id: CursorId, waiting: Waiting) {
        if let Some(cursor) = self.cursors.get_mut(id) {
            cursor.waiting = waiting;
            self.mark_runnable(id);
        }
    }

    /// Queues a cursor, unless the loop in [`step`](Self::step) is advancing it.
    pub(super) fn mark_runnable(&mut self, id: CursorId) {
        if self.current != Some(id) {
            self.runnable.push_back(id);
        }
    }

    /// Returns a cursor, or an error if it was removed.
    pub(super) fn cursor(&self, id: CursorId) -> Result<&Cursor, QueryError> {
        self.cursors
            .get(id)
            .ok_or_else(|| QueryError::runtime("the cursor of this state is gone"))
    }
}

record!(enum Outcome { 0 => Succeeded(output), 1 => Failed(failure), 2 => TimedOut, 3 => Aborted(failure) });
