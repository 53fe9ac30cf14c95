//! The forms: start, stop, redrive, start again from a state, answer a task. They call the
//! operations of the API, where there is one.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value as Json;
use stepwright_engine::value::Value;
use stepwright_engine::{StartOptions, WaitKind};
use stepwright_history::report::text;

use super::execution::waits;
use super::form::name_field::name_of;
use super::form::params::Params;
use super::http::error::PageError;
use super::lists::confirm::list_of;
use super::markup::link;
use super::markup::notice::{self, Notice};
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
            uri: Uri,
            headers: HeaderMap,
            body: Body,
        ) -> Response {
            let target = match Params::of_form(&console, &uri, &headers, body).await {
                Ok(params) => {
                    let target = $perform(&console, &params).await;
                    target.map_err(|error| error.of_form(&uri, &headers, params.entered()))
                }
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
        let response = perform(&self.service, operation, body.into()).await?;
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
    console
        .sent_forms
        .once(params.request_digest(), start_once(console, params))
        .await
}

async fn start_once(console: &Console, params: &Params) -> Target {
    name_of(params)?;
    let mut request = members(params, &["stateMachineArn", "name"]);
    let input = params.get("input").unwrap_or("{}");
    request.insert("input".to_owned(), input.into());
    let response = console.perform("StartExecution", request.into()).await?;
    let arn = response["executionArn"].as_str().unwrap_or_default();
    // Express executions are not stored.
    let found = console.service.engine.execution(arn).await?;
    Ok(match found {
        Some(_) => link::execution(arn),
        None => link::with(link::MACHINES, &[(notice::PARAM, &Notice::Express.value())]),
    })
}

/// An action on executions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Stop,
    Redrive,
}

impl Action {
    fn done(self) -> &'static str {
        match self {
            Self::Stop => "stopped",
            Self::Redrive => "redriven",
        }
    }

    fn notice(self, count: usize) -> Notice {
        match self {
            Self::Stop => Notice::Stopped(count),
            Self::Redrive => Notice::Redriven(count),
        }
    }

    /// Performs the action, if the execution is still as the page of the form shows it.
    async fn perform(self, console: &Console, params: &Params, arn: &str) -> Result<(), PageError> {
        // An execution that cannot be read can be stopped.
        if let Ok(Some(run)) = console.service.engine.execution(arn).await {
            let redrives = run.execution().redrive_count().unwrap_or_default();
            let known = params.number::<u32>("redrives");
            if known.is_some_and(|known| known != redrives) {
                return Err(PageError::refused(
                    "the execution was redriven since that page was loaded; look at its page, and decide again",
                ));
            }
            if self == Self::Stop
                && let Some(report) = run.final_report()
            {
                return Err(PageError::refused(format!(
                    "the execution has ended with the status {} at {}, so it was not stopped",
                    report.status, report.stopped
                )));
            }
        }
        let (operation, others): (_, &[_]) = match self {
            Self::Stop => ("StopExecution", &["error", "cause"]),
            Self::Redrive => ("RedriveExecution", &[]),
        };
        let mut request = members(params, others);
        request.insert("executionArn".to_owned(), arn.into());
        console.perform(operation, request.into()).await.map(drop)
    }
}

/// Performs an action for each selected execution. Returns the page of the only one, or the list
/// from which they were selected.
async fn for_each(console: &Console, params: &Params, action: Action) -> Target {
    let arns: Vec<&str> = params.all("arn").collect();
    let is_of_list = params.get("list").is_some();
    match arns[..] {
        [] => Err(PageError::bad_request(
            "no execution is selected; select at least one",
        )),
        [arn] if !is_of_list => {
            action.perform(console, params, arn).await?;
            Ok(link::execution(arn))
        }
        _ => {
            let mut failed = Vec::new();
            for arn in &arns {
                if let Err(error) = action.perform(console, params, arn).await {
                    failed.push(format!("{}: {}", text::last_of(arn), error.message()));
                }
            }
            let count = arns.len() - failed.len();
            match failed[..] {
                [] => Ok(list_of(params).url_with(action.notice(count))),
                _ => Err(PageError::refused(format!(
                    "{count} executions were {}, and {} were not:\n{}",
                    action.done(),
                    failed.len(),
                    failed.join("\n")
                ))),
            }
        }
    }
}

async fn stop_executions(console: &Console, params: &Params) -> Target {
    for_each(console, params, Action::Stop).await
}

async fn redrive_executions(console: &Console, params: &Params) -> Target {
    for_each(console, params, Action::Redrive).await
}

/// Parses a field with JSON.
fn json_field(params: &Params, name: &str, absent: &str) -> Result<Value, PageError> {
    let text = params.get(name).unwrap_or(absent);
    Value::from_text(text)
        .map_err(|error| PageError::bad_request(format!("the field `{name}` is no JSON: {error}")))
}

async fn start_again(console: &Console, params: &Params) -> Target {
    console
        .sent_forms
        .once(params.request_digest(), start_again_once(console, params))
        .await
}

async fn start_again_once(console: &Console, params: &Params) -> Target {
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
    if let Some(name) = name_of(params)? {
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
    let (operation, fields): (_, &[_]) = match params.text("answer") {
        "success" => ("SendTaskSuccess", &[]),
        "failure" => ("SendTaskFailure", &["error", "cause"]),
        "heartbeat" => ("SendTaskHeartbeat", &[]),
        _ => {
            return Err(PageError::bad_request(
                "the form does not say which answer to send; press one of its buttons",
            ));
        }
    };
    let mut request = members(params, fields);
    if operation == "SendTaskSuccess" {
        // Before a queued task is taken, because a taken one must be answered.
        json_field(params, "output", "{}")?;
        let output = params.get("output").unwrap_or("{}");
        request.insert("output".to_owned(), output.into());
    }
    let token = token_of(console, params, arn, state).await?;
    request.insert("taskToken".to_owned(), token.into());
    console.perform(operation, request.into()).await?;
    Ok(link::execution(arn))
}

/// Returns the token of the task that a state waits for. A queued task of an activity is taken from
/// its queue.
async fn token_of(
    console: &Console,
    params: &Params,
    arn: &str,
    state: &str,
) -> Result<String, PageError> {
    let run = console.run(arn).await?;
    let scope: Vec<String> = params.all("scope").map(str::to_owned).collect();
    // A form of a page has it, so that an old page does not answer a later request. A script may
    // answer what is open.
    let key = params.get("wait");
    let waits = console.service.committed(run.waits()).await?;
    let mut waits = waits.iter();
    let wait = waits.find(|wait| {
        wait.state == state
            && wait.scope == scope
            && key.is_none_or(|key| waits::key_of(run.execution(), wait) == key)
    });
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
        _ => {
            let history = run.history().await;
            let event = params.number("event").unwrap_or_default();
            let reason = waits::closed_reason(&history, state, &scope, event);
            Err(PageError::refused(reason))
        }
    }
}
