//! The polls of one activity.

use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sfn::Client;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::attend::Attendant;
use super::backoff::Backoff;
use super::error::{WorkerError, said};
use super::stage::{Stage, reached};

/// AWS answers a poll within 60 seconds, and requires workers to wait at least 65. After this longer time the connection is lost.
const LOST: Duration = Duration::from_secs(75);
/// An empty response that comes sooner than this was no long poll.
const TOO_SOON: Duration = Duration::from_millis(500);

/// Polls one activity, one request after the other.
pub(super) struct Poller {
    pub(super) client: Client,
    pub(super) name: Option<String>,
    /// The capacity for tasks: a poll starts only when a task could start.
    pub(super) places: Arc<Semaphore>,
    pub(super) attendant: Arc<Attendant>,
    pub(super) stages: watch::Receiver<Stage>,
}

impl Poller {
    /// Polls until the worker drains, and waits for its running tasks.
    pub(super) async fn run(self) -> Result<(), WorkerError> {
        let mut at_work = JoinSet::new();
        let polled = self.poll(&mut at_work).await;
        while let Some(joined) = at_work.join_next().await {
            passed_on(joined, ());
        }
        polled
    }

    async fn poll(&self, at_work: &mut JoinSet<()>) -> Result<(), WorkerError> {
        let mut drains = pin!(reached(self.stages.clone(), Stage::Drains));
        let mut backoff = Backoff::default();
        loop {
            let place = tokio::select! {
                biased;
                () = &mut drains => return Ok(()),
                place = self.places.clone().acquire_owned() => place,
            };
            let Ok(place) = place else { return Ok(()) };
            while let Some(joined) = at_work.try_join_next() {
                passed_on(joined, ());
            }
            let wait = match self.ask().await? {
                Asked::Task { token, input } => {
                    backoff.reset();
                    at_work.spawn(attend(self.attendant.clone(), token, input, place));
                    continue;
                }
                Asked::NoTask => {
                    backoff.reset();
                    continue;
                }
                Asked::NoTaskAtOnce => backoff.after_failure(),
                Asked::Failed(message) => {
                    let wait = backoff.after_failure();
                    let activity = &self.attendant.activity;
                    tracing::warn!(activity, message, ?wait, "a poll for a task failed");
                    wait
                }
                Asked::GaveUp => return Ok(()),
            };
            drop(place);
            tokio::select! {
                () = &mut drains => return Ok(()),
                () = sleep(wait) => {}
            }
        }
    }

    /// Polls once. A worker that drains waits for the response of an open poll: no other worker gets a task in that response.
    async fn ask(&self) -> Result<Asked, WorkerError> {
        let activity = &self.attendant.activity;
        let asked = Instant::now();
        let request = self.client.get_activity_task().activity_arn(activity);
        let poll = request.set_worker_name(self.name.clone()).send();
        let polled = tokio::select! {
            polled = timeout(LOST, poll) => polled,
            () = reached(self.stages.clone(), Stage::GivesUp) => return Ok(Asked::GaveUp),
        };
        Ok(match polled {
            Ok(Ok(task)) => match task.task_token {
                Some(token) if !token.is_empty() => Asked::Task {
                    token,
                    input: task.input.unwrap_or_default(),
                },
                _ if asked.elapsed() < TOO_SOON => Asked::NoTaskAtOnce,
                _ => Asked::NoTask,
            },
            Ok(Err(error)) => match WorkerError::refused(activity, &error) {
                Some(refused) => return Err(refused),
                None => Asked::Failed(said(&error)),
            },
            Err(_) => Asked::Failed(format!("no answer within {} seconds", LOST.as_secs())),
        })
    }
}

/// Returns the result of a spawned task; `otherwise` if the runtime cancelled it. A panic is resumed in the caller, so that it is not lost.
pub(super) fn passed_on<T>(joined: Result<T, JoinError>, otherwise: T) -> T {
    joined.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => otherwise,
    })
}

/// The result of a poll.
enum Asked {
    Task {
        token: String,
        input: String,
    },
    NoTask,
    /// The service responded immediately without a task; polling again without a delay would be a busy loop.
    NoTaskAtOnce,
    Failed(String),
    GaveUp,
}

async fn attend(
    attendant: Arc<Attendant>,
    token: String,
    input: String,
    _place: OwnedSemaphorePermit,
) {
    attendant.attend(&token, &input).await;
}
