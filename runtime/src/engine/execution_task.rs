use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use tokio::sync::oneshot;

use super::deadline::Deadline;
use super::ends;
use super::host::EngineHost;
use super::journaled::Journaled;
use super::prepared::{Begin, Child, Prepared};
use super::redrivable::Redrivable;
use super::report::ExecutionReport;
use super::shared::Shared;
use super::state::Message;
use super::work::Arrived;
use crate::history::History;
use crate::interpret::{Execution, Failure, Inspection, Outcome, Restored, Step, Written};
use crate::panics::guarded;
use crate::program::Entry;
use crate::status::Status;
use crate::store::StoreError;
use crate::task::{News, Taken, TaskFailure};
use crate::value::Value;
use crate::wait_id::WaitId;

/// How many records an execution is read from before the next one is the first again, where it is read again at each rest.
const RECORDS: usize = 16;
/// How many transitions an execution makes before it lets others run.
const BUDGET: u32 = 256;

/// The error of an execution that a mistake of this crate ended.
pub(super) const INTERNAL: &str = "Stepwright.Internal";
/// The error of an execution whose store fails. The store has it as it was kept last.
const NOT_KEPT: &str = "Stepwright.NotKept";
/// The error of an execution whose tokio runtime went away.
pub(super) const SHUT_DOWN: &str = "Stepwright.ShutDown";

fn shut_down() -> Failure {
    Failure::new(SHUT_DOWN, "the engine was shut down")
}

/// Drives one execution: brings it news, steps it, and rests when it waits.
///
/// The execution is made, grown and dropped in the task that drives it.
pub(super) struct ExecutionTask {
    entry: Entry,
    child: Child,
    execution: Option<Box<Execution>>,
    host: EngineHost,
    /// Where it begins, before it has begun.
    begin: Option<Begin>,
    /// What was seen of the state, when it is over.
    pub(super) inspected: Option<Box<Inspection>>,
    /// How many events the observer was told of.
    written: u32,
    /// Who waits for events behind this one.
    readers: Vec<(u32, oneshot::Sender<History>)>,
    is_closed: bool,
    /// It has waited, and gave back the room that it does not need meanwhile.
    has_shrunk: bool,
    /// Where somebody listens.
    span: Option<Box<tracing::Span>>,
    /// What was written of the execution, where it is read again at each rest.
    records: Option<Box<(Written, Vec<Vec<u8>>)>>,
    /// What it has in the journal, when it is durable.
    journaled: Option<Box<Journaled>>,
    /// It is parked as soon as nobody in this process is at work for it.
    is_drained: bool,
    /// It is not gone on with in this process any more, and why.
    parks: Option<Box<Failure>>,
}

/// How far what was to be committed has come.
enum Committed {
    /// It is kept.
    All,
    /// The end is kept.
    Over,
    /// The store does not take it.
    Failed(Failure),
}

impl ExecutionTask {
    pub(super) fn new(engine: Arc<Shared>, prepared: Prepared) -> Box<Self> {
        let Prepared {
            state,
            program,
            entry,
            child,
            source,
            begin,
            journaled,
        } = prepared;
        engine.open.begun();
        let span = tracing::info_span!(
            "execution",
            machine = %state.about.machine.name,
            name = %state.about.name()
        );
        let mut host = EngineHost::new(engine, program, state, source);
        if let Some(journaled) = &journaled {
            host.defer(journaled.place().clone());
        }
        Box::new(Self {
            entry,
            child,
            execution: None,
            host,
            begin: Some(begin),
            inspected: None,
            written: 0,
            readers: Vec::new(),
            is_closed: false,
            has_shrunk: false,
            span: (!span.is_disabled()).then(|| Box::new(span)),
            records: None,
            journaled,
            is_drained: false,
            parks: None,
        })
    }

