//! The task that steps one execution, commits its progress, and parks it while it waits.

mod driver;
mod finish;
mod messages;
mod outbox_messages;
mod queued;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use stepwright_asl::model::MachineType;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::{
    Execution, Failure, Input, Inspection, RecordDecoder, RecordEncoder, StatusRecord, Step, Wait,
};
use stepwright_interpreter::history::History;
use stepwright_interpreter::program::Entry;
use stepwright_interpreter::record::DecodeError;
use thin_vec::ThinVec;
use tokio::sync::oneshot;

use super::runtimes::RuntimeHandle;
use crate::durable::step_watch::{WatchedStep, WatchedSteps};
use crate::execution::drain::Drain;
use crate::execution::execution_state::IdleOutcome;
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::journaled_execution::JournaledExecution;
use crate::panics::guarded;
use crate::resources::ExecutionResources;
use crate::resources::execution_deadline::ExecutionDeadline;
use crate::resources::execution_spans::ExecutionSpans;
use crate::shared::EngineShared;
use crate::statistics::{ExecutionBegin, ExecutionMeter};
use crate::status_listener::StatusChange;

pub(crate) use self::driver::Driver;

/// After how many records `roundtrip_records` starts again with an empty list.
const RECORDS_BEFORE_RESTART: usize = 16;
/// How many transitions an execution makes before it yields.
pub const STEP_BUDGET: u32 = 256;
/// How many times an execution that is alone on virtual time waits before it yields.
const IDLE_ROUNDS: u32 = 64;

/// The error of an execution that a bug of this crate ended.
pub(crate) const INTERNAL: &str = "Stepwright.Internal";
/// The error of an execution that was suspended because a commit failed. The store has it as it was
/// committed last.
const COMMIT_FAILED: &str = "Stepwright.CommitFailed";
/// The error of an execution whose engine or tokio runtime was shut down.
pub(crate) const SHUT_DOWN: &str = "Stepwright.ShutDown";

fn shut_down() -> Failure {
    Failure::new(SHUT_DOWN, "the engine was shut down")
}

/// Drives one execution: delivers its messages, steps it, and parks it when it waits.
///
/// It is a future while it is driven, and plain data while it is parked in its
/// [`ExecutionState`](crate::execution::execution_state::ExecutionState). Fields that a waiting
/// execution rarely needs are boxed, and allocated on demand.
pub(crate) struct ExecutionTask {
    stage: TaskStage,
    resources: ExecutionResources,
    child: ChildKind,
    machine_type: MachineType,
    /// It only steps through states that call no external code, because it runs on the task of the
    /// caller that started it.
    is_on_caller: bool,
    is_closed: bool,
    /// Whether changes of its status are reported to the engine's listener.
    reports_status: bool,
    counting: Counting,
    /// It has waited once, and has released the memory that it does not need while it waits.
    has_shrunk: bool,
    /// It counts for the limit of executions that other executions started, until it waits for the
    /// first time.
    has_start_permit: bool,
    /// Its journal state, when it is durable.
    journaled: Option<Box<JournaledExecution>>,
    /// The runtime that drives it after it was parked.
    runtime: Option<Arc<RuntimeHandle>>,
    /// Fields that most executions do not use.
    cold: Option<Box<TaskColdFields>>,
}

/// The progress of an execution in its driver.
enum TaskStage {
    /// It has not started.
    NotStarted(Entry, StartPoint),
    Running(Execution),
    /// It is being stepped, or has ended: after a panic it is not stepped again.
    InStep,
}

impl TaskStage {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::InStep)
    }
}

/// Whether the statistics count the execution.
#[derive(Clone, Copy)]
enum Counting {
    /// When its begin is committed.
    Later(ExecutionBegin),
    Counted,
}

#[derive(Default)]
struct TaskColdFields {
    /// The inspection of the state, after its end.
    inspected: Option<Box<Inspection>>,
    /// Requests for the history with more than this number of events.
    readers: Vec<(u32, oneshot::Sender<History>)>,
    /// Requests for the open waits.
    wait_readers: Vec<oneshot::Sender<Vec<Wait>>>,
    /// The records of the execution, where it is read again each time that it waits.
    records: Option<(RecordEncoder, Vec<Vec<u8>>)>,
    /// The steps until the first commit, where the execution continues after a restart.
    watched_steps: Option<Box<WatchedSteps>>,
    /// Set when the execution is to be suspended, with the reason.
    suspension: Option<Failure>,
    /// Set while the engine shuts down and something works for the execution in this process.
    drain: Option<Drain>,
}

