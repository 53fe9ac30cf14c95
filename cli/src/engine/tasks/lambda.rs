//! Lambda functions behind an endpoint of the Invoke API, such as `cargo lambda watch` and
//! `sam local start-lambda`.

use hyper::Uri;
use hyper::header::{HeaderMap, HeaderValue};
use serde_json::Value as Json;
use stepwright_asl::placeholder;
use stepwright_engine::task::{
    Answer, DefinedState, IntegrationPattern, Resource, ResourceKind, TaskCall, TaskFailure,
    TaskSource,
};
use stepwright_engine::value::Value;
use stepwright_testing::test_tasks::FunctionName;

use super::endpoint::{Client, Response};

/// The parameters of `lambda:invoke` that are headers of the API.
const HEADERS: [(&str, &str); 3] = [
    ("InvocationType", "x-amz-invocation-type"),
    ("ClientContext", "x-amz-client-context"),
    ("LogType", "x-amz-log-type"),
];

/// Invokes the functions of tasks at an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct LambdaEndpoint {
    base: String,
    client: Client,
}

/// Parses the URL of an endpoint.
impl std::str::FromStr for LambdaEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        super::endpoint::url(text)?;
        Ok(Self {
            base: text.trim_end_matches('/').to_owned(),
            client: Client::default(),
        })
    }
}

impl TaskSource for LambdaEndpoint {
    fn may_answer(&self, state: &DefinedState) -> bool {
        state
            .task()
            .is_some_and(|task| is_function(task.resource()))
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let resource = call.resource();
        if !is_function(resource) {
            return None;
        }
        let function = match resource.kind() {
            ResourceKind::Lambda => resource.as_str(),
            _ => call.target()?,
        };
        let invocation = call.invocation();
        let parameters = invocation.as_ref().map(|_| call.parameters().clone());
        let input = match &invocation {
            Some(invocation) => invocation.payload().to_text(),
            None => call.parameters().to_text(),
        };
        let (url, client) = (self.url(function, parameters.as_ref()), self.client.clone());
        let too_large = call.result_too_large();
        let work = Answer::later(async move {
            let unsent = |cause: String| TaskFailure::new("Lambda.SdkClientException", cause);
            let url = url.map_err(unsent)?;
            let headers = headers(parameters.as_ref());
            let response = client.post(&url, headers, input).await;
            let response = response.map_err(|error| error.into_failure(too_large, unsent))?;
            let payload = payload(&response)?;
            let status = response.status;
            Ok(match invocation {
                // Lambda calls the function later.
                Some(invocation) if matches!(status.as_u16(), 202 | 204) => {
                    invocation.accepted(status.as_u16())
                }
                Some(invocation) => invocation.response(payload),
                None => payload,
            })
        });
        Some(match resource.pattern() {
            IntegrationPattern::WaitForTaskToken => work.submitting(),
            _ => work,
        })
    }
}

impl LambdaEndpoint {
    /// The URL at which a function is invoked.
    fn url(&self, function: &str, parameters: Option<&Value>) -> Result<Uri, String> {
        let (name, in_name) = function_name(function);
        let given = parameters.and_then(|parameters| parameters.get("Qualifier")?.as_str());
        let qualifier = given.or(in_name);
        let query = qualifier.map_or_else(String::new, |given| format!("?Qualifier={given}"));
        let url = format!(
            "{}/2015-03-31/functions/{name}/invocations{query}",
            self.base
        );
        url.parse()
            .map_err(|error| format!("`{function}` is not a function name: {error}"))
    }
}

fn is_function(resource: &Resource) -> bool {
    resource.kind() == ResourceKind::Lambda || resource.is_lambda_invoke()
}

/// The name of a function and its qualifier in a definition; for an unreplaced placeholder, the
/// name derived from it.
fn function_name(text: &str) -> (&str, Option<&str>) {
    if let Some(named) = placeholder::whole(text) {
        return (placeholder::resource_name(named), None);
    }
    let function = FunctionName::parse(text);
    (function.name, function.qualifier)
}

fn headers(parameters: Option<&Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, header) in HEADERS {
        let value = parameters.and_then(|parameters| parameters.get(name)?.as_str());
        let value = value.and_then(|value| HeaderValue::from_str(value).ok());
        if let Some(value) = value {
            headers.insert(header, value);
        }
    }
    headers
}