    /// Makes the execution and starts the clock of its whole life, where the definition or the type sets one.
    fn begin(&mut self) -> Box<Execution> {
        let engine = &self.host.engine;
        let about = &self.host.state.about;
        let (program, limits) = (&self.host.program, &engine.limits);
        let (entry, keeps) = (self.entry, engine.history(self.entry.machine_type));
        let fresh = |seed| {
            let (program, about, limits) = (program.clone(), about.clone(), limits.clone());
            let execution = Execution::new(program, about, limits, keeps, seed);
            Box::new(execution.entering(entry))
        };
        // It begins once.
        let begin = self.begin.take().unwrap_or(Begin::Start { seed: 0 });
        let is_resumed = matches!(begin, Begin::Resume(_));
        let mut execution = match begin {
            Begin::Redrive(from) => {
                let (history, resume) = *from;
                let (program, about, limits) = (program.clone(), about.clone(), limits.clone());
                Box::new(Execution::redriven(
                    program, about, limits, entry, &history, keeps, resume,
                ))
            }
            Begin::Inspect(test, seed) => {
                let (start, inspection) = *test;
                let mut execution = fresh(seed);
                execution.begin_inspection(start, inspection);
                execution
            }
            Begin::Resume(execution) => execution,
            Begin::Start { seed } => {
                let mut execution = fresh(seed);
                execution.begin();
                execution
            }
        };
        let express = (self.entry.machine_type == MachineType::Express)
            .then_some(engine.limits.express_duration);
        let life: Option<Duration> = match (self.entry.timeout, express) {
            (Some(declared), Some(express)) => Some(declared.min(express)),
            (declared, express) => declared.or(express),
        };
        if let Some(life) = life {
            // A redrive sets it back.
            let from = about.redriven.unwrap_or(about.started);
            self.host.deadline = Deadline::at(from + life);
        }
        if is_resumed {
            self.host.wait_for_handlers();
            execution.reattach(&mut self.host);
            tracing::info!("goes on");
        } else {
            tracing::info!("started");
        }
        execution
    }

    /// Puts an execution that was kept into the world again, before it is driven.
    pub(super) fn go_on(&mut self) {
        self.execution = Some(self.begin());
    }

    /// The execution's children that are about to be driven, after it has gone on.
    pub(super) fn take_prepared(&mut self) -> Vec<Prepared> {
        std::mem::take(&mut self.host.prepared)
    }

    /// What this process does not bring to an end, the next one does: it is kept, or its parent is, which starts it again.
    fn goes_on_elsewhere(&self) -> bool {
        self.journaled.is_some() || self.child == Child::OfKept
    }

    /// An execution that waits is woken when its time is over, if nothing of its own wakes it before.
    fn bound(&mut self) {
        let host = &mut self.host;
        let bound = host.state.about.started + host.engine.limits.standard_duration;
        let clock = &host.engine.clock;
        host.deadline.rest(clock, &host.state, bound);
    }

    fn receive(&mut self, execution: &mut Execution, message: Message) {
        match message {
            Message::Timer(wait_id, kind) => {
                self.host.rang(wait_id, kind);
                execution.ring(wait_id, kind, &mut self.host);
            }
            Message::News(wait_id, news) => self.receive_news(execution, wait_id, news),
            Message::Deadline => execution.time_out(&mut self.host),
            Message::Stop(failure) => execution.abort(failure, &mut self.host),
            Message::Drain => self.is_drained = self.journaled.is_some(),
            Message::ShutDown => match self.goes_on_elsewhere() {
                true => self.parks = Some(Box::new(shut_down())),
                false => execution.abort(shut_down(), &mut self.host),
            },
            Message::LookForHandlers => execution.look_for_handlers(&mut self.host),
            Message::NotKept(cause) => {
                self.parks = Some(Box::new(Failure::new(NOT_KEPT, cause)));
            }
            Message::Parked(failure) => self.parks = Some(Box::new(failure)),
            #[cfg(feature = "serve")]
            Message::UpdateRun(arn, changes, answer) => {
                let is_updated = execution.update_run(&arn, changes, &mut self.host);
                // Who asked may be gone.
                let _ = answer.send(is_updated);
            }
            Message::History(read, reader) => {
                execution.recorder().watch();
                self.readers.push((read, reader));
            }
        }
    }

    fn receive_news(&mut self, execution: &mut Execution, wait_id: WaitId, news: News) {
        match news {
            News::Answer(result, taken) => {
                if result.is_ok() {
                    self.host.succeeded_by_token(wait_id);
                }
                let is_taken = execution.outside_answered(wait_id, result, &mut self.host);
                self.tell(taken, is_taken);
            }
            News::Started(worker, taken) => {
                let is_taken = execution.started(wait_id, worker, &mut self.host);
                self.tell(taken, is_taken);
            }
            News::Parked(TaskFailure { error, cause }) => {
                let failure = Failure::stopped(error.map(SmolStr::from), cause.map(SmolStr::from));
                self.parks = Some(Box::new(failure));
            }
            News::Child(number, ended) => {
                execution.child_execution_ended(wait_id, number, ended, &mut self.host);
            }
            News::Heartbeat(taken) => {
                let is_taken = execution.heartbeat(wait_id, &mut self.host);
                self.tell(taken, is_taken);
            }
        }
    }

