//! Implements the interpreter's [`Host`] for the engine.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::clock::{Listeners, Timer, TimerFired, Timestamp};
use crate::distributed::source::{LoadError, SourceRequest, SourceResponse};
use crate::distributed::{RunView, Tally, WriteRequest, WriteResponse};
use crate::engine::dispatch::resolve::ResumeDecision;
use crate::engine::drive::message::Message;
use crate::engine::drive::running_work::{WorkFuture, WorkResult};
use crate::engine::nested;
use crate::engine::tokens::new_token;
use crate::execution_info::ExecutionInfo;
use crate::interpret::{CallSite, ChildStart, Failure, Host, SpanChange};
use crate::panics::guarded;
use crate::program::Task;
use crate::statistics::TaskEvent;
use crate::status::Status;
use crate::task::{
    Answer, AnswerKind, Integration, NestedStart, Responder, TaskCall, TaskEffect, TaskResult,
};
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

use super::EngineHost;
use super::deferred_action::{DeferredAction, StopTarget};

/// The error of reads and writes in an engine without an object store.
const NO_STORE: &str =
    "The engine has no object store; set one with `--objects DIR` (`EngineBuilder::objects`)";

impl Host for EngineHost {
    fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    fn new_token(&mut self, about: &ExecutionInfo, state: &str) -> SmolStr {
        let chosen = guarded(|| self.engine.chosen_token(about, state, self.source()));
        match chosen {
            Ok(Some(token)) => token.into(),
            // If a source panics, a random token is used; the panic is reported when the task is resolved.
            Ok(None) | Err(_) => new_token(),
        }
    }

    fn resolve(&mut self, call: &TaskCall<'_>, wait_id: WaitId) -> Answer {
        let responder = || Responder::new(&self.state, wait_id);
        let mut answer = self.engine.resolve(call, self.source(), responder);
        if let AnswerKind::Unhandled(reason) = &mut answer.reply {
            if self.waits_for_handlers() {
                self.handler_missing(wait_id, CallSite::of(call), call.target());
            } else {
                answer.reply = AnswerKind::Refused(std::mem::take(reason));
            }
        }
        answer
    }

    fn perform(&mut self, wait_id: WaitId, effect: TaskEffect) -> Option<TaskResult> {
        match &mut self.uncommitted {
            Some(uncommitted) => {
                uncommitted
                    .deferred
                    .push((wait_id, DeferredAction::Perform(effect)));
                None
            }
            None => self.perform_now(wait_id, effect),
        }
    }

    fn open_run(&mut self, wait_id: WaitId, view: RunView) {
        let run = self.engine.runs.open(view, self.engine.retention);
        self.run_changed(&run);
        self.cold_resources(wait_id).run = Some(run);
    }

    fn resume_run(&mut self, wait_id: WaitId, view: RunView, tally: Tally) -> bool {
        if self.run(wait_id).is_some() {
            return true;
        }
        let run = self.engine.runs.open(view, self.engine.retention);
        run.report(tally, None, self.engine.clock.now());
        self.cold_resources(wait_id).run = Some(run);
        false
    }

    fn resume_child(&mut self, wait_id: WaitId, child: ChildStart) {
        self.start_child_now(wait_id, child);
    }

    fn start_child(&mut self, wait_id: WaitId, child: ChildStart) -> Result<(), String> {
        tokio::runtime::Handle::try_current()
            .map_err(|_| "A Distributed Map needs a tokio runtime for its children".to_owned())?;
        if let Some(observer) = &self.engine.observer {
            observer.child_starts()?;
        }
        match &mut self.uncommitted {
            Some(uncommitted) => uncommitted
                .deferred
                .push((wait_id, DeferredAction::StartChild(child))),
            None => self.start_child_now(wait_id, child),
        }
        Ok(())
    }

    fn stop_children(&mut self, wait_id: WaitId) {
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        // Children whose start is deferred are stopped too.
        match &mut self.uncommitted {
            Some(uncommitted) => uncommitted
                .deferred
                .push((wait_id, DeferredAction::Stop(StopTarget::Children(run)))),
            None => run.stop_children(),
        }
    }

