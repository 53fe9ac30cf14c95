//! Resolves who executes a task, and what happens to a task whose process ended.

use std::borrow::Cow;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::task::{Integration, IntegrationPattern};
use stepwright_interpreter::value::Value;
use tokio::sync::Notify;

use crate::dispatch::call_site::CallSite;
use crate::panics::guarded;
use crate::shared::EngineShared;
#[cfg(feature = "argument-checks")]
use crate::task::argument_check;
use crate::task::blocking_watcher::WatchedPoll;
use crate::task::handler::{ResolvedHandler, RunsOn};
use crate::task::running_work::panicked;
use crate::task::{
    Answer, AnswerKind, DefinedState, DefinedTask, Job, LinkedProgram, PollWatch, Resource,
    ResourceKind, Responder, RunningTask, TaskCall, TaskEffect, TaskFuture, TaskSource,
};

/// What happens to a handler's work when its process ended.
pub(crate) enum ResumeDecision {
    /// The handler is called again.
    Again(TaskEffect),
    /// The handler must not be called again.
    Lost,
    /// No handler is registered any more.
    Unhandled,
}

impl EngineShared {
    /// Resolves what executes a task: the execution's source, an engine's source, a handler, a
    /// nested workflow or an activity. The result describes the work as data; nothing is started.
    pub(crate) fn resolve(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<LinkedProgram>,
        source: Option<&Arc<dyn TaskSource>>,
        responder: impl Fn() -> Responder,
    ) -> Answer {
        if let Some(refusal) = self.refusal(call) {
            return refusal;
        }
        let own_sources = source.into_iter().chain(&self.sources.first);
        if let Some(answer) = answer_of(own_sources, call) {
            return answer;
        }
        if let Some(answer) = self.by_handler(call, program, responder) {
            return answer;
        }
        if let Some(answer) = self.by_workflow(call) {
            return answer;
        }
        if let Some(answer) = self.sources.own_api.get().and_then(|api| api.answer(call)) {
            return answer;
        }
        if let Some(answer) = answer_of(self.sources.fallback.iter(), call) {
            return Answer {
                by_fallback: true,
                ..answer
            };
        }
        let resource = call.resource();
        if resource.kind() == ResourceKind::Activity {
            let arn = resource.as_str();
            if self.activities.exists(arn) {
                return Answer::activity();
            }
            return Answer::unanswered(format!("The activity {arn} does not exist."));
        }
        let target = call.target();
        if target.is_none()
            && let Some(name) = resource.target_key()
        {
            let reason = format!("The field \"{name}\" is required but was missing");
            return Answer::refused(call.unusable_parameters(&reason));
        }
        let target = target.map_or_else(String::new, |target| format!(" ('{target}')"));
        Answer::unanswered(format!(
            "There is no handler and no mock for the resource '{resource}'{target} of the state '{}'; {}",
            call.state(),
            self.sources.missing_handler_hint
        ))
    }

    /// Returns the refusal of a call whose arguments AWS refuses, if the engine checks arguments.
    #[cfg(feature = "argument-checks")]
    fn refusal(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let is_checked = self.may_refuse(call.resource());
        is_checked.then(|| argument_check::refusal(call)).flatten()
    }

    #[cfg(not(feature = "argument-checks"))]
    fn refusal(&self, _: &TaskCall<'_>) -> Option<Answer> {
        None
    }

    /// Whether the arguments of a call of this resource are checked.
    #[cfg(feature = "argument-checks")]
    pub(crate) fn may_refuse(&self, resource: &Resource) -> bool {
        self.settings.checks_arguments && resource.kind() == ResourceKind::Service
    }

    #[cfg(not(feature = "argument-checks"))]
    pub(crate) fn may_refuse(&self, _: &Resource) -> bool {
        false
    }

    /// Returns the work that waits for a job, if a source follows it. A fallback follows no job
    /// that a mock or another source has started, and the other way round: the response is not that
    /// of its service.
    pub(crate) fn job(
        &self,
        call: &TaskCall<'_>,
        response: &Value,
        source: Option<&Arc<dyn TaskSource>>,
        by_fallback: bool,
    ) -> Option<Job> {
        let (own, fallback) = if by_fallback {
            (None, self.sources.fallback.iter())
        } else {
            (
                Some(source.into_iter().chain(&self.sources.first)),
                [].iter(),
            )
        };
        let mut sources = own.into_iter().flatten().chain(fallback);
        sources.find_map(|source| match guarded(|| source.job(call, response)) {
            Ok(job) => job,
            Err(message) => Some(Job::new(std::future::ready(Err(panicked(&message))))),
        })
    }

    /// Decides what happens to a handler's work whose process ended.
    pub(crate) fn resume(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<LinkedProgram>,
        source: Option<&Arc<dyn TaskSource>>,
        responder: impl Fn() -> Responder,
    ) -> ResumeDecision {
        if let Some(found) = self.handler(call, program) {
            return if found.handler.is_idempotent {
                ResumeDecision::Again(self.work(call, program, &found, responder))
            } else {
                ResumeDecision::Lost
            };
        }
        let mut sources = self.all_sources(source);
        if let Some(effect) = sources.find_map(|source| repeated(source, call)) {
            return ResumeDecision::Again(effect);
        }
        let calling = CallSite::of_call(call);
        if source.is_some() || self.may_be_handled(call.about, calling, call.target()) {
            ResumeDecision::Lost
        } else {
            ResumeDecision::Unhandled
        }
    }