    /// Tells the sender of an answer whether it counts.
    fn tell(&mut self, taken: Option<Taken>, is_taken: bool) {
        match (taken, &mut self.journaled) {
            (Some(taken), Some(journaled)) => journaled.tell(taken, is_taken),
            // A sender that does not wait for that was dropped.
            (Some(taken), None) => drop(taken.send(is_taken)),
            (None, _) => {}
        }
    }

    /// Something that was at work is ready.
    fn take_in(&mut self, execution: &mut Execution, wait_id: WaitId, arrived: Arrived) {
        let host = &mut self.host;
        match arrived {
            Arrived::Task(result) => execution.work_answered(wait_id, result, host),
            Arrived::Read(read) => execution.object_was_read(wait_id, read, host),
            Arrived::Written(written) => execution.object_was_written(wait_id, written, host),
        }
    }

    /// Tells everybody how it ended.
    fn finish(&mut self, mut execution: Box<Execution>) {
        // What came to no end of its own ran out of time.
        let outcome = execution.outcome().cloned().unwrap_or(Outcome::TimedOut);
        self.inspected = execution.take_inspection();
        if self.inspected.is_none()
            && let Some(resume) = execution.take_resume()
        {
            self.host.state.keep(Redrivable {
                program: self.host.program.clone(),
                source: self.host.source.clone(),
                resume,
                place: self
                    .journaled
                    .as_ref()
                    .map(|journaled| journaled.place().clone()),
            });
        }
        let history = execution.recorder().finish();
        drop(execution);
        let status = outcome.status();
        let (output, failure) = outcome.into_parts();
        self.close(status, output, failure, history);
    }

    /// It is not gone on with in this process any more. The store has it as it was kept last.
    fn park(&mut self, failure: Failure) {
        tracing::warn!(
            error = failure.error.as_deref(),
            cause = failure.cause.as_deref(),
            "is not gone on with here"
        );
        self.host.park(&failure);
        let state = &self.host.state;
        state.accept(Err(StoreError::Closed));
        // What is not kept has not happened.
        if let (Some(execution), Some(journaled)) = (&mut self.execution, &self.journaled) {
            execution.recorder().cut(journaled.kept_events());
        }
        self.break_off(Status::Aborted, failure);
    }

    /// It ends without having come to its end: the interpreter panicked, or the runtime it ran on was shut down.
    fn break_off(&mut self, status: Status, failure: Failure) {
        let history = match self.execution.take() {
            Some(mut execution) => execution.recorder().finish(),
            None => History::empty(self.host.program.clone(), self.host.state.about.clone()),
        };
        self.close(status, None, Some(failure), history);
    }

    fn close(
        &mut self,
        status: Status,
        output: Option<Value>,
        failure: Option<Failure>,
        history: History,
    ) {
        self.is_closed = true;
        self.drive_prepared();
        let clock = &self.host.engine.clock;
        self.host.deadline.disarm(clock);
        // The store and what is told from memory have one time.
        let kept = self
            .journaled
            .as_ref()
            .and_then(|journaled| journaled.ended());
        let stopped = kept.unwrap_or_else(|| clock.now());
        let report = ExecutionReport::new(status, output, failure, stopped, history);
        tracing::info!(status = status.as_str(), error = report.error, "ended");
        let report = Arc::new(report);
        if let Some(observer) = &self.host.engine.observer
            && self.inspected.is_none()
        {
            observer.ended(&self.host.program, &report, self.child != Child::No);
        }
        if self.host.is_parked {
            self.host.engine.open.leave(&self.host.state);
            self.host.engine.executions().park(&self.host.state);
        } else if self.child == Child::No {
            // A child is remembered by its run.
            let is_described = self.entry.machine_type == MachineType::Standard;
            self.host
                .engine
                .closed(&self.host.state, is_described.then_some(&*report));
            if self.host.state.about.depth == 0 && self.inspected.is_none() {
                let went_wrong = status != Status::Succeeded;
                self.host
                    .engine
                    .tell(|| ends::in_a_line(&report), went_wrong);
            }
        }
        let engine = &self.host.engine;
        let is_parked = self.host.is_parked;
        self.host
            .state
            .close(report.clone(), |follower| match is_parked {
                true => ends::tell_parked(&follower, &report),
                false => engine.tell_follower(follower, &report),
            });
        self.host.engine.open.ended();
    }

