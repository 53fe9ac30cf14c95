//! The forms: start, stop, redrive, start again from a state, answer a task. They call the operations of the API, where there is one.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value as Json, json};
use stepwright_runtime::report::text;
use stepwright_runtime::value::Value;
use stepwright_runtime::{StartOptions, WaitKind};

use super::error::PageError;
use super::link;
use super::params::Params;
use super::state::Console;
use crate::operation::perform;

/// The name of the worker that takes queued tasks of activities.
const WORKER: &str = "console";

/// Where the browser goes after an action.
pub(super) type Target = Result<String, PageError>;

/// Responds to a form: with a redirect, or with the page of the error.
pub(super) fn redirect(console: &Console, target: Target) -> Response {
    match target {
        // 303: the browser loads the page with GET, so that a reload does not repeat the action.
        Ok(url) => Redirect::to(&url).into_response(),
        Err(error) => error.respond(console),
    }
}

/// Declares the handler of a form.
macro_rules! action {
    ($name:ident, $perform:path) => {
        pub(super) async fn $name(
            State(console): State<Console>,
            headers: HeaderMap,
            body: Body,
        ) -> Response {
            let target = match Params::of_form(&console, &headers, body).await {
                Ok(params) => $perform(&console, &params).await,
                Err(error) => Err(error),
            };
            redirect(&console, target)
        }
    };
}

action!(start, start_execution);
action!(stop, stop_executions);
action!(redrive, redrive_executions);
action!(restart, start_again);
action!(answer, answer_task);

impl Console {
    /// Performs an operation of the API.
    pub(super) async fn perform(&self, operation: &str, request: Json) -> Result<Json, PageError> {
        let body = request.to_string();
        let response = perform(&self.service, operation, body).await?;
        serde_json::from_slice(&response)
            .map_err(|error| PageError::refused(format!("the response is no JSON: {error}")))
    }
}

/// Returns the parameters that have a value, as members of a request.
fn members(params: &Params, names: &[&str]) -> serde_json::Map<String, Json> {
    let members = names.iter().filter_map(|name| {
        let value = params.get(name)?;
        Some(((*name).to_owned(), Json::from(value)))
    });
    members.collect()
}

async fn start_execution(console: &Console, params: &Params) -> Target {
    let mut request = members(params, &["stateMachineArn", "name"]);
    let input = params.get("input").unwrap_or("{}");
    request.insert("input".to_owned(), input.into());
    let response = console.perform("StartExecution", request.into()).await?;
    let arn = response["executionArn"].as_str().unwrap_or_default();
    // Express executions are not stored.
    let found = console.service.engine.find_execution(arn).await?;
    Ok(match found {
        Some(_) => link::execution(arn),
        None => link::with(
            link::MACHINES,
            &[(
                "notice",
                "The execution was started. Express executions are not listed.",
            )],
        ),
    })
}

/// Performs an operation for each selected execution. Returns the page of the only one, or the list.
async fn for_each(
    console: &Console,
    params: &Params,
    operation: &str,
    others: &[&str],
    done: &str,
) -> Target {
    let arns: Vec<&str> = params.all("arn").collect();
    match arns[..] {
        [] => Err(PageError::bad_request(
            "no execution is selected; select at least one",
        )),
        [arn] => {
            let mut request = members(params, others);
            request.insert("executionArn".to_owned(), arn.into());
            console.perform(operation, request.into()).await?;
            Ok(link::execution(arn))
        }
        _ => {
            let mut failed = Vec::new();
            for arn in &arns {
                let request = json!({"executionArn": arn});
                if let Err(error) = console.perform(operation, request).await {
                    failed.push(format!("{}: {}", text::last_of(arn), error.message()));
                }
            }
            let count = arns.len() - failed.len();
            match failed[..] {
                [] => Ok(link::with(
                    link::EXECUTIONS,
                    &[("notice", &format!("{count} executions were {done}."))],
                )),
                _ => Err(PageError::refused(format!(
                    "{count} executions were {done}, and {} were not:\n{}",
                    failed.len(),
                    failed.join("\n")
                ))),
            }
        }
    }
}

