//! Errors of the API, with AWS's codes and messages.

use std::fmt;

use serde_json::{Map, Value as Json};
use stepwright_engine::store::StoreError;
use stepwright_engine::{ActivityError, RedriveError, StartError};

/// The namespace of the service's own errors, as the service writes it in `__type`.
const SERVICE: &str = "com.amazonaws.swf.service.v2.model";
/// The namespace of errors that AWS's framework returns before the service gets the request.
const FRAMEWORK: &str = "com.amazon.coral.service";
/// The namespace of constraints.
const CONSTRAINTS: &str = "com.amazon.coral.validate";

/// An error response of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: u16,
    namespace: &'static str,
    code: &'static str,
    message: String,
    /// Members in addition to the message.
    more: Vec<(&'static str, String)>,
}

impl ApiError {
    fn of(status: u16, namespace: &'static str, code: &'static str, message: String) -> Self {
        Self {
            status,
            namespace,
            code,
            message,
            more: Vec::new(),
        }
    }

    /// Creates an error of the service.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self::of(400, SERVICE, code, message.into())
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// Creates the error of a request that violates constraints of the API's model.
    pub(crate) fn constraints(message: String) -> Self {
        Self::of(400, CONSTRAINTS, "ValidationException", message)
    }

    /// Creates the error of a request that violates a rule of the service.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// Like `validation`, with a `reason` of the API's model.
    pub(crate) fn validation_for(reason: &'static str, message: impl Into<String>) -> Self {
        Self::validation(message).with("reason", reason)
    }

