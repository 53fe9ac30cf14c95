//! A worker of activities.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sfn::Client;
use stepwright::Handler;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::callback_sender::CallbackSender;
use super::error::WorkerError;
use super::poller::{Poller, join_result};
use super::task_runner::TaskRunner;
use super::worker_stage::{WorkerStage, reached};
use crate::task_function::{SharedState, TaskFunction};

/// Runs tasks for activities of Step Functions on AWS. The [module](super) has an example.
///
/// - **Polls** are long: each waits up to a minute for a task. After a transient failure
///   (throttling, a lost connection) the worker polls again, with a delay that doubles up to 20
///   seconds. A permanent failure (the activity does not exist, missing permissions) ends the
///   worker with an error.
/// - **Tasks** run concurrently, up to the limit of [`concurrency`](Self::concurrency). The worker
///   polls only when it has capacity for a task. `#[task(blocking)]` runs on tokio's threads for
///   blocking work.
/// - **Heartbeats** are sent at a third of [`heartbeat_timeout`](Self::heartbeat_timeout). They
///   also report that a task timed out or its execution ended. Then the task is cancelled: its
///   future is dropped at its next await, and
///   [`TaskContext::cancelled`](stepwright::TaskContext::cancelled) ends in work that the task has
///   spawned.
/// - **Answers** are sent until Step Functions has accepted them, or the task has timed out.
/// - **Panics** fail the task with `Stepwright.TaskPanicked`; the worker continues.
/// - **The shutdown** has two steps. After SIGTERM the worker polls no more, and running tasks and
///   open polls have [`grace`](Self::grace) to end. Tasks that have not ended then fail with
///   `Stepwright.ShutDown`, so that a Retry can start them elsewhere immediately.
#[must_use = "nothing is done before `run`"]
pub struct ActivityWorker {
    client: Client,
    name: Option<String>,
    shared: SharedState,
    activities: Vec<(String, TaskFunction)>,
    concurrency: usize,
    pollers: usize,
    heartbeat: Option<Duration>,
    grace: Duration,
}