    /// Drives the executions that this one has started, each in a task of its own.
    fn drive_prepared(&mut self) {
        for prepared in std::mem::take(&mut self.host.prepared) {
            let task = Self::new(self.host.engine.clone(), prepared);
            // Where there is no runtime any more, dropping the task ends its execution.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(task);
            }
        }
    }

    /// Tells the observer what a child of a Map Run wrote, and stops it where that is enough.
    fn tell_written(&mut self, execution: &mut Execution) {
        let Some(observer) = &self.host.engine.observer else {
            return;
        };
        if self.child == Child::No {
            return;
        }
        let count = execution.recorder().count();
        let written = count - std::mem::replace(&mut self.written, count);
        if !observer.child_goes_on(written) && execution.outcome().is_none() {
            execution.abort(Failure::stopped(None, None), &mut self.host);
        }
    }

    /// The same execution, read from all that was written of it.
    fn through_bytes(
        &mut self,
        execution: &mut Execution,
    ) -> Result<Execution, crate::interpret::NotRead> {
        self.records.take_if(|kept| kept.1.len() == RECORDS);
        let (written, records) = &mut **self.records.get_or_insert_default();
        records.push(written.record(execution));
        let unbegun = |about| {
            let limits = self.host.engine.limits.clone();
            Execution::new(self.host.program.clone(), about, limits, 0, 0)
        };
        let mut restored = Restored::default();
        for record in records {
            restored.read(record, unbegun)?;
        }
        let (mut same, _) = restored.finish()?;
        self.host.detach();
        same.reattach(&mut self.host);
        Ok(same)
    }

    /// Gives the history to those who wait for more of it.
    fn tell_readers(&mut self, execution: &mut Execution) {
        let is_behind = |journaled: &Journaled| journaled.is_behind(execution);
        // What is not kept has not happened yet.
        if self.readers.is_empty() || self.journaled.as_deref().is_some_and(is_behind) {
            return;
        }
        let recorder = execution.recorder();
        let count = recorder.count();
        let is_told = |(read, _): &mut (u32, oneshot::Sender<History>)| *read < count;
        for (_, reader) in self.readers.extract_if(.., is_told) {
            // The reader may have been dropped.
            let _ = reader.send(recorder.history());
        }
    }

    /// Waits until all that was to be committed is; then does what waited for it.
    fn poll_committed(
        &mut self,
        execution: &mut Execution,
        cx: &mut Context<'_>,
    ) -> Poll<Committed> {
        let Some(journaled) = &mut self.journaled else {
            return Poll::Ready(Committed::All);
        };
        if let Err(error) = std::task::ready!(journaled.poll_committed(cx)) {
            let failure = Failure::new(NOT_KEPT, error.to_string());
            self.host.state.accept(Err(error));
            return Poll::Ready(Committed::Failed(failure));
        }
        if journaled.is_behind(execution) {
            // Nothing was committed just now.
            return Poll::Ready(Committed::All);
        }
        self.host.state.accept(Ok(()));
        if let (Some(starting), Some(durable)) =
            (journaled.take_started(), &self.host.engine.durable)
        {
            durable.versions.started(starting);
        }
        journaled.tell_senders();
        let is_over = journaled.is_over();
        for (wait_id, result) in self.host.do_deferred() {
            execution.work_answered(wait_id, result, &mut self.host);
        }
        self.drive_prepared();
        Poll::Ready(if is_over {
            Committed::Over
        } else {
            Committed::All
        })
    }

    /// Begins to commit what a step did, if there is anything that has to be kept now.
    fn commit(&mut self, execution: &mut Execution, step: Step) -> bool {
        let Some(journaled) = &mut self.journaled else {
            return false;
        };
        if !journaled.is_behind(execution) {
            journaled.tell_senders();
            return false;
        }
        // What nobody sees needs not be kept yet.
        if step == Step::Budget && !self.host.has_deferred() && !journaled.is_awaited() {
            return false;
        }
        let runs = self.host.take_changed_runs();
        let engine = &self.host.engine;
        let Some(durable) = &engine.durable else {
            return false;
        };
        let over = execution.outcome();
        let over = over.map(|outcome| (outcome.status(), engine.clock.now()));
        journaled.commit(durable, execution, runs, over);
        true
    }

    /// Brings news, steps, and rests when there is nothing to do.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.execution.is_none() {
            self.execution = Some(self.begin());
        }
        loop {
            // Taken out while it is at work: what panics is not stepped again.
            let Some(mut execution) = self.execution.take() else {
                return Poll::Ready(());
            };
            match self.poll_committed(&mut execution, cx) {
                Poll::Pending => {
                    self.execution = Some(execution);
                    return Poll::Pending;
                }
                Poll::Ready(Committed::All) => {}
                Poll::Ready(Committed::Over) => {
                    self.finish(execution);
                    return Poll::Ready(());
                }
                Poll::Ready(Committed::Failed(failure)) => {
                    self.execution = Some(execution);
                    self.park(failure);
                    return Poll::Ready(());
                }
            }
            for message in self.host.state.take() {
                self.receive(&mut execution, message);
            }
            if let Some(failure) = self.parks.take() {
                self.execution = Some(execution);
                self.park(*failure);
                return Poll::Ready(());
            }
            while let Poll::Ready((wait_id, arrived)) = self.host.poll_work(cx) {
                self.take_in(&mut execution, wait_id, arrived);
            }
            self.tell_written(&mut execution);
            self.tell_readers(&mut execution);
            if self.host.deadline.is_over(&self.host.engine.clock) {
                execution.time_out(&mut self.host);
            }
            let step = execution.step(&mut self.host, BUDGET);
            self.drive_prepared();
            self.tell_written(&mut execution);
            self.tell_readers(&mut execution);
            if self.commit(&mut execution, step) {
                self.execution = Some(execution);
                continue;
            }
            if step == Step::Ended {
                self.finish(execution);
                return Poll::Ready(());
            }
            if step == Step::Budget {
                self.execution = Some(execution);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            // What was begun just now must be polled once with this task's waker; what is given up, dropped.
            if let Poll::Ready((wait_id, arrived)) = self.host.poll_work(cx) {
                self.take_in(&mut execution, wait_id, arrived);
                self.execution = Some(execution);
                continue;
            }
            if self.host.engine.rests_as_bytes && !execution.is_inspected() {
                *execution = match self.through_bytes(&mut execution) {
                    Ok(same) => same,
                    Err(error) => {
                        self.break_off(Status::Failed, Failure::new(INTERNAL, error.to_string()));
                        return Poll::Ready(());
                    }
                };
            }
            let is_drained = self.is_drained && !execution.is_at_work();
            // It may be long until something comes; virtual time does not wait.
            if !self.has_shrunk && !self.host.engine.clock.is_virtual() && !execution.is_at_work() {
                self.has_shrunk = true;
                execution.shrink();
            }
            self.execution = Some(execution);
            if is_drained {
                self.park(shut_down());
                return Poll::Ready(());
            }
            self.bound();
            if self.host.state.rest() {
                return Poll::Pending;
            }
        }
    }
}

