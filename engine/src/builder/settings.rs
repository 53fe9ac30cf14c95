//! Settings that an AWS account has.

use std::sync::Arc;

use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Limits;

use super::{BuiltEngine, EngineBuilder};
use crate::objects::ObjectStore;
use crate::spans::TracePropagator;
use crate::status_listener::StatusListener;

/// # Settings of the service
impl<E: BuiltEngine> EngineBuilder<E> {
    /// Sets other limits than AWS's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets whether executions record their history. Without it, reports and failures have an empty
    /// history, and executions are cheaper.
    ///
    /// Unless set, Standard executions record their history, and Express executions do on virtual
    /// time only, where tests read it: in production, there may be a million events of each. An
    /// Express execution retains the last [`Limits::events`](crate::Limits::events).
    pub fn history(mut self, is_recorded: bool) -> Self {
        self.records_history = Some(is_recorded);
        self
    }

    /// Sets what connects the engine's spans with distributed traces. Without one, tasks and nested
    /// executions get the trace of the start.
    pub fn trace_propagator(mut self, propagator: impl TracePropagator + 'static) -> Self {
        self.propagator = Some(Arc::new(propagator));
        self
    }

    /// Sets the region in ARNs; `us-east-1` unless set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the account in ARNs; `123456789012` unless set.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Sets the role of executions that are started without another role.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role = role_arn.into();
        self
    }

    /// Sets the listener that receives the changes of the status of Standard executions, including
    /// nested ones and the children of Map Runs. Express executions report none, as on AWS.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::mpsc::{Sender, channel};
    ///
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions, StatusChange, StatusListener};
    ///
    /// struct Queue(Sender<StatusChange>);
    ///
    /// impl StatusListener for Queue {
    ///     fn status_changed(&self, change: StatusChange) {
    ///         // The receiver may have been dropped.
    ///         let _ = self.0.send(change);
    ///     }
    /// }
    ///
    /// let (queue, changes) = channel();
    /// let definition = r#"{"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder()
    ///     .register_json("same", definition, MachineType::Standard)
    ///     .status_listener(Queue(queue))
    ///     .build()?;
    /// engine.start_machine("same", json!({}), StartOptions::new()).await?.await?;
    /// let statuses: Vec<_> = changes.try_iter().map(|change| change.status.as_str()).collect();
    /// assert_eq!(statuses, ["RUNNING", "SUCCEEDED"]);
    /// # Ok(()) }
    /// ```
    pub fn status_listener(mut self, listener: impl StatusListener + 'static) -> Self {
        self.status_listener = Some(Arc::new(listener));
        self
    }

    /// Sets the object store that Distributed Maps read and write instead of S3. Without one, each
    /// ItemReader and each ResultWriter fails.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::objects::Memory;
    ///
    /// let store = Memory::new().with("orders", "today.json", "[1, 2]").bucket("results");
    /// let builder = Engine::builder().objects(store);
    /// # let _ = builder;
    /// ```
    pub fn objects(mut self, store: impl ObjectStore + 'static) -> Self {
        self.objects = Some(Arc::new(store));
        self
    }

    /// Sets a shared object store for Distributed Maps.
    #[doc(hidden)]
    pub fn shared_objects(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.objects = Some(store);
        self
    }

    /// Masks these fields, in addition to those with `#[payload(redact)]` in the types of
    /// registered workflows, in output for people: the engine's log and its errors, failed
    /// assertions of tests, and pictures.
    ///
    /// Task tokens are always masked there. Tasks, the store and the API get the unmasked values.
    /// [`HistoryQuery::redact`](crate::history::HistoryQuery::redact) masks the fields in a history
    /// that is printed.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, Redaction, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Fail", "Error": "Declined", "CausePath": "States.JsonToString($)"}}}"#;
    /// let engine = Engine::builder()
    ///     .register_json("orders", text, MachineType::Standard)
    ///     .redact(&Redaction::new().path("card.number")?)
    ///     .build()?;
    /// let order = json!({ "card": { "number": "4111 1111" } });
    /// let error = engine.start_machine("orders", order, StartOptions::new()).await?.await.unwrap_err();
    /// assert!(error.to_string().ends_with(r#"Declined: {"card":{"number":"[redacted]"}}"#));
    /// # Ok(()) }
    /// ```
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.redaction = self.redaction.and(redaction);
        self
    }
}
