//! Tasks that call the API itself: `arn:aws:states:::aws-sdk:sfn:describeExecution`, for example.

use std::sync::{Arc, Weak};

use serde_json::{Map, Value as Json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::missing_machine;
use stepwright_engine::task::{
    Answer, IntegrationPattern, TaskCall, TaskFailure, TaskResult, TaskSource,
};
use stepwright_engine::value::Value;

use crate::error::ApiError;
use crate::operation::perform;
use crate::service::Service;

/// Members that contain JSON as text. A definition may contain the JSON value itself (assumed:
/// there is no recording).
const JSON_TEXT: [&str; 3] = ["Input", "Output", "Definition"];

/// Executes tasks that have no handler and no mock. The engine itself starts executions, if it has
/// the state machine.
pub(crate) struct OwnApi(Weak<Service>);

impl OwnApi {
    pub(crate) fn of(service: &Arc<Service>) -> Self {
        Self(Arc::downgrade(service))
    }
}

impl TaskSource for OwnApi {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        match call.resource().service() {
            "aws-sdk:sfn" => {}
            "states" => return missing_machine(call),
            _ => return None,
        }
        let operation = capitalized(call.resource().plain_action());
        let mut request = match call.parameters().to_json() {
            Json::Object(members) => members,
            _ => Map::new(),
        };
        for name in JSON_TEXT {
            let member = request.get_mut(name);
            if let Some(member) = member.filter(|member| !member.is_string() && !member.is_null()) {
                *member = Json::from(member.to_string());
            }
        }
        let request = uncapitalized(request);
        let (service, id) = (self.0.clone(), call.request_id());
        let answer = Answer::later(async move {
            // The server and its engine were dropped.
            let Some(service) = service.upgrade() else {
                return std::future::pending().await;
            };
            let body = Json::Object(request).to_string();
            let performed = perform(&service, &operation, body.into()).await;
            result(performed, &id)
        });
        Some(match call.resource().pattern() {
            IntegrationPattern::RequestResponse => answer,
            _ => answer.submitting(),
        })
    }
}

/// Converts a response, or an error, to the result of the state.
fn result(performed: Result<Vec<u8>, ApiError>, request_id: &str) -> TaskResult {
    let error = match performed.map(|body| serde_json::from_slice(&body)) {
        Ok(Ok(mut response)) => {
            as_sdk(&mut response);
            return Ok(Value::from(response));
        }
        Ok(Err(error)) => ApiError::internal(error.to_string()),
        Err(error) => error,
    };
    let name = match error.code().strip_suffix("Exception") {
        Some(code) => code,
        None => error.code(),
    };
    // Recorded for InvalidToken.
    Err(TaskFailure::new(
        format!("Sfn.{name}Exception"),
        format!(
            "{} (Service: Sfn, Status Code: {}, Request ID: {request_id}) (SDK Attempt Count: 1)",
            error.message(),
            error.status()
        ),
    ))
}

/// Renames and converts members as the integration does: capitalized, with times as text.
fn as_sdk(json: &mut Json) {
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(as_sdk),
        Json::Object(members) => {
            let old = std::mem::take(members);
            for (name, mut member) in old {
                let is_time = name == "timestamp" || name.ends_with("Date");
                match member.as_f64().filter(|_| is_time) {
                    Some(seconds) => member = Json::from(time(seconds)),
                    None => as_sdk(&mut member),
                }
                members.insert(capitalized(&name), member);
            }
        }
        _ => {}
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds fit for millions of years"
)]
fn time(seconds: f64) -> String {
    let millis = (seconds * 1_000.0).round() as i64;
    Timestamp::from_unix_micros(millis.saturating_mul(1_000)).to_string()
}

fn uncapitalized(members: Map<String, Json>) -> Map<String, Json> {
    let members = members.into_iter().map(|(name, member)| {
        let member = match member {
            Json::Object(members) => Json::Object(uncapitalized(members)),
            Json::Array(elements) => elements
                .into_iter()
                .map(|element| match element {
                    Json::Object(members) => Json::Object(uncapitalized(members)),
                    element => element,
                })
                .collect(),
            member => member,
        };
        (with_first(&name, char::to_ascii_lowercase), member)
    });
    members.collect()
}

fn capitalized(name: &str) -> String {
    with_first(name, char::to_ascii_uppercase)
}

fn with_first(name: &str, change: impl Fn(&char) -> char) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| change(&first));
    first.into_iter().chain(letters).collect()
}
