//! Calls of tasks without an execution in the engine: for a debugger, whose executions are its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::{CursorId, WaitId};

use super::ServerEngine;
use crate::panics::panic_message;
use crate::task::running_work::panicked;
use crate::task::{
    AnswerKind, DefinedState, DefinedTask, IntegrationPattern, LinkedProgram, Mailbox, Responder,
    TaskCall, TaskEffect, TaskFuture, WaitEvent,
};

/// The work of a task, which starts when it is polled.
#[must_use]
pub struct DirectCall {
    /// How long the task takes on the execution's clock, in addition to its work.
    pub delay: Duration,
    /// The work. A panic of it is a failure.
    pub work: TaskFuture,
}

impl std::fmt::Debug for DirectCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectCall")
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

/// Drops the heartbeats of a task that no execution of the engine waits for.
struct NoMailbox;

impl Mailbox for NoMailbox {
    fn deliver(&self, _: WaitId, _: WaitEvent) {}
}

impl ServerEngine {
    /// Returns whether a handler or a source of task results may execute a call, and its result is
    /// that of the task. Nothing is called.
    pub fn may_call(&self, call: &TaskCall<'_>) -> bool {
        let (resource, target) = (call.resource(), call.target());
        if resource.pattern() == IntegrationPattern::WaitForTaskToken {
            return false;
        }
        if self
            .shared
            .compile_settings
            .handlers
            .find(resource, target)
            .is_some()
        {
            return true;
        }
        let task = DefinedTask::new(resource.clone(), target.map(Into::into));
        let machine = call.execution().machine_name().into();
        let state = DefinedState::of_task(machine, call.state(), task);
        let mut sources = self.shared.sources.all();
        sources.any(|source| source.may_answer(&state))
    }

    /// Describes the work of a call: that of its handler, or the answer of a source of task
    /// results. `program` has the state of the call.
    ///
    /// # Errors
    ///
    /// The reason why the engine has no result for the call.
    pub fn call_directly(
        &self,
        call: &TaskCall<'_>,
        program: &Arc<Program>,
    ) -> Result<DirectCall, String> {
        let program = Arc::new(LinkedProgram::unlinked(program.clone()));
        let mailbox = Arc::new(NoMailbox);
        let wait_id = WaitId {
            cursor: CursorId::at(0),
            wait: 0,
        };
        let responder = || Responder::new(&mailbox, wait_id);
        let answer = self.shared.resolve(call, &program, None, responder);
        let state = call.state();
        let work: TaskFuture = match answer.reply {
            AnswerKind::Result(result) => Box::pin(std::future::ready(result)),
            AnswerKind::Later(TaskEffect::Work { work, attempt, .. }) => Box::pin(async move {
                let done = AssertUnwindSafe(work).catch_unwind().await;
                if let Some(attempt) = attempt {
                    attempt.end();
                }
                done.unwrap_or_else(|panic| Err(panicked(&panic_message(panic))))
            }),
            AnswerKind::Refused(reason) | AnswerKind::Unhandled(reason) => return Err(reason),
            AnswerKind::Later(TaskEffect::Start(_)) => {
                return Err(format!(
                    "the task of the state `{state}` starts an execution of {}, and no handler replaces it",
                    call.target().unwrap_or_default()
                ));
            }
            AnswerKind::Submit(_)
            | AnswerKind::Token
            | AnswerKind::TokenOfTest(_)
            | AnswerKind::Activity
            | AnswerKind::Never => {
                return Err(format!(
                    "the task of the state `{state}` ends when a worker or the holder of its token answers, so it has no handler with its result"
                ));
            }
        };
        Ok(DirectCall {
            delay: answer
                .details
                .map_or(Duration::ZERO, |details| details.delay),
            work,
        })
    }
}
