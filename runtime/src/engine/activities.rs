use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use tokio::sync::Notify;

use super::error::ActivityError;
use crate::clock::{Asked, Clock};
use crate::task::Responder;
use crate::value::Value;

/// The queues of an engine's activities.
#[derive(Debug)]
pub(super) struct Activities {
    queues: Mutex<HashMap<SmolStr, Arc<Queue>>>,
    /// A task is handed over when its execution has kept that. Otherwise a crash would hand it to a second worker.
    keeps_starts: bool,
}

/// The tasks of one activity that no worker has.
#[derive(Debug, Default)]
struct Queue {
    tasks: Mutex<Tasks>,
    /// Wakes one worker for each task. A worker takes the task in its own poll, so that one that is dropped before takes none
    /// along; what woke it goes to the next.
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Tasks {
    /// By the order in which they came.
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
    /// How many workers wait. As many of the first tasks are on their way to them.
    workers: usize,
}

#[derive(Debug)]
struct Waiting {
    task: Queued,
    /// Virtual time stands while it is on its way to a worker.
    hold: Option<Asked>,
}

/// A worker that waits for a task.
struct Worker<'a>(&'a Queue);

impl<'a> Worker<'a> {
    fn new(queue: &'a Queue) -> Self {
        queue.lock().workers += 1;
        Self(queue)
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let hold = {
            let mut tasks = self.0.lock();
            tasks.workers -= 1;
            let workers = tasks.workers;
            let left = tasks.waiting.values_mut().nth(workers);
            left.and_then(|waiting| waiting.hold.take())
        };
        drop(hold);
    }
}

/// A task that is being handed over. It goes back to its place when the worker gives up before.
struct HandedOver<'a> {
    queue: &'a Queue,
    place: u64,
    task: Option<Queued>,
}

impl Drop for HandedOver<'_> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            let waiting = Waiting { task, hold: None };
            self.queue.lock().waiting.insert(self.place, waiting);
            self.queue.arrived.notify_one();
        }
    }
}

/// A task that waits for a worker.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) token: SmolStr,
    pub(super) input: Value,
    pub(super) responder: Responder,
}

/// A task that an activity's worker took.
///
/// While the worker has it, virtual time stands, as it does for a handler that is pending; while the worker sleeps on the
/// engine's clock, time goes on.
#[derive(Debug)]
pub struct ActivityTask {
    /// What to answer with.
    pub token: String,
    /// The task's input.
    pub input: Value,
    _hold: Asked,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The task that has waited longest, which is started with this.
    async fn take(
        &self,
        worker: Option<&SmolStr>,
        clock: &Clock,
        keeps_starts: bool,
    ) -> Option<ActivityTask> {
        loop {
            let (place, Waiting { task, hold }) = self.lock().waiting.pop_first()?;
            let asked = clock.ask_worker();
            drop(hold);
            if !keeps_starts {
                task.responder.started(worker.cloned());
                return Some(ActivityTask::new(task, asked));
            }
            let responder = task.responder.clone();
            let mut handed_over = HandedOver {
                queue: self,
                place,
                task: Some(task),
            };
            let may_have_it = responder.started_and_wait(worker.cloned()).await;
            // From here on it does not go back.
            if let Some(task) = handed_over.task.take()
                && may_have_it
            {
                return Some(ActivityTask::new(task, asked));
            }
        }
    }
}

impl ActivityTask {
    fn new(task: Queued, hold: Asked) -> Self {
        Self {
            token: task.token.to_string(),
            input: task.input,
            _hold: hold,
        }
    }
}

impl Activities {
    /// Those of an engine, with or without a store.
    pub(super) fn new(keeps_starts: bool) -> Self {
        Self {
            queues: Mutex::default(),
            keeps_starts,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, Arc<Queue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, arn: &str) -> Option<Arc<Queue>> {
        self.lock().get(arn).cloned()
    }

    pub(super) fn declare(&self, arn: &str) {
        self.lock().entry(arn.into()).or_default();
    }

    pub(super) fn exists(&self, arn: &str) -> bool {
        self.lock().contains_key(arn)
    }

    /// Queues a task, and gives its place.
    pub(super) fn push(&self, arn: &str, task: Queued, clock: &Clock) -> Option<u64> {
        let queue = self.queue(arn)?;
        let place = {
            let mut tasks = queue.lock();
            let place = tasks.next;
            tasks.next += 1;
            let is_on_its_way = tasks.waiting.len() < tasks.workers;
            let hold = is_on_its_way.then(|| clock.ask_to_take());
            tasks.waiting.insert(place, Waiting { task, hold });
            place
        };
        queue.arrived.notify_one();
        Some(place)
    }

    /// Forgets a task, if no worker took it.
    pub(super) fn forget(&self, arn: &str, place: u64) {
        if let Some(queue) = self.queue(arn) {
            queue.lock().waiting.remove(&place);
        }
    }

    /// The next task of an activity, oldest first.
    pub(super) async fn take(
        &self,
        arn: &str,
        worker: Option<&str>,
        clock: &Clock,
    ) -> Result<ActivityTask, ActivityError> {
        let worker = worker.map(SmolStr::new);
        let Some(queue) = self.queue(arn) else {
            return Err(ActivityError::ActivityDoesNotExist(arn.to_owned()));
        };
        let keeps_starts = self.keeps_starts;
        if let Some(task) = queue.take(worker.as_ref(), clock, keeps_starts).await {
            return Ok(task);
        }
        let _waits = Worker::new(&queue);
        loop {
            // A task that came meanwhile left a permit.
            queue.arrived.notified().await;
            if let Some(task) = queue.take(worker.as_ref(), clock, keeps_starts).await {
                return Ok(task);
            }
        }
    }
}