/// The result of driving an execution.
enum DriveOutcome {
    /// It waits for something that wakes its future: work, the journal, or its next turn after it
    /// yielded.
    Pending,
    /// It waits for messages only.
    Idle,
    Ended,
}

/// How an execution stops advancing.
enum AdvanceOutcome {
    /// It is driven again later, after this result.
    Continues(DriveOutcome),
    Ended,
    /// The next engine continues it; the reason.
    Suspended(Failure),
    /// Its records could not be read.
    Damaged(DecodeError),
}

/// The result of the last commit.
enum CommitOutcome {
    /// It succeeded.
    UpToDate,
    /// The end of the execution is durable.
    Ended,
    /// The store rejected it.
    Failed(Failure),
}

impl ExecutionTask {
    pub(crate) fn new(engine: Arc<EngineShared>, pending_execution: PendingExecution) -> Box<Self> {
        let PendingExecution {
            state,
            program,
            entry,
            child,
            source,
            begin,
            journaled,
        } = pending_execution;
        engine.running.begun(entry.machine_type);
        let spans = ExecutionSpans::new(&state.about, engine.propagator.as_deref());
        let mut resources = ExecutionResources::new(engine, program, state, source);
        if let Some(journaled) = &journaled {
            resources.defer(journaled.position().clone());
        }
        if let Some(spans) = spans {
            resources.set_spans(spans);
        }
        let counting = match &begin {
            StartPoint::Start { .. } | StartPoint::Inspect(..) => ExecutionBegin::Started,
            StartPoint::Redrive(_) => ExecutionBegin::Redriven,
            StartPoint::Resume(_) => ExecutionBegin::Resumed,
        };
        let is_inspection = matches!(begin, StartPoint::Inspect(..));
        let reports_status = resources.engine.status_listener.is_some()
            && entry.machine_type == MachineType::Standard
            && !is_inspection;
        let is_committed = journaled.is_none() || counting == ExecutionBegin::Resumed;
        let mut task = Box::new(Self {
            stage: TaskStage::NotStarted(entry, begin),
            resources,
            child,
            machine_type: entry.machine_type,
            is_on_caller: false,
            is_closed: false,
            reports_status,
            counting: Counting::Later(counting),
            has_shrunk: false,
            has_start_permit: false,
            journaled,
            runtime: None,
            cold: None,
        });
        if is_committed {
            task.count_begin();
        }
        task
    }

    /// Applies a function to the meter of its state machine. Inspections of single states have
    /// none.
    fn with_meter(&self, count: impl FnOnce(&ExecutionMeter)) {
        let Some(meter) = &self.resources.program.meter else {
            return;
        };
        match self.child {
            ChildKind::None => count(meter),
            // The state machine of a Map Run's child is the Map, as on AWS.
            _ => count(
                &self
                    .resources
                    .engine
                    .meter
                    .executions(&self.resources.state.about.machine.name),
            ),
        }
    }

    /// Counts the begin of the execution, once.
    fn count_begin(&mut self) {
        if let Counting::Later(begin) = self.counting {
            self.counting = Counting::Counted;
            self.with_meter(|meter| meter.begins(begin));
            // A resumed execution was running before.
            if begin != ExecutionBegin::Resumed {
                self.report_status(|running| running);
            }
        }
    }

    /// Reports a change of the status to the engine's listener, if it has one. The outbox reports
    /// those of a durable execution. `change` gets the record of the start.
    fn report_status(&self, change: impl FnOnce(StatusRecord) -> StatusRecord) {
        if let Some(listener) = &self.resources.engine.status_listener
            && self.reports_status
            && self.journaled.is_none()
        {
            let is_map_run_child = self.child != ChildKind::None;
            let running =
                StatusRecord::running(self.resources.state.about.clone(), is_map_run_child);
            listener.status_changed(StatusChange::transient(change(running)));
        }
    }

