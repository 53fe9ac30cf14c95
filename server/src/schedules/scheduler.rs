//! The task that starts the executions of schedules.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use stepwright_engine::clock::Hold;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::input_template::StartAttempt;
use super::list::Schedules;
use super::queue::{DueStart, ScheduleQueue, StartResult};
use crate::control::{put_schedule, remove_schedule};
use crate::error::ApiError;
use crate::operations::executions::start_named;
use crate::response::print_seconds;
use crate::service::Service;

/// The most starts at the same time.
const MOST_STARTS: usize = 256;
/// The pause after the store could not commit the progress.
const COMMIT_PAUSE: Duration = Duration::from_secs(5);
/// How long starts may take to end at a shutdown.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// A running scheduler. Dropping the value ends it.
pub(crate) struct SchedulerHandle {
    stop: watch::Sender<bool>,
    task: JoinSet<()>,
}

impl SchedulerHandle {
    /// Starts a scheduler of the service's schedules on the current runtime.
    pub(crate) fn spawn(service: &Arc<Service>) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let mut declared = service.schedules.subscribe();
        let mut task = JoinSet::new();
        let first = declared.borrow_and_update().clone();
        // Here, so that virtual time is held from the first request on.
        let scheduler = |schedules| Scheduler::new(service.clone(), schedules);
        let scheduler = (!first.is_empty()).then(|| scheduler(first));
        let service = service.clone();
        task.spawn(async move {
            if let Some(scheduler) = scheduler {
                scheduler.run(stopped, declared).await;
                return;
            }
            // Without schedules, the records of an earlier process stay.
            let schedules = tokio::select! {
                _ = stopped.changed() => return,
                some = declared.wait_for(|schedules| !schedules.is_empty()) => match some {
                    Ok(schedules) => schedules.clone(),
                    Err(_ended) => return,
                },
            };
            Scheduler::new(service, schedules)
                .run(stopped, declared)
                .await;
        });
        Self { stop, task }
    }

    /// Makes the scheduler start nothing more.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the scheduler has ended.
    pub(crate) async fn finish(mut self) {
        self.stop();
        while let Some(ended) = self.task.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "the scheduler failed");
            }
        }
    }
}

struct Scheduler {
    service: Arc<Service>,
    queue: ScheduleQueue,
    /// Starts that are due, beyond the limit of concurrent starts.
    ready: VecDeque<DueStart>,
    starts: JoinSet<StartResult>,
    running: HashMap<Id, DueStart>,
    /// Holds virtual time until the first sleep, and while starts are running.
    hold: Option<Hold>,
    /// Records of schedules that do not exist any more.
    obsolete: Vec<String>,
    is_store_failing: bool,
}

impl Scheduler {
    fn new(service: Arc<Service>, schedules: Schedules) -> Self {
        let mut records = service.control.take_schedule_records();
        let queue = ScheduleQueue::new(schedules.list, &mut records, service.now());
        let hold = Some(service.engine.clock().hold());
        Self {
            service,
            queue,
            ready: VecDeque::new(),
            starts: JoinSet::new(),
            running: HashMap::new(),
            hold,
            obsolete: records.into_keys().collect(),
            is_store_failing: false,
        }
    }