async fn stop_executions(console: &Console, params: &Params) -> Target {
    for_each(
        console,
        params,
        "StopExecution",
        &["error", "cause"],
        "stopped",
    )
    .await
}

async fn redrive_executions(console: &Console, params: &Params) -> Target {
    for_each(console, params, "RedriveExecution", &[], "redriven").await
}

/// Parses a field with JSON.
fn json_field(params: &Params, name: &str, absent: &str) -> Result<Value, PageError> {
    let text = params.get(name).unwrap_or(absent);
    Value::from_text(text)
        .map_err(|error| PageError::bad_request(format!("the field `{name}` is no JSON: {error}")))
}

async fn start_again(console: &Console, params: &Params) -> Target {
    let (arn, state) = (params.required("arn")?, params.required("state")?);
    let input = json_field(params, "input", "{}")?;
    let variables = json_field(params, "variables", "{}")?;
    let Some(variables) = variables.as_object() else {
        return Err(PageError::bad_request(
            "the field `variables` must be a JSON object with a member for each variable",
        ));
    };
    let variables: BTreeMap<String, Value> = variables
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let mut options = StartOptions::new();
    if let Some(name) = params.get("name") {
        options = options.name(name);
    }
    let engine = &console.service.engine;
    let started = engine.start_from_state(arn, state, input, &variables, options);
    match console.service.committed(started).await? {
        Ok(run) => Ok(link::execution(run.id())),
        Err(error) => Err(PageError::refused(error.to_string())),
    }
}

async fn answer_task(console: &Console, params: &Params) -> Target {
    let (arn, state) = (params.required("arn")?, params.required("state")?);
    let answer = params.required("answer")?;
    // Before a queued task is taken, because a taken one must be answered.
    let output = match answer {
        "success" => Some("output"),
        // Written instead of the form's fields.
        "success-json" => Some("json"),
        _ => None,
    };
    if let Some(field) = output {
        json_field(params, field, "{}")?;
    }
    let token = token_of(console, params, arn, state).await?;
    let mut request = match answer {
        "failure" => members(params, &["error", "cause"]),
        _ => serde_json::Map::new(),
    };
    let operation = match answer {
        "success" | "success-json" => {
            let output = output.and_then(|field| params.get(field)).unwrap_or("{}");
            request.insert("output".to_owned(), output.into());
            "SendTaskSuccess"
        }
        "failure" => "SendTaskFailure",
        "heartbeat" => "SendTaskHeartbeat",
        _ => {
            return Err(PageError::bad_request(
                "the field `answer` must be `success`, `failure` or `heartbeat`",
            ));
        }
    };
    request.insert("taskToken".to_owned(), token.into());
    console.perform(operation, request.into()).await?;
    Ok(link::execution(arn))
}

/// Returns the token of the task that a state waits for. A queued task of an activity is taken from its queue.
async fn token_of(
    console: &Console,
    params: &Params,
    arn: &str,
    state: &str,
) -> Result<String, PageError> {
    let run = console.run(arn).await?;
    let scope: Vec<String> = params.all("scope").map(str::to_owned).collect();
    let waits = console.service.committed(run.waits()).await?;
    let mut waits = waits.iter();
    let wait = waits.find(|wait| wait.state == state && wait.scope == scope);
    match wait.map(|wait| &wait.kind) {
        Some(
            WaitKind::Token { token, .. }
            | WaitKind::Activity {
                token: Some(token), ..
            },
        ) => Ok(token.as_str().to_owned()),
        Some(WaitKind::Activity { token: None, .. }) => {
            let taken = run.take_activity_task(state, &scope, Some(WORKER)).await;
            let taken = taken.map_err(|error| PageError::refused(error.to_string()))?;
            Ok(taken.token)
        }
        _ => Err(PageError::new(
            StatusCode::CONFLICT,
            "This did not work",
            format!(
                "the state `{state}` does not wait for an answer any more; load its page again"
            ),
        )),
    }
}