    /// Watches the steps until the first commit. For an execution that continues after a restart.
    pub(crate) fn watch_steps(&mut self) {
        let durable = self.resources.engine.durable.as_ref();
        let watch = durable.and_then(|durable| durable.step_watch.get());
        if let (Some(watch), Some(journaled)) = (watch, &self.journaled) {
            let position = journaled.position();
            let steps = watch.watch(position.key, position.seq);
            self.cold().watched_steps = Some(Box::new(steps));
        }
    }

    /// Begins a watched step. After the first commit, steps are not watched any more.
    fn begin_watched_step(&mut self) -> Option<WatchedStep> {
        let cold = self.cold.as_mut()?;
        let steps = cold.watched_steps.as_ref()?;
        let records = self.journaled.as_ref()?.position().seq;
        let step = steps.begin(records);
        if step.is_none() {
            cold.watched_steps = None;
        }
        step
    }

    fn cold(&mut self) -> &mut TaskColdFields {
        self.cold.get_or_insert_default()
    }

    /// Takes the inspection of the state, after its end.
    pub(crate) fn take_inspected(&mut self) -> Option<Box<Inspection>> {
        self.cold.as_mut()?.inspected.take()
    }

    fn is_inspected(&self) -> bool {
        let cold = self.cold.as_ref();
        cold.is_some_and(|cold| cold.inspected.is_some())
    }

    /// Takes the execution, and starts it if necessary; `None` while it is being stepped, and after
    /// its end.
    fn take_started(&mut self) -> Option<Execution> {
        match self.stage.take() {
            TaskStage::NotStarted(entry, begin) => Some(self.begin(entry, begin)),
            TaskStage::Running(execution) => Some(execution),
            TaskStage::InStep => None,
        }
    }

    /// Creates the execution and sets its deadline, where the definition or the type has one.
    fn begin(&mut self, entry: Entry, begin: StartPoint) -> Execution {
        let engine = &self.resources.engine;
        let about = &self.resources.state.about;
        let (program, limits) = (self.resources.program.program(), &engine.limits);
        let keeps = engine.history(entry.machine_type);
        let fresh = |seed| {
            let (program, about, limits) = (program.clone(), about.clone(), limits.clone());
            Execution::new(program, about, limits, keeps, seed).with_entry(entry)
        };
        let is_resumed = matches!(begin, StartPoint::Resume(_));
        let is_redriven = matches!(begin, StartPoint::Redrive(_));
        let mut execution = match begin {
            StartPoint::Redrive(from) => {
                let (history, resume) = *from;
                let (program, about, limits) = (program.clone(), about.clone(), limits.clone());
                Execution::redriven(program, about, limits, entry, &history, keeps, resume)
            }
            StartPoint::Inspect(test, seed) => {
                let (start, inspection) = *test;
                let mut execution = fresh(seed);
                execution.begin_inspection(start, inspection);
                execution
            }
            StartPoint::Resume(execution) => *execution,
            StartPoint::Start { seed } => {
                let mut execution = fresh(seed);
                execution.begin();
                execution
            }
        };
        let express =
            (entry.machine_type == MachineType::Express).then_some(engine.limits.express_duration);
        let life: Option<Duration> = match (entry.timeout, express) {
            (Some(declared), Some(express)) => Some(declared.min(express)),
            (declared, express) => declared.or(express),
        };
        if let Some(life) = life {
            // A redrive restarts the timeout. Its own time may be later than the clock, which
            // decides about deadlines.
            let from = if is_redriven {
                engine.clock.now()
            } else {
                about.redriven().unwrap_or(about.started)
            };
            self.resources.deadline = ExecutionDeadline::at(from + life);
        }
        self.resources.open_spans(&execution);
        if is_resumed {
            self.resources.wait_for_handlers();
            self.resources.reattach(&mut execution, true);
            tracing::info!("resumed");
        } else {
            tracing::info!("started");
        }
        execution
    }

    /// Reattaches an execution from the store to its timers and handlers, before it is driven.
    pub(crate) fn reattach(&mut self) {
        if let Some(execution) = self.take_started() {
            self.stage = TaskStage::Running(execution);
        }
    }

    /// Takes the children that are about to be driven, after the execution was reattached.
    pub(crate) fn take_pending_executions(&mut self) -> ThinVec<PendingExecution> {
        std::mem::take(&mut self.resources.pending_executions)
    }