    fn report_run(&mut self, wait_id: WaitId, tally: Tally, ended: Option<Status>) {
        let now = self.engine.clock.now();
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        run.report(tally, ended, now);
        if ended.is_some() {
            self.run_changed(&run);
        }
    }

    fn read_object(
        &mut self,
        wait_id: WaitId,
        request: SourceRequest,
    ) -> Option<Result<SourceResponse, String>> {
        let Some(store) = self.engine.objects.clone() else {
            return Some(Err(NO_STORE.to_owned()));
        };
        let names = self.request_names(wait_id);
        let work = Box::pin(async move {
            let read = match request {
                SourceRequest::Get {
                    object_ref,
                    load,
                    bounds,
                } => {
                    let loaded = load.read(&*store, object_ref, bounds).await;
                    loaded.map(SourceResponse::Object)
                }
                SourceRequest::More { tail, least } => {
                    tail.read(least).await.map(SourceResponse::Piece)
                }
                SourceRequest::List { bucket, prefix } => {
                    let rows = store.list(&bucket, &prefix).await;
                    rows.map(SourceResponse::List).map_err(LoadError::Store)
                }
            };
            read.map_err(|error| match error {
                LoadError::Store(error) => error.cause(&names.uuid()),
                LoadError::File(cause) => cause,
            })
        });
        match self.start_work(wait_id, WorkFuture::Read(work), None) {
            Some(WorkResult::Read(read)) => Some(read),
            _ => None,
        }
    }

    fn items_of_reader(&mut self, state: &str) -> Option<Result<Value, String>> {
        let observer = self.engine.observer.as_ref()?;
        observer.items(&self.state.about, state)
    }

    fn evaluation_failed(&mut self, state: &str, failure: &Failure) {
        if let Some(observer) = &self.engine.observer {
            observer.evaluation_failed(&self.state.about, state, failure);
        }
    }

    fn write_object(
        &mut self,
        wait_id: WaitId,
        state: &str,
        write: WriteRequest,
    ) -> Option<Result<WriteResponse, String>> {
        if let Some(observer) = &self.engine.observer
            && let Some(written) = observer.results_written(&self.state.about, state)
        {
            return Some(written.map(|()| write.whole_object_response()));
        }
        let Some(store) = self.engine.objects.clone() else {
            return Some(Err(NO_STORE.to_owned()));
        };
        if matches!(write, WriteRequest::Begin { .. }) && store.multipart().is_none() {
            return Some(Ok(write.whole_object_response()));
        }
        match &mut self.uncommitted {
            // A written part cannot be changed. Commit its rows first, so that a resumed execution writes the same
            // rows.
            Some(uncommitted) if !matches!(write, WriteRequest::Object(_)) => {
                uncommitted
                    .deferred
                    .push((wait_id, DeferredAction::Write(write)));
                None
            }
            _ => self.write_now(wait_id, store, write),
        }
    }

    fn queue(&mut self, wait_id: WaitId, activity: &SmolStr, input: Value) {
        let activity = activity.clone();
        match &mut self.uncommitted {
            Some(uncommitted) => uncommitted
                .deferred
                .push((wait_id, DeferredAction::Queue { activity, input })),
            None => self.queue_now(wait_id, &activity, input),
        }
    }

    fn has_handler(
        &mut self,
        wait_id: WaitId,
        call_site: CallSite<'_>,
        target: Option<&str>,
    ) -> bool {
        let has_handler = self
            .engine
            .may_be_handled(&self.state.about, call_site, target);
        match has_handler {
            true => self.handler_found(wait_id),
            false => self.handler_missing(wait_id, call_site, target),
        }
        has_handler
    }

    fn resume_work(&mut self, wait_id: WaitId, call: &TaskCall<'_>) {
        let is_there = self
            .waits
            .get(wait_id.wait)
            .is_some_and(|resources| resources.work.is_some());
        if is_there {
            return;
        }
        let responder = || Responder::new(&self.state, wait_id);
        match self.engine.resume(call, self.source(), responder) {
            ResumeDecision::Again(effect) => {
                tracing::info!(
                    state = call.state(),
                    "the task is idempotent and runs again"
                );
                if let Some(result) = self.perform(wait_id, effect) {
                    self.complete_when_ready(wait_id, std::future::ready(result));
                }
            }
            ResumeDecision::Lost => {
                self.fail_lost_task(wait_id, "the process that ran the task's handler ended")
            }
            ResumeDecision::Unhandled => {
                self.handler_missing(wait_id, CallSite::of(call), call.target())
            }
        }
    }

