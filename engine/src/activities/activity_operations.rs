//! The requests for activities, and workers in this process.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stepwright_asl::errors::{INVALID_INPUT, INVALID_OUTPUT};
use stepwright_asl::name::check_machine;
use stepwright_interpreter::value::Value;

use super::description::ActivityDescription;
use super::task::ActivityTask;
use crate::Engine;
use crate::error::ActivityError;
use crate::panics::panic_message;
use crate::store::{Change, StoreError, StoredActivity};
use crate::task::TaskFailure;
use crate::task::running_work;

impl Engine {
    /// Creates an activity, as CreateActivity does, and returns it with its ARN, which tasks use as
    /// their `Resource`. An activity of that name that exists is returned unchanged. With a
    /// [store](crate::EngineBuilder::store), the next engine has the activity, too.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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
        let arn = shared.compile_settings.arn("activity", name);
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

    /// Returns all activities, sorted by ARN: those that the builder declared, and those that were
    /// created.
    pub fn activities(&self) -> Vec<ActivityDescription> {
        self.shared.activities.all()
    }

    /// Deletes an activity, as DeleteActivity does. It is no error if the activity does not exist.
    /// Workers that wait for a task get an error. A state that is entered afterwards fails with
    /// `States.Runtime`. Tasks that wait for a worker continue to wait, until they time out or the
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

    /// Waits for the next task of an activity, oldest first. Dropping the future cancels the
    /// request. After a [shutdown](Self::shutdown) has begun, no task comes.
    ///
    /// # Errors
    ///
    /// When the activity does not exist, or is deleted during the call.
    pub async fn get_activity_task(
        &self,
        arn: &str,
        worker: Option<&str>,
    ) -> Result<ActivityTask, ActivityError> {
        let shared = &self.shared;
        if shared.running.is_shut_down() {
            return std::future::pending().await;
        }
        let forever = std::future::pending();
        let taken = shared.activities.take(arn, worker, &shared.clock, forever);
        match taken.await? {
            Some(task) => Ok(task),
            // The activity was deleted and created again.
            None => Err(ActivityError::ActivityDoesNotExist(arn.to_owned())),
        }
    }

    /// Works for an activity, one task after the other, until the future is dropped. A
    /// [shutdown](Self::shutdown) waits for its current task. Work that panics fails its task with
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
            let _works = self.shared.running.worker();
            let result = match task.input.to_typed::<I>() {
                Ok(input) => {
                    let working = AssertUnwindSafe(async { work(input).await });
                    match working.catch_unwind().await {
                        Ok(result) => result.map_err(Into::into),
                        Err(panic) => Err(running_work::panicked(&panic_message(panic))),
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
