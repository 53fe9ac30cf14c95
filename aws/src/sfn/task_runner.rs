//! Executes one task of an activity, from its poll to its answer.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use stepwright::task::{INVALID_OUTPUT, Runs, TaskFailure};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::callback_sender::CallbackSender;
use super::error::CallbackError;
use super::heartbeats::heartbeats;
use super::result_limits;
use super::signals::TaskSignals;
use super::worker_stage::{WorkerStage, reached};
use crate::task_function::{FunctionContext, SharedState, TaskFunction, TaskResult};

/// How long a worker that shuts down tries to report the failure of its task.
const LAST_WORD: Duration = Duration::from_secs(5);
/// The error of a task that its worker cancelled at its shutdown.
const SHUT_DOWN: &str = "Stepwright.ShutDown";

/// Shared by all tasks of an activity's worker.
pub(super) struct TaskRunner {
    pub(super) activity: String,
    pub(super) function: TaskFunction,
    pub(super) shared: Arc<SharedState>,
    pub(super) sender: CallbackSender,
    /// The interval of heartbeats.
    pub(super) heartbeat: Option<Duration>,
    pub(super) stages: watch::Receiver<WorkerStage>,
}

impl TaskRunner {
    /// Runs a task and answers it.
    pub(super) async fn run(&self, token: &str, input: String) {
        let signals = Arc::new(TaskSignals::default());
        let mut beats = pin!(heartbeats(&self.sender, token, &signals, self.heartbeat));
        let mut work = self.start(input, signals.clone());
        let result = tokio::select! {
            joined = work.join_next() => ended(joined),
            late = &mut beats => {
                signals.cancel();
                self.warn_too_late(&late);
                // Dropping the set aborts the work at its next await.
                return;
            }
            () = self.cancelled() => {
                signals.cancel();
                let message = "the worker that ran the task was shut down";
                Err(TaskFailure::with_message(SHUT_DOWN, message))
            }
        };
        let mut answered = pin!(self.answer(token, result));
        // The worker still has the task until the answer is accepted.
        tokio::select! {
            () = &mut answered => return,
            late = beats => return self.warn_too_late(&late),
            () = self.cancelled() => {}
        }
        if timeout(LAST_WORD, answered).await.is_err() {
            tracing::warn!(
                activity = self.activity,
                "the worker ended before Step Functions accepted a task's result; the task fails at its timeout"
            );
        }
    }

    /// Returns a future that ends when the worker must cancel its tasks.
    fn cancelled(&self) -> impl Future<Output = ()> + use<> {
        reached(self.stages.clone(), WorkerStage::Cancelling)
    }

    /// Spawns the function, so that it cannot delay heartbeats, except where it blocks the only
    /// thread.
    fn start(&self, input: String, signals: Arc<TaskSignals>) -> JoinSet<TaskResult> {
        let mut work = JoinSet::new();
        let mut host = FunctionContext::new(self.shared.clone());
        host.signals = Some(signals);
        let call = self.function.call(host, input);
        if self.function.runs == Runs::Blocking {
            let runtime = Handle::current();
            work.spawn_blocking(move || runtime.block_on(call));
        } else {
            work.spawn(call);
        }
        work
    }

    /// Sends the answer, repeatedly, until it is accepted or cannot be accepted any more.
    async fn answer(&self, token: &str, result: TaskResult) {
        let mut answer = result_limits::answer(&self.activity, result);
        let mut backoff = Backoff::default();
        loop {
            let sent = match &answer {
                Ok(output) => self.sender.success(token, output.clone()).await,
                Err(failure) => self.sender.failure(token, failure.clone()).await,
            };
            let Err(error) = sent else { return };
            if error.is_too_late() {
                return self.warn_too_late(&error);
            }
            if error.is_for_good() {
                tracing::error!(activity = self.activity, %error, "an answer was refused");
                if answer.is_err() {
                    return;
                }
                // A failure ends the task immediately, and its state can retry or catch it.
                let message = error.to_string();
                answer = Err(TaskFailure::with_message(INVALID_OUTPUT, &message));
                continue;
            }
            let wait = backoff.after_failure();
            tracing::warn!(activity = self.activity, %error, ?wait, "an answer was not taken");
            sleep(wait).await;
        }
    }

    fn warn_too_late(&self, error: &CallbackError) {
        tracing::warn!(
            activity = self.activity,
            %error,
            "the result of a task was discarded, because the task has already ended"
        );
    }
}

/// Returns the result of the work.
fn ended(joined: Option<Result<TaskResult, tokio::task::JoinError>>) -> TaskResult {
    match joined {
        Some(Ok(result)) => result,
        // Panics of the function are failures already; here the runtime is shutting down.
        Some(Err(_)) | None => {
            let message = "the runtime that ran the task was shut down";
            Err(TaskFailure::with_message(SHUT_DOWN, message))
        }
    }
}
