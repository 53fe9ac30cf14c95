//! The tasks whose handlers are missing, and the handlers that are added later.

use super::unhandled_tasks::UnhandledTask;
use crate::Engine;
use crate::execution::message::Message;
use crate::shared::EngineShared;

impl Engine {
    /// Returns the tasks without a handler in this engine, of executions that were open in the
    /// [store](crate::EngineBuilder::store): their handlers, activities or state machines are not
    /// registered any more. Their executions wait, also when they reach such a task later. An
    /// engine that is built with the missing handlers continues them. Each task is logged once as a
    /// warning.
    ///
    /// Such a task is not scheduled, so its `TimeoutSeconds` does not count yet; that of the
    /// execution does. A task that was running when its process ended retains its deadlines.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::store::MemoryStore;
    /// use stepwright_runtime::task::TaskFailure;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Pack", "States": {
    ///     "Pack": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pack", "End": true}
    /// }}"#;
    /// let store = MemoryStore::new();
    /// let builder = || Engine::builder().store(store.clone()).register_json("orders", text, MachineType::Standard);
    ///
    /// // The engine is shut down while the task runs.
    /// let hangs = |_: Value| std::future::pending::<Result<Value, TaskFailure>>();
    /// let engine = builder().function("pack", hangs).build()?;
    /// let run = engine.start_machine("orders", json!(7), StartOptions::new()).await?;
    /// engine.shutdown(std::time::Duration::ZERO).await;
    ///
    /// // The next engine has no handler for it.
    /// let engine = builder().build()?;
    /// let waits = &engine.unhandled_tasks()[0];
    /// assert_eq!((waits.execution.as_str(), waits.state.as_str()), (run.id(), "Pack"));
    /// engine.shutdown(std::time::Duration::ZERO).await;
    ///
    /// // The third engine has a handler again, which may be called twice.
    /// let pack = |order: Value| async move { Ok::<_, TaskFailure>(order) };
    /// let engine = builder().function("pack", pack).idempotent("pack").build()?;
    /// assert!(engine.unhandled_tasks().is_empty());
    /// assert_eq!(engine.execution(run.id()).await?.expect("it is open").await?.to_text(), "7");
    /// # Ok(()) }
    /// ```
    pub fn unhandled_tasks(&self) -> Vec<UnhandledTask> {
        self.shared.unanswered()
    }
}

impl EngineShared {
    /// Returns the tasks that have no handler here.
    pub(crate) fn unanswered(&self) -> Vec<UnhandledTask> {
        let mut all = self.unanswered.all();
        // A task in the queue of its activity gets a worker as soon as the activity exists.
        all.retain(|task| !self.activities.exists(&task.resource));
        all
    }

    /// Makes the waiting tasks look for handlers, after one was added.
    pub(crate) fn look_for_handlers(&self) {
        for task in self.unanswered.all() {
            let known = self.executions().get(&task.execution).cloned();
            if let Some(state) = known.or_else(|| self.runs.child(&task.execution)) {
                // An execution that has ended ignores the message.
                let _over = state.send(Message::LookForHandlers);
            }
        }
    }
}