impl ActivityWorker {
    /// Creates a worker without activities.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            name: None,
            shared: SharedState::new(),
            activities: Vec::new(),
            concurrency: 8,
            pollers: 1,
            heartbeat: Some(Duration::from_secs(20)),
            grace: Duration::from_secs(25),
        }
    }

    /// Adds an activity with its task. A worker may have several activities, and each has its own
    /// concurrency limit.
    pub fn activity<T: Handler>(mut self, arn: impl Into<String>) -> Self {
        self.activities.push((arn.into(), TaskFunction::of::<T>()));
        self
    }

    /// Shares a value with all tasks: a database pool or a client, for example. Tasks get it by its
    /// type, with [`TaskContext::state`](stepwright::TaskContext::state).
    pub fn state<T: Any + Send + Sync>(mut self, state: T) -> Self {
        self.shared.insert(TypeId::of::<T>(), Box::new(state));
        self
    }

    /// Sets the worker's name, which the history shows in `ActivityStarted`. At most 80 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets how many tasks of each activity run concurrently: 8 by default, at least 1.
    pub fn concurrency(mut self, tasks: usize) -> Self {
        self.concurrency = tasks.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets how many polls of each activity are open concurrently: 1 by default, at least 1. After
    /// a poll that returns a task, the next one starts immediately. So more polls help only if
    /// tasks are scheduled faster than the service responds.
    pub fn pollers(mut self, polls: usize) -> Self {
        self.pollers = polls.max(1);
        self
    }

    /// Sets the `HeartbeatSeconds` of the states: heartbeats are sent at a third of this interval.
    /// 60 seconds by default; a state without `HeartbeatSeconds` ignores them.
    pub fn heartbeat_timeout(mut self, timeout: Duration) -> Self {
        self.heartbeat = Some((timeout / 3).max(Duration::from_millis(1)));
        self
    }

    /// Sends heartbeats only when a task requests it, with
    /// [`TaskContext::heartbeat`](stepwright::TaskContext::heartbeat). So the state's heartbeat
    /// timeout detects a task that hangs. A task that sends no heartbeats is not cancelled.
    pub fn heartbeats_by_task(mut self) -> Self {
        self.heartbeat = None;
        self
    }

    /// Sets how long running tasks and open polls may continue at the shutdown: 25 seconds by
    /// default, because containers are killed after 30. AWS may send a task to a poll whose client
    /// has disconnected, so polls are not cancelled earlier.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs until SIGTERM or SIGINT (Ctrl-C). A second signal ends the grace period.
    ///
    /// # Errors
    ///
    /// When an activity cannot be polled, and when the operating system does not deliver signals.
    pub async fn run(self) -> Result<(), WorkerError> {
        let mut signals =
            ShutdownSignals::new().map_err(|error| WorkerError::NoSignals(error.to_string()))?;
        let (stop, stopped) = watch::channel(WorkerStage::Polling);
        let listen = async {
            signals.next().await;
            let _ = stop.send(WorkerStage::Draining);
            signals.next().await;
            let _ = stop.send(WorkerStage::Cancelling);
            std::future::pending::<()>().await;
        };
        let drain = reached(stopped.clone(), WorkerStage::Draining);
        let give_up = reached(stopped, WorkerStage::Cancelling);
        tokio::select! {
            ended = self.drive(drain, give_up) => ended,
            () = listen => Ok(()),
        }
    }

    /// Runs until the future ends, and then shuts down within its [`grace`](Self::grace) period.
    ///
    /// # Errors
    ///
    /// When an activity cannot be polled.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), WorkerError> {
        self.drive(stop, std::future::pending()).await
    }

    async fn drive(
        self,
        drain: impl Future<Output = ()>,
        give_up: impl Future<Output = ()>,
    ) -> Result<(), WorkerError> {
        if self.activities.is_empty() {
            return Err(WorkerError::NoActivity);
        }
        let grace = self.grace;
        let (stages, stage) = watch::channel(WorkerStage::Polling);
        let mut pollers = self.start(&stage);
        let mut outcome = Ok(());
        {
            let mut drain = pin!(drain);
            // Until the worker drains. A rejected activity ends the whole worker.
            while outcome.is_ok() {
                tokio::select! {
                    () = &mut drain => break,
                    joined = pollers.join_next() => match joined {
                        Some(joined) => outcome = join_result(joined, Ok(())),
                        None => break,
                    },
                }
            }
        }
        tracing::info!(?grace, "the worker asks for no more tasks");
        let _ = stages.send(WorkerStage::Draining);
        let mut patience = pin!(async {
            tokio::select! { () = sleep(grace) => {}, () = give_up => {} }
            let _ = stages.send(WorkerStage::Cancelling);
        });
        let mut is_over = false;
        loop {
            tokio::select! {
                joined = pollers.join_next() => match joined {
                    Some(joined) => outcome = outcome.and(join_result(joined, Ok(()))),
                    None => return outcome,
                },
                () = &mut patience, if !is_over => is_over = true,
            }
        }
    }

    fn start(self, stages: &watch::Receiver<WorkerStage>) -> JoinSet<Result<(), WorkerError>> {
        let shared = Arc::new(self.shared);
        let sender = CallbackSender::new(&self.client);
        let mut pollers = JoinSet::new();
        for (activity, function) in self.activities {
            let capacity = Arc::new(Semaphore::new(self.concurrency));
            let runner = Arc::new(TaskRunner {
                activity,
                function,
                shared: shared.clone(),
                sender: sender.clone(),
                heartbeat: self.heartbeat,
                stages: stages.clone(),
            });
            for _ in 0..self.pollers.min(self.concurrency) {
                let poller = Poller {
                    client: self.client.clone(),
                    name: self.name.clone(),
                    capacity: capacity.clone(),
                    runner: runner.clone(),
                    stages: stages.clone(),
                };
                pollers.spawn(poller.run());
            }
        }
        pollers
    }
}

impl fmt::Debug for ActivityWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let activities = self.activities.iter();
        let activities: Vec<_> = activities.map(|(arn, task)| (arn, task.name)).collect();
        f.debug_struct("ActivityWorker")
            .field("activities", &activities)
            .field("concurrency", &self.concurrency)
            .field("heartbeat", &self.heartbeat)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

/// The signals that end a program.
struct ShutdownSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl ShutdownSignals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