    fn follow(
        &mut self,
        wait_id: WaitId,
        call_site: CallSite<'_>,
        start: &NestedStart,
        is_begun: bool,
    ) {
        let resources = self.resources(wait_id);
        let has_child = resources
            .cold
            .as_ref()
            .is_some_and(|cold| cold.child.is_some());
        if has_child || resources.work.is_some() {
            return;
        }
        let known = match self.engine.known(&start.execution) {
            Ok(known) => known,
            Err(error) => {
                // It is unknown whether it was started, so suspend until the store is readable again.
                let _ = self.state.send(Message::CommitFailed(error.to_string()));
                return;
            }
        };
        match known {
            Some(state) => {
                if start.integration.waits() {
                    self.follow_child(wait_id, &state, start.integration);
                }
                if !is_begun {
                    let begun =
                        nested::start_response(&state.about, start.integration, &start.request);
                    self.complete_when_ready(wait_id, std::future::ready(Ok(begun)));
                }
            }
            None if is_begun || start.integration == Integration::SdkSync => {
                self.fail_lost_task(
                    wait_id,
                    "the process that ran the execution that the task started ended",
                );
            }
            // The process ended between the commit of the decision and the start.
            None if !self.has_handler(wait_id, call_site, Some(&start.machine)) => {}
            None => {
                let begun = self.start_nested(wait_id, start.clone());
                if let Some(begun) = begun {
                    self.complete_when_ready(wait_id, std::future::ready(begun));
                }
            }
        }
    }

    fn open_token(&mut self, wait_id: WaitId, token: &SmolStr, is_awaited: bool) {
        let responder = Responder::new(&self.state, wait_id);
        self.engine.tokens.open(token, responder);
        if is_awaited {
            self.engine.clock.opened();
        }
        self.cold_resources(wait_id).token = Some((token.clone(), is_awaited));
    }

    fn hold_clock(&mut self, wait_id: WaitId, listeners: &Arc<Listeners>) {
        let answer_hold = self.engine.clock.hold_for_test(listeners);
        self.cold_resources(wait_id).answer_hold = Some(answer_hold);
    }

    fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp) {
        let clock = &self.engine.clock;
        self.deadline.note_timer_armed(clock, &self.state, at);
        let alarm = clock.arm(at, Timer::new(&self.state, TimerFired::Wait(wait_id, kind)));
        if let Some(before) = self.resources(wait_id).alarms.put(kind as u32, alarm) {
            self.engine.clock.disarm(before);
        }
    }

    fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        let Some(resources) = self.waits.get_mut(wait_id.wait) else {
            return;
        };
        if let Some(alarm) = resources.alarms.remove(kind as u32) {
            self.deadline.note_timer_disarmed();
            self.engine.clock.disarm(alarm);
        }
    }

    fn count_task(&mut self, task: &Task, event: TaskEvent) {
        if let Some(meter) = &task.meter {
            meter.count(event);
        }
    }

    fn has_spans(&self) -> bool {
        self.spans().is_some()
    }

    fn change_span(&mut self, cursor: CursorId, change: SpanChange<'_>) {
        let cold = self.cold.as_mut();
        if let Some(spans) = cold.and_then(|cold| cold.spans.as_mut()) {
            spans.change(cursor, change);
        }
    }

    fn release(&mut self, wait_id: WaitId) {
        if let Some(uncommitted) = &mut self.uncommitted {
            uncommitted.deferred.retain(|(other, _)| *other != wait_id);
        }
        // Most tasks complete immediately and have no resources.
        if self.waits.is_empty() {
            return;
        }
        let Some(resources) = self.waits.remove(wait_id.wait) else {
            return;
        };
        for stop in self.release_resources(wait_id.wait, resources) {
            match &mut self.uncommitted {
                Some(uncommitted) => uncommitted
                    .deferred
                    .push((wait_id, DeferredAction::Stop(stop))),
                None => stop.stop(),
            }
        }
    }
}
