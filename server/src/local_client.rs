//! A client of the API in the server's process.

use std::fmt;
use std::sync::{Arc, Weak};

use serde_json::Value as Json;
#[cfg(feature = "events")]
use stepwright_events::bus::EventBuses;
#[cfg(feature = "events")]
use stepwright_events::rule::Rule;

use crate::error::ApiError;
use crate::operation::perform;
#[cfg(feature = "schedules")]
use crate::schedules::{Schedules, check_schedules};
use crate::service::Service;

/// A client of the API in the server's process. Its requests need neither a connection nor a
/// signature; everything else is checked as for requests over HTTP. Clones use the same server.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use serde_json::json;
/// use stepwright_runtime::Engine;
/// use stepwright_server::Server;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::builder().engine(Engine::builder().build()?).build()?;
/// let client = server.local_client();
/// let created = client.call("CreateActivity", &json!({"name": "approve"})).await?;
/// assert_eq!(created["activityArn"], "arn:aws:states:us-east-1:123456789012:activity:approve");
///
/// let error = client.call("CreateActivity", &json!({})).await.expect_err("the name is missing");
/// assert_eq!(error.code, "ValidationException");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct LocalClient(Weak<Service>);

/// An error response of the API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
#[non_exhaustive]
pub struct LocalClientError {
    /// AWS's code of the error: `StateMachineDoesNotExist`, `ValidationException`.
    pub code: String,
    /// The message.
    pub message: String,
}

impl LocalClient {
    pub(crate) fn of(service: &Arc<Service>) -> Self {
        Self(Arc::downgrade(service))
    }

    /// Calls an operation of the API, such as `CreateStateMachine`, with the members of its
    /// request. Returns the members of its response. A change is durable when the call returns.
    ///
    /// # Errors
    ///
    /// The errors of the operation; `ServiceUnavailableException` when the server was dropped.
    pub async fn call(&self, operation: &str, request: &Json) -> Result<Json, LocalClientError> {
        let Some(service) = self.0.upgrade() else {
            return Err(ApiError::unavailable("the server has ended").into());
        };
        let body = perform(&service, operation, request.to_string().into()).await?;
        serde_json::from_slice(&body).map_err(|error| ApiError::internal(error.to_string()).into())
    }

    /// Replaces the rules of the event bus.
    ///
    /// # Errors
    ///
    /// `UnknownOperationException` if the server has no event bus; `ServiceUnavailableException`
    /// when the server was dropped.
    #[cfg(feature = "events")]
    pub fn set_event_rules(&self, rules: Vec<Rule>) -> Result<(), LocalClientError> {
        let Some(service) = self.0.upgrade() else {
            return Err(ApiError::unavailable("the server has ended").into());
        };
        let Some(event_rules) = &service.event_rules else {
            let message = "this server has no event bus; set `ServerBuilder::events`";
            return Err(ApiError::unknown_operation(message).into());
        };
        event_rules.replace(EventBuses::new(rules));
        Ok(())
    }

    /// Replaces the schedules. A schedule with the same name and times as before retains its
    /// progress.
    ///
    /// # Errors
    ///
    /// `ValidationException` for a schedule that [`ServerBuilder::build`] refuses;
    /// `ServiceUnavailableException` when the server was dropped.
    ///
    /// [`ServerBuilder::build`]: crate::ServerBuilder::build
    #[cfg(feature = "schedules")]
    pub fn set_schedules(&self, schedules: Schedules) -> Result<(), LocalClientError> {
        let Some(service) = self.0.upgrade() else {
            return Err(ApiError::unavailable("the server has ended").into());
        };
        check_schedules(&service.engine, &schedules)
            .map_err(|error| ApiError::validation(error.to_string()))?;
        service.schedules.send_if_modified(|current| {
            let is_changed = *current != schedules;
            *current = schedules;
            is_changed
        });
        Ok(())
    }

    /// Sets the JSON Schema of the input of a state machine's current definition, or removes it.
    /// The console makes its form from it. A workflow in Rust has a schema already.
    ///
    /// # Errors
    ///
    /// `StateMachineDoesNotExist` for an unknown name; `ServiceUnavailableException` when the
    /// server was dropped.
    #[cfg(feature = "console")]
    pub fn set_input_schema(
        &self,
        name: &str,
        schema: Option<Json>,
    ) -> Result<(), LocalClientError> {
        let Some(service) = self.0.upgrade() else {
            return Err(ApiError::unavailable("the server has ended").into());
        };
        let machine = service.control.machine(name).ok_or_else(|| {
            let message = format!("there is no state machine `{name}`");
            LocalClientError::new("StateMachineDoesNotExist", message)
        })?;
        service.input_schemas.set(&machine, schema);
        Ok(())
    }
}

impl LocalClientError {
    /// Creates an error with a code of AWS.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }
}

impl From<ApiError> for LocalClientError {
    fn from(error: ApiError) -> Self {
        Self::new(error.code(), error.message())
    }
}

impl fmt::Debug for LocalClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalClient")
    }
}