    /// Whether the next process continues it: it is durable, or its parent is and starts it again.
    fn continues_elsewhere(&self) -> bool {
        self.journaled.is_some() || self.child == ChildKind::OfDurable
    }

    /// Lets the shutdown of the engine continue, if nothing works for the execution in this
    /// process. The execution still receives messages, such as the answers to its tokens, until the
    /// shutdown ends.
    fn drop_drain_when_idle(&mut self, execution: &Execution) {
        let Some(cold) = &mut self.cold else {
            return;
        };
        let continues_elsewhere = self.journaled.is_some();
        let resources = &self.resources;
        cold.drain.take_if(|drain| {
            let is_busy = resources.runs_handler(execution)
                || resources.runs_express_execution()
                // An execution that cannot continue elsewhere may end in the grace period.
                || !continues_elsewhere && execution.continues_until(drain.until);
            !is_busy
        });
    }

    /// Sets the deadline's timer for an execution that waits, unless another of its timers fires
    /// earlier.
    fn arm_deadline(&mut self) {
        let resources = &mut self.resources;
        let engine = &resources.engine;
        let bound = resources.state.about.started + engine.limits.standard_duration;
        let state = &resources.state;
        resources.deadline.arm_if_next(&engine.clock, state, bound);
    }

    /// Returns a copy of the execution that is read from all of its records.
    fn roundtrip_records(&mut self, execution: &mut Execution) -> Result<Execution, DecodeError> {
        let kept = &mut self.cold.get_or_insert_default().records;
        kept.take_if(|kept| kept.1.len() == RECORDS_BEFORE_RESTART);
        let (written, records) = kept.get_or_insert_default();
        records.push(written.record(execution));
        let unbegun = |about| {
            let limits = self.resources.engine.limits.clone();
            Execution::new(
                self.resources.program.program().clone(),
                about,
                limits,
                0,
                0,
            )
        };
        let mut restored = RecordDecoder::default();
        for record in records {
            restored.read(record, unbegun)?;
        }
        let (mut same, _) = restored.finish()?;
        self.resources.detach();
        self.resources.reattach(&mut same, false);
        Ok(same)
    }

    /// Sends the history to the readers that wait for more events.
    fn answer_history_readers(&mut self, execution: &mut Execution) {
        let has_changes =
            |journaled: &JournaledExecution| journaled.has_unsubmitted_changes(execution);
        let Some(cold) = self.cold.as_mut().filter(|cold| !cold.readers.is_empty()) else {
            return;
        };
        // Events that are not durable have not happened yet.
        if self.journaled.as_deref().is_some_and(has_changes) {
            return;
        }
        let count = execution.recorder().count();
        let is_told = |(read, _): &mut (u32, oneshot::Sender<History>)| *read < count;
        for (_, reader) in cold.readers.extract_if(.., is_told) {
            // The reader may have been dropped.
            let _ = reader.send(execution.history());
        }
    }

    /// Sends the open waits to their readers, unless a change must become durable first.
    fn answer_wait_readers(&mut self, execution: &Execution) {
        let has_changes =
            |journaled: &JournaledExecution| journaled.has_unsubmitted_changes(execution);
        let Some(cold) = self.cold.as_mut() else {
            return;
        };
        if cold.wait_readers.is_empty() || self.journaled.as_deref().is_some_and(has_changes) {
            return;
        }
        for reader in std::mem::take(&mut cold.wait_readers) {
            // The reader may have been dropped.
            let _ = reader.send(execution.waits());
        }
    }

    /// Returns the durable part of the history to those who request it, while the rest is being
    /// committed: that may take as long as an outage of the store.
    fn answer_history_during_commit(&self, execution: &Execution, cx: &mut Context<'_>) {
        let Some(journaled) = &self.journaled else {
            return;
        };
        let durable = journaled.committed_events();
        let is_answered = |read: u32| (read as usize) < durable;
        for reader in self
            .resources
            .state
            .take_history_requests(cx.waker(), is_answered)
        {
            // The reader may have been dropped.
            let _ = reader.send(execution.history_of_first(durable));
        }
    }