    /// Creates the error of a body that cannot be parsed.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::of(400, FRAMEWORK, "SerializationException", message.into())
    }

    pub(crate) fn unknown_operation(message: impl Into<String>) -> Self {
        Self::of(400, FRAMEWORK, "UnknownOperationException", message.into())
    }

    /// Creates the error of a request from a host or origin that is not accepted.
    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::of(403, FRAMEWORK, "AccessDeniedException", message.into())
    }

    /// Creates the error of a request that violates HTTP.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::of(
            400,
            FRAMEWORK,
            "MalformedHttpRequestException",
            message.into(),
        )
    }

    /// Creates the error of a missing or wrong signature.
    pub(crate) fn of_signature(code: &'static str, message: impl Into<String>) -> Self {
        Self::of(400, FRAMEWORK, code, message.into())
    }

    /// Creates the error of an unknown path.
    pub(crate) fn not_found() -> Self {
        Self {
            status: 404,
            ..Self::unknown_operation(
                "nothing is at this path; the API is at `/`, and `/health` reports whether the server works",
            )
        }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("Request size exceeded the maximum of {most} bytes");
        Self::of(413, FRAMEWORK, "RequestEntityTooLargeException", message)
    }

    pub(crate) fn headers_too_large(most: usize) -> Self {
        let message = format!("The line and the headers of a request have at most {most} bytes");
        Self::of(
            431,
            FRAMEWORK,
            "RequestHeaderFieldsTooLargeException",
            message,
        )
    }

    /// Creates the error of a body that did not arrive in time.
    pub(crate) fn too_slow() -> Self {
        let message = "the body of the request did not arrive in time";
        Self::of(
            408,
            FRAMEWORK,
            "RequestTimeoutException",
            message.to_owned(),
        )
    }

    /// Creates the error of a server that is overloaded, or shuts down.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::of(
            503,
            FRAMEWORK,
            "ServiceUnavailableException",
            message.into(),
        )
    }

    /// Creates the error of a request that a server in its shutdown does not perform.
    pub(crate) fn shut_down() -> Self {
        Self::unavailable(StartError::ShutDown.to_string())
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::of(500, FRAMEWORK, "InternalFailure", message.into())
    }

    pub(crate) fn invalid_arn(why: impl fmt::Display) -> Self {
        Self::new("InvalidArn", format!("Invalid Arn: '{why}'"))
    }

    pub(crate) fn invalid_name(name: &str) -> Self {
        Self::new("InvalidName", format!("Invalid Name: '{name}'"))
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new("InvalidToken", "Invalid Token: 'Invalid token'")
    }

    pub(crate) fn invalid_definition(why: impl fmt::Display) -> Self {
        let message = format!("Invalid State Machine Definition: '{why}'");
        Self::new("InvalidDefinition", message)
    }

    pub(crate) fn no_machine(arn: &str) -> Self {
        let message = format!("State Machine Does Not Exist: '{arn}'");
        Self::new("StateMachineDoesNotExist", message)
    }

    pub(crate) fn no_execution(arn: &str) -> Self {
        let message = format!("Execution Does Not Exist: '{arn}'");
        Self::new("ExecutionDoesNotExist", message)
    }

    pub(crate) fn no_activity(arn: &str) -> Self {
        let message = format!("Activity Does Not Exist: '{arn}'");
        Self::new("ActivityDoesNotExist", message)
    }

    /// Creates the error of an ARN whose resource does not exist.
    pub(crate) fn no_resource(arn: &str) -> Self {
        Self::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
            .with("resourceName", arn)
    }

    pub(crate) fn too_many_tags(arn: &str, most: usize) -> Self {
        let message = format!("The resource '{arn}' would have more than {most} tags");
        Self::new("TooManyTags", message).with("resourceName", arn)
    }

    /// Creates the error of a machine of the other type.
    pub(crate) fn type_not_supported() -> Self {
        Self::new(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new("ConflictException", message)
    }

    pub(crate) fn quota(message: impl Into<String>) -> Self {
        Self::new("ServiceQuotaExceededException", message)
    }

    /// Creates the error of an invalid input of an execution.
    pub(crate) fn invalid_input(why: impl fmt::Display) -> Self {
        let message = format!("Invalid State Machine Execution Input: '{why}'");
        Self::new("InvalidExecutionInput", message)
    }

    /// Converts the error of a start of an execution.
    pub(crate) fn of_start(error: StartError, machine: &str, execution: &str) -> Self {
        match error {
            StartError::StateMachineDoesNotExist(_) => Self::no_machine(machine),
            StartError::ExecutionAlreadyExists(_) => Self::new(
                "ExecutionAlreadyExists",
                format!("Execution Already Exists: '{execution}'"),
            ),
            StartError::InvalidInput(why) => Self::invalid_input(why),
            StartError::InvalidName(name) => Self::invalid_name(&name),
            StartError::InvalidTasks(why) => Self::validation(why),
            StartError::ExecutionLimitExceeded(open) => Self::new(
                "ExecutionLimitExceeded",
                format!("{open} executions are open, and no more may be"),
            ),
            StartError::ShutDown => Self::shut_down(),
            StartError::Unavailable(error) | StartError::Store(error) => Self::from(error),
            error => Self::internal(error.to_string()),
        }
    }

    /// Returns the code: `SerializationException`, `InvalidArn`, ...
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Returns the body: `{"__type": .., "message": ..}`.
    pub(crate) fn to_json(&self) -> Json {
        let mut body = Map::new();
        body.insert(
            "__type".to_owned(),
            Json::from(format!("{}#{}", self.namespace, self.code)),
        );
        body.insert("message".to_owned(), Json::from(self.message.as_str()));
        for (name, value) in &self.more {
            body.insert((*name).to_owned(), Json::from(value.as_str()));
        }
        Json::from(body)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        // The journal logs an outage. After a takeover, a repeated request reaches the server that
        // has the store now.
        if error.may_pass() || matches!(error, StoreError::TakenOver { .. }) {
            return Self::unavailable(error.to_string());
        }
        tracing::error!(%error, "the store cannot be read or written");
        Self::internal(error.to_string())
    }
}

impl From<RedriveError> for ApiError {
    fn from(error: RedriveError) -> Self {
        match error {
            RedriveError::ExecutionDoesNotExist(arn) => Self::no_execution(&arn),
            RedriveError::ExecutionNotRedrivable(why) => Self::new("ExecutionNotRedrivable", why),
            RedriveError::ExecutionLimitExceeded(open) => Self::new(
                "ExecutionLimitExceeded",
                format!("{open} executions are open, and no more may be"),
            ),
            RedriveError::ShutDown => Self::unavailable(RedriveError::ShutDown.to_string()),
            RedriveError::Store(error) => Self::from(error),
            error => Self::internal(error.to_string()),
        }
    }
}

impl From<ActivityError> for ApiError {
    fn from(error: ActivityError) -> Self {
        match error {
            ActivityError::ActivityDoesNotExist(arn) => Self::no_activity(&arn),
            ActivityError::InvalidName(name) => Self::invalid_name(&name),
            ActivityError::Store(error) => Self::from(error),
            error => Self::internal(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_repeats_its_request_after_a_takeover() {
        let taken_over = StoreError::TakenOver {
            store: "postgres://db/orders".to_owned(),
            by: "it has the lease".to_owned(),
        };
        let error = ApiError::from(taken_over);
        assert_eq!(
            (error.status, error.code),
            (503, "ServiceUnavailableException")
        );
    }
}
