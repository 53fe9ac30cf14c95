//! The polls of one activity.

use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sfn::Client;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::error::{WorkerError, message_of};
use super::task_runner::TaskRunner;
use super::worker_stage::{WorkerStage, reached};

/// AWS answers a poll within 60 seconds, and requires workers to wait at least 65. After this
/// longer time the connection is lost.
const LOST: Duration = Duration::from_secs(75);
/// An empty response that comes sooner than this was no long poll.
const TOO_SOON: Duration = Duration::from_millis(500);

/// Polls one activity, one request after the other.
pub(super) struct Poller {
    pub(super) client: Client,
    pub(super) name: Option<String>,
    /// The capacity for tasks: a poll starts only when a task could start.
    pub(super) capacity: Arc<Semaphore>,
    pub(super) runner: Arc<TaskRunner>,
    pub(super) stages: watch::Receiver<WorkerStage>,
}

impl Poller {
    /// Polls until the worker drains, and waits for its running tasks.
    pub(super) async fn run(self) -> Result<(), WorkerError> {
        let mut running = JoinSet::new();
        let polled = self.poll(&mut running).await;
        while let Some(joined) = running.join_next().await {
            join_result(joined, ());
        }
        polled
    }

    async fn poll(&self, running: &mut JoinSet<()>) -> Result<(), WorkerError> {
        let mut drains = pin!(reached(self.stages.clone(), WorkerStage::Draining));
        let mut backoff = Backoff::default();
        loop {
            let permit = tokio::select! {
                biased;
                () = &mut drains => return Ok(()),
                permit = self.capacity.clone().acquire_owned() => permit,
            };
            let Ok(permit) = permit else { return Ok(()) };
            while let Some(joined) = running.try_join_next() {
                join_result(joined, ());
            }
            let wait = match self.poll_once().await? {
                PollOutcome::Task { token, input } => {
                    backoff.reset();
                    running.spawn(run_task(self.runner.clone(), token, input, permit));
                    continue;
                }
                PollOutcome::NoTask => {
                    backoff.reset();
                    continue;
                }
                PollOutcome::NoTaskImmediately => backoff.after_failure(),
                PollOutcome::Failed(message) => {
                    let wait = backoff.after_failure();
                    let activity = &self.runner.activity;
                    tracing::warn!(activity, message, ?wait, "a poll for a task failed");
                    wait
                }
                PollOutcome::Cancelled => return Ok(()),
            };
            drop(permit);
            tokio::select! {
                () = &mut drains => return Ok(()),
                () = sleep(wait) => {}
            }
        }
    }

    /// Polls once. A worker that drains waits for the response of an open poll: no other worker
    /// gets a task in that response.
    async fn poll_once(&self) -> Result<PollOutcome, WorkerError> {
        let activity = &self.runner.activity;
        let sent_at = Instant::now();
        let request = self.client.get_activity_task().activity_arn(activity);
        let poll = request.set_worker_name(self.name.clone()).send();
        let polled = tokio::select! {
            polled = timeout(LOST, poll) => polled,
            () = reached(self.stages.clone(), WorkerStage::Cancelling) => return Ok(PollOutcome::Cancelled),
        };
        Ok(match polled {
            Ok(Ok(task)) => match task.task_token {
                Some(token) if !token.is_empty() => PollOutcome::Task {
                    token,
                    input: task.input.unwrap_or_default(),
                },
                _ if sent_at.elapsed() < TOO_SOON => PollOutcome::NoTaskImmediately,
                _ => PollOutcome::NoTask,
            },
            Ok(Err(error)) => match WorkerError::refused(activity, &error) {
                Some(refused) => return Err(refused),
                None => PollOutcome::Failed(message_of(&error)),
            },
            Err(_) => PollOutcome::Failed(format!("no answer within {} seconds", LOST.as_secs())),
        })
    }
}

/// Returns the result of a spawned task; `otherwise` if the runtime cancelled it. A panic is
/// resumed in the caller, so that it is not lost.
pub(super) fn join_result<T>(joined: Result<T, JoinError>, otherwise: T) -> T {
    joined.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => otherwise,
    })
}

/// The result of a poll.
enum PollOutcome {
    Task {
        token: String,
        input: String,
    },
    NoTask,
    /// The service responded immediately without a task; polling again without a delay would be a
    /// busy loop.
    NoTaskImmediately,
    Failed(String),
    Cancelled,
}

async fn run_task(
    runner: Arc<TaskRunner>,
    token: String,
    input: String,
    _place: OwnedSemaphorePermit,
) {
    runner.run(&token, input).await;
}