    /// Waits until the pending commit is done; then performs the effects that waited for it.
    fn poll_committed(
        &mut self,
        execution: &mut Execution,
        cx: &mut Context<'_>,
    ) -> Poll<CommitOutcome> {
        let Some(journaled) = &mut self.journaled else {
            return Poll::Ready(CommitOutcome::UpToDate);
        };
        if let Err(error) = std::task::ready!(journaled.poll_committed(cx)) {
            let failure = Failure::new(COMMIT_FAILED, error.to_string());
            self.resources.state.accept(Err(error));
            return Poll::Ready(CommitOutcome::Failed(failure));
        }
        if journaled.has_unsubmitted_changes(execution) {
            // No commit was pending.
            return Poll::Ready(CommitOutcome::UpToDate);
        }
        // A caller that learns of the start finds it in the statistics.
        self.count_begin();
        let Some(journaled) = &mut self.journaled else {
            return Poll::Ready(CommitOutcome::UpToDate);
        };
        self.resources.state.accept(Ok(()));
        if let Some(durable) = &self.resources.engine.durable {
            if let Some(starting) = journaled.take_committed_start() {
                durable.versions.started(starting);
            }
            if journaled.take_has_token_secret() {
                durable.token_key.is_stored();
            }
            if journaled.take_has_messages()
                && let Some(outbox) = durable.outbox.get()
            {
                outbox.notify();
            }
        }
        journaled.send_acknowledgements();
        let is_over = journaled.is_over();
        for result in self.resources.perform_committed() {
            self.resources.deliver(execution, result);
        }
        self.spawn_pending_executions();
        Poll::Ready(if is_over {
            CommitOutcome::Ended
        } else {
            CommitOutcome::UpToDate
        })
    }

    /// Starts to commit the changes of a step, if they must be durable now. Returns whether it did.
    fn commit(&mut self, execution: &mut Execution, step: Step) -> bool {
        let Some(journaled) = &mut self.journaled else {
            return false;
        };
        if !journaled.has_unsubmitted_changes(execution) {
            journaled.send_acknowledgements();
            return false;
        }
        // Changes without visible effects can wait for a later commit, unless its record would be
        // large.
        if step == Step::Budget
            && !execution.has_large_changes()
            && !self.resources.has_deferred()
            && !journaled.has_acknowledgements()
        {
            return false;
        }
        let over = execution.outcome();
        let over = over.map(|outcome| {
            let stopped = execution.not_before_history(self.resources.engine.clock.now());
            (outcome.status(), stopped)
        });
        let messages = self.outbox_messages(execution, over.map(|(_, stopped)| stopped));
        let runs = self.resources.take_changed_runs();
        let (Some(durable), Some(journaled)) =
            (&self.resources.engine.durable, &mut self.journaled)
        else {
            return false;
        };
        let secret = durable.token_key.change();
        journaled.commit(&durable.journal, execution, runs, over, messages, secret);
        true
    }

    /// Advances the execution, and ends or suspends it if nothing is left to do.
    fn advance(&mut self, cx: &mut Context<'_>) -> DriveOutcome {
        let Some(mut execution) = self.take_started() else {
            return DriveOutcome::Ended;
        };
        let step = self.begin_watched_step();
        let outcome = self.advance_until_idle(&mut execution, cx);
        drop(step);
        match outcome {
            AdvanceOutcome::Continues(outcome) => {
                self.stage = TaskStage::Running(execution);
                return outcome;
            }
            AdvanceOutcome::Ended => self.finish(execution),
            AdvanceOutcome::Suspended(failure) => {
                self.stage = TaskStage::Running(execution);
                self.suspend(failure);
            }
            AdvanceOutcome::Damaged(error) => {
                let failure = Failure::new(INTERNAL, error.to_string());
                self.close_without_outcome(Status::Failed, failure);
            }
        }
        DriveOutcome::Ended
    }

