//! The handlers of an engine, and the limits of their calls.

use std::any::TypeId;
use std::future::Future;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BuiltEngine, EngineBuilder, FailsWith, NamesTask};
use crate::task::{TaskSource, handler};

/// # Handlers of tasks
impl<E: BuiltEngine> EngineBuilder<E> {
    /// Registers a handler for the tasks of a resource, or of all resources that match a pattern
    /// with `*`.
    ///
    /// The closure gets the effective parameters, and returns the raw result of the resource: for
    /// `lambda:invoke` the envelope with its `Payload`. Where the resource is a function's own ARN,
    /// parameters and result are those of the function.
    ///
    /// You choose the types: anything that serde reads and writes, `serde_json::Value`, or
    /// [`Value`](crate::value::Value), which needs no conversion.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let builder = Engine::builder().resource("arn:aws:states:::aws-sdk:s3:*", |request: Value| async move {
    ///     Ok::<_, TaskFailure>(json!({ "Body": format!("of {}", request["Key"]) }))
    /// });
    /// # let _ = builder;
    /// ```
    pub fn resource<I, O, F, H, Fut>(mut self, pattern: impl Into<String>, handler: H) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        F: 'static,
        E: FailsWith<F>,
        H: Fn(I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, F>> + Send + 'static,
    {
        let pattern = pattern.into();
        let handler = handler::of_closure(&pattern, E::failure, handler);
        self.registry.resource(pattern, handler);
        self
    }

    /// Registers a handler for a function, by its name, its ARN or its placeholder, whether states
    /// invoke it through `lambda:invoke` or use it as their resource. The closure gets the payload
    /// and returns the function's result.
    pub fn function<I, O, F, H, Fut>(mut self, name: impl Into<String>, handler: H) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        F: 'static,
        E: FailsWith<F>,
        H: Fn(I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, F>> + Send + 'static,
    {
        let name = name.into();
        let handler = handler::of_closure(&name, E::failure, handler);
        self.registry.function(name, handler);
        self
    }

    /// Declares that the closures which [`resource`](Self::resource) and
    /// [`function`](Self::function) registered under this text may be called twice with the same
    /// input: an engine with a [store](Self::store) calls them again when its process ended while
    /// they were running. Otherwise such a task fails with `Stepwright.TaskLost`, which `Retry` and
    /// `Catch` can name. A task with a body declares it with `#[task(idempotent)]`.
    ///
    /// A text under which nothing is registered is an error of [`build`](Self::build).
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let pack = |order: Value| async move { Ok::<_, TaskFailure>(json!({ "packed": order })) };
    /// assert!(Engine::builder().function("pack", pack).idempotent("pack").build().is_ok());
    /// assert!(Engine::builder().function("pack", pack).idempotent("pakc").build().is_err());
    /// ```
    pub fn idempotent(mut self, key: impl Into<String>) -> Self {
        self.registry.idempotent.insert(key.into());
        self
    }

    /// Shares a value with all tasks: `context.state::<T>()`. A second value of one type replaces
    /// the first.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.state.insert(TypeId::of::<T>(), Box::new(state));
        self
    }

    /// Limits how many handlers may run at a time in the engine, over all executions: in place,
    /// spawned or on a thread. There is no limit unless set.
    ///
    /// Further tasks wait, and run in the order in which they were queued. The history records such
    /// a task as started: its `TimeoutSeconds` and `HeartbeatSeconds` count while it waits. A task
    /// that times out, or whose execution ends, leaves the queue. Blocking work whose task has
    /// ended counts until its thread is done. Workers of activities, nested executions, mocks and
    /// other [sources](Self::tasks) do not count. A handler that itself waits for an execution of
    /// this engine may deadlock, because it occupies the permit that the execution needs.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let builder = Engine::builder()
    ///     .function("render", |page: Value| async move { Ok::<_, TaskFailure>(json!({ "rendered": page })) })
    ///     .max_running_tasks(64)
    ///     .max_running_of("render", 4);
    /// assert!(builder.build().is_ok());
    /// ```
    pub fn max_running_tasks(mut self, most: usize) -> Self {
        self.registry.running.all = Some(most);
        self
    }

    /// Limits how many calls of one task may run at a time, independent of which handler in this
    /// process executes them; see [`max_running_tasks`](Self::max_running_tasks). Tasks that wait
    /// only for this limit do not block other tasks.
    ///
    /// A task that no registered workflow calls is an error of [`build`](Self::build).
    pub fn max_running<T>(mut self, most: usize) -> Self
    where
        E: NamesTask<T>,
    {
        let (type_id, function) = E::task();
        self.registry.running.tasks.push((type_id, function, most));
        self
    }

    /// Limits the closures that [`resource`](Self::resource) and [`function`](Self::function)
    /// registered under this text in the same manner.
    ///
    /// A text under which nothing is registered is an error of [`build`](Self::build).
    pub fn max_running_of(mut self, key: impl Into<String>, most: usize) -> Self {
        self.registry.running.keys.push((key.into(), most));
        self
    }

    /// Sets how long one poll of a handler may take before a warning with the handler, the
    /// execution and the state is logged: one second unless set, never with [`Duration::MAX`]. The
    /// warning comes while the handler still blocks, at most about a quarter of the threshold
    /// later. A second message follows when the handler continues. Handlers that are
    /// `#[task(blocking)]` may block.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use std::time::Duration;
    /// use stepwright_runtime::Engine;
    ///
    /// let engine = Engine::builder().blocking_threshold(Duration::from_millis(100)).build()?;
    /// # Ok::<(), stepwright_runtime::BuildError>(())
    /// ```
    pub fn blocking_threshold(mut self, threshold: Duration) -> Self {
        self.blocking_threshold = threshold;
        self
    }

    /// Adds a source of task results that is consulted before any handler. Sources are consulted in
    /// the order in which they are added. A task without a handler is no error of
    /// [`build`](Self::build) when a source may execute it.
    pub fn tasks(mut self, source: impl TaskSource + 'static) -> Self {
        self.sources.push(source.into_shared());
        self
    }

    /// Adds a source of task results that is consulted after mocks, other [sources](Self::tasks),
    /// handlers and nested workflows: for the calls that nothing else executes, such as those of
    /// AWS services.
    pub fn fallback_tasks(mut self, source: impl TaskSource + 'static) -> Self {
        self.fallback_sources.push(source.into_shared());
        self
    }

    /// Refuses the calls of AWS services whose arguments AWS refuses: an argument that the API does
    /// not have, or a value of another type. The state fails with `States.Runtime`, as on AWS,
    /// whatever would execute it: a mock, another [source](Self::tasks), a handler or a nested
    /// workflow. The integrations whose arguments differ from an API are not checked, such as
    /// `http:invoke`.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::task::TaskFailure;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Send", "States": {"Send": {
    ///     "Type": "Task",
    ///     "Resource": "arn:aws:states:::sqs:sendMessage",
    ///     "Parameters": {"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": "soon"},
    ///     "End": true
    /// }}}"#;
    /// let engine = Engine::builder()
    ///     .register_json("notify", text, MachineType::Standard)
    ///     .resource("arn:aws:states:::sqs:*", async |_: Value| Ok::<_, TaskFailure>(json!({"MessageId": "m-1"})))
    ///     .check_arguments()
    ///     .build()?;
    /// let run = engine.start_machine("notify", json!({}), StartOptions::new()).await?;
    /// let failed = run.await.unwrap_err();
    /// assert_eq!(failed.error.as_deref(), Some("States.Runtime"));
    /// assert!(failed.cause.unwrap_or_default().contains("The value for the field 'DelaySeconds' must be a NUMBER"));
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "argument-checks")]
    pub fn check_arguments(mut self) -> Self {
        self.checks_arguments = true;
        self
    }

    /// Sets the hint for tasks that no handler executes. It is the end of the error's cause, after
    /// the state and its resource. `register one with the engine` unless set.
    pub fn missing_handler_hint(mut self, hint: impl Into<String>) -> Self {
        self.missing_handler_hint = hint.into();
        self
    }
}