    /// Whether a handler or a source may execute the calls of a state, as far as this is known
    /// without a call.
    pub(crate) fn may_be_handled(
        &self,
        about: &ExecutionInfo,
        calling: CallSite<'_>,
        target: Option<&str>,
    ) -> bool {
        let CallSite { state, resource } = calling;
        if self
            .compile_settings
            .handlers
            .find(resource, target)
            .is_some()
            || self.activities.exists(resource.as_str())
        {
            return true;
        }
        let machine = target.filter(|_| Integration::of(resource).is_some());
        if machine.is_some_and(|target| self.machines.find(target).is_some()) {
            return true;
        }
        if self.sources.own_api.get().is_some() && resource.service() == "aws-sdk:sfn" {
            return true;
        }
        let task = DefinedTask::new(resource.clone(), target.map(SmolStr::new));
        let state = DefinedState::of_task(about.machine.name.clone(), state, task);
        let mut sources = self.all_sources(None);
        sources.any(|source| source.may_answer(&state))
    }

    /// Returns the sources in their order: that of the execution, the engine's, and those after the
    /// handlers.
    fn all_sources<'a>(
        &'a self,
        own: Option<&'a Arc<dyn TaskSource>>,
    ) -> impl Iterator<Item = &'a Arc<dyn TaskSource>> {
        own.into_iter().chain(self.sources.all())
    }

    fn handler<'a>(
        &self,
        call: &TaskCall<'_>,
        program: &'a LinkedProgram,
    ) -> Option<Cow<'a, ResolvedHandler>> {
        let search = || {
            self.compile_settings
                .handlers
                .find(call.resource(), call.target())
        };
        program.task(call.at).handler.find(search)
    }

    fn by_handler(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<LinkedProgram>,
        responder: impl Fn() -> Responder,
    ) -> Option<Answer> {
        let found = self.handler(call, program)?;
        let effect = self.work(call, program, &found, responder);
        Some(match call.resource().pattern() {
            IntegrationPattern::WaitForTaskToken => Answer::submit(effect),
            _ => Answer::effect(effect),
        })
    }

    /// Describes the work of a state's handler, if all calls of the state have the same one.
    /// Nothing is started.
    #[inline]
    pub(crate) fn known_effect(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<LinkedProgram>,
        responder: impl Fn() -> Responder,
    ) -> Option<TaskEffect> {
        let found = program.task(call.at).handler.known()?;
        Some(self.work(call, program, found, responder))
    }

    /// Describes the work of a handler. Nothing is started.
    fn work(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<LinkedProgram>,
        found: &ResolvedHandler,
        responder: impl Fn() -> Responder,
    ) -> TaskEffect {
        let handler = &found.handler;
        // Most handlers do not need their attempt. Then none is created, and nothing has to be
        // notified of the end.
        let attempt = handler.takes_attempt.then(|| {
            Arc::new(RunningTask {
                shared: self.state.clone(),
                about: call.about.clone(),
                trace: call.trace.cloned(),
                started: OnceLock::new(),
                state: call.state().into(),
                attempt: call.attempt(),
                responder: responder(),
                is_over: AtomicBool::new(false),
                ended: Notify::new(),
            })
        });
        let watch = self.settings.blocking_threshold.map(|threshold| PollWatch {
            state: call.at,
            threshold,
        });
        // A spawned future is watched where it is polled.
        let watched = watch.filter(|_| handler.runs_on == RunsOn::Task);
        let watched = watched.map(|watch| WatchedPoll {
            about: call.about.clone(),
            program: program.clone(),
            watch,
        });
        let own_attempt = attempt.clone();
        let call_it = |payload| handler.call(&self.clock, own_attempt, payload, watched);
        let invocation = call.invocation().filter(|_| found.is_function);
        let work: TaskFuture = match invocation {
            Some(invocation) => {
                let work = call_it(invocation.payload().clone());
                Box::pin(async move { Ok(invocation.response(work.await?)) })
            }
            None => call_it(call.parameters().clone()),
        };
        TaskEffect::Work {
            work,
            attempt,
            // A handler on a thread for blocking work may block.
            watch: watch.filter(|_| handler.runs_on == RunsOn::Execution),
        }
    }
}

/// Returns the work of a source that repeats a call.
fn repeated(source: &Arc<dyn TaskSource>, call: &TaskCall<'_>) -> Option<TaskEffect> {
    match guarded(|| source.repeat(call)) {
        Ok(answer) => match answer?.reply {
            AnswerKind::Later(effect) | AnswerKind::Submit(effect) => Some(effect),
            AnswerKind::Result(result) => Some(TaskEffect::ready(result)),
            _ => None,
        },
        Err(message) => Some(TaskEffect::failing(panicked(&message))),
    }
}

/// Returns the answer of the first source that has one.
fn answer_of<'a>(
    sources: impl Iterator<Item = &'a Arc<dyn TaskSource>>,
    call: &TaskCall<'_>,
) -> Option<Answer> {
    let mut answer = None;
    for source in sources {
        if let Err(message) = guarded(|| answer = source.answer(call)) {
            answer = Some(Answer::result(Err(panicked(&message))));
        }
        if answer.is_some() {
            break;
        }
    }
    answer
}
