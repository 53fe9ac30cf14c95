//! The state of the operations.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use serde::de::DeserializeOwned;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::{self, ServerEngine};
use stepwright_engine::value::Value;
use tokio::sync::{Semaphore, watch};

use crate::arn::{Qualifier, StatesArn};
use crate::control::{Control, Machine};
use crate::error::ApiError;
#[cfg(feature = "events")]
use crate::events::EventRules;
#[cfg(feature = "console")]
use crate::input_schemas::InputSchemas;
use crate::pollers::Pollers;
#[cfg(feature = "schedules")]
use crate::schedules::Schedules;
use crate::shape::{Constraints, Shape};

/// The engine, and the API's data in addition to it.
pub(crate) struct Service {
    pub(crate) engine: ServerEngine,
    pub(crate) control: Control,
    pub(crate) pollers: Pollers,
    /// How long GetActivityTask waits for a task.
    pub(crate) poll: Duration,
    /// Whether there are the API, the paths for operators and the console, in addition to the
    /// application's pages.
    pub(crate) has_api: bool,
    /// Whether `/metrics` has the metrics.
    pub(crate) has_metrics: bool,
    /// Returns how many lines of the program's log were dropped.
    pub(crate) dropped_log_lines: Option<fn() -> u64>,
    pub(crate) shutdown: Shutdown,
    /// The schedules that start executions while the server serves.
    #[cfg(feature = "schedules")]
    pub(crate) schedules: watch::Sender<Schedules>,
    /// The number of schedules whose last attempt to start an execution failed.
    pub(crate) failing_schedules: AtomicUsize,
    /// The rules of the event bus, if the server has one.
    #[cfg(feature = "events")]
    pub(crate) event_rules: Option<EventRules>,
    /// Permits to print large pages, so that other requests need not wait for all of them.
    pub(crate) large_pages: Semaphore,
    #[cfg(feature = "console")]
    pub(crate) input_schemas: InputSchemas,
}

/// How long GetActivityTask waits for a task, as on AWS.
pub(crate) const ACTIVITY_POLL: Duration = Duration::from_secs(60);

/// The number of large pages that are printed concurrently.
const LARGE_PAGES: usize = 2;