/// The function's result, or its error with the name that Step Functions uses.
fn payload(response: &Response) -> Result<Value, TaskFailure> {
    let body = response.body.trim();
    if !response.status.is_success() {
        return Err(refused(response));
    }
    if response.headers.contains_key("x-amz-function-error") {
        let kind: Option<Json> = serde_json::from_str(body).ok();
        let kind = kind
            .as_ref()
            .and_then(|body| body.get("errorType")?.as_str());
        return Err(match kind {
            Some(kind) => TaskFailure::new(kind, body),
            None => TaskFailure::new(
                "Lambda.Unknown",
                format!(
                    "The cause could not be determined because Lambda did not return an error type. Returned payload: {body}"
                ),
            ),
        });
    }
    if body.is_empty() {
        // An `Event` is accepted without a result.
        return Ok(Value::Null);
    }
    Value::from_text(body).map_err(|error| {
        let cause = format!("The function's result is not JSON: {error}");
        TaskFailure::new("Lambda.AWSLambdaException", cause)
    })
}

/// An error response of Lambda itself, such as `Lambda.ResourceNotFoundException`.
fn refused(response: &Response) -> TaskFailure {
    let body: Json = serde_json::from_str(&response.body).unwrap_or_default();
    let header = response.headers.get("x-amzn-errortype");
    let kind = header.and_then(|kind| kind.to_str().ok());
    let kind = kind.or_else(|| body.get("__type")?.as_str());
    // `com.amazonaws.lambda#ServiceException:http://...`
    let kind = kind.map(|kind| kind.rsplit('#').next().unwrap_or(kind));
    let kind = kind.map(|kind| kind.split(':').next().unwrap_or(kind).trim());
    let status = response.status.as_u16();
    let kind = match (kind, status) {
        // SAM omits the suffix of the name.
        (Some(kind), _) if !kind.is_empty() && kind.ends_with("Exception") => kind.to_owned(),
        (Some(kind), _) if !kind.is_empty() => format!("{kind}Exception"),
        (_, 404) => "ResourceNotFoundException".to_owned(),
        (_, 429) => "TooManyRequestsException".to_owned(),
        (_, 500..) => "ServiceException".to_owned(),
        _ => "AWSLambdaException".to_owned(),
    };
    let message = ["Message", "message"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str());
    let message = message.unwrap_or(response.body.trim());
    let id = response.headers.get("x-amzn-requestid");
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or("none");
    TaskFailure::new(
        format!("Lambda.{kind}"),
        format!(
            "{message} (Service: AWSLambda; Status Code: {status}; Error Code: {kind}; Request ID: {id}; Proxy: null)"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_arns_and_placeholders_give_function_and_qualifier() {
        for (text, name, qualifier) in [
            ("charge", "charge", None),
            ("charge:live", "charge", Some("live")),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:charge",
                "charge",
                None,
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:charge:7",
                "charge",
                Some("7"),
            ),
            ("123456789012:function:charge", "charge", None),
            ("${ChargeCardArn}", "ChargeCard", None),
        ] {
            assert_eq!(function_name(text), (name, qualifier), "{text}");
        }
    }

    #[test]
    fn lambda_errors_have_the_error_names_of_step_functions() {
        let response = |status: u16, headers: &[(&'static str, &'static str)], body: &str| {
            let headers = headers.iter().map(|(name, value)| {
                let name = hyper::header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            });
            Response {
                status: hyper::StatusCode::from_u16(status).expect("it is a status"),
                headers: headers.collect(),
                body: body.to_owned(),
            }
        };
        let error = |response: &Response| {
            let failure = payload(response).expect_err("it failed");
            failure.error.unwrap_or_default()
        };
        let function = ("x-amz-function-error", "Unhandled");
        let declined = response(
            200,
            &[function],
            r#"{"errorType":"CardDeclined","errorMessage":"no"}"#,
        );
        assert_eq!(error(&declined), "CardDeclined");
        let timed_out = response(200, &[function], r#"{"errorMessage":"Task timed out"}"#);
        assert_eq!(error(&timed_out), "Lambda.Unknown");
        let sam = [("x-amzn-errortype", "ResourceNotFound")];
        let missing = response(
            404,
            &sam,
            r#"{"Type":"User","Message":"Function not found"}"#,
        );
        assert_eq!(error(&missing), "Lambda.ResourceNotFoundException");
        assert_eq!(
            error(&response(404, &[], "")),
            "Lambda.ResourceNotFoundException"
        );
        assert_eq!(
            error(&response(429, &[], "")),
            "Lambda.TooManyRequestsException"
        );
        assert_eq!(
            error(&response(502, &[], "<html>")),
            "Lambda.ServiceException"
        );
        assert_eq!(payload(&response(202, &[], "")), Ok(Value::Null));
    }
}