impl Future for ExecutionTask {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let span = this.span.as_ref().map(|span| (**span).clone());
        let _entered = span.as_ref().map(tracing::Span::enter);
        this.host.state.waker.register(cx.waker());
        this.host.waker = cx.waker().clone();
        match guarded(|| this.advance(cx)) {
            Ok(polled) => polled,
            // A mistake of ours must not leave anybody waiting for ever.
            Err(_) => {
                let cause = "the runtime itself panicked; this is a bug of stepwright-runtime";
                this.break_off(Status::Failed, Failure::new(INTERNAL, cause));
                Poll::Ready(())
            }
        }
    }
}

impl Drop for ExecutionTask {
    fn drop(&mut self) {
        if self.is_closed {
            return;
        }
        let cause = "the runtime that drove the execution was shut down";
        let failure = Failure::new(SHUT_DOWN, cause);
        if self.goes_on_elsewhere() {
            self.park(failure);
            return;
        }
        // It is stopped, as if somebody had asked for it: a redrive goes on where it was.
        let stopped = guarded(|| {
            let mut execution = self.execution.take().unwrap_or_else(|| self.begin());
            execution.abort(failure.clone(), &mut self.host);
            self.finish(execution);
        });
        if stopped.is_err() && !self.is_closed {
            self.break_off(Status::Aborted, failure);
        }
    }
}