/// The progress of the server's shutdown.
#[derive(Debug, Default)]
pub(crate) struct Shutdown(watch::Sender<ShutdownStage>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum ShutdownStage {
    #[default]
    Serving,
    /// Nothing is started, and long polls end. The API still answers.
    Begun,
    /// Connections are closed.
    Closing,
}

impl Shutdown {
    pub(crate) fn begin(&self) {
        self.advance(ShutdownStage::Begun);
    }

    pub(crate) fn close(&self) {
        self.advance(ShutdownStage::Closing);
    }

    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow() >= ShutdownStage::Begun
    }

    /// Waits until the shutdown begins.
    pub(crate) fn begun(&self) -> impl Future<Output = ()> + Send + use<> {
        self.reached(ShutdownStage::Begun)
    }

    /// Waits until connections are closed.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + use<> {
        self.reached(ShutdownStage::Closing)
    }

    fn advance(&self, stage: ShutdownStage) {
        self.0.send_modify(|current| *current = stage.max(*current));
    }

    fn reached(&self, stage: ShutdownStage) -> impl Future<Output = ()> + Send + use<> {
        let mut stages = self.0.subscribe();
        async move {
            if stages.wait_for(|current| *current >= stage).await.is_err() {
                // The server was dropped, so its connections end, too.
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Service {
    /// Creates the state of a server with the default settings.
    pub(crate) fn new(engine: ServerEngine, control: Control) -> Self {
        Self {
            engine,
            control,
            pollers: Pollers::default(),
            poll: ACTIVITY_POLL,
            has_api: true,
            has_metrics: true,
            dropped_log_lines: None,
            shutdown: Shutdown::default(),
            #[cfg(feature = "schedules")]
            schedules: watch::Sender::new(Schedules::default()),
            failing_schedules: AtomicUsize::new(0),
            #[cfg(feature = "events")]
            event_rules: None,
            large_pages: Semaphore::new(LARGE_PAGES),
            #[cfg(feature = "console")]
            input_schemas: InputSchemas::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// Whether the server or its engine shuts down.
    pub(crate) fn is_shutting_down(&self) -> bool {
        self.shutdown.has_begun() || self.engine.is_shut_down()
    }

    /// Whether an ARN has this server's region and account. Resources of other ARNs count as
    /// missing; there is no recording of that case.
    pub(crate) fn is_own(&self, arn: &StatesArn<'_>) -> bool {
        (self.engine.region(), self.engine.account()) == (arn.region, arn.account)
    }

    /// Returns the state machine of an ARN, with or without a qualifier.
    ///
    /// # Errors
    ///
    /// `InvalidArn`, `StateMachineDoesNotExist`.
    pub(crate) fn machine(&self, arn: &StatesArn<'_>) -> Result<Arc<Machine>, ApiError> {
        let (name, _) = arn.state_machine()?;
        let found = self.control.machine(name).filter(|_| self.is_own(arn));
        found.ok_or_else(|| ApiError::no_machine(arn.text))
    }

    /// Returns the state machine of an ARN without a qualifier.
    ///
    /// # Errors
    ///
    /// As [`machine`](Self::machine).
    pub(crate) fn unqualified(&self, arn: &StatesArn<'_>) -> Result<Arc<Machine>, ApiError> {
        let machine = self.machine(arn)?;
        match arn.state_machine()? {
            (_, None) => Ok(machine),
            _ => Err(ApiError::no_machine(arn.text)),
        }
    }

    /// Returns the revision for a start of this ARN, with the trace header and the text of the
    /// input of the execution.
    ///
    /// # Errors
    ///
    /// As [`machine`](Self::machine).
    pub(crate) fn startable(
        &self,
        arn: &StatesArn<'_>,
        trace: Option<&str>,
        input: Option<&str>,
    ) -> Result<(Arc<Machine>, server_support::Revision), ApiError> {
        let machine = self.machine(arn)?;
        let (_, qualifier) = arn.state_machine()?;
        let missing = || ApiError::no_machine(arn.text);
        let (version, alias) = match qualifier {
            None => (None, None),
            Some(Qualifier::Version(number)) => (Some(number), None),
            Some(Qualifier::Alias(name)) => {
                let alias = machine.aliases.get(name).ok_or_else(missing)?;
                let chance = u32::try_from(self.engine.draw_below(100)).unwrap_or_default();
                (alias.choose(chance), Some(arn.text))
            }
        };
        let started = machine.started(version, alias, trace, input);
        let started = started.ok_or_else(missing)?;
        Ok((machine, started))
    }
}

/// How long a request waits for a store that cannot commit.
const OUTAGE_PATIENCE: Duration = Duration::from_secs(5);
/// The interval at which such a request checks the store.
const OUTAGE_LOOK: Duration = Duration::from_millis(500);

impl Service {
    /// Waits for a change that the engine acknowledges when it is durable. If the store cannot
    /// commit for five seconds, the wait ends; the engine makes the change later, when the store
    /// commits again.
    ///
    /// # Errors
    ///
    /// `ServiceUnavailableException` in an outage of the store.
    pub(crate) async fn committed<T>(
        &self,
        change: impl Future<Output = T>,
    ) -> Result<T, ApiError> {
        let mut change = std::pin::pin!(change);
        loop {
            if let Ok(done) = tokio::time::timeout(OUTAGE_LOOK, &mut change).await {
                return Ok(done);
            }
            match self.engine.store_outage() {
                Some(outage) if outage.duration > OUTAGE_PATIENCE => {
                    return Err(ApiError::unavailable(format!(
                        "the request is not durable yet, and takes effect when the store commits again: {}",
                        outage.error
                    )));
                }
                _ => {}
            }
        }
    }

    /// Changes the control plane, exclusively. The change continues if the client disconnects, so
    /// that memory and store agree.
    ///
    /// # Errors
    ///
    /// Those of the change.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let alone = self.control.alone().await;
        let changed = tokio::spawn(async move {
            let _alone = alone;
            change.await
        });
        changed
            .await
            .unwrap_or_else(|error| Err(ApiError::internal(error.to_string())))
    }
}

/// Parses a request, and checks it against the constraints of the API's model.
///
/// # Errors
///
/// `SerializationException`, `ValidationException`.
pub(crate) fn parse<T: DeserializeOwned + Shape>(body: &[u8]) -> Result<T, ApiError> {
    // An empty body means no members.
    let body = if body.is_empty() { b"{}" } else { body };
    // Serde would also read a structure from an array.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(ApiError::serialization("the body is no JSON object"));
    }
    let request: T =
        serde_json::from_slice(body).map_err(|error| ApiError::serialization(error.to_string()))?;
    let mut constraints = Constraints::default();
    request.check(&mut constraints);
    match constraints.message() {
        None => Ok(request),
        Some(message) => Err(ApiError::constraints(message)),
    }
}

/// Returns the text of an input, if it differs from the printed value.
pub(crate) fn written<'a>(text: Option<&'a str>, value: &Value) -> Option<&'a str> {
    text.filter(|text| value.to_text() != *text)
}

/// Parses the input of an execution.
///
/// # Errors
///
/// `InvalidExecutionInput`.
pub(crate) fn input(text: Option<&str>, most: u64) -> Result<Value, ApiError> {
    let Some(text) = text else {
        return Ok(Value::empty_object());
    };
    if text.is_empty() {
        return Err(ApiError::invalid_input("Invalid execution input."));
    }
    if text.len() as u64 > most {
        return Err(ApiError::invalid_input(format_args!(
            "it has {} bytes, and {most} are allowed",
            text.len()
        )));
    }
    Value::from_text(text).map_err(ApiError::invalid_input)
}