    async fn run(
        mut self,
        mut stopped: watch::Receiver<bool>,
        mut declared: watch::Receiver<Schedules>,
    ) {
        // A rate begins at the creation of its schedule, so that the creation is durable before the
        // first start.
        self.commit().await;
        while !self.service.is_shutting_down() {
            self.ready.extend(self.queue.take_due(self.service.now()));
            self.spawn_starts();
            if self.running.is_empty() && self.queue.has_changes() && !self.is_store_failing {
                self.commit().await;
            }
            let sleep = self
                .pause()
                .map(|pause| self.service.engine.clock().sleep(pause));
            if self.running.is_empty() {
                // After the sleep has begun, so that virtual time does not jump over its end.
                self.hold = None;
            }
            let sleep = async {
                match sleep {
                    Some(sleep) => sleep.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = stopped.changed() => break,
                Some(ended) = self.starts.join_next_with_id() => {
                    self.settle(ended);
                    while let Some(ended) = self.starts.try_join_next_with_id() {
                        self.settle(ended);
                    }
                    if !self.is_store_failing {
                        self.commit().await;
                    }
                }
                Ok(()) = declared.changed() => {
                    let schedules = declared.borrow_and_update().clone();
                    self.replace(schedules).await;
                }
                hold = sleep => {
                    self.hold = Some(hold);
                    if self.is_store_failing {
                        self.commit().await;
                    }
                }
            }
        }
        self.finish().await;
    }

    /// Continues with other schedules. A schedule that stays retains its progress.
    async fn replace(&mut self, schedules: Schedules) {
        if self.hold.is_none() {
            self.hold = Some(self.service.engine.clock().hold());
        }
        while let Some(ended) = self.starts.join_next_with_id().await {
            self.settle(ended);
        }
        // Starts that have not begun are pending in the records.
        self.ready.clear();
        let mut records = self.queue.records();
        self.queue = ScheduleQueue::new(schedules.list, &mut records, self.service.now());
        self.obsolete.extend(records.into_keys());
        self.service
            .failing_schedules
            .store(self.queue.failing(), Ordering::Relaxed);
        self.commit().await;
    }

    /// Returns the time until the next start is due, or the next commit is tried.
    fn pause(&self) -> Option<Duration> {
        let now = self.service.now();
        let wake = self.queue.next_wake().map(|at| at - now);
        let commit = self.is_store_failing.then_some(COMMIT_PAUSE);
        [wake, commit].into_iter().flatten().min()
    }

    /// Starts the executions that are due, up to the limit.
    fn spawn_starts(&mut self) {
        while self.running.len() < MOST_STARTS
            && let Some(start) = self.ready.pop_front()
        {
            if self.hold.is_none() {
                self.hold = Some(self.service.engine.clock().hold());
            }
            let schedule = self.queue.schedule(start);
            let engine = &self.service.engine;
            let (region, account) = (engine.region(), engine.account());
            let attempt = StartAttempt {
                schedule_arn: &schedule.arn(region, account),
                region,
                account,
                scheduled: start.scheduled,
                attempt: start.attempt,
            };
            let input = schedule.target.input.print(attempt);
            let input = input.map_err(|reason| StartResult::Failed {
                reason,
                is_permanent: true,
            });
            let name = schedule.execution_name(start.scheduled);
            let machine = schedule.machine_arn(engine);
            let (service, schedule) = (self.service.clone(), schedule.name.clone());
            let task = self.starts.spawn(async move {
                let input = match input {
                    Ok(input) => input,
                    Err(failed) => return failed,
                };
                let started = start_named(&service, &machine, &name, &input).await;
                if let Ok(execution) = &started {
                    tracing::info!(
                        schedule,
                        execution,
                        scheduled = print_seconds(start.scheduled),
                        attempt = start.attempt,
                        "the schedule started an execution"
                    );
                }
                result_of(started)
            });
            self.running.insert(task.id(), start);
        }
    }

    /// Records the result of a start.
    fn settle(&mut self, ended: Result<(Id, StartResult), JoinError>) {
        let (id, result) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let result = StartResult::Failed {
                    reason: error.to_string(),
                    is_permanent: false,
                };
                (error.id(), result)
            }
        };
        if let Some(start) = self.running.remove(&id) {
            self.queue.settle(start, result, self.service.now());
        }
        let failing = self.queue.failing();
        self.service
            .failing_schedules
            .store(failing, Ordering::Relaxed);
    }

    /// Commits the progress of the schedules that changed, in one transaction.
    async fn commit(&mut self) {
        let progress = self.queue.take_changes();
        let obsolete = self.obsolete.iter();
        let changes = obsolete.map(|name| Ok(remove_schedule(name)));
        let puts = progress.iter();
        let puts = puts.map(|one| put_schedule(&one.name, &one.record));
        let changes: Result<Vec<_>, _> = changes.chain(puts).collect();
        let committed = match changes {
            Ok(changes) if changes.is_empty() => Ok(()),
            Ok(changes) => {
                let committed = self.service.engine.commit_all(changes).await;
                committed.map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        match committed {
            Ok(()) => {
                self.obsolete.clear();
                self.is_store_failing = false;
            }
            Err(error) => {
                if !self.is_store_failing {
                    tracing::warn!(
                        error,
                        "the progress of schedules is not durable; a restart before the store commits again may repeat starts, which their names prevent"
                    );
                }
                self.is_store_failing = true;
                self.queue.restore_changes(&progress);
            }
        }
    }

    /// Waits for the starts that are running, and commits the progress.
    async fn finish(mut self) {
        let starts = async {
            while let Some(ended) = self.starts.join_next_with_id().await {
                self.settle(ended);
            }
        };
        if tokio::time::timeout(SHUTDOWN_TIME, starts).await.is_err() {
            tracing::warn!(
                "starts of schedules were running when the server ended; the next process repeats them under the same names"
            );
        }
        self.commit().await;
    }
}

/// Converts the result of a start.
fn result_of(started: Result<String, ApiError>) -> StartResult {
    let Err(error) = started else {
        return StartResult::Started;
    };
    match error.code() {
        // An earlier process started it and ended before it recorded that.
        "ExecutionAlreadyExists" => StartResult::Started,
        code => StartResult::Failed {
            reason: format!("{code}: {}", error.message()),
            is_permanent: matches!(
                code,
                "InvalidArn" | "InvalidName" | "InvalidExecutionInput" | "ValidationException"
            ),
        },
    }
}
