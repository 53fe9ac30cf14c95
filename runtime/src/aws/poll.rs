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

/// AWS answers a poll within 60 seconds and says that workers wait for 65 at least. Who waits longer than this has lost the connection.
const LOST: Duration = Duration::from_secs(75);
/// An answer without a task that comes sooner was not waited for.
const TOO_SOON: Duration = Duration::from_millis(500);

/// Asks for the tasks of one activity, one poll after the other.
pub(super) struct Poller {
    pub(super) client: Client,
    pub(super) name: Option<String>,
    /// A task is asked for when it can be begun.
    pub(super) places: Arc<Semaphore>,
    pub(super) attendant: Arc<Attendant>,
    pub(super) stages: watch::Receiver<Stage>,
}

impl Poller {
    /// Polls until the worker drains, and waits for the tasks that it began.
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

    /// One poll. A worker that drains waits for the answer of an open one: a task that it brings is nobody else's.
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

/// What a task of the runtime gave; `otherwise` where the runtime ended it. A panic of ours is no silence: it goes on in who waits.
pub(super) fn passed_on<T>(joined: Result<T, JoinError>, otherwise: T) -> T {
    joined.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => otherwise,
    })
}

/// What a poll came to.
enum Asked {
    Task {
        token: String,
        input: String,
    },
    NoTask,
    /// The service did not wait for a task; asking it at once again would be a busy loop.
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
