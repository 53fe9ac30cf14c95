//! Passes the tasks of one activity to its workers, in the order of their arrival.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{Either, select};
use smol_str::SmolStr;
use tokio::sync::Notify;

use super::queued_task::QueuedTask;
use super::task::ActivityTask;
use crate::clock::{AnswerHold, Clock, Timestamp};
use crate::statistics::Level;

/// The tasks of one activity that no worker has taken.
///
/// The queue is created when a task or a worker first needs it, and outlives the activity: tasks of
/// a deleted activity wait in it until they time out or the activity is created again.
#[derive(Debug)]
pub(super) struct ActivityQueue {
    tasks: Mutex<TaskQueue>,
    /// Wakes one worker for each task. A worker takes the task in its own poll. So a worker that is
    /// dropped before that poll loses no task: its notification passes to the next worker.
    arrived: Notify,
    /// The number of waiting tasks, for the statistics.
    length: Arc<Level>,
}

#[derive(Debug, Default)]
struct TaskQueue {
    /// When the activity was created; `None` while the activity does not exist.
    created: Option<Timestamp>,
    /// By the order in which they were queued.
    waiting: BTreeMap<u64, WaitingTask>,
    next: u64,
    /// The number of waiting workers. The same number of tasks, from the front, is being handed to
    /// them.
    workers: usize,
}

#[derive(Debug)]
struct WaitingTask {
    task: QueuedTask,
    /// Holds virtual time while the task is being handed to a worker.
    hold: Option<AnswerHold>,
}

/// A worker that waits for a task.
struct WaitingWorker<'a>(&'a ActivityQueue);

impl<'a> WaitingWorker<'a> {
    fn new(queue: &'a ActivityQueue) -> Self {
        queue.lock().workers += 1;
        Self(queue)
    }
}

impl Drop for WaitingWorker<'_> {
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

/// A task that is being handed to a worker. It returns to its position when the worker is dropped
/// first.
struct TransferredTask<'a> {
    queue: &'a ActivityQueue,
    place: u64,
    task: Option<QueuedTask>,
}

impl Drop for TransferredTask<'_> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            let waiting = WaitingTask { task, hold: None };
            self.queue.lock().waiting.insert(self.place, waiting);
            self.queue.length.add(1);
            self.queue.arrived.notify_one();
        }
    }
}

impl ActivityQueue {
    /// Creates an empty queue.
    pub(super) fn new(length: Arc<Level>) -> Self {
        Self {
            tasks: Mutex::default(),
            arrived: Notify::new(),
            length,
        }
    }

    fn lock(&self) -> MutexGuard<'_, TaskQueue> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the activity was created, if it exists.
    pub(super) fn created(&self) -> Option<Timestamp> {
        self.lock().created
    }

    /// Opens the activity unless it is open. Returns when it was created.
    pub(super) fn open(&self, created: Timestamp) -> Timestamp {
        *self.lock().created.get_or_insert(created)
    }

    /// Closes the activity.
    pub(super) fn close(&self) {
        self.lock().created = None;
        self.arrived.notify_waiters();
    }

    /// Queues a task, and returns its position.
    pub(super) fn push(&self, task: QueuedTask, clock: &Clock) -> u64 {
        let place = {
            let mut tasks = self.lock();
            let place = tasks.next;
            tasks.next += 1;
            let is_on_its_way = tasks.waiting.len() < tasks.workers;
            let hold = is_on_its_way.then(|| clock.hold_for_handover());
            tasks.waiting.insert(place, WaitingTask { task, hold });
            place
        };
        self.length.add(1);
        self.arrived.notify_one();
        place
    }

    /// Removes a task unless a worker took it.
    pub(super) fn forget(&self, place: u64) {
        let removed = self.lock().waiting.remove(&place);
        if removed.is_some() {
            self.length.subtract(1);
        }
    }

    /// Waits for the next task, oldest first, as long as the activity exists, and until `until` is
    /// ready. A task that is being handed to the worker is not returned to the queue then.
    pub(super) async fn next(
        &self,
        worker: Option<&SmolStr>,
        clock: &Clock,
        keeps_starts: bool,
        until: impl Future<Output = ()>,
    ) -> Option<ActivityTask> {
        self.created()?;
        if let Some(task) = self.take(worker, clock, keeps_starts).await {
            return Some(task);
        }
        let _waits = WaitingWorker::new(self);
        let mut until = std::pin::pin!(until);
        loop {
            // Wakes for tasks that are queued from here on; a task that was queued before left a
            // permit.
            let arrived = self.arrived.notified();
            self.created()?;
            if let Some(task) = self.take(worker, clock, keeps_starts).await {
                return Some(task);
            }
            if let Either::Right(_) = select(std::pin::pin!(arrived), &mut until).await {
                return None;
            }
        }
    }

    /// Takes the task that has waited longest, and marks it as started.
    async fn take(
        &self,
        worker: Option<&SmolStr>,
        clock: &Clock,
        keeps_starts: bool,
    ) -> Option<ActivityTask> {
        loop {
            let (place, waiting) = self.lock().waiting.pop_first()?;
            let taken = self.start(place, waiting, worker, clock, keeps_starts);
            if let Some(task) = taken.await {
                return Some(task);
            }
        }
    }

    /// Takes the first task that `is_task` accepts, and marks it as started.
    pub(super) async fn take_matching(
        &self,
        worker: Option<&SmolStr>,
        clock: &Clock,
        keeps_starts: bool,
        is_task: impl Fn(&QueuedTask) -> bool,
    ) -> Option<ActivityTask> {
        let (place, waiting) = {
            let mut tasks = self.lock();
            let mut waiting = tasks.waiting.iter();
            let place = *waiting.find(|(_, waiting)| is_task(&waiting.task))?.0;
            (place, tasks.waiting.remove(&place)?)
        };
        self.start(place, waiting, worker, clock, keeps_starts)
            .await
    }

    /// Marks a task that was taken from the queue as started; `None` if it has ended.
    async fn start(
        &self,
        place: u64,
        waiting: WaitingTask,
        worker: Option<&SmolStr>,
        clock: &Clock,
        keeps_starts: bool,
    ) -> Option<ActivityTask> {
        let WaitingTask { task, hold } = waiting;
        self.length.subtract(1);
        let asked = clock.hold_for_worker();
        drop(hold);
        if !keeps_starts {
            task.responder.started(worker.cloned());
            return Some(ActivityTask::new(task, asked));
        }
        let responder = task.responder.clone();
        let mut handed_over = TransferredTask {
            queue: self,
            place,
            task: Some(task),
        };
        let may_have_it = responder.started_and_wait(worker.cloned()).await;
        // The worker has the task; dropping the guard does not return it.
        let task = handed_over.task.take()?;
        may_have_it.then(|| ActivityTask::new(task, asked))
    }
}
