//! Activities: queues of tasks that workers poll.

mod description;
mod queue;
mod task;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use stepwright::task::{INVALID_INPUT, INVALID_OUTPUT};
use stepwright_asl::name::check_machine;

pub use self::description::ActivityDescription;
use self::queue::ActivityQueue;
pub(super) use self::queue::QueuedTask;
pub use self::task::ActivityTask;
use super::Engine;
use super::drive::running_work;
use super::error::ActivityError;
use crate::clock::{Clock, Timestamp};
use crate::panics::said;
use crate::store::{Change, StoreError, StoredActivity};
use crate::task::TaskFailure;
use crate::value::Value;

/// The activities of an engine.
#[derive(Debug)]
pub(super) struct Activities {
    queues: Mutex<HashMap<SmolStr, Arc<ActivityQueue>>>,
    /// Held while an activity is created or deleted, so that the store and this map agree.
    changing: tokio::sync::Mutex<()>,
    /// Whether a task is handed to a worker only after its start is committed. Otherwise a crash could hand it to a second worker.
    keeps_starts: bool,
}

impl Activities {
    /// Creates the activities of an engine, with or without a store.
    pub(super) fn new(keeps_starts: bool) -> Self {
        Self {
            queues: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            keeps_starts,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, Arc<ActivityQueue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, arn: &str) -> Option<Arc<ActivityQueue>> {
        self.lock().get(arn).cloned()
    }

    fn queue(&self, arn: &str) -> Arc<ActivityQueue> {
        self.lock().entry(arn.into()).or_default().clone()
    }

    /// Opens an activity unless it is open. Returns when it was created.
    pub(super) fn open(&self, arn: &str, created: Timestamp) -> Timestamp {
        self.queue(arn).open(created)
    }

    /// Returns when an activity was created, if it exists.
    fn created(&self, arn: &str) -> Option<Timestamp> {
        self.find(arn)?.created()
    }

    pub(super) fn exists(&self, arn: &str) -> bool {
        self.created(arn).is_some()
    }

    fn describe(&self, arn: &str) -> Option<ActivityDescription> {
        Some(ActivityDescription::new(arn, self.created(arn)?))
    }

    fn all(&self) -> Vec<ActivityDescription> {
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
    pub(super) fn push(&self, arn: &str, task: QueuedTask, clock: &Clock) -> u64 {
        self.queue(arn).push(task, clock)
    }

    /// Removes a task from the queue unless a worker took it.
    pub(super) fn forget(&self, arn: &str, place: u64) {
        if let Some(queue) = self.find(arn) {
            queue.forget(place);
        }
    }

    /// Takes the oldest task of an activity.
    async fn take(
        &self,
        arn: &str,
        worker: Option<&str>,
        clock: &Clock,
    ) -> Result<ActivityTask, ActivityError> {
        let missing = || ActivityError::ActivityDoesNotExist(arn.to_owned());
        let queue = self.find(arn).ok_or_else(missing)?;
        let worker = worker.map(SmolStr::new);
        let next = queue.next(worker.as_ref(), clock, self.keeps_starts).await;
        next.ok_or_else(missing)
    }
}

impl Engine {
    /// Creates an activity, as CreateActivity does, and returns it with its ARN, which tasks use as their `Resource`. An activity of that name
    /// that exists is returned unchanged. With a [store](crate::EngineBuilder::store), the next engine has the activity, too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let engine = Engine::builder().build()?;
    /// let pack = engine.create_activity("pack").await?;
    /// assert_eq!(pack.arn, "arn:aws:states:us-east-1:123456789012:activity:pack");
    ///
    /// let definition = json!({"StartAt": "Pack", "States": {"Pack": {"Type": "Task", "Resource": pack.arn, "End": true}}});
    /// engine.register_json("orders", &definition.to_string(), MachineType::Standard)?;
    /// let run = engine.start_machine("orders", json!("tea"), StartOptions::new()).await?;
    ///
    /// let task = engine.get_activity_task(&pack.arn, Some("Ada")).await?;
    /// engine.send_task_success(&task.token, &json!({"packed": task.input})).await?;
    /// assert_eq!(run.await?.to_text(), r#"{"packed":"tea"}"#);
    ///
    /// engine.delete_activity(&pack.arn).await?;
    /// assert!(engine.activities().is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the name breaks AWS's rules, or the store cannot commit the activity.
    pub async fn create_activity(&self, name: &str) -> Result<ActivityDescription, ActivityError> {
        if check_machine(name).is_err() {
            return Err(ActivityError::InvalidName(name.to_owned()));
        }
        let shared = &self.shared;
        let arn = shared.setting.arn("activity", name);
        let activities = &shared.activities;
        let _alone = activities.changing.lock().await;
        if let Some(known) = activities.describe(&arn) {
            return Ok(known);
        }
        let created = shared.clock.now();
        let activity = StoredActivity {
            arn: arn.to_string(),
            created,
        };
        self.commit(Change::Activity(activity)).await?;
        activities.open(&arn, created);
        shared.look_for_handlers();
        Ok(ActivityDescription::new(&arn, created))
    }

    /// Returns an activity by its ARN, as DescribeActivity does.
    pub fn activity(&self, arn: &str) -> Option<ActivityDescription> {
        self.shared.activities.describe(arn)
    }

    /// Returns all activities, sorted by ARN: those that the builder declared, and those that were created.
    pub fn activities(&self) -> Vec<ActivityDescription> {
        self.shared.activities.all()
    }

    /// Deletes an activity, as DeleteActivity does. It is no error if the activity does not exist. Workers that wait for a task get an error. A
    /// state that is entered afterwards fails with `States.Runtime`. Tasks that wait for a worker continue to wait, until they time out or the
    /// activity is created again. Workers can still complete the tasks that they have.
    ///
    /// An activity that the builder declared exists again in the next engine.
    ///
    /// # Errors
    ///
    /// When the store cannot commit the deletion.
    pub async fn delete_activity(&self, arn: &str) -> Result<(), ActivityError> {
        let activities = &self.shared.activities;
        let _alone = activities.changing.lock().await;
        let Some(queue) = activities
            .find(arn)
            .filter(|queue| queue.created().is_some())
        else {
            return Ok(());
        };
        let arn = arn.to_owned();
        self.commit(Change::DeleteActivity { arn }).await?;
        queue.close();
        Ok(())
    }

    /// Commits a change, if there is a store.
    async fn commit(&self, change: Change) -> Result<(), StoreError> {
        self.keep_all(vec![change]).await
    }

    /// Commits changes in one transaction, if there is a store.
    pub(crate) async fn keep_all(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        match &self.shared.durable {
            Some(durable) => durable.journal.commit(changes).await,
            None => Ok(()),
        }
    }

    /// Waits for the next task of an activity, oldest first. Dropping the future cancels the request.
    ///
    /// # Errors
    ///
    /// When the activity does not exist, or is deleted during the call.
    pub async fn get_activity_task(
        &self,
        arn: &str,
        worker: Option<&str>,
    ) -> Result<ActivityTask, ActivityError> {
        self.shared
            .activities
            .take(arn, worker, &self.shared.clock)
            .await
    }

    /// Works for an activity, one task after the other, until the future is dropped. Work that panics fails its task with
    /// `Stepwright.TaskPanicked`, as in a handler; then the next task is taken.
    ///
    /// # Errors
    ///
    /// When the activity does not exist, or is deleted during the call.
    pub async fn work_on_activity<I, O, E, F, Fut>(
        &self,
        arn: &str,
        worker: Option<&str>,
        work: F,
    ) -> Result<Infallible, ActivityError>
    where
        I: DeserializeOwned,
        O: Serialize,
        E: Into<TaskFailure>,
        F: Fn(I) -> Fut,
        Fut: Future<Output = Result<O, E>>,
    {
        loop {
            let task = self.get_activity_task(arn, worker).await?;
            let result = match task.input.to_typed::<I>() {
                Ok(input) => {
                    let working = AssertUnwindSafe(async { work(input).await });
                    match working.catch_unwind().await {
                        Ok(result) => result.map_err(Into::into),
                        Err(panic) => Err(running_work::panicked(&said(panic))),
                    }
                }
                Err(error) => Err(TaskFailure::with_message(INVALID_INPUT, &error.to_string())),
            };
            let result = result.and_then(|output| {
                Value::from_typed(&output)
                    .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
            });
            if let Err(error) = self.answer(&task.token, result).await {
                tracing::warn!(activity = arn, %error, "the result was discarded, because the task has already ended");
            }
        }
    }
}
