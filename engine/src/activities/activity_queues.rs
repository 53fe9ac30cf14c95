//! The activities of an engine, with a queue of waiting tasks for each of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use super::description::ActivityDescription;
use super::queue::ActivityQueue;
use super::queued_task::QueuedTask;
use super::task::ActivityTask;
use crate::clock::{Clock, Timestamp};
use crate::error::ActivityError;
use crate::statistics::EngineMeter;

/// The activities of an engine.
pub(crate) struct Activities {
    queues: Mutex<HashMap<SmolStr, Arc<ActivityQueue>>>,
    /// Held while an activity is created or deleted, so that the store and this map agree.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// Whether a task is handed to a worker only after its start is committed. Otherwise a crash
    /// could hand it to a second worker.
    keeps_starts: bool,
    meter: Arc<EngineMeter>,
}

impl Activities {
    /// Creates the activities of an engine, with or without a store.
    pub(crate) fn new(keeps_starts: bool, meter: Arc<EngineMeter>) -> Self {
        Self {
            queues: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            keeps_starts,
            meter,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, Arc<ActivityQueue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, arn: &str) -> Option<Arc<ActivityQueue>> {
        self.lock().get(arn).cloned()
    }

    fn queue(&self, arn: &str) -> Arc<ActivityQueue> {
        let mut queues = self.lock();
        let create = || Arc::new(ActivityQueue::new(self.meter.queue(arn)));
        queues.entry(arn.into()).or_insert_with(create).clone()
    }

    /// Opens an activity unless it is open. Returns when it was created.
    pub(crate) fn open(&self, arn: &str, created: Timestamp) -> Timestamp {
        self.queue(arn).open(created)
    }

    /// Returns when an activity was created, if it exists.
    fn created(&self, arn: &str) -> Option<Timestamp> {
        self.find(arn)?.created()
    }

    pub(crate) fn exists(&self, arn: &str) -> bool {
        self.created(arn).is_some()
    }

    pub(super) fn describe(&self, arn: &str) -> Option<ActivityDescription> {
        Some(ActivityDescription::new(arn, self.created(arn)?))
    }

    pub(super) fn all(&self) -> Vec<ActivityDescription> {
        let queues = self.lock();
        let all = queues.iter();
        let mut all: Vec<_> = all
            .filter_map(|(arn, queue)| Some(ActivityDescription::new(arn, queue.created()?)))
            .collect();
        drop(queues);
        all.sort_by(|a, b| a.arn.cmp(&b.arn));
        all
    }

    /// Queues a task, and returns its position in the queue.
    pub(crate) fn push(&self, arn: &str, task: QueuedTask, clock: &Clock) -> u64 {
        self.queue(arn).push(task, clock)
    }

    /// Removes a task from the queue unless a worker took it.
    pub(crate) fn forget(&self, arn: &str, place: u64) {
        if let Some(queue) = self.find(arn) {
            queue.forget(place);
        }
    }

    /// Takes the oldest task of an activity. Returns `None` when `until` is ready first.
    pub(crate) async fn take(
        &self,
        arn: &str,
        worker: Option<&str>,
        clock: &Clock,
        until: impl Future<Output = ()>,
    ) -> Result<Option<ActivityTask>, ActivityError> {
        let missing = || ActivityError::ActivityDoesNotExist(arn.to_owned());
        let queue = self.find(arn).ok_or_else(missing)?;
        let worker = worker.map(SmolStr::new);
        let next = queue.next(worker.as_ref(), clock, self.keeps_starts, until);
        match next.await {
            None if !self.exists(arn) => Err(missing()),
            next => Ok(next),
        }
    }

    /// Takes the first task that `is_task` accepts from the queue of an activity, whether the
    /// activity still exists or not.
    pub(crate) async fn take_matching(
        &self,
        arn: &str,
        worker: Option<&str>,
        clock: &Clock,
        is_task: impl Fn(&QueuedTask) -> bool,
    ) -> Option<ActivityTask> {
        let worker = worker.map(SmolStr::new);
        let queue = self.find(arn)?;
        queue
            .take_matching(worker.as_ref(), clock, self.keeps_starts, is_task)
            .await
    }
}