    /// Delivers messages and steps, until there is nothing to do.
    fn advance_until_idle(
        &mut self,
        execution: &mut Execution,
        cx: &mut Context<'_>,
    ) -> AdvanceOutcome {
        let mut idle_rounds = 0;
        loop {
            match self.poll_committed(execution, cx) {
                Poll::Pending => {
                    self.answer_history_during_commit(execution, cx);
                    return AdvanceOutcome::Continues(DriveOutcome::Pending);
                }
                Poll::Ready(CommitOutcome::UpToDate) => {}
                Poll::Ready(CommitOutcome::Ended) => return AdvanceOutcome::Ended,
                Poll::Ready(CommitOutcome::Failed(failure)) => {
                    return AdvanceOutcome::Suspended(failure);
                }
            }
            for message in self.resources.state.take(cx.waker()) {
                self.receive(execution, message);
            }
            let suspension = self.cold.as_mut().and_then(|cold| cold.suspension.take());
            if let Some(failure) = suspension {
                // Results that have arrived become durable before the execution is suspended,
                // unless the store fails.
                let is_shut_down = failure.error.as_deref() == Some(SHUT_DOWN);
                if is_shut_down && self.commit(execution, Step::Held) {
                    self.cold().suspension = Some(failure);
                    continue;
                }
                return AdvanceOutcome::Suspended(failure);
            }
            while let Poll::Ready((wait_id, arrived)) = self.resources.poll_work(cx) {
                self.receive_result(execution, wait_id, arrived);
            }
            self.answer_history_readers(execution);
            if self
                .resources
                .deadline
                .is_over(&self.resources.engine.clock)
            {
                self.resources.deliver(execution, Input::TimedOut);
            }
            let may_call_out = !self.is_on_caller;
            let step = self.resources.step(execution, STEP_BUDGET, may_call_out);
            self.spawn_pending_executions();
            self.answer_history_readers(execution);
            if self.commit(execution, step) {
                continue;
            }
            if step == Step::Ended {
                return AdvanceOutcome::Ended;
            }
            self.answer_wait_readers(execution);
            if step == Step::Budget {
                cx.waker().wake_by_ref();
                return AdvanceOutcome::Continues(DriveOutcome::Pending);
            }
            // Poll new work once with this task's waker, and drop cancelled work.
            if let Poll::Ready((wait_id, arrived)) = self.resources.poll_work(cx) {
                self.receive_result(execution, wait_id, arrived);
                continue;
            }
            if self.resources.engine.settings.roundtrip_on_idle && !execution.is_inspected() {
                match self.roundtrip_records(execution) {
                    Ok(same) => *execution = same,
                    Err(error) => return AdvanceOutcome::Damaged(error),
                }
            }
            self.drop_drain_when_idle(execution);
            let is_virtual = self.resources.engine.clock.is_virtual();
            // It may wait for long. On virtual time it does not.
            if !self.has_shrunk && !is_virtual && !execution.has_local_work() {
                self.has_shrunk = true;
                execution.shrink();
            }
            self.arm_deadline();
            self.release_start_permit();
            if !is_virtual && !self.resources.has_work() {
                return AdvanceOutcome::Continues(DriveOutcome::Idle);
            }
            match self.resources.state.go_idle() {
                IdleOutcome::Waits => return AdvanceOutcome::Continues(DriveOutcome::Pending),
                IdleOutcome::HasMessages => {}
                IdleOutcome::Fired(fired) => self.timer_fired(execution, fired),
            }
            idle_rounds += 1;
            if idle_rounds == IDLE_ROUNDS {
                cx.waker().wake_by_ref();
                return AdvanceOutcome::Continues(DriveOutcome::Pending);
            }
        }
    }

    /// Drives the execution as far as possible now.
    fn drive(&mut self, cx: &mut Context<'_>) -> DriveOutcome {
        let spans = self.resources.spans();
        let span = spans.map(|spans| spans.execution().clone());
        let _entered = span.as_ref().map(tracing::Span::enter);
        match guarded(|| self.advance(cx)) {
            Ok(advanced) => advanced,
            // A bug of this crate must not block callers for ever.
            Err(_) => {
                let cause = "the runtime itself panicked; this is a bug of stepwright-runtime";
                self.close_without_outcome(Status::Failed, Failure::new(INTERNAL, cause));
                DriveOutcome::Ended
            }
        }
    }
}

/// Drives the execution on the task of a caller that waits for its end.
impl Future for ExecutionTask {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            match this.drive(cx) {
                DriveOutcome::Pending => return Poll::Pending,
                // Only executions on real time are idle in this sense.
                DriveOutcome::Idle if this.resources.state.wait_for_messages() => {
                    return Poll::Pending;
                }
                DriveOutcome::Idle => {}
                DriveOutcome::Ended => return Poll::Ready(()),
            }
        }
    }
}
