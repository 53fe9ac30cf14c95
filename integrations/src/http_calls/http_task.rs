//! Checks and sends the request of a task that calls an HTTP API.

use std::time::Duration;

use serde_json::Value as Json;
use stepwright_asl::integrations::{
    ArgumentFaultKind, ArgumentValueFaultKind, check_argument_values, lookup,
};
use stepwright_engine::task::{TaskFailure, TaskResult};
use stepwright_engine::value::Value;

use super::response;
use crate::client::{HttpClient, HttpFailure, HttpRequest, RESULT_BYTES, ServiceClient};
use crate::protocol::unknown_field;

/// How long an API may take to respond: AWS documents 60 seconds for HTTP tasks, and 29 for API
/// Gateway itself.
const RESPONSE_TIME: Duration = Duration::from_secs(60);

/// A call of an HTTP API, before it is sent.
#[derive(Debug)]
pub(crate) struct HttpTask {
    pub(super) request: HttpRequest,
    /// The prefix of the error for a status: `States.Http.StatusCode.` or `ApiGateway.`.
    pub(super) status_error: &'static str,
    /// The error if there is no response.
    pub(super) socket_error: &'static str,
    /// Statuses from this one on fail the task.
    pub(super) first_failure: u16,
    /// Whether the request is signed for API Gateway.
    pub(super) is_signed: bool,
}

impl HttpTask {
    /// Sends the request. Step Functions does not repeat it. The failure is `too_large` if the
    /// response is larger than any result.
    pub(crate) async fn perform(
        self,
        client: &ServiceClient,
        too_large: TaskFailure,
    ) -> TaskResult {
        let unsent = |cause: String| TaskFailure::new(self.socket_error, cause);
        let mut request = self.request;
        if self.is_signed {
            client
                .sign(&mut request, "execute-api")
                .await
                .map_err(unsent)?;
        }
        let http: &HttpClient = &client.http;
        let response = http.send(request, RESPONSE_TIME, RESULT_BYTES).await;
        let response = response.map_err(|error: HttpFailure| {
            if error.is_too_large() {
                too_large
            } else {
                unsent(error.to_string())
            }
        })?;
        if response.status >= self.first_failure {
            let name = format!("{}{}", self.status_error, response.status);
            return Err(TaskFailure::new(name, response::body_text(&response)));
        }
        Ok(Value::from(response::result(&response)))
    }
}

/// Refuses the arguments that an integration does not have, such as `http:invoke`, and the values
/// that it does not accept.
///
/// The error is the reason for which the parameters are refused.
pub(super) fn check_arguments(integration: &str, parameters: &Json) -> Result<(), String> {
    let text = parameters.to_string();
    let parsed: stepwright_asl::json::Json = text.parse().map_err(|error| format!("{error}"))?;
    let Some(arguments) = parsed.as_object() else {
        return Ok(());
    };
    let unknown = |name: &str| Err(unknown_field(name).to_string());
    let resource = format!("arn:aws:states:::{integration}");
    let found = lookup(&resource);
    let names = arguments.keys().map(String::as_str);
    let faults = found.map(|found| found.check_arguments(names));
    let mut faults = faults.unwrap_or_default().into_iter();
    if let Some(fault) = faults.find(|fault| fault.kind != ArgumentFaultKind::Missing) {
        return unknown(&fault.name);
    }
    let faults = check_argument_values(integration, arguments, &|_, _| false);
    for fault in faults {
        let name = fault.name();
        match fault.kind {
            ArgumentValueFaultKind::UnknownMember(_) => return unknown(name),
            ArgumentValueFaultKind::NoObject => {
                return Err(format!(
                    "The value of the field '{name}' has an invalid format"
                ));
            }
            ArgumentValueFaultKind::ForbiddenHeader { .. } => {
                let name = name.to_lowercase();
                return Err(format!(
                    "The 'Headers' field contains unsupported values: [{name}]"
                ));
            }
            ArgumentValueFaultKind::NotOneOf(words) => {
                return Err(format!(
                    "The value for the field '{name}' must be one of [{}]",
                    words.join(", ")
                ));
            }
            // The request reports them with its URL and its connections.
            _ => {}
        }
    }
    Ok(())
}

/// Returns the method of a request. The error is the reason for which the parameters are refused.
pub(super) fn method(parameters: &Json) -> Result<hyper::Method, String> {
    let name = parameters.get("Method").and_then(Json::as_str);
    let name = name.ok_or("The field 'Method' is required but was missing")?;
    hyper::Method::from_bytes(name.as_bytes()).map_err(|error| error.to_string())
}
